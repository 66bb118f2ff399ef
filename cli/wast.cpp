// zwasm wast FILE...: run the specification's test scripts.
#include <cstdio>

#include "command.hpp"
#include "engine/conversion.hpp"
#include "engine_options.hpp"
#include "report.hpp"
#include "wast_runner.hpp"

namespace zwasm::cli {
namespace {

class Wast final : public Command {
 public:
  void declare(Options& options) override {
    engine_.declare(options);
    options.add_flag("--no-execution", no_execution_,
                 "Check only what decoding and validation decide");
    options.add_option("--fuel", fuel_, "Instructions that each script may execute")
        .type_name("N")
        .group("Limits");
    options.add_option("FILE", files_, "Test scripts").required();
  }

  int execute() override {
    Config config = engine_.config();
    const uint64_t fuel = fuel_ ? parse_count("--fuel", *fuel_) : 0;
    config.fuel = fuel_.has_value();
    Engine engine(config);
    uint64_t passed = 0, failed = 0;
    bool unreadable = false;
    for (const std::string& file : files_) {
      begin_work("running", file);
      auto source = os::read_file(file.c_str(), limits::max_module_size);
      if (!source.ok()) {
        report(file, source.error());
        unreadable = true;
        continue;
      }
      const auto bytes = source->bytes();
      if (is_binary(bytes)) {
        complain(file + ": is a binary module, not a script", exit_failure);
        unreadable = true;
        continue;
      }
      auto script = parse_script({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
      if (!script.ok()) {
        report(file, script.error());
        unreadable = true;
        continue;
      }
      WastRunner runner(engine, file, !no_execution_, fuel);
      const WastResult result = runner.run(*script);
      std::printf("%s: %llu passed, %llu failed\n", printable(file).c_str(),
                  static_cast<unsigned long long>(result.passed),
                  static_cast<unsigned long long>(result.failed));
      std::fflush(stdout);
      passed += result.passed;
      failed += result.failed;
    }
    if (files_.size() > 1) {
      std::printf("%llu passed, %llu failed\n", static_cast<unsigned long long>(passed),
                  static_cast<unsigned long long>(failed));
    }
    return failed == 0 && !unreadable ? exit_success : exit_failure;
  }

 private:
  EngineOptions engine_;
  bool no_execution_ = false;
  std::optional<std::string> fuel_;
  std::vector<std::string> files_;
};

}  // namespace

std::unique_ptr<Command> make_wast() { return std::make_unique<Wast>(); }

}  // namespace zwasm::cli
