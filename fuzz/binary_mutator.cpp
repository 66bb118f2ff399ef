// Mutates modules in the binary format without breaking their frame: a change stays inside one
// section, and inside one body of the code section, and the sizes around it are made right.
#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

#include "binary/encoder.hpp"
#include "binary/instruction_reader.hpp"
#include "binary/section_id.hpp"
#include "fuzz/mutator.hpp"
#include "fuzz/random.hpp"

namespace zwasm::fuzz {
namespace {

using Bytes = std::vector<uint8_t>;
using View = std::span<const uint8_t>;
constexpr size_t header_size = 8;
constexpr size_t slack = 16;

struct Section {
  SectionId id;
  Bytes payload;
};

bool read_u32(View& in, uint32_t& value) {
  const uint8_t* position = in.data();
  if (read_leb(position, in.data() + in.size(), value) != LebError::none) return false;
  in = in.subspan(static_cast<size_t>(position - in.data()));
  return true;
}

/// Reads a size and as many bytes.
bool read_sized(View& in, Bytes& part) {
  uint32_t size;
  if (!read_u32(in, size) || size > in.size()) return false;
  part.assign(in.begin(), in.begin() + size);
  in = in.subspan(size);
  return true;
}

bool split_module(View in, std::vector<Section>& sections) {
  if (in.size() < header_size) return false;
  in = in.subspan(header_size);
  while (!in.empty()) {
    Section section{static_cast<SectionId>(in[0]), {}};
    in = in.subspan(1);
    if (!read_sized(in, section.payload)) return false;
    sections.push_back(std::move(section));
  }
  return true;
}

void append_sized(ByteWriter& out, View part) {
  out.u32(static_cast<uint32_t>(part.size()));
  out.raw(part);
}

bool split_bodies(View payload, std::vector<Bytes>& bodies) {
  uint32_t count;
  if (!read_u32(payload, count) || count > payload.size()) return false;
  bodies.resize(count);
  return std::ranges::all_of(bodies, [&](Bytes& body) { return read_sized(payload, body); });
}

Bytes join_bodies(const std::vector<Bytes>& bodies) {
  ByteWriter out;
  out.u32(static_cast<uint32_t>(bodies.size()));
  for (const Bytes& body : bodies) append_sized(out, body);
  return {out.bytes().begin(), out.bytes().end()};
}

/// Where the instructions of a body begin, and its end; empty if it cannot be read.
std::vector<size_t> instruction_starts(const Bytes& body) {
  View in = body;
  uint32_t runs, count;
  if (!read_u32(in, runs)) return {};
  for (uint32_t i = 0; i < runs; ++i) {
    // Types of one byte are enough: others only make a body look unreadable.
    if (!read_u32(in, count) || in.empty()) return {};
    in = in.subspan(1);
  }
  const auto first = static_cast<uint32_t>(body.size() - in.size());
  InstructionReader reader;
  reader.reset({in, first}, Features());
  std::vector<size_t> starts;
  Instruction instruction;
  while (!reader.at_end()) {
    starts.push_back(reader.offset());
    if (!reader.next(instruction)) return {};
  }
  starts.push_back(body.size());
  return starts;
}

bool same_shape(const OpcodeInfo& a, const OpcodeInfo& b) {
  return a.immediate == b.immediate && a.signature.special == b.signature.special &&
         a.signature.param_count == b.signature.param_count &&
         a.signature.result_count == b.signature.result_count &&
         a.signature.kinds == b.signature.kinds;
}

/// The instruction with another opcode of its shape: what was valid stays valid.
Bytes with_other_opcode(View encoded, Random& random) {
  InstructionReader reader;
  reader.reset({encoded, 0}, Features());
  Instruction instruction;
  Bytes result(encoded.begin(), encoded.end());
  if (!reader.next(instruction)) return result;
  const size_t start = random.below(opcode_count);
  for (size_t i = 0; i < opcode_count; ++i) {
    const size_t candidate = (start + i) % opcode_count;
    if (!same_shape(opcode_table[candidate], info(instruction.opcode))) continue;
    instruction.opcode = static_cast<Opcode>(candidate);
    ByteWriter out;
    encode_instruction(instruction, out);
    result.assign(out.bytes().begin(), out.bytes().end());
    break;
  }
  return result;
}

/// Any instruction without immediates, or one with a random index.
Bytes random_instruction(Random& random) {
  ByteWriter out;
  Instruction instruction;
  for (;;) {
    instruction.opcode = static_cast<Opcode>(random.below(opcode_count));
    const Immediate immediate = info(instruction.opcode).immediate;
    if (immediate == Immediate::label || immediate == Immediate::local ||
        immediate == Immediate::func || immediate == Immediate::global ||
        immediate == Immediate::table || immediate == Immediate::type) {
      instruction.index = static_cast<uint32_t>(random.below(4));
    } else if (immediate == Immediate::i32) {
      instruction.i32 = static_cast<int32_t>(random.next() >> random.below(64));
    } else if (immediate == Immediate::i64) {
      instruction.i64 = static_cast<int64_t>(random.next() >> random.below(64));
    } else if (immediate != Immediate::none) {
      continue;
    }
    encode_instruction(instruction, out);
    return {out.bytes().begin(), out.bytes().end()};
  }
}

void mutate_instructions(Bytes& body, Random& random) {
  const std::vector<size_t> starts = instruction_starts(body);
  if (starts.size() < 2) return mutate_bytes(body, slack);
  const size_t count = starts.size() - 1;
  const size_t first = random.below(count);
  const size_t last = first + 1 + random.below(std::min<size_t>(count - first, 6));
  const auto at = [&](size_t index) {
    return body.begin() + static_cast<std::ptrdiff_t>(starts[index]);
  };
  const Bytes part(at(first), at(last));
  switch (random.below(5)) {
    case 0: body.erase(at(first), at(last)); break;
    case 1: {  // a copy elsewhere
      body.insert(at(random.below(count)), part.begin(), part.end());
      break;
    }
    case 2: {
      const Bytes other =
          with_other_opcode({&body[starts[first]], starts[first + 1] - starts[first]}, random);
      body.erase(at(first), at(first + 1));
      body.insert(at(first), other.begin(), other.end());
      break;
    }
    case 3: {
      const Bytes added = random_instruction(random);
      body.insert(at(first), added.begin(), added.end());
      break;
    }
    case 4: {  // the immediates of one instruction
      Bytes one(at(first), at(first + 1));
      mutate_bytes(one, 4);
      body.erase(at(first), at(first + 1));
      body.insert(at(first), one.begin(), one.end());
      break;
    }
  }
}

void mutate_code(Bytes& payload, Random& random) {
  std::vector<Bytes> bodies;
  if (!split_bodies(payload, bodies) || bodies.empty()) return mutate_bytes(payload, slack);
  Bytes& body = bodies[random.below(bodies.size())];
  if (random.one_in(4)) {
    mutate_bytes(body, slack);
  } else {
    mutate_instructions(body, random);
  }
  payload = join_bodies(bodies);
}

void mutate_sections(std::vector<Section>& sections, Random& random) {
  // Half of the time the code, where most of the language is.
  const auto code = std::ranges::find(sections, SectionId::code, &Section::id);
  if (code != sections.end() && random.one_in(2)) return mutate_code(code->payload, random);
  const size_t chosen = random.below(sections.size());
  switch (random.below(8)) {
    case 0: sections.erase(sections.begin() + static_cast<std::ptrdiff_t>(chosen)); break;
    case 1: {
      const Section copy = sections[chosen];
      sections.insert(sections.begin() + static_cast<std::ptrdiff_t>(chosen), copy);
      break;
    }
    case 2: std::swap(sections[chosen], sections[random.below(sections.size())]); break;
    default: mutate_bytes(sections[chosen].payload, slack); break;
  }
}

}  // namespace
}  // namespace zwasm::fuzz

size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed) {
  using namespace zwasm::fuzz;
  Random random(seed);
  std::vector<Section> sections;
  if (random.one_in(16) || !split_module({data, size}, sections) || sections.empty()) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  mutate_sections(sections, random);
  zwasm::ByteWriter out;
  out.raw({data, header_size});
  for (const Section& section : sections) {
    out.u8(static_cast<uint8_t>(section.id));
    append_sized(out, section.payload);
  }
  if (out.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::memcpy(data, out.bytes().data(), out.size());
  return out.size();
}
