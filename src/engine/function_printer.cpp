#include "engine/function_printer.hpp"

#include "ir/printer.hpp"

namespace zwasm {

FunctionPrinter::FunctionPrinter(const CompiledModule& module, const Options& options)
    : module_(module.module()), lowering_(module_) {
  options_.features = options.features;
  options_.metered = options.metered;
  options_.guard_pages = options.guard_pages;
  options_.deterministic = options.deterministic;
}

Result<std::string> FunctionPrinter::predecoded(uint32_t function) {
  return print_predecoded(module_, FuncIndex{function}, options_.features);
}

Result<std::string> FunctionPrinter::register_ir(uint32_t function) {
  ZWASM_CHECK(lowering_.lower(FuncIndex{function}, options_));
  return print_ir(lowering_.cells(), lowering_.exception_handlers());
}

}  // namespace zwasm
