#include <rocksdb/db.h>

#include "node/rocksdb_store.h"

namespace whoelse {
namespace {

// Among the store's other state: entries in the order of their keys, and the head once more, so that
// whoever takes the last entries away without the master key is found.
constexpr std::string_view kPrefix = "trail/", kHeadKey = "trail-head";

std::string EntryKey(uint64_t number) {
  return std::string(kPrefix) + ToString(Writer().U64(number).view());
}

absl::Status BrokenAt(uint64_t number) {
  return absl::DataLossError(
      "store: the trail does not hold at entry " + std::to_string(number) +
      ", which was taken away or rewritten; list what is before it, export what comes after it, and "
      "compare both with heads that somebody kept");
}

struct Stored {
  TrailEntry entry;
  TrailHead head;
};
absl::StatusOr<Stored> StoredAs(uint64_t number, ByteView value) {
  Reader in(value);
  const auto hash = in.Fixed<TrailHash>();
  const absl::StatusOr<TrailEntry> entry = TrailEntry::Parse(AsText(in.Raw(in.left())));
  if (!in.ok() || !entry.ok() || entry->number != number) return BrokenAt(number);
  return Stored{*entry, {entry->number, hash}};
}

}  // namespace

TrailHead RocksdbStore::PutTrail(const TrailNote& note, rocksdb::WriteBatch& batch) const {
  const TrailEntry entry = TrailEntry::After(trail_head_, note, random_);
  const TrailHead head = entry.Head(trail_head_);
  const std::string key = EntryKey(entry.number);
  const Bytes value = Writer().Raw(head.hash).Raw(AsBytes(entry.Text())).Take();
  batch.Put(family(kMeta), key, Seal(kMeta, key, value));
  batch.Put(family(kMeta), std::string(kHeadKey),
            Seal(kMeta, kHeadKey, AsBytes(head.Text())));
  return head;
}

absl::Status RocksdbStore::ReadTrailHead() {
  const absl::StatusOr<std::optional<Bytes>> kept = Get(kMeta, kHeadKey);
  if (!kept.ok()) return kept.status();
  TrailHead last;
  if (kept->has_value()) {
    const absl::StatusOr<TrailHead> head = TrailHead::Parse(AsText(**kept));
    if (!head.ok()) return absl::DataLossError("store: the trail's head is damaged");
    last = *head;
  }
  const absl::StatusOr<TrailHead> found = TrailHeadAt(last.number);
  // One entry more than the head says is as wrong as one less.
  const absl::StatusOr<std::optional<Bytes>> next = Get(kMeta, EntryKey(last.number + 1));
  if (!found.ok() || *found != last) return BrokenAt(last.number);
  if (!next.ok() || next->has_value()) return BrokenAt(last.number + 1);
  trail_head_ = last;
  return absl::OkStatus();
}

void RocksdbStore::WriteTrail(const TrailNote& note) {
  rocksdb::WriteBatch batch;
  Write(batch, true, &note);
}

TrailHead RocksdbStore::trail_head() const {
  const std::lock_guard lock(writing_);
  return trail_head_;
}

absl::StatusOr<TrailHead> RocksdbStore::TrailHeadAt(uint64_t number) const {
  if (number == 0) return TrailHead();
  const absl::StatusOr<std::optional<Bytes>> value = Get(kMeta, EntryKey(number));
  if (!value.ok()) return value.status();
  if (!value->has_value()) return absl::NotFoundError("trail: has no entry of this number");
  const absl::StatusOr<Stored> stored = StoredAs(number, **value);
  return stored.ok() ? absl::StatusOr<TrailHead>(stored->head) : stored.status();
}

absl::Status RocksdbStore::ForEachTrailEntry(
    uint64_t after, const std::function<bool(const TrailEntry&, const TrailHead&)>& visit) const {
  absl::StatusOr<TrailHead> head = TrailHeadAt(after);
  if (!head.ok()) return head.status();
  const TrailHead last = trail_head();   // what comes meanwhile is not of this reading
  bool stopped = false;
  const absl::Status read = ForEach(kMeta, EntryKey(after + 1), [&](std::string_view key, ByteView value) {
    if (!key.starts_with(kPrefix) || head->number == last.number) return absl::CancelledError();
    const uint64_t next = head->number + 1;
    const absl::StatusOr<Stored> stored = StoredAs(next, value);
    if (!stored.ok()) return stored.status();
    *head = stored->entry.Head(*head);
    if (stored->head != *head) return BrokenAt(next);
    stopped = !visit(stored->entry, *head);
    return stopped ? absl::CancelledError() : absl::OkStatus();
  });
  if (!read.ok()) return read;
  return stopped || *head == last ? absl::OkStatus() : BrokenAt(head->number + 1);
}

}  // namespace whoelse
