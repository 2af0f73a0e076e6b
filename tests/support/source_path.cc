#include "tests/support/source_path.h"

namespace whoelse {

std::string SourcePath(std::string_view file) {
  return std::string(WHOELSE_SOURCE) + "/" + std::string(file);
}

}  // namespace whoelse
