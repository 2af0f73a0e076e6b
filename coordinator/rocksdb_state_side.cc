// RocksDbState: counters, the side table, and the notes beside the log.
#include <rocksdb/db.h>

#include <memory>
#include <utility>

#include "coordinator/rocksdb_rows.h"
#include "coordinator/rocksdb_state.h"
#include "coordinator/state_rows.h"

namespace whoelse {
namespace {

constexpr std::string_view kCheckpointKey = "checkpoint";
constexpr std::string_view kCosignedKey = "cosigned";
constexpr std::string_view kSuspectKey = "suspect";

}  // namespace

absl::StatusOr<uint32_t> RocksDbState::Counter(const CounterKey& key) const {
  return GetNumber(kCounters, EncodeCounterKey(key));
}

absl::StatusOr<uint32_t> RocksDbState::Tally(const TallyKey& key) const {
  return GetNumber(kCounters, EncodeTallyKey(key));
}

absl::StatusOr<std::vector<std::pair<TallyKey, uint32_t>>> RocksDbState::TalliesBefore(
    uint32_t hour) const {
  std::vector<std::pair<TallyKey, uint32_t>> tallies;
  const Bytes first = TalliesOfHour(0);
  const Bytes end = TalliesOfHour(hour);
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}, families_[kCounters]));
  for (it->Seek(SliceOf(first)); it->Valid() && it->key().compare(SliceOf(end)) < 0; it->Next()) {
    auto key = DecodeTallyKey(ViewOf(it->key()));
    if (!key.ok()) return key.status();
    auto value = DecodeNumber(ViewOf(it->value()));
    if (!value.ok()) return value.status();
    tallies.push_back({*key, *value});
  }
  if (!it->status().ok()) return DamagedStore(it->status());
  return tallies;
}

absl::StatusOr<std::optional<uint32_t>> RocksDbState::LastEvaluatedHour() const {
  auto value = Get(kMeta, AsBytes(kHourKey));
  if (absl::IsNotFound(value.status())) return std::nullopt;
  if (!value.ok()) return value.status();
  auto hour = DecodeNumber(*value);
  if (!hour.ok()) return hour.status();
  return *hour;
}

absl::StatusOr<AskedRow> RocksDbState::ReadAsked(uint64_t index) const {
  auto value = Get(kSide, AskedKey(index));
  // The index of the hash, or the list of open ones, names it: it has to be there.
  if (absl::IsNotFound(value.status())) {
    return absl::DataLossError("store: a question is missing from the side table");
  }
  if (!value.ok()) return value.status();
  return DecodeAsked(*value);
}

absl::StatusOr<std::optional<AskedRow>> RocksDbState::FindAsked(const FrameHash& hash) const {
  auto value = Get(kLeafByHash, hash);
  if (absl::IsNotFound(value.status())) return std::nullopt;
  if (!value.ok()) return value.status();
  auto index = DecodeIndex(*value);
  if (!index.ok()) return index.status();
  auto row = ReadAsked(*index);
  if (!row.ok()) return row.status();
  return *row;
}

absl::StatusOr<std::vector<AskedRow>> RocksDbState::OpenQuestions() const {
  std::vector<AskedRow> open;
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}, families_[kSide]));
  for (it->Seek(SliceOf(OpenKey(0))); it->Valid() && ViewOf(it->key())[0] == kOpenPrefix;
       it->Next()) {
    auto index = DecodeIndex(ViewOf(it->key()).subspan(1));
    if (!index.ok()) return index.status();
    auto row = ReadAsked(*index);
    if (!row.ok()) return row.status();
    open.push_back(*row);
  }
  if (!it->status().ok()) return DamagedStore(it->status());
  return open;
}

absl::StatusOr<std::optional<uint64_t>> RocksDbState::FindLogged(const TreeHash& leaf) const {
  auto value = Get(kSide, LoggedKey(leaf));
  if (absl::IsNotFound(value.status())) return std::nullopt;
  if (!value.ok()) return value.status();
  auto index = DecodeIndex(*value);
  if (!index.ok()) return index.status();
  return *index;
}

absl::StatusOr<std::vector<KeyEventEntry>> RocksDbState::KeyEvents() const {
  std::vector<KeyEventEntry> events;
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}, families_[kSide]));
  for (it->Seek(SliceOf(Bytes{kKeyEventPrefix}));
       it->Valid() && ViewOf(it->key())[0] == kKeyEventPrefix; it->Next()) {
    auto entry = ParseLogEntry(ViewOf(it->value()));
    if (!entry.ok() || !std::holds_alternative<KeyEventEntry>(*entry)) {
      return absl::DataLossError("store: a damaged key event");
    }
    events.push_back(std::get<KeyEventEntry>(*entry));
  }
  if (!it->status().ok()) return DamagedStore(it->status());
  return events;
}

absl::StatusOr<std::vector<AskedRow>> RocksDbState::SideTable(uint64_t from, uint64_t to,
                                                              size_t most) const {
  std::vector<AskedRow> rows;
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}, families_[kSide]));
  for (it->Seek(SliceOf(AskedKey(from))); rows.size() < most && it->Valid() &&
                                          it->key().compare(SliceOf(AskedKey(to))) <= 0;
       it->Next()) {
    auto row = DecodeAsked(ViewOf(it->value()));
    if (!row.ok()) return row.status();
    rows.push_back(*row);
  }
  if (!it->status().ok()) return DamagedStore(it->status());
  return rows;
}

absl::StatusOr<std::optional<EvaluatedTable>> RocksDbState::FirstTable(uint32_t from,
                                                                       uint32_t to) const {
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}, families_[kSide]));
  it->Seek(SliceOf(TableKey(from)));
  if (!it->status().ok()) return DamagedStore(it->status());
  if (!it->Valid() || it->key().compare(SliceOf(TableKey(to))) > 0) return std::nullopt;
  auto table = DecodeTable(ViewOf(it->value()));
  if (!table.ok()) return table.status();
  return *std::move(table);
}

absl::StatusOr<std::string> RocksDbState::GetText(std::string_view meta_key) const {
  auto value = Get(kMeta, AsBytes(meta_key));
  if (absl::IsNotFound(value.status())) return std::string();
  if (!value.ok()) return value.status();
  return ToString(*value);
}

absl::Status RocksDbState::PutText(std::string_view meta_key, const std::string& text,
                                   bool synced) {
  if (failed_) return absl::FailedPreconditionError("store: an earlier write failed");
  rocksdb::WriteOptions options;
  options.sync = synced;
  const rocksdb::Status status =
      db_->Put(options, families_[kMeta], SliceOf(AsBytes(meta_key)), text);
  failed_ = !status.ok();
  return status.ok() ? absl::OkStatus() : absl::UnavailableError("store: " + status.ToString());
}

absl::StatusOr<std::string> RocksDbState::LastCheckpoint() const {
  return GetText(kCheckpointKey);
}
// Not synced: the second place is, and it is what counts at the next start.
absl::Status RocksDbState::SaveCheckpoint(const std::string& note) {
  return PutText(kCheckpointKey, note);
}

absl::StatusOr<std::string> RocksDbState::CosignedCheckpoint() const {
  return GetText(kCosignedKey);
}
absl::Status RocksDbState::SaveCosigned(const std::string& note) {
  return PutText(kCosignedKey, note);
}

absl::StatusOr<std::optional<LogTile>> RocksDbState::Suspect() const {
  const auto text = GetText(kSuspectKey);
  if (!text.ok()) return text.status();
  if (text->empty()) return std::nullopt;
  Reader in(AsBytes(*text));
  const LogTile tile{in.U8(), in.U64()};
  if (!in.Done()) return absl::DataLossError("store: a damaged note of damage");
  return tile;
}
absl::Status RocksDbState::SaveSuspect(const LogTile& tile) {
  const Bytes value = Writer().U8(static_cast<uint8_t>(tile.level)).U64(tile.index).Take();
  return PutText(kSuspectKey, ToString(value), true);
}

}  // namespace whoelse
