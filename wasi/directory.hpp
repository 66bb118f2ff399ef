// A listing of a directory at one moment.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/vector.hpp"
#include "wasi/types.hpp"

namespace zwasm::wasi {

/// The entries of a directory, "." and ".." included, in the order the file system gave. Positions
/// stay what they are while the directory changes.
class DirectoryListing {
 public:
  struct Entry {
    uint64_t inode;
    FileType type;
    std::string_view name;  ///< valid until the next read
  };

  explicit DirectoryListing(Allocator& allocator = system_allocator())
      : names_(allocator), entries_(allocator) {}

  /// Reads all of the directory open as `fd`, replacing what was there before. Moves the
  /// descriptor's offset.
  Errno read(int fd);

  bool is_read() const { return is_read_; }
  size_t size() const { return entries_.size(); }
  Entry operator[](size_t index) const;

 private:
  struct Record {
    uint64_t inode;
    size_t name;
    uint16_t length;
    FileType type;
  };
  Errno append(int fd, uint64_t inode, uint8_t host_type, std::string_view name);

  Vector<char> names_;
  Vector<Record> entries_;
  bool is_read_ = false;
};

/// The type of a file whose stat mode is known. Sockets are streams unless asked for their type.
FileType file_type_of_mode(uint32_t mode);

}  // namespace zwasm::wasi
