#include "text/printer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "binary/module_decoder.hpp"
#include "text/parser.hpp"

using namespace zwasm;

namespace {

std::string print(std::string_view source) {
  const Result<Vector<uint8_t>> bytes = parse_module(source, Features());
  REQUIRE_MESSAGE(bytes.ok(), source << ": " << bytes.error().message);
  const Result<Module> module = decode_module(bytes.value(), Features());
  REQUIRE_MESSAGE(module.ok(), module.error().message);
  Result<std::string> text = print_module(module.value());
  REQUIRE_MESSAGE(text.ok(), text.error().message);
  return std::move(text).value();
}

/// The text is what the printer makes of itself.
void check_canonical(std::string_view source) { CHECK(print(source) == source); }

}  // namespace

TEST_CASE("empty modules") {
  CHECK(print("") == "(module)\n");
  CHECK(print("(module $m)") == "(module $m\n)\n");
}

TEST_CASE("every kind of field") {
  check_canonical(R"((module $m
  (@custom "early" (before first) "\00\ff\"x")
  (@custom "late" (after data) "")
  (type $f (;0;) (func (param i32 i64) (result f32)))
  (type (;1;) (func))
  (rec
    (type $s (;2;) (sub (struct (field $x (mut i8)) (field (ref null $t)))))
    (type $t (;3;) (sub $s (struct (field i32) (field (ref null $t)) (field i64))))
  )
  (type (;4;) (array (mut i16)))
  (import "a" "ü" (func $i (;0;) (type $f) (param $p i32) (param i64) (result f32)))
  (import "a" "t" (table (;0;) i64 1 externref))
  (import "a" "m" (memory (;0;) 1 2 shared))
  (import "a" "g" (global (;0;) (mut i32)))
  (import "a" "e" (tag (;0;) (type 1)))
  (table $tab (;1;) 1 2 (ref func) (ref.func $i))
  (table (;2;) 3 funcref)
  (memory $mem (;1;) i64 0 (pagesize 1))
  (tag $tag (;1;) (type 1))
  (global $g (;1;) i32 (i32.const -5))
  (global (;2;) i64 i64.const 1 i64.const 2 i64.add)
  (export "f" (func 1))
  (export "m" (memory $mem))
  (export "tag" (tag $tag))
  (start 1)
  (elem $e (;0;) (table $tab) (i32.const 0) func $i 1)
  (elem (;1;) func)
  (elem (;2;) declare func $i)
  (elem (;3;) (table 2) (offset i32.const 1 i32.const 2 i32.add) funcref (ref.null func) (ref.func 1))
  (elem (;4;) (ref null $s) (item global.get $g ref.null none))
  (func (;1;) (type 1)
    (local i32 i32) (local $l f64)
  )
  (func $"two words" (;2;) (type 1))
  (data $d (;0;) (memory $mem) (i64.const 0) "abc\00")
  (data (;1;) "")
)
)");
}

TEST_CASE("every kind of immediate") {
  check_canonical(R"((module
  (type $v (;0;) (func))
  (type (;1;) (func (param i32) (result i32)))
  (type $s (;2;) (struct (field $a i32) (field i8)))
  (type $r (;3;) (array i32))
  (table $t (;0;) 1 funcref)
  (table (;1;) 1 funcref)
  (memory (;0;) 1)
  (memory $m (;1;) 1)
  (tag $e (;0;) (type $v))
  (global $g (;0;) (mut i32) (i32.const 0))
  (elem $el (;0;) func)
  (func $f (;0;) (type 1) (param $p i32) (result i32)
    (local i64)
    block $out (result i32)
      loop
        local.get $p
        if (type 1) (param i32) (result i32)
          br $out
        else
          drop
          br_table $out 0 1 $out
        end
        br_if $out
      end
      i32.const -1
    end
    local.set $p
    i64.const 9223372036854775807
    local.set 1
    f32.const -0.5
    drop
    f64.const nan:0x1
    drop
    v128.const i32x4 0x00000001 0x80000000 0xffffffff 0x00000000
    v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
    i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31
    i8x16.extract_lane_s 15
    i32.load offset=4
    i32.load $m offset=8 align=1
    v128.load8_lane $m 3
    v128.load8_lane 3
    i32.atomic.rmw8.add_u
    atomic.fence
    memory.copy
    memory.copy $m 0
    memory.init $d
    memory.init $m $d
    memory.fill $m
    memory.size
    table.copy
    table.copy $t 1
    table.init $el
    table.init 1 $el
    table.get $t
    table.size 1
    data.drop $d
    elem.drop $el
    call $f
    call_indirect (type $v)
    return_call_indirect 1 (type 1) (param i32) (result i32)
    call_ref $v
    ref.null $s
    ref.null extern
    ref.func $f
    ref.test (ref $s)
    ref.cast (ref null any)
    br_on_cast 0 (ref null any) (ref $s)
    struct.get $s $a
    struct.get_s $s 1
    array.new_fixed $r 3
    array.new_data $r $d
    array.new_elem $r $el
    array.copy $r $r
    select
    select (result i32)
    throw $e
    block
      try_table (catch $e 0) (catch_all_ref 0)
        nop
      end
    end
    try $try
      rethrow $try
    catch $e
      nop
    catch_all
      nop
    end
    try
      nop
    delegate 0
    global.get $g
    i64.add128
  )
  (data $d (;0;) "")
)
)");
}

TEST_CASE("text grows no faster than the module") {
  std::string list;
  for (int i = 0; i < 1000; ++i) list += " i32";
  const std::string signature = "(param" + list + ") (result" + list + ")";
  std::string source = "(type $t (func " + signature + "))";
  source += "(import \"m\" \"f\" (func (type $t))) (table 1 funcref) (tag (type $t))";
  for (int i = 0; i < 500; ++i) source += "(func (type $t) (local i64) unreachable local.set 1000)";
  source += "(func (type $t) unreachable";
  for (int i = 0; i < 2000; ++i) {
    source += " block (type $t) end i32.const 0 call_indirect (type $t) loop (type $t) end";
  }
  source += ")";
  const Result<Vector<uint8_t>> bytes = parse_module(source, Features());
  REQUIRE_MESSAGE(bytes.ok(), bytes.error().message);
  const std::string text = print(source);
  CHECK(text.size() < 20 * bytes.value().size());
  const Result<Vector<uint8_t>> again = parse_module(text, Features());
  REQUIRE_MESSAGE(again.ok(), again.error().message);
  CHECK(std::ranges::equal(again.value().span(), bytes.value().span()));
}

TEST_CASE("names of parameters show in long types") {
  std::string rest;
  for (int i = 0; i < 30; ++i) rest += " i64";
  check_canonical("(module\n  (type $t (;0;) (func (param i32" + rest + ")))\n"
                  "  (func (;0;) (type $t) (param $p i32) (param" + rest + ")\n"
                  "    local.get $p\n    drop\n  )\n"
                  "  (func (;1;) (type $t)\n    (local $l i32)\n    local.get $l\n    drop\n  )\n"
                  ")\n");
}

TEST_CASE("labels are named where the name means them") {
  check_canonical(R"((module
  (type (;0;) (func))
  (func (;0;) (type 0)
    block $l
      block $l
        br $l
        br 1
      end
      br $l
    end
  )
)
)");
}

TEST_CASE("branch hints") {
  check_canonical(R"((module
  (type (;0;) (func))
  (func (;0;) (type 0)
    i32.const 0
    (@metadata.code.branch_hint "\01") if
      i32.const 1
      (@metadata.code.branch_hint "\00") br_if 0
    end
  )
)
)");
}

TEST_CASE("a name that is not unique is an annotation") {
  const std::string text = print("(func $a) (func $b (@name \"a\") call $b)");
  CHECK(text.find("(func $a (;0;)") != std::string::npos);
  CHECK(text.find("(func (;1;) (@name \"a\")") != std::string::npos);
  CHECK(text.find("call 1") != std::string::npos);
  CHECK(print(text) == text);
}

TEST_CASE("one function") {
  const Result<Vector<uint8_t>> bytes =
      parse_module("(import \"m\" \"f\" (func $i (param i32))) (func $g nop)", Features());
  REQUIRE(bytes.ok());
  const Result<Module> module = decode_module(bytes.value(), Features());
  REQUIRE(module.ok());
  const Result<std::string> imported = print_function(module.value(), FuncIndex{0});
  REQUIRE(imported.ok());
  CHECK(imported.value() == "  (func $i (;0;) (type 0) (param i32))\n");
  const Result<std::string> defined = print_function(module.value(), FuncIndex{1});
  REQUIRE(defined.ok());
  CHECK(defined.value() == "  (func $g (;1;) (type 1)\n    nop\n  )\n");
}

TEST_CASE("runs of no locals do not show") {
  const auto print_body = [](const std::string& body) {
    return print(
        "(module binary \"\\00asm\\01\\00\\00\\00\" \"\\01\\04\\01\\60\\00\\00\" "
        "\"\\03\\02\\01\\00\" \"\\0a\" " + body + ")");
  };
  const std::string head = "(module\n  (type (;0;) (func))\n  (func (;0;) (type 0)";
  CHECK(print_body("\"\\06\\01\\04\\01\\00\\7f\\0b\"") == head + ")\n)\n");
  // i32, no f32, i32
  CHECK(print_body("\"\\0a\\01\\08\\03\\01\\7f\\00\\7d\\01\\7f\\0b\"") ==
        head + "\n    (local i32 i32)\n  )\n)\n");
}

TEST_CASE("bodies that do not decode or nest are errors") {
  const auto error_of = [](std::string_view body) {
    const std::string source =
        "(module binary \"\\00asm\\01\\00\\00\\00\" \"\\01\\04\\01\\60\\00\\00\" "
        "\"\\03\\02\\01\\00\" \"\\0a\\05\\01\\03\\00" + std::string(body) + "\")";
    const Result<Vector<uint8_t>> bytes = parse_module(source, Features());
    REQUIRE(bytes.ok());
    const Result<Module> module = decode_module(bytes.value(), Features());
    REQUIRE_MESSAGE(module.ok(), module.error().message);
    const Result<std::string> text = print_module(module.value());
    return text.ok() ? std::string() : text.error().message;
  };
  CHECK(error_of("\\01\\0b") == "");
  CHECK(error_of("\\0b\\0b") != "");
  CHECK(error_of("\\ff\\0b") != "");
  CHECK(error_of("\\18\\0b") != "");
}
