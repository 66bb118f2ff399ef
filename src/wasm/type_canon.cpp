#include "wasm/type_canon.hpp"

#include <array>
#include <atomic>
#include <bit>
#include <cassert>
#include <utility>

#include "base/hash.hpp"

namespace zwasm {
namespace {

struct StoredGroup;

/// A canonical type. Does not change or move while somebody holds it.
struct Entry {
  TypeDefinition definition;                  // heap types are canonical ids
  const CanonicalType* supertypes = nullptr;  // root first, the type itself last
  uint32_t depth = 0;                         // number of supertypes
  ObjectLayout layout;
  StoredGroup* group = nullptr;
};

/// A recursive group of canonical types. Lives in its own arena, like what its entries point to.
struct StoredGroup {
  uint64_t hash = 0;
  uint32_t first = 0;  // id of the first type; the others follow
  uint32_t size = 0;
  uint64_t uses = 0;   // by holders, and one by each group that refers to this one
  std::span<StoredGroup*> referred;  // without repetitions
  const void* last_referrer = nullptr;
  Arena memory;
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

void add_type(Hasher& hasher, const Group& group, ValType type) {
  if (!type.is_ref() || type.heap().is_abstract()) {
    hasher.add(type.bits());
  } else {
    hasher.add(reference_key(group, type.heap().index()) | own_bit << (type.nullable() ? 1 : 2));
  }
}

uint64_t hash_group(const Group& group, const HashSeed& seed) {
  Hasher hasher(seed);
  hasher.add(group.types.size());
  for (const TypeDefinition& type : group.types) {
    hasher.add(static_cast<uint64_t>(type.kind) | (type.is_final ? 8u : 0u) |
               (type.has_supertype ? 16u : 0u) | uint64_t{type.func.params.size()} << 8 |
               uint64_t{type.fields.size()} << 32);
    if (type.has_supertype) hasher.add(reference_key(group, type.supertype));
    for (const ValType param : type.func.params) add_type(hasher, group, param);
    for (const ValType result : type.func.results) add_type(hasher, group, result);
    for (const FieldType& field : type.fields) {
      add_type(hasher, group, field.type);
      hasher.add(static_cast<uint64_t>(field.packed) | (field.is_mutable ? 4u : 0u));
    }
  }
  return hasher.finish();
}

}  // namespace

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
  static constexpr size_t chunk_count = 21;
  // Ids are the 27 bits of a heap type's index.
  static constexpr uint32_t max_ids = ((uint32_t{1} << chunk_count) - 1) * first_chunk;
  static_assert(max_ids < uint32_t{1} << 27 && max_ids / 32 > limits::max_registered_types);
  // Ids are given out in powers of two, and those of a group that is gone to one of that size.
  static constexpr size_t size_classes = 21;
  static_assert(limits::max_recursion_group_size <= 1u << (size_classes - 1));

  Impl(Allocator& memory, uint32_t bound)
      : max_types(bound), allocator(memory), arena(memory), slots(memory), released(memory) {
    for (Vector<uint32_t>& ids : free_ids) ids = Vector<uint32_t>(memory);
  }
  ~Impl() {
    for (StoredGroup* group : slots) {
      if (group != nullptr) destroy(*group);
    }
  }

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

  /// The group, with one more use; null if there would be more than `max_count`
  /// types.
  StoredGroup* intern(const Group& group, size_t max_count);
  void release(StoredGroup& group);
  uint32_t take_ids(uint32_t size);
  bool equals(const Group& group, uint32_t stored) const;
  bool equals(const Group& group, ValType type, uint32_t stored_start, ValType stored) const;
  bool equals(const Group& group, TypeIndex index, uint32_t stored_start, TypeIndex stored) const;
  StoredGroup& append(const Group& group, uint64_t hash, uint32_t start);
  void collect_references(const Group& group, StoredGroup& stored);
  bool may_be_object(ValType type) const {
    return zwasm::may_be_object(
        type, [this](TypeIndex id) { return entry(raw(id)).definition.kind; });
  }
  ObjectLayout make_layout(const TypeDefinition& type, Arena& memory);
  void grow_slots();
  void erase_slot(const StoredGroup& group);
  static void destroy(StoredGroup& group) {
    const Arena memory = std::move(group.memory);  // frees the group too
    group.~StoredGroup();
  }
  ValType stored_type(const Group& group, uint32_t start, ValType type) const;

  const uint32_t max_types;  // of modules
  Allocator& allocator;
  std::mutex mutex;  // guards everything but reading of entries whose id is known
  Arena arena;  // of the chunks
  std::array<std::atomic<Entry*>, chunk_count> chunks{};
  uint32_t id_count = 0;  // given out so far, free ones included
  size_t type_count = 0;
  const HashSeed seed = HashSeed::make(this);
  Vector<StoredGroup*> slots;  // open addressing; the size is a power of two
  size_t group_count = 0;
  std::array<Vector<uint32_t>, size_classes> free_ids;  // by size class: first ids
  Vector<StoredGroup*> released;  // work of `release`
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

ObjectLayout TypeRegistry::Impl::make_layout(const TypeDefinition& type, Arena& memory) {
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
  std::span<uint16_t> indices = memory.make_array<uint16_t>(references);
  references = 0;
  for (size_t i = 0; i < values; ++i) {
    if (may_be_object(value_type(i))) indices[references++] = static_cast<uint16_t>(layout.slots);
    layout.slots += value_type(i).slots();
  }
  layout.reference_slots = indices;
  return layout;
}

/// Ids for a group; max_ids if there are none left.
uint32_t TypeRegistry::Impl::take_ids(uint32_t size) {
  const size_t size_class = static_cast<size_t>(std::bit_width(size - 1));
  if (Vector<uint32_t>& ids = free_ids[size_class]; !ids.empty()) {
    const uint32_t start = ids.back();
    ids.pop_back();
    return start;
  }
  const uint32_t taken = uint32_t{1} << size_class;
  if (taken > max_ids - id_count) return max_ids;
  const uint32_t start = id_count;
  for (size_t chunk = chunk_of(start); chunk <= chunk_of(start + taken - 1); ++chunk) {
    if (chunks[chunk].load(std::memory_order_relaxed) != nullptr) continue;
    const size_t entries = size_t{first_chunk} << chunk;
    chunks[chunk].store(arena.make_array<Entry>(entries).data(), std::memory_order_release);
  }
  id_count += taken;
  return start;
}

/// Notes the other groups that a group refers to, and holds them.
void TypeRegistry::Impl::collect_references(const Group& group, StoredGroup& stored) {
  const auto for_each = [&](auto visit) {
    const auto visit_index = [&](TypeIndex index) {
      if (!group.is_own(index)) visit(*entry(group.id(index)).group);
    };
    const auto visit_type = [&](ValType type) {
      if (type.is_ref() && type.heap().is_index()) visit_index(type.heap().index());
    };
    for (const TypeDefinition& type : group.types) {
      if (type.has_supertype) visit_index(type.supertype);
      for (const ValType param : type.func.params) visit_type(param);
      for (const ValType result : type.func.results) visit_type(result);
      for (const FieldType& field : type.fields) visit_type(field.type);
    }
  };
  size_t count = 0;
  for_each([&](StoredGroup& other) {
    if (other.last_referrer != &stored) ++count;
    other.last_referrer = &stored;
  });
  stored.referred = stored.memory.make_array<StoredGroup*>(count);
  for_each([&](StoredGroup& other) {
    if (other.last_referrer != &stored) return;
    other.last_referrer = nullptr;
    ++other.uses;
    stored.referred[--count] = &other;
  });
}

StoredGroup& TypeRegistry::Impl::append(const Group& group, uint64_t hash, uint32_t start) {
  const uint32_t size = static_cast<uint32_t>(group.types.size());
  // One chunk for almost every group.
  size_t bytes = 2 * sizeof(StoredGroup);
  for (const TypeDefinition& type : group.types) {
    bytes += 32 + type.func.params.size_bytes() * 2 + type.func.results.size_bytes() +
             type.fields.size_bytes() * 2;
  }
  Arena memory(allocator, bytes);
  auto& stored =
      *new (memory.allocate_or_exit(sizeof(StoredGroup), alignof(StoredGroup))) StoredGroup;
  stored.hash = hash;
  stored.first = start;
  stored.size = size;
  stored.memory = std::move(memory);
  collect_references(group, stored);
  const auto store = [&](std::span<const ValType> types) {
    std::span<ValType> copy = stored.memory.make_array<ValType>(types.size());
    for (size_t i = 0; i < types.size(); ++i) copy[i] = stored_type(group, start, types[i]);
    return copy;
  };
  for (uint32_t i = 0; i < size; ++i) {
    const TypeDefinition& type = group.types[i];
    Entry& added = entry(start + i);
    added.group = &stored;
    added.definition = type;
    added.definition.group_start = start;
    added.definition.group_size = size;
    added.definition.func = {store(type.func.params), store(type.func.results)};
    added.definition.slots = 0;
    added.definition.is_defaultable = true;
    std::span<FieldType> fields = stored.memory.make_array<FieldType>(type.fields.size());
    for (size_t k = 0; k < fields.size(); ++k) {
      fields[k] = type.fields[k];
      fields[k].type = stored_type(group, start, type.fields[k].type);
      if (type.kind == CompositeKind::struct_) added.definition.place(fields[k]);
    }
    added.definition.fields = fields;

    std::span<const CanonicalType> inherited;
    if (type.has_supertype) {
      const bool own = group.is_own(type.supertype);
      const uint32_t super =
          own ? raw(type.supertype) - group.start + start : group.id(type.supertype);
      assert(!own || super < start + i);
      added.definition.supertype = TypeIndex{super};
      inherited = {entry(super).supertypes, entry(super).depth + size_t{1}};
    }
    std::span<CanonicalType> supertypes =
        stored.memory.make_array<CanonicalType>(inherited.size() + 1);
    for (size_t k = 0; k < inherited.size(); ++k) supertypes[k] = inherited[k];
    supertypes.back() = CanonicalType{start + i};
    added.supertypes = supertypes.data();
    added.depth = static_cast<uint32_t>(inherited.size());
  }
  // A field may refer to a later type of the group.
  for (uint32_t i = start; i < start + size; ++i) {
    entry(i).layout = make_layout(entry(i).definition, stored.memory);
  }
  type_count += size;
  return stored;
}

void TypeRegistry::Impl::grow_slots() {
  Vector<StoredGroup*> old = std::move(slots);
  slots = Vector<StoredGroup*>(allocator);
  slots.resize(old.empty() ? 64 : old.size() * 2);
  const size_t mask = slots.size() - 1;
  for (StoredGroup* group : old) {
    if (group == nullptr) continue;
    size_t i = group->hash & mask;
    while (slots[i] != nullptr) i = (i + 1) & mask;
    slots[i] = group;
  }
}

/// Those behind move up, unless that would be in front of where their search begins.
void TypeRegistry::Impl::erase_slot(const StoredGroup& group) {
  const size_t mask = slots.size() - 1;
  size_t hole = group.hash & mask;
  while (slots[hole] != &group) hole = (hole + 1) & mask;
  for (size_t i = (hole + 1) & mask; slots[i] != nullptr; i = (i + 1) & mask) {
    const size_t distance = (i - (slots[i]->hash & mask)) & mask;
    if (distance < ((i - hole) & mask)) continue;
    slots[hole] = slots[i];
    hole = i;
  }
  slots[hole] = nullptr;
}

StoredGroup* TypeRegistry::Impl::intern(const Group& group, size_t max_count) {
  if ((group_count + 1) * 2 > slots.size()) grow_slots();
  const uint64_t hash = hash_group(group, seed);
  const size_t mask = slots.size() - 1;
  size_t i = hash & mask;
  for (; slots[i] != nullptr; i = (i + 1) & mask) {
    if (slots[i]->hash == hash && equals(group, slots[i]->first)) {
      ++slots[i]->uses;
      return slots[i];
    }
  }
  const auto size = static_cast<uint32_t>(group.types.size());
  if (size > max_count || type_count > max_count - size) return nullptr;
  const uint32_t start = take_ids(size);
  if (start == max_ids) return nullptr;
  slots[i] = &append(group, hash, start);
  slots[i]->uses = 1;
  ++group_count;
  return slots[i];
}

void TypeRegistry::Impl::release(StoredGroup& group) {
  released.push_back(&group);
  while (!released.empty()) {
    StoredGroup& unused = *released.back();
    released.pop_back();
    if (--unused.uses != 0) continue;
    erase_slot(unused);
    --group_count;
    type_count -= unused.size;
    free_ids[static_cast<size_t>(std::bit_width(unused.size - 1))].push_back(unused.first);
    for (StoredGroup* other : unused.referred) released.push_back(other);
    destroy(unused);
  }
}

TypeRegistry::TypeRegistry(Allocator& allocator, uint32_t max_types)
    : impl_(new (allocator.allocate_or_exit(sizeof(Impl), alignof(Impl)))
                Impl(allocator, max_types)) {}

TypeRegistry::~TypeRegistry() {
  Allocator& allocator = impl_->allocator;
  impl_->~Impl();
  allocator.deallocate(impl_, sizeof(Impl), alignof(Impl));
}

Status TypeRegistry::add(std::span<const TypeDefinition> types, std::span<CanonicalType> ids) {
  assert(types.size() == ids.size());
  const std::lock_guard lock(impl_->mutex);
  for (size_t start = 0; start < types.size();) {
    const size_t size = types[start].group_size;
    const StoredGroup* group =
        impl_->intern({types.subspan(start, size), static_cast<uint32_t>(start), ids},
                      impl_->max_types);
    if (group == nullptr) {
      for (size_t i = 0; i < start; i += types[i].group_size) {
        impl_->release(*impl_->entry(static_cast<uint32_t>(ids[i])).group);
      }
      for (CanonicalType& id : ids) id = no_canonical_type;
      return make_error(ErrorKind::host, Error::no_offset,
                        "too many types: the modules of an engine use at most %u together",
                        unsigned{impl_->max_types});
    }
    for (size_t i = 0; i < size; ++i) {
      ids[start + i] = CanonicalType{group->first + static_cast<uint32_t>(i)};
    }
    start += size;
  }
  return {};
}

void TypeRegistry::release(std::span<const TypeDefinition> types,
                           std::span<const CanonicalType> ids) {
  if (types.empty() || ids[0] == no_canonical_type) return;
  const std::lock_guard lock(impl_->mutex);
  for (size_t start = 0; start < types.size(); start += types[start].group_size) {
    impl_->release(*impl_->entry(static_cast<uint32_t>(ids[start])).group);
  }
}

CanonicalType TypeRegistry::add_func(const FuncType& type) {
  TypeDefinition definition;
  definition.func = type;
  const std::lock_guard lock(impl_->mutex);
  // The group's own index lies above every id, so that no id is taken for a reference to itself.
  const StoredGroup* group = impl_->intern({{&definition, 1}, ~uint32_t{0}, {}}, Impl::max_ids);
  if (group == nullptr) Allocator::exit_out_of_memory(sizeof(Entry));
  return CanonicalType{group->first};
}

void TypeRegistry::hold(CanonicalType type) {
  const std::lock_guard lock(impl_->mutex);
  ++impl_->entry(static_cast<uint32_t>(type)).group->uses;
}

void TypeRegistry::release(CanonicalType type) {
  const std::lock_guard lock(impl_->mutex);
  impl_->release(*impl_->entry(static_cast<uint32_t>(type)).group);
}

size_t TypeRegistry::size() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->type_count;
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
