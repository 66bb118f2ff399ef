// Several threads on one engine. Under thread sanitizer this is what shows that it has no races.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "engine/engine.hpp"

namespace zwasm {
namespace {

constexpr int thread_count = 8;

void run_in_threads(auto body) {
  std::vector<std::thread> threads;
  for (int i = 0; i < thread_count; ++i) threads.emplace_back([=] { body(i); });
  for (std::thread& thread : threads) thread.join();
}

MemoryType shared_type(uint64_t min, uint64_t max) {
  MemoryType type{.limits = {.min = min, .max = max, .has_max = true}};
  type.shared = true;
  return type;
}

/// A thread's own store and instance, with a shared memory as import "env" "memory".
struct Guest {
  Guest(Engine& engine, const Ref<CompiledModule>& module, SharedMemory& memory)
      : store(engine.make_store()) {
    linker.define_extern("env", "memory", Extern(memory.instance()));
    instance = linker.instantiate(store, module).value();
  }
  Status call(const std::string& name, std::vector<Value> arguments, Value& result) {
    const FuncRef* function = instance->exported_func(name);
    const size_t results = store.type_of(*function).results.size();
    return store.call(*function, arguments, {&result, results});
  }
  Store store;
  Linker linker;
  Instance* instance;
};

Ref<SharedMemory> make_shared(Engine& engine, uint64_t min, uint64_t max) {
  Store store = engine.make_store();
  return Ref<SharedMemory>(store.make_memory(shared_type(min, max)).value()->shared());
}

/// Many functions, so that threads lower different ones at the same time, and the same ones.
std::string many_functions() {
  std::string text = R"((module (type $t (func (param i32) (result i32)))
    (type $pair (struct (field i32) (field i32)))
    (memory 1) (global $g (mut i32) (i32.const 0)) (table 200 funcref) (tag $tag (param i32))
    (func (export "trap") (unreachable))
    (func (export "sum") (param $n i32) (result i32) (local $i i32) (local $sum i32)
      (loop $again
        (local.set $sum (i32.add (local.get $sum)
          (call_indirect (type $t) (local.get $n) (local.get $i))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $i) (i32.const 100))))
      (local.get $sum)))";
  text += " (elem (i32.const 0)";
  for (int i = 0; i < 100; ++i) text += " $f" + std::to_string(i);
  text += ")";
  for (int i = 0; i < 100; ++i) {
    const std::string number = std::to_string(i);
    text += " (func $f" + number + R"( (type $t) (param $x i32) (result i32)
      (global.set $g (i32.add (global.get $g) (local.get $x)))
      (i32.store (i32.const )" + std::to_string(i * 4) + R"() (global.get $g))
      (block $caught (result i32)
        (try_table (catch $tag $caught) (throw $tag (struct.get $pair 1
          (struct.new $pair (i32.const 1) (i32.add (local.get $x) (i32.const )" + number +
            ")))))) (unreachable)))";
  }
  return text + ")";
}

}  // namespace

TEST_CASE("8 threads compile and run the same module") {
  Engine engine;
  const std::string text = many_functions();
  auto compiled = engine.compile(text);
  REQUIRE(compiled.ok());
  const Ref<CompiledModule> common = *compiled;
  std::atomic<int> right = 0, traps = 0;
  run_in_threads([&](int i) {
    for (int round = 0; round < 3; ++round) {
      const Ref<CompiledModule> own = engine.compile(text).value();
      for (const Ref<CompiledModule>& module : {common, own}) {
        Store store = engine.make_store();
        Linker linker;
        Instance* instance = linker.instantiate(store, module).value();
        const Value argument = Value::i32(static_cast<uint32_t>(i + round));
        Value result;
        const FuncRef& sum = *instance->exported_func("sum");
        const Status status = store.call(sum, {&argument, 1}, {&result, 1});
        if (status.ok() && static_cast<int>(result.i32()) == 100 * (i + round) + 4950) ++right;
        // Backtraces translate functions once more.
        const Status trapped = store.call(*instance->exported_func("trap"), {}, {});
        if (!trapped.ok() && store.backtrace().frames.size() == 1) ++traps;
      }
    }
  });
  CHECK(right == thread_count * 3 * 2);
  CHECK(traps == thread_count * 3 * 2);
  CHECK(common->stats().functions_lowered == 102);
}

TEST_CASE("stores share a memory: atomics, locks and growing") {
  for (const bool explicit_checks : {false, true}) {
    Config config;
    config.explicit_bounds_checks = explicit_checks;
    Engine engine(config);
    const Ref<CompiledModule> module = engine.compile(R"((module
      (import "env" "memory" (memory 1 100 shared))
      (func (export "add") (param $n i32)
        (loop $again
          (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 3)))
          (drop (i64.atomic.rmw16.add_u (i32.const 10) (i64.const 1)))
          (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
      (func (export "locked") (param $n i32)
        (loop $again
          (block $taken
            (loop $wait
              (br_if $taken (i32.eqz (i32.atomic.rmw.xchg (i32.const 64) (i32.const 2))))
              (drop (memory.atomic.wait32 (i32.const 64) (i32.const 2) (i64.const -1)))
              (br $wait)))
          (i64.store (i32.const 128) (i64.add (i64.load (i32.const 128)) (i64.const 1)))
          (i32.atomic.store (i32.const 64) (i32.const 0))
          (drop (memory.atomic.notify (i32.const 64) (i32.const 1)))
          (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
      (func (export "grow") (param $n i32) (local $old i32)
        (loop $again
          (local.set $old (memory.grow (i32.const 1)))
          (if (i32.ne (local.get $old) (i32.const -1))
            (then (i32.store8 offset=65535 (i32.mul (local.get $old) (i32.const 65536))
              (i32.const 1))))
          (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
      (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
      (func (export "size") (result i32) (memory.size))))").value();
    const Ref<SharedMemory> memory = make_shared(engine, 1, 90);
    std::atomic<int> failures = 0;
    run_in_threads([&](int) {
      Guest guest(engine, module, *memory);
      Value none;
      for (const char* name : {"add", "locked", "grow"}) {
        const uint32_t times = name[0] == 'g' ? 20 : 1000;
        if (!guest.call(name, {Value::i32(times)}, none).ok()) ++failures;
      }
    });
    CHECK(failures == 0);
    Guest guest(engine, module, *memory);
    const auto load = [&](uint32_t address) {
      Value value;
      REQUIRE(guest.call("load", {Value::i32(address)}, value).ok());
      return value.i32();
    };
    CHECK(load(0) == 3 * 1000 * thread_count);
    CHECK(load(8) == 1000u * thread_count << 16);
    CHECK(load(128) == 1000 * thread_count);
    CHECK(load(90 * 65536 - 4) == 1u << 24);
    Value size;
    REQUIRE(guest.call("size", {}, size).ok());
    CHECK(size.i32() == 90);
    Value ignored;
    CHECK_FALSE(guest.call("load", {Value::i32(90 * 65536)}, ignored).ok());
  }
}

TEST_CASE("other threads interrupt what waits and what loops") {
  Engine engine;
  const Ref<CompiledModule> module = engine.compile(R"((module
    (import "env" "memory" (memory 1 1 shared))
    (func (export "wait") (result i32)
      (memory.atomic.wait64 (i32.const 8) (i64.const 0) (i64.const -1)))
    (func (export "loop") (loop (br 0)))))").value();
  const Ref<SharedMemory> memory = make_shared(engine, 1, 1);
  run_in_threads([&](int i) {
    Guest guest(engine, module, *memory);
    std::thread interrupter([&] {
      if (i < 2) std::this_thread::sleep_for(std::chrono::milliseconds(10));
      guest.store.interrupt();
    });
    Value result;
    const Status status = guest.call(i % 2 == 0 ? "wait" : "loop", {}, result);
    interrupter.join();
    REQUIRE_FALSE(status.ok());
    CHECK(status.error().trap == TrapKind::interrupted);
  });
  CHECK(memory->parking_lot().waiting() == 0);
}

TEST_CASE("imports of shared memories") {
  Engine engine;
  const Ref<SharedMemory> memory = make_shared(engine, 2, 4);
  const auto instantiates = [&](const char* type) {
    Store store = engine.make_store();
    Linker linker;
    linker.define_extern("m", "m", Extern(memory->instance()));
    const std::string text = std::string("(module (import \"m\" \"m\" (memory ") + type + ")))";
    return linker.instantiate(store, engine.compile(text).value()).ok();
  };
  CHECK(instantiates("2 4 shared"));
  CHECK(instantiates("0 5 shared"));
  CHECK_FALSE(instantiates("3 4 shared"));
  CHECK_FALSE(instantiates("2 3 shared"));
  CHECK_FALSE(instantiates("2 4"));
  uint64_t old_pages = 0;
  REQUIRE(memory->instance().grow(1, old_pages));
  CHECK(instantiates("3 4 shared"));
}

}  // namespace zwasm
