// Instantiation (specification, Modules: Instantiation).
#include <algorithm>
#include <new>

#include "runtime/builtins.hpp"
#include "runtime/bulk.hpp"
#include "runtime/const_expr.hpp"
#include "runtime/host.hpp"
#include "runtime/instance.hpp"
#include "runtime/store.hpp"

namespace zwasm {

/// One instantiation in progress.
class Instantiation {
 public:
  Instantiation(Store& store, ModuleCode& code, std::span<const Extern> imports)
      : store_(store), code_(code), module_(code.module()), imports_(imports) {}

  Result<Instance*> run(const Ref<ModuleCode>& owner) {
    ZWASM_CHECK(match_imports());
    FuncEntry* entries = code_.entries(store_.variant());
    if (entries == nullptr) return make_trap(TrapKind::out_of_memory);
    ZWASM_CHECK(allocate(entries));
    instance_->module_ = owner;
    store_.adopt(instance_);
    bind_imports();
    ZWASM_CHECK(make_memories());
    ConstantEvaluator evaluator(*instance_);
    ZWASM_CHECK(make_tags());
    ZWASM_CHECK(make_globals_and_tables(evaluator));
    ZWASM_CHECK(evaluate_elements(evaluator));
    ZWASM_CHECK(copy_elements(evaluator));
    ZWASM_CHECK(copy_data(evaluator));
    if (module_.has_start) {
      ZWASM_CHECK(store_.call_slots(instance_->func(raw(module_.start)), {}, {}));
    }
    return instance_;
  }

 private:
  Status match_imports() {
    if (imports_.size() != module_.imports.size()) {
      return make_error(ErrorKind::unlinkable, Error::no_offset,
                        "unknown import: %zu imports were given, the module has %zu",
                        imports_.size(), module_.imports.size());
    }
    for (size_t i = 0; i < imports_.size(); ++i) {
      ZWASM_CHECK(match_import(code_, i, imports_[i], store_));
    }
    return {};
  }

  /// Makes the instance in one block: Instance, VMContext with the own globals, then arrays.
  Status allocate(FuncEntry* entries) {
    const size_t own_globals = module_.globals.size() - module_.imported_globals;
    const size_t own_functions = module_.codes.size();
    size_t size = round_up(sizeof(Instance), alignof(VMContext));
    const size_t vmctx_at = size;
    size += sizeof(VMContext) + own_globals * sizeof(GlobalCell);
    const auto add = [&](size_t count, size_t element_size) {
      const size_t at = size;
      size += count * element_size;
      return at;
    };
    const size_t blocks =
        (own_functions + Instance::func_block_size - 1) / Instance::func_block_size;
    const size_t memories_at = add(module_.memories.size(), sizeof(void*));
    const size_t tables_at = add(module_.tables.size(), sizeof(void*));
    const size_t functions_at = add(module_.imported_functions, sizeof(void*));
    const size_t globals_at = add(module_.imported_globals, sizeof(void*));
    const size_t tags_at = add(module_.tags.size(), sizeof(void*));
    const size_t blocks_at = add(blocks, sizeof(void*));
    const size_t data_at = add((module_.datas.size() + 63) / 64, sizeof(uint64_t));
    const size_t elem_at = add((module_.elems.size() + 63) / 64, sizeof(uint64_t));
    const size_t global_types_at = add(module_.imported_globals, sizeof(ValType));

    auto* block = static_cast<uint8_t*>(store_.allocator().allocate(size, alignof(VMContext)));
    if (block == nullptr) return make_trap(TrapKind::out_of_memory);
    std::fill_n(block, size, uint8_t{0});
    instance_ = new (block) Instance(store_.allocator());
    auto* vmctx = new (block + vmctx_at) VMContext{};
    instance_->store_ = &store_;
    instance_->vmctx_ = vmctx;
    instance_->allocation_size_ = size;
    memories_ = reinterpret_cast<MemoryDefinition**>(block + memories_at);
    tables_ = reinterpret_cast<TableDefinition**>(block + tables_at);
    functions_ = reinterpret_cast<const FuncRef**>(block + functions_at);
    globals_ = reinterpret_cast<GlobalCell**>(block + globals_at);
    instance_->tags_ = reinterpret_cast<TagInstance**>(block + tags_at);
    instance_->func_blocks_ = reinterpret_cast<FuncRef**>(block + blocks_at);
    instance_->dropped_data_ = reinterpret_cast<uint64_t*>(block + data_at);
    instance_->dropped_elem_ = reinterpret_cast<uint64_t*>(block + elem_at);
    instance_->imported_global_types_ = reinterpret_cast<ValType*>(block + global_types_at);

    vmctx->execution = &store_.execution();
    vmctx->entries = entries;
    vmctx->imported_functions = functions_;
    vmctx->memories = memories_;
    vmctx->tables = tables_;
    vmctx->imported_globals = globals_;
    vmctx->types = code_.raw_type_ids();
    vmctx->module = &code_;
    vmctx->instance = instance_;
    vmctx->allocation = &store_.heap().area();
    vmctx->builtins = builtin_table;
    return {};
  }

  static constexpr size_t round_up(size_t size, size_t alignment) {
    return (size + alignment - 1) & ~(alignment - 1);
  }

  void bind_imports() {
    for (size_t i = 0; i < imports_.size(); ++i) {
      const Extern& value = imports_[i];
      const uint32_t index = module_.imports[i].index;
      switch (value.kind) {
        case ExternKind::func: functions_[index] = value.func; break;
        case ExternKind::table: tables_[index] = value.table; break;
        case ExternKind::memory:
          memories_[index] = value.memory;
          if (value.memory->shared() != nullptr) store_.retain(*value.memory->shared());
          break;
        case ExternKind::global:
          globals_[index] = value.global.cell;
          instance_->imported_global_types_[index] = value.global.type.type;
          break;
        case ExternKind::tag: instance_->tags_[index] = value.tag; break;
      }
    }
  }

  Status make_memories() {
    for (size_t i = module_.imported_memories; i < module_.memories.size(); ++i) {
      memories_[i] = ZWASM_TRY(store_.make_memory(module_.memories[i]));
    }
    if (!module_.memories.empty()) {
      instance_->vmctx_->memory0 = memories_[0];
      instance_->vmctx_->memory0_base = memories_[0]->base;
    }
    return {};
  }

  Status make_tags() {
    for (size_t i = module_.imported_tags; i < module_.tags.size(); ++i) {
      instance_->tags_[i] = &store_.make_tag(code_.type_ids()[raw(module_.tags[i].type)]);
    }
    return {};
  }

  Status make_globals_and_tables(ConstantEvaluator& evaluator) {
    // Initial elements of tables may use globals, and no global uses a table.
    for (size_t i = module_.imported_globals; i < module_.globals.size(); ++i) {
      instance_->vmctx_->globals()[i - module_.imported_globals] =
          ZWASM_TRY(evaluator.evaluate(module_.globals[i].init));
    }
    for (size_t i = module_.imported_tables; i < module_.tables.size(); ++i) {
      const Table& table = module_.tables[i];
      Slot init = 0;
      if (table.has_init) init = ZWASM_TRY(evaluator.evaluate(table.init)).low;
      TableType type = table.type;
      type.element = canonical(type.element, code_.type_ids());
      tables_[i] = ZWASM_TRY(store_.make_table_instance(type, instance_, init));
    }
    return {};
  }

  /// Elements that are expressions are evaluated once: each may be an object with an identity.
  /// Those of functions have none, and are made when they are used.
  Status evaluate_elements(ConstantEvaluator& evaluator) {
    for (uint32_t i = 0; i < module_.elems.size(); ++i) {
      const ElemSegment& segment = module_.elems[i];
      if (!segment.uses_expressions || segment.mode == SegmentMode::declarative ||
          !code_.registry().may_be_object(canonical(segment.type, code_.type_ids()))) {
        continue;
      }
      if (instance_->elements_.empty()) {
        instance_->elements_.reserve(module_.elems.size());
        for (size_t k = 0; k < module_.elems.size(); ++k) {
          instance_->elements_.emplace_back(store_.allocator());
        }
      }
      Vector<Slot>& elements = instance_->elements_[i];
      elements.reserve(segment.expressions.size());
      for (const Expression& expression : segment.expressions) {
        elements.push_back(ZWASM_TRY(evaluator.evaluate(expression)).low);
      }
    }
    return {};
  }

  Status copy_elements(ConstantEvaluator& evaluator) {
    for (uint32_t i = 0; i < module_.elems.size(); ++i) {
      const ElemSegment& segment = module_.elems[i];
      if (segment.mode == SegmentMode::passive) continue;
      if (segment.mode == SegmentMode::active) {
        Slot operands[] = {ZWASM_TRY(evaluator.evaluate(segment.offset)).low, 0, segment.size()};
        ZWASM_CHECK(
            check(builtins::table_init(instance_->vmctx_, operands, i, raw(segment.table))));
      }
      instance_->drop_elem(i);
    }
    return {};
  }

  Status copy_data(ConstantEvaluator& evaluator) {
    for (uint32_t i = 0; i < module_.datas.size(); ++i) {
      const DataSegment& segment = module_.datas[i];
      if (segment.mode != SegmentMode::active) continue;
      const uint64_t offset = ZWASM_TRY(evaluator.evaluate(segment.offset)).low;
      const uint64_t size = segment.bytes.size();
      uint8_t* const destination = checked_range(memories_[raw(segment.memory)], offset, size);
      if (destination == nullptr) ZWASM_CHECK(check(TrapKind::out_of_bounds_memory_access));
      ZWASM_CHECK(
          check(move_in_pieces(instance_->vmctx_, destination, segment.bytes.data(), size)));
      instance_->drop_data(i);
    }
    return {};
  }

  Status check(TrapKind kind) {
    if (kind == TrapKind::none) return {};
    store_.execution().trap = TrapRecord{};
    return store_.take_error(kind);
  }

  Store& store_;
  ModuleCode& code_;
  const Module& module_;
  std::span<const Extern> imports_;
  Instance* instance_ = nullptr;
  MemoryDefinition** memories_ = nullptr;
  TableDefinition** tables_ = nullptr;
  const FuncRef** functions_ = nullptr;
  GlobalCell** globals_ = nullptr;
};

Result<Instance*> instantiate(Store& store, Ref<ModuleCode> module,
                              std::span<const Extern> imports) {
  return Instantiation(store, *module, imports).run(module);
}

}  // namespace zwasm
