#include "runtime/store.hpp"

#include <doctest/doctest.h>

#include <cstring>

#include "os/clock.hpp"
#include "runtime/linker.hpp"
#include "runtime/typed_func.hpp"

namespace zwasm {
namespace {

TrapKind no_wasm(ExecutionContext&, const FuncRef&, Slot*) { return TrapKind::unreachable; }

struct Fixture {
  explicit Fixture(MemoryMode mode = MemoryMode::guarded, const StoreLimits& limits = {})
      : runtime({&no_wasm, nullptr, nullptr, nullptr}, mode, 64 * 1024), store(runtime, limits) {}
  Runtime runtime;
  Store store;
};

MemoryType pages(uint64_t min) { return MemoryType{.limits = {.min = min}}; }
MemoryType pages(uint64_t min, uint64_t max) {
  return MemoryType{.limits = {.min = min, .max = max, .has_max = true}};
}

}  // namespace

TEST_CASE("memories grow in place up to their maximum") {
  for (const MemoryMode mode : {MemoryMode::guarded, MemoryMode::explicit_}) {
    Fixture fixture(mode);
    MemoryInstance& memory = *fixture.store.make_memory(pages(1, 3)).value();
    CHECK(memory.guarded() == (mode == MemoryMode::guarded));
    CHECK(memory.byte_size() == 65536);
    uint8_t* const base = memory.base;
    base[65535] = 7;
    uint64_t old_pages;
    CHECK(memory.grow(2, old_pages));
    CHECK(old_pages == 1);
    CHECK(memory.base == base);
    CHECK(base[65535] == 7);
    base[3 * 65536 - 1] = 1;
    CHECK_FALSE(memory.grow(1, old_pages));
    CHECK_FALSE(memory.grow(~uint64_t{0}, old_pages));
    CHECK(memory.grow(0, old_pages));
    CHECK(old_pages == 3);
    CHECK(memory.current_type().limits.min == 3);
  }
}

TEST_CASE("the next memory in a recycled reservation is empty") {
  Fixture fixture;
  uint8_t* base;
  {
    Store store(fixture.runtime);
    MemoryInstance& memory = *store.make_memory(pages(1)).value();
    uint64_t old_pages;
    REQUIRE(memory.grow(3, old_pages));
    base = memory.base;
    std::memset(base, 0xAB, 4 * 65536);
  }
  MemoryInstance& memory = *fixture.store.make_memory(pages(2)).value();
  CHECK(memory.base == base);
  CHECK(memory.byte_size() == 2 * 65536);
  for (size_t i = 0; i < 2 * 65536; ++i) REQUIRE(memory.base[i] == 0);
}

TEST_CASE("a 32-bit memory can have all 65536 pages, and no more") {
  Fixture fixture;
  MemoryInstance& memory = *fixture.store.make_memory(pages(0)).value();
  uint64_t old_pages;
  CHECK_FALSE(memory.grow(65537, old_pages));
  CHECK(memory.grow(65536, old_pages));
  CHECK(memory.byte_size() == uint64_t{1} << 32);
  memory.base[0xFFFF'FFFF] = 1;
}

TEST_CASE("memories with pages of one byte have any size") {
  Fixture fixture;
  MemoryType type = pages(10);
  type.page_size_log2 = 0;
  MemoryInstance& memory = *fixture.store.make_memory(type).value();
  CHECK_FALSE(memory.guarded());
  uint64_t old_pages;
  CHECK(memory.grow(5000, old_pages));
  CHECK(old_pages == 10);
  CHECK(memory.byte_size() == 5010);
  memory.base[5009] = 1;
}

TEST_CASE("64-bit memories of absurd size are refused") {
  Fixture fixture;
  MemoryType type = pages(uint64_t{1} << 47);
  type.address = AddressType::i64;
  const auto memory = fixture.store.make_memory(type);
  REQUIRE_FALSE(memory.ok());
  CHECK(memory.error().kind == ErrorKind::exhaustion);
  CHECK(memory.error().trap == TrapKind::out_of_memory);
}

TEST_CASE("the memory limit counts all memories of a store") {
  Fixture fixture(MemoryMode::guarded, {.memory_bytes = 4 * 65536});
  MemoryInstance& memory = *fixture.store.make_memory(pages(2)).value();
  CHECK(fixture.store.memory_bytes() == 2 * 65536);
  const auto too_much = fixture.store.make_memory(pages(3));
  REQUIRE_FALSE(too_much.ok());
  CHECK(too_much.error().kind == ErrorKind::exhaustion);
  CHECK(too_much.error().trap == TrapKind::memory_limit);
  CHECK(too_much.error().message ==
        "memory limit exceeded: a memory of 196608 bytes beside 131072, but at most 262144 are "
        "allowed");
  uint64_t old_pages;
  CHECK_FALSE(memory.grow(3, old_pages));
  CHECK(memory.grow(2, old_pages));
}

TEST_CASE("ranges are checked against the memory's size") {
  Fixture fixture;
  MemoryInstance& memory = *fixture.store.make_memory(pages(1)).value();
  CHECK(checked_range(&memory, 65530, 6) == memory.base + 65530);
  CHECK(checked_range(&memory, 65536, 0) == memory.base + 65536);
  CHECK(checked_range(&memory, 65530, 7) == nullptr);
  CHECK(checked_range(&memory, 65537, 0) == nullptr);
  CHECK(checked_range(&memory, ~uint64_t{0}, 2) == nullptr);
  CHECK(checked_range(&memory, 2, ~uint64_t{0}) == nullptr);
  CHECK(checked_range(nullptr, 0, 0) == nullptr);
}

TEST_CASE("tables grow with an initial element, within their limits") {
  Fixture fixture(MemoryMode::guarded, {.table_elements = 100});
  TableType type{.limits = {.min = 2}, .element = valtype::externref};
  TableInstance& table = *fixture.store.make_table(type, Value::externref(5)).value();
  CHECK_FALSE(table.of_functions());
  CHECK(table.get(1) == host_reference(5));
  uint64_t old_size;
  CHECK(table.grow(98, 9, old_size));
  CHECK(old_size == 2);
  CHECK(table.get(1) == host_reference(5));
  CHECK(table.get(99) == 9);
  CHECK_FALSE(table.grow(1, 0, old_size));
  CHECK_FALSE(table.grow(~uint64_t{0}, 0, old_size));
  CHECK(table.grow(0, 0, old_size));
  type.limits.min = 101;
  CHECK_FALSE(fixture.store.make_table(type, Value()).ok());
}

TEST_CASE("host functions are called with typed values") {
  Fixture fixture;
  Linker linker;
  double seen = 0;
  linker.define<[](Caller caller, int32_t a, int64_t b, float c, double d) {
    *static_cast<double*>(caller.data) = c;
    return static_cast<double>(a) + static_cast<double>(b) + d;
  }>("env", "sum", &seen);
  Extern found;
  REQUIRE(linker.find(fixture.store, "env", "sum", found));
  REQUIRE(found.kind == ExternKind::func);
  CHECK(fixture.store.describe(found) == "func [i32 i64 f32 f64] -> [f64]");

  const Value args[] = {Value::i32(uint32_t(-1)), Value::i64(2), Value::f32(0.5f),
                        Value::f64(10)};
  Value result;
  REQUIRE(fixture.store.call(*found.func, args, {&result, 1}).ok());
  CHECK(result.type() == valtype::f64);
  CHECK(result.f64() == 11);
  CHECK(seen == 0.5);

  auto typed =
      TypedFunc<double(int32_t, int64_t, float, double)>::make(fixture.store, found.func);
  REQUIRE(typed.ok());
  CHECK((*typed)(1, 2, 3, 4).value() == 7);
  CHECK_FALSE(TypedFunc<void()>::make(fixture.store, found.func).ok());
  CHECK_FALSE(TypedFunc<void()>::make(fixture.store, nullptr).ok());
}

TEST_CASE("arguments and results are checked against the type") {
  Fixture fixture;
  const FuncRef& function = fixture.store.make_func(
      FuncType{}, [](void*, VMContext*, Slot*) { return TrapKind::none; }, nullptr);
  const Value one = Value::i32(1);
  Value result;
  CHECK(fixture.store.call(function, {}, {}).ok());
  CHECK_FALSE(fixture.store.call(function, {&one, 1}, {}).ok());
  CHECK_FALSE(fixture.store.call(function, {}, {&result, 1}).ok());
  static constexpr ValType funcref[] = {valtype::funcref};
  const FuncRef& takes_function = fixture.store.make_func(
      FuncType{funcref, funcref}, [](void*, VMContext*, Slot*) { return TrapKind::none; },
      nullptr);
  CHECK_FALSE(fixture.store.call(takes_function, {&one, 1}, {&result, 1}).ok());
  const Value reference = Value::funcref(&function);
  REQUIRE(fixture.store.call(takes_function, {&reference, 1}, {&result, 1}).ok());
  CHECK(result.funcref() == &function);
  const Value null = Value::null(valtype::funcref);
  REQUIRE(fixture.store.call(takes_function, {&null, 1}, {&result, 1}).ok());
  CHECK(result.is_null());
}

TEST_CASE("host functions end the execution with an error or an exit code") {
  Fixture fixture;
  const FuncRef& fails = fixture.store.make_func(
      FuncType{},
      [](void*, VMContext* caller, Slot*) {
        return raise_error(caller, make_error(ErrorKind::host, Error::no_offset, "no luck"));
      },
      nullptr);
  Status status = fixture.store.call(fails, {}, {});
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().message == "no luck");

  const FuncRef& exits = fixture.store.make_func(
      FuncType{}, [](void*, VMContext* caller, Slot*) { return raise_exit(caller, 3); }, nullptr);
  status = fixture.store.call(exits, {}, {});
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().kind == ErrorKind::exit);
  CHECK(status.error().exit_code == 3);

  const FuncRef& traps = fixture.store.make_func(
      FuncType{}, [](void*, VMContext*, Slot*) { return TrapKind::unreachable; }, nullptr);
  status = fixture.store.call(traps, {}, {});
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().kind == ErrorKind::trap);
  CHECK(status.error().message == "unreachable");
}

TEST_CASE("host functions that call each other end with an exhausted stack") {
  Fixture fixture;
  struct State {
    Store* store;
    const FuncRef* self;
    uint32_t depth = 0;
  } state{&fixture.store, nullptr};
  state.self = &fixture.store.make_func(
      FuncType{},
      [](void* data, VMContext* caller, Slot*) {
        auto& my = *static_cast<State*>(data);
        ++my.depth;
        Status status = my.store->call(*my.self, {}, {});
        return status.ok() ? TrapKind::none : raise_error(caller, status.take_error());
      },
      &state);
  Status status = fixture.store.call(*state.self, {}, {});
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().kind == ErrorKind::exhaustion);
  CHECK(status.error().trap == TrapKind::call_stack_exhausted);
  CHECK(state.depth == max_host_depth);
  CHECK(fixture.store.execution().host_depth == 0);
}

TEST_CASE("a deadline interrupts a host function that waits") {
  Fixture fixture;
  REQUIRE(fixture.store.cancel_descriptor() == -1);
  const FuncRef& waits = fixture.store.make_func(
      FuncType{},
      [](void* data, VMContext*, Slot*) {
        auto& store = *static_cast<Store*>(data);
        while (!store.is_interrupted()) os::Event().wait(1'000'000);
        return TrapKind::interrupted;
      },
      &fixture.store);
  const uint64_t start = os::monotonic_now();
  REQUIRE(fixture.store.set_deadline(start + 20'000'000).ok());
  CHECK(fixture.store.cancel_descriptor() >= 0);
  Status status = fixture.store.call(waits, {}, {});
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().trap == TrapKind::interrupted);
  CHECK(os::monotonic_now() - start >= 20'000'000);
  CHECK_FALSE(fixture.store.is_interrupted());  // it has been delivered
}

TEST_CASE("a deadline that is cleared, or whose store is gone, interrupts nobody") {
  Fixture fixture;
  REQUIRE(fixture.store.set_deadline(os::monotonic_now() + 10'000'000).ok());
  {
    Store other(fixture.runtime);
    REQUIRE(other.set_deadline(os::monotonic_now() + 5'000'000).ok());
  }
  fixture.store.clear_deadline();
  os::Event never = os::Event::make();
  never.wait(20'000'000);
  CHECK_FALSE(fixture.store.is_interrupted());
}

TEST_CASE("an interrupt stays until it is delivered or cleared") {
  Fixture fixture;
  REQUIRE(fixture.store.make_cancellable());
  fixture.store.interrupt();
  CHECK(fixture.store.is_interrupted());
  CHECK(fixture.store.execution().stack_limit == 0);
  fixture.store.clear_interrupt();
  CHECK_FALSE(fixture.store.is_interrupted());
  CHECK(fixture.store.execution().stack_limit == fixture.store.execution().full_stack_limit);
}

TEST_CASE("fuel is never negative") {
  Fixture fixture;
  fixture.store.set_fuel(~uint64_t{0});
  CHECK(fixture.store.fuel() == INT64_MAX);
  fixture.store.execution().fuel = -5;
  CHECK(fixture.store.fuel() == 0);
}

TEST_CASE("a backtrace prints a line for each frame") {
  Backtrace backtrace;
  backtrace.frames.push_back({"app", "wo\x1Brk", 3, 0x5961});
  backtrace.frames.push_back({"", "", 12, 0x21});
  backtrace.omitted = 5;
  CHECK(to_string(backtrace) ==
        "error while executing at wasm backtrace:\n"
        "    0: 0x5961 - app!wo\\1brk\n"
        "    1:   0x21 - <unknown>!function[12]\n"
        "    ... and 5 more frames\n");
}

}  // namespace zwasm
