#include "binary/module_decoder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "binary/branch_hints.hpp"
#include "binary/section_id.hpp"

namespace zwasm {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

const Bytes header = {0x00, 'a', 's', 'm', 0x01, 0x00, 0x00, 0x00};

Bytes section(SectionId id, const Bytes& content) {
  REQUIRE(content.size() < 0x80);
  return Bytes{static_cast<uint8_t>(id), static_cast<uint8_t>(content.size())} + content;
}

/// A module with one empty function.
Bytes one_function() {
  return header + section(SectionId::type, {1, 0x60, 0, 0}) + section(SectionId::function, {1, 0});
}

std::string error_of(const Bytes& bytes, const Features& features = Features()) {
  Result<Module> module = decode_module(bytes, features);
  return module.ok() ? "" : module.error().message;
}

}  // namespace

TEST_CASE("header") {
  CHECK(error_of(header) == "");
  CHECK(error_of({}) == "unexpected end of section or function");
  CHECK(error_of({0x00, 'a', 's'}) == "unexpected end of section or function");
  CHECK(error_of({'a', 's', 'm', 0}) == "magic header not detected");
  CHECK(error_of({0x00, 'a', 's', 'm', 2, 0, 0, 0}) == "unknown binary version");
  CHECK(error_of({0x00, 'a', 's', 'm', 0x0D, 0, 1, 0}) ==
        "unknown binary version: this is a component, not a module");
}

TEST_CASE("sections come once and in order") {
  const Bytes type = section(SectionId::type, {0});
  const Bytes import = section(SectionId::import, {0});
  const Bytes memory = section(SectionId::memory, {0});
  const Bytes tag = section(SectionId::tag, {0});
  const Bytes global = section(SectionId::global, {0});
  CHECK(error_of(header + type + import + memory + tag + global) == "");
  CHECK(error_of(header + type + type) == "unexpected content after last section");
  CHECK(error_of(header + import + type) == "unexpected content after last section");
  CHECK(error_of(header + tag + memory) == "unexpected content after last section");
  CHECK(error_of(header + Bytes{14, 1, 0}) == "malformed section id");
  CHECK(error_of(header + Bytes{0x81, 1, 0}) == "malformed section id");
}

TEST_CASE("section sizes") {
  CHECK(error_of(header + Bytes{1, 7, 2, 0x60, 0, 0}) == "length out of bounds");
  CHECK(error_of(header + section(SectionId::type, {1, 0x60, 0, 0, 0x60, 0, 0})) ==
        "section size mismatch");
  CHECK(error_of(header + section(SectionId::type, {2, 0x60, 0, 0})) ==
        "unexpected end of section or function");
  CHECK(error_of(header + Bytes{0, 0}) == "unexpected end of section or function");
  CHECK(error_of(header + Bytes{0, 0, 0, 5, 1, 0, 7, 0, 0}) ==
        "unexpected end of section or function");
}

TEST_CASE("types") {
  const Bytes bytes = header + section(SectionId::type, {4,
                                                         0x60, 2, 0x7F, 0x7E, 1, 0x7C,  // 0
                                                         0x4E, 2,                       // group
                                                         0x50, 0, 0x5F, 1, 0x64, 2, 1,  // 1
                                                         0x4F, 1, 1, 0x5F, 2, 0x64, 2, 1, 0x78,
                                                         0,                   // 2
                                                         0x5E, 0x63, 1, 0,    // 3
                                                         0x60, 0, 0});        // 4
  Result<Module> result = decode_module(bytes, Features());
  REQUIRE(result.ok());
  const Module& module = *result;
  REQUIRE(module.types.size() == 5);
  CHECK(to_string(module.types[0].func) == "[i32 i64] -> [f64]");
  CHECK(module.types[0].is_final);
  CHECK(module.types[1].group_start == 1);
  CHECK(module.types[1].group_size == 2);
  CHECK_FALSE(module.types[1].is_final);
  CHECK_FALSE(module.types[1].has_supertype);
  CHECK(module.types[2].group_start == 1);
  CHECK(module.types[2].is_final);
  CHECK(module.types[2].has_supertype);
  CHECK(module.types[2].supertype == TypeIndex{1});
  REQUIRE(module.types[2].fields.size() == 2);
  CHECK(module.types[2].fields[0].type == ValType::ref(HeapType(TypeIndex{2}), false));
  CHECK(module.types[2].fields[0].is_mutable);
  CHECK(module.types[2].fields[1].packed == FieldType::Packed::i8);
  CHECK(module.types[3].kind == CompositeKind::array);
  CHECK(module.types[3].group_start == 3);
  CHECK(module.types[4].group_size == 1);

  CHECK(error_of(header + section(SectionId::type, {1, 0xE0, 0x7F, 0, 0})) ==
        "integer representation too long");
  CHECK(error_of(header + section(SectionId::type, {1, 0x61})) == "malformed definition type");
  CHECK(error_of(header + section(SectionId::type, {1, 0x5E, 0x78, 2})) == "malformed mutability");
  Features no_gc;
  no_gc.set(Feature::gc, false);
  CHECK(error_of(header + section(SectionId::type, {1, 0x5E, 0x78, 1}), no_gc) ==
        "malformed definition type");
}

TEST_CASE("imports precede definitions in the index spaces") {
  const Bytes bytes =
      header + section(SectionId::type, {1, 0x60, 0, 0}) +
      section(SectionId::import, {5,
                                  1, 'm', 1, 'f', 0, 0,           // func
                                  1, 'm', 1, 't', 1, 0x70, 0, 9,  // table
                                  1, 'm', 1, 'r', 2, 1, 1, 2,     // memory
                                  1, 'm', 1, 'g', 3, 0x7E, 1,     // global
                                  1, 'm', 1, 'e', 4, 0, 0}) +     // tag
      section(SectionId::function, {1, 0}) +
      section(SectionId::table, {1, 0x40, 0, 0x70, 1, 1, 2, 0xD0, 0x70, 0x0B}) +
      section(SectionId::memory, {2, 0x04, 3, 0x08, 5, 0}) +
      section(SectionId::tag, {1, 0, 0}) +
      section(SectionId::global, {1, 0x7F, 0, 0x41, 42, 0x0B}) +
      section(SectionId::export_, {1, 1, 'x', 3, 1}) + section(SectionId::start, {1}) +
      section(SectionId::code, {1, 6, 2, 2, 0x7F, 1, 0x7B, 0x0B});
  Result<Module> result = decode_module(bytes, Features());
  REQUIRE(result.ok());
  const Module& module = *result;
  REQUIRE(module.imports.size() == 5);
  CHECK(module.imports[2].name == "r");
  CHECK(module.imports[2].kind == ExternKind::memory);
  CHECK(module.imported_functions == 1);
  CHECK(module.functions.size() == 2);
  REQUIRE(module.tables.size() == 2);
  CHECK(module.tables[0].type.limits.min == 9);
  CHECK_FALSE(module.tables[0].has_init);
  CHECK(module.tables[1].type.limits.max == 2);
  CHECK(module.tables[1].has_init);
  CHECK(module.tables[1].init.bytes.size() == 3);
  REQUIRE(module.memories.size() == 3);
  CHECK(module.memories[0].limits.has_max);
  CHECK(module.memories[1].address == AddressType::i64);
  CHECK(module.memories[1].limits.min == 3);
  CHECK(module.memories[2].page_size_log2 == 0);
  CHECK(module.tags.size() == 2);
  REQUIRE(module.globals.size() == 2);
  CHECK(module.globals[0].type.is_mutable);
  CHECK(module.globals[1].init.bytes[1] == 42);
  CHECK(bytes[module.globals[1].init.offset + 1] == 42);
  REQUIRE(module.exports.size() == 1);
  CHECK(module.exports[0].index == 1);
  CHECK(module.start == FuncIndex{1});
  const Code& code = module.code(FuncIndex{1});
  CHECK(code.local_count == 3);
  REQUIRE(code.locals.size() == 2);
  CHECK(code.locals[1].type == valtype::v128);
  CHECK(code.body.bytes.size() == 1);
  CHECK(bytes[code.entry_offset] == 6);
}

TEST_CASE("function bodies") {
  const auto body = [](const Bytes& content) { return section(SectionId::code, content); };
  CHECK(error_of(one_function() + body({1, 2, 0, 0x0B})) == "");
  CHECK(error_of(one_function()) == "function and code section have inconsistent lengths");
  CHECK(error_of(header + body({1, 2, 0, 0x0B})) ==
        "function and code section have inconsistent lengths");
  CHECK(error_of(one_function() + body({1, 4, 0, 0x41, 1, 0x1A})) ==
        "unexpected end of section or function");
  CHECK(error_of(one_function() + body({1, 4, 0, 0x41, 1, 0x1A}) +
                 section(SectionId::data, {1, 1, 0})) == "section size mismatch");
  CHECK(error_of(header + section(SectionId::type, {1, 0x60, 0, 0}) +
                 section(SectionId::function, {2, 0, 0}) +
                 body({2, 4, 0, 0x41, 1, 0x1A, 5, 0, 0x41, 1, 0x1A, 0x0B})) ==
        "END opcode expected");
  CHECK(error_of(one_function() +
                 body({1, 10, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x7F, 2, 0x7E, 0x0B})) ==
        "too many locals");
  CHECK(error_of(one_function() +
                 body({1, 10, 2, 0x80, 0x80, 0x80, 0x80, 0x10, 0x7F, 2, 0x7E, 0x0B})) ==
        "integer too large");
}

TEST_CASE("element segments in all forms") {
  const Bytes bytes = header + section(SectionId::element, {8,
                                                            0, 0x41, 0, 0x0B, 1, 7,        //
                                                            1, 0, 2, 7, 8,                 //
                                                            2, 3, 0x41, 0, 0x0B, 0, 0,     //
                                                            3, 0, 1, 9,                    //
                                                            4, 0x41, 0, 0x0B, 1, 0xD2, 7,  //
                                                            0x0B,                          //
                                                            5, 0x6F, 1, 0xD0, 0x6F, 0x0B,  //
                                                            6, 1, 0x41, 0, 0x0B, 0x70, 0,  //
                                                            7, 0x70, 0});
  Result<Module> result = decode_module(bytes, Features());
  REQUIRE(result.ok());
  const auto elems = result->elems;
  REQUIRE(elems.size() == 8);
  const SegmentMode modes[] = {SegmentMode::active,  SegmentMode::passive,
                               SegmentMode::active,  SegmentMode::declarative,
                               SegmentMode::active,  SegmentMode::passive,
                               SegmentMode::active,  SegmentMode::declarative};
  const size_t sizes[] = {1, 2, 0, 1, 1, 1, 0, 0};
  for (size_t i = 0; i < 8; ++i) {
    CAPTURE(i);
    CHECK(elems[i].mode == modes[i]);
    CHECK(elems[i].flags == i);
    CHECK(elems[i].size() == sizes[i]);
    CHECK(elems[i].uses_expressions == (i >= 4));
  }
  CHECK(elems[1].functions[1] == FuncIndex{8});
  CHECK(elems[2].table == TableIndex{3});
  CHECK(elems[4].type == valtype::funcref);
  CHECK(elems[4].expressions[0].bytes.size() == 3);
  CHECK(elems[5].type == valtype::externref);

  const auto error = [](const Bytes& content) {
    return error_of(header + section(SectionId::element, content));
  };
  CHECK(error({1, 8}) == "malformed elements segment kind");
  CHECK(error({1, 1, 1}) == "malformed element kind");
  CHECK(error({1, 5, 0x7F, 1, 0xD2, 0, 0x0B}) == "malformed reference type");
  CHECK(error({1, 5, 0x70, 1, 0xF3, 0, 0x0B}) == "illegal opcode f3");
}

TEST_CASE("data segments and their count") {
  const Bytes data = section(SectionId::data, {3, 0, 0x41, 0, 0x0B, 1, 'a',  //
                                               1, 2, 'b', 'c',               //
                                               2, 1, 0x41, 0, 0x0B, 0});
  const Bytes binary = header + data;
  Result<Module> result = decode_module(binary, Features());
  REQUIRE(result.ok());
  REQUIRE(result->datas.size() == 3);
  CHECK(result->datas[0].mode == SegmentMode::active);
  CHECK(result->datas[1].mode == SegmentMode::passive);
  CHECK(result->datas[1].bytes.size() == 2);
  CHECK(result->datas[2].memory == MemoryIndex{1});
  CHECK(result->datas[0].bytes[0] == 'a');
  CHECK(result->datas[1].bytes[1] == 'c');
  CHECK(result->datas[2].bytes.empty());
  CHECK(result->datas[1].offset.bytes.empty());
  CHECK(result->datas[0].position == 11);
  CHECK(result->datas[0].offset.offset == 12);
  CHECK(result->datas[2].flags == 2);
  CHECK(result->datas[2].offset.offset == 23);
  CHECK(std::ranges::equal(result->datas[2].offset.bytes, Bytes{0x41, 0, 0x0B}));
  CHECK(error_of(header + section(SectionId::data_count, {3}) + data) == "");
  CHECK(error_of(header + section(SectionId::data_count, {2}) + data) ==
        "data count and data section have inconsistent lengths");
  CHECK(error_of(header + section(SectionId::data_count, {2})) ==
        "data count and data section have inconsistent lengths");
  CHECK(error_of(header + section(SectionId::data, {1, 3})) == "malformed data segment kind");
  CHECK(error_of(header + section(SectionId::data, {1, 1, 7, 1, 2, 3, 4, 5, 6})) ==
        "unexpected end of section or function");
}

TEST_CASE("limits") {
  const auto memory = [](const Bytes& content) {
    return error_of(header + section(SectionId::memory, content));
  };
  CHECK(memory({1, 0x10, 0}) == "malformed limits flags");
  CHECK(memory({1, 0x81, 0, 0, 0}) == "malformed limits flags");
  CHECK(memory({1, 0x08, 0, 3}) == "invalid custom page size");
  CHECK(memory({1, 0x03, 1, 1}) == "");
  CHECK(error_of(header + section(SectionId::table, {1, 0x70, 0x08, 0})) ==
        "malformed limits flags");
  Features old;
  old.set(Feature::memory64, false);
  old.set(Feature::custom_page_sizes, false);
  CHECK(error_of(header + section(SectionId::memory, {1, 0x04, 0}), old) ==
        "malformed limits flags");
  CHECK(error_of(header + section(SectionId::memory, {1, 0x08, 0}), old) ==
        "malformed limits flags");
  CHECK(error_of(header + section(SectionId::memory, {1, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x1F}), old) ==
        "integer too large");
}

TEST_CASE("names are UTF-8") {
  const auto error = [](const Bytes& name) {
    return error_of(header +
                    section(SectionId::custom, Bytes{static_cast<uint8_t>(name.size())} + name));
  };
  CHECK(error({'a', 0xC3, 0xA9, 0xE2, 0x82, 0xAC, 0xF0, 0x9F, 0x98, 0x80}) == "");
  CHECK(error({0x80}) == "malformed UTF-8 encoding");
  CHECK(error({0xC0, 0x80}) == "malformed UTF-8 encoding");
  CHECK(error({0xE0, 0x9F, 0xBF}) == "malformed UTF-8 encoding");
  CHECK(error({0xED, 0xA0, 0x80}) == "malformed UTF-8 encoding");
  CHECK(error({0xF4, 0x90, 0x80, 0x80}) == "malformed UTF-8 encoding");
  CHECK(error({0xE2, 0x82}) == "malformed UTF-8 encoding");
  CHECK(error({'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 0xFF}) == "malformed UTF-8 encoding");
}

TEST_CASE("custom sections remember where they are") {
  const Bytes bytes = header + section(SectionId::custom, {1, 'a', 1, 2}) +
                      section(SectionId::type, {0}) + section(SectionId::custom, {1, 'b'}) +
                      section(SectionId::tag, {0}) + section(SectionId::custom, {0, 9});
  Result<Module> result = decode_module(bytes, Features());
  REQUIRE(result.ok());
  REQUIRE(result->customs.size() == 3);
  CHECK(result->customs[0].name == "a");
  CHECK(result->customs[0].bytes.size() == 2);
  CHECK(result->customs[0].after_section == 0);
  CHECK(result->customs[1].after_section == 1);
  CHECK(result->customs[2].after_section == 13);
}

TEST_CASE("counts that cannot be true cost nothing") {
  // The count is possible as far as bytes go, and far beyond what the items would need.
  Bytes content(4'000'000, 0);
  const uint32_t count = 3'900'000;
  for (SectionId id : {SectionId::type, SectionId::import, SectionId::function, SectionId::table,
                       SectionId::memory, SectionId::global, SectionId::export_,
                       SectionId::element, SectionId::code, SectionId::data, SectionId::tag}) {
    Bytes bytes = header;
    bytes.push_back(static_cast<uint8_t>(id));
    for (uint32_t value : {uint32_t{4'000'004}, count}) {
      for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<uint8_t>(value | 0x80));
      bytes.push_back(static_cast<uint8_t>(value));
    }
    CAPTURE(static_cast<int>(id));
    CHECK(error_of(bytes + content) != "");
  }
}

TEST_CASE("branch hints") {
  const std::string name = "metadata.code.branch_hint";
  const auto module_with = [&](const Bytes& hints) {
    Bytes custom = {static_cast<uint8_t>(name.size())};
    custom.insert(custom.end(), name.begin(), name.end());
    return one_function() + section(SectionId::custom, custom + hints) +
           section(SectionId::code, {1, 7, 0, 0x41, 0, 0x04, 0x40, 0x0B, 0x0B});
  };
  const auto hints_of = [](const Bytes& bytes) {
    Result<Module> module = decode_module(bytes, Features());
    REQUIRE(module.ok());
    return decode_branch_hints(*module);
  };
  const Bytes bytes = module_with({1, 0, 1, 3, 1, 1});
  Result<Vector<BranchHint>> hints = hints_of(bytes);
  REQUIRE(hints.ok());
  REQUIRE(hints->size() == 1);
  CHECK(bytes[(*hints)[0].offset] == 0x04);
  CHECK((*hints)[0].likely);
  CHECK_FALSE(hints_of(module_with({1, 1, 1, 3, 1, 1})).ok());
  CHECK_FALSE(hints_of(module_with({1, 0, 1, 3, 1, 2})).ok());
  CHECK_FALSE(hints_of(module_with({1, 0, 2, 3, 1, 1, 3, 1, 1})).ok());
  CHECK_FALSE(hints_of(module_with({1, 0, 1, 3, 1, 1, 0})).ok());
}

}  // namespace zwasm
