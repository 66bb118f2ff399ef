// Reading a directory without memory of the heap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace zwasm::os {

struct DirectoryEntry {
  uint64_t inode;
  uint8_t type;           ///< DT_REG and so on of <dirent.h>; DT_UNKNOWN on some file systems
  std::string_view name;  ///< NUL-terminated; valid until the next one is read
};

/// Goes through a directory, "." and ".." included, in the order the file system gives.
class DirectoryReader {
 public:
  /// From the offset of `fd`, which stays the caller's and is moved.
  explicit DirectoryReader(int fd) : fd_(fd) {}

  /// False at the end, and when the directory cannot be read.
  bool next(DirectoryEntry& entry);
  /// After `next` was false: why, as an errno; 0 at the end.
  int error() const { return error_; }

 private:
  int fd_;
  int error_ = 0;
  size_t position_ = 0;
  size_t filled_ = 0;
  alignas(8) char buffer_[8192];
};

}  // namespace zwasm::os
