#include "base/result.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace zwasm {
namespace {

Error failure() { return make_error(ErrorKind::invalid, 3, "type mismatch"); }

Result<int> half(int number) {
  if (number % 2 != 0) return make_error(ErrorKind::host, Error::no_offset, "%d is odd", number);
  return number / 2;
}

Result<std::string> quarter(int number) {
  const int once = ZWASM_TRY(half(number));
  const int twice = ZWASM_TRY(half(once));
  return std::to_string(twice);
}

Status check_all(std::initializer_list<int> numbers) {
  for (const int number : numbers) ZWASM_CHECK(quarter(number).ok() ? Status() : failure());
  return {};
}

TEST_CASE("a result holds a value or an error") {
  Result<std::string> good(std::string("text"));
  REQUIRE(good.ok());
  CHECK(*good == "text");
  CHECK(good->size() == 4);
  Result<std::string> bad(failure());
  REQUIRE_FALSE(bad);
  CHECK(bad.error().message == "type mismatch");
  CHECK(bad.error().offset == 3);
}

TEST_CASE("results move between values and errors") {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
  Result<std::unique_ptr<int>> other(failure());
  other = std::move(result);
  REQUIRE(other.ok());
  CHECK(**other == 7);
  result = Result<std::unique_ptr<int>>(failure());
  CHECK_FALSE(result.ok());
  result = std::move(other);
  REQUIRE(result.ok());
  std::unique_ptr<int> taken = std::move(result).value();
  CHECK(*taken == 7);
}

TEST_CASE("ZWASM_TRY hands the first error on") {
  CHECK(quarter(12).value() == "3");
  CHECK(quarter(3).error().message == "3 is odd");
  CHECK(quarter(6).error().message == "3 is odd");
}

TEST_CASE("ZWASM_CHECK hands the first error on") {
  CHECK(check_all({4, 8, 12}).ok());
  const Status status = check_all({4, 5, 12});
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().kind == ErrorKind::invalid);
}

TEST_CASE("success costs one word") { CHECK(sizeof(Status) == sizeof(void*)); }

}  // namespace
}  // namespace zwasm
