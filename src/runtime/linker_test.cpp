#include "runtime/linker.hpp"

#include <doctest/doctest.h>

#include <string>

#include "runtime/store.hpp"

namespace zwasm {
namespace {

TrapKind no_wasm(ExecutionContext&, const FuncRef&, Slot*) { return TrapKind::unreachable; }

struct Fixture {
  Runtime runtime{{&no_wasm, nullptr, nullptr, nullptr}, MemoryMode::explicit_, 64 * 1024};
  Store store{runtime};
  Linker linker;

  /// What calling the named function returns, or -1.
  int64_t call(std::string_view module, std::string_view name) {
    Extern found;
    if (!linker.find(store, module, name, found)) return -1;
    Value result;
    if (!store.call(*found.func, {}, {&result, 1}).ok()) return -1;
    return result.i32();
  }
};

constexpr HostFuncDefinition group[] = {
    TypedHostFunction<[](Caller) { return 1; }>::named("one"),
    TypedHostFunction<[](Caller) { return 2; }>::named("two"),
};

}  // namespace

TEST_CASE("names are found by module and name") {
  Fixture fixture;
  CHECK(fixture.call("env", "one") == -1);
  for (int i = 0; i < 100; ++i) {
    const std::string name = "f" + std::to_string(i);
    fixture.linker.define<[](Caller caller) {
      return static_cast<int32_t>(reinterpret_cast<intptr_t>(caller.data));
    }>("env", name, reinterpret_cast<void*>(intptr_t{i}));
  }
  for (int i = 0; i < 100; ++i) CHECK(fixture.call("env", "f" + std::to_string(i)) == i);
  CHECK(fixture.call("env", "f100") == -1);
  CHECK(fixture.call("en", "vf1") == -1);
}

TEST_CASE("later definitions replace earlier ones, also those of groups") {
  Fixture fixture;
  fixture.linker.define_funcs("env", group, nullptr);
  CHECK(fixture.call("env", "one") == 1);
  CHECK(fixture.call("env", "two") == 2);
  CHECK(fixture.call("other", "one") == -1);
  fixture.linker.define<[](Caller) { return 10; }>("env", "one");
  CHECK(fixture.call("env", "one") == 10);
  CHECK(fixture.call("env", "two") == 2);
  fixture.linker.define_funcs("env", group, nullptr);
  CHECK(fixture.call("env", "one") == 1);
}

TEST_CASE("a module name can stand for another, but not for itself") {
  Fixture fixture;
  fixture.linker.define_funcs("wasi_snapshot_preview1", group, nullptr);
  fixture.linker.alias_module("wasi_snapshot_preview1", "wasi_unstable");
  CHECK(fixture.call("wasi_unstable", "two") == 2);
  fixture.linker.alias_module("b", "a");
  fixture.linker.alias_module("a", "b");
  CHECK(fixture.call("a", "one") == -1);
}

TEST_CASE("externs of a store are handed out as they are") {
  Fixture fixture;
  const GlobalInstance global =
      fixture.store.make_global({valtype::i32, true}, Value::i32(666));
  fixture.linker.define_extern("env", "global", global);
  Extern found;
  REQUIRE(fixture.linker.find(fixture.store, "env", "global", found));
  REQUIRE(found.kind == ExternKind::global);
  CHECK(found.global.cell == global.cell);
  found.global.set(Value::i32(1));
  CHECK(global.get().i32() == 1);
  CHECK(fixture.store.describe(found) == "global (mut i32)");
}

}  // namespace zwasm
