// `whoelse federation show`: a roster for people, or as JSON.
#ifndef WHOELSE_CLI_FEDERATION_SHOW_H_
#define WHOELSE_CLI_FEDERATION_SHOW_H_

#include <string>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

namespace whoelse {

// `path`: a federation's directory, whose draft is shown too where it differs, or a roster.signed.
// NOT_FOUND: neither is there. INVALID_ARGUMENT: it does not parse; the message says what is wrong.
//
// {"signed": bool, "hash", "signed_by": [names], "consents": [ids], "roster": {...},
//  "not_signed_yet": [slugs]}
// "signed_by" lists roots named in the roster itself: compare them with those you were given.
absl::StatusOr<nlohmann::ordered_json> ShowFederation(const std::string& path);

// The same document as text.
std::string FederationAsText(const nlohmann::ordered_json& shown, size_t width);

}  // namespace whoelse

#endif  // WHOELSE_CLI_FEDERATION_SHOW_H_
