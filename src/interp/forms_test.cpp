// Every operand form of every instruction in ops.def against the semantic functions.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "interp/test_machine.hpp"
#include "ir/divisor.hpp"
#include "ir/fold.hpp"
#include "ir/rows.hpp"
#include "wasm/simd_semantics.hpp"
#include "wasm/slots.hpp"

using namespace zwasm;
using namespace zwasm::interp;
using namespace zwasm::interp::testing;

namespace {

enum class Type { i32, i64, f32, f64 };

/// What an operation does to two slots.
using Expected = SlotOrTrap (*)(Slot, Slot);

struct ScalarRow {
  IrOp op;
  Expected expected;
  std::string source;  ///< the form's letters
  std::string destination;
  Type operand, result;
};

const ScalarRow scalar_rows[] = {
#define IROP(name, format)
#define SCALAR_ROW(name, operand, src, dst, result) \
  {IrOp::name##_##src##_##dst, &OnSlots<&semantics::name>::call, #src, #dst, Type::operand, \
   Type::result},
#define INT_BINARY_FORM(name, type, src, dst, format) SCALAR_ROW(name, type, src, dst, type)
#define INT_DIVIDE_FORM(name, type, src, dst, format) SCALAR_ROW(name, type, src, dst, type)
#define INT_COMPARE_FORM(name, type, src, dst, format) SCALAR_ROW(name, type, src, dst, i32)
#define INT_UNARY_FORM(name, type, src, dst, format) SCALAR_ROW(name, type, src, dst, type)
#define FLOAT_BINARY_FORM(name, type, src, dst, format) SCALAR_ROW(name, type, src, dst, type)
#define FLOAT_COMPARE_FORM(name, type, src, dst, format) SCALAR_ROW(name, type, src, dst, i32)
#define FLOAT_UNARY_FORM(name, type, src, dst, format) SCALAR_ROW(name, type, src, dst, type)
#define CONVERT_FORM(name, to, from, src, dst, format) SCALAR_ROW(name, from, src, dst, to)
#include "ir/ops.def"
};

/// The instructions that constant folding knows, and the operation on slots that executes each.
struct FoldedRow {
  Opcode opcode;
  IrOp op;
  Type operand, result;
  bool is_binary;
};
const FoldedRow folded_rows[] = {
#define FOLDED(name, operand, result, form, is_binary) \
  {Opcode::name, IrOp::name##_##form##_w, Type::operand, Type::result, is_binary},
#define INT_TEST(code, name, text, type, feature) FOLDED(name, type, i32, s, false)
#define INT_UNARY(code, name, text, type, feature) FOLDED(name, type, type, s, false)
#define FLOAT_UNARY(code, name, text, type, feature) FOLDED(name, type, type, s, false)
#define CONVERT(code, name, text, to, from, feature) FOLDED(name, from, to, s, false)
#define INT_BINARY(code, name, text, type, feature) FOLDED(name, type, type, ss, true)
#define INT_DIVIDE(code, name, text, type, feature) FOLDED(name, type, type, ss, true)
#define FLOAT_BINARY(code, name, text, type, feature) FOLDED(name, type, type, ss, true)
#define INT_COMPARE(code, name, text, type, feature) FOLDED(name, type, i32, ss, true)
#define FLOAT_COMPARE(code, name, text, type, feature) FOLDED(name, type, i32, ss, true)
#include "wasm/opcodes.def"
};

struct BranchRow {
  IrOp op;
  Expected expected;
  std::string source;
  Type type;
  bool when;  ///< taken if the comparison yields this
  bool back;
};
constexpr bool forward = false, back = true;

const BranchRow branch_rows[] = {
#define IROP(name, format)
#define INT_BRANCH_FORM(name, type, src, direction, format)                        \
  {IrOp::br_if_##name##_##src##_##direction, &OnSlots<&semantics::name>::call, #src, \
   Type::type, true, direction},
#define SENSE_if true
#define SENSE_unless false
#define FLOAT_BRANCH_FORM(name, type, src, sense, direction, format)                     \
  {IrOp::br_##sense##_##name##_##src##_##direction, &OnSlots<&semantics::name>::call, #src, \
   Type::type, SENSE_##sense, direction},
#include "ir/ops.def"
};

const BranchRow latch_rows[] = {
#define IROP(name, format)
#define LATCH_FORM(name, type, src, format) \
  {IrOp::latch_##name##_##src, &OnSlots<&semantics::name>::call, #src, Type::type, true, back},
#include "ir/ops.def"
};
const BranchRow latch_step_rows[] = {
#define IROP(name, format)
#define LATCH_STEP_FORM(name, type, src, format)                                             \
  {IrOp::latch_step_##name##_##src, &OnSlots<&semantics::name>::call, #src, Type::type, true, \
   back},
#include "ir/ops.def"
};

const ScalarRow divisor_rows[] = {
#define IROP(name, format)
#define INT_DIVISOR_FORM(name, type, src, dst, format)                                          \
  {IrOp::name##_##src##_##dst, &OnSlots<&semantics::name>::call, #src, #dst, Type::type, \
   Type::type},
#include "ir/ops.def"
};

struct MultiplyAddRow {
  IrOp op;
  Expected multiply, add;
  std::string source, destination;
  Type type;
  bool subtracts = false;  ///< the product, from the third operand
};
const MultiplyAddRow multiply_add_rows[] = {
#define IROP(name, format)
#define MULTIPLY_ADD_FORM(type, src, dst)                                  \
  {IrOp::type##_mul_add_##src##_##dst, &OnSlots<&semantics::type##_mul>::call, \
   &OnSlots<&semantics::type##_add>::call, #src, #dst, Type::type},
#define MULTIPLY_SUBTRACT_FORM(type, src, dst)                             \
  {IrOp::type##_mul_sub_##src##_##dst, &OnSlots<&semantics::type##_mul>::call, \
   &OnSlots<&semantics::type##_sub>::call, #src, #dst, Type::type, true},
#include "ir/ops.def"
};

struct RotateRow {
  IrOp op;
  std::string source, destination;
  Type type;
  bool rotates_first;
};
const RotateRow rotate_rows[] = {
#define IROP(name, format)
#define XOR_ROTL_FORM(type, src, dst) \
  {IrOp::type##_xor_rotl_##src##_##dst, #src, #dst, Type::type, false},
#define ROTL_XOR_FORM(type, src, dst) \
  {IrOp::type##_rotl_xor_##src##_##dst, #src, #dst, Type::type, true},
#include "ir/ops.def"
};

struct MemoryRow {
  IrOp op;
  std::string name;
  std::string access, source, destination, mode;
  Type type;
};

const MemoryRow load_rows[] = {
#define IROP(name, format)
#define LOAD_FORM(name, type, access, src, dst, mode, format) \
  {IrOp::name##_##src##_##dst##_##mode, #name, #access, #src, #dst, #mode, Type::type},
#define LOAD_ANY(name, type, access) \
  {IrOp::name##_any, #name, #access, "s", "w", "any", Type::type},
#include "ir/ops.def"
};
const MemoryRow store_rows[] = {
#define IROP(name, format)
#define STORE_FORM(name, type, access, src, mode, format) \
  {IrOp::name##_##src##_##mode, #name, #access, #src, "", #mode, Type::type},
#define STORE_ANY(name, type, access) \
  {IrOp::name##_any, #name, #access, "ss", "", "any", Type::type},
#include "ir/ops.def"
};

using VectorExpected = void (*)(void*, const void*, const void*, const void*);
struct VectorRow {
  IrOp op;
  VectorExpected expected;
  std::string shape;
  bool has_data = false;
  Type type = Type::i32;
};

const VectorRow vector_rows[] = {
#define IROP(name, format)
#define HAS_rrr false
#define HAS_rrr16 true
#define SIMD_FORM(shape, name, format) \
  {IrOp::name, &OnVectors<&semantics::name>::call, #shape, HAS_##format},
#define SIMD_LANE_FORM(shape, name, type, format) \
  {IrOp::name, &OnVectors<&semantics::name>::call, #shape, HAS_##format, Type::type},
#include "ir/ops.def"
};

bool is_float(Type type) { return type == Type::f32 || type == Type::f64; }

const std::vector<Slot>& boundary_values(Type type) {
  static const std::vector<Slot> i32 = {0, 1, 2, 31, 32, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 12345};
  static const std::vector<Slot> i64 = {0, 1, 63, 64, 0x7FFFFFFFFFFFFFFF, 0x8000000000000000,
                                        ~Slot{0}, 0xFFFFFFFF, 0x80000000, 123456789012345};
  static const std::vector<Slot> f32 = [] {
    std::vector<Slot> values;
    for (const float value : {0.0f, -0.0f, 1.0f, -1.5f, 2.5f, 3.4e38f, 1e-45f, 4294967040.0f,
                              -2147483648.0f, 9.3e18f, HUGE_VALF, -HUGE_VALF, std::nanf("")}) {
      values.push_back(to_slot(value));
    }
    return values;
  }();
  static const std::vector<Slot> f64 = [] {
    std::vector<Slot> values;
    for (const double value : {0.0, -0.0, 1.0, -1.5, 2.5, 1e308, 5e-324, 4294967295.0,
                               -2147483649.0, 9.3e18, HUGE_VAL, -HUGE_VAL, std::nan("")}) {
      values.push_back(to_slot(value));
    }
    return values;
  }();
  switch (type) {
    case Type::i32: return i32;
    case Type::i64: return i64;
    case Type::f32: return f32;
    case Type::f64: return f64;
  }
  return i32;
}

/// Immediates, and the slots they stand for.
std::vector<std::pair<int32_t, Slot>> immediates(Type type, bool is_short = false) {
  std::vector<std::pair<int32_t, Slot>> result;
  if (is_float(type)) {
    for (const float value : {0.0f, -0.0f, 1.0f, -2.5f, HUGE_VALF, std::nanf("")}) {
      result.emplace_back(std::bit_cast<int32_t>(value), type == Type::f32
                                                             ? to_slot(value)
                                                             : to_slot(static_cast<double>(value)));
    }
    return result;
  }
  for (const int32_t value : {0, 1, -1, 31, 32767, -32768, INT32_MAX, INT32_MIN}) {
    if (is_short && static_cast<int16_t>(value) != value) continue;
    const Slot wide = static_cast<Slot>(int64_t{value});
    result.emplace_back(value, type == Type::i32 ? wide & 0xFFFFFFFF : wide);
  }
  return result;
}

bool is_nan(Slot bits, Type type) {
  if (type == Type::f32) return std::isnan(from_slot<float>(bits));
  return type == Type::f64 && std::isnan(from_slot<double>(bits));
}
/// Which NaN an instruction yields is not determined.
bool same(Slot actual, Slot expected, Type type) {
  return actual == expected || (is_nan(actual, type) && is_nan(expected, type));
}

/// The same for half a vector; the operation's name tells its lanes.
bool same_lanes(std::string_view name, Slot actual, Slot expected) {
  if (name.starts_with("f32x4")) {
    return same(actual & 0xFFFFFFFF, expected & 0xFFFFFFFF, Type::f32) &&
           same(actual >> 32, expected >> 32, Type::f32);
  }
  return same(actual, expected, name.starts_with("f64x2") ? Type::f64 : Type::i64);
}

/// Fills the accumulator of `type` from slot 1.
void emit_fill(Assembly& code, Type type, unsigned slot) {
  switch (type) {
    case Type::i32:
    case Type::i64: code.i(IrOp::i64_or_si_a, 0, slot, 0); return;
    case Type::f32: code.r(IrOp::f32_reinterpret_i32_s_f, 0, slot); return;
    case Type::f64: code.r(IrOp::f64_reinterpret_i64_s_f, 0, slot); return;
  }
}
/// Stores the accumulator of `type` to a slot.
void emit_write(Assembly& code, Type type, unsigned slot) {
  switch (type) {
    case Type::i32:
    case Type::i64: code.r(IrOp::write_a, slot); return;
    case Type::f32: code.r(IrOp::write_f32, slot); return;
    case Type::f64: code.r(IrOp::write_f64, slot); return;
  }
}
bool is_acc(char letter) { return letter == 'a' || letter == 'f'; }

constexpr Slot untouched = 0xABABABABABABABAB;

struct Runner {
  Machine machine;
  TestInstance instance{machine};

  TrapKind operator()(Assembly& code, std::initializer_list<Slot> args) {
    instance.define(0, code);
    return instance.run(0, args);
  }
};

/// One operation on operands in slots 1 and 2, destination slot 3 (or 1), accumulator to slot 4.
void check_scalar(Runner& run, const ScalarRow& row, Slot a, Slot b, int32_t immediate,
                  bool overwrite_first) {
  const bool has_second = row.source.size() == 2;
  const unsigned d = overwrite_first ? 1 : 3;
  Assembly code;
  if (is_acc(row.source[0])) emit_fill(code, row.operand, 1);
  if (has_second && is_acc(row.source[1])) emit_fill(code, row.operand, 2);
  const size_t at = code.here();
  if (has_second && row.source[1] == 'i') {
    code.i(row.op, d, 1, immediate);
  } else {
    code.r(row.op, d, 1, 2);
  }
  emit_write(code, row.result, 4);
  code.r(IrOp::ret);
  const SlotOrTrap expected = row.expected(a, b);
  const TrapKind status = run(code, {0, a, b, untouched, untouched});
  INFO(info(row.op).name, " ", a, " ", b);
  if (expected.trap != TrapKind::none) {
    REQUIRE(status == expected.trap);
    REQUIRE(run.machine.context.trap.cell == code.cell(at));
    return;
  }
  REQUIRE(status == TrapKind::none);
  REQUIRE(same(run.instance.result(4), expected.value, row.result));
  if (row.destination == "w") {
    REQUIRE(same(run.instance.result(d), expected.value, row.result));
  } else {
    REQUIRE(run.instance.result(3) == untouched);
  }
}

/// Whether a branch on slots 1 and 2 is taken: 1 if it is, 2 if not.
Slot branch_result(Runner& run, const BranchRow& row, Slot a, Slot b, int32_t immediate) {
  Assembly code;
  code.br(IrOp::br_forward, 4);
  code.i(IrOp::const_u32, 0, 0, 1).r(IrOp::ret);
  const bool fills = is_acc(row.source[0]);
  const size_t target = row.back ? 2 : (fills ? 8u : 7u);
  if (fills) emit_fill(code, row.type, 1);
  if (row.source[1] == 's') {
    code.br(row.op, target, 1, 2);
  } else if (row.source[0] == 's') {
    code.bri(row.op, target, 1, static_cast<int16_t>(immediate));
  } else {
    code.bra(row.op, target, immediate);
  }
  code.i(IrOp::const_u32, 0, 0, 2).r(IrOp::ret);
  code.i(IrOp::const_u32, 0, 0, 1).r(IrOp::ret);
  REQUIRE(run(code, {0, a, b}) == TrapKind::none);
  return run.instance.result();
}

struct Access {
  unsigned bytes;
  bool is_signed;
};
Access access_of(const std::string& name) {
  if (name == "v128") return {16, false};
  return {static_cast<unsigned>(std::stoi(name.substr(1))) / 8, name[0] == 's'};
}
/// The value of a load, computed from the bytes one by one.
Slot loaded(const uint8_t* at, const std::string& access, Type type) {
  const auto [bytes, is_signed] = access_of(access);
  Slot value = 0;
  for (unsigned i = 0; i < bytes; ++i) value |= Slot{at[i]} << i * 8;
  if (is_signed && (at[bytes - 1] & 0x80) != 0 && bytes < 8) value |= ~Slot{0} << bytes * 8;
  return type == Type::i32 ? value & 0xFFFFFFFF : value;
}

struct Address {
  Slot first, second;  ///< second only in forms that add two slots
  uint32_t offset;
};
/// Addresses of `target` for a form; sums wrap at 32 bits.
std::vector<Address> addresses_of(uint64_t target, const std::string& form, unsigned bytes) {
  constexpr uint64_t end = uint64_t{1} << 32;
  const auto low = [](uint64_t value) { return static_cast<uint32_t>(value); };
  if (form == "i") return {{12345, 6, low(target)}};
  if (form == "si" || form == "ai") {
    return {{target, 0, 0},
            {end - 1, 0, low(target + 1)},
            {target + 8, 0, low(end - 8)},
            {0x80000000, 0, low(target + 0x80000000)}};
  }
  if (form == "sx") {
    return {{target, 0, 0},
            {low(target - 7 - 2 * bytes), 2, 7},
            {low(target + 3 * bytes), end - 3, 0},
            {target - 9, end / bytes, 9}};
  }
  if (form == "ss") {
    return {{target, 0, 0}, {target - 7, 5, 2}, {0xFFFFFFFF, (target + 1) & 0xFFFFFFFF, 0}};
  }
  std::vector<Address> result = {{target, 0, 0}};
  if (target >= 9) result.push_back({target - 9, 0, 9});
  return result;
}

/// Emits a memory operation with its address in slot 1 (and 2) and its value in slot 3.
size_t emit_memory(Assembly& code, const MemoryRow& row, const std::string& address, unsigned value,
                   uint32_t offset) {
  if (address[0] == 'a') emit_fill(code, Type::i64, 1);
  const size_t at = code.here();
  if (row.mode == "any") {
    code.mem_any(row.op, value, 1, offset);
  } else if (address == "ss" || address == "sx") {
    code.memx(row.op, value, 1, 2, offset);
  } else {
    code.mem(row.op, value, 1, offset);
  }
  return at;
}

void fill_pattern(TestInstance& instance) {
  for (size_t i = 0; i < instance.bytes.size(); ++i) {
    instance.bytes[i] = static_cast<uint8_t>((i * 0x9D + 0x7B) ^ (i >> 8));
  }
}

Slot run_load(Runner& run, const MemoryRow& row, const Address& address, TrapKind& status) {
  Assembly code;
  const size_t at = emit_memory(code, row, row.source, 3, address.offset);
  emit_write(code, row.type, 4);
  code.r(IrOp::ret);
  status = run(code, {0, address.first, address.second, untouched, untouched});
  if (status != TrapKind::none) {
    REQUIRE(run.machine.context.trap.cell == code.cell(at));
    return 0;
  }
  REQUIRE(run.instance.result(3) ==
          (row.destination == "w" ? run.instance.result(4) : untouched));
  return run.instance.result(4);
}

TrapKind run_store(Runner& run, const MemoryRow& row, const Address& address, Slot value) {
  // Letters: the address's, then the value's.
  const std::string letters = row.source.substr(0, row.source.size() - 1);
  const char value_letter = row.source.back();
  Assembly code;
  if (is_acc(value_letter)) emit_fill(code, row.type, 3);
  const unsigned operand = value_letter == 'i' ? static_cast<unsigned>(value & 0xFFFF) : 3;
  const size_t at = emit_memory(code, row, letters, operand, address.offset);
  code.r(IrOp::ret);
  const TrapKind status = run(code, {0, address.first, address.second, value});
  if (status != TrapKind::none) REQUIRE(run.machine.context.trap.cell == code.cell(at));
  return status;
}

V128 vector_of(uint64_t low, uint64_t high) { return U64x2{low, high}; }

}  // namespace

TEST_CASE("scalar operations in all operand forms") {
  Runner run;
  CHECK(std::size(scalar_rows) > 900);
  for (const ScalarRow& row : scalar_rows) {
    for (const Slot a : boundary_values(row.operand)) {
      if (row.source.size() == 1) {
        check_scalar(run, row, a, 0, 0, false);
        check_scalar(run, row, a, 0, 0, true);
      } else if (row.source[1] == 'i') {
        for (const auto& [immediate, b] : immediates(row.operand)) {
          check_scalar(run, row, a, b, immediate, false);
        }
      } else {
        for (const Slot b : boundary_values(row.operand)) {
          check_scalar(run, row, a, b, 0, false);
          check_scalar(run, row, a, b, 0, true);
        }
      }
    }
  }
}

TEST_CASE("constant folding agrees with execution bit by bit") {
  Runner run;
  CHECK(std::size(folded_rows) > 120);
  for (const FoldedRow& row : folded_rows) {
    Assembly code;
    code.r(row.op, 3, 1, 2).r(IrOp::ret);
    const std::vector<Slot> none = {0};
    for (const Slot a : boundary_values(row.operand)) {
      for (const Slot b : row.is_binary ? boundary_values(row.operand) : none) {
        INFO(info(row.op).name, " ", a, " ", b);
        const TrapKind status = run(code, {0, a, b, untouched});
        const auto folded = fold(row.opcode, a, b);
        if (status != TrapKind::none || is_nan(run.instance.result(3), row.result)) {
          REQUIRE(!folded);
        } else {
          REQUIRE(folded == run.instance.result(3));
        }
      }
    }
  }
}

TEST_CASE("fused branches in all operand forms and directions") {
  Runner run;
  CHECK(std::size(branch_rows) > 200);
  for (const BranchRow& row : branch_rows) {
    for (const Slot a : boundary_values(row.type)) {
      std::vector<std::pair<int32_t, Slot>> seconds;
      if (row.source[1] == 'i') {
        seconds = immediates(row.type, row.source[0] == 's');
      } else {
        for (const Slot b : boundary_values(row.type)) seconds.emplace_back(0, b);
      }
      for (const auto& [second_immediate, second] : seconds) {
        const int32_t immediate = second_immediate;
        const Slot b = second;
        const bool taken = (row.expected(a, b).value != 0) == row.when;
        INFO(info(row.op).name, " ", a, " ", b);
        REQUIRE(branch_result(run, row, a, b, immediate) == (taken ? 1 : 2));
      }
    }
  }
}

TEST_CASE("loop latches") {
  Runner run;
  CHECK(std::size(latch_rows) == 40);
  for (const BranchRow& row : latch_rows) {
    const bool is_32 = row.type == Type::i32;
    for (const Slot a : boundary_values(row.type)) {
      for (const int16_t step : {int16_t{1}, int16_t{-1}, int16_t{-32768}}) {
        for (const Slot bound : boundary_values(row.type)) {
          const auto short_bound = static_cast<int16_t>(bound);
          Slot compared = bound;
          if (row.source[1] == 'i') compared = static_cast<Slot>(int64_t{short_bound});
          Slot sum = a + static_cast<Slot>(int64_t{step});
          if (is_32) {
            sum &= 0xFFFFFFFF;
            compared &= 0xFFFFFFFF;
          }
          Assembly code;
          code.br(IrOp::br_forward, 4);
          code.i(IrOp::const_u32, 0, 0, 1).r(IrOp::ret);
          code.latch(row.op, 2, 1, step,
                     row.source[1] == 'i' ? static_cast<uint16_t>(short_bound) : 2);
          code.r(IrOp::write_a, 3).i(IrOp::const_u32, 0, 0, 2).r(IrOp::ret);
          INFO(info(row.op).name, " ", a, " ", step, " ", bound);
          REQUIRE(run(code, {0, a, bound, sum}) == TrapKind::none);
          REQUIRE(run.instance.result(1) == sum);
          REQUIRE(run.instance.result(3) == sum);
          REQUIRE(run.instance.result() == (row.expected(sum, compared).value != 0 ? 1 : 2));
        }
      }
    }
  }
}

TEST_CASE("loop latches that add a slot") {
  Runner run;
  CHECK(std::size(latch_step_rows) == 20);
  for (const BranchRow& row : latch_step_rows) {
    for (const Slot a : boundary_values(Type::i32)) {
      for (const Slot step : boundary_values(Type::i32)) {
        for (const Slot bound : boundary_values(Type::i32)) {
          const auto short_bound = static_cast<int16_t>(bound);
          const bool immediate = row.source[1] == 'i';
          const Slot sum = (a + step) & 0xFFFFFFFF;
          const Slot compared =
              immediate ? static_cast<Slot>(int64_t{short_bound}) & 0xFFFFFFFF : bound;
          Assembly code;
          code.br(IrOp::br_forward, 4);
          code.i(IrOp::const_u32, 0, 0, 1).r(IrOp::ret);
          code.latch(row.op, 2, 1, 4, immediate ? static_cast<uint16_t>(short_bound) : 2);
          code.r(IrOp::write_a, 3).i(IrOp::const_u32, 0, 0, 2).r(IrOp::ret);
          INFO(info(row.op).name, " ", a, " ", step, " ", bound);
          REQUIRE(run(code, {0, a, bound, sum, step}) == TrapKind::none);
          REQUIRE(run.instance.result(1) == sum);
          REQUIRE(run.instance.result(3) == sum);
          REQUIRE(run.instance.result(4) == step);
          REQUIRE(run.instance.result() == (row.expected(sum, compared).value != 0 ? 1 : 2));
        }
      }
    }
  }
}

TEST_CASE("division by a constant") {
  Runner run;
  CHECK(std::size(divisor_rows) == 32);
  for (const ScalarRow& row : divisor_rows) {
    const bool wide = row.operand == Type::i64;
    const bool is_signed = info(row.op).name.find("_s_") != std::string_view::npos;
    for (const uint32_t divisor : {2u, 3u, 5u, 7u, 10u, 641u, 65535u, 65536u, 139968u, 1000000007u,
                                   0x7FFFFFFEu, 0x7FFFFFFFu, 0x80000001u, 0xFFFFFFFFu}) {
      if (divisor > 0x7FFFFFFF && (wide || is_signed)) continue;
      DataCell data{};
      if (wide) {
        const Divisor64 by = divisor_64(divisor);
        data.u64[0] = by.multiplier;
        data.u64[1] = by.shift;
      } else {
        data.u64[0] = multiplier_32(divisor);
      }
      std::vector<Slot> dividends = boundary_values(row.operand);
      for (const Slot near : {Slot{divisor} - 1, Slot{divisor}, Slot{divisor} * 2 - 1,
                              0 - Slot{divisor}, 1 - Slot{divisor}, 0 - Slot{divisor} * 12345}) {
        dividends.push_back(wide ? near : near & 0xFFFFFFFF);
      }
      for (const Slot dividend : dividends) {
        Assembly code;
        if (row.source[0] == 'a') emit_fill(code, row.operand, 1);
        code.i(row.op, 3, 1, static_cast<int32_t>(divisor)).data(data);
        emit_write(code, row.result, 4);
        code.r(IrOp::ret);
        INFO(info(row.op).name, " ", dividend, " ", divisor);
        REQUIRE(run(code, {0, dividend, 0, untouched, untouched}) == TrapKind::none);
        REQUIRE(run.instance.result(4) == row.expected(dividend, divisor).value);
        REQUIRE(run.instance.result(3) ==
                (row.destination == "w" ? run.instance.result(4) : untouched));
      }
    }
  }
}

TEST_CASE("multiply-add rounds twice") {
  Runner run;
  CHECK(std::size(multiply_add_rows) == 28);
  for (const MultiplyAddRow& row : multiply_add_rows) {
    const bool immediate = row.source[1] == 'i';
    std::vector<Slot> values = boundary_values(row.type);
    if (row.type == Type::f32) values.push_back(to_slot(1.0f + 0x1p-12f));
    if (row.type == Type::f64) values.push_back(to_slot(1.0 + 0x1p-27));
    for (const Slot a : values) {
      for (Slot b : values) {
        const auto short_b = static_cast<int16_t>(b);
        if (immediate) b = static_cast<Slot>(int64_t{short_b}) & 0xFFFFFFFF;
        for (Slot c : values) {
          // What is left of the exact product if it is not rounded before.
          if (is_float(row.type) && c == values.back()) {
            c = row.multiply(a, b).value;
            if (!row.subtracts) c ^= Slot{1} << (row.type == Type::f32 ? 31 : 63);
          }
          for (const unsigned d : {3u, 1u, 5u}) {
            Assembly code;
            if (is_acc(row.source[0])) emit_fill(code, row.type, 1);
            code.r(row.op, d, 1, immediate ? static_cast<uint16_t>(short_b) : 2, 5);
            emit_write(code, row.type, 4);
            code.r(IrOp::ret);
            const Slot product = row.multiply(a, b).value;
            const Slot expected = (row.subtracts ? row.add(c, product) : row.add(product, c)).value;
            INFO(info(row.op).name, " ", a, " ", b, " ", c);
            REQUIRE(run(code, {0, a, b, untouched, untouched, c}) == TrapKind::none);
            REQUIRE(same(run.instance.result(4), expected, row.type));
            if (row.destination == "w") {
              REQUIRE(same(run.instance.result(d), expected, row.type));
            } else {
              REQUIRE(run.instance.result(3) == untouched);
            }
          }
        }
      }
    }
  }
}

TEST_CASE("exclusive or and rotation") {
  Runner run;
  CHECK(std::size(rotate_rows) == 16);
  for (const RotateRow& row : rotate_rows) {
    const bool wide = row.type == Type::i64;
    const unsigned bits = wide ? 64 : 32;
    const auto rotated = [&](Slot value, unsigned by) {
      if (by == 0) return value;
      const Slot result = value << by | value >> (bits - by);
      return wide ? result : result & 0xFFFFFFFF;
    };
    for (const Slot a : boundary_values(row.type)) {
      for (const Slot b : boundary_values(row.type)) {
        for (const unsigned by : {0u, 1u, 7u, 16u, bits - 1}) {
          const Slot expected = row.rotates_first ? rotated(a, by) ^ b : rotated(a ^ b, by);
          for (const unsigned d : {3u, 1u, 2u}) {
            Assembly code;
            if (row.source[0] == 'a') emit_fill(code, row.type, 1);
            row.rotates_first ? code.r(row.op, d, 1, by, 2) : code.r(row.op, d, 1, 2, by);
            emit_write(code, row.type, 4);
            code.r(IrOp::ret);
            INFO(info(row.op).name, " ", a, " ", b, " ", by);
            REQUIRE(run(code, {0, a, b, untouched, untouched}) == TrapKind::none);
            REQUIRE(run.instance.result(4) == expected);
            if (row.destination == "w") {
              REQUIRE(run.instance.result(d) == expected);
            } else {
              REQUIRE(run.instance.result(3) == untouched);
            }
          }
        }
      }
    }
  }
}

TEST_CASE("selection among slots and immediates") {
  Runner run;
  const auto immediate = [](int16_t value) {
    return static_cast<Slot>(static_cast<uint32_t>(int32_t{value}));
  };
  for (const int16_t first : {int16_t{0}, int16_t{-1}, int16_t{-32768}, int16_t{32767}}) {
    const auto second = static_cast<int16_t>(first ^ 5);
    for (const uint32_t form_distance : {forms::select_slots, forms::select_second_imm,
                                         forms::select_first_imm, forms::select_imms}) {
      const bool is_first = (form_distance & forms::select_first_imm) != 0;
      const bool is_second = (form_distance & forms::select_second_imm) != 0;
      for (const Slot condition : {Slot{0}, Slot{1}, Slot{0x80000000}, Slot{1} << 32}) {
        for (const bool from_accumulator : {false, true}) {
          Assembly code;
          if (from_accumulator) emit_fill(code, Type::i64, 3);
          code.r(form(IrOp::select_s, form_distance + (from_accumulator ? 1 : 0)), 4,
                 is_first ? static_cast<uint16_t>(first) : 1,
                 is_second ? static_cast<uint16_t>(second) : 2, 3);
          code.r(IrOp::ret);
          REQUIRE(run(code, {0, 111, 222, condition, untouched}) == TrapKind::none);
          const Slot expected = static_cast<uint32_t>(condition) != 0
                                    ? (is_first ? immediate(first) : 111)
                                    : (is_second ? immediate(second) : 222);
          INFO(form_distance, " ", first, " ", condition);
          REQUIRE(run.instance.result(4) == expected);
        }
      }
    }
  }
}

TEST_CASE("branches on masked bits") {
  Runner run;
  for (const bool when_zero : {false, true}) {
    for (const bool from_accumulator : {false, true}) {
      for (const bool backward : {false, true}) {
        const IrOp op = form(when_zero ? IrOp::br_if_zero_and_si_forward
                                       : IrOp::br_if_nonzero_and_si_forward,
                             (from_accumulator ? forms::and_acc : forms::and_slot) +
                                 (backward ? 1 : 0));
        const BranchRow row{op, &OnSlots<&semantics::i32_and>::call,
                            from_accumulator ? "ai" : "si", Type::i32, true, backward};
        for (const Slot a : boundary_values(Type::i32)) {
          for (const auto& [immediate, bits] : immediates(Type::i32, !from_accumulator)) {
            const int32_t mask = immediate;
            const bool taken = ((a & bits) == 0) == when_zero;
            INFO(info(op).name, " ", a, " ", mask);
            REQUIRE(branch_result(run, row, a, 0, mask) == (taken ? 1 : 2));
          }
        }
      }
    }
  }
}

TEST_CASE("branches together with a move or a step") {
  Runner run;
  for (const int16_t value : {int16_t{0}, int16_t{7}, int16_t{0x7FFF}, int16_t{-1}}) {
    Assembly code;
    code.bri(IrOp::const_br_forward, 3, 1, value).r(IrOp::unreachable).r(IrOp::ret);
    REQUIRE(run(code, {0, untouched}) == TrapKind::none);
    CHECK(run.instance.result(1) == static_cast<uint16_t>(value));
  }
  Assembly forward_copy;
  forward_copy.br(IrOp::copy_br_forward, 3, 1, 2).r(IrOp::unreachable).r(IrOp::ret);
  REQUIRE(run(forward_copy, {0, untouched, 0x8182838485868788}) == TrapKind::none);
  CHECK(run.instance.result(1) == 0x8182838485868788);
  Assembly back_copy;
  back_copy.br(IrOp::br_forward, 3).r(IrOp::ret).br(IrOp::copy_br_back, 2, 1, 2);
  REQUIRE(run(back_copy, {0, untouched, 0x8182838485868788}) == TrapKind::none);
  CHECK(run.instance.result(1) == 0x8182838485868788);
  for (const int16_t step : {int16_t{1}, int16_t{-1}, int16_t{-32768}, int16_t{32767}}) {
    for (const Slot a : boundary_values(Type::i32)) {
      Assembly latch;
      latch.br(IrOp::br_forward, 3).r(IrOp::ret).latch(IrOp::latch_i32, 2, 1, step, 0);
      REQUIRE(run(latch, {0, a}) == TrapKind::none);
      CHECK(run.instance.result(1) == ((a + static_cast<Slot>(int64_t{step})) & 0xFFFFFFFF));
      Assembly both;
      both.i(IrOp::i32_step, 2, 1, step).r(IrOp::write_a, 3).r(IrOp::ret);
      REQUIRE(run(both, {0, a, untouched, untouched}) == TrapKind::none);
      for (const size_t slot : {1u, 2u, 3u}) {
        CHECK(run.instance.result(slot) ==
              ((a + static_cast<Slot>(int64_t{step})) & 0xFFFFFFFF));
      }
    }
  }
}

TEST_CASE("loads in all forms") {
  Runner run;
  fill_pattern(run.instance);
  CHECK(std::size(load_rows) == 14 * 19 + 10 * 2);
  for (const MemoryRow& row : load_rows) {
    const unsigned bytes = access_of(row.access).bytes;
    for (const uint64_t target : {uint64_t{16}, uint64_t{1001}, 65536 - uint64_t{bytes}}) {
      for (const Address& address : addresses_of(target, row.source, bytes)) {
        INFO(info(row.op).name, " ", target, " offset ", address.offset);
        TrapKind status{};
        const Slot value = run_load(run, row, address, status);
        REQUIRE(status == TrapKind::none);
        REQUIRE(value == loaded(&run.instance.bytes[target], row.access, row.type));
      }
    }
    if (row.mode == "guard") continue;
    for (const Address& address :
         {Address{65536 - Slot{bytes} + 1, 0, 0}, Address{65536 - Slot{bytes}, 0, 1},
          Address{0xFFFFFFFF, 0, 0}, Address{0xFFFFFFFF, 0, 1}, Address{0xFFFFFFFF, 0, 0xFFFF}}) {
      INFO(info(row.op).name, " ", address.first, " offset ", address.offset);
      TrapKind status{};
      run_load(run, row, address, status);
      REQUIRE(status == TrapKind::out_of_bounds_memory_access);
    }
  }
}

TEST_CASE("stores in all forms") {
  Runner run;
  CHECK(std::size(store_rows) == 9 * 19 + 7 * 2);
  for (const MemoryRow& row : store_rows) {
    const unsigned bytes = access_of(row.access).bytes;
    const std::string letters = row.source.substr(0, row.source.size() - 1);
    for (Slot value : {Slot{0x8182838485868788}, Slot{0x0102030405060708}}) {
      if (row.source.back() == 'i') value = static_cast<Slot>(int64_t{static_cast<int16_t>(value)});
      if (row.type == Type::i32 || row.type == Type::f32) value &= 0xFFFFFFFF;
      for (const uint64_t target : {uint64_t{16}, uint64_t{1001}, 65536 - uint64_t{bytes}}) {
        for (const Address& address : addresses_of(target, letters, bytes)) {
          fill_pattern(run.instance);
          auto wanted = run.instance.bytes;
          for (unsigned i = 0; i < bytes; ++i) {
            wanted[target + i] = static_cast<uint8_t>(value >> i * 8);
          }
          INFO(info(row.op).name, " ", target, " offset ", address.offset);
          REQUIRE(run_store(run, row, address, value) == TrapKind::none);
          REQUIRE(run.instance.bytes == wanted);
        }
      }
      if (row.mode == "guard") continue;
      fill_pattern(run.instance);
      const auto before = run.instance.bytes;
      for (const Address& address : {Address{65536 - Slot{bytes} + 1, 0, 0},
                                     Address{0xFFFFFFFF, 0, 1}}) {
        INFO(info(row.op).name, " ", address.first, " offset ", address.offset);
        REQUIRE(run_store(run, row, address, value) == TrapKind::out_of_bounds_memory_access);
        REQUIRE(run.instance.bytes == before);
      }
    }
  }
}

TEST_CASE("64-bit addresses and offsets do not wrap") {
  Runner run;
  for (const auto& [wide_address, wide_offset] :
       {std::pair<Slot, uint64_t>{~Slot{0}, 1}, {8, ~uint64_t{0}}, {~Slot{0} - 7, 8},
        {~Slot{0} - 3, 0}, {Slot{1} << 63, uint64_t{1} << 63}, {65536, 0}, {0, 65529}}) {
    const Slot address = wide_address;
    const uint64_t offset = wide_offset;
    INFO(address, " + ", offset);
    Assembly load, store;
    load.mem_any(IrOp::i64_load_any, 0, 1, offset).r(IrOp::ret);
    store.mem_any(IrOp::i64_store_any, 0, 1, offset).r(IrOp::ret);
    CHECK(run(load, {0, address}) == TrapKind::out_of_bounds_memory_access);
    CHECK(run(store, {0, address}) == TrapKind::out_of_bounds_memory_access);
  }
}

TEST_CASE("vector operations") {
  Runner run;
  CHECK(std::size(vector_rows) > 200);
  const V128 vectors[] = {
      vector_of(0, 0), vector_of(~uint64_t{0}, ~uint64_t{0}),
      vector_of(0x0102030405060708, 0x090A0B0C0D0E0F10),
      vector_of(0x8000000080008080, 0x7FFFFFFF7FFF7F7F),
      vector_of(std::bit_cast<uint64_t>(1.5), std::bit_cast<uint64_t>(-2.5e9)),
      F32x4{1.0f, -0.0f, 3e9f, -1e-40f}};
  for (const VectorRow& row : vector_rows) {
    const bool to_scalar = row.shape == "test" || row.shape == "extract";
    for (const V128 a : vectors) {
      for (const V128 b : vectors) {
        // Operands: a in slots 2 and 3, b in 4 and 5, a third in 6 and 7, a scalar in 8.
        Slot slots[16] = {};
        a.store(slots + 2);
        b.store(slots + 4);
        V128(a.bits ^ (b.bits << 3)).store(slots + 6);
        slots[8] =
            row.type == Type::i32 || row.type == Type::f32 ? slots[4] & 0xFFFFFFFF : slots[4];
        unsigned second = 4, third = 6;
        const void *second_operand = slots + 4, *third_operand = slots + 6;
        Slot first_slot = 2;
        const uint8_t lane = 1;
        const uint8_t lanes[16] = {0, 31, 1, 30, 2, 29, 15, 16, 7, 7, 7, 24, 3, 12, 20, 31};
        if (row.shape == "shift") {
          slots[8] &= 0xFFFFFFFF;
          second = 8;
          second_operand = slots + 8;
        } else if (row.shape == "extract") {
          second = lane;
          second_operand = &lane;
        } else if (row.shape == "replace") {
          second = 8;
          second_operand = slots + 8;
          third = lane;
          third_operand = &lane;
        } else if (row.shape == "splat") {
          first_slot = 8;
        } else if (row.shape == "shuffle") {
          third_operand = lanes;
        }
        Slot expected[2] = {};
        row.expected(expected, slots + first_slot, second_operand, third_operand);

        Assembly code;
        code.r(row.op, 10, static_cast<unsigned>(first_slot), second, third);
        if (row.has_data) {
          DataCell data{};
          std::memcpy(data.bytes, lanes, sizeof(lanes));
          code.data(data);
        }
        if (to_scalar) emit_write(code, row.type, 12);
        code.r(IrOp::ret);
        std::copy(std::begin(slots), std::end(slots), run.machine.slots.begin());
        INFO(info(row.op).name);
        run.instance.define(0, code);
        REQUIRE(run.instance.run(0) == TrapKind::none);
        if (to_scalar) {
          REQUIRE(same(run.instance.result(10), expected[0], row.type));
          REQUIRE(run.instance.result(12) == run.instance.result(10));
        } else {
          const std::string name(info(row.op).name);
          for (const size_t half : {0u, 1u}) {
            REQUIRE(same_lanes(name, run.instance.result(10 + half), expected[half]));
          }
        }
      }
    }
  }
}

TEST_CASE("vector loads and stores") {
  Runner run;
  fill_pattern(run.instance);
  struct Row {
    IrOp guard, checked, any;
    unsigned bytes;
    /// Lanes of the result made of `source_bits` each: extended, splat, or zero-filled.
    unsigned source_bits, lane_bits;
    bool is_signed, is_splat;
  };
  const Row rows[] = {
#define FORMS(name) IrOp::name##_guard, IrOp::name##_checked, IrOp::name##_any
      {FORMS(v128_load), 16, 64, 64, false, false},
      {FORMS(v128_load8x8_s), 8, 8, 16, true, false},
      {FORMS(v128_load8x8_u), 8, 8, 16, false, false},
      {FORMS(v128_load16x4_s), 8, 16, 32, true, false},
      {FORMS(v128_load16x4_u), 8, 16, 32, false, false},
      {FORMS(v128_load32x2_s), 8, 32, 64, true, false},
      {FORMS(v128_load32x2_u), 8, 32, 64, false, false},
      {FORMS(v128_load8_splat), 1, 8, 8, false, true},
      {FORMS(v128_load16_splat), 2, 16, 16, false, true},
      {FORMS(v128_load32_splat), 4, 32, 32, false, true},
      {FORMS(v128_load64_splat), 8, 64, 64, false, true},
      {FORMS(v128_load32_zero), 4, 32, 32, false, false},
      {FORMS(v128_load64_zero), 8, 64, 64, false, false},
  };
  const uint32_t address = 65536 - 16 - 3;
  for (const Row& row : rows) {
    uint8_t expected[16] = {};
    const unsigned source_bytes = row.source_bits / 8, lane_bytes = row.lane_bits / 8;
    for (unsigned lane = 0; lane * lane_bytes < 16; ++lane) {
      const unsigned from = row.is_splat ? 0 : lane * source_bytes;
      if (from + source_bytes > row.bytes) break;
      const uint8_t* const source = &run.instance.bytes[address + 3 + from];
      const bool negative = row.is_signed && (source[source_bytes - 1] & 0x80) != 0;
      for (unsigned byte = 0; byte < lane_bytes; ++byte) {
        expected[lane * lane_bytes + byte] =
            byte < source_bytes ? source[byte] : (negative ? 0xFF : 0);
      }
    }
    for (const IrOp op : {row.guard, row.checked, row.any}) {
      INFO(info(op).name);
      Assembly code;
      op == row.any ? code.mem_any(op, 2, 1, 3) : code.mem(op, 2, 1, 3);
      code.r(IrOp::ret);
      REQUIRE(run(code, {0, address, untouched, untouched}) == TrapKind::none);
      CHECK(std::memcmp(&run.machine.slots[2], expected, 16) == 0);
      if (op == row.guard) continue;
      CHECK(run(code, {0, 65536 - row.bytes - 2}) == TrapKind::out_of_bounds_memory_access);
      CHECK(run(code, {0, 65536 - row.bytes - 3}) == TrapKind::none);
    }
  }
  for (const IrOp op : {IrOp::v128_store_guard, IrOp::v128_store_checked, IrOp::v128_store_any}) {
    INFO(info(op).name);
    Assembly code;
    op == IrOp::v128_store_any ? code.mem_any(op, 2, 1, 3) : code.mem(op, 2, 1, 3);
    code.r(IrOp::ret);
    fill_pattern(run.instance);
    auto wanted = run.instance.bytes;
    for (unsigned i = 0; i < 16; ++i) wanted[100 + i] = static_cast<uint8_t>(0xA0 + i);
    REQUIRE(run(code, {0, 97, 0xA7A6A5A4A3A2A1A0, 0xAFAEADACABAAA9A8}) == TrapKind::none);
    CHECK(run.instance.bytes == wanted);
    if (op == IrOp::v128_store_guard) continue;
    CHECK(run(code, {0, 65536 - 18}) == TrapKind::out_of_bounds_memory_access);
    CHECK(run.instance.bytes == wanted);
  }
}

TEST_CASE("loads and stores of a lane") {
  Runner run;
  struct Row {
    IrOp load, store;
    unsigned bytes;
  };
  for (const Row& row : {Row{IrOp::v128_load8_lane_any, IrOp::v128_store8_lane_any, 1},
                         Row{IrOp::v128_load16_lane_any, IrOp::v128_store16_lane_any, 2},
                         Row{IrOp::v128_load32_lane_any, IrOp::v128_store32_lane_any, 4},
                         Row{IrOp::v128_load64_lane_any, IrOp::v128_store64_lane_any, 8}}) {
    for (unsigned lane = 0; lane < 16 / row.bytes; ++lane) {
      for (const unsigned destination : {2u, 4u}) {
        fill_pattern(run.instance);
        const Slot vector[2] = {0x8182838485868788, 0x9192939495969798};
        uint8_t expected[16];
        std::memcpy(expected, vector, 16);
        std::memcpy(expected + lane * row.bytes, &run.instance.bytes[50], row.bytes);
        Assembly load;
        load.r(row.load, destination, 1, 2, lane).data64(10).r(IrOp::ret);
        INFO(info(row.load).name, " ", lane);
        REQUIRE(run(load, {0, 40, vector[0], vector[1]}) == TrapKind::none);
        CHECK(std::memcmp(&run.machine.slots[destination], expected, 16) == 0);
        CHECK(run(load, {0, 65536 - 10 - row.bytes + 1}) == TrapKind::out_of_bounds_memory_access);

        auto wanted = run.instance.bytes;
        std::memcpy(&wanted[50], reinterpret_cast<const uint8_t*>(vector) + lane * row.bytes,
                    row.bytes);
        Assembly store;
        store.r(row.store, 0, 1, 2, lane).data64(10).r(IrOp::ret);
        REQUIRE(run(store, {0, 40, vector[0], vector[1]}) == TrapKind::none);
        CHECK(run.instance.bytes == wanted);
        CHECK(run(store, {0, ~Slot{0}}) == TrapKind::out_of_bounds_memory_access);
      }
    }
  }
}

TEST_CASE("wide arithmetic, also onto its own operands") {
  Runner run;
  for (const unsigned destination : {1u, 2u, 8u}) {
    Assembly code;
    code.r(IrOp::i64_add128, destination, 1).r(IrOp::ret);
    REQUIRE(run(code, {0, ~Slot{0}, 1, 1, 5}) == TrapKind::none);
    CHECK(run.instance.result(destination) == 0);
    CHECK(run.instance.result(destination + 1) == 7);
  }
  Assembly subtract, multiply_s, multiply_u;
  subtract.r(IrOp::i64_sub128, 0, 1).r(IrOp::ret);
  REQUIRE(run(subtract, {0, 0, 0, 1, 0}) == TrapKind::none);
  CHECK(run.instance.result(0) == ~Slot{0});
  CHECK(run.instance.result(1) == ~Slot{0});
  multiply_s.r(IrOp::i64_mul_wide_s, 0, 1).r(IrOp::ret);
  REQUIRE(run(multiply_s, {0, ~Slot{0}, 5}) == TrapKind::none);
  CHECK(run.instance.result(0) == Slot(-5));
  CHECK(run.instance.result(1) == ~Slot{0});
  multiply_u.r(IrOp::i64_mul_wide_u, 0, 1).r(IrOp::ret);
  REQUIRE(run(multiply_u, {0, ~Slot{0}, 5}) == TrapKind::none);
  CHECK(run.instance.result(0) == Slot(-5));
  CHECK(run.instance.result(1) == 4);
}
