#include "coordinator/state_rows.h"

#include <limits>
#include <utility>

#include "protocol/limits.h"

namespace whoelse {
namespace {

constexpr uint64_t kNotAnswered = std::numeric_limits<uint64_t>::max();

absl::Status Damaged(const char* what) {
  return absl::DataLossError(std::string("store: a damaged ") + what);
}

Bytes Prefixed(uint8_t prefix, uint64_t number) {
  return Writer().U8(prefix).U64(number).Take();
}

}  // namespace

Bytes EncodeIndex(uint64_t index) { return Writer().U64(index).Take(); }

absl::StatusOr<uint64_t> DecodeIndex(ByteView bytes) {
  Reader in(bytes);
  const uint64_t index = in.U64();
  if (!in.Done()) return Damaged("index");
  return index;
}

Bytes EncodeNodeKey(unsigned level, uint64_t index) {
  return Writer().U8(static_cast<uint8_t>(level)).U64(index).Take();
}

Bytes EncodeCounterKey(const CounterKey& key) {
  Writer out;
  out.U8('C').U8(static_cast<uint8_t>(key.use)).U32(key.party);
  out.U8(static_cast<uint8_t>(key.kind)).U32(key.kv).U32(key.day);
  return out.Take();
}

Bytes EncodeTallyKey(const TallyKey& key) {
  Writer out;
  out.U8(kTallyPrefix).U32(key.hour).U32(key.party);
  out.U8(static_cast<uint8_t>(key.kind)).U32(key.kv);
  return out.Take();
}

absl::StatusOr<TallyKey> DecodeTallyKey(ByteView bytes) {
  Reader in(bytes);
  const uint8_t prefix = in.U8();
  TallyKey key;
  key.hour = in.U32();
  key.party = in.U32();
  const uint8_t kind = in.U8();
  key.kv = in.U32();
  if (!in.Done() || prefix != kTallyPrefix || kind < 1 || kind > 4) return Damaged("tally");
  key.kind = static_cast<EvaluationKind>(kind);
  return key;
}

Bytes TalliesOfHour(uint32_t hour) { return Writer().U8(kTallyPrefix).U32(hour).Take(); }

Bytes EncodeNumber(uint32_t number) { return Writer().U32(number).Take(); }

absl::StatusOr<uint32_t> DecodeNumber(ByteView bytes) {
  Reader in(bytes);
  const uint32_t number = in.U32();
  if (!in.Done()) return Damaged("number");
  return number;
}

Bytes EncodeHead(const LogHead& head) {
  Writer out;
  out.U64(head.size()).U64(head.last_ms);
  for (const TreeHash& hash : head.frontier.hashes()) out.Raw(hash);
  return out.Take();
}

absl::StatusOr<LogHead> DecodeHead(ByteView bytes) {
  Reader in(bytes);
  const uint64_t size = in.U64();
  const TimeMs last_ms = in.U64();
  std::vector<TreeHash> hashes;
  while (in.left() > 0 && in.ok()) hashes.push_back(in.Fixed<TreeHash>());
  auto frontier = Frontier::Create(size, std::move(hashes));
  if (!in.Done() || !frontier.ok()) return Damaged("head");
  return LogHead{*std::move(frontier), last_ms};
}

Bytes EncodeAsked(const AskedRow& row) {
  Writer out;
  out.U64(row.index).U64(row.time_ms).Raw(row.frame_hash).U32(row.asker).Raw(row.r);
  out.U64(row.roster_version).U32(row.agencies).U64(row.answered_index.value_or(kNotAnswered));
  return out.Take();
}

absl::StatusOr<AskedRow> DecodeAsked(ByteView bytes) {
  Reader in(bytes);
  AskedRow row;
  row.index = in.U64();
  row.time_ms = in.U64();
  row.frame_hash = in.Fixed<FrameHash>();
  row.asker = in.U32();
  row.r = in.Fixed<Opening32>();
  row.roster_version = in.U64();
  row.agencies = in.U32();
  const uint64_t answered = in.U64();
  if (!in.Done() || row.agencies > kAgenciesMax) return Damaged("row of the side table");
  if (answered != kNotAnswered) row.answered_index = answered;
  return row;
}

Bytes EncodeTable(const EvaluatedTable& table) {
  Writer out;
  out.U32(table.hour).U64(table.index).Raw(table.salt).Raw(EncodeEvaluatedRows(table.rows));
  return out.Take();
}

absl::StatusOr<EvaluatedTable> DecodeTable(ByteView bytes) {
  Reader in(bytes);
  EvaluatedTable table;
  table.hour = in.U32();
  table.index = in.U64();
  table.salt = in.Fixed<EvaluatedSalt>();
  auto rows = ParseEvaluatedRows(in.Raw(in.left()));
  if (!in.Done() || !rows.ok()) return Damaged("table");
  table.rows = *std::move(rows);
  return table;
}

Bytes AskedKey(uint64_t index) { return Prefixed(kAskedPrefix, index); }
Bytes OpenKey(uint64_t index) { return Prefixed(kOpenPrefix, index); }
Bytes TableKey(uint32_t hour) { return Prefixed(kTablePrefix, hour); }
Bytes RosterKey(uint64_t version) { return Prefixed('R', version); }
Bytes LoggedKey(const TreeHash& leaf) { return Writer().U8('L').Raw(leaf).Take(); }
Bytes KeyEventKey(KeyVersion kv, KeyEvent event) {
  return Writer().U8(kKeyEventPrefix).U32(kv).U8(static_cast<uint8_t>(event)).Take();
}

}  // namespace whoelse
