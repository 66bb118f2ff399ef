#include "wasi/p1/functions.hpp"

#include <inttypes.h>
#include <stdio.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <string>
#include <utility>

#include "runtime/store.hpp"
#include "wasi/p1/handlers.hpp"

namespace zwasm::wasi::p1 {
namespace {

constexpr size_t function_count = 0
#define FUNCTION(name, signature, access) +1
#include "wasi/p1/functions.def"
    ;
static_assert(function_count == 46);

template <class T>
constexpr char letter_of = sizeof(T) == 8 ? 'I' : 'i';

template <class Handler>
struct HandlerType;

template <class... Args>
struct HandlerType<Errno (*)(Call&, Args...)> {
  static constexpr size_t count = sizeof...(Args);
  static constexpr std::array<ValType, count + 1> params = {
      (sizeof(Args) == 8 ? valtype::i64 : valtype::i32)..., valtype::bottom};

  /// Whether the letters before the colon are those of the handler.
  static constexpr bool matches(std::string_view signature) {
    constexpr char letters[] = {letter_of<Args>..., ':'};
    return signature.substr(0, count + 1) == std::string_view(letters, count + 1);
  }
};

using Apply = Errno (*)(Call&, const Slot*);

template <auto handler, class... Args>
Errno apply_as(Errno (*)(Call&, Args...), Call& call, [[maybe_unused]] const Slot* args) {
  return [&]<size_t... i>(std::index_sequence<i...>) {
    return handler(call, static_cast<Args>(args[i])...);
  }(std::index_sequence_for<Args...>());
}

/// A handler with its arguments in slots.
template <auto handler>
Errno apply(Call& call, const Slot* args) {
  return apply_as<handler>(handler, call, args);
}

constexpr ValType i32_result[] = {valtype::i32};

/// How a function that did not return ends the execution.
TrapKind stop(VMContext* caller, const Call& call, Errno error) {
  if (error == Errno::exited) return raise_exit(caller, call.exit_code);
  return error == Errno::interrupted ? TrapKind::interrupted
                                     : TrapKind::out_of_bounds_memory_access;
}

void trace(HostCallback callback, Abi abi, const Slot* args, Errno outcome);

/// What all callbacks have in common.
TrapKind run(Host& host, VMContext* caller, Slot* args, Apply function, Abi abi, bool has_result,
             HostCallback callback) {
  Call call = {host, {}, abi, caller->execution->store->cancel_descriptor()};
  if (const MemoryDefinition* memory = caller_memory(caller); memory != nullptr) {
    call.memory = {memory->base, memory->bytes.load(std::memory_order_relaxed)};
  }
  const Errno error = function(call, args);
  if (host.is_traced()) trace(callback, abi, args, error);
  if (error > Errno::notcapable) return stop(caller, call, error);
  if (has_result) args[0] = static_cast<uint16_t>(error);
  return TrapKind::none;
}

template <auto handler, Abi abi, bool has_result>
TrapKind callback(void* data, VMContext* caller, Slot* args) {
  return run(*static_cast<Host*>(data), caller, args, &apply<handler>, abi, has_result,
             &callback<handler, abi, has_result>);
}

template <auto handler, Abi abi, bool has_result>
constexpr HostFuncDefinition definition(std::string_view name) {
  using Type = HandlerType<decltype(handler)>;
  return {name,
          {Type::params.data(), Type::count},
          has_result ? std::span<const ValType>(i32_result) : std::span<const ValType>(),
          &callback<handler, abi, has_result>};
}

constexpr bool returns(std::string_view signature) { return signature.back() == 'i'; }

#define FUNCTION(name, signature, access)                                     \
  static_assert(HandlerType<decltype(&p1::name)>::matches(signature), #name); \
  static_assert(std::string_view(signature).ends_with(':') || returns(signature), #name);
#include "wasi/p1/functions.def"

template <Abi abi>
constexpr HostFuncDefinition table[] = {
#define FUNCTION(name, signature, access) definition<&p1::name, abi, returns(signature)>(#name),
#include "wasi/p1/functions.def"
};

constexpr Access accesses[] = {
#define FUNCTION(name, signature, access) Access::access,
#include "wasi/p1/functions.def"
};

static_assert(std::is_sorted(std::begin(table<Abi::preview1>), std::end(table<Abi::preview1>),
                             [](const auto& a, const auto& b) { return a.name < b.name; }));

/// "wasi: fd_close(3) = success"
void trace(HostCallback callback, Abi abi, const Slot* args, Errno outcome) {
  for (const HostFuncDefinition& function : functions(abi)) {
    if (function.callback != callback) continue;
    std::string line =
        format("wasi: %.*s(", static_cast<int>(function.name.size()), function.name.data());
    for (size_t i = 0; i < function.params.size(); ++i) {
      line += format(i == 0 ? "%" PRIu64 : ", %" PRIu64, args[i]);
    }
    line += format(") = %s\n", errno_name(outcome));
    ::fputs(line.c_str(), stderr);
    return;
  }
}

}  // namespace

std::span<const HostFuncDefinition> functions(Abi abi) {
  return abi == Abi::preview1 ? std::span<const HostFuncDefinition>(table<Abi::preview1>)
                              : std::span<const HostFuncDefinition>(table<Abi::unstable>);
}

void define(Linker& linker, Host& host) {
  linker.define_funcs(preview1_module, functions(Abi::preview1), &host);
  linker.define_funcs(unstable_module, functions(Abi::unstable), &host);
}

const HostFuncDefinition* find(std::string_view module, std::string_view name) {
  if (module != preview1_module && module != unstable_module) return nullptr;
  const auto all = functions(module == preview1_module ? Abi::preview1 : Abi::unstable);
  const auto found = std::lower_bound(
      all.begin(), all.end(), name,
      [](const HostFuncDefinition& function, std::string_view key) { return function.name < key; });
  return found != all.end() && found->name == name ? &*found : nullptr;
}

Access access_of(const HostFuncDefinition& function) {
  const auto all = functions(Abi::preview1);
  const auto found = std::lower_bound(
      all.begin(), all.end(), function.name,
      [](const HostFuncDefinition& one, std::string_view key) { return one.name < key; });
  return accesses[found - all.begin()];
}

const char* access_description(Access access) {
  switch (access) {
    case Access::arguments: return "arguments";
    case Access::clocks: return "clocks and waiting";
    case Access::descriptors: return "data of descriptors it was given or has opened";
    case Access::environment: return "environment variables";
    case Access::file_changes: return "creating, renaming and removing files in given directories";
    case Access::file_names: return "names and attributes of files in given directories";
    case Access::files: return "opening and creating files in given directories";
    case Access::process: return "its own end";
    case Access::random: return "random numbers";
    case Access::sockets: return "sockets it was given";
  }
  return "";
}

}  // namespace zwasm::wasi::p1
