// zwasm features: what this build can do, and how it will run modules here.
#include <cstdio>

#include "command.hpp"
#include "engine/engine.hpp"
#include "version.hpp"

namespace zwasm::cli {
namespace {

/// How far a feature goes in this build.
const char* status(const FeatureInfo& feature) {
  if (!feature.built) return "not built";
  switch (feature.state) {
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
    const std::string dispatch(Engine::interpreter_text());
    const char* text = ZWASM_TEXT ? "built" : "not built";
    const char* wasi = ZWASM_WASI ? "0.1" : "not built";
    if (json_) {
      std::printf("{\"version\": \"%s\", \"tiers\": [\"interpreter\"], \"interpreter\": \"%s\", "
                  "\"memory\": \"%s\", \"text\": \"%s\", \"wasi\": \"%s\", \"features\": {",
                  version, dispatch.c_str(), memory.c_str(), text, wasi);
      for (size_t i = 0; i < feature_count; ++i) {
        std::printf("%s\"%s\": \"%s\"", i == 0 ? "" : ", ", feature_table[i].name.data(),
                    status(feature_table[i]));
      }
      std::printf("}}\n");
      return exit_success;
    }
    std::printf("zwasm %s\n", version);
    std::printf("tiers: interpreter (%s)\n", dispatch.c_str());
    std::printf("memory accesses: %s\n", memory.c_str());
    std::printf("text format: %s\n", text);
    std::printf("WASI: %s\n\n", wasi);
    for (size_t i = 0; i < feature_count; ++i) {
      std::printf("%-22s%-11s%s\n", feature_table[i].name.data(), status(feature_table[i]),
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
