#include "runtime/gc/object.hpp"

namespace zwasm::gc {

bool is_of(Slot reference, AbstractHeapType type) {
  switch (type) {
    case AbstractHeapType::any:
    case AbstractHeapType::extern_:
    case AbstractHeapType::func:
    case AbstractHeapType::exn: return true;
    case AbstractHeapType::eq: return is_i31(reference) || !is_host_reference(reference);
    case AbstractHeapType::i31: return is_i31(reference);
    case AbstractHeapType::struct_:
      return is_object(reference) &&
             object_of(reference)->kind() == ObjectKind::struct_;
    case AbstractHeapType::array:
      return is_object(reference) && object_of(reference)->kind() == ObjectKind::array;
    case AbstractHeapType::none:
    case AbstractHeapType::nofunc:
    case AbstractHeapType::noextern:
    case AbstractHeapType::noexn:
    case AbstractHeapType::bottom: return false;
  }
  return false;
}

}  // namespace zwasm::gc
