// Waiting for host descriptors in a way that the embedder can end.
#pragma once

#include <poll.h>

#include <cstdint>
#include <span>

#include "wasi/types.hpp"

namespace zwasm::wasi {

inline constexpr uint64_t no_timeout = ~uint64_t{0};

/// ppoll over `fds` and, when it is not -1, `cancel_fd`. `fds` has one entry more than there are
/// descriptors: the last one is used for `cancel_fd`. `ready` gets the number of entries with
/// events, 0 after `timeout` nanoseconds. Errno::interrupted once `cancel_fd` is readable.
Errno poll_or_cancel(std::span<pollfd> fds, uint64_t timeout, int cancel_fd, uint32_t& ready);

/// Waits until `fd` is ready for `events` (POLLIN, POLLOUT), or has an error or end to report.
Errno wait_ready(int fd, short events, int cancel_fd);

/// Errno::interrupted when the embedder has cancelled, success otherwise.
Errno check_cancelled(int cancel_fd);

}  // namespace zwasm::wasi
