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
  CHECK(quoted("a\nb\"c\\d\x7F") == R"("a\0ab\"c\\d\7f")");
  CHECK(quoted("\u00fc") == "\"\u00fc\"");
  CHECK(quoted(std::string(200, 'x')) == "\"" + std::string(200, 'x') + "\"");
  CHECK(quoted(std::string(201, 'x')) == "\"" + std::string(200, 'x') + "...\"");
  CHECK(quoted(std::string(199, 'x') + "\u00fc") == "\"" + std::string(199, 'x') + "...\"");
}

TEST_CASE("text that a terminal could act upon is shown as escapes") {
  CHECK(printable("") == "");
  CHECK(printable("plain \"text\" \\ \u00fc \u4e2d \U0001F600") ==
        "plain \"text\" \\ \u00fc \u4e2d \U0001F600");
  CHECK(printable({"\0\t\x1b[2J\x7F", 7}) == R"(\00\09\1b[2J\7f)");
  CHECK(printable("\xC2\x80\xC2\x9F\xC2\xA0") == "\\u{80}\\u{9f}\u00a0");
  CHECK(printable("\u061C\u200D\u200E\u200F\u2010") == "\\u{61c}\u200D\\u{200e}\\u{200f}\u2010");
  CHECK(printable("\u2027\u2028\u2029\u202A\u202E\u202F") ==
        "\u2027\\u{2028}\\u{2029}\\u{202a}\\u{202e}\u202F");
  CHECK(printable("\u2065\u2066\u2069\u206A") == "\u2065\\u{2066}\\u{2069}\u206A");
  CHECK(printable("\x9b\xff\xC3(\xE2\x80\xF0\x9F\x98") == R"(\9b\ff\c3(\e2\80\f0\9f\98)");
  CHECK(printable("\xED\xA0\x80\xC0\x80") == R"(\ed\a0\80\c0\80)");
  CHECK(printable(quoted("\x1b\u202E\"")) == quoted("\x1b\u202E\""));
}

}  // namespace zwasm
