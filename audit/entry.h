// What a log's leaves say, byte for byte, and the hashes that they commit to.
// docs/formats/log-entries.md.
#ifndef WHOELSE_AUDIT_ENTRY_H_
#define WHOELSE_AUDIT_ENTRY_H_

#include <array>
#include <compare>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "audit/merkle.h"
#include "crypto/hash.h"
#include "crypto/sign.h"
#include "protocol/codes.h"
#include "protocol/ids.h"

namespace whoelse {

// The first byte of an entry.
enum class LogEntryType : uint8_t {
  kAsked = 0x01, kAnswered, kEvaluated, kLedger, kRoster, kKeyEvent, kOpened
};

// A question was admitted. Says neither who asked nor about whom.
struct AskedEntry {
  TimeMs time_ms = 0;
  FrameHash frame_hash;
  bool operator==(const AskedEntry&) const = default;
};

// The collection of that question's answers was closed.
struct AnsweredEntry {
  uint64_t asked_index = 0;   // the Asked leaf in the same log
  TimeMs time_ms = 0;
  Digest answers_hash;        // AnswersHash
  bool operator==(const AnsweredEntry&) const = default;
};

// What an evaluator evaluated in an hour.
struct EvaluatedEntry {
  uint32_t hour = 0;          // unix seconds / 3600
  Digest table_hash;          // EvaluatedTableHash
  bool operator==(const EvaluatedEntry&) const = default;
};

// An agency's digest of its ledger, logged at a coordinator other than the one it is about.
struct LedgerEntry {
  AgencyId agency = 0;
  CoordinatorId coordinator = 0;   // whose log the indexes belong to
  uint32_t log_key_id = 0;         // note key id of that log's key
  uint64_t from = 0;               // from <= index <= to
  uint64_t to = 0;
  TreeHash root;                   // LedgerRoot
  Signature signature;

  // Signs all that stands before the signature, after the type byte.
  void Sign(const SigningKey& identity_key);
  bool SignedBy(const VerifyKey& identity_key) const;
  bool operator==(const LedgerEntry&) const = default;
};

// A roster was published; a roster acts no earlier than its delay after this leaf.
struct RosterEntry {
  uint64_t version = 0;
  RosterHash hash;
  bool operator==(const RosterEntry&) const = default;
};

enum class KeyEvent : uint8_t { kCreated = 1, kActivated, kRetired, kDestroyed };
inline constexpr std::array<std::string_view, 4> kKeyEventNames = {"created", "activated",
                                                                   "retired", "destroyed"};
inline std::string_view Name(KeyEvent event) { return NameOf(event, kKeyEventNames); }

// A step in the life of a key version at this coordinator.
struct KeyEventEntry {
  KeyEvent event = KeyEvent::kCreated;
  KeyVersion kv = 0;
  Digest statement_hash;      // the roster's hash; of kDestroyed, DestroyedHash
  bool operator==(const KeyEventEntry&) const = default;
};

// An auditor is about to open a question. Says neither which one nor on whose authority.
struct OpenedEntry {
  AgencyId auditor = 0;
  TimeMs time_ms = 0;   // by the auditor's clock
  Digest hash;          // OpenedHash
  bool operator==(const OpenedEntry&) const = default;
};

using LogEntry = std::variant<AskedEntry, AnsweredEntry, EvaluatedEntry, LedgerEntry, RosterEntry,
                              KeyEventEntry, OpenedEntry>;

// INVALID_ARGUMENT: an unknown type or key event, another length than that of the type, or a ledger
// digest with from > to. No signature is checked here.
absl::StatusOr<LogEntry> ParseLogEntry(ByteView bytes);
Bytes SerializeLogEntry(const LogEntry& entry);

// What Answered commits to for one agency: the hash of what it sent, or the relay's word for its
// silence.
using AnsweredItem = FixedBytes<struct AnsweredItemTag, 32>;
AnsweredItem ItemOf(ByteView wire_or_refusal);   // WireHash
AnsweredItem ItemOf(RelayCode code);             // 31 zero bytes || code

// H("whoelse/1/answers", the items one after another), one for each agency of the roster of the
// frame's version, in that roster's order.
Digest AnswersHash(std::span<const AnsweredItem> items);

// One counter of an evaluator in one hour.
struct EvaluatedRow {
  uint32_t party = 0;   // agency or auditor
  EvaluationKind kind = EvaluationKind::kAsk;
  KeyVersion kv = 0;
  uint32_t elements = 0;
  auto operator<=>(const EvaluatedRow&) const = default;
};
// party u32 | kind u8 | kv u32 | elements u32 of each row, sorted here by party, kind, kv.
Bytes EncodeEvaluatedRows(std::vector<EvaluatedRow> rows);
// INVALID_ARGUMENT, with the byte: what EncodeEvaluatedRows does not write, a counter in two rows.
absl::StatusOr<std::vector<EvaluatedRow>> ParseEvaluatedRows(ByteView bytes);

// Fresh and random each hour: without it, the hash of a table whose cells are few is guessed.
using EvaluatedSalt = FixedBytes<struct EvaluatedSaltTag, 32>;

// H("whoelse/1/evaluated", salt || EncodeEvaluatedRows(rows)).
Digest EvaluatedTableHash(const EvaluatedSalt& salt, std::vector<EvaluatedRow> rows);

// H("whoelse/1/destroyed", kv): there is no roster behind the destruction of a share, and no
// statement but the event itself.
Digest DestroyedHash(KeyVersion kv);

// Fresh and random for each opening: FHs are public, so that without it everybody would find which
// question an opening is about.
using OpenedSalt = FixedBytes<struct OpenedSaltTag, 32>;
inline constexpr size_t kAuthorityMax = 512;   // bytes of a written authority's reference

// H("whoelse/1/opened", salt || FH || u16 length || the written authority's reference || the second
// person's public key). INVALID_ARGUMENT: the reference is empty or longer than kAuthorityMax.
absl::StatusOr<Digest> OpenedHash(const OpenedSalt& salt, const FrameHash& frame_hash,
                                  std::string_view authority, const VerifyKey& second_person);

// What stays of a ledger entry when its sealed part is gone.
struct LedgerRow {
  uint64_t index = 0;
  FrameHash frame_hash;
  Digest wire_hash;
  auto operator<=>(const LedgerRow&) const = default;
};

// RFC 6962 root over FH || index || wire hash of each row, sorted here by index (then by FH: a
// relay that admits two frames at one index must not leave the node without a digest); equal rows
// count once. INVALID_ARGUMENT: from > to, or a row outside of them.
absl::StatusOr<TreeHash> LedgerRoot(uint64_t from, uint64_t to, std::vector<LedgerRow> rows);

}  // namespace whoelse

#endif  // WHOELSE_AUDIT_ENTRY_H_
