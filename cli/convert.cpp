// zwasm convert IN -o OUT: text to binary, or binary to text.
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "command.hpp"
#include "engine/conversion.hpp"
#include "engine/engine.hpp"
#include "engine_options.hpp"
#include "report.hpp"

namespace zwasm::cli {
namespace {

class Convert final : public Command {
 public:
  void declare(Options& options) override {
    features_.declare(options);
    options.add_option("IN", input_, "Module, binary or text; - is standard input").required();
    options.add_option("-o,--output", output_,
                   "Where to write; the other format than IN's. - is standard output")
        .required();
    options.add_flag("--no-validation", no_validation_, "Convert modules that are not valid, too");
  }

  int execute() override {
    begin_work("converting", input_);
    auto source = os::read_file(input_.c_str(), limits::max_module_size);
    if (!source.ok()) return report(input_, source.error());
    const auto bytes = source->bytes();
    const Features features = features_.features();
    if (!no_validation_) {
      Engine engine(features_.config());
      auto module = engine.compile(bytes);
      if (!module.ok()) return report(input_, module.error());
    }
    if (is_binary(bytes)) {
      auto text = binary_to_text(bytes, features);
      if (!text.ok()) return report(input_, text.error());
      return write({reinterpret_cast<const uint8_t*>(text->data()), text->size()});
    }
    auto binary =
        text_to_binary({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, features);
    if (!binary.ok()) return report(input_, binary.error());
    if (output_ == "-" && isatty(STDOUT_FILENO) != 0) {
      throw UsageError{"-o: a binary is nothing for a terminal; give a file, or pipe it"};
    }
    return write(binary->span());
  }

 private:
  int write(std::span<const uint8_t> bytes) const {
    if (output_ == "-") {
      std::fwrite(bytes.data(), 1, bytes.size(), stdout);
      return exit_success;  // `main` sees whether it was written
    }
    std::FILE* file = std::fopen(output_.c_str(), "wb");
    bool written = false;
    if (file != nullptr) {
      written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
      written = std::fclose(file) == 0 && written;
    }
    if (written) return exit_success;
    const std::string reason = std::strerror(errno);
    return complain((output_.empty() ? "''" : output_) + ": cannot write: " + reason,
                    exit_failure);
  }

  FeatureOptions features_;
  std::string input_;
  std::string output_;
  bool no_validation_ = false;
};

}  // namespace

std::unique_ptr<Command> make_convert() { return std::make_unique<Convert>(); }

}  // namespace zwasm::cli
