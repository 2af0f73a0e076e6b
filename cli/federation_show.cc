#include "cli/federation_show.h"

#include <algorithm>
#include <filesystem>

#include "cli/federation_draft.h"
#include "cli/show_json.h"
#include "node/identifier.h"
#include "protocol/limits.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

Json NothingSigned() {
  return {{"signed", false}, {"hash", nullptr}, {"signed_by", Json::array()},
          {"consents", Json::array()}, {"roster", nullptr}, {"not_signed_yet", Json::array()}};
}

absl::StatusOr<Json> ShowRoster(const std::string& path) {
  const auto bytes = ReadWholeFile(path, 2 * kRosterNoteMax);
  if (!bytes.ok()) return bytes.status();
  const auto offered = SignedRoster::Parse(*bytes);
  const auto note = offered.ok() ? Note::Parse(offered->note) : offered.status();
  const auto roster = note.ok() ? Roster::Parse(note->text) : note.status();
  if (!roster.ok()) {
    return absl::InvalidArgumentError(path + ": " + std::string(roster.status().message()));
  }
  Json shown = NothingSigned();
  shown["signed"] = true;
  shown["hash"] = ToHex(roster->hash);
  if (const auto signers = VerifyNote(*note, roster->roots); signers.ok()) {
    for (const size_t i : *signers) shown["signed_by"].push_back(roster->roots[i].name);
  }
  for (const auto& consent : offered->consents) shown["consents"].push_back(consent.coordinator);
  shown["roster"] = Json::parse(note->text);   // it parsed strictly above
  return shown;
}

// The folders of parties that the next `sign` will add.
void AddUnsigned(const FederationDraft& draft, const std::optional<HeldRoster>& held, Json& shown) {
  for (const auto& party : draft.coordinators) {
    if (!held || !held->roster.FindCoordinator(party.party.id)) {
      shown["not_signed_yet"].push_back(party.slug);
    }
  }
  for (const auto& party : draft.auditors) {
    const auto known = [&](const RosterAuditor& auditor) { return auditor.id == party.party.id; };
    if (!held || std::ranges::none_of(held->roster.auditors, known)) {
      shown["not_signed_yet"].push_back(party.slug);
    }
  }
  for (const auto& party : draft.agencies) {
    if (!held || !held->roster.FindAgency(party.party.id)) {
      shown["not_signed_yet"].push_back(party.slug);
    }
  }
}

std::string Moment(const Json& seconds) {
  const auto s = seconds.get<uint64_t>();
  char time[16];
  std::snprintf(time, sizeof time, " %02d:%02d UTC", static_cast<int>(s % 86400 / 3600),
                static_cast<int>(s % 3600 / 60));
  return Date::FromDays(static_cast<int64_t>(s / 86400)).Iso() + time;
}

Json Pick(const Json& object, std::initializer_list<const char*> keys) {
  Json picked;
  for (const char* key : keys) picked[key] = object[key];
  return picked;
}

Json PickAll(const Json& list, std::initializer_list<const char*> keys) {
  Json picked = Json::array();
  for (const Json& object : list) picked.push_back(Pick(object, keys));
  return picked;
}

}  // namespace

absl::StatusOr<Json> ShowFederation(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) return ShowRoster(path);
  const auto draft = FederationDraft::Load(path);
  if (!draft.ok()) return draft.status();
  const auto held = LoadHeldRoster(path);
  if (!held.ok()) return held.status();
  auto shown = *held ? ShowRoster(FederationFolder{path}.SignedRoster())
                     : absl::StatusOr<Json>(NothingSigned());
  if (shown.ok()) AddUnsigned(*draft, *held, *shown);
  return shown;
}

std::string FederationAsText(const Json& shown, size_t width) {
  std::string out;
  if (shown["signed"] == Json(true)) {
    const Json& roster = shown["roster"];
    Json head = Pick(roster, {"name", "federation", "version"});
    head["hash"] = shown["hash"];
    head["valid"] = Moment(roster["not_before"]) + " to " + Moment(roster["not_after"]);
    head["signed_by"] = shown["signed_by"];
    head["roots_needed"] = roster["roots"]["k"];
    head["threshold"] = roster["threshold"];
    head["parameters"] = roster["parameters"];
    out += JsonAsText(head, width) + "\nRoots\n";
    for (const Json& root : roster["roots"]["keys"]) out += root.get<std::string>() + "\n";
    out += "\nCoordinators\n" +
           JsonAsText(PickAll(roster["coordinators"], {"id", "x", "name", "endpoint"}), width) +
           "\nKey versions\n" +
           JsonAsText(PickAll(roster["key_versions"], {"kv", "state", "sharing_epoch", "group_key"}),
                      width);
    if (!roster["agencies"].empty()) {
      out += "\nAgencies\n" +
             JsonAsText(PickAll(roster["agencies"], {"id", "name", "kind", "area", "relays",
                                                     "ask_per_day", "register_size", "ask"}), width);
    }
  } else {
    out += "No roster is signed yet.\n";
  }
  const Json& waiting = shown["not_signed_yet"];
  if (!waiting.empty()) {
    out += "\nIn the next roster, once it is signed: ";
    for (size_t i = 0; i < waiting.size(); ++i) {
      out += (i == 0 ? "" : ", ") + waiting[i].get<std::string>();
    }
    out += "\n";
  }
  return out;
}

}  // namespace whoelse
