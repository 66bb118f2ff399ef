// What --trace shows, on standard error.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "engine/engine.hpp"

namespace zwasm::cli {

/// Prints a line for each event of the kinds that were asked for.
class Trace final : public Observer {
 public:
  /// Adds the kinds of a list such as "wasi,calls". Throws UsageError.
  void add(const std::string& list);

  /// Whether the WASI host has to be asked for its own lines.
  bool wasi() const { return wasi_; }
  /// Has `store` tell what is traced. Before anything is called.
  void watch(Store& store) {
    types_ = &store.runtime().types;
    store.set_observer(calls_ || memory_ || lower_ ? this : nullptr);
  }

  /// What ended just now, and began at `since` (os::monotonic_now).
  void phase(const char* what, uint64_t since) const;
  /// A call of an export from here, and its end.
  void export_call(const std::string& name, std::span<const Value> arguments) const;
  void export_return(const std::string& name, std::span<const Value> results,
                     const Error* error) const;

 private:
  void host_call(std::string_view module, std::string_view name, const FuncType& type,
                 const Slot* args) override;
  void host_return(std::string_view module, std::string_view name, const FuncType& type,
                   const Slot* results, TrapKind kind) override;
  void memory_grow(uint32_t memory, uint64_t old_size, uint64_t delta, uint64_t page_size,
                   bool grown) override;
  void table_grow(uint32_t table, uint64_t old_size, uint64_t delta, bool grown) override;
  void function_lowered(const ModuleCode& module, uint32_t function, uint64_t nanoseconds,
                        bool succeeded) override;

  const TypeRegistry* types_ = nullptr;
  bool wasi_ = false, phases_ = false, calls_ = false, memory_ = false, lower_ = false;
};

}  // namespace zwasm::cli
