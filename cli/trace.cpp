#include "trace.hpp"

#include <cstdio>

#include "command.hpp"
#include "os/clock.hpp"
#include "report.hpp"
#include "values.hpp"

namespace zwasm::cli {
namespace {

/// One write a line, so that lines of the guest and of other threads do not come between.
void print(const std::string& line) {
  std::fputs((line + "\n").c_str(), stderr);
}

std::string list(std::span<const Value> values, const TypeRegistry& registry) {
  std::string text;
  for (const Value& value : values) {
    text += (text.empty() ? "" : ", ") + to_text(value, registry);
  }
  return text;
}

std::string list(std::span<const ValType> types, const Slot* slots,
                 const TypeRegistry& registry) {
  std::string text;
  for (const ValType type : types) {
    const Value value(type, slots[0], type.slots() == 2 ? slots[1] : 0);
    text += (text.empty() ? "" : ", ") + to_text(value, registry);
    slots += type.slots();
  }
  return text;
}

std::string host_name(std::string_view module, std::string_view name) {
  return printable(module) + "." + printable(name);
}

unsigned long long number(uint64_t value) { return value; }

}  // namespace

void Trace::add(const std::string& list) {
  struct Kind {
    const char* name;
    bool Trace::*member;
  };
  static constexpr Kind kinds[] = {{"wasi", &Trace::wasi_},
                                   {"calls", &Trace::calls_},
                                   {"memory", &Trace::memory_},
                                   {"lower", &Trace::lower_},
                                   {"phases", &Trace::phases_}};
  for (const std::string& what : list.empty() ? std::vector<std::string>{""} : split_list(list)) {
    bool found = false;
    std::string known;
    for (const Kind& kind : kinds) {
      known += (known.empty() ? "" : ", ") + std::string(kind.name);
      if (what != kind.name) continue;
      this->*kind.member = true;
      found = true;
    }
    if (!found) {
      throw UsageError{"--trace: " + echo(what) + " cannot be traced; there are " + known};
    }
  }
}

void Trace::phase(const char* what, uint64_t since) const {
  if (!phases_) return;
  print(format("phases: %s in %.3f ms", what,
               static_cast<double>(os::monotonic_now() - since) / 1e6));
}

void Trace::export_call(const std::string& name, std::span<const Value> arguments) const {
  if (calls_) print("calls: -> " + printable(name) + "(" + list(arguments, *types_) + ")");
}

void Trace::export_return(const std::string& name, std::span<const Value> results,
                          const Error* error) const {
  if (!calls_) return;
  print("calls: <- " + printable(name) +
        (error != nullptr ? ": " + printable(error->message)
                          : " = (" + list(results, *types_) + ")"));
}

void Trace::host_call(std::string_view module, std::string_view name, const FuncType& type,
                      const Slot* args) {
  if (!calls_) return;
  print("calls:   -> " + host_name(module, name) + "(" + list(type.params, args, *types_) + ")");
}

void Trace::host_return(std::string_view module, std::string_view name, const FuncType& type,
                        const Slot* results, TrapKind kind) {
  if (!calls_) return;
  print("calls:   <- " + host_name(module, name) +
        (kind == TrapKind::none         ? " = (" + list(type.results, results, *types_) + ")"
         : kind == TrapKind::host_error ? std::string(": does not return")
                                        : std::string(": ") + trap_message(kind)));
}

void Trace::memory_grow(uint32_t memory, uint64_t old_size, uint64_t delta, uint64_t page_size,
                        bool grown) {
  if (!memory_) return;
  print(format("memory: memory.grow %u: %llu + %llu pages of %llu bytes: %s", memory,
               number(old_size), number(delta), number(page_size), grown ? "grown" : "refused"));
}

void Trace::table_grow(uint32_t table, uint64_t old_size, uint64_t delta, bool grown) {
  if (!memory_) return;
  print(format("memory: table.grow %u: %llu + %llu elements: %s", table, number(old_size),
               number(delta), grown ? "grown" : "refused"));
}

void Trace::function_lowered(const ModuleCode& module, uint32_t function, uint64_t nanoseconds,
                             bool succeeded) {
  if (!lower_) return;
  const std::string name = module.display_name(function);
  print(format("lower: function %u%s%s: %s after %.3f ms", function, name.empty() ? "" : " ",
               printable(name).c_str(), succeeded ? "ready" : "failed",
               static_cast<double>(nanoseconds) / 1e6));
}

}  // namespace zwasm::cli
