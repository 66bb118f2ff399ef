#include "engine/validation.hpp"

#include <algorithm>
#include <mutex>
#include <optional>

#include "os/thread.hpp"
#include "validate/function_validator.hpp"
#include "validate/module_validator.hpp"

namespace zwasm {
namespace {

/// Bytes of bodies that a thread takes at a time: long compared with taking them, short compared
/// with how long threads then wait for the last one.
constexpr size_t portion_bytes = 64 * 1024;

/// Validating this much takes about ten times as long as starting a thread.
constexpr size_t bytes_per_thread = 128 * 1024;

constexpr unsigned thread_limit = 4;

/// Hands out bodies in order, and keeps the first error in that order.
class Bodies {
 public:
  Bodies(const ModuleContext& context, Allocator& allocator)
      : context_(context), allocator_(allocator) {}

  /// Validates portions until there are none.
  void validate() {
    FunctionValidator validator(context_, allocator_);
    size_t first, last;
    while (take(first, last)) {
      for (size_t i = first; i < last; ++i) {
        const auto function = static_cast<uint32_t>(context_.module->imported_functions + i);
        Status status = validator.validate_body(FuncIndex{function});
        if (status.ok()) continue;
        fail(i, status.take_error());
        break;
      }
    }
  }

  Status result() {
    if (error_) return std::move(*error_);
    return {};
  }

 private:
  bool take(size_t& first, size_t& last) {
    const std::lock_guard lock(mutex_);
    const std::span<const Code> codes = context_.module->codes;
    // Portions behind an error need not be looked at. Those before it have all been taken.
    if (error_ || next_ == codes.size()) return false;
    first = next_;
    for (size_t bytes = 0; next_ < codes.size() && bytes < portion_bytes; ++next_) {
      bytes += codes[next_].body.bytes.size();
    }
    last = next_;
    return true;
  }

  void fail(size_t body, Error error) {
    const std::lock_guard lock(mutex_);
    if (error_ && error_at_ < body) return;
    error_ = std::move(error);
    error_at_ = body;
  }

  const ModuleContext& context_;
  Allocator& allocator_;
  std::mutex mutex_;
  size_t next_ = 0;
  std::optional<Error> error_;
  size_t error_at_ = 0;
};

size_t body_bytes(const Module& module) {
  size_t bytes = 0;
  for (const Code& code : module.codes) bytes += code.body.bytes.size();
  return bytes;
}

}  // namespace

Status validate_on_threads(const Module& module, const Features& features, TypeRegistry& registry,
                           std::span<CanonicalType> type_ids, unsigned max_threads,
                           Allocator& allocator) {
  const ModuleContext context =
      ZWASM_TRY(validate_declarations(module, features, registry, type_ids, allocator));
  size_t threads = body_bytes(module) / bytes_per_thread;
  if (threads > 1) {
    const unsigned allowed = max_threads == 0 ? os::processor_count() : max_threads;
    threads = std::min<size_t>({threads, allowed, thread_limit});
  }
  Bodies bodies(context, allocator);
  {
    os::Thread others[thread_limit - 1];
    for (size_t i = 1; i < threads; ++i) {
      // Without it, the rest do its work.
      const bool started = others[i - 1].start(
          [](void* shared) { static_cast<Bodies*>(shared)->validate(); }, &bodies,
          os::Placement::elsewhere);
      if (!started) break;
    }
    bodies.validate();
  }
  return bodies.result();
}

}  // namespace zwasm
