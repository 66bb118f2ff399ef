// zwasm completion SHELL: completion scripts, made from the commands' own declarations.
#include <cstdio>

#include "command.hpp"

namespace zwasm::cli {
namespace {

struct CommandOptions {
  const CommandRow* row;
  std::vector<std::pair<std::string, std::string>> options;  ///< "--name", description
};

std::vector<CommandOptions> all_options() {
  std::vector<CommandOptions> all;
  for (const CommandRow& row : commands()) {
    const auto command = row.make();
    Options options;
    command->declare(options);
    CommandOptions entry{&row, {}};
    for (const Option& option : options.all()) {
      if (!option.is_positional()) {
        entry.options.emplace_back(option.long_name(), option.description());
      }
    }
    all.push_back(std::move(entry));
  }
  return all;
}

/// For text between single quotes in a shell.
std::string quoted(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result;
}

void print_bash(const std::vector<CommandOptions>& all) {
  std::printf("_zwasm() {\n  local word=${COMP_WORDS[COMP_CWORD]} words\n"
              "  case ${COMP_WORDS[1]} in\n");
  std::string names;
  std::string run_options;
  for (const CommandOptions& entry : all) {
    names += std::string(names.empty() ? "" : " ") + entry.row->name;
    std::string words;
    for (const auto& [name, description] : entry.options)
      words += (words.empty() ? "" : " ") + name;
    if (entry.row->name == std::string("run")) run_options = words;
    std::printf("    %s) words='%s' ;;\n", entry.row->name, words.c_str());
  }
  std::printf("    *) words='%s' ;;\n  esac\n", run_options.c_str());
  std::printf("  if [ \"$COMP_CWORD\" -eq 1 ]; then words=\"%s $words\"; fi\n", names.c_str());
  std::printf("  COMPREPLY=($(compgen -W \"$words\" -- \"$word\") $(compgen -f -- \"$word\"))\n}\n"
              "complete -o filenames -F _zwasm zwasm\n");
}

void print_zsh(const std::vector<CommandOptions>& all) {
  std::printf("#compdef zwasm\n_zwasm() {\n  local -a words\n"
              "  if (( CURRENT == 2 )); then\n    words=(\n");
  for (const CommandOptions& entry : all) {
    std::printf("      '%s:%s'\n", entry.row->name, quoted(entry.row->summary).c_str());
  }
  std::printf("    )\n    _describe command words\n  fi\n  case $words[2] in\n");
  for (const CommandOptions& entry : all) {
    std::printf("    %s) words=(", entry.row->name);
    for (const auto& [name, description] : entry.options) {
      std::printf(" '%s:%s'", name.c_str(), quoted(description).c_str());
    }
    std::printf(" ) ;;\n");
  }
  std::printf("  esac\n  _describe option words\n  _files\n}\n_zwasm \"$@\"\n");
}

void print_fish(const std::vector<CommandOptions>& all) {
  for (const CommandOptions& entry : all) {
    std::printf("complete -c zwasm -n __fish_use_subcommand -a %s -d '%s'\n", entry.row->name,
                quoted(entry.row->summary).c_str());
    for (const auto& [name, description] : entry.options) {
      std::printf("complete -c zwasm -n '__fish_seen_subcommand_from %s' -l %s -d '%s'\n",
                  entry.row->name, name.c_str() + 2, quoted(description).c_str());
    }
  }
}

class Completion final : public Command {
 public:
  void declare(Options& options) override {
    options.add_option("SHELL", shell_, "bash, zsh or fish").required();
  }

  int execute() override {
    const auto all = all_options();
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
