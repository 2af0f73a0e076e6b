#include "node/import_crowds.h"

#include <algorithm>

#include "absl/hash/hash.h"
#include "protocol/subject.h"

namespace whoelse {
namespace {

uint64_t NameOf(KeyType type, std::string_view value, std::string_view owner) {
  return absl::HashOf(static_cast<uint8_t>(type), value, owner);
}

}  // namespace

void Crowds::Note(const Record& record, std::string_view owner) {
  for (const KeyType type : kSubjectPositions) {
    const std::string_view value = IdentifierOf(record, type);
    if (!value.empty()) noted_.push_back(NameOf(type, value, owner));
  }
}

void Crowds::Close() {
  std::ranges::sort(noted_);
  for (auto first = noted_.begin(); first != noted_.end();) {
    const auto last = std::upper_bound(first, noted_.end(), *first);
    if (static_cast<size_t>(last - first) > kRowsOfOneIdentifierMax) crowded_.push_back(*first);
    first = last;
  }
  std::vector<uint64_t>().swap(noted_);   // the second pass needs the memory
}

std::optional<KeyType> Crowds::Of(const Record& record, std::string_view owner) const {
  for (const KeyType type : kSubjectPositions) {
    const std::string_view value = IdentifierOf(record, type);
    if (value.empty()) continue;
    if (std::ranges::binary_search(crowded_, NameOf(type, value, owner))) return type;
  }
  return std::nullopt;
}

}  // namespace whoelse
