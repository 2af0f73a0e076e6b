// The in-memory index: what a frame is compared with. 20 bytes an entry, up to 23 with the room to
// grow.
#ifndef WHOELSE_NODE_INDEX_H_
#define WHOELSE_NODE_INDEX_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "node/record.h"
#include "protocol/codes.h"
#include "protocol/ids.h"
#include "protocol/question.h"

namespace whoelse {

class Index {
 public:
  void Insert(KeyType type, KeyVersion kv, RecordId record, const Secret<16>& check_key);
  // Takes out this record's entries of this type.
  void Remove(RecordId record, KeyType type);
  // Takes out every entry of key versions that are not in `keep`: what a retired version's entries
  // could recognise should not stay in memory.
  void KeepOnly(const std::vector<KeyVersion>& keep);

  // All records whose key gives this check value, in order of import. Compares every entry of the
  // type in constant time: an early exit would tell by the clock where in the register a child is.
  std::vector<RecordId> Scan(KeyType type, KeyVersion kv, const QuestionNonce& nonce, uint8_t j,
                             const Siphash128& check) const;

  // The record of the n-th entry, counted round; nullopt when the version has none of the type.
  std::optional<RecordId> Nth(KeyType type, KeyVersion kv, uint64_t n) const;

  size_t size() const;

 private:
  // Keys and records apart: the scan reads the keys only.
  struct Entries {
    void MakeRoom();   // for one more
    std::vector<std::array<uint8_t, 16>> keys;
    std::vector<RecordId> records;
  };
  std::map<std::pair<KeyType, KeyVersion>, Entries> entries_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_INDEX_H_
