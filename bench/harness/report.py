"""What was measured, as a table for people, as Markdown and as JSON."""
import json
import math
import statistics


def geometric_mean(values):
    values = list(values)
    return math.exp(sum(math.log(value) for value in values) / len(values)) if values else None


class Measurement:
    """All runs of one program on one engine."""

    def __init__(self):
        self.wall = []
        self.cpu = []
        self.failure = None

    def median(self, metric):
        values = getattr(self, metric)
        return statistics.median(values) if values and not self.failure else None


class Results:
    """Measurements by program and engine; the first engine is what the others are compared with."""

    def __init__(self, engines, metric):
        self.engines = engines
        self.metric = metric
        self.programs = []
        self.measurements = {}  # (program name, engine name)
        self.cold = []
        self.peak = {}  # (program name, engine name): bytes

    def start(self, program):
        (self.cold if program.suite == "cold start" else self.programs).append(program)
        for engine in self.engines:
            self.measurements[program.name, engine.name] = Measurement()

    def measurement(self, program, engine):
        return self.measurements[program.name, engine.name]

    def time(self, program, engine):
        return self.measurement(program, engine).median(self.metric)

    def ratio(self, program, engine):
        """How many times the first engine's time this one needs."""
        base, time = self.time(program, self.engines[0]), self.time(program, engine)
        return time / base if base and time else None

    def mean(self, engine, suite=None):
        """(geometric mean of the ratios, programs in it)"""
        ratios = [self.ratio(program, engine) for program in self.programs
                  if suite in (None, program.suite)]
        ratios = [ratio for ratio in ratios if ratio]
        return geometric_mean(ratios), len(ratios)

    def suites(self):
        return list(dict.fromkeys(program.suite for program in self.programs))

    def failures(self):
        return [(program, engine, self.measurement(program, engine).failure)
                for program in self.cold + self.programs for engine in self.engines
                if self.measurement(program, engine).failure]


def seconds(value):
    if value < 1e-3:
        return f"{value * 1e6:.0f} µs"
    if value < 1:
        return f"{value * 1e3:.3g} ms" if value < 0.1 else f"{value * 1e3:.0f} ms"
    return f"{value:.3g} s" if value < 100 else f"{value:.0f} s"


def mebibytes(value):
    return f"{value / (1 << 20):.2f} MiB"


def _cell(results, program, engine, width=0):
    measurement = results.measurement(program, engine)
    if measurement.failure:
        return "fails"
    time, ratio = results.time(program, engine), results.ratio(program, engine)
    if time is None:
        return "-"
    if engine is results.engines[0] or ratio is None:
        return seconds(time)
    return f"{seconds(time)} {ratio:{width}.2f}x"


def _rows(results, programs):
    return [[program.name, *(_cell(results, program, engine, 5) for engine in results.engines)]
            for program in programs]


def _mean_rows(results):
    rows = []
    for suite in results.suites() + ([None] if len(results.suites()) > 1 else []):
        cells = []
        for engine in results.engines[1:]:
            mean, count = results.mean(engine, suite)
            cells.append(f"{mean:.2f}x of {count}" if mean else "-")
        rows.append([f"mean of {suite}" if suite else "mean of all", "1", *cells])
    return rows


def _size_rows(results):
    rows = []
    if results.peak:
        for program in results.cold:
            peaks = [results.peak.get((program.name, engine.name)) for engine in results.engines]
            rows.append([f"peak memory, {program.name}",
                         *(mebibytes(peak) if peak else "-" for peak in peaks)])
    sizes = [engine.size() for engine in results.engines]
    rows.append(["executable", *(mebibytes(size) if size else "-" for size in sizes)])
    return rows


def sections(results):
    """[(title, rows)]; the first cell of a row is its label, the others one per engine."""
    parts = []
    if results.cold:
        parts.append(("Cold start, whole process", _rows(results, results.cold)))
    parts.append(("Memory and size", _size_rows(results)))
    for suite in results.suites():
        parts.append((suite, _rows(results, [program for program in results.programs
                                             if program.suite == suite])))
    if results.programs:
        parts.append(("Geometric means of the ratios", _mean_rows(results)))
    return parts


def _explanation(results):
    metric = {"wall": "wall time", "cpu": "processor time"}[results.metric]
    return (f"Median {metric}; Nx: that engine needs N times what {results.engines[0].name} needs. "
            "A mean covers the programs that both engines run.")


def text(results):
    parts = sections(results)
    head = ["", *(engine.name for engine in results.engines)]
    rows = [head, *(row for _, part in parts for row in part)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]

    def line(row):
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        return "  ".join(cells).rstrip()

    out = [_explanation(results), ""]
    for title, part in parts:
        out += [f"== {title}", line(head), *(line(row) for row in part), ""]
    for program, engine, failure in results.failures():
        out.append(f"{engine.name} fails {program.name}: {failure}")
    return "\n".join(out).rstrip() + "\n"


def markdown(results, environment):
    out = [_explanation(results), ""]
    out += [f"{environment['cpu']}, {environment['cores']} cores, {environment['system']}. Engines:"]
    out += [f"- {engine.name}: {engine.version()}" for engine in results.engines]
    for title, part in sections(results):
        out += ["", f"### {title}", ""]
        out.append("| | " + " | ".join(engine.name for engine in results.engines) + " |")
        out.append("|---|" + "---:|" * len(results.engines))
        out += ["| " + " | ".join(" ".join(cell.split()) for cell in row) + " |" for row in part]
    failures = results.failures()
    if failures:
        out += ["", "### Failures", ""]
        out += [f"- {engine.name}, {program.name}: {failure}"
                for program, engine, failure in failures]
    return "\n".join(out) + "\n"


def as_json(results, environment):
    engines = {engine.name: {"command": engine.program, "version": engine.version(),
                             "bytes": engine.size()} for engine in results.engines}
    programs = []
    for program in results.cold + results.programs:
        entry = {"name": program.name, "suite": program.suite, "engines": {}}
        for engine in results.engines:
            measurement = results.measurement(program, engine)
            entry["engines"][engine.name] = {
                "wall": measurement.wall,
                "cpu": measurement.cpu,
                "median_wall": measurement.median("wall"),
                "median_cpu": measurement.median("cpu"),
                "ratio": results.ratio(program, engine),
                "peak_bytes": results.peak.get((program.name, engine.name)),
                "failure": measurement.failure,
            }
        programs.append(entry)
    means = {}
    for suite in results.suites() + [None]:
        means[suite or "all"] = {engine.name: dict(zip(("ratio", "programs"),
                                                       results.mean(engine, suite)))
                                 for engine in results.engines[1:]}
    return json.dumps({"environment": environment, "metric": results.metric,
                       "baseline": results.engines[0].name, "engines": engines,
                       "programs": programs, "geometric_means": means}, indent=1) + "\n"
