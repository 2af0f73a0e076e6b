// What an opened question left behind, for the people who may read it: in the inbox, and in the
// ledger once a lead officer opened it. Pure.
#ifndef WHOELSE_NODE_NOTED_JSON_H_
#define WHOELSE_NODE_NOTED_JSON_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json_fwd.hpp"
#include "node/noted.h"

namespace whoelse {

// The power and the two articles that the asker gave, in words.
std::string BasisInWords(const Noted& noted);
// Of a note that opened something.
nlohmann::ordered_json NotedJson(const Noted& noted);

// The note in a sealed half of the ledger (docs/formats/noted-ledger.md), by whichever of the keys it
// was sealed to. UNAUTHENTICATED: none of them. DATA_LOSS: not what the node wrote.
absl::StatusOr<Noted> OpenNoted(ByteView sealed, const std::vector<Secret<32>>& keys);

}  // namespace whoelse

#endif  // WHOELSE_NODE_NOTED_JSON_H_
