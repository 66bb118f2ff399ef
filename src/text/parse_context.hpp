// What all parts of the module parser share: the cursor, the identifiers and the types.
#pragma once

#include <span>
#include <string_view>

#include "base/allocator.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "text/cursor.hpp"
#include "text/name_table.hpp"
#include "wasm/features.hpp"
#include "wasm/types.hpp"

namespace zwasm::text {

/// A name for the name section.
struct NamedIndex {
  uint32_t index;
  std::string_view name;
};
/// A name of something within `outer` (a local or label of a function, a field of a type).
struct NamedInner {
  uint32_t outer;
  uint32_t index;
  std::string_view name;
};

/// An index space and its identifiers.
struct IndexSpace {
  IndexSpace(const char* unknown_word, const char* duplicate_word, Allocator& allocator)
      : unknown(unknown_word), duplicate(duplicate_word), ids(allocator), named(allocator) {}

  const char* unknown;    ///< "unknown ..." in messages
  const char* duplicate;  ///< "duplicate ..."
  NameTable ids;
  Vector<NamedIndex> named;  ///< in order of index
  uint32_t count = 0;
};

/// The heap type that a keyword like "func" names.
bool find_abstract_heap_type(const Token& token, AbstractHeapType& type);

/// A reference to a function type: "(type x) (param ...) (result ...)".
struct TypeUse {
  bool has_index = false;
  TypeIndex index{0};
  bool has_inline = false;           ///< there was a param or result
  std::span<const ValType> params;   ///< as written inline
  std::span<const ValType> results;
  uint32_t token = 0;                ///< where it begins
};

/// What happens to identifiers of parameters.
enum class ParamIds : uint8_t { forbidden, ignored, bound };

/// Where the instructions of a module are in its source. Of each expression the marks follow one
/// another, and its Expression::offset is the number of the first.
struct SourceTrace {
  struct Mark {
    uint32_t code_offset;    ///< of the instruction, in its expression
    uint32_t source_offset;
  };
  Vector<Mark> marks;
};

class ParseContext {
 public:
  ParseContext(const TokenList& tokens, const Features& enabled, Allocator& parent)
      : allocator(parent), arena(parent), cursor(tokens, arena), features(enabled),
        types("type", "type", parent), functions("function", "func", parent),
        tables("table", "table", parent), memories("memory", "memory", parent),
        globals("global", "global", parent), tags("tag", "tag", parent),
        elems("elem segment", "elem segment", parent),
        datas("data segment", "data segment", parent), local_ids(parent), field_ids(parent),
        locals(parent), labels(parent), fields(parent), definitions(parent),
        func_types_(parent), scratch_params_(parent), scratch_results_(parent) {}

  Allocator& allocator;
  Arena arena;  ///< lives until the module is encoded
  Cursor cursor;
  Features features;
  SourceTrace* trace = nullptr;  ///< filled if there is one

  IndexSpace types, functions, tables, memories, globals, tags, elems, datas;
  NameTable local_ids;  ///< scope: function
  NameTable field_ids;  ///< scope: type
  Vector<NamedInner> locals, labels, fields;
  Vector<TypeDefinition> definitions;

  /// An index: a nat, or an identifier of the space.
  Result<uint32_t> expect_index(const IndexSpace& space);
  /// `fallback` where there is no index.
  Result<uint32_t> optional_index(const IndexSpace& space, uint32_t fallback);
  /// Gives the element `index` the identifier and the @name annotation at the cursor, if any.
  Status bind(IndexSpace& space, uint32_t index);
  /// Steps over what `bind` has seen.
  void skip_binding();
  /// A "(@name ...)" at the cursor; a view with null data when there is none. `owner` says in
  /// messages what it names.
  Result<std::string_view> accept_name_annotation(const char* owner);

  Result<HeapType> parse_heap_type();
  Result<ValType> parse_ref_type();
  Result<ValType> parse_val_type();
  bool at_ref_type() const;

  /// Parameters with identifiers are bound as locals of `function`.
  Result<TypeUse> parse_type_use(ParamIds ids, uint32_t function);
  /// The type that a type use means, appended to the types if need be.
  Result<TypeIndex> resolve(const TypeUse& use);
  /// Parameters and results of a type use without a body.
  Result<TypeIndex> parse_and_resolve_type_use();

  /// "(type ...)" and "(rec ...)": appends to `definitions`.
  Status parse_type_field();

  /// Binds `id` (if any) as the local `index` of `function`.
  Status bind_local(const Token& token, uint32_t function, uint32_t index);

  /// The types of "i32 i64 ...)" or "$id i32)", behind the keyword.
  std::span<const ValType> to_span(const Vector<ValType>& types);

 private:
  Status parse_type_definition(uint32_t group_start, uint32_t group_size);
  Status parse_composite(TypeDefinition& definition, uint32_t index);
  Result<FieldType> parse_field_type();
  Status parse_fields(TypeDefinition& definition, uint32_t index);
  /// The index of the first plain definition of a function type, or NameTable::none.
  uint32_t find_func_type(std::span<const ValType> params, std::span<const ValType> results,
                          Vector<ValType>& key) const;
  void remember_func_type(uint32_t index);

  /// Indices by the words of parameters and results (scope: number of parameters).
  NameTable func_types_;
  Vector<ValType> scratch_params_, scratch_results_;
};

}  // namespace zwasm::text
