// What the readers of the node's configuration have in common: how they say what is wrong.
#ifndef WHOELSE_NODE_CONFIG_KEYS_H_
#define WHOELSE_NODE_CONFIG_KEYS_H_

#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "toml++/toml.h"

namespace whoelse {

inline absl::Status Bad(const std::string& key, const std::string& should) {
  return absl::InvalidArgumentError("node configuration: " + key + ": " + should);
}

// `where`: what stands before a key of this table, as in "trust.".
inline absl::Status CheckKeys(const toml::table& table, const std::string& where,
                       const std::set<std::string_view>& known) {
  for (const auto& [key, value] : table) {
    if (!known.contains(key.str())) {
      return Bad(where + std::string(key.str()), "is not a key of this file");
    }
  }
  return absl::OkStatus();
}

}  // namespace whoelse

#endif  // WHOELSE_NODE_CONFIG_KEYS_H_
