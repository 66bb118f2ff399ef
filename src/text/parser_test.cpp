#include "text/parser.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "binary/branch_hints.hpp"
#include "binary/module_decoder.hpp"
#include "binary/names.hpp"
#include "wasm/opcode.hpp"

using namespace zwasm;

namespace {

Vector<uint8_t> parse(std::string_view source) {
  Result<Vector<uint8_t>> bytes = parse_module(source, Features());
  REQUIRE_MESSAGE(bytes.ok(), source << ": " << bytes.error().message);
  return std::move(bytes).value();
}

/// Both texts give the same binary.
bool same(std::string_view a, std::string_view b) {
  const Vector<uint8_t> left = parse(a), right = parse(b);
  return std::ranges::equal(left, right);
}

std::string error_of(std::string_view source) {
  const Result<Vector<uint8_t>> bytes = parse_module(source, Features());
  return bytes.ok() ? "" : bytes.error().message;
}

Module decode(const Vector<uint8_t>& bytes) {
  Result<Module> module = decode_module(bytes, Features());
  REQUIRE_MESSAGE(module.ok(), module.error().message);
  return std::move(module).value();
}

}  // namespace

TEST_CASE("a module may go without its parentheses") {
  CHECK(same("", "(module)"));
  CHECK(same("(func) (memory 1)", "(module (func) (memory 1))"));
  CHECK(same("(module binary \"\\00asm\" \"\\01\\00\\00\\00\")", "(module)"));
}

TEST_CASE("folded and flat instructions are the same") {
  CHECK(same("(func (result i32) (i32.add (i32.const 1) (i32.mul (i32.const 2) (i32.const 3))))",
             "(func (result i32) i32.const 1 i32.const 2 i32.const 3 i32.mul i32.add)"));
  CHECK(same("(func (block (br 0) nop))", "(func block br 0 nop end)"));
  CHECK(same("(func (if (i32.const 1) (then nop) (else unreachable)))",
             "(func i32.const 1 if nop else unreachable end)"));
  CHECK(same("(func (if (then)))", "(func if end)"));
  CHECK(same("(func (if (nop) (i32.const 1) (then)))", "(func nop i32.const 1 if end)"));
  CHECK(same("(tag $e) (func (try (do nop) (catch $e drop) (catch_all)))",
             "(tag $e) (func try nop catch $e drop catch_all end)"));
  CHECK(same("(func (try (do (try (do) (delegate 0)))))", "(func try try delegate 0 end)"));
  CHECK(same("(func (block $x (try (do nop) (delegate $x))))",
             "(func block $x try nop delegate 0 end)"));
}

TEST_CASE("labels count from the inside, and inner ones shadow") {
  CHECK(same("(func block $a block $b br $a br $b end br $a end)",
             "(func block $a block $b br 1 br 0 end br 0 end)"));
  CHECK(same("(func block $a block $a br $a end br $a end)",
             "(func block $a block $a br 0 end br 0 end)"));
  // The condition is outside of the block.
  CHECK(same("(func (block $l (if $m (i32.const 0) (then (br $l)))))",
             "(func (block $l (if $m (i32.const 0) (then (br 1)))))"));
  CHECK(error_of("(func (if $m (br_if $m (i32.const 0)) (then)))") == "unknown label $m");
  CHECK(error_of("(func block $a end $b)") == "mismatching label");
  CHECK(error_of("(func block end br $a)") == "unknown label $a");
}

TEST_CASE("names are known before they are declared") {
  CHECK(same("(func $a call $b) (func $b call $a)", "(func $a call 1) (func $b call 0)"));
  CHECK(same("(export \"t\" (table $t)) (elem (table $t) (i32.const 0) func $f) (func $f)"
             "(table $t 1 funcref)",
             "(export \"t\" (table 0)) (elem (table 0) (i32.const 0) func 0) (func $f)"
             "(table $t 1 funcref)"));
  CHECK(same("(rec (type $a (struct (field (ref $b)))) (type $b (struct (field (ref null $a)))))",
             "(rec (type $a (struct (field (ref 1)))) (type $b (struct (field (ref null 0)))))"));
}

TEST_CASE("inline imports, exports and segments") {
  CHECK(same("(func (export \"f\") (export \"g\") (import \"m\" \"n\") (param i32))",
             "(import \"m\" \"n\" (func (param i32))) (export \"f\" (func 0)) "
             "(export \"g\" (func 0))"));
  CHECK(same("(global (import \"m\" \"n\") (mut i64))", "(import \"m\" \"n\" (global (mut i64)))"));
  CHECK(same("(memory (data \"abc\" \"d\"))", "(memory 1 1) (data (i32.const 0) \"abcd\")"));
  CHECK(same("(memory i64 (pagesize 1) (data \"abc\"))",
             "(memory i64 3 3 (pagesize 1)) (data (i64.const 0) \"abc\")"));
  CHECK(same("(table funcref (elem 0 0)) (func)",
             "(table 2 2 funcref) (elem (i32.const 0) func 0 0) (func)"));
  CHECK(same("(type (func)) (table (ref null 0) (elem 0)) (func)",
             "(type (func)) (table 1 1 (ref null 0))"
             "(elem (i32.const 0) (ref null 0) (ref.func 0)) (func)"));
  CHECK(same("(table 1 funcref) (elem (offset (i32.const 0)) funcref (item ref.null func))",
             "(table 1 funcref) (elem (i32.const 0) funcref (ref.null func))"));
  // The segment of a table field comes between those of the fields around it.
  CHECK(same("(elem $a func) (table funcref (elem)) (elem $b func) (func elem.drop $b)",
             "(elem $a func) (table funcref (elem)) (elem $b func) (func elem.drop 2)"));
}

TEST_CASE("type uses") {
  CHECK(same("(func (param i32 i32) (param i32))",
             "(type (func (param i32 i32 i32))) (func (type 0))"));
  const Vector<uint8_t> bytes = parse(
      "(func $f (result f64) (f64.const 0)) (func $g (param i32)) (func $h (result f64) "
      "(f64.const 1)) (type $t (func (param i32)))");
  const Module module = decode(bytes);
  REQUIRE(module.types.size() == 2);  // that of $f is added behind the written one, and used twice
  CHECK(raw(module.functions[0].type) == 1);
  CHECK(raw(module.functions[1].type) == 0);
  CHECK(raw(module.functions[2].type) == 1);
  // A type that is not final, or within a larger group, is no match.
  CHECK(decode(parse("(type (sub (func))) (func)")).types.size() == 2);
  CHECK(decode(parse("(rec (type (func)) (type (func))) (func)")).types.size() == 3);
  CHECK(decode(parse("(rec (type (func))) (func)")).types.size() == 1);
  CHECK(error_of("(type $t (func)) (func (type $t) (param i32))") ==
        "inline function type does not match type 0");
  CHECK(error_of("(func (result i32) (param i32))") == "unexpected token param");
  CHECK(error_of("(func (block (param $x i32)))") == "unexpected token $x");
}

TEST_CASE("locals follow the parameters, also those of a named type") {
  CHECK(same(
      "(type $t (func (param i32))) (func (type $t) (local $x i64) (local.set $x (i64.const 0)))",
      "(type $t (func (param i32))) (func (type $t) (local $x i64) (local.set 1 (i64.const 0)))"));
  const Vector<uint8_t> bytes = parse("(func (local i32 i32) (local i32) (local f32))");
  const Module module = decode(bytes);
  REQUIRE(module.codes[0].locals.size() == 2);
  CHECK(module.codes[0].locals[0].count == 3);
  CHECK(module.codes[0].local_count == 4);
  CHECK(error_of("(func (param $x i32) (local $x i32))") == "duplicate local $x");
}

TEST_CASE("optional indices") {
  CHECK(same("(table 1 funcref) (elem func) (func table.init 0 table.copy call_indirect)",
             "(table 1 funcref) (elem func) (func table.init 0 0 table.copy 0 0 "
             "call_indirect 0 (type 0))"));
  CHECK(same("(memory 1) (data \"\") (func memory.init 0 memory.copy memory.fill memory.size drop)",
             "(memory 1) (data \"\") (func memory.init 0 0 memory.copy 0 0 memory.fill 0 "
             "memory.size 0 drop)"));
  CHECK(same("(memory 1) (memory $m 1) (func v128.load8_lane 3 v128.load8_lane $m 4 "
             "v128.load8_lane 1 offset=2 5)",
             "(memory 1) (memory $m 1) (func v128.load8_lane 0 3 v128.load8_lane 1 4 "
             "v128.load8_lane $m offset=2 align=1 5)"));
}

TEST_CASE("memory arguments") {
  CHECK(same("(memory 1) (func i64.load offset=0 align=8)", "(memory 1) (func i64.load)"));
  CHECK(same("(memory 1) (func i64.atomic.rmw16.add_u align=2)",
             "(memory 1) (func i64.atomic.rmw16.add_u)"));
  CHECK(error_of("(func i32.load align=3)") == "alignment must be a power of two");
  CHECK(error_of("(func i32.load offset=0x1_0000_0000_0000_0000)") == "offset out of range");
  CHECK(error_of("(func i32.load align=1 offset=0)") == "unexpected token offset=0");
}

TEST_CASE("vectors") {
  CHECK(same("(func v128.const i32x4 -1 0x80000000 3 4)",
             "(func v128.const i8x16 255 255 255 255 0 0 0 128 3 0 0 0 4 0 0 0)"));
  CHECK(same("(func v128.const f32x4 1 -0 inf nan)",
             "(func v128.const i32x4 0x3f800000 0x80000000 0x7f800000 0x7fc00000)"));
  CHECK(error_of("(func v128.const i32x4 1 2 3)") == "wrong number of lane literals");
  CHECK(error_of("(func v128.const i64x2 1 2 3)") == "wrong number of lane literals");
  CHECK(error_of("(func v128.const i8x16 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 256)") ==
        "constant out of range");
  CHECK(error_of("(func i8x16.shuffle 0)") == "invalid lane length");
  CHECK(error_of("(func i8x16.extract_lane_s 256)") == "i8 constant out of range");
}

TEST_CASE("references and aggregates") {
  CHECK(same("(type $s (struct (field $a i8) (field $b (mut i32)))) (func struct.get $s $b)",
             "(type $s (struct (field $a i8) (field $b (mut i32)))) (func struct.get 0 1)"));
  CHECK(same("(func ref.test anyref ref.cast (ref any))",
             "(func ref.test (ref null any) ref.cast (ref any))"));
  CHECK(!same("(func ref.test (ref any))", "(func ref.test (ref null any))"));
  CHECK(error_of("(type (struct (field $x i32) (field $x i32)))") == "duplicate field $x");
  CHECK(error_of("(type $s (struct)) (func struct.get $s $x)") == "unknown field $x");
}

TEST_CASE("a data count section comes with its uses") {
  CHECK(decode(parse("(memory 1) (data \"\") (func data.drop 0)")).has_data_count);
  CHECK(!decode(parse("(memory 1) (data \"\") (func)")).has_data_count);
}

TEST_CASE("identifiers become names") {
  const Vector<uint8_t> bytes = parse(
      "(module $m (type $t (struct (field i32) (field $second i32))) (func (import \"\" \"\"))"
      "(func $\"a b\" (param i32) (param $p i32) (local $l i32) (block (block $inner)))"
      "(func $x (@name \"other\")) (tag $tag) (table $table 1 funcref) (memory $mem 1)"
      "(global $g i32 (i32.const 0)) (elem $e func) (data $d \"\"))");
  const Module module = decode(bytes);
  const NameSection names(module);
  CHECK(names.module_name() == "m");
  CHECK(names.function_name(FuncIndex{0}) == "");
  CHECK(names.function_name(FuncIndex{1}) == "a b");
  CHECK(names.function_name(FuncIndex{2}) == "other");
  CHECK(names.inner_name(NameKind::local, 1, 1) == "p");
  CHECK(names.inner_name(NameKind::local, 1, 2) == "l");
  CHECK(names.inner_name(NameKind::label, 1, 1) == "inner");
  CHECK(names.inner_name(NameKind::field, 0, 1) == "second");
  CHECK(names.name(NameKind::type, 0) == "t");
  CHECK(names.name(NameKind::tag, 0) == "tag");
  CHECK(names.name(NameKind::table, 0) == "table");
  CHECK(names.name(NameKind::memory, 0) == "mem");
  CHECK(names.name(NameKind::global, 0) == "g");
  CHECK(names.name(NameKind::elem, 0) == "e");
  CHECK(names.name(NameKind::data, 0) == "d");
}

TEST_CASE("custom sections") {
  const Vector<uint8_t> bytes = parse(
      "(@custom \"last\" \"x\") (@custom \"first\" (before first) \"y\" \"z\")"
      "(@custom \"b\" (before func)) (@custom \"a\" (after type)) (func)");
  const Module module = decode(bytes);
  REQUIRE(module.customs.size() == 4);
  CHECK(module.customs[0].name == "first");
  CHECK(module.customs[0].bytes.size() == 2);
  CHECK(module.customs[0].after_section == 0);
  CHECK(module.customs[1].name == "a");
  CHECK(module.customs[2].name == "b");
  CHECK(module.customs[3].name == "last");
  CHECK(error_of("(@custom)") == "@custom annotation: missing section name");
  CHECK(error_of("(@custom \"x\" (after))") == "@custom annotation: malformed section kind");
  CHECK(error_of("(func (@custom \"x\"))") == "misplaced @custom annotation");
  CHECK(error_of("(@name \"x\")") == "misplaced @name annotation");
}

TEST_CASE("branch hints point at their branches") {
  for (const char* source :
       {"(func $f) (func (param i32) (local i64 f32) local.get 0 "
        "(@metadata.code.branch_hint \"\\01\") if end)",
        "(func $f) (func (param i32) (local i64 f32) (@metadata.code.branch_hint \"\\01\") "
        "(if (local.get 0) (then)))"}) {
    const Vector<uint8_t> bytes = parse(source);
    const Module module = decode(bytes);
    const Result<Vector<BranchHint>> hints = decode_branch_hints(module);
    REQUIRE(hints.ok());
    REQUIRE(hints.value().size() == 1);
    CHECK(raw(hints.value()[0].function) == 1);
    CHECK(hints.value()[0].likely);
    CHECK(bytes[hints.value()[0].offset] == info(Opcode::if_).code);
  }
  const Result<Vector<uint8_t>> bytes =
      parse_module("(func (@metadata.code.branch_hint \"\\01\") nop)", Features());
  REQUIRE(!bytes.ok());
  CHECK(bytes.error().kind == ErrorKind::invalid);
}

TEST_CASE("errors") {
  CHECK(error_of("(func (frobnicate))") == "unknown operator frobnicate");
  CHECK(error_of("(func $f) (func $f)") == "duplicate func $f");
  CHECK(error_of("(func call $f)") == "unknown function $f");
  CHECK(error_of("(func) (import \"\" \"\" (func))") == "import after function");
  CHECK(error_of("(memory 1) (table (import \"\" \"\") 1 funcref)") == "import after memory");
  CHECK(error_of("(start 0) (start 0) (func)") == "multiple start sections");
  CHECK(error_of("(func end)") == "unexpected token end");
  CHECK(error_of("(func block)") == "unexpected token )");
  CHECK(error_of("(func (block end))") == "unexpected token end");
  CHECK(error_of("(func (if (i32.const 0)))") == "unexpected token )");
  CHECK(error_of("(func") == "unexpected token, end of input");
  CHECK(error_of("(module))") == "unexpected token )");
  CHECK(error_of("(module) (module)") == "unexpected token (");
  CHECK(error_of("(func (i32.const 0x1_0000_0000))") == "constant out of range");
  CHECK(error_of("(memory 1 (pagesize 3))") == "invalid custom page size");
  Features features;
  features.set(Feature::exceptions, false);
  for (const char* source : {"(func try_table end)", "(func (try_table))", "(func throw_ref)"}) {
    const Result<Vector<uint8_t>> bytes = parse_module(source, features);
    REQUIRE(!bytes.ok());
    CHECK(bytes.error().message.find("(feature exceptions is disabled)") != std::string::npos);
  }
}

TEST_CASE("errors carry their position") {
  const Result<Vector<uint8_t>> bytes =
      parse_module("(module\n  (func\n    (i32.const 0)\n    (i32.cons 0)))", Features());
  REQUIRE(!bytes.ok());
  CHECK(bytes.error().kind == ErrorKind::malformed);
  CHECK(bytes.error().line == 4);
  CHECK(bytes.error().column == 6);
}

TEST_CASE("deep nesting needs no native stack") {
  std::string deep = "(func ";
  for (int i = 0; i < 40000; ++i) deep += "(block ";
  deep += std::string(40000, ')') + ")";
  CHECK(error_of(deep) == "");
  for (const char* open : {"(i32.eqz ", "block ", "(if (i32.const 0) (then ", "(@x ", "(module ",
                           "(try (do ", "(rec ", "(type "}) {
    std::string source = "(func ";
    for (int i = 0; i < 300000; ++i) source += open;
    CHECK(error_of(source) != "");
  }
}
