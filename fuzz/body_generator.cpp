#include "fuzz/body_generator.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "wasm/opcode.hpp"

namespace zwasm::fuzz {
namespace {

constexpr uint32_t max_instructions = 300;
constexpr size_t max_nesting = 12;
constexpr size_t max_operands = 40;

/// Integers at which operations change what they do.
constexpr uint64_t edges[] = {0,
                              1,
                              2,
                              7,
                              8,
                              31,
                              32,
                              63,
                              64,
                              100,
                              0x7F,
                              0x80,
                              0xFF,
                              0x7FFF,
                              0x8000,
                              0xFFF0,
                              0xFFFF,
                              0x10000,
                              0x7FFFFFFF,
                              0x80000000,
                              0xFFFFFFFF,
                              0x100000000,
                              ~uint64_t{0},
                              uint64_t{1} << 63,
                              (uint64_t{1} << 63) - 1,
                              0x3FF0000000000000,  // 1.0
                              0x7FF8000000000000,  // NaN
                              0xFFF0000000000000,  // -infinity
                              0x41DFFFFFFFC00000,  // 2147483647.0
                              0x43E0000000000000,  // 2^63
                              0x3F800000,          // 1.0f
                              0x7FC00000,          // NaN
                              0x4F000000};         // 2^31

bool is_float(const OpcodeInfo& row) {
  const auto kinds = std::span(row.signature.kinds)
                         .first(size_t{row.signature.param_count} + row.signature.result_count);
  return row.text.starts_with("f32x4") || row.text.starts_with("f64x2") ||
         std::ranges::any_of(kinds, [](SignatureKind kind) {
           return kind == SignatureKind::f32 || kind == SignatureKind::f64;
         });
}

/// Instructions that are typed by their signature.
std::vector<Opcode> make_regular_opcodes(bool floats, bool portable) {
  std::vector<Opcode> result;
  for (size_t i = 0; i < opcode_count; ++i) {
    const OpcodeInfo& row = opcode_table[i];
    if (row.signature.special || row.feature == Feature::gc || row.feature == Feature::threads ||
        row.feature == Feature::exceptions || row.feature == Feature::legacy_exceptions ||
        (is_float(row) && !floats) || (portable && row.text.ends_with("madd"))) {
      continue;
    }
    result.push_back(static_cast<Opcode>(i));
  }
  return result;
}
const std::vector<Opcode>& regular_opcodes(bool floats, bool portable) {
  static const std::vector<Opcode> all = make_regular_opcodes(true, false);
  static const std::vector<Opcode> portable_ones = make_regular_opcodes(true, true);
  static const std::vector<Opcode> without_floats = make_regular_opcodes(false, true);
  return !floats ? without_floats : portable ? portable_ones : all;
}

std::vector<Opcode> make_atomic_opcodes() {
  std::vector<Opcode> result;
  for (size_t i = 0; i < opcode_count; ++i) {
    const OpcodeInfo& row = opcode_table[i];
    if (row.feature == Feature::threads && row.immediate == Immediate::memarg) {
      result.push_back(static_cast<Opcode>(i));
    }
  }
  return result;
}

/// The binary logarithm of the bytes that an atomic instruction accesses.
uint32_t atomic_size_log2(std::string_view text) {
  if (text.find("8") != std::string_view::npos) return 0;
  if (text.find("16") != std::string_view::npos) return 1;
  return text.starts_with("i64.atomic") && text.find("32") == std::string_view::npos ? 3
         : text.ends_with("wait64")                                                  ? 3
                                                                                     : 2;
}

/// One body, instruction by instruction. Keeps the types of the operand stack; operands that an
/// instruction lacks are made on the spot, so every choice gives valid code.
class BodyGenerator {
 public:
  BodyGenerator(Choices& choices, Surroundings& module, const FunctionType& type, ByteWriter& out)
      : choices_(choices),
        module_(module),
        locals_(type.params),
        results_(type.results),
        out_(out) {}

  void generate() {
    out_.u32(static_cast<uint32_t>(module_.value_types.size()));
    for (const ValType local : module_.value_types) {
      out_.u32(1);
      out_.value_type(local);
      locals_.push_back(local);
    }
    blocks_.push_back({Opcode::block, {}, results_, 0, false});
    count_down();
    const uint32_t count = choices_.byte();
    for (uint32_t i = 0; i < std::min(count, max_instructions) && !choices_.at_end(); ++i) step();
    while (!blocks_.empty()) end_block();
  }

 private:
  struct Block {
    Opcode opcode;  ///< block, loop, if_ or else_
    Types params, results;
    size_t height;  ///< operands below it
    bool inside_loop;

    const Types& label() const { return opcode == Opcode::loop ? params : results; }
  };

  /// Traps when the bound is used up. At the beginning of functions and loops.
  void count_down() {
    if (!module_.options.is_portable) return;
    emit_index(Opcode::global_get, module_.bound_global());
    emit(Opcode::i32_eqz);
    Instruction in;
    in.opcode = Opcode::if_;
    in.block_type = {};
    emit(in);
    emit(Opcode::unreachable);
    emit(Opcode::end);
    emit_index(Opcode::global_get, module_.bound_global());
    in = {};
    in.opcode = Opcode::i32_const;
    in.i32 = 1;
    emit(in);
    emit(Opcode::i32_sub);
    emit_index(Opcode::global_set, module_.bound_global());
  }

  void step() {
    switch (choices_.below(module_.has_objects() ? 36 : 24)) {
      default: regular(); break;
      case 12: local(Opcode::local_get); break;
      case 13: local(Opcode::local_set); break;
      case 14: local(Opcode::local_tee); break;
      case 15: global(); break;
      case 16: begin_block(); break;
      case 17:
        if (blocks_.size() > 1) end_block();
        break;
      case 18: branch(); break;
      case 19: call(); break;
      case 20: select_or_drop(); break;
      case 21: reference(); break;
      case 22: table(); break;
      case 23: memory(); break;
      case 24:
      case 25: make_object(); break;
      case 26:
      case 27: access_struct(); break;
      case 28:
      case 29: access_array(); break;
      case 30: cast(); break;
      case 31: branch_on_reference(); break;
      case 32: exception(); break;
      case 33: call_reference(); break;
      case 34: atomic(); break;
      case 35: convert_reference(); break;
    }
    while (stack_.size() > blocks_.back().height + max_operands) drop();
  }

  // --- Operands ---

  void emit(Instruction& in) { encode_instruction(in, out_); }
  void emit(Opcode opcode) {
    Instruction in;
    in.opcode = opcode;
    emit(in);
  }
  void emit_index(Opcode opcode, uint32_t index) {
    Instruction in;
    in.opcode = opcode;
    in.index = index;
    emit(in);
  }
  void emit_pair(Opcode opcode, uint32_t first, uint32_t second) {
    Instruction in;
    in.opcode = opcode;
    in.pair = {first, second};
    emit(in);
  }
  void push(std::span<const ValType> types) {
    stack_.insert(stack_.end(), types.begin(), types.end());
  }
  void push(ValType type) { stack_.push_back(type); }
  void pop(size_t count) { stack_.resize(stack_.size() - count); }
  void drop() {
    emit(Opcode::drop);
    pop(1);
  }

  void make_constant(ValType type) {
    Instruction in;
    switch (type.kind()) {
      case ValType::Kind::i32:
        in.opcode = Opcode::i32_const;
        in.i32 = static_cast<int32_t>(choices_.number());
        break;
      case ValType::Kind::i64:
        in.opcode = Opcode::i64_const;
        in.i64 = static_cast<int64_t>(choices_.number());
        break;
      case ValType::Kind::f32:
        in.opcode = Opcode::f32_const;
        in.f32_bits = static_cast<uint32_t>(choices_.number());
        break;
      case ValType::Kind::f64:
        in.opcode = Opcode::f64_const;
        in.f64_bits = choices_.number();
        break;
      case ValType::Kind::v128: {
        in.opcode = Opcode::v128_const;
        const uint64_t parts[2] = {choices_.number(), choices_.number()};
        std::memcpy(in.v128, parts, sizeof parts);
        break;
      }
      case ValType::Kind::ref:
        if (module_.has_objects() && choices_.below(4) != 0 && make_reference(type)) return;
        [[fallthrough]];
      case ValType::Kind::bottom:
        in.opcode = Opcode::ref_null;
        in.heap_type = {type.heap(), true};
        break;
    }
    push(type);
    if (module_.options.constants == Constants::in_code || type.is_ref()) return emit(in);
    emit_index(Opcode::global_get,
               module_.first_constant_global() + static_cast<uint32_t>(module_.constants.size()));
    module_.constants.push_back({type, in});
  }

  /// One operand of the type: a local, a global or a constant.
  void make_operand(ValType type) {
    const uint8_t choice = choices_.byte();
    if (choice < 160) {
      // The local of the type that the choice comes to.
      for (size_t i = 0; i < locals_.size(); ++i) {
        const size_t index = (i + choice) % locals_.size();
        if (locals_[index] != type) continue;
        emit_index(Opcode::local_get, static_cast<uint32_t>(index));
        return push(type);
      }
    }
    if (choice >= 240) {
      const auto found = std::ranges::find(module_.value_types, type);
      if (found != module_.value_types.end()) {
        emit_index(Opcode::global_get, static_cast<uint32_t>(found - module_.value_types.begin()));
        return push(type);
      }
    }
    make_constant(type);
  }

  /// Makes these types the top of the stack, adding as few operands as possible.
  void need(std::span<const ValType> types) {
    const size_t available = stack_.size() - blocks_.back().height;
    size_t there = std::min(types.size(), available);
    while (there != 0 &&
           !std::equal(types.begin(), types.begin() + static_cast<std::ptrdiff_t>(there),
                       stack_.end() - static_cast<std::ptrdiff_t>(there))) {
      --there;
    }
    for (const ValType type : types.subspan(there)) make_operand(type);
  }
  void need(std::initializer_list<ValType> types) { need(std::span(types.begin(), types.size())); }

  // --- Instructions ---

  static ValType type_of(SignatureKind kind, uint32_t memory_index) {
    switch (kind) {
      case SignatureKind::i32: return valtype::i32;
      case SignatureKind::i64: return valtype::i64;
      case SignatureKind::f32: return valtype::f32;
      case SignatureKind::f64: return valtype::f64;
      case SignatureKind::v128: return valtype::v128;
      case SignatureKind::address: return address_type(memory_index);
    }
    return valtype::i32;
  }
  static ValType address_type(uint32_t memory_index) {
    return memory_index == 0 ? valtype::i32 : valtype::i64;
  }

  /// Lanes of a vector that an instruction names by number.
  static uint32_t lanes_of(std::string_view text) {
    if (text.starts_with("i8x16") || text.find("8_lane") != std::string_view::npos) return 16;
    if (text.starts_with("i16x8") || text.find("16_lane") != std::string_view::npos) return 8;
    if (text.starts_with("i32x4") || text.starts_with("f32x4") ||
        text.find("32_lane") != std::string_view::npos) {
      return 4;
    }
    return 2;
  }

  void regular() {
    const std::vector<Opcode>& opcodes =
        regular_opcodes(module_.floats, module_.options.is_portable);
    const Opcode opcode = opcodes[choices_.below(opcodes.size())];
    const OpcodeInfo& row = info(opcode);
    Instruction in;
    in.opcode = opcode;
    uint32_t memory_index = 0;
    switch (row.immediate) {
      case Immediate::i32: return make_constant(valtype::i32);
      case Immediate::i64: return make_constant(valtype::i64);
      case Immediate::f32: return make_constant(valtype::f32);
      case Immediate::f64: return make_constant(valtype::f64);
      case Immediate::v128: return make_constant(valtype::v128);
      case Immediate::lanes:
        for (uint8_t& byte : in.v128) byte = choices_.byte() % 32;
        break;
      case Immediate::memarg:
      case Immediate::memarg_lane: {
        memory_index = choices_.below(8) == 0 ? 1 : 0;
        const uint8_t choice = choices_.byte();
        uint64_t offset = choice < 200 ? choice : choices_.number();
        if (memory_index == 0) offset &= 0xFFFFFFFF;
        in.memory = {{offset, 0, MemoryIndex{memory_index}}, 0};
        if (row.immediate == Immediate::memarg_lane) {
          in.memory.lane = static_cast<uint8_t>(choices_.below(lanes_of(row.text)));
        }
        break;
      }
      case Immediate::lane:
        in.memory.lane = static_cast<uint8_t>(choices_.below(lanes_of(row.text)));
        break;
      default:
        if (row.immediate != Immediate::none) return;
        break;
    }
    Types params, results;
    for (size_t i = 0; i < row.signature.param_count; ++i) {
      params.push_back(type_of(row.signature.param(i), memory_index));
    }
    for (size_t i = 0; i < row.signature.result_count; ++i) {
      results.push_back(type_of(row.signature.result(i), memory_index));
    }
    need(params);
    emit(in);
    pop(params.size());
    push(results);
  }

  void local(Opcode opcode) {
    const uint32_t index = choices_.below(locals_.size());
    const ValType type = locals_[index];
    if (opcode != Opcode::local_get) need({type});
    emit_index(opcode, index);
    if (opcode == Opcode::local_get) push(type);
    if (opcode == Opcode::local_set) pop(1);
  }

  void global() {
    const uint32_t index = choices_.below(module_.value_types.size());
    need({module_.value_types[index]});
    emit_index(Opcode::global_set, index);
    pop(1);
  }

  void begin_block() {
    if (blocks_.size() > max_nesting) return;
    static constexpr Opcode opcodes[] = {Opcode::block, Opcode::loop, Opcode::if_};
    Instruction in;
    in.opcode = opcodes[choices_.below(std::size(opcodes))];
    Types params, results;
    const uint8_t choice = choices_.byte();
    if (choice < 64) {
      in.block_type = {};
    } else if (choice < 128) {
      const ValType type = module_.value_types[choice % module_.value_types.size()];
      in.block_type = {BlockType::Kind::value, type, TypeIndex{0}};
      results = {type};
    } else {
      const uint32_t index = choice % static_cast<uint32_t>(module_.types.size());
      in.block_type = {BlockType::Kind::index, {}, TypeIndex{module_.first_type + index}};
      params = module_.types[index].params;
      results = module_.types[index].results;
    }
    if (in.opcode == Opcode::if_) {
      Types operands = params;
      operands.push_back(valtype::i32);
      need(operands);
      pop(1);
    } else {
      need(params);
    }
    emit(in);
    const size_t height = stack_.size() - params.size();
    const bool inside_loop = in.opcode == Opcode::loop || blocks_.back().inside_loop;
    blocks_.push_back({in.opcode, params, results, height, inside_loop});
    if (in.opcode == Opcode::loop) count_down();
  }

  /// Makes the stack of the innermost block exactly its results.
  void leave_results() {
    const Block& block = blocks_.back();
    if (stack_.size() - block.height > block.results.size() && block.opcode != Opcode::loop) {
      // A branch takes what it needs from the top, and the rest goes.
      need(block.results);
      emit_index(Opcode::br, 0);
      stack_.resize(block.height);
      push(block.results);
      return;
    }
    if (!std::equal(block.results.begin(), block.results.end(),
                    stack_.begin() + static_cast<std::ptrdiff_t>(block.height), stack_.end())) {
      while (stack_.size() > block.height) drop();
      need(block.results);
    }
  }

  /// After `br`, the results are there by type only; `end` takes them from nowhere.
  void end_block() {
    leave_results();
    Block& block = blocks_.back();
    if (block.opcode == Opcode::if_ && (block.params != block.results || choices_.below(2) == 0)) {
      emit(Opcode::else_);
      block.opcode = Opcode::else_;
      stack_.resize(block.height);
      push(block.params);
      for (uint32_t i = choices_.below(8); i > 0 && !choices_.at_end(); --i) {
        if (choices_.below(3) == 0) {
          local(Opcode::local_set);
        } else {
          regular();
        }
      }
      leave_results();
    }
    emit(Opcode::end);
    blocks_.pop_back();
  }

  /// What follows an unconditional branch is unreachable, and its operands come from nowhere.
  void after_jump() { stack_.resize(blocks_.back().height); }

  const Block& block_at(uint32_t depth) const { return blocks_[blocks_.size() - 1 - depth]; }

  void branch() {
    const uint32_t depth = choices_.below(blocks_.size());
    const Types label = block_at(depth).label();
    switch (choices_.below(8)) {
      case 0:
        need(label);
        emit_index(Opcode::br, depth);
        return after_jump();
      case 1:
        need(results_);
        emit(Opcode::return_);
        return after_jump();
      case 2: {
        std::vector<uint32_t> targets;
        for (uint32_t i = choices_.below(6); i > 0; --i) {
          const uint32_t target = choices_.below(blocks_.size());
          if (block_at(target).label() == label) targets.push_back(target);
        }
        targets.push_back(depth);
        Types operands = label;
        operands.push_back(valtype::i32);
        need(operands);
        Instruction in;
        in.opcode = Opcode::br_table;
        in.label_table = {targets.data(), static_cast<uint32_t>(targets.size() - 1)};
        emit(in);
        return after_jump();
      }
      case 3:
        if (choices_.below(4) == 0) {
          emit(Opcode::unreachable);
          return after_jump();
        }
        break;
      default: break;
    }
    Types operands = label;
    operands.push_back(valtype::i32);
    need(operands);
    emit_index(Opcode::br_if, depth);
    pop(1);
  }

  void call() {
    const uint32_t choice = choices_.below(8);
    const bool is_indirect = choice == 1 || choice == 3;
    const uint32_t function = choices_.below(module_.functions.size());
    const uint32_t type_index =
        is_indirect ? choices_.below(module_.types.size()) : module_.functions[function];
    const FunctionType& type = module_.types[type_index];
    const bool is_tail = (choice == 2 || choice == 3) && type.results == results_;
    Types operands = type.params;
    if (is_indirect) operands.push_back(valtype::i32);
    need(operands);
    if (is_indirect) {
      emit_pair(is_tail ? Opcode::return_call_indirect : Opcode::call_indirect,
                module_.first_type + type_index, 0);
    } else {
      emit_index(is_tail ? Opcode::return_call : Opcode::call, function);
    }
    pop(operands.size());
    if (is_tail) return after_jump();
    push(type.results);
  }

  void select_or_drop() {
    const ValType type = module_.value_types[choices_.below(module_.value_types.size())];
    if (choices_.below(4) == 0) {
      if (stack_.size() > blocks_.back().height) drop();
      return;
    }
    need({type, type, valtype::i32});
    if (type.is_ref()) {
      Instruction in;
      in.opcode = Opcode::select_typed;
      in.select_types = {&type, 1};
      emit(in);
    } else {
      emit(Opcode::select);
    }
    pop(2);
  }

  void reference() {
    switch (choices_.below(3)) {
      case 0:
        emit_index(Opcode::ref_func, choices_.below(module_.functions.size()));
        // A subtype of what locals and parameters want.
        emit_index(Opcode::local_set, local_of(valtype::funcref));
        break;
      case 1: {
        const ValType type = choices_.below(2) == 0 ? valtype::funcref : valtype::externref;
        need({type});
        emit(Opcode::ref_is_null);
        pop(1);
        push(valtype::i32);
        break;
      }
      case 2: make_constant(choices_.below(2) == 0 ? valtype::funcref : valtype::externref); break;
    }
  }

  uint32_t local_of(ValType type) const {
    return static_cast<uint32_t>(std::ranges::find(locals_, type) - locals_.begin());
  }

  void table() {
    switch (choices_.below(7)) {
      case 0:
        need({valtype::i32});
        emit_index(Opcode::table_get, 0);
        pop(1);
        return push(valtype::funcref);
      case 1:
        need({valtype::i32, valtype::funcref});
        emit_index(Opcode::table_set, 0);
        return pop(2);
      case 2:
        need({valtype::funcref, valtype::i32});
        emit_index(Opcode::table_grow, 0);
        pop(2);
        return push(valtype::i32);
      case 3: emit_index(Opcode::table_size, 0); return push(valtype::i32);
      case 4:
        need({valtype::i32, valtype::funcref, valtype::i32});
        emit_index(Opcode::table_fill, 0);
        return pop(3);
      case 5:
        need({valtype::i32, valtype::i32, valtype::i32});
        emit_pair(Opcode::table_copy, 0, 0);
        return pop(3);
      case 6:
        need({valtype::i32, valtype::i32, valtype::i32});
        emit_pair(Opcode::table_init, choices_.below(2), 0);
        return pop(3);
    }
  }

  void memory() {
    const uint32_t index = choices_.below(memory_count);
    const ValType address = address_type(index);
    switch (choices_.below(6)) {
      case 0: emit_index(Opcode::memory_size, index); return push(address);
      case 1:
        need({address});
        emit_index(Opcode::memory_grow, index);
        return;
      case 2:
        need({address, valtype::i32, address});
        emit_index(Opcode::memory_fill, index);
        return pop(3);
      case 3: {
        const uint32_t from = choices_.below(memory_count);
        const ValType size = index == 1 && from == 1 ? valtype::i64 : valtype::i32;
        need({address, address_type(from), size});
        emit_pair(Opcode::memory_copy, index, from);
        return pop(3);
      }
      case 4:
        need({address, valtype::i32, valtype::i32});
        emit_pair(Opcode::memory_init, choices_.below(data_count), index);
        return pop(3);
      case 5: emit_index(Opcode::data_drop, choices_.below(data_count)); return;
    }
  }

  // --- Objects, exceptions and function references ---

  void emit_i32(uint32_t value) {
    Instruction in;
    in.opcode = Opcode::i32_const;
    in.i32 = static_cast<int32_t>(value);
    emit(in);
  }
  void emit_heap_type(Opcode opcode, HeapType type, bool nullable) {
    Instruction in;
    in.opcode = opcode;
    in.heap_type = {type, nullable};
    emit(in);
  }
  /// A block with one result, or none if `result` is bottom.
  void emit_block(ValType result) {
    Instruction in;
    in.opcode = Opcode::block;
    in.block_type = {};
    if (!result.is_bottom()) in.block_type = {BlockType::Kind::value, result, TypeIndex{0}};
    emit(in);
  }

  /// A reference that is not null, if there is an easy one.
  bool make_reference(ValType type) {
    if (type == i31ref || type == valtype::anyref || type == eqref) {
      emit_i32(static_cast<uint32_t>(choices_.number()));
      emit(Opcode::ref_i31);
    } else if (type == valtype::funcref) {
      emit_index(Opcode::ref_func, choices_.below(module_.functions.size()));
    } else if (type.heap().is_index()) {
      const auto object = static_cast<ObjectType>(raw(type.heap().index()));
      if (is_array(object)) emit_i32(choices_.below(20));
      emit_index(is_array(object) ? Opcode::array_new_default : Opcode::struct_new_default, object);
    } else {
      return false;
    }
    push(type);
    return true;
  }

  static bool is_array(ObjectType type) { return type >= object_bytes; }
  ObjectType some_struct() { return choices_.below(3) == 0 ? object_substruct : object_struct; }
  ObjectType some_array() {
    return static_cast<ObjectType>(object_bytes + choices_.below(object_type_count - object_bytes));
  }
  /// Makes the i32 on the stack small.
  void limit(uint32_t mask) {
    emit_i32(mask);
    emit(Opcode::i32_and);
  }

  void make_object() {
    if (choices_.below(3) == 0) {
      const ObjectType type = some_struct();
      Types values;
      for (const FieldType& field : fields_of(type)) values.push_back(field.type);
      need(values);
      emit_index(Opcode::struct_new, type);
      pop(values.size());
      return push(reference_to(type));
    }
    const ObjectType type = some_array();
    const ValType element = fields_of(type)[0].type;
    size_t operands = 2;
    switch (choices_.below(type == object_references ? 3 : 4)) {
      case 0:
        need({element, valtype::i32});
        limit(0x3FF);
        emit_index(Opcode::array_new, type);
        break;
      case 1: {
        const Types elements(choices_.below(6), element);
        need(elements);
        emit_pair(Opcode::array_new_fixed, type, static_cast<uint32_t>(elements.size()));
        operands = elements.size();
        break;
      }
      case 2:
        need({valtype::i32});
        limit(0xFFF);
        emit_index(Opcode::array_new_default, type);
        operands = 1;
        break;
      case 3:
        need({valtype::i32, valtype::i32});
        limit(7);
        emit_pair(Opcode::array_new_data, type, choices_.below(data_count));
        break;
    }
    pop(operands);
    push(reference_to(type));
  }

  void access_struct() {
    const ObjectType type = some_struct();
    const std::span<const FieldType> fields = fields_of(type);
    const uint32_t index = choices_.below(fields.size());
    const FieldType& field = fields[index];
    if (choices_.below(2) == 0) {
      need({reference_to(type), field.type});
      emit_pair(Opcode::struct_set, type, index);
      return pop(2);
    }
    need({reference_to(type)});
    emit_pair(getter(field, Opcode::struct_get, Opcode::struct_get_s, Opcode::struct_get_u), type,
              index);
    pop(1);
    push(field.type);
  }

  Opcode getter(const FieldType& field, Opcode plain, Opcode is_signed, Opcode is_unsigned) {
    if (field.packed == FieldType::Packed::none) return plain;
    return choices_.below(2) == 0 ? is_signed : is_unsigned;
  }

  void access_array() {
    const ObjectType type = some_array();
    const ValType array = reference_to(type);
    const FieldType& element = fields_of(type)[0];
    switch (choices_.below(6)) {
      case 0:
        need({array, valtype::i32});
        if (choices_.below(4) != 0) limit(7);
        emit_index(getter(element, Opcode::array_get, Opcode::array_get_s, Opcode::array_get_u),
                   type);
        pop(2);
        return push(element.type);
      case 1:
        need({array, valtype::i32, element.type});
        emit_index(Opcode::array_set, type);
        return pop(3);
      case 2:
        need({array});
        emit(Opcode::array_len);
        pop(1);
        return push(valtype::i32);
      case 3:
        need({array, valtype::i32, element.type, valtype::i32});
        if (choices_.below(4) != 0) limit(7);
        emit_index(Opcode::array_fill, type);
        return pop(4);
      case 4:
        need({array, valtype::i32, array, valtype::i32, valtype::i32});
        if (choices_.below(4) != 0) limit(7);
        emit_pair(Opcode::array_copy, type, type);
        return pop(5);
      case 5:
        if (type == object_references) return;
        need({array, valtype::i32, valtype::i32, valtype::i32});
        limit(7);
        emit_pair(Opcode::array_init_data, type, choices_.below(data_count));
        return pop(4);
    }
  }

  /// Below any, and a local has it.
  ValType some_reference() { return all_value_types[plain_type_count + 1 + choices_.below(7)]; }

  void cast() {
    static constexpr HeapType heaps[] = {AbstractHeapType::any,   AbstractHeapType::eq,
                                         AbstractHeapType::i31,   AbstractHeapType::struct_,
                                         AbstractHeapType::array, AbstractHeapType::none};
    switch (choices_.below(4)) {
      case 0: {
        const uint32_t choice = choices_.below(std::size(heaps) + object_type_count);
        const HeapType heap = choice < object_type_count ? HeapType(TypeIndex{choice})
                                                         : heaps[choice - object_type_count];
        const bool nullable = choices_.below(2) == 0;
        need({valtype::anyref});
        emit_heap_type(nullable ? Opcode::ref_test_null : Opcode::ref_test, heap, nullable);
        pop(1);
        return push(valtype::i32);
      }
      case 1:
      case 2: {
        const ValType type = some_reference();
        need({valtype::anyref});
        emit_heap_type(Opcode::ref_cast_null, type.heap(), true);
        pop(1);
        return push(type);
      }
      case 3: {
        const ValType type = some_reference();
        need({type});
        emit(Opcode::ref_as_non_null);
        emit_index(Opcode::local_set, local_of(type));
        return pop(1);
      }
    }
  }

  /// Blocks of their own, so that all is of the right type.
  void branch_on_reference() {
    const ValType type = some_reference();
    const uint32_t local = local_of(type), any = local_of(valtype::anyref);
    Instruction in;
    switch (choices_.below(4)) {
      case 0:
      case 1: {
        const bool is_fail = choices_.below(2) == 0;
        need({valtype::anyref});
        emit_index(Opcode::local_set, any);
        pop(1);
        emit_block(is_fail ? valtype::anyref : type);
        emit_index(Opcode::local_get, any);
        in.opcode = is_fail ? Opcode::br_on_cast_fail : Opcode::br_on_cast;
        in.cast_label = {0, valtype::anyref, type};
        emit(in);
        emit_index(Opcode::local_set, is_fail ? local : any);
        emit_heap_type(Opcode::ref_null, is_fail ? valtype::anyref.heap() : type.heap(), true);
        emit(Opcode::end);
        return push(is_fail ? valtype::anyref : type);
      }
      case 2:
        emit_block(valtype::bottom);
        emit_index(Opcode::local_get, local);
        emit_index(Opcode::br_on_null, 0);
        emit_index(Opcode::local_set, any);
        return emit(Opcode::end);
      case 3:
        emit_block(type);
        emit_index(Opcode::local_get, local);
        emit_index(Opcode::br_on_non_null, 0);
        make_constant(type);
        return emit(Opcode::end);
    }
  }

  void exception() {
    const uint32_t tag = choices_.below(tag_count);
    switch (choices_.below(6)) {
      case 0: {
        const Types& params = tag_params(tag);
        need(params);
        emit_index(Opcode::throw_, tag);
        return after_jump();
      }
      case 1:
        need({valtype::exnref});
        emit(Opcode::throw_ref);
        return after_jump();
      default: break;
    }
    if (blocks_.size() > max_nesting) return;
    // A block that gets what is caught, and the try_table in it.
    CatchClause clause{static_cast<CatchClause::Kind>(choices_.below(4)), TagIndex{tag}, 0};
    const bool with_exception = clause.kind == CatchClause::Kind::catch_ref ||
                                clause.kind == CatchClause::Kind::catch_all_ref;
    Types results = clause.has_tag() ? tag_params(tag) : Types();
    if (with_exception) results.push_back(valtype::exnref);
    if (clause.has_tag()) {
      Instruction in;
      in.opcode = Opcode::block;
      in.block_type = {
          BlockType::Kind::index, {}, TypeIndex{module_.catch_type(tag, with_exception)}};
      emit(in);
    } else {
      emit_block(with_exception ? valtype::exnref : valtype::bottom);
    }
    const bool inside_loop = blocks_.back().inside_loop;
    blocks_.push_back({Opcode::block, {}, results, stack_.size(), inside_loop});
    Instruction in;
    in.opcode = Opcode::try_table;
    in.try_table = {{}, &clause, 1};
    emit(in);
    blocks_.push_back({Opcode::try_table, {}, {}, stack_.size(), inside_loop});
  }

  void call_reference() {
    const uint32_t function = choices_.below(module_.functions.size());
    const uint32_t type_index = module_.functions[function];
    const FunctionType& type = module_.types[type_index];
    const uint32_t index = module_.first_type + type_index;
    const uint32_t choice = choices_.byte();
    need(type.params);
    if (choice < 16) {
      emit_heap_type(Opcode::ref_null, HeapType(TypeIndex{index}), true);
    } else if (choice < 128) {
      emit_index(Opcode::ref_func, function);
    } else {
      make_operand(valtype::funcref);
      emit_heap_type(Opcode::ref_cast_null, HeapType(TypeIndex{index}), true);
      pop(1);
    }
    const bool is_tail = choice % 4 == 0 && type.results == results_;
    emit_index(is_tail ? Opcode::return_call_ref : Opcode::call_ref, index);
    pop(type.params.size());
    if (is_tail) return after_jump();
    push(type.results);
  }

  void atomic() {
    static const std::vector<Opcode> opcodes = make_atomic_opcodes();
    const Opcode opcode = opcodes[choices_.below(opcodes.size())];
    const OpcodeInfo& row = info(opcode);
    const uint32_t memory_index = choices_.below(8) == 0 ? 1 : 0;
    Instruction in;
    in.opcode = opcode;
    in.memory = {{choices_.below(64) * 8u, atomic_size_log2(row.text), MemoryIndex{memory_index}},
                 0};
    Types params;
    for (size_t i = 0; i < row.signature.param_count; ++i) {
      params.push_back(type_of(row.signature.param(i), memory_index));
    }
    need(params);
    emit(in);
    pop(params.size());
    for (size_t i = 0; i < row.signature.result_count; ++i) {
      push(type_of(row.signature.result(i), memory_index));
    }
  }

  void convert_reference() {
    const auto convert = [&](ValType from, Opcode opcode, ValType to) {
      need({from});
      emit(opcode);
      pop(1);
      push(to);
    };
    switch (choices_.below(6)) {
      case 0: return convert(valtype::externref, Opcode::any_convert_extern, valtype::anyref);
      case 1: return convert(valtype::anyref, Opcode::extern_convert_any, valtype::externref);
      case 2: return convert(valtype::i32, Opcode::ref_i31, i31ref);
      case 3: return convert(i31ref, Opcode::i31_get_s, valtype::i32);
      case 4: return convert(i31ref, Opcode::i31_get_u, valtype::i32);
      case 5:
        need({eqref, eqref});
        emit(Opcode::ref_eq);
        pop(2);
        return push(valtype::i32);
    }
  }

  Choices& choices_;
  Surroundings& module_;
  Types locals_;
  const Types results_;
  ByteWriter& out_;
  Types stack_;
  std::vector<Block> blocks_;
};

}  // namespace

uint64_t Choices::number() {
  const uint8_t choice = byte();
  if (choice < 128) return edges[choice % std::size(edges)];
  if (choice < 192) return choice - 128u;
  uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | byte();
  return value;
}

std::span<const FieldType> fields_of(ObjectType type) {
  using enum FieldType::Packed;
  static constexpr FieldType own[] = {{valtype::i32, none, true},
                                      {valtype::i64, none, true},
                                      {valtype::i32, i8, true},
                                      {valtype::f64, none, true},
                                      {reference_to(object_struct), none, true},
                                      {valtype::anyref, none, true},
                                      {valtype::v128, none, true},
                                      // What the subtype adds.
                                      {valtype::i32, i16, true},
                                      {reference_to(object_references), none, true}};
  static constexpr FieldType byte[] = {{valtype::i32, i8, true}};
  static constexpr FieldType number[] = {{valtype::i64, none, true}};
  static constexpr FieldType reference[] = {{valtype::anyref, none, true}};
  switch (type) {
    case object_struct: return std::span(own).first(7);
    case object_substruct: return own;
    case object_bytes: return byte;
    case object_longs: return number;
    case object_references: return reference;
    case object_type_count: break;
  }
  return {};
}

const Types& tag_params(uint32_t tag) {
  static const Types params[tag_count] = {
      {}, {valtype::i32}, {valtype::i64, valtype::v128, valtype::anyref}};
  return params[tag];
}

void generate_body(Choices& choices, Surroundings& module, const FunctionType& type,
                   ByteWriter& out) {
  BodyGenerator(choices, module, type, out).generate();
}

}  // namespace zwasm::fuzz
