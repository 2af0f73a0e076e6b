// "a, b, c": the words that may be written, for an error or a page of help.
#ifndef WHOELSE_NODE_WORD_LIST_H_
#define WHOELSE_NODE_WORD_LIST_H_

#include <functional>
#include <string>

namespace whoelse {

// `word`: of an element, when the elements are more than words.
template <typename Words, typename Word = std::identity>
std::string ListOf(const Words& words, Word word = {}) {
  std::string list;
  for (const auto& one : words) {
    list += (list.empty() ? "" : ", ") + std::string(std::invoke(word, one));
  }
  return list;
}

}  // namespace whoelse

#endif  // WHOELSE_NODE_WORD_LIST_H_
