#include <rocksdb/db.h>

#include "node/rocksdb_store.h"

namespace whoelse {
namespace {

constexpr std::string_view kSent = "notice/sent/";

}  // namespace

// A keyed hash: whoever reads the disk must not learn whom the agency hides.
std::string RocksdbStore::NoticeKey(const Subject& subject) const {
  std::string key(kSent);
  for (const SubjectEntry& entry : subject) {
    const uint8_t type = static_cast<uint8_t>(entry.type);
    const Secret<32> hash =
        K(lookup_key_.Reveal(), "node/identifier", {ByteView(&type, 1), AsBytes(entry.value)});
    key += ToHex(ByteView(hash.Reveal()).first(16));
  }
  return key;
}

void RocksdbStore::WriteSentNotice(const SentNotice& notice) {
  rocksdb::WriteBatch batch;
  PutSentNotice(notice, batch);
  Write(batch, true);
}

void RocksdbStore::PutSentNotice(const SentNotice& notice, rocksdb::WriteBatch& batch) {
  Writer out;
  out.U32(notice.born).U64(notice.last_ms);
  for (const SubjectEntry& entry : notice.subject) {
    out.U8(static_cast<uint8_t>(entry.type)).U8(static_cast<uint8_t>(entry.value.size()));
    out.Raw(AsBytes(entry.value));
  }
  const std::string key = NoticeKey(notice.subject);
  batch.Put(family(kMeta), key, Seal(kMeta, key, out.view()));
}

absl::StatusOr<std::vector<SentNotice>> RocksdbStore::ReadSentNotices() const {
  std::vector<SentNotice> notices;
  const absl::Status read = ForEach(kMeta, kSent, [&](std::string_view key, ByteView value) {
    if (!key.starts_with(kSent)) return absl::CancelledError();
    Reader in(value);
    SentNotice notice;
    notice.born = in.U32();
    notice.last_ms = in.U64();
    for (SubjectEntry& entry : notice.subject) {
      entry.type = static_cast<KeyType>(in.U8());
      entry.value = ToString(in.Raw(in.U8()));
    }
    if (!in.Done() || NoticeKey(notice.subject) != key) {
      return absl::DataLossError("store: a notice that was sent is damaged");
    }
    notices.push_back(std::move(notice));
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  return notices;
}

void RocksdbStore::EndSentNotice(const Subject& subject) {
  rocksdb::WriteBatch batch;
  batch.Delete(family(kMeta), NoticeKey(subject));
  Write(batch, true);
}

}  // namespace whoelse
