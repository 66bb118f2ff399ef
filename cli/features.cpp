// zwasm features: what this build can do, and how it will run modules here.
#include <cstdio>

#include "command.hpp"
#include "engine/engine.hpp"
#include "interp/interp.hpp"
#include "version.hpp"

namespace zwasm::cli {
namespace {

const char* to_string(FeatureState state) {
  switch (state) {
    case FeatureState::executed: return "executed";
    case FeatureState::validated: return "validated";
    case FeatureState::ignored: return "ignored";
  }
  return "";
}

class FeaturesCommand final : public Command {
 public:
  void declare(Options& options) override { options.add_flag("--json", json_, "For machines"); }

  int execute() override {
    Engine engine;
    const std::string memory(engine.memory_mode_text());
    const char* dispatch = interp::can_trap_by_fault() ? "threaded code" : "portable";
    if (json_) {
      std::printf("{\"version\": \"%s\", \"tiers\": [\"interpreter\"], \"interpreter\": \"%s\", "
                  "\"memory\": \"%s\", \"features\": {",
                  version, dispatch, memory.c_str());
      for (size_t i = 0; i < feature_count; ++i) {
        std::printf("%s\"%s\": \"%s\"", i == 0 ? "" : ", ", feature_table[i].name.data(),
                    to_string(feature_table[i].state));
      }
      std::printf("}}\n");
      return exit_success;
    }
    std::printf("zwasm %s\n", version);
    std::printf("tiers: interpreter (%s)\n", dispatch);
    std::printf("memory accesses: %s\n\n", memory.c_str());
    for (size_t i = 0; i < feature_count; ++i) {
      std::printf("%-22s%-11s%s\n", feature_table[i].name.data(), to_string(feature_table[i].state),
                  feature_table[i].description.data());
    }
    return exit_success;
  }

 private:
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_features() { return std::make_unique<FeaturesCommand>(); }

}  // namespace zwasm::cli
