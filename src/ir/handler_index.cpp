#include "ir/handler_index.hpp"

#include <algorithm>

#include "base/vector.hpp"

namespace zwasm {
namespace {

/// A copy of `elements`; null when there is no memory.
template <class T>
const T* copy_to(Arena& arena, std::span<const T> elements) {
  auto* const copy = static_cast<T*>(arena.allocate(elements.size_bytes(), alignof(T)));
  if (copy != nullptr) std::ranges::copy(elements, copy);
  return copy;
}

}  // namespace

bool HandlerIndex::make(std::span<const ExceptionHandler> handlers, Arena& arena,
                        Allocator& scratch) {
  Vector<uint32_t> order(scratch), open(scratch), links(scratch);
  Vector<Segment> segments(scratch);
  const size_t count = handlers.size();
  if (!order.try_reserve(count) || !open.try_reserve(count) || !links.try_reserve(count) ||
      !segments.try_reserve(2 * count + 1)) {
    return false;
  }
  for (uint32_t i = 0; i < count; ++i) {
    links.push_back(none);
    if (handlers[i].start != handlers[i].end) order.push_back(i);
  }
  // Where several begin, the outer ones come first: the table lists them from the inside out.
  std::ranges::sort(order, [&](uint32_t a, uint32_t b) {
    return handlers[a].start != handlers[b].start ? handlers[a].start < handlers[b].start : a > b;
  });
  const auto begin_segment = [&](uint32_t start) {
    const uint32_t innermost = open.empty() ? none : open.back();
    if (!segments.empty() && segments.back().start == start) {
      segments.back().handler = innermost;
    } else {
      segments.push_back({start, innermost});
    }
  };
  const auto close = [&](uint32_t end) {
    while (!open.empty() && handlers[open.back()].end <= end) {
      const uint32_t closed = handlers[open.back()].end;
      open.pop_back();
      begin_segment(closed);
    }
  };
  for (const uint32_t number : order) {
    const ExceptionHandler& handler = handlers[number];
    close(handler.start);
    if (handler.tag == ExceptionHandler::delegated) {
      // The numbers of those that are open descend.
      const auto passed = std::ranges::partition_point(
          open, [&](uint32_t outer) { return outer >= handler.landing; });
      if (passed != open.begin()) links[number] = *(passed - 1);
    } else if (!open.empty()) {
      links[number] = open.back();
    }
    open.push_back(number);
    begin_segment(handler.start);
  }
  close(none);

  const ExceptionHandler* const kept_handlers = copy_to(arena, handlers);
  const Segment* const kept_segments = copy_to(arena, std::span<const Segment>(segments));
  next_ = copy_to(arena, std::span<const uint32_t>(links));
  if (kept_handlers == nullptr || kept_segments == nullptr || next_ == nullptr) return false;
  handlers_ = {kept_handlers, count};
  segments_ = {kept_segments, segments.size()};
  return true;
}

uint32_t HandlerIndex::first(uint32_t cell) const {
  const auto behind =
      std::ranges::upper_bound(segments_, cell, {}, &Segment::start);
  return behind == segments_.begin() ? none : (behind - 1)->handler;
}

}  // namespace zwasm
