#include "runtime/shared_memory.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "os/clock.hpp"
#include "runtime/store.hpp"

namespace zwasm {
namespace {

constexpr uint64_t millisecond = 1'000'000;
constexpr int64_t forever = -1;

TrapKind no_wasm(ExecutionContext&, const FuncRef&, Slot*) { return TrapKind::unreachable; }

struct Fixture {
  explicit Fixture(MemoryMode mode = MemoryMode::guarded)
      : runtime({&no_wasm, nullptr, nullptr, nullptr}, mode, 64 * 1024) {}
  Ref<SharedMemory> make(uint64_t min, uint64_t max, uint64_t limit = ~uint64_t{0}) {
    MemoryType type{.limits = {.min = min, .max = max, .has_max = true}};
    type.shared = true;
    return SharedMemory::make(runtime, Ref<MemoryBudget>(new MemoryBudget(limit)), type).value();
  }
  Runtime runtime;
};

void run_in_threads(int count, auto body) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([=] { body(i); });
  for (std::thread& thread : threads) thread.join();
}

/// Lets others go on until `count` of them wait.
void await_waiting(const ParkingLot& lot, uint32_t count) {
  while (lot.waiting() != count) std::this_thread::yield();
}

}  // namespace

TEST_CASE("threads grow a shared memory at the same time, in place") {
  for (const MemoryMode mode : {MemoryMode::guarded, MemoryMode::explicit_}) {
    Fixture fixture(mode);
    const Ref<SharedMemory> shared = fixture.make(1, 201);
    MemoryInstance& memory = shared->instance();
    uint8_t* const base = memory.base;
    std::atomic<uint64_t> sum = 0;
    run_in_threads(8, [&](int) {
      for (int i = 0; i < 25; ++i) {
        uint64_t old_pages = 0;
        if (!memory.grow(1, old_pages)) continue;
        base[old_pages * 65536 + 65535] = 1;
        sum += old_pages;
      }
    });
    CHECK(memory.base == base);
    CHECK(memory.pages() == 201);
    CHECK(sum == 200 * 201 / 2);  // each old size once
    uint64_t old_pages = 0;
    CHECK_FALSE(memory.grow(1, old_pages));
    CHECK(old_pages == 201);
  }
}

TEST_CASE("a shared memory outlives the store that made it, and counts towards its limit") {
  Fixture fixture;
  MemoryType type{.limits = {.min = 1, .max = 100, .has_max = true}};
  type.shared = true;
  StoreLimits limits;
  limits.memory_bytes = 4 * 65536;
  Ref<SharedMemory> shared;
  Store other(fixture.runtime, limits);
  {
    Store store(fixture.runtime, limits);
    MemoryInstance* memory = store.make_memory(type).value();
    REQUIRE(memory->shared() != nullptr);
    CHECK(store.memory_bytes() == 65536);
    shared = Ref<SharedMemory>(memory->shared());
    other.retain(*shared);
    other.retain(*shared);
    CHECK(other.memory_bytes() == 0);
    other.share_memory_limit(store);
    CHECK(other.memory_bytes() == 65536);
  }
  uint64_t old_pages = 0;
  CHECK(shared->instance().grow(3, old_pages));
  CHECK_FALSE(shared->instance().grow(1, old_pages));
  CHECK(other.memory_bytes() == 4 * 65536);
  CHECK_FALSE(other.make_memory(type).ok());
}

TEST_CASE("a wait compares, times out, and is woken in the order of arrival") {
  Fixture fixture;
  const Ref<SharedMemory> shared = fixture.make(1, 1);
  ParkingLot& lot = shared->parking_lot();
  auto* const word = reinterpret_cast<uint32_t*>(shared->instance().base);
  auto* const wide = reinterpret_cast<uint64_t*>(shared->instance().base);
  Store store(fixture.runtime);
  CHECK(lot.wait(store.execution(), 0, word, 1, forever) == WaitOutcome::not_equal);
  CHECK(lot.wait(store.execution(), 0, wide, uint64_t{1} << 40, 0) == WaitOutcome::not_equal);
  CHECK(lot.wait(store.execution(), 0, word, 0, 0) == WaitOutcome::timed_out);
  const uint64_t start = os::monotonic_now();
  CHECK(lot.wait(store.execution(), 0, wide, 0, 20 * millisecond) == WaitOutcome::timed_out);
  CHECK(os::monotonic_now() - start >= 20 * millisecond);
  CHECK(lot.notify(0, ~0u) == 0);

  std::vector<int> order;
  std::mutex order_mutex;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] {
      Store mine(fixture.runtime);
      const uint64_t address = i == 2 ? 8 : 0;
      CHECK(lot.wait(mine.execution(), address, word, 0, INT64_MAX) == WaitOutcome::woken);
      const std::lock_guard lock(order_mutex);
      order.push_back(i);
    });
    await_waiting(lot, static_cast<uint32_t>(i) + 1);
  }
  CHECK(lot.notify(4, ~0u) == 0);
  CHECK(lot.notify(0, 0) == 0);
  CHECK(lot.notify(0, 1) == 1);
  threads[0].join();
  CHECK(lot.waiting() == 2);
  CHECK(lot.notify(0, 5) == 1);
  threads[1].join();
  CHECK(lot.notify(8, 5) == 1);
  threads[2].join();
  CHECK(order == std::vector<int>{0, 1, 2});
}

TEST_CASE("an interruption ends a wait, before it and while it lasts") {
  Fixture fixture;
  const Ref<SharedMemory> shared = fixture.make(1, 1);
  ParkingLot& lot = shared->parking_lot();
  const auto* const word = reinterpret_cast<const uint32_t*>(shared->instance().base);
  Store store(fixture.runtime);
  store.interrupt();
  CHECK(lot.wait(store.execution(), 0, word, 0, forever) == WaitOutcome::interrupted);
  store.clear_interrupt();
  for (int i = 0; i < 50; ++i) {
    std::thread interrupter([&] {
      if (i % 2 == 0) await_waiting(lot, 1);
      store.interrupt();
    });
    CHECK(lot.wait(store.execution(), 0, word, 0, forever) == WaitOutcome::interrupted);
    interrupter.join();
    store.clear_interrupt();
    CHECK(lot.waiting() == 0);
  }
}

TEST_CASE("no wake-up is lost among many threads") {
  // A lock as libraries build it of wait and notify, around a plain counter.
  Fixture fixture;
  const Ref<SharedMemory> shared = fixture.make(1, 1);
  ParkingLot& lot = shared->parking_lot();
  auto* const lock = reinterpret_cast<uint32_t*>(shared->instance().base);
  auto* const counter = reinterpret_cast<uint64_t*>(shared->instance().base + 64);
  constexpr int rounds = 2000;
  run_in_threads(8, [&](int) {
    Store store(fixture.runtime);
    for (int i = 0; i < rounds; ++i) {
      while (__atomic_exchange_n(lock, 2u, __ATOMIC_SEQ_CST) != 0) {
        lot.wait(store.execution(), 0, lock, 2u, forever);
      }
      ++*counter;
      __atomic_store_n(lock, 0u, __ATOMIC_SEQ_CST);
      lot.notify(0, 1);
    }
  });
  CHECK(*counter == 8 * rounds);
  CHECK(lot.waiting() == 0);
}

}  // namespace zwasm
