// Section 8 (c) of protocol.md: does what an asker hands over explain its question, byte for byte?
//
//   the asker    hands over statement, CK, reply secret key, frame, and what came for each agency
//   the auditor  brings the entries of the relays' logs, whose inclusion it has verified
//                (audit/proof_file.h), and the subject's sub-keys by evaluations of its own, while
//                the key versions live
//
// Every byte of the frame must follow from the statement. An asker with a byte to spare could ask
// about one child and open its receipt as another.
#ifndef WHOELSE_AUDIT_OPENING_CHECK_H_
#define WHOELSE_AUDIT_OPENING_CHECK_H_

#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "audit/entry.h"
#include "protocol/received.h"

namespace whoelse {

// What opens a question. docs/formats/opening.md is how a node keeps it.
struct QuestionOpening {
  Bytes statement;
  ContentKey content_key;
  Secret<32> reply_secret_key;
  Bytes frame;
};

// One relay's collection: what its log says of it, and what the asker says came through it.
struct LoggedCollection {
  CoordinatorId relay;                     // in whose log the entries are
  uint64_t asked_index;
  AskedEntry asked;
  std::optional<AnsweredEntry> answered;   // nullopt: not in the log yet
  std::vector<AgencyItem> items;           // one for each agency of the roster, in its order
};

// The auditor's own evaluations of the statement's subject: for each key version one for each
// position that names an identifier. A key version that is not here cannot be verified any more.
using SubjectKeys = std::map<KeyVersion, std::array<std::optional<SubKeys>, kSubjectSlots>>;

enum class Finding : uint8_t { kHolds, kViolated, kNotVerifiable };

enum class OpeningCheck : uint8_t {
  kFrame,       // is well formed
  kRoster,      // is of this roster's version and its ASKED key versions
  kCommitment,  // commits to the statement
  kStatement,   // is well formed
  kBody,        // opens under CK, to this statement
  kSignature,   // of the agency, over the whole header
  kAskerTag,    // opens to the agency, which the roster has
  kRelays,      // are the agency's pair, in statement and header
  kReplyKey     // belongs to the reply secret key
};
inline constexpr std::array<std::string_view, 9> kOpeningCheckNames = {
    "frame",     "roster",    "commitment", "statement", "body",
    "signature", "asker tag", "relays",     "reply key"};
inline std::string_view Name(OpeningCheck check) {
  return kOpeningCheckNames[static_cast<size_t>(check)];
}

// What a slot turned out to be.
enum class SlotIs : uint8_t {
  kSubject,        // the identifier that the statement names at this position
  kDummy,          // the seed's noise, where it names none
  kUnexplained,    // neither: a child that the statement does not own up to, or one that it names
                   // and did not ask about
  kNotVerifiable   // an identifier of a key version that cannot be evaluated any more
};

struct OpeningVerdict {
  struct SlotVerdict {
    KeyVersion kv;
    uint8_t position;
    SlotIs is;
  };
  struct CollectionVerdict {
    CoordinatorId relay;
    Finding asked;      // FH is the leaf, at a relay of the header
    Finding answered;   // the items are the leaf's
    std::vector<std::pair<AgencyId, Received>> received;   // what each item proves, roster order
  };

  std::array<Finding, kOpeningCheckNames.size()> checks;
  // Empty where the frame is not well formed or not of the roster; slots also without a statement.
  std::vector<SlotVerdict> slots;
  std::vector<CollectionVerdict> collections;
  std::optional<Statement> statement;   // who asked about whom, and why; when well formed

  Finding Of(OpeningCheck check) const { return checks[static_cast<size_t>(check)]; }
  // Nothing contradicts the asker, and nothing is left that could not be verified.
  bool Holds() const;
  // Something does. That an item proves nothing is not among it: agency or relay made it.
  bool Violated() const;
};

// `roster`: of the header's version. Never fails: what does not hold is in the verdict.
OpeningVerdict CheckOpening(const QuestionOpening& opening, const Roster& roster,
                            const SubjectKeys& subject_keys,
                            const std::vector<LoggedCollection>& collections);

}  // namespace whoelse

#endif  // WHOELSE_AUDIT_OPENING_CHECK_H_
