#include "binary/instruction_reader.hpp"

#include <bit>

namespace zwasm {

static_assert(std::endian::native == std::endian::little,
              "constants are copied from the module, where they are little endian");

namespace {

/// Whether it is an instruction of a feature that is not part of this build.
bool lacks_code(const DecodeRow& row) {
  return row.feature != DecodeRow::no_feature && !is_built(static_cast<Feature>(row.feature));
}

}  // namespace

bool InstructionReader::read_prefixed_opcode(uint8_t prefix, Instruction& instruction) {
  uint32_t code;
  if (!in_.read_u32(code)) return false;
  std::span<const DecodeRow> rows;
  switch (prefix) {
    case 0xFB: rows = decode_rows_fb; break;
    case 0xFC: rows = decode_rows_fc; break;
    case 0xFD: rows = decode_rows_fd; break;
    case 0xFE: rows = decode_rows_fe; break;
  }
  const DecodeRow row = code < rows.size() ? rows[code] : DecodeRow{};
  if (!in_.features().has(static_cast<Feature>(row.feature))) {
    if (lacks_code(row)) {
      return in_.fail_feature(instruction.offset, static_cast<Feature>(row.feature), "");
    }
    return in_.fail(instruction.offset, "illegal opcode %02x %02x", prefix, code);
  }
  instruction.opcode = static_cast<Opcode>(row.opcode);
  return true;
}

bool InstructionReader::read_long_memarg(Memarg& memarg) {
  const uint32_t start = in_.offset();
  uint32_t flags;
  if (!in_.read_u32(flags)) return false;
  constexpr uint32_t has_memory = 0x40;
  const bool multi_memory = in_.features().has(Feature::multi_memory);
  if (flags >= (multi_memory ? 2 * has_memory : has_memory)) {
    return in_.fail(start, "malformed memop flags");
  }
  memarg.align_log2 = flags & (has_memory - 1);
  uint32_t memory = 0;
  if ((flags & has_memory) != 0 && !in_.read_u32(memory)) return false;
  memarg.memory = MemoryIndex{memory};
  if (in_.features().has(Feature::memory64)) return in_.read_u64(memarg.offset);
  uint32_t offset;
  if (!in_.read_u32(offset)) return false;
  memarg.offset = offset;
  return true;
}

bool InstructionReader::read_label_table(Instruction& instruction) {
  uint32_t count;
  if (!in_.read_length(count)) return false;
  labels_.clear();
  labels_.reserve(size_t{count} + 1);
  for (uint32_t i = 0; i <= count; ++i) {
    uint32_t label;
    if (!in_.read_u32(label)) return false;
    labels_.push_back(label);
  }
  instruction.label_table = {labels_.data(), count};
  return true;
}

bool InstructionReader::read_select_types(Instruction& instruction) {
  uint32_t count;
  if (!in_.read_length(count)) return false;
  types_.clear();
  types_.reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    ValType type;
    if (!in_.read_value_type(type)) return false;
    types_.push_back(type);
  }
  instruction.select_types = {types_.data(), count};
  return true;
}

bool InstructionReader::read_cast_label(Instruction& instruction) {
  const uint32_t start = in_.offset();
  uint8_t flags;
  if (!in_.read_u8(flags)) return false;
  if (flags > 3) return in_.fail(start, "malformed br_on_cast flags");
  uint32_t label;
  HeapType from = AbstractHeapType::any, to = AbstractHeapType::any;
  if (!in_.read_u32(label) || !in_.read_heap_type(from) || !in_.read_heap_type(to)) return false;
  instruction.cast_label = {label, ValType::ref(from, (flags & 1) != 0),
                            ValType::ref(to, (flags & 2) != 0)};
  return true;
}

bool InstructionReader::read_try_table(Instruction& instruction) {
  BlockType type;
  uint32_t count;
  if (!in_.read_block_type(type) || !in_.read_length(count)) return false;
  clauses_.clear();
  clauses_.reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t start = in_.offset();
    uint8_t kind;
    if (!in_.read_u8(kind)) return false;
    if (kind > static_cast<uint8_t>(CatchClause::Kind::catch_all_ref)) {
      return in_.fail(start, "malformed catch clause");
    }
    CatchClause clause{static_cast<CatchClause::Kind>(kind), TagIndex{0}, 0};
    if (clause.has_tag()) {
      uint32_t tag;
      if (!in_.read_u32(tag)) return false;
      clause.tag = TagIndex{tag};
    }
    if (!in_.read_u32(clause.label)) return false;
    clauses_.push_back(clause);
  }
  instruction.try_table = {type, clauses_.data(), count};
  return true;
}

bool InstructionReader::read_fence() {
  const uint32_t start = in_.offset();
  uint8_t order;
  if (!in_.read_u8(order)) return false;
  return order == 0 || in_.fail(start, "zero byte expected");
}

bool InstructionReader::read_data_index(uint32_t& index) {
  const uint32_t start = in_.offset();
  if (!in_.read_u32(index)) return false;
  return has_data_count_ || in_.fail(start, "data count section required");
}

bool InstructionReader::fail_opcode(uint32_t code, uint32_t offset) {
  const DecodeRow row = decode_rows_plain[code];
  if (lacks_code(row)) return in_.fail_feature(offset, static_cast<Feature>(row.feature), "");
  return in_.fail(offset, "illegal opcode %02x", code);
}

}  // namespace zwasm
