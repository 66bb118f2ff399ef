// Test scripts (.wast): commands as data, for whoever runs them. Modules in text form stay spans
// of the source, so that a module which does not parse fails alone.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/allocator.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "wasm/features.hpp"
#include "wasm/types.hpp"

namespace zwasm {

/// A module as a script gives it.
struct ScriptModule {
  enum class Form : uint8_t { text, quote, binary };
  Form form = Form::text;
  bool is_definition = false;          ///< only defined, not instantiated
  std::string_view id;                 ///< without `$`; empty: none
  std::string_view text;               ///< for parse_module; of a quote: its strings, joined
  std::span<const uint8_t> bytes;      ///< Form::binary
  uint32_t line = 0;
};

/// The binary of a module, whatever its form; errors as of parse_module. Lines of a text module
/// are those of the script.
Result<Vector<uint8_t>> script_module_bytes(const ScriptModule& module, const Features& features,
                                            Allocator& allocator = system_allocator());

/// An argument, or what is expected of a result.
struct ScriptValue {
  enum class Kind : uint8_t {
    i32, i64, f32, f64,  ///< `bits`
    v128,                ///< `lanes`
    ref_null,            ///< any null; of type `heap` if `has_heap`
    ref_extern,          ///< an external reference; number `bits` if `has_number`
    ref_host,            ///< an external reference that became internal; number `bits`
    ref_of,              ///< a non-null reference of the abstract type `heap` (results only)
    either,              ///< any of `alternatives` (results only)
  };
  /// How a float has to match.
  enum class Nan : uint8_t { none, canonical, arithmetic };

  Kind kind = Kind::i32;
  Nan nan = Nan::none;       ///< f32, f64
  bool has_number = false;
  bool has_heap = false;
  HeapType heap = AbstractHeapType::any;
  uint64_t bits = 0;
  struct {
    uint8_t bytes[16] = {};
    uint8_t lane_count = 16;
    bool floating = false;   ///< f32x4 or f64x2
    Nan nan[4] = {};         ///< per lane, if floating
  } lanes;
  std::span<const ScriptValue> alternatives;
};

/// What a command does, or asserts something of.
struct ScriptAction {
  enum class Kind : uint8_t { none, invoke, get };
  Kind kind = Kind::none;
  std::string_view module;  ///< id without `$`; empty: the last module
  std::string_view name;    ///< of the export
  std::span<const ScriptValue> arguments;
};

struct ScriptCommand {
  enum class Kind : uint8_t {
    module,         ///< `module`
    instance,       ///< instantiate the definition `source_id` as `id`; both may be empty
    register_,      ///< the instance `id` under the name `name`
    action,         ///< `action`
    assert_return,  ///< `action` returns `results`
    assert_trap,    ///< `action`, or instantiating `module`, traps with `message`
    assert_exhaustion,
    assert_exception,  ///< `action` throws
    assert_malformed,  ///< `module` is rejected with `message`
    assert_invalid,
    assert_unlinkable,
    assert_malformed_custom,
    assert_invalid_custom,
    thread,  ///< run `commands` in a thread `id` that shares the instance `source_id`
    wait,    ///< for the thread `id`
  };
  Kind kind = Kind::module;
  uint32_t line = 0;
  bool has_module = false;
  ScriptModule module;
  ScriptAction action;
  std::span<const ScriptValue> results;
  std::string_view message;
  std::string_view id, source_id, name;
  std::span<const ScriptCommand> commands;
};

/// The name of a command as in scripts.
const char* to_string(ScriptCommand::Kind kind);

/// The views in it point into the arena and into the source.
struct Script {
  explicit Script(Allocator& allocator = system_allocator()) : arena(allocator) {}
  Arena arena;
  std::span<const ScriptCommand> commands;
};

/// Parses commands; a source of bare module fields is one module.
Result<Script> parse_script(std::string_view source, Allocator& allocator = system_allocator());

/// Parses one value as in scripts, "i32.const 5" with or without parentheses.
Result<ScriptValue> parse_script_value(std::string_view source, Arena& arena);

}  // namespace zwasm
