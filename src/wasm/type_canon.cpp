#include "wasm/type_canon.hpp"

#include <array>
#include <atomic>
#include <bit>
#include <cassert>

#include "base/hash.hpp"

namespace zwasm {
namespace {

/// A canonical type. Never changes or moves once its id is known to anyone.
struct Entry {
  TypeDefinition definition;                  // heap types are canonical ids
  const CanonicalType* supertypes = nullptr;  // root first, the type itself last
  uint32_t depth = 0;                         // number of supertypes
  ObjectLayout layout;
};

/// Types of one recursive group together with the meaning of the indices inside them.
struct Group {
  std::span<const TypeDefinition> types;
  uint32_t start = 0;                  // index of types[0]; indices from here are in the group
  std::span<const CanonicalType> ids;  // of the indices below `start`; empty: indices are ids

  bool is_own(TypeIndex index) const { return !types.empty() && raw(index) >= start; }
  uint32_t id(TypeIndex index) const {
    return ids.empty() ? raw(index) : static_cast<uint32_t>(ids[raw(index)]);
  }
};

// References inside a group compare by distance from its start, all others by canonical id.
constexpr uint64_t own_bit = uint64_t{1} << 32;

uint64_t reference_key(const Group& group, TypeIndex index) {
  return group.is_own(index) ? own_bit | (raw(index) - group.start) : group.id(index);
}

uint64_t type_key(const Group& group, ValType type) {
  if (!type.is_ref() || type.heap().is_abstract()) return type.bits();
  return hash_combine(type.nullable() ? 1 : 2, reference_key(group, type.heap().index()));
}

uint64_t hash_group(const Group& group, uint64_t seed) {
  uint64_t hash = hash_combine(seed, group.types.size());
  for (const TypeDefinition& type : group.types) {
    hash = hash_combine(hash, static_cast<uint64_t>(type.kind) | (type.is_final ? 8u : 0u) |
                                  (type.has_supertype ? 16u : 0u) |
                                  uint64_t{type.func.params.size()} << 8 |
                                  uint64_t{type.fields.size()} << 32);
    if (type.has_supertype) hash = hash_combine(hash, reference_key(group, type.supertype));
    for (ValType param : type.func.params) hash = hash_combine(hash, type_key(group, param));
    for (ValType result : type.func.results) hash = hash_combine(hash, type_key(group, result));
    for (const FieldType& field : type.fields) {
      hash = hash_combine(hash, type_key(group, field.type));
      hash = hash_combine(hash, static_cast<uint64_t>(field.packed) | (field.is_mutable ? 4u : 0u));
    }
  }
  return hash;
}

}  // namespace

uint32_t field_slot(const TypeDefinition& type, uint32_t index) {
  uint32_t slot = 0;
  for (const FieldType& field : type.fields.first(index)) slot += field.type.slots();
  return slot;
}

uint8_t element_log2(FieldType element) {
  switch (element.packed) {
    case FieldType::Packed::i8: return 0;
    case FieldType::Packed::i16: return 1;
    case FieldType::Packed::none: break;
  }
  switch (element.type.kind()) {
    case ValType::Kind::i32:
    case ValType::Kind::f32: return 2;
    case ValType::Kind::i64:
    case ValType::Kind::f64:
    case ValType::Kind::ref: return 3;
    case ValType::Kind::v128: return 4;
    case ValType::Kind::bottom: break;
  }
  return 0;
}

struct TypeRegistry::Impl {
  // Chunk k holds `first_chunk << k` entries, so that ids find their entry without a lock and
  // entries never move.
  static constexpr uint32_t first_chunk = 64;
  static constexpr size_t chunk_count = 22;

  struct Slot {
    uint64_t hash = 0;
    uint32_t group = no_group;  // id of the group's first type
  };
  static constexpr uint32_t no_group = ~uint32_t{0};

  explicit Impl(Allocator& memory) : allocator(memory), arena(memory), slots(memory) {}

  static size_t chunk_of(uint32_t id) {
    return static_cast<size_t>(std::bit_width(id / first_chunk + 1)) - 1;
  }
  static uint32_t chunk_start(size_t chunk) {
    return ((uint32_t{1} << chunk) - 1) * first_chunk;
  }
  Entry& entry(uint32_t id) const {
    const size_t chunk = chunk_of(id);
    return chunks[chunk].load(std::memory_order_acquire)[id - chunk_start(chunk)];
  }

  /// The id of the group's first type; the others follow.
  uint32_t intern(const Group& group);
  bool equals(const Group& group, uint32_t stored) const;
  bool equals(const Group& group, ValType type, uint32_t stored_start, ValType stored) const;
  bool equals(const Group& group, TypeIndex index, uint32_t stored_start, TypeIndex stored) const;
  void append(const Group& group);
  bool may_be_object(ValType type) const;
  ObjectLayout make_layout(const TypeDefinition& type);
  void grow_slots();
  ValType stored_type(const Group& group, uint32_t start, ValType type) const;

  Allocator& allocator;
  std::mutex mutex;  // guards everything but reading of entries whose id is known
  Arena arena;
  std::array<std::atomic<Entry*>, chunk_count> chunks{};
  uint32_t count = 0;
  Vector<Slot> slots;  // open addressing; the size is a power of two
  size_t group_count = 0;
};

bool TypeRegistry::Impl::equals(const Group& group, TypeIndex index, uint32_t stored_start,
                                TypeIndex stored) const {
  // Only a type of the stored group itself can refer to an id of that group from inside it.
  const uint32_t size = static_cast<uint32_t>(group.types.size());
  const bool stored_own = raw(stored) - stored_start < size;
  if (group.is_own(index) != stored_own) return false;
  return stored_own ? raw(index) - group.start == raw(stored) - stored_start
                    : group.id(index) == raw(stored);
}

bool TypeRegistry::Impl::equals(const Group& group, ValType type, uint32_t stored_start,
                                ValType stored) const {
  if (!type.is_ref() || !stored.is_ref() || type.heap().is_abstract() ||
      stored.heap().is_abstract()) {
    return type == stored;
  }
  return type.nullable() == stored.nullable() &&
         equals(group, type.heap().index(), stored_start, stored.heap().index());
}

bool TypeRegistry::Impl::equals(const Group& group, uint32_t stored) const {
  if (entry(stored).definition.group_size != group.types.size()) return false;
  for (size_t i = 0; i < group.types.size(); ++i) {
    const TypeDefinition& a = group.types[i];
    const TypeDefinition& b = entry(stored + static_cast<uint32_t>(i)).definition;
    if (a.kind != b.kind || a.is_final != b.is_final || a.has_supertype != b.has_supertype ||
        a.func.params.size() != b.func.params.size() ||
        a.func.results.size() != b.func.results.size() || a.fields.size() != b.fields.size()) {
      return false;
    }
    if (a.has_supertype && !equals(group, a.supertype, stored, b.supertype)) return false;
    for (size_t k = 0; k < a.func.params.size(); ++k) {
      if (!equals(group, a.func.params[k], stored, b.func.params[k])) return false;
    }
    for (size_t k = 0; k < a.func.results.size(); ++k) {
      if (!equals(group, a.func.results[k], stored, b.func.results[k])) return false;
    }
    for (size_t k = 0; k < a.fields.size(); ++k) {
      if (a.fields[k].packed != b.fields[k].packed ||
          a.fields[k].is_mutable != b.fields[k].is_mutable ||
          !equals(group, a.fields[k].type, stored, b.fields[k].type)) {
        return false;
      }
    }
  }
  return true;
}

ValType TypeRegistry::Impl::stored_type(const Group& group, uint32_t start, ValType type) const {
  if (!type.is_ref() || type.heap().is_abstract()) return type;
  const TypeIndex index = type.heap().index();
  const uint32_t id = group.is_own(index) ? raw(index) - group.start + start : group.id(index);
  return ValType::ref(HeapType(TypeIndex{id}), type.nullable());
}

/// Whether values of a type can be references to objects: not to functions.
bool TypeRegistry::Impl::may_be_object(ValType type) const {
  if (!type.is_ref()) return false;
  const HeapType heap = type.heap();
  if (heap.is_index()) return entry(raw(heap.index())).definition.kind != CompositeKind::func;
  return heap.abstract() != AbstractHeapType::func && heap.abstract() != AbstractHeapType::nofunc;
}

ObjectLayout TypeRegistry::Impl::make_layout(const TypeDefinition& type) {
  ObjectLayout layout;
  if (type.kind == CompositeKind::array) {
    layout.element_log2 = element_log2(type.fields[0]);
    layout.has_reference_elements = may_be_object(type.fields[0].type);
    return layout;
  }
  const size_t values =
      type.kind == CompositeKind::struct_ ? type.fields.size() : type.func.params.size();
  const auto value_type = [&](size_t i) {
    return type.kind == CompositeKind::struct_ ? type.fields[i].type : type.func.params[i];
  };
  size_t references = 0;
  for (size_t i = 0; i < values; ++i) references += may_be_object(value_type(i)) ? 1u : 0u;
  std::span<uint16_t> indices = arena.make_array<uint16_t>(references);
  references = 0;
  for (size_t i = 0; i < values; ++i) {
    if (may_be_object(value_type(i))) indices[references++] = static_cast<uint16_t>(layout.slots);
    layout.slots += value_type(i).slots();
  }
  layout.reference_slots = indices;
  return layout;
}

void TypeRegistry::Impl::append(const Group& group) {
  const uint32_t start = count;
  const uint32_t size = static_cast<uint32_t>(group.types.size());
  for (size_t chunk = chunk_of(start); chunk <= chunk_of(start + size - 1); ++chunk) {
    if (chunks[chunk].load(std::memory_order_relaxed) != nullptr) continue;
    const size_t entries = size_t{first_chunk} << chunk;
    Entry* block = arena.make_array<Entry>(entries).data();
    chunks[chunk].store(block, std::memory_order_release);
  }
  const auto store = [&](std::span<const ValType> types) {
    std::span<ValType> copy = arena.make_array<ValType>(types.size());
    for (size_t i = 0; i < types.size(); ++i) copy[i] = stored_type(group, start, types[i]);
    return copy;
  };
  for (uint32_t i = 0; i < size; ++i) {
    const TypeDefinition& type = group.types[i];
    Entry& added = entry(start + i);
    added.definition = type;
    added.definition.group_start = start;
    added.definition.group_size = size;
    added.definition.func = {store(type.func.params), store(type.func.results)};
    std::span<FieldType> fields = arena.make_array<FieldType>(type.fields.size());
    for (size_t k = 0; k < fields.size(); ++k) {
      fields[k] = type.fields[k];
      fields[k].type = stored_type(group, start, type.fields[k].type);
    }
    added.definition.fields = fields;

    std::span<const CanonicalType> inherited;
    if (type.has_supertype) {
      const uint32_t super = group.is_own(type.supertype)
                                 ? raw(type.supertype) - group.start + start
                                 : group.id(type.supertype);
      assert(super < start + i);
      added.definition.supertype = TypeIndex{super};
      inherited = {entry(super).supertypes, entry(super).depth + size_t{1}};
    }
    std::span<CanonicalType> supertypes = arena.make_array<CanonicalType>(inherited.size() + 1);
    for (size_t k = 0; k < inherited.size(); ++k) supertypes[k] = inherited[k];
    supertypes.back() = CanonicalType{start + i};
    added.supertypes = supertypes.data();
    added.depth = static_cast<uint32_t>(inherited.size());
  }
  // A field may refer to a later type of the group.
  for (uint32_t i = start; i < start + size; ++i) {
    entry(i).layout = make_layout(entry(i).definition);
  }
  count += size;
}

void TypeRegistry::Impl::grow_slots() {
  Vector<Slot> old = std::move(slots);
  slots = Vector<Slot>(allocator);
  slots.resize(old.empty() ? 64 : old.size() * 2);
  const size_t mask = slots.size() - 1;
  for (const Slot& slot : old) {
    if (slot.group == no_group) continue;
    size_t i = slot.hash & mask;
    while (slots[i].group != no_group) i = (i + 1) & mask;
    slots[i] = slot;
  }
}

uint32_t TypeRegistry::Impl::intern(const Group& group) {
  if ((group_count + 1) * 2 > slots.size()) grow_slots();
  // The seed keeps modules from being made of types with equal hashes.
  const uint64_t hash = hash_group(group, reinterpret_cast<uintptr_t>(this));
  const size_t mask = slots.size() - 1;
  size_t i = hash & mask;
  for (; slots[i].group != no_group; i = (i + 1) & mask) {
    if (slots[i].hash == hash && equals(group, slots[i].group)) return slots[i].group;
  }
  slots[i] = {hash, count};
  ++group_count;
  append(group);
  return slots[i].group;
}

TypeRegistry::TypeRegistry(Allocator& allocator)
    : impl_(new (allocator.allocate_or_exit(sizeof(Impl), alignof(Impl))) Impl(allocator)) {}

TypeRegistry::~TypeRegistry() {
  Allocator& allocator = impl_->allocator;
  impl_->~Impl();
  allocator.deallocate(impl_, sizeof(Impl), alignof(Impl));
}

void TypeRegistry::add(std::span<const TypeDefinition> types, std::span<CanonicalType> ids) {
  assert(types.size() == ids.size());
  const std::lock_guard lock(impl_->mutex);
  for (size_t start = 0; start < types.size();) {
    const size_t size = types[start].group_size;
    const uint32_t first =
        impl_->intern({types.subspan(start, size), static_cast<uint32_t>(start), ids});
    for (size_t i = 0; i < size; ++i) {
      ids[start + i] = CanonicalType{first + static_cast<uint32_t>(i)};
    }
    start += size;
  }
}

CanonicalType TypeRegistry::add_func(const FuncType& type) {
  TypeDefinition definition;
  definition.func = type;
  const std::lock_guard lock(impl_->mutex);
  // The group's own index lies above every id, so that no id is taken for a reference to itself.
  return CanonicalType{impl_->intern({{&definition, 1}, ~uint32_t{0}, {}})};
}

bool TypeRegistry::is_subtype(CanonicalType sub, CanonicalType super) const {
  if (sub == super) return true;
  const Entry& a = impl_->entry(static_cast<uint32_t>(sub));
  const uint32_t depth = impl_->entry(static_cast<uint32_t>(super)).depth;
  return depth < a.depth && a.supertypes[depth] == super;
}

const TypeDefinition& TypeRegistry::definition(CanonicalType type) const {
  return impl_->entry(static_cast<uint32_t>(type)).definition;
}

const ObjectLayout& TypeRegistry::layout(CanonicalType type) const {
  return impl_->entry(static_cast<uint32_t>(type)).layout;
}

std::span<const CanonicalType> TypeRegistry::supertypes(CanonicalType type) const {
  const Entry& entry = impl_->entry(static_cast<uint32_t>(type));
  return {entry.supertypes, entry.depth + size_t{1}};
}

ValType canonical(ValType type, std::span<const CanonicalType> ids) {
  if (!type.is_ref() || type.heap().is_abstract()) return type;
  const uint32_t id = static_cast<uint32_t>(ids[raw(type.heap().index())]);
  return ValType::ref(HeapType(TypeIndex{id}), type.nullable());
}

namespace {

bool abstract_matches(AbstractHeapType sub, AbstractHeapType super) {
  if (sub == super || sub == AbstractHeapType::bottom) return true;
  switch (super) {
    case AbstractHeapType::any:
      if (sub == AbstractHeapType::eq) return true;
      [[fallthrough]];
    case AbstractHeapType::eq:
      return sub == AbstractHeapType::i31 || sub == AbstractHeapType::struct_ ||
             sub == AbstractHeapType::array || sub == AbstractHeapType::none;
    case AbstractHeapType::i31:
    case AbstractHeapType::struct_:
    case AbstractHeapType::array: return sub == AbstractHeapType::none;
    case AbstractHeapType::func: return sub == AbstractHeapType::nofunc;
    case AbstractHeapType::extern_: return sub == AbstractHeapType::noextern;
    case AbstractHeapType::exn: return sub == AbstractHeapType::noexn;
    case AbstractHeapType::none:
    case AbstractHeapType::nofunc:
    case AbstractHeapType::noextern:
    case AbstractHeapType::noexn:
    case AbstractHeapType::bottom: return false;
  }
  return false;
}

/// The abstract type right above all defined types of a kind.
AbstractHeapType abstract_kind(CompositeKind kind) {
  switch (kind) {
    case CompositeKind::func: return AbstractHeapType::func;
    case CompositeKind::struct_: return AbstractHeapType::struct_;
    case CompositeKind::array: return AbstractHeapType::array;
  }
  return AbstractHeapType::bottom;
}

CanonicalType canonical_type(HeapType type) { return CanonicalType{raw(type.index())}; }

}  // namespace

bool matches(const TypeRegistry& registry, HeapType sub, HeapType super) {
  if (sub == super) return true;
  if (sub.is_abstract() && super.is_abstract()) {
    return abstract_matches(sub.abstract(), super.abstract());
  }
  if (sub.is_index() && super.is_index()) {
    return registry.is_subtype(canonical_type(sub), canonical_type(super));
  }
  if (sub.is_index()) {
    const AbstractHeapType kind = abstract_kind(registry.definition(canonical_type(sub)).kind);
    return abstract_matches(kind, super.abstract());
  }
  if (sub.abstract() == AbstractHeapType::bottom) return true;
  const CompositeKind kind = registry.definition(canonical_type(super)).kind;
  return sub.abstract() ==
         (kind == CompositeKind::func ? AbstractHeapType::nofunc : AbstractHeapType::none);
}

bool matches(const TypeRegistry& registry, ValType sub, ValType super) {
  if (sub == super || sub.is_bottom()) return true;
  if (!sub.is_ref() || !super.is_ref()) return false;
  return (super.nullable() || !sub.nullable()) && matches(registry, sub.heap(), super.heap());
}

}  // namespace zwasm
