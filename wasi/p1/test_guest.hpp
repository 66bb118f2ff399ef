// For the tests of handlers: a guest without an engine, and a folder for its files.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "wasi/host.hpp"
#include "wasi/p1/handlers.hpp"
#include "wasi/p1/layout.hpp"

namespace zwasm::wasi {

inline std::ostream& operator<<(std::ostream& out, Errno error) { return out << errno_name(error); }

/// A fresh folder, removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "zwasm-wasi-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }
  std::string operator/(std::string_view name) const { return (path_ / name).string(); }
  void write(std::string_view name, std::string_view content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
  }
  std::string read(std::string_view name) const {
    std::ostringstream content;
    content << std::ifstream(path_ / name, std::ios::binary).rdbuf();
    return content.str();
  }
  void make_directory(std::string_view name) const {
    std::filesystem::create_directories(path_ / name);
  }
  void link(std::string_view target, std::string_view name) const {
    std::filesystem::create_symlink(target, path_ / name);
  }
  bool has(std::string_view name) const {
    return std::filesystem::exists(std::filesystem::symlink_status(path_ / name));
  }

 private:
  std::filesystem::path path_;
};

namespace p1 {

/// 64 KiB of memory, used as a bump allocator by the tests, and what handlers are called with.
class Guest {
 public:
  static constexpr uint32_t size = 65536;

  Host host;
  std::vector<uint8_t> bytes = std::vector<uint8_t>(size);
  Call call{host, {bytes.data(), size}, Abi::preview1};

  /// Room for `count` bytes, aligned to 8.
  Pointer take(uint32_t count) {
    const Pointer pointer = next_;
    next_ += (count + 7) & ~7u;
    REQUIRE(next_ <= size);
    return pointer;
  }
  Pointer put(std::string_view text) {
    const Pointer pointer = take(static_cast<uint32_t>(text.size()));
    std::memcpy(&bytes[pointer], text.data(), text.size());
    return pointer;
  }
  template <class T>
  T get(Pointer pointer) const {
    T value;
    std::memcpy(&value, &bytes[pointer], sizeof(T));
    return value;
  }
  template <class T>
  void set(Pointer pointer, const T& value) {
    std::memcpy(&bytes[pointer], &value, sizeof(T));
  }
  std::string text(Pointer pointer, size_t length) const {
    return {reinterpret_cast<const char*>(&bytes[pointer]), length};
  }
  /// A list of buffers.
  Pointer iovecs(std::initializer_list<Iovec> list) {
    const Pointer pointer = take(static_cast<uint32_t>(list.size() * sizeof(Iovec)));
    uint32_t i = 0;
    for (const Iovec& one : list) set(pointer + 8 * i++, one);
    return pointer;
  }

  static uint32_t length(std::string_view text) { return static_cast<uint32_t>(text.size()); }

  Errno open(Fd directory, std::string_view path, uint32_t flags, uint64_t base, Fd& result,
             uint32_t fd_flags = 0, uint32_t lookup = lookupflags::symlink_follow) {
    const Pointer out = take(4);
    const Errno error =
        path_open(call, directory, lookup, put(path), length(path), flags, base, 0, fd_flags, out);
    if (error == Errno::success) result = get<Fd>(out);
    return error;
  }
  /// Writes all of `text`, or fails.
  Errno write(Fd fd, std::string_view text) {
    const Pointer list = iovecs({{put(text), length(text)}});
    const Pointer out = take(4);
    const Errno error = fd_write(call, fd, list, 1, out);
    if (error == Errno::success) CHECK(get<Size>(out) == text.size());
    return error;
  }
  Errno read(Fd fd, uint32_t count, std::string& result) {
    const Pointer buffer = take(count);
    const Pointer list = iovecs({{buffer, count}});
    const Pointer out = take(4);
    const Errno error = fd_read(call, fd, list, 1, out);
    if (error == Errno::success) result = text(buffer, get<Size>(out));
    return error;
  }
  Fdstat fdstat(Fd fd) {
    const Pointer out = take(sizeof(Fdstat));
    REQUIRE(fd_fdstat_get(call, fd, out) == Errno::success);
    return get<Fdstat>(out);
  }

 private:
  Pointer next_ = 64;
};

constexpr uint64_t read_write = rights::fd_read | rights::fd_write;

}  // namespace p1
}  // namespace zwasm::wasi
