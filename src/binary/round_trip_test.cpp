// Every module of the test data is decoded, read to its last instruction and encoded again.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "binary/encoder.hpp"
#include "binary/module_decoder.hpp"
#include "binary/test_equivalence.hpp"

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
    const char* part = difference(*module, *decoded);
    if (part != nullptr) FAIL("not the same: ", part);
    ++modules;
    if (std::ranges::equal(bytes, encoded)) ++identical;
  }
  std::printf("%zu modules, %zu of them with identical bytes, %zu instructions\n", modules,
              identical, instructions);
  CHECK(modules > 0);
}

}  // namespace zwasm
