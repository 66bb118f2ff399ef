// The functions of WASI 0.1 over guest memory, without an engine. Names, parameters and their order
// are the specification's (wasi_snapshot_preview1.witx); pointers and lengths are separate.
//
// A pointer that leads out of the memory is Errno::out_of_bounds, which the caller turns into a
// trap as the specification asks. Results are written last, so that a failed call changes no memory
// that its success would (except buffers that the system has filled).
#pragma once

#include <cstdint>

#include "wasi/guest_memory.hpp"
#include "wasi/host.hpp"
#include "wasi/types.hpp"

namespace zwasm::wasi::p1 {

/// What a handler runs in: made for each call.
struct Call {
  Host& host;
  GuestMemory memory;
  Abi abi = Abi::preview1;
  /// A descriptor that becomes readable when blocking calls are to end, or -1.
  int cancel_fd = -1;
  /// With Errno::exited.
  uint32_t exit_code = 0;
};

using Pointer = uint32_t;
using Size = uint32_t;
using Fd = uint32_t;

// process.cpp
Errno args_get(Call& call, Pointer argv, Pointer argv_buf);
Errno args_sizes_get(Call& call, Pointer argc, Pointer argv_buf_size);
Errno environ_get(Call& call, Pointer environ, Pointer environ_buf);
Errno environ_sizes_get(Call& call, Pointer count, Pointer buf_size);
Errno clock_res_get(Call& call, uint32_t id, Pointer result);
Errno clock_time_get(Call& call, uint32_t id, uint64_t precision, Pointer result);
Errno random_get(Call& call, Pointer buf, Size buf_len);
Errno sched_yield(Call& call);
/// Errno::exited, and the code in Host::exit_code.
Errno proc_exit(Call& call, uint32_t code);
/// Does to the guest what the signal's default action does to a process, as seen by a shell:
/// signals that end a process end the guest with code 128 + number (Errno::exited), ignored ones do
/// nothing, those that stop it are Errno::notsup. No signal is sent.
Errno proc_raise(Call& call, uint32_t signal);

// fd.cpp
Errno fd_advise(Call& call, Fd fd, uint64_t offset, uint64_t len, uint32_t advice);
Errno fd_allocate(Call& call, Fd fd, uint64_t offset, uint64_t len);
Errno fd_close(Call& call, Fd fd);
Errno fd_datasync(Call& call, Fd fd);
Errno fd_fdstat_get(Call& call, Fd fd, Pointer result);
Errno fd_fdstat_set_flags(Call& call, Fd fd, uint32_t flags);
Errno fd_fdstat_set_rights(Call& call, Fd fd, uint64_t base, uint64_t inheriting);
Errno fd_filestat_get(Call& call, Fd fd, Pointer result);
Errno fd_filestat_set_size(Call& call, Fd fd, uint64_t size);
Errno fd_filestat_set_times(Call& call, Fd fd, uint64_t atim, uint64_t mtim, uint32_t flags);
Errno fd_prestat_get(Call& call, Fd fd, Pointer result);
Errno fd_prestat_dir_name(Call& call, Fd fd, Pointer path, Size path_len);
Errno fd_readdir(Call& call, Fd fd, Pointer buf, Size buf_len, uint64_t cookie, Pointer bufused);
Errno fd_renumber(Call& call, Fd fd, Fd to);
Errno fd_seek(Call& call, Fd fd, uint64_t offset, uint32_t whence, Pointer result);
Errno fd_sync(Call& call, Fd fd);
Errno fd_tell(Call& call, Fd fd, Pointer result);

// io.cpp
Errno fd_pread(Call& call, Fd fd, Pointer iovs, Size iovs_len, uint64_t offset, Pointer nread);
Errno fd_pwrite(Call& call, Fd fd, Pointer iovs, Size iovs_len, uint64_t offset, Pointer nwritten);
Errno fd_read(Call& call, Fd fd, Pointer iovs, Size iovs_len, Pointer nread);
Errno fd_write(Call& call, Fd fd, Pointer iovs, Size iovs_len, Pointer nwritten);

// path.cpp
Errno path_create_directory(Call& call, Fd fd, Pointer path, Size path_len);
Errno path_filestat_get(Call& call, Fd fd, uint32_t flags, Pointer path, Size path_len,
                        Pointer result);
Errno path_filestat_set_times(Call& call, Fd fd, uint32_t flags, Pointer path, Size path_len,
                              uint64_t atim, uint64_t mtim, uint32_t fst_flags);
Errno path_link(Call& call, Fd old_fd, uint32_t old_flags, Pointer old_path, Size old_path_len,
                Fd new_fd, Pointer new_path, Size new_path_len);
Errno path_open(Call& call, Fd fd, uint32_t dirflags, Pointer path, Size path_len, uint32_t oflags,
                uint64_t rights_base, uint64_t rights_inheriting, uint32_t fdflags, Pointer result);
Errno path_readlink(Call& call, Fd fd, Pointer path, Size path_len, Pointer buf, Size buf_len,
                    Pointer bufused);
Errno path_remove_directory(Call& call, Fd fd, Pointer path, Size path_len);
Errno path_rename(Call& call, Fd fd, Pointer old_path, Size old_path_len, Fd new_fd,
                  Pointer new_path, Size new_path_len);
Errno path_symlink(Call& call, Pointer old_path, Size old_path_len, Fd fd, Pointer new_path,
                   Size new_path_len);
Errno path_unlink_file(Call& call, Fd fd, Pointer path, Size path_len);

// poll.cpp
Errno poll_oneoff(Call& call, Pointer in, Pointer out, Size nsubscriptions, Pointer nevents);

// socket.cpp
Errno sock_accept(Call& call, Fd fd, uint32_t flags, Pointer result);
Errno sock_recv(Call& call, Fd fd, Pointer ri_data, Size ri_data_len, uint32_t ri_flags,
                Pointer ro_datalen, Pointer ro_flags);
Errno sock_send(Call& call, Fd fd, Pointer si_data, Size si_data_len, uint32_t si_flags,
                Pointer so_datalen);
Errno sock_shutdown(Call& call, Fd fd, uint32_t how);

}  // namespace zwasm::wasi::p1
