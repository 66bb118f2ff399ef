#include "text/instruction_parser.hpp"

#include <bit>

#include "text/constants.hpp"
#include "text/numbers.hpp"
#include "wasm/limits.hpp"

namespace zwasm::text {

void InstructionParser::reset(uint32_t function) {
  function_ = function;
  code_.clear();
  operators_.clear();
  hints_.clear();
  label_count_ = 0;
  hint_ = no_hint;
  if (context_.trace != nullptr) {
    first_mark_ = static_cast<uint32_t>(context_.trace->marks.size());
  }
}

Expression InstructionParser::finish() {
  emit(Opcode::end);
  const std::span<const uint8_t> bytes = code_.bytes();
  const std::string_view copy =
      context_.arena.copy({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  Expression expression;
  expression.bytes =
      std::span<const uint8_t>(reinterpret_cast<const uint8_t*>(copy.data()), copy.size());
  expression.offset = first_mark_;
  return expression;
}

Result<Expression> InstructionParser::parse_body(uint32_t function) {
  reset(function);
  labels_.push_back({{}, NameTable::none});  // the function's own
  ZWASM_CHECK(run(FrameKind::sequence));
  pop_label();
  return finish();
}

Result<Expression> InstructionParser::parse_constant() {
  reset(no_function);
  ZWASM_CHECK(run(FrameKind::sequence));
  return finish();
}

Result<Expression> InstructionParser::parse_offset() {
  if (!cursor_.accept_open(Keyword::offset)) {
    reset(no_function);
    ZWASM_CHECK(run(FrameKind::single));
    return finish();
  }
  const Expression expression = ZWASM_TRY(parse_constant());
  ZWASM_CHECK(cursor_.expect_close());
  return expression;
}

Result<Expression> InstructionParser::parse_item() {
  if (!cursor_.accept_open(Keyword::item)) {
    reset(no_function);
    ZWASM_CHECK(run(FrameKind::single));
    return finish();
  }
  const Expression expression = ZWASM_TRY(parse_constant());
  ZWASM_CHECK(cursor_.expect_close());
  return expression;
}

Status InstructionParser::run(FrameKind base) {
  const size_t depth = frames_.size();
  ZWASM_CHECK(push_frame(base));
  if (base == FrameKind::single) {
    if (!cursor_.at(TokenKind::left_paren)) return cursor_.unexpected();
    do {
      ZWASM_CHECK(step());
    } while (frames_.size() > depth + 1);
  } else {
    while (frames_.size() > depth + 1 || !cursor_.at(TokenKind::right_paren)) ZWASM_CHECK(step());
    if (hint_ != no_hint) return cursor_.unexpected();
  }
  frames_.pop_back();
  return {};
}

Status InstructionParser::step() {
  switch (cursor_.peek().kind) {
    case TokenKind::keyword: return step_flat();
    case TokenKind::left_paren: return step_open();
    case TokenKind::right_paren: return step_close();
    case TokenKind::annotation:
      if (cursor_.at_annotation(Keyword::branch_hint_annotation)) return step_hint();
      return cursor_.unexpected();
    case TokenKind::id:
    case TokenKind::string:
    case TokenKind::nat:
    case TokenKind::integer:
    case TokenKind::floating:
    case TokenKind::offset_equals:
    case TokenKind::align_equals:
    case TokenKind::reserved:
    case TokenKind::end: break;
  }
  return cursor_.unexpected();
}

Status InstructionParser::step_flat() {
  switch (frames_.back().kind) {
    case FrameKind::sequence:
    case FrameKind::flat_block:
    case FrameKind::flat_if:
    case FrameKind::flat_else:
    case FrameKind::flat_try:
    case FrameKind::flat_catch:
    case FrameKind::flat_catch_all:
    case FrameKind::folded_block:
    case FrameKind::folded_part: break;
    case FrameKind::single:
    case FrameKind::folded_plain:
    case FrameKind::folded_if:
    case FrameKind::folded_try: return cursor_.unexpected();
  }
  const Token& token = cursor_.peek();
  if (!is_instruction(token.keyword)) return cursor_.unexpected();
  const Opcode opcode = to_opcode(token.keyword);
  Instruction instruction;
  FrameKind kind;
  if (opcode == Opcode::block || opcode == Opcode::loop || opcode == Opcode::try_table) {
    kind = FrameKind::flat_block;
  } else if (opcode == Opcode::if_) {
    kind = FrameKind::flat_if;
  } else if (opcode == Opcode::try_) {
    kind = FrameKind::flat_try;
  } else if (opcode == Opcode::else_ || opcode == Opcode::end || opcode == Opcode::catch_ ||
             opcode == Opcode::catch_all || opcode == Opcode::delegate) {
    return step_flat_end(token.keyword);
  } else {
    const int16_t hint = ZWASM_TRY(begin_instruction(token));
    cursor_.take();
    ZWASM_CHECK(parse_plain(token, instruction));
    emit(instruction, hint);
    return {};
  }
  const int16_t hint = ZWASM_TRY(begin_instruction(token));
  ZWASM_CHECK(push_frame(kind));
  cursor_.take();
  ZWASM_CHECK(parse_block_head(opcode, frames_.back(), instruction));
  emit(instruction, hint);
  push_label(frames_.back().label);
  return {};
}

Status InstructionParser::step_flat_end(Keyword keyword) {
  Frame& frame = frames_.back();
  const Opcode opcode = to_opcode(keyword);
  const bool in_try = frame.kind == FrameKind::flat_try;
  const bool in_catch = in_try || frame.kind == FrameKind::flat_catch;
  const bool in_flat = in_catch || frame.kind == FrameKind::flat_catch_all ||
                       frame.kind == FrameKind::flat_block || frame.kind == FrameKind::flat_if ||
                       frame.kind == FrameKind::flat_else;
  const bool fits = opcode == Opcode::end        ? in_flat
                    : opcode == Opcode::else_    ? frame.kind == FrameKind::flat_if
                    : opcode == Opcode::delegate ? in_try
                                                 : in_catch;
  if (!fits || hint_ != no_hint) return cursor_.unexpected();
  source_offset_ = cursor_.take().offset;
  Instruction instruction;
  instruction.opcode = opcode;
  if (opcode == Opcode::catch_) {
    instruction.index = ZWASM_TRY(context_.expect_index(context_.tags));
    frame.kind = FrameKind::flat_catch;
  } else if (opcode == Opcode::delegate) {
    pop_label();
    instruction.index = ZWASM_TRY(expect_label());
    frames_.pop_back();
  } else {
    ZWASM_CHECK(check_label(frame));
    if (opcode == Opcode::end) {
      pop_label();
      frames_.pop_back();
    } else {
      frame.kind = opcode == Opcode::else_ ? FrameKind::flat_else : FrameKind::flat_catch_all;
    }
  }
  emit(instruction, no_hint);
  return {};
}

Status InstructionParser::step_open() {
  Frame& parent = frames_.back();
  const Token& token = cursor_.peek(1);
  if (parent.kind == FrameKind::folded_if &&
      (parent.phase != Phase::start || cursor_.at_open(Keyword::then))) {
    return step_open_part(parent);
  }
  if (parent.kind == FrameKind::folded_try) return step_open_clause(parent);
  if (token.kind != TokenKind::keyword || !is_instruction(token.keyword)) {
    return cursor_.unexpected(token);
  }
  const Opcode opcode = to_opcode(token.keyword);
  if (opcode == Opcode::else_ || opcode == Opcode::end || opcode == Opcode::catch_ ||
      opcode == Opcode::catch_all || opcode == Opcode::delegate) {
    return cursor_.unexpected(token);
  }
  const int16_t hint = ZWASM_TRY(begin_instruction(token));
  const bool is_block =
      opcode == Opcode::block || opcode == Opcode::loop || opcode == Opcode::try_table;
  ZWASM_CHECK(push_frame(is_block                 ? FrameKind::folded_block
                         : opcode == Opcode::if_  ? FrameKind::folded_if
                         : opcode == Opcode::try_ ? FrameKind::folded_try
                                                  : FrameKind::folded_plain));
  cursor_.move_to(cursor_.position() + 2);
  Frame& frame = frames_.back();
  frame.hint = hint;
  Instruction instruction;
  if (frame.kind == FrameKind::folded_plain) {
    ZWASM_CHECK(parse_plain(token, instruction));
    postpone(instruction);
    return {};
  }
  ZWASM_CHECK(parse_block_head(opcode, frame, instruction));
  if (frame.kind == FrameKind::folded_if) {
    postpone(instruction);
  } else {
    emit(instruction, no_hint);
    push_label(frame.label);
  }
  return {};
}

Status InstructionParser::step_open_part(Frame& frame) {
  if (hint_ != no_hint) return cursor_.unexpected();
  source_offset_ = cursor_.offset();
  if (frame.phase == Phase::start && cursor_.accept_open(Keyword::then)) {
    frame.phase = Phase::first;
    emit_postponed(frame);
    push_label(frame.label);
  } else if (frame.phase == Phase::first && cursor_.accept_open(Keyword::else_)) {
    frame.phase = Phase::last;
    Instruction instruction;
    instruction.opcode = Opcode::else_;
    emit(instruction, no_hint);
  } else {
    return cursor_.unexpected(cursor_.peek(1));
  }
  return push_frame(FrameKind::folded_part);
}

Status InstructionParser::step_open_clause(Frame& frame) {
  Instruction instruction;
  if (frame.phase == Phase::start) {
    ZWASM_CHECK(cursor_.expect_open(Keyword::do_));
    frame.phase = Phase::first;
    return push_frame(FrameKind::folded_part);
  }
  source_offset_ = cursor_.offset();
  // A delegate is the only clause, a catch_all the last one.
  if (frame.phase == Phase::first && cursor_.accept_open(Keyword::delegate)) {
    pop_label();
    instruction.opcode = Opcode::delegate;
    instruction.index = ZWASM_TRY(expect_label());
    emit(instruction, no_hint);
    frame.phase = Phase::delegated;
    return cursor_.expect_close();
  }
  if (frame.phase == Phase::complete || frame.phase == Phase::delegated) {
    return cursor_.unexpected(cursor_.peek(1));
  }
  frame.phase = Phase::last;
  if (cursor_.accept_open(Keyword::catch_)) {
    instruction.opcode = Opcode::catch_;
    instruction.index = ZWASM_TRY(context_.expect_index(context_.tags));
  } else {
    ZWASM_CHECK(cursor_.expect_open(Keyword::catch_all));
    instruction.opcode = Opcode::catch_all;
    frame.phase = Phase::complete;
  }
  emit(instruction, no_hint);
  return push_frame(FrameKind::folded_part);
}

Status InstructionParser::step_close() {
  Frame& frame = frames_.back();
  if (hint_ != no_hint) return cursor_.unexpected();
  switch (frame.kind) {
    case FrameKind::folded_plain: emit_postponed(frame); break;
    case FrameKind::folded_part: break;
    case FrameKind::folded_try:
    case FrameKind::folded_if:
      if (frame.phase == Phase::start) return cursor_.unexpected();
      if (frame.phase == Phase::delegated) break;
      [[fallthrough]];
    case FrameKind::folded_block:
      emit(Opcode::end);
      pop_label();
      break;
    case FrameKind::sequence:
    case FrameKind::single:
    case FrameKind::flat_block:
    case FrameKind::flat_if:
    case FrameKind::flat_else:
    case FrameKind::flat_try:
    case FrameKind::flat_catch:
    case FrameKind::flat_catch_all: return cursor_.unexpected();
  }
  cursor_.take();
  frames_.pop_back();
  return {};
}

Status InstructionParser::step_hint() {
  constexpr const char* prefix = "@metadata.code.branch_hint annotation";
  const Token& token = cursor_.take();
  if (function_ == no_function) return cursor_.error(token, "%s: not in a function", prefix);
  if (hint_ != no_hint) return cursor_.error(token, "%s: duplicate annotation", prefix);
  if (!cursor_.at(TokenKind::string)) {
    return cursor_.error(token, "%s: unexpected token", prefix);
  }
  const std::span<const uint8_t> bytes = ZWASM_TRY(cursor_.expect_bytes());
  if (bytes.size() != 1 || bytes[0] > 1) {
    return cursor_.error(token, "%s: invalid value", prefix);
  }
  hint_ = bytes[0];
  return cursor_.expect_close();
}

Status InstructionParser::push_frame(FrameKind kind) {
  if (frames_.size() >= limits::max_control_depth) {
    return cursor_.error(cursor_.peek(), "nesting is too deep");
  }
  Frame frame;
  frame.kind = kind;
  frame.token = cursor_.position();
  frames_.push_back(frame);
  return {};
}

void InstructionParser::push_label(std::string_view name) {
  uint32_t shadowed = NameTable::none;
  if (name.data() != nullptr) {
    shadowed = label_ids_.set(name, static_cast<uint32_t>(labels_.size()));
    if (function_ != no_function) context_.labels.push_back({function_, label_count_, name});
  }
  labels_.push_back({name, shadowed});
  ++label_count_;
}

void InstructionParser::pop_label() {
  const Label& label = labels_.back();
  if (label.name.data() != nullptr) label_ids_.set(label.name, label.shadowed);
  labels_.pop_back();
}

Status InstructionParser::check_label(const Frame& frame) {
  if (!cursor_.at(TokenKind::id)) return {};
  const Token& token = cursor_.take();
  if (frame.label.data() == nullptr || cursor_.id_name(token) != frame.label) {
    return cursor_.error(token, "mismatching label");
  }
  return {};
}

Result<uint32_t> InstructionParser::expect_label() {
  if (cursor_.at(TokenKind::nat)) return cursor_.expect_u32();
  if (!cursor_.at(TokenKind::id)) return cursor_.unexpected();
  const Token& token = cursor_.take();
  const uint32_t position = label_ids_.find(cursor_.id_name(token));
  if (position == NameTable::none) {
    const std::string_view id = cursor_.text(token);
    return cursor_.error(token, "unknown label %.*s", static_cast<int>(id.size()), id.data());
  }
  return static_cast<uint32_t>(labels_.size()) - 1 - position;
}

Result<int16_t> InstructionParser::begin_instruction(const Token& mnemonic) {
  const Opcode opcode = to_opcode(mnemonic.keyword);
  const OpcodeInfo& row = info(opcode);
  if (!is_built(row.feature)) {
    Error error = cursor_.error(mnemonic, "%s", not_built_message(row.feature).c_str());
    error.kind = ErrorKind::unsupported;
    return error;
  }
  if (!context_.features.has(row.feature)) {
    return cursor_.error(mnemonic, "unknown operator %.*s (feature %s is disabled)",
                         static_cast<int>(row.text.size()), row.text.data(),
                         feature_table[static_cast<size_t>(row.feature)].name.data());
  }
  source_offset_ = mnemonic.offset;
  const int16_t hint = hint_;
  hint_ = no_hint;
  if (hint != no_hint && opcode != Opcode::if_ && opcode != Opcode::br_if) {
    Error error = cursor_.error(mnemonic,
                                "@metadata.code.branch_hint annotation: invalid target");
    error.kind = ErrorKind::invalid;
    return error;
  }
  return hint;
}

void InstructionParser::mark(uint32_t source_offset) {
  if (context_.trace == nullptr) return;
  context_.trace->marks.push_back({static_cast<uint32_t>(code_.size()), source_offset});
}

void InstructionParser::emit(const Instruction& instruction, int16_t hint) {
  mark(source_offset_);
  if (hint != no_hint) {
    hints_.push_back({static_cast<uint32_t>(code_.size()), static_cast<uint8_t>(hint)});
  }
  encode_instruction(instruction, code_);
}

void InstructionParser::emit(Opcode opcode) {
  mark(cursor_.offset());
  Instruction instruction;
  instruction.opcode = opcode;
  encode_instruction(instruction, code_);
}

void InstructionParser::postpone(const Instruction& instruction) {
  frames_.back().operator_start = static_cast<uint32_t>(operators_.size());
  scratch_.clear();
  encode_instruction(instruction, scratch_);
  operators_.append(scratch_.bytes());
}

void InstructionParser::emit_postponed(Frame& frame) {
  mark(cursor_.at_position(frame.token + 1).offset);
  if (frame.hint != no_hint) {
    hints_.push_back({static_cast<uint32_t>(code_.size()), static_cast<uint8_t>(frame.hint)});
  }
  code_.raw(operators_.span().subspan(frame.operator_start));
  operators_.resize_down(frame.operator_start);
}

Status InstructionParser::parse_block_head(Opcode opcode, Frame& frame, Instruction& instruction) {
  instruction.opcode = opcode;
  frame.label = cursor_.accept_id();
  const BlockType type = ZWASM_TRY(parse_block_type());
  if (opcode != Opcode::try_table) {
    instruction.block_type = type;
    return {};
  }
  ZWASM_CHECK(parse_catch_clauses(instruction));
  instruction.try_table.block_type = type;
  return {};
}

Result<BlockType> InstructionParser::parse_block_type() {
  const TypeUse use = ZWASM_TRY(context_.parse_type_use(ParamIds::forbidden, 0));
  BlockType type;
  if (!use.has_index && use.params.empty() && use.results.size() <= 1) {
    if (use.results.empty()) return type;
    type.kind = BlockType::Kind::value;
    type.value = use.results[0];
    return type;
  }
  type.kind = BlockType::Kind::index;
  type.index = ZWASM_TRY(context_.resolve(use));
  return type;
}

Status InstructionParser::parse_catch_clauses(Instruction& instruction) {
  clauses_.clear();
  for (;;) {
    CatchClause clause{};
    bool has_tag = true;
    if (cursor_.accept_open(Keyword::catch_)) {
      clause.kind = CatchClause::Kind::catch_;
    } else if (cursor_.accept_open(Keyword::catch_ref)) {
      clause.kind = CatchClause::Kind::catch_ref;
    } else if (cursor_.accept_open(Keyword::catch_all)) {
      clause.kind = CatchClause::Kind::catch_all;
      has_tag = false;
    } else if (cursor_.accept_open(Keyword::catch_all_ref)) {
      clause.kind = CatchClause::Kind::catch_all_ref;
      has_tag = false;
    } else {
      break;
    }
    if (has_tag) clause.tag = TagIndex{ZWASM_TRY(context_.expect_index(context_.tags))};
    clause.label = ZWASM_TRY(expect_label());
    ZWASM_CHECK(cursor_.expect_close());
    clauses_.push_back(clause);
  }
  instruction.try_table.clauses = clauses_.data();
  instruction.try_table.count = static_cast<uint32_t>(clauses_.size());
  return {};
}

Status InstructionParser::parse_plain(const Token& mnemonic, Instruction& instruction) {
  const Opcode opcode = to_opcode(mnemonic.keyword);
  const OpcodeInfo& row = info(opcode);
  ParseContext& context = context_;
  instruction.opcode = opcode;
  const auto index = [&](const IndexSpace& space, uint32_t& result) -> Status {
    result = ZWASM_TRY(context.expect_index(space));
    return {};
  };
  const auto optional = [&](const IndexSpace& space, uint32_t& result) -> Status {
    result = ZWASM_TRY(context.optional_index(space, 0));
    return {};
  };
  // Two indices of one space (destination, source), or none.
  const auto optional_pair = [&](const IndexSpace& space) -> Status {
    instruction.pair = {0, 0};
    if (!cursor_.at_index()) return {};
    ZWASM_CHECK(index(space, instruction.pair.first));
    return index(space, instruction.pair.second);
  };
  // A segment, before it optionally the table or memory that it is copied to.
  const auto segment_and = [&](const IndexSpace& segments, const IndexSpace& space) -> Status {
    instruction.pair = {0, 0};
    const TokenKind second = cursor_.peek(1).kind;
    if (cursor_.at_index() && (second == TokenKind::nat || second == TokenKind::id)) {
      ZWASM_CHECK(index(space, instruction.pair.second));
    }
    return index(segments, instruction.pair.first);
  };
  const auto type_and = [&](const IndexSpace& space) -> Status {
    ZWASM_CHECK(index(context.types, instruction.pair.first));
    return index(space, instruction.pair.second);
  };

  switch (row.immediate) {
    case Immediate::none:
      if (opcode == Opcode::select) return parse_select(instruction);
      return {};
    case Immediate::fence: return {};
    case Immediate::label: instruction.index = ZWASM_TRY(expect_label()); return {};
    case Immediate::label_table:
      targets_.clear();
      do {
        targets_.push_back(ZWASM_TRY(expect_label()));
      } while (cursor_.at_index());
      instruction.label_table.targets = targets_.data();
      instruction.label_table.count = static_cast<uint32_t>(targets_.size()) - 1;
      return {};
    case Immediate::func: return index(context.functions, instruction.index);
    case Immediate::type: return index(context.types, instruction.index);
    case Immediate::global: return index(context.globals, instruction.index);
    case Immediate::tag: return index(context.tags, instruction.index);
    case Immediate::elem: return index(context.elems, instruction.index);
    case Immediate::table: return optional(context.tables, instruction.index);
    case Immediate::memory: return optional(context.memories, instruction.index);
    case Immediate::data:
      uses_data_ = true;
      return index(context.datas, instruction.index);
    case Immediate::local: {
      if (cursor_.at(TokenKind::nat)) {
        instruction.index = ZWASM_TRY(cursor_.expect_u32());
        return {};
      }
      if (!cursor_.at(TokenKind::id)) return cursor_.unexpected();
      const Token& token = cursor_.take();
      instruction.index = context.local_ids.find(cursor_.id_name(token), function_);
      if (instruction.index != NameTable::none) return {};
      const std::string_view id = cursor_.text(token);
      return cursor_.error(token, "unknown local %.*s", static_cast<int>(id.size()), id.data());
    }
    case Immediate::type_table: {
      const uint32_t table = ZWASM_TRY(context.optional_index(context.tables, 0));
      const TypeUse use = ZWASM_TRY(context.parse_type_use(ParamIds::forbidden, 0));
      instruction.pair = {raw(ZWASM_TRY(context.resolve(use))), table};
      return {};
    }
    case Immediate::table_table: return optional_pair(context.tables);
    case Immediate::memory_memory: return optional_pair(context.memories);
    case Immediate::elem_table: return segment_and(context.elems, context.tables);
    case Immediate::data_memory:
      uses_data_ = true;
      return segment_and(context.datas, context.memories);
    case Immediate::type_type: return type_and(context.types);
    case Immediate::type_elem: return type_and(context.elems);
    case Immediate::type_data:
      uses_data_ = true;
      return type_and(context.datas);
    case Immediate::type_count:
      ZWASM_CHECK(index(context.types, instruction.pair.first));
      instruction.pair.second = ZWASM_TRY(cursor_.expect_u32());
      return {};
    case Immediate::type_field: {
      ZWASM_CHECK(index(context.types, instruction.pair.first));
      if (!cursor_.at(TokenKind::id)) {
        instruction.pair.second = ZWASM_TRY(cursor_.expect_u32());
        return {};
      }
      const Token& token = cursor_.take();
      instruction.pair.second =
          context.field_ids.find(cursor_.id_name(token), instruction.pair.first);
      if (instruction.pair.second != NameTable::none) return {};
      const std::string_view id = cursor_.text(token);
      return cursor_.error(token, "unknown field %.*s", static_cast<int>(id.size()), id.data());
    }
    case Immediate::i32:
      instruction.i32 = static_cast<int32_t>(ZWASM_TRY(expect_integer(cursor_, 32)));
      return {};
    case Immediate::i64:
      instruction.i64 = static_cast<int64_t>(ZWASM_TRY(expect_integer(cursor_, 64)));
      return {};
    case Immediate::f32:
      instruction.f32_bits = static_cast<uint32_t>(ZWASM_TRY(expect_float(cursor_, 32)));
      return {};
    case Immediate::f64: instruction.f64_bits = ZWASM_TRY(expect_float(cursor_, 64)); return {};
    case Immediate::v128: return expect_vector(cursor_, instruction.v128);
    case Immediate::memarg:
      instruction.memory.lane = 0;
      return parse_memarg(opcode, instruction.memory.memarg);
    case Immediate::memarg_lane: {
      // A number alone is the lane, not the memory.
      Memarg& memarg = instruction.memory.memarg;
      const bool lane_only = cursor_.at(TokenKind::nat) && cursor_.peek(1).kind != TokenKind::nat &&
                             cursor_.peek(1).kind != TokenKind::offset_equals &&
                             cursor_.peek(1).kind != TokenKind::align_equals;
      if (lane_only) {
        memarg = {0, natural_alignment(opcode), MemoryIndex{0}};
      } else {
        ZWASM_CHECK(parse_memarg(opcode, memarg));
      }
      return parse_lane(instruction.memory.lane);
    }
    case Immediate::lane: return parse_lane(instruction.memory.lane);
    case Immediate::lanes: return parse_shuffle(instruction);
    case Immediate::heap_type:
      if (opcode == Opcode::ref_null) {
        instruction.heap_type = {ZWASM_TRY(context.parse_heap_type()), true};
      } else {
        const ValType type = ZWASM_TRY(context.parse_ref_type());
        instruction.heap_type = {type.heap(), type.nullable()};
        if (type.nullable()) {
          instruction.opcode =
              opcode == Opcode::ref_test ? Opcode::ref_test_null : Opcode::ref_cast_null;
        }
      }
      return {};
    case Immediate::cast_label: {
      const uint32_t label = ZWASM_TRY(expect_label());
      const ValType from = ZWASM_TRY(context.parse_ref_type());
      const ValType to = ZWASM_TRY(context.parse_ref_type());
      instruction.cast_label = {label, from, to};
      return {};
    }
    case Immediate::block_type:
    case Immediate::try_table:
    case Immediate::select_types: break;
  }
  return cursor_.unexpected(mnemonic);
}

Status InstructionParser::parse_memarg(Opcode opcode, Memarg& memarg) {
  memarg = {0, natural_alignment(opcode),
            MemoryIndex{ZWASM_TRY(context_.optional_index(context_.memories, 0))}};
  if (cursor_.at(TokenKind::offset_equals)) {
    const Token& token = cursor_.take();
    if (!parse_nat(cursor_.text(token).substr(7), 64, memarg.offset)) {
      return cursor_.error(token, "offset out of range");
    }
  }
  if (cursor_.at(TokenKind::align_equals)) {
    const Token& token = cursor_.take();
    uint64_t align;
    if (!parse_nat(cursor_.text(token).substr(6), 64, align) || !std::has_single_bit(align)) {
      return cursor_.error(token, "alignment must be a power of two");
    }
    memarg.align_log2 = static_cast<uint32_t>(std::countr_zero(align));
  }
  return {};
}

Status InstructionParser::parse_lane(uint8_t& lane) {
  lane = static_cast<uint8_t>(ZWASM_TRY(cursor_.expect_nat(8)));
  return {};
}

Status InstructionParser::parse_shuffle(Instruction& instruction) {
  for (uint8_t& lane : instruction.v128) {
    const Token& token = cursor_.peek();
    if (!is_number(token.kind)) return cursor_.error(token, "invalid lane length");
    cursor_.take();
    uint64_t value;
    if (token.kind != TokenKind::nat || !parse_nat(cursor_.text(token), 8, value)) {
      return cursor_.error(token, "i8 constant out of range");
    }
    lane = static_cast<uint8_t>(value);
  }
  if (is_number(cursor_.peek().kind)) {
    return cursor_.error(cursor_.peek(), "invalid lane length");
  }
  return {};
}

Status InstructionParser::parse_select(Instruction& instruction) {
  if (!cursor_.at_open(Keyword::result)) return {};
  select_types_.clear();
  while (cursor_.accept_open(Keyword::result)) {
    while (!cursor_.at(TokenKind::right_paren)) {
      select_types_.push_back(ZWASM_TRY(context_.parse_val_type()));
    }
    ZWASM_CHECK(cursor_.expect_close());
  }
  instruction.opcode = Opcode::select_typed;
  instruction.select_types.types = select_types_.data();
  instruction.select_types.count = static_cast<uint32_t>(select_types_.size());
  return {};
}

}  // namespace zwasm::text
