// Where the project's own files lie, for tests that read them. In one translation unit: all others
// compile to the same object wherever the project is checked out, so that a compiler cache serves them.
#ifndef WHOELSE_TESTS_SUPPORT_SOURCE_PATH_H_
#define WHOELSE_TESTS_SUPPORT_SOURCE_PATH_H_

#include <string>
#include <string_view>

namespace whoelse {

// The absolute path of a file, given from the root of the project; "": the root.
std::string SourcePath(std::string_view file);

}  // namespace whoelse

#endif  // WHOELSE_TESTS_SUPPORT_SOURCE_PATH_H_
