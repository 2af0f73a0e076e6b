// What finds a record by what the outside calls it: an identifier, or the source and id of a row. In
// memory alone and made anew at each start, for it costs an import more than the records themselves
// to write down, and on a stolen disk it would show which records are of one child. Not for several
// threads at once.
#ifndef WHOELSE_NODE_RECORD_LOOKUP_H_
#define WHOELSE_NODE_RECORD_LOOKUP_H_

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "node/record.h"

namespace whoelse {

class RecordLookup {
 public:
  explicit RecordLookup(Random& random) : key_(random.NewSecret<16>()) {}

  // `before`: what the record was; nullptr: there was none. `now`: nullptr: there is none any more.
  void Change(RecordId id, const Record* before, const Record* now);
  // All records that have this identifier, in order of their ids.
  std::vector<RecordId> FindByIdentifier(KeyType type, std::string_view value) const;
  // 0: none.
  RecordId FindBySource(std::string_view source, std::string_view source_id) const;
  // Whether this record has the number, UPN, date of birth and names of that one, and so cannot
  // conflict with it (node/conflict.h): then nobody has to read it from the disk to compare the two.
  // False where another record answers for it, which may have others by now.
  bool Agrees(RecordId id, const Record& record) const;

 private:
  // 96 bits of a hash under a key that nobody knows: no two names of ten million have one.
  using Name = std::array<uint32_t, 3>;

  Name NameOf(uint8_t kind, std::string_view a, std::string_view b = {}) const;
  Name IdentifierName(KeyType type, std::string_view value) const;
  Name SourceName(std::string_view source, std::string_view source_id) const;
  // 64 bits of a hash of what says whose a record is; never 0.
  uint64_t PortraitOf(const Record& record) const;
  void Put(const Name& name, RecordId id);
  void Drop(const Name& name, RecordId id);

  Secret<16> key_;
  absl::flat_hash_map<Name, RecordId> one_;                  // a record of each name
  absl::btree_set<std::pair<Name, RecordId>> others_;        // and of those that have more, the others
  std::vector<uint64_t> portraits_;                          // by record; 0: it agrees with none
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_RECORD_LOOKUP_H_
