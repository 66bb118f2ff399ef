// Implementation limits (specification, Appendix: Implementation Limitations). Larger modules are
// rejected as malformed or invalid; every array the decoder makes is bounded by one of these or by
// the bytes that describe it.
#pragma once

#include <cstdint>

namespace zwasm::limits {

inline constexpr uint32_t max_types = 1'000'000;
inline constexpr uint32_t max_recursion_group_size = 1'000'000;
inline constexpr uint32_t max_subtyping_depth = 63;
/// Types that all modules of an engine use together; equal ones count once.
inline constexpr uint32_t max_registered_types = 4'000'000;
inline constexpr uint32_t max_functions = 1'000'000;
inline constexpr uint32_t max_imports = 1'000'000;
inline constexpr uint32_t max_exports = 1'000'000;
inline constexpr uint32_t max_globals = 1'000'000;
inline constexpr uint32_t max_tags = 1'000'000;
inline constexpr uint32_t max_tables = 100'000;
inline constexpr uint32_t max_memories = 100;
inline constexpr uint32_t max_data_segments = 100'000;
inline constexpr uint32_t max_elem_segments = 10'000'000;
inline constexpr uint32_t max_params = 1'000;
inline constexpr uint32_t max_results = 1'000;
inline constexpr uint32_t max_locals = 50'000;
inline constexpr uint32_t max_struct_fields = 10'000;
inline constexpr uint32_t max_array_new_fixed = 10'000;
inline constexpr uint32_t max_function_size = 7'654'321;
inline constexpr uint32_t max_module_size = 1u << 30;
inline constexpr uint32_t max_string_size = 100'000;
/// Slots of one frame: slot numbers are 16 bits (runtime/frame.hpp). A v128 takes two.
inline constexpr uint32_t max_frame_slots = 65'535;
/// Nesting of blocks in one function, of expressions in the text format.
inline constexpr uint32_t max_control_depth = 50'000;
inline constexpr uint64_t max_table_elements = 10'000'000;
/// Pages of 64 KiB. A 64-bit memory may declare more; it can only grow to this.
inline constexpr uint64_t max_memory32_pages = 65'536;
inline constexpr uint64_t max_memory64_pages = uint64_t{1} << 48;

}  // namespace zwasm::limits
