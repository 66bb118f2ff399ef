#include "os/path.hpp"

#include <dirent.h>
#include <doctest/doctest.h>
#include <errno.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "os/directory.hpp"

namespace zwasm::os {
namespace {

/// A folder of its own with "inside/file", and a file beside it.
class Tree {
 public:
  Tree() {
    char name[] = "/tmp/zwasm-os-path-XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    path_ = name;
    std::filesystem::create_directories(path_ / "root/inside");
    std::ofstream(path_ / "root/inside/file") << "text";
    std::ofstream(path_ / "outside") << "secret";
    root_ = ::open((path_ / "root").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    REQUIRE(root_ >= 0);
  }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  ~Tree() {
    ::close(root_);
    std::filesystem::remove_all(path_);
  }

  int root() const { return root_; }
  std::filesystem::path operator/(const char* name) const { return path_ / "root" / name; }

 private:
  std::filesystem::path path_;
  int root_ = -1;
};

/// The errno that opening fails with, 0 if it does not.
int open_error(const Tree& tree, const char* path, int flags = O_RDONLY) {
  const int fd = open_beneath(tree.root(), path, flags, 0);
  if (fd < 0) return errno;
  ::close(fd);
  return 0;
}

TEST_CASE("what is opened beneath a directory cannot be outside") {
  const Tree tree;
  if (!has_open_beneath(tree.root())) return;  // an old kernel, or user-mode emulation
  std::filesystem::create_symlink("inside/file", tree / "in");
  std::filesystem::create_symlink("../outside", tree / "out");
  CHECK(open_error(tree, "inside/file") == 0);
  CHECK(open_error(tree, "inside/../inside/file") == 0);
  CHECK(open_error(tree, "in") == 0);
  CHECK(open_error(tree, "in", O_RDONLY | O_NOFOLLOW) == ELOOP);
  CHECK(open_error(tree, "../outside") == EXDEV);
  CHECK(open_error(tree, "out") == EXDEV);
  CHECK(open_error(tree, "/") == EXDEV);
  CHECK(open_error(tree, "none") == ENOENT);
  const int fd = open_beneath(tree.root(), "new", O_WRONLY | O_CREAT, 0600);
  REQUIRE(fd >= 0);
  struct stat status;
  CHECK(::fstat(fd, &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
  ::close(fd);
}

TEST_CASE("asking for open_beneath keeps errno") {
  errno = ERANGE;
  CHECK_FALSE(has_open_beneath(-1));
  CHECK(errno == ERANGE);
}

TEST_CASE("a place stands for a link, and for the times of a file") {
  const Tree tree;
  std::filesystem::create_symlink("inside/file", tree / "link");
  const int link = ::openat(tree.root(), "link", place_only | O_NOFOLLOW | O_CLOEXEC);
  REQUIRE(link >= 0);
  char target[64];
  const ssize_t length = read_link(link, target, sizeof(target));
  REQUIRE(length == 11);
  CHECK(std::string(target, 11) == "inside/file");
  ::close(link);

  const int file = ::openat(tree.root(), "inside/file", place_only | O_CLOEXEC);
  REQUIRE(file >= 0);
  const timespec times[2] = {{1000, 1}, {2000, 2}};
  CHECK(set_times(file, times) == 0);
  struct stat status;
  REQUIRE(::fstat(file, &status) == 0);
  CHECK(status.st_atim.tv_sec == 1000);
  CHECK(status.st_mtim.tv_sec == 2000);
  CHECK(status.st_mtim.tv_nsec == 2);
  ::close(file);
  CHECK(set_times(-1, times) == -1);
  CHECK(errno == EBADF);
}

TEST_CASE("room for bytes makes a file larger") {
  const Tree tree;
  const int file = ::openat(tree.root(), "inside/file", O_RDWR | O_CLOEXEC);
  REQUIRE(file >= 0);
  if (allocate(file, 4096, 4096) == 0) {
    struct stat status;
    REQUIRE(::fstat(file, &status) == 0);
    CHECK(status.st_size == 8192);
  } else {
    CHECK(errno == EOPNOTSUPP);  // of the file system
  }
  CHECK(allocate(file, 0, 0) == -1);
  CHECK(errno == EINVAL);
  ::close(file);
}

TEST_CASE("a directory is read to its end") {
  const Tree tree;
  std::set<std::string> expected = {".", "..", "inside"};
  for (int i = 0; i < 1000; ++i) {  // more than the buffer holds
    const std::string name = "a-file-with-a-long-name-" + std::to_string(i);
    std::ofstream(tree / name.c_str()) << i;
    expected.insert(name);
  }
  std::set<std::string> names;
  DirectoryReader reader(tree.root());
  for (DirectoryEntry entry; reader.next(entry);) {
    CHECK(entry.inode != 0);
    if (entry.name == "inside") CHECK((entry.type == DT_DIR || entry.type == DT_UNKNOWN));
    CHECK(names.emplace(entry.name).second);
  }
  CHECK(reader.error() == 0);
  CHECK(names == expected);

  const int file = ::openat(tree.root(), "inside/file", O_RDONLY | O_CLOEXEC);
  DirectoryReader none(file);
  DirectoryEntry entry;
  CHECK_FALSE(none.next(entry));
  CHECK(none.error() == ENOTDIR);
  ::close(file);
}

}  // namespace
}  // namespace zwasm::os
