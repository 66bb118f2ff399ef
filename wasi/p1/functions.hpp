// The import modules of WASI 0.1, and how they join an engine.
//
//   wasi::Host host;                              // outlives the store
//   host.add_argument("program");
//   Linker linker;
//   wasi::p1::define(linker, host);
//
// A blocking call waits on the store's cancel_descriptor() too, and ends with
// TrapKind::interrupted. proc_exit ends the execution with ErrorKind::exit.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "runtime/host.hpp"
#include "runtime/linker.hpp"
#include "wasi/host.hpp"
#include "wasi/types.hpp"

namespace zwasm::wasi::p1 {

inline constexpr std::string_view preview1_module = "wasi_snapshot_preview1";
inline constexpr std::string_view unstable_module = "wasi_unstable";

/// Defines all functions of both modules; nothing is allocated or made for each of them. Their data
/// is the Host.
void define(Linker& linker, Host& host);

/// The functions of one module, sorted by name. Callbacks expect a Host* as their data.
std::span<const HostFuncDefinition> functions(Abi abi);

/// One function by module and name, or null if WASI 0.1 has no such function.
const HostFuncDefinition* find(std::string_view module, std::string_view name);

/// What of the host a module could touch by calling a function, if the host grants it.
enum class Access : uint8_t {
  arguments,
  clocks,
  descriptors,
  environment,
  file_changes,
  file_names,
  files,
  process,
  random,
  sockets,
};

/// The access of a function that `find` knows.
Access access_of(const HostFuncDefinition& function);
/// For people: "environment variables", ...
const char* access_description(Access access);

}  // namespace zwasm::wasi::p1
