// The text format against the official test scripts, where they are: $ZWASM_TESTDATA/spec, by
// default ../shared/spec beside the source tree.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "binary/module_decoder.hpp"
#include "text/printer.hpp"
#include "text/script.hpp"

using namespace zwasm;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> scripts() {
  const char* folder = std::getenv("ZWASM_TESTDATA");
  const fs::path root = fs::path(folder != nullptr ? folder : "../shared") / "spec";
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(root, error)) {
    const bool in_scope = entry.path().string().find("custom-descriptors") == std::string::npos;
    if (entry.path().extension() == ".wast" && in_scope) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) MESSAGE("skipped: no test scripts in " << root.string());
  return files;
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool agree(std::string_view message, std::string_view expected) {
  return message.starts_with(expected) || expected.starts_with(message);
}

/// Printing and parsing again changes nothing.
void check_round_trip(const Vector<uint8_t>& bytes, const Features& features) {
  const Result<Module> module = decode_module(bytes, features);
  if (!module.ok()) return;  // of an assertion that the binary is malformed
  const Result<std::string> text = print_module(module.value());
  if (!text.ok()) {
    CHECK(text.error().kind == ErrorKind::malformed);
    return;
  }
  ScriptModule again;
  again.text = text.value();
  const Result<Vector<uint8_t>> second = script_module_bytes(again, features);
  REQUIRE_MESSAGE(second.ok(), text.value() << second.error().message);
  const bool identical = std::ranges::equal(bytes, second.value());
  CHECK_MESSAGE(identical, text.value());
}

}  // namespace

TEST_CASE("official test scripts") {
  size_t commands = 0, modules = 0, malformed = 0;
  for (const fs::path& path : scripts()) {
    CAPTURE(path.string());
    const std::string source = read(path);
    const Result<Script> script = parse_script(source);
    REQUIRE_MESSAGE(script.ok(), script.error().message);
    // The threads proposal builds on a language without 64-bit limits.
    Features features;
    if (path.parent_path().filename() == "threads") features.set(Feature::memory64, false);
    for (const ScriptCommand& command : script.value().commands) {
      CAPTURE(command.line);
      ++commands;
      if (!command.has_module || command.module.form == ScriptModule::Form::binary) continue;
      const Result<Vector<uint8_t>> bytes = script_module_bytes(command.module, features);
      using Kind = ScriptCommand::Kind;
      if (command.kind == Kind::assert_malformed ||
          command.kind == Kind::assert_malformed_custom) {
        ++malformed;
        REQUIRE(!bytes.ok());
        CHECK(bytes.error().kind == ErrorKind::malformed);
        CHECK(bytes.error().line != 0);
        CHECK_MESSAGE(agree(bytes.error().message, command.message),
                      bytes.error().message << ", expected " << command.message);
      } else if (command.kind == Kind::assert_invalid_custom) {
        REQUIRE(!bytes.ok());
        CHECK(bytes.error().kind == ErrorKind::invalid);
        CHECK(agree(bytes.error().message, command.message));
      } else {
        ++modules;
        REQUIRE_MESSAGE(bytes.ok(), bytes.error().message);
        check_round_trip(bytes.value(), features);
      }
    }
  }
  MESSAGE(commands << " commands, " << modules << " text modules, " << malformed
                   << " malformed ones");
}
