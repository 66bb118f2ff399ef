#include "ir/cell.hpp"

namespace zwasm {
namespace {

/// The names, one behind the other: positions in it take less room than pointers.
struct Names {
#define IROP(name, format) char name[sizeof(#name)];
#include "ir/ops.def"
};
constexpr Names names = {
#define IROP(name, format) #name,
#include "ir/ops.def"
};
constexpr uint16_t name_positions[] = {
#define IROP(name, format) offsetof(Names, name),
#include "ir/ops.def"
};
constexpr IrFormat formats[] = {
#define IROP(name, format) IrFormat::format,
#include "ir/ops.def"
};
static_assert(sizeof(Names) <= UINT16_MAX);

}  // namespace

IrOpInfo info(IrOp op) {
  const auto number = static_cast<size_t>(op);
  return {reinterpret_cast<const char*>(&names) + name_positions[number], formats[number]};
}

size_t data_cells(const Cell& cell, IrOp op) {
  switch (info(op).format) {
    case IrFormat::table:
      return (size_t{cell.table.count} + 1 + 3) / 4;
    case IrFormat::rri_64:
    case IrFormat::rrr16:
    case IrFormat::mem_any:
    case IrFormat::mem_lane:
    case IrFormat::mem_atomic:
    case IrFormat::call_indirect:
    case IrFormat::return_call_indirect:
    case IrFormat::builtin_wide:
    case IrFormat::typed:
    case IrFormat::cast:
      return 1;
    case IrFormat::rrr:
    case IrFormat::rri:
    case IrFormat::br:
    case IrFormat::bri:
    case IrFormat::bra:
    case IrFormat::latch:
    case IrFormat::latchi:
    case IrFormat::mem:
    case IrFormat::memi:
    case IrFormat::memx:
    case IrFormat::call:
    case IrFormat::call_ref:
    case IrFormat::return_call:
    case IrFormat::return_call_ref:
    case IrFormat::builtin:
    case IrFormat::field:
    case IrFormat::field_set:
    case IrFormat::enter:
      return 0;
  }
  return 0;
}

}  // namespace zwasm
