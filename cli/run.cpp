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
#include "time_limit.hpp"
#include "trace.hpp"
#include "values.hpp"
#include "wasi/host.hpp"
#include "wasi/p1/functions.hpp"
#include "wasi/threads.hpp"

extern char** environ;

namespace zwasm::cli {
namespace {

/// "HOST[::GUEST][:ro|:rw]".
struct DirectoryGrant {
  std::string host;
  std::string guest;
  bool read_only = false;
};

/// The first of `separator` in `text` from `start` that no backslash precedes.
size_t find_separator(std::string_view text, std::string_view separator, size_t start = 0) {
  for (size_t at = start; (at = text.find(separator, at)) != text.npos; ++at) {
    if (at == 0 || text[at - 1] != '\\') return at;
  }
  return text.npos;
}

/// A path of --dir, in which a backslash makes the colon behind it one of the path.
std::string unescaped(std::string_view text) {
  std::string path;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size() || text[i + 1] != ':') path += text[i];
  }
  return path;
}

/// Behind "::", a colon begins the suffix. Without it, a single colon separates HOST and GUEST,
/// unless what follows is a suffix; a GUEST that could be a misspelled one needs "::".
DirectoryGrant parse_directory(const std::string& whole) {
  const auto fail = [&](const std::string& why) {
    return UsageError{"--dir: " + echo(whole) + why};
  };
  std::string_view text = whole;
  DirectoryGrant grant;
  for (const std::string_view suffix : {":ro", ":rw"}) {
    if (text.ends_with(suffix) && !text.ends_with("\\" + std::string(suffix))) {
      grant.read_only = suffix == ":ro";
      text.remove_suffix(suffix.size());
      break;
    }
  }
  const bool has_suffix = text.size() != whole.size();
  size_t separator = find_separator(text, "::");
  const size_t length = separator == text.npos ? 1 : 2;
  if (separator == text.npos) separator = find_separator(text, ":");
  const std::string_view host = text.substr(0, separator);
  const std::string_view guest = separator == text.npos ? host : text.substr(separator + length);
  if (host.empty() || guest.empty()) throw fail(" is not HOST[::GUEST][:ro|:rw]");
  if (separator != text.npos) {
    if (const size_t colon = find_separator(guest, ":"); colon != guest.npos) {
      throw fail((has_suffix ? ": there is a colon in GUEST"
                             : ": " + echo(guest.substr(colon)) + " is neither :ro nor :rw") +
                 " (\\: is a colon of a path)");
    }
    if (length == 1 && !guest.starts_with('/') && !guest.starts_with('.')) {
      throw fail(": " + echo(guest) +
                 " is neither ro nor rw; as a GUEST, it must begin with / or . or follow ::");
    }
  }
  grant.host = unescaped(host);
  grant.guest = unescaped(guest);
  return grant;
}

/// "NAME=FILE".
struct Preload {
  std::string name;
  std::string file;
  Ref<CompiledModule> module;
};

Preload parse_preload(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    throw UsageError{"--preload: " + echo(text) + " is not NAME=FILE"};
  }
  return {text.substr(0, equals), text.substr(equals + 1), {}};
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
        .type_name("NAME[=a,b]")
        .only_once();
    options
        .add_option("--dir", directories_, "Let the guest see a directory, as GUEST; :ro read-only")
        .type_name("HOST[::GUEST][:ro|:rw]")
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
    options.add_flag("--wasi-threads", wasi_threads_, "Let the guest start threads (wasi-threads)")
        .group("WASI");
    options.add_option("--preload", preloads_, "Instantiate a module first, for imports from NAME")
        .type_name("NAME=FILE")
        .group("Linking");
    options
        .add_option("--unknown-imports", unknown_imports_,
                    "error (the default), or trap when such a function is called")
        .type_name("trap|error")
        .values("trap error")
        .group("Linking");
    engine_.declare(options);
    options.add_option("--fuel", fuel_, "Instructions that may be executed")
        .type_name("N")
        .group("Limits");
    options
        .add_option("--timeout", timeout_, "Time that all may take: milliseconds, or 1.5s, 10m, 1h")
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
        .type_name("json")
        .group("Diagnostics");
    options
        .add_option("--trace", traces_,
                    "Log to standard error: wasi, calls (across the host's boundary), memory "
                    "(growing), lower, phases")
        .type_name("WHAT[,WHAT]")
        .values("wasi calls memory lower phases")
        .group("Diagnostics");
  }

  int execute() override {
    take_rest();
    // All of the command line is checked before anything is read or run.
    Plan plan = make_plan();
    Engine engine(plan.config);
    Store store = engine.make_store();
    TimeLimit time_limit;  // not longer than the store
    if (timeout_) {
      time_limit_ = &time_limit;
      const auto status = time_limit.start(plan.timeout, file_, trap_exit_code_);
      if (!status.ok()) return tell(file_, status.error());
    }
    Ref<CompiledModule> module;
    const uint64_t start = os::monotonic_now();
    if (const int code = compile(engine, file_, {}, module); code != exit_success) return code;
    trace_.phase("compiled", start);
    if (const int code = prepare_invoke(*module); code != exit_success) return code;

    wasi::Host host;
    if (const int code = set_up(host, plan.grants); code != exit_success) return code;
    if (plan.config.fuel) store.set_fuel(plan.fuel);
    fuel_given_ = store.fuel();
    trace_.watch(store);
    std::vector<Preload> preloads = std::move(plan.preloads);  // modules go before the engine
    for (Preload& item : preloads) {
      const int code = compile(engine, item.file, item.name, item.module);
      if (code != exit_success) return code;
    }
    if (timeout_) {
      const auto status = time_limit.watch(store);
      if (!status.ok()) return tell(file_, status.error());
    }
    begin_work("running", file_, trap_exit_code_);
    Linker linker;
    if (unknown_imports_ == "trap") linker.set_unknown_imports(UnknownImports::trap);
    wasi::p1::define(linker, host);
    if (const int code = link(preloads, linker, store); code != exit_success) return code;
    return instantiate_and_run(module, preloads, linker, store);
  }

 private:
  enum class Stats : uint8_t { none, text, json };

  /// What the options ask for, parsed.
  struct Plan {
    Config config;
    uint64_t fuel = 0;
    uint64_t timeout = 0;
    std::vector<DirectoryGrant> grants;
    std::vector<Preload> preloads;
  };

  /// Checks all options; throws UsageError.
  Plan make_plan() {
    Plan plan;
    plan.config = engine_.config();
    if (fuel_) plan.fuel = parse_count("--fuel", *fuel_);
    plan.config.fuel = fuel_.has_value();
    if (timeout_) plan.timeout = parse_duration("--timeout", *timeout_);
    if (trap_exit_code_text_) {
      const uint64_t code = parse_count("--trap-exit-code", *trap_exit_code_text_);
      if (code > 255) throw UsageError{"--trap-exit-code: must be between 0 and 255"};
      trap_exit_code_ = static_cast<int>(code);
    }
    parse_stats();
    for (const std::string& list : traces_) trace_.add(list);
    if (unknown_imports_ && *unknown_imports_ != "trap" && *unknown_imports_ != "error") {
      throw UsageError{"--unknown-imports: " + echo(*unknown_imports_) +
                       " is neither trap nor error"};
    }
    check_guest_options();
    for (const std::string& text : directories_) plan.grants.push_back(parse_directory(text));
    for (const std::string& text : preloads_) plan.preloads.push_back(parse_preload(text));
    return plan;
  }

  void check_guest_options() const {
    for (const std::string& variable : variables_) {
      if (variable.empty() || variable.starts_with('=')) {
        throw UsageError{"--env: " + echo(variable) + " is not NAME[=VALUE]"};
      }
    }
    for (const std::string& address : listeners_) {
      if (wasi::Host::is_tcp_address(address)) continue;
      throw UsageError{"--tcplisten: " + echo(address) +
                       " is not ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080"};
    }
  }

  int compile(Engine& engine, const std::string& file, const std::string& name,
              Ref<CompiledModule>& module) const {
    begin_work("compiling", file, trap_exit_code_);
    auto compiled = engine.compile_file(file.c_str(), name);
    if (!compiled.ok()) return tell(file, compiled.error());
    module = *compiled;
    return exit_success;
  }

  int link(const std::vector<Preload>& preloads, Linker& linker, Store& store) {
    for (const Preload& item : preloads) {
      auto instance = linker.instantiate(store, item.module);
      if (!instance.ok()) return failed(store, instance.error(), item.file);
      linker.define_instance(item.name, **instance);
    }
    return exit_success;
  }

  int instantiate_and_run(const Ref<CompiledModule>& module, const std::vector<Preload>& preloads,
                          Linker& linker, Store& store) {
    wasi::Threads threads(store, linker);
    if (wasi_threads_) {
      for (const Preload& item : preloads) threads.add_library(item.name, item.module);
      const auto status = threads.define(module);
      if (!status.ok()) return failed(store, status.error());
    }
    const uint64_t instantiating = os::monotonic_now();
    threads_ = &threads;
    auto instance = linker.instantiate(store, module);
    trace_.phase("instantiated", instantiating);
    const uint64_t running = os::monotonic_now();
    int code = instance.ok() ? run(store, **instance) : failed(store, instance.error());
    if (const Error* error = threads.stop(); error != nullptr && !failed_) {
      code = failed(threads.failed_store(), *error);
    }
    threads_ = nullptr;
    trace_.phase("ran", running);
    if (stats_format_ != Stats::none) {
      print_stats(*module, running - instantiating, os::monotonic_now() - running, store);
    }
    return code;
  }

  /// Splits what follows the options: FILE, ours directly behind it, the guest's arguments.
  void take_rest() {
    const std::vector<std::string>& rest = rest_;
    if (!rest.empty() && rest[0].starts_with('-') && rest[0] != "-" && rest[0] != "--") {
      throw UsageError{"unknown option " + shortened(rest[0]) + " (see zwasm run --help)"};
    }
    size_t next = 0;
    if (next < rest.size() && rest[next] == "--") ++next;
    if (next == rest.size()) throw UsageError{"no module given (see zwasm run --help)"};
    file_ = rest[next++];
    while (next < rest.size()) {
      if (rest[next] == "--allow-all") {
        allow_all_ = true;
      } else if (rest[next] == "--invoke") {
        if (next + 1 == rest.size()) {
          throw UsageError{"--invoke: which function? (see zwasm inspect)"};
        }
        set_invoke(rest[++next]);
      } else if (rest[next].starts_with("--invoke=")) {
        set_invoke(rest[next].substr(9));
      } else {
        break;
      }
      ++next;
    }
    if (next < rest.size() && rest[next] == "--") ++next;
    arguments_.assign(rest.begin() + static_cast<std::ptrdiff_t>(next), rest.end());
  }

  void set_invoke(const std::string& text) {
    if (invoke_) throw UsageError{"--invoke: can be given only once"};
    invoke_ = text;
  }

  void parse_stats() {
    if (stats_.empty()) return;
    if (stats_ != "json" && stats_ != "text") {
      throw UsageError{"--stats: " + echo(stats_) +
                       " is not a format; use --stats or --stats=json"};
    }
    stats_format_ = stats_ == "json" ? Stats::json : Stats::text;
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
    host.set_signals_broken_pipe(true);
    host.set_trace(trace_.wasi());
    host.add_argument(argv0_ ? *argv0_ : base_name(file_));
    for (const std::string& argument : arguments_) host.add_argument(argument);
    set_up_environment(host);
    std::vector<DirectoryGrant> all = grants;
    if (allow_all_) {
      all.push_back({".", ".", false});
      all.push_back({"/", "/", false});
    }
    for (const DirectoryGrant& grant : all) {
      auto status = host.add_preopen(grant.host.c_str(), grant.guest, grant.read_only);
      if (!status.ok()) return tell("--dir", status.error());
    }
    for (const std::string& address : listeners_) {
      auto status = host.listen_tcp(address);
      if (!status.ok()) return tell("--tcplisten", status.error());
    }
    return exit_success;
  }

  /// Says what went wrong, once: not if the time limit has begun to say so.
  int tell(const std::string& what, const Error& error) const {
    if (time_limit_ != nullptr && error.kind != ErrorKind::exit) time_limit_->before_report();
    return report(what, error, trap_exit_code_);
  }

  /// Reports how running the module failed. If that was by another of the guest's threads, then
  /// `error` is only that this one was stopped.
  int failed(const Store& store, const Error& error) {
    failed_ = true;
    const Error* other = threads_ != nullptr ? threads_->stop() : nullptr;
    if (other != nullptr) return failed(threads_->failed_store(), *other, file_);
    return failed(store, error, file_);
  }

  int failed(const Store& store, const Error& error, const std::string& file) const {
    const int code = tell(file, explained(store, error));
    if (backtrace_ && !store.backtrace().empty()) {
      std::fputs(to_string(store.backtrace()).c_str(), stderr);
    }
    return code;
  }

  /// The error with which limit it was, where it happened, or what could be done about it.
  Error explained(const Store& store, const Error& error) const {
    Error result = error;
    if (error.kind == ErrorKind::exhaustion) {
      if (error.trap == TrapKind::interrupted && time_limit_ != nullptr) {
        result.message += ": " + time_limit_->message();
      } else if (error.trap == TrapKind::out_of_fuel && fuel_) {
        result.message += " (limit " + *fuel_ + ")";
      } else if (error.trap == TrapKind::memory_limit) {
        result.message += " (see --max-memory)";
      } else if (error.trap == TrapKind::table_limit) {
        result.message += " (see --max-table-elements)";
      }
    }
    const Backtrace& backtrace = store.backtrace();
    const bool stopped = error.kind == ErrorKind::trap || error.kind == ErrorKind::exhaustion ||
                         error.kind == ErrorKind::exception;
    if (stopped && !backtrace.empty()) {
      const BacktraceFrame& frame = backtrace.frames[0];
      result.message += format(" in %s at 0x%x", frame.label().c_str(), frame.offset);
    }
    if (error.kind == ErrorKind::unlinkable && error.message.starts_with("unknown import")) {
      const auto names = [&](const char* text) {
        return error.message.find(text) != std::string::npos;
      };
      result.message += !ZWASM_WASI && names("\"wasi") ? " (WASI is not part of this build)"
                        : names("\"thread-spawn\"")   ? " (see --wasi-threads)"
                            : " (see --preload and --unknown-imports)";
    }
    return result;
  }

  int run(Store& store, Instance& instance) {
    if (const FuncRef* initialize = instance.exported_func("_initialize")) {
      const FuncType& type = store.type_of(*initialize);
      if (type.params.empty() && type.results.empty()) {
        if (const auto code = call(store, "_initialize", *initialize)) return *code;
        if (!invoke_) return exit_success;
      }
    }
    if (invoke_) return invoke(store, instance);
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
    return call(store, "_start", *start).value_or(exit_success);
  }

  /// Calls an export; `results` are as many as it has. Nothing if it returned; otherwise the exit
  /// code of what ended it, which may be 0, too.
  std::optional<int> call(Store& store, const std::string& name, const FuncRef& function,
                          std::span<const Value> arguments = {}, std::span<Value> results = {}) {
    trace_.export_call(name, arguments);
    const auto status = store.call(function, arguments, results);
    trace_.export_return(name, results, status.ok() ? nullptr : &status.error());
    if (status.ok()) return std::nullopt;
    return failed(store, status.error());
  }

  /// Finds out what --invoke calls, and checks the arguments: before anything is executed.
  int prepare_invoke(const CompiledModule& compiled) {
    if (!invoke_) return exit_success;
    const Module& module = compiled.module();
    const auto find = [&](const std::string& name) -> const Export* {
      for (const Export& item : module.exports) {
        if (item.kind == ExternKind::func && item.name == name) return &item;
      }
      return nullptr;
    };
    const Export* found = find(*invoke_);
    std::vector<std::string> texts;
    // NAME=a,b gives the arguments; otherwise they are what would be the guest's. The name may have
    // an equals sign, too.
    size_t equals = found == nullptr ? invoke_->rfind('=') : std::string::npos;
    const bool has_arguments = equals != std::string::npos;
    for (size_t at = equals; found == nullptr && at != std::string::npos;
         at = at == 0 ? std::string::npos : invoke_->rfind('=', at - 1)) {
      equals = at;
      found = find(invoke_->substr(0, at));
    }
    if (has_arguments) {
      texts = split_list(std::string_view(*invoke_).substr(equals + 1));
      invoke_->resize(equals);
    } else {
      texts.swap(arguments_);
    }
    if (found == nullptr) {
      return complain(
          file_ + ": no function " + echo(*invoke_) + " is exported (see zwasm inspect)",
          exit_failure);
    }
    const FuncType& type = module.func_type(FuncIndex{found->index});
    const std::string name = shortened(*invoke_);
    if (texts.size() != type.params.size()) {
      throw UsageError{format("--invoke %s: needs %s, given %zu (its type is %s)", name.c_str(),
                              count_of(type.params.size(), "argument").c_str(), texts.size(),
                              to_string(type).c_str())};
    }
    for (size_t i = 0; i < texts.size(); ++i) {
      const auto value = parse_value(texts[i], type.params[i]);
      if (!value) {
        throw UsageError{format("--invoke %s: argument %zu, %s, is no %s (its type is %s)",
                                name.c_str(), i + 1, echo(texts[i]).c_str(),
                                to_string(type.params[i]).c_str(), to_string(type).c_str())};
      }
      invoke_arguments_.push_back(*value);
    }
    return exit_success;
  }

  int invoke(Store& store, Instance& instance) {
    const FuncRef& function = *instance.exported_func(*invoke_);  // prepare_invoke saw it
    std::vector<Value> results(store.type_of(function).results.size());
    if (const auto code = call(store, *invoke_, function, invoke_arguments_, results)) {
      return *code;
    }
    for (const Value& value : results) {
      std::printf("%s\n", to_text(value, store.runtime().types).c_str());
    }
    return exit_success;
  }

  void print_stats(const CompiledModule& module, uint64_t instantiate_ns, uint64_t run_ns,
                   const Store& store) const {
    const ModuleStats stats = module.stats();
    const auto ms = [](uint64_t ns) { return static_cast<double>(ns) / 1e6; };
    const gc::HeapStats heap = store.heap_stats();
    const uint64_t fuel_used = fuel_ ? fuel_given_ - store.fuel() : 0;
    const char* pattern =
        stats_format_ == Stats::json
            ? "{\"text_ms\": %.3f, \"decode_ms\": %.3f, \"validate_ms\": %.3f, "
              "\"lower_ms\": %.3f, \"instantiate_ms\": %.3f, \"run_ms\": %.3f, "
              "\"module_bytes\": %llu, \"functions\": %llu, \"functions_lowered\": %llu, "
              "\"ir_bytes\": %llu, \"memory_bytes\": %llu, \"peak_resident_bytes\": %llu, "
              "\"fuel_used\": %llu, \"gc_collections\": %llu, \"gc_pause_ms\": %.3f, "
              "\"gc_longest_pause_ms\": %.3f, \"gc_allocated_bytes\": %llu, "
              "\"gc_live_bytes\": %llu, \"gc_peak_bytes\": %llu}\n"
            : "text         %10.3f ms\ndecode       %10.3f ms\nvalidate     %10.3f ms\n"
              "lower        %10.3f ms\ninstantiate  %10.3f ms\nrun          %10.3f ms\n"
              "module       %10llu bytes\nfunctions    %10llu\nlowered      %10llu\n"
              "register IR  %10llu bytes\nmemories     %10llu bytes\npeak RSS     %10llu bytes\n"
              "fuel used    %10llu\n"
              "collections  %10llu\npauses       %10.3f ms\nlongest      %10.3f ms\n"
              "allocated    %10llu bytes\nlive         %10llu bytes\npeak heap    %10llu bytes\n";
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
                 static_cast<unsigned long long>(fuel_used),
                 static_cast<unsigned long long>(heap.collections), ms(heap.total_pause_ns),
                 ms(heap.max_pause_ns), static_cast<unsigned long long>(heap.allocated_bytes),
                 static_cast<unsigned long long>(heap.live_bytes),
                 static_cast<unsigned long long>(heap.peak_bytes));
#pragma GCC diagnostic pop
  }

  EngineOptions engine_;
  std::vector<std::string> rest_;
  std::string file_;
  std::vector<std::string> arguments_;
  std::optional<std::string> invoke_;
  std::vector<Value> invoke_arguments_;
  std::vector<std::string> directories_, variables_, listeners_, preloads_, traces_;
  bool inherit_environment_ = false, allow_all_ = false, backtrace_ = false;
  bool wasi_threads_ = false, failed_ = false;
  std::optional<std::string> argv0_, unknown_imports_, fuel_, timeout_, trap_exit_code_text_;
  std::string stats_;
  int trap_exit_code_ = exit_trap;
  uint64_t fuel_given_ = 0;
  TimeLimit* time_limit_ = nullptr;
  wasi::Threads* threads_ = nullptr;  ///< while the module is instantiated and runs
  Stats stats_format_ = Stats::none;
  Trace trace_;
};

}  // namespace

std::unique_ptr<Command> make_run() { return std::make_unique<Run>(); }

}  // namespace zwasm::cli
