// The layout of the examples in docs/formats/: a line a field, its name and its bytes.
#ifndef WHOELSE_TESTS_SUPPORT_HEX_LINES_H_
#define WHOELSE_TESTS_SUPPORT_HEX_LINES_H_

#include <sstream>
#include <string>

#include "crypto/bytes.h"
#include "tests/support/vectors.h"

namespace whoelse {

// All bytes of a block, one after another. A value is hexadecimal, or hexadecimal*n for n times the
// same bytes.
inline Bytes BytesOfLines(const std::string& block) {
  Writer out;
  std::istringstream lines(block);
  for (std::string name, value; lines >> name >> value;) {
    const size_t star = value.find('*');
    const Bytes bytes = Hex(std::string_view(value).substr(0, star));
    const int times = star == std::string::npos ? 1 : std::stoi(value.substr(star + 1));
    for (int i = 0; i < times; ++i) out.Raw(bytes);
  }
  return out.Take();
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_SUPPORT_HEX_LINES_H_
