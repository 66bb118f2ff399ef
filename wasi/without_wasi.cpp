// What stands for WASI in builds without it: hosts can be made and give nothing, nothing is defined
// for imports.
#include "wasi/host.hpp"
#include "wasi/p1/functions.hpp"

namespace zwasm::wasi {
namespace {

Status not_built() {
  return make_error(ErrorKind::unsupported, Error::no_offset, "WASI is not part of this build");
}

}  // namespace

void StringTable::append(std::string_view) {}

Host::Host(Allocator& allocator)
    : allocator_(allocator),
      strings_(allocator),
      arguments_(allocator),
      environment_(allocator),
      descriptors_(allocator) {}

void Host::inherit_stdio() {}

Status Host::add_preopen(const char*, std::string_view, bool) { return not_built(); }
Status Host::listen_tcp(std::string_view) { return not_built(); }
bool Host::is_tcp_address(std::string_view) { return true; }

namespace p1 {

void define(Linker&, Host&) {}
const HostFuncDefinition* find(std::string_view, std::string_view) { return nullptr; }
Access access_of(const HostFuncDefinition&) { return Access::process; }
const char* access_description(Access) { return ""; }

}  // namespace p1
}  // namespace zwasm::wasi
