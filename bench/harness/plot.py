"""Draws the ratios as an SVG picture: a row per program, a dot per engine, a logarithmic axis."""
import html
import math

COLORS = ["#c0392b", "#2471a3", "#b9770e", "#1e8449", "#7d3c98", "#566573", "#d35400", "#117864"]
ROW, LEFT, RIGHT, TOP, WIDTH = 18, 190, 30, 60, 560


def _text(x, y, content, anchor="start", size=12, color="#222"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
            f'fill="{color}">{html.escape(content)}</text>')


def _ticks(low, high):
    """Round numbers between the bounds: 1, 2 and 5 times the powers of ten."""
    exponent = math.floor(math.log10(low))
    values = []
    while 10.0 ** exponent <= high:
        values += [step * 10.0 ** exponent for step in (1, 2, 5)]
        exponent += 1
    return [value for value in values if low <= value <= high]


def svg(results):
    """The picture, or None if there is nothing to compare."""
    engines = results.engines[1:]
    rows = [(program.name, [results.ratio(program, engine) for engine in engines])
            for program in results.cold + results.programs]
    rows = [row for row in rows if any(row[1])]
    if not rows:
        return None
    if results.programs:
        rows.append(("geometric mean", [results.mean(engine)[0] for engine in engines]))
    ratios = [ratio for _, row in rows for ratio in row if ratio]
    low, high = min(0.8, *ratios) / 1.1, max(1.25, *ratios) * 1.1
    scale = WIDTH / math.log(high / low)
    bottom = TOP + ROW * len(rows)

    def x(ratio):
        return LEFT + math.log(ratio / low) * scale

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + RIGHT}" '
           f'height="{bottom + 40}" font-family="sans-serif">',
           '<rect width="100%" height="100%" fill="#fff"/>',
           _text(LEFT, 20, f"Time relative to {results.engines[0].name} (right of 1: slower)",
                 size=14)]
    for number, engine in enumerate(engines):
        position = LEFT + number * WIDTH / len(engines)
        color = COLORS[number % len(COLORS)]
        out.append(f'<circle cx="{position + 5:.1f}" cy="38" r="5" fill="{color}"/>')
        out.append(_text(position + 14, 42, engine.name))
    for tick in _ticks(low, high):
        strong = "#888" if tick == 1 else "#ddd"
        out.append(f'<line x1="{x(tick):.1f}" y1="{TOP}" x2="{x(tick):.1f}" y2="{bottom}" '
                   f'stroke="{strong}"/>')
        out.append(_text(x(tick), bottom + 16, f"{tick:g}", "middle", 11))
    for number, (name, row) in enumerate(rows):
        y = TOP + ROW * (number + 0.5)
        out.append(_text(LEFT - 10, y + 4, name, "end"))
        for index, ratio in enumerate(row):
            if ratio:
                out.append(f'<circle cx="{x(ratio):.1f}" cy="{y:.1f}" r="4" '
                           f'fill="{COLORS[index % len(COLORS)]}" fill-opacity="0.85"/>')
    out.append("</svg>")
    return "\n".join(out) + "\n"
