// One function of a generated module.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "binary/encoder.hpp"
#include "binary/instruction_reader.hpp"
#include "fuzz/module_generator.hpp"
#include "wasm/types.hpp"

namespace zwasm::fuzz {

using Types = std::vector<ValType>;

constexpr uint32_t memory_count = 2;  // a 32-bit one of 1 to 3 pages, a 64-bit one of 1 to 2
constexpr uint32_t table_size = 6;
constexpr uint32_t data_count = 2;
/// Loops and calls of a bounded module.
constexpr int32_t bound = 3000;

// Type definitions of modules with objects; the types of functions follow.
enum ObjectType : uint32_t {
  object_struct,
  object_substruct,
  object_bytes,
  object_longs,
  object_references,
  object_type_count
};
constexpr ValType reference_to(ObjectType type) {
  return ValType::ref(HeapType(TypeIndex{type}), true);
}
constexpr ValType eqref = ValType::ref(AbstractHeapType::eq, true);
constexpr ValType i31ref = ValType::ref(AbstractHeapType::i31, true);

/// The types of locals, globals, parameters and results. Those from `plain_type_count` on only in
/// modules with objects.
inline constexpr ValType all_value_types[] = {valtype::i32,
                                              valtype::i64,
                                              valtype::f32,
                                              valtype::f64,
                                              valtype::v128,
                                              valtype::funcref,
                                              valtype::externref,
                                              valtype::anyref,
                                              eqref,
                                              i31ref,
                                              reference_to(object_struct),
                                              reference_to(object_substruct),
                                              reference_to(object_bytes),
                                              reference_to(object_longs),
                                              reference_to(object_references),
                                              valtype::exnref};
constexpr size_t plain_type_count = 7;

/// The fields of a struct, or the element of an array.
std::span<const FieldType> fields_of(ObjectType type);

/// The parameters of the tags.
constexpr uint32_t tag_count = 3;
const Types& tag_params(uint32_t tag);

/// The decisions of a generator, read from bytes.
class Choices {
 public:
  explicit Choices(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  bool at_end() const { return bytes_.empty(); }
  uint8_t byte() {
    if (bytes_.empty()) return 0;
    const uint8_t value = bytes_[0];
    bytes_ = bytes_.subspan(1);
    return value;
  }
  uint32_t below(size_t count) {
    const uint32_t value = count <= 256 ? byte() : static_cast<uint32_t>(byte() | byte() << 8);
    return value % static_cast<uint32_t>(count);
  }
  /// Often one at which operations change what they do.
  uint64_t number();

 private:
  std::span<const uint8_t> bytes_;
};

struct FunctionType {
  Types params, results;
};

/// What function bodies refer to.
struct Surroundings {
  GeneratorOptions options;
  bool floats = false;  ///< instructions that compute with floats
  std::span<const ValType> value_types;
  std::vector<FunctionType> types;
  uint32_t first_type = 0;                                 ///< index of the first of `types`
  std::vector<uint32_t> functions;                         ///< which of `types`
  std::vector<std::pair<ValType, Instruction>> constants;  ///< of globals

  bool has_objects() const { return value_types.size() > plain_type_count; }
  // Behind a global of each of value_types: what is left of the bound, then constants.
  uint32_t bound_global() const { return static_cast<uint32_t>(value_types.size()); }
  uint32_t first_constant_global() const { return bound_global() + 1; }
  // Function types behind `types`: without parameters and results, those of the tags, and those of
  // blocks that catch a tag's parameters, or these and the exception.
  uint32_t empty_type() const { return first_type + static_cast<uint32_t>(types.size()); }
  uint32_t tag_type(uint32_t tag) const { return empty_type() + 1 + tag; }
  uint32_t catch_type(uint32_t tag, bool with_exception) const {
    return tag_type(tag_count) + 2 * tag + (with_exception ? 1 : 0);
  }
};

/// Writes a body; what it needs of the module is added to `module`.
void generate_body(Choices& choices, Surroundings& module, const FunctionType& type,
                   ByteWriter& out);

}  // namespace zwasm::fuzz
