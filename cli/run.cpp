// zwasm [run] FILE [ARGS...]: run a WASI program, or call an export.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "command.hpp"
#include "engine/engine.hpp"
#include "engine_options.hpp"
#include "os/clock.hpp"
#include "os/process.hpp"
#include "report.hpp"
#include "values.hpp"
#include "wasi/host.hpp"
#include "wasi/p1/functions.hpp"

extern char** environ;

namespace zwasm::cli {
namespace {

/// "HOST[::GUEST][:ro]"; a single colon separates, too, unless it belongs to the suffix.
struct DirectoryGrant {
  std::string host;
  std::string guest;
  bool read_only = false;
};

DirectoryGrant parse_directory(std::string text) {
  DirectoryGrant grant;
  if (text.ends_with(":ro")) {
    grant.read_only = true;
    text.resize(text.size() - 3);
  }
  size_t separator = text.find("::");
  size_t length = 2;
  if (separator == std::string::npos) {
    separator = text.find(':');
    length = 1;
  }
  grant.host = text.substr(0, separator);
  grant.guest = separator == std::string::npos ? grant.host : text.substr(separator + length);
  if (grant.host.empty() || grant.guest.empty()) {
    throw UsageError{"--dir: '" + text + "' is not HOST[::GUEST][:ro]"};
  }
  return grant;
}

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

class Run final : public Command {
 public:
  void declare(Options& options) override {
    options.take_rest(
        rest_, "FILE [ARGS...]",
        "FILE is a module, binary or text; - is standard input. What follows it is the guest's,\n"
        "but for --allow-all and --invoke NAME ARGS directly behind it, and one -- after them.");
    options
        .add_option("--invoke", invoke_,
                    "Call this export with ARGS, or with those after '=', and print its results")
        .type_name("NAME[=a,b]");
    options
        .add_option("--dir", directories_, "Let the guest see a directory, as GUEST; :ro read-only")
        .type_name("HOST[::GUEST][:ro]")
        .group("WASI");
    options
        .add_option("--env", variables_, "Set an environment variable; without value, pass it on")
        .type_name("NAME[=VALUE]")
        .group("WASI");
    options.add_flag("--inherit-env", inherit_environment_, "Pass on the whole environment")
        .group("WASI");
    options
        .add_flag("--allow-all", allow_all_,
                  "Let the guest see all files (/ and the current directory) and the environment")
        .group("WASI");
    options.add_option("--argv0", argv0_, "The guest's program name (FILE without folders)")
        .type_name("NAME")
        .group("WASI");
    options.add_option("--tcplisten", listeners_, "Give the guest a listening TCP socket")
        .type_name("ADDRESS:PORT")
        .group("WASI");
    options.add_option("--preload", preloads_, "Instantiate a module first, for imports from NAME")
        .type_name("NAME=FILE")
        .group("Linking");
    options
        .add_option("--unknown-imports", unknown_imports_,
                    "error (the default), or trap when such a function is called")
        .type_name("trap|error")
        .group("Linking");
    engine_.declare(options);
    options.add_option("--fuel", fuel_, "Instructions that may be executed")
        .type_name("N")
        .group("Limits");
    options.add_option("--timeout", timeout_, "Time that may pass: milliseconds, or 2s, 1m")
        .type_name("TIME")
        .group("Limits");
    options.add_option("--trap-exit-code", trap_exit_code_text_, "Exit code of a trap (134)")
        .type_name("N")
        .group("Limits");
    options
        .add_flag("--backtrace", backtrace_, "After a trap, print all calls that had not returned")
        .group("Diagnostics");
    options
        .add_option("--stats", stats_,
                    "Afterwards, say on standard error what it took; --stats=json for machines")
        .value_if_plain("text")
        .group("Diagnostics");
    options.add_option("--trace", trace_, "Log to standard error: wasi (calls of the host), phases")
        .type_name("WHAT[,WHAT]")
        .group("Diagnostics");
  }

  int execute() override {
    take_rest();
    // All of the command line is checked before anything is read or run.
    Config config = engine_.config();
    const uint64_t fuel = fuel_.empty() ? 0 : parse_count("--fuel", fuel_);
    config.fuel = !fuel_.empty();
    const uint64_t timeout = timeout_.empty() ? 0 : parse_duration("--timeout", timeout_);
    if (!trap_exit_code_text_.empty()) {
      const uint64_t code = parse_count("--trap-exit-code", trap_exit_code_text_);
      if (code > 255) throw UsageError{"--trap-exit-code: must be between 0 and 255"};
      trap_exit_code_ = static_cast<int>(code);
    }
    parse_stats();
    parse_trace();
    std::vector<DirectoryGrant> grants;
    for (const std::string& text : directories_) grants.push_back(parse_directory(text));

    Engine engine(config);
    const uint64_t start = os::monotonic_now();
    auto module = engine.compile_file(file_.c_str());
    if (!module.ok()) return report(file_, module.error(), trap_exit_code_);
    trace_phase("compiled", start);

    wasi::Host host;
    if (const int code = set_up(host, grants); code != exit_success) return code;
    Store store = engine.make_store();
    if (config.fuel) store.set_fuel(fuel);
    if (timeout != 0 || !timeout_.empty()) {
      const auto status = store.set_deadline(os::monotonic_now() + timeout);
      if (!status.ok()) return report(file_, status.error());
    }
    Linker linker;
    if (unknown_imports_ == "trap") {
      linker.set_unknown_imports(UnknownImports::trap);
    } else if (!unknown_imports_.empty() && unknown_imports_ != "error") {
      throw UsageError{"--unknown-imports: '" + unknown_imports_ + "' is neither trap nor error"};
    }
    wasi::p1::define(linker, host);
    if (const int code = preload(engine, store, linker); code != exit_success) return code;

    const uint64_t instantiating = os::monotonic_now();
    auto instance = linker.instantiate(store, *module);
    trace_phase("instantiated", instantiating);
    const uint64_t running = os::monotonic_now();
    int code;
    if (instance.ok()) {
      code = run(store, **instance);
    } else {
      code = failed(store, instance.error());
    }
    trace_phase("ran", running);
    if (stats_format_ != Stats::none) {
      print_stats(**module, running - instantiating, os::monotonic_now() - running, store, fuel);
    }
    return code;
  }

 private:
  enum class Stats : uint8_t { none, text, json };

  /// Splits what follows the options: FILE, ours directly behind it, the guest's arguments.
  void take_rest() {
    const std::vector<std::string>& rest = rest_;
    if (!rest.empty() && rest[0].starts_with('-') && rest[0] != "-" && rest[0] != "--") {
      throw UsageError{"unknown option " + rest[0] + " (see zwasm run --help)"};
    }
    size_t next = 0;
    if (next < rest.size() && rest[next] == "--") ++next;
    if (next == rest.size()) throw UsageError{"no module given (see zwasm run --help)"};
    file_ = rest[next++];
    while (next < rest.size()) {
      if (rest[next] == "--allow-all") {
        allow_all_ = true;
      } else if (rest[next] == "--invoke" && invoke_.empty()) {
        if (next + 1 == rest.size())
          throw UsageError{"--invoke: which function? (see zwasm inspect)"};
        invoke_ = rest[++next];
      } else if (rest[next].starts_with("--invoke=") && invoke_.empty()) {
        invoke_ = rest[next].substr(9);
      } else {
        break;
      }
      ++next;
    }
    if (next < rest.size() && rest[next] == "--") ++next;
    arguments_.assign(rest.begin() + static_cast<std::ptrdiff_t>(next), rest.end());
    if (invoke_.empty()) return;
    // NAME=a,b gives the arguments; otherwise they are what would be the guest's.
    if (const size_t equals = invoke_.find('='); equals != std::string::npos) {
      std::string list = invoke_.substr(equals + 1);
      invoke_.resize(equals);
      while (!list.empty()) {
        const size_t comma = list.find(',');
        invoke_arguments_.push_back(list.substr(0, comma));
        list = comma == std::string::npos ? "" : list.substr(comma + 1);
      }
    } else {
      invoke_arguments_.swap(arguments_);
    }
  }

  void parse_stats() {
    if (stats_.empty()) return;
    if (stats_ != "json" && stats_ != "text") {
      throw UsageError{"--stats: '" + stats_ + "' is not a format; use --stats or --stats=json"};
    }
    stats_format_ = stats_ == "json" ? Stats::json : Stats::text;
  }

  void parse_trace() {
    std::string list = trace_;
    while (!list.empty()) {
      const size_t comma = list.find(',');
      const std::string what = list.substr(0, comma);
      list = comma == std::string::npos ? "" : list.substr(comma + 1);
      if (what == "wasi") {
        trace_wasi_ = true;
      } else if (what == "phases") {
        trace_phases_ = true;
      } else {
        throw UsageError{"--trace: '" + what + "' cannot be traced; use wasi, phases"};
      }
    }
  }

  /// A variable that is given more than once has its last value; --env goes before the inherited.
  void set_up_environment(wasi::Host& host) const {
    std::vector<std::string> entries;
    if (inherit_environment_ || allow_all_) {
      for (char** entry = environ; *entry != nullptr; ++entry) entries.push_back(*entry);
    }
    for (const std::string& variable : variables_) {
      std::string entry = variable;
      if (variable.find('=') == std::string::npos) {
        const char* value = std::getenv(variable.c_str());
        if (value == nullptr) continue;
        entry += std::string("=") + value;
      }
      const std::string name = entry.substr(0, entry.find('=') + 1);
      std::erase_if(entries, [&](const std::string& other) { return other.starts_with(name); });
      entries.push_back(std::move(entry));
    }
    for (const std::string& entry : entries) host.add_environment(entry);
  }

  int set_up(wasi::Host& host, const std::vector<DirectoryGrant>& grants) {
    host.inherit_stdio();
    host.set_trace(trace_wasi_);
    host.add_argument(argv0_.empty() ? base_name(file_) : argv0_);
    for (const std::string& argument : arguments_) host.add_argument(argument);
    set_up_environment(host);
    std::vector<DirectoryGrant> all = grants;
    if (allow_all_) {
      all.push_back({".", ".", false});
      all.push_back({"/", "/", false});
    }
    for (const DirectoryGrant& grant : all) {
      auto status = host.add_preopen(grant.host.c_str(), grant.guest, grant.read_only);
      if (!status.ok()) return report("--dir", status.error());
    }
    for (const std::string& address : listeners_) {
      auto status = host.listen_tcp(address);
      if (!status.ok()) return report("--tcplisten", status.error());
    }
    return exit_success;
  }

  int preload(Engine& engine, Store& store, Linker& linker) {
    for (const std::string& text : preloads_) {
      const size_t equals = text.find('=');
      if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
        throw UsageError{"--preload: '" + text + "' is not NAME=FILE"};
      }
      const std::string name = text.substr(0, equals);
      const std::string file = text.substr(equals + 1);
      auto module = engine.compile_file(file.c_str(), name);
      if (!module.ok()) return report(file, module.error(), trap_exit_code_);
      auto instance = linker.instantiate(store, *module);
      if (!instance.ok()) return report(file, instance.error(), trap_exit_code_);
      linker.define_instance(name, **instance);
    }
    return exit_success;
  }

  int failed(const Store& store, const Error& error) const {
    const int code = report(file_, located(store, error), trap_exit_code_);
    if (backtrace_ && !store.backtrace().empty()) {
      std::fputs(to_string(store.backtrace()).c_str(), stderr);
    }
    return code;
  }

  /// The error with where it happened, or what could be done about it.
  static Error located(const Store& store, const Error& error) {
    Error result = error;
    const Backtrace& backtrace = store.backtrace();
    const bool stopped = error.kind == ErrorKind::trap || error.kind == ErrorKind::exhaustion;
    if (stopped && !backtrace.empty()) {
      const BacktraceFrame& frame = backtrace.frames[0];
      const std::string name = frame.function.empty() ? format("function %u", frame.function_index)
                                                      : frame.function;
      result.message += format(" in %s at 0x%x", name.c_str(), frame.offset);
    }
    if (error.kind == ErrorKind::unlinkable && error.message.starts_with("unknown import")) {
      result.message += " (see --preload and --unknown-imports)";
    }
    return result;
  }

  int run(Store& store, Instance& instance) {
    if (const FuncRef* initialize = instance.exported_func("_initialize")) {
      const FuncType& type = store.type_of(*initialize);
      if (type.params.empty() && type.results.empty()) {
        const auto status = store.call(*initialize, {}, {});
        if (!status.ok()) return failed(store, status.error());
        if (invoke_.empty()) return exit_success;
      }
    }
    if (!invoke_.empty()) return invoke(store, instance);
    const FuncRef* start = instance.exported_func("_start");
    if (start == nullptr) {
      if (instance.module().module().has_start) return exit_success;
      return complain(file_ + ": no _start function is exported; use --invoke NAME to call another",
                      exit_failure);
    }
    const FuncType& type = store.type_of(*start);
    if (!type.params.empty() || !type.results.empty()) {
      return complain(file_ + ": _start has type " + to_string(type) +
                          ", not [] -> []; use --invoke _start to call it with arguments",
                      exit_failure);
    }
    const auto status = store.call(*start, {}, {});
    return status.ok() ? exit_success : failed(store, status.error());
  }

  int invoke(Store& store, Instance& instance) {
    const FuncRef* function = instance.exported_func(invoke_);
    if (function == nullptr) {
      return complain(file_ + ": no function '" + invoke_ + "' is exported (see zwasm inspect)",
                      exit_failure);
    }
    const FuncType& type = store.type_of(*function);
    if (invoke_arguments_.size() != type.params.size()) {
      throw UsageError{format("--invoke %s: needs %zu arguments, given %zu (its type is %s)",
                              invoke_.c_str(), type.params.size(), invoke_arguments_.size(),
                              to_string(type).c_str())};
    }
    std::vector<Value> arguments;
    for (size_t i = 0; i < type.params.size(); ++i) {
      const auto value = parse_value(invoke_arguments_[i], type.params[i]);
      if (!value) {
        throw UsageError{format("--invoke %s: argument %zu, '%s', is no %s", invoke_.c_str(), i + 1,
                                invoke_arguments_[i].c_str(), to_string(type.params[i]).c_str())};
      }
      arguments.push_back(*value);
    }
    std::vector<Value> results(type.results.size());
    const auto status = store.call(*function, arguments, results);
    if (!status.ok()) return failed(store, status.error());
    for (const Value& value : results) std::printf("%s\n", print_value(value).c_str());
    return exit_success;
  }

  void trace_phase(const char* what, uint64_t since) const {
    if (!trace_phases_) return;
    std::fprintf(stderr, "[phases] %s in %.3f ms\n", what,
                 static_cast<double>(os::monotonic_now() - since) / 1e6);
  }

  void print_stats(const CompiledModule& module, uint64_t instantiate_ns, uint64_t run_ns,
                   const Store& store, uint64_t fuel) const {
    const ModuleStats stats = module.stats();
    const auto ms = [](uint64_t ns) { return static_cast<double>(ns) / 1e6; };
    const uint64_t fuel_used = fuel_.empty() ? 0 : fuel - store.fuel();
    const char* pattern =
        stats_format_ == Stats::json
            ? "{\"text_ms\": %.3f, \"decode_ms\": %.3f, \"validate_ms\": %.3f, "
              "\"lower_ms\": %.3f, \"instantiate_ms\": %.3f, \"run_ms\": %.3f, "
              "\"module_bytes\": %llu, \"functions\": %llu, \"functions_lowered\": %llu, "
              "\"ir_bytes\": %llu, \"memory_bytes\": %llu, \"peak_resident_bytes\": %llu, "
              "\"fuel_used\": %llu}\n"
            : "text         %10.3f ms\ndecode       %10.3f ms\nvalidate     %10.3f ms\n"
              "lower        %10.3f ms\ninstantiate  %10.3f ms\nrun          %10.3f ms\n"
              "module       %10llu bytes\nfunctions    %10llu\nlowered      %10llu\n"
              "register IR  %10llu bytes\nmemories     %10llu bytes\npeak RSS     %10llu bytes\n"
              "fuel used    %10llu\n";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    std::fprintf(stderr, pattern, ms(stats.text_ns), ms(stats.decode_ns), ms(stats.validate_ns),
                 ms(stats.lower_ns), ms(instantiate_ns), ms(run_ns),
                 static_cast<unsigned long long>(stats.module_bytes),
                 static_cast<unsigned long long>(stats.functions),
                 static_cast<unsigned long long>(stats.functions_lowered),
                 static_cast<unsigned long long>(stats.cell_bytes),
                 static_cast<unsigned long long>(store.memory_bytes()),
                 static_cast<unsigned long long>(os::peak_resident_bytes()),
                 static_cast<unsigned long long>(fuel_used));
#pragma GCC diagnostic pop
  }

  EngineOptions engine_;
  std::vector<std::string> rest_;
  std::string file_;
  std::vector<std::string> arguments_;
  std::string invoke_;
  std::vector<std::string> invoke_arguments_;
  std::vector<std::string> directories_, variables_, listeners_, preloads_;
  bool inherit_environment_ = false, allow_all_ = false, backtrace_ = false;
  std::string argv0_, unknown_imports_, fuel_, timeout_, trap_exit_code_text_, stats_, trace_;
  int trap_exit_code_ = exit_trap;
  Stats stats_format_ = Stats::none;
  bool trace_wasi_ = false, trace_phases_ = false;
};

}  // namespace

std::unique_ptr<Command> make_run() { return std::make_unique<Run>(); }

}  // namespace zwasm::cli
