// A module that can be instantiated, as the runtime sees it: declarations, and functions behind
// entry tables. Which tiers make them runnable is not known here.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "base/allocator.hpp"
#include "base/vector.hpp"
#include "runtime/ref_counted.hpp"
#include "runtime/vm_context.hpp"
#include "wasm/module.hpp"
#include "wasm/type_canon.hpp"

namespace zwasm {

struct ReferenceMap;
struct TagInstance;

/// The versions of a module's code; only those in use are made.
enum class Variant : uint8_t {
  plain,
  metered,  ///< charges fuel
};
inline constexpr size_t variant_count = 2;
static_assert(static_cast<size_t>(Variant::plain) == 0 &&
              static_cast<size_t>(Variant::metered) == variant_count - 1);

/// Shared by the instances of a module, in all stores of an engine. Thread-safe.
class ModuleCode : public RefCounted {
 public:
  /// Where in the module a cell of some function comes from.
  struct Location {
    uint32_t function;  ///< index in the function space
    uint32_t offset;    ///< of the instruction, in the module
  };

  /// The declarations. They live as long as this.
  virtual const Module& module() const = 0;
  /// The registry of the engine, and the canonical id of each type of the module.
  virtual const TypeRegistry& registry() const = 0;
  virtual std::span<const CanonicalType> type_ids() const = 0;
  /// The same ids as numbers, for VMContext::types.
  virtual const uint32_t* raw_type_ids() const = 0;

  /// One entry per defined function, made on first use; null when there is no memory.
  virtual FuncEntry* entries(Variant variant) = 0;
  /// Makes the function of `entry`, one of `entries`, runnable. Once, from any thread; a failure
  /// leaves it as it was. With TrapKind::unsupported the execution context of `vmctx` got an Error
  /// that names the function and the instruction.
  virtual TrapKind lower(VMContext* vmctx, FuncEntry* entry) = 0;
  /// The wasm instruction of the cell, or of the one before it (that of a call whose return
  /// continues at `cell`); false if that is of no function of this module.
  enum class Place : uint8_t { at, behind };
  virtual bool locate(const Cell* cell, Place place, Location& location) = 0;

  /// Fills in the maps of calls and allocations in functions of this module, sorted by address;
  /// what they point to is made in `arena`. Takes time in proportion to the code of their functions
  /// and the maps. May be interrupted; or out_of_memory.
  virtual TrapKind map_references(std::span<ReferenceMap> maps, Arena& arena,
                                  const std::atomic<uint32_t>& interrupt) = 0;

  /// Where execution goes on when `exception` is thrown by the instruction of the cell.
  struct Landing {
    const Cell* cell;
    uint16_t base;            ///< slot of the first parameter of the tag
    uint16_t exception_slot;  ///< slot for the reference to the exception, or no_slot
    bool takes_parameters;
    static constexpr uint16_t no_slot = 0xFFFF;
  };
  /// False if nothing in the function catches it.
  virtual bool find_handler(const Cell* cell, Place place, const Instance& instance,
                            const TagInstance& tag, Landing& landing) = 0;

  /// Index in `module().exports`, or -1. Names are looked up by binary search in an index that is
  /// made on first use.
  int64_t find_export(std::string_view name);

  /// A name for messages: that of the name section, else the one set when it was compiled, else "".
  std::string_view name() const;
  /// The name of the name section, or "".
  std::string_view function_name(uint32_t function) const;
  /// What messages call a function: by the name section, else by an export, else by its import;
  /// "" if it has none of them.
  std::string display_name(uint32_t function) const;

 protected:
  explicit ModuleCode(Allocator& allocator = system_allocator()) : export_index_(allocator) {}
  ~ModuleCode() override = default;
  /// Used by `name` when the module has none of its own. Not after the module is shared.
  void set_fallback_name(std::string name) { fallback_name_ = std::move(name); }

 private:
  std::string fallback_name_;
  std::once_flag export_index_made_;
  Vector<uint32_t> export_index_;  ///< of module().exports, by name
};

}  // namespace zwasm
