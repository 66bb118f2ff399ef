#include "binary/branch_hints.hpp"

#include "binary/byte_reader.hpp"

namespace zwasm {
namespace {

bool read_hints(ByteReader& in, const Module& module, Vector<BranchHint>& hints) {
  uint32_t function_count;
  if (!in.read_length(function_count)) return false;
  uint32_t next_function = module.imported_functions;
  for (uint32_t i = 0; i < function_count; ++i) {
    const uint32_t start = in.offset();
    uint32_t function, hint_count;
    if (!in.read_u32(function) || !in.read_length(hint_count)) return false;
    if (function < next_function || function >= module.functions.size()) {
      return in.fail(start, "branch hints for function %u are misplaced", function);
    }
    next_function = function + 1;

    // Offsets count from the first byte behind the size of the code entry.
    const Code& code = module.code(FuncIndex{function});
    const uint8_t* body = module.bytes.data() + code.entry_offset;
    const uint8_t* const end = code.body.bytes.data() + code.body.bytes.size();
    uint32_t size;
    if (read_leb(body, end, size) != LebError::none) return in.fail_end();
    const uint32_t body_offset = static_cast<uint32_t>(body - module.bytes.data());

    uint32_t next_offset = 0;
    for (uint32_t k = 0; k < hint_count; ++k) {
      const uint32_t hint_start = in.offset();
      uint32_t offset, length;
      uint8_t value;
      if (!in.read_u32(offset) || !in.read_u32(length) || !in.read_u8(value)) return false;
      if (offset < next_offset || offset >= size || length != 1 || value > 1) {
        return in.fail(hint_start, "malformed branch hint");
      }
      next_offset = offset + 1;
      hints.push_back({FuncIndex{function}, body_offset + offset, value == 1});
    }
  }
  return in.at_end() || in.fail(in.offset(), "section size mismatch");
}

}  // namespace

Result<Vector<BranchHint>> decode_branch_hints(const Module& module, Allocator& allocator) {
  Vector<BranchHint> hints(allocator);
  for (const CustomSection& custom : module.customs) {
    if (custom.name != "metadata.code.branch_hint") continue;
    ByteReader in;
    const uint32_t offset = static_cast<uint32_t>(custom.bytes.data() - module.bytes.data());
    in.reset(custom.bytes, offset, Features());
    if (!read_hints(in, module, hints)) return in.take_error();
    break;
  }
  return hints;
}

}  // namespace zwasm
