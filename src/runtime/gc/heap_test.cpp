#include "runtime/gc/heap.hpp"

#include <doctest/doctest.h>

#include <array>
#include <vector>

namespace zwasm::gc {
namespace {

const ValType any = valtype::anyref;

/// Types node {i64 key, any next, any other}, array of any, array of i8, and a function type.
struct Types {
  TypeRegistry registry;
  std::array<CanonicalType, 5> ids{};

  Types() {
    static const FieldType node[] = {{valtype::i64, FieldType::Packed::none, true},
                                     {any, FieldType::Packed::none, true},
                                     {any, FieldType::Packed::none, true}};
    static const FieldType reference[] = {{any, FieldType::Packed::none, true}};
    static const FieldType byte[] = {{valtype::i32, FieldType::Packed::i8, true}};
    static const ValType params[] = {valtype::i32, any, valtype::v128, any};
    static const FieldType vectors[] = {{valtype::v128, FieldType::Packed::none, true},
                                        {valtype::funcref, FieldType::Packed::none, true},
                                        {any, FieldType::Packed::none, true}};
    std::array<TypeDefinition, 5> types{};
    types[0].kind = CompositeKind::struct_;
    types[0].fields = node;
    types[1].kind = CompositeKind::array;
    types[1].fields = reference;
    types[2].kind = CompositeKind::array;
    types[2].fields = byte;
    types[3].func.params = params;
    types[4].kind = CompositeKind::struct_;
    types[4].fields = vectors;
    for (uint32_t i = 0; i < types.size(); ++i) types[i].group_start = i;
    REQUIRE(registry.add(types, ids).ok());
  }
};

struct Fixture : Heap::Roots {
  Types types;
  std::vector<Slot> roots;
  Heap heap;

  explicit Fixture(const HeapOptions& options = {}) : heap(types.registry, options, *this) {}
  void visit_roots(Heap& visited) override {
    for (Slot& root : roots) visited.visit(root);
  }

  /// A node whose references are the last two roots, which it replaces.
  Object* push_node(uint64_t key) {
    Object* node = heap.allocate(ObjectKind::struct_, types.ids[0], 3, slots_object_size(3));
    if (node == nullptr) return nullptr;
    node->slots()[0] = key;
    node->slots()[2] = roots.back();
    roots.pop_back();
    node->slots()[1] = roots.back();
    roots.back() = reference_to(node);
    return node;
  }
  Object* node(Slot reference) { return object_of(reference); }
  Object* allocate_array(size_t type, uint32_t length) {
    const uint32_t log2 = types.registry.layout(types.ids[type]).element_log2;
    return heap.allocate(ObjectKind::array, types.ids[type], length,
                         array_object_size(length, log2));
  }
};

}  // namespace

TEST_CASE("references that are no objects keep their value") {
  CHECK(i31_signed(i31_reference(0x7FFFFFFF)) == -1);
  CHECK(i31_unsigned(i31_reference(0xFFFFFFFF)) == 0x7FFFFFFF);
  CHECK(i31_signed(i31_reference(0x3FFFFFFF)) == 0x3FFFFFFF);
  CHECK(host_number(host_reference(max_host_reference)) == max_host_reference);
  for (const Slot slot : {Slot{0}, i31_reference(7), host_reference(0), host_reference(5)}) {
    CHECK(!is_object(slot));
  }
}

TEST_CASE("layouts: slots of structs, sizes of elements, references without functions") {
  Types types;
  const ObjectLayout& node = types.registry.layout(types.ids[0]);
  CHECK(node.slots == 3);
  REQUIRE(node.reference_slots.size() == 2);
  CHECK(node.reference_slots[1] == 2);
  CHECK(types.registry.layout(types.ids[1]).has_reference_elements);
  CHECK(types.registry.layout(types.ids[1]).element_log2 == 3);
  CHECK(types.registry.layout(types.ids[2]).element_log2 == 0);
  const ObjectLayout& params = types.registry.layout(types.ids[3]);
  REQUIRE(params.reference_slots.size() == 2);
  CHECK(params.reference_slots[0] == 1);
  CHECK(params.reference_slots[1] == 4);
  const ObjectLayout& vectors = types.registry.layout(types.ids[4]);
  CHECK(vectors.slots == 4);
  REQUIRE(vectors.reference_slots.size() == 1);
  CHECK(vectors.reference_slots[0] == 3);
}

TEST_CASE("what is reachable survives with its contents, sharing and cycles") {
  for (const bool torture : {false, true}) {
    CAPTURE(torture);
    Fixture f({.torture = torture});
    f.roots = {0, 0};
    REQUIRE(f.push_node(1) != nullptr);
    f.roots.push_back(f.roots[0]);
    REQUIRE(f.push_node(2) != nullptr);  // refers to node 1 twice
    object_of(object_of(f.roots[0])->slots()[1])->slots()[1] = f.roots[0];  // a cycle
    f.roots.push_back(i31_reference(5));
    f.roots.push_back(host_reference(9));
    const Slot before = f.roots[0];
    f.heap.collect();
    CHECK(f.roots[0] != before);
    Object* two = object_of(f.roots[0]);
    CHECK(two->slots()[0] == 2);
    CHECK(two->slots()[1] == two->slots()[2]);
    Object* one = object_of(two->slots()[1]);
    CHECK(one->slots()[0] == 1);
    CHECK(one->slots()[1] == f.roots[0]);
    CHECK(one->slots()[2] == 0);
    CHECK(f.roots[1] == i31_reference(5));
    CHECK(f.heap.stats().live_bytes == 2 * slots_object_size(3));
  }
}

TEST_CASE("torture leaves no room for allocation in line") {
  Fixture f({.torture = true});
  f.roots = {0, 0};
  for (int i = 0; i < 3; ++i) {
    REQUIRE(f.push_node(1) != nullptr);
    f.roots.push_back(0);
    CHECK(f.heap.area().top == f.heap.area().end);
  }
  CHECK(f.heap.stats().collections == 2);  // the first allocation makes the heap
}

TEST_CASE("an unreachable cycle is freed") {
  Fixture f;
  f.roots = {0, 0};
  Object* node = f.push_node(1);
  node->slots()[1] = f.roots[0];
  f.roots.clear();
  f.heap.collect();
  CHECK(f.heap.stats().live_bytes == 0);
}

TEST_CASE("short-lived objects run in a constant heap") {
  Fixture f;
  for (int i = 0; i < 200'000; ++i) {
    f.roots = {0, 0};
    REQUIRE(f.push_node(1) != nullptr);
  }
  const HeapStats stats = f.heap.stats();
  CHECK(stats.collections >= 5);
  CHECK(stats.capacity_bytes <= 512 * 1024);
  CHECK(stats.allocated_bytes == 200'000 * slots_object_size(3));
}

TEST_CASE("a long list survives, and is freed, without recursion") {
  Fixture f;
  f.roots = {0};
  for (uint64_t i = 0; i < 1'000'000; ++i) {
    f.roots.push_back(0);
    REQUIRE(f.push_node(i) != nullptr);
  }
  f.heap.collect();
  uint64_t length = 0;
  for (Slot at = f.roots[0]; at != 0; at = object_of(at)->slots()[1]) ++length;
  CHECK(length == 1'000'000);
  f.roots.clear();
  f.heap.collect();
  CHECK(f.heap.stats().live_bytes == 0);
  CHECK(f.heap.stats().capacity_bytes <= 512 * 1024);
}

TEST_CASE("large objects stay where they are and are traced") {
  Fixture f;
  Object* large = f.allocate_array(1, 5000);
  REQUIRE(large != nullptr);
  std::fill_n(large->slots(), 5000, Slot{0});
  f.roots = {reference_to(large), 0, 0};
  REQUIRE(f.push_node(42) != nullptr);
  large->slots()[4999] = f.roots[1];
  f.roots.pop_back();
  Object* dead = f.allocate_array(2, 100'000);
  REQUIRE(dead != nullptr);
  f.heap.collect();
  CHECK(object_of(f.roots[0]) == large);
  CHECK(object_of(large->slots()[4999])->slots()[0] == 42);
  CHECK(f.heap.stats().live_bytes ==
        array_object_size(5000, 3) + slots_object_size(3));
}

TEST_CASE("exceptions: the payload is traced, the tag is not") {
  Fixture f;
  const TagInstance* tag = reinterpret_cast<const TagInstance*>(uintptr_t{0x1000});
  f.roots = {0, 0};
  f.push_node(7);
  Object* thrown =
      f.heap.allocate(ObjectKind::exception, f.types.ids[3], 6, slots_object_size(6));
  REQUIRE(thrown != nullptr);
  thrown->slots()[0] = reinterpret_cast<Slot>(tag);
  std::fill_n(thrown->payload(), 5, Slot{8});  // numbers that look like addresses
  thrown->payload()[1] = f.roots[0];
  thrown->payload()[4] = 0;
  f.roots = {reference_to(thrown)};
  f.heap.collect();
  thrown = object_of(f.roots[0]);
  CHECK(thrown->tag() == tag);
  CHECK(thrown->payload()[0] == 8);
  CHECK(object_of(thrown->payload()[1])->slots()[0] == 7);
}

TEST_CASE("the bound holds, and what fits below it can be allocated") {
  Fixture f({.max_bytes = 100'000});
  f.roots = {0};
  uint64_t nodes = 0;
  for (;; ++nodes) {
    f.roots.push_back(0);
    if (f.push_node(nodes) == nullptr) break;
  }
  CHECK(nodes == 100'000 / slots_object_size(3));
  CHECK(f.allocate_array(2, 20'000) == nullptr);
  f.roots.clear();
  CHECK(f.allocate_array(2, 20'000) != nullptr);
  CHECK(f.allocate_array(2, 99'000) != nullptr);
  CHECK(f.allocate_array(2, 101'000) == nullptr);
  CHECK(f.allocate_array(2, 10) != nullptr);
}

}  // namespace zwasm::gc
