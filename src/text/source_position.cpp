#include "text/source_position.hpp"

#include "binary/module_decoder.hpp"
#include "text/lexer.hpp"
#include "text/module_parser.hpp"

namespace zwasm {
namespace {

/// Looks for the last part of a module that begins at or before an offset of the binary. The
/// decoded module and the parsed one have the same parts in the same order.
class PositionFinder {
 public:
  PositionFinder(uint64_t offset, const text::SourceTrace& trace)
      : offset_(offset), trace_(trace) {}

  void search(const Module& decoded, const Module& parsed) {
    each(decoded.types, parsed.types,
         [&](const TypeDefinition& item, const TypeDefinition& source) {
           consider(item.offset, source.offset);
         });
    each(decoded.imports, parsed.imports, [&](const Import& item, const Import& source) {
      consider(item.offset, source.offset);
    });
    each(decoded.memories, parsed.memories, [&](const MemoryType& item, const MemoryType& source) {
      consider(item.offset, source.offset);
    });
    each(decoded.tags, parsed.tags, [&](const TagType& item, const TagType& source) {
      consider(item.offset, source.offset);
    });
    each(decoded.tables, parsed.tables, [&](const Table& item, const Table& source) {
      consider(item.offset, source.offset);
      if (item.has_init) consider(item.init, source.init);
    });
    each(decoded.globals, parsed.globals, [&](const Global& item, const Global& source) {
      consider(item.init, source.init);
    });
    each(decoded.exports, parsed.exports, [&](const Export& item, const Export& source) {
      consider(item.offset, source.offset);
    });
    if (decoded.has_start) consider(decoded.start_offset, parsed.start_offset);
    each(decoded.elems, parsed.elems, [&](const ElemSegment& item, const ElemSegment& source) {
      consider(item.position, source.position);
      if (item.mode == SegmentMode::active) consider(item.offset, source.offset);
      each(item.expressions, source.expressions,
           [&](const Expression& element, const Expression& element_source) {
             consider(element, element_source);
           });
    });
    each(decoded.codes, parsed.codes, [&](const Code& item, const Code& source) {
      consider(item.entry_offset, source.entry_offset);
      consider(item.body, source.body);
    });
    each(decoded.datas, parsed.datas, [&](const DataSegment& item, const DataSegment& source) {
      consider(item.position, source.position);
      if (item.mode == SegmentMode::active) consider(item.offset, source.offset);
    });
  }

  bool found() const { return found_; }
  uint32_t source_offset() const { return source_offset_; }

 private:
  template <class Items, class Visit>
  static void each(const Items& items, const Items& sources, Visit visit) {
    if (items.size() != sources.size()) return;
    for (size_t i = 0; i < items.size(); ++i) visit(items[i], sources[i]);
  }

  void consider(uint64_t offset, uint32_t source_offset) {
    if (offset > offset_ || (found_ && offset < best_)) return;
    found_ = true;
    best_ = offset;
    source_offset_ = source_offset;
  }

  void consider(const Expression& expression, const Expression& source) {
    const auto marks = trace_.marks.span();
    if (expression.offset == 0 || expression.offset > offset_ || source.offset >= marks.size()) {
      return;
    }
    const uint64_t within = offset_ - expression.offset;
    size_t mark = source.offset;
    while (mark + 1 < marks.size() && marks[mark + 1].code_offset > marks[mark].code_offset &&
           marks[mark + 1].code_offset <= within) {
      ++mark;
    }
    consider(uint64_t{expression.offset} + marks[mark].code_offset, marks[mark].source_offset);
  }

  const uint64_t offset_;
  const text::SourceTrace& trace_;
  bool found_ = false;
  uint64_t best_ = 0;
  uint32_t source_offset_ = 0;
};

}  // namespace

Error at_source(Error error, std::string_view source, const Features& features,
                std::span<const uint8_t> binary) {
  if (error.offset == Error::no_offset || error.line != 0) return error;
  // What a feature that is off made the decoder refuse is to be found, too.
  Features all;
  for (size_t i = 0; i < feature_count; ++i) all.set(static_cast<Feature>(i), true);
  const Result<Module> decoded = decode_module(binary, all);
  if (!decoded.ok()) return error;
  Allocator& allocator = system_allocator();
  const Result<text::TokenList> tokens = text::tokenize(source, allocator);
  if (!tokens.ok()) return error;
  text::SourceTrace trace;
  text::ModuleParser parser(tokens.value(), features, allocator, &trace);
  if (!parser.run().ok()) return error;
  PositionFinder finder(error.offset, trace);
  finder.search(decoded.value(), parser.module());
  if (!finder.found()) return error;
  const Error position = text::error_at(source, finder.source_offset(), "%s", "");
  error.line = position.line;
  error.column = position.column;
  return error;
}

}  // namespace zwasm
