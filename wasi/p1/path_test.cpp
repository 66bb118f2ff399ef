#include "wasi/path.hpp"

#include <sys/eventfd.h>

#include <chrono>
#include <thread>

#include "wasi/p1/test_guest.hpp"
#include "wasi/test_lookup.hpp"

namespace zwasm::wasi::p1 {
namespace {

/// A guest with the folders "data" (3) and, read-only, "fixed" (4); "secret" is beside them.
struct Fixture {
  TemporaryFolder folder;
  Guest guest;
  Call& call = guest.call;
  Fixture() {
    for (const char* name : {"data/sub", "fixed/sub", "secret"}) folder.make_directory(name);
    folder.write("data/file", "content");
    folder.write("fixed/file", "fixed");
    folder.write("secret/file", "secret");
    folder.link("../secret", "data/out");
    folder.link("../secret/file", "data/out_file");
    REQUIRE(guest.host.add_preopen((folder / "data").c_str(), "/").ok());
    REQUIRE(guest.host.add_preopen((folder / "fixed").c_str(), "/fixed", true).ok());
  }
  template <class Function>
  auto with(std::string_view path, Function function) {
    return function(guest.put(path), Guest::length(path));
  }
  Errno mkdir(Fd fd, std::string_view path) {
    return path_create_directory(call, fd, guest.put(path), Guest::length(path));
  }
  Errno unlink(Fd fd, std::string_view path) {
    return path_unlink_file(call, fd, guest.put(path), Guest::length(path));
  }
  Errno rmdir(Fd fd, std::string_view path) {
    return path_remove_directory(call, fd, guest.put(path), Guest::length(path));
  }
  Errno rename(Fd from, std::string_view old_path, Fd to, std::string_view new_path) {
    return path_rename(call, from, guest.put(old_path), Guest::length(old_path), to,
                       guest.put(new_path), Guest::length(new_path));
  }
  Errno link(Fd from, std::string_view old_path, Fd to, std::string_view new_path,
             uint32_t flags = 0) {
    return path_link(call, from, flags, guest.put(old_path), Guest::length(old_path), to,
                     guest.put(new_path), Guest::length(new_path));
  }
  Errno symlink(std::string_view target, Fd fd, std::string_view path) {
    return path_symlink(call, guest.put(target), Guest::length(target), fd, guest.put(path),
                        Guest::length(path));
  }
  Errno stat(Fd fd, std::string_view path, uint32_t flags, Filestat& status) {
    const Pointer out = guest.take(sizeof(Filestat));
    const Errno error =
        path_filestat_get(call, fd, flags, guest.put(path), Guest::length(path), out);
    status = guest.get<Filestat>(out);
    return error;
  }
  Errno readlink(Fd fd, std::string_view path, uint32_t size, std::string& target) {
    const Pointer buffer = guest.take(size), out = guest.take(4);
    const Errno error =
        path_readlink(call, fd, guest.put(path), Guest::length(path), buffer, size, out);
    if (error == Errno::success) target = guest.text(buffer, guest.get<Size>(out));
    return error;
  }
  Errno set_times(Fd fd, std::string_view path, uint32_t lookup, uint64_t time) {
    return path_filestat_set_times(call, fd, lookup, guest.put(path), Guest::length(path), time,
                                   time, fstflags::atim | fstflags::mtim);
  }
};

TEST_CASE_FIXTURE(Fixture, "a file's life") {
  for (const Lookup lookup : testable_lookups()) {
    guest.host.set_lookup(lookup);
    Fd fd{};
    Filestat status;
    std::string target;
    CHECK(mkdir(3, "dir") == Errno::success);
    CHECK(mkdir(3, "dir") == Errno::exist);
    CHECK(guest.open(3, "dir/a", oflags::creat | oflags::excl, rights::fd_write, fd) ==
          Errno::success);
    CHECK(guest.write(fd, "text") == Errno::success);
    CHECK(fd_close(call, fd) == Errno::success);
    CHECK(guest.open(3, "dir/a", oflags::creat | oflags::excl, 0, fd) == Errno::exist);
    CHECK(link(3, "dir/a", 3, "sub/b") == Errno::success);
    CHECK(rename(3, "dir/a", 3, "sub/c") == Errno::success);
    CHECK(symlink("c", 3, "sub/link") == Errno::success);
    CHECK(readlink(3, "sub/link", 16, target) == Errno::success);
    CHECK(target == "c");
    CHECK(stat(3, "sub/link", 0, status) == Errno::success);
    CHECK(status.filetype == static_cast<uint8_t>(FileType::symbolic_link));
    CHECK(stat(3, "sub/link", lookupflags::symlink_follow, status) == Errno::success);
    CHECK(status.size == 4);
    CHECK(status.nlink == 2);
    CHECK(set_times(3, "sub/link", lookupflags::symlink_follow, 5'000'000'123) == Errno::success);
    CHECK(set_times(3, "sub/link", 0, 7'000'000'007) == Errno::success);
    CHECK(stat(3, "sub/c", 0, status) == Errno::success);
    CHECK(status.mtim == 5'000'000'123);
    CHECK(stat(3, "sub/link", 0, status) == Errno::success);
    CHECK(status.mtim == 7'000'000'007);
    CHECK(guest.open(3, "sub/link", oflags::trunc, rights::fd_write, fd) == Errno::success);
    CHECK(fd_close(call, fd) == Errno::success);
    CHECK(folder.read("data/sub/b").empty());
    for (const char* path : {"sub/b", "sub/c", "sub/link"})
      CHECK(unlink(3, path) == Errno::success);
    CHECK(rmdir(3, "sub/c") == Errno::noent);
    CHECK(rmdir(3, "dir") == Errno::success);
    CHECK_FALSE(folder.has("data/dir"));
  }
}

TEST_CASE_FIXTURE(Fixture, "links keep their lengths and kinds") {
  std::string target;
  CHECK(readlink(3, "out", 4, target) == Errno::success);
  CHECK(target == "../s");
  CHECK(readlink(3, "out", 0, target) == Errno::success);
  CHECK(target.empty());
  CHECK(readlink(3, "file", 16, target) == Errno::inval);
  CHECK(readlink(3, "sub/", 16, target) == Errno::inval);
  CHECK(readlink(3, "out/", 16, target) == Errno::perm);
  CHECK(symlink("/etc/passwd", 3, "abs") == Errno::perm);
  CHECK(symlink("", 3, "empty") == Errno::noent);
  CHECK(symlink("x", 3, "file/") == Errno::notdir);
  CHECK(symlink("x", 3, "sub/") == Errno::exist);
  CHECK(link(3, "file", 3, "copy", lookupflags::symlink_follow) == Errno::inval);
  CHECK(link(3, "sub", 3, "copy") == Errno::perm);
  CHECK(link(3, "sub/", 3, "copy") == Errno::perm);
  CHECK(link(3, "file/", 3, "copy") == Errno::notdir);
  // A link to a link does not follow it.
  CHECK(link(3, "out_file", 3, "copy") == Errno::success);
  CHECK(readlink(3, "copy", 64, target) == Errno::success);
  CHECK(target == "../secret/file");
}

TEST_CASE_FIXTURE(Fixture, "no function reaches outside") {
  for (const Lookup lookup : testable_lookups()) {
    guest.host.set_lookup(lookup);
    Fd fd{};
    Filestat status;
    std::string target;
    const std::string absolute = folder / "secret/file";
    for (const std::string& path :
         {std::string("../secret/file"), absolute, std::string("out/file"),
          std::string("sub/../../secret/file"), std::string("out_file/../file")}) {
      CAPTURE(path);
      CHECK(guest.open(3, path, 0, rights::fd_read, fd) == Errno::perm);
      CHECK(guest.open(3, path, oflags::creat | oflags::trunc, rights::fd_write, fd) ==
            Errno::perm);
      CHECK(guest.open(3, path, 0, rights::fd_read, fd, 0, 0) == Errno::perm);
      CHECK(stat(3, path, 0, status) == Errno::perm);
      CHECK(stat(3, path, lookupflags::symlink_follow, status) == Errno::perm);
      CHECK(set_times(3, path, 0, 0) == Errno::perm);
      CHECK(set_times(3, path, lookupflags::symlink_follow, 0) == Errno::perm);
      CHECK(readlink(3, path, 16, target) == Errno::perm);
      CHECK(unlink(3, path) == Errno::perm);
      CHECK(rmdir(3, path) == Errno::perm);
      CHECK(mkdir(3, path + "_new") == Errno::perm);
      CHECK(symlink("x", 3, path + "_new") == Errno::perm);
      CHECK(rename(3, path, 3, "stolen") == Errno::perm);
      CHECK(rename(3, "file", 3, path) == Errno::perm);
      CHECK(link(3, path, 3, "stolen") == Errno::perm);
      CHECK(link(3, "file", 3, path + "_new") == Errno::perm);
    }
    // Trailing slashes make the kernel follow links.
    CHECK(stat(3, "out/", 0, status) == Errno::perm);
    CHECK(set_times(3, "out/", 0, 0) == Errno::perm);
    CHECK(guest.open(3, "out/", oflags::directory, 0, fd, 0, 0) == Errno::perm);
    CHECK(link(3, "out/", 3, "stolen") == Errno::perm);
    CHECK(rmdir(3, "out/") == Errno::notdir);
    CHECK(guest.open(3, "out_file", 0, rights::fd_read, fd) == Errno::perm);
    CHECK(guest.open(3, "out_file", 0, rights::fd_read, fd, 0, 0) == Errno::loop);
    CHECK(stat(3, "..", 0, status) == Errno::perm);
    CHECK(stat(3, "sub/../..", 0, status) == Errno::perm);
    CHECK(rmdir(3, "..") == Errno::perm);
    CHECK(rename(3, "sub", 3, "..") == Errno::perm);
    // A directory opened beneath is a root of its own.
    REQUIRE(guest.open(3, "sub", oflags::directory, 0, fd) == Errno::success);
    CHECK(stat(fd, "../file", 0, status) == Errno::perm);
    CHECK(fd_close(call, fd) == Errno::success);
  }
  CHECK(folder.read("secret/file") == "secret");
  CHECK_FALSE(folder.has("secret/file_new"));
  CHECK_FALSE(folder.has("data/stolen"));
  CHECK(folder.read("data/file") == "content");
}

TEST_CASE_FIXTURE(Fixture, "a read-only directory can be read and nothing else") {
  Fd fd{}, sub{};
  Filestat status;
  std::string content;
  REQUIRE(guest.open(4, "sub", oflags::directory, 0, sub) == Errno::success);
  REQUIRE(guest.open(4, "file", 0, rights::fd_read, fd) == Errno::success);
  CHECK(guest.read(fd, 16, content) == Errno::success);
  CHECK(content == "fixed");
  CHECK(fd_filestat_set_times(call, fd, 0, 0, fstflags::mtim) == Errno::rofs);
  CHECK(fd_filestat_set_times(call, 4, 0, 0, fstflags::mtim) == Errno::rofs);
  CHECK(fd_filestat_set_size(call, fd, 0) == Errno::badf);
  CHECK(guest.write(fd, "x") == Errno::badf);
  CHECK(guest.open(4, "file", 0, rights::fd_write, fd) == Errno::rofs);
  CHECK(guest.open(4, "file", 0, read_write, fd) == Errno::rofs);
  CHECK(guest.open(4, "file", oflags::trunc, 0, fd) == Errno::rofs);
  CHECK(guest.open(4, "new", oflags::creat, 0, fd) == Errno::rofs);
  CHECK(guest.open(sub, "new", oflags::creat, 0, fd) == Errno::rofs);
  CHECK(guest.open(4, "file", oflags::creat, rights::fd_read, fd) == Errno::success);
  CHECK(guest.open(4, "file", oflags::creat | oflags::excl, 0, fd) == Errno::exist);
  CHECK(guest.open(4, "new", oflags::creat | oflags::excl, 0, fd) == Errno::rofs);
  CHECK(set_times(4, "file", 0, 0) == Errno::rofs);
  CHECK(mkdir(4, "new") == Errno::rofs);
  CHECK(mkdir(sub, "new") == Errno::rofs);
  CHECK(unlink(4, "file") == Errno::rofs);
  CHECK(rmdir(4, "sub") == Errno::rofs);
  CHECK(symlink("x", 4, "new") == Errno::rofs);
  CHECK(rename(4, "file", 4, "new") == Errno::rofs);
  CHECK(rename(4, "file", 3, "new") == Errno::rofs);
  CHECK(rename(3, "file", 4, "new") == Errno::rofs);
  CHECK(link(3, "file", 4, "new") == Errno::rofs);
  CHECK(link(4, "file", 3, "new") == Errno::rofs);
  CHECK(stat(4, "file", 0, status) == Errno::success);
  CHECK(folder.read("fixed/file") == "fixed");
  CHECK_FALSE(folder.has("fixed/new"));
  CHECK_FALSE(folder.has("data/new"));
}

TEST_CASE_FIXTURE(Fixture, "opening a named pipe can be cancelled, and works when nobody does") {
  REQUIRE(::mkfifo((folder / "data/pipe").c_str(), 0666) == 0);
  UniqueFd event(::eventfd(0, EFD_CLOEXEC));
  guest.call.cancel_fd = event.get();
  Fd fd{};
  {
    std::thread writer([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      UniqueFd end(::open((folder / "data/pipe").c_str(), O_WRONLY | O_CLOEXEC));
      CHECK(::write(end.get(), "text", 4) == 4);
    });
    std::string content;
    const Errno opened = guest.open(3, "pipe", 0, rights::fd_read, fd);
    const Errno read = guest.read(fd, 8, content);
    writer.join();
    CHECK(opened == Errno::success);
    CHECK(read == Errno::success);
    CHECK(content == "text");
    CHECK(fd_close(call, fd) == Errno::success);
  }
  {
    std::string content(4, ' ');
    std::thread reader([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      UniqueFd end(::open((folder / "data/pipe").c_str(), O_RDONLY | O_CLOEXEC));
      CHECK(::read(end.get(), content.data(), 4) == 4);
    });
    const Errno opened = guest.open(3, "pipe", 0, rights::fd_write, fd);
    const Errno written = guest.write(fd, "data");
    reader.join();
    CHECK(opened == Errno::success);
    CHECK(written == Errno::success);
    CHECK(content == "data");
  }
  const uint64_t one = 1;
  REQUIRE(::write(event.get(), &one, sizeof(one)) == sizeof(one));
  CHECK(fd_close(call, fd) == Errno::success);
  CHECK(guest.open(3, "pipe", 0, rights::fd_write, fd) == Errno::interrupted);
}

TEST_CASE_FIXTURE(Fixture, "arguments that are not right") {
  Fd fd{};
  Filestat status;
  CHECK(stat(3, std::string("fi\0le", 5), 0, status) == Errno::inval);
  CHECK(stat(3, "", 0, status) == Errno::noent);
  CHECK(stat(3, std::string(5000, 'a'), 0, status) == Errno::nametoolong);
  CHECK(stat(3, "file", 2, status) == Errno::inval);
  CHECK(stat(99, "file", 0, status) == Errno::badf);
  CHECK(stat(1, "file", 0, status) == Errno::notdir);
  CHECK(path_filestat_get(call, 3, 0, Guest::size - 2, 4, 0) == Errno::out_of_bounds);
  CHECK(path_create_directory(call, 3, ~0u, 4) == Errno::out_of_bounds);
  const Pointer path = guest.put("file");
  CHECK(path_open(call, 3, 0, path, 4, 0, 0, 0, 0, Guest::size - 2) == Errno::out_of_bounds);
  CHECK(path_readlink(call, 3, path, 4, Guest::size - 2, 4, 0) == Errno::out_of_bounds);
  CHECK(guest.open(3, "file", 16, 0, fd) == Errno::inval);
  CHECK(guest.open(3, "file", 0, 0, fd, 32) == Errno::inval);
  CHECK(guest.open(3, "file", 0, 0, fd, 0, 2) == Errno::inval);
  CHECK(guest.open(3, "new", oflags::creat | oflags::directory, 0, fd) == Errno::inval);
  CHECK(guest.open(3, "sub", oflags::directory, read_write, fd) == Errno::isdir);
  CHECK(guest.open(3, "file", oflags::directory, 0, fd) == Errno::notdir);
  CHECK(guest.open(3, "file", 0, 0, fd) == Errno::success);
  CHECK(stat(fd, "x", 0, status) == Errno::notdir);
  CHECK_FALSE(folder.has("data/new"));
}

}  // namespace
}  // namespace zwasm::wasi::p1
