// A typed value at the border between host and wasm.
#pragma once

#include <bit>
#include <cstdint>
#include <string>

#include "runtime/frame.hpp"
#include "runtime/gc/object.hpp"
#include "wasm/lanes.hpp"
#include "wasm/types.hpp"

namespace zwasm {

struct FuncRef;
class TypeRegistry;

/// A wasm value and its type. Heap types with an index are canonical type ids. References are as in
/// slots (runtime/gc/object.hpp). One that refers to an object is right only until the next
/// collection, which calls and allocations may cause: Store::root keeps it.
class Value {
 public:
  constexpr Value() = default;  ///< of type bottom: no value
  constexpr Value(ValType type, Slot low, Slot high = 0) : type_(type), low_(low), high_(high) {}

  static constexpr Value i32(uint32_t value) { return {valtype::i32, value}; }
  static constexpr Value i64(uint64_t value) { return {valtype::i64, value}; }
  static constexpr Value f32(float value) { return f32_bits(std::bit_cast<uint32_t>(value)); }
  static constexpr Value f64(double value) { return f64_bits(std::bit_cast<uint64_t>(value)); }
  static constexpr Value f32_bits(uint32_t bits) { return {valtype::f32, bits}; }
  static constexpr Value f64_bits(uint64_t bits) { return {valtype::f64, bits}; }
  static constexpr Value v128(uint64_t low, uint64_t high) { return {valtype::v128, low, high}; }
  static Value funcref(const FuncRef* function) {
    return {valtype::funcref, reinterpret_cast<Slot>(function)};
  }
  /// A reference of the host: any number up to max_host_reference.
  static constexpr Value externref(uint64_t number) {
    return {valtype::externref, host_reference(number)};
  }
  static constexpr Value null(ValType type) { return {type, 0}; }
  /// The value of `type` that locals and globals begin with; type is defaultable.
  static constexpr Value zero(ValType type) { return {type, 0}; }

  constexpr ValType type() const { return type_; }
  constexpr uint32_t i32() const { return static_cast<uint32_t>(low_); }
  constexpr uint64_t i64() const { return low_; }
  constexpr float f32() const { return std::bit_cast<float>(i32()); }
  constexpr double f64() const { return std::bit_cast<double>(low_); }
  const FuncRef* funcref() const { return reinterpret_cast<const FuncRef*>(low_); }
  /// The number of a reference of the host, which must be one.
  constexpr uint64_t externref() const { return host_number(low_); }
  constexpr bool is_null() const { return low_ == 0; }  ///< of a reference
  constexpr Slot low() const { return low_; }    ///< the slot, or the first one of a v128
  constexpr Slot high() const { return high_; }  ///< the second slot of a v128

 private:
  ValType type_;
  Slot low_ = 0;
  Slot high_ = 0;
};

/// The value as the command line prints and, for the most part, reads it: integers signed, floats
/// as the shortest decimal that reads back as the same value ("-nan:0x123"), vectors as "0x" and 32
/// digits, "null", the number of a reference of the host, and of other references what they refer
/// to: "funcref", "structref", "arrayref", "exnref", "i31 5". `types` are those of its store.
std::string to_text(const Value& value, const TypeRegistry& types);

/// The value with its type, for messages: "i32 5", "f64 1.5", "externref null", "structref".
std::string to_string(const Value& value, const TypeRegistry& types);

}  // namespace zwasm
