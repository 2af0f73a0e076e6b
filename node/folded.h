// A text without what people write in different ways: case, spaces and punctuation.
#ifndef WHOELSE_NODE_FOLDED_H_
#define WHOELSE_NODE_FOLDED_H_

#include <cctype>
#include <string>
#include <string_view>

namespace whoelse {

// Letters and digits only, in lower case; bytes of other alphabets stay as they are.
inline std::string Folded(std::string_view text) {
  std::string folded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || byte >= 0x80) folded += static_cast<char>(std::tolower(byte));
  }
  return folded;
}

}  // namespace whoelse

#endif  // WHOELSE_NODE_FOLDED_H_
