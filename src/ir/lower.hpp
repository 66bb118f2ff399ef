// Translation of one function from predecoded wasm to register IR, in one forward pass.
//
// The operand stack is symbolic: reading a local or a constant emits nothing, and what is computed
// goes straight to where it is needed. Only what really has to move between slots becomes a copy.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "base/vector.hpp"
#include "binary/instruction_reader.hpp"
#include "ir/cell.hpp"
#include "ir/exception_handler.hpp"
#include "runtime/builtins.hpp"
#include "wasm/module.hpp"

namespace zwasm {

/// What a translation depends on besides the function.
struct LoweringOptions {
  Features features;  ///< those that the module was validated with
  /// Emit `fuel` operations: the metered variant.
  bool metered = false;
  /// Memories that qualify are guarded: accesses need no check.
  bool guard_pages = true;
  /// Make the NaNs that instructions compute canonical.
  bool deterministic = false;
  /// What to record of every cell, in a replay: its wasm offset; also the references live at calls.
  enum class Record : uint8_t { nothing, positions, references };
  Record record = Record::nothing;
  /// Cells of calls and allocations whose references are recorded in any case, ascending (their
  /// data will do): of a function with large frames and many calls, those of others may not be.
  std::span<const uint32_t> recorded_cells;
};

/// Translates functions of one module; keeps its working memory from one to the next. Not
/// thread-safe. The module must be valid.
class Lowering {
 public:
  explicit Lowering(const Module& module, Allocator& allocator = system_allocator());

  /// Translates a defined function. Deterministic: the same function and options give the same
  /// cells. Errors: trap out_of_memory (nothing is left behind, it can be tried again), or
  /// unsupported, naming the instruction that this build cannot execute.
  Status lower(FuncIndex function, const LoweringOptions& options);

  /// The translation: an `enter` cell, then operations. Handlers are operation numbers until
  /// `link`.
  std::span<const Cell> cells() const { return cells_.span(); }

  /// Copies the cells to `destination` (cells().size() of them) with the handlers of `table`.
  void link(Cell* destination, HandlerTable table) const;

  /// Where exceptions are caught.
  std::span<const ExceptionHandler> exception_handlers() const { return handlers_.span(); }

  /// Gives back working memory that only large functions need. What `lower` made is gone then.
  void trim();

  /// Recorded: the wasm offset (in the module) of the instruction behind a cell.
  uint32_t position(size_t cell) const;

  /// Recorded: the slots that may hold references to objects (not to functions) while the call or
  /// allocation in `cell` is running, in ascending order: those of locals, which are the same in
  /// the whole function, and those of operands. Slots from a call's base on belong to the callee.
  std::span<const SlotRange> local_reference_slots() const { return local_map_.span(); }
  std::span<const SlotRange> operand_reference_slots(size_t cell) const;
  /// Recorded: whether there is a call or allocation in the cell, and whether
  /// operand_reference_slots knows it.
  bool is_safepoint(size_t cell) const { return map_starts_[cell] != none; }
  bool knows_references(size_t cell) const {
    return is_safepoint(cell) && map_starts_[cell] != not_recorded;
  }
  /// Recorded: the cell of the call or allocation that the cell belongs to.
  size_t safepoint(size_t cell) const {
    while (!is_safepoint(cell)) --cell;
    return cell;
  }

 private:
  static constexpr uint32_t none = ~uint32_t{0};
  static constexpr uint32_t not_recorded = none - 1;
  /// Ranges of slots that are recorded at most, but for those of the safepoints
  /// that the options name.
  static constexpr size_t max_recorded_ranges = 32 * 1024;
  static constexpr uint16_t no_slot = 0xFFFF;  // frames have at most 65,535 slots

  /// An entry of the symbolic operand stack.
  struct Operand {
    enum class Kind : uint8_t {
      slot,      ///< in its canonical slot
      local,     ///< still in the local it was read from
      constant,  ///< known; in no slot
      sum,       ///< an i32 that nothing has computed yet: local + (index << shift) + bits
    };
    Kind kind;
    uint8_t shift;
    uint8_t linked;          ///< which of next_read belong to the list of their local
    uint16_t slot;           ///< canonical slot of this height
    ValType type;
    uint32_t local;          ///< Kind::local and sum; none in a sum without it
    uint32_t index;          ///< Kind::sum: another local, or none
    uint32_t next_read[2];   ///< of `local` and `index`: the next lower read of the same local
    uint64_t bits;           ///< Kind::constant and sum
  };

  /// How a load or store finds its address.
  struct Address {
    enum class Shape : uint8_t {
      plain,     ///< `operand` + offset
      sum,       ///< slots a + b, + offset
      scaled,    ///< slots a + b times the size of the access, + offset
      absolute,  ///< offset
      plus,      ///< slot a (or the accumulator) + offset, wrapping
    };
    Shape shape;
    bool in_accumulator;
    uint16_t a, b;
    uint32_t offset;
    Operand operand;
  };

  enum class BlockKind : uint8_t { function, block, loop, if_, else_, try_table, try_, catch_ };

  struct Control {
    BlockKind kind;
    bool reached_end;       ///< some branch goes to the end
    uint32_t stack_base;    ///< operands below the parameters
    uint16_t base_slot;     ///< canonical slot of the first operand above stack_base
    const FuncType* type;   ///< null: no parameters, and `single` (unless bottom) as result
    ValType single;
    uint32_t table_stub;    ///< last br_table stub that leads here, and
    uint32_t stub_table;    ///< the br_table it belongs to

    std::span<const ValType> params() const {
      return type != nullptr ? type->params : std::span<const ValType>();
    }
    std::span<const ValType> results() const {
      if (type != nullptr) return type->results;
      return {&single, single.is_bottom() ? size_t{0} : size_t{1}};
    }
    /// What a branch to this label carries.
    std::span<const ValType> label() const {
      return kind == BlockKind::loop ? params() : results();
    }
    uint32_t label_fixups;  ///< branches to the end, as a list of fixups_
    uint32_t else_fixup;    ///< of an `if`: the branch to its else
    uint32_t loop_start;    ///< cell of a loop's first operation
    uint32_t region_start;  ///< of try_table, try and catch: the protected cells
    uint32_t region_end;
    uint32_t first_clause;     ///< of try_table: its clauses end clauses_
    uint32_t delegate_fixups;  ///< handlers whose exceptions go on outside of this block
  };

  /// A branch, or a landing of an exception, whose target is not known yet.
  struct Fixup {
    uint32_t next;
    uint32_t base_cell;  ///< distances count from here; `none`: data_cell is a number in handlers_
    uint32_t data_cell;  ///< cell that holds the distance: base_cell, or data of a br_table
    uint32_t word;       ///< which of its four, in data
  };

  /// Which slot's value an accumulator also holds, and the operation that put it there.
  struct Accumulator {
    uint32_t slot = none;
    uint32_t cell = none;  ///< rewritable to its accumulator-only form while nobody read the slot
  };
  enum class AccKind : uint8_t { integer, f32, f64 };

  /// An operand as a source of an operation.
  struct Source {
    bool in_accumulator;
    uint16_t slot;  ///< of the value; no_slot if only the accumulator holds it
  };

  Status run(FuncIndex function);
  Status instruction(const Instruction& in);
  void vector_instruction(const Instruction& in);
  void atomic_instruction(const Instruction& in);
  void object_instruction(const Instruction& in);
  Status exception_instruction(const Instruction& in);
  void bulk_instruction(const Instruction& in);
  void reference_instruction(const Instruction& in);
  void make_nan_canonical(Opcode opcode);
  bool skip_unreachable(const Instruction& in);

  // Emission (lower_operands.cpp).
  Cell& emit(IrOp op);
  DataCell& emit_data();
  void begin_block();  ///< a label: nothing before it may be rewritten, accumulators are unknown
  void end_fuel_block() { fuel_cell_ = none; }
  IrOp op_of(uint32_t cell) const;
  void set_op(uint32_t cell, IrOp op);
  void remove_last();
  void charge(Opcode opcode);

  // Symbolic stack.
  Operand& push(ValType type, Operand::Kind kind);
  void push_slots(std::span<const ValType> types);
  Operand pop();      ///< a sum is computed then
  Operand pop_any();
  Operand& peek(size_t depth) { return stack_[stack_.size() - 1 - depth]; }
  void push_local(uint32_t local);
  void push_constant(ValType type, uint64_t bits);
  void link_read(Operand& operand, uint32_t which);
  void materialize(Operand& operand);
  void materialize_top(size_t count);
  void materialize_reads(uint32_t local);
  void flush_locals();
  void truncate(size_t height);
  uint32_t next_slot() const;

  // Operands and results.
  static AccKind acc_kind(ValType type);
  Accumulator& acc(ValType type) { return accs_[static_cast<size_t>(acc_kind(type))]; }
  void forget_accumulators();
  void keep_slots_written();  ///< accumulators stay known, but no store may be dropped any more
  void forget_slot(uint32_t slot);
  Source source(const Operand& operand);
  uint16_t slot_of(Operand& operand);
  void set_result(Cell& cell, ValType type, bool accumulates, bool has_accumulator_form);
  bool produced_last(const Operand& operand) const;
  void emit_constant(uint16_t slot, ValType type, uint64_t bits);
  void emit_copy(uint16_t to, uint16_t from, ValType type);
  void emit_sum(const Operand& sum, uint16_t to);
  void move_operand(Operand& operand, uint16_t to, bool may_redirect);

  // Numeric instructions by shape (lower_numeric.cpp); `base` is the first form of its row.
  void unary(IrOp base, Opcode opcode, ValType result_type);
  void binary(IrOp base, Opcode opcode, ValType type);
  bool defer_sum(Opcode opcode, const Operand& a, const Operand& b);
  bool fuse_multiply_add(Opcode opcode, const Operand& a, const Operand& b, ValType type);
  bool fuse_rotation(Opcode opcode, const Operand& a, const Operand& b, ValType type);
  bool divide_by_constant(IrOp base, Opcode opcode, Operand& dividend, uint64_t divisor,
                          ValType type);
  void compare(IrOp base, Opcode opcode, ValType type);
  void test_zero(Opcode opcode, IrOp base);
  void wide(IrOp op, size_t operands);

  // Loads and stores (lower_memory.cpp).
  void load(IrOp base, IrOp any, const Memarg& memarg, ValType type, uint32_t size_log2);
  void store(IrOp base, IrOp any, const Memarg& memarg, ValType type, uint32_t size_log2);
  Address address_of(const Operand& operand, const Memarg& memarg, uint32_t size_log2,
                     bool is_load, bool may_keep_slots);
  void memory_any(IrOp op, uint16_t value, uint16_t address, const Memarg& memarg);
  bool is_direct_memory(const Memarg& memarg) const;

  // Vectors (lower_simd.cpp).
  void simd_memory(IrOp guard, bool is_store, const Memarg& memarg);
  void simd_lane_memory(IrOp op, bool is_store, const Memarg& memarg, uint8_t lane);
  void simd(IrOp op, size_t operands, ValType result_type, const uint8_t* lanes);
  void simd_lane(IrOp op, size_t operands, ValType result_type, uint8_t lane);

  // Locals, globals, selection (lower_variables.cpp).
  void select();
  void skip_initialization(uint32_t local, const Operand& value);
  void local_set(uint32_t local);
  void global_get(uint32_t index);
  void global_set(uint32_t index);

  // Tables and bulk operations (lower_tables.cpp).
  void table_get(uint32_t index);
  void table_set(uint32_t index);
  void builtin(Builtin number, size_t operands, ValType result, uint32_t first, uint32_t second);

  // Control (lower_control.cpp).
  Control& push_control(BlockKind kind, const BlockType& type);
  Control& control(uint32_t depth) { return controls_[controls_.size() - 1 - depth]; }
  void block(BlockKind kind, const BlockType& type);
  void if_(const BlockType& type);
  void else_();
  void end();
  void branch(uint32_t depth);
  void branch_if(uint32_t depth);
  void branch_on_null(uint32_t depth, bool when_null);
  void branch_if(uint32_t depth, Operand& condition, bool when_nonzero);
  void branch_table(const Instruction& in);
  void conditional_branch(Operand& condition, bool when_nonzero, const Control* loop,
                          uint32_t& list);
  bool fuse_compare(Operand& condition, bool when_nonzero, const Control* loop, uint32_t& list);
  bool fuse_latch(Opcode opcode, const Cell& compare, bool immediate, const Control& loop);
  bool fuse_mask(const Operand& condition, bool when_nonzero, const Control* loop,
                 uint32_t& list);
  bool fuse_countdown(const Operand& condition, bool when_nonzero, const Control& loop);
  bool fuse_jump(Control& target);
  void jump(Control& target);
  void emit_return();
  void move_to_label(const Control& target, bool may_redirect);
  bool label_in_place(const Control& target);
  void bind(uint32_t& list);
  void add_fixup(uint32_t& list, uint32_t base_cell, uint32_t data_cell, uint32_t word);
  void set_distance(uint32_t base_cell, uint32_t data_cell, uint32_t word, uint32_t target);
  void become_unreachable();

  // Exceptions (lower_exceptions.cpp).
  bool reserve_handlers(size_t clauses);
  void begin_region(BlockKind kind, const BlockType& type);
  void end_region(Control& control);
  void add_clauses(Control& control);
  void bind_delegates(Control& control);
  Status try_table(const Instruction::TryTable& in);
  Status try_(const BlockType& type);
  Status catch_(uint32_t tag);
  Status delegate(uint32_t depth);
  void throw_(uint32_t tag);
  void throw_ref();
  void rethrow(uint32_t depth);
  std::span<const ValType> tag_params(uint32_t tag) const;

  // Objects (lower_gc.cpp).
  void allocate(Builtin number, size_t operands, uint32_t type, uint32_t second);
  void finish_allocation(size_t operands, uint32_t type);
  void struct_new(uint32_t type);
  void struct_get(uint32_t type, uint32_t field, bool is_signed);
  void struct_set(uint32_t type, uint32_t field);
  void array_get(uint32_t type, bool is_signed);
  void array_set(uint32_t type);
  void unary_slot(IrOp op, ValType result);
  void push_loaded(Cell& cell, ValType type);
  Cell& emit_cast(bool is_test, uint16_t slot, HeapType type, bool nullable);
  void ref_test(HeapType type, bool nullable);
  void ref_cast(HeapType type, bool nullable);
  void branch_on_cast(const Instruction::CastLabel& in, bool when_it_is);
  void convert_reference(AbstractHeapType to);

  // Atomic accesses (lower_atomic.cpp).
  void atomic(IrOp op, const Memarg& memarg, size_t operands, ValType result);

  // Calls.
  uint16_t stage_arguments(const FuncType& type, uint32_t& arg_slots);
  void call(uint32_t function, bool tail);
  void call_indirect(uint32_t type_index, uint32_t table, bool tail);
  void call_ref(uint32_t type_index, bool tail);
  void end_call(const FuncType& type);
  using Record = LoweringOptions::Record;
  void record_position();
  void record_references(uint32_t callee_base);
  bool must_record(uint32_t cell);
  static void add_slot(Vector<SlotRange>& map, size_t start, uint16_t slot);
  bool may_be_object(ValType type) const;  ///< whether a collection may change its values

  const Module& module_;
  LoweringOptions options_;
  InstructionReader reader_;
  Vector<Cell> cells_;
  Vector<Operand> stack_;
  Vector<Control> controls_;
  Vector<Fixup> fixups_;
  Vector<CatchClause> clauses_;          ///< of the try_tables that are open
  Vector<ExceptionHandler> handlers_;
  Vector<uint16_t> local_slots_;
  Vector<ValType> local_types_;
  /// By local: the topmost read of it by a stack entry, as twice the entry's number plus which of
  /// the entry's two reads; or none.
  Vector<uint32_t> local_reads_;
  Vector<uint32_t> positions_;
  /// By cell, when recording: index of the map in maps_, none or not_recorded. A map begins with an
  /// entry that counts the ranges behind it.
  Vector<uint32_t> map_starts_;
  Vector<SlotRange> maps_;
  Vector<SlotRange> local_map_;
  size_t next_recorded_ = 0;   ///< in recorded_cells: those before are behind
  bool out_of_memory_ = false;  ///< while recording
  const FuncType* type_ = nullptr;
  Accumulator accs_[3];
  uint32_t last_cell_ = none;      ///< the operation emitted last in this block, data not counted
  uint32_t previous_cell_ = none;  ///< the one before it in this block
  uint32_t last_result_ = none;    ///< last_cell_, if its destination slot can still be changed
  uint32_t last_compare_ = none;  ///< last_cell_, if it is the comparison or test `compare_opcode_`
  Opcode compare_opcode_ = Opcode::nop;
  uint32_t negated_compare_ = none;  ///< a float comparison that a test for zero read,
  Opcode negated_opcode_ = Opcode::nop;  ///< and which
  uint32_t first_operand_slot_ = 0;
  uint32_t max_slots_ = 0;
  uint32_t zero_cell_ = none;     ///< initializes the locals
  uint32_t flushed_ = 0;          ///< stack entries below this read no local
  uint32_t unreachable_depth_ = 0;
  bool unreachable_ = false;
  uint32_t fuel_cell_ = none;
  uint32_t offset_ = 0;           ///< of the current instruction
};

}  // namespace zwasm
