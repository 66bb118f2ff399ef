#include "wasi/path.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/vector.hpp"
#include "os/path.hpp"
#include "wasi/guest_memory.hpp"

namespace zwasm::wasi {
namespace {

constexpr uint32_t max_links = 40;  // the kernel's own limit
/// A rename inside the tree makes the kernel give up when the path has "..": it is tried again.
constexpr int kernel_attempts = 64;

bool is_dot(const char* name, size_t length) { return length == 1 && name[0] == '.'; }
bool is_dot_dot(const char* name, size_t length) {
  return length == 2 && name[0] == '.' && name[1] == '.';
}

Errno set_name(ParentAndName& result, const char* name, size_t length, bool trailing_slash) {
  if (length > NAME_MAX) return Errno::nametoolong;
  std::memcpy(result.name, name, length);
  result.trailing_slash = trailing_slash;
  if (trailing_slash) result.name[length++] = '/';
  result.name[length] = '\0';
  return Errno::success;
}

/// Resolution without the kernel's help. Directories that were entered stay open, so that ".." goes
/// back to where it came from even if a directory is moved meanwhile. No system call is given more
/// than one component or a link to follow.
class Walk {
 public:
  Walk(int root, Allocator& allocator) : root_(root), entered_(allocator) {}

  Errno start(const char* path) {
    const size_t length = std::strlen(path);
    if (length == 0) return Errno::noent;
    if (length >= sizeof(path_)) return Errno::nametoolong;
    if (path[0] == '/') return Errno::perm;
    std::memcpy(path_, path, length + 1);
    rest_ = path_;
    return Errno::success;
  }

  /// Goes to the directory of the last component. Afterwards name() is that component, or "." when
  /// the path ended in "." or "..".
  Errno descend() {
    while (true) {
      while (*rest_ == '/') ++rest_;
      const char* name = rest_;
      const size_t length = std::strcspn(name, "/");
      const char* next = name + length;
      trailing_slash_ = *next == '/';
      while (*next == '/') ++next;
      const bool is_last = *next == '\0';
      if (length > NAME_MAX) return Errno::nametoolong;
      if (length == 0 || is_dot(name, length) || is_dot_dot(name, length)) {
        if (is_dot_dot(name, length)) {
          if (entered_.empty()) return Errno::perm;
          entered_.pop_back();
        }
        std::memcpy(name_, ".", 2);
      } else {
        std::memcpy(name_, name, length);
        name_[length] = '\0';
        if (!is_last) {
          rest_ = next;
          ZWASM_WASI_CHECK(enter());
          continue;
        }
      }
      rest_ = next;
      if (is_last) return Errno::success;
    }
  }

  /// Puts the target of the link `name()` of the current directory before the rest of the path, if
  /// it is a link; otherwise `not_a_link`.
  Errno follow(Errno not_a_link) {
    char target[PATH_MAX];
    const ssize_t length = ::readlinkat(directory(), name_, target, sizeof(target));
    if (length < 0) return errno == EINVAL ? not_a_link : last_errno();
    return splice(target, static_cast<size_t>(length), trailing_slash_);
  }

  int directory() const { return entered_.empty() ? root_ : entered_.back().get(); }
  int take_directory() { return entered_.empty() ? -1 : entered_.back().release(); }
  const char* name() const { return name_; }
  bool trailing_slash() const { return trailing_slash_; }

 private:
  /// Enters the directory name_, or takes the link name_ into the path.
  Errno enter() {
    UniqueFd fd(::openat(directory(), name_, os::place_only | O_NOFOLLOW | O_CLOEXEC));
    if (!fd.valid()) return last_errno();
    struct stat status;
    if (::fstat(fd.get(), &status) != 0) return last_errno();
    if (S_ISLNK(status.st_mode)) {
      char target[PATH_MAX];
      const ssize_t length = os::read_link(fd.get(), target, sizeof(target));
      if (length < 0) return last_errno();
      return splice(target, static_cast<size_t>(length), true);
    }
    if (!S_ISDIR(status.st_mode)) return Errno::notdir;
    if (entered_.size() == entered_.capacity() && !entered_.try_reserve(entered_.size() * 2 + 8)) {
      return Errno::nomem;
    }
    entered_.push_back(std::move(fd));
    return Errno::success;
  }

  Errno splice(const char* target, size_t length, bool slash) {
    if (++links_ > max_links) return Errno::loop;
    if (length == 0) return Errno::noent;
    if (target[0] == '/') return Errno::perm;
    const size_t rest = std::strlen(rest_);
    if (length + slash + rest >= sizeof(path_)) return Errno::nametoolong;
    std::memmove(path_ + length + slash, rest_, rest + 1);
    std::memcpy(path_, target, length);
    if (slash) path_[length] = '/';
    rest_ = path_;
    return Errno::success;
  }

  int root_;
  Vector<UniqueFd> entered_;
  const char* rest_ = nullptr;
  uint32_t links_ = 0;
  bool trailing_slash_ = false;
  char name_[NAME_MAX + 1] = {};
  char path_[PATH_MAX] = {};
};

Errno walk_open(Allocator& allocator, int root, const char* path, int flags, mode_t mode,
                UniqueFd& result) {
  Walk walk(root, allocator);
  ZWASM_WASI_CHECK(walk.start(path));
  while (true) {
    ZWASM_WASI_CHECK(walk.descend());
    const bool follow = (flags & O_NOFOLLOW) == 0 || walk.trailing_slash();
    int last_flags = flags | O_NOFOLLOW | O_CLOEXEC;
    if (walk.trailing_slash()) {
      if ((flags & O_CREAT) != 0) return Errno::isdir;
      last_flags |= O_DIRECTORY;
    }
    UniqueFd fd(::openat(walk.directory(), walk.name(), last_flags, mode));
    if (fd.valid()) {
      // Only a place can be that of a link itself.
      struct stat status;
      if (!follow || (flags & os::place_only) == 0) {
        result = std::move(fd);
        return Errno::success;
      }
      if (::fstat(fd.get(), &status) != 0) return last_errno();
      if (!S_ISLNK(status.st_mode)) {
        result = std::move(fd);
        return Errno::success;
      }
      ZWASM_WASI_CHECK(walk.follow(Errno::again));
      continue;
    }
    const Errno error = last_errno();
    // O_NOFOLLOW refuses a link with ELOOP, or with ENOTDIR beside O_DIRECTORY.
    if (!follow || (error != Errno::loop && error != Errno::notdir)) return error;
    ZWASM_WASI_CHECK(walk.follow(error));
  }
}

Errno walk_parent(Allocator& allocator, int root, const char* path, ParentAndName& result) {
  Walk walk(root, allocator);
  ZWASM_WASI_CHECK(walk.start(path));
  ZWASM_WASI_CHECK(walk.descend());
  result.opened.reset(walk.take_directory());
  result.fd = result.opened.valid() ? result.opened.get() : root;
  return set_name(result, walk.name(), std::strlen(walk.name()), walk.trailing_slash());
}

}  // namespace

Errno PathResolver::open_in_kernel(int root, const char* path, int flags, mode_t mode,
                                   UniqueFd& result) {
  for (int attempt = 0; attempt < kernel_attempts; ++attempt) {
    const int fd = os::open_beneath(root, path, flags, mode);
    if (fd >= 0) {
      result.reset(fd);
      return Errno::success;
    }
    if (errno == EXDEV) return Errno::perm;  // the kernel's word for an escape
    // A sandbox around this process may answer ENOSYS or EPERM to a call it does not know.
    if (errno == ENOSYS || errno == EPERM) {
      const Errno error = last_errno();
      if (lookup_ != Lookup::automatic || os::has_open_beneath(root)) return error;
      lookup_ = Lookup::walk;
      return walk_open(*allocator_, root, path, flags, mode, result);
    }
    if (errno != EAGAIN && errno != EINTR) return last_errno();
  }
  return walk_open(*allocator_, root, path, flags, mode, result);
}

Errno PathResolver::parent_in_kernel(int root, const char* path, ParentAndName& result) {
  size_t end = std::strlen(path);
  if (end == 0) return Errno::noent;
  if (path[0] == '/') return Errno::perm;
  const size_t length = end;
  while (end > 0 && path[end - 1] == '/') --end;
  size_t start = end;
  while (start > 0 && path[start - 1] != '/') --start;
  const bool trailing_slash = end != length;
  const bool is_dots = is_dot(path + start, end - start) || is_dot_dot(path + start, end - start);
  if (is_dots) {
    ZWASM_WASI_CHECK(open_in_kernel(root, path, os::place_only | O_DIRECTORY, 0, result.opened));
    result.fd = result.opened.get();
    return set_name(result, ".", 1, trailing_slash);
  }
  if (start == 0) {
    result.fd = root;
  } else {
    char prefix[PATH_MAX];
    if (start >= sizeof(prefix)) return Errno::nametoolong;
    std::memcpy(prefix, path, start);
    prefix[start] = '\0';
    ZWASM_WASI_CHECK(open_in_kernel(root, prefix, os::place_only | O_DIRECTORY, 0, result.opened));
    result.fd = result.opened.get();
  }
  return set_name(result, path + start, end - start, trailing_slash);
}

Errno PathResolver::open(int root, const char* path, int flags, mode_t mode, UniqueFd& result) {
  if (path[0] == '/') return Errno::perm;
  return lookup_ == Lookup::walk ? walk_open(*allocator_, root, path, flags, mode, result)
                                 : open_in_kernel(root, path, flags, mode, result);
}

Errno PathResolver::parent(int root, const char* path, ParentAndName& result) {
  return lookup_ == Lookup::walk ? walk_parent(*allocator_, root, path, result)
                                 : parent_in_kernel(root, path, result);
}

Errno PathResolver::stat(int root, const char* path, bool follow, struct stat& result) {
  const size_t length = std::strlen(path);
  // A plain name needs no resolution as long as nothing is followed; "link/" would be.
  if (!follow && length != 0 && std::memchr(path, '/', length) == nullptr &&
      !is_dot_dot(path, length)) {
    return ::fstatat(root, path, &result, AT_SYMLINK_NOFOLLOW) == 0 ? Errno::success : last_errno();
  }
  UniqueFd fd;
  ZWASM_WASI_CHECK(open(root, path, os::place_only | (follow ? 0 : O_NOFOLLOW), 0, fd));
  return ::fstat(fd.get(), &result) == 0 ? Errno::success : last_errno();
}

}  // namespace zwasm::wasi
