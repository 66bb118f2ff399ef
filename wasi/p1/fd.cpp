// Functions over open descriptors that move no data.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iterator>
#include <mutex>

#include "os/path.hpp"
#include "wasi/p1/handlers.hpp"
#include "wasi/p1/layout.hpp"

namespace zwasm::wasi::p1 {
namespace {

constexpr uint64_t max_offset = INT64_MAX;

Errno result_of(int returned) { return returned == 0 ? Errno::success : last_errno(); }

/// The descriptor, if it may be changed and is a host's.
Errno find_writable(Call& call, Fd fd, Rights needed, Ref<Descriptor>& descriptor) {
  ZWASM_WASI_CHECK(call.host.find(fd, needed, descriptor));
  if (descriptor->is_stream()) return Errno::inval;
  return descriptor->is_read_only ? Errno::rofs : Errno::success;
}

}  // namespace

Errno fd_advise(Call& call, Fd fd, uint64_t offset, uint64_t len, uint32_t advice) {
  constexpr int advices[] = {POSIX_FADV_NORMAL,   POSIX_FADV_SEQUENTIAL, POSIX_FADV_RANDOM,
                             POSIX_FADV_WILLNEED, POSIX_FADV_DONTNEED,   POSIX_FADV_NOREUSE};
  Ref<Descriptor> descriptor;
  ZWASM_WASI_CHECK(call.host.find(fd, 0, descriptor));
  if (descriptor->is_stream()) return Errno::spipe;
  if ((descriptor->base & rights::fd_advise) == 0) {
    return descriptor->can_block() ? Errno::spipe : Errno::notcapable;
  }
  if (advice >= std::size(advices) || offset > max_offset || len > max_offset) return Errno::inval;
  return errno_from_host(::posix_fadvise(descriptor->fd(), static_cast<off_t>(offset),
                                         static_cast<off_t>(len), advices[advice]));
}

Errno fd_allocate(Call& call, Fd fd, uint64_t offset, uint64_t len) {
  Ref<Descriptor> descriptor;
  ZWASM_WASI_CHECK(find_writable(call, fd, rights::fd_allocate, descriptor));
  if (offset > max_offset || len > max_offset) return Errno::inval;
  return result_of(os::allocate(descriptor->fd(), offset, len));
}

Errno fd_close(Call& call, Fd fd) { return call.host.close(fd); }

Errno fd_datasync(Call& call, Fd fd) {
  Ref<Descriptor> descriptor;
  ZWASM_WASI_CHECK(call.host.find(fd, rights::fd_datasync, descriptor));
  return descriptor->is_stream() ? Errno::inval : result_of(::fdatasync(descriptor->fd()));
}

Errno fd_sync(Call& call, Fd fd) {
  Ref<Descriptor> descriptor;
  ZWASM_WASI_CHECK(call.host.find(fd, rights::fd_sync, descriptor));
  return descriptor->is_stream() ? Errno::inval : result_of(::fsync(descriptor->fd()));
}

Errno fd_fdstat_get(Call& call, Fd fd, Pointer result) {
  Ref<Descriptor> descriptor;
  ZWASM_WASI_CHECK(call.host.find(fd, 0, descriptor));
  Fdstat status;
  status.filetype = static_cast<uint8_t>(descriptor->type.load());
  status.flags = descriptor->flags;
  status.rights_base = descriptor->base;
  status.rights_inheriting = descriptor->inheriting;
  return call.memory.store(result, status);
}

Errno fd_fdstat_set_flags(Call& call, Fd fd, uint32_t flags) {
  Ref<Descriptor> descriptor;
  ZWASM_WASI_CHECK(call.host.find(fd, rights::fd_fdstat_set_flags, descriptor));
  if ((flags & ~uint32_t{fdflags::all}) != 0) return Errno::inval;
  const uint32_t changed = flags ^ descriptor->flags;
  // The kernel takes these only when a file is opened.
  if ((changed & (fdflags::dsync | fdflags::rsync | fdflags::sync)) != 0) return Errno::inval;
  if (descriptor->is_stream() || descriptor->is_borrowed()) {
    // Host::await makes a borrowed descriptor non-blocking for the guest alone.
    if ((changed & fdflags::append) != 0) return Errno::notsup;
  } else if (changed != 0) {
    const int current = ::fcntl(descriptor->fd(), F_GETFL);
    if (current < 0) return last_errno();
    int wanted = current & ~(O_APPEND | O_NONBLOCK);
    if ((flags & fdflags::append) != 0) wanted |= O_APPEND;
    if ((flags & fdflags::nonblock) != 0) wanted |= O_NONBLOCK;
    if (::fcntl(descriptor->fd(), F_SETFL, wanted) != 0) return last_errno();
  }
  descriptor->flags = static_cast<uint16_t>(flags);
  return Errno::success;
}

Errno fd_fdstat_set_rights(Call& call, Fd fd, uint64_t base, uint64_t inheriting) {
  Ref<Descriptor> descriptor;
  ZWASM_WASI_CHECK(call.host.find(fd, 0, descriptor));
  if ((base & ~descriptor->base) != 0 || (inheriting & ~descriptor->inheriting) != 0) {
    return Errno::notcapable;
  }
  descriptor->base = base;
  descriptor->inheriting = inheriting;
  return Errno::success;
}

Errno fd_filestat_get(Call& call, Fd fd, Pointer result) {
  Ref<Descriptor> descriptor;
  ZWASM_WASI_CHECK(call.host.find(fd, rights::fd_filestat_get, descriptor));
  struct stat status = {};
  if (!descriptor->is_stream() && ::fstat(descriptor->fd(), &status) != 0) return last_errno();
  return store_filestat(call.memory, call.abi, result, status, descriptor->type);
}

Errno fd_filestat_set_size(Call& call, Fd fd, uint64_t size) {
  Ref<Descriptor> descriptor;
  ZWASM_WASI_CHECK(find_writable(call, fd, rights::fd_filestat_set_size, descriptor));
  if (size > max_offset) return Errno::inval;
  return result_of(::ftruncate(descriptor->fd(), static_cast<off_t>(size)));
}

Errno fd_filestat_set_times(Call& call, Fd fd, uint64_t atim, uint64_t mtim, uint32_t flags) {
  Ref<Descriptor> descriptor;
  timespec times[2];
  ZWASM_WASI_CHECK(make_times(atim, mtim, flags, times));
  ZWASM_WASI_CHECK(find_writable(call, fd, rights::fd_filestat_set_times, descriptor));
  return result_of(::futimens(descriptor->fd(), times));
}

Errno fd_prestat_get(Call& call, Fd fd, Pointer result) {
  Ref<Descriptor> descriptor;
  ZWASM_WASI_CHECK(call.host.find_undescribed(fd, 0, descriptor));
  if (!descriptor->is_preopen) return Errno::badf;
  return call.memory.store(result,
                           Prestat{0, static_cast<uint32_t>(descriptor->guest_path.size())});
}

Errno fd_prestat_dir_name(Call& call, Fd fd, Pointer path, Size path_len) {
  Ref<Descriptor> descriptor;
  ZWASM_WASI_CHECK(call.host.find_undescribed(fd, 0, descriptor));
  if (!descriptor->is_preopen) return Errno::badf;
  const std::string_view name = descriptor->guest_path;
  if (path_len < name.size()) return Errno::nametoolong;
  return call.memory.store_bytes(path,
                                 {reinterpret_cast<const uint8_t*>(name.data()), name.size()});
}

Errno fd_readdir(Call& call, Fd fd, Pointer buf, Size buf_len, uint64_t cookie, Pointer bufused) {
  Ref<Descriptor> descriptor;
  ZWASM_WASI_CHECK(call.host.find(fd, rights::fd_readdir, descriptor));
  uint8_t* out = call.memory.at(buf, buf_len);
  if (out == nullptr && buf_len != 0) return Errno::out_of_bounds;
  if (!call.memory.contains(bufused, sizeof(Size))) return Errno::out_of_bounds;
  const std::lock_guard lock(descriptor->listing_mutex);
  DirectoryListing& listing = descriptor->listing;
  if (cookie == 0 || !listing.is_read()) {
    listing = DirectoryListing(call.host.allocator());
    ZWASM_WASI_CHECK(listing.read(descriptor->fd()));
  }
  Size used = 0;
  // A record that does not fit is cut: a full buffer means that there is more.
  const auto put = [&](const void* data, size_t size) {
    const Size count = size < buf_len - used ? static_cast<Size>(size) : buf_len - used;
    if (count != 0) std::memcpy(out + used, data, count);
    used += count;
  };
  for (uint64_t index = cookie; index < listing.size() && used < buf_len; ++index) {
    const DirectoryListing::Entry entry = listing[static_cast<size_t>(index)];
    Dirent record;
    record.next = index + 1;
    record.ino = entry.inode;
    record.namlen = static_cast<uint32_t>(entry.name.size());
    record.type = static_cast<uint8_t>(entry.type);
    put(&record, sizeof(record));
    put(entry.name.data(), entry.name.size());
  }
  return call.memory.store(bufused, used);
}

Errno fd_renumber(Call& call, Fd fd, Fd to) { return call.host.renumber(fd, to); }

Errno fd_seek(Call& call, Fd fd, uint64_t offset, uint32_t whence, Pointer result) {
  constexpr int preview1[] = {SEEK_SET, SEEK_CUR, SEEK_END};
  constexpr int unstable[] = {SEEK_CUR, SEEK_END, SEEK_SET};
  if (whence > 2) return Errno::inval;
  const int host_whence = call.abi == Abi::preview1 ? preview1[whence] : unstable[whence];
  // Asking where one is needs only the weaker right.
  const bool tells = offset == 0 && host_whence == SEEK_CUR;
  Ref<Descriptor> descriptor;
  ZWASM_WASI_CHECK(call.host.find(fd, tells ? rights::fd_tell : rights::fd_seek, descriptor));
  const off_t position = ::lseek(descriptor->fd(), static_cast<off_t>(offset), host_whence);
  if (position < 0) return last_errno();
  return call.memory.store(result, static_cast<uint64_t>(position));
}

Errno fd_tell(Call& call, Fd fd, Pointer result) {
  Ref<Descriptor> descriptor;
  ZWASM_WASI_CHECK(call.host.find(fd, rights::fd_tell, descriptor));
  const off_t position = ::lseek(descriptor->fd(), 0, SEEK_CUR);
  if (position < 0) return last_errno();
  return call.memory.store(result, static_cast<uint64_t>(position));
}

}  // namespace zwasm::wasi::p1
