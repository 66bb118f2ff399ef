#include "text/parse_context.hpp"

#include <algorithm>

#include "wasm/limits.hpp"

namespace zwasm::text {
namespace {

struct HeapTypeWord {
  Keyword name;         ///< "func"
  Keyword short_form;   ///< "funcref", the nullable reference
  AbstractHeapType type;
};
constexpr HeapTypeWord heap_type_words[] = {
    {Keyword::func, Keyword::funcref, AbstractHeapType::func},
    {Keyword::extern_, Keyword::externref, AbstractHeapType::extern_},
    {Keyword::any, Keyword::anyref, AbstractHeapType::any},
    {Keyword::eq, Keyword::eqref, AbstractHeapType::eq},
    {Keyword::i31, Keyword::i31ref, AbstractHeapType::i31},
    {Keyword::struct_, Keyword::structref, AbstractHeapType::struct_},
    {Keyword::array, Keyword::arrayref, AbstractHeapType::array},
    {Keyword::exn, Keyword::exnref, AbstractHeapType::exn},
    {Keyword::none, Keyword::nullref, AbstractHeapType::none},
    {Keyword::nofunc, Keyword::nullfuncref, AbstractHeapType::nofunc},
    {Keyword::noextern, Keyword::nullexternref, AbstractHeapType::noextern},
    {Keyword::noexn, Keyword::nullexnref, AbstractHeapType::noexn},
};

/// The heap type of a word like "funcref".
bool find_short_ref_type(const Token& token, AbstractHeapType& type) {
  if (token.kind != TokenKind::keyword) return false;
  for (const HeapTypeWord& row : heap_type_words) {
    if (row.short_form != token.keyword) continue;
    type = row.type;
    return true;
  }
  return false;
}

}  // namespace

bool find_abstract_heap_type(const Token& token, AbstractHeapType& type) {
  if (token.kind != TokenKind::keyword) return false;
  for (const HeapTypeWord& row : heap_type_words) {
    if (row.name != token.keyword) continue;
    type = row.type;
    return true;
  }
  return false;
}

Result<uint32_t> ParseContext::expect_index(const IndexSpace& space) {
  if (cursor.at(TokenKind::nat)) return cursor.expect_u32();
  if (!cursor.at(TokenKind::id)) return cursor.unexpected();
  const Token& token = cursor.take();
  const std::string_view name = cursor.id_name(token);
  const uint32_t index = space.ids.find(name);
  if (index == NameTable::none) {
    const std::string_view id = cursor.text(token);
    return cursor.error(token, "unknown %s %.*s", space.unknown, static_cast<int>(id.size()),
                        id.data());
  }
  return index;
}

Result<uint32_t> ParseContext::optional_index(const IndexSpace& space, uint32_t fallback) {
  if (!cursor.at_index()) return fallback;
  return expect_index(space);
}

Result<std::string_view> ParseContext::accept_name_annotation(const char* owner) {
  std::string_view name;
  const Token& first = cursor.peek();
  while (cursor.at_annotation(Keyword::name_annotation)) {
    if (name.data() != nullptr) {
      return cursor.error(first, "@name annotation: multiple %s", owner);
    }
    cursor.take();
    if (!cursor.at(TokenKind::string)) {
      return cursor.error(cursor.peek(), "@name annotation: missing name");
    }
    name = ZWASM_TRY(cursor.expect_name());
    if (name.data() == nullptr) name = "";
    if (!cursor.accept_close()) {
      return cursor.error(cursor.peek(), "@name annotation: unexpected token");
    }
  }
  return name;
}

Status ParseContext::bind(IndexSpace& space, uint32_t index) {
  std::string_view name;
  if (cursor.at(TokenKind::id)) {
    const Token& token = cursor.take();
    name = cursor.id_name(token);
    if (space.ids.set(name, index) != NameTable::none) {
      const std::string_view id = cursor.text(token);
      return cursor.error(token, "duplicate %s %.*s", space.duplicate, static_cast<int>(id.size()),
                          id.data());
    }
  }
  const std::string_view annotated = ZWASM_TRY(accept_name_annotation(space.duplicate));
  if (annotated.data() != nullptr) name = annotated;
  if (name.data() != nullptr) space.named.push_back({index, name});
  return {};
}

void ParseContext::skip_binding() {
  if (cursor.at(TokenKind::id)) cursor.take();
  while (cursor.at_annotation(Keyword::name_annotation)) cursor.move_to(cursor.peek().extent + 1);
}

Result<HeapType> ParseContext::parse_heap_type() {
  if (cursor.at_index()) {
    const uint32_t index = ZWASM_TRY(expect_index(types));
    // A heap type holds no more than that; an index so large is unknown in any case.
    return HeapType(TypeIndex{std::min(index, limits::max_types)});
  }
  AbstractHeapType type;
  if (!find_abstract_heap_type(cursor.peek(), type)) return cursor.unexpected();
  cursor.take();
  return HeapType(type);
}

bool ParseContext::at_ref_type() const {
  AbstractHeapType type;
  return cursor.at_open(Keyword::ref) || find_short_ref_type(cursor.peek(), type);
}

Result<ValType> ParseContext::parse_ref_type() {
  if (cursor.accept_open(Keyword::ref)) {
    const bool nullable = cursor.accept(Keyword::null);
    const HeapType heap = ZWASM_TRY(parse_heap_type());
    ZWASM_CHECK(cursor.expect_close());
    return ValType::ref(heap, nullable);
  }
  AbstractHeapType type;
  if (find_short_ref_type(cursor.peek(), type)) {
    cursor.take();
    return ValType::ref(type, true);
  }
  if (cursor.at(TokenKind::left_paren)) return cursor.unexpected(cursor.peek(1));
  return cursor.unexpected();
}

Result<ValType> ParseContext::parse_val_type() {
  if (cursor.accept(Keyword::i32)) return valtype::i32;
  if (cursor.accept(Keyword::i64)) return valtype::i64;
  if (cursor.accept(Keyword::f32)) return valtype::f32;
  if (cursor.accept(Keyword::f64)) return valtype::f64;
  if (cursor.accept(Keyword::v128)) return valtype::v128;
  return parse_ref_type();
}

std::span<const ValType> ParseContext::to_span(const Vector<ValType>& list) {
  const std::span<ValType> copy = arena.make_array<ValType>(list.size());
  std::ranges::copy(list, copy.begin());
  return copy;
}

Status ParseContext::bind_local(const Token& token, uint32_t function, uint32_t index) {
  const std::string_view name = cursor.id_name(token);
  if (local_ids.set(name, index, function) != NameTable::none) {
    const std::string_view id = cursor.text(token);
    return cursor.error(token, "duplicate local %.*s", static_cast<int>(id.size()), id.data());
  }
  locals.push_back({function, index, name});
  return {};
}

Result<TypeUse> ParseContext::parse_type_use(ParamIds ids, uint32_t function) {
  TypeUse use;
  use.token = cursor.position();
  if (cursor.accept_open(Keyword::type)) {
    use.has_index = true;
    use.index = TypeIndex{ZWASM_TRY(expect_index(types))};
    ZWASM_CHECK(cursor.expect_close());
  }
  Vector<ValType>& params = scratch_params_;
  Vector<ValType>& results = scratch_results_;
  params.clear();
  results.clear();
  while (cursor.accept_open(Keyword::param)) {
    use.has_inline = true;
    if (cursor.at(TokenKind::id) && ids != ParamIds::forbidden) {
      const Token& id = cursor.take();
      if (ids == ParamIds::bound) {
        ZWASM_CHECK(bind_local(id, function, static_cast<uint32_t>(params.size())));
      }
      params.push_back(ZWASM_TRY(parse_val_type()));
    } else {
      while (!cursor.at(TokenKind::right_paren)) params.push_back(ZWASM_TRY(parse_val_type()));
    }
    ZWASM_CHECK(cursor.expect_close());
  }
  while (cursor.accept_open(Keyword::result)) {
    use.has_inline = true;
    while (!cursor.at(TokenKind::right_paren)) results.push_back(ZWASM_TRY(parse_val_type()));
    ZWASM_CHECK(cursor.expect_close());
  }
  if (cursor.at_open(Keyword::param) || cursor.at_open(Keyword::type)) {
    return cursor.unexpected(cursor.peek(1));
  }
  use.params = to_span(params);
  use.results = to_span(results);
  return use;
}

uint32_t ParseContext::find_func_type(std::span<const ValType> params,
                                      std::span<const ValType> results,
                                      Vector<ValType>& key) const {
  key.append(params);
  key.append(results);
  return func_types_.find({reinterpret_cast<const char*>(key.data()), key.size() * sizeof(ValType)},
                          static_cast<uint32_t>(params.size()));
}

void ParseContext::remember_func_type(uint32_t index) {
  const TypeDefinition& definition = definitions[index];
  if (definition.kind != CompositeKind::func || !definition.is_final ||
      definition.has_supertype || definition.group_size != 1) {
    return;
  }
  Vector<ValType> key(allocator);
  const FuncType& type = definition.func;
  if (find_func_type(type.params, type.results, key) != NameTable::none) return;
  const std::span<const ValType> words = to_span(key);
  // An empty key still needs an address, which marks a slot as used.
  const char* data = words.empty() ? "" : reinterpret_cast<const char*>(words.data());
  func_types_.set({data, words.size_bytes()}, index, static_cast<uint32_t>(type.params.size()));
}

Result<TypeIndex> ParseContext::resolve(const TypeUse& use) {
  if (use.has_index) {
    const uint32_t index = raw(use.index);
    if (!use.params.empty() || !use.results.empty()) {
      const uint32_t after = cursor.position();
      cursor.move_to(use.token);
      const Token& token = cursor.peek();
      cursor.move_to(after);
      if (index >= definitions.size()) return cursor.error(token, "unknown type %u", index);
      const TypeDefinition& definition = definitions[index];
      if (definition.kind != CompositeKind::func ||
          !equal(definition.func, FuncType{use.params, use.results})) {
        return cursor.error(token, "inline function type does not match type %u", index);
      }
    }
    return use.index;
  }
  Vector<ValType> key(allocator);
  const uint32_t found = find_func_type(use.params, use.results, key);
  if (found != NameTable::none) return TypeIndex{found};
  const auto index = static_cast<uint32_t>(definitions.size());
  TypeDefinition definition;
  definition.func = {use.params, use.results};
  definition.group_start = index;
  definition.offset = cursor.offset_of(use.token);
  definitions.push_back(definition);
  remember_func_type(index);
  return TypeIndex{index};
}

Result<TypeIndex> ParseContext::parse_and_resolve_type_use() {
  const TypeUse use = ZWASM_TRY(parse_type_use(ParamIds::ignored, 0));
  return resolve(use);
}

Status ParseContext::parse_type_field() {
  const auto start = static_cast<uint32_t>(definitions.size());
  if (cursor.accept_open(Keyword::rec)) {
    while (cursor.at_open(Keyword::type)) ZWASM_CHECK(parse_type_definition(start, 0));
    ZWASM_CHECK(cursor.expect_close());
    const auto size = static_cast<uint32_t>(definitions.size()) - start;
    for (uint32_t i = 0; i < size; ++i) definitions[start + i].group_size = size;
    if (size == 1) remember_func_type(start);
    return {};
  }
  ZWASM_CHECK(parse_type_definition(start, 1));
  remember_func_type(start);
  return {};
}

Status ParseContext::parse_type_definition(uint32_t group_start, uint32_t group_size) {
  TypeDefinition definition;
  definition.group_start = group_start;
  definition.group_size = group_size;
  definition.offset = cursor.offset();
  const auto index = static_cast<uint32_t>(definitions.size());
  ZWASM_CHECK(cursor.expect_open(Keyword::type));
  skip_binding();
  if (cursor.accept_open(Keyword::sub)) {
    definition.is_final = cursor.accept(Keyword::final_);
    if (cursor.at_index()) {
      definition.has_supertype = true;
      definition.supertype = TypeIndex{ZWASM_TRY(expect_index(types))};
    }
    ZWASM_CHECK(parse_composite(definition, index));
    ZWASM_CHECK(cursor.expect_close());
  } else {
    ZWASM_CHECK(parse_composite(definition, index));
  }
  ZWASM_CHECK(cursor.expect_close());
  definitions.push_back(definition);
  return {};
}

Status ParseContext::parse_composite(TypeDefinition& definition, uint32_t index) {
  if (cursor.accept_open(Keyword::func)) {
    definition.kind = CompositeKind::func;
    if (cursor.at_open(Keyword::type)) return cursor.unexpected(cursor.peek(1));
    const TypeUse use = ZWASM_TRY(parse_type_use(ParamIds::ignored, 0));
    definition.func = {use.params, use.results};
  } else if (cursor.accept_open(Keyword::struct_)) {
    definition.kind = CompositeKind::struct_;
    ZWASM_CHECK(parse_fields(definition, index));
  } else if (cursor.accept_open(Keyword::array)) {
    definition.kind = CompositeKind::array;
    const std::span<FieldType> element = arena.make_array<FieldType>(1);
    element[0] = ZWASM_TRY(parse_field_type());
    definition.fields = element;
  } else if (cursor.at(TokenKind::left_paren)) {
    return cursor.unexpected(cursor.peek(1));
  } else {
    return cursor.unexpected();
  }
  return cursor.expect_close();
}

Result<FieldType> ParseContext::parse_field_type() {
  FieldType field;
  field.is_mutable = cursor.accept_open(Keyword::mut);
  if (cursor.accept(Keyword::i8)) {
    field.packed = FieldType::Packed::i8;
    field.type = valtype::i32;
  } else if (cursor.accept(Keyword::i16)) {
    field.packed = FieldType::Packed::i16;
    field.type = valtype::i32;
  } else {
    field.type = ZWASM_TRY(parse_val_type());
  }
  if (field.is_mutable) ZWASM_CHECK(cursor.expect_close());
  return field;
}

Status ParseContext::parse_fields(TypeDefinition& definition, uint32_t index) {
  Vector<FieldType> list(allocator);
  while (cursor.accept_open(Keyword::field)) {
    if (cursor.at(TokenKind::id)) {
      const Token& token = cursor.take();
      const std::string_view name = cursor.id_name(token);
      const auto number = static_cast<uint32_t>(list.size());
      if (field_ids.set(name, number, index) != NameTable::none) {
        const std::string_view id = cursor.text(token);
        return cursor.error(token, "duplicate field %.*s", static_cast<int>(id.size()), id.data());
      }
      fields.push_back({index, number, name});
      list.push_back(ZWASM_TRY(parse_field_type()));
    } else {
      while (!cursor.at(TokenKind::right_paren)) list.push_back(ZWASM_TRY(parse_field_type()));
    }
    ZWASM_CHECK(cursor.expect_close());
  }
  const std::span<FieldType> copy = arena.make_array<FieldType>(list.size());
  std::ranges::copy(list, copy.begin());
  definition.fields = copy;
  return {};
}

}  // namespace zwasm::text
