#include <set>

#include "wasi/p1/test_guest.hpp"

namespace zwasm::wasi::p1 {
namespace {

struct Fixture {
  TemporaryFolder folder;
  Guest guest;
  Call& call = guest.call;
  Fixture() { REQUIRE(guest.host.add_preopen(folder.path().c_str(), "/data").ok()); }
  Fd open(std::string_view path, uint32_t flags, uint64_t base, uint32_t fd_flags = 0) {
    Fd fd = 0;
    REQUIRE(guest.open(3, path, flags, base, fd, fd_flags) == Errno::success);
    return fd;
  }
};

TEST_CASE_FIXTURE(Fixture, "preopens tell their names") {
  const Pointer out = guest.take(8);
  REQUIRE(fd_prestat_get(call, 3, out) == Errno::success);
  CHECK(guest.get<Prestat>(out).tag == 0);
  CHECK(guest.get<Prestat>(out).dir_name_len == 5);
  const Pointer name = guest.take(8);
  CHECK(fd_prestat_dir_name(call, 3, name, 8) == Errno::success);
  CHECK(guest.text(name, 8) == std::string("/data\0\0\0", 8));
  CHECK(fd_prestat_dir_name(call, 3, name, 4) == Errno::nametoolong);
  CHECK(fd_prestat_dir_name(call, 3, Guest::size - 4, 5) == Errno::out_of_bounds);
  CHECK(fd_prestat_get(call, 1, out) == Errno::badf);
  CHECK(fd_prestat_get(call, 4, out) == Errno::badf);
}

TEST_CASE_FIXTURE(Fixture, "sync and datasync work on files and directories only") {
  const Fd file = open("file", oflags::creat, read_write);
  CHECK(guest.write(file, "kept") == Errno::success);
  CHECK(fd_sync(call, file) == Errno::success);
  CHECK(fd_datasync(call, file) == Errno::success);
  CHECK(fd_sync(call, 3) == Errno::success);
  CHECK(fd_datasync(call, 3) == Errno::success);
  CHECK(fd_sync(call, 99) == Errno::badf);
  CHECK(fd_datasync(call, 99) == Errno::badf);
  CHECK(fd_sync(call, 1) == Errno::inval);
  CHECK(fd_datasync(call, 1) == Errno::inval);
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  UniqueFd reader(ends[0]), writer(ends[1]);
  guest.host.set_stdio_descriptor(1, writer.get());
  CHECK(fd_sync(call, 1) == Errno::inval);
  CHECK(fd_datasync(call, 1) == Errno::inval);
  CHECK(folder.read("file") == "kept");
}

TEST_CASE_FIXTURE(Fixture, "rights follow how a file was opened, and can only be dropped") {
  folder.write("file", "content");
  const Fd reader = open("file", 0, rights::fd_read);
  const Fd writer = open("file", 0, rights::fd_write);
  const Fd neither = open("file", 0, 0);
  CHECK((guest.fdstat(reader).rights_base & (read_write | rights::fd_allocate)) == rights::fd_read);
  CHECK((guest.fdstat(writer).rights_base & read_write) == rights::fd_write);
  CHECK((guest.fdstat(neither).rights_base & read_write) == 0);
  std::string content;
  CHECK(guest.write(reader, "x") == Errno::badf);
  CHECK(guest.read(writer, 1, content) == Errno::badf);
  CHECK(guest.read(neither, 1, content) == Errno::badf);
  CHECK(fd_filestat_set_size(call, reader, 0) == Errno::badf);
  CHECK(fd_allocate(call, reader, 0, 10) == Errno::badf);

  const uint64_t all = guest.fdstat(reader).rights_base;
  CHECK(fd_fdstat_set_rights(call, reader, all | rights::fd_write, 0) == Errno::notcapable);
  CHECK(fd_fdstat_set_rights(call, reader, all & ~rights::fd_read, 0) == Errno::success);
  CHECK(guest.read(reader, 1, content) == Errno::badf);
  CHECK(fd_fdstat_set_rights(call, reader, all, 0) == Errno::notcapable);
  CHECK(fd_fdstat_set_rights(call, reader, 0, 0) == Errno::success);
  CHECK(fd_sync(call, reader) == Errno::notcapable);
  CHECK(fd_filestat_get(call, reader, 0) == Errno::notcapable);

  // What a directory does not pass on, nothing opened through it has.
  const Fdstat directory = guest.fdstat(3);
  REQUIRE(fd_fdstat_set_rights(call, 3, directory.rights_base,
                               directory.rights_inheriting & ~rights::fd_write) == Errno::success);
  Fd fd{};
  CHECK(guest.open(3, "file", 0, rights::fd_write, fd) == Errno::notcapable);
  CHECK(guest.open(3, "file", 0, rights::fd_read, fd) == Errno::success);
  REQUIRE(fd_fdstat_set_rights(call, 3, directory.rights_base & ~rights::path_create_file, 0) ==
          Errno::success);
  CHECK(guest.open(3, "new", oflags::creat, 0, fd) == Errno::notcapable);
  CHECK_FALSE(folder.has("new"));
}

TEST_CASE_FIXTURE(Fixture, "flags: append and non-blocking change, the others only report") {
  const Fd fd = open("log", oflags::creat, read_write, fdflags::append | fdflags::sync);
  CHECK(guest.fdstat(fd).flags == (fdflags::append | fdflags::sync));
  CHECK(guest.write(fd, "one") == Errno::success);
  const Pointer position = guest.take(8);
  CHECK(fd_seek(call, fd, 0, 0, position) == Errno::success);
  CHECK(guest.write(fd, "two") == Errno::success);
  CHECK(folder.read("log") == "onetwo");
  CHECK(fd_fdstat_set_flags(call, fd, fdflags::sync) == Errno::success);
  CHECK(fd_seek(call, fd, 0, 0, position) == Errno::success);
  CHECK(guest.write(fd, "1") == Errno::success);
  CHECK(folder.read("log") == "1netwo");
  CHECK(fd_fdstat_set_flags(call, fd, fdflags::sync | fdflags::nonblock) == Errno::success);
  CHECK(guest.fdstat(fd).flags == (fdflags::sync | fdflags::nonblock));
  CHECK(fd_fdstat_set_flags(call, fd, 0) == Errno::inval);
  CHECK(fd_fdstat_set_flags(call, fd, fdflags::sync | 32) == Errno::inval);
}

TEST_CASE_FIXTURE(Fixture, "seek and tell, in the numbers of both interfaces") {
  folder.write("file", "0123456789");
  const Fd fd = open("file", 0, rights::fd_read);
  const Pointer out = guest.take(8);
  CHECK(fd_seek(call, fd, 4, 0, out) == Errno::success);
  CHECK(guest.get<uint64_t>(out) == 4);
  CHECK(fd_seek(call, fd, static_cast<uint64_t>(-1), 1, out) == Errno::success);
  CHECK(guest.get<uint64_t>(out) == 3);
  CHECK(fd_seek(call, fd, static_cast<uint64_t>(-2), 2, out) == Errno::success);
  CHECK(guest.get<uint64_t>(out) == 8);
  CHECK(fd_tell(call, fd, out) == Errno::success);
  CHECK(guest.get<uint64_t>(out) == 8);
  CHECK(fd_seek(call, fd, static_cast<uint64_t>(-9), 1, out) == Errno::inval);
  CHECK(fd_seek(call, fd, 0, 3, out) == Errno::inval);
  call.abi = Abi::unstable;
  CHECK(fd_seek(call, fd, 1, 0, out) == Errno::success);  // from here
  CHECK(guest.get<uint64_t>(out) == 9);
  CHECK(fd_seek(call, fd, 0, 1, out) == Errno::success);  // from the end
  CHECK(guest.get<uint64_t>(out) == 10);
  CHECK(fd_seek(call, fd, 2, 2, out) == Errno::success);  // from the start
  CHECK(guest.get<uint64_t>(out) == 2);
  call.abi = Abi::preview1;
  CHECK(fd_seek(call, 3, 0, 1, out) == Errno::isdir);
  CHECK(fd_tell(call, 3, out) == Errno::isdir);
  CHECK(fd_seek(call, 1, 0, 0, out) == Errno::spipe);
  CHECK(fd_tell(call, 1, out) == Errno::spipe);
}

TEST_CASE_FIXTURE(Fixture, "attributes in both layouts, times, sizes") {
  folder.write("file", "12345");
  const Fd fd = open("file", 0, read_write);
  REQUIRE(::link((folder / "file").c_str(), (folder / "second").c_str()) == 0);
  CHECK(fd_filestat_set_times(call, fd, 1'500'000'001, 2'000'000'000'000'000'007, 1 | 4) ==
        Errno::success);
  const Pointer out = guest.take(64);
  REQUIRE(fd_filestat_get(call, fd, out) == Errno::success);
  const auto status = guest.get<Filestat>(out);
  struct stat host;
  REQUIRE(::stat((folder / "file").c_str(), &host) == 0);
  CHECK(status.ino == host.st_ino);
  CHECK(status.dev == host.st_dev);
  CHECK(status.filetype == static_cast<uint8_t>(FileType::regular_file));
  CHECK(status.nlink == 2);
  CHECK(status.size == 5);
  CHECK(status.atim == 1'500'000'001);
  CHECK(status.mtim == 2'000'000'000'000'000'007);
  call.abi = Abi::unstable;
  guest.bytes[out + 56] = 0xAA;  // behind the older record
  REQUIRE(fd_filestat_get(call, fd, out) == Errno::success);
  CHECK(guest.get<uint64_t>(out + 8) == host.st_ino);
  CHECK(guest.bytes[out + 16] == 4);
  CHECK(guest.get<uint32_t>(out + 20) == 2);
  CHECK(guest.get<uint64_t>(out + 24) == 5);
  CHECK(guest.get<uint64_t>(out + 32) == 1'500'000'001);
  CHECK(guest.bytes[out + 56] == 0xAA);
  call.abi = Abi::preview1;

  CHECK(fd_filestat_set_times(call, fd, 0, 0, 1 | 2) == Errno::inval);
  CHECK(fd_filestat_set_times(call, fd, 0, 0, 4 | 8) == Errno::inval);
  CHECK(fd_filestat_set_times(call, fd, 0, 0, 16) == Errno::inval);
  CHECK(fd_filestat_set_times(call, fd, 0, 0, 8) == Errno::success);
  REQUIRE(fd_filestat_get(call, fd, out) == Errno::success);
  CHECK(guest.get<Filestat>(out).atim == 1'500'000'001);
  CHECK(guest.get<Filestat>(out).mtim != 2'000'000'000'000'000'007);

  CHECK(fd_filestat_set_size(call, fd, 2) == Errno::success);
  CHECK(folder.read("file") == "12");
  CHECK(fd_filestat_set_size(call, fd, uint64_t{1} << 63) == Errno::inval);
  CHECK(fd_allocate(call, fd, 0, 100) == Errno::success);
  REQUIRE(fd_filestat_get(call, fd, out) == Errno::success);
  CHECK(guest.get<Filestat>(out).size == 100);
  CHECK(fd_allocate(call, fd, 0, 0) == Errno::inval);
  CHECK(fd_allocate(call, fd, ~uint64_t{0}, 1) == Errno::inval);
  CHECK(fd_allocate(call, 3, 0, 1) == Errno::isdir);
  CHECK(fd_filestat_set_size(call, 3, 1) == Errno::isdir);
  CHECK(fd_advise(call, fd, 0, 10, 3) == Errno::success);
  CHECK(fd_advise(call, fd, 0, 10, 6) == Errno::inval);
  CHECK(fd_advise(call, 1, 0, 10, 0) == Errno::spipe);
}

/// All entries, read through a buffer of `size` bytes the way libc does: a cut last record is read
/// again from its cookie.
std::vector<std::pair<std::string, uint64_t>> list(Guest& guest, Fd fd, Size size,
                                                   uint64_t cookie = 0) {
  std::vector<std::pair<std::string, uint64_t>> result;
  const Pointer buffer = guest.take(size), out = guest.take(4);
  while (true) {
    REQUIRE(fd_readdir(guest.call, fd, buffer, size, cookie, out) == Errno::success);
    const Size used = guest.get<Size>(out);
    REQUIRE(used <= size);
    Size position = 0;
    const uint64_t before = cookie;
    while (used - position >= sizeof(Dirent)) {
      const auto record = guest.get<Dirent>(buffer + position);
      if (used - position - sizeof(Dirent) < record.namlen) break;
      result.emplace_back(guest.text(buffer + position + sizeof(Dirent), record.namlen),
                          record.next);
      position += static_cast<Size>(sizeof(Dirent)) + record.namlen;
      cookie = record.next;
    }
    if (used < size) return result;
    REQUIRE(cookie != before);
  }
}

TEST_CASE_FIXTURE(Fixture, "readdir: cookies, cut records, a listing that stays") {
  folder.make_directory("empty");
  folder.make_directory("full");
  std::set<std::string> expected = {".", ".."};
  for (int i = 0; i < 100; ++i) {
    const std::string name = "file" + std::to_string(i);
    folder.write("full/" + name, "");
    expected.insert(name);
  }
  const Fd empty = open("empty", oflags::directory, 0);
  const Fd full = open("full", oflags::directory, 0);
  CHECK(list(guest, empty, 256).size() == 2);
  const auto entries = list(guest, full, 256);
  std::set<std::string> found;
  for (const auto& entry : entries) found.insert(entry.first);
  CHECK(entries.size() == 102);
  CHECK(found == expected);
  // From every cookie the rest, though the directory changes meanwhile.
  REQUIRE(::unlink((folder / "full/file7").c_str()) == 0);
  for (size_t i = 0; i < entries.size(); i += 17) {
    const auto rest = list(guest, full, 512, entries[i].second);
    REQUIRE(rest.size() == entries.size() - i - 1);
    if (!rest.empty()) CHECK(rest[0] == entries[i + 1]);
  }
  CHECK(list(guest, full, 4096).size() == 101);  // from the start: looked at again
  const Pointer buffer = guest.take(64), out = guest.take(4);
  CHECK(fd_readdir(call, full, buffer, 64, ~uint64_t{0}, out) == Errno::success);
  CHECK(guest.get<Size>(out) == 0);
  CHECK(fd_readdir(call, full, buffer, 10, 0, out) == Errno::success);
  CHECK(guest.get<Size>(out) == 10);
  CHECK(fd_readdir(call, full, Guest::size - 8, 16, 0, out) == Errno::out_of_bounds);
  CHECK(fd_readdir(call, 1, buffer, 64, 0, out) == Errno::notdir);
  // Types and inode numbers.
  folder.link("file1", "empty/link");
  folder.make_directory("empty/sub");
  REQUIRE(fd_readdir(call, empty, guest.take(512), 0, 0, out) == Errno::success);
  struct stat status;
  REQUIRE(::stat((folder / "empty").c_str(), &status) == 0);
  const Pointer wide = guest.take(512);
  REQUIRE(fd_readdir(call, empty, wide, 512, 0, out) == Errno::success);
  for (Size position = 0; position < guest.get<Size>(out);) {
    const auto record = guest.get<Dirent>(wide + position);
    const std::string name = guest.text(wide + position + sizeof(Dirent), record.namlen);
    const bool is_link = name == "link";
    CHECK(record.type ==
          static_cast<uint8_t>(is_link ? FileType::symbolic_link : FileType::directory));
    if (name == ".") CHECK(record.ino == status.st_ino);
    position += static_cast<Size>(sizeof(Dirent)) + record.namlen;
  }
}

TEST_CASE_FIXTURE(Fixture, "a character device that is no terminal can seek") {
  UniqueFd null(::open("/dev/null", O_RDWR));
  guest.host.set_stdio_descriptor(0, null.get());
  const Fdstat status = guest.fdstat(0);
  CHECK(status.filetype == static_cast<uint8_t>(FileType::character_device));
  CHECK((status.rights_base & rights::fd_seek) != 0);
  UniqueFd terminal(::posix_openpt(O_RDWR | O_NOCTTY));
  if (terminal.valid()) {
    guest.host.set_stdio_descriptor(0, terminal.get());
    CHECK((guest.fdstat(0).rights_base & (rights::fd_seek | rights::fd_tell)) == 0);
    CHECK(guest.fdstat(0).filetype == static_cast<uint8_t>(FileType::character_device));
  }
}

}  // namespace
}  // namespace zwasm::wasi::p1
