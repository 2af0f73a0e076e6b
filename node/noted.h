// What an opened question leaves behind at a holder: for the lead officer's ledger (sealed to them)
// and for the node's own later work (sealed under its master key). Each of one fixed size, all
// zeros for a frame that opened nothing, so that the disk tells no hit from a miss.
#ifndef WHOELSE_NODE_NOTED_H_
#define WHOELSE_NODE_NOTED_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/seal.h"
#include "node/record.h"
#include "protocol/ids.h"
#include "protocol/limits.h"
#include "protocol/question.h"

namespace whoelse {

inline constexpr size_t kNotedSize = kLedgerSealedSize - kSealedBoxOverhead;
static_assert(kNotedSize == 208);
// Of a child's records at most so many are looked at: what an import lets one identifier have.
inline constexpr size_t kRecordsLookedAt = 200;
// At a hub, so many of one organisation's. Whoever could take all the room with records of its own
// would see by what is left out whether another organisation holds the child.
inline constexpr size_t kRecordsOfOneOwner = 40;
static_assert(5 * kRecordsOfOneOwner <= kRecordsLookedAt);
inline constexpr size_t kNotedHeadSize = 84;
inline constexpr size_t kNotedDecisionSize = 6;
// What the ledger's has room for; the node's own has room for all of them.
inline constexpr size_t kNotedDecisionsMax = (kNotedSize - kNotedHeadSize) / kNotedDecisionSize;
static_assert(kNotedDecisionsMax == 20);
inline constexpr size_t kNotedWholeSize = kNotedHeadSize + kRecordsLookedAt * kNotedDecisionSize;
static_assert(kRecordsLookedAt <= UINT8_MAX && kNotedWholeSize != kNotedSize);

struct Noted {
  // Why a person should look, beside what the decisions say.
  enum Reason : uint8_t {
    kNothingSpecial = 0,
    kShieldNotice = 1,            // records were shielded, pending
    kPossibleWrongChild = 2,      // date of birth differs in two parts, or is missing
    kTwoChildren = 4,             // number and UPN are of different children here
    kPurposeNotAllowed = 8,       // the asker may not ask for this
    kContactWasWrong = 16,        // the asker says that a contact we gave is wrong
    kMoreRecords = 32,            // of the child are here than these decisions are about
  };
  // No row was asked: what the question or the record is kept it from being decided.
  static constexpr uint8_t kNoRow = 255;
  // The same, of a record whose date of birth is why the child may be another.
  static constexpr uint8_t kBirthInDoubt = 254;
  struct Decision {
    RecordId record;
    Outcome outcome;
    uint8_t row;                  // of the policy table, kNoRow or kBirthInDoubt
    bool more = false;            // whose it is has more records of the child than were looked at
    bool two_children = false;    // number and UPN are of different children among its owner's

    bool Undecided() const { return row == kNoRow || IsInDoubt(); }
    bool IsInDoubt() const { return row == kBirthInDoubt; }
    bool IsOfMore() const { return more; }
    bool IsOfTwoChildren() const { return two_children; }
  };

  TimeMs received_ms = 0;
  FrameHash frame_hash;
  AgencyId agency = 0;            // 0: nothing was opened
  PersonRef practitioner_ref;
  std::string organisation;       // the asking one's code
  Purpose purpose{};
  Power power{};
  Article6 article6{};
  Article9 article9{};
  uint16_t flags = 0;
  uint8_t reasons = kNothingSpecial;
  std::vector<Decision> decisions;   // at most kRecordsLookedAt

  // What the statement of a question says; nothing of what came of it.
  static Noted Of(const Statement& statement, const FrameHash& frame_hash, TimeMs received_ms);
  bool Opened() const { return agency != 0; }
  // A node's own question, a watch or a notice's repetition, names no practitioner (protocol.md
  // section 1).
  bool IsOfANode() const { return practitioner_ref == PersonRef(); }
  // The ledger's, 208 bytes. Of more decisions than it has room for those that matter most to
  // people stay, and it says that there were more.
  Bytes Encode() const;
  // The node's own, with all of them.
  Bytes EncodeWhole() const;
  // Of either.
  // DATA_LOSS when the bytes are not what Encode wrote.
  static absl::StatusOr<Noted> Decode(ByteView bytes);

 private:
  Bytes EncodeInto(size_t size) const;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_NOTED_H_
