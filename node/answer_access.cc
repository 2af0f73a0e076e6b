#include "node/answer_access.h"

#include <algorithm>

#include "nlohmann/json.hpp"
#include "node/json_text.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

std::optional<HandOver> HandOverOf(const Json& json) {
  HandOver one;
  const auto text = [&](const char* key, std::string& into) {
    if (!json.contains(key) || !json[key].is_string()) return false;
    into = json[key].get<std::string>();
    return true;
  };
  const auto moment = [&](const char* key, TimeMs& into) {
    if (!json.contains(key) || !json[key].is_number_unsigned()) return false;
    into = json[key].get<TimeMs>();
    return true;
  };
  std::string ref;
  if (!json.is_object() || !text("ref", ref) || !text("to", one.to_user) ||
      !text("by", one.by_user) || !text("reason", one.reason) || !moment("at_ms", one.at_ms) ||
      !moment("until_ms", one.until_ms) ||
      !FromHex(ref, {one.to.data(), PersonRef::kSize})) {
    return std::nullopt;
  }
  return one;
}

}  // namespace

std::string HandOversDocument(const std::vector<HandOver>& hand_overs) {
  Json all = Json::array();
  for (const HandOver& one : hand_overs) {
    all.push_back({{"ref", ToHex(one.to)}, {"to", one.to_user}, {"by", one.by_user},
                   {"at_ms", one.at_ms}, {"until_ms", one.until_ms}, {"reason", one.reason}});
  }
  return JsonText(all);
}

absl::StatusOr<std::vector<HandOver>> ReadHandOvers(std::string_view document) {
  const absl::Status damaged = absl::DataLossError("store: who was handed an answer is damaged");
  const Json all = JsonFrom(document);
  if (!all.is_array()) return damaged;
  std::vector<HandOver> hand_overs;
  for (const Json& json : all) {
    std::optional<HandOver> one = HandOverOf(json);
    if (!one) return damaged;
    hand_overs.push_back(*std::move(one));
  }
  return hand_overs;
}

Access AccessOf(const AnswerReader& reader, const PersonRef& asked_by, TimeMs asked_ms,
                const std::vector<HandOver>& hand_overs, TimeMs now) {
  // Zeros are nobody's question: nobody is equal to nobody.
  if (!asked_by.IsZero() && reader.ref == asked_by) {
    return now < asked_ms + kAnswerOpenMs ? Access::kAnswer : Access::kReceipt;
  }
  const bool handed = std::ranges::any_of(hand_overs, [&](const HandOver& one) {
    return one.to == reader.ref && now < one.until_ms;
  });
  if (handed) return Access::kAnswer;
  return reader.lead_officer ? Access::kSealed : Access::kNone;
}

std::optional<FieldError> CheckColleague(const std::optional<Colleague>& colleague,
                                         const PersonRef& asked_by, Purpose purpose) {
  const FieldError refused{"to", "may not read this answer, or is nobody here",
                           "hand it to somebody with the role that this purpose needs, or have your "
                           "lead officer say who may"};
  if (!colleague || colleague->ref == asked_by || colleague->own_family) return refused;
  const bool fit = std::ranges::any_of(colleague->roles, [&](Role role) {
    return !RuleOf(purpose).safeguarding_role || role != Role::kPractitioner;
  });
  return fit ? std::nullopt : std::optional(refused);
}

}  // namespace whoelse
