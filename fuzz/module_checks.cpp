#include "fuzz/module_checks.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "binary/branch_hints.hpp"
#include "binary/encoder.hpp"
#include "binary/module_decoder.hpp"
#include "binary/names.hpp"
#include "binary/test_equivalence.hpp"
#include "fuzz/failure.hpp"
#include "ir/lower.hpp"
#include "ir/printer.hpp"
#include "text/parser.hpp"
#include "text/printer.hpp"
#include "validate/module_validator.hpp"

namespace zwasm::fuzz {
namespace {

Status validate(const Module& module, const Features& features) {
  TypeRegistry registry;
  std::vector<CanonicalType> ids(module.types.size());
  return validate_module(module, features, registry, ids);
}

/// Reads every name, touching its bytes.
size_t read_names(const Module& module) {
  const NameSection names(module);
  size_t sum = names.module_name().size();
  const auto touch = [&](std::string_view name) {
    for (const char c : name) sum += static_cast<unsigned char>(c);
  };
  for (unsigned kind = 0; kind <= static_cast<unsigned>(NameKind::tag); ++kind) {
    const auto name_kind = static_cast<NameKind>(kind);
    switch (name_kind) {
      case NameKind::module: touch(names.module_name()); break;
      case NameKind::local:
      case NameKind::label:
      case NameKind::field:
        names.for_each_inner(name_kind,
                             [&](uint32_t, uint32_t, std::string_view name) { touch(name); });
        break;
      case NameKind::function:
      case NameKind::type:
      case NameKind::table:
      case NameKind::memory:
      case NameKind::global:
      case NameKind::elem:
      case NameKind::data:
      case NameKind::tag:
        names.for_each(name_kind, [&](uint32_t, std::string_view name) { touch(name); });
        touch(names.name(name_kind, 0));
        break;
    }
  }
  return sum;
}

/// `encoded` is what the encoder makes of `module`.
void check_encoding(const Module& module, const Vector<uint8_t>& encoded,
                    const Features& features) {
  const Result<Module> decoded = decode_module(encoded, features);
  require_ok(decoded, "an encoded module decodes");
  const char* part = difference(module, decoded.value());
  if (part != nullptr) fail("encoding keeps the module", part);
  const Vector<uint8_t> again = encode_module(decoded.value());
  require(std::ranges::equal(encoded, again), "encoding is idempotent");
}

/// `encoded` is what the encoder makes of `module`; unlike it, it has no empty sections, behind
/// which a custom section could be.
void check_text(const Module& module, const Vector<uint8_t>& encoded, const Features& features) {
  const Result<std::string> text = print_module(module);
  require_ok(text, "a valid module prints");
  const Result<Vector<uint8_t>> bytes = parse_module(text.value(), features);
  if (!bytes.ok()) fail("a printed module parses", bytes.error().message + "\n" + text.value());
  const Result<Module> again = decode_module(bytes.value(), features);
  require_ok(again, "a printed module decodes");
  require_ok(validate(again.value(), features), "a printed module is valid");
  const Result<std::string> text_again = print_module(again.value());
  require_ok(text_again, "a printed module prints");
  const Result<Module> canonical = decode_module(encoded, features);
  require_ok(canonical, "an encoded module decodes");
  const Result<std::string> expected = print_module(canonical.value());
  require_ok(expected, "an encoded module prints");
  if (text_again.value() != expected.value()) {
    fail("printing and parsing keep a module", expected.value() + "\nagain\n" + text_again.value());
  }
}

/// Lowers one function with these options, and once more recording positions.
void check_lowering(Lowering& lowering, FuncIndex function, LoweringOptions options) {
  options.record = LoweringOptions::Record::nothing;
  const Status status = lowering.lower(function, options);
  if (!status.ok()) {
    if (status.error().kind != ErrorKind::unsupported) {
      fail("valid functions lower", status.error().message);
    }
    return;
  }
  const std::vector<Cell> cells(lowering.cells().begin(), lowering.cells().end());
  require(!cells.empty(), "a function has code");
  require(!print_ir(cells).empty(), "code prints");
  options.record = LoweringOptions::Record::references;
  require_ok(lowering.lower(function, options), "a replay succeeds");
  const std::span<const Cell> again = lowering.cells();
  require(cells.size() == again.size() &&
              std::memcmp(cells.data(), again.data(), again.size_bytes()) == 0,
          "a replay gives the same code");
  uint64_t sum = 0;
  for (size_t i = 0; i < again.size(); ++i) {
    sum += lowering.position(i);
    if (!lowering.knows_references(i)) continue;
    const std::span<const SlotRange> slots = lowering.operand_reference_slots(i);
    require(std::ranges::is_sorted(slots, {}, &SlotRange::first), "reference slots ascend");
  }
  require(sum != 0, "code has positions");
  lowering.trim();
}

void check_code(const Module& module, const Features& features) {
  Lowering lowering(module);
  for (uint32_t i = 0; i < module.codes.size(); ++i) {
    const FuncIndex function{module.imported_functions + i};
    LoweringOptions options;
    options.features = features;
    for (unsigned bits = 0; bits < 4; ++bits) {
      options.metered = (bits & 1) != 0;
      options.guard_pages = (bits & 2) != 0;
      check_lowering(lowering, function, options);
    }
    require_ok(print_predecoded(module, function, features), "a valid function prints");
  }
}

}  // namespace

bool check_module(std::span<const uint8_t> bytes, const Features& features) {
  const Result<Module> decoded = decode_module(bytes, features);
  if (!decoded.ok()) {
    require(!decoded.error().message.empty(), "an error has a message");
    return false;
  }
  const Module& module = decoded.value();
  read_names(module);
  (void)decode_branch_hints(module);
  const Vector<uint8_t> encoded = encode_module(module);
  check_encoding(module, encoded, features);
  if (!validate(module, features).ok()) {
    (void)print_module(module);
    return false;
  }
  check_text(module, encoded, features);
  check_code(module, features);
  return true;
}

}  // namespace zwasm::fuzz
