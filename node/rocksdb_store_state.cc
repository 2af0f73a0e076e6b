#include <rocksdb/db.h>

#include "node/rocksdb_store.h"

namespace whoelse {
namespace {

constexpr std::string_view kRosterKey = "roster";
constexpr std::string_view kEnrolmentKey = "enrolment";
constexpr std::string_view kInUseKey = "in_use";

std::string RosterKeyOf(uint64_t version) { return "roster/" + std::to_string(version); }

std::string WatchKey(CoordinatorId coordinator, uint32_t log_key_id) {
  return "watch/" + std::to_string(coordinator) + "/" + std::to_string(log_key_id);
}

std::string PolicyKey(const std::string& organisation) {
  return organisation.empty() ? "policy" : "policy/" + organisation;
}

std::string CountsKey(const PersonRef& practitioner, const std::string& organisation) {
  return "asked-today/" + ToString(practitioner) + organisation;
}

std::string AgencyCountsKey(const std::string& organisation) {
  return organisation.empty() ? "asked-today" : "asked-today-for/" + organisation;
}

}  // namespace

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

void RocksdbStore::KeepRoster(const Roster& roster, const SignedRoster& signed_roster) {
  PutSynced(kMeta, RosterKeyOf(roster.version), signed_roster.Serialize());
}

absl::StatusOr<std::optional<Roster>> RocksdbStore::ReadRoster(uint64_t version) const {
  absl::StatusOr<std::optional<Bytes>> value = Get(kMeta, RosterKeyOf(version));
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::optional<Roster>();
  const auto kept = SignedRoster::Parse(**value);
  const auto note = kept.ok() ? Note::Parse(kept->note) : kept.status();
  auto roster = note.ok() ? Roster::Parse(note->text) : note.status();
  if (!roster.ok()) return absl::DataLossError("store: a roster is damaged");
  return std::optional(*std::move(roster));
}

absl::StatusOr<std::optional<LogWatch::Memory>> RocksdbStore::ReadWatch(
    CoordinatorId coordinator, uint32_t log_key_id) const {
  absl::StatusOr<std::optional<Bytes>> value = Get(kMeta, WatchKey(coordinator, log_key_id));
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::optional<LogWatch::Memory>();
  absl::StatusOr<LogWatch::Memory> memory = LogWatch::Memory::Parse(**value);
  if (!memory.ok()) return memory.status();
  return std::optional(*std::move(memory));
}

void RocksdbStore::WriteWatch(CoordinatorId coordinator, uint32_t log_key_id,
                              const LogWatch::Memory& memory) {
  // Not synced: what a crash loses here is a gap at the next attachment, proved consistent there.
  const std::string key = WatchKey(coordinator, log_key_id);
  rocksdb::WriteBatch batch;
  batch.Put(family(kMeta), key, Seal(kMeta, key, memory.Serialize()));
  Write(batch, false);
}

absl::StatusOr<std::optional<TimeMs>> RocksdbStore::ReadInUse() const {
  absl::StatusOr<std::optional<Bytes>> value = Get(kMeta, kInUseKey);
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::optional<TimeMs>();
  Reader reader(**value);
  const TimeMs in_use = reader.U64();
  if (!reader.Done()) return absl::DataLossError("store: the time of its last use is damaged");
  return std::optional(in_use);
}

void RocksdbStore::WriteInUse(TimeMs now) {
  // Not synced: what a crash loses here makes the store look older than it is, and costs a minute.
  rocksdb::WriteBatch batch;
  batch.Put(family(kMeta), std::string(kInUseKey),
            Seal(kMeta, std::string(kInUseKey), Writer().U64(now).Take()));
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

void RocksdbStore::WriteEnrolmentState(const EnrolmentState& state, const TrailNote* by) {
  Writer out;
  out.U64(state.newest_import_ms);
  for (const auto& [kv, begun] : state.begun_ms) out.U32(kv).U64(begun);
  PutSynced(kMeta, kEnrolmentKey, out.view(), by);
}

absl::StatusOr<std::optional<Bytes>> RocksdbStore::ReadPolicyState(
    const std::string& organisation) const {
  return Get(kMeta, PolicyKey(organisation));
}

void RocksdbStore::WritePolicyState(const std::string& organisation, ByteView state,
                                    const TrailNote* by) {
  PutSynced(kMeta, PolicyKey(organisation), state, by);
}

absl::StatusOr<AskCounts> RocksdbStore::ReadAskCounts(const PersonRef& practitioner,
                                                      const std::string& organisation,
                                                      Date day) const {
  AskCounts counts;
  const auto mine = Get(kMeta, CountsKey(practitioner, organisation));
  if (!mine.ok()) return mine.status();
  const auto agencys = Get(kMeta, AgencyCountsKey(organisation));
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

void RocksdbStore::WriteAskCounts(const PersonRef& practitioner, const std::string& organisation,
                                  Date day, const AskCounts& counts) {
  const Bytes mine = Writer().U32(day.ymd()).U32(counts.questions).U32(counts.emergencies)
                         .U32(counts.shield_notices).Take();
  const Bytes agencys = Writer().U32(day.ymd()).U32(counts.agency_shield_notices).Take();
  const std::string key = CountsKey(practitioner, organisation);
  const std::string agency_key = AgencyCountsKey(organisation);
  rocksdb::WriteBatch batch;
  batch.Put(family(kMeta), key, Seal(kMeta, key, mine));
  batch.Put(family(kMeta), agency_key, Seal(kMeta, agency_key, agencys));
  // Synced: a node that is made to crash must not begin to count anew.
  Write(batch, true);
}

}  // namespace whoelse
