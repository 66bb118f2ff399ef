#include "fuzz/comparison.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <iterator>
#include <string_view>
#include <vector>

#include "binary/instruction_reader.hpp"
#include "binary/module_decoder.hpp"
#include "fuzz/failure.hpp"
#include "wasm/opcode.hpp"

namespace zwasm::fuzz {
namespace {

constexpr size_t calls_per_function = 3;
constexpr size_t max_calls = 60;
constexpr uint64_t max_table_elements = 64;

constexpr std::string_view kind_names[] = {"ok",        "rejected",  "unlinkable", "trap",
                                           "exception", "exhausted", "failure"};

std::string_view name_of(Outcome::Kind kind) { return kind_names[static_cast<size_t>(kind)]; }

std::string to_text(const Operand& operand) {
  return format("%016" PRIx64 " %016" PRIx64, operand.low, operand.high);
}
std::string to_text(std::span<const Operand> operands) {
  std::string text = "(";
  for (const Operand& operand : operands) text += to_text(operand) + ", ";
  return text + ")";
}
std::string to_text(const Outcome& outcome) {
  return std::string(name_of(outcome.kind)) + " " + std::string(outcome.trap) + " " +
         to_text(outcome.payload) + " \"" + outcome.text + "\"";
}

bool same(const Outcome& a, const Outcome& b) {
  return a.kind == b.kind && a.trap == b.trap &&
         (!a.has_payload || !b.has_payload || a.payload == b.payload);
}

/// Two traps of one instruction whose order the specification leaves open: which of two operands
/// of array.copy is looked at first; what an atomic instruction demands first of an address, and
/// whether a wait demands a shared memory before that.
bool is_other_check(const Outcome& a, const Outcome& b) {
  const auto are = [&](TrapKind ours, TrapKind theirs) {
    return a.kind == Outcome::Kind::trap && b.kind == a.kind && a.trap == trap_message(ours) &&
           b.trap == trap_message(theirs);
  };
  return are(TrapKind::null_reference, TrapKind::out_of_bounds_array_access) ||
         are(TrapKind::expected_shared_memory, TrapKind::out_of_bounds_memory_access) ||
         are(TrapKind::expected_shared_memory, TrapKind::unaligned_atomic) ||
         are(TrapKind::unaligned_atomic, TrapKind::out_of_bounds_memory_access);
}

/// What instructions the functions use.
struct Use {
  std::vector<Feature> features;
  bool relaxed_multiply_add = false;  ///< engines may round once or twice
  bool checks_two = false;            ///< has instructions that is_other_check names
};
Use use_of(const Module& module) {
  Use use;
  std::vector<bool> seen(feature_count);
  InstructionReader reader;
  Instruction in;
  for (const Code& code : module.codes) {
    reader.reset(code.body, Features());
    while (!reader.at_end() && reader.next(in)) {
      const OpcodeInfo& row = info(in.opcode);
      seen[static_cast<size_t>(row.feature)] = true;
      use.checks_two |= in.opcode == Opcode::array_copy || row.feature == Feature::threads;
      use.relaxed_multiply_add |=
          row.feature == Feature::relaxed_simd && row.text.ends_with("madd");
    }
  }
  for (size_t i = 0; i < seen.size(); ++i) {
    if (seen[i]) use.features.push_back(static_cast<Feature>(i));
  }
  return use;
}

}  // namespace

/// One module.
struct Comparison::Run {
  Comparison& owner;
  const Module& module;
  std::vector<std::string_view> functions;  ///< names of exported ones, and
  std::vector<uint32_t> function_types;     ///< their types
  std::string difference = {};
  bool is_over = false;
  Use use = {};

  void note(const std::string& what) { ++owner.counts_[what]; }

  /// Whether both ended well; ends the run if not both ended alike.
  bool check(const char* what, const Outcome& ours, const Outcome& theirs) {
    if (owner.verbose_) {
      std::printf("%s: %s; %s\n", what, to_text(ours).c_str(), to_text(theirs).c_str());
    }
    if (ours.kind == Outcome::Kind::exhausted || theirs.kind == Outcome::Kind::exhausted) {
      note(std::string(what) + " exhausted");
      is_over = true;
      return false;
    }
    if (use.checks_two && is_other_check(ours, theirs)) {
      note("explained: order of checks");
      return false;
    }
    if (!same(ours, theirs)) {
      differ(what, to_text(ours), to_text(theirs));
      return false;
    }
    note(std::string(what) + " " + std::string(name_of(ours.kind)));
    if (ours.kind == Outcome::Kind::trap) note("trap " + std::string(ours.trap));
    return ours.kind == Outcome::Kind::ok;
  }

  void differ(std::string_view what, const std::string& ours, const std::string& theirs) {
    is_over = true;
    difference = std::string(what) + ": " + ours + " but " + theirs;
  }

  Operand::Shape shape(ValType type) const {
    return shape_of(type, [&](TypeIndex index) {
      return module.types[raw(index)].kind == CompositeKind::func;
    });
  }

  /// False if there is no value of the type at hand.
  bool make_argument(ValType type, size_t choice, Operand& argument) const {
    static constexpr uint64_t bits[] = {0,
                                        1,
                                        5,
                                        0xFFFFFFFFFFFFFFFF,
                                        0x8000000080000000,
                                        0x7FF0000000000000,
                                        0x41E0000000000000,
                                        0x3FF000003F800000,
                                        0x7FF800007FC00000,
                                        0x10000,
                                        0x4049'0FDB'4049'0FDB};
    const uint64_t value = bits[choice % std::size(bits)];
    argument = {shape(type), value, 0};
    switch (argument.shape) {
      case Operand::Shape::i32:
      case Operand::Shape::f32: argument.low = static_cast<uint32_t>(value); return true;
      case Operand::Shape::i64:
      case Operand::Shape::f64: return true;
      case Operand::Shape::v128: argument.high = ~value; return true;
      case Operand::Shape::func:
        argument.low = Operand::null_reference;
        for (size_t i = 0; i < functions.size() && (choice % 3 != 0 || !type.nullable()); ++i) {
          if (type.heap().is_index() ? raw(type.heap().index()) == function_types[i]
                                     : type.heap().abstract() == AbstractHeapType::func) {
            argument.low = Operand::first_function + i;
            break;
          }
        }
        break;
      case Operand::Shape::any: {
        const bool takes_i31 =
            type.heap().is_abstract() && (type.heap().abstract() == AbstractHeapType::any ||
                                          type.heap().abstract() == AbstractHeapType::eq ||
                                          type.heap().abstract() == AbstractHeapType::i31);
        const bool is_null = !takes_i31 || (choice % 3 == 0 && type.nullable());
        argument.low = is_null ? Operand::null_reference : static_cast<uint32_t>(value) | 1;
        break;
      }
      case Operand::Shape::extern_:
      case Operand::Shape::exn: argument.low = Operand::null_reference; break;
    }
    return argument.low != Operand::null_reference || type.nullable();
  }

  void call(size_t function, size_t choice) {
    const FuncType& type = module.types[function_types[function]].func;
    std::vector<Operand> arguments, ours, theirs;
    for (const ValType param : type.params) {
      Operand argument;
      if (!make_argument(param, choice + arguments.size(), argument)) {
        note("call impossible");
        return;
      }
      arguments.push_back(argument);
    }
    for (const ValType result : type.results) ours.push_back({shape(result)});
    theirs = ours;
    if (owner.verbose_) {
      std::printf("%.*s%s\n", static_cast<int>(functions[function].size()),
                  functions[function].data(), to_text(arguments).c_str());
      std::fflush(stdout);
    }
    const Outcome our_end = owner.subject_.call(functions[function], arguments, ours, functions);
    const Outcome their_end =
        owner.reference_.call(functions[function], arguments, theirs, functions);
    if (!check("call", our_end, their_end) || ours == theirs) return;
    differ("results of " + std::string(functions[function]) + to_text(arguments), to_text(ours),
           to_text(theirs));
  }

  void compare_state(const Export& entry) {
    Subject& subject = owner.subject_;
    Subject& reference = owner.reference_;
    const std::string name(entry.name);
    switch (entry.kind) {
      case ExternKind::func:
      case ExternKind::tag: return;
      case ExternKind::memory: {
        const std::span<const uint8_t> ours = subject.memory(name), theirs = reference.memory(name);
        note("memory compared");
        if (ours.size() != theirs.size()) {
          return differ("size of memory " + name, std::to_string(ours.size()),
                        std::to_string(theirs.size()));
        }
        const auto [a, b] = std::ranges::mismatch(ours, theirs);
        if (a == ours.end()) return;
        return differ("memory " + name + " at " + std::to_string(a - ours.begin()),
                      std::to_string(*a), std::to_string(*b));
      }
      case ExternKind::global: {
        const Operand::Shape type = shape(module.globals[entry.index].type.type);
        const Operand ours = subject.global(name, type), theirs = reference.global(name, type);
        note("global compared");
        if (!(ours == theirs)) differ("global " + name, to_text(ours), to_text(theirs));
        return;
      }
      case ExternKind::table: {
        const uint64_t ours = subject.table_size(name), theirs = reference.table_size(name);
        note("table compared");
        if (ours != theirs) {
          return differ("size of table " + name, std::to_string(ours), std::to_string(theirs));
        }
        const Operand::Shape type = shape(module.tables[entry.index].type.element);
        for (uint64_t i = 0; i < std::min(ours, max_table_elements); ++i) {
          const Operand a = subject.table_element(name, type, i);
          const Operand b = reference.table_element(name, type, i);
          if (a == b) continue;
          return differ("table " + name + " at " + std::to_string(i), to_text(a), to_text(b));
        }
        return;
      }
    }
  }

  void run() {
    for (const Export& entry : module.exports) {
      if (entry.kind != ExternKind::func) continue;
      functions.push_back(entry.name);
      function_types.push_back(raw(module.functions[entry.index].type));
    }
    use = use_of(module);
    for (const Feature feature : use.features) {
      note("uses " + std::string(feature_table[static_cast<size_t>(feature)].name));
    }
    if (!check("instantiate", owner.subject_.instantiate(), owner.reference_.instantiate())) return;
    size_t calls = 0;
    for (size_t round = 0; round < calls_per_function; ++round) {
      for (size_t i = 0; i < functions.size() && calls < max_calls && !is_over; ++i) {
        call(i, round * 4 + calls++);
      }
    }
    for (const Export& entry : module.exports) {
      if (!is_over) compare_state(entry);
    }
    if (use.relaxed_multiply_add && !difference.empty()) {
      note("explained: relaxed multiply-add");
      difference.clear();
    }
  }
};

std::string Comparison::compare(std::span<const uint8_t> bytes) {
  const Module none;
  Run run{*this, none, {}, {}};
  ++counts_["modules"];
  if (!run.check("compile", subject_.compile(bytes), reference_.compile(bytes))) {
    return run.difference;
  }
  const Result<Module> module = decode_module(bytes, Features());
  require_ok(module, "a module that compiles decodes");
  Run whole{*this, module.value(), {}, {}};
  whole.run();
  return whole.difference;
}

std::string Comparison::compare_validity(std::span<const uint8_t> bytes) {
  const Module none;
  Run run{*this, none, {}, {}};
  ++counts_["modules"];
  run.check("validate", subject_.validate(bytes), reference_.validate(bytes));
  return run.difference;
}

}  // namespace zwasm::fuzz
