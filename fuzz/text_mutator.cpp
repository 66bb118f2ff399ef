// Mutates the text format by its structure: parenthesized groups and words move, double and
// disappear; words are replaced by keywords of the language.
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/mutator.hpp"
#include "fuzz/random.hpp"
#include "wasm/opcode.hpp"

namespace zwasm::fuzz {
namespace {

constexpr std::string_view keywords[] = {
#define KEYWORD(name, text) text,
#include "text/keywords.def"
};

constexpr std::string_view values[] = {
    "0",    "1",     "-1",    "0x80000000", "0xffffffffffffffff", "-0x8000000000000000",
    "1e39", "0x1p-149", "nan", "nan:0x1", "-inf", "$a", "$b", "\"a\"", "\"\\00\\ff\"",
    "offset=1", "align=4", "(@a)", "(; ;)", ";;\n"};

/// A part of the text that parentheses or words delimit.
struct Part {
  size_t start, end;
};

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/// The end of the string, comment or word that begins at `start`.
size_t word_end(std::string_view text, size_t start) {
  size_t i = start;
  if (text[i] == '"') {
    for (++i; i < text.size() && text[i] != '"'; ++i) {
      if (text[i] == '\\') ++i;
    }
    return std::min(i + 1, text.size());
  }
  while (i < text.size() && !is_space(text[i]) && text[i] != '(' && text[i] != ')' &&
         text[i] != '"') {
    ++i;
  }
  return i;
}

/// Groups (with what they hold) and words of a text; unbalanced parentheses belong to no group.
void find_parts(std::string_view text, std::vector<Part>& groups, std::vector<Part>& words) {
  std::vector<size_t> open;
  for (size_t i = 0; i < text.size();) {
    if (is_space(text[i])) {
      ++i;
    } else if (text[i] == '(') {
      open.push_back(i++);
    } else if (text[i] == ')') {
      ++i;
      if (!open.empty()) {
        groups.push_back({open.back(), i});
        open.pop_back();
      }
    } else {
      const size_t end = word_end(text, i);
      words.push_back({i, end});
      i = end;
    }
  }
}

std::string_view random_word(Random& random) {
  switch (random.below(4)) {
    case 0: return keywords[random.below(std::size(keywords))];
    case 1: return values[random.below(std::size(values))];
    default: return opcode_table[random.below(opcode_count)].text;
  }
}

/// Words of one kind begin alike: "i32.add" and "i32.sub".
std::string_view similar_opcode(std::string_view word, Random& random) {
  const std::string_view prefix = word.substr(0, word.find('.'));
  const size_t start = random.below(opcode_count);
  for (size_t i = 0; i < opcode_count; ++i) {
    const std::string_view text = opcode_table[(start + i) % opcode_count].text;
    if (text.substr(0, text.find('.')) == prefix) return text;
  }
  return random_word(random);
}

bool mutate_text(std::string& text, Random& random) {
  std::vector<Part> groups, words;
  find_parts(text, groups, words);
  if (groups.empty() || words.empty()) return false;
  const Part group = groups[random.below(groups.size())];
  const Part word = words[random.below(words.size())];
  const std::string group_text = text.substr(group.start, group.end - group.start);
  const std::string word_text = text.substr(word.start, word.end - word.start);
  switch (random.below(8)) {
    case 0: text.erase(group.start, group.end - group.start); break;
    case 1: text.insert(group.end, group_text); break;
    case 2: text.insert(groups[random.below(groups.size())].start, group_text); break;
    case 3: {
      const Part other = groups[random.below(groups.size())];
      text.replace(group.start, group.end - group.start,
                   text.substr(other.start, other.end - other.start));
      break;
    }
    case 4:
      text.replace(word.start, word.end - word.start, similar_opcode(word_text, random));
      break;
    case 5: text.replace(word.start, word.end - word.start, random_word(random)); break;
    case 6: text.insert(word.end, " " + std::string(random_word(random)) + " "); break;
    case 7: {
      const Part other = words[random.below(words.size())];
      text.replace(word.start, word.end - word.start,
                   text.substr(other.start, other.end - other.start));
      break;
    }
  }
  return true;
}

}  // namespace
}  // namespace zwasm::fuzz

size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed) {
  using namespace zwasm::fuzz;
  Random random(seed);
  std::string text(reinterpret_cast<const char*>(data), size);
  if (random.one_in(3) || !mutate_text(text, random) || text.size() > max_size) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  std::memcpy(data, text.data(), text.size());
  return text.size();
}
