#include "wasm/types.hpp"

#include <doctest/doctest.h>

namespace zwasm {

static_assert(sizeof(ValType) == 4);

TEST_CASE("value types keep what they are made of") {
  const HeapType heaps[] = {AbstractHeapType::noexn, AbstractHeapType::func,
                            AbstractHeapType::extern_, AbstractHeapType::array,
                            AbstractHeapType::bottom, HeapType(TypeIndex{0}),
                            HeapType(TypeIndex{0x70}), HeapType(TypeIndex{(1u << 27) - 1})};
  for (HeapType heap : heaps) {
    for (bool nullable : {false, true}) {
      const ValType type = ValType::ref(heap, nullable);
      CHECK(type.is_ref());
      CHECK(type.heap() == heap);
      CHECK(type.heap().is_index() == heap.is_index());
      CHECK(type.nullable() == nullable);
      CHECK(type.is_defaultable() == nullable);
      CHECK(type != ValType::ref(heap, !nullable));
    }
  }
  CHECK(ValType::ref(HeapType(TypeIndex{0x70}), true) != valtype::funcref);
  CHECK(valtype::bottom.is_bottom());
  CHECK(valtype::v128.is_vec());
  CHECK(valtype::v128.slots() == 2);
  CHECK(valtype::externref.slots() == 1);
  CHECK(valtype::f64.is_num());
  CHECK_FALSE(valtype::v128.is_num());
  CHECK_FALSE(valtype::bottom.is_num());
  CHECK(valtype::i32.is_defaultable());
}

TEST_CASE("types print as in the text format") {
  CHECK(to_string(valtype::i32) == "i32");
  CHECK(to_string(valtype::v128) == "v128");
  CHECK(to_string(valtype::funcref) == "funcref");
  CHECK(to_string(valtype::externref) == "externref");
  CHECK(to_string(ValType::ref(AbstractHeapType::none, true)) == "nullref");
  CHECK(to_string(ValType::ref(AbstractHeapType::any, false)) == "(ref any)");
  CHECK(to_string(ValType::ref(HeapType(TypeIndex{3}), true)) == "(ref null 3)");
  const ValType params[] = {valtype::i32, valtype::i64};
  const ValType results[] = {valtype::f32};
  CHECK(to_string(FuncType{params, results}) == "[i32 i64] -> [f32]");
  CHECK(to_string(FuncType{}) == "[] -> []");
}

TEST_CASE("function types are equal by their contents") {
  const ValType a[] = {valtype::i32}, b[] = {valtype::i32}, c[] = {valtype::i64};
  CHECK(equal(FuncType{a, {}}, FuncType{b, {}}));
  CHECK_FALSE(equal(FuncType{a, {}}, FuncType{c, {}}));
  CHECK_FALSE(equal(FuncType{a, {}}, FuncType{{}, a}));
}

}  // namespace zwasm
