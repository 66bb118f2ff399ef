// zwasm man-page: the manual page in troff, made from the commands' own declarations.
#include <cstdio>

#include "command.hpp"
#include "version.hpp"

namespace zwasm::cli {
namespace {

/// Text with what troff would interpret escaped.
std::string troff(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else {
      if ((c == '.' || c == '\'') && (result.empty() || result.back() == '\n')) result += "\\&";
      result += c;
    }
  }
  return result;
}

class ManPage final : public Command {
 public:
  void declare(Options&) override {}

  int execute() override {
    std::printf(".TH ZWASM 1 \"\" \"zwasm %s\" \"User Commands\"\n", version);
    std::printf(".SH NAME\nzwasm \\- a WebAssembly runtime\n");
    std::printf(".SH SYNOPSIS\n.B zwasm\n[\\fBrun\\fR] [\\fIOPTIONS\\fR] \\fIFILE\\fR "
                "[\\fIARGS\\fR...]\n.br\n.B zwasm\n\\fICOMMAND\\fR [\\fIOPTIONS\\fR] ...\n");
    std::printf(".SH DESCRIPTION\nRuns WebAssembly modules in the binary or the text format, with "
                "WASI 0.1, denied everything that no option gives.\n");
    std::printf(
        "Options come before \\fIFILE\\fR; what follows it is the guest's, but for "
        "\\fB\\-\\-allow\\-all\\fR and \\fB\\-\\-invoke\\fR \\fINAME\\fR directly behind it, "
        "and one \\fB\\-\\-\\fR after them, which is dropped.\n");
    std::printf(".SH COMMANDS\n");
    for (const CommandRow& row : commands()) {
      std::printf(".SS zwasm %s\n%s.\n", troff(row.name).c_str(), troff(row.summary).c_str());
      const auto command = row.make();
      Options options;
      command->declare(options);
      for (const Option& option : options.all()) {
        std::string names;
        for (const char c : std::string_view(option.names())) {
          names += c == ',' ? ", " : troff(std::string(1, c));
        }
        if (!option.is_positional() && option.takes_value()) {
          names += std::string("\\fR \\fI") + troff(option.type_name());
        } else if (option.plain_value() != nullptr) {
          names += std::string("[=") + troff(option.type_name()) + "]";
        }
        std::printf(".TP\n\\fB%s\\fR\n%s\n", names.c_str(),
                    troff(option.description()).c_str());
      }
    }
    std::printf(".SH EXIT STATUS\nThe guest's own code, or:\n"
                ".TP\n0\nsuccess\n"
                ".TP\n1\nthe module is unreadable, malformed, invalid or cannot be linked, or "
                "lacks "
                "what it was asked for\n"
                ".TP\n2\nwrong usage, the arguments of \\-\\-invoke included\n"
                ".TP\n70\na fault of zwasm itself\n"
                ".TP\n134\na trap; fuel, time or stack used up\n");
    return exit_success;
  }
};

}  // namespace

std::unique_ptr<Command> make_man_page() { return std::make_unique<ManPage>(); }

}  // namespace zwasm::cli
