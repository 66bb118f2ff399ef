#include "text/script.hpp"

#include <algorithm>

#include "text/constants.hpp"
#include "text/cursor.hpp"
#include "text/lexer.hpp"
#include "text/parse_context.hpp"
#include "text/parser.hpp"

namespace zwasm {
namespace {

using text::Cursor;
using text::Keyword;
using text::Token;
using text::TokenKind;

template <class T>
std::span<const T> to_span(const Vector<T>& list, Arena& arena) {
  const std::span<T> copy = arena.make_array<T>(list.size());
  std::ranges::copy(list, copy.begin());
  return copy;
}

class ScriptParser {
 public:
  ScriptParser(const text::TokenList& tokens, Arena& arena)
      : cursor_(tokens, arena), arena_(arena) {}

  Result<std::span<const ScriptCommand>> parse();
  Result<ScriptValue> parse_single_value();

 private:
  Result<ScriptCommand> parse_command();
  Status parse_command_body(Keyword keyword, ScriptCommand& command);
  Status parse_assertion(ScriptCommand::Kind kind, ScriptCommand& command);
  Status parse_module(ScriptCommand& command);
  Status parse_thread(ScriptCommand& command);
  Result<ScriptAction> parse_action();
  Result<std::span<const ScriptValue>> parse_values();
  Result<ScriptValue> parse_value();
  Status parse_value_body(ScriptValue& value);
  Status parse_float(unsigned bits, ScriptValue& value);
  Status parse_vector(ScriptValue& value);
  ScriptValue::Nan accept_nan();
  bool at_command() const;
  /// Line of the next token; calls must go forward in the source.
  uint32_t line();

  Cursor cursor_;
  Arena& arena_;
  uint32_t line_ = 1;
  uint32_t line_offset_ = 0;  ///< line_ is that of this offset
};

uint32_t ScriptParser::line() {
  const std::string_view source = cursor_.source();
  for (; line_offset_ < cursor_.offset(); ++line_offset_) {
    const char c = source[line_offset_];
    if (c == '\n' || (c == '\r' && source.substr(line_offset_ + 1, 1) != "\n")) ++line_;
  }
  return line_;
}

bool ScriptParser::at_command() const {
  if (!cursor_.at(TokenKind::left_paren)) return false;
  const Token& token = cursor_.peek(1);
  if (token.kind != TokenKind::keyword) return false;
  const Keyword keyword = token.keyword;
  return keyword == Keyword::module ||
         (keyword >= Keyword::register_ && keyword <= Keyword::wait) ||
         (keyword >= Keyword::assert_return && keyword <= Keyword::assert_invalid_custom);
}

Result<std::span<const ScriptCommand>> ScriptParser::parse() {
  Vector<ScriptCommand> commands;
  if (cursor_.at_open(Keyword::module) || at_command() || cursor_.at(TokenKind::end)) {
    while (!cursor_.at(TokenKind::end)) commands.push_back(ZWASM_TRY(parse_command()));
  } else {
    ScriptCommand command;
    command.has_module = true;
    command.line = command.module.line = 1;
    command.module.text = cursor_.source();
    commands.push_back(command);
  }
  return to_span(commands, arena_);
}

Result<ScriptCommand> ScriptParser::parse_command() {
  ScriptCommand command;
  if (!cursor_.at(TokenKind::left_paren)) return cursor_.unexpected();
  if (!at_command()) return cursor_.unexpected(cursor_.peek(1));
  command.line = line();
  const Keyword keyword = cursor_.peek(1).keyword;
  if (keyword == Keyword::module) {
    ZWASM_CHECK(parse_module(command));
    return command;
  }
  if (keyword == Keyword::invoke || keyword == Keyword::get) {
    command.kind = ScriptCommand::Kind::action;
    command.action = ZWASM_TRY(parse_action());
    return command;
  }
  cursor_.move_to(cursor_.position() + 2);
  ZWASM_CHECK(parse_command_body(keyword, command));
  ZWASM_CHECK(cursor_.expect_close());
  return command;
}

Status ScriptParser::parse_command_body(Keyword keyword, ScriptCommand& command) {
  using Kind = ScriptCommand::Kind;
  if (keyword == Keyword::register_) {
    command.kind = Kind::register_;
    command.name = ZWASM_TRY(cursor_.expect_name());
    command.id = cursor_.accept_id();
    return {};
  }
  if (keyword == Keyword::thread) return parse_thread(command);
  if (keyword == Keyword::wait) {
    command.kind = Kind::wait;
    command.id = cursor_.accept_id();
    return {};
  }
  struct Row {
    Keyword keyword;
    Kind kind;
  };
  constexpr Row assertions[] = {
      {Keyword::assert_return, Kind::assert_return},
      {Keyword::assert_trap, Kind::assert_trap},
      {Keyword::assert_exhaustion, Kind::assert_exhaustion},
      {Keyword::assert_exception, Kind::assert_exception},
      {Keyword::assert_malformed, Kind::assert_malformed},
      {Keyword::assert_invalid, Kind::assert_invalid},
      {Keyword::assert_unlinkable, Kind::assert_unlinkable},
      {Keyword::assert_malformed_custom, Kind::assert_malformed_custom},
      {Keyword::assert_invalid_custom, Kind::assert_invalid_custom},
  };
  for (const Row& row : assertions) {
    if (row.keyword == keyword) return parse_assertion(row.kind, command);
  }
  return cursor_.unexpected();
}

Status ScriptParser::parse_assertion(ScriptCommand::Kind kind, ScriptCommand& command) {
  if (cursor_.at_open(Keyword::module)) {
    ZWASM_CHECK(parse_module(command));
  } else {
    command.action = ZWASM_TRY(parse_action());
  }
  command.kind = kind;
  if (kind == ScriptCommand::Kind::assert_return) {
    command.results = ZWASM_TRY(parse_values());
  } else if (kind != ScriptCommand::Kind::assert_exception) {
    command.message = ZWASM_TRY(cursor_.expect_name());
  }
  return {};
}

Status ScriptParser::parse_module(ScriptCommand& command) {
  ScriptModule& module = command.module;
  module.line = line();
  const Token& open = cursor_.peek();
  const uint32_t close = open.extent;
  cursor_.move_to(cursor_.position() + 2);
  const uint32_t after_keyword = cursor_.position();
  if (cursor_.accept(Keyword::instance)) {
    command.kind = ScriptCommand::Kind::instance;
    // A single id is that of the definition.
    const std::string_view first = cursor_.accept_id();
    const std::string_view second = cursor_.accept_id();
    command.id = second.empty() ? std::string_view() : first;
    command.source_id = second.empty() ? first : second;
    return cursor_.expect_close();
  }
  command.has_module = true;
  module.is_definition = cursor_.accept(Keyword::definition);
  module.id = cursor_.accept_id();
  if (cursor_.accept(Keyword::binary)) {
    module.form = ScriptModule::Form::binary;
    module.bytes = ZWASM_TRY(cursor_.expect_strings());
    return cursor_.expect_close();
  }
  if (cursor_.accept(Keyword::quote)) {
    module.form = ScriptModule::Form::quote;
    const std::span<const uint8_t> bytes = ZWASM_TRY(cursor_.expect_strings());
    module.text = {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    return cursor_.expect_close();
  }
  cursor_.move_to(close);
  if (cursor_.at(TokenKind::end)) return cursor_.unexpected();
  const uint32_t end = cursor_.offset() + 1;
  module.text = cursor_.source().substr(open.offset, end - open.offset);
  if (module.is_definition) {
    // Without the word that only scripts know: from behind it up to the parenthesis, as fields.
    cursor_.move_to(after_keyword + 1);
    cursor_.accept_id();
    const uint32_t start = cursor_.offset();
    module.line = line();
    module.text = cursor_.source().substr(start, end - 1 - start);
  }
  cursor_.move_to(close + 1);
  return {};
}

Status ScriptParser::parse_thread(ScriptCommand& command) {
  command.kind = ScriptCommand::Kind::thread;
  command.id = cursor_.accept_id();
  if (cursor_.accept_open(Keyword::shared)) {
    ZWASM_CHECK(cursor_.expect_open(Keyword::module));
    command.source_id = cursor_.accept_id();
    ZWASM_CHECK(cursor_.expect_close());
    ZWASM_CHECK(cursor_.expect_close());
  }
  Vector<ScriptCommand> commands;
  while (!cursor_.at(TokenKind::right_paren)) {
    if (cursor_.at_open(Keyword::thread)) return cursor_.unexpected(cursor_.peek(1));
    commands.push_back(ZWASM_TRY(parse_command()));
  }
  command.commands = to_span(commands, arena_);
  return {};
}

Result<ScriptAction> ScriptParser::parse_action() {
  ScriptAction action;
  const bool invoke = cursor_.accept_open(Keyword::invoke);
  if (!invoke) ZWASM_CHECK(cursor_.expect_open(Keyword::get));
  action.kind = invoke ? ScriptAction::Kind::invoke : ScriptAction::Kind::get;
  action.module = cursor_.accept_id();
  action.name = ZWASM_TRY(cursor_.expect_name());
  if (invoke) action.arguments = ZWASM_TRY(parse_values());
  ZWASM_CHECK(cursor_.expect_close());
  return action;
}

Result<std::span<const ScriptValue>> ScriptParser::parse_values() {
  Vector<ScriptValue> values;
  while (cursor_.at(TokenKind::left_paren)) {
    if (!cursor_.accept_open(Keyword::either)) {
      values.push_back(ZWASM_TRY(parse_value()));
      continue;
    }
    Vector<ScriptValue> alternatives;
    while (!cursor_.at(TokenKind::right_paren)) {
      alternatives.push_back(ZWASM_TRY(parse_value()));
    }
    cursor_.take();
    ScriptValue value;
    value.kind = ScriptValue::Kind::either;
    value.alternatives = to_span(alternatives, arena_);
    values.push_back(value);
  }
  return to_span(values, arena_);
}

Result<ScriptValue> ScriptParser::parse_value() {
  ScriptValue value;
  if (!cursor_.at(TokenKind::left_paren)) return cursor_.unexpected();
  cursor_.take();
  ZWASM_CHECK(parse_value_body(value));
  ZWASM_CHECK(cursor_.expect_close());
  return value;
}

Result<ScriptValue> ScriptParser::parse_single_value() {
  ScriptValue value;
  if (cursor_.at(TokenKind::left_paren)) {
    value = ZWASM_TRY(parse_value());
  } else {
    ZWASM_CHECK(parse_value_body(value));
  }
  ZWASM_CHECK(cursor_.expect_end());
  return value;
}

Status ScriptParser::parse_value_body(ScriptValue& value) {
  using Kind = ScriptValue::Kind;
  const Token& token = cursor_.peek();
  if (cursor_.accept(Keyword::i32_const)) {
    value.kind = Kind::i32;
    value.bits = ZWASM_TRY(text::expect_integer(cursor_, 32));
  } else if (cursor_.accept(Keyword::i64_const)) {
    value.kind = Kind::i64;
    value.bits = ZWASM_TRY(text::expect_integer(cursor_, 64));
  } else if (cursor_.accept(Keyword::f32_const)) {
    value.kind = Kind::f32;
    return parse_float(32, value);
  } else if (cursor_.accept(Keyword::f64_const)) {
    value.kind = Kind::f64;
    return parse_float(64, value);
  } else if (cursor_.accept(Keyword::v128_const)) {
    value.kind = Kind::v128;
    return parse_vector(value);
  } else if (cursor_.accept(Keyword::ref_null)) {
    value.kind = Kind::ref_null;
    value.has_heap = !cursor_.at(TokenKind::right_paren) && !cursor_.at(TokenKind::end);
    if (cursor_.at_index()) {
      // The index of a type in some module tells nothing here: any null will do.
      value.has_heap = false;
      cursor_.take();
    } else if (value.has_heap) {
      AbstractHeapType heap;
      if (!text::find_abstract_heap_type(cursor_.peek(), heap)) return cursor_.unexpected();
      value.heap = heap;
      cursor_.take();
    }
  } else if (cursor_.accept(Keyword::ref_extern) || cursor_.accept(Keyword::ref_host)) {
    value.kind = token.keyword == Keyword::ref_host ? Kind::ref_host : Kind::ref_extern;
    value.has_number = cursor_.at(TokenKind::nat);
    if (value.has_number) value.bits = ZWASM_TRY(cursor_.expect_u32());
  } else {
    value.kind = Kind::ref_of;
    struct Row {
      Keyword keyword;
      AbstractHeapType heap;
    };
    constexpr Row rows[] = {
        {Keyword::ref_func, AbstractHeapType::func},
        {Keyword::ref_any, AbstractHeapType::any},
        {Keyword::ref_eq, AbstractHeapType::eq},
        {Keyword::ref_i31, AbstractHeapType::i31},
        {Keyword::ref_struct, AbstractHeapType::struct_},
        {Keyword::ref_array, AbstractHeapType::array},
        {Keyword::ref_exn, AbstractHeapType::exn},
    };
    for (const Row& row : rows) {
      if (!cursor_.accept(row.keyword)) continue;
      value.has_heap = true;
      value.heap = row.heap;
      return {};
    }
    return cursor_.unexpected();
  }
  return {};
}

ScriptValue::Nan ScriptParser::accept_nan() {
  if (cursor_.accept(Keyword::nan_canonical)) return ScriptValue::Nan::canonical;
  if (cursor_.accept(Keyword::nan_arithmetic)) return ScriptValue::Nan::arithmetic;
  return ScriptValue::Nan::none;
}

Status ScriptParser::parse_float(unsigned bits, ScriptValue& value) {
  value.nan = accept_nan();
  if (value.nan == ScriptValue::Nan::none) {
    value.bits = ZWASM_TRY(text::expect_float(cursor_, bits));
  }
  return {};
}

Status ScriptParser::parse_vector(ScriptValue& value) {
  const text::VectorShape shape = text::vector_shape(cursor_.peek().keyword);
  if (!shape.floating) {
    value.lanes.lane_count = shape.lanes;
    return text::expect_vector(cursor_, value.lanes.bytes);
  }
  cursor_.take();
  value.lanes.lane_count = shape.lanes;
  value.lanes.floating = true;
  const size_t width = shape.lane_bits / 8u;
  for (size_t lane = 0; lane < shape.lanes; ++lane) {
    value.lanes.nan[lane] = accept_nan();
    if (value.lanes.nan[lane] != ScriptValue::Nan::none) continue;
    const uint64_t bits = ZWASM_TRY(text::expect_float(cursor_, shape.lane_bits));
    for (size_t i = 0; i < width; ++i) {
      value.lanes.bytes[lane * width + i] = static_cast<uint8_t>(bits >> (8 * i));
    }
  }
  return {};
}

}  // namespace

Result<Vector<uint8_t>> script_module_bytes(const ScriptModule& module, const Features& features,
                                            Allocator& allocator) {
  if (module.form == ScriptModule::Form::binary) {
    Vector<uint8_t> copy(allocator);
    copy.append(module.bytes);
    return copy;
  }
  Result<Vector<uint8_t>> bytes = parse_module(module.text, features, allocator);
  if (bytes.ok() || module.line <= 1) return bytes;
  Error error = bytes.take_error();
  error.line += module.line - 1;
  return error;
}

const char* to_string(ScriptCommand::Kind kind) {
  using Kind = ScriptCommand::Kind;
  switch (kind) {
    case Kind::module: return "module";
    case Kind::instance: return "module instance";
    case Kind::register_: return "register";
    case Kind::action: return "action";
    case Kind::assert_return: return "assert_return";
    case Kind::assert_trap: return "assert_trap";
    case Kind::assert_exhaustion: return "assert_exhaustion";
    case Kind::assert_exception: return "assert_exception";
    case Kind::assert_malformed: return "assert_malformed";
    case Kind::assert_invalid: return "assert_invalid";
    case Kind::assert_unlinkable: return "assert_unlinkable";
    case Kind::assert_malformed_custom: return "assert_malformed_custom";
    case Kind::assert_invalid_custom: return "assert_invalid_custom";
    case Kind::thread: return "thread";
    case Kind::wait: return "wait";
  }
  return "?";
}

Result<Script> parse_script(std::string_view source, Allocator& allocator) {
  const text::TokenList tokens = ZWASM_TRY(text::tokenize(source, allocator));
  Script script(allocator);
  script.commands = ZWASM_TRY(ScriptParser(tokens, script.arena).parse());
  return script;
}

Result<ScriptValue> parse_script_value(std::string_view source, Arena& arena) {
  const text::TokenList tokens = ZWASM_TRY(text::tokenize(source, arena));
  return ScriptParser(tokens, arena).parse_single_value();
}

}  // namespace zwasm
