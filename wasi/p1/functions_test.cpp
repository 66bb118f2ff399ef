#include "wasi/p1/functions.hpp"

#include <set>

#include "runtime/linker.hpp"
#include "runtime/store.hpp"
#include "wasi/p1/test_guest.hpp"

namespace zwasm::wasi::p1 {
namespace {

TrapKind no_wasm(ExecutionContext&, const FuncRef&, Slot*) { return TrapKind::unreachable; }

/// Calls WASI functions the way a module would, but from the host: there is no guest memory.
struct Fixture {
  Runtime runtime{{&no_wasm, nullptr, nullptr, nullptr}, MemoryMode::explicit_, 64 * 1024};
  Store store{runtime};
  Linker linker;
  Host host;
  Fixture() { define(linker, host); }

  const FuncRef* get(std::string_view module, std::string_view name) {
    Extern found;
    return linker.find(store, module, name, found) ? found.func : nullptr;
  }
  Status call(std::string_view name, std::span<const Slot> args, std::span<Slot> results,
              std::string_view module = preview1_module) {
    const FuncRef* function = get(module, name);
    REQUIRE(function != nullptr);
    return store.call_slots(*function, args, results);
  }
};

TEST_CASE("46 functions, by their names, under both module names") {
  for (const Abi abi : {Abi::preview1, Abi::unstable}) {
    std::set<std::string_view> names;
    for (const HostFuncDefinition& function : functions(abi)) names.insert(function.name);
    CHECK(names.size() == 46);
  }
  const HostFuncDefinition* open = find(preview1_module, "path_open");
  REQUIRE(open != nullptr);
  CHECK(to_string(FuncType{open->params, open->results}) ==
        "[i32 i32 i32 i32 i32 i64 i64 i32 i32] -> [i32]");
  const HostFuncDefinition* exit = find(unstable_module, "proc_exit");
  REQUIRE(exit != nullptr);
  CHECK(to_string(FuncType{exit->params, exit->results}) == "[i32] -> []");
  CHECK(find(preview1_module, "path_ope") == nullptr);
  CHECK(find(preview1_module, "zzz") == nullptr);
  CHECK(find(preview1_module, "") == nullptr);
  CHECK(find("env", "path_open") == nullptr);
  const bool same_callback =
      find(preview1_module, "fd_seek")->callback == find(unstable_module, "fd_seek")->callback;
  CHECK_FALSE(same_callback);
}

TEST_CASE("what a function could touch") {
  CHECK(access_of(*find(preview1_module, "environ_get")) == Access::environment);
  CHECK(access_of(*find(unstable_module, "sock_send")) == Access::sockets);
  CHECK(access_of(*find(preview1_module, "path_unlink_file")) == Access::file_changes);
  for (const HostFuncDefinition& function : functions(Abi::preview1)) {
    CAPTURE(function.name);
    CHECK(std::string(access_description(access_of(function))).size() > 5);
  }
}

TEST_CASE_FIXTURE(Fixture, "the linker finds them all, with their types") {
  for (const std::string_view module : {preview1_module, unstable_module}) {
    for (const HostFuncDefinition& function : functions(Abi::preview1)) {
      CAPTURE(function.name);
      const FuncRef* found = get(module, function.name);
      REQUIRE(found != nullptr);
      const FuncType& type = store.type_of(*found);
      CHECK(type.params.size() == function.params.size());
      CHECK(type.results.size() == function.results.size());
    }
  }
}

TEST_CASE_FIXTURE(Fixture, "calls: an error code, a trap, the end") {
  Slot result = 99;
  CHECK(call("sched_yield", {}, {&result, 1}).ok());
  CHECK(result == 0);
  const Slot closed[] = {7};
  CHECK(call("fd_close", closed, {&result, 1}).ok());
  CHECK(result == static_cast<Slot>(Errno::badf));

  const Slot pointers[] = {0, 8};
  const Status outside = call("args_sizes_get", pointers, {&result, 1});
  REQUIRE_FALSE(outside.ok());
  CHECK(outside.error().kind == ErrorKind::trap);
  CHECK(outside.error().trap == TrapKind::out_of_bounds_memory_access);

  const Slot code[] = {33};
  const Status exit = call("proc_exit", code, {});
  REQUIRE_FALSE(exit.ok());
  CHECK(exit.error().kind == ErrorKind::exit);
  CHECK(exit.error().exit_code == 33);
  const Slot abort_signal[] = {6};
  const Status raised = call("proc_raise", abort_signal, {&result, 1}, unstable_module);
  REQUIRE_FALSE(raised.ok());
  CHECK(raised.error().kind == ErrorKind::exit);
  CHECK(raised.error().exit_code == 134);
}

}  // namespace
}  // namespace zwasm::wasi::p1
