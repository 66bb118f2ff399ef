// The stored form of register IR: 16-byte cells, and the operations they name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace zwasm {

/// Register-IR operation; see ops.def.
enum class IrOp : uint16_t {
#define IROP(name, format) name,
#include "ir/ops.def"
};

/// Payload layout of an operation; the members of Cell, and how many cells follow it as data.
enum class IrFormat : uint8_t {
  rrr,                   ///< Cell::r
  rri,                   ///< Cell::i
  rri_64,                ///< Cell::i, and a data cell with a 64-bit constant (and a shift)
  rrr16,                 ///< Cell::r, and a data cell of 16 bytes (lanes, v128 constant)
  br,                    ///< Cell::br
  bri,                   ///< Cell::bri
  bra,                   ///< Cell::bra
  latch,                 ///< Cell::latch, bound in a slot
  latchi,                ///< Cell::latch, bound an immediate
  mem,                   ///< Cell::mem; the offset may be an addend of the 32-bit address
  memi,                  ///< Cell::mem, value a sign-extended 16-bit immediate
  memx,                  ///< Cell::memx
  mem_any,               ///< Cell::mem with the memory's index, and a data cell with the offset
  mem_lane,              ///< Cell::r {d, a, b, lane}, and a data cell {offset, memory}
  mem_atomic,            ///< Cell::r {d, a, operand, operand}, and a data cell {offset, memory}
  table,                 ///< Cell::table, and data cells with label offsets
  call,                  ///< Cell::call
  call_indirect,         ///< Cell::call_indirect, and a data cell {table}
  call_ref,              ///< Cell::r {base, a}
  return_call,           ///< Cell::call with the number of argument slots
  return_call_indirect,  ///< Cell::call_indirect, and a data cell {table, argument slots}
  return_call_ref,       ///< Cell::r {base, a, argument slots}
  builtin,               ///< Cell::r {d, builtin, immediate, immediate}
  builtin_wide,          ///< Cell::r {d, builtin}, and a data cell {u32, u32}
  typed,                 ///< Cell::r {d, slots}, and a data cell {type index}
  cast,                  ///< Cell::r {d, a, nullable}, and a data cell {HeapType::bits}
  field,                 ///< Cell::r {d, a, slot of the field}
  field_set,             ///< the same; d holds the value
  enter,                 ///< Cell::enter
};

/// What ops.def says of an operation.
struct IrOpInfo {
  std::string name;  ///< as in ops.def
  IrFormat format;   ///< which members of the cell it uses
};

inline constexpr size_t ir_op_count = 0
#define IROP(name, format) +1
#include "ir/ops.def"
    ;
IrOpInfo info(IrOp op);

/// One operation, or the data of the operation before it. `rel` are byte distances from the cell
/// that holds them to the target cell. Slot numbers count 8-byte slots from the frame.
struct alignas(16) Cell {
  struct R { uint16_t d, a, b, c; };
  struct I { uint16_t d, a; int32_t imm; };
  struct Br { int32_t rel; uint16_t a, b; };
  struct Bri { int32_t rel; uint16_t a; int16_t imm; };
  struct Bra { int32_t rel; int32_t imm; };
  /// rel counts cells, not bytes. slot[a] += k; if (slot[a] <compare> bound) branch. The bound is
  /// slot[bound], or the sign-extended bound itself. In latch_step, k is the number of a slot too.
  struct Latch { int16_t rel, k; uint16_t a, bound; };
  /// v: destination, or value (a slot, or an immediate in memi). mem_any: offset is the memory.
  struct Mem { uint16_t v, a; uint32_t offset; };
  /// Address: the 32-bit sum of slot[a] and slot[b] (scaled: times the access's size), + offset.
  struct Memx { uint16_t v, a, b, offset; };
  struct Table { uint32_t count; uint16_t a, unused; };
  struct Call { uint32_t index; uint16_t base, args; };
  struct CallIndirect { uint32_t type; uint16_t base, a; };
  struct Enter { uint32_t frame_bytes, function; };

  const void* handler;  ///< the interpreter's code for the operation (interp/interp.hpp)
  union {
    R r;
    I i;
    Br br;
    Bri bri;
    Bra bra;
    Latch latch;
    Mem mem;
    Memx memx;
    Table table;
    Call call;
    CallIndirect call_indirect;
    Enter enter;
  };
};
static_assert(sizeof(Cell) == 16 && offsetof(Cell, r) == 8);

/// A cell that holds data of the operation before it.
union alignas(16) DataCell {
  uint8_t bytes[16];
  uint64_t u64[2];
  uint32_t u32[4];
  int32_t rel[4];  ///< br_table: distances in bytes from the cell of the br_table
};
static_assert(sizeof(DataCell) == sizeof(Cell));

inline const DataCell& data_of(const Cell* cell) {
  return *reinterpret_cast<const DataCell*>(cell + 1);
}

/// Data cells that follow an operation's cell.
size_t data_cells(const Cell& cell, IrOp op);

/// The address of the interpreter's code for each operation: distances from a common base, so that
/// the table needs no relocation.
struct HandlerTable {
  const char* base;
  const int32_t* distances;  ///< by IrOp
  const void* operator[](IrOp op) const { return base + distances[static_cast<size_t>(op)]; }
};

}  // namespace zwasm
