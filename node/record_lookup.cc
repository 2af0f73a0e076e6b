#include "node/record_lookup.h"

#include <algorithm>

#include "crypto/hash.h"

namespace whoelse {
namespace {

constexpr uint8_t kOfSource = 0;   // identifiers have their KeyType, from 1

}  // namespace

RecordLookup::Name RecordLookup::NameOf(uint8_t kind, std::string_view a,
                                        std::string_view b) const {
  // No text has a zero byte (protocol/text.h), so that nothing of the one can pass for the other's.
  const Bytes name = Writer().U8(kind).Raw(AsBytes(a)).U8(0).Raw(AsBytes(b)).Take();
  const Siphash128 hash = Siphash(key_.Reveal(), name);
  Reader reader(hash);
  return {reader.U32(), reader.U32(), reader.U32()};
}

RecordLookup::Name RecordLookup::IdentifierName(KeyType type, std::string_view value) const {
  return NameOf(static_cast<uint8_t>(type), value);
}

RecordLookup::Name RecordLookup::SourceName(std::string_view source,
                                            std::string_view source_id) const {
  return NameOf(kOfSource, source, source_id);
}

uint64_t RecordLookup::PortraitOf(const Record& record) const {
  Writer portrait;
  portrait.U32(record.born ? record.born->ymd() : 0);
  for (const KeyType type : kSubjectPositions) {
    portrait.Raw(AsBytes(IdentifierOf(record, type))).U8(0);
  }
  for (const std::string* name : {&record.given_name, &record.preferred_name, &record.family_name}) {
    portrait.Raw(AsBytes(*name)).U8(0);
  }
  const Siphash128 hash = Siphash(key_.Reveal(), portrait.view());
  return Reader(hash).U64() | 1;
}

bool RecordLookup::Agrees(RecordId id, const Record& record) const {
  return id < portraits_.size() && portraits_[id] == PortraitOf(record);
}

void RecordLookup::Put(const Name& name, RecordId id) {
  const auto [one, fresh] = one_.try_emplace(name, id);
  if (!fresh && one->second != id) others_.insert({name, id});
}

void RecordLookup::Drop(const Name& name, RecordId id) {
  const auto one = one_.find(name);
  if (one == one_.end() || one->second != id) {
    others_.erase({name, id});
    return;
  }
  const auto next = others_.lower_bound({name, 0});
  if (next == others_.end() || next->first != name) {
    one_.erase(one);
  } else {
    one->second = next->second;
    others_.erase(next);
  }
}

void RecordLookup::Change(RecordId id, const Record* before, const Record* now) {
  if (portraits_.size() <= id) portraits_.resize(id + 1);
  portraits_[id] = now != nullptr && now->answered_by == 0 ? PortraitOf(*now) : 0;
  for (const KeyType type : kSubjectPositions) {
    const std::string_view was = before != nullptr ? IdentifierOf(*before, type) : std::string_view();
    const std::string_view is = now != nullptr ? IdentifierOf(*now, type) : std::string_view();
    if (was == is) continue;
    if (!was.empty()) Drop(IdentifierName(type, was), id);
    if (!is.empty()) Put(IdentifierName(type, is), id);
  }
  const bool was = before != nullptr && !before->source_id.empty();
  const bool is = now != nullptr && !now->source_id.empty();
  if (was && is && before->source == now->source && before->source_id == now->source_id) return;
  if (was) Drop(SourceName(before->source, before->source_id), id);
  if (is) Put(SourceName(now->source, now->source_id), id);
}

std::vector<RecordId> RecordLookup::FindByIdentifier(KeyType type, std::string_view value) const {
  const Name name = IdentifierName(type, value);
  const auto one = one_.find(name);
  if (one == one_.end()) return {};
  std::vector<RecordId> found{one->second};
  for (auto it = others_.lower_bound({name, 0}); it != others_.end() && it->first == name; ++it) {
    found.push_back(it->second);
  }
  std::ranges::sort(found);
  return found;
}

RecordId RecordLookup::FindBySource(std::string_view source, std::string_view source_id) const {
  const auto one = one_.find(SourceName(source, source_id));
  return one == one_.end() ? 0 : one->second;
}

}  // namespace whoelse
