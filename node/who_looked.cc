#include "node/who_looked.h"

#include <algorithm>
#include <functional>
#include <set>

#include "nlohmann/json.hpp"
#include "node/noted_json.h"
#include "node/words.h"

namespace whoelse {

using Json = nlohmann::ordered_json;

bool IsAbout(const Noted& noted, const std::vector<RecordId>& records) {
  return std::ranges::any_of(noted.decisions, [&](const Noted::Decision& decision) {
    return std::ranges::find(records, decision.record) != records.end();
  });
}

bool MayBeAbout(const Noted& noted, RecordId record) {
  return (noted.reasons & Noted::kMoreRecords) != 0 && !IsAbout(noted, {record});
}

std::vector<Noted> LooksOf(std::vector<Noted> opened, const std::vector<Noted>& own) {
  opened.insert(opened.end(), own.begin(), own.end());
  std::set<FrameHash> seen;
  std::erase_if(opened, [&](const Noted& noted) { return !seen.insert(noted.frame_hash).second; });
  std::ranges::stable_sort(opened, std::greater(), &Noted::received_ms);
  return opened;
}

std::string LookReader::NameOf(AgencyId asker) const {
  const auto name = names.find(asker);
  return name == names.end() ? "agency " + std::to_string(asker) : name->second;
}

Json LookJson(const Noted& noted, const LookReader& reader) {
  Json look{{"asked_ms", noted.received_ms}};
  look.update(NotedJson(noted));
  look["agency"] = reader.NameOf(noted.agency);
  look["why"] = std::string(NameOf(noted.purpose, words::kPurposes));
  if ((noted.flags & kFlagShieldNotice) != 0) look["shield_notice"] = true;
  if (noted.agency == reader.agency) look["asked_here"] = true;
  if (reader.Asked(noted)) look["note"] = std::string(words::kAskedByYou);
  return look;
}

}  // namespace whoelse
