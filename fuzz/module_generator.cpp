#include "fuzz/module_generator.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include "binary/encoder.hpp"
#include "binary/section_id.hpp"
#include "fuzz/body_generator.hpp"
#include "wasm/opcode.hpp"

namespace zwasm::fuzz {
namespace {

/// Adds a section whose content `write` writes.
template <class Write>
void section(ByteWriter& out, SectionId id, Write write) {
  out.u8(static_cast<uint8_t>(id));
  const size_t start = out.begin_sized();
  write();
  out.end_sized(start);
}

Types some_types(Choices& choices, const Surroundings& module, size_t max) {
  Types types(choices.below(max + 1));
  for (ValType& type : types) type = module.value_types[choices.below(module.value_types.size())];
  return types;
}

void function_type(ByteWriter& out, const Types& params, const Types& results) {
  out.u8(0x60);
  for (const Types* list : {&params, &results}) {
    out.u32(static_cast<uint32_t>(list->size()));
    for (const ValType value : *list) out.value_type(value);
  }
}

void field_type(ByteWriter& out, const FieldType& field) {
  switch (field.packed) {
    case FieldType::Packed::none: out.value_type(field.type); break;
    case FieldType::Packed::i8: out.u8(0x78); break;
    case FieldType::Packed::i16: out.u8(0x77); break;
  }
  out.u8(field.is_mutable ? 1 : 0);
}

/// The group of ObjectType.
void object_types(ByteWriter& out) {
  out.u8(0x4E);
  out.u32(object_type_count);
  for (uint32_t i = 0; i < object_type_count; ++i) {
    const std::span<const FieldType> fields = fields_of(static_cast<ObjectType>(i));
    out.u8(0x50);  // not final
    out.u32(i == object_substruct ? 1 : 0);
    if (i == object_substruct) out.u32(object_struct);
    if (i == object_struct || i == object_substruct) {
      out.u8(0x5F);
      out.u32(static_cast<uint32_t>(fields.size()));
    } else {
      out.u8(0x5E);
    }
    for (const FieldType& field : fields) field_type(out, field);
  }
}

void type_section(ByteWriter& out, const Surroundings& module) {
  const bool has_objects = module.has_objects();
  out.u32(static_cast<uint32_t>(module.types.size()) + 1 + (has_objects ? 1 + 3 * tag_count : 0));
  if (has_objects) object_types(out);
  for (const FunctionType& type : module.types) function_type(out, type.params, type.results);
  function_type(out, {}, {});
  if (!has_objects) return;
  for (uint32_t tag = 0; tag < tag_count; ++tag) function_type(out, tag_params(tag), {});
  for (uint32_t tag = 0; tag < tag_count; ++tag) {
    Types caught = tag_params(tag);
    function_type(out, {}, caught);
    caught.push_back(valtype::exnref);
    function_type(out, {}, caught);
  }
}

/// An initializer of one instruction.
void expression(ByteWriter& out, const Instruction& in) {
  encode_instruction(in, out);
  out.u8(static_cast<uint8_t>(info(Opcode::end).code));
}

Instruction zero(ValType type) {
  Instruction in;
  std::fill(std::begin(in.v128), std::end(in.v128), uint8_t{0});
  switch (type.kind()) {
    case ValType::Kind::i32: in.opcode = Opcode::i32_const; break;
    case ValType::Kind::i64: in.opcode = Opcode::i64_const; break;
    case ValType::Kind::f32: in.opcode = Opcode::f32_const; break;
    case ValType::Kind::f64: in.opcode = Opcode::f64_const; break;
    case ValType::Kind::v128: in.opcode = Opcode::v128_const; break;
    case ValType::Kind::ref:
    case ValType::Kind::bottom:
      in.opcode = Opcode::ref_null;
      in.heap_type = {type.heap(), true};
      break;
  }
  return in;
}

Instruction i32_const(int32_t value) {
  Instruction in;
  in.opcode = Opcode::i32_const;
  in.i32 = value;
  return in;
}

void mutable_global(ByteWriter& out, ValType type, const Instruction& in) {
  out.value_type(type);
  out.u8(1);
  expression(out, in);
}

}  // namespace

bool computes_with_floats(std::span<const uint8_t> choices) {
  return !choices.empty() && choices[0] < 128;
}

bool has_objects(std::span<const uint8_t> choices) {
  return !choices.empty() && choices[0] % 4 == 3;
}

std::vector<uint8_t> generate_module(std::span<const uint8_t> bytes,
                                     const GeneratorOptions& options) {
  static constexpr uint8_t header[] = {0x00, 'a', 's', 'm', 1, 0, 0, 0};
  constexpr uint32_t max_functions = 4;
  Choices choices(bytes);
  Surroundings module;
  module.options = options;
  module.floats = computes_with_floats(bytes);
  module.value_types = all_value_types;
  if (has_objects(bytes)) {
    module.first_type = object_type_count;
  } else {
    module.value_types = module.value_types.first(plain_type_count);
  }
  module.types.resize(1 + choices.below(4));
  for (FunctionType& type : module.types) {
    type = {some_types(choices, module, 3), some_types(choices, module, 2)};
  }
  module.functions.resize(1 + choices.below(max_functions));
  for (uint32_t& type : module.functions) type = choices.below(module.types.size());
  const auto function_count = static_cast<uint32_t>(module.functions.size());
  const auto type_count = static_cast<uint32_t>(module.value_types.size());

  // Bodies first: they make the globals.
  ByteWriter bodies;
  bodies.u32(function_count + 1);
  for (const uint32_t type : module.functions) {
    const size_t start = bodies.begin_sized();
    generate_body(choices, module, module.types[type], bodies);
    bodies.end_sized(start);
  }
  const size_t refuel = bodies.begin_sized();
  bodies.u32(0);  // locals
  encode_instruction(i32_const(bound), bodies);
  Instruction set_bound;
  set_bound.opcode = Opcode::global_set;
  set_bound.index = module.bound_global();
  expression(bodies, set_bound);
  bodies.end_sized(refuel);

  ByteWriter out;
  out.raw(header);
  section(out, SectionId::type, [&] { type_section(out, module); });
  section(out, SectionId::function, [&] {
    out.u32(function_count + 1);
    for (const uint32_t type : module.functions) out.u32(module.first_type + type);
    out.u32(module.empty_type());
  });
  section(out, SectionId::table, [&] {
    out.u32(1);
    out.value_type(valtype::funcref);
    out.limits({table_size, 2 * table_size, true}, AddressType::i32, false, 16);
  });
  section(out, SectionId::memory, [&] {
    out.u32(memory_count);
    out.limits({1, 3, true}, AddressType::i32, false, 16);
    out.limits({1, 2, true}, AddressType::i64, false, 16);
  });
  if (module.has_objects()) {
    section(out, SectionId::tag, [&] {
      out.u32(tag_count);
      for (uint32_t tag = 0; tag < tag_count; ++tag) {
        out.u8(0);
        out.u32(module.tag_type(tag));
      }
    });
  }
  section(out, SectionId::global, [&] {
    out.u32(module.first_constant_global() + static_cast<uint32_t>(module.constants.size()));
    for (const ValType type : module.value_types) mutable_global(out, type, zero(type));
    mutable_global(out, valtype::i32, i32_const(bound));
    for (const auto& [type, value] : module.constants) mutable_global(out, type, value);
  });
  section(out, SectionId::export_, [&] {
    const auto entry = [&](std::string_view name, ExternKind kind, uint32_t index) {
      out.name(name);
      out.u8(static_cast<uint8_t>(kind));
      out.u32(index);
    };
    out.u32(function_count + type_count + 4);
    entry("refuel", ExternKind::func, function_count);
    entry("memory32", ExternKind::memory, 0);
    entry("memory64", ExternKind::memory, 1);
    entry("table", ExternKind::table, 0);
    for (uint32_t i = 0; i < function_count; ++i) {
      entry("f" + std::to_string(i), ExternKind::func, i);
    }
    for (uint32_t i = 0; i < type_count; ++i) {
      entry("g" + std::to_string(i), ExternKind::global, i);
    }
  });
  section(out, SectionId::element, [&] {
    out.u32(2);
    out.u8(0);  // active, table 0
    expression(out, zero(valtype::i32));
    out.u32(function_count);
    for (uint32_t i = 0; i < function_count; ++i) out.u32(i);
    out.u8(1);  // passive
    out.u8(0);
    out.u32(1);
    out.u32(0);
  });
  section(out, SectionId::data_count, [&] { out.u32(data_count); });
  section(out, SectionId::code, [&] { out.raw(bodies.bytes()); });
  section(out, SectionId::data, [&] {
    out.u32(data_count);
    out.u8(0);  // active, memory 0
    expression(out, zero(valtype::i32));
    out.name("\x01\x80\x7F\xFFsome data: 0123456789");
    out.u8(1);  // passive
    out.name("more data");
  });
  return {out.bytes().begin(), out.bytes().end()};
}

}  // namespace zwasm::fuzz
