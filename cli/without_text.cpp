// What stands for the commands on the text format in builds without it.
#include "command.hpp"
#include "report.hpp"

namespace zwasm::cli {
namespace {

class WithoutText final : public Command {
 public:
  void declare(Options& options) override { options.take_rest(rest_, "...", ""); }
  int execute() override {
    return complain("the text format is not part of this build", exit_failure);
  }

 private:
  std::vector<std::string> rest_;
};

}  // namespace

std::unique_ptr<Command> make_convert() { return std::make_unique<WithoutText>(); }
std::unique_ptr<Command> make_wast() { return std::make_unique<WithoutText>(); }

}  // namespace zwasm::cli
