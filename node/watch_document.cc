#include "node/watch.h"
#include "nlohmann/json.hpp"
#include "node/json_text.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

struct Text {
  const char* key;
  std::string Watch::*member;
};
constexpr Text kTexts[] = {{"user", &Watch::user},
                           {"case", &Watch::case_reference},
                           {"ended", &Watch::ended}};
struct Number {
  const char* key;
  uint64_t Watch::*member;
};
constexpr Number kNumbers[] = {{"since_ms", &Watch::since_ms},
                               {"asked_ms", &Watch::asked_ms},
                               {"asked_week", &Watch::asked_week}};
struct DifferenceText {
  const char* key;
  std::string Difference::*member;
};
constexpr DifferenceText kDifferenceTexts[] = {{"receipt", &Difference::receipt},
                                               {"agency", &Difference::agency},
                                               {"organisation", &Difference::organisation},
                                               {"service", &Difference::service},
                                               {"what", &Difference::what}};

bool Read(const Json& json, const char* key, std::string& into) {
  if (!json.is_object() || !json.contains(key) || !json[key].is_string()) return false;
  into = json[key].get<std::string>();
  return true;
}
bool Read(const Json& json, const char* key, uint64_t& into) {
  if (!json.is_object() || !json.contains(key) || !json[key].is_number_unsigned()) return false;
  into = json[key].get<uint64_t>();
  return true;
}
template <typename Fixed>
bool ReadHex(const Json& json, const char* key, Fixed& into) {
  std::string hex;
  return Read(json, key, hex) && FromHex(hex, {into.data(), Fixed::kSize});
}

bool ReadSeen(const Json& json, Watch& watch) {
  if (!json.is_array()) return false;
  for (const Json& one : json) {
    SeenEntry entry{};
    uint64_t agency = 0;
    if (!Read(one, "agency", agency) || !ReadHex(one, "key", entry.key) ||
        !ReadHex(one, "content", entry.content) || !one.contains("ended") ||
        !one["ended"].is_boolean()) {
      return false;
    }
    entry.ended = one["ended"];
    watch.seen[static_cast<AgencyId>(agency)].push_back(entry);
  }
  return true;
}

bool ReadDifferences(const Json& json, Watch& watch) {
  if (!json.is_array()) return false;
  for (const Json& one : json) {
    Difference difference;
    for (const DifferenceText& text : kDifferenceTexts) {
      if (!Read(one, text.key, difference.*text.member)) return false;
    }
    if (!Read(one, "at_ms", difference.at_ms)) return false;
    watch.differences.push_back(std::move(difference));
  }
  return true;
}

}  // namespace

std::string WatchDocument(const Watch& watch) {
  Json json{{"first", ToHex(watch.first)},
            {"practitioner", ToHex(watch.practitioner)},
            {"purpose", std::string(Name(watch.purpose))}};
  for (const Text& text : kTexts) json[text.key] = watch.*text.member;
  for (const Number& number : kNumbers) json[number.key] = watch.*number.member;
  json["seen"] = Json::array();
  for (const auto& [agency, entries] : watch.seen) {
    for (const SeenEntry& entry : entries) {
      json["seen"].push_back({{"agency", agency}, {"key", ToHex(entry.key)},
                              {"content", ToHex(entry.content)}, {"ended", entry.ended}});
    }
  }
  json["differences"] = Json::array();
  for (const Difference& difference : watch.differences) {
    Json one{{"at_ms", difference.at_ms}};
    for (const DifferenceText& text : kDifferenceTexts) one[text.key] = difference.*text.member;
    json["differences"].push_back(std::move(one));
  }
  return JsonText(json);
}

absl::StatusOr<Watch> ReadWatchDocument(std::string_view document) {
  const Json json = JsonFrom(document);
  Watch watch;
  std::string purpose;
  bool good = Read(json, "purpose", purpose) && ReadHex(json, "first", watch.first) &&
              ReadHex(json, "practitioner", watch.practitioner) && json.contains("seen") &&
              json.contains("differences") && PurposeByName(purpose).has_value();
  for (const Text& text : kTexts) good = good && Read(json, text.key, watch.*text.member);
  for (const Number& number : kNumbers) good = good && Read(json, number.key, watch.*number.member);
  if (!good || !ReadSeen(json["seen"], watch) || !ReadDifferences(json["differences"], watch)) {
    return absl::DataLossError("store: a watch is damaged");
  }
  watch.purpose = *PurposeByName(purpose);
  return watch;
}

}  // namespace whoelse
