#include "options.hpp"

#include <CLI/CLI.hpp>

#include "command.hpp"

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

void declare(CLI::App& app, const Option& option) {
  CLI::Option* declared;
  if (bool* const* flag = std::get_if<bool*>(&option.target())) {
    declared = app.add_flag(option.names(), **flag, option.description());
  } else if (option.plain_value() != nullptr) {
    // A default value in braces makes CLI11 take values only behind an equals sign.
    const std::string names = std::string(option.names()) + "{" + option.plain_value() + "}";
    declared = app.add_flag(names, *std::get<std::string*>(option.target()), option.description());
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
  app.footer(footer_);
  app.set_help_flag(all_[0].names(), all_[0].description());
  for (size_t i = 1; i < all_.size(); ++i) declare(app, all_[i]);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::string help = app.help();
    // CLI11 does not know what follows the options.
    const std::string_view options = "[OPTIONS]";
    if (const size_t at = help.find(options); rest_ != nullptr && at != help.npos) {
      help.insert(at + options.size(), std::string(" ") + rest_usage_);
    }
    return help;
  } catch (const CLI::ParseError& error) {
    std::string message = error.what();
    if (const size_t end = message.find('\n'); end != message.npos) message.resize(end);
    throw UsageError{message + " (see " + program + " --help)"};
  }
  if (rest_ != nullptr) *rest_ = app.remaining();
  return std::nullopt;
}

}  // namespace zwasm::cli
