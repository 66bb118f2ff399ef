// Reading whole files into private memory.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "os/virtual_memory.hpp"

namespace zwasm::os {

/// Bytes in a mapping of their own.
class OwnedBytes {
 public:
  OwnedBytes() = default;
  OwnedBytes(Mapping mapping, size_t size) : mapping_(std::move(mapping)), size_(size) {}

  /// A copy; fails with ErrorKind::host when there is no memory.
  static Result<OwnedBytes> copy(std::span<const uint8_t> bytes);

  std::span<const uint8_t> bytes() const { return {mapping_.base(), size_}; }
  std::span<uint8_t> writable_bytes() { return {mapping_.base(), size_}; }

 private:
  Mapping mapping_;
  size_t size_ = 0;
};

/// The contents of a file, pipe or device, read once; `path` "-" is standard input. Fails with
/// ErrorKind::host, also when there are more than `max_bytes`; the message does not repeat `path`.
Result<OwnedBytes> read_file(const char* path, size_t max_bytes);

}  // namespace zwasm::os
