#include "node/import_crowds.h"

#include <algorithm>

#include "absl/hash/hash.h"
#include "protocol/subject.h"

namespace whoelse {
namespace {

uint64_t NameOf(KeyType type, std::string_view value) {
  return absl::HashOf(static_cast<uint8_t>(type), value);
}

}  // namespace

void Crowds::Note(const Record& record) {
  for (const KeyType type : kSubjectPositions) {
    const std::string_view value = IdentifierOf(record, type);
    if (!value.empty()) noted_.push_back(NameOf(type, value));
  }
}

void Crowds::Close() {
  std::ranges::sort(noted_);
  for (auto first = noted_.begin(); first != noted_.end();) {
    const auto last = std::upper_bound(first, noted_.end(), *first);
    if (static_cast<size_t>(last - first) > kRowsOfOneIdentifierMax) crowded_.push_back(*first);
    first = last;
  }
  noted_ = {};
}

std::optional<KeyType> Crowds::Of(const Record& record) const {
  for (const KeyType type : kSubjectPositions) {
    const std::string_view value = IdentifierOf(record, type);
    if (!value.empty() && std::ranges::binary_search(crowded_, NameOf(type, value))) return type;
  }
  return std::nullopt;
}

}  // namespace whoelse
