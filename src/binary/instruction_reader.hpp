// The one decoder of function bodies: turns bytes into predecoded instructions.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/vector.hpp"
#include "binary/byte_reader.hpp"
#include "wasm/features.hpp"
#include "wasm/module.hpp"
#include "wasm/opcode.hpp"
#include "wasm/types.hpp"

namespace zwasm {

struct Memarg {
  uint64_t offset;
  uint32_t align_log2;
  MemoryIndex memory;
};

/// One clause of try_table.
struct CatchClause {
  enum class Kind : uint8_t { catch_, catch_ref, catch_all, catch_all_ref };
  Kind kind;
  TagIndex tag;    ///< catch_ and catch_ref
  uint32_t label;
  bool has_tag() const { return kind == Kind::catch_ || kind == Kind::catch_ref; }
};

/// The predecoded form of an instruction: what decoding alone can tell. Never stored; it is handed
/// to whoever asks next (validator, lowering, printer). The payload is that of
/// info(opcode).immediate; variable-length immediates point into the reader's scratch memory and
/// are valid until the next call of `next`.
struct Instruction {
  struct Pair {
    uint32_t first, second;
  };
  struct LabelTable {
    const uint32_t* targets;  ///< `count` labels, then the default
    uint32_t count;
  };
  struct MemoryAccess {
    Memarg memarg;
    uint8_t lane;
  };
  struct SelectTypes {
    const ValType* types;
    uint32_t count;
  };
  struct HeapOperand {
    HeapType type;
    bool nullable;  ///< of ref.test and ref.cast (from the opcode) and ref.null (true)
  };
  struct CastLabel {
    uint32_t label;
    ValType from, to;
  };
  struct TryTable {
    BlockType block_type;
    const CatchClause* clauses;
    uint32_t count;
  };

  Opcode opcode;
  uint32_t offset;  ///< of the opcode, in the module

  union {
    int32_t i32;
    int64_t i64;
    uint32_t f32_bits;
    uint64_t f64_bits;
    uint8_t v128[16];   ///< v128.const, and the lanes of i8x16.shuffle
    uint32_t index;     ///< func, type, local, global, table, elem, data, memory, tag, label
    BlockType block_type;
    Pair pair;          ///< the two indices of type_table, type_field, ..., in written order
    LabelTable label_table;
    MemoryAccess memory;  ///< memarg, memarg_lane; `lane` also for lane
    SelectTypes select_types;
    HeapOperand heap_type;
    CastLabel cast_label;
    TryTable try_table;
  };

  Instruction() : opcode(Opcode::nop), offset(0), i64(0) {}
};

/// What the reader needs to know of an opcode, in one word.
struct DecodeRow {
  uint16_t opcode = no_opcode;
  uint8_t immediate = 0;          // an Immediate, or prefix_immediate
  uint8_t feature = no_feature;

  static constexpr uint8_t prefix_immediate = 0xFF;
  static constexpr uint8_t no_feature = 31;  // never on: unassigned codes need no other test
};

template <size_t size>
consteval std::array<DecodeRow, size> make_decode_rows(const std::array<uint16_t, size>& opcodes) {
  std::array<DecodeRow, size> rows{};
  for (size_t i = 0; i < size; ++i) {
    if (opcodes[i] == no_opcode) continue;
    const OpcodeInfo& row = opcode_table[opcodes[i]];
    rows[i] = {opcodes[i], static_cast<uint8_t>(row.immediate), static_cast<uint8_t>(row.feature)};
  }
  return rows;
}
consteval std::array<DecodeRow, 256> make_plain_decode_rows() {
  std::array<DecodeRow, 256> rows = make_decode_rows(opcodes_plain);
  for (size_t prefix = 0xFB; prefix <= 0xFE; ++prefix) {
    rows[prefix] = {no_opcode, DecodeRow::prefix_immediate, static_cast<uint8_t>(Feature::mvp)};
  }
  return rows;
}
static_assert(feature_count <= DecodeRow::no_feature);
inline constexpr auto decode_rows_plain = make_plain_decode_rows();
inline constexpr auto decode_rows_fb = make_decode_rows(opcodes_fb);
inline constexpr auto decode_rows_fc = make_decode_rows(opcodes_fc);
inline constexpr auto decode_rows_fd = make_decode_rows(opcodes_fd);
inline constexpr auto decode_rows_fe = make_decode_rows(opcodes_fe);

/// info(opcode).immediate, without the rest of the table around it.
inline constexpr auto opcode_immediates = [] {
  std::array<Immediate, opcode_count> immediates{};
  for (size_t i = 0; i < opcode_count; ++i) immediates[i] = opcode_table[i].immediate;
  return immediates;
}();

/// Reads the instructions of one expression. Checks what the binary format demands of each
/// instruction (malformed), not validation, and not how blocks nest: who reads has to see that the
/// last `end` is where the bytes end. Reusable: `reset` starts another expression and keeps the
/// scratch memory. After a failure only `reset`, `error` and `take_error` may be called.
class InstructionReader {
 public:
  explicit InstructionReader(Allocator& allocator = system_allocator())
      : labels_(allocator), types_(allocator), clauses_(allocator) {}

  /// `has_data_count`: whether instructions may name data segments; in function bodies only after
  /// a data count section.
  void reset(const Expression& expression, const Features& features, bool has_data_count = true) {
    in_.reset(expression.bytes, expression.offset, features);
    has_data_count_ = has_data_count;
  }

  bool at_end() const { return in_.at_end(); }
  /// Offset in the module of the next instruction.
  uint32_t offset() const { return in_.offset(); }
  const uint8_t* position() const { return in_.position(); }

  /// Reads one instruction. False if it is malformed, which includes that there is none left.
  [[nodiscard]] bool next(Instruction& instruction);
  /// The same, part of the caller: for loops over many instructions.
  [[nodiscard, gnu::always_inline]] bool next_inline(Instruction& instruction) {
    return next_opcode(instruction) &&
           read_immediate(opcode_immediates[static_cast<size_t>(instruction.opcode)], instruction);
  }

  /// The two halves of `next`, for who dispatches on the opcode and so knows the immediates at
  /// compile time: `next_opcode`, then `read_immediate` with info(instruction.opcode).immediate.
  [[nodiscard]] bool next_opcode(Instruction& instruction);
  [[nodiscard]] bool read_immediate(Immediate immediate, Instruction& instruction);

  /// Why `next` returned false.
  const Error& error() const { return in_.error(); }
  Error take_error() { return in_.take_error(); }

 private:
  bool read_memarg(Memarg& memarg);

  // Out of line: rare, or long.
  bool read_prefixed_opcode(uint8_t prefix, Instruction& instruction);
  bool read_long_memarg(Memarg& memarg);
  bool read_label_table(Instruction& instruction);
  bool read_select_types(Instruction& instruction);
  bool read_cast_label(Instruction& instruction);
  bool read_try_table(Instruction& instruction);
  bool read_fence();
  bool read_data_index(uint32_t& index);
  [[gnu::cold]] bool fail_opcode(uint32_t code, uint32_t offset);

  ByteReader in_;
  bool has_data_count_ = true;
  Vector<uint32_t> labels_;
  Vector<ValType> types_;
  Vector<CatchClause> clauses_;
};

[[gnu::always_inline]] inline bool InstructionReader::next_opcode(Instruction& instruction) {
  instruction.offset = in_.offset();
  uint8_t code;
  if (!in_.read_u8(code)) [[unlikely]] return false;
  const DecodeRow row = decode_rows_plain[code];
  if (!in_.features().has(static_cast<Feature>(row.feature))) [[unlikely]] {
    return fail_opcode(code, instruction.offset);
  }
  if (row.immediate == DecodeRow::prefix_immediate) [[unlikely]] {
    return read_prefixed_opcode(code, instruction);
  }
  instruction.opcode = static_cast<Opcode>(row.opcode);
  return true;
}

inline bool InstructionReader::next(Instruction& instruction) {
  return next_inline(instruction);
}

[[gnu::always_inline]] inline bool InstructionReader::read_memarg(Memarg& memarg) {
  const uint8_t* p = in_.position();
  if (in_.remaining() >= 2 && p[0] < 0x40 && p[1] < 0x80) [[likely]] {
    memarg.align_log2 = p[0];
    memarg.offset = p[1];
    memarg.memory = MemoryIndex{0};
    in_.seek(p + 2);
    return true;
  }
  return read_long_memarg(memarg);
}

[[gnu::always_inline]] inline bool InstructionReader::read_immediate(Immediate immediate,
                                                                     Instruction& instruction) {
  switch (immediate) {
    case Immediate::none: return true;
    case Immediate::block_type: return in_.read_block_type(instruction.block_type);
    case Immediate::label:
    case Immediate::func:
    case Immediate::type:
    case Immediate::local:
    case Immediate::global:
    case Immediate::table:
    case Immediate::elem:
    case Immediate::memory:
    case Immediate::tag: return in_.read_u32(instruction.index);
    case Immediate::label_table: return read_label_table(instruction);
    case Immediate::type_table:
    case Immediate::table_table:
    case Immediate::elem_table:
    case Immediate::memory_memory:
    case Immediate::type_field:
    case Immediate::type_type:
    case Immediate::type_count:
    case Immediate::type_elem:
      return in_.read_u32(instruction.pair.first) && in_.read_u32(instruction.pair.second);
    case Immediate::data: return read_data_index(instruction.index);
    case Immediate::data_memory:
      return read_data_index(instruction.pair.first) && in_.read_u32(instruction.pair.second);
    case Immediate::type_data:
      return in_.read_u32(instruction.pair.first) && read_data_index(instruction.pair.second);
    case Immediate::i32: return in_.read_s32(instruction.i32);
    case Immediate::i64: return in_.read_s64(instruction.i64);
    case Immediate::f32: return in_.read_raw(&instruction.f32_bits, 4);
    case Immediate::f64: return in_.read_raw(&instruction.f64_bits, 8);
    case Immediate::v128:
    case Immediate::lanes: return in_.read_raw(instruction.v128, 16);
    case Immediate::memarg: return read_memarg(instruction.memory.memarg);
    case Immediate::memarg_lane:
      return read_memarg(instruction.memory.memarg) && in_.read_u8(instruction.memory.lane);
    case Immediate::lane: return in_.read_u8(instruction.memory.lane);
    case Immediate::select_types: return read_select_types(instruction);
    case Immediate::heap_type:
      instruction.heap_type.nullable = instruction.opcode != Opcode::ref_test &&
                                       instruction.opcode != Opcode::ref_cast;
      return in_.read_heap_type(instruction.heap_type.type);
    case Immediate::cast_label: return read_cast_label(instruction);
    case Immediate::try_table: return read_try_table(instruction);
    case Immediate::fence: return read_fence();
  }
  __builtin_unreachable();  // or else each instruction pays for a comparison
}

}  // namespace zwasm
