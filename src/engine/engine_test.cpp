#include "engine/engine.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "os/clock.hpp"

namespace zwasm {
namespace {

/// An engine with a store, and modules made from text.
struct Fixture {
  explicit Fixture(const Config& config = {}) : engine(config), store(engine.make_store()) {}

  Ref<CompiledModule> compile(std::string_view text) {
    Result<Ref<CompiledModule>> module = engine.compile(text, "test");
    REQUIRE_MESSAGE(module.ok(), module.error().message);
    return *module;
  }
  Result<Instance*> try_instantiate(std::string_view text) {
    return linker.instantiate(store, compile(text));
  }
  Instance& instantiate(std::string_view text) {
    Result<Instance*> instance = try_instantiate(text);
    REQUIRE_MESSAGE(instance.ok(), instance.error().message);
    return **instance;
  }
  Result<Value> call(Instance& instance, const char* name, std::vector<Value> args = {}) {
    const FuncRef* function = instance.exported_func(name);
    REQUIRE(function != nullptr);
    Value result;
    const size_t count = store.type_of(*function).results.size();
    ZWASM_CHECK(store.call(*function, args, {&result, count}));
    return result;
  }
  /// The i32 result.
  int64_t call_i32(Instance& instance, const char* name, std::vector<Value> args = {}) {
    Result<Value> result = call(instance, name, std::move(args));
    REQUIRE_MESSAGE(result.ok(), result.error().message);
    return static_cast<int32_t>(result->i32());
  }
  /// How a call that traps does so.
  TrapKind trap(Instance& instance, const char* name, std::vector<Value> args = {}) {
    Result<Value> result = call(instance, name, std::move(args));
    return result.ok() ? TrapKind::none : result.error().trap;
  }

  Engine engine;
  Store store;
  Linker linker;
};

Value i32(int32_t value) { return Value::i32(static_cast<uint32_t>(value)); }

/// What an engine computed before main, maybe before the library's objects were initialised.
const uint32_t computed_before_main = [] {
  Engine engine;
  Store store = engine.make_store();
  Linker linker;
  linker.define<[](Caller, int32_t x) { return x + 1; }>("env", "next");
  auto module = engine.compile(std::string_view(R"((module
    (import "env" "next" (func $next (param i32) (result i32)))
    (func (export "f") (result i32) (call $next (i32.const 41)))))"));
  if (!module.ok()) return 0u;
  auto instance = linker.instantiate(store, *module);
  Value result = Value::i32(0);
  if (!instance.ok()) return 1u;
  if (!store.call(*(*instance)->exported_func("f"), {}, {&result, 1}).ok()) return 2u;
  return result.i32();
}();

}  // namespace

TEST_CASE("an engine works in the initialisation of a static object") {
  CHECK(computed_before_main == 42);
}

TEST_CASE("a function is compiled from text and called") {
  Fixture f;
  Instance& instance = f.instantiate(R"((module
    (func (export "add") (param i32 i32) (result i32)
      (i32.add (local.get 0) (local.get 1)))))");
  CHECK(f.call_i32(instance, "add", {i32(2), i32(-5)}) == -3);
  auto add = TypedFunc<int32_t(int32_t, int32_t)>::make(f.store, instance.exported_func("add"));
  REQUIRE(add.ok());
  CHECK((*add)(40, 2).value() == 42);
  CHECK(instance.exported_func("sub") == nullptr);
  CHECK(instance.exported_memory("add") == nullptr);
}

TEST_CASE("several values are passed and returned, vectors too") {
  Fixture f;
  Instance& instance = f.instantiate(R"((module
    (func (export "swap") (param i64 v128 f32) (result f32 v128 i64)
      local.get 2 local.get 1 local.get 0)))");
  const Value args[] = {Value::i64(7), Value::v128(1, 2), Value::f32(1.5f)};
  Value results[3];
  REQUIRE(f.store.call(*instance.exported_func("swap"), args, results).ok());
  CHECK(results[0].f32() == 1.5f);
  CHECK(results[1].low() == 1);
  CHECK(results[1].high() == 2);
  CHECK(results[2].i64() == 7);
}

TEST_CASE("modules that are no modules are malformed or invalid") {
  Fixture f;
  Result<Ref<CompiledModule>> text = f.engine.compile("(module (func i32.ad))");
  REQUIRE_FALSE(text.ok());
  CHECK(text.error().kind == ErrorKind::malformed);
  CHECK(text.error().line == 1);
  Result<Ref<CompiledModule>> invalid = f.engine.compile("(module (func (result i32)))");
  REQUIRE_FALSE(invalid.ok());
  CHECK(invalid.error().kind == ErrorKind::invalid);
  const uint8_t cut[] = {0, 'a', 's', 'm', 1, 0};
  Result<Ref<CompiledModule>> binary = f.engine.compile(std::span<const uint8_t>(cut));
  REQUIRE_FALSE(binary.ok());
  CHECK(binary.error().kind == ErrorKind::malformed);
  CHECK(f.engine.compile_file("/nonexistent.wasm").error().kind == ErrorKind::host);
}

TEST_CASE("a trap has a backtrace") {
  Fixture f;
  Instance& instance = f.instantiate(R"((module $app
    (func $divide (param i32) (result i32)
      (i32.div_s (i32.const 1) (local.get 0)))
    (func $outer (export "run") (result i32)
      (i32.add (i32.const 1) (call $divide (i32.const 0))))))");
  Result<Value> result = f.call(instance, "run");
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().kind == ErrorKind::trap);
  CHECK(result.error().message == "integer divide by zero");
  const Backtrace& backtrace = f.store.backtrace();
  REQUIRE(backtrace.frames.size() == 2);
  CHECK(backtrace.frames[0].module == "app");
  CHECK(backtrace.frames[0].function == "divide");
  CHECK(backtrace.frames[0].function_index == 0);
  CHECK(backtrace.frames[1].function == "outer");
  CHECK(backtrace.frames[1].function_index == 1);
  // The offsets are those of the two instructions.
  const std::span<const uint8_t> bytes = instance.module().module().bytes;
  CHECK(bytes[backtrace.frames[0].offset] == 0x6D);
  CHECK(bytes[backtrace.frames[1].offset] == 0x10);
  CHECK(result.error().offset == backtrace.frames[0].offset);
  // A call that succeeds afterwards is not disturbed by it.
  CHECK(f.trap(instance, "run") == TrapKind::integer_divide_by_zero);
}

TEST_CASE("a backtrace crosses instances") {
  Fixture f;
  Instance& inner = f.instantiate(R"((module $inner (func $boom (export "boom") unreachable)))");
  f.linker.define_instance("inner", inner);
  Instance& outer = f.instantiate(R"((module $outer
    (import "inner" "boom" (func $boom))
    (func $go (export "go") nop call $boom)))");
  CHECK(f.trap(outer, "go") == TrapKind::unreachable);
  const Backtrace& backtrace = f.store.backtrace();
  REQUIRE(backtrace.frames.size() == 2);
  CHECK(backtrace.frames[0].module == "inner");
  CHECK(backtrace.frames[0].function == "boom");
  CHECK(backtrace.frames[1].module == "outer");
  CHECK(backtrace.frames[1].function == "go");
}

TEST_CASE("endless recursion exhausts the stack, and the store can be used again") {
  Fixture f;
  Instance& instance = f.instantiate(R"((module
    (func $f (export "f") (param i32) (result i32)
      (i32.add (i32.const 1) (call $f (local.get 0))))
    (func (export "one") (result i32) (i32.const 1))))");
  Result<Value> result = f.call(instance, "f", {i32(1)});
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().kind == ErrorKind::exhaustion);
  CHECK(result.error().trap == TrapKind::call_stack_exhausted);
  CHECK(f.store.backtrace().frames.size() == Backtrace::max_frames);
  CHECK(f.store.backtrace().omitted > 1000);
  CHECK(f.call_i32(instance, "one") == 1);
}

TEST_CASE("memory accesses beyond the end trap, with guards and with checks") {
  for (const bool checks : {false, true}) {
    Config config;
    config.explicit_bounds_checks = checks;
    Fixture f(config);
    Instance& instance = f.instantiate(R"((module
      (memory (export "memory") 1 3)
      (func (export "load") (param i32) (result i32) (i32.load offset=4 (local.get 0)))
      (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
      (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
      (func (export "size") (result i32) (memory.size))))");
    CHECK(f.trap(instance, "load", {i32(65528)}) == TrapKind::none);
    CHECK(f.trap(instance, "load", {i32(65529)}) == TrapKind::out_of_bounds_memory_access);
    CHECK(f.trap(instance, "load", {i32(-1)}) == TrapKind::out_of_bounds_memory_access);
    CHECK(f.call_i32(instance, "grow", {i32(1)}) == 1);
    CHECK(f.trap(instance, "load", {i32(65529)}) == TrapKind::none);
    CHECK(f.trap(instance, "store", {i32(131071), i32(9)}) == TrapKind::none);
    CHECK(f.trap(instance, "store", {i32(131072), i32(9)}) ==
          TrapKind::out_of_bounds_memory_access);
    CHECK(f.call_i32(instance, "grow", {i32(2)}) == -1);
    CHECK(f.call_i32(instance, "size") == 2);
    MemoryInstance* memory = instance.exported_memory("memory");
    REQUIRE(memory != nullptr);
    CHECK(memory->base[131071] == 9);
  }
}

TEST_CASE("bulk memory operations check their ranges and handle overlap") {
  Fixture f;
  Instance& instance = f.instantiate(R"((module
    (memory (export "memory") 1)
    (data $d "abcdef")
    (func (export "init") (param i32 i32 i32)
      (memory.init $d (local.get 0) (local.get 1) (local.get 2)))
    (func (export "drop") (data.drop $d))
    (func (export "fill") (param i32 i32 i32)
      (memory.fill (local.get 0) (local.get 1) (local.get 2)))
    (func (export "copy") (param i32 i32 i32)
      (memory.copy (local.get 0) (local.get 1) (local.get 2)))))");
  const uint8_t* base = instance.exported_memory("memory")->base;
  CHECK(f.trap(instance, "init", {i32(10), i32(1), i32(5)}) == TrapKind::none);
  CHECK(std::memcmp(base + 10, "bcdef", 6) == 0);
  CHECK(f.trap(instance, "copy", {i32(11), i32(10), i32(5)}) == TrapKind::none);
  CHECK(std::memcmp(base + 10, "bbcdef", 7) == 0);
  CHECK(f.trap(instance, "fill", {i32(10), i32('z'), i32(3)}) == TrapKind::none);
  CHECK(std::memcmp(base + 10, "zzzdef", 7) == 0);
  const TrapKind bounds = TrapKind::out_of_bounds_memory_access;
  CHECK(f.trap(instance, "init", {i32(0), i32(2), i32(5)}) == bounds);
  CHECK(f.trap(instance, "init", {i32(65535), i32(0), i32(2)}) == bounds);
  CHECK(f.trap(instance, "fill", {i32(65536), i32(0), i32(0)}) == TrapKind::none);
  CHECK(f.trap(instance, "fill", {i32(65537), i32(0), i32(0)}) == bounds);
  CHECK(f.trap(instance, "copy", {i32(0), i32(-1), i32(2)}) == bounds);
  CHECK(f.trap(instance, "drop") == TrapKind::none);
  CHECK(f.trap(instance, "init", {i32(0), i32(0), i32(0)}) == TrapKind::none);
  CHECK(f.trap(instance, "init", {i32(0), i32(0), i32(1)}) == bounds);
}

TEST_CASE("tables hold functions, also those of other instances") {
  Fixture f;
  Instance& first = f.instantiate(R"((module
    (type $t (func (result i32)))
    (table (export "table") 4 10 funcref)
    (func $one (result i32) (i32.const 1))
    (func $two (export "two") (result i32) (i32.const 2))
    (func $other (param i32))
    (elem (i32.const 0) func $one $two $other)
    (func (export "call") (param i32) (result i32) (call_indirect (type $t) (local.get 0)))
    (func (export "grow") (param i32) (result i32) (table.grow (ref.func $two) (local.get 0)))
    (func (export "size") (result i32) (table.size))))");
  CHECK(f.call_i32(first, "call", {i32(0)}) == 1);
  CHECK(f.call_i32(first, "call", {i32(1)}) == 2);
  CHECK(f.trap(first, "call", {i32(2)}) == TrapKind::indirect_call_type_mismatch);
  CHECK(f.trap(first, "call", {i32(3)}) == TrapKind::uninitialized_element);
  CHECK(f.trap(first, "call", {i32(4)}) == TrapKind::undefined_element);
  TableInstance& table = *first.exported_table("table");
  CHECK(table.get(1) == reinterpret_cast<Slot>(first.exported_func("two")));

  f.linker.define_instance("first", first);
  Instance& second = f.instantiate(R"((module
    (import "first" "table" (table 4 funcref))
    (func $ten (result i32) (i32.const 10))
    (func $copied (result i32) (i32.const 20))
    (table $own 2 funcref)
    (elem (table 0) (i32.const 3) func $ten)
    (elem (table $own) (i32.const 0) func $copied)
    (func (export "copy") (table.copy 0 $own (i32.const 0) (i32.const 0) (i32.const 1)))))");
  CHECK(f.call_i32(first, "call", {i32(3)}) == 10);
  CHECK(f.trap(second, "copy") == TrapKind::none);
  CHECK(f.call_i32(first, "call", {i32(0)}) == 20);
  CHECK(f.call_i32(first, "grow", {i32(6)}) == 4);
  CHECK(f.call_i32(first, "call", {i32(9)}) == 2);
  CHECK(f.call_i32(first, "grow", {i32(1)}) == -1);
  CHECK(f.call_i32(first, "size") == 10);
}

TEST_CASE("globals are shared and initialised by constant expressions") {
  Fixture f;
  const GlobalInstance counter = f.store.make_global({valtype::i32, true}, i32(5));
  const GlobalInstance base = f.store.make_global({valtype::i64, false}, Value::i64(100));
  f.linker.define_extern("env", "counter", counter);
  f.linker.define_extern("env", "base", base);
  Instance& instance = f.instantiate(R"((module
    (import "env" "counter" (global $counter (mut i32)))
    (import "env" "base" (global $base i64))
    (global $sum (export "sum") i64
      (i64.add (global.get $base) (i64.mul (i64.const 3) (i64.const -2))))
    (global (export "f") funcref (ref.func $tick))
    (global (export "v") v128 (v128.const i64x2 1 2))
    (func $tick (export "tick") (result i32)
      (global.set $counter (i32.add (global.get $counter) (i32.const 1)))
      (global.get $counter))))");
  CHECK(instance.exported_global("sum").get().i64() == 94);
  CHECK(instance.exported_global("f").get().funcref() == instance.exported_func("tick"));
  CHECK(instance.exported_global("v").get().high() == 2);
  CHECK(f.call_i32(instance, "tick") == 6);
  CHECK(counter.get().i32() == 6);
  CHECK(instance.exported_global("none").cell == nullptr);
}

TEST_CASE("imports must exist and match") {
  Fixture f;
  Instance& exporter = f.instantiate(R"((module
    (func (export "f") (param i32))
    (memory (export "m") 1 2)
    (table (export "t") 1 funcref)
    (global (export "g") i32 (i32.const 0))))");
  f.linker.define_instance("a", exporter);
  const auto failure = [&](const char* text) {
    Result<Instance*> instance = f.try_instantiate(text);
    REQUIRE_FALSE(instance.ok());
    CHECK(instance.error().kind == ErrorKind::unlinkable);
    return instance.error().message;
  };
  CHECK(failure(R"((module (import "a" "x" (func))))") ==
        "unknown import: \"a\" \"x\" has not been defined");
  CHECK(failure(R"((module (import "a" "f" (func))))") ==
        "incompatible import type for \"a\" \"f\": expected func [] -> [], found func [i32] -> []");
  CHECK(failure(R"((module (import "a" "f" (memory 1))))").starts_with("incompatible import type"));
  CHECK(failure(R"((module (import "a" "m" (memory 2))))") ==
        "incompatible import type for \"a\" \"m\": expected memory 2, found memory 1 2");
  CHECK(failure(R"((module (import "a" "m" (memory 1 1))))").starts_with("incompatible"));
  CHECK(failure(R"((module (import "a" "t" (table 1 2 funcref))))").starts_with("incompatible"));
  CHECK(failure(R"((module (import "a" "t" (table 1 externref))))").starts_with("incompatible"));
  CHECK(failure(R"((module (import "a" "g" (global (mut i32)))))").starts_with("incompatible"));
  CHECK(failure(R"((module (import "a" "g" (global i64))))").starts_with("incompatible"));
  f.instantiate(R"((module
    (import "a" "f" (func (param i32))) (import "a" "m" (memory 1 3))
    (import "a" "t" (table 0 funcref)) (import "a" "g" (global i32))))");
}

TEST_CASE("unknown functions can be left to fail when they are called") {
  Fixture f;
  f.linker.set_unknown_imports(UnknownImports::trap);
  Instance& instance = f.instantiate(R"((module
    (import "env" "missing" (func $missing))
    (func (export "ok") (result i32) (i32.const 1))
    (func (export "bad") (call $missing))))");
  CHECK(f.call_i32(instance, "ok") == 1);
  Result<Value> result = f.call(instance, "bad");
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().kind == ErrorKind::trap);
  CHECK(result.error().message == "unknown import: \"env\" \"missing\" has not been defined");
  CHECK_FALSE(f.try_instantiate(R"((module (import "env" "m" (memory 1))))").ok());
}

TEST_CASE("segments that do not fit trap, after those before them were copied") {
  Fixture f;
  Instance& exporter = f.instantiate(R"((module
    (memory (export "m") 1) (table (export "t") 2 funcref)
    (type $t (func (result i32)))
    (func (export "call") (param i32) (result i32) (call_indirect (type $t) (local.get 0)))))");
  f.linker.define_instance("a", exporter);
  Result<Instance*> instance = f.try_instantiate(R"((module
    (import "a" "m" (memory 1)) (import "a" "t" (table 2 funcref))
    (func $seven (result i32) (i32.const 7))
    (elem (i32.const 1) func $seven)
    (data (i32.const 5) "x")
    (data (i32.const 65536) "y")))");
  REQUIRE_FALSE(instance.ok());
  CHECK(instance.error().trap == TrapKind::out_of_bounds_memory_access);
  CHECK(exporter.exported_memory("m")->base[5] == 'x');
  // The failed instance's function lives on in the table.
  CHECK(f.call_i32(exporter, "call", {i32(1)}) == 7);
  Result<Instance*> elements = f.try_instantiate(R"((module
    (import "a" "t" (table 2 funcref)) (func $f) (elem (i32.const 2) func $f)))");
  REQUIRE_FALSE(elements.ok());
  CHECK(elements.error().trap == TrapKind::out_of_bounds_table_access);
}

TEST_CASE("the start function runs, and its trap fails the instantiation") {
  Fixture f;
  Instance& instance = f.instantiate(R"((module
    (global $g (export "g") (mut i32) (i32.const 0))
    (func $start (global.set $g (i32.const 3))) (start $start)))");
  CHECK(instance.exported_global("g").get().i32() == 3);
  Result<Instance*> trapping =
      f.try_instantiate("(module (func $start unreachable) (start $start))");
  REQUIRE_FALSE(trapping.ok());
  CHECK(trapping.error().trap == TrapKind::unreachable);
  CHECK(f.store.backtrace().frames.size() == 1);
}

TEST_CASE("host functions see the caller's memory and call back") {
  Fixture f;
  struct State {
    Store* store;
    Instance* instance = nullptr;
    std::string text;
  } state{&f.store, nullptr, {}};
  f.linker.define<[](Caller caller, int32_t address, int32_t size) -> TrapKind {
    const uint8_t* bytes = checked_range(caller.memory(), static_cast<uint32_t>(address),
                                         static_cast<uint32_t>(size));
    if (bytes == nullptr) return TrapKind::out_of_bounds_memory_access;
    static_cast<State*>(caller.data)
        ->text.append(reinterpret_cast<const char*>(bytes), static_cast<uint32_t>(size));
    return TrapKind::none;
  }>("env", "print", &state);
  f.linker.define<[](Caller caller, int32_t n) -> HostResult<int32_t> {
    auto& my = *static_cast<State*>(caller.data);
    const Value arg = Value::i32(static_cast<uint32_t>(n));
    Value result;
    Status status = my.store->call(*my.instance->exported_func("down"), {&arg, 1}, {&result, 1});
    if (!status.ok()) return raise_error(caller.vmctx, status.take_error());
    return static_cast<int32_t>(result.i32());
  }>("env", "again", &state);
  Instance& instance = f.instantiate(R"((module
    (import "env" "print" (func $print (param i32 i32)))
    (import "env" "again" (func $again (param i32) (result i32)))
    (memory 1) (data (i32.const 8) "hello")
    (func (export "hello") (call $print (i32.const 8) (i32.const 5)))
    (func (export "outside") (call $print (i32.const 65535) (i32.const 2)))
    (func (export "down") (param i32) (result i32)
      (if (result i32) (i32.eqz (local.get 0))
        (then (i32.const 100))
        (else (i32.add (local.get 0) (call $again (i32.sub (local.get 0) (i32.const 1)))))))))");
  state.instance = &instance;
  CHECK(f.trap(instance, "hello") == TrapKind::none);
  CHECK(state.text == "hello");
  CHECK(f.trap(instance, "outside") == TrapKind::out_of_bounds_memory_access);
  CHECK(f.call_i32(instance, "down", {i32(10)}) == 155);
  CHECK(f.trap(instance, "down", {i32(100'000)}) == TrapKind::call_stack_exhausted);
  CHECK(f.store.execution().host_depth == 0);
  CHECK(f.call_i32(instance, "down", {i32(3)}) == 106);
}

TEST_CASE("an uncaught exception reaches the embedder with its tag and its values") {
  Fixture f;
  Instance& instance = f.instantiate(R"((module
    (type $box (struct (field i32)))
    (tag $e (export "e") (param i32 i64 f32 f64 v128))
    (tag $anonymous (param externref))
    (tag $objects (param (ref null $box) i32))
    (func (export "numbers")
      (throw $e (i32.const -1) (i64.const 2) (f32.const 1.5) (f64.const -0.25)
                (v128.const i64x2 3 4)))
    (func (export "null") (throw $anonymous (ref.null extern)))
    (func (export "object") (throw $objects (struct.new $box (i32.const 9)) (i32.const 7)))
    (func (export "trap") (unreachable))))");
  CHECK(f.store.exception_tag() == nullptr);
  CHECK(f.store.exception_size() == 0);

  const Result<Value> numbers = f.call(instance, "numbers");
  REQUIRE(!numbers.ok());
  CHECK(numbers.error().kind == ErrorKind::exception);
  CHECK(numbers.error().message ==
        "uncaught exception e (i32 -1, i64 2, f32 1.5, f64 -0.25, "
        "v128 0x00000000000000040000000000000003)");
  Extern tag;
  REQUIRE(instance.find_export("e", tag));
  CHECK(f.store.exception_tag() == tag.tag);
  REQUIRE(f.store.exception_size() == 5);
  CHECK(f.store.exception_value(0).type() == valtype::i32);
  CHECK(f.store.exception_value(0).i32() == ~uint32_t{0});
  CHECK(f.store.exception_value(1).i64() == 2);
  CHECK(f.store.exception_value(2).f32() == 1.5f);
  CHECK(f.store.exception_value(3).f64() == -0.25);
  CHECK(f.store.exception_value(4).type() == valtype::v128);
  CHECK(f.store.exception_value(4).low() == 3);
  CHECK(f.store.exception_value(4).high() == 4);

  // What is thrown lives on, and is followed when it moves.
  CHECK(!f.call(instance, "object").ok());
  CHECK(f.store.exception_tag() != tag.tag);
  f.store.collect_garbage();
  REQUIRE(f.store.exception_size() == 2);
  CHECK(gc::is_object(f.store.exception_value(0).low()));
  CHECK(gc::object_of(f.store.exception_value(0).low())->slots()[0] == 9);
  CHECK(f.store.exception_value(1).i32() == 7);

  CHECK(!f.call(instance, "null").ok());
  REQUIRE(f.store.exception_size() == 1);
  CHECK(f.store.exception_value(0).is_null());

  // The next call forgets it, however it ends.
  CHECK(f.trap(instance, "trap") == TrapKind::unreachable);
  CHECK(f.store.exception_tag() == nullptr);
  CHECK(f.store.exception_size() == 0);
}

TEST_CASE("a tag is named by the module that defines it, and thrown across modules as itself") {
  Fixture f;
  Instance& definer = f.instantiate(R"((module $definer
    (tag $inside (export "outside") (param i32))
    (func (export "throw") (throw $inside (i32.const 5)))))");
  f.linker.define_instance("definer", definer);
  Instance& user = f.instantiate(R"((module $user
    (import "definer" "outside" (tag $mine (param i32)))
    (import "definer" "throw" (func $throw))
    (tag (export "exported only"))
    (tag)
    (func (export "import") (throw $mine (i32.const 6)))
    (func (export "call") (call $throw))
    (func (export "exported") (throw 1))
    (func (export "nameless") (throw 2))))");
  Extern tag;
  REQUIRE(definer.find_export("outside", tag));
  const auto message = [&](const char* name) {
    const Result<Value> result = f.call(user, name);
    REQUIRE(!result.ok());
    return result.error().message;
  };
  CHECK(message("import") == "uncaught exception inside (i32 6)");
  CHECK(f.store.exception_tag() == tag.tag);
  CHECK(message("call") == "uncaught exception inside (i32 5)");
  CHECK(f.store.exception_tag() == tag.tag);
  CHECK(message("exported") == "uncaught exception exported only");
  CHECK(message("nameless") == "uncaught exception");
  REQUIRE(f.store.exception_tag() != nullptr);
  CHECK(f.store.exception_size() == 0);
}

TEST_CASE("an exit code travels from a host function to the embedder") {
  Fixture f;
  f.linker.define<[](Caller caller, int32_t code) {
    return raise_exit(caller.vmctx, static_cast<uint32_t>(code));
  }>("env", "exit");
  Instance& instance = f.instantiate(R"((module
    (import "env" "exit" (func $exit (param i32)))
    (func (export "run") (call $exit (i32.const 42)) unreachable)))");
  Result<Value> result = f.call(instance, "run");
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().kind == ErrorKind::exit);
  CHECK(result.error().exit_code == 42);
}

TEST_CASE("a timeout ends an endless loop and endless recursion") {
  Fixture f;
  Instance& instance = f.instantiate(R"((module
    (func (export "loop") (loop $l (br $l)))
    (func $r (param i32) (if (local.get 0)
      (then (call $r (i32.sub (local.get 0) (i32.const 1)))
            (call $r (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "tree") (call $r (i32.const 200)))))");
  for (const char* name : {"loop", "tree"}) {
    REQUIRE(f.store.set_deadline(os::monotonic_now() + 20'000'000).ok());
    Result<Value> result = f.call(instance, name);
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().kind == ErrorKind::exhaustion);
    CHECK(result.error().trap == TrapKind::interrupted);
  }
}

TEST_CASE("an interrupt that comes before a call stops it, and only it") {
  Fixture f;
  Instance& instance = f.instantiate(R"((module
    (func (export "one") (result i32) (i32.const 1))))");
  f.store.interrupt();
  CHECK(f.trap(instance, "one") == TrapKind::interrupted);
  CHECK(f.call_i32(instance, "one") == 1);
  f.store.interrupt();
  f.store.clear_interrupt();
  CHECK(f.call_i32(instance, "one") == 1);
}

TEST_CASE("an interrupt goes through host functions that call back") {
  Fixture f;
  struct State {
    Store* store;
    Instance* instance;
  } state{&f.store, nullptr};
  f.linker.define<[](Caller caller) -> TrapKind {
    auto& my = *static_cast<State*>(caller.data);
    Status status = my.store->call(*my.instance->exported_func("loop"), {}, {});
    return status.ok() ? TrapKind::none : raise_error(caller.vmctx, status.take_error());
  }>("env", "nested", &state);
  Instance& instance = f.instantiate(R"((module
    (import "env" "nested" (func $nested))
    (func (export "loop") (loop $l (br $l)))
    (func (export "run") (call $nested))
    (func (export "one") (result i32) (i32.const 1))))");
  state.instance = &instance;
  REQUIRE(f.store.set_deadline(os::monotonic_now() + 10'000'000).ok());
  CHECK(f.trap(instance, "run") == TrapKind::interrupted);
  CHECK(f.call_i32(instance, "one") == 1);
}

TEST_CASE("fuel runs out at the same point every time") {
  Config config;
  config.fuel = true;
  Fixture f(config);
  Instance& instance = f.instantiate(R"((module
    (global $n (export "n") (mut i32) (i32.const 0))
    (func (export "count")
      (loop $l (global.set $n (i32.add (global.get $n) (i32.const 1))) (br $l)))
    (func (export "get") (result i32) (global.get $n))))");
  const GlobalInstance n = instance.exported_global("n");
  uint32_t first = 0;
  for (int i = 0; i < 2; ++i) {
    n.set(i32(0));
    f.store.set_fuel(10'000);
    CHECK(f.trap(instance, "count") == TrapKind::out_of_fuel);
    if (i == 0) first = n.get().i32();
    CHECK(n.get().i32() == first);
  }
  CHECK(first > 1000);
  CHECK(first < 10'000);
  f.store.set_fuel(100);
  CHECK(f.trap(instance, "get") == TrapKind::none);
  CHECK(f.store.fuel() < 100);
  CHECK(f.store.fuel() > 90);
}

TEST_CASE("limits of memories and tables are those of the configuration") {
  Config config;
  config.max_memory_bytes = 2 * 65536;
  config.max_table_elements = 10;
  Fixture f(config);
  Instance& instance = f.instantiate(R"((module (memory 1) (table 1 funcref)
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "table") (param i32) (result i32)
      (table.grow (ref.null func) (local.get 0)))))");
  CHECK(f.call_i32(instance, "grow", {i32(1)}) == 1);
  CHECK(f.call_i32(instance, "grow", {i32(1)}) == -1);
  CHECK(f.call_i32(instance, "table", {i32(9)}) == 1);
  CHECK(f.call_i32(instance, "table", {i32(1)}) == -1);
  Result<Instance*> memory = f.try_instantiate("(module (memory 3))");
  REQUIRE_FALSE(memory.ok());
  CHECK(memory.error().message.starts_with("memory limit exceeded"));
  CHECK_FALSE(f.try_instantiate("(module (table 11 funcref))").ok());
}

TEST_CASE("functions are lowered once, from several threads, when they are called first") {
  Fixture f;
  const Ref<CompiledModule> module = f.compile(R"((module
    (func (export "a") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3)))
    (func (export "b") (param i32) (result i32) (i32.sub (local.get 0) (i32.const 3)))
    (func (export "c") (param i32) (result i32) (i32.xor (local.get 0) (i32.const 3)))))");
  CHECK(module->stats().functions == 3);
  CHECK(module->stats().functions_lowered == 0);
  std::atomic<int> sum = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      Store store = f.engine.make_store();
      Linker linker;
      Instance* instance = linker.instantiate(store, module).value();
      for (const char* name : {"a", "b"}) {
        const Value arg = i32(7);
        Value result;
        if (store.call(*instance->exported_func(name), {&arg, 1}, {&result, 1}).ok()) {
          sum += static_cast<int>(result.i32());
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(sum == 4 * (21 + 4));
  CHECK(module->stats().functions_lowered == 2);
  CHECK(f.call_i32(*f.linker.instantiate(f.store, module).value(), "c", {i32(7)}) == 4);
  CHECK(module->stats().functions_lowered == 3);
  CHECK(module->stats().cell_bytes >= 3 * sizeof(Cell));
}

TEST_CASE("an object lives as long as the host roots it, and is found where it moved") {
  Config config;
  config.collect_always = true;
  Fixture f(config);
  Instance& instance = f.instantiate(R"((module
    (type $box (struct (field i32)))
    (func (export "make") (param i32) (result (ref $box)) (struct.new $box (local.get 0)))
    (func (export "get") (param anyref) (result i32)
      (struct.get $box 0 (ref.cast (ref $box) (local.get 0))))))");
  const uint64_t empty = f.store.heap_stats().live_bytes;
  const Value made = f.call(instance, "make", {i32(42)}).value();
  const uint32_t root = f.store.make_root(made.low());
  const uint32_t other = f.store.make_root(f.call(instance, "make", {i32(43)})->low());
  f.store.collect_garbage();
  CHECK(f.store.root(root) != made.low());
  CHECK(f.call_i32(instance, "get", {Value(made.type(), f.store.root(root), 0)}) == 42);
  CHECK(f.call_i32(instance, "get", {Value(made.type(), f.store.root(other), 0)}) == 43);
  CHECK(f.store.heap_stats().live_bytes == empty + 2 * gc::slots_object_size(1));
  f.store.release_root(root);
  f.store.collect_garbage();
  CHECK(f.store.heap_stats().live_bytes == empty + gc::slots_object_size(1));
  CHECK(f.store.make_root(0) == root);
  f.store.release_root(other);
  f.store.collect_garbage();
  CHECK(f.store.heap_stats().live_bytes == empty);
}

TEST_CASE("the bytes of a module are private") {
  Fixture f;
  const Ref<CompiledModule> made = f.compile(R"((module
    (func (export "f") (result i32) (i32.const 5))))");
  std::vector<uint8_t> bytes(made->bytes().begin(), made->bytes().end());
  Ref<CompiledModule> module = f.engine.compile(std::span<const uint8_t>(bytes)).value();
  std::fill(bytes.begin(), bytes.end(), uint8_t{0xFF});
  Instance* instance = f.linker.instantiate(f.store, module).value();
  CHECK(f.call_i32(*instance, "f") == 5);
}

TEST_CASE("the engine says how it checks memory accesses") {
  Config config;
  config.no_signals = true;
  const Engine engine(config);
  CHECK(engine.memory_mode() == MemoryMode::explicit_);
  CHECK(engine.memory_mode_text() == "explicit checks (no signal handlers)");
}

TEST_CASE("64-bit memories") {
  Fixture f;
  Instance& instance = f.instantiate(R"((module
    (memory i64 1 4)
    (func (export "store") (param i64 i32) (i32.store (local.get 0) (local.get 1)))
    (func (export "load") (param i64) (result i32) (i32.load (local.get 0)))
    (func (export "grow") (param i64) (result i64) (memory.grow (local.get 0)))))");
  CHECK(f.trap(instance, "store", {Value::i64(65532), i32(77)}) == TrapKind::none);
  CHECK(f.call_i32(instance, "load", {Value::i64(65532)}) == 77);
  const TrapKind bounds = TrapKind::out_of_bounds_memory_access;
  CHECK(f.trap(instance, "load", {Value::i64(65533)}) == bounds);
  CHECK(f.trap(instance, "load", {Value::i64(~uint64_t{0})}) == bounds);
  CHECK(f.call(instance, "grow", {Value::i64(3)})->i64() == 1);
  CHECK(f.call(instance, "grow", {Value::i64(1)})->i64() == ~uint64_t{0});
  CHECK(f.call_i32(instance, "load", {Value::i64(65533)}) == 0);
}

}  // namespace zwasm
