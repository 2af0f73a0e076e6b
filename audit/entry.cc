#include "audit/entry.h"

#include <algorithm>
#include <string>
#include <tuple>

#include "protocol/answer.h"

namespace whoelse {
namespace {

constexpr std::string_view kLedgerLabel = "whoelse/1/ledger";

// All of a ledger digest between the type byte and the signature.
Bytes LedgerSignedPart(const LedgerEntry& e) {
  Writer out;
  out.U32(e.agency).U16(e.coordinator).U32(e.log_key_id).U64(e.from).U64(e.to).Raw(e.root);
  return out.Take();
}

void Write(const AskedEntry& e, Writer& out) {
  out.U8(static_cast<uint8_t>(LogEntryType::kAsked)).U64(e.time_ms).Raw(e.frame_hash);
}
void Write(const AnsweredEntry& e, Writer& out) {
  out.U8(static_cast<uint8_t>(LogEntryType::kAnswered));
  out.U64(e.asked_index).U64(e.time_ms).Raw(e.answers_hash);
}
void Write(const EvaluatedEntry& e, Writer& out) {
  out.U8(static_cast<uint8_t>(LogEntryType::kEvaluated)).U32(e.hour).Raw(e.table_hash);
}
void Write(const LedgerEntry& e, Writer& out) {
  out.U8(static_cast<uint8_t>(LogEntryType::kLedger)).Raw(LedgerSignedPart(e)).Raw(e.signature);
}
void Write(const RosterEntry& e, Writer& out) {
  out.U8(static_cast<uint8_t>(LogEntryType::kRoster)).U64(e.version).Raw(e.hash);
}
void Write(const KeyEventEntry& e, Writer& out) {
  out.U8(static_cast<uint8_t>(LogEntryType::kKeyEvent));
  out.U8(static_cast<uint8_t>(e.event)).U32(e.kv).Raw(e.statement_hash);
}
void Write(const OpenedEntry& e, Writer& out) {
  out.U8(static_cast<uint8_t>(LogEntryType::kOpened));
  out.U32(e.auditor).U64(e.time_ms).Raw(e.hash);
}

// The fields in their order; the elements of a braced list are evaluated from left to right.
absl::StatusOr<LogEntry> ReadFields(LogEntryType type, Reader& in) {
  switch (type) {
    case LogEntryType::kAsked:
      return AskedEntry{in.U64(), in.Fixed<FrameHash>()};
    case LogEntryType::kAnswered:
      return AnsweredEntry{in.U64(), in.U64(), in.Fixed<Digest>()};
    case LogEntryType::kEvaluated:
      return EvaluatedEntry{in.U32(), in.Fixed<Digest>()};
    case LogEntryType::kLedger:
      return LedgerEntry{in.U32(), in.U16(), in.U32(), in.U64(), in.U64(), in.Fixed<TreeHash>(),
                         in.Fixed<Signature>()};
    case LogEntryType::kRoster:
      return RosterEntry{in.U64(), in.Fixed<RosterHash>()};
    case LogEntryType::kKeyEvent:
      return KeyEventEntry{static_cast<KeyEvent>(in.U8()), in.U32(), in.Fixed<Digest>()};
    case LogEntryType::kOpened:
      return OpenedEntry{in.U32(), in.U64(), in.Fixed<Digest>()};
  }
  return absl::InvalidArgumentError("log entry: unknown type");
}

bool ValuesAreKnown(const LogEntry& entry) {
  if (const auto* ledger = std::get_if<LedgerEntry>(&entry)) return ledger->from <= ledger->to;
  if (const auto* key = std::get_if<KeyEventEntry>(&entry)) {
    return key->event >= KeyEvent::kCreated && key->event <= KeyEvent::kDestroyed;
  }
  return true;
}

// What a row counts.
auto CounterOf(const EvaluatedRow& row) { return std::tuple(row.party, row.kind, row.kv); }

absl::Status BadRow(size_t byte, std::string_view what) {
  return absl::InvalidArgumentError("evaluated, byte " + std::to_string(byte) + ": " +
                                    std::string(what));
}

}  // namespace

void LedgerEntry::Sign(const SigningKey& identity_key) {
  signature = identity_key.Sign(kLedgerLabel, {LedgerSignedPart(*this)});
}

bool LedgerEntry::SignedBy(const VerifyKey& identity_key) const {
  return identity_key.Verify(kLedgerLabel, {LedgerSignedPart(*this)}, signature);
}

absl::StatusOr<LogEntry> ParseLogEntry(ByteView bytes) {
  Reader in(bytes);
  auto entry = ReadFields(static_cast<LogEntryType>(in.U8()), in);
  if (!entry.ok()) return entry.status();
  if (!in.Done()) return absl::InvalidArgumentError("log entry: not the length of its type");
  if (!ValuesAreKnown(*entry)) return absl::InvalidArgumentError("log entry: impossible value");
  return entry;
}

Bytes SerializeLogEntry(const LogEntry& entry) {
  Writer out;
  std::visit([&out](const auto& e) { Write(e, out); }, entry);
  return out.Take();
}

AnsweredItem ItemOf(ByteView wire_or_refusal) {
  return Retag<AnsweredItem>(WireHash(wire_or_refusal));
}

AnsweredItem ItemOf(RelayCode code) {
  AnsweredItem item;
  item.data()[AnsweredItem::kSize - 1] = static_cast<uint8_t>(code);
  return item;
}

Digest AnswersHash(std::span<const AnsweredItem> items) {
  Writer out;
  for (const AnsweredItem& item : items) out.Raw(item);
  return H("whoelse/1/answers", out.view());
}

Bytes EncodeEvaluatedRows(std::vector<EvaluatedRow> rows) {
  std::sort(rows.begin(), rows.end());
  Writer out;
  for (const EvaluatedRow& row : rows) {
    out.U32(row.party).U8(static_cast<uint8_t>(row.kind)).U32(row.kv).U32(row.elements);
  }
  return out.Take();
}

absl::StatusOr<std::vector<EvaluatedRow>> ParseEvaluatedRows(ByteView bytes) {
  std::vector<EvaluatedRow> rows;
  Reader in(bytes);
  while (in.left() > 0) {
    const size_t at = bytes.size() - in.left();
    EvaluatedRow row;
    row.party = in.U32();
    row.kind = static_cast<EvaluationKind>(in.U8());
    row.kv = in.U32();
    row.elements = in.U32();
    if (!in.ok()) return BadRow(at, "the row is cut short");
    if (row.kind < EvaluationKind::kAsk || row.kind > EvaluationKind::kAudit) {
      return BadRow(at, "the kind is unknown");
    }
    // One counter in two rows would be two numbers, of which a reader could be shown either.
    if (!rows.empty() && CounterOf(rows.back()) >= CounterOf(row)) {
      return BadRow(at, "the row is not above the one before");
    }
    rows.push_back(row);
  }
  return rows;
}

Digest EvaluatedTableHash(const EvaluatedSalt& salt, std::vector<EvaluatedRow> rows) {
  return H("whoelse/1/evaluated", {salt, EncodeEvaluatedRows(std::move(rows))});
}

Digest DestroyedHash(KeyVersion kv) { return H("whoelse/1/destroyed", Writer().U32(kv).view()); }

absl::StatusOr<Digest> OpenedHash(const OpenedSalt& salt, const FrameHash& frame_hash,
                                  std::string_view authority, const VerifyKey& second_person) {
  if (authority.empty() || authority.size() > kAuthorityMax) {
    return absl::InvalidArgumentError("opening: the authority's reference is not 1 to 512 bytes");
  }
  Writer out;
  out.Raw(salt).Raw(frame_hash).U16(static_cast<uint16_t>(authority.size()));
  out.Raw(AsBytes(authority)).Raw(second_person.bytes());
  return H("whoelse/1/opened", out.view());
}

absl::StatusOr<TreeHash> LedgerRoot(uint64_t from, uint64_t to, std::vector<LedgerRow> rows) {
  if (from > to) return absl::InvalidArgumentError("ledger digest: from is above to");
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  Frontier tree;
  for (const LedgerRow& row : rows) {
    if (row.index < from || row.index > to) {
      return absl::InvalidArgumentError("ledger digest: a row outside of its range");
    }
    Writer leaf;
    tree.Append(LeafHash(leaf.Raw(row.frame_hash).U64(row.index).Raw(row.wire_hash).view()));
  }
  return tree.Root();
}

}  // namespace whoelse
