// Control: calls, returns, traps, limits, host functions, and faults of guarded memories.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>

#include "interp/test_machine.hpp"
#include "os/signals.hpp"
#include "runtime/module_code.hpp"

using namespace zwasm;
using namespace zwasm::interp;
using namespace zwasm::interp::testing;

namespace {

/// f(n) = n < 2 ? n : f(n - 1) + f(n - 2), as function 0.
Assembly fib_code() {
  Assembly code(8);
  code.bri(IrOp::br_if_i32_lt_s_si_forward, 7, 0, 2);
  code.i(IrOp::i32_sub_si_w, 4, 0, 1).call(IrOp::call, 0, 4);
  code.i(IrOp::i32_sub_si_w, 5, 0, 2).call(IrOp::call, 0, 5);
  code.r(IrOp::i32_add_ss_w, 0, 4, 5);
  code.r(IrOp::ret);
  return code;
}

/// An instance whose function 0 is its code's first.
struct Single {
  Machine machine;
  TestInstance instance{machine};

  TrapKind run(Assembly& code, std::initializer_list<Slot> args = {}) {
    instance.define(0, code);
    return instance.run(0, args);
  }
  const TrapRecord& trap() const { return machine.context.trap; }
};

/// The state that every entry must leave as it found it.
void check_unwound(const Machine& machine) {
  CHECK(machine.context.stack_top == machine.slots.data());
  CHECK(machine.context.control_top == machine.control.data());
  CHECK(machine.context.host_depth == 0);
}

FuncRef host_reference(const HostFunction& host, uint32_t type = 0) {
  return {nullptr, nullptr, type, 0, &host};
}

}  // namespace

TEST_CASE("every operation has a handler of its own") {
  const HandlerTable table = handlers();
  const void* previous = nullptr;
  for (size_t op = 0; op < ir_op_count; ++op) {
    const void* const handler = table[static_cast<IrOp>(op)];
    REQUIRE(handler != nullptr);
    REQUIRE(handler != previous);
    previous = handler;
  }
}

TEST_CASE("recursive calls") {
  Single single;
  Assembly fib = fib_code();
  REQUIRE(single.run(fib, {20}) == TrapKind::none);
  CHECK(single.instance.result() == 6765);
  check_unwound(single.machine);
}

TEST_CASE("moves") {
  Single single;
  Assembly code;
  code.r(IrOp::copy2, 1, 0, 2, 1);               // 1 = 0; 2 = the new 1
  code.i(IrOp::const_s32, 3, 0, -1).r(IrOp::write_a, 4);
  code.i(IrOp::const_u32, 5, 0, -1).r(IrOp::write_a, 6);
  code.i(IrOp::const_u64, 7, 0, 0).data64(0x1122334455667788).r(IrOp::write_a, 8);
  code.r(IrOp::copy, 9, 7).r(IrOp::ret);
  REQUIRE(single.run(code, {42, 1, 2}) == TrapKind::none);
  const Slot expected[] = {42, 42, 42, ~Slot{0}, ~Slot{0}, 0xFFFFFFFF, 0xFFFFFFFF,
                           0x1122334455667788, 0x1122334455667788, 0x1122334455667788};
  for (size_t i = 0; i < std::size(expected); ++i) CHECK(single.instance.result(i) == expected[i]);

  Assembly blocks;
  blocks.r(IrOp::copy_block, 1, 0, 0, 4).r(IrOp::copy_block, 5, 6, 0, 2).r(IrOp::zero, 8, 3);
  blocks.r(IrOp::zero, 12, 0).r(IrOp::copy_v128, 13, 0).r(IrOp::ret);
  REQUIRE(single.run(blocks, {1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9, 9}) == TrapKind::none);
  const Slot moved[] = {1, 1, 2, 3, 4, 7, 8, 8, 0, 0, 0, 9, 9, 1, 1};
  for (size_t i = 0; i < std::size(moved); ++i) CHECK(single.instance.result(i) == moved[i]);

  Assembly vectors;
  vectors.r(IrOp::const_v128, 0).data64(5, 6).r(IrOp::select_v128, 2, 0, 4, 6).r(IrOp::ret);
  REQUIRE(single.run(vectors, {0, 0, 0, 0, 7, 8, 1}) == TrapKind::none);
  CHECK(single.instance.result(2) == 5);
  CHECK(single.instance.result(3) == 6);
  REQUIRE(single.run(vectors, {0, 0, 0, 0, 7, 8, Slot{1} << 32}) == TrapKind::none);
  CHECK(single.instance.result(2) == 7);
  CHECK(single.instance.result(3) == 8);
}

TEST_CASE("select takes a 32-bit condition") {
  Single single;
  Assembly in_slot, in_accumulator;
  in_slot.r(IrOp::select_s, 0, 1, 2, 3).r(IrOp::ret);
  in_accumulator.i(IrOp::i64_or_si_a, 0, 3, 0).r(IrOp::select_a, 0, 1, 2).r(IrOp::ret);
  for (Assembly* code : {&in_slot, &in_accumulator}) {
    REQUIRE(single.run(*code, {0, 10, 20, 1}) == TrapKind::none);
    CHECK(single.instance.result() == 10);
    REQUIRE(single.run(*code, {0, 10, 20, 0}) == TrapKind::none);
    CHECK(single.instance.result() == 20);
    REQUIRE(single.run(*code, {0, 10, 20, Slot{1} << 40}) == TrapKind::none);
    CHECK(single.instance.result() == 20);
  }
}

TEST_CASE("the returns") {
  Single single;
  struct Row {
    Assembly code;
    Slot expected;
  };
  Row rows[] = {
      {Assembly().r(IrOp::ret_s, 0, 1), 11},
      {Assembly().i(IrOp::i64_or_si_a, 0, 1, 0).r(IrOp::ret_a), 11},
      {Assembly().r(IrOp::f32_reinterpret_i32_s_f, 0, 2).r(IrOp::ret_f32), 0x3F800000},
      {Assembly().r(IrOp::f64_reinterpret_i64_s_f, 0, 3).r(IrOp::ret_f64), 0x4000000000000000},
      {Assembly().i(IrOp::ret_i, 0, 0, -2), ~Slot{1}},
      {Assembly().i(IrOp::ret_u, 0, 0, -2), 0xFFFFFFFE},
      {Assembly().r(IrOp::ret), 77},
  };
  for (Row& row : rows) {
    REQUIRE(single.run(row.code, {77, 11, 0x3F800000, 0x4000000000000000}) == TrapKind::none);
    CHECK(single.instance.result() == row.expected);
  }
}

TEST_CASE("globals, own and imported") {
  Single single;
  GlobalCell other{70, 71};
  single.instance.imported_globals[1] = &other;
  GlobalCell* const own = single.instance.vm().globals();
  own[1] = {50, 51};
  Assembly code;
  code.i(IrOp::global_get_w, 1, 0, 1).r(IrOp::write_a, 2);
  code.i(IrOp::global_get_a, 0, 0, 1).i(IrOp::global_set_a, 0, 0, 2);
  code.i(IrOp::global_set_s, 0, 0, 3);
  code.i(IrOp::global_get_imported, 3, 0, 1).i(IrOp::global_set_imported, 0, 0, 1);
  code.i(IrOp::global_get_v128, 4, 0, 1).i(IrOp::global_get_imported_v128, 6, 0, 1);
  code.i(IrOp::global_set_v128, 0, 8, 0).i(IrOp::global_set_imported_v128, 0, 6, 1);
  code.r(IrOp::ret);
  REQUIRE(single.run(code, {99, 0, 0, 0, 0, 0, 0, 0, 80, 81}) == TrapKind::none);
  const Slot expected[] = {99, 50, 50, 70, 50, 51, 99, 71};
  for (size_t i = 0; i < std::size(expected); ++i) CHECK(single.instance.result(i) == expected[i]);
  CHECK(own[2].low == 50);
  CHECK(own[3].low == 99);
  CHECK(own[0].low == 80);
  CHECK(own[0].high == 81);
  CHECK(other.low == 99);
}

TEST_CASE("branches on zero test all 64 bits") {
  Single single;
  struct Row {
    IrOp op;
    bool when_zero, in_accumulator, back;
  };
  for (const Row& row : {Row{IrOp::br_if_zero_s_forward, true, false, false},
                         Row{IrOp::br_if_zero_s_back, true, false, true},
                         Row{IrOp::br_if_zero_a_forward, true, true, false},
                         Row{IrOp::br_if_zero_a_back, true, true, true},
                         Row{IrOp::br_if_nonzero_s_forward, false, false, false},
                         Row{IrOp::br_if_nonzero_s_back, false, false, true},
                         Row{IrOp::br_if_nonzero_a_forward, false, true, false},
                         Row{IrOp::br_if_nonzero_a_back, false, true, true}}) {
    for (const Slot value : {Slot{0}, Slot{1}, Slot{1} << 32}) {
      Assembly code;
      code.br(IrOp::br_forward, 3).i(IrOp::ret_i, 0, 0, 1);
      code.i(IrOp::i64_or_si_a, 0, 1, 0).br(row.op, row.back ? 2 : 6, 1);
      code.i(IrOp::ret_i, 0, 0, 2).i(IrOp::ret_i, 0, 0, 1);
      REQUIRE(single.run(code, {0, value}) == TrapKind::none);
      CHECK(single.instance.result() == ((value == 0) == row.when_zero ? 1 : 2));
    }
  }
}

TEST_CASE("br_table") {
  Single single;
  for (const bool in_accumulator : {false, true}) {
    Assembly code;
    code.br(IrOp::br_forward, 3);
    code.i(IrOp::ret_i, 0, 0, 100);  // 2: the target that lies behind
    code.i(IrOp::i64_or_si_a, 0, 1, 0);
    code.table(in_accumulator ? IrOp::br_table_a : IrOp::br_table_s, 1, {7, 2, 8, 9, 10});
    for (int label = 0; label < 4; ++label) code.i(IrOp::ret_i, 0, 0, label);
    const Slot expected[] = {0, 100, 1, 2, 3, 3};
    for (size_t i = 0; i < std::size(expected); ++i) {
      REQUIRE(single.run(code, {0, i}) == TrapKind::none);
      CHECK(single.instance.result() == expected[i]);
    }
    REQUIRE(single.run(code, {0, 0xFFFFFFFF}) == TrapKind::none);
    CHECK(single.instance.result() == 3);
  }
}

TEST_CASE("a trap records where it happened") {
  Single single;
  Assembly outer(8), inner(8);
  outer.call(IrOp::call, 1, 4).r(IrOp::ret);
  inner.i(IrOp::const_u32, 1, 0, 0).r(IrOp::i32_div_u_ss_w, 0, 0, 1).r(IrOp::ret);
  single.instance.define(1, inner);
  REQUIRE(single.run(outer) == TrapKind::integer_divide_by_zero);
  CHECK(single.trap().cell == inner.cell(2));
  CHECK(single.trap().frame == single.machine.slots.data() + 4);
  CHECK(single.trap().vmctx == &single.instance.vm());
  REQUIRE(single.trap().control == single.machine.control.data() + 2);
  CHECK(single.trap().control[-1].next == outer.cell(2));
  CHECK(single.trap().control[-1].frame == single.machine.slots.data());
  CHECK(single.trap().control[-2].next == leave_cell());
  check_unwound(single.machine);

  Assembly null;
  null.r(IrOp::ref_as_non_null, 0, 1).r(IrOp::unreachable);
  CHECK(single.run(null, {0, 0}) == TrapKind::null_reference);
  CHECK(single.run(null, {0, 8}) == TrapKind::unreachable);
}

TEST_CASE("endless recursion exhausts the stack, and the control stack does not overflow first") {
  Single single;
  Assembly code(min_frame_advance);
  code.call(IrOp::call, 0, min_frame_advance).r(IrOp::ret);
  REQUIRE(single.run(code) == TrapKind::call_stack_exhausted);
  CHECK(single.trap().cell == code.cell(1));
  CHECK(single.trap().control <= single.machine.control.data() + single.machine.control.size());
  CHECK(single.trap().control >=
        single.machine.control.data() + Machine::stack_slots / min_frame_advance - 1);
  check_unwound(single.machine);

  Assembly big(Machine::stack_slots + 1);
  big.r(IrOp::ret);
  REQUIRE(single.run(big) == TrapKind::call_stack_exhausted);
  CHECK(single.trap().cell == nullptr);
  Assembly exact(Machine::stack_slots);
  exact.r(IrOp::ret);
  CHECK(single.run(exact) == TrapKind::none);
}

TEST_CASE("tail calls use no stack") {
  Single single;
  // f(n, sum) = n == 0 ? sum : f(n - 1, sum + n)
  Assembly code(8);
  code.br(IrOp::br_if_zero_s_forward, 5, 0);
  code.i(IrOp::i64_sub_si_w, 4, 0, 1).r(IrOp::i64_add_ss_w, 5, 1, 0);
  code.call(IrOp::return_call, 0, 4, 2);
  code.r(IrOp::ret_s, 0, 1);
  REQUIRE(single.run(code, {100000, 0}) == TrapKind::none);
  CHECK(single.instance.result() == 5000050000);
  check_unwound(single.machine);
}

TEST_CASE("an interrupt stops loops, calls and tail calls") {
  Machine machine;
  TestInstance instance(machine);
  Assembly loop, latch, table, tail(8), call(8);
  loop.br(IrOp::br_back, 1);
  latch.latch(IrOp::latch_i32_ge_u_si, 1, 0, 0, 0);
  table.table(IrOp::br_table_s, 0, {1});
  tail.call(IrOp::return_call, 3, 4, 0);
  call.call(IrOp::call, 5, 4).br(IrOp::br_forward, 1);
  Assembly nothing(4);
  nothing.r(IrOp::ret);
  instance.define(5, nothing);
  size_t index = 0;
  for (Assembly* code : {&loop, &latch, &table, &tail, &call}) {
    instance.define(index, *code);
    std::thread other([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      machine.context.interrupt = 1;
      machine.context.stack_limit = 0;
    });
    CHECK(instance.run(index) == TrapKind::interrupted);
    // Before the first instruction, if the other thread was faster.
    const Cell* const stopped_at = machine.context.trap.cell;
    CHECK((stopped_at == code->cell(1) || stopped_at == nullptr));
    other.join();
    machine.context.interrupt = 0;
    machine.context.stack_limit = machine.context.full_stack_limit;
    check_unwound(machine);
    ++index;
  }
}

TEST_CASE("fuel: a block that cannot be paid is not charged and does nothing") {
  Single single;
  Assembly code;
  code.i(IrOp::fuel, 0, 0, 3).i(IrOp::const_u32, 0, 0, 1).r(IrOp::ret);
  single.machine.context.fuel = 7;
  CHECK(single.run(code) == TrapKind::none);
  CHECK(single.machine.context.fuel == 4);
  CHECK(single.run(code) == TrapKind::none);
  CHECK(single.machine.context.fuel == 1);
  CHECK(single.run(code, {5}) == TrapKind::out_of_fuel);
  CHECK(single.machine.context.fuel == 1);
  CHECK(single.instance.result() == 5);
  single.machine.context.fuel = 3;
  CHECK(single.run(code) == TrapKind::none);
  CHECK(single.machine.context.fuel == 0);
}

// --- Host functions -----------------------------------------------------------------------------

namespace {

struct HostCall {
  TestInstance* instance = nullptr;
  TrapKind status = TrapKind::none;
  uint32_t depth = 0;
  Slot* args = nullptr;
  VMContext* caller = nullptr;
  const Slot* stack_top = nullptr;
};

/// (a, b) -> (a + b, a - b)
TrapKind sum_and_difference(void* data, VMContext* caller, Slot* args) {
  auto& call = *static_cast<HostCall*>(data);
  call.args = args;
  call.caller = caller;
  call.depth = caller->execution->host_depth;
  call.stack_top = caller->execution->stack_top;
  const Slot a = args[0], b = args[1];
  args[0] = a + b;
  args[1] = a - b;
  return call.status;
}

/// Calls function 0 of an instance again with the argument less one.
TrapKind reenter(void* data, VMContext* caller, Slot* args) {
  auto& instance = *static_cast<TestInstance*>(data);
  Slot* const nested = caller->execution->stack_top;
  nested[0] = args[0] - 1;
  const TrapKind status = invoke(*caller->execution, instance.references[0], nested);
  args[0] = nested[0] + 1;
  return status;
}

/// The same, but fails in another way.
TrapKind reenter_and_fail(void* data, VMContext* caller, Slot* args) {
  return reenter(data, caller, args) == TrapKind::none ? TrapKind::none : TrapKind::host_error;
}

TrapKind replace_memory(void* data, VMContext*, Slot*) {
  auto& instance = *static_cast<TestInstance*>(data);
  static uint8_t other[65536];
  std::memcpy(other, instance.bytes.data(), sizeof(other));
  other[0] = 99;
  instance.use_memory(other, sizeof(other));
  return TrapKind::none;
}

}  // namespace

TEST_CASE("a host function gets its arguments in place and returns results there") {
  Single single;
  HostCall call;
  const HostFunction host = {sum_and_difference, &call, 2, 2};
  const FuncRef reference = host_reference(host);
  single.instance.imports[1] = &reference;
  Assembly code;
  code.r(IrOp::copy2, 4, 0, 5, 1).call(IrOp::call_import, 1, 4).r(IrOp::copy2, 0, 4, 1, 5);
  code.r(IrOp::ret);
  REQUIRE(single.run(code, {30, 12}) == TrapKind::none);
  CHECK(single.instance.result(0) == 42);
  CHECK(single.instance.result(1) == 18);
  CHECK(call.args == single.machine.slots.data() + 4);
  CHECK(call.stack_top == call.args + 2);
  CHECK(call.caller == &single.instance.vm());
  CHECK(call.depth == 1);
  check_unwound(single.machine);

  call.status = TrapKind::host_error;
  REQUIRE(single.run(code, {30, 12}) == TrapKind::host_error);
  CHECK(single.trap().cell == code.cell(2));
  check_unwound(single.machine);

  call.status = TrapKind::none;
  Assembly tail;
  tail.r(IrOp::copy2, 4, 0, 5, 1).call(IrOp::return_call_import, 1, 4, 2);
  REQUIRE(single.run(tail, {30, 12}) == TrapKind::none);
  CHECK(single.instance.result(0) == 42);
  CHECK(single.instance.result(1) == 18);
  CHECK(call.args == single.machine.slots.data());
  check_unwound(single.machine);
}

TEST_CASE("a host function needs room for its results, and stops when interrupted") {
  Single single;
  HostCall call;
  const HostFunction host = {sum_and_difference, &call, 0, Machine::stack_slots};
  const FuncRef reference = host_reference(host);
  single.instance.imports[0] = &reference;
  Assembly code;
  code.call(IrOp::call_import, 0, 4).r(IrOp::ret);
  CHECK(single.run(code) == TrapKind::call_stack_exhausted);
  CHECK(single.trap().cell == code.cell(1));
  CHECK(call.args == nullptr);
}

TEST_CASE("entries nest, and the innermost failure is recorded") {
  Single single;
  // f(n) = n == 0 ? (trap or 0) : host(n), where host(n) = f(n - 1) + 1
  const HostFunction host = {reenter, &single.instance, 1, 1};
  const FuncRef reference = host_reference(host);
  single.instance.imports[0] = &reference;
  Assembly code(8);
  code.br(IrOp::br_if_zero_s_forward, 5, 0);
  code.r(IrOp::copy, 4, 0).call(IrOp::call_import, 0, 4).r(IrOp::ret_s, 0, 4);
  code.r(IrOp::ret);
  REQUIRE(single.run(code, {50}) == TrapKind::none);
  CHECK(single.instance.result() == 50);
  check_unwound(single.machine);

  Assembly failing(8);
  failing.br(IrOp::br_if_zero_s_forward, 5, 0);
  failing.r(IrOp::copy, 4, 0).call(IrOp::call_import, 0, 4).r(IrOp::ret_s, 0, 4);
  failing.r(IrOp::unreachable);
  REQUIRE(single.run(failing, {3}) == TrapKind::unreachable);
  CHECK(single.trap().cell == failing.cell(5));
  CHECK(single.trap().frame > single.machine.slots.data());
  // leave, then for each nested entry: the host call and the instance it came from, and leave.
  CHECK(single.trap().control == single.machine.control.data() + 1 + 3 * 3);
  CHECK(single.trap().control[-1].next == leave_cell());
  CHECK(single.trap().control[-2].next == restore_cell());
  CHECK(single.trap().control[-2].frame ==
        reinterpret_cast<const Slot*>(&single.instance.vm()));
  CHECK(single.trap().control[-3].next == failing.cell(4));
  check_unwound(single.machine);

  const HostFunction other_failure = {reenter_and_fail, &single.instance, 1, 1};
  const FuncRef other_reference = host_reference(other_failure);
  single.instance.imports[0] = &other_reference;
  REQUIRE(single.run(failing, {1}) == TrapKind::host_error);
  CHECK(single.trap().cell == failing.cell(3));
}

TEST_CASE("recursion through the host is bounded") {
  Single single;
  const HostFunction host = {reenter, &single.instance, 1, 1};
  const FuncRef reference = host_reference(host);
  single.instance.imports[0] = &reference;
  Assembly code(8);
  code.r(IrOp::copy, 4, 0).call(IrOp::call_import, 0, 4).r(IrOp::ret_s, 0, 4);
  CHECK(single.run(code, {0}) == TrapKind::call_stack_exhausted);
  CHECK(single.trap().control <= single.machine.control.data() + single.machine.control.size());
  check_unwound(single.machine);
}

TEST_CASE("the memory's base is read again after a host function") {
  Single single;
  const HostFunction host = {replace_memory, &single.instance, 0, 0};
  const FuncRef reference = host_reference(host);
  single.instance.imports[0] = &reference;
  Assembly code;
  code.mem(IrOp::i32_load8_u_s_w_guard, 1, 0).call(IrOp::call_import, 0, 4);
  code.mem(IrOp::i32_load8_u_s_w_guard, 2, 0).r(IrOp::ret);
  REQUIRE(single.run(code, {0}) == TrapKind::none);
  CHECK(single.instance.result(1) == 0);
  CHECK(single.instance.result(2) == 99);
}

// --- Calls of references, and of other instances
// ---------------------------------------------------

namespace {

/// Two instances; function 0 of each adds its own global 0 to its argument.
struct Pair {
  Machine machine;
  TestInstance first{machine}, second{machine};
  Assembly add_first{8}, add_second{8};

  Pair() {
    for (Assembly* code : {&add_first, &add_second}) {
      code->i(IrOp::global_get_a, 0, 0, 0).r(IrOp::i64_add_as_w, 0, 0, 0).r(IrOp::ret);
    }
    first.define(0, add_first);
    second.define(0, add_second);
    first.vm().globals()[0].low = 1000;
    second.vm().globals()[0].low = 1;
    second.bytes[0] = 2;
    first.bytes[0] = 1;
    first.imports[0] = &second.references[0];
    first.imports[1] = &first.references[0];
    second.imports[0] = &first.references[0];
  }
};

}  // namespace

TEST_CASE("calls of another instance run in it and return to the caller's") {
  Pair pair;
  Assembly code;
  code.r(IrOp::copy, 4, 0).call(IrOp::call_import, 0, 4);      // + 1 in the second
  code.call(IrOp::call_import, 1, 4);                          // + 1000 in the first
  code.i(IrOp::global_get_a, 0, 0, 0).r(IrOp::i64_add_as_w, 1, 0, 4);  // + 1000
  code.mem(IrOp::i32_load8_u_s_w_guard, 2, 5).r(IrOp::ret);
  pair.first.define(1, code);
  REQUIRE(pair.first.run(1, {5, 0, 0, 0, 0, 0}) == TrapKind::none);
  CHECK(pair.first.result(1) == 2006);
  CHECK(pair.first.result(2) == 1);
  check_unwound(pair.machine);
}

TEST_CASE("chains of tail calls between instances restore the caller's instance and use no stack") {
  Pair pair;
  // Each instance: f(n, sum) = n == 0 ? sum : other.f(n - 1, sum + own global)
  Assembly codes[2] = {Assembly(8), Assembly(8)};
  TestInstance* const instances[2] = {&pair.first, &pair.second};
  for (size_t i = 0; i < 2; ++i) {
    codes[i].br(IrOp::br_if_zero_s_forward, 6, 0);
    codes[i].i(IrOp::i64_sub_si_w, 4, 0, 1).i(IrOp::global_get_a, 0, 0, 0);
    codes[i].r(IrOp::i64_add_as_w, 5, 0, 1).call(IrOp::return_call_import, 2, 4, 2);
    codes[i].r(IrOp::ret_s, 0, 1);
    instances[i]->define(1, codes[i]);
    instances[i]->imports[2] = &instances[1 - i]->references[1];
  }
  for (const Slot count : {Slot{0}, Slot{1}, Slot{2}, Slot{100001}}) {
    Assembly caller;
    caller.r(IrOp::copy2, 4, 0, 5, 1).call(IrOp::call, 1, 4);
    caller.i(IrOp::global_get_w, 1, 0, 0).mem(IrOp::i32_load8_u_s_w_guard, 2, 1, 0);
    caller.r(IrOp::ret_s, 0, 4);
    pair.first.define(2, caller);
    pair.first.bytes[1000] = 77;
    REQUIRE(pair.first.run(2, {count, 0}) == TrapKind::none);
    CHECK(pair.first.result(0) == (count + 1) / 2 * 1000 + count / 2);
    CHECK(pair.first.result(1) == 1000);
    CHECK(pair.first.result(2) == 77);
    // Entered from the host directly, and from another instance.
    REQUIRE(pair.second.run(1, {count, 0}) == TrapKind::none);
    CHECK(pair.second.result(0) == (count + 1) / 2 + count / 2 * 1000);
  }
  Assembly through_import;
  through_import.r(IrOp::copy2, 4, 0, 5, 1).call(IrOp::call_import, 2, 4);
  through_import.i(IrOp::global_get_w, 1, 0, 0).r(IrOp::ret_s, 0, 4);
  pair.first.define(2, through_import);
  REQUIRE(pair.first.run(2, {3, 0}) == TrapKind::none);
  CHECK(pair.first.result(0) == 1002);
  CHECK(pair.first.result(1) == 1000);
  check_unwound(pair.machine);
}

TEST_CASE("recursion between instances does not overflow the control stack") {
  Pair pair;
  Assembly code(min_frame_advance);
  code.call(IrOp::call_import, 2, min_frame_advance).r(IrOp::ret);
  pair.first.define(1, code);
  pair.second.define(1, code);
  pair.first.imports[2] = &pair.second.references[1];
  pair.second.imports[2] = &pair.first.references[1];
  REQUIRE(pair.first.run(1) == TrapKind::call_stack_exhausted);
  CHECK(pair.machine.context.trap.control <=
        pair.machine.control.data() + pair.machine.control.size());
  check_unwound(pair.machine);
}

TEST_CASE("call_ref and call_indirect") {
  Pair pair;
  HostCall host_call;
  const HostFunction host = {sum_and_difference, &host_call, 2, 2};
  const FuncRef host_function = host_reference(host, 7);
  Slot elements[4] = {};
  TableDefinition table = {elements, std::size(elements)};
  pair.first.tables[1] = &table;
  pair.first.types = {3, 7, 0, 0};
  FuncRef same = pair.first.references[0], other = pair.second.references[0];
  same.type = other.type = 7;
  const auto as_slot = [](const FuncRef* reference) { return reinterpret_cast<Slot>(reference); };
  elements[0] = as_slot(&same);
  elements[1] = as_slot(&other);
  elements[2] = as_slot(&host_function);

  Assembly indirect, tail_indirect, ref, tail_ref;
  indirect.r(IrOp::copy2, 4, 1, 5, 2).call_indirect(IrOp::call_indirect_s, 1, 4, 0, 1);
  indirect.i(IrOp::global_get_w, 1, 0, 0).r(IrOp::ret_s, 0, 4);
  tail_indirect.r(IrOp::copy2, 4, 1, 5, 2);
  tail_indirect.call_indirect(IrOp::return_call_indirect, 1, 4, 0, 1, 2);
  ref.r(IrOp::copy2, 4, 1, 5, 2).r(IrOp::call_ref, 4, 0).i(IrOp::global_get_w, 1, 0, 0);
  ref.r(IrOp::ret_s, 0, 4);
  tail_ref.r(IrOp::copy2, 4, 1, 5, 2).r(IrOp::return_call_ref, 4, 0, 2);

  const Slot expected[] = {1010, 11, 13};
  for (const bool is_tail : {false, true}) {
    for (Slot element = 0; element < 3; ++element) {
      pair.first.define(1, is_tail ? tail_indirect : indirect);
      REQUIRE(pair.first.run(1, {element, 10, 3}) == TrapKind::none);
      CHECK(pair.first.result(0) == expected[element]);
      pair.first.define(1, is_tail ? tail_ref : ref);
      REQUIRE(pair.first.run(1, {elements[element], 10, 3}) == TrapKind::none);
      CHECK(pair.first.result(0) == expected[element]);
      if (!is_tail) CHECK(pair.first.result(1) == 1000);
    }
    pair.first.define(1, is_tail ? tail_indirect : indirect);
    CHECK(pair.first.run(1, {3, 0}) == TrapKind::uninitialized_element);
    CHECK(pair.machine.context.trap.cell == (is_tail ? tail_indirect : indirect).cell(2));
    CHECK(pair.first.run(1, {4, 0}) == TrapKind::undefined_element);
    CHECK(pair.first.run(1, {Slot{1} << 32, 0}) == TrapKind::undefined_element);
    pair.first.define(1, is_tail ? tail_ref : ref);
    CHECK(pair.first.run(1, {0, 0}) == TrapKind::null_function_reference);
    CHECK(pair.machine.context.trap.cell == (is_tail ? tail_ref : ref).cell(2));
    check_unwound(pair.machine);
  }
}

TEST_CASE("table accesses") {
  Single single;
  Slot elements[2] = {16, 0};
  TableDefinition table = {elements, std::size(elements)};
  single.instance.tables[1] = &table;
  Assembly get, set;
  get.i(IrOp::table_get, 0, 1, 1).r(IrOp::ret);
  set.i(IrOp::table_set, 0, 1, 1).r(IrOp::ret);
  REQUIRE(single.run(get, {5, 0}) == TrapKind::none);
  CHECK(single.instance.result() == 16);
  CHECK(single.run(get, {5, 2}) == TrapKind::out_of_bounds_table_access);
  CHECK(single.run(set, {32, 2}) == TrapKind::out_of_bounds_table_access);
  REQUIRE(single.run(set, {32, 1}) == TrapKind::none);
  CHECK(elements[1] == 32);
}

TEST_CASE("memory.size counts pages") {
  Single single;
  Assembly code;
  code.i(IrOp::memory_size, 0, 0, 1).r(IrOp::write_a, 1).r(IrOp::ret);
  single.instance.memory.bytes = 5 * 65536;
  REQUIRE(single.run(code) == TrapKind::none);
  CHECK(single.instance.result(0) == 5);
  CHECK(single.instance.result(1) == 5);
  single.instance.memory.page_size_log2_and_guarded = 0x100;  // pages of one byte, guarded
  REQUIRE(single.run(code) == TrapKind::none);
  CHECK(single.instance.result(0) == 5 * 65536);
}

// --- Functions that are not lowered
// -----------------------------------------------------------------

namespace {

/// Lowers to a given body, or fails.
class LazyModule final : public ModuleCode {
 public:
  const Module& module() const override { abort(); }
  const TypeRegistry& registry() const override { abort(); }
  std::span<const CanonicalType> type_ids() const override { abort(); }
  const uint32_t* raw_type_ids() const override { abort(); }
  FuncEntry* entries(Variant) override { abort(); }
  bool locate(const Cell*, Place, Location&) override { abort(); }
  TrapKind map_references(std::span<ReferenceMap>, Arena&,
                          const std::atomic<uint32_t>&) override {
    abort();
  }
  bool find_handler(const Cell*, Place, const Instance&, const TagInstance&, Landing&) override {
    abort();
  }
  TrapKind lower(VMContext*, FuncEntry* entry) override {
    ++attempts;
    if (failure == TrapKind::none) entry->body = body;
    return failure;
  }

  const Cell* body = nullptr;
  TrapKind failure = TrapKind::none;
  int attempts = 0;
};

}  // namespace

TEST_CASE("a function is lowered when it is entered first; a failure can be tried again") {
  LazyModule module;
  Single single;
  single.instance.vm().module = &module;
  Assembly caller(8), callee(8), tail(8);
  caller.r(IrOp::copy, 4, 0).call(IrOp::call, 1, 4).r(IrOp::ret_s, 0, 4);
  callee.i(IrOp::i32_add_si_w, 0, 0, 1).r(IrOp::ret);
  tail.r(IrOp::copy, 4, 0).call(IrOp::return_call, 1, 4, 1);
  module.body = callee.cells();
  single.instance.entries[1].body = lazy_body();

  module.failure = TrapKind::out_of_memory;
  REQUIRE(single.run(caller, {41}) == TrapKind::out_of_memory);
  CHECK(single.trap().cell == nullptr);
  CHECK(single.trap().control[-1].next == caller.cell(3));
  check_unwound(single.machine);
  module.failure = TrapKind::none;
  REQUIRE(single.run(caller, {41}) == TrapKind::none);
  CHECK(single.instance.result() == 42);
  REQUIRE(single.run(caller, {1}) == TrapKind::none);
  CHECK(single.instance.result() == 2);
  CHECK(module.attempts == 2);

  single.instance.entries[1].body = lazy_body();
  REQUIRE(single.run(tail, {41}) == TrapKind::none);
  CHECK(single.instance.result() == 42);
  single.instance.entries[1].body = lazy_body();
  single.machine.context.stack_top[0] = 6;
  REQUIRE(invoke(single.machine.context, single.instance.references[1],
                 single.machine.context.stack_top) == TrapKind::none);
  CHECK(single.instance.result() == 7);

  Assembly big(Machine::stack_slots);
  big.r(IrOp::ret);
  module.body = big.cells();
  single.instance.entries[1].body = lazy_body();
  CHECK(single.run(caller, {41}) == TrapKind::call_stack_exhausted);
}

// --- Guarded memories
// -------------------------------------------------------------------------------

namespace {

/// A reservation of which the first page of 64 KiB is accessible.
struct GuardedMemory {
  static constexpr size_t reserved = (size_t{8} << 30) + 65536;

  GuardedMemory() {
    base = static_cast<uint8_t*>(mmap(nullptr, reserved, PROT_NONE,
                                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    REQUIRE(base != MAP_FAILED);
    REQUIRE(mprotect(base, 65536, PROT_READ | PROT_WRITE) == 0);
    REQUIRE(os::register_reservation(base, reserved));
  }
  ~GuardedMemory() {
    os::unregister_reservation(base);
    munmap(base, reserved);
  }

  uint8_t* base;
};

struct GuardedRow {
  IrOp op;
  bool is_memx;
  std::string address;  ///< letters of its form
};
const GuardedRow guarded_rows[] = {
#define IROP(name, format)
#define PICK_guard(...) __VA_ARGS__
#define PICK_checked(...)
#define PICK_any(...)
#define IS_MEMX_mem false
#define IS_MEMX_memi false
#define IS_MEMX_memx true
#define LOAD_FORM(name, type, access, src, dst, mode, format) \
  PICK_##mode({IrOp::name##_##src##_##dst##_guard, IS_MEMX_##format, #src}, )
#define STORE_FORM(name, type, access, src, mode, format) \
  PICK_##mode({IrOp::name##_##src##_guard, IS_MEMX_##format,  \
                std::string(#src, sizeof(#src) - 2)}, )
#define LOAD_ANY(name, type, access)
#define STORE_ANY(name, type, access)
#define SIMD_MEMORY_FORM(shape, name, access, mode, format) \
  PICK_##mode({IrOp::name##_guard, false, "s"}, )
#include "ir/ops.def"
};

}  // namespace

TEST_CASE("an access outside a guarded memory traps at its operation" *
          doctest::skip(!can_trap_by_fault())) {
  GuardedMemory memory;
  Single single;
  single.instance.use_memory(memory.base, 65536);
  CHECK(std::size(guarded_rows) == 14 * 12 + 10 * 2 + 9 * 12 + 7 * 2 + 14);
  for (const GuardedRow& row : guarded_rows) {
    struct Address {
      Slot address;
      uint32_t offset;
    };
    for (const Address& target :
         {Address{65536, 0}, Address{0xFFFFFFFF, 0}, Address{0xFFFFFFFF, 0xFFFF}, Address{1, 65535},
          Address{0xFFFFFFFF, 0xFFFFFFFF}}) {
      const Slot address = target.address;
      uint32_t offset = target.offset;
      if (row.is_memx && offset > 0xFFFF) continue;
      const uint32_t sum = static_cast<uint32_t>(address) + offset;
      if (row.address == "i") offset = sum;
      if ((row.address == "i" || row.address == "si" || row.address == "ai") && sum < 65536) {
        continue;
      }
      Assembly outer(16), code;
      outer.r(IrOp::copy, 4, 0).call(IrOp::call, 1, 4).r(IrOp::ret);
      code.i(IrOp::const_u32, 8, 0, 123).i(IrOp::i64_or_si_a, 0, 0, 0);
      // Slot 0 and the accumulator hold the address, slot 1 is 0, slots 6 and 7 are the value.
      row.is_memx ? code.memx(row.op, 6, 0, 1, offset) : code.mem(row.op, 6, 0, offset);
      code.i(IrOp::const_u32, 8, 0, 99).r(IrOp::ret);
      single.instance.define(1, code);
      std::fill_n(single.machine.slots.begin(), 32, 0);
      INFO(info(row.op).name, " ", address, " + ", offset);
      REQUIRE(single.run(outer, {address}) == TrapKind::out_of_bounds_memory_access);
      REQUIRE(single.trap().cell == code.cell(3));
      REQUIRE(single.trap().frame == single.machine.slots.data() + 4);
      REQUIRE(single.trap().control == single.machine.control.data() + 2);
      REQUIRE(single.trap().vmctx == &single.instance.vm());
      REQUIRE(single.machine.slots[4 + 8] == 123);
      REQUIRE(single.machine.slots[4 + 6] == 0);
    }
  }
  check_unwound(single.machine);
}

TEST_CASE("faults are taken only inside registered memory" * doctest::skip(!can_trap_by_fault())) {
  const pid_t child = fork();
  if (child == 0) {
    // What a process without a handler of its own gets: the default action.
    for (const int signal : {SIGSEGV, SIGBUS}) ::signal(signal, SIG_DFL);
    GuardedMemory memory;
    os::unregister_reservation(memory.base);
    Single single;
    single.instance.use_memory(memory.base, 65536);
    Assembly code;
    code.mem(IrOp::i32_load_s_w_guard, 1, 0).r(IrOp::ret);
    single.run(code, {65536});
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFSIGNALED(status));
}

TEST_CASE("threads trap independently" * doctest::skip(!can_trap_by_fault())) {
  std::atomic<int> trapped{0};
  const auto body = [&trapped] {
    GuardedMemory memory;
    Single single;
    single.instance.use_memory(memory.base, 65536);
    Assembly code;
    code.mem(IrOp::i64_store_ss_guard, 1, 0, 1).r(IrOp::ret);
    for (int i = 0; i < 200; ++i) {
      if (single.run(code, {65528, 1}) == TrapKind::out_of_bounds_memory_access) ++trapped;
    }
  };
  std::thread first(body), second(body);
  first.join();
  second.join();
  CHECK(trapped == 400);
}
