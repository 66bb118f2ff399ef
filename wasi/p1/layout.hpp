// The records of WASI 0.1 as they are in guest memory.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>

#include "wasi/guest_memory.hpp"
#include "wasi/types.hpp"

namespace zwasm::wasi::p1 {

struct Iovec {
  uint32_t buf;
  uint32_t buf_len;
};
static_assert(sizeof(Iovec) == 8);

struct Fdstat {
  uint8_t filetype;
  uint8_t padding = 0;
  uint16_t flags;
  uint32_t padding2 = 0;
  uint64_t rights_base;
  uint64_t rights_inheriting;
};
static_assert(sizeof(Fdstat) == 24);

struct Filestat {
  uint64_t dev = 0;
  uint64_t ino = 0;
  uint8_t filetype = 0;
  uint8_t padding[7] = {};
  uint64_t nlink = 0;
  uint64_t size = 0;
  uint64_t atim = 0;
  uint64_t mtim = 0;
  uint64_t ctim = 0;
};
static_assert(sizeof(Filestat) == 64);

/// Under the older module name the link count has 32 bits.
struct UnstableFilestat {
  uint64_t dev;
  uint64_t ino;
  uint8_t filetype;
  uint8_t padding[3] = {};
  uint32_t nlink;
  uint64_t size;
  uint64_t atim;
  uint64_t mtim;
  uint64_t ctim;
};
static_assert(sizeof(UnstableFilestat) == 56);

struct Dirent {
  uint64_t next;
  uint64_t ino;
  uint32_t namlen;
  uint8_t type;
  uint8_t padding[3] = {};
};
static_assert(sizeof(Dirent) == 24);

struct Prestat {
  uint32_t tag;  ///< 0: a directory, the only one there is
  uint32_t dir_name_len;
};

struct SubscriptionClock {
  uint32_t id;
  uint32_t padding;
  uint64_t timeout;
  uint64_t precision;
  uint16_t flags;
};

struct Subscription {
  uint64_t userdata;
  uint8_t tag;  ///< an EventType
  uint8_t padding[7];
  union {
    SubscriptionClock clock;
    uint32_t fd;
  };
};
static_assert(sizeof(Subscription) == 48);

/// The older subscription has another identifier before the clock's.
struct UnstableSubscriptionClock {
  uint64_t identifier;
  SubscriptionClock clock;
};

struct UnstableSubscription {
  uint64_t userdata;
  uint8_t tag;
  uint8_t padding[7];
  union {
    UnstableSubscriptionClock clock;
    uint32_t fd;
  };
};
static_assert(sizeof(UnstableSubscription) == 56);

enum EventType : uint8_t { event_clock, event_fd_read, event_fd_write };

struct Event {
  uint64_t userdata;
  uint16_t error;
  uint8_t type;
  uint8_t padding[5] = {};
  uint64_t nbytes = 0;
  uint16_t flags = 0;
  uint8_t padding2[6] = {};
};
static_assert(sizeof(Event) == 32);

/// Writes a filestat in the caller's layout. `type` overrides what the mode says (sockets).
Errno store_filestat(const GuestMemory& memory, Abi abi, uint32_t pointer,
                     const struct stat& status, FileType type);

/// The times for utimensat from the arguments of the set_times functions; Errno::inval for flags
/// that contradict each other.
Errno make_times(uint64_t atim, uint64_t mtim, uint32_t flags, timespec (&times)[2]);

}  // namespace zwasm::wasi::p1
