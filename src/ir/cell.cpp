#include "ir/cell.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace zwasm {
namespace {

// Names share most of their text with the one before. What is stored of each is one byte that says
// how much, and the rest, whose last letter has the high bit set. Every `names_per_block`-th name
// is whole.
constexpr size_t names_per_block = 128;
constexpr uint8_t last_letter = 0x80;

constexpr std::string_view plain_names[] = {
#define IROP(name, format) #name,
#include "ir/ops.def"
};

/// At least one letter is left for the rest.
constexpr size_t shared_length(size_t op) {
  if (op % names_per_block == 0) return 0;
  const std::string_view name = plain_names[op];
  const std::string_view before = plain_names[op - 1];
  size_t length = 0;
  while (length + 1 < name.size() && length < before.size() && name[length] == before[length]) {
    ++length;
  }
  return length;
}

constexpr size_t packed_bytes = [] {
  size_t bytes = 0;
  for (size_t op = 0; op < ir_op_count; ++op) {
    bytes += 1 + plain_names[op].size() - shared_length(op);
  }
  return bytes;
}();
static_assert(packed_bytes <= UINT16_MAX);

struct PackedNames {
  std::array<uint16_t, (ir_op_count + names_per_block - 1) / names_per_block> blocks{};
  std::array<uint8_t, packed_bytes> bytes{};
};

consteval PackedNames pack_names() {
  PackedNames packed;
  size_t at = 0;
  for (size_t op = 0; op < ir_op_count; ++op) {
    if (op % names_per_block == 0) packed.blocks[op / names_per_block] = static_cast<uint16_t>(at);
    const size_t shared = shared_length(op);
    packed.bytes[at++] = static_cast<uint8_t>(shared);
    for (const char letter : plain_names[op].substr(shared)) {
      packed.bytes[at++] = static_cast<uint8_t>(letter);
    }
    packed.bytes[at - 1] |= last_letter;
  }
  return packed;
}
constexpr PackedNames packed_names = pack_names();

constexpr IrFormat formats[] = {
#define IROP(name, format) IrFormat::format,
#include "ir/ops.def"
};

/// Data cells by format; `counted` where the cell says how many.
constexpr uint8_t counted = 0xFF;
constexpr uint8_t data_cells_of(IrFormat format) {
  switch (format) {
    case IrFormat::table:
      return counted;
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

constexpr auto data_counts = [] {
  std::array<uint8_t, ir_op_count> counts{};
  for (size_t i = 0; i < ir_op_count; ++i) counts[i] = data_cells_of(formats[i]);
  return counts;
}();

}  // namespace

IrOpInfo info(IrOp op) {
  const auto number = static_cast<size_t>(op);
  size_t current = number - number % names_per_block;
  const uint8_t* at = packed_names.bytes.data() + packed_names.blocks[number / names_per_block];
  std::string name;
  for (;; ++current) {
    name.resize(*at++);
    do {
      name += static_cast<char>(*at & ~last_letter);
    } while ((*at++ & last_letter) == 0);
    if (current == number) return {std::move(name), formats[number]};
  }
}

size_t data_cells(const Cell& cell, IrOp op) {
  const uint8_t count = data_counts[static_cast<size_t>(op)];
  return count != counted ? count : (size_t{cell.table.count} + 1 + 3) / 4;
}

}  // namespace zwasm
