#include "text/numbers.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

using namespace zwasm::text;

namespace {

uint64_t integer(std::string_view text, unsigned bits) {
  uint64_t value = 0;
  CHECK_MESSAGE(parse_integer(text, bits, value), text);
  return value;
}

bool fits(std::string_view text, unsigned bits) {
  uint64_t value = 0;
  return parse_integer(text, bits, value);
}

uint32_t f32(std::string_view text) {
  uint32_t bits = 0;
  CHECK_MESSAGE(parse_f32(text, bits), text);
  return bits;
}

uint64_t f64(std::string_view text) {
  uint64_t bits = 0;
  CHECK_MESSAGE(parse_f64(text, bits), text);
  return bits;
}

}  // namespace

TEST_CASE("forms of number literals") {
  for (const char* text : {"0", "1_000", "0x1_F", "00", "0xABCdef"}) {
    CHECK_MESSAGE(classify_number(text) == NumberForm::nat, text);
  }
  for (const char* text : {"+0", "-1", "-0x8000_0000"}) {
    CHECK_MESSAGE(classify_number(text) == NumberForm::integer, text);
  }
  for (const char* text : {"1.", "1.5", "-1e9", "1E+3", "0x1.8p-3", "0x1p4", "inf", "-inf", "nan",
                           "+nan:0x7f_ffff", "1_0.0_1e1_0", "0x1.p1"}) {
    CHECK_MESSAGE(classify_number(text) == NumberForm::floating, text);
  }
  for (const char* text : {"", "+", "_1", "1_", "1__0", "0x", "0x_1", "1.e", "1e", "1e+", ".5",
                           "1._5", "1.5_", "0xg", "nan:1", "nan:0x", "nan:canonical", "infinity",
                           "1x", "0x1.5pe", "+-1", "1e1.5"}) {
    CHECK_MESSAGE(classify_number(text) == NumberForm::none, text);
  }
}

TEST_CASE("integers cover the signed and the unsigned range") {
  CHECK(integer("4294967295", 32) == 0xFFFFFFFF);
  CHECK(integer("-1", 32) == 0xFFFFFFFF);
  CHECK(integer("-0x8000_0000", 32) == 0x80000000);
  CHECK(integer("+0", 32) == 0);
  CHECK(integer("18446744073709551615", 64) == ~uint64_t{0});
  CHECK(integer("-9223372036854775808", 64) == uint64_t{1} << 63);
  CHECK(integer("-128", 8) == 0x80);
  CHECK(!fits("4294967296", 32));
  CHECK(!fits("-2147483649", 32));
  CHECK(!fits("0x1_0000_0000_0000_0000", 64));
  CHECK(!fits("-9223372036854775809", 64));
  CHECK(!fits("99999999999999999999999999", 64));
  CHECK(!fits("256", 8));
  CHECK(!fits("-129", 8));
}

TEST_CASE("special floats") {
  CHECK(f32("inf") == 0x7F800000);
  CHECK(f32("-inf") == 0xFF800000);
  CHECK(f32("nan") == 0x7FC00000);
  CHECK(f32("-nan:0x1") == 0xFF800001);
  CHECK(f64("nan:0xf_ffff_ffff_ffff") == 0x7FFFFFFFFFFFFFFF);
  CHECK(f64("-0") == uint64_t{1} << 63);
  uint32_t bits32;
  uint64_t bits64;
  CHECK(!parse_f32("nan:0x800000", bits32));
  CHECK(!parse_f32("nan:0x0", bits32));
  CHECK(!parse_f64("nan:0x10_0000_0000_0000", bits64));
}

TEST_CASE("floats round to nearest, ties to even") {
  CHECK(f32("0x1.000001p0") == 0x3F800000);           // a tie, down to even
  CHECK(f32("0x1.000003p0") == 0x3F800002);           // a tie, up to even
  CHECK(f32("0x1.00000100000000000000001p0") == 0x3F800001);
  CHECK(f32("16777217") == std::bit_cast<uint32_t>(16777216.0f));
  CHECK(f32("0x1p-149") == 1);
  CHECK(f32("0x1p-150") == 0);
  CHECK(f32("0x1.000001p-150") == 1);
  CHECK(f32("0x0.000000000000000000000000000001p-149") == 0);
  CHECK(f32("0x1.fffffep-127") == 0x00800000);        // subnormal, rounded up to normal
  CHECK(f32("0x1.fffffep127") == 0x7F7FFFFF);
  CHECK(f64("0x1p-1074") == 1);
  CHECK(f64("0x0.8p-1074") == 0);
  CHECK(f64("0x1.fffffffffffffp1023") == 0x7FEFFFFFFFFFFFFF);
  CHECK(f64("0x1000000000000000000000000p-96") == std::bit_cast<uint64_t>(1.0));
  CHECK(f64("1e-400") == 0);
  CHECK(f64("-1e-400") == uint64_t{1} << 63);
  CHECK(f64("0e999999999999") == 0);
  CHECK(f64("0x0p999999999999") == 0);
  CHECK(f64("1_0.2_5") == std::bit_cast<uint64_t>(10.25));
  CHECK(f64("2.2250738585072011e-308") == 0x000FFFFFFFFFFFFF);
  uint32_t bits32;
  uint64_t bits64;
  CHECK(!parse_f32("0x1.ffffffp127", bits32));  // rounds to infinity
  CHECK(!parse_f32("3.402823669209384634633746e38", bits32));
  CHECK(!parse_f64("1e309", bits64));
  CHECK(!parse_f64("0x1p1024", bits64));
  CHECK(!parse_f64("1e999999999999999999999", bits64));
}

TEST_CASE("decimal floats agree with strtod") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) {
    const double value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    char text[64];
    std::snprintf(text, sizeof(text), "%.*e", static_cast<int>(random() % 20), value);
    CHECK(f64(text) == std::bit_cast<uint64_t>(std::strtod(text, nullptr)));
    const float single = std::strtof(text, nullptr);
    uint32_t bits = 0;
    CHECK(parse_f32(text, bits) == std::isfinite(single));
    if (std::isfinite(single)) CHECK(bits == std::bit_cast<uint32_t>(single));
  }
}

TEST_CASE("decimal floats on and beside the boundary between two doubles") {
  std::mt19937_64 random(4);
  const auto agrees = [](const std::string& text) {
    CHECK_MESSAGE(f64(text) == std::bit_cast<uint64_t>(std::strtod(text.c_str(), nullptr)), text);
  };
  for (int i = 0; i < 500; ++i) {
    // A quarter of them are subnormal, whose boundaries have the most digits.
    const uint64_t mask = i % 4 == 0 ? ~uint64_t{0} >> 12 : ~uint64_t{0} >> 1;
    const double value = std::bit_cast<double>(random() & mask);
    const double next = std::nextafter(value, std::numeric_limits<double>::infinity());
    if (!std::isfinite(next)) continue;
    const long double middle = (static_cast<long double>(value) + next) / 2;
    char exact[1200];
    std::snprintf(exact, sizeof(exact), "%.766Le", middle);
    const std::string text = exact;
    const size_t end = text.find('e');
    agrees(text);
    agrees(text.substr(0, end) + "0000000000" + text.substr(end));
    agrees(text.substr(0, end) + "0000000001" + text.substr(end));
    agrees(text.substr(0, end - 700) + text.substr(end));
  }
  agrees(std::string(400, '0') + "." + std::string(900, '0') + "1e901");
  agrees("1" + std::string(900, '0') + "e-895");
  agrees("179769313486231580793728971405303415079934132710037826936173778980444968292764750946649"
         "017977587207096330286416692887910946555547851940402630657488671505820681908902000708383"
         "676273854845817711531764475730270069855571366959622842914819860834936475292719074168444"
         "365510704342711559699508093042880.499999");
}

TEST_CASE("hexadecimal floats agree with strtod") {
  std::mt19937_64 random(2);
  for (int i = 0; i < 20000; ++i) {
    char text[64];
    std::snprintf(text, sizeof(text), "0x%llx.%llxp%d", static_cast<unsigned long long>(random()),
                  static_cast<unsigned long long>(random()),
                  static_cast<int>(random() % 2400) - 1200);
    const double value = std::strtod(text, nullptr);
    uint64_t bits = 0;
    CHECK_MESSAGE(parse_f64(text, bits) == std::isfinite(value), text);
    if (std::isfinite(value)) CHECK_MESSAGE(bits == std::bit_cast<uint64_t>(value), text);
  }
}

TEST_CASE("printed floats parse back to the same bits") {
  std::mt19937_64 random(3);
  for (int i = 0; i < 20000; ++i) {
    const uint64_t bits = random();
    CHECK(f64(f64_to_string(bits)) == bits);
    const auto single = static_cast<uint32_t>(random());
    CHECK(f32(f32_to_string(single)) == single);
  }
  for (uint32_t bits : {0u, 1u, 0x80000000u, 0x7F800000u, 0xFFC00000u, 0x7F800001u, 0x7F7FFFFFu}) {
    CHECK(f32(f32_to_string(bits)) == bits);
  }
  CHECK(f64_to_string(std::bit_cast<uint64_t>(0.1)) == "0.1");
  CHECK(f32_to_string(std::bit_cast<uint32_t>(-3.0f)) == "-3");
  CHECK(f32_to_string(0x7FC00000) == "nan");
  CHECK(f32_to_string(0xFF800005) == "-nan:0x5");
}
