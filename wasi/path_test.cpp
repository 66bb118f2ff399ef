#include "wasi/path.hpp"

#include <atomic>
#include <thread>

#include "wasi/p1/test_guest.hpp"
#include "wasi/test_lookup.hpp"

namespace zwasm::wasi {
namespace {

/// A tree with things to find in `root`, and a secret beside it.
struct Tree {
  TemporaryFolder folder;
  UniqueFd root;

  Tree() {
    folder.make_directory("root/a/b/c");
    folder.make_directory("secret");
    folder.write("secret/file", "secret");
    folder.write("root/file", "top");
    folder.write("root/a/file", "in a");
    folder.write("root/a/b/c/file", "deep");
    folder.link("a/b", "root/to_b");
    folder.link("../file", "root/a/to_top");
    folder.link("file", "root/to_file");
    folder.link("to_file", "root/to_link");
    folder.link("../secret", "root/out");
    folder.link("../../secret/file", "root/a/out_file");
    folder.link(folder / "secret", "root/absolute");
    folder.link("/proc/self/root", "root/magic");
    folder.link("loop_b", "root/loop_a");
    folder.link("loop_a", "root/loop_b");
    folder.link("missing", "root/dangling");
    folder.link("a/../..", "root/sneaky");
    folder.link("b/..", "root/a/itself");
    root.reset(::open((folder / "root").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    REQUIRE(root.valid());
  }
};

std::string content(int fd) {
  char buffer[64];
  const ssize_t count = ::pread(fd, buffer, sizeof(buffer), 0);
  REQUIRE(count >= 0);
  return {buffer, static_cast<size_t>(count)};
}

const std::vector<Lookup> both = testable_lookups();

TEST_CASE("paths inside are found whichever way they go") {
  struct Expected {
    const char* path;
    const char* content;
  };
  const Expected expected[] = {
      {"file", "top"},
      {"./file", "top"},
      {"a/../file", "top"},
      {"a/b/../../file", "top"},
      {"a//file", "in a"},
      {"to_b/c/file", "deep"},
      {"a/to_top", "top"},
      {"to_link", "top"},
      {"to_b/../file", "in a"},
      {"a/b/c/file", "deep"},
      {"a/./b/./c/file", "deep"},
      {"a/itself/file", "in a"},
      {"a/itself/itself/../file", "top"},
  };
  Tree tree;
  for (const Lookup lookup : both) {
    PathResolver resolver(lookup);
    for (const Expected& one : expected) {
      CAPTURE(one.path);
      UniqueFd fd;
      REQUIRE(resolver.open(tree.root.get(), one.path, O_RDONLY, 0, fd) == Errno::success);
      CHECK(content(fd.get()) == one.content);
      struct stat followed, opened;
      REQUIRE(resolver.stat(tree.root.get(), one.path, true, followed) == Errno::success);
      REQUIRE(::fstat(fd.get(), &opened) == 0);
      CHECK(followed.st_ino == opened.st_ino);
    }
  }
}

TEST_CASE("nothing leads out of the root") {
  const char* const paths[] = {
      "..",
      "../secret/file",
      "a/../../secret/file",
      "/etc/passwd",
      "/",
      "out/file",
      "a/out_file",
      "absolute/file",
      "magic/etc",
      "sneaky/secret/file",
      "a/../..",
      "./..",
      "a/b/c/../../../..",
      "out/",
      "absolute/",
      "sneaky/",
      "to_b/../../../secret/file",
      "out/.",
      "out/..",
      "a/itself/../../secret/file",
  };
  Tree tree;
  for (const Lookup lookup : both) {
    PathResolver resolver(lookup);
    for (const char* path : paths) {
      CAPTURE(path);
      UniqueFd fd;
      struct stat status;
      CHECK(resolver.open(tree.root.get(), path, O_RDONLY, 0, fd) == Errno::perm);
      CHECK(resolver.open(tree.root.get(), path, O_PATH, 0, fd) == Errno::perm);
      CHECK(resolver.stat(tree.root.get(), path, true, status) == Errno::perm);
    }
    // Names of links are no escape by themselves, what is behind them is.
    for (const char* path : {"out", "absolute", "magic", "sneaky", "a/out_file"}) {
      CAPTURE(path);
      UniqueFd fd;
      struct stat status;
      CHECK(resolver.open(tree.root.get(), path, O_RDONLY | O_NOFOLLOW, 0, fd) == Errno::loop);
      CHECK(resolver.open(tree.root.get(), path, O_RDONLY, 0, fd) == Errno::perm);
      REQUIRE(resolver.stat(tree.root.get(), path, false, status) == Errno::success);
      CHECK(S_ISLNK(status.st_mode));
    }
    // Creating through a link that leads out.
    UniqueFd fd;
    tree.folder.link("../secret/made", "root/create_out");
    CHECK(resolver.open(tree.root.get(), "create_out", O_WRONLY | O_CREAT, 0666, fd) ==
          Errno::perm);
    CHECK_FALSE(tree.folder.has("secret/made"));
    REQUIRE(::unlink((tree.folder / "root/create_out").c_str()) == 0);
  }
}

TEST_CASE("errors are the kernel's in both ways of resolution") {
  struct Expected {
    const char* path;
    int flags;
    Errno error;
  };
  const Expected expected[] = {
      {"missing", O_RDONLY, Errno::noent},
      {"", O_RDONLY, Errno::noent},
      {"missing/file", O_RDONLY, Errno::noent},
      {"file/x", O_RDONLY, Errno::notdir},
      {"file/..", O_RDONLY, Errno::notdir},
      {"file/", O_RDONLY, Errno::notdir},
      {"file/.", O_RDONLY, Errno::notdir},
      {"to_file/", O_RDONLY, Errno::notdir},
      {"file", O_RDONLY | O_DIRECTORY, Errno::notdir},
      {"a", O_WRONLY, Errno::isdir},
      {"loop_a", O_RDONLY, Errno::loop},
      {"loop_a/x", O_RDONLY, Errno::loop},
      {"dangling", O_RDONLY, Errno::noent},
      {"dangling/x", O_RDONLY, Errno::noent},
      {"file", O_RDWR | O_CREAT | O_EXCL, Errno::exist},
      {"dangling", O_RDWR | O_CREAT | O_EXCL, Errno::exist},
      {"to_file", O_RDONLY | O_NOFOLLOW, Errno::loop},
      {"to_b", O_RDONLY | O_NOFOLLOW | O_DIRECTORY, Errno::notdir},
      {"new/", O_RDWR | O_CREAT, Errno::isdir},
  };
  Tree tree;
  for (const Lookup lookup : both) {
    PathResolver resolver(lookup);
    for (const Expected& one : expected) {
      CAPTURE(one.path);
      UniqueFd fd;
      CHECK(resolver.open(tree.root.get(), one.path, one.flags, 0666, fd) == one.error);
    }
  }
}

TEST_CASE("forty links are followed, more are not") {
  Tree tree;
  for (int i = 0; i < 45; ++i) {
    tree.folder.link(i == 0 ? "file" : "chain" + std::to_string(i - 1),
                     "root/chain" + std::to_string(i));
  }
  for (const Lookup lookup : both) {
    PathResolver resolver(lookup);
    UniqueFd fd;
    CHECK(resolver.open(tree.root.get(), "chain39", O_RDONLY, 0, fd) == Errno::success);
    CHECK(resolver.open(tree.root.get(), "chain40", O_RDONLY, 0, fd) == Errno::loop);
  }
}

TEST_CASE("a dangling link inside creates its target, a trailing slash follows") {
  for (const Lookup lookup : both) {
    Tree tree;
    PathResolver resolver(lookup);
    UniqueFd fd;
    REQUIRE(resolver.open(tree.root.get(), "dangling", O_WRONLY | O_CREAT, 0666, fd) ==
            Errno::success);
    CHECK(tree.folder.has("root/missing"));
    struct stat through_slash, directory;
    REQUIRE(resolver.stat(tree.root.get(), "to_b/", false, through_slash) == Errno::success);
    REQUIRE(resolver.stat(tree.root.get(), "a/b", false, directory) == Errno::success);
    CHECK(through_slash.st_ino == directory.st_ino);
  }
}

TEST_CASE("parents: the last name is kept as it is") {
  Tree tree;
  for (const Lookup lookup : both) {
    PathResolver resolver(lookup);
    const auto parent = [&](const char* path) {
      ParentAndName result;
      REQUIRE(resolver.parent(tree.root.get(), path, result) == Errno::success);
      struct stat status;
      REQUIRE(::fstat(result.fd, &status) == 0);
      return std::pair(std::string(result.name), status.st_ino);
    };
    const auto inode = [&](const char* path) {
      struct stat status;
      REQUIRE(resolver.stat(tree.root.get(), path, true, status) == Errno::success);
      return status.st_ino;
    };
    CHECK(parent("new") == std::pair(std::string("new"), inode(".")));
    CHECK(parent("new/") == std::pair(std::string("new/"), inode(".")));
    CHECK(parent("new///") == std::pair(std::string("new/"), inode(".")));
    CHECK(parent("to_b/new") == std::pair(std::string("new"), inode("a/b")));
    CHECK(parent("a/to_top") == std::pair(std::string("to_top"), inode("a")));
    CHECK(parent("a/..") == std::pair(std::string("."), inode(".")));
    CHECK(parent("a/b/.") == std::pair(std::string("."), inode("a/b")));
    CHECK(parent(".") == std::pair(std::string("."), inode(".")));
    ParentAndName result;
    for (const char* path : {"..", "../x", "/x", "out/x", "a/../../x", "sneaky/x", "a/../.."}) {
      CAPTURE(path);
      CHECK(resolver.parent(tree.root.get(), path, result) == Errno::perm);
    }
    CHECK(resolver.parent(tree.root.get(), "", result) == Errno::noent);
    CHECK(resolver.parent(tree.root.get(), "file/x", result) == Errno::notdir);
    const std::string long_name(300, 'n');
    CHECK(resolver.parent(tree.root.get(), long_name.c_str(), result) == Errno::nametoolong);
  }
}

/// While one thread swaps a directory for a link that leads out, and moves a directory that paths
/// come back from with "..", nothing outside is ever reached.
TEST_CASE("renames during resolution open no way out") {
  Tree tree;
  tree.folder.make_directory("root/swap/inner");
  tree.folder.write("root/swap/file", "inside");
  tree.folder.write("file", "outside");
  tree.folder.link("../secret", "root/trap");
  std::atomic<bool> stop = false;
  std::thread mover([&] {
    const std::string swap = tree.folder / "root/swap", aside = tree.folder / "root/aside";
    const std::string trap = tree.folder / "root/trap";
    const std::string inner = tree.folder / "root/swap/inner", moved = tree.folder / "moved";
    while (!stop) {
      // "swap" is in turn a directory, nothing, and a link to the secret.
      ::rename(swap.c_str(), aside.c_str());
      ::rename(trap.c_str(), swap.c_str());
      ::rename(swap.c_str(), trap.c_str());
      ::rename(aside.c_str(), swap.c_str());
      // The directory that "swap/inner/.." starts from leaves the root and comes back.
      ::rename(inner.c_str(), moved.c_str());
      ::rename(moved.c_str(), inner.c_str());
    }
  });
  for (const Lookup lookup : both) {
    PathResolver resolver(lookup);
    int opened = 0;
    for (int i = 0; i < 20000; ++i) {
      UniqueFd fd;
      const char* path = i % 2 == 0 ? "swap/file" : "swap/inner/../file";
      if (resolver.open(tree.root.get(), path, O_RDONLY, 0, fd) != Errno::success) continue;
      const std::string found = content(fd.get());
      // A REQUIRE that fails would leave the thread behind.
      if (found != "inside") {
        CHECK(found == "inside");
        break;
      }
      ++opened;
    }
    CHECK(opened > 0);
  }
  stop = true;
  mover.join();
}

}  // namespace
}  // namespace zwasm::wasi
