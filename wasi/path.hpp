// Resolution of guest paths that cannot leave a directory, whatever symbolic links are in it and
// whoever renames things meanwhile.
#pragma once

#include <limits.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>

#include "base/allocator.hpp"
#include "wasi/types.hpp"
#include "wasi/unique_fd.hpp"

namespace zwasm::wasi {

/// How paths are resolved beneath a directory.
enum class Lookup : uint8_t {
  automatic,  ///< by the kernel where it can (os::open_beneath), else walk
  kernel,     ///< by the kernel
  walk,       ///< one component at a time, never through a link the kernel would follow by itself
};

/// A directory beneath the root and the name of something in it, for the system calls that take
/// both. `name` is never "..", and what it names may be a link that the caller must not follow.
struct ParentAndName {
  UniqueFd opened;
  int fd = -1;  ///< `opened`, or the root itself
  bool trailing_slash = false;
  char name[NAME_MAX + 2] = {};  ///< one component, with its trailing slash if it had one
};

/// Paths are NUL-terminated, relative to `root` (a directory) and shorter than PATH_MAX. Escapes
/// (absolute paths, ".." above the root, links that lead out) are Errno::perm; more than 40 links
/// in one path are Errno::loop. Thread-safe, but for set_lookup.
class PathResolver {
 public:
  explicit PathResolver(Lookup lookup = Lookup::automatic,
                        Allocator& allocator = system_allocator())
      : allocator_(&allocator), lookup_(lookup) {}

  void set_lookup(Lookup lookup) { lookup_ = lookup; }

  /// open(2) beneath `root`; O_CLOEXEC is implied, O_NOFOLLOW keeps a final link from being
  /// followed (unless a slash follows it). `mode` matters with O_CREAT.
  Errno open(int root, const char* path, int flags, mode_t mode, UniqueFd& result);

  /// Resolves everything but the last component.
  Errno parent(int root, const char* path, ParentAndName& result);

  /// stat(2), or lstat(2) without `follow`.
  Errno stat(int root, const char* path, bool follow, struct stat& result);

 private:
  Errno open_in_kernel(int root, const char* path, int flags, mode_t mode, UniqueFd& result);
  Errno parent_in_kernel(int root, const char* path, ParentAndName& result);
  Allocator* allocator_;
  std::atomic<Lookup> lookup_;
};

}  // namespace zwasm::wasi
