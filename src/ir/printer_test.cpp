#include "ir/printer.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <string>
#include <vector>

namespace zwasm {
namespace {

/// A cell as lowering makes it: the handler is the operation's number.
Cell cell_of(IrOp op) {
  Cell cell{};
  cell.handler = reinterpret_cast<const void*>(static_cast<uintptr_t>(op));
  return cell;
}

/// The only line of a listing, without the cell's number.
std::string line(const Cell& cell) {
  // Whatever data the operation has, all zero.
  std::vector<Cell> cells(1 + data_cells(cell, static_cast<IrOp>(
                                                   reinterpret_cast<uintptr_t>(cell.handler))));
  cells[0] = cell;
  const std::string text = print_ir(cells);
  CHECK(text.back() == '\n');
  CHECK(text.find('\n') == text.size() - 1);
  return text.substr(7, text.size() - 8);
}

std::string line(IrOp op, uint16_t d, uint16_t a, uint16_t b, uint16_t c) {
  Cell cell = cell_of(op);
  cell.r = {d, a, b, c};
  return line(cell);
}

std::string line(IrOp op, uint16_t d, uint16_t a, int32_t imm) {
  Cell cell = cell_of(op);
  cell.i = {d, a, imm};
  return line(cell);
}

}  // namespace

TEST_CASE("nested blocks take lines of bounded length") {
  constexpr size_t depth = 10000;
  std::vector<uint8_t> body;
  for (size_t i = 0; i < depth; ++i) body.insert(body.end(), {0x02, 0x40});
  body.insert(body.end(), depth + 1, 0x0B);
  Code code;
  code.body = {body, 0};
  Module module;
  module.codes = std::span<const Code>(&code, 1);
  const Func function;
  module.functions = std::span<const Func>(&function, 1);
  const Result<std::string> text = print_predecoded(module, FuncIndex{0}, Features());
  REQUIRE(text.ok());
  CHECK(text->size() < 2 * depth * 130);
  CHECK(text->find("block  ; L10000\n") != std::string::npos);
}

TEST_CASE("scalar operations name their operands and accumulators") {
  CHECK(line(IrOp::i32_add_ss_w, 4, 0, 1, 0) == "s4, acc = i32.add s0, s1");
  CHECK(line(IrOp::i32_xor_si_w, 4, 0, -5) == "s4, acc = i32.xor s0, -5");
  CHECK(line(IrOp::i32_extend8_s_a_a, 4, 0, 0, 0) == "acc = i32.extend8_s acc");
  CHECK(line(IrOp::f64_max_sf_w, 4, 1, 0, 0) == "s4, facc = f64.max s1, facc");
  CHECK(line(IrOp::f64_mul_si_f, 4, 2, std::bit_cast<int32_t>(0.5f)) == "facc = f64.mul s2, 0.5");
  CHECK(line(IrOp::f32_lt_fi_w, 4, 0, std::bit_cast<int32_t>(-2.0f)) ==
        "s4, acc = f32.lt facc, -2");
  CHECK(line(IrOp::i32_trunc_f64_s_f_w, 4, 0, 0, 0) == "s4, acc = i32.trunc_f64_s facc");
  CHECK(line(IrOp::f64_convert_i32_s_s_f, 4, 3, 0, 0) == "facc = f64.convert_i32_s s3");
}

TEST_CASE("operations of several instructions") {
  CHECK(line(IrOp::i32_mul_add_sis_w, 4, 0, 0xFFFF, 2) == "s4, acc = i32.mul_add s0, -1, s2");
  CHECK(line(IrOp::f64_mul_sub_fss_f, 4, 0, 1, 2) == "facc = f64.mul_sub facc, s1, s2");
  CHECK(line(IrOp::i64_xor_rotl_asi_w, 4, 0, 1, 63) == "s4, acc = i64.xor_rotl acc, s1, 63");
  CHECK(line(IrOp::i32_rotl_xor_sis_a, 4, 0, 7, 2) == "acc = i32.rotl_xor s0, 7, s2");
  CHECK(line(IrOp::i32_div_s_ad_w, 4, 0, 10) == "s4, acc = i32.div_s acc, 10");
  CHECK(line(IrOp::i32_step, 4, 3, -1) == "s4, s3, acc = i32.add s3, -1");
  CHECK(line(IrOp::select_is_a, 4, 0xFFFE, 2, 0) == "s4 = select acc ? -2 : s2");
}

TEST_CASE("addresses") {
  Cell cell = cell_of(IrOp::i32_load_i_w_guard);
  cell.mem = {4, 0, 0xFFFFFFFF};
  CHECK(line(cell) == "s4, acc = i32.load [4294967295]");
  cell.handler = cell_of(IrOp::f32_load_ai_f_guard).handler;
  CHECK(line(cell) == "facc = f32.load [acc + -1 wrapping]");
  cell.handler = cell_of(IrOp::i64_store_sii_guard).handler;
  CHECK(line(cell) == "i64.store [s0 + -1 wrapping], 4");
  cell.handler = cell_of(IrOp::i64_store_sxa_guard).handler;
  cell.memx = {0, 1, 2, 3};
  CHECK(line(cell) == "i64.store [s1 + s2 * size + 3], acc");
}

TEST_CASE("vector operations have as many operands as they take") {
  CHECK(line(IrOp::i8x16_popcnt, 4, 2, 0, 0) == "s4 = i8x16.popcnt s2");
  CHECK(line(IrOp::i32x4_add, 4, 0, 2, 0) == "s4 = i32x4.add s0, s2");
  CHECK(line(IrOp::v128_bitselect, 6, 0, 2, 4) == "s6 = v128.bitselect s0, s2, s4");
  CHECK(line(IrOp::v128_any_true, 4, 2, 0, 0) == "s4, acc = v128.any_true s2");
  CHECK(line(IrOp::f32x4_splat, 4, 1, 0, 0) == "s4 = f32x4.splat s1");
  CHECK(line(IrOp::i32x4_extract_lane, 4, 0, 2, 0) == "s4, acc = i32x4.extract_lane s0, lane 2");
  CHECK(line(IrOp::f64x2_extract_lane, 4, 0, 1, 0) == "s4, facc = f64x2.extract_lane s0, lane 1");
  CHECK(line(IrOp::i64x2_replace_lane, 4, 0, 2, 1) == "s4 = i64x2.replace_lane s0, s2, lane 1");
  CHECK(line(IrOp::v128_store8_lane_any, 0, 2, 4, 3) ==
        "v128.store8_lane memory 0 [s2 + 0], s4, lane 3");
}

TEST_CASE("objects and exceptions") {
  CHECK(line(IrOp::array_get_u16, 4, 1, 2, 0) == "s4, acc = array.get_u16 s1 [s2]");
  CHECK(line(IrOp::array_get_v128, 4, 1, 2, 0) == "s4 = array.get_v128 s1 [s2]");
  CHECK(line(IrOp::array_set_8, 4, 1, 2, 0) == "array.set_8 s1 [s2], s4");
  CHECK(line(IrOp::array_len, 4, 1, 0, 0) == "s4, acc = array.len s1");
  CHECK(line(IrOp::i31_get_s, 4, 1, 0, 0) == "s4, acc = i31.get_s s1");
  CHECK(line(IrOp::throw_, 4, 0, 3) == "throw tag 3, values from s4");
  CHECK(line(IrOp::throw_ref, 0, 5, 0, 0) == "throw_ref s5");
}

TEST_CASE("exception handlers follow the cells") {
  constexpr uint16_t none = ExceptionHandler::no_slot;
  const ExceptionHandler handlers[] = {
      {3, 18, 0, 25, 4, 5},
      {3, 18, ExceptionHandler::any_tag, 26, 4, none},
      {4, 4, ExceptionHandler::any_tag, 27, 4, 4},
      {5, 6, ExceptionHandler::delegated, 4, 0, none},
  };
  CHECK(print_ir({}, handlers) ==
        "handler 0: cells 3..17, tag 0 -> 25, values from s4, exception in s5\n"
        "handler 1: cells 3..17, any tag -> 26\n"
        "handler 2: no cells, any tag -> 27, exception in s4\n"
        "handler 3: cells 5..5, delegated to handlers from 4 on\n");
}

TEST_CASE("every operation made from a wasm instruction is printed in parts") {
  for (size_t i = 0; i < static_cast<size_t>(IrOp::copy); ++i) {
    const IrOp op = static_cast<IrOp>(i);
    const std::string text = line(cell_of(op));
    CHECK_MESSAGE(text.find(info(op).name) == std::string::npos, info(op).name, ": ", text);
    CHECK_MESSAGE(text.find('.') != std::string::npos, info(op).name, ": ", text);
  }
}

}  // namespace zwasm
