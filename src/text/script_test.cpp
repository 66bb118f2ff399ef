#include "text/script.hpp"

#include <doctest/doctest.h>

using namespace zwasm;
using Kind = ScriptCommand::Kind;
using ValueKind = ScriptValue::Kind;

namespace {

Script parse(std::string_view source) {
  Result<Script> script = parse_script(source);
  REQUIRE_MESSAGE(script.ok(), script.error().message);
  return std::move(script).value();
}

}  // namespace

TEST_CASE("modules of a script") {
  const Script script = parse(
      "(module (func))\n(module $m binary \"\\00asm\" \"\\01\\00\\00\\00\")\n"
      "(module quote \"(func\" \"(nop))\")\n(module definition $d (memory 1))\n"
      "(module instance $i $d)\n(module instance)");
  REQUIRE(script.commands.size() == 6);
  CHECK(script.commands[0].module.text == "(module (func))");
  CHECK(script.commands[0].line == 1);
  CHECK(script.commands[1].module.form == ScriptModule::Form::binary);
  CHECK(script.commands[1].module.id == "m");
  CHECK(script.commands[1].module.bytes.size() == 8);
  CHECK(script.commands[2].module.form == ScriptModule::Form::quote);
  CHECK(script.commands[2].module.text == "(func(nop))");
  CHECK(script.commands[3].module.is_definition);
  CHECK(script.commands[3].module.id == "d");
  CHECK(script.commands[4].kind == Kind::instance);
  CHECK(script.commands[4].id == "i");
  CHECK(script.commands[4].source_id == "d");
  CHECK(script.commands[5].source_id.empty());
  CHECK(script.commands[5].line == 6);
  for (const ScriptCommand& command : script.commands) {
    if (command.has_module) CHECK(script_module_bytes(command.module, Features()).ok());
  }
}

TEST_CASE("fields alone are a module") {
  const Script script = parse("(func) (memory 0)");
  REQUIRE(script.commands.size() == 1);
  CHECK(script_module_bytes(script.commands[0].module, Features()).ok());
}

TEST_CASE("a module that does not parse fails alone, with the line of the script") {
  const Script script = parse("(module)\n(module\n  (func (bogus)))\n(module)");
  REQUIRE(script.commands.size() == 3);
  const Result<Vector<uint8_t>> bytes = script_module_bytes(script.commands[1].module, Features());
  REQUIRE(!bytes.ok());
  CHECK(bytes.error().line == 3);
  CHECK(bytes.error().message == "unknown operator bogus");
}

TEST_CASE("actions and assertions") {
  const Script script = parse(
      "(register \"M\" $m) (invoke $m \"f\" (i32.const 1) (ref.null func)) (get \"g\")"
      "(assert_return (invoke \"f\") (i64.const -1) (f32.const nan:canonical))"
      "(assert_trap (invoke \"f\") \"unreachable\") (assert_trap (module) \"x\")"
      "(assert_exception (invoke \"f\")) (assert_malformed (module quote \"(\") \"unexpected\")"
      "(assert_invalid (module) \"type mismatch\") (assert_exhaustion (invoke \"r\") \"c\")"
      "(assert_unlinkable (module) \"unknown import\")");
  REQUIRE(script.commands.size() == 11);
  CHECK(script.commands[0].kind == Kind::register_);
  CHECK(script.commands[0].name == "M");
  CHECK(script.commands[0].id == "m");
  const ScriptAction& invoke = script.commands[1].action;
  CHECK(invoke.kind == ScriptAction::Kind::invoke);
  CHECK(invoke.module == "m");
  REQUIRE(invoke.arguments.size() == 2);
  CHECK(invoke.arguments[1].heap == HeapType(AbstractHeapType::func));
  CHECK(script.commands[2].action.kind == ScriptAction::Kind::get);
  REQUIRE(script.commands[3].results.size() == 2);
  CHECK(script.commands[3].results[0].bits == ~uint64_t{0});
  CHECK(script.commands[3].results[1].nan == ScriptValue::Nan::canonical);
  CHECK(script.commands[4].message == "unreachable");
  CHECK(!script.commands[4].has_module);
  CHECK(script.commands[5].has_module);
  CHECK(script.commands[6].kind == Kind::assert_exception);
  CHECK(script.commands[7].kind == Kind::assert_malformed);
  CHECK(script.commands[8].kind == Kind::assert_invalid);
  CHECK(script.commands[9].kind == Kind::assert_exhaustion);
  CHECK(script.commands[10].kind == Kind::assert_unlinkable);
}

TEST_CASE("values and patterns") {
  Arena arena;
  const auto value = [&](std::string_view source) {
    const Result<ScriptValue> result = parse_script_value(source, arena);
    REQUIRE_MESSAGE(result.ok(), source);
    return result.value();
  };
  CHECK(value("i32.const -1").bits == 0xFFFFFFFF);
  CHECK(value("(f64.const nan:arithmetic)").nan == ScriptValue::Nan::arithmetic);
  CHECK(value("ref.extern 5").bits == 5);
  CHECK(value("ref.extern 5").has_number);
  CHECK(!value("(ref.extern)").has_number);
  CHECK(value("ref.host 2").kind == ValueKind::ref_host);
  CHECK(!value("(ref.null)").has_heap);
  CHECK(value("(ref.null none)").heap == HeapType(AbstractHeapType::none));
  CHECK(value("(ref.i31)").kind == ValueKind::ref_of);
  CHECK(value("(ref.i31)").heap == HeapType(AbstractHeapType::i31));
  const ScriptValue vector = value("v128.const f32x4 1 nan:canonical nan:arithmetic 0");
  CHECK(vector.lanes.lane_count == 4);
  CHECK(vector.lanes.bytes[3] == 0x3F);
  CHECK(vector.lanes.nan[0] == ScriptValue::Nan::none);
  CHECK(vector.lanes.nan[1] == ScriptValue::Nan::canonical);
  CHECK(vector.lanes.nan[2] == ScriptValue::Nan::arithmetic);
  CHECK(!parse_script_value("i32.const", arena).ok());
  CHECK(!parse_script_value("i32.const 1 2", arena).ok());
  CHECK(!parse_script_value("v128.const i32x4 1 2 3", arena).ok());
  const Script script =
      parse("(assert_return (invoke \"f\") (either (i32.const 1) (i32.const 2)))");
  REQUIRE(script.commands[0].results.size() == 1);
  CHECK(script.commands[0].results[0].kind == ValueKind::either);
  CHECK(script.commands[0].results[0].alternatives.size() == 2);
}

TEST_CASE("threads") {
  const Script script = parse(
      "(module $Mem) (thread $T (shared (module $Mem)) (register \"mem\" $Mem) (invoke \"f\"))"
      "(wait $T)");
  REQUIRE(script.commands.size() == 3);
  CHECK(script.commands[1].kind == Kind::thread);
  CHECK(script.commands[1].id == "T");
  CHECK(script.commands[1].source_id == "Mem");
  CHECK(script.commands[1].commands.size() == 2);
  CHECK(script.commands[2].kind == Kind::wait);
  CHECK(script.commands[2].id == "T");
}

TEST_CASE("scripts that are none") {
  CHECK(!parse_script("(assert_return)").ok());
  CHECK(!parse_script("(module) nonsense").ok());
  CHECK(!parse_script("(module) (func)").ok());
  CHECK(!parse_script("(invoke f)").ok());
}
