// validate_bench [-n RUNS] FILE...: how fast function bodies are read and validated, on one core.
// For each module and for all together: megabytes of bodies per second of processor time, median of
// the runs.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "binary/instruction_reader.hpp"
#include "binary/module_decoder.hpp"
#include "validate/module_validator.hpp"

namespace {

using namespace zwasm;

struct Input {
  std::string name;
  std::vector<uint8_t> bytes;
  Module module;
  std::vector<CanonicalType> type_ids;
  std::vector<ModuleContext> context;  // one
  size_t body_bytes = 0;
};

[[noreturn]] void fail(const std::string& file, const std::string& message) {
  std::fprintf(stderr, "validate_bench: %s: %s\n", file.c_str(), message.c_str());
  std::exit(1);
}

uint64_t read_all(const Module& module) {
  InstructionReader reader;
  const Features features;
  uint64_t instructions = 0;
  for (const Code& code : module.codes) {
    reader.reset(code.body, features);
    Instruction instruction;
    while (!reader.at_end()) {
      if (!reader.next(instruction)) return 0;
      ++instructions;
    }
  }
  return instructions;
}

/// Processor time of this thread, which other load on the machine does not count into.
double processor_seconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

template <class Function>
double seconds(const Function& function) {
  const double begin = processor_seconds();
  function();
  return processor_seconds() - begin;
}

template <class Function>
double median_seconds(int runs, const Function& function) {
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) times.push_back(seconds(function));
  std::nth_element(times.begin(), times.begin() + runs / 2, times.end());
  return times[static_cast<size_t>(runs / 2)];
}

Input load(const char* path, TypeRegistry& registry) {
  Input input;
  input.name = path;
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(path, "cannot be read");
  input.bytes.assign(std::istreambuf_iterator<char>(file), {});
  Result<Module> module = decode_module(input.bytes, Features());
  if (!module.ok()) fail(path, module.error().message);
  input.module = std::move(module).value();
  input.type_ids.resize(input.module.types.size());
  Result<ModuleContext> context =
      validate_declarations(input.module, Features(), registry, input.type_ids);
  if (!context.ok()) fail(path, context.error().message);
  input.context.push_back(std::move(context).value());
  input.context[0].module = &input.module;
  for (const Code& code : input.module.codes) input.body_bytes += code.body.bytes.size();
  return input;
}

}  // namespace

int main(int argc, char** argv) {
  int runs = 11;
  int first = 1;
  if (argc > 2 && std::string(argv[1]) == "-n") {
    runs = std::max(1, std::atoi(argv[2]));
    first = 3;
  }
  if (first >= argc) {
    std::fprintf(stderr, "usage: validate_bench [-n RUNS] FILE...\n");
    return 2;
  }
  TypeRegistry registry;
  double total_mb = 0, total_read = 0, total_validate = 0;
  std::printf("%10s %9s %12s %12s  %s\n", "body MB", "bytes/op", "read MB/s", "+ valid MB/s",
              "file");
  for (int i = first; i < argc; ++i) {
    const Input input = load(argv[i], registry);
    uint64_t instructions = 0;
    const double read = median_seconds(runs, [&] { instructions = read_all(input.module); });
    const double validate = median_seconds(runs, [&] {
      const Status status = validate_bodies(input.context[0], 0, input.module.codes.size());
      if (!status.ok()) fail(input.name, status.error().message);
    });
    const double mb = static_cast<double>(input.body_bytes) / 1e6;
    std::printf("%10.3f %9.2f %12.0f %12.0f  %s\n", mb,
                static_cast<double>(input.body_bytes) /
                    static_cast<double>(std::max<uint64_t>(instructions, 1)),
                mb / read, mb / validate, input.name.c_str());
    total_mb += mb;
    total_read += read;
    total_validate += validate;
  }
  std::printf("%10.3f %9s %12.0f %12.0f  all\n", total_mb, "", total_mb / total_read,
              total_mb / total_validate);
  return 0;
}
