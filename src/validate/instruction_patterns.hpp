// What the opcode table says about typing, packed for the validator's common path.
#pragma once

#include <array>
#include <cstdint>

#include "wasm/opcode.hpp"
#include "wasm/types.hpp"

namespace zwasm {

/// An instruction with at most two operands and one result. The operand types are compared with the
/// two topmost words of the operand stack in one step: `expected` holds the type of the last
/// operand in its high half and that of the first of two in its low half. An address operand is
/// zero there; the type of the memory's addresses is added at `address_shift`.
/// Other instructions of regular shape have a pattern that never fits.
struct InstructionPattern {
  uint64_t expected = 0;
  ValType result;
  uint8_t params = 0;
  uint8_t results = 0;
  uint8_t align_log2 = 0;     ///< natural alignment of a memory access
  uint8_t address_shift = 0;  ///< 32 if the address is the only operand
};
static_assert(sizeof(InstructionPattern) == 16);

/// Bits of `expected` that count, by number of operands.
inline constexpr uint64_t operand_masks[] = {0, 0xFFFF'FFFF'0000'0000, 0xFFFF'FFFF'FFFF'FFFF};

/// The value type of a signature's letter; bottom for an address.
constexpr ValType signature_type(SignatureKind kind) {
  switch (kind) {
    case SignatureKind::i32: return valtype::i32;
    case SignatureKind::i64: return valtype::i64;
    case SignatureKind::f32: return valtype::f32;
    case SignatureKind::f64: return valtype::f64;
    case SignatureKind::v128: return valtype::v128;
    case SignatureKind::address: return valtype::bottom;
  }
  return valtype::bottom;
}

/// How memory is accessed, as the table's column says it: the name counts the bits.
enum class AccessWidth : uint8_t {
  u8 = 0, s8 = 0, u16 = 1, s16 = 1, u32 = 2, s32 = 2, f32 = 2, u64 = 3, s64 = 3, f64 = 3, v128 = 4,
};

consteval std::array<InstructionPattern, opcode_count> make_instruction_patterns() {
  std::array<InstructionPattern, opcode_count> patterns{};
  for (size_t i = 0; i < opcode_count; ++i) {
    const Signature& signature = opcode_rows[i].signature;
    if (signature.special) continue;
    InstructionPattern& pattern = patterns[i];
    if (signature.param_count > 2 || signature.result_count > 1) {
      // Too wide for a pattern: no pair of types equals this one, so the slow path gets it.
      pattern.params = 2;
      pattern.expected = ~uint64_t{0};
      continue;
    }
    pattern.params = signature.param_count;
    pattern.results = signature.result_count;
    if (pattern.results == 1) pattern.result = signature_type(signature.result(0));
    for (size_t n = 0; n < pattern.params; ++n) {
      const unsigned shift = n + 1 == pattern.params ? 32 : 0;
      pattern.expected |= uint64_t{signature_type(signature.param(n)).bits()} << shift;
      if (signature.param(n) == SignatureKind::address) {
        pattern.address_shift = static_cast<uint8_t>(shift);
      }
    }
  }
  const auto set_access = [&](Opcode opcode, AccessWidth width) {
    patterns[static_cast<size_t>(opcode)].align_log2 = static_cast<uint8_t>(width);
  };
#define LOAD(code, name, text, type, access, feature) \
  set_access(Opcode::name, AccessWidth::access);
#define STORE(code, name, text, type, access, feature) \
  set_access(Opcode::name, AccessWidth::access);
#define SIMD_LOAD(code, name, text, access, feature) \
  set_access(Opcode::name, AccessWidth::access);
#define SIMD_STORE(code, name, text, access, feature) \
  set_access(Opcode::name, AccessWidth::access);
#define SIMD_LOAD_LANE(code, name, text, access, feature) \
  set_access(Opcode::name, AccessWidth::access);
#define SIMD_STORE_LANE(code, name, text, access, feature) \
  set_access(Opcode::name, AccessWidth::access);
#define ATOMIC_OP(code, name, text, signature, access, feature) \
  set_access(Opcode::name, AccessWidth::access);
#define ATOMIC_LOAD(code, name, text, type, access, feature) \
  set_access(Opcode::name, AccessWidth::access);
#define ATOMIC_STORE(code, name, text, type, access, feature) \
  set_access(Opcode::name, AccessWidth::access);
#define ATOMIC_RMW(code, name, text, type, access, operation, feature) \
  set_access(Opcode::name, AccessWidth::access);
#define ATOMIC_CMPXCHG(code, name, text, type, access, feature) \
  set_access(Opcode::name, AccessWidth::access);
#include "wasm/opcodes.def"
  return patterns;
}
inline constexpr auto instruction_patterns = make_instruction_patterns();

constexpr const InstructionPattern& pattern(Opcode opcode) {
  return instruction_patterns[static_cast<size_t>(opcode)];
}

/// Lanes of the shape that a mnemonic begins with: 16 for "i8x16.extract_lane_s".
constexpr uint32_t lane_count(Opcode opcode) {
  uint32_t count = 0;
  bool counting = false;
  for (const char c : info(opcode).text) {
    if (c == '.') break;
    if (c == 'x') {
      counting = true;
    } else if (counting) {
      count = count * 10 + static_cast<uint32_t>(c - '0');
    }
  }
  return count;
}
static_assert(lane_count(Opcode::i8x16_extract_lane_s) == 16);
static_assert(lane_count(Opcode::f64x2_replace_lane) == 2);

}  // namespace zwasm
