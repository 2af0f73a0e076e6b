// Who at this agency may read what of a question that was asked here, and for how long. portal.md:
// an answer is open for 72 hours to who asked and whom they hand it over to, then only its receipt.
#ifndef WHOELSE_NODE_ANSWER_ACCESS_H_
#define WHOELSE_NODE_ANSWER_ACCESS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "node/asker_rules.h"
#include "node/field_error.h"
#include "protocol/ids.h"

namespace whoelse {

inline constexpr TimeMs kAnswerOpenMs = 72ull * 3'600'000;
inline constexpr size_t kHandOversMax = 16;   // of one answer
inline constexpr size_t kHandOverReasonMax = 500;   // bytes

// An answer handed to a colleague; who, to whom, when and why stays with the receipt for good.
struct HandOver {
  PersonRef to;
  std::string to_user, by_user;
  TimeMs at_ms = 0;
  TimeMs until_ms = 0;
  std::string reason;
  bool operator==(const HandOver&) const = default;
};
// As the store has them. DATA_LOSS for anything that HandOversDocument has not written.
std::string HandOversDocument(const std::vector<HandOver>& hand_overs);
absl::StatusOr<std::vector<HandOver>> ReadHandOvers(std::string_view document);

// Ascending: each sees what the one before sees.
enum class Access : uint8_t {
  kNone,      // not even whether there is such a question
  kSealed,    // the receipt as it goes to auditors: it opens nothing
  kReceipt,   // and what came of each agency
  kAnswer     // and the answer
};

struct AnswerReader {
  PersonRef ref;
  bool lead_officer = false;
};
Access AccessOf(const AnswerReader& reader, const PersonRef& asked_by, TimeMs asked_ms,
                const std::vector<HandOver>& hand_overs, TimeMs now);

// A colleague to whom an answer is handed over, as this node knows them.
struct Colleague {
  PersonRef ref;
  std::vector<Role> roles;
  bool own_family = false;   // node/asker_rules.h, IsOwnFamily
};
// Nobody, when the rules would let them ask the question themselves in one of their roles. Else an
// error that says only that they may not: that the child is their own family is not the asker's to
// know. `colleague`: nullopt when there is no such person.
std::optional<FieldError> CheckColleague(const std::optional<Colleague>& colleague,
                                         const PersonRef& asked_by, Purpose purpose);

}  // namespace whoelse

#endif  // WHOELSE_NODE_ANSWER_ACCESS_H_
