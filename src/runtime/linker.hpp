// Names for what modules import.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "base/vector.hpp"
#include "runtime/extern.hpp"
#include "runtime/host.hpp"
#include "runtime/instance.hpp"
#include "runtime/module_code.hpp"

namespace zwasm {

/// What happens to an import that nobody defined.
enum class UnknownImports : uint8_t {
  error,  ///< instantiation fails: unlinkable, "unknown import"
  trap,   ///< functions fail when they are called; anything else fails instantiation
};

/// Maps (module, name) to externs. Later definitions replace earlier ones. Host functions belong to
/// no store until an instantiation needs them, so a linker with only such definitions can serve
/// many stores; anything else but a shared memory ties it to the store it is of. Used by one thread
/// at a time; once all is defined, several threads may use it for stores of their own.
class Linker {
 public:
  explicit Linker(Allocator& allocator = system_allocator());
  Linker(const Linker&) = delete;
  Linker& operator=(const Linker&) = delete;

  void set_unknown_imports(UnknownImports policy) { unknown_imports_ = policy; }
  /// What is not defined here is looked up in `base`, which outlives this; the policy for unknown
  /// imports becomes the same.
  void set_base(Linker& base) {
    base_ = &base;
    unknown_imports_ = base.unknown_imports_;
  }

  /// Names and types are copied; `data` is handed to the callback.
  void define_func(std::string_view module, std::string_view name, const FuncType& type,
                   HostCallback callback, void* data);
  /// Many functions of one module at once; costs nothing for each. `definitions` is kept.
  void define_funcs(std::string_view module, std::span<const HostFuncDefinition> definitions,
                    void* data);
  /// A function or captureless lambda: see TypedHostFunction.
  template <auto function>
  void define(std::string_view module, std::string_view name, void* data = nullptr) {
    using Typed = TypedHostFunction<function>;
    define_func(module, name, FuncType{Typed::params(), Typed::results()}, &Typed::callback, data);
  }
  void define_extern(std::string_view module, std::string_view name, const Extern& value);
  /// All exports of the instance, as module `module`.
  void define_instance(std::string_view module, Instance& instance);
  /// Makes everything that is defined as module `existing` also available as module `alias`.
  void alias_module(std::string_view existing, std::string_view alias);

  /// What a name stands for, for use in `store`; false if it is not defined.
  [[nodiscard]] bool find(Store& store, std::string_view module, std::string_view name,
                          Extern& result);

  /// Looks up the imports of `module` and instantiates it.
  Result<Instance*> instantiate(Store& store, const Ref<ModuleCode>& module);

 private:
  /// One extern, or all that is defined under a module name.
  struct Definition {
    enum class Kind : uint8_t { func, extern_, funcs, instance, alias };
    Kind kind = Kind::func;
    std::string_view module;
    std::string_view name;          ///< func and extern_; of an alias: the module it stands for
    HostFuncDefinition func;        ///< func
    std::span<const HostFuncDefinition> funcs;
    void* data = nullptr;           ///< func and funcs
    Extern value;                   ///< extern_
    Instance* instance = nullptr;   ///< instance
  };

  void add_single(const Definition& definition);
  uint32_t* slot_of(std::string_view module, std::string_view name);
  bool find(Store& store, std::string_view module, std::string_view name, unsigned alias_depth,
            Extern& result);
  bool find_in_group(Store& store, const Definition& group, std::string_view name,
                     unsigned alias_depth, Extern& result);

  Arena arena_;
  Vector<Definition> definitions_;  ///< in the order they were made
  Vector<uint32_t> groups_;         ///< those of kind funcs, instance and alias
  Vector<uint32_t> index_;          ///< hash table of the others: number + 1, or 0
  HashSeed seed_;
  uint32_t indexed_ = 0;
  UnknownImports unknown_imports_ = UnknownImports::error;
  Linker* base_ = nullptr;
};

}  // namespace zwasm
