// The local audit trail: what people did at this node, one entry each, chained, never rewritten.
// docs/formats/trail.md. Pure; node/rocksdb_store.h writes an entry with the change it is about.
//
// A reason is free text and may name a child. The chain holds a salted hash of it, so that an entry
// stays provable without it: for an auditor, or when the text has to be erased.
#ifndef WHOELSE_NODE_TRAIL_H_
#define WHOELSE_NODE_TRAIL_H_

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "node/deed.h"
#include "node/record.h"
#include "protocol/ids.h"

namespace whoelse {

// What a deed was about and what came of it. Never a child's number or name.
enum class Fact : uint8_t {
  kAgency = 1,       // of this trail
  kItem,             // the inbox's
  kKind,             // of item
  kOutcome,          // as the inbox records it
  kRecord,           // an id; may come again
  kRecords,          // how many, where they are too many to list
  kReceipt,          // a question's number
  kMode,             // of an import, or the format of an export
  kRows, kImported, kUpdated, kEnded, kLeftOut, kSkipped, kClosed,   // of an import
  kPolicy,           // its hash
  kSince,            // milliseconds: what was read from then on; a store that was in use until then
  kLowered           // node/lowering.h: what is taken from records
};
inline constexpr std::array<std::string_view, 18> kFactNames = {
    "agency", "item",     "kind",    "outcome", "record",   "records", "receipt", "mode", "rows",
    "imported", "updated", "ended", "left-out", "skipped", "closed", "policy", "since", "lowered"};
inline std::string_view Name(Fact fact) { return NameOf(fact, kFactNames); }

struct TrailFact {
  Fact fact;
  std::string value;   // 1 to 64 of A-Z a-z 0-9 . _ -
  auto operator<=>(const TrailFact&) const = default;
};

// Before it has a place in the chain.
struct TrailNote {
  static constexpr size_t kRecordsMax = 64;

  Deed deed{};
  TimeMs at_ms = 0;
  std::string user = "node";          // "local:alice"; "node": nobody but the node itself
  std::optional<LocalRole> duty;      // that allowed it
  std::vector<TrailFact> about;
  std::string reason;                 // as it was typed; empty: none was asked for

  TrailNote& Add(Fact fact, std::string value) {
    about.push_back({fact, std::move(value)});
    return *this;
  }
  // Of many, how many.
  TrailNote& AddRecords(const std::vector<RecordId>& records);
};
// FieldError "reason": it is longer than 1000 bytes, or has characters that are not shown.
std::optional<FieldError> CheckReason(std::string_view reason);

using TrailHash = FixedBytes<struct TrailHashTag, 32>;

// The chain up to an entry and with it.
struct TrailHead {
  uint64_t number = 0;                // of the entry; 0, and zeros: before the first
  TrailHash hash;

  // "17:" and the hash in hex. INVALID_ARGUMENT.
  static absl::StatusOr<TrailHead> Parse(std::string_view text);
  std::string Text() const;
  bool operator==(const TrailHead&) const = default;
};

struct TrailReason {
  using Salt = FixedBytes<struct TrailSaltTag, 16>;
  Salt salt;
  std::string text;
  TrailHash Commitment() const;
  bool operator==(const TrailReason&) const = default;
};

struct TrailEntry {
  uint64_t number = 0;
  TimeMs at_ms = 0;
  std::string user;
  Deed deed{};
  std::optional<LocalRole> duty;
  std::optional<TrailHash> why;       // Commitment() of the reason that was given
  std::vector<TrailFact> about;
  std::optional<TrailReason> reason;  // no part of the chain

  // The entry that comes after `before`; its salt is drawn.
  static TrailEntry After(const TrailHead& before, const TrailNote& note, Random& random);
  // The line that is hashed, without its LF.
  std::string Line() const;
  // The line and, when the reason is there, the line with it, LFs included.
  std::string Text() const;
  static absl::StatusOr<TrailEntry> Parse(std::string_view text);   // INVALID_ARGUMENT
  TrailHead Head(const TrailHead& before) const;
  bool operator==(const TrailEntry&) const = default;
};

// `whoelse trail export`.
struct TrailFile {
  AgencyId agency = 0;
  TrailHead after;                    // that the first entry follows; number 0: it is whole
  std::vector<TrailEntry> entries;    // numbers ascend by one from there
  TrailHead head;                     // of the last

  // INVALID_ARGUMENT, with the line and the byte, for anything but what Serialize writes.
  static absl::StatusOr<TrailFile> Parse(std::string_view text);
  std::string Serialize() const;
  // What stands before and after the entries, for who writes them one by one.
  std::string Opening() const;
  static std::string Ending(const TrailHead& head);
};

// Whether the entries give the head, each reason its hash, and a whole file begins with this
// agency's first entry. INVALID_ARGUMENT says which entry does not: somebody rewrote it.
absl::Status CheckTrail(const TrailFile& file);

// A head that somebody kept, against a file that CheckTrail has passed.
enum class Kept : uint8_t {
  kHolds = 1,
  kRewritten,    // another entry, or another history before it, has its number
  kCutOff,       // the file ends before it: so did the trail when it was exported
  kNotCovered    // the file begins after it
};
Kept CheckKept(const TrailFile& file, const TrailHead& kept);

}  // namespace whoelse

#endif  // WHOELSE_NODE_TRAIL_H_
