// zwasm completion SHELL: completion scripts, made from the commands' own declarations.
#include <algorithm>
#include <cstdio>

#include "command.hpp"

namespace zwasm::cli {
namespace {

struct DeclaredCommand {
  const CommandRow* row;
  std::vector<Option> options;
};

std::vector<DeclaredCommand> declared_commands() {
  std::vector<DeclaredCommand> all;
  for (const CommandRow& row : commands()) {
    const auto command = row.make();
    Options options;
    command->declare(options);
    all.push_back({&row, options.all()});
  }
  return all;
}

/// For text between single quotes in a shell.
std::string quoted(std::string_view text) {
  std::string result;
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result;
}

/// Calls `visit` once for each option, of any command, that is followed by one of several values.
template <class Visit>
void for_each_choice(const std::vector<DeclaredCommand>& all, Visit visit) {
  std::vector<std::string_view> seen;
  for (const DeclaredCommand& command : all) {
    for (const Option& option : command.options) {
      if (option.is_positional() || option.values().empty() || !option.takes_value()) continue;
      if (std::ranges::find(seen, option.long_name()) != seen.end()) continue;
      seen.push_back(option.long_name());
      visit(std::string(option.long_name()), option.values());
    }
  }
}

std::string words_of(const DeclaredCommand& command) {
  std::string words;
  for (const Option& option : command.options) {
    if (option.is_positional()) continue;
    words += words.empty() ? "" : " ";
    words += option.long_name();
  }
  return words;
}

/// What a positional argument of the command can be; empty if that is a file.
std::string choices_of(const DeclaredCommand& command) {
  for (const Option& option : command.options) {
    if (option.is_positional() && !option.values().empty()) return option.values();
  }
  return {};
}

void print_bash(const std::vector<DeclaredCommand>& all) {
  std::printf("_zwasm() {\n"
              "  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
              "  local words values=\n"
              "  case $previous in\n");
  for_each_choice(all, [](const std::string& name, const std::string& values) {
    std::printf("    %s) values='%s' ;;\n", name.c_str(), values.c_str());
  });
  std::printf("  esac\n"
              "  case ${COMP_WORDS[1]} in\n");
  std::string names;
  for (const DeclaredCommand& command : all) {
    names += std::string(names.empty() ? "" : " ") + command.row->name;
    std::printf("    %s) words='%s'", command.row->name, words_of(command).c_str());
    if (const std::string choices = choices_of(command); !choices.empty()) {
      std::printf("\n      if [[ $COMP_CWORD -gt 1 && $word != -* ]]; then values='%s'; fi",
                  choices.c_str());
    }
    std::printf(" ;;\n");
  }
  std::printf("    *) words='%s' ;;\n  esac\n", words_of(all[0]).c_str());
  std::printf("  if [ -n \"$values\" ]; then\n"
              "    COMPREPLY=($(compgen -W \"$values\" -- \"$word\"))\n"
              "    return\n"
              "  fi\n");
  std::printf("  if [ \"$COMP_CWORD\" -eq 1 ]; then words=\"%s --version $words\"; fi\n",
              names.c_str());
  std::printf("  local IFS=$'\\n'\n"
              "  COMPREPLY=($(IFS=' '; compgen -W \"$words\" -- \"$word\")\n"
              "             $(compgen -f -- \"$word\"))\n"
              "}\n"
              "complete -o filenames -F _zwasm zwasm\n");
}

void print_zsh(const std::vector<DeclaredCommand>& all) {
  std::printf("#compdef zwasm\n"
              "_zwasm() {\n"
              "  local -a commands options\n"
              "  case $words[CURRENT-1] in\n");
  for_each_choice(all, [](const std::string& name, const std::string& values) {
    std::printf("    %s) compadd -- %s; return ;;\n", name.c_str(), values.c_str());
  });
  std::printf("  esac\n"
              "  case $words[2] in\n");
  for (const DeclaredCommand& command : all) {
    const bool is_run = &command == &all[0];
    if (is_run) continue;  // also what is meant without a command: last
    std::printf("    %s)", command.row->name);
    if (const std::string choices = choices_of(command); !choices.empty()) {
      std::printf(" if (( CURRENT > 2 )) && [[ $PREFIX != -* ]]; then compadd -- %s; return; fi;",
                  choices.c_str());
    }
    std::printf(" options=(");
    for (const Option& option : command.options) {
      if (option.is_positional()) continue;
      std::printf(" '%s:%s'", std::string(option.long_name()).c_str(),
                  quoted(option.description()).c_str());
    }
    std::printf(" ) ;;\n");
  }
  std::printf("    *) options=(");
  for (const Option& option : all[0].options) {
    std::printf(" '%s:%s'", std::string(option.long_name()).c_str(),
                quoted(option.description()).c_str());
  }
  std::printf(" ) ;;\n"
              "  esac\n"
              "  if (( CURRENT == 2 )); then\n"
              "    commands=(\n");
  for (const DeclaredCommand& command : all) {
    std::printf("      '%s:%s'\n", command.row->name, quoted(command.row->summary).c_str());
  }
  std::printf("    )\n"
              "    _describe command commands\n"
              "  fi\n"
              "  _describe option options\n"
              "  _files\n"
              "}\n"
              "if [[ $funcstack[1] == _zwasm ]]; then\n"
              "  _zwasm \"$@\"\n"
              "else\n"
              "  compdef _zwasm zwasm\n"
              "fi\n");
}

void print_fish(const std::vector<DeclaredCommand>& all) {
  std::string names;
  for (const DeclaredCommand& command : all) {
    names += std::string(names.empty() ? "" : " ") + command.row->name;
  }
  for (const DeclaredCommand& command : all) {
    const char* name = command.row->name;
    std::printf("complete -c zwasm -n __fish_use_subcommand -a %s -d '%s'\n", name,
                quoted(command.row->summary).c_str());
    // The first one is also meant where there is no command.
    const std::string condition =
        &command == &all[0]
            ? std::string("not __fish_seen_subcommand_from ") + names.substr(names.find(' ') + 1)
            : std::string("__fish_seen_subcommand_from ") + name;
    for (const Option& option : command.options) {
      std::printf("complete -c zwasm -n '%s'", condition.c_str());
      if (!option.is_positional()) {
        std::printf(" -l %s", std::string(option.long_name()).c_str() + 2);
        const std::string_view spelled = option.names();
        if (spelled.size() > 2 && spelled[2] == ',') std::printf(" -s %c", spelled[1]);
        if (option.takes_value()) std::printf(option.values().empty() ? " -r" : " -x");
      }
      if (!option.values().empty()) {
        std::printf("%s -a '%s'", option.is_positional() ? " -f" : "", option.values().c_str());
      }
      std::printf(" -d '%s'\n", quoted(option.description()).c_str());
    }
  }
}

class Completion final : public Command {
 public:
  void declare(Options& options) override {
    options.add_option("SHELL", shell_, "bash, zsh or fish")
        .values("bash zsh fish")
        .required();
  }

  int execute() override {
    const auto all = declared_commands();
    if (shell_ == "bash") {
      print_bash(all);
    } else if (shell_ == "zsh") {
      print_zsh(all);
    } else if (shell_ == "fish") {
      print_fish(all);
    } else {
      throw UsageError{"'" + shell_ + "' is not a shell known here; use bash, zsh or fish"};
    }
    return exit_success;
  }

 private:
  std::string shell_;
};

}  // namespace

std::unique_ptr<Command> make_completion() { return std::make_unique<Completion>(); }

}  // namespace zwasm::cli
