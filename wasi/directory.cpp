#include "wasi/directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/directory.hpp"
#include "wasi/guest_memory.hpp"

namespace zwasm::wasi {

FileType file_type_of_mode(uint32_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG: return FileType::regular_file;
    case S_IFDIR: return FileType::directory;
    case S_IFLNK: return FileType::symbolic_link;
    case S_IFCHR: return FileType::character_device;
    case S_IFBLK: return FileType::block_device;
    case S_IFSOCK: return FileType::socket_stream;
    default: return FileType::unknown;  // a pipe: WASI has no word for it
  }
}

Errno DirectoryListing::append(int fd, uint64_t inode, uint8_t host_type, std::string_view name) {
  FileType type = file_type_of_mode(uint32_t{host_type} << 12);  // as DTTOIF does
  if (host_type == DT_UNKNOWN) {
    struct stat status;
    if (::fstatat(fd, name.data(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
      type = file_type_of_mode(status.st_mode);
    }
  }
  const size_t offset = names_.size();
  if (names_.capacity() - offset < name.size() &&
      !names_.try_reserve(names_.capacity() * 2 + 4096)) {
    return Errno::nomem;
  }
  if (entries_.size() == entries_.capacity() &&
      !entries_.try_reserve(entries_.capacity() * 2 + 64)) {
    return Errno::nomem;
  }
  names_.append({name.data(), name.size()});
  entries_.push_back({inode, offset, static_cast<uint16_t>(name.size()), type});
  return Errno::success;
}

Errno DirectoryListing::read(int fd) {
  names_.clear();
  entries_.clear();
  is_read_ = false;
  if (::lseek(fd, 0, SEEK_SET) != 0) return last_errno();
  os::DirectoryReader reader(fd);
  os::DirectoryEntry entry;
  while (reader.next(entry)) {
    ZWASM_WASI_CHECK(append(fd, entry.inode, entry.type, entry.name));
  }
  if (reader.error() != 0) return errno_from_host(reader.error());
  is_read_ = true;
  return Errno::success;
}

DirectoryListing::Entry DirectoryListing::operator[](size_t index) const {
  const Record& record = entries_[index];
  return {record.inode, record.type, {names_.data() + record.name, record.length}};
}

}  // namespace zwasm::wasi
