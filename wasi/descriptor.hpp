// What a guest's file descriptor stands for.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string_view>

#include "runtime/ref_counted.hpp"
#include "wasi/directory.hpp"
#include "wasi/types.hpp"
#include "wasi/unique_fd.hpp"

namespace zwasm::wasi {

/// A byte stream that the embedder provides in place of a host descriptor. A null `read` is at its
/// end; a null `write` swallows everything. Both set `count` to how many bytes were moved; a read
/// of 0 bytes is the end. Called on the guest's thread, on several at once if the guest has more;
/// must not call into the guest's store.
struct Stream {
  void* data = nullptr;
  Errno (*read)(void* data, std::span<uint8_t> bytes, size_t& count) = nullptr;
  Errno (*write)(void* data, std::span<const uint8_t> bytes, size_t& count) = nullptr;
};

/// What an entry of the descriptor table stands for. Whoever is using it owns it too, so that its
/// host descriptor stays open until then when another thread closes it. Thread-safe.
class Descriptor final : public RefCounted {
 public:
  enum class Kind : uint8_t {
    closed,
    stream,  ///< the embedder's Stream
    host,    ///< a host descriptor: file, directory, pipe, terminal, device, socket
  };

  // All of these return null when there is no memory.
  static Ref<Descriptor> of_stream(const Stream& stream, Rights base);
  /// Borrows a host descriptor. What it is, is asked when the guest first needs it.
  static Ref<Descriptor> borrowed(int fd, Rights allowed);
  /// Takes over a host descriptor of a known type.
  static Ref<Descriptor> owned(UniqueFd fd, FileType type, Rights base, Rights inheriting);

  /// The host descriptor; -1 for streams.
  int fd() const { return fd_; }
  bool is_open() const { return kind != Kind::closed; }
  bool is_stream() const { return kind == Kind::stream; }
  /// Shared with the embedder: its status flags are not the guest's to change.
  bool is_borrowed() const { return fd_ >= 0 && !owner_.valid(); }
  bool is_directory() const { return type == FileType::directory; }
  bool is_socket() const {
    return type == FileType::socket_stream || type == FileType::socket_dgram;
  }
  /// Whether an operation may have to wait: pipes, terminals and other devices, sockets.
  bool can_block() const {
    return kind == Kind::host && type != FileType::regular_file && type != FileType::directory &&
           type != FileType::block_device;
  }

  /// Finds out type, rights and flags of a borrowed host descriptor; no effect the second time.
  /// Afterwards it is closed if the embedder has none of that number.
  void describe();

  /// Success if it has all of these rights; or else Errno::badf, or what POSIX says when something
  /// is not possible with this kind of file.
  Errno allows(Rights needed) const;

  std::atomic<Kind> kind = Kind::closed;
  std::atomic<FileType> type = FileType::unknown;
  bool is_preopen = false;    ///< like the next one, and `guest_path`: set before it is inserted
  bool is_read_only = false;  ///< directories: nothing beneath it can be changed
  std::atomic<uint16_t> flags = 0;  ///< fdflags
  std::atomic<Rights> base = 0;
  std::atomic<Rights> inheriting = 0;
  Stream stream;
  std::string_view guest_path;  ///< of a preopen; owned by the host context
  std::mutex listing_mutex;     ///< guards `listing`
  DirectoryListing listing;     ///< read by the first readdir

 private:
  Descriptor() = default;
  ~Descriptor() override = default;
  static Ref<Descriptor> make();
  void find_out();

  std::mutex describe_mutex_;
  std::atomic<bool> is_described_ = true;
  int fd_ = -1;
  UniqueFd owner_;
};

/// The type of the file behind a host descriptor; sockets are asked which kind they are.
Errno file_type_of(int fd, FileType& type);

}  // namespace zwasm::wasi
