// A valid module with its code: decoded and validated at once, lowered function by function when
// they are first called.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "base/vector.hpp"
#include "engine/code_memory.hpp"
#include "engine/config.hpp"
#include "ir/handler_index.hpp"
#include "ir/lower.hpp"
#include "os/file.hpp"
#include "runtime/module_code.hpp"
#include "runtime/runtime.hpp"
#include "wasm/module.hpp"

namespace zwasm {

/// What compiling a module cost so far.
struct ModuleStats {
  uint64_t text_ns = 0;      ///< text to binary
  uint64_t decode_ns = 0;
  uint64_t validate_ns = 0;
  uint64_t lower_ns = 0;
  uint64_t module_bytes = 0;
  uint64_t functions = 0;          ///< defined ones
  uint64_t functions_lowered = 0;  ///< counting each variant
  uint64_t cell_bytes = 0;         ///< of their cells
};

/// Made by Engine; held through Ref. Thread-safe.
class CompiledModule final : public ModuleCode {
 public:
  /// Decodes and validates `bytes`, a binary. The runtime outlives the module.
  static Result<Ref<CompiledModule>> make(Runtime& runtime, const Config& config,
                                          os::OwnedBytes bytes, std::string_view name);

  // Inspection: what the module declares. Heap types with an index are type indices of the module;
  // canonical() (wasm/type_canon.hpp) with type_ids() makes ids of them.
  const Module& module() const override { return module_; }
  std::span<const Import> imports() const { return module_.imports; }
  std::span<const Export> exports() const { return module_.exports; }
  std::span<const uint8_t> bytes() const { return bytes_.bytes(); }

  const TypeRegistry& registry() const override { return runtime_.types; }
  std::span<const CanonicalType> type_ids() const override { return type_ids_.span(); }
  const uint32_t* raw_type_ids() const override { return raw_type_ids_.data(); }

  ModuleStats stats() const;
  /// What it took to make the binary from text. Not after the module is shared.
  void set_text_ns(uint64_t nanoseconds) { stats_.text_ns = nanoseconds; }

  FuncEntry* entries(Variant variant) override;
  TrapKind lower(VMContext* vmctx, FuncEntry* entry) override;
  bool locate(const Cell* cell, Place place, Location& location) override;
  TrapKind map_references(std::span<ReferenceMap> maps, Arena& arena,
                          const std::atomic<uint32_t>& interrupt) override;
  bool find_handler(const Cell* cell, Place place, const Instance& instance,
                    const TagInstance& tag, Landing& landing) override;

 private:
  /// The cells of a lowered function.
  struct Body {
    const Cell* cells;
    uint32_t count;
    uint32_t function;
  };
  /// The code of one variant.
  struct VariantCode {
    std::atomic<FuncEntry*> entries = nullptr;
    os::Mapping entry_memory;
    Vector<Body> bodies;  ///< by address

    explicit VariantCode(Allocator& allocator) : bodies(allocator) {}
  };
  /// A function that catches exceptions.
  struct CatchingBody {
    const Cell* cells;
    HandlerIndex handlers;
  };

  CompiledModule(Runtime& runtime, const Config& config, os::OwnedBytes bytes);
  ~CompiledModule() override;
  void destroy() const override;
  LoweringOptions options(Variant variant, LoweringOptions::Record record) const;
  Lowering* lowering();
  Status lower_once(Variant variant, uint32_t defined_index);
  const Body* find_body(uintptr_t address, Variant& variant) const;
  bool replay(const Body& body, Variant variant, LoweringOptions::Record record);
  bool replay_anew(const Body& body, Variant variant, LoweringOptions::Record record,
                   std::span<const uint32_t> recorded_cells);
  bool keep_handlers(const Cell* cells);
  bool map_function(const Body& body, Variant variant, std::span<ReferenceMap> maps,
                    Arena& arena);

  Runtime& runtime_;
  const Features features_;
  const bool deterministic_;
  const os::OwnedBytes bytes_;
  Module module_;
  Vector<CanonicalType> type_ids_;
  Vector<uint32_t> raw_type_ids_;

  mutable std::mutex mutex_;  ///< guards what follows, but for published entries
  ModuleStats stats_;
  Lowering* lowering_ = nullptr;  ///< owned
  const Cell* replayed_ = nullptr;  ///< the body that lowering_ holds a replay of, and
  LoweringOptions::Record replayed_record_ = LoweringOptions::Record::nothing;  ///< with what
  CodeMemory code_memory_;
  VariantCode variants_[variant_count];  ///< by Variant
  Vector<CatchingBody> catching_bodies_;  ///< by address
  Arena arena_;      ///< of the handlers
};

}  // namespace zwasm
