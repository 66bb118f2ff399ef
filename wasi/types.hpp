// The numbers of WASI 0.1 (wasi_snapshot_preview1): errors, rights, flags, file types.
#pragma once

#include <cstdint>

namespace zwasm::wasi {

/// Error codes. Up to `notcapable` these are what the guest sees; the last three are for the caller
/// of a WASI function, who turns them into a trap or an exit.
enum class Errno : uint16_t {
#define ERRNO(name, host) name,
#include "wasi/errno.def"
  out_of_bounds = 0x1000,  ///< a guest pointer reaches outside its memory: trap
  interrupted,             ///< the embedder cancelled a blocking call: trap
  exited,                  ///< the guest ended itself; Call::exit_code says with what
};
static_assert(static_cast<uint16_t>(Errno::notcapable) == 76);

/// The error of a failed system call.
Errno errno_from_host(int host_errno);
/// The same for the current `errno`.
Errno last_errno();
/// For people: "noent".
const char* errno_name(Errno error);

using Rights = uint64_t;
namespace rights {
enum : Rights {
  fd_datasync = 1u << 0,
  fd_read = 1u << 1,
  fd_seek = 1u << 2,
  fd_fdstat_set_flags = 1u << 3,
  fd_sync = 1u << 4,
  fd_tell = 1u << 5,
  fd_write = 1u << 6,
  fd_advise = 1u << 7,
  fd_allocate = 1u << 8,
  path_create_directory = 1u << 9,
  path_create_file = 1u << 10,
  path_link_source = 1u << 11,
  path_link_target = 1u << 12,
  path_open = 1u << 13,
  fd_readdir = 1u << 14,
  path_readlink = 1u << 15,
  path_rename_source = 1u << 16,
  path_rename_target = 1u << 17,
  path_filestat_get = 1u << 18,
  path_filestat_set_size = 1u << 19,
  path_filestat_set_times = 1u << 20,
  fd_filestat_get = 1u << 21,
  fd_filestat_set_size = 1u << 22,
  fd_filestat_set_times = 1u << 23,
  path_symlink = 1u << 24,
  path_remove_directory = 1u << 25,
  path_unlink_file = 1u << 26,
  poll_fd_readwrite = 1u << 27,
  sock_shutdown = 1u << 28,
  sock_accept = 1u << 29,

  all = (1u << 30) - 1,
  /// What can be done with a directory itself; FD_READ and FD_WRITE are for what is inside it.
  directory = path_create_directory | path_create_file | path_link_source | path_link_target |
              path_open | fd_readdir | path_readlink | path_rename_source | path_rename_target |
              path_filestat_get | path_filestat_set_size | path_filestat_set_times | path_symlink |
              path_remove_directory | path_unlink_file | fd_filestat_get | fd_filestat_set_times |
              fd_fdstat_set_flags | fd_sync | fd_datasync | fd_advise | poll_fd_readwrite,
  /// Without seek and tell: what a terminal or a pipe can do.
  stream = fd_datasync | fd_read | fd_fdstat_set_flags | fd_sync | fd_write | fd_filestat_get |
           fd_filestat_set_times | poll_fd_readwrite,
  file = stream | fd_seek | fd_tell | fd_advise | fd_allocate | fd_filestat_set_size,
  socket = stream | sock_shutdown | sock_accept,
  /// Those that change a file's content or size.
  writing = fd_write | fd_allocate | fd_filestat_set_size,
};
}  // namespace rights

enum class FileType : uint8_t {
  unknown,
  block_device,
  character_device,
  directory,
  regular_file,
  socket_dgram,
  socket_stream,
  symbolic_link,
};

namespace fdflags {
enum : uint16_t { append = 1, dsync = 2, nonblock = 4, rsync = 8, sync = 16, all = 31 };
}
namespace oflags {
enum : uint16_t { creat = 1, directory = 2, excl = 4, trunc = 8, all = 15 };
}
namespace lookupflags {
enum : uint32_t { symlink_follow = 1, all = 1 };
}
namespace fstflags {
enum : uint16_t { atim = 1, atim_now = 2, mtim = 4, mtim_now = 8, all = 15 };
}

enum class ClockId : uint32_t { realtime, monotonic, process_cputime, thread_cputime };

/// Which interface a call came through: the older module name has a few other layouts and numbers.
enum class Abi : uint8_t { unstable, preview1 };

}  // namespace zwasm::wasi
