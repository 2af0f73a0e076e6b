// The examples of the pages in docs/, so that tests hold them against what the code makes.
#ifndef WHOELSE_TESTS_SUPPORT_DOC_H_
#define WHOELSE_TESTS_SUPPORT_DOC_H_

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "tests/support/source_path.h"

namespace whoelse {

// What stands in the block ```text <name> of this page (its path from the root of the source).
// Throws, and so fails the test, when there is none.
inline std::string DocExample(const std::string& page, const std::string& name) {
  std::ifstream in(SourcePath(page));
  std::ostringstream text;
  text << in.rdbuf();
  const std::string fence = "\n```text " + name + "\n";
  const size_t begin = text.str().find(fence);
  const size_t end = text.str().find("\n```\n", begin + fence.size());
  if (begin == std::string::npos || end == std::string::npos) {
    throw std::runtime_error("no example " + name + " in " + page);
  }
  return text.str().substr(begin + fence.size(), end + 1 - begin - fence.size());
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_SUPPORT_DOC_H_
