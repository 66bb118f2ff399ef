#include "base/vector.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>

namespace zwasm {
namespace {

// An element that counts its living copies.
struct Tracked {
  explicit Tracked(int n = 0) : number(n) { ++living; }
  Tracked(const Tracked& other) : number(other.number) { ++living; }
  Tracked(Tracked&& other) noexcept : number(std::exchange(other.number, -1)) { ++living; }
  Tracked& operator=(const Tracked&) = default;
  Tracked& operator=(Tracked&&) = default;
  ~Tracked() { --living; }
  int number;
  static int living;
};
int Tracked::living = 0;

class NoMemory final : public Allocator {
 public:
  void* allocate(size_t, size_t) override { return nullptr; }
  void deallocate(void*, size_t, size_t) override {}
};

TEST_CASE("elements survive growth and are destroyed once") {
  {
    Vector<Tracked> vector;
    for (int i = 0; i < 1000; ++i) vector.emplace_back(i);
    CHECK(Tracked::living == 1000);
    for (int i = 0; i < 1000; ++i) CHECK(vector[static_cast<size_t>(i)].number == i);
    vector.pop_back();
    CHECK(vector.back().number == 998);
    vector.resize(10);
    CHECK(Tracked::living == 10);
    vector.resize(20);
    CHECK(vector.back().number == 0);
  }
  CHECK(Tracked::living == 0);
}

TEST_CASE("push_back may name an element of the vector") {
  Vector<std::string> vector;
  vector.push_back("a string that is too long to be stored in place");
  for (int i = 0; i < 100; ++i) vector.push_back(vector.front());
  for (const std::string& text : vector) CHECK(text == vector.front());
  CHECK(vector.size() == 101);
}

TEST_CASE("moving takes the elements") {
  Vector<Tracked> first;
  first.emplace_back(5);
  Vector<Tracked> second(std::move(first));
  CHECK(first.empty());
  Vector<Tracked> third;
  third.emplace_back(6);
  third = std::move(second);
  CHECK(third.size() == 1);
  CHECK(third.front().number == 5);
  CHECK(Tracked::living == 1);
}

TEST_CASE("append copies a span") {
  Vector<int> vector;
  const int numbers[] = {1, 2, 3};
  vector.append(numbers);
  vector.append(numbers);
  vector.append({});
  REQUIRE(vector.size() == 6);
  CHECK(vector[5] == 3);
}

TEST_CASE("try_reserve reports missing memory and keeps the elements") {
  NoMemory none;
  Vector<int> empty(none);
  CHECK_FALSE(empty.try_reserve(1));
  CHECK(empty.try_reserve(0));

  Vector<uint64_t> vector;
  vector.push_back(9);
  CHECK_FALSE(vector.try_reserve(SIZE_MAX / 4));
  CHECK_FALSE(vector.try_reserve(SIZE_MAX));
  CHECK(vector.front() == 9);

  REQUIRE(vector.try_reserve(100));
  const uint64_t* const data = vector.data();
  for (uint64_t i = 1; i < 100; ++i) vector.push_back(i);
  CHECK_MESSAGE(vector.data() == data, "no reallocation within the reserved size");
}

}  // namespace
}  // namespace zwasm
