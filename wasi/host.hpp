// What a guest may touch of the machine: arguments, environment, descriptors, clocks, randomness.
// A fresh Host gives nothing: no arguments, no environment, no files, empty standard input, output
// that is swallowed; only clocks and random numbers are the machine's.
#pragma once

#include <cstdint>
#include <mutex>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "base/vector.hpp"
#include "wasi/clock.hpp"
#include "wasi/descriptor.hpp"
#include "wasi/path.hpp"
#include "wasi/types.hpp"

namespace zwasm::wasi {

/// NUL-terminated strings, one behind the other: argv or environ.
class StringTable {
 public:
  explicit StringTable(Allocator& allocator) : bytes_(allocator) {}
  /// `text` without a NUL inside.
  void append(std::string_view text);
  uint32_t count() const { return count_; }
  std::span<const char> bytes() const { return bytes_; }

 private:
  Vector<char> bytes_;
  uint32_t count_ = 0;
};

/// The context of one guest. After the set-up it may be used by all threads of the guest; then the
/// clock, the random source and the streams of the embedder have to be thread-safe, too.
class Host {
 public:
  explicit Host(Allocator& allocator = system_allocator());
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // --- Set-up, before the guest runs. Strings are copied. ---

  /// The first one is the program's name.
  void add_argument(std::string_view argument) { arguments_.append(argument); }
  /// "NAME=value".
  void add_environment(std::string_view entry) { environment_.append(entry); }

  /// The process's standard input, output and error; they stay the process's.
  void inherit_stdio();
  void set_stdin(const Stream& stream);
  void set_stdout(const Stream& stream);
  void set_stderr(const Stream& stream);
  /// Borrows host descriptors for single standard streams: `fd` is 0, 1 or 2.
  void set_stdio_descriptor(uint32_t fd, int host_fd);

  /// Opens the host directory and gives it to the guest as `guest_path`; the next free descriptor
  /// from 3. With `read_only`, whatever would change something beneath it fails with Errno::rofs.
  /// Fails with ErrorKind::host if it cannot be opened as a directory.
  Status add_preopen(const char* host_path, std::string_view guest_path, bool read_only = false);

  /// Gives a socket (listening or connected) as the next free descriptor from 3; the host then owns
  /// it. Guests look for directories from 3 on without a gap, so sockets come after the preopens.
  Status add_socket(UniqueFd socket);
  /// Makes a listening TCP socket: "127.0.0.1:8080", "[::1]:8080"; numeric addresses only.
  Status listen_tcp(std::string_view address);
  /// Whether it is written as `listen_tcp` needs it.
  static bool is_tcp_address(std::string_view text);

  void set_clock(const ClockSource& clock) { clock_ = clock; }
  void set_random(const RandomSource& random) { random_ = random; }
  void set_lookup(Lookup lookup) { resolver_.set_lookup(lookup); }

  /// Lets SIGPIPE come when the guest writes to a standard stream of the process that nobody reads
  /// any more: a program in a pipe usually ends that way. Otherwise, and on all other descriptors,
  /// the guest gets Errno::pipe, and the process no signal.
  void set_signals_broken_pipe(bool signals) { signals_broken_pipe_ = signals; }

  /// Writes each call, its arguments and its outcome to the process's standard error.
  void set_trace(bool trace) { trace_ = trace; }

  // --- For the functions that the guest calls ---

  bool is_traced() const { return trace_; }
  bool signals_broken_pipe() const { return signals_broken_pipe_; }

  const StringTable& arguments() const { return arguments_; }
  const StringTable& environment() const { return environment_; }
  const ClockSource& clock() const { return clock_; }
  const RandomSource& random() const { return random_; }
  PathResolver& resolver() { return resolver_; }
  Allocator& allocator() const { return allocator_; }

  /// The open descriptor `fd`, described, having all of `needed`. Otherwise Errno::badf, or what
  /// POSIX says when something is not possible with this kind of file.
  Errno find(uint32_t fd, Rights needed, Ref<Descriptor>& result);
  /// The same without asking what a borrowed descriptor is, for hot paths: `needed` may then turn
  /// out to be missing when the host refuses.
  Errno find_undescribed(uint32_t fd, Rights needed, Ref<Descriptor>& result);
  /// Puts it at the lowest free number from 3; Errno::mfile when the table is full, Errno::nomem
  /// for null.
  Errno insert(const Ref<Descriptor>& descriptor, uint32_t& fd);
  /// The number is free at once; the host's descriptor is closed when no thread uses it any more.
  Errno close(uint32_t fd);
  /// Moves `from` to the open descriptor `to`, closing what was there.
  Errno renumber(uint32_t from, uint32_t to);

  /// Waits until `descriptor` is ready for `events` unless it is non-blocking; Errno::interrupted
  /// once `cancel_fd` is readable. Returns at once when there is nothing to wait for or nobody to
  /// cancel it (-1): the system call then blocks by itself.
  static Errno await(Descriptor& descriptor, short events, int cancel_fd);

 private:
  Status insert_first(const Ref<Descriptor>& descriptor, const char* what);
  Errno get(uint32_t fd, Ref<Descriptor>& result) const;
  void free_number(uint32_t fd);
  void set(uint32_t fd, const Ref<Descriptor>& descriptor);

  static constexpr uint32_t first_free_fd = 3;
  static constexpr uint32_t max_descriptors = 1u << 20;
  static constexpr Rights input_rights = rights::file & ~Rights{rights::writing};
  static constexpr Rights output_rights = rights::file & ~Rights{rights::fd_read};

  Allocator& allocator_;
  Arena strings_;
  StringTable arguments_;
  StringTable environment_;
  mutable std::mutex mutex_;  ///< guards the next two; never held while anything blocks
  Vector<Ref<Descriptor>> descriptors_;  ///< null: closed
  uint32_t first_hole_ = first_free_fd;  ///< from first_free_fd up to here nothing is closed
  PathResolver resolver_;
  ClockSource clock_;
  RandomSource random_;
  bool trace_ = false;
  bool signals_broken_pipe_ = false;
};

}  // namespace zwasm::wasi
