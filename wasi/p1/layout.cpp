#include "wasi/p1/layout.hpp"

namespace zwasm::wasi::p1 {
namespace {

uint64_t to_nanoseconds(const timespec& time) {
  if (time.tv_sec < 0) return 0;  // before 1970: WASI has no number for it
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

timespec make_time(uint64_t nanoseconds, bool set, bool now) {
  if (now) return {0, UTIME_NOW};
  if (!set) return {0, UTIME_OMIT};
  return {static_cast<time_t>(nanoseconds / 1'000'000'000),
          static_cast<long>(nanoseconds % 1'000'000'000)};
}

}  // namespace

Errno store_filestat(const GuestMemory& memory, Abi abi, uint32_t pointer,
                     const struct stat& status, FileType type) {
  Filestat result;
  result.dev = status.st_dev;
  result.ino = status.st_ino;
  result.filetype = static_cast<uint8_t>(type);
  result.nlink = status.st_nlink;
  result.size = static_cast<uint64_t>(status.st_size);
  result.atim = to_nanoseconds(status.st_atim);
  result.mtim = to_nanoseconds(status.st_mtim);
  result.ctim = to_nanoseconds(status.st_ctim);
  if (abi == Abi::preview1) return memory.store(pointer, result);
  UnstableFilestat older;
  older.dev = result.dev;
  older.ino = result.ino;
  older.filetype = result.filetype;
  older.nlink = static_cast<uint32_t>(result.nlink);
  older.size = result.size;
  older.atim = result.atim;
  older.mtim = result.mtim;
  older.ctim = result.ctim;
  return memory.store(pointer, older);
}

Errno make_times(uint64_t atim, uint64_t mtim, uint32_t flags, timespec (&times)[2]) {
  if ((flags & ~uint32_t{fstflags::all}) != 0) return Errno::inval;
  const bool set_atim = (flags & fstflags::atim) != 0;
  const bool now_atim = (flags & fstflags::atim_now) != 0;
  const bool set_mtim = (flags & fstflags::mtim) != 0;
  const bool now_mtim = (flags & fstflags::mtim_now) != 0;
  if ((set_atim && now_atim) || (set_mtim && now_mtim)) return Errno::inval;
  times[0] = make_time(atim, set_atim, now_atim);
  times[1] = make_time(mtim, set_mtim, now_mtim);
  return Errno::success;
}

}  // namespace zwasm::wasi::p1
