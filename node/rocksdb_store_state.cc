#include <rocksdb/db.h>

#include "node/rocksdb_store.h"

namespace whoelse {
namespace {

constexpr std::string_view kRosterKey = "roster";
constexpr std::string_view kEnrolmentKey = "enrolment";
constexpr std::string_view kPolicyKey = "policy";
constexpr std::string_view kAgencyCountsKey = "asked-today";

std::string WatchKey(CoordinatorId coordinator, uint32_t log_key_id) {
  return "watch/" + std::to_string(coordinator) + "/" + std::to_string(log_key_id);
}

std::string CountsKey(const PersonRef& practitioner) {
  return "asked-today/" + ToString(practitioner);
}

}  // namespace

void RocksdbStore::WriteOpening(const FrameHash& hash, ByteView opening) {
  PutSynced(kAsked, ToString(hash) + "/opening", opening);
}

void RocksdbStore::WriteCollected(const FrameHash& hash, ByteView collected) {
  PutSynced(kAsked, ToString(hash) + "/collected", collected);
}

absl::StatusOr<std::optional<RosterKeeper::State>> RocksdbStore::ReadRosterState() const {
  absl::StatusOr<std::optional<Bytes>> value = Get(kMeta, kRosterKey);
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::optional<RosterKeeper::State>();
  absl::StatusOr<RosterKeeper::State> state = RosterKeeper::State::Parse(**value);
  if (!state.ok()) return state.status();
  return std::optional(*std::move(state));
}

void RocksdbStore::WriteRosterState(const RosterKeeper::State& state) {
  PutSynced(kMeta, kRosterKey, state.Serialize());
}

absl::StatusOr<std::optional<LogWatch::Memory>> RocksdbStore::ReadWatch(
    CoordinatorId coordinator, uint32_t log_key_id) const {
  absl::StatusOr<std::optional<Bytes>> value = Get(kMeta, WatchKey(coordinator, log_key_id));
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::optional<LogWatch::Memory>();
  Reader reader(**value);
  const uint64_t size = reader.U64();
  std::vector<TreeHash> hashes;
  for (size_t n = reader.U8(); n > 0; --n) hashes.push_back(reader.Fixed<TreeHash>());
  std::string checkpoint = ToString(reader.Raw(reader.left()));
  absl::StatusOr<Frontier> frontier = Frontier::Create(size, std::move(hashes));
  if (!reader.ok() || !frontier.ok()) return absl::DataLossError("store: a watched log is damaged");
  return std::optional(LogWatch::Memory{std::move(checkpoint), *std::move(frontier)});
}

void RocksdbStore::WriteWatch(CoordinatorId coordinator, uint32_t log_key_id,
                              const LogWatch::Memory& memory) {
  Writer out;
  out.U64(memory.frontier.size()).U8(static_cast<uint8_t>(memory.frontier.hashes().size()));
  for (const TreeHash& hash : memory.frontier.hashes()) out.Raw(hash);
  out.Raw(AsBytes(memory.checkpoint));
  // Not synced: what a crash loses here is a gap at the next attachment, proved consistent there.
  const std::string key = WatchKey(coordinator, log_key_id);
  rocksdb::WriteBatch batch;
  batch.Put(family(kMeta), key, Seal(kMeta, key, out.view()));
  Write(batch, false);
}

absl::StatusOr<RocksdbStore::EnrolmentState> RocksdbStore::ReadEnrolmentState() const {
  absl::StatusOr<std::optional<Bytes>> value = Get(kMeta, kEnrolmentKey);
  if (!value.ok()) return value.status();
  EnrolmentState state;
  if (!value->has_value()) return state;
  Reader reader(**value);
  state.newest_import_ms = reader.U64();
  while (reader.ok() && reader.left() > 0) {
    const KeyVersion kv = reader.U32();
    state.begun_ms[kv] = reader.U64();
  }
  if (!reader.Done()) return absl::DataLossError("store: the enrolment state is damaged");
  return state;
}

void RocksdbStore::WriteEnrolmentState(const EnrolmentState& state) {
  Writer out;
  out.U64(state.newest_import_ms);
  for (const auto& [kv, begun] : state.begun_ms) out.U32(kv).U64(begun);
  PutSynced(kMeta, kEnrolmentKey, out.view());
}

absl::StatusOr<std::optional<Bytes>> RocksdbStore::ReadPolicyState() const {
  return Get(kMeta, kPolicyKey);
}

void RocksdbStore::WritePolicyState(ByteView state) { PutSynced(kMeta, kPolicyKey, state); }

absl::StatusOr<AskCounts> RocksdbStore::ReadAskCounts(const PersonRef& practitioner,
                                                      Date day) const {
  AskCounts counts;
  const auto mine = Get(kMeta, CountsKey(practitioner));
  if (!mine.ok()) return mine.status();
  const auto agencys = Get(kMeta, kAgencyCountsKey);
  if (!agencys.ok()) return agencys.status();
  if (mine->has_value()) {
    Reader reader(**mine);
    const bool today = reader.U32() == day.ymd();
    const AskCounts kept{reader.U32(), reader.U32(), reader.U32(), 0};
    if (!reader.Done()) return absl::DataLossError("store: a count of questions is damaged");
    if (today) counts = kept;
  }
  if (agencys->has_value()) {
    Reader reader(**agencys);
    const bool today = reader.U32() == day.ymd();
    const uint32_t notices = reader.U32();
    if (!reader.Done()) return absl::DataLossError("store: a count of notices is damaged");
    if (today) counts.agency_shield_notices = notices;
  }
  return counts;
}

void RocksdbStore::WriteAskCounts(const PersonRef& practitioner, Date day,
                                  const AskCounts& counts) {
  const Bytes mine = Writer().U32(day.ymd()).U32(counts.questions).U32(counts.emergencies)
                         .U32(counts.shield_notices).Take();
  const Bytes agencys = Writer().U32(day.ymd()).U32(counts.agency_shield_notices).Take();
  const std::string key = CountsKey(practitioner);
  rocksdb::WriteBatch batch;
  batch.Put(family(kMeta), key, Seal(kMeta, key, mine));
  batch.Put(family(kMeta), kAgencyCountsKey, Seal(kMeta, kAgencyCountsKey, agencys));
  // Synced: a node that is made to crash must not begin to count anew.
  Write(batch, true);
}

}  // namespace whoelse
