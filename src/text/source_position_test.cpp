#include "text/source_position.hpp"

#include <doctest/doctest.h>

#include <string>

#include "binary/instruction_reader.hpp"
#include "binary/module_decoder.hpp"
#include "text/parser.hpp"

namespace zwasm {
namespace {

/// The source behind the position that an error at `offset` of its binary is given.
std::string_view source_of(std::string_view source, std::span<const uint8_t> binary,
                           uint64_t offset) {
  const Error error =
      at_source(make_error(ErrorKind::invalid, offset, "x"), source, Features(), binary);
  if (error.line == 0) return {};
  CHECK(error.offset == offset);
  for (uint32_t line = 1; line < error.line; ++line) source.remove_prefix(source.find('\n') + 1);
  return source.substr(error.column - 1);
}

struct Parsed {
  explicit Parsed(std::string_view text) : source(text), binary(parse_module(text, Features())) {
    REQUIRE_MESSAGE(binary.ok(), binary.error().message);
    decoded = decode_module(binary.value().span(), Features());
    REQUIRE(decoded.ok());
  }
  const Module& module() const { return decoded.value(); }
  std::string_view at(uint64_t offset) const { return source_of(source, binary.value(), offset); }

  std::string_view source;
  Result<Vector<uint8_t>> binary;
  Result<Module> decoded = make_error(ErrorKind::host, 0, "not decoded");
};

}  // namespace

TEST_CASE("each instruction is found in the text, flat and folded") {
  const Parsed parsed(R"((module
  (type $t (func (param i32) (result i32)))
  (import "m" "f" (func $imported))
  (memory 1)
  (table $table 2 funcref)
  (tag $tag)
  (func $flat (export "flat") (type $t) (local i64 f32)
    local.get 0
    if (result i32)
      i32.const 1
    else
      i32.const 2 i32.eqz
    end
    block $b br $b end $b
    loop
      nop
    end
    call $imported)
  (func $folded (param i32) (result i32)
    (drop (i32.add (i32.const 1)
                   (i32.load offset=4 (local.get 0))))
    (if (result i32) (i32.eqz (local.get 0))
      (then (i32.const 7))
      (else (call_indirect $table (type $t) (i32.const 1) (i32.const 0))))
    (block (loop (nop)))
    (select (i32.const 1) (i32.const 2) (i32.const 3))
    (try_table (catch_all 0) (throw $tag)))))");
  size_t instructions = 0;
  for (const Code& code : parsed.module().codes) {
    InstructionReader reader;
    reader.reset(code.body, Features());
    while (!reader.at_end()) {
      Instruction instruction;
      REQUIRE(reader.next(instruction));
      const std::string_view found = parsed.at(instruction.offset);
      const std::string_view expected = info(instruction.opcode).text;
      INFO(std::string(expected), " is not at ", std::string(found.substr(0, 20)));
      // What closes a folded block is a parenthesis, what opens its second half another one.
      const bool implicit = (instruction.opcode == Opcode::end && found.starts_with(')')) ||
                            (instruction.opcode == Opcode::else_ && found.starts_with("(else"));
      CHECK((implicit || found.starts_with(expected)));
      // An offset within the instruction belongs to it.
      if (reader.offset() > instruction.offset + 1) {
        CHECK(parsed.at(instruction.offset + 1) == found);
      }
      ++instructions;
    }
  }
  CHECK(instructions == 42);
}

TEST_CASE("declarations are found in the text") {
  const Parsed parsed(R"((module
    (import "m" "f" (func))
    (func (export "a") (import "m" "g"))
    (table (export "t") funcref (elem 0 1))
    (global $g i32
      i32.const 5)
    (global f64 (f64.const 1))
    (memory (export "mem") (data "abc"))
    (export "b" (func 2))
    (elem (i32.const 1) func 0)
    (elem (ref null func) (ref.func 0) (item ref.null func))
    (data (i32.const 9) "text")
    (data "passive")
    (start 2)
    (func $start (local i32)))
    )");
  const Module& module = parsed.module();
  CHECK(parsed.at(module.imports[0].offset).starts_with("(import \"m\" \"f\""));
  CHECK(parsed.at(module.imports[1].offset).starts_with("(func (export \"a\")"));
  CHECK(parsed.at(module.exports[0].offset).starts_with("(export \"a\")"));
  CHECK(parsed.at(module.exports[1].offset).starts_with("(export \"t\")"));
  CHECK(parsed.at(module.exports[3].offset).starts_with("(export \"b\""));
  CHECK(parsed.at(module.globals[0].init.offset).starts_with("i32.const 5"));
  CHECK(parsed.at(module.globals[1].init.offset).starts_with("f64.const 1"));
  CHECK(parsed.at(module.elems[0].position).starts_with("(table (export \"t\")"));
  CHECK(parsed.at(module.elems[0].offset.offset).starts_with("(table (export \"t\")"));
  CHECK(parsed.at(module.elems[1].offset.offset).starts_with("i32.const 1"));
  CHECK(parsed.at(module.elems[2].expressions[0].offset).starts_with("ref.func 0"));
  CHECK(parsed.at(module.elems[2].expressions[1].offset).starts_with("ref.null func"));
  CHECK(parsed.at(module.datas[0].offset.offset).starts_with("(memory (export"));
  CHECK(parsed.at(module.datas[1].offset.offset).starts_with("i32.const 9"));
  CHECK(parsed.at(module.datas[2].position).starts_with("(data \"passive\")"));
  CHECK(parsed.at(module.start_offset).starts_with("(start 2)"));
  CHECK(parsed.at(module.codes[0].entry_offset).starts_with("(func $start"));
}

TEST_CASE("types, tables, memories and tags are found, implicit types where they are used") {
  const Parsed parsed(R"((module
    (type $f (func))
    (rec (type $a (struct)) (type $b (array i8)))
    (import "m" "t" (table 1 funcref))
    (table 2 funcref)
    (memory 1)
    (memory $two 1 2)
    (tag (param i32))
    (func (param i64) (result f32) unreachable))
    )");
  const Module& module = parsed.module();
  CHECK(parsed.at(module.types[0].offset).starts_with("(type $f"));
  CHECK(parsed.at(module.types[1].offset).starts_with("(type $a"));
  CHECK(parsed.at(module.types[2].offset).starts_with("(type $b"));
  CHECK(parsed.at(module.types[3].offset).starts_with("(param i32)"));
  CHECK(parsed.at(module.types[4].offset).starts_with("(param i64)"));
  CHECK(parsed.at(module.tables[0].offset).starts_with("(import"));
  CHECK(parsed.at(module.tables[1].offset).starts_with("(table 2"));
  CHECK(parsed.at(module.memories[0].offset).starts_with("(memory 1)"));
  CHECK(parsed.at(module.memories[1].offset).starts_with("(memory $two"));
  CHECK(parsed.at(module.tags[0].offset).starts_with("(tag (param"));
}

TEST_CASE("what the decoder refused because a feature is off is found") {
  Features features;
  features.set(Feature::gc, false);
  const std::string_view source = "(module (func)\n  (type $s (struct)))";
  const Result<Vector<uint8_t>> binary = parse_module(source, features);
  REQUIRE(binary.ok());
  Result<Module> decoded = decode_module(binary.value().span(), features);
  REQUIRE(!decoded.ok());
  const Error error = at_source(decoded.take_error(), source, features, binary.value());
  CHECK(error.line == 2);
  CHECK(error.column == 3);
}

TEST_CASE("what has no position in the text is left as it is") {
  const std::string_view source = R"((module binary "\00asm\01\00\00\00"))";
  const Parsed parsed(source);
  CHECK(parsed.at(8) == "");
  CHECK(parsed.at(Error::no_offset) == "");
  const Parsed empty("");
  CHECK(empty.at(3) == "");
  Error positioned = make_error(ErrorKind::malformed, 5, "x");
  positioned.line = 7;
  CHECK(at_source(positioned, source, Features(), parsed.binary.value()).line == 7);
}

}  // namespace zwasm
