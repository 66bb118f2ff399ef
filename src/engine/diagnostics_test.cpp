// What users are told: positions of errors, names in backtraces, and how limits end execution.
#include <doctest/doctest.h>

#include <string>
#include <thread>

#include "engine/engine.hpp"
#include "os/clock.hpp"

namespace zwasm {
namespace {

struct Fixture {
  explicit Fixture(const Config& config = {}) : engine(config), store(engine.make_store()) {}

  Result<Instance*> instantiate(std::string_view text) {
    return linker.instantiate(store, ZWASM_TRY(engine.compile(text, "test")));
  }
  /// Calls an export of a module that is valid; without arguments and results.
  Status run(std::string_view text, const char* name = "run") {
    Result<Instance*> instance = instantiate(text);
    REQUIRE_MESSAGE(instance.ok(), instance.error().message);
    const FuncRef* function = (*instance)->exported_func(name);
    REQUIRE(function != nullptr);
    return store.call(*function, {}, {});
  }

  Engine engine;
  Store store;
  Linker linker;
};

/// Runs a module that would take far longer, interrupts it after a while, and returns for how long
/// it went on in milliseconds.
double milliseconds_to_stop(const Config& config, std::string_view text) {
  Fixture f(config);
  Result<Instance*> instance = f.instantiate(text);
  REQUIRE_MESSAGE(instance.ok(), instance.error().message);
  uint64_t interrupted_at = 0;
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    interrupted_at = os::monotonic_now();
    f.store.interrupt();
  });
  const Status status = f.store.call(*(*instance)->exported_func("run"), {}, {});
  const uint64_t stopped_at = os::monotonic_now();
  other.join();
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().trap == TrapKind::interrupted);
  return static_cast<double>(stopped_at - interrupted_at) / 1e6;
}

/// Writes down what it is told.
struct Recorder final : Observer {
  std::string text;

  static std::string list(std::span<const ValType> types, const Slot* slots) {
    std::string values;
    for (const ValType type : types) {
      values += format("%s%s %llu", values.empty() ? "" : ", ", to_string(type).c_str(),
                       static_cast<unsigned long long>(*slots));
      slots += type.slots();
    }
    return values;
  }
  void host_call(std::string_view module, std::string_view name, const FuncType& type,
                 const Slot* args) override {
    text += "call " + std::string(module) + "." + std::string(name) + "(" +
            list(type.params, args) + ")\n";
  }
  void host_return(std::string_view, std::string_view name, const FuncType& type,
                   const Slot* results, TrapKind kind) override {
    text += std::string(name) + ": " +
            (kind == TrapKind::none ? list(type.results, results) : trap_message(kind)) + "\n";
  }
  void memory_grow(uint32_t memory, uint64_t old_size, uint64_t delta, uint64_t page_size,
                   bool grown) override {
    text += format("memory %u: %d + %d of %d %s\n", memory, static_cast<int>(old_size),
                   static_cast<int>(delta), static_cast<int>(page_size), grown ? "yes" : "no");
  }
  void table_grow(uint32_t table, uint64_t old_size, uint64_t delta, bool grown) override {
    text += format("table %u: %d + %d %s\n", table, static_cast<int>(old_size),
                   static_cast<int>(delta), grown ? "yes" : "no");
  }
  void function_lowered(const ModuleCode&, uint32_t function, uint64_t, bool succeeded) override {
    text += format("lowered %u %s\n", function, succeeded ? "yes" : "no");
  }
};

/// Generous, for machines with other work: uninterrupted, each of the operations takes seconds.
constexpr double soon = 500;

}  // namespace

TEST_CASE("an invalid module in the text format: line and column of the instruction") {
  Engine engine;
  const auto module = engine.compile(
      "(module\n"
      "  (func $f (export \"f\") (result i32)\n"
      "    (i32.add (i32.const 1)\n"
      "             (f32.const 2))))",
      "test");
  REQUIRE_FALSE(module.ok());
  const Error& error = module.error();
  CHECK(error.kind == ErrorKind::invalid);
  CHECK(error.line == 3);
  CHECK(error.column == 6);
  CHECK(error.message ==
        "type mismatch: instruction requires [i32 i32] but stack has [i32 f32] in function 0 "
        "\"f\"");
}

TEST_CASE("functions without a name have that of an export, or their number") {
  Fixture f;
  const Status status = f.run(R"((module
    (func (export "divide") (param i32) (drop (i32.div_s (i32.const 1) (local.get 0))))
    (func (call 0 (i32.const 0)))
    (func $named (export "run") (call 1))))");
  REQUIRE_FALSE(status.ok());
  const Backtrace& backtrace = f.store.backtrace();
  REQUIRE(backtrace.frames.size() == 3);
  CHECK(backtrace.frames[0].function == "divide");
  CHECK(backtrace.frames[1].function == "");
  CHECK(backtrace.frames[1].label() == "function[1]");
  CHECK(backtrace.frames[2].label() == "named");
}

TEST_CASE("a module beyond a ceiling is an exhaustion that names the ceiling") {
  Config config;
  config.max_memory_bytes = 65536;
  config.max_table_elements = 10;
  Fixture f(config);
  const auto memory = f.instantiate("(module (memory 2))");
  REQUIRE_FALSE(memory.ok());
  CHECK(memory.error().kind == ErrorKind::exhaustion);
  CHECK(memory.error().trap == TrapKind::memory_limit);
  CHECK(memory.error().message ==
        "memory limit exceeded: a memory of 131072 bytes, but at most 65536 are allowed");
  const auto table = f.instantiate("(module (table 11 funcref))");
  REQUIRE_FALSE(table.ok());
  CHECK(table.error().kind == ErrorKind::exhaustion);
  CHECK(table.error().trap == TrapKind::table_limit);
  CHECK(table.error().message ==
        "table limit exceeded: a table of 11 elements, but at most 10 are allowed");
}

TEST_CASE("bulk operations give the same in pieces as at once") {
  // 9 MiB and a bit are three pieces; source and destination overlap both ways.
  Fixture f;
  const Status status = f.run(R"((module
    (memory 400)
    (table $t 1200000 funcref) (elem declare func $check)
    (func $check (param $at i32) (param $value i32)
      (if (i32.ne (i32.load8_u (local.get $at)) (local.get $value)) (then unreachable)))
    (func (export "run")
      (memory.fill (i32.const 5) (i32.const 1) (i32.const 9437190))
      (call $check (i32.const 4) (i32.const 0))
      (call $check (i32.const 5) (i32.const 1))
      (call $check (i32.const 4194309) (i32.const 1))
      (call $check (i32.const 9437194) (i32.const 1))
      (call $check (i32.const 9437195) (i32.const 0))
      (i32.store8 (i32.const 5) (i32.const 2))
      (i32.store8 (i32.const 4194310) (i32.const 3))
      (i32.store8 (i32.const 9437194) (i32.const 4))
      ;; towards the end, by one
      (memory.copy (i32.const 6) (i32.const 5) (i32.const 9437190))
      (call $check (i32.const 5) (i32.const 2))
      (call $check (i32.const 6) (i32.const 2))
      (call $check (i32.const 7) (i32.const 1))
      (call $check (i32.const 4194311) (i32.const 3))
      (call $check (i32.const 4194310) (i32.const 1))
      (call $check (i32.const 9437195) (i32.const 4))
      ;; and back
      (memory.copy (i32.const 4) (i32.const 6) (i32.const 9437190))
      (call $check (i32.const 4) (i32.const 2))
      (call $check (i32.const 4194309) (i32.const 3))
      (call $check (i32.const 9437193) (i32.const 4))
      (table.fill $t (i32.const 0) (ref.func $check) (i32.const 1100000))
      (if (ref.is_null (table.get $t (i32.const 1099999))) (then unreachable))
      (if (i32.eqz (ref.is_null (table.get $t (i32.const 1100000)))) (then unreachable))
      (table.copy $t $t (i32.const 100000) (i32.const 0) (i32.const 1100000))
      (if (ref.is_null (table.get $t (i32.const 1199999))) (then unreachable)))))");
  CHECK_MESSAGE(status.ok(), (status.ok() ? "" : status.error().message));
}

TEST_CASE("an interruption stops bulk operations on memories") {
  const Config config;
  // One operation of 2 GiB, then a loop of the same, so that it cannot be over by chance.
  CHECK(milliseconds_to_stop(config, R"((module (memory 32768)
    (func (export "run") (loop
      (memory.fill (i32.const 0) (i32.const 7) (i32.const 0x7fff0000)) (br 0)))))") < soon);
  CHECK(milliseconds_to_stop(config, R"((module (memory 32768)
    (func (export "run") (loop
      (memory.copy (i32.const 64) (i32.const 0) (i32.const 0x7ff00000)) (br 0)))))") < soon);
}

TEST_CASE("an interruption stops bulk operations on tables") {
  Config config;
  config.max_table_elements = 100'000'000;
  CHECK(milliseconds_to_stop(config, R"((module (table 1 externref)
    (func (export "run")
      (drop (table.grow (ref.null extern) (i32.const 90000000)))
      (loop (table.fill (i32.const 0) (ref.null extern) (i32.const 90000000))
        (table.copy (i32.const 1) (i32.const 0) (i32.const 90000000)) (br 0)))))") < soon);
}

TEST_CASE("an observer is told of host calls, of growing and of lowering") {
  Fixture f;
  Recorder recorder;
  f.store.set_observer(&recorder);
  f.linker.define<[](Caller, int32_t a, int64_t b) { return int64_t{a} + b; }>("env", "add");
  f.linker.define<[](Caller) { return TrapKind::unreachable; }>("env", "fail");
  const Status status = f.run(R"((module
    (import "env" "add" (func $add (param i32 i64) (result i64)))
    (import "env" "fail" (func $fail))
    (memory 1 3) (table 2 3 funcref)
    (func (export "run")
      (drop (call $add (i32.const 2) (i64.const 40)))
      (drop (memory.grow (i32.const 2)))
      (drop (memory.grow (i32.const 1)))
      (drop (table.grow (ref.null func) (i32.const 1)))
      (drop (table.grow (ref.null func) (i32.const 5)))
      (call $fail))))");
  REQUIRE_FALSE(status.ok());
  CHECK(recorder.text ==
        "lowered 2 yes\n"
        "call env.add(i32 2, i64 40)\n"
        "add: i64 42\n"
        "memory 0: 1 + 2 of 65536 yes\n"
        "memory 0: 3 + 1 of 65536 no\n"
        "table 0: 2 + 1 yes\n"
        "table 0: 3 + 5 no\n"
        "call env.fail()\n"
        "fail: unreachable\n");
}

}  // namespace zwasm
