// The file of a mapping (TOML). docs/formats/records-csv.md, "Mapping".
#ifndef WHOELSE_NODE_IMPORT_MAPPING_FILE_H_
#define WHOELSE_NODE_IMPORT_MAPPING_FILE_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "node/import_mapping.h"

namespace whoelse {

// INVALID_ARGUMENT names the line and the key, and says what should be there.
absl::StatusOr<ImportMapping> ParseImportMapping(std::string_view toml);

}  // namespace whoelse

#endif  // WHOELSE_NODE_IMPORT_MAPPING_FILE_H_
