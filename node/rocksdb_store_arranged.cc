#include <rocksdb/db.h>

#include <array>

#include "node/rocksdb_store.h"

namespace whoelse {
namespace {

// In the family of the questions asked here, whose other keys begin with a frame hash.
constexpr std::array<std::string_view, 3> kPrefixes = {"arranged/hand-overs/", "arranged/again/",
                                                       "arranged/watch/"};

std::string KeyOf(RocksdbStore::Arranged kind, std::string_view name) {
  return std::string(NameOf(kind, kPrefixes)) + std::string(name);
}

}  // namespace

void RocksdbStore::WriteArranged(Arranged kind, std::string_view name, std::string_view document,
                                 const TrailNote* by) {
  PutSynced(kAsked, KeyOf(kind, name), AsBytes(document), by);
}

void RocksdbStore::DropArranged(Arranged kind, std::string_view name) {
  rocksdb::WriteBatch batch;
  batch.Delete(family(kAsked), KeyOf(kind, name));
  Write(batch, true);
}

absl::StatusOr<std::optional<std::string>> RocksdbStore::ReadArranged(
    Arranged kind, std::string_view name) const {
  const absl::StatusOr<std::optional<Bytes>> value = Get(kAsked, KeyOf(kind, name));
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::optional<std::string>();
  return std::optional(ToString(**value));
}

absl::Status RocksdbStore::ForEachArranged(
    Arranged kind,
    const std::function<absl::Status(std::string_view name, std::string_view)>& visit) const {
  const std::string_view prefix = NameOf(kind, kPrefixes);
  return ForEach(kAsked, prefix, [&](std::string_view key, ByteView value) {
    if (!key.starts_with(prefix)) return absl::CancelledError();   // past the last of them
    return visit(key.substr(prefix.size()), AsText(value));
  });
}

}  // namespace whoelse
