#include "base/error.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <string_view>

namespace zwasm {
namespace {

TEST_CASE("trap numbers and messages are distinct") {
  std::set<int> numbers;
  std::set<std::string_view> messages;
  size_t count = 0;
#define TRAP(name, number, message) \
  numbers.insert(number);           \
  messages.insert(message);         \
  ++count;
#include "base/traps.def"
  CHECK(numbers.size() == count);
  CHECK(messages.size() == count);
}

TEST_CASE("trap messages are the specification's") {
  CHECK(std::string_view(trap_message(TrapKind::integer_divide_by_zero)) ==
        "integer divide by zero");
  CHECK(std::string_view(trap_message(TrapKind::indirect_call_type_mismatch)) ==
        "indirect call type mismatch");
}

TEST_CASE("format writes texts of any length") {
  CHECK(format("%s", "") == "");
  CHECK(format("%d-%s", 42, "x") == "42-x");
  const std::string wide(10'000, 'y');
  CHECK(format("%s!", wide.c_str()) == wide + "!");
}

TEST_CASE("make_error keeps kind, offset and message") {
  const Error error = make_error(ErrorKind::malformed, 17, "unexpected %s", "end");
  CHECK(error.kind == ErrorKind::malformed);
  CHECK(error.trap == TrapKind::none);
  CHECK(error.offset == 17);
  CHECK(error.line == 0);
  CHECK(error.message == "unexpected end");
}

TEST_CASE("used-up budgets are exhaustion, the rest are traps") {
  CHECK(make_trap(TrapKind::call_stack_exhausted).kind == ErrorKind::exhaustion);
  CHECK(make_trap(TrapKind::out_of_fuel).kind == ErrorKind::exhaustion);
  CHECK(make_trap(TrapKind::interrupted).kind == ErrorKind::exhaustion);
  const Error error = make_trap(TrapKind::unreachable);
  CHECK(error.kind == ErrorKind::trap);
  CHECK(error.trap == TrapKind::unreachable);
  CHECK(error.message == "unreachable");
  CHECK(error.offset == Error::no_offset);
}

TEST_CASE("every phase has its word") {
  CHECK(std::string_view(error_kind_name(ErrorKind::malformed)) == "malformed");
  CHECK(std::string_view(error_kind_name(ErrorKind::invalid)) == "invalid");
  CHECK(std::string_view(error_kind_name(ErrorKind::unlinkable)) == "unlinkable");
  CHECK(std::string_view(error_kind_name(ErrorKind::exhaustion)) == "exhaustion");
}

}  // namespace

TEST_CASE("names in messages stay on one line") {
  CHECK(quoted("run") == "\"run\"");
  CHECK(quoted("a\nb\"c\\d\x7F") == "\"a\\0ab\\22c\\5cd\\7f\"");
  CHECK(quoted("\u00fc") == "\"\u00fc\"");
  CHECK(quoted(std::string(200, 'x')) == "\"" + std::string(200, 'x') + "\"");
  CHECK(quoted(std::string(201, 'x')) == "\"" + std::string(200, 'x') + "...\"");
}

}  // namespace zwasm
