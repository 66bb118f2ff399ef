// What POSIX lacks for paths that are not trusted: resolution beneath a directory, and descriptors
// that stand for a place in the file system without having the file open. All of these say why they
// failed in errno, as system calls do.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include <cstddef>
#include <cstdint>

namespace zwasm::os {

/// A flag for openat and open_beneath: the result stands for a file of any type, be it a link (with
/// O_NOFOLLOW), for fstat and the functions below, and as a directory to start from. Neither reads,
/// writes nor needs the right to.
inline constexpr int place_only = O_PATH;

/// open(2) of `path`, relative to the directory `root`, in one step that cannot leave it: not by
/// "..", an absolute path, or any link, and not while others rename what is beneath it. The new
/// descriptor, with O_CLOEXEC; or -1, with EXDEV for a path that leads out, EAGAIN when a rename
/// came between, ENOSYS (in some sandboxes EPERM) where the kernel has no such call.
int open_beneath(int root, const char* path, int flags, mode_t mode);

/// Whether open_beneath works in this process, asked with a directory (or AT_FDCWD). Keeps errno.
bool has_open_beneath(int root);

/// The target of the link that `place` stands for, not terminated: its length, at most `size`; -1
/// on failure.
ssize_t read_link(int place, char* target, size_t size);

/// Sets the times of access and modification of what `place` stands for, like futimens; 0 or -1.
int set_times(int place, const timespec times[2]);

/// Makes sure that writing to these bytes of a file needs no more room, making the file larger if
/// it ends before; 0 or -1. Never writes zeros instead, where the file system knows no better.
int allocate(int fd, uint64_t offset, uint64_t length);

}  // namespace zwasm::os
