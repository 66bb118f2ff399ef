// What a guest's file descriptor stands for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "wasi/directory.hpp"
#include "wasi/types.hpp"
#include "wasi/unique_fd.hpp"

namespace zwasm::wasi {

/// A byte stream that the embedder provides in place of a host descriptor. A null `read` is at its
/// end; a null `write` swallows everything. Both set `count` to how many bytes were moved; a read
/// of 0 bytes is the end. Called on the guest's thread; must not call into the guest's store.
struct Stream {
  void* data = nullptr;
  Errno (*read)(void* data, std::span<uint8_t> bytes, size_t& count) = nullptr;
  Errno (*write)(void* data, std::span<const uint8_t> bytes, size_t& count) = nullptr;
};

/// An entry of the descriptor table.
class Descriptor {
 public:
  enum class Kind : uint8_t {
    closed,
    stream,  ///< the embedder's Stream
    host,    ///< a host descriptor: file, directory, pipe, terminal, device, socket
  };

  Descriptor() = default;
  static Descriptor of_stream(const Stream& stream, Rights base);
  /// Borrows a host descriptor. What it is, is asked when the guest first needs it.
  static Descriptor borrowed(int fd, Rights allowed);
  /// Takes over a host descriptor of a known type.
  static Descriptor owned(UniqueFd fd, FileType type, Rights base, Rights inheriting);
  Descriptor(Descriptor&&) noexcept = default;
  Descriptor& operator=(Descriptor&&) noexcept = default;

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

  Kind kind = Kind::closed;
  FileType type = FileType::unknown;
  bool is_preopen = false;
  bool is_read_only = false;  ///< directories: nothing beneath it can be changed
  uint16_t flags = 0;         ///< fdflags
  Rights base = 0;
  Rights inheriting = 0;
  Stream stream;
  std::string_view guest_path;  ///< of a preopen; owned by the host context
  DirectoryListing listing;     ///< read by the first readdir

 private:
  bool is_described_ = true;
  int fd_ = -1;
  UniqueFd owner_;
};

/// The type of the file behind a host descriptor; sockets are asked which kind they are.
Errno file_type_of(int fd, FileType& type);

}  // namespace zwasm::wasi
