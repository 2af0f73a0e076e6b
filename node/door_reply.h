// What the services behind the node's door have in common: how they reply.
#ifndef WHOELSE_NODE_DOOR_REPLY_H_
#define WHOELSE_NODE_DOOR_REPLY_H_

#include <grpcpp/support/status.h>

#include <algorithm>
#include <string>

#include "nlohmann/json.hpp"
#include "node/field_error.h"
#include "node/import.h"
#include "proto/node.pb.h"

namespace whoelse {

inline constexpr size_t kFilePartBytes = size_t{256} << 10;   // of a file that is streamed

inline std::string DumpReply(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

// A field to put right, in the one form that the command line knows as exit code 2.
inline std::string TextOf(const FieldError& error) {
  return error.field + ": " + error.reason + "; " + error.remedy;
}
inline grpc::Status BadField(const FieldError& error) {
  return {grpc::StatusCode::INVALID_ARGUMENT, TextOf(error)};
}

inline void PutProblem(const RowProblem& problem, v1::ImportProblem& said) {
  said.set_line(problem.line);
  said.set_column(problem.column);
  said.set_reason(problem.reason);
  said.set_remedy(problem.remedy);
}

// How many rows of a list to give. 0: the caller did not say.
inline uint32_t ListLimit(uint32_t asked_for) {
  return asked_for == 0 ? 100 : std::min(asked_for, 1000u);
}

}  // namespace whoelse

#endif  // WHOELSE_NODE_DOOR_REPLY_H_
