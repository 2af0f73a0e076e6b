// What a holder checks of an opened question: protocol.md section 6, V1 to V7. A failure is a miss,
// silently: an error here would tell who holds the child.
#ifndef WHOELSE_NODE_PRIVATE_CHECKS_H_
#define WHOELSE_NODE_PRIVATE_CHECKS_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "node/record.h"
#include "protocol/question.h"
#include "protocol/roster.h"

namespace whoelse {

// A record that a slot's check value matched.
struct Hit {
  RecordId id;
  const Record* record;
  uint8_t j;                      // slot; its position is j modulo 2
  const Secret<32>* wrap_key;     // of this record, for this slot's type and key version
  // At a hub, whose record: each organisation is a holder for itself. "" elsewhere.
  std::string_view owner = {};
};

struct PrivateVerdict {
  enum class Check : uint8_t { kPassed = 0, kV1 = 1, kV2, kV3, kV4, kV5, kV6, kV7 };
  struct Opened {
    RecordId id;
    const Record* record;
    bool birth_date_differs;      // in one part: answered, marked
  };

  Check failed = Check::kPassed;  // the first that failed
  std::optional<Statement> statement;     // from V2 on
  std::optional<ContentKey> content_key;  // from V1 on
  std::vector<Opened> opened;     // records to decide on, in order of import; empty unless passed
  std::vector<RecordId> about;    // the child's records here, also when V7 then failed
  std::vector<RecordId> doubtful; // those of them that may be another child's, by the date of birth
  std::set<RecordId> two_children;   // those whose owner's number and UPN find different children
  bool under_notice = false;      // one of the child's records here is shielded by a notice
  uint8_t reasons = 0;            // Noted::Reason bits: what the lead officer should hear of
};

// `frame_roster`: of the header's version. `my_roster`: this node's. Hits are in order of import
// within a slot.
PrivateVerdict CheckOpened(const Frame& frame, const std::vector<Hit>& hits,
                           const Roster& frame_roster, const Roster& my_roster);

// Whether a record counts for the child that a statement names: by the number, or by the UPN where
// the record's number, if it has one, is not another (V6).
bool IsOfSubject(const Record& record, const Subject& subject);
// Whether its date of birth is the one that was asked about, but for one part at most (V7).
bool BirthFits(const Record& record, uint32_t asked);

}  // namespace whoelse

#endif  // WHOELSE_NODE_PRIVATE_CHECKS_H_
