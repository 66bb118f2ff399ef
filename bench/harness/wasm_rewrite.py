"""Makes a WebAssembly module run without the two functions that benchmark harnesses provide.

The programs of sightglass and libsodium import bench.start and bench.end, which mark the part that
their own harness times. Engines' command lines do not know them, so `define_imports` gives a module
its own empty functions instead: the imports become the first defined functions. That keeps the
index of every function that was defined before; only imported functions change places, so that
calls and references are rewritten but nothing moves otherwise.
"""

MAGIC = b"\0asm\x01\0\0\0"
CUSTOM, TYPE, IMPORT, FUNCTION, GLOBAL, EXPORT, START, ELEMENT, CODE = 0, 1, 2, 3, 6, 7, 8, 9, 10


class Unsupported(Exception):
    """The module uses what this rewriter does not read."""


def encode_unsigned(value):
    out = bytearray()
    while True:
        byte = value & 0x7F
        value >>= 7
        if value == 0:
            out.append(byte)
            return bytes(out)
        out.append(byte | 0x80)


def encode_name(text):
    data = text.encode()
    return encode_unsigned(len(data)) + data


class Reader:
    def __init__(self, data, position=0):
        self.data = data
        self.position = position

    def byte(self):
        value = self.data[self.position]
        self.position += 1
        return value

    def unsigned(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def skip_integer(self):
        while self.byte() >= 0x80:
            pass

    def bytes(self, count):
        self.position += count
        return self.data[self.position - count:self.position]

    def name(self):
        return self.bytes(self.unsigned()).decode()

    def at_end(self):
        return self.position >= len(self.data)

    def skip_value_type(self):
        if self.byte() in (0x63, 0x64):  # a reference type with its heap type
            self.skip_integer()

    def skip_block_type(self):
        if self.data[self.position] in (0x63, 0x64):
            self.skip_value_type()
        else:
            self.skip_integer()

    def skip_limits(self):
        flags = self.byte()
        self.skip_integer()
        if flags & 1:
            self.skip_integer()
        if flags & 8:  # a page size
            self.skip_integer()

    def skip_memarg(self):
        if self.unsigned() & 0x40:  # a memory index
            self.skip_integer()
        self.skip_integer()


class Indices:
    """Old to new function indices; only those of imports differ."""

    def __init__(self, mapping):
        self.mapping = mapping
        self.identity = all(new == old for old, new in enumerate(mapping))

    def new(self, index):
        return self.mapping[index] if index < len(self.mapping) else index


# Immediates of the instructions with a one-byte opcode that have any, by opcode: i an integer,
# b a block type, f a function index, m a memory argument, v a vector of integers; a number is a count of bytes.
_IMMEDIATES = {
    0x02: "b", 0x03: "b", 0x04: "b", 0x08: "i", 0x0C: "i", 0x0D: "i", 0x0E: "vi", 0x10: "f",
    0x11: "ii", 0x12: "f", 0x13: "ii", 0x14: "i", 0x15: "i", 0x3F: "i", 0x40: "i", 0x41: "i",
    0x42: "i", 0x43: 4, 0x44: 8, 0xD0: "i", 0xD2: "f", 0xD5: "i", 0xD6: "i",
    **dict.fromkeys(range(0x20, 0x27), "i"),
    **dict.fromkeys(range(0x28, 0x3F), "m"),
}
_NO_IMMEDIATE = {0x00, 0x01, 0x05, 0x0A, 0x0B, 0x0F, 0x1A, 0x1B, 0xD1, 0xD3, 0xD4,
                 *range(0x45, 0xC5)}
_GARBAGE_COLLECTION = {
    **dict.fromkeys((0, 1, 6, 7, 11, 12, 13, 14, 16, 20, 21, 22, 23), "i"),
    **dict.fromkeys((2, 3, 4, 5, 8, 9, 10, 17, 18, 19), "ii"),
    **dict.fromkeys((24, 25), "iiii"),
    **dict.fromkeys((15, 26, 27, 28, 29, 30), ""),
}
_BULK = {**dict.fromkeys(range(8), ""), 8: "ii", 9: "i", 10: "ii", 11: "i", 12: "ii", 13: "i", 14: "ii", 15: "i", 16: "i",
         17: "i"}


def _skip(reader, kinds):
    for kind in kinds:
        if kind == "i":
            reader.skip_integer()
        elif kind == "m":
            reader.skip_memarg()
        elif kind == "b":
            reader.skip_block_type()
        else:
            for _ in range(reader.unsigned()):
                reader.skip_integer()


def _of_prefix(table, prefix, opcode):
    if opcode not in table:
        raise Unsupported(f"instruction {prefix:#x} {opcode}")
    return table[opcode]


def _function_operand(reader):
    """Skips one instruction. Returns its opcode, and where its function index is, or None."""
    opcode = reader.byte()
    if opcode in _NO_IMMEDIATE:
        return opcode, None
    kinds = _IMMEDIATES.get(opcode)
    if kinds == "f":
        start = reader.position
        reader.skip_integer()
        return opcode, start
    if isinstance(kinds, int):
        reader.position += kinds
    elif kinds:
        _skip(reader, kinds)
    elif opcode == 0x1C:  # select with types
        for _ in range(reader.unsigned()):
            reader.skip_value_type()
    elif opcode == 0xFB:
        _skip(reader, _of_prefix(_GARBAGE_COLLECTION, opcode, reader.unsigned()))
    elif opcode == 0xFC:
        _skip(reader, _of_prefix(_BULK, opcode, reader.unsigned()))
    elif opcode == 0xFD:
        sub = reader.unsigned()
        if sub <= 11 or 84 <= sub <= 93:
            reader.skip_memarg()
        if sub in (12, 13):
            reader.position += 16
        elif 21 <= sub <= 34 or 84 <= sub <= 91:
            reader.position += 1
    elif opcode == 0xFE:
        if reader.unsigned() == 3:
            reader.position += 1
        else:
            reader.skip_memarg()
    else:
        raise Unsupported(f"instruction {opcode:#x}")
    return opcode, None


def _rewrite_instructions(reader, indices, end=None):
    """The instructions up to position `end`, or those of one constant expression."""
    out = bytearray()
    copied = reader.position
    while end is None or reader.position < end:
        opcode, operand = _function_operand(reader)
        if operand is not None:
            out += reader.data[copied:operand]
            out += encode_unsigned(indices.new(Reader(reader.data, operand).unsigned()))
            copied = reader.position
        if end is None and opcode == 0x0B:
            break
    return bytes(out + reader.data[copied:reader.position])


def _rewrite_code(body, indices, added):
    reader = Reader(body)
    count = reader.unsigned()
    out = [encode_unsigned(count + added), b"\x02\x00\x0b" * added]  # no locals; end
    if indices.identity:
        return b"".join(out) + body[reader.position:]
    for _ in range(count):
        size = reader.unsigned()
        end = reader.position + size
        start = reader.position
        for _ in range(reader.unsigned()):
            reader.skip_integer()
            reader.skip_value_type()
        function = body[start:reader.position] + _rewrite_instructions(reader, indices, end)
        out += [encode_unsigned(len(function)), function]
    return b"".join(out)


def _rewrite_exports(body, indices):
    reader = Reader(body)
    count = reader.unsigned()
    out = [encode_unsigned(count)]
    for _ in range(count):
        name, kind, index = reader.name(), reader.byte(), reader.unsigned()
        out += [encode_name(name), bytes([kind]),
                encode_unsigned(indices.new(index) if kind == 0 else index)]
    return b"".join(out)


def _rewrite_globals(body, indices):
    reader = Reader(body)
    count = reader.unsigned()
    out = [encode_unsigned(count)]
    for _ in range(count):
        start = reader.position
        reader.skip_value_type()
        reader.byte()
        out.append(body[start:reader.position])
        out.append(_rewrite_instructions(reader, indices))
    return b"".join(out)


def _rewrite_elements(body, indices):
    reader = Reader(body)
    count = reader.unsigned()
    out = [encode_unsigned(count)]
    for _ in range(count):
        flags = reader.unsigned()
        out.append(encode_unsigned(flags))
        active, explicit, expressions = not flags & 1, flags & 2, flags & 4
        if active:
            if explicit:
                out.append(encode_unsigned(reader.unsigned()))
            out.append(_rewrite_instructions(reader, indices))
        if explicit or not active:
            start = reader.position
            if expressions:
                reader.skip_value_type()
            else:
                reader.byte()
            out.append(body[start:reader.position])
        length = reader.unsigned()
        out.append(encode_unsigned(length))
        for _ in range(length):
            out.append(_rewrite_instructions(reader, indices) if expressions
                       else encode_unsigned(indices.new(reader.unsigned())))
    return b"".join(out)


def _read_imports(body):
    """[(module, name, kind, bytes of the type)]"""
    reader = Reader(body)
    imports = []
    for _ in range(reader.unsigned()):
        module, name, kind = reader.name(), reader.name(), reader.byte()
        start = reader.position
        if kind == 0:
            reader.unsigned()
        elif kind == 1:
            reader.skip_value_type()
            reader.skip_limits()
        elif kind == 2:
            reader.skip_limits()
        elif kind == 3:
            reader.skip_value_type()
            reader.byte()
        elif kind == 4:
            reader.byte()
            reader.unsigned()
        else:
            raise Unsupported(f"import kind {kind}")
        imports.append((module, name, kind, body[start:reader.position]))
    return imports


def _read_composite_type(reader):
    """Returns whether it is a function type without parameters and results."""
    kind = reader.byte()
    if kind in (0x4F, 0x50):  # with supertypes
        for _ in range(reader.unsigned()):
            reader.skip_integer()
        kind = reader.byte()
    fields = 0
    if kind == 0x60:
        for _ in range(2):
            count = reader.unsigned()
            fields += count
            for _ in range(count):
                reader.skip_value_type()
    elif kind in (0x5E, 0x5F):
        for _ in range(reader.unsigned() if kind == 0x5F else 1):
            reader.skip_value_type()
            reader.byte()
    else:
        raise Unsupported(f"type {kind:#x}")
    return kind == 0x60 and fields == 0


def _check_types(body, type_indices):
    reader = Reader(body)
    index = 0
    for _ in range(reader.unsigned()):
        group = 1
        if reader.data[reader.position] == 0x4E:
            reader.byte()
            group = reader.unsigned()
        for _ in range(group):
            if not _read_composite_type(reader) and index in type_indices:
                raise Unsupported("an import with parameters or results")
            index += 1


def define_imports(data, module):
    """`data` with empty functions in place of those it imports from `module`, without custom
    sections; or None if it imports none. Raises Unsupported if that cannot be done."""
    if data[:8] != MAGIC:
        raise Unsupported("not a WebAssembly module")
    reader = Reader(data, 8)
    sections = []
    while not reader.at_end():
        number = reader.byte()
        body = reader.bytes(reader.unsigned())
        if number != CUSTOM:
            sections.append((number, body))
    bodies = dict(sections)
    imports = _read_imports(bodies[IMPORT]) if IMPORT in bodies else []
    functions = [entry for entry in imports if entry[2] == 0]
    removed = [entry for entry in functions if entry[0] == module]
    if not removed:
        return None
    types = [entry[3] for entry in removed]
    _check_types(bodies[TYPE], {Reader(index).unsigned() for index in types})

    next_kept = 0
    next_removed = len(functions) - len(removed)
    mapping = []
    for entry in functions:
        if entry[0] == module:
            mapping.append(next_removed)
            next_removed += 1
        else:
            mapping.append(next_kept)
            next_kept += 1
    indices = Indices(mapping)
    kept = [entry for entry in imports if not (entry[2] == 0 and entry[0] == module)]

    if CODE not in bodies:
        raise Unsupported("a module without functions")
    rewriters = {
        IMPORT: lambda body: encode_unsigned(len(kept)) + b"".join(
            encode_name(source) + encode_name(name) + bytes([kind]) + type_
            for source, name, kind, type_ in kept),
        FUNCTION: lambda body: _prepend(body, types),
        GLOBAL: lambda body: _rewrite_globals(body, indices),
        EXPORT: lambda body: _rewrite_exports(body, indices),
        START: lambda body: encode_unsigned(indices.new(Reader(body).unsigned())),
        ELEMENT: lambda body: _rewrite_elements(body, indices),
        CODE: lambda body: _rewrite_code(body, indices, len(removed)),
    }
    out = [MAGIC]
    for number, body in sections:
        if number in rewriters:
            body = rewriters[number](body)
        out += [bytes([number]), encode_unsigned(len(body)), body]
    return b"".join(out)


def _prepend(body, entries):
    reader = Reader(body)
    count = reader.unsigned()
    return encode_unsigned(count + len(entries)) + b"".join(entries) + body[reader.position:]
