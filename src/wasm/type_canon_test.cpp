#include "wasm/type_canon.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <thread>
#include <vector>

namespace zwasm {
namespace {

ValType to(uint32_t index, bool nullable = true) {
  return ValType::ref(HeapType(TypeIndex{index}), nullable);
}

/// Builds a type section.
struct Section {
  std::vector<TypeDefinition> types;
  std::deque<std::vector<ValType>> values;
  std::deque<std::vector<FieldType>> fields;

  TypeDefinition& add(CompositeKind kind) {
    TypeDefinition& type = types.emplace_back();
    type.kind = kind;
    type.group_start = static_cast<uint32_t>(types.size() - 1);
    return type;
  }
  Section& func(std::vector<ValType> params, std::vector<ValType> results = {}) {
    TypeDefinition& type = add(CompositeKind::func);
    type.func.params = values.emplace_back(std::move(params));
    type.func.results = values.emplace_back(std::move(results));
    return *this;
  }
  Section& struct_(std::vector<ValType> members) {
    TypeDefinition& type = add(CompositeKind::struct_);
    std::vector<FieldType>& list = fields.emplace_back();
    for (ValType member : members) list.push_back({member, FieldType::Packed::none, false});
    type.fields = list;
    return *this;
  }
  Section& array(FieldType element) {
    TypeDefinition& type = add(CompositeKind::array);
    type.fields = fields.emplace_back(std::vector{element});
    return *this;
  }
  /// The last type is open to subtypes.
  Section& open() {
    types.back().is_final = false;
    return *this;
  }
  Section& extends(uint32_t super) {
    types.back().has_supertype = true;
    types.back().supertype = TypeIndex{super};
    return *this;
  }
  /// The last `size` types are one group.
  Section& group(uint32_t size) {
    const uint32_t start = static_cast<uint32_t>(types.size()) - size;
    for (uint32_t i = start; i < types.size(); ++i) {
      types[i].group_start = start;
      types[i].group_size = size;
    }
    return *this;
  }
  std::vector<CanonicalType> ids(TypeRegistry& registry) const {
    std::vector<CanonicalType> result(types.size(), no_canonical_type);
    if (!registry.add(types, result).ok()) result.clear();
    return result;
  }
};

}  // namespace

TEST_CASE("equal structure has one id, over all modules") {
  TypeRegistry registry;
  Section a, b;
  a.func({valtype::i32}).func({valtype::i32}).func({}, {valtype::i32}).func({to(0)});
  b.struct_({valtype::i32}).func({valtype::i32}).func({to(1)}).func({to(1, false)});
  const auto x = a.ids(registry);
  const auto y = b.ids(registry);
  CHECK(x[0] == x[1]);
  CHECK(x[0] != x[2]);
  CHECK(y[1] == x[0]);
  CHECK(y[2] == x[3]);
  CHECK(y[3] != x[3]);
  CHECK(registry.definition(y[2]).func.params[0] == to(static_cast<uint32_t>(x[0])));
  CHECK(a.ids(registry) == x);
}

TEST_CASE("kind, mutability, packing and finality distinguish types") {
  TypeRegistry registry;
  Section s;
  s.struct_({valtype::i32})
      .array({valtype::i32, FieldType::Packed::none, false})
      .array({valtype::i32, FieldType::Packed::none, true})
      .array({valtype::i32, FieldType::Packed::i8, true})
      .array({valtype::i32, FieldType::Packed::i16, true})
      .struct_({valtype::i32}).open();
  const auto ids = s.ids(registry);
  for (size_t i = 0; i < ids.size(); ++i) {
    for (size_t k = 0; k < i; ++k) CHECK(ids[i] != ids[k]);
  }
}

TEST_CASE("recursive groups are equal if they unroll alike") {
  TypeRegistry registry;
  Section s;
  s.struct_({to(0)});                                // 0: refers to itself
  s.struct_({to(1)});                                // 1: the same
  s.struct_({to(0)});                                // 2: refers to 0, not to itself
  s.struct_({to(4)}).struct_({to(3)}).group(2);      // 3, 4: each other
  s.struct_({to(6)}).struct_({to(5)}).group(2);      // 5, 6: the same
  s.struct_({to(7)}).struct_({to(8)}).group(2);      // 7, 8: themselves, in one group
  s.struct_({to(3)}).struct_({to(3)}).group(2);      // 9, 10: the group of 3
  const auto ids = s.ids(registry);
  CHECK(ids[0] == ids[1]);
  CHECK(ids[2] != ids[0]);
  CHECK(ids[3] == ids[5]);
  CHECK(ids[4] == ids[6]);
  CHECK(ids[3] != ids[4]);
  CHECK(ids[7] != ids[0]);
  CHECK(ids[7] != ids[3]);
  CHECK(ids[9] != ids[3]);
  CHECK(registry.definition(ids[3]).fields[0].type == to(static_cast<uint32_t>(ids[4])));
  CHECK(registry.definition(ids[6]).group_size == 2);
}

TEST_CASE("host function types join those of modules") {
  TypeRegistry registry;
  Section s;
  s.struct_({}).func({valtype::i32, to(0)}, {valtype::f64}).func({to(2)});
  const auto ids = s.ids(registry);
  const ValType params[] = {valtype::i32, to(static_cast<uint32_t>(ids[0]))};
  const ValType results[] = {valtype::f64};
  CHECK(registry.add_func({params, results}) == ids[1]);
  CHECK(registry.add_func({params, results}) == ids[1]);
  const CanonicalType other = registry.add_func({results, {}});
  CHECK(other != ids[1]);
  CHECK(registry.definition(other).func.params[0] == valtype::f64);
  // A function that takes itself is not one that takes a reference to it.
  const ValType self[] = {to(static_cast<uint32_t>(ids[2]))};
  CHECK(registry.add_func({self, {}}) != ids[2]);
}

TEST_CASE("declared subtypes") {
  TypeRegistry registry;
  Section s;
  s.struct_({}).open();                              // 0
  s.struct_({}).extends(0).open();                   // 1 <: 0
  s.struct_({valtype::i32}).extends(1).open();       // 2 <: 1
  s.struct_({valtype::i64}).extends(0);              // 3 <: 0
  s.struct_({}).open().struct_({}).extends(4).group(2);  // 4, 5 <: 4
  const auto ids = s.ids(registry);
  CHECK(registry.is_subtype(ids[2], ids[2]));
  CHECK(registry.is_subtype(ids[2], ids[1]));
  CHECK(registry.is_subtype(ids[2], ids[0]));
  CHECK_FALSE(registry.is_subtype(ids[0], ids[2]));
  CHECK_FALSE(registry.is_subtype(ids[3], ids[1]));
  CHECK(registry.is_subtype(ids[5], ids[4]));
  CHECK_FALSE(registry.is_subtype(ids[5], ids[0]));
  const auto chain = registry.supertypes(ids[2]);
  REQUIRE(chain.size() == 3);
  CHECK(chain[0] == ids[0]);
  CHECK(chain[2] == ids[2]);
}

TEST_CASE("matching of heap types") {
  TypeRegistry registry;
  Section s;
  s.func({}).struct_({}).array({valtype::i32, FieldType::Packed::none, true});
  const auto ids = s.ids(registry);
  const auto heap = [&](size_t i) {
    return HeapType(TypeIndex{static_cast<uint32_t>(ids[i])});
  };
  using enum AbstractHeapType;
  // Rows: subtypes; columns: any eq i31 struct array none, func nofunc, extern noextern, exn noexn.
  const HeapType supers[] = {any, eq, i31, struct_, array, none, AbstractHeapType::func, nofunc,
                             extern_, noextern, exn, noexn};
  const auto check = [&](HeapType sub, std::string_view expected) {
    REQUIRE(expected.size() == std::size(supers));
    for (size_t i = 0; i < std::size(supers); ++i) {
      CAPTURE(to_string(sub));
      CAPTURE(to_string(supers[i]));
      CHECK(matches(registry, sub, supers[i]) == (expected[i] == 'x'));
    }
  };
  check(any, "x...........");
  check(eq, "xx..........");
  check(i31, "xxx.........");
  check(struct_, "xx.x........");
  check(array, "xx..x.......");
  check(none, "xxxxxx......");
  check(AbstractHeapType::func, "......x.....");
  check(nofunc, "......xx....");
  check(extern_, "........x...");
  check(noextern, "........xx..");
  check(exn, "..........x.");
  check(noexn, "..........xx");
  check(bottom, "xxxxxxxxxxxx");
  check(heap(0), "......x.....");
  check(heap(1), "xx.x........");
  check(heap(2), "xx..x.......");
  CHECK(matches(registry, nofunc, heap(0)));
  CHECK(matches(registry, none, heap(1)));
  CHECK(matches(registry, none, heap(2)));
  CHECK(matches(registry, bottom, heap(2)));
  CHECK_FALSE(matches(registry, none, heap(0)));
  CHECK_FALSE(matches(registry, nofunc, heap(1)));
  CHECK_FALSE(matches(registry, struct_, heap(1)));
  CHECK_FALSE(matches(registry, heap(1), heap(2)));
}

TEST_CASE("matching of value types") {
  TypeRegistry registry;
  const ValType some_eq = ValType::ref(AbstractHeapType::eq, false);
  const ValType null_eq = ValType::ref(AbstractHeapType::eq, true);
  CHECK(matches(registry, some_eq, null_eq));
  CHECK_FALSE(matches(registry, null_eq, some_eq));
  CHECK(matches(registry, some_eq, valtype::anyref));
  CHECK(matches(registry, valtype::bottom, valtype::i64));
  CHECK(matches(registry, valtype::i64, valtype::i64));
  CHECK_FALSE(matches(registry, valtype::i64, valtype::i32));
  CHECK_FALSE(matches(registry, valtype::i32, valtype::anyref));
  CHECK_FALSE(matches(registry, valtype::funcref, valtype::externref));
  const CanonicalType ids[] = {CanonicalType{7}, CanonicalType{9}};
  CHECK(canonical(to(1, false), ids) == to(9, false));
  CHECK(canonical(valtype::funcref, ids) == valtype::funcref);
  CHECK(canonical(valtype::f32, ids) == valtype::f32);
}

TEST_CASE("many types, read while others are added") {
  TypeRegistry registry;
  constexpr uint32_t count = 3000;
  constexpr ValType kinds[] = {valtype::i32, valtype::i64, valtype::f32, valtype::f64};
  // Function types with the base-4 digits of their number as parameters: all different.
  const auto section = [&] {
    Section s;
    for (uint32_t i = 0; i < count; ++i) {
      std::vector<ValType> params;
      for (uint32_t digits = i + 1; digits != 0; digits /= 4) params.push_back(kinds[digits % 4]);
      s.func(params);
    }
    return s;
  };
  std::array<std::vector<CanonicalType>, 4> ids;
  std::vector<std::thread> threads;
  for (auto& result : ids) {
    threads.emplace_back([&] {
      const Section s = section();
      for (int round = 0; round < 3; ++round) {
        result = s.ids(registry);
        size_t params = 0;
        for (CanonicalType id : result) params += registry.definition(id).func.params.size();
        if (params == 0) result.clear();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& result : ids) CHECK(result == ids[0]);
  REQUIRE(ids[0].size() == count);
  CHECK(registry.size() == count);
  const Section s = section();
  for (uint32_t i = 0; i < count; ++i) {
    CHECK(equal(registry.definition(ids[0][i]).func, s.types[i].func));
  }
}

namespace {

/// Types that no other number gives: groups of one and of three, which refer to each other.
Section numbered_types(uint32_t number) {
  std::vector<ValType> digits;
  for (; number != 0; number /= 2) {
    digits.push_back(number % 2 != 0 ? valtype::i32 : valtype::f64);
  }
  Section s;
  s.struct_(digits).open();                                         // 0
  s.struct_({to(2)}).struct_({to(0), to(3)}).struct_({to(1)});      // 1-3
  s.group(3);
  digits.push_back(to(1));
  s.struct_(digits).extends(0).func({to(4)}, {to(2)});              // 4, 5
  return s;
}

}  // namespace

TEST_CASE("types go when the last module that uses them goes") {
  TypeRegistry registry;
  Section shared;
  shared.struct_({valtype::v128}).func({to(0)});
  const auto kept = shared.ids(registry);
  uint32_t highest = 0;
  for (uint32_t i = 1; i <= 10'000; ++i) {
    const Section s = numbered_types(i);
    const auto first = s.ids(registry);
    const auto second = s.ids(registry);
    REQUIRE(first == second);
    REQUIRE(registry.size() == 8);
    registry.release(s.types, first);
    REQUIRE(registry.size() == 8);
    REQUIRE(registry.definition(second[2]).fields[0].type == to(static_cast<uint32_t>(second[0])));
    REQUIRE(registry.is_subtype(second[4], second[0]));
    registry.release(s.types, second);
    REQUIRE(registry.size() == 2);
    highest = std::max(highest, static_cast<uint32_t>(std::ranges::max(first)));
  }
  CHECK(highest < 16);
  CHECK(shared.ids(registry) == kept);
}

TEST_CASE("a type of the host holds the types that it refers to") {
  TypeRegistry registry;
  Section s;
  s.struct_({valtype::f32}).struct_({to(0)});
  const auto ids = s.ids(registry);
  const ValType params[] = {to(static_cast<uint32_t>(ids[1]))};
  const CanonicalType func = registry.add_func({params, {}});
  registry.release(s.types, ids);
  CHECK(registry.size() == 3);
  CHECK(registry.definition(ids[0]).fields[0].type == valtype::f32);
  registry.hold(func);
  registry.release(func);
  CHECK(registry.size() == 3);
  registry.release(func);
  CHECK(registry.size() == 0);
}

TEST_CASE("the number of types is bounded") {
  TypeRegistry registry(system_allocator(), 10);
  const Section first = numbered_types(1);
  const auto ids = first.ids(registry);
  const Section second = numbered_types(2);
  std::vector<CanonicalType> refused(second.types.size());
  const Status status = registry.add(second.types, refused);
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().kind == ErrorKind::host);
  CHECK(status.error().message ==
        "too many types: the modules of an engine use at most 10 together");
  CHECK(refused[0] == no_canonical_type);
  CHECK(registry.size() == 6);
  registry.release(second.types, refused);
  CHECK(first.ids(registry) == ids);
  registry.release(first.types, ids);
  registry.release(first.types, ids);
  CHECK(registry.size() == 0);
  CHECK(second.ids(registry).size() == 6);
}

TEST_CASE("types come and go on several threads") {
  TypeRegistry registry;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (uint32_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (uint32_t i = 0; i < 1000; ++i) {
        const Section s = numbered_types(i * (thread % 2 + 1) + 1);
        const auto ids = s.ids(registry);
        if (!registry.is_subtype(ids[4], ids[0]) ||
            registry.definition(ids[5]).func.params[0] != to(static_cast<uint32_t>(ids[4]))) {
          ++wrong;
        }
        registry.release(s.types, ids);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(registry.size() == 0);
}

}  // namespace zwasm
