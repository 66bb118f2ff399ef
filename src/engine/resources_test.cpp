// What an engine takes of memory and time, and what happens when there is no memory.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "engine/engine.hpp"

namespace zwasm {
namespace {

/// Counts what is taken and not given back, and fails once.
class TestAllocator final : public Allocator {
 public:
  void* allocate(size_t size, size_t alignment) override {
    if (++calls == failing_call || fails_always) return nullptr;
    void* const block = system_allocator().allocate(size, alignment);
    if (block != nullptr) {
      live += size;
      if (live > peak) peak = live;
    }
    return block;
  }
  void deallocate(void* block, size_t size, size_t alignment) override {
    if (block != nullptr) live -= size;
    system_allocator().deallocate(block, size, alignment);
  }

  size_t calls = 0;
  size_t failing_call = 0;
  bool fails_always = false;
  size_t live = 0;
  size_t peak = 0;
};

/// A bit of everything that takes memory.
constexpr const char* module_text = R"((module
  (type $pair (struct (field (mut i32)) (field (ref null $pair))))
  (type $list (array (mut (ref null $pair))))
  (type $binary (func (param i32 i32) (result i32)))
  (import "env" "twice" (func $twice (param i32) (result i32)))
  (memory (export "memory") 1)
  (table $functions 4 funcref)
  (table $objects 3 anyref)
  (global $pair (mut (ref null $pair)) (struct.new $pair (i32.const 5) (ref.null $pair)))
  (tag $thrown (param i32))
  (data (i32.const 8) "abc")
  (elem (table $functions) (i32.const 1) func $add)
  (elem $items anyref (item (ref.i31 (i32.const 3))) (item (struct.new_default $pair)))
  (func $add (type $binary) (i32.add (local.get 0) (local.get 1)))
  (func $throw (param i32) (throw $thrown (local.get 0)))
  (func $sum (param $list (ref $list)) (result i32) (local $i i32) (local $sum i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum)
        (struct.get $pair 0 (array.get $list (local.get $list) (local.get $i)))))
      (br_if $again (i32.lt_u
        (local.tee $i (i32.add (local.get $i) (i32.const 1)))
        (array.len (local.get $list)))))
    (local.get $sum))
  (func $caught (result i32)
    (block $caught (result i32)
      (try_table (catch $thrown $caught) (call $throw (i32.const 7)))
      (i32.const 0)))
  (func (export "run") (result i32)
    (table.init $objects $items (i32.const 0) (i32.const 0) (i32.const 2))
    (global.set $pair (struct.new $pair (i32.const 4) (global.get $pair)))
    (drop (table.grow $functions (ref.null func) (i32.const 2)))
    (block $b (block $a (br_table $a $b (i32.const 1))))
    (i32.add
      (i32.add (call $sum (array.new $list (global.get $pair) (i32.const 3)))
               (call $caught))
      (i32.add (i32.load8_u (i32.const 8))
               (call_indirect $functions (type $binary)
                 (call $twice (i32.const 10)) (i32.const 1) (i32.const 1))))))
)";
constexpr uint32_t expected = 3 * 4 + 7 + 'a' + 21;

/// Loads the module, instantiates it and runs it, which gives `result`. A call that fails for want
/// of memory is repeated once.
Status run_all(Engine& engine, uint32_t& result, bool& repeated) {
  Store store = engine.make_store();
  Linker linker(engine.runtime().allocator);
  linker.define<[](Caller, int32_t x) { return 2 * x; }>("env", "twice");
  const Ref<CompiledModule> module =
      ZWASM_TRY(engine.compile(std::string_view(module_text), "everything"));
  Instance* instance = ZWASM_TRY(linker.instantiate(store, module));
  Value value;
  Status status = store.call(*instance->exported_func("run"), {}, {&value, 1});
  if (!status.ok() && status.error().trap == TrapKind::out_of_memory) {
    repeated = true;
    status = store.call(*instance->exported_func("run"), {}, {&value, 1});
  }
  ZWASM_CHECK(std::move(status));
  result = value.i32();
  return {};
}

/// How a process ends in which one allocation fails.
enum Outcome { succeeded, refused, repeated_call, wrong, ended = 70 };

[[noreturn]] void run_with_failure(size_t failing_call) {
  TestAllocator allocator;
  Outcome outcome = wrong;
  {
    allocator.failing_call = failing_call;
    Config config;
    config.allocator = &allocator;
    config.validation_threads = 1;
    Engine engine(config);
    uint32_t result = 0;
    bool repeated = false;
    const Status status = run_all(engine, result, repeated);
    if (status.ok()) {
      if (result == expected) {
        outcome = repeated                         ? repeated_call
                  : allocator.calls < failing_call ? succeeded
                                                   : refused;
      }
    } else if (!status.error().message.empty() &&
               (status.error().trap == TrapKind::out_of_memory ||
                status.error().kind == ErrorKind::host)) {
      // Nothing of the failure is left: the same engine does it now.
      if (run_all(engine, result, repeated).ok() && result == expected) outcome = refused;
    }
  }
  _exit(allocator.live == 0 ? outcome : wrong);
}

uint64_t thread_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

}  // namespace

TEST_CASE("everything that an embedder's allocator gives is given back") {
  TestAllocator allocator;
  {
    Config config;
    config.allocator = &allocator;
    config.validation_threads = 1;
    Engine engine(config);
    uint32_t result = 0;
    bool repeated = false;
    for (int i = 0; i < 2; ++i) {
      const Status status = run_all(engine, result, repeated);
      REQUIRE_MESSAGE(status.ok(), status.error().message);
      CHECK(result == expected);
    }
    CHECK_FALSE(repeated);
  }
  CHECK(allocator.calls > 50);
  CHECK(allocator.live == 0);
}

TEST_CASE("each allocation may fail: an error, or one line, and what traps can be repeated") {
  size_t outcomes[5] = {};
  size_t ends = 0;
  for (size_t call = 1;; ++call) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);  // the line
      run_with_failure(call);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    INFO("allocation ", call);
    REQUIRE(WIFEXITED(status));
    const int code = WEXITSTATUS(status);
    if (code == ended) {
      ++ends;
      continue;
    }
    REQUIRE(code < wrong);
    ++outcomes[code];
    if (code == succeeded) break;
  }
  CHECK(outcomes[refused] > 0);
  CHECK(outcomes[repeated_call] > 0);  // lowering, above all
  CHECK(ends > 0);
}

TEST_CASE("modules that come and go leave nothing behind" * doctest::test_suite("long")) {
  TestAllocator allocator;
  Config config;
  config.allocator = &allocator;
  Engine engine(config);
  size_t live = 0;
  for (uint32_t i = 1; i <= 10'000; ++i) {
    std::string params;  // types that no other module has
    for (uint32_t bits = i; bits != 0; bits /= 2) params += (bits & 1) != 0 ? " i32" : " f64";
    const std::string text = "(module (type $s (struct (field" + params +
                             "))) (func (param (ref $s)" + params + ")))";
    {
      const auto module = engine.compile(std::string_view(text));
      REQUIRE(module.ok());
      REQUIRE(engine.runtime().types.size() == 2);
    }
    // An invalid one holds nothing either.
    REQUIRE_FALSE(engine.compile("(module (type $t (struct (field" + params +
                                 "))) (func (result i32)))").ok());
    REQUIRE(engine.runtime().types.size() == 0);
    if (i == 100) live = allocator.live;
  }
  CHECK(allocator.live == live);
}

TEST_CASE("using a field of a struct costs the same however many there are" *
          doctest::test_suite("long")) {
  constexpr int accesses = 50'000;
  const auto cost = [](int fields) {
    std::string text = "(module (type $s (struct";
    for (int i = 1; i < fields; ++i) text += " (field i32)";
    text += " (field $last (mut v128)))) (func (export \"f\") (param (ref null $s))";
    for (int i = 0; i < accesses; ++i) {
      text += "(drop (struct.get $s $last (local.get 0)))";
      if (i % 2 != 0) text += "(drop (struct.new_default $s))";
    }
    text += ") (func (export \"null\") (result (ref null $s)) (ref.null $s)))";
    Config config;
    config.validation_threads = 1;
    Engine engine(config);
    Store store = engine.make_store();
    Linker linker;
    const uint64_t start = thread_nanoseconds();
    const Ref<CompiledModule> module = engine.compile(std::string_view(text)).value();
    Instance* instance = linker.instantiate(store, module).value();
    Value null;
    REQUIRE(store.call(*instance->exported_func("null"), {}, {&null, 1}).ok());
    const Status status = store.call(*instance->exported_func("f"), {&null, 1}, {});
    CHECK(status.error().trap == TrapKind::null_structure_reference);
    return thread_nanoseconds() - start;
  };
  uint64_t few = std::numeric_limits<uint64_t>::max(), many = few;
  for (int i = 0; i < 3; ++i) {
    few = std::min(few, cost(10));
    many = std::min(many, cost(10'000));
  }
  CHECK(many < 3 * few + 20'000'000);
}

/// The least time that lowering and running the function "f" of a module takes.
uint64_t first_call_time(const std::string& text, TrapKind outcome = TrapKind::none) {
  Config config;
  config.validation_threads = 1;
  config.max_stack_bytes = size_t{16} << 20;
  Engine engine(config);
  const Ref<CompiledModule> module = engine.compile(std::string_view(text)).value();
  uint64_t least = std::numeric_limits<uint64_t>::max();
  for (int i = 0; i < 3; ++i) {
    const auto copy = engine.compile(module->bytes());
    Store store = engine.make_store();
    Linker linker;
    Instance* instance = linker.instantiate(store, copy.value()).value();
    const uint64_t start = thread_nanoseconds();
    const Status status = store.call(*instance->exported_func("f"), {}, {});
    least = std::min(least, thread_nanoseconds() - start);
    CHECK((status.ok() ? TrapKind::none : status.error().trap) == outcome);
  }
  return least;
}

TEST_CASE("blocks that catch take time in proportion to their number" *
          doctest::test_suite("long")) {
  for (const char* const block :
       {"(block (try_table (catch $a 0) (call $n)))", "try call $n catch $a end"}) {
    const auto time = [&](int count) {
      std::string text = "(module (tag $a) (func $n) (func (export \"f\")";
      for (int i = 0; i < count; ++i) text += std::string(" ") + block;
      return first_call_time(text + "))");
    };
    CHECK(time(100'000) < 20 * time(10'000) + 10'000'000);
  }
}

TEST_CASE("an exception passes a frame in less time than it takes to look at all handlers" *
          doctest::test_suite("long")) {
  constexpr int blocks = 20'000;
  const auto time = [&](int depth) {
    std::string text = "(module (tag $a) (tag $b) (func $n)"
                       "(func (export \"f\") (call $g (i32.const " + std::to_string(depth) + ")))"
                       "(func $g (param i32)"
                       "(if (i32.eqz (local.get 0)) (then (throw $b)))"
                       "(call $g (i32.sub (local.get 0) (i32.const 1)))";
    for (int i = 0; i < blocks; ++i) text += "(block (try_table (catch $a 0) (call $n)))";
    return first_call_time(text + "))", TrapKind::uncaught_exception);
  };
  CHECK(time(20'000) < 3 * time(200) + 100'000'000);
}

TEST_CASE("a collection translates each function on the stack once" *
          doctest::test_suite("long")) {
  const std::string collect =
      "(then (drop (array.new_default $a (i32.const 50000)))"
      "(drop (array.new_default $a (i32.const 200000))) (return (i32.const 7)))";
  const auto module = [&](int depth, const std::string& functions) {
    return "(module (type $a (array i64)) (func $r (result anyref) (ref.i31 (i32.const 1)))"
           "(func (export \"f\") (drop (call $g (i32.const " + std::to_string(depth) + "))))" +
           functions + ")";
  };
  SUBCASE("of functions that call each other") {
    const auto time = [&](int calls) {
      std::string functions;
      for (const std::string names : {"gh", "hg"}) {
        functions += std::string("(func $") + names[0] + " (param i32) (result i32)" +
                     "(if (i32.eqz (local.get 0)) " + collect + ")";
        for (int i = 1; i <= calls; ++i) {
          functions += "(if (i32.eq (local.get 0) (i32.const " + std::to_string(i) +
                       ")) (then (return (i32.add (i32.const 1) (call $" + names[1] +
                       " (i32.sub (local.get 0) (i32.const 1)))))))";
        }
        functions += "unreachable)";
      }
      return first_call_time(module(calls, functions));
    };
    CHECK(time(1'600) < 12 * time(400) + 20'000'000);
  }
  SUBCASE("with more calls than it remembers from one frame to the next") {
    const auto time = [&](int calls) {
      std::string functions = "(func $g (param i32) (result i32)"
                              "(if (i32.eqz (local.get 0)) " + collect + ")";
      for (int i = 1; i <= calls; ++i) {
        functions += "(if (i32.eq (local.get 0) (i32.const " + std::to_string(i) + ")) (then";
        for (int k = 0; k < 4; ++k) functions += " (call $r) (i32.clz (local.get 0))";
        functions += " (return (call $g (i32.sub (local.get 0) (i32.const 1))))))";
      }
      return first_call_time(module(calls, functions + "unreachable)"));
    };
    CHECK(time(9'500) < 8 * time(4'750) + 50'000'000);
  }
}

TEST_CASE("running code that finds no memory traps") {
  TestAllocator allocator;
  Config config;
  config.allocator = &allocator;
  Engine engine(config);
  std::string text = R"((module
    (type $s (struct))
    (type $a (array i64))
    (global $now (mut i32) (i32.const 0))
    (table $t 1 funcref)
    (elem (table $t) (i32.const 0) func $in_table)
    (elem declare func $referred)
    (func (export "now") (global.set $now (i32.const 1)))
    (func (export "ref.func")
      (if (global.get $now) (then (drop (ref.func $referred)))))
    (func (export "table.get")
      (if (global.get $now) (then (drop (table.get $t (i32.const 0))))))
    (func $inner (param anyref)
      (drop (struct.new $s))
      (if (global.get $now) (then (drop (array.new_default $a (i32.const 1000000))))))
    (func (export "collect") (call $inner (ref.i31 (i32.const 1)))))";
  for (int i = 0; i < 64; ++i) text += "(func)";  // what is behind is not made together with those
  text += "(func $in_table) (func $referred))";
  const Ref<CompiledModule> module = engine.compile(std::string_view(text)).value();
  for (const char* const name : {"ref.func", "table.get", "collect"}) {
    INFO(name);
    Store store = engine.make_store();
    Linker linker;
    Instance* instance = linker.instantiate(store, module).value();
    const FuncRef& function = *instance->exported_func(name);
    const FuncRef& now = *instance->exported_func("now");
    REQUIRE(store.call(function, {}, {}).ok());
    REQUIRE(store.call(now, {}, {}).ok());
    allocator.fails_always = true;
    const Status status = store.call(function, {}, {});
    allocator.fails_always = false;
    CHECK(status.error().trap == TrapKind::out_of_memory);
    CHECK(store.call(function, {}, {}).ok());
  }
}

TEST_CASE("reference maps of many calls in a huge frame take little memory" *
          doctest::test_suite("long")) {
  constexpr int locals = 50'000, operands = 10'000, calls = 2'000;
  std::string text = "(module (type $s (struct)) (func $collect (drop (struct.new $s)))"
                     "(func (export \"f\") (local";
  for (int i = 0; i < locals; ++i) text += " externref";
  text += ")";
  // Operands in slots of their own, with slots between them that hold no reference.
  for (int i = 0; i < operands / 2; ++i) text += "(ref.i31 (i32.const 1)) (i32.clz (i32.const 1))";
  for (int i = 0; i < calls; ++i) text += "(call $collect)";
  text += "unreachable))";
  TestAllocator allocator;
  Config config;
  config.allocator = &allocator;
  config.collect_always = true;
  config.max_stack_bytes = size_t{4} << 20;
  Engine engine(config);
  const Ref<CompiledModule> module = engine.compile(std::string_view(text)).value();
  Store store = engine.make_store();
  Linker linker;
  Instance* instance = linker.instantiate(store, module).value();
  allocator.peak = allocator.live;
  const size_t before = allocator.live;
  const Status status = store.call(*instance->exported_func("f"), {}, {});
  CHECK(status.error().trap == TrapKind::unreachable);
  CHECK(store.heap_stats().collections >= calls - 1);  // the first object needs none
  CHECK(store.backtrace().frames.size() == 1);
  // Proportional to the body, with room for its translation; the maps of all calls, one slot after
  // the other, would be 220 MB.
  CHECK(allocator.peak - before < size_t{12} << 20);
}

}  // namespace zwasm
