// What a command declares of its command line, and the parser that fills it in. The one source that
// knows CLI11 is options.cpp: its headers are templates over streams and locales, which every file
// that includes them would get a copy of.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace zwasm::cli {

/// One option, flag or positional argument. The texts are literals of the command's source.
class Option {
 public:
  /// Where the value goes: a flag is set when it is given, a string has the last value that was
  /// given (an optional one tells an empty value from none), a list has all of them.
  using Target = std::variant<bool*, std::string*, std::optional<std::string>*,
                              std::vector<std::string>*>;

  Option(const char* names, Target target, const char* description)
      : names_(names), description_(description), target_(target) {}

  /// What stands for the value in help texts.
  Option& type_name(const char* name) {
    type_name_ = name;
    return *this;
  }
  /// The heading of the help text under which it is listed.
  Option& group(const char* name) {
    group_ = name;
    return *this;
  }
  /// The values that there are, separated by spaces: what shells offer.
  Option& values(std::string words) {
    values_ = std::move(words);
    return *this;
  }
  Option& required() {
    required_ = true;
    return *this;
  }
  /// A second use is an error; otherwise the last value counts.
  Option& only_once() {
    only_once_ = true;
    return *this;
  }
  /// A value is given only behind an equals sign; without one it is `value`. type_name() says what
  /// else it can be.
  Option& value_if_plain(const char* value) {
    plain_value_ = value;
    return *this;
  }

  /// "-q,--quiet", or the name of a positional argument.
  const char* names() const { return names_; }
  /// "--quiet"; empty for a positional argument.
  std::string_view long_name() const;
  bool is_positional() const { return names_[0] != '-'; }
  const Target& target() const { return target_; }
  const char* type_name() const { return type_name_; }
  const char* group() const { return group_; }
  const std::string& values() const { return values_; }
  const char* description() const { return description_; }
  bool is_required() const { return required_; }
  bool is_only_once() const { return only_once_; }
  const char* plain_value() const { return plain_value_; }
  /// Whether a value follows the name as an argument of its own.
  bool takes_value() const {
    return !std::holds_alternative<bool*>(target_) && plain_value_ == nullptr;
  }

 private:
  const char* names_;
  const char* description_;
  Target target_;
  const char* type_name_ = "TEXT";
  const char* group_ = "Options";
  const char* plain_value_ = nullptr;
  std::string values_;
  bool required_ = false;
  bool only_once_ = false;
};

/// The options of one command. --help is always among them, as the first.
class Options {
 public:
  Options();
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  /// The reference is good until the next option is added.
  Option& add_flag(const char* names, bool& value, const char* description);
  /// `names` without dashes is a positional argument.
  Option& add_option(const char* names, std::string& value, const char* description);
  Option& add_option(const char* names, std::optional<std::string>& value,
                     const char* description);
  /// Each use adds one value; a positional argument takes all that there are.
  Option& add_option(const char* names, std::vector<std::string>& values, const char* description);

  /// Options end at the first argument that is none; it and all behind it go to `rest`. `usage`
  /// stands for them in the help text, which ends with `footer`.
  void take_rest(std::vector<std::string>& rest, const char* usage, const char* footer);

  const std::vector<Option>& all() const { return all_; }

  /// Fills in the values. Returns the help text if that was asked for. Throws UsageError.
  std::optional<std::string> parse(const std::string& program, const char* summary, int argc,
                                   char** argv) const;

 private:
  std::vector<Option> all_;
  bool help_ = false;
  std::vector<std::string>* rest_ = nullptr;
  const char* rest_usage_ = "";
  const char* footer_ = "";
};

}  // namespace zwasm::cli
