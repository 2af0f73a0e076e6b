// What is said to a witness outside of the federation and what it says. Pure; outside_witness.h
// carries it. C2SP tlog-witness, add-checkpoint.
#ifndef WHOELSE_COORDINATOR_ADD_CHECKPOINT_H_
#define WHOELSE_COORDINATOR_ADD_CHECKPOINT_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "audit/merkle.h"

namespace whoelse {

// The body of a request: old size, consistency proof, checkpoint.
std::string AddCheckpointRequest(uint64_t old_size, const std::vector<TreeHash>& proof,
                                 std::string_view checkpoint);

// The size in the reply to a request whose old size was not the witness's; nullopt when it is none.
std::optional<uint64_t> ParseWitnessSize(std::string_view body);

// The signature lines in the reply of a witness that cosigned, each with its LF. Nobody has verified
// them. INVALID_ARGUMENT, with the line and the byte, unless there are 1 to 16 and nothing else.
absl::StatusOr<std::vector<std::string>> ParseWitnessLines(std::string_view body);

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_ADD_CHECKPOINT_H_
