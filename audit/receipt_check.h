// What a receipt proves, to anybody who has the federation's rosters and nothing else. Offline and
// pure. Says "proved" only of what it has computed itself; what stays to be shown is named.
// docs/formats/receipt.md.
#ifndef WHOELSE_AUDIT_RECEIPT_CHECK_H_
#define WHOELSE_AUDIT_RECEIPT_CHECK_H_

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/opening_check.h"
#include "audit/receipt.h"
#include "protocol/roster.h"

namespace whoelse {

// What a receipt claims. The claims of one relay are made for each of its parts.
enum class ReceiptClaim : uint8_t {
  kRoster = 1,   // it was asked under one of the rosters given
  kAdmitted,     // the relay signed that the question is a leaf, where and when
  kLogged,       // it is that leaf, in a tree that the log has signed
  kAnswers,      // what stands here for each agency is what the log says was answered
  kWitnessed,    // a quorum of witnesses has seen that tree: the log cannot take it back
  kOpening       // statement and keys are those that the frame was made from
};
inline constexpr std::array<std::string_view, 6> kReceiptClaimNames = {
    "roster", "admitted", "logged", "answers", "witnessed", "opening"};
inline std::string_view Name(ReceiptClaim claim) { return NameOf(claim, kReceiptClaimNames); }

// As reports say it.
inline std::string_view Name(Finding finding) {
  constexpr std::array<std::string_view, 3> kNames = {"proved", "refuted", "not provable yet"};
  return kNames[static_cast<size_t>(finding)];
}

struct ReceiptFinding {
  ReceiptClaim claim;
  CoordinatorId relay;   // 0: of the receipt as a whole
  Finding finding;       // proved, refuted, or not provable (yet)
  std::string words;     // one plain sentence that says what is so, and if not proved, what to do
};

// What came of one agency, of all that stands in the receipt for it.
struct ReceiptAgency {
  enum class Came : uint8_t {
    kNothing,          // nothing that proves anything
    kRelayCode,        // the relay's unsigned word
    kRefused,          // the agency's signed word that it did not process the question
    kSealed,           // an answer that only the opening opens
    kNothingDisclosed, // with the opening: its signed answer
    kDisclosed,
    kDisputed          // two answers by it that differ
  };
  AgencyId agency;
  Came came = Came::kNothing;
  std::optional<RelayCode> code;         // of kRelayCode
  std::optional<RefusalCode> refusal;    // of kRefused
};

struct ReceiptCheck {
  std::vector<ReceiptFinding> findings;
  std::vector<ReceiptAgency> agencies;   // in roster order; empty without the question's roster
  // "Asked 41: 38 disclosed nothing, ...". Of sealed answers only their number.
  std::string summary;
  // What no finding above says, and how it could be shown.
  std::vector<std::string> not_shown;

  // Refuted when anything is; proved when everything is.
  Finding Overall() const;
};

// `rosters`: of this federation and authentic (the caller has checked their signatures), in any
// order: the one the question was asked under and, to judge a checkpoint made after log keys or
// witnesses changed, those that followed. `subject_keys`: of an auditor that evaluates for itself;
// empty offline. Takes what Receipt::Parse accepts.
ReceiptCheck CheckReceipt(const Receipt& receipt, const std::vector<Roster>& rosters,
                          const SubjectKeys& subject_keys = {});

}  // namespace whoelse

#endif  // WHOELSE_AUDIT_RECEIPT_CHECK_H_
