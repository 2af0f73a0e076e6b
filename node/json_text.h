// JSON as the node keeps it: what an item of the inbox is about, and its other documents. Pure.
#ifndef WHOELSE_NODE_JSON_TEXT_H_
#define WHOELSE_NODE_JSON_TEXT_H_

#include <string>
#include <string_view>

#include "nlohmann/json.hpp"

namespace whoelse {

// On one line, in ASCII; what is no UTF-8 is replaced, so that it never throws.
inline std::string JsonText(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}
// Discarded (is_discarded, and neither an object nor an array) where the text is no JSON.
inline nlohmann::ordered_json JsonFrom(std::string_view text) {
  return nlohmann::ordered_json::parse(text, nullptr, false);
}

}  // namespace whoelse

#endif  // WHOELSE_NODE_JSON_TEXT_H_
