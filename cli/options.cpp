#include "options.hpp"

// What this program checks of files, it checks itself; std::filesystem would come along otherwise.
#define CLI11_HAS_FILESYSTEM 0
#include <CLI/CLI.hpp>

#include <algorithm>
#include <set>
#include <span>

#include "command.hpp"
#include "report.hpp"

namespace zwasm::cli {
namespace {

/// How CLI11 hands over the values of an option that is not a flag.
CLI::callback_t store_in(const Option::Target& target) {
  if (const auto* single = std::get_if<std::string*>(&target)) {
    return [value = *single](const CLI::results_t& results) {
      *value = results.back();
      return true;
    };
  }
  if (const auto* optional = std::get_if<std::optional<std::string>*>(&target)) {
    return [value = *optional](const CLI::results_t& results) {
      *value = results.back();
      return true;
    };
  }
  return [values = std::get<std::vector<std::string>*>(target)](const CLI::results_t& results) {
    *values = results;
    return true;
  };
}

/// For CLI11, a default value in braces makes a flag of an option that takes values only behind an
/// equals sign.
std::string with_plain_value(const Option& option) {
  return std::string(option.names()) + "{" + option.plain_value() + "}";
}

/// Says of such an option, in the help text, what may stand behind the equals sign.
void show_optional_values(std::string& help, const std::vector<Option>& all) {
  for (const Option& option : all) {
    if (option.plain_value() == nullptr) continue;
    const std::string internal = with_plain_value(option);
    const size_t at = help.find(internal);
    if (at == help.npos) continue;
    std::string shown = std::string(option.names()) + "[=" + option.type_name() + "]";
    const size_t column = help.find_first_not_of(' ', at + internal.size());
    const size_t width = column == help.npos ? 0 : column - at;
    if (shown.size() < width) shown.resize(width, ' ');
    help.replace(at, width, shown);
  }
}

void declare(CLI::App& app, const Option& option) {
  CLI::Option* declared;
  if (bool* const* flag = std::get_if<bool*>(&option.target())) {
    declared = app.add_flag(option.names(), **flag, option.description());
  } else if (option.plain_value() != nullptr) {
    declared = app.add_flag(with_plain_value(option), *std::get<std::string*>(option.target()),
                            option.description());
  } else {
    declared = app.add_option(option.names(), store_in(option.target()), option.description());
    declared->type_name(option.type_name());
    if (std::holds_alternative<std::vector<std::string>*>(option.target())) {
      declared->expected(CLI::detail::expected_max_vector_size);
      declared->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
      declared->allow_extra_args(option.is_positional());
    }
    declared->required(option.is_required());
  }
  declared->group(option.group());
}

const Option* find_option(const std::vector<Option>& all, std::string_view name) {
  for (const Option& option : all) {
    const std::string_view names = option.names();
    if (option.long_name() == name) return &option;
    if (name.size() == 2 && names.starts_with(name) && names.size() > 2 && names[2] == ',') {
      return &option;
    }
  }
  return nullptr;
}

/// The arguments as CLI11 understands them: for it, "--name=" has no value, and a flag may have
/// one. With `has_rest`, what begins with the first argument that is no option is left alone.
std::vector<std::string> prepared(const std::vector<Option>& all, bool has_rest,
                                  std::span<char* const> arguments, const std::string& see_help) {
  std::vector<std::string> result;
  std::set<const Option*> used;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    const bool is_option = argument.size() > 1 && argument.starts_with('-');
    if (argument == "--" || (!is_option && has_rest)) {
      result.insert(result.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i),
                    arguments.end());
      break;
    }
    result.emplace_back(argument);
    if (!is_option) continue;
    const size_t equals = argument.find('=');
    const Option* option = find_option(all, argument.substr(0, equals));
    if (option == nullptr) continue;
    if (option->is_only_once() && !used.insert(option).second) {
      throw UsageError{std::string(option->long_name()) + ": can be given only once"};
    }
    if (equals == argument.npos) {
      if (option->takes_value() && i + 1 < arguments.size()) result.emplace_back(arguments[++i]);
    } else if (std::holds_alternative<bool*>(option->target())) {
      throw UsageError{std::string(argument.substr(0, equals)) + " takes no value" + see_help};
    } else if (equals + 1 == argument.size() && option->takes_value()) {
      result.back().pop_back();
      result.emplace_back();
    }
  }
  return result;
}

/// Complains of the first argument that no option and no positional argument takes.
void refuse_remaining(const CLI::App& app, const std::string& see_help) {
  for (const std::string& argument : app.remaining()) {
    if (argument == "--") continue;
    if (argument.size() > 1 && argument.starts_with('-')) {
      throw UsageError{"unknown option " + shortened(argument) + see_help};
    }
    throw UsageError{"unexpected argument " + echo(argument) + see_help};
  }
}

}  // namespace

std::string_view Option::long_name() const {
  const std::string_view names = names_;
  const size_t at = names.find("--");
  return at == names.npos ? std::string_view() : names.substr(at);
}

Options::Options() { add_flag("-h,--help", help_, "Print this help message and exit"); }

Option& Options::add_flag(const char* names, bool& value, const char* description) {
  return all_.emplace_back(names, &value, description);
}

Option& Options::add_option(const char* names, std::string& value, const char* description) {
  return all_.emplace_back(names, &value, description);
}

Option& Options::add_option(const char* names, std::optional<std::string>& value,
                            const char* description) {
  return all_.emplace_back(names, &value, description);
}

Option& Options::add_option(const char* names, std::vector<std::string>& values,
                            const char* description) {
  return all_.emplace_back(names, &values, description);
}

void Options::take_rest(std::vector<std::string>& rest, const char* usage, const char* footer) {
  rest_ = &rest;
  rest_usage_ = usage;
  footer_ = footer;
}

std::optional<std::string> Options::parse(const std::string& program, const char* summary, int argc,
                                          char** argv) const {
  CLI::App app(summary, program);
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  app.prefix_command(rest_ != nullptr);
  app.allow_extras();
  app.footer(footer_);
  app.set_help_flag(all_[0].names(), all_[0].description());
  for (size_t i = 1; i < all_.size(); ++i) declare(app, all_[i]);
  const std::string see_help = " (see " + program + " --help)";
  std::vector<std::string> arguments = prepared(
      all_, rest_ != nullptr, {argv + 1, static_cast<size_t>(argc - 1)}, see_help);
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the end
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    std::string help = app.help();
    // CLI11 does not know what follows the options.
    const std::string_view options = "[OPTIONS]";
    if (const size_t at = help.find(options); rest_ != nullptr && at != help.npos) {
      help.insert(at + options.size(), std::string(" ") + rest_usage_);
    }
    show_optional_values(help, all_);
    return help;
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string_view message = error.what();
    throw UsageError{std::string(message.substr(0, message.find(':'))) + ": the value is missing" +
                     see_help};
  } catch (const CLI::ParseError& error) {
    // What is unknown may be why something else is missing.
    if (rest_ == nullptr) refuse_remaining(app, see_help);
    std::string message = error.what();
    if (const size_t end = message.find('\n'); end != message.npos) message.resize(end);
    throw UsageError{message + see_help};
  }
  if (rest_ != nullptr) {
    *rest_ = app.remaining();
  } else {
    refuse_remaining(app, see_help);
  }
  return std::nullopt;
}

}  // namespace zwasm::cli
