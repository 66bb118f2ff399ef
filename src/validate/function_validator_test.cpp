#include <doctest/doctest.h>

#include "validate/test_module_builder.hpp"
#include "wasm/limits.hpp"

namespace zwasm {
namespace {

using namespace zwasm::test;
using namespace zwasm::valtype;

/// Validates one function of type [params] -> [results] in a module with a memory.
std::string check(std::vector<ValType> params, std::vector<ValType> results,
                  const test::Code& code, std::vector<LocalRun> locals = {}) {
  ModuleBuilder module;
  module.memory();
  module.function(module.func_type(std::move(params), std::move(results)), code,
                  std::move(locals));
  return module.validate();
}

std::string check(const test::Code& code) { return check({}, {}, code); }

using C = test::Code;
using O = Opcode;

}  // namespace

TEST_CASE("operands of regular instructions") {
  CHECK(check({i32, i32}, {i32},
              C().op(O::local_get, {0}).op(O::local_get, {1}).op(O::i32_add)) == "");
  CHECK(check({i32}, {i32}, C().op(O::local_get, {0}).op(O::i32_add)) ==
        "type mismatch: instruction requires [i32 i32] but stack has [i32] in function 0");
  CHECK(check({}, {i32}, C().i32().f32().op(O::i32_add)) ==
        "type mismatch: instruction requires [i32 i32] but stack has [i32 f32] in function 0");
  CHECK(check({}, {i32}, C().f32().i32().op(O::i32_add)) ==
        "type mismatch: instruction requires [i32 i32] but stack has [f32 i32] in function 0");
  // Operands below a block are not its own.
  CHECK(check({}, {i32}, C().i32().open(O::block, block_of(i32)).op(O::i32_eqz).end()
                             .op(O::drop)) ==
        "type mismatch: instruction requires [i32] but stack has [] in function 0");
  // Three operands, two results.
  CHECK(check({v128, v128, v128}, {v128},
              C().op(O::local_get, {0}).op(O::local_get, {1}).op(O::local_get, {2})
                  .op(O::v128_bitselect)) == "");
  CHECK(check({}, {i64, i64}, C().i64().i64().i64().i64().op(O::i64_add128)) == "");
  CHECK(check({}, {i64, i64}, C().i64().i64().i32().i64().op(O::i64_add128)) ==
        "type mismatch: instruction requires [i64 i64 i64 i64] but stack has [i64 i64 i32 i64]"
        " in function 0");
}

TEST_CASE("errors know the instruction and the function") {
  ModuleBuilder module;
  const uint32_t type = module.func_type({}, {});
  module.function(type, C());
  module.function(type, C().op(O::nop).op(O::drop));
  CHECK(module.validate() ==
        "type mismatch: instruction requires [bottom] but stack has [] in function 1");
  CHECK(module.error.kind == ErrorKind::invalid);
  CHECK(module.error.offset == 1001);
  // A name section: subsection 1 (functions) of 4 bytes, one name: 1 is "f".
  const uint8_t names[] = {1, 4, 1, 1, 1, 'f'};
  const CustomSection section{"name", names, 0, 0};
  module.customs = {&section, 1};
  CHECK(module.validate().ends_with(" in function 1 \"f\""));
}

TEST_CASE("the end of a body") {
  CHECK(check({}, {i32}, C()) ==
        "type mismatch: instruction requires [i32] but stack has [] in function 0");
  CHECK(check(C().i32()) == "type mismatch: block requires [] but stack has [i32] in function 0");
  CHECK(check({}, {i32, i64}, C().i32().i64()) == "");
  CHECK(check(C().end()) == "END opcode expected in function 0");
  CHECK(check(C().op(O::else_)) == "END opcode expected in function 0");
  CHECK(check(C().open(O::block)).starts_with("unexpected end"));
}

TEST_CASE("unreachable code is polymorphic, but only in what is missing") {
  CHECK(check({}, {i32}, C().op(O::unreachable)) == "");
  CHECK(check({}, {i32}, C().op(O::unreachable).op(O::i32_add)) == "");
  CHECK(check({}, {i32}, C().op(O::unreachable).i32().op(O::i32_add)) == "");
  CHECK(check({}, {i32}, C().op(O::unreachable).i64().op(O::i32_add))
            .starts_with("type mismatch"));
  CHECK(check({}, {i32}, C().op(O::unreachable).i32().i32()).starts_with("type mismatch"));
  CHECK(check({}, {i32}, C().op(O::unreachable).op(O::select)) == "");
  CHECK(check({}, {i32}, C().op(O::unreachable).i32().op(O::select)) == "");
  CHECK(check({}, {i32}, C().op(O::unreachable).i64().i32().op(O::select))
            .starts_with("type mismatch"));
  // The polymorphic stack ends with its block.
  CHECK(check(C().open(O::block).op(O::unreachable).end().op(O::drop))
            .starts_with("type mismatch"));
  // The result of a dead block is its declared type.
  CHECK(check({}, {i64}, C().open(O::block, block_of(i32)).op(O::br, {1}).end())
            .starts_with("type mismatch"));
  CHECK(check(C().op(O::unreachable).op(O::ref_as_non_null).op(O::ref_is_null).op(O::i64_eqz)
                  .op(O::drop))
            .starts_with("type mismatch"));
  CHECK(check(C().op(O::unreachable).op(O::br_on_null, {0}).op(O::ref_is_null).op(O::drop)) == "");
}

TEST_CASE("labels and branches") {
  CHECK(check(C().op(O::br, {1})) == "unknown label 1 in function 0");
  CHECK(check({}, {i32}, C().i32().op(O::br, {0})) == "");
  CHECK(check({}, {i32}, C().i64().op(O::br, {0})).starts_with("type mismatch"));
  // The label of a loop takes its parameters.
  ModuleBuilder loop;
  const uint32_t body = loop.func_type({i32}, {i32});
  loop.function(loop.func_type({}, {i32}), C().i32().open(O::loop, block_of(body)).op(O::br, {0})
                                               .end());
  CHECK(loop.validate() == "");
  CHECK(check({}, {i32}, C().open(O::loop, block_of(i32)).op(O::br, {0}).end()) == "");
  // br_if keeps the operands of the label.
  CHECK(check({}, {i32}, C().i32().i32().op(O::br_if, {0})) == "");
  CHECK(check({}, {i32}, C().i32().op(O::br_if, {0})).starts_with("type mismatch"));
}

TEST_CASE("br_table") {
  const auto table = [](uint64_t a, uint64_t b) { return C().i32().op(O::br_table, {1, a, b}); };
  CHECK(check(table(0, 0)) == "");
  CHECK(check(table(0, 1)) == "unknown label 1 in function 0");
  CHECK(check(table(1, 0)) == "unknown label 1 in function 0");
  // Labels of different arity, also in dead code.
  CHECK(check({}, {i32}, C().open(O::block).op(O::unreachable).op(O::br_table, {1, 0, 1}).end()
                             .i32())
            .starts_with("type mismatch"));
  // In dead code, labels may want different types of what is missing.
  CHECK(check({}, {i32}, C().open(O::block, block_of(f32)).op(O::unreachable)
                             .op(O::br_table, {1, 0, 1}).end().op(O::drop).i32()) == "");
  CHECK(check({}, {i32}, C().open(O::block, block_of(f32)).op(O::unreachable).f32().i32()
                             .op(O::br_table, {1, 0, 1}).end().op(O::drop).i32())
            .starts_with("type mismatch"));
}

TEST_CASE("if and else") {
  CHECK(check(C().i32().open(O::if_).op(O::else_).end()) == "");
  CHECK(check({}, {i32}, C().i32().open(O::if_, block_of(i32)).i32().op(O::else_).i32().end()) ==
        "");
  CHECK(check({}, {i32}, C().i32().open(O::if_, block_of(i32)).i32().end())
            .starts_with("type mismatch"));
  CHECK(check(C().i32().open(O::if_).op(O::else_).op(O::else_).end()) ==
        "END opcode expected in function 0");
  // Without else the parameters are the results.
  ModuleBuilder same;
  const uint32_t pass = same.func_type({i32}, {i32});
  same.function(same.func_type({}, {i32}), C().i32().i32().open(O::if_, block_of(pass)).end());
  CHECK(same.validate() == "");
  ModuleBuilder other;
  const uint32_t change = other.func_type({i32}, {i64});
  other.function(other.func_type({}, {i64}),
                 C().i32().i32().open(O::if_, block_of(change)).op(O::drop).i64().end());
  CHECK(other.validate().starts_with("type mismatch"));
}

TEST_CASE("select") {
  CHECK(check({}, {i64}, C().i64().i64().i32().op(O::select)) == "");
  CHECK(check({}, {v128},
              C().i32().op(O::i32x4_splat).i32().op(O::i32x4_splat).i32().op(O::select)) == "");
  CHECK(check(C().i64().i32().i32().op(O::select).op(O::drop)).starts_with("type mismatch"));
  const C refs = C().heap(O::ref_null, AbstractHeapType::func)
                     .heap(O::ref_null, AbstractHeapType::func).i32();
  CHECK(check(C(refs).op(O::select).op(O::drop)).starts_with("type mismatch"));
  CHECK(check({}, {funcref}, C(refs).op(O::select_typed, {1}).type(funcref)) == "");
  CHECK(check(C(refs).op(O::select_typed, {0}).op(O::drop)).starts_with("invalid result arity"));
  CHECK(check(C(refs).op(O::select_typed, {1}).type(reference(9)).op(O::drop)) ==
        "unknown type 9 in function 0");
}

TEST_CASE("memory accesses") {
  CHECK(check({}, {i32}, C().i32().op(O::i32_load, {2, 4})) == "");
  CHECK(check({}, {i32}, C().i32().op(O::i32_load, {3, 4})) ==
        "alignment must not be larger than natural in function 0");
  CHECK(check({}, {i32}, C().i64().op(O::i32_load, {2, 4})).starts_with("type mismatch"));
  CHECK(check({}, {i32}, C().i32().op(O::i32_load, {2, 0x1'0000'0000})) ==
        "offset out of range in function 0");
  CHECK(check({}, {i32}, C().i32().op(O::i32_load, {0x42, 1, 0})) ==
        "unknown memory 1 in function 0");
  CHECK(check(C().i32().i32().op(O::i32_store16, {1, 0})) == "");
  CHECK(check(C().i32().i32().op(O::i32_store16, {2, 0})).starts_with("alignment"));
  CHECK(check({}, {i32}, C().i32().op(O::i32_atomic_load, {2, 0})) == "");
  CHECK(check({}, {i32}, C().i32().op(O::i32_atomic_load, {1, 0})) ==
        "atomic alignment must be natural in function 0");
  CHECK(check({}, {i32}, C().i32().i64().i64().op(O::memory_atomic_wait64, {3, 0})) == "");

  ModuleBuilder wide;
  wide.memory(1, AddressType::i64);
  wide.function(wide.func_type({}, {i32}), C().i64().op(O::i32_load, {2, 0x1'0000'0000}));
  wide.function(wide.func_type({}, {}), C().i64().i32().op(O::i32_store, {2, 0}));
  wide.function(wide.func_type({}, {i64}), C().op(O::memory_size, {0}));
  CHECK(wide.validate() == "");
  wide.function(wide.func_type({}, {i32}), C().i32().op(O::i32_load, {2, 0}));
  CHECK(wide.validate() ==
        "type mismatch: instruction requires [i64] but stack has [i32] in function 3");
}

TEST_CASE("lengths between spaces of different address types") {
  ModuleBuilder module;
  module.memory(1, AddressType::i32);
  module.memory(1, AddressType::i64);
  const uint32_t type = module.func_type({}, {});
  module.function(type, C().i64().i32().i32().op(O::memory_copy, {1, 0}));
  module.function(type, C().i64().i64().i64().op(O::memory_copy, {1, 1}));
  CHECK(module.validate() == "");
  module.function(type, C().i64().i32().i64().op(O::memory_copy, {1, 0}));
  CHECK(module.validate().starts_with("type mismatch: instruction requires [i64 i32 i32]"));
}

TEST_CASE("lanes") {
  const C vector = C().i32().op(O::i8x16_splat);
  CHECK(check({}, {i32}, C(vector).op(O::i8x16_extract_lane_u).bytes({15})) == "");
  CHECK(check({}, {i32}, C(vector).op(O::i8x16_extract_lane_u).bytes({16})) ==
        "invalid lane index in function 0");
  CHECK(check({}, {i64}, C(vector).op(O::i64x2_extract_lane).bytes({2})) ==
        "invalid lane index in function 0");
  CHECK(check({}, {v128}, C().i32().op(O::i8x16_splat).op(O::v128_load16_lane, {1, 0}).bytes({7}))
            .starts_with("type mismatch"));
  CHECK(check({v128}, {v128},
              C().i32().op(O::local_get, {0}).op(O::v128_load16_lane, {1, 0}).bytes({7})) == "");
  CHECK(check({v128}, {v128},
              C().i32().op(O::local_get, {0}).op(O::v128_load16_lane, {1, 0}).bytes({8})) ==
        "invalid lane index in function 0");
  const auto shuffle = [](int lane) {
    return C().op(O::local_get, {0}).op(O::local_get, {0}).op(O::i8x16_shuffle)
        .bytes({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, lane});
  };
  CHECK(check({v128}, {v128}, shuffle(31)) == "");
  CHECK(check({v128}, {v128}, shuffle(32)) == "invalid lane index in function 0");
}

TEST_CASE("locals without a default value") {
  const ValType type = ValType::ref(AbstractHeapType::func, false);
  const auto with_local = [&](const C& code) {
    return check({type}, {}, code, {{1, i32}, {1, type}});
  };
  const C set = C().op(O::local_get, {0}).op(O::local_set, {2});
  const C get = C().op(O::local_get, {2}).op(O::drop);
  CHECK(with_local(C().op(O::local_get, {2}).op(O::drop)) == "uninitialized local 2 in function 0");
  CHECK(with_local(C(set).op(O::local_get, {2}).op(O::drop)) == "");
  CHECK(with_local(C().op(O::local_get, {0}).op(O::local_tee, {2}).op(O::drop)
                       .op(O::local_get, {2}).op(O::drop)) == "");
  // What a block sets is forgotten at its end, and at else.
  CHECK(with_local(C().open(O::block).op(O::local_get, {0}).op(O::local_set, {2}).end()
                       .op(O::local_get, {2}).op(O::drop)) ==
        "uninitialized local 2 in function 0");
  CHECK(with_local(C().i32().open(O::if_).op(O::local_get, {0}).op(O::local_set, {2})
                       .op(O::else_).op(O::local_get, {2}).op(O::drop).end()) ==
        "uninitialized local 2 in function 0");
  CHECK(with_local(C(set).open(O::block).op(O::local_get, {2}).op(O::drop).end()
                       .op(O::local_get, {2}).op(O::drop)) == "");
  CHECK(with_local(C().op(O::local_get, {3}).op(O::drop)) == "unknown local 3 in function 0");
}

TEST_CASE("more locals than the body could name") {
  const std::vector<LocalRun> runs = {{20'000, i32}, {1, f32}, {20'000, i64}};
  CHECK(check({f32}, {f32}, C().op(O::local_get, {20'001}), runs) == "");
  CHECK(check({f32}, {i32}, C().op(O::local_get, {20'000}), runs) == "");
  CHECK(check({f32}, {i64}, C().op(O::local_get, {20'002}), runs) == "");
  CHECK(check({f32}, {i64}, C().op(O::local_get, {40'001}), runs) == "");
  CHECK(check({f32}, {i64}, C().op(O::local_get, {40'002}), runs) ==
        "unknown local 40002 in function 0");
  CHECK(check({f32}, {}, C().i64().op(O::local_set, {40'001}), runs) == "");
}

TEST_CASE("frames are limited in slots") {
  CHECK(check({}, {}, C(), {{32'767, v128}, {1, i32}}) == "");
  CHECK(check({}, {}, C(), {{32'768, v128}}).starts_with("frame too large"));
  const auto push_and_drop = [](size_t count, bool vectors) {
    C code;
    for (size_t i = 0; i < count; ++i) code.i32();
    for (size_t i = 0; i < count; ++i) code.op(O::drop);
    if (vectors) code.i32().op(O::i32x4_splat).op(O::drop);
    return code;
  };
  const uint32_t half = limits::max_frame_slots / 2;
  CHECK(check({}, {}, push_and_drop(limits::max_frame_slots, false)) == "");
  CHECK(check({}, {}, push_and_drop(limits::max_frame_slots + 1, false))
            .starts_with("frame too large"));
  CHECK(check({}, {}, push_and_drop(limits::max_frame_slots - 9, false), {{10, i32}})
            .starts_with("frame too large"));
  CHECK(check({}, {}, push_and_drop(half, true)) == "");
  CHECK(check({}, {}, push_and_drop(half + 1, true)).starts_with("frame too large"));
  C deep;
  for (uint32_t i = 0; i < limits::max_control_depth; ++i) deep.open(O::block);
  CHECK(check(deep) == "too many nested blocks in function 0");
}

TEST_CASE("globals") {
  ModuleBuilder module;
  const uint32_t type = module.func_type({}, {});
  module.global(i32, true, C().i32());
  module.global(i32, false, C().i32());
  module.function(type, C().i32().op(O::global_set, {0}));
  CHECK(module.validate() == "");
  module.function(type, C().i32().op(O::global_set, {1}));
  CHECK(module.validate() == "immutable global 1 in function 1");
}

TEST_CASE("calls") {
  ModuleBuilder module;
  const uint32_t wide = module.func_type({i32, f32}, {i64, i32});
  const uint32_t nothing = module.func_type({}, {});
  module.table(funcref);
  module.table(externref);
  module.function(wide, C().op(O::local_get, {0}).op(O::local_get, {1}).op(O::call, {0}));
  module.function(wide, C().op(O::local_get, {0}).op(O::local_get, {1}).op(O::return_call, {0}));
  module.function(wide, C().op(O::local_get, {0}).op(O::local_get, {1}).i32()
                            .op(O::call_indirect, {wide, 0}));
  CHECK(module.validate() == "");
  const auto error = [&](const C& code) {
    ModuleBuilder copy;
    copy.func_type({i32, f32}, {i64, i32});
    copy.func_type({}, {});
    copy.struct_type({});
    copy.table(funcref);
    copy.table(externref);
    copy.function(nothing, code);
    copy.function(wide, C().op(O::unreachable));
    return copy.validate();
  };
  CHECK(error(C().op(O::call, {2})) == "unknown function 2 in function 0");
  CHECK(error(C().op(O::unreachable).op(O::return_call, {1})).starts_with("type mismatch"));
  CHECK(error(C().i32().op(O::call_indirect, {nothing, 1})).starts_with("type mismatch"));
  CHECK(error(C().i32().op(O::call_indirect, {nothing, 2})) == "unknown table 2 in function 0");
  CHECK(error(C().i32().op(O::call_indirect, {3, 0})) == "unknown type 3 in function 0");
  CHECK(error(C().i32().op(O::call_indirect, {2, 0})) == "non-function type 2 in function 0");
  CHECK(error(C().heap(O::ref_null, HeapType(TypeIndex{nothing})).op(O::call_ref, {nothing})) ==
        "");
  CHECK(error(C().heap(O::ref_null, AbstractHeapType::func).op(O::call_ref, {nothing}))
            .starts_with("type mismatch"));
}

TEST_CASE("functions that ref.func may name") {
  ModuleBuilder module;
  const uint32_t type = module.func_type({}, {});
  module.function(type, C().op(O::ref_func, {0}).op(O::drop));
  CHECK(module.validate() == "undeclared function reference 0 in function 0");
  module.global(funcref, false, C().op(O::ref_func, {0}));
  CHECK(module.validate() == "");
  module.globals.clear();
  module.exports.push_back({"f", ExternKind::func, 0, 0});
  CHECK(module.validate() == "");
  module.exports.clear();
  ElemSegment segment;
  segment.mode = SegmentMode::declarative;
  const FuncIndex functions[] = {FuncIndex{0}};
  segment.functions = functions;
  module.elems.push_back(segment);
  CHECK(module.validate() == "");
}

TEST_CASE("branches on references") {
  const ValType any = anyref;
  const ValType i31 = ValType::ref(AbstractHeapType::i31, false);
  const auto cast = [&](ValType result, int flags, int from, int to, O opcode) {
    return check({any}, {}, C().open(O::block, block_of(result)).op(O::local_get, {0})
                                .op(opcode).bytes({flags, 0, from, to})
                                .op(O::unreachable).end().op(O::drop));
  };
  constexpr int any_code = 0x6E, i31_code = 0x6C, eq_code = 0x6D, func_code = 0x70;
  CHECK(cast(i31, 1, any_code, i31_code, O::br_on_cast) == "");
  CHECK(cast(i31, 3, any_code, i31_code, O::br_on_cast).starts_with("type mismatch"));
  CHECK(cast(i31, 1, i31_code, any_code, O::br_on_cast).starts_with("type mismatch"));
  CHECK(cast(i31, 1, any_code, func_code, O::br_on_cast).starts_with("type mismatch"));
  CHECK(cast(i31, 0, eq_code, i31_code, O::br_on_cast).starts_with("type mismatch"));
  // When the cast fails the label gets the source type, without null if null was cast.
  CHECK(cast(any, 1, any_code, i31_code, O::br_on_cast_fail) == "");
  const ValType non_null_any = ValType::ref(AbstractHeapType::any, false);
  CHECK(cast(non_null_any, 3, any_code, i31_code, O::br_on_cast_fail) == "");
  CHECK(cast(non_null_any, 1, any_code, i31_code, O::br_on_cast_fail)
            .starts_with("type mismatch"));
  // br_on_non_null gives the label what is not null; br_on_null keeps it.
  CHECK(check({any}, {}, C().open(O::block, block_of(non_null_any)).op(O::local_get, {0})
                             .op(O::br_on_non_null, {0}).op(O::unreachable).end()
                             .op(O::drop)) == "");
  CHECK(check({any}, {}, C().open(O::block).op(O::local_get, {0}).op(O::br_on_non_null, {0}).end())
            .starts_with("type mismatch"));
  CHECK(check({any}, {non_null_any}, C().open(O::block).op(O::local_get, {0})
                                         .op(O::br_on_null, {0}).op(O::return_).end()
                                         .op(O::unreachable)) == "");
}

TEST_CASE("structures and arrays") {
  ModuleBuilder module;
  const FieldType constant{i64, FieldType::Packed::none, false};
  const FieldType packed{i32, FieldType::Packed::i8, true};
  const FieldType reference_field{ValType::ref(AbstractHeapType::any, false),
                                  FieldType::Packed::none, true};
  const uint32_t structure = module.struct_type({constant, packed});
  const uint32_t array = module.array_type(packed);
  const uint32_t references = module.array_type(reference_field);
  const uint32_t type = module.func_type({}, {});
  const auto check_body = [&](const C& code) {
    ModuleBuilder copy;
    copy.struct_type({constant, packed});
    copy.array_type(packed);
    copy.array_type(reference_field);
    copy.func_type({}, {});
    copy.function(type, code);
    return copy.validate();
  };
  const C object = C().i64().i32().op(O::struct_new, {structure});
  CHECK(check_body(C(object).op(O::struct_get, {structure, 0}).op(O::i64_eqz).op(O::drop)) == "");
  CHECK(check_body(C(object).op(O::struct_get_u, {structure, 1}).op(O::drop)) == "");
  CHECK(check_body(C(object).op(O::struct_get, {structure, 1}).op(O::drop)) ==
        "field is packed in function 0");
  CHECK(check_body(C(object).op(O::struct_get_s, {structure, 0}).op(O::drop)) ==
        "field is unpacked in function 0");
  CHECK(check_body(C(object).op(O::struct_get, {structure, 2}).op(O::drop)) ==
        "unknown field 2 in function 0");
  CHECK(check_body(C(object).i32().op(O::struct_set, {structure, 1})) == "");
  CHECK(check_body(C(object).i64().op(O::struct_set, {structure, 0})) ==
        "immutable field in function 0");
  CHECK(check_body(C().i32().op(O::struct_new, {structure}).op(O::drop))
            .starts_with("type mismatch"));
  CHECK(check_body(C().op(O::struct_new, {array}).op(O::drop)) ==
        "non-structure type 1 in function 0");
  CHECK(check_body(C().i32().i32().op(O::array_new_fixed, {array, 2}).op(O::array_len)
                       .op(O::drop)) == "");
  CHECK(check_body(C().i32().op(O::array_new_fixed, {array, 2}).op(O::drop))
            .starts_with("type mismatch"));
  CHECK(check_body(C().i32().op(O::array_new_default, {references}).op(O::drop)) ==
        "array type is not defaultable in function 0");
  CHECK(check_body(C().op(O::unreachable).op(O::array_copy, {array, references})) ==
        "array types do not match in function 0");
  CHECK(check_body(C().op(O::unreachable).op(O::array_new_fixed, {array, 10'001})) ==
        "too many array elements: 10001 in function 0");
}

TEST_CASE("exceptions") {
  ModuleBuilder module;
  const uint32_t tag_type = module.func_type({i32}, {});
  const uint32_t nothing = module.func_type({}, {});
  const uint32_t result = module.func_type({}, {i32});
  const uint32_t caught = module.func_type({}, {i32, ValType::ref(AbstractHeapType::exn, false)});
  const auto check_body = [&](uint32_t type, const C& code) {
    ModuleBuilder copy;
    copy.func_type({i32}, {});
    copy.func_type({}, {});
    copy.func_type({}, {i32});
    copy.func_type({}, {i32, ValType::ref(AbstractHeapType::exn, false)});
    copy.tags.push_back({TypeIndex{tag_type}});
    copy.function(type, code);
    return copy.validate();
  };
  CHECK(check_body(nothing, C().i32().op(O::throw_, {0})) == "");
  CHECK(check_body(nothing, C().op(O::throw_, {0})) ==
        "type mismatch: instruction requires [i32] but stack has [] in function 0");
  CHECK(check_body(nothing, C().op(O::throw_, {1})) == "unknown tag 1 in function 0");
  // catch, catch_ref: labels count from outside of try_table.
  const auto try_table = [](int clause, int tag, int label) {
    return C().open(O::try_table).bytes({1, clause, tag, label}).end();
  };
  CHECK(check_body(result, try_table(0, 0, 0).i32()) == "");
  CHECK(check_body(nothing, try_table(0, 0, 0)).starts_with("type mismatch"));
  CHECK(check_body(caught, try_table(1, 0, 0).op(O::unreachable)) == "");
  CHECK(check_body(result, try_table(1, 0, 0).i32()).starts_with("type mismatch"));
  CHECK(check_body(result, try_table(0, 0, 1).i32()) == "unknown label 1 in function 0");
  // Legacy: catch pushes the tag's values, rethrow wants the label of a catch.
  CHECK(check_body(result, C().open(O::try_, block_of(i32)).i32().op(O::catch_, {0}).end()) == "");
  CHECK(check_body(nothing, C().open(O::try_).op(O::catch_all).op(O::rethrow, {0}).end()) == "");
  CHECK(check_body(nothing, C().open(O::try_).op(O::rethrow, {0}).op(O::catch_all).end()) ==
        "invalid rethrow label in function 0");
  CHECK(check_body(nothing, C().open(O::try_).op(O::delegate, {0})) == "");
  CHECK(check_body(nothing, C().open(O::try_).op(O::delegate, {1})) ==
        "unknown label 1 in function 0");
  CHECK(check_body(nothing, C().open(O::block).op(O::catch_all).end()) ==
        "END opcode expected in function 0");
}

}  // namespace zwasm
