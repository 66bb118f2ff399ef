// Functions over paths. Nothing here gives the kernel a guest's path to resolve: PathResolver does
// that, and the system calls get a parent directory and one name that they do not follow.
#include "wasi/path.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "os/path.hpp"
#include "wasi/p1/handlers.hpp"
#include "wasi/p1/layout.hpp"
#include "wasi/poll.hpp"

namespace zwasm::wasi::p1 {
namespace {

Errno result_of(int returned) { return returned == 0 ? Errno::success : last_errno(); }

/// A path of the guest, copied once.
struct GuestPath {
  char text[PATH_MAX];  // no initialiser: load fills what is used

  Errno load(const GuestMemory& memory, Pointer path, Size length) {
    if (length >= sizeof(text)) return Errno::nametoolong;
    const uint8_t* bytes = memory.at(path, length);
    if (bytes == nullptr && length != 0) return Errno::out_of_bounds;
    if (length != 0) std::memcpy(text, bytes, length);
    text[length] = '\0';
    return std::memchr(text, '\0', length) == nullptr ? Errno::success : Errno::inval;
  }
};

/// A path relative to an open directory.
struct Location {
  Ref<Descriptor> directory;
  GuestPath path;

  Errno load(Call& call, Fd fd, Rights needed, Pointer pointer, Size length) {
    ZWASM_WASI_CHECK(call.host.find(fd, 0, directory));
    if (!directory->is_directory()) return Errno::notdir;
    if ((needed & ~directory->base) != 0) return Errno::notcapable;
    return path.load(call.memory, pointer, length);
  }
  /// The same for what changes the directory.
  Errno load_writable(Call& call, Fd fd, Rights needed, Pointer pointer, Size length) {
    ZWASM_WASI_CHECK(load(call, fd, needed, pointer, length));
    return directory->is_read_only ? Errno::rofs : Errno::success;
  }
  Errno parent(Call& call, ParentAndName& result) const {
    return call.host.resolver().parent(directory->fd(), path.text, result);
  }
  Errno stat(Call& call, bool follow, struct stat& status) const {
    return call.host.resolver().stat(directory->fd(), path.text, follow, status);
  }
};

Errno check_lookup(uint32_t flags) {
  return (flags & ~uint32_t{lookupflags::all}) == 0 ? Errno::success : Errno::inval;
}

int host_open_flags(uint32_t fd_flags) {
  int flags = 0;
  if ((fd_flags & fdflags::append) != 0) flags |= O_APPEND;
  if ((fd_flags & fdflags::nonblock) != 0) flags |= O_NONBLOCK;
  if ((fd_flags & fdflags::dsync) != 0) flags |= O_DSYNC;
  if ((fd_flags & (fdflags::sync | fdflags::rsync)) != 0) flags |= O_SYNC;
  return flags;
}

/// What can be done with a file just opened. FD_READ and FD_WRITE are given only if asked for; the
/// other rights are not for the guest to ask but for its parent directory to pass on.
Rights opened_rights(int fd, FileType type, bool read, bool write) {
  Rights result = rights::stream;
  if (type == FileType::directory) return rights::directory;
  if (type == FileType::regular_file || type == FileType::block_device) result = rights::file;
  if (type == FileType::character_device && ::isatty(fd) == 0) result = rights::file;
  if (!read) result &= ~Rights{rights::fd_read};
  if (!write) result &= ~Rights{rights::writing};
  return result;
}

/// Opens without waiting for the other end of a named pipe, so that the wait can be cancelled: the
/// descriptor is non-blocking then. Reading waits for a writer by itself; a writer waits here.
Errno open_cancellable(Call& call, const Location& at, int flags, UniqueFd& opened) {
  constexpr uint64_t interval = 10'000'000;  // there is nothing to poll until a reader comes
  while (true) {
    const Errno error = call.host.resolver().open(at.directory->fd(), at.path.text,
                                                  flags | O_NONBLOCK, 0666, opened);
    struct stat status;
    if (error != Errno::nxio ||
        at.stat(call, (flags & O_NOFOLLOW) == 0, status) != Errno::success ||
        !S_ISFIFO(status.st_mode)) {
      return error;
    }
    pollfd none[1] = {};
    uint32_t ready;
    ZWASM_WASI_CHECK(poll_or_cancel(none, interval, call.cancel_fd, ready));
  }
}

Errno clear_nonblock(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  return flags < 0 ? last_errno() : result_of(::fcntl(fd, F_SETFL, flags & ~O_NONBLOCK));
}

}  // namespace

Errno path_create_directory(Call& call, Fd fd, Pointer path, Size path_len) {
  Location at;
  ParentAndName target;
  ZWASM_WASI_CHECK(at.load_writable(call, fd, rights::path_create_directory, path, path_len));
  ZWASM_WASI_CHECK(at.parent(call, target));
  return result_of(::mkdirat(target.fd, target.name, 0777));
}

Errno path_filestat_get(Call& call, Fd fd, uint32_t flags, Pointer path, Size path_len,
                        Pointer result) {
  Location at;
  struct stat status;
  ZWASM_WASI_CHECK(check_lookup(flags));
  ZWASM_WASI_CHECK(at.load(call, fd, rights::path_filestat_get, path, path_len));
  ZWASM_WASI_CHECK(at.stat(call, (flags & lookupflags::symlink_follow) != 0, status));
  return store_filestat(call.memory, call.abi, result, status, file_type_of_mode(status.st_mode));
}

Errno path_filestat_set_times(Call& call, Fd fd, uint32_t flags, Pointer path, Size path_len,
                              uint64_t atim, uint64_t mtim, uint32_t fst_flags) {
  Location at;
  UniqueFd target;
  timespec times[2];
  ZWASM_WASI_CHECK(check_lookup(flags));
  ZWASM_WASI_CHECK(make_times(atim, mtim, fst_flags, times));
  ZWASM_WASI_CHECK(at.load_writable(call, fd, rights::path_filestat_set_times, path, path_len));
  const int nofollow = (flags & lookupflags::symlink_follow) != 0 ? 0 : O_NOFOLLOW;
  ZWASM_WASI_CHECK(call.host.resolver().open(at.directory->fd(), at.path.text,
                                             os::place_only | nofollow, 0, target));
  return result_of(os::set_times(target.get(), times));
}

Errno path_link(Call& call, Fd old_fd, uint32_t old_flags, Pointer old_path, Size old_path_len,
                Fd new_fd, Pointer new_path, Size new_path_len) {
  Location from, to;
  ParentAndName source, target;
  ZWASM_WASI_CHECK(check_lookup(old_flags));
  // A second name in a directory that can be written to would make a read-only file writable.
  ZWASM_WASI_CHECK(
      from.load_writable(call, old_fd, rights::path_link_source, old_path, old_path_len));
  ZWASM_WASI_CHECK(
      to.load_writable(call, new_fd, rights::path_link_target, new_path, new_path_len));
  if ((old_flags & lookupflags::symlink_follow) != 0) return Errno::inval;
  ZWASM_WASI_CHECK(from.parent(call, source));
  if (source.trailing_slash) {
    // linkat would follow "link/". Only a directory can be meant, and those have one name.
    struct stat status;
    ZWASM_WASI_CHECK(from.stat(call, true, status));
    return S_ISDIR(status.st_mode) ? Errno::perm : Errno::notdir;
  }
  ZWASM_WASI_CHECK(to.parent(call, target));
  return result_of(::linkat(source.fd, source.name, target.fd, target.name, 0));
}

Errno path_open(Call& call, Fd fd, uint32_t dirflags, Pointer path, Size path_len, uint32_t o_flags,
                uint64_t rights_base, uint64_t rights_inheriting, uint32_t fd_flags,
                Pointer result) {
  ZWASM_WASI_CHECK(check_lookup(dirflags));
  if ((o_flags & ~uint32_t{oflags::all}) != 0 || (fd_flags & ~uint32_t{fdflags::all}) != 0) {
    return Errno::inval;
  }
  if (!call.memory.contains(result, sizeof(Fd))) return Errno::out_of_bounds;
  const bool create = (o_flags & oflags::creat) != 0;
  const bool exclusive = (o_flags & oflags::excl) != 0;
  const bool truncate = (o_flags & oflags::trunc) != 0;
  const bool directory_only = (o_flags & oflags::directory) != 0;
  const bool read = (rights_base & rights::fd_read) != 0;
  const bool write = (rights_base & rights::fd_write) != 0;
  if (create && directory_only) return Errno::inval;

  Location at;
  Rights needed = rights::path_open;
  if (create) needed |= rights::path_create_file;
  if (truncate) needed |= rights::path_filestat_set_size;
  ZWASM_WASI_CHECK(at.load(call, fd, needed, path, path_len));
  if (((rights_base | rights_inheriting) & rights::all & ~at.directory->inheriting) != 0) {
    return Errno::notcapable;
  }
  const bool read_only = at.directory->is_read_only;
  if (read_only && (write || truncate)) return Errno::rofs;

  int flags = O_NOCTTY | host_open_flags(fd_flags);
  flags |= write ? (read ? O_RDWR : O_WRONLY) : O_RDONLY;
  if ((dirflags & lookupflags::symlink_follow) == 0) flags |= O_NOFOLLOW;
  if (directory_only) flags |= O_DIRECTORY;
  if (truncate) flags |= O_TRUNC;
  if (create && !read_only) flags |= O_CREAT | (exclusive ? O_EXCL : 0);
  UniqueFd opened;
  const bool cancellable =
      call.cancel_fd >= 0 && (fd_flags & fdflags::nonblock) == 0;
  const Errno error = cancellable ? open_cancellable(call, at, flags, opened)
                                  : call.host.resolver().open(at.directory->fd(), at.path.text,
                                                              flags, 0666, opened);
  // A read-only directory can still say whether there is something that needs no creating.
  if (read_only && create && error == Errno::noent) return Errno::rofs;
  if (read_only && create && exclusive && error == Errno::success) return Errno::exist;
  ZWASM_WASI_CHECK(error);

  FileType type;
  ZWASM_WASI_CHECK(file_type_of(opened.get(), type));
  const Rights inheriting = type == FileType::directory ? at.directory->inheriting.load() : 0;
  const Rights base = opened_rights(opened.get(), type, read, write) & at.directory->inheriting;
  const Ref<Descriptor> descriptor =
      Descriptor::owned(std::move(opened), type, base, inheriting);
  if (!descriptor) return Errno::nomem;
  descriptor->flags = static_cast<uint16_t>(fd_flags);
  descriptor->is_read_only = read_only;
  if (cancellable && descriptor->can_block()) {
    ZWASM_WASI_CHECK(clear_nonblock(descriptor->fd()));
  }
  Fd number;
  ZWASM_WASI_CHECK(call.host.insert(descriptor, number));
  return call.memory.store(result, number);
}

Errno path_readlink(Call& call, Fd fd, Pointer path, Size path_len, Pointer buf, Size buf_len,
                    Pointer bufused) {
  Location at;
  ParentAndName link;
  ZWASM_WASI_CHECK(at.load(call, fd, rights::path_readlink, path, path_len));
  if (!call.memory.contains(buf, buf_len)) return Errno::out_of_bounds;
  ZWASM_WASI_CHECK(at.parent(call, link));
  if (link.trailing_slash) {
    // readlinkat would follow "link/"; what it finds there is no link.
    struct stat status;
    ZWASM_WASI_CHECK(at.stat(call, true, status));
    return Errno::inval;
  }
  uint8_t target[PATH_MAX];
  const ssize_t length =
      ::readlinkat(link.fd, link.name, reinterpret_cast<char*>(target), sizeof(target));
  if (length < 0) return last_errno();
  const Size used = static_cast<size_t>(length) < buf_len ? static_cast<Size>(length) : buf_len;
  ZWASM_WASI_CHECK(call.memory.store_bytes(buf, {target, used}));
  return call.memory.store(bufused, used);
}

Errno path_remove_directory(Call& call, Fd fd, Pointer path, Size path_len) {
  Location at;
  ParentAndName target;
  ZWASM_WASI_CHECK(at.load_writable(call, fd, rights::path_remove_directory, path, path_len));
  ZWASM_WASI_CHECK(at.parent(call, target));
  return result_of(::unlinkat(target.fd, target.name, AT_REMOVEDIR));
}

Errno path_rename(Call& call, Fd fd, Pointer old_path, Size old_path_len, Fd new_fd,
                  Pointer new_path, Size new_path_len) {
  Location from, to;
  ParentAndName source, target;
  ZWASM_WASI_CHECK(
      from.load_writable(call, fd, rights::path_rename_source, old_path, old_path_len));
  ZWASM_WASI_CHECK(
      to.load_writable(call, new_fd, rights::path_rename_target, new_path, new_path_len));
  ZWASM_WASI_CHECK(from.parent(call, source));
  ZWASM_WASI_CHECK(to.parent(call, target));
  return result_of(::renameat(source.fd, source.name, target.fd, target.name));
}

Errno path_symlink(Call& call, Pointer old_path, Size old_path_len, Fd fd, Pointer new_path,
                   Size new_path_len) {
  GuestPath content;
  Location at;
  ParentAndName target;
  ZWASM_WASI_CHECK(content.load(call.memory, old_path, old_path_len));
  ZWASM_WASI_CHECK(at.load_writable(call, fd, rights::path_symlink, new_path, new_path_len));
  // The guest could not follow it, but programs of the host would.
  if (content.text[0] == '/') return Errno::perm;
  ZWASM_WASI_CHECK(at.parent(call, target));
  if (::symlinkat(content.text, target.fd, target.name) == 0) return Errno::success;
  const Errno error = last_errno();
  if (error != Errno::exist || !target.trailing_slash) return error;
  // A slash says directory: POSIX then wants to know first whether what exists is one.
  struct stat status;
  target.name[std::strlen(target.name) - 1] = '\0';
  if (::fstatat(target.fd, target.name, &status, AT_SYMLINK_NOFOLLOW) != 0) return error;
  return S_ISDIR(status.st_mode) ? error : Errno::notdir;
}

Errno path_unlink_file(Call& call, Fd fd, Pointer path, Size path_len) {
  Location at;
  ParentAndName target;
  ZWASM_WASI_CHECK(at.load_writable(call, fd, rights::path_unlink_file, path, path_len));
  ZWASM_WASI_CHECK(at.parent(call, target));
  return result_of(::unlinkat(target.fd, target.name, 0));
}

}  // namespace zwasm::wasi::p1
