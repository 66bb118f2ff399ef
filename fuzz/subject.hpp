// An engine whose behaviour is compared with another one's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wasm/module.hpp"

namespace zwasm::fuzz {

/// An argument or result.
struct Operand {
  enum class Shape : uint8_t { i32, i64, f32, f64, v128, func, any, extern_, exn };
  Shape shape = Shape::i32;
  /// Numbers as their bits. References as what can be seen of them in every engine: one of those
  /// below, or an i31, which has bit 0 set, as in zwasm's slots.
  uint64_t low = 0, high = 0;

  static constexpr uint64_t null_reference = 0;
  static constexpr uint64_t some_reference = 2;
  /// As an argument: the exported function of this number.
  static constexpr uint64_t first_function = 16;

  bool operator==(const Operand&) const = default;
  bool is_reference() const { return shape >= Shape::func; }
  bool is_function() const { return shape == Shape::func && low >= first_function; }
};

/// How compiling, instantiating or calling ended.
struct Outcome {
  enum class Kind : uint8_t {
    ok,
    rejected,    ///< no valid module
    unlinkable,  ///< an import does not fit
    trap,        ///< `trap` says which
    exception,   ///< `payload` has its values
    exhausted,   ///< a budget is used up, which comes where the engine likes
    failure,     ///< anything else: the engine does not know this module
  };
  Kind kind = Kind::ok;
  /// In words that do not depend on the engine.
  std::string_view trap = {};
  std::string text = {};  ///< the engine's own message, for people
  std::vector<Operand> payload = {};
  bool has_payload = true;  ///< false: the engine does not say
};

/// Runs one module after the other, each linked with the same surroundings. Everything is reached
/// by the name of its export.
class Subject {
 public:
  Subject() = default;
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;
  virtual ~Subject() = default;

  virtual Outcome validate(std::span<const uint8_t> module) = 0;
  /// Gets rid of the module before, and compiles this one.
  virtual Outcome compile(std::span<const uint8_t> module) = 0;
  /// Instantiates `surroundings` first, if the module imports from it.
  virtual Outcome instantiate() = 0;
  /// `results` come with their types and are filled in. `functions` are the names that arguments
  /// refer to.
  virtual Outcome call(std::string_view function, std::span<const Operand> arguments,
                       std::span<Operand> results, std::span<const std::string_view> functions) = 0;
  virtual std::span<const uint8_t> memory(std::string_view name) = 0;
  virtual Operand global(std::string_view name, Operand::Shape shape) = 0;
  virtual uint64_t table_size(std::string_view name) = 0;
  virtual Operand table_element(std::string_view name, Operand::Shape shape, uint64_t index) = 0;
};

/// `is_function_type`: whether the type definition of a heap type with an index is of functions.
template <class IsFunctionType>
Operand::Shape shape_of(ValType type, IsFunctionType is_function_type) {
  switch (type.kind()) {
    case ValType::Kind::i32: return Operand::Shape::i32;
    case ValType::Kind::i64: return Operand::Shape::i64;
    case ValType::Kind::f32: return Operand::Shape::f32;
    case ValType::Kind::f64: return Operand::Shape::f64;
    case ValType::Kind::v128: return Operand::Shape::v128;
    case ValType::Kind::ref:
    case ValType::Kind::bottom: break;
  }
  const HeapType heap = type.heap();
  if (heap.is_index()) {
    return is_function_type(heap.index()) ? Operand::Shape::func : Operand::Shape::any;
  }
  switch (heap.abstract()) {
    case AbstractHeapType::func:
    case AbstractHeapType::nofunc: return Operand::Shape::func;
    case AbstractHeapType::extern_:
    case AbstractHeapType::noextern: return Operand::Shape::extern_;
    case AbstractHeapType::exn:
    case AbstractHeapType::noexn: return Operand::Shape::exn;
    case AbstractHeapType::any:
    case AbstractHeapType::eq:
    case AbstractHeapType::i31:
    case AbstractHeapType::struct_:
    case AbstractHeapType::array:
    case AbstractHeapType::none:
    case AbstractHeapType::bottom: break;
  }
  return Operand::Shape::any;
}

/// The text of the module that generated modules import from, as module "env", and of one that
/// imports all of it.
extern const std::string_view surroundings_text, surroundings_imports_text;

}  // namespace zwasm::fuzz
