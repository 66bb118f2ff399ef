// zwasm dump FILE: the intermediate representations of functions.
#include <charconv>
#include <cstdio>

#include "command.hpp"
#include "engine/engine.hpp"
#include "engine/function_printer.hpp"
#include "engine_options.hpp"
#include "report.hpp"

namespace zwasm::cli {
namespace {

class Dump final : public Command {
 public:
  void declare(Options& options) override {
    features_.declare(options);
    options.add_flag("--predecoded", predecoded_, "Instructions as decoding sees them");
    options.add_flag("--ir", ir_, "Register IR, which the interpreter runs (the default)");
    options.add_option("--func", function_, "Only this function: its index or its name")
        .type_name("N|NAME");
    options.add_flag("--metered", metered_, "Register IR that charges fuel");
    options.add_flag("--explicit-bounds-checks", explicit_, "Register IR without guard pages");
    options.add_flag("--deterministic", deterministic_, "Register IR that makes NaNs canonical");
    options.add_option("FILE", file_, "Module, binary or text; - is standard input").required();
  }

  int execute() override {
    Engine engine(features_.config());
    begin_work("compiling", file_);
    auto compiled = engine.compile_file(file_.c_str());
    if (!compiled.ok()) return report(file_, compiled.error());
    CompiledModule& module = **compiled;
    const auto first = module.module().imported_functions;
    const auto count = static_cast<uint32_t>(module.module().functions.size());
    uint32_t begin = first, end = count;
    if (function_) {
      const auto found = find(module, *function_);
      if (!found) return exit_failure;
      begin = *found;
      end = begin + 1;
    }
    FunctionPrinter printer(
        module, {engine.config().features, metered_, !explicit_, deterministic_});
    for (uint32_t function = begin; function < end; ++function) {
      const std::string name(module.function_name(function));
      std::printf("%sfunction %u%s%s: %s\n", function == begin ? "" : "\n", function,
                  name.empty() ? "" : " ", printable(name).c_str(),
                  to_string(module.module().func_type(FuncIndex{function})).c_str());
      if (predecoded_) {
        auto text = printer.predecoded(function);
        if (!text.ok()) return report(file_, text.error());
        std::fputs(text->c_str(), stdout);
      }
      if (ir_ || !predecoded_) {
        auto text = printer.register_ir(function);
        if (!text.ok()) {
          std::printf("  %s\n", printable(text.error().message).c_str());
          continue;
        }
        std::fputs(text->c_str(), stdout);
      }
    }
    return exit_success;
  }

 private:
  /// The defined function that --func names; nothing, after saying why, if there is none.
  std::optional<uint32_t> find(CompiledModule& module, const std::string& text) const {
    const Module& declared = module.module();
    const auto count = static_cast<uint32_t>(declared.functions.size());
    uint32_t index = 0;
    const char* const text_end = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), text_end, index);
    bool found = error == std::errc() && end == text_end && index < count;
    for (uint32_t i = 0; !found && i < count; ++i) {
      if (!text.empty() && module.function_name(i) == text) {
        index = i;
        found = true;
      }
    }
    for (const Export& exported : declared.exports) {
      if (!found && exported.kind == ExternKind::func && exported.name == text) {
        index = exported.index;
        found = true;
      }
    }
    if (!found) {
      complain(file_ + ": there is no function " + echo(text), exit_failure);
      return std::nullopt;
    }
    if (declared.is_imported(FuncIndex{index})) {
      complain(file_ + ": function " + echo(text) + " is imported, it has no body", exit_failure);
      return std::nullopt;
    }
    return index;
  }

  FeatureOptions features_;
  bool predecoded_ = false, ir_ = false;
  bool metered_ = false, explicit_ = false, deterministic_ = false;
  std::optional<std::string> function_;
  std::string file_;
};

}  // namespace

std::unique_ptr<Command> make_dump() { return std::make_unique<Dump>(); }

}  // namespace zwasm::cli
