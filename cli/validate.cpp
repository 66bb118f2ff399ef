// zwasm validate FILE...: decode and validate.
#include <cstdio>

#include "command.hpp"
#include "engine/engine.hpp"
#include "engine_options.hpp"
#include "report.hpp"

namespace zwasm::cli {
namespace {

class Validate final : public Command {
 public:
  void declare(Options& options) override {
    features_.declare(options);
    options.add_flag("-q,--quiet", quiet_, "Say nothing about valid modules");
    options.add_option("FILE", files_, "Modules, binary or text; - is standard input").required();
  }

  int execute() override {
    Engine engine(features_.config());
    int code = exit_success;
    for (const std::string& file : files_) {
      begin_work("compiling", file);
      auto module = engine.compile_file(file.c_str());
      if (!module.ok()) {
        code = report(file, module.error());
      } else if (!quiet_) {
        std::printf("%s: valid\n", printable(file).c_str());
      }
    }
    return code;
  }

 private:
  FeatureOptions features_;
  bool quiet_ = false;
  std::vector<std::string> files_;
};

}  // namespace

std::unique_ptr<Command> make_validate() { return std::make_unique<Validate>(); }

}  // namespace zwasm::cli
