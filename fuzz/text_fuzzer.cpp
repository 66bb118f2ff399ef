// Bytes as a module in the text format and as a test script.
#include <string_view>

#include "binary/encoder.hpp"
#include "binary/module_decoder.hpp"
#include "fuzz/failure.hpp"
#include "fuzz/module_checks.hpp"
#include "fuzz/target.hpp"
#include "text/parser.hpp"
#include "text/script.hpp"

namespace zwasm::fuzz {
namespace {

/// What the text parser made must be the shortest encoding of what it decodes to.
void check_binary(std::span<const uint8_t> bytes, const Features& features) {
  const Result<Module> module = decode_module(bytes, features);
  if (module.ok()) {
    const Vector<uint8_t> encoded = encode_module(module.value());
    require(std::ranges::equal(bytes, encoded), "the text parser encodes as the encoder does");
  } else {
    // The text format has no limits of its own, nor does the parser check every index.
    require(module.error().offset != Error::no_offset, "an error has a position");
  }
  check_module(bytes, features);
}

void check_error(const Error& error) {
  require(!error.message.empty() && error.line != 0 && error.column != 0,
          "an error of the text format has a message and a position");
}

void check_text_module(std::string_view source, const Features& features) {
  const Result<Vector<uint8_t>> bytes = parse_module(source, features);
  if (bytes.ok()) {
    check_binary(bytes.value(), features);
  } else {
    check_error(bytes.error());
  }
}

void check_command(const ScriptCommand& command, const Features& features) {
  if (command.has_module) {
    const Result<Vector<uint8_t>> bytes = script_module_bytes(command.module, features);
    if (bytes.ok()) check_module(bytes.value(), features);
  }
  for (const ScriptCommand& inner : command.commands) check_command(inner, features);
}

void check_script(std::string_view source, const Features& features) {
  const Result<Script> script = parse_script(source);
  if (!script.ok()) {
    check_error(script.error());
    return;
  }
  for (const ScriptCommand& command : script.value().commands) check_command(command, features);
}

}  // namespace
}  // namespace zwasm::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  const zwasm::Features features;
  zwasm::fuzz::check_text_module(source, features);
  zwasm::fuzz::check_script(source, features);
  return 0;
}
