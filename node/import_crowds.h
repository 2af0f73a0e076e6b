// Identifiers that more rows have than one child can: somebody's word for "not known" that passes for
// a number. Each pair of such rows would be a conflict to settle, and finding them all would take the
// square of their number.
#ifndef WHOELSE_NODE_IMPORT_CROWDS_H_
#define WHOELSE_NODE_IMPORT_CROWDS_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "node/record.h"

namespace whoelse {

// Of one file, and of what is held before it. Many times the involvements of one child with one agency.
inline constexpr size_t kRowsOfOneIdentifierMax = 200;

class Crowds {
 public:
  // `owner`: at a hub, whose record it is: what one organisation writes says nothing about another's.
  // 8 bytes an identifier: as hashes.
  void Note(const Record& record, std::string_view owner);
  // Once, after the last row.
  void Close();
  bool none() const { return crowded_.empty(); }
  // Then: which identifier of this record too many rows have. nullopt: none.
  std::optional<KeyType> Of(const Record& record, std::string_view owner) const;

 private:
  std::vector<uint64_t> noted_;
  std::vector<uint64_t> crowded_;   // ascending
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_IMPORT_CROWDS_H_
