#include "text/instruction_printer.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "text/keywords.hpp"
#include "text/numbers.hpp"

namespace zwasm::text {
namespace {

/// A disassembler reads everything, whatever a run may use.
Features all_features() {
  Features features;
  for (size_t i = 0; i < feature_count; ++i) features.set(static_cast<Feature>(i), true);
  return features;
}

bool opens_block(Opcode opcode) {
  return opcode == Opcode::block || opcode == Opcode::loop || opcode == Opcode::if_ ||
         opcode == Opcode::try_ || opcode == Opcode::try_table;
}

void new_line(std::string& out, size_t depth) {
  out += '\n';
  out.append(4 + 2 * std::min<size_t>(depth, 40), ' ');
}

}  // namespace

Status InstructionPrinter::body(std::string& out, FuncIndex function,
                                const Expression& expression) {
  function_ = raw(function);
  label_count_ = 0;
  while (!labels_.empty()) pop_label();
  labels_.push_back({{}, NameTable::none});  // the function's own
  reader_.reset(expression, all_features());
  Instruction next;
  while (!labels_.empty()) {
    if (!reader_.next(next)) return reader_.take_error();
    const Opcode opcode = next.opcode;
    if (opcode == Opcode::end && labels_.size() == 1) break;
    const bool closes = opcode == Opcode::end || opcode == Opcode::delegate;
    if (closes) {
      if (labels_.size() == 1) {
        return make_error(ErrorKind::malformed, next.offset, "unexpected delegate");
      }
      pop_label();
    }
    const bool splits =
        opcode == Opcode::else_ || opcode == Opcode::catch_ || opcode == Opcode::catch_all;
    new_line(out, labels_.size() - (splits && labels_.size() > 1 ? 2 : 1));
    hint(out, next);
    instruction(out, next);
    if (opens_block(opcode)) push_label();
  }
  if (!reader_.at_end()) {
    return make_error(ErrorKind::malformed, reader_.offset(), "unexpected end");
  }
  return {};
}

Status InstructionPrinter::constant(std::string& out, const Expression& expression,
                                    const char* word) {
  function_ = no_function;
  while (!labels_.empty()) pop_label();
  reader_.reset(expression, all_features());
  std::string text;
  size_t count = 0, depth = 0;
  Instruction next;
  for (;;) {
    if (!reader_.next(next)) return reader_.take_error();
    if (next.opcode == Opcode::end && depth-- == 0) break;
    if (opens_block(next.opcode)) ++depth;
    if (count++ != 0) text += ' ';
    instruction(text, next);
  }
  if (count != 1 && word == nullptr) {
    out += text;
    return {};
  }
  out += '(';
  if (count != 1) {
    out += word;
    if (count != 0) out += ' ';
  }
  out += text;
  out += ')';
  return {};
}

void InstructionPrinter::hint(std::string& out, const Instruction& instruction) {
  if (instruction.opcode != Opcode::if_ && instruction.opcode != Opcode::br_if) return;
  while (!hints_.empty() && hints_.front().offset < instruction.offset) hints_ = hints_.subspan(1);
  if (hints_.empty() || hints_.front().offset != instruction.offset) return;
  out += "(@metadata.code.branch_hint \"\\0";
  out += hints_.front().likely ? "1\") " : "0\") ";
}

void InstructionPrinter::push_label() {
  const std::string_view name = identifiers_.inner(NameKind::label, function_, label_count_++);
  uint32_t shadowed = NameTable::none;
  if (!name.empty()) shadowed = label_ids_.set(name, static_cast<uint32_t>(labels_.size()));
  labels_.push_back({name, shadowed});
}

void InstructionPrinter::pop_label() {
  const Label& label = labels_.back();
  if (!label.name.empty()) label_ids_.set(label.name, label.shadowed);
  labels_.pop_back();
}

void InstructionPrinter::label(std::string& out, uint32_t depth) {
  out += ' ';
  if (depth < labels_.size()) {
    const size_t position = labels_.size() - 1 - depth;
    const std::string_view name = labels_[position].name;
    if (!name.empty() && label_ids_.find(name) == position) {
      append_id(out, name);
      return;
    }
  }
  out += std::to_string(depth);
}

void InstructionPrinter::reference(std::string& out, NameKind kind, uint32_t index) {
  out += ' ';
  identifiers_.append_reference(out, kind, index);
}

void InstructionPrinter::pair_of(std::string& out, NameKind kind,
                                 const Instruction& instruction) {
  if (instruction.pair.first == 0 && instruction.pair.second == 0) return;
  reference(out, kind, instruction.pair.first);
  reference(out, kind, instruction.pair.second);
}

void InstructionPrinter::segment(std::string& out, NameKind target, NameKind segment_kind,
                                 const Instruction& instruction) {
  if (instruction.pair.second != 0) reference(out, target, instruction.pair.second);
  reference(out, segment_kind, instruction.pair.first);
}

void InstructionPrinter::block_type(std::string& out, const BlockType& type) {
  switch (type.kind) {
    case BlockType::Kind::empty: return;
    case BlockType::Kind::value:
      out += " (result ";
      types_.val_type(out, type.value);
      out += ')';
      return;
    case BlockType::Kind::index: types_.type_use(out, type.index); return;
  }
}

void InstructionPrinter::catch_clauses(std::string& out, const Instruction& instruction) {
  for (uint32_t i = 0; i < instruction.try_table.count; ++i) {
    const CatchClause& clause = instruction.try_table.clauses[i];
    switch (clause.kind) {
      case CatchClause::Kind::catch_: out += " (catch"; break;
      case CatchClause::Kind::catch_ref: out += " (catch_ref"; break;
      case CatchClause::Kind::catch_all: out += " (catch_all"; break;
      case CatchClause::Kind::catch_all_ref: out += " (catch_all_ref"; break;
    }
    if (clause.has_tag()) reference(out, NameKind::tag, raw(clause.tag));
    label(out, clause.label);
    out += ')';
  }
}

void InstructionPrinter::memarg(std::string& out, const Instruction& instruction) {
  const Memarg& memarg = instruction.memory.memarg;
  if (raw(memarg.memory) != 0) reference(out, NameKind::memory, raw(memarg.memory));
  if (memarg.offset != 0) out += " offset=" + std::to_string(memarg.offset);
  if (memarg.align_log2 != natural_alignment(instruction.opcode)) {
    out += " align=" + std::to_string(uint64_t{1} << (memarg.align_log2 & 63));
  }
}

void InstructionPrinter::instruction(std::string& out, const Instruction& instruction) {
  const OpcodeInfo& row = info(instruction.opcode);
  out += row.text;
  const uint32_t index = instruction.index;
  const auto type_and = [&](NameKind kind) {
    reference(out, NameKind::type, instruction.pair.first);
    reference(out, kind, instruction.pair.second);
  };
  if (opens_block(instruction.opcode)) {
    const std::string_view name = identifiers_.inner(NameKind::label, function_, label_count_);
    if (!name.empty()) {
      out += ' ';
      append_id(out, name);
    }
  }
  switch (row.immediate) {
    case Immediate::none:
    case Immediate::fence: return;
    case Immediate::block_type: block_type(out, instruction.block_type); return;
    case Immediate::try_table:
      block_type(out, instruction.try_table.block_type);
      catch_clauses(out, instruction);
      return;
    case Immediate::label: label(out, index); return;
    case Immediate::label_table:
      for (uint32_t i = 0; i <= instruction.label_table.count; ++i) {
        label(out, instruction.label_table.targets[i]);
      }
      return;
    case Immediate::func: reference(out, NameKind::function, index); return;
    case Immediate::type: reference(out, NameKind::type, index); return;
    case Immediate::local:
      out += ' ';
      identifiers_.append_inner_reference(out, NameKind::local, function_, index);
      return;
    case Immediate::global: reference(out, NameKind::global, index); return;
    case Immediate::elem: reference(out, NameKind::elem, index); return;
    case Immediate::data: reference(out, NameKind::data, index); return;
    case Immediate::tag: reference(out, NameKind::tag, index); return;
    case Immediate::table: reference(out, NameKind::table, index); return;
    case Immediate::memory:
      if (index != 0) reference(out, NameKind::memory, index);
      return;
    case Immediate::type_table:
      if (instruction.pair.second != 0) {
        reference(out, NameKind::table, instruction.pair.second);
      }
      types_.type_use(out, TypeIndex{instruction.pair.first});
      return;
    case Immediate::table_table: pair_of(out, NameKind::table, instruction); return;
    case Immediate::memory_memory: pair_of(out, NameKind::memory, instruction); return;
    case Immediate::elem_table:
      segment(out, NameKind::table, NameKind::elem, instruction);
      return;
    case Immediate::data_memory:
      segment(out, NameKind::memory, NameKind::data, instruction);
      return;
    case Immediate::type_type: type_and(NameKind::type); return;
    case Immediate::type_data: type_and(NameKind::data); return;
    case Immediate::type_elem: type_and(NameKind::elem); return;
    case Immediate::type_count:
      reference(out, NameKind::type, instruction.pair.first);
      out += ' ' + std::to_string(instruction.pair.second);
      return;
    case Immediate::type_field:
      reference(out, NameKind::type, instruction.pair.first);
      out += ' ';
      identifiers_.append_inner_reference(out, NameKind::field, instruction.pair.first,
                                          instruction.pair.second);
      return;
    case Immediate::i32: out += ' ' + std::to_string(instruction.i32); return;
    case Immediate::i64: out += ' ' + std::to_string(instruction.i64); return;
    case Immediate::f32: out += ' ' + f32_to_string(instruction.f32_bits); return;
    case Immediate::f64: out += ' ' + f64_to_string(instruction.f64_bits); return;
    case Immediate::v128:
      out += " i32x4";
      for (size_t i = 0; i < 16; i += 4) {
        const uint8_t* lane = instruction.v128 + i;
        out += format(" 0x%02x%02x%02x%02x", lane[3], lane[2], lane[1], lane[0]);
      }
      return;
    case Immediate::lanes:
      for (uint8_t lane : instruction.v128) out += ' ' + std::to_string(lane);
      return;
    case Immediate::memarg: memarg(out, instruction); return;
    case Immediate::memarg_lane:
      memarg(out, instruction);
      out += ' ' + std::to_string(instruction.memory.lane);
      return;
    case Immediate::lane: out += ' ' + std::to_string(instruction.memory.lane); return;
    case Immediate::select_types:
      out += " (result";
      for (uint32_t i = 0; i < instruction.select_types.count; ++i) {
        out += ' ';
        types_.val_type(out, instruction.select_types.types[i]);
      }
      out += ')';
      return;
    case Immediate::heap_type:
      out += ' ';
      if (instruction.opcode == Opcode::ref_null) {
        types_.heap_type(out, instruction.heap_type.type);
      } else {
        types_.ref_type(out, ValType::ref(instruction.heap_type.type,
                                          instruction.heap_type.nullable));
      }
      return;
    case Immediate::cast_label:
      label(out, instruction.cast_label.label);
      out += ' ';
      types_.ref_type(out, instruction.cast_label.from);
      out += ' ';
      types_.ref_type(out, instruction.cast_label.to);
      return;
  }
}

}  // namespace zwasm::text
