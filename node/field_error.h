// A field of what somebody typed that has to be put right. Never repeats what was typed.
#ifndef WHOELSE_NODE_FIELD_ERROR_H_
#define WHOELSE_NODE_FIELD_ERROR_H_

#include <string>

namespace whoelse {

struct FieldError {
  std::string field;            // as the command line names it: "nhs-number", "born", ...
  std::string reason;
  std::string remedy;
  bool operator==(const FieldError&) const = default;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_FIELD_ERROR_H_
