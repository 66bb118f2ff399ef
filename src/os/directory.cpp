#include "os/directory.hpp"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace zwasm::os {
namespace {

/// What the kernel writes for each entry (getdents64), before the name.
struct KernelEntry {
  uint64_t inode;
  int64_t offset;
  uint16_t length;
  uint8_t type;
};
constexpr size_t kernel_name_offset = 19;
static_assert(offsetof(KernelEntry, type) + 1 == kernel_name_offset);

}  // namespace

bool DirectoryReader::next(DirectoryEntry& entry) {
  if (position_ == filled_) {
    const long filled = syscall(SYS_getdents64, fd_, buffer_, sizeof(buffer_));
    error_ = filled < 0 ? errno : 0;
    if (filled <= 0) return false;
    filled_ = static_cast<size_t>(filled);
    position_ = 0;
  }
  KernelEntry read;
  memcpy(&read, buffer_ + position_, kernel_name_offset);
  entry = {read.inode, read.type, buffer_ + position_ + kernel_name_offset};
  position_ += read.length;
  return true;
}

}  // namespace zwasm::os
