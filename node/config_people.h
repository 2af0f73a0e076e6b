// [people] of a node's configuration. docs/operating/people.md.
#ifndef WHOELSE_NODE_CONFIG_PEOPLE_H_
#define WHOELSE_NODE_CONFIG_PEOPLE_H_

#include "absl/status/status.h"
#include "node/config.h"
#include "toml++/toml.h"

namespace whoelse {

// Into `config`, whose organisations are there already. INVALID_ARGUMENT names the key and what it
// should be.
absl::Status ReadPeople(const toml::table& root, NodeConfig& config);
// What it reads.
toml::table PeopleTable(const NodeConfig& config);

}  // namespace whoelse

#endif  // WHOELSE_NODE_CONFIG_PEOPLE_H_
