// Compares zwasm and wasmtime on random modules; tools/fuzz-differential runs it.
//
// Usage: differential [OPTION=VALUE]... [FILE...]
//   wasmtime=FILE     wasmtime's shared library
//   wasm-tools=FILE   the command that has wasm-smith; without it all are of our own generator
//   seed=N first=N count=N   the modules number `first` and the following of the sequence `seed`
//   folder=PATH       gets the module that is running (current.wasm, its number in current.txt) and
//                     those that differ
//   source=NAME       smith, own or mutated: only modules of this source
//   features=A,B      only these of wasm-smith's features
//   FILE              compares these modules instead, and prints every step
// The exit code is 1 if something differs.
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "fuzz/comparison.hpp"
#include "fuzz/failure.hpp"
#include "fuzz/module_generator.hpp"
#include "fuzz/mutator.hpp"
#include "fuzz/random.hpp"
#include "fuzz/smith.hpp"
#include "fuzz/subject_wasmtime.hpp"
#include "fuzz/subject_zwasm.hpp"

namespace zwasm::fuzz {
namespace {

using Bytes = std::vector<uint8_t>;

constexpr unsigned seconds_per_module = 600;

/// Of the mutation in progress; libFuzzer's interface has no place for it.
Random* mutation = nullptr;

struct Options {
  std::string wasmtime, wasm_tools, folder = ".", source;
  std::optional<std::string> features;
  uint64_t seed = 1, first = 0, count = 0;
  std::vector<std::string> files;
};

/// Ways to run a module that must not make a difference.
std::vector<std::unique_ptr<Subject>> make_subjects() {
  std::vector<std::unique_ptr<Subject>> subjects;
  for (unsigned i = 0; i < 4; ++i) {
    Config config;
    config.deterministic = true;
    config.explicit_bounds_checks = i == 1;
    config.fuel = i == 2;
    config.collect_always = i == 3;
    subjects.push_back(make_zwasm(config));
  }
  return subjects;
}

class Campaign {
 public:
  Campaign(const Options& options, Subject& reference) : options_(options) {
    if (!options.wasm_tools.empty()) {
      smith_ = std::make_unique<Smith>(options.wasm_tools, options.folder, options.features);
    }
    for (const std::unique_ptr<Subject>& subject : subjects_) {
      comparisons_.emplace_back(*subject, reference);
    }
  }

  bool run_files() {
    bool all_same = true;
    for (const std::string& name : options_.files) {
      std::ifstream file(name, std::ios::binary);
      const std::string content{std::istreambuf_iterator<char>(file), {}};
      require(!file.bad() && !content.empty(), "the file can be read");
      const Bytes bytes(content.begin(), content.end());
      for (Comparison& comparison : comparisons_) {
        comparison.set_verbose(true);
        const std::string difference = comparison.compare(bytes);
        if (difference.empty()) continue;
        std::printf("difference: %s: %s\n", name.c_str(), difference.c_str());
        all_same = false;
      }
    }
    return all_same;
  }

  bool run_random() {
    bool all_same = true;
    for (uint64_t i = options_.first; i < options_.first + options_.count; ++i) {
      note_number(i);
      // Neighbouring numbers must not give similar sequences.
      Random random(Random(options_.seed).next() + Random(i).next());
      std::string source = options_.source;
      if (source.empty()) source = choose_source(random);
      const Bytes module = make(source, random);
      if (module.empty()) {
        ++counts_["no module"];
        continue;
      }
      ++counts_["source " + source];
      save("current", module);
      alarm(seconds_per_module);  // its default action ends the process
      Comparison& comparison = comparisons_[random.below(comparisons_.size())];
      const std::string difference =
          source == "mutated" ? comparison.compare_validity(module) : comparison.compare(module);
      if (difference.empty()) continue;
      all_same = false;
      const std::string name = format("%s-%" PRIu64 "-%" PRIu64, source.c_str(), options_.seed, i);
      save(name, module);
      std::printf("difference: %s.wasm (mode %zu): %s\n", name.c_str(),
                  static_cast<size_t>(&comparison - comparisons_.data()), difference.c_str());
      std::fflush(stdout);
    }
    return all_same;
  }

  void print_counts() {
    for (const Comparison& comparison : comparisons_) {
      for (const auto& [name, count] : comparison.counts()) counts_[name] += count;
    }
    for (const auto& [name, count] : counts_) {
      std::printf("count: %" PRIu64 " %s\n", count, name.c_str());
    }
  }

 private:
  const char* choose_source(Random& random) const {
    const size_t choice = random.below(100);
    if (choice < 15) return "mutated";
    return smith_ == nullptr || choice < 50 ? "own" : "smith";
  }

  Bytes make(std::string_view source, Random& random) {
    if (source == "smith") return smith_ == nullptr ? Bytes() : smith_->generate(random);
    if (source == "own") {
      Bytes choices(50 + random.below(3000));
      for (uint8_t& byte : choices) byte = static_cast<uint8_t>(random.next());
      if (random.one_in(3)) choices[0] |= 3;  // objects
      return generate_module(choices, {.is_portable = true});
    }
    Bytes module = make(smith_ == nullptr || random.one_in(2) ? "own" : "smith", random);
    if (module.empty()) return module;
    const size_t size = module.size();
    module.resize(size + 64);
    mutation = &random;
    module.resize(LLVMFuzzerCustomMutator(module.data(), size, module.size(),
                                          static_cast<unsigned>(random.next())));
    mutation = nullptr;
    return module;
  }

  /// For who goes on after a crash.
  void note_number(uint64_t number) const {
    std::FILE* const file = std::fopen((options_.folder + "/current.txt").c_str(), "w");
    require(file != nullptr, "a file can be written");
    std::fprintf(file, "%" PRIu64, number);
    std::fclose(file);
  }

  void save(const std::string& name, const Bytes& module) const {
    const std::string path = options_.folder + "/" + name + ".wasm";
    std::FILE* const file = std::fopen(path.c_str(), "wb");
    require(file != nullptr, "a file can be written");
    std::fwrite(module.data(), 1, module.size(), file);
    std::fclose(file);
  }

  const Options& options_;
  std::unique_ptr<Smith> smith_;
  const std::vector<std::unique_ptr<Subject>> subjects_ = make_subjects();
  std::vector<Comparison> comparisons_;
  Counts counts_;
};

bool parse(int count, char** arguments, Options& options) {
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    const size_t equals = argument.find('=');
    if (equals == std::string_view::npos) {
      options.files.emplace_back(argument);
      continue;
    }
    const std::string_view name = argument.substr(0, equals);
    const std::string value(argument.substr(equals + 1));
    const auto number = [&] { return std::strtoull(value.c_str(), nullptr, 10); };
    if (name == "wasmtime") {
      options.wasmtime = value;
    } else if (name == "wasm-tools") {
      options.wasm_tools = value;
    } else if (name == "folder") {
      options.folder = value;
    } else if (name == "source") {
      options.source = value;
    } else if (name == "features") {
      options.features = value;
    } else if (name == "seed") {
      options.seed = number();
    } else if (name == "first") {
      options.first = number();
    } else if (name == "count") {
      options.count = number();
    } else {
      return false;
    }
  }
  return !options.wasmtime.empty();
}

int run(const Options& options) {
  const std::unique_ptr<Subject> wasmtime = load_wasmtime(options.wasmtime.c_str());
  if (wasmtime == nullptr) return 2;
  Campaign campaign(options, *wasmtime);
  const bool all_same = options.files.empty() ? campaign.run_random() : campaign.run_files();
  campaign.print_counts();
  return all_same ? 0 : 1;
}

struct Start {
  Options options;
  int status;
};

}  // namespace
}  // namespace zwasm::fuzz

/// Stands in for libFuzzer's: changes, inserts or removes a few bytes.
size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size) {
  zwasm::fuzz::Random& random = *zwasm::fuzz::mutation;
  for (size_t changes = 1 + random.below(3); changes != 0; --changes) {
    const size_t at = size == 0 ? 0 : random.below(size);
    switch (random.below(4)) {
      case 0:
        if (size == max_size) break;
        std::memmove(data + at + 1, data + at, size - at);
        data[at] = static_cast<uint8_t>(random.next());
        ++size;
        break;
      case 1:
        if (size <= 1) break;
        std::memmove(data + at, data + at + 1, size - at - 1);
        --size;
        break;
      case 2:
        if (size != 0) data[at] = static_cast<uint8_t>(random.next());
        break;
      case 3:
        if (size != 0) data[at] = static_cast<uint8_t>(data[at] ^ 1u << random.below(8));
        break;
    }
  }
  return size;
}

int main(int count, char** arguments) {
  zwasm::fuzz::Start start;
  if (!zwasm::fuzz::parse(count, arguments, start.options)) {
    std::fprintf(stderr, "see the head of fuzz/differential.cpp\n");
    return 2;
  }
  // wasmtime runs wasm on the stack of the thread; it shall have more than wasm may use.
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, size_t{64} << 20);
  pthread_t thread;
  const auto body = [](void* pointer) -> void* {
    auto& run = *static_cast<zwasm::fuzz::Start*>(pointer);
    run.status = zwasm::fuzz::run(run.options);
    return nullptr;
  };
  if (pthread_create(&thread, &attributes, body, &start) != 0) return 2;
  pthread_join(thread, nullptr);
  // Libraries' threads may still run: no destructors.
  std::fflush(stdout);
  std::_Exit(start.status);
}
