// What a binary declares: the decoder's output, the validator's and the runtime's input
// (specification, Structure: Modules).
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/allocator.hpp"
#include "base/byte_span.hpp"
#include "wasm/types.hpp"

namespace zwasm {

/// An instruction sequence ending in `end`, as bytes of the module.
struct Expression {
  ByteSpan bytes;       ///< including the final `end`
  uint32_t offset = 0;  ///< of the first byte, in the module
};

/// What an expression is that consists of one i32.const or i64.const, as almost every offset of a
/// segment does.
struct IntegerConstant {
  ValType type;
  uint64_t bits = 0;  ///< as in a slot: an i32 is zero-extended
};
/// False if the expression is another one, or malformed.
[[nodiscard]] bool read_integer_constant(const Expression& expression, IntegerConstant& constant);

/// What the module needs from others. Its type is in the index space of its kind.
struct Import {
  std::string_view module;  ///< valid UTF-8, like every name
  std::string_view name;
  ExternKind kind = ExternKind::func;
  uint32_t index = 0;   ///< in the index space of its kind
  uint32_t offset = 0;  ///< of the import in the module
};

/// What the module offers. Names are unique in a valid module.
struct Export {
  std::string_view name;
  ExternKind kind = ExternKind::func;
  uint32_t index = 0;   ///< in the index space of its kind
  uint32_t offset = 0;  ///< of the export in the module
};

/// A function of the index space, imported or defined.
struct Func {
  TypeIndex type{0};
};

/// A table, imported or defined.
struct Table {
  TableType type;
  uint32_t offset = 0;  ///< of the definition in the module
  bool has_init = false;
  Expression init;  ///< initial element, if has_init
};

/// A global variable, imported or defined.
struct Global {
  GlobalType type;
  Expression init;  ///< empty for imports
};

/// A run of locals of one type, as the binary declares them.
struct LocalRun {
  uint32_t count = 0;
  ValType type;
};

/// The body of a function that is not imported.
struct Code {
  Expression body;                   ///< the instructions, after the locals
  std::span<const LocalRun> locals;  ///< without parameters
  uint32_t entry_offset = 0;         ///< of the code entry (its size field) in the module
  uint32_t local_count = 0;          ///< sum of the runs
};

/// When a segment is used: at instantiation, by instructions, or only to declare functions that
/// `ref.func` may name.
enum class SegmentMode : uint8_t { active, passive, declarative };

/// An element segment: references that initialize a table, or that instructions copy from.
struct ElemSegment {
  SegmentMode mode = SegmentMode::passive;
  TableIndex table{0};  ///< if active
  Expression offset;  ///< if active
  ValType type = valtype::funcref;
  /// Elements are function indices or expressions; exactly one of the two is used.
  bool uses_expressions = false;
  std::span<const FuncIndex> functions;
  std::span<const Expression> expressions;
  uint32_t position = 0;  ///< byte offset of the segment
  /// Form in the binary format, so that encoding gives the same bytes back: 0-7.
  uint8_t flags = 0;
  size_t size() const { return uses_expressions ? expressions.size() : functions.size(); }
};

/// A data segment: bytes that initialize a memory, or that instructions copy from.
struct DataSegment {
  SegmentMode mode = SegmentMode::passive;
  uint8_t flags = 0;      ///< form in the binary format, so that encoding gives the same bytes: 0-2
  MemoryIndex memory{0};  ///< if active
  Expression offset;      ///< if active
  ByteSpan bytes;         ///< the contents
  uint32_t position = 0;  ///< byte offset of the segment in the module
};

/// The data segments of a module, in order. Some compilers make tens of thousands of them, so the
/// decoder stores only where each one is: what it says is read from the binary again on access.
class DataSegments {
 public:
  /// A segment in a binary that has been decoded without error.
  struct Place {
    uint32_t position = 0;       ///< of the segment
    uint32_t size_position = 0;  ///< of the number of its bytes, which the bytes follow
  };

  class Iterator {
   public:
    using value_type = DataSegment;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Iterator(const DataSegments* segments, size_t index) : segments_(segments), index_(index) {}
    DataSegment operator*() const { return (*segments_)[index_]; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    Iterator operator++(int) { return {segments_, index_++}; }
    bool operator==(const Iterator& other) const { return index_ == other.index_; }

   private:
    const DataSegments* segments_ = nullptr;
    size_t index_ = 0;
  };

  DataSegments() = default;
  /// From whatever converts to a span of segments, which must live as long as this.
  template <class List>
    requires std::convertible_to<const List&, std::span<const DataSegment>>
  DataSegments(const List& list)
      : list_(std::span<const DataSegment>(list).data()), size_(list.size()) {}
  DataSegments(std::span<const uint8_t> binary, std::span<const Place> places)
      : binary_(binary), places_(places.data()), size_(places.size()) {}

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  DataSegment operator[](size_t index) const;
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size_}; }

 private:
  std::span<const uint8_t> binary_;
  const Place* places_ = nullptr;  ///< null if there is a list
  const DataSegment* list_ = nullptr;
  size_t size_ = 0;
};

/// A custom section, kept as bytes.
struct CustomSection {
  std::string_view name;
  std::span<const uint8_t> bytes;
  uint8_t after_section = 0;  ///< id of the last non-custom section before it; 0 at the start
  uint32_t offset = 0;
};

/// A module as declared. All spans and views point into `bytes` or into `arena`; both live as long
/// as the module. Immutable once decoded, so it can be read from any thread.
struct Module {
  explicit Module(Allocator& allocator = system_allocator()) : arena(allocator, 8192) {}
  Module(Module&&) = default;
  Module& operator=(Module&&) = default;

  Arena arena;
  std::span<const uint8_t> bytes;  ///< the whole binary; owned by whoever owns the module

  std::span<const TypeDefinition> types;
  std::span<const Import> imports;
  std::span<const Func> functions;  ///< imported ones first, as in every index space below
  std::span<const Table> tables;
  std::span<const MemoryType> memories;
  std::span<const Global> globals;
  std::span<const TagType> tags;
  std::span<const Export> exports;
  std::span<const Code> codes;  ///< of functions[imported_functions + i]
  std::span<const ElemSegment> elems;
  DataSegments datas;
  std::span<const CustomSection> customs;

  uint32_t imported_functions = 0;
  uint32_t imported_tables = 0;
  uint32_t imported_memories = 0;
  uint32_t imported_globals = 0;
  uint32_t imported_tags = 0;

  bool has_start = false;
  FuncIndex start{0};
  uint32_t start_offset = 0;
  bool has_data_count = false;
  uint32_t data_count = 0;
  uint32_t code_section_offset = 0;

  const FuncType& func_type(FuncIndex index) const {
    return types[raw(functions[raw(index)].type)].func;
  }
  bool is_imported(FuncIndex index) const { return raw(index) < imported_functions; }
  const Code& code(FuncIndex index) const { return codes[raw(index) - imported_functions]; }
};

}  // namespace zwasm
