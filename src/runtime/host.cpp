#include "runtime/host.hpp"

#include "runtime/store.hpp"

namespace zwasm {

TrapKind raise_error(VMContext* caller, Error error) {
  ExecutionContext& context = *caller->execution;
  if (error.kind == ErrorKind::exception && context.store->rethrow()) {
    return TrapKind::uncaught_exception;  // of wasm that the host function called
  }
  delete context.host_error;
  context.host_error = new Error(std::move(error));
  return TrapKind::host_error;
}

TrapKind raise_exit(VMContext* caller, uint32_t code) {
  Error error = make_error(ErrorKind::exit, Error::no_offset, "exit with code %u", code);
  error.exit_code = code;
  return raise_error(caller, std::move(error));
}

}  // namespace zwasm
