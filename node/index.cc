#include "node/index.h"

#include <sodium.h>

#include <algorithm>

namespace whoelse {

// Left to itself a vector doubles, up to 40 bytes an entry, and frees its old block with the keys
// still in it, for whoever reads this process's memory.
void Index::Entries::MakeRoom() {
  if (keys.size() < keys.capacity()) return;
  const size_t room = keys.size() + keys.size() / 8 + 16;
  std::vector<std::array<uint8_t, 16>> larger;
  larger.reserve(room);
  larger.assign(keys.begin(), keys.end());
  sodium_memzero(keys.data(), keys.size() * sizeof(keys[0]));
  keys = std::move(larger);
  records.reserve(room);
}

void Index::Insert(KeyType type, KeyVersion kv, RecordId record, const Secret<16>& check_key) {
  Entries& entries = entries_[{type, kv}];
  entries.MakeRoom();
  std::array<uint8_t, 16> key;
  std::copy_n(check_key.Reveal().begin(), key.size(), key.begin());
  entries.keys.push_back(key);
  entries.records.push_back(record);
}

void Index::Remove(RecordId record, KeyType type) {
  for (auto& [which, entries] : entries_) {
    if (which.first != type) continue;
    for (size_t i = entries.records.size(); i-- > 0;) {
      if (entries.records[i] != record) continue;
      entries.keys[i] = entries.keys.back();
      entries.records[i] = entries.records.back();
      sodium_memzero(entries.keys.back().data(), entries.keys.back().size());
      entries.keys.pop_back();
      entries.records.pop_back();
    }
  }
}

void Index::KeepOnly(const std::vector<KeyVersion>& keep) {
  for (auto it = entries_.begin(); it != entries_.end();) {
    if (std::find(keep.begin(), keep.end(), it->first.second) != keep.end()) {
      ++it;
      continue;
    }
    sodium_memzero(it->second.keys.data(), it->second.keys.size() * sizeof(it->second.keys[0]));
    it = entries_.erase(it);
  }
}

std::vector<RecordId> Index::Scan(KeyType type, KeyVersion kv, const QuestionNonce& nonce,
                                  uint8_t j, const Siphash128& check) const {
  std::vector<RecordId> hits;
  const auto found = entries_.find({type, kv});
  if (found == entries_.end()) return hits;
  const Entries& entries = found->second;
  for (size_t i = 0; i < entries.keys.size(); ++i) {
    const Siphash128 value = CheckValue(entries.keys[i], nonce, j);
    if (sodium_memcmp(value.data(), check.data(), Siphash128::kSize) == 0) {
      hits.push_back(entries.records[i]);
    }
  }
  std::sort(hits.begin(), hits.end());
  return hits;
}

std::optional<RecordId> Index::Nth(KeyType type, KeyVersion kv, uint64_t n) const {
  const auto found = entries_.find({type, kv});
  if (found == entries_.end() || found->second.records.empty()) return std::nullopt;
  return found->second.records[n % found->second.records.size()];
}

size_t Index::size() const {
  size_t total = 0;
  for (const auto& [which, entries] : entries_) total += entries.records.size();
  return total;
}

}  // namespace whoelse
