#include "binary/names.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace zwasm {
namespace {

/// A module that has nothing but a name section with these bytes.
struct NamedModule {
  std::vector<uint8_t> bytes;
  CustomSection custom;
  Module module;

  explicit NamedModule(std::vector<uint8_t> content) : bytes(std::move(content)) {
    custom.name = "name";
    custom.bytes = bytes;
    module.customs = {&custom, 1};
  }
};

}  // namespace

TEST_CASE("names of every form") {
  const NamedModule named({0, 2, 1, 'm',                            // module
                           1, 7, 2, 0, 1, 'f', 3, 1, 'g',           // functions
                           2, 9, 1, 3, 2, 0, 1, 'x', 4, 1, 'y',     // locals
                           7, 4, 1, 0, 1, 'n',                      // globals
                           10, 6, 1, 2, 1, 0, 1, 'd'});             // fields
  const NameSection names(named.module);
  CHECK(names.module_name() == "m");
  CHECK(names.function_name(FuncIndex{0}) == "f");
  CHECK(names.function_name(FuncIndex{3}) == "g");
  CHECK(names.function_name(FuncIndex{1}) == "");
  CHECK(names.name(NameKind::global, 0) == "n");
  CHECK(names.name(NameKind::table, 0) == "");
  CHECK(names.inner_name(NameKind::local, 3, 4) == "y");
  CHECK(names.inner_name(NameKind::local, 0, 0) == "");
  CHECK(names.inner_name(NameKind::field, 2, 0) == "d");
  std::string all;
  names.for_each(NameKind::function, [&](uint32_t index, std::string_view name) {
    all += std::to_string(index) + std::string(name);
  });
  names.for_each_inner(NameKind::local, [&](uint32_t outer, uint32_t index, std::string_view name) {
    all += std::to_string(outer) + std::to_string(index) + std::string(name);
  });
  CHECK(all == "0f3g30x34y");
}

TEST_CASE("a broken name section has the names before the fault") {
  CHECK(NameSection(Module()).module_name() == "");
  CHECK(NameSection(NamedModule({}).module).module_name() == "");
  const NamedModule truncated({0, 2, 1, 'm', 1, 6, 2, 0, 1, 'f', 3, 9});
  CHECK(NameSection(truncated.module).module_name() == "m");
  CHECK(NameSection(truncated.module).function_name(FuncIndex{0}) == "f");
  CHECK(NameSection(truncated.module).function_name(FuncIndex{3}) == "");
  const NamedModule too_long({0, 2, 1, 'm', 1, 90, 2, 0, 1, 'f'});
  CHECK(NameSection(too_long.module).function_name(FuncIndex{0}) == "");
  const NamedModule no_utf8({1, 7, 2, 0, 1, 0xFF, 3, 1, 'g'});
  CHECK(NameSection(no_utf8.module).function_name(FuncIndex{0}) == "");
  CHECK(NameSection(no_utf8.module).function_name(FuncIndex{3}) == "g");
}

TEST_CASE("a function without a name has that of an export, or of its import") {
  NamedModule named({1, 4, 1, 0, 1, 'f'});
  const Import imports[] = {{"m", "a", ExternKind::global, 1}, {"m", "b", ExternKind::func, 1}};
  const Export exports[] = {{"t", ExternKind::table, 2},
                            {"first", ExternKind::func, 2},
                            {"second", ExternKind::func, 2},
                            {"f0", ExternKind::func, 0}};
  named.module.imports = imports;
  named.module.exports = exports;
  CHECK(find_function_name(named.module, FuncIndex{0}) == "f");
  CHECK(find_function_name(named.module, FuncIndex{1}) == "m.b");
  CHECK(find_function_name(named.module, FuncIndex{2}) == "first");
  CHECK(find_function_name(named.module, FuncIndex{3}) == "");
  CHECK(function_label("first", FuncIndex{2}) == "first");
  CHECK(function_label("a\x1B[2Jb", FuncIndex{2}) == "a\\1b[2Jb");
  CHECK(function_label("", FuncIndex{3}) == "function[3]");
}

}  // namespace zwasm
