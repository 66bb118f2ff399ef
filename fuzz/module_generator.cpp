#include "fuzz/module_generator.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <string_view>
#include <utility>

#include "binary/encoder.hpp"
#include "binary/section_id.hpp"
#include "wasm/opcode.hpp"

namespace zwasm::fuzz {
namespace {

using Types = std::vector<ValType>;

constexpr ValType value_types[] = {valtype::i32,  valtype::i64,     valtype::f32,      valtype::f64,
                                   valtype::v128, valtype::funcref, valtype::externref};
constexpr uint32_t memory_count = 2;  // a 32-bit one of 1 to 3 pages, a 64-bit one of 1 to 2
constexpr uint32_t table_size = 6;
constexpr uint32_t data_count = 2;
// Behind a global of each of value_types: what is left of the bound of a module, then constants.
constexpr uint32_t bound_global = std::size(value_types);
constexpr uint32_t first_constant_global = bound_global + 1;
constexpr int32_t bound = 3000;
constexpr uint32_t max_instructions = 300;
constexpr size_t max_nesting = 12;
constexpr size_t max_operands = 40;

/// Integers at which operations change what they do.
constexpr uint64_t edges[] = {0,          1,           2,           7,          8,
                              31,         32,          63,          64,         100,
                              0x7F,       0x80,        0xFF,        0x7FFF,     0x8000,
                              0xFFF0,     0xFFFF,      0x10000,     0x7FFFFFFF, 0x80000000,
                              0xFFFFFFFF, 0x100000000, ~uint64_t{0}, uint64_t{1} << 63,
                              (uint64_t{1} << 63) - 1,
                              0x3FF0000000000000,   // 1.0
                              0x7FF8000000000000,   // NaN
                              0xFFF0000000000000,   // -infinity
                              0x41DFFFFFFFC00000,   // 2147483647.0
                              0x43E0000000000000,   // 2^63
                              0x3F800000,           // 1.0f
                              0x7FC00000,           // NaN
                              0x4F000000};          // 2^31

bool is_float(const OpcodeInfo& row) {
  const auto kinds = std::span(row.signature.kinds)
                         .first(size_t{row.signature.param_count} + row.signature.result_count);
  return row.text.starts_with("f32x4") || row.text.starts_with("f64x2") ||
         std::ranges::any_of(kinds, [](SignatureKind kind) {
           return kind == SignatureKind::f32 || kind == SignatureKind::f64;
         });
}

/// Instructions that are typed by their signature, of features that are executed.
std::vector<Opcode> make_regular_opcodes(bool floats) {
  std::vector<Opcode> result;
  for (size_t i = 0; i < opcode_count; ++i) {
    const OpcodeInfo& row = opcode_table[i];
    if (row.signature.special || row.feature == Feature::gc || row.feature == Feature::threads ||
        row.feature == Feature::exceptions || row.feature == Feature::legacy_exceptions ||
        (is_float(row) && !floats)) {
      continue;
    }
    result.push_back(static_cast<Opcode>(i));
  }
  return result;
}
const std::vector<Opcode>& regular_opcodes(bool floats) {
  static const std::vector<Opcode> all = make_regular_opcodes(true);
  static const std::vector<Opcode> without_floats = make_regular_opcodes(false);
  return floats ? all : without_floats;
}

class Choices {
 public:
  explicit Choices(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  bool at_end() const { return bytes_.empty(); }
  uint8_t byte() {
    if (bytes_.empty()) return 0;
    const uint8_t value = bytes_[0];
    bytes_ = bytes_.subspan(1);
    return value;
  }
  uint32_t below(size_t count) {
    const uint32_t value = count <= 256 ? byte() : static_cast<uint32_t>(byte() | byte() << 8);
    return value % static_cast<uint32_t>(count);
  }
  uint64_t number() {
    const uint8_t choice = byte();
    if (choice < 128) return edges[choice % std::size(edges)];
    if (choice < 192) return choice - 128u;
    uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | byte();
    return value;
  }

 private:
  std::span<const uint8_t> bytes_;
};

struct Signature {
  Types params, results;
};

/// What function bodies refer to.
struct Surroundings {
  std::vector<Signature> types;
  std::vector<uint32_t> functions;  ///< type of each
  GeneratorOptions options;
  bool floats = false;              ///< instructions that compute with floats
  std::vector<std::pair<ValType, Instruction>> constant_globals;  ///< from first_constant_global on
};

/// One body, instruction by instruction. Keeps the types of the operand stack; operands that an
/// instruction lacks are made on the spot, so every choice gives valid code.
class BodyGenerator {
 public:
  BodyGenerator(Choices& choices, Surroundings& module, const Signature& type,
                ByteWriter& out)
      : choices_(choices),
        module_(module),
        locals_(type.params),
        results_(type.results),
        out_(out) {}

  void generate() {
    out_.u32(static_cast<uint32_t>(std::size(value_types)));
    for (const ValType local : value_types) {
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
    if (!module_.options.is_bounded) return;
    emit_index(Opcode::global_get, bound_global);
    emit(Opcode::i32_eqz);
    Instruction in;
    in.opcode = Opcode::if_;
    in.block_type = {};
    emit(in);
    emit(Opcode::unreachable);
    emit(Opcode::end);
    emit_index(Opcode::global_get, bound_global);
    in = {};
    in.opcode = Opcode::i32_const;
    in.i32 = 1;
    emit(in);
    emit(Opcode::i32_sub);
    emit_index(Opcode::global_set, bound_global);
  }

  void step() {
    switch (choices_.below(24)) {
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
      case ValType::Kind::bottom:
        in.opcode = Opcode::ref_null;
        in.heap_type = {type.heap(), true};
        break;
    }
    push(type);
    if (module_.options.constants == Constants::in_code || type.is_ref()) return emit(in);
    emit_index(Opcode::global_get, first_constant_global +
                                       static_cast<uint32_t>(module_.constant_globals.size()));
    module_.constant_globals.push_back({type, in});
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
      const auto* found = std::ranges::find(value_types, type);
      if (found != std::end(value_types)) {
        emit_index(Opcode::global_get, static_cast<uint32_t>(found - value_types));
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
    const std::vector<Opcode>& opcodes = regular_opcodes(module_.floats);
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
    const uint32_t index = choices_.below(std::size(value_types));
    need({value_types[index]});
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
      const ValType type = value_types[choice % std::size(value_types)];
      in.block_type = {BlockType::Kind::value, type, TypeIndex{0}};
      results = {type};
    } else {
      const uint32_t index = choice % static_cast<uint32_t>(module_.types.size());
      in.block_type = {BlockType::Kind::index, {}, TypeIndex{index}};
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
    const Signature& type = module_.types[type_index];
    const bool is_tail = (choice == 2 || choice == 3) && type.results == results_;
    Types operands = type.params;
    if (is_indirect) operands.push_back(valtype::i32);
    need(operands);
    if (is_indirect) {
      emit_pair(is_tail ? Opcode::return_call_indirect : Opcode::call_indirect, type_index, 0);
    } else {
      emit_index(is_tail ? Opcode::return_call : Opcode::call, function);
    }
    pop(operands.size());
    if (is_tail) return after_jump();
    push(type.results);
  }

  void select_or_drop() {
    const ValType type = value_types[choices_.below(std::size(value_types))];
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

  Choices& choices_;
  Surroundings& module_;
  Types locals_;
  const Types results_;
  ByteWriter& out_;
  Types stack_;
  std::vector<Block> blocks_;
};

/// Adds a section whose content `write` writes.
template <class Write>
void section(ByteWriter& out, SectionId id, Write write) {
  out.u8(static_cast<uint8_t>(id));
  const size_t start = out.begin_sized();
  write();
  out.end_sized(start);
}

Types some_types(Choices& choices, size_t max) {
  Types types(choices.below(max + 1));
  for (ValType& type : types) type = value_types[choices.below(std::size(value_types))];
  return types;
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

std::vector<uint8_t> generate_module(std::span<const uint8_t> bytes,
                                     const GeneratorOptions& options) {
  static constexpr uint8_t header[] = {0x00, 'a', 's', 'm', 1, 0, 0, 0};
  static constexpr uint8_t function_without_results[] = {0x60, 0, 0};
  static constexpr std::string_view function_names[] = {"f0", "f1", "f2", "f3"};
  static constexpr std::string_view global_names[] = {"g0", "g1", "g2", "g3", "g4", "g5", "g6"};
  static_assert(std::size(global_names) == std::size(value_types));
  Choices choices(bytes);
  Surroundings module;
  module.options = options;
  module.floats = computes_with_floats(bytes);
  module.types.resize(1 + choices.below(4));
  for (Signature& type : module.types) {
    type = {some_types(choices, 3), some_types(choices, 2)};
  }
  module.functions.resize(1 + choices.below(std::size(function_names)));
  for (uint32_t& type : module.functions) type = choices.below(module.types.size());
  const auto function_count = static_cast<uint32_t>(module.functions.size());

  // Bodies first: they make the globals.
  ByteWriter bodies;
  bodies.u32(function_count + 1);
  for (const uint32_t type : module.functions) {
    const size_t start = bodies.begin_sized();
    BodyGenerator(choices, module, module.types[type], bodies).generate();
    bodies.end_sized(start);
  }
  const size_t refuel = bodies.begin_sized();
  bodies.u32(0);  // locals
  encode_instruction(i32_const(bound), bodies);
  Instruction set_bound;
  set_bound.opcode = Opcode::global_set;
  set_bound.index = bound_global;
  expression(bodies, set_bound);
  bodies.end_sized(refuel);

  ByteWriter out;
  out.raw(header);
  section(out, SectionId::type, [&] {
    out.u32(static_cast<uint32_t>(module.types.size()) + 1);
    for (const Signature& type : module.types) {
      out.u8(0x60);
      for (const Types* list : {&type.params, &type.results}) {
        out.u32(static_cast<uint32_t>(list->size()));
        for (const ValType value : *list) out.value_type(value);
      }
    }
    out.raw(function_without_results);
  });
  section(out, SectionId::function, [&] {
    out.u32(function_count + 1);
    for (const uint32_t type : module.functions) out.u32(type);
    out.u32(static_cast<uint32_t>(module.types.size()));
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
  section(out, SectionId::global, [&] {
    out.u32(first_constant_global + static_cast<uint32_t>(module.constant_globals.size()));
    for (const ValType type : value_types) mutable_global(out, type, zero(type));
    mutable_global(out, valtype::i32, i32_const(bound));
    for (const auto& [type, value] : module.constant_globals) mutable_global(out, type, value);
  });
  section(out, SectionId::export_, [&] {
    const auto entry = [&](std::string_view name, ExternKind kind, uint32_t index) {
      out.name(name);
      out.u8(static_cast<uint8_t>(kind));
      out.u32(index);
    };
    out.u32(function_count + static_cast<uint32_t>(std::size(global_names)) + 4);
    entry("refuel", ExternKind::func, function_count);
    entry("memory32", ExternKind::memory, 0);
    entry("memory64", ExternKind::memory, 1);
    entry("table", ExternKind::table, 0);
    for (uint32_t i = 0; i < function_count; ++i) entry(function_names[i], ExternKind::func, i);
    for (uint32_t i = 0; i < std::size(global_names); ++i) {
      entry(global_names[i], ExternKind::global, i);
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
