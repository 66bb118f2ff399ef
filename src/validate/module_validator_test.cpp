#include "validate/module_validator.hpp"

#include <doctest/doctest.h>

#include "validate/test_module_builder.hpp"
#include "wasm/limits.hpp"

namespace zwasm {
namespace {

using namespace zwasm::test;
using namespace zwasm::valtype;
using C = test::Code;
using O = Opcode;

Features without(Feature feature) {
  Features features;
  features.set(feature, false);
  return features;
}

}  // namespace

TEST_CASE("supertypes") {
  const FieldType number{i32, FieldType::Packed::none, false};
  const FieldType variable{i32, FieldType::Packed::none, true};
  const auto check = [&](std::vector<FieldType> super, std::vector<FieldType> sub, bool final) {
    ModuleBuilder module;
    const uint32_t a = module.struct_type(std::move(super));
    const uint32_t b = module.struct_type(std::move(sub));
    module.definition(a).is_final = final;
    module.definition(b).has_supertype = true;
    module.definition(b).supertype = TypeIndex{a};
    return module.validate();
  };
  CHECK(check({number}, {number, number}, false) == "");
  CHECK(check({number}, {number, number}, true) == "sub type 1 has final super type 0");
  CHECK(check({number, number}, {number}, false) == "sub type 1 does not match super type 0");
  CHECK(check({number}, {variable}, false) == "sub type 1 does not match super type 0");
}

TEST_CASE("supertypes of functions vary the other way in their parameters") {
  const ValType wide = anyref;
  const ValType narrow = ValType::ref(AbstractHeapType::i31, true);
  const auto check = [&](ValType super_param, ValType sub_param, ValType super_result,
                         ValType sub_result) {
    ModuleBuilder module;
    const uint32_t a = module.func_type({super_param}, {super_result});
    const uint32_t b = module.func_type({sub_param}, {sub_result});
    module.definition(a).is_final = false;
    module.definition(b).has_supertype = true;
    module.definition(b).supertype = TypeIndex{a};
    return module.validate();
  };
  CHECK(check(narrow, wide, wide, narrow) == "");
  CHECK(check(wide, narrow, wide, wide).starts_with("sub type 1"));
  CHECK(check(wide, wide, narrow, wide).starts_with("sub type 1"));
}

TEST_CASE("what a type may refer to") {
  ModuleBuilder module;
  module.func_type({reference(1, true)}, {});
  module.struct_type({});
  CHECK(module.validate() == "unknown type 1 in type 0");
  // In one recursive group it may.
  for (uint32_t i = 0; i < 2; ++i) {
    module.definition(i).group_start = 0;
    module.definition(i).group_size = 2;
  }
  CHECK(module.validate() == "");
  // But a supertype comes first.
  module.definition(0).has_supertype = true;
  module.definition(0).supertype = TypeIndex{1};
  CHECK(module.validate() == "forward use of type 1 in sub type definition");

  ModuleBuilder deep;
  for (uint32_t i = 0; i <= limits::max_subtyping_depth + 1; ++i) {
    deep.struct_type({});
    deep.definition(i).is_final = false;
    deep.definition(i).has_supertype = i > 0;
    deep.definition(i).supertype = TypeIndex{i > 0 ? i - 1 : 0};
  }
  CHECK(deep.validate() == "sub type 64 is too deep: more than 63 super types");
}

TEST_CASE("equal types of different groups are one type") {
  ModuleBuilder module;
  const uint32_t a = module.struct_type({});
  const uint32_t b = module.struct_type({});
  const uint32_t other = module.array_type({i32, FieldType::Packed::none, false});
  const uint32_t type = module.func_type({reference(a)}, {reference(b)});
  module.function(type, C().op(O::local_get, {0}));
  CHECK(module.validate() == "");
  module.function(module.func_type({reference(a)}, {reference(other)}),
                  C().op(O::local_get, {0}));
  CHECK(module.validate() ==
        "type mismatch: instruction requires [(ref 2)] but stack has [(ref 0)] in function 1");
}

TEST_CASE("limits of memories") {
  const auto check = [](MemoryType type) {
    ModuleBuilder module;
    module.memories.push_back(type);
    return module.validate();
  };
  constexpr AddressType small = AddressType::i32, large = AddressType::i64;
  CHECK(check({{65'536, 65'536, true}, small}) == "");
  CHECK(check({{65'537, 0, false}, small}) ==
        "memory size must be at most 65536 pages (4GiB) in memory 0");
  CHECK(check({{0, 65'537, true}, small}) ==
        "memory size must be at most 65536 pages (4GiB) in memory 0");
  CHECK(check({{2, 1, true}, small}) ==
        "size minimum must not be greater than maximum in memory 0");
  CHECK(check({{uint64_t{1} << 48, 0, false}, large}) == "");
  CHECK(check({{(uint64_t{1} << 48) + 1, 0, false}, large}).starts_with("memory size"));
  CHECK(check({{0, 0, false}, small, true}) == "shared memory must have maximum in memory 0");
  CHECK(check({{0, 1, true}, small, true}) == "");
  CHECK(check({{0xFFFF'FFFF, 0, false}, small, false, 0}) == "");
  CHECK(check({{0x1'0000'0000, 0, false}, small, false, 0}).starts_with("memory size"));
  CHECK(check({{~uint64_t{0}, 0, false}, large, false, 0}) == "");
  CHECK(check({{0, 0, false}, small, false, 12}).starts_with("invalid custom page size"));
}

TEST_CASE("tables") {
  ModuleBuilder module;
  module.table(ValType::ref(AbstractHeapType::func, false));
  CHECK(module.validate().starts_with("type mismatch"));
  module.function(module.func_type({}, {}), C());
  module.tables[0].has_init = true;
  module.tables[0].init = module.expression(C().op(O::ref_func, {0}));
  CHECK(module.validate() == "");
  module.tables[0].type.limits = {0x1'0000'0000, 0, false};
  CHECK(module.validate() == "table size must be at most 2^32-1 for i32 in table 0");
  module.tables[0].type.address = AddressType::i64;
  CHECK(module.validate() == "");
}

TEST_CASE("constant expressions") {
  const auto check = [](ValType type, const C& init, const Features& features = Features()) {
    ModuleBuilder module;
    module.function(module.func_type({}, {}), C());
    module.global(i32, false, C().i32());
    module.global(i32, true, C().i32());
    module.global(type, false, init);
    return module.validate(features);
  };
  CHECK(check(i32, C().i32().op(O::global_get, {0}).op(O::i32_mul)) == "");
  CHECK(check(i32, C().i32().i32().op(O::i32_mul), without(Feature::extended_const)) ==
        "constant expression required");
  CHECK(check(i32, C().i32().i32().op(O::i32_div_s)) == "constant expression required");
  CHECK(check(i32, C().i32().op(O::nop)) == "constant expression required");
  CHECK(check(i32, C().op(O::global_get, {1})) == "constant expression required");
  CHECK(check(i32, C().op(O::global_get, {2})) == "unknown global 2");
  CHECK(check(i32, C().op(O::global_get, {0}), without(Feature::gc)) == "unknown global 0");
  CHECK(check(i32, C().i64()) ==
        "type mismatch: instruction requires [i32] but stack has [i64]");
  CHECK(check(i32, C()) == "type mismatch: instruction requires [i32] but stack has []");
  CHECK(check(i32, C().i32().i32()) == "type mismatch: block requires [i32] but stack has [i32]");
  CHECK(check(funcref, C().op(O::ref_func, {0})) == "");
  CHECK(check(funcref, C().op(O::ref_func, {1})) == "unknown function 1");
  CHECK(check(reference(4, true), C().i32()) == "unknown type 4");
}

TEST_CASE("where a declaration is that breaks a rule") {
  ModuleBuilder module;
  module.memory();
  module.memory(70000);
  module.memories[1].offset = 55;
  CHECK(module.validate() == "memory size must be at most 65536 pages (4GiB) in memory 1");
  CHECK(module.error.offset == 55);
  module.memories[1].limits.min = 1;
  CHECK(module.validate(without(Feature::multi_memory)) == "multiple memories");
  CHECK(module.error.offset == 55);
  module.table(funcref);
  module.tables[0].type.limits = {.min = 2, .max = 1, .has_max = true};
  module.tables[0].offset = 66;
  CHECK(module.validate() == "size minimum must not be greater than maximum in table 0");
  CHECK(module.error.offset == 66);
}

TEST_CASE("segments") {
  ModuleBuilder module;
  DataSegment data;
  data.mode = SegmentMode::active;
  data.offset = module.expression(C().i32());
  data.position = 77;
  module.datas.push_back(data);
  CHECK(module.validate() == "unknown memory 0");
  CHECK(module.error.offset == 77);
  module.memory();
  CHECK(module.validate() == "");
  module.memories[0].address = AddressType::i64;
  CHECK(module.validate().starts_with("type mismatch"));

  ModuleBuilder tables;
  ElemSegment elem;
  elem.mode = SegmentMode::active;
  elem.offset = tables.expression(C().i32());
  elem.type = ValType::ref(AbstractHeapType::func, false);
  tables.elems.push_back(elem);
  CHECK(tables.validate() == "unknown table 0");
  tables.table(funcref);
  CHECK(tables.validate() == "");
  tables.tables[0].type.element = externref;
  CHECK(tables.validate() == "type mismatch: element segment's type (ref func) does not match "
                             "table's element type externref");
}

TEST_CASE("exports and features") {
  ModuleBuilder module;
  module.global(i32, true, C().i32());
  module.exports.push_back({"b", ExternKind::global, 0, 10});
  module.exports.push_back({"a", ExternKind::global, 0, 20});
  CHECK(module.validate() == "");
  CHECK(module.validate(without(Feature::mutable_globals)) == "mutable globals cannot be exported");
  module.exports.push_back({"b", ExternKind::global, 0, 30});
  CHECK(module.validate() == "duplicate export name \"b\"");
  CHECK(module.error.offset == 30);
  module.exports[2] = {"c", ExternKind::table, 0, 30};
  CHECK(module.validate() == "unknown table 0");
  module.exports.clear();
  module.memory();
  module.memory();
  CHECK(module.validate() == "");
  CHECK(module.validate(without(Feature::multi_memory)) == "multiple memories");
}

TEST_CASE("bodies can be validated in ranges") {
  ModuleBuilder builder;
  const uint32_t type = builder.func_type({}, {});
  for (int i = 0; i < 3; ++i) builder.function(type, i == 1 ? C().op(O::drop) : C());
  CHECK(builder.validate().ends_with("in function 1"));
  TypeRegistry registry;
  std::vector<CanonicalType> ids(builder.module().types.size());
  const ModuleContext context =
      validate_declarations(builder.module(), Features(), registry, ids).value();
  CHECK(validate_bodies(context, 0, 1).ok());
  CHECK(!validate_bodies(context, 1, 2).ok());
  CHECK(validate_bodies(context, 2, 3).ok());
}

}  // namespace zwasm
