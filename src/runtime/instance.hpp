// Module instances (specification, Module Instances), and instantiation.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "runtime/extern.hpp"
#include "runtime/module_code.hpp"
#include "runtime/ref_counted.hpp"
#include "runtime/vm_context.hpp"

namespace zwasm {

class Store;

/// An instance of a module. One allocation, owned by its store; its address is fixed. Also an
/// instance whose start or segments trapped lives on, since tables may refer to its functions.
class Instance {
 public:
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  Store& store() const { return *store_; }
  ModuleCode& module() const { return *module_; }
  VMContext* vmctx() { return vmctx_; }

  /// The export of that name; false if there is none.
  [[nodiscard]] bool find_export(std::string_view name, Extern& result);
  /// The exported function, memory, ... of that name; null if there is none of this kind.
  const FuncRef* exported_func(std::string_view name);
  MemoryInstance* exported_memory(std::string_view name);
  TableInstance* exported_table(std::string_view name);
  /// With a null cell if there is none.
  GlobalInstance exported_global(std::string_view name);

  // --- By index in the module's index spaces; the index exists ---

  const FuncRef& func(uint32_t index);
  /// The same for running code; null when there is no memory.
  const FuncRef* try_func(uint32_t index);
  TableInstance& table(uint32_t index) { return instance_of(vmctx_->tables[index]); }
  MemoryInstance& memory(uint32_t index) { return instance_of(vmctx_->memories[index]); }
  GlobalInstance global(uint32_t index);
  TagInstance& tag(uint32_t index) const { return *tags_[index]; }
  Extern extern_of(ExternKind kind, uint32_t index);

  /// The elements of a segment of references that were evaluated when the instance was made; empty
  /// for segments of functions, whose elements are made when they are used.
  std::span<const Slot> elements(uint32_t segment) const {
    return elements_.empty() ? std::span<const Slot>() : elements_[segment].span();
  }

  bool is_data_dropped(uint32_t segment) const { return has_bit(dropped_data_, segment); }
  bool is_elem_dropped(uint32_t segment) const { return has_bit(dropped_elem_, segment); }
  void drop_data(uint32_t segment) { set_bit(dropped_data_, segment); }
  void drop_elem(uint32_t segment) { set_bit(dropped_elem_, segment); }

 private:
  friend class Instantiation;
  friend class Store;
  /// References to own functions are made in blocks, on first use.
  static constexpr uint32_t func_block_size = 64;

  explicit Instance(Allocator& allocator) : elements_(allocator) {}
  ~Instance() = default;
  static bool has_bit(const uint64_t* bits, uint32_t index) {
    return ((bits[index / 64] >> (index % 64)) & 1) != 0;
  }
  static void set_bit(uint64_t* bits, uint32_t index) {
    bits[index / 64] |= uint64_t{1} << (index % 64);
  }

  Store* store_ = nullptr;
  Ref<ModuleCode> module_;
  VMContext* vmctx_ = nullptr;
  Instance* next_ = nullptr;  ///< in the store
  size_t allocation_size_ = 0;
  ValType* imported_global_types_ =
      nullptr;  ///< by global index: the actual, not the declared type
  TagInstance** tags_ = nullptr;
  FuncRef** func_blocks_ = nullptr;
  uint64_t* dropped_data_ = nullptr;
  uint64_t* dropped_elem_ = nullptr;
  Vector<Vector<Slot>> elements_;  ///< by segment; empty if all are of functions
};

/// Whether `actual` may be imported as import `index` of the module. The error is unlinkable,
/// "incompatible import type" and what was expected and found.
Status match_import(const ModuleCode& module, size_t index, const Extern& actual, Store& store);

/// Instantiates (specification, Instantiation): matches the imports, one for each of the module's
/// in order, makes what the module declares, copies active segments, runs the start function.
/// Errors: unlinkable, trap or exhaustion (from segments and start; then the instance stays in the
/// store), host when memory is short, unsupported.
Result<Instance*> instantiate(Store& store, Ref<ModuleCode> module,
                              std::span<const Extern> imports);

}  // namespace zwasm
