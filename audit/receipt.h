// The receipt of a question: one self-contained text file from which anybody can check, offline and
// with the federation's rosters alone, that the question was logged, what its answers were, and that
// nothing was rewritten since. docs/formats/receipt.md has the layout; audit/receipt_check.h the
// checks. A receipt says nothing by itself: whoever made the file may have written anything into it.
#ifndef WHOELSE_AUDIT_RECEIPT_H_
#define WHOELSE_AUDIT_RECEIPT_H_

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "audit/merkle.h"
#include "protocol/admission.h"
#include "protocol/note.h"
#include "protocol/question.h"

namespace whoelse {

// What the asker's node says of its receipt; no check rests on it.
enum class ReceiptState : uint8_t {
  kPending = 1,   // a leaf is not yet proven under a quorum of cosignatures
  kComplete,
  kDisputed       // an Answered leaf does not say what this node received
};
inline constexpr std::array<std::string_view, 3> kReceiptStateNames = {"PENDING", "COMPLETE",
                                                                       "DISPUTED"};
inline std::string_view Name(ReceiptState state) { return NameOf(state, kReceiptStateNames); }

// A leaf as logged, and its way to the root of the part's checkpoint.
struct ReceiptLeaf {
  Bytes entry;
  std::vector<TreeHash> proof;   // the leaf's sibling first
  bool operator==(const ReceiptLeaf&) const = default;
};

// What one relay handed over for one agency: nothing, a sealed answer (kWireSize) or a signed refusal
// (kRefusalSize) as it came, or the relay's own word.
struct ReceiptItem {
  AgencyId agency = 0;
  std::variant<std::monostate, Bytes, RelayCode> what;
  bool operator==(const ReceiptItem&) const = default;
};

// What one relay did with the question.
struct ReceiptPart {
  CoordinatorId relay = 0;
  std::optional<Admission> admission;       // without it, this relay's log says nothing for us
  std::optional<ReceiptLeaf> asked;         // at the admission's index
  std::optional<uint64_t> answered_index;   // as the relay stated it when it closed the collection
  std::optional<ReceiptLeaf> answered;      // at that index
  std::optional<Note> checkpoint;           // over the leaves above, with its cosignatures
  std::vector<ReceiptItem> items;           // in the roster's order, an agency once
};

// What opens the question and every answer. In a receipt only when somebody asked for it.
struct ReceiptOpening {
  Bytes statement;                          // kStatementSize; not looked into here
  ContentKey content_key;
  Secret<32> reply_secret_key;
};

struct Receipt {
  ReceiptState state;
  RosterHash roster_hash;                   // of the roster that the frame's version names
  Frame frame;
  std::vector<ReceiptPart> parts;           // in the order asked; two when the question was retried
  std::optional<ReceiptOpening> opening;

  // INVALID_ARGUMENT for anything but what Serialize writes, with the line and the byte where it
  // broke; never with what stood there. Beyond the form it refuses what contradicts the frame in the
  // same file (number, federation, roster version, relays, the admission's frame hash and index).
  static absl::StatusOr<Receipt> Parse(std::string_view text);
  // Holds the opening's secrets when there are any: the caller's to wipe.
  std::string Serialize() const;
};

}  // namespace whoelse

#endif  // WHOELSE_AUDIT_RECEIPT_H_
