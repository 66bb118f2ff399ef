#include "ir/printer.hpp"

#include <algorithm>
#include <bit>

#include "base/vector.hpp"
#include "binary/instruction_reader.hpp"
#include "runtime/builtins.hpp"

namespace zwasm {
namespace {

const char* builtin_name(uint32_t number) {
  switch (static_cast<Builtin>(number)) {
#define BUILTIN(name) \
  case Builtin::name: \
    return #name;
#include "runtime/builtins.def"
  }
  return "?";
}

/// "i32_add" -> "i32.add".
std::string dotted(std::string_view name) {
  std::string text(name);
  if (const size_t first = text.find('_'); first != std::string::npos) text[first] = '.';
  return text;
}

/// "i32_add_si_w" in its parts.
struct FormName {
  std::string operation;  ///< "i32.add"
  std::string_view sources;
  char destination;
};

FormName split(std::string_view name, bool has_destination) {
  FormName parts{{}, {}, '\0'};
  if (has_destination) {
    parts.destination = name.back();
    name.remove_suffix(2);
  }
  const size_t last = name.rfind('_');
  parts.sources = name.substr(last + 1);
  name = name.substr(0, last);
  parts.operation = dotted(name);
  return parts;
}

/// What an operation of ops.def works on, which decides how its line reads.
enum class Line : uint8_t {
  other,       ///< has a line of its own, or one for its format
  integer,     ///< integer result and immediate
  floating,    ///< float result and immediate
  float_test,  ///< float operands and immediate, integer result
  unary,       ///< vectors, by number of operands
  binary,
  ternary,
  shift,
  test,
  shuffle,
  splat,
  extract,
  extract_float,
  replace,
  wide,
  atomic_load,
  atomic_store,
  atomic_rmw,
  atomic_cmpxchg,
  atomic_op,  ///< wait and notify
};

constexpr Line lines[] = {
#define RESULT_i32 Line::integer
#define RESULT_i64 Line::integer
#define RESULT_f32 Line::floating
#define RESULT_f64 Line::floating
#define LANE_splat(type) Line::splat
#define LANE_replace(type) Line::replace
#define LANE_extract(type) \
  RESULT_##type == Line::floating ? Line::extract_float : Line::extract
#define IROP(name, format) Line::other,
#define INT_BINARY_FORM(name, type, src, dst, format) Line::integer,
#define INT_DIVIDE_FORM(name, type, src, dst, format) Line::integer,
#define INT_COMPARE_FORM(name, type, src, dst, format) Line::integer,
#define INT_UNARY_FORM(name, type, src, dst, format) Line::integer,
#define FLOAT_BINARY_FORM(name, type, src, dst, format) Line::floating,
#define FLOAT_COMPARE_FORM(name, type, src, dst, format) Line::float_test,
#define FLOAT_UNARY_FORM(name, type, src, dst, format) Line::floating,
#define CONVERT_FORM(name, to, from, src, dst, format) RESULT_##to,
#define INT_BRANCH_FORM(name, type, src, direction, format) Line::integer,
#define FLOAT_BRANCH_FORM(name, type, src, sense, direction, format) Line::float_test,
#define INT_DIVISOR_FORM(name, type, src, dst, format) Line::integer,
#define MULTIPLY_ADD_FORM(type, src, dst) RESULT_##type,
#define MULTIPLY_SUBTRACT_FORM(type, src, dst) RESULT_##type,
#define XOR_ROTL_FORM(type, src, dst) RESULT_##type,
#define ROTL_XOR_FORM(type, src, dst) RESULT_##type,
#define LATCH_FORM(name, type, src, format) Line::integer,
#define LATCH_STEP_FORM(name, type, src, format) Line::integer,
#define LOAD_FORM(name, type, access, src, dst, mode, format) RESULT_##type,
#define STORE_FORM(name, type, access, src, mode, format) RESULT_##type,
#define LOAD_ANY(name, type, access) RESULT_##type,
#define STORE_ANY(name, type, access) RESULT_##type,
#define SIMD_FORM(shape, name, format) Line::shape,
#define SIMD_LANE_FORM(shape, name, type, format) LANE_##shape(type),
#define WIDE_FORM(name, format) Line::wide,
#define ATOMIC_FORM(shape, name, access, operation) Line::atomic_##shape,
#include "ir/ops.def"
#undef RESULT_i32
#undef RESULT_i64
#undef RESULT_f32
#undef RESULT_f64
#undef LANE_splat
#undef LANE_replace
#undef LANE_extract
};
static_assert(sizeof(lines) / sizeof(lines[0]) == ir_op_count);

Line line_of(IrOp op) { return lines[static_cast<size_t>(op)]; }

/// Lines of operations that read better than a list of their fields. %a to %d are the fields of
/// Cell::r; %D, %A and %I those of Cell::i; %n is the name of the operation.
struct OwnLine {
  IrOp op;
  const char* pattern;
};
constexpr OwnLine own_lines[] = {
    {IrOp::copy, "s%d = s%a"},
    {IrOp::copy2, "s%d = s%a; s%b = s%c"},
    {IrOp::i32_step, "s%D, s%A, acc = i32.add s%A, %I"},
    {IrOp::copy_block, "s%d.. = s%a.., %c slots"},
    {IrOp::copy_v128, "s%d = s%a  (v128)"},
    {IrOp::zero, "s%d.. = 0, %a slots"},
    {IrOp::const_u32, "s%D, acc = const %I"},
    {IrOp::const_s32, "s%D, acc = const %I"},
    {IrOp::select_s, "s%d = select s%c ? s%a : s%b"},
    {IrOp::select_v128, "s%d = select s%c ? s%a : s%b"},
    {IrOp::select_a, "s%d = select acc ? s%a : s%b"},
    {IrOp::ret, "%n"},
    {IrOp::ret_a, "%n"},
    {IrOp::ret_f32, "%n"},
    {IrOp::ret_f64, "%n"},
    {IrOp::unreachable, "%n"},
    {IrOp::ret_s, "%n s%a"},
    {IrOp::ref_as_non_null, "%n s%a"},
    {IrOp::ret_i, "%n %I"},
    {IrOp::ret_u, "%n %I"},
    {IrOp::fuel, "%n %I"},
    {IrOp::global_get_w, "s%D, acc = global %I"},
    {IrOp::global_get_a, "acc = global %I"},
    {IrOp::global_set_s, "global %I = s%A"},
    {IrOp::global_set_a, "global %I = acc"},
    {IrOp::global_get_v128, "s%D = global %I  (v128)"},
    {IrOp::global_set_v128, "global %I = s%A  (v128)"},
    {IrOp::global_get_imported, "s%D = imported global %I"},
    {IrOp::global_set_imported, "imported global %I = s%A"},
    {IrOp::global_get_imported_v128, "s%D = imported global %I  (v128)"},
    {IrOp::global_set_imported_v128, "imported global %I = s%A  (v128)"},
    {IrOp::write_a, "s%d = acc"},
    {IrOp::write_f32, "s%d = facc"},
    {IrOp::write_f64, "s%d = facc"},
    {IrOp::ref_func, "s%D = ref.func %I"},
    {IrOp::memory_size, "s%D, acc = memory.size %I"},
    {IrOp::table_get, "s%D = table %I [s%A]"},
    {IrOp::table_set, "table %I [s%A] = s%D"},
    {IrOp::throw_, "throw tag %I, values from s%D"},
    {IrOp::throw_ref, "throw_ref s%a"},
};

const char* pattern_of(IrOp op) {
  for (const OwnLine& row : own_lines) {
    if (row.op == op) return row.pattern;
  }
  return nullptr;
}

/// Where a result goes; 'w' is the slot and the accumulator of the result's type.
std::string destination(char letter, unsigned slot, Line line) {
  switch (letter) {
    case 'w': return format("s%u, %s = ", slot, line == Line::floating ? "facc" : "acc");
    case 'a': return "acc = ";
    case 'f': return "facc = ";
  }
  return {};
}

std::string immediate(int32_t bits, Line line) {
  if (line != Line::floating && line != Line::float_test) return format("%d", bits);
  return format("%.9g", double{std::bit_cast<float>(bits)});
}

class IrPrinter {
 public:
  explicit IrPrinter(std::span<const Cell> cells) : cells_(cells) {}

  std::string print() {
    for (size_t i = 0; i < cells_.size();) {
      const Cell& cell = cells_[i];
      const IrOp op = static_cast<IrOp>(reinterpret_cast<uintptr_t>(cell.handler));
      text_ += format("%5zu  ", i);
      line(cell, op, i);
      text_ += '\n';
      i += 1 + data_cells(cell, op);
    }
    return std::move(text_);
  }

 private:
  static size_t target(size_t cell, int32_t rel) {
    return static_cast<size_t>(static_cast<int64_t>(cell) + rel / 16);
  }

  /// Sources in form letters, from the slot fields in order, or the immediate.
  static std::string sources(std::string_view letters, const uint16_t* slots, int32_t imm,
                             Line line) {
    std::string text;
    size_t next = 0;
    for (const char letter : letters) {
      if (!text.empty()) text += ", ";
      switch (letter) {
        case 's': text += format("s%u", slots[next++]); break;
        case 'a': text += "acc"; ++next; break;
        case 'f': text += "facc"; ++next; break;
        case 'd':
        case 'i':
          text += immediate(imm, line);
          ++next;
          break;
      }
    }
    return text;
  }

  void memory(std::string_view name, const Cell& cell, IrOp op) {
    // loads: <name>_<address>_<destination>_<mode>; stores: <name>_<address><value>_<mode>
    const size_t mode = name.rfind('_');
    const std::string_view suffix = name.substr(mode + 1);
    name = name.substr(0, mode);
    const bool is_load = name.find("load") != std::string_view::npos;
    const bool is_simd = name.starts_with("v128");
    const IrFormat shape = info(op).format;
    std::string address;
    const uint32_t offset = cell.mem.offset;
    if (is_simd) {
      if (is_load) text_ += format("s%u = ", cell.mem.v);
      text_ += dotted(name) + format(" [s%u + %u]", cell.mem.a, offset);
      if (!is_load) text_ += format(", s%u", cell.mem.v);
    } else {
      const FormName form = split(name, is_load);
      char value = 's';
      std::string_view letters = form.sources;
      if (!is_load) {
        value = letters.back();
        letters.remove_suffix(1);
      }
      if (letters == "i") {
        address = format("%u", offset);
      } else if (letters == "si" || letters == "ai") {
        address = letters[0] == 'a' ? std::string("acc") : format("s%u", cell.mem.a);
        address += format(" + %d wrapping", static_cast<int32_t>(offset));
      } else if (shape == IrFormat::memx) {
        address = format(letters == "sx" ? "s%u + s%u * size + %u" : "s%u + s%u + %u", cell.memx.a,
                         cell.memx.b, cell.memx.offset);
      } else {
        address = letters == "a" ? std::string("acc") : format("s%u", cell.mem.a);
        address += format(" + %u", offset);
      }
      if (is_load) text_ += destination(form.destination, cell.mem.v, line_of(op));
      text_ += form.operation + " [" + address + "]";
      if (!is_load) {
        switch (value) {
          case 's': text_ += format(", s%u", cell.mem.v); break;
          case 'a': text_ += ", acc"; break;
          case 'f': text_ += ", facc"; break;
          case 'i': text_ += format(", %d", static_cast<int16_t>(cell.mem.v)); break;
        }
      }
    }
    if (suffix == "checked") text_ += "  (checked)";
  }

  void branch(std::string_view name, size_t index, const Cell& cell, IrOp op) {
    if (name.starts_with("br_forward") || name.starts_with("br_back")) {
      text_ += format("br -> %zu", target(index, cell.br.rel));
      return;
    }
    const bool back = name.ends_with("_back");
    if (op == IrOp::const_br_forward) {
      text_ += format("s%u = const %u; br -> %zu", cell.bri.a, static_cast<uint16_t>(cell.bri.imm),
                      target(index, cell.br.rel));
      return;
    }
    if (op == IrOp::copy_br_forward || op == IrOp::copy_br_back) {
      text_ += format("s%u = s%u; br -> %zu%s", cell.br.a, cell.br.b, target(index, cell.br.rel),
                      back ? " (back)" : "");
      return;
    }
    name.remove_suffix(back ? 5 : 8);
    if (name.ends_with("_and_si") || name.ends_with("_and_ai")) {
      text_ += name.substr(0, name.size() - 7);
      text_ += name.ends_with("_and_si") ? format(" i32.and s%u, %d", cell.bri.a, cell.bri.imm)
                                         : format(" i32.and acc, %d", cell.bra.imm);
      text_ += format(" -> %zu%s", target(index, cell.br.rel), back ? " (back)" : "");
      return;
    }
    if (name.starts_with("br_if_zero") || name.starts_with("br_if_nonzero")) {
      const bool zero = name.starts_with("br_if_zero");
      text_ += zero ? "br_if_zero " : "br_if_nonzero ";
      text_ += name.back() == 'a' ? std::string("acc") : format("s%u", cell.br.a);
    } else {
      const size_t sense = name.starts_with("br_if_") ? 6 : 10;
      text_ += name.substr(0, sense - 1);
      text_ += ' ';
      const FormName form = split(name.substr(sense), false);
      const uint16_t slots[2] = {cell.br.a, cell.br.b};
      const int32_t imm = info(op).format == IrFormat::bri ? cell.bri.imm : cell.bra.imm;
      text_ += form.operation + " " + sources(form.sources, slots, imm, line_of(op));
    }
    text_ += format(" -> %zu%s", target(index, cell.br.rel), back ? " (back)" : "");
  }

  void line(const Cell& cell, IrOp op, size_t index) {
    const IrOpInfo row = info(op);
    const std::string_view name = row.name;
    switch (row.format) {
      case IrFormat::rrr:
      case IrFormat::rri:
        if (general(cell, op, name, row.format)) return;
        if (row.format == IrFormat::rri) {
          text_ += std::string(name) + format(" s%u, s%u, %d", cell.i.d, cell.i.a, cell.i.imm);
        } else {
          text_ += std::string(name) +
                   format(" s%u, s%u, s%u, s%u", cell.r.d, cell.r.a, cell.r.b, cell.r.c);
        }
        return;
      case IrFormat::rri_64:
        if (general(cell, op, name, row.format)) return;
        text_ += format("s%u, acc = const 0x%llx", cell.i.d,
                        static_cast<unsigned long long>(data_of(&cell).u64[0]));
        return;
      case IrFormat::rrr16: {
        text_ += format("s%u = ", cell.r.d) +
                 (op == IrOp::const_v128 ? std::string("v128.const") : dotted(name));
        if (op != IrOp::const_v128) text_ += format(" s%u, s%u,", cell.r.a, cell.r.b);
        for (const uint8_t byte : data_of(&cell).bytes) text_ += format(" %02x", byte);
        return;
      }
      case IrFormat::br:
      case IrFormat::bri:
      case IrFormat::bra:
        branch(name, index, cell, op);
        return;
      case IrFormat::latch:
      case IrFormat::latchi: {
        if (op == IrOp::latch_i32) {
          text_ += format("s%u += %d; br -> %lld (back)", cell.latch.a, cell.latch.k,
                          static_cast<long long>(index) + cell.latch.rel);
          return;
        }
        const bool steps = name.starts_with("latch_step_");
        const FormName form = split(name.substr(steps ? 11 : 6), false);
        text_ += steps ? format("s%u += s%u; ", cell.latch.a, static_cast<uint16_t>(cell.latch.k))
                       : format("s%u += %d; ", cell.latch.a, cell.latch.k);
        text_ += format("br_if %s s%u, ", form.operation.c_str(), cell.latch.a);
        text_ += row.format == IrFormat::latch
                     ? format("s%u", cell.latch.bound)
                     : format("%d", static_cast<int16_t>(cell.latch.bound));
        text_ += format(" -> %lld (back)", static_cast<long long>(index) + cell.latch.rel);
        return;
      }
      case IrFormat::mem:
      case IrFormat::memi:
      case IrFormat::memx:
        memory(name, cell, op);
        return;
      case IrFormat::mem_any: {
        const bool is_load = name.find("load") != std::string_view::npos;
        if (is_load) {
          text_ += line_of(op) == Line::other ? format("s%u = ", cell.mem.v)
                                              : destination('w', cell.mem.v, line_of(op));
        }
        text_ += dotted(name.substr(0, name.size() - 4)) +
                 format(" memory %u [s%u + %llu]", cell.mem.offset, cell.mem.a,
                        static_cast<unsigned long long>(data_of(&cell).u64[0]));
        if (!is_load) text_ += format(", s%u", cell.mem.v);
        return;
      }
      case IrFormat::mem_lane:
        if (name.find("load") != std::string_view::npos) text_ += format("s%u = ", cell.r.d);
        text_ += dotted(name.substr(0, name.size() - 4)) +
                 format(" memory %u [s%u + %llu], s%u, lane %u", data_of(&cell).u32[2], cell.r.a,
                        static_cast<unsigned long long>(data_of(&cell).u64[0]), cell.r.b, cell.r.c);
        return;
      case IrFormat::mem_atomic: {
        const Line shape = line_of(op);
        if (shape != Line::atomic_store) text_ += destination('w', cell.r.d, Line::integer);
        std::string text(name);
        std::ranges::replace(text, '_', '.');
        if (text.ends_with(".u")) text[text.size() - 2] = '_';
        text_ += text + format(" memory %u [s%u + %llu]", data_of(&cell).u32[2], cell.r.a,
                               static_cast<unsigned long long>(data_of(&cell).u64[0]));
        const bool waits = shape == Line::atomic_op && name != "memory_atomic_notify";
        if (shape != Line::atomic_load) text_ += format(", s%u", cell.r.b);
        if (shape == Line::atomic_cmpxchg || waits) text_ += format(", s%u", cell.r.c);
        return;
      }
      case IrFormat::table: {
        text_ += op == IrOp::br_table_a ? std::string("br_table acc ->")
                                        : format("br_table s%u ->", cell.table.a);
        for (uint32_t i = 0; i <= cell.table.count; ++i) {
          const auto& data = reinterpret_cast<const DataCell&>(cells_[index + 1 + i / 4]);
          text_ += format(i == cell.table.count ? " else %zu" : " %zu",
                          target(index, data.rel[i % 4]));
        }
        return;
      }
      case IrFormat::call:
      case IrFormat::return_call:
        text_ += std::string(name) + format(" %s%u, arguments from s%u",
                                            name.ends_with("import") ? "import " : "function ",
                                            cell.call.index, cell.call.base);
        return;
      case IrFormat::call_indirect:
      case IrFormat::return_call_indirect:
        text_ += std::string(name) + format(" table %u [s%u], type %u, arguments from s%u",
                                            data_of(&cell).u32[0], cell.call_indirect.a,
                                            cell.call_indirect.type, cell.call_indirect.base);
        return;
      case IrFormat::call_ref:
      case IrFormat::return_call_ref:
        text_ += std::string(name) + format(" s%u, arguments from s%u", cell.r.a, cell.r.d);
        return;
      case IrFormat::builtin:
        text_ += format("%s s%u, %u, %u", builtin_name(cell.r.a), cell.r.d, cell.r.b, cell.r.c);
        return;
      case IrFormat::builtin_wide:
        text_ += format("%s s%u, %u, %u", builtin_name(cell.r.a), cell.r.d, data_of(&cell).u32[0],
                        data_of(&cell).u32[1]);
        return;
      case IrFormat::typed:
        text_ += format("s%u = %s of type %u, %u slots from s%u", cell.r.d, dotted(name).c_str(),
                        data_of(&cell).u32[0], cell.r.a, cell.r.d);
        return;
      case IrFormat::cast: {
        const bool is_test = name.starts_with("ref_test");
        if (is_test) text_ += destination('w', cell.r.d, Line::integer);
        text_ += format("%s%s s%u, %s", is_test ? "ref.test" : "ref.cast",
                        cell.r.b != 0 ? " null" : "", cell.r.a,
                        to_string(HeapType::from_bits(data_of(&cell).u32[0])).c_str());
        return;
      }
      case IrFormat::field:
        text_ += name.ends_with("v128") ? format("s%u = ", cell.r.d)
                                             : destination('w', cell.r.d, Line::integer);
        text_ += dotted(name) + format(" s%u, slot %u", cell.r.a, cell.r.b);
        return;
      case IrFormat::field_set:
        text_ += dotted(name) + format(" s%u, slot %u, s%u", cell.r.a, cell.r.b, cell.r.d);
        return;
      case IrFormat::enter:
        text_ += format("enter  (function %u, %zu slots)", cell.enter.function,
                        size_t{cell.enter.frame_bytes} / 8);
        return;
    }
  }

  /// A line of own_lines.
  void fill_in(const char* pattern, const Cell& cell, std::string_view name) {
    for (; *pattern != '\0'; ++pattern) {
      if (*pattern != '%') {
        text_ += *pattern;
        continue;
      }
      switch (*++pattern) {
        case 'a': text_ += format("%u", cell.r.a); break;
        case 'b': text_ += format("%u", cell.r.b); break;
        case 'c': text_ += format("%u", cell.r.c); break;
        case 'd': text_ += format("%u", cell.r.d); break;
        case 'D': text_ += format("%u", cell.i.d); break;
        case 'A': text_ += format("%u", cell.i.a); break;
        case 'I': text_ += format("%d", cell.i.imm); break;
        case 'n': text_ += name; break;
      }
    }
  }

  /// "select_si_a": of a slot and an immediate, by the accumulator.
  void select(const Cell& cell, std::string_view name) {
    const auto operand = [&](char letter, uint16_t field) {
      return letter == 's' ? format("s%u", field) : format("%d", static_cast<int16_t>(field));
    };
    text_ += format("s%u = select ", cell.r.d) +
             (name[10] == 'a' ? std::string("acc") : format("s%u", cell.r.c)) + " ? " +
             operand(name[7], cell.r.a) + " : " + operand(name[8], cell.r.b);
  }

  /// Operations on objects, by name because builds without ZWASM_GC do not have them.
  bool object(const Cell& cell, std::string_view name) {
    if (name == "ref_i31" || name == "array_len" || name.starts_with("i31_get_")) {
      text_ += destination('w', cell.r.d, Line::integer) + dotted(name) +
               format(" s%u", cell.r.a);
      return true;
    }
    if (name.starts_with("array_get_")) {
      text_ += name.ends_with("v128") ? format("s%u = ", cell.r.d)
                                      : destination('w', cell.r.d, Line::integer);
      text_ += dotted(name) + format(" s%u [s%u]", cell.r.a, cell.r.b);
      return true;
    }
    if (name.starts_with("array_set_")) {
      text_ += dotted(name) + format(" s%u [s%u], s%u", cell.r.a, cell.r.b, cell.r.d);
      return true;
    }
    return false;
  }

  /// Pure operations in operand forms, and the moves that deserve a better line than their fields.
  bool general(const Cell& cell, IrOp op, std::string_view name, IrFormat shape) {
    if (const char* pattern = pattern_of(op)) {
      fill_in(pattern, cell, name);
      return true;
    }
    if (name.starts_with("select_")) {
      select(cell, name);
      return true;
    }
    if (object(cell, name)) return true;
    switch (line_of(op)) {
      case Line::atomic_load:
      case Line::atomic_store:
      case Line::atomic_rmw:
      case Line::atomic_cmpxchg:
      case Line::atomic_op:
      case Line::other: return false;
      case Line::unary:
      case Line::splat:
        text_ += format("s%u = %s s%u", cell.r.d, dotted(name).c_str(), cell.r.a);
        return true;
      case Line::binary:
      case Line::shift:
        text_ += format("s%u = %s s%u, s%u", cell.r.d, dotted(name).c_str(), cell.r.a, cell.r.b);
        return true;
      case Line::ternary:
        text_ += format("s%u = %s s%u, s%u, s%u", cell.r.d, dotted(name).c_str(), cell.r.a,
                        cell.r.b, cell.r.c);
        return true;
      case Line::test:
        text_ += format("s%u, acc = %s s%u", cell.r.d, dotted(name).c_str(), cell.r.a);
        return true;
      case Line::extract:
      case Line::extract_float:
        text_ += format("s%u, %s = %s s%u, lane %u", cell.r.d,
                        line_of(op) == Line::extract ? "acc" : "facc", dotted(name).c_str(),
                        cell.r.a, cell.r.b);
        return true;
      case Line::replace:
        text_ += format("s%u = %s s%u, s%u, lane %u", cell.r.d, dotted(name).c_str(), cell.r.a,
                        cell.r.b, cell.r.c);
        return true;
      case Line::wide:
        text_ += format("s%u.. = %s s%u..", cell.r.d, dotted(name).c_str(), cell.r.a);
        return true;
      case Line::shuffle: return false;  // has data, and so a format of its own
      case Line::integer:
      case Line::floating:
      case Line::float_test: break;
    }
    const FormName parts = split(name, true);
    const bool has_immediate = shape == IrFormat::rri || shape == IrFormat::rri_64;
    const bool has_three = parts.sources.size() == 3;  // one of them may be an immediate
    const uint16_t slots[3] = {has_immediate ? cell.i.a : cell.r.a,
                               has_immediate ? uint16_t{0} : cell.r.b,
                               has_three ? cell.r.c : uint16_t{0}};
    const int32_t imm = has_immediate ? cell.i.imm
                        : has_three   ? static_cast<int16_t>(slots[parts.sources.find('i') % 3])
                                      : 0;
    text_ += destination(parts.destination, cell.r.d, line_of(op)) + parts.operation + " " +
             sources(parts.sources, slots, imm, line_of(op));
    return true;
  }

  std::span<const Cell> cells_;
  std::string text_;
};

std::string handler_line(const ExceptionHandler& handler, size_t number) {
  std::string text = format("handler %zu: ", number);
  text += handler.start == handler.end ? "no cells"
                                       : format("cells %u..%u", handler.start, handler.end - 1);
  if (handler.tag == ExceptionHandler::delegated) {
    return text + format(", delegated to handlers from %u on\n", handler.landing);
  }
  const bool any = handler.tag == ExceptionHandler::any_tag;
  text += any ? ", any tag" : format(", tag %u", handler.tag);
  text += format(" -> %u", handler.landing);
  if (!any) text += format(", values from s%u", handler.base);
  if (handler.exception_slot != ExceptionHandler::no_slot) {
    text += format(", exception in s%u", handler.exception_slot);
  }
  return text + '\n';
}

void print_block_type(std::string& text, const BlockType& type) {
  switch (type.kind) {
    case BlockType::Kind::empty: return;
    case BlockType::Kind::value: text += " (result " + to_string(type.value) + ")"; return;
    case BlockType::Kind::index: text += format(" (type %u)", raw(type.index)); return;
  }
}

void print_immediate(std::string& text, const Instruction& in, std::span<const uint32_t> labels) {
  const auto label = [&](uint32_t depth) {
    return depth < labels.size() ? labels[labels.size() - 1 - depth] : depth;
  };
  switch (info(in.opcode).immediate) {
    case Immediate::none:
    case Immediate::fence: return;
    case Immediate::block_type: print_block_type(text, in.block_type); return;
    case Immediate::label: text += format(" L%u", label(in.index)); return;
    case Immediate::label_table:
      for (uint32_t i = 0; i <= in.label_table.count; ++i) {
        text += format(" L%u", label(in.label_table.targets[i]));
      }
      return;
    case Immediate::func:
    case Immediate::type:
    case Immediate::local:
    case Immediate::global:
    case Immediate::table:
    case Immediate::elem:
    case Immediate::data:
    case Immediate::memory:
    case Immediate::tag: text += format(" %u", in.index); return;
    case Immediate::type_table:
    case Immediate::table_table:
    case Immediate::elem_table:
    case Immediate::data_memory:
    case Immediate::memory_memory:
    case Immediate::type_field:
    case Immediate::type_type:
    case Immediate::type_count:
    case Immediate::type_data:
    case Immediate::type_elem:
      text += format(" %u %u", in.pair.first, in.pair.second);
      return;
    case Immediate::i32: text += format(" %d", in.i32); return;
    case Immediate::i64: text += format(" %lld", static_cast<long long>(in.i64)); return;
    case Immediate::f32:
      text += format(" %.9g", static_cast<double>(std::bit_cast<float>(in.f32_bits)));
      return;
    case Immediate::f64: text += format(" %.17g", std::bit_cast<double>(in.f64_bits)); return;
    case Immediate::v128:
    case Immediate::lanes:
      for (const uint8_t byte : in.v128) text += format(" %02x", byte);
      return;
    case Immediate::memarg:
    case Immediate::memarg_lane:
      text += format(" memory=%u offset=%llu align=%llu", raw(in.memory.memarg.memory),
                     static_cast<unsigned long long>(in.memory.memarg.offset),
                     1ull << in.memory.memarg.align_log2);
      if (info(in.opcode).immediate == Immediate::memarg) return;
      [[fallthrough]];
    case Immediate::lane: text += format(" lane=%u", in.memory.lane); return;
    case Immediate::select_types:
      for (uint32_t i = 0; i < in.select_types.count; ++i) {
        text += " " + to_string(in.select_types.types[i]);
      }
      return;
    case Immediate::heap_type: text += " " + to_string(in.heap_type.type); return;
    case Immediate::cast_label:
      text += format(" L%u ", label(in.cast_label.label)) + to_string(in.cast_label.from) + " " +
              to_string(in.cast_label.to);
      return;
    case Immediate::try_table:
      print_block_type(text, in.try_table.block_type);
      text += format(" (%u catch clauses)", in.try_table.count);
      return;
  }
}

/// Deeper blocks are not indented further: a listing is to grow no faster than the function.
constexpr size_t max_indented_depth = 40;

}  // namespace

Result<std::string> print_predecoded(const Module& module, FuncIndex function,
                                     const Features& features) {
  std::string text;
  Vector<uint32_t> labels;
  uint32_t next_label = 1;
  labels.push_back(0);
  InstructionReader reader;
  reader.reset(module.code(function).body, features);
  Instruction in;
  while (!labels.empty()) {
    if (!reader.next(in)) return reader.take_error();
    const bool opens = info(in.opcode).immediate == Immediate::block_type ||
                       info(in.opcode).immediate == Immediate::try_table;
    const bool closes = in.opcode == Opcode::end || in.opcode == Opcode::delegate;
    const size_t depth = labels.size() - (closes || in.opcode == Opcode::else_ ? 1 : 0);
    text += format("%06x  ", in.offset);
    text.append(2 * std::min(depth, max_indented_depth), ' ');
    if (closes) text += format("L%u: ", labels.back());
    text += info(in.opcode).text;
    print_immediate(text, in, labels.span());
    if (opens) {
      text += format("  ; L%u", next_label);
      labels.push_back(next_label++);
    }
    if (closes) labels.pop_back();
    text += '\n';
  }
  return text;
}

std::string print_ir(std::span<const Cell> cells, std::span<const ExceptionHandler> handlers) {
  std::string text = IrPrinter(cells).print();
  for (size_t i = 0; i < handlers.size(); ++i) text += handler_line(handlers[i], i);
  return text;
}

}  // namespace zwasm
