// Every module of the test data is decoded, read to its last instruction and encoded again.
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "binary/encoder.hpp"
#include "binary/module_decoder.hpp"

namespace zwasm {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<uint8_t>;

/// The folder of test data, or an empty path.
fs::path test_data() {
  const char* given = std::getenv("ZWASM_TESTDATA");
  const fs::path folder = given != nullptr ? fs::path(given) : fs::path("..") / "shared";
  return fs::is_directory(folder) ? folder : fs::path();
}

Bytes read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

bool is_module(const Bytes& bytes) {
  static constexpr uint8_t header[] = {0x00, 'a', 's', 'm', 1, 0, 0, 0};
  return bytes.size() >= 8 && std::equal(header, header + 8, bytes.begin());
}

void require_equal(const Expression& a, const Expression& b) {
  REQUIRE(std::ranges::equal(a.bytes, b.bytes));
}

void require_equal(const Limits& a, const Limits& b) {
  REQUIRE(a.min == b.min);
  REQUIRE(a.has_max == b.has_max);
  REQUIRE(a.max == b.max);
}

/// The two modules say the same. Offsets may differ.
void require_equivalent(const Module& a, const Module& b) {
  REQUIRE(a.types.size() == b.types.size());
  for (size_t i = 0; i < a.types.size(); ++i) {
    const TypeDefinition &x = a.types[i], &y = b.types[i];
    REQUIRE(x.kind == y.kind);
    REQUIRE(x.is_final == y.is_final);
    REQUIRE(x.has_supertype == y.has_supertype);
    REQUIRE(x.supertype == y.supertype);
    REQUIRE(x.group_start == y.group_start);
    REQUIRE(x.group_size == y.group_size);
    REQUIRE(equal(x.func, y.func));
    REQUIRE(std::ranges::equal(x.fields, y.fields));
  }
  REQUIRE(a.imports.size() == b.imports.size());
  for (size_t i = 0; i < a.imports.size(); ++i) {
    REQUIRE(a.imports[i].module == b.imports[i].module);
    REQUIRE(a.imports[i].name == b.imports[i].name);
    REQUIRE(a.imports[i].kind == b.imports[i].kind);
    REQUIRE(a.imports[i].index == b.imports[i].index);
  }
  REQUIRE(std::ranges::equal(a.functions, b.functions, {}, &Func::type, &Func::type));
  REQUIRE(a.tables.size() == b.tables.size());
  for (size_t i = 0; i < a.tables.size(); ++i) {
    require_equal(a.tables[i].type.limits, b.tables[i].type.limits);
    REQUIRE(a.tables[i].type.address == b.tables[i].type.address);
    REQUIRE(a.tables[i].type.element == b.tables[i].type.element);
    REQUIRE(a.tables[i].has_init == b.tables[i].has_init);
    require_equal(a.tables[i].init, b.tables[i].init);
  }
  REQUIRE(a.memories.size() == b.memories.size());
  for (size_t i = 0; i < a.memories.size(); ++i) {
    require_equal(a.memories[i].limits, b.memories[i].limits);
    REQUIRE(a.memories[i].address == b.memories[i].address);
    REQUIRE(a.memories[i].shared == b.memories[i].shared);
    REQUIRE(a.memories[i].page_size_log2 == b.memories[i].page_size_log2);
  }
  REQUIRE(a.globals.size() == b.globals.size());
  for (size_t i = 0; i < a.globals.size(); ++i) {
    REQUIRE(a.globals[i].type.type == b.globals[i].type.type);
    REQUIRE(a.globals[i].type.is_mutable == b.globals[i].type.is_mutable);
    require_equal(a.globals[i].init, b.globals[i].init);
  }
  REQUIRE(std::ranges::equal(a.tags, b.tags, {}, &TagType::type, &TagType::type));
  REQUIRE(a.exports.size() == b.exports.size());
  for (size_t i = 0; i < a.exports.size(); ++i) {
    REQUIRE(a.exports[i].name == b.exports[i].name);
    REQUIRE(a.exports[i].kind == b.exports[i].kind);
    REQUIRE(a.exports[i].index == b.exports[i].index);
  }
  REQUIRE(a.codes.size() == b.codes.size());
  for (size_t i = 0; i < a.codes.size(); ++i) {
    REQUIRE(a.codes[i].local_count == b.codes[i].local_count);
    REQUIRE(std::ranges::equal(a.codes[i].locals, b.codes[i].locals,
                               [](const LocalRun& x, const LocalRun& y) {
                                 return x.count == y.count && x.type == y.type;
                               }));
    require_equal(a.codes[i].body, b.codes[i].body);
  }
  REQUIRE(a.elems.size() == b.elems.size());
  for (size_t i = 0; i < a.elems.size(); ++i) {
    const ElemSegment &x = a.elems[i], &y = b.elems[i];
    REQUIRE(x.mode == y.mode);
    REQUIRE(x.table == y.table);
    REQUIRE(x.type == y.type);
    REQUIRE(x.flags == y.flags);
    require_equal(x.offset, y.offset);
    REQUIRE(std::ranges::equal(x.functions, y.functions));
    REQUIRE(x.expressions.size() == y.expressions.size());
    for (size_t k = 0; k < x.expressions.size(); ++k) {
      require_equal(x.expressions[k], y.expressions[k]);
    }
  }
  REQUIRE(a.datas.size() == b.datas.size());
  for (size_t i = 0; i < a.datas.size(); ++i) {
    REQUIRE(a.datas[i].mode == b.datas[i].mode);
    REQUIRE(a.datas[i].memory == b.datas[i].memory);
    REQUIRE(a.datas[i].flags == b.datas[i].flags);
    require_equal(a.datas[i].offset, b.datas[i].offset);
    REQUIRE(std::ranges::equal(a.datas[i].bytes, b.datas[i].bytes));
  }
  REQUIRE(a.customs.size() == b.customs.size());
  for (size_t i = 0; i < a.customs.size(); ++i) {
    REQUIRE(a.customs[i].name == b.customs[i].name);
    REQUIRE(a.customs[i].after_section == b.customs[i].after_section);
    REQUIRE(std::ranges::equal(a.customs[i].bytes, b.customs[i].bytes));
  }
  REQUIRE(a.has_start == b.has_start);
  REQUIRE(a.start == b.start);
  REQUIRE(a.has_data_count == b.has_data_count);
  REQUIRE(a.data_count == b.data_count);
}

/// Reads each body to its end, and encodes each instruction into something that reads the same.
size_t check_bodies(const Module& module) {
  size_t count = 0;
  InstructionReader reader, again;
  ByteWriter out, once_more;
  for (const Code& code : module.codes) {
    reader.reset(code.body, Features(), module.has_data_count);
    Instruction instruction;
    instruction.opcode = Opcode::nop;
    out.clear();
    while (!reader.at_end()) {
      const bool ok = reader.next(instruction);
      if (!ok) FAIL(reader.error().message, " at ", reader.error().offset);
      encode_instruction(instruction, out);
      ++count;
    }
    REQUIRE(instruction.opcode == Opcode::end);
    again.reset({out.bytes(), 0}, Features());
    once_more.clear();
    while (!again.at_end()) {
      REQUIRE(again.next(instruction));
      encode_instruction(instruction, once_more);
    }
    REQUIRE(std::ranges::equal(out.bytes(), once_more.bytes()));
  }
  return count;
}

}  // namespace

TEST_CASE("modules of the test data survive decoding and encoding") {
  const fs::path folder = test_data();
  if (folder.empty()) {
    std::puts("no test data: set ZWASM_TESTDATA to a folder with .wasm files");
    return;
  }
  size_t modules = 0, identical = 0, instructions = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".wasm") continue;
    const Bytes bytes = read_file(entry.path());
    if (!is_module(bytes)) continue;  // a component
    CAPTURE(entry.path().string());
    Result<Module> module = decode_module(bytes, Features());
    if (!module.ok()) FAIL(module.error().message, " at ", module.error().offset);
    instructions += check_bodies(*module);
    const Vector<uint8_t> encoded = encode_module(*module);
    Result<Module> decoded = decode_module(encoded, Features());
    if (!decoded.ok()) FAIL(decoded.error().message, " at ", decoded.error().offset);
    require_equivalent(*module, *decoded);
    ++modules;
    if (std::ranges::equal(bytes, encoded)) ++identical;
  }
  std::printf("%zu modules, %zu of them with identical bytes, %zu instructions\n", modules,
              identical, instructions);
  CHECK(modules > 0);
}

}  // namespace zwasm
