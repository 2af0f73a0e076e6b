// Roster::Parse: one function for each kind of object, then the rules between them.
#include <algorithm>
#include <set>

#include "crypto/hash.h"
#include "crypto/threshold.h"
#include "protocol/limits.h"
#include "protocol/roster.h"
#include "protocol/strict_json.h"
#include "protocol/subject.h"
#include "protocol/text.h"

namespace whoelse {
namespace {

using nlohmann::json;
using Bytes32 = FixedBytes<struct Bytes32Tag, 32>;

bool IsPrintableAscii(std::string_view text) {   // without space
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

bool IsDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// host:port, the port in decimal without leading zeros.
bool IsEndpoint(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || !IsPrintableAscii(text)) return false;
  const std::string port(text.substr(colon + 1));
  if (port.empty() || port.size() > 5 || port.front() == '0' || !IsDigits(port)) return false;
  return std::stoul(port) <= 65'535;
}

bool IsDate(std::string_view text) {   // YYYY-MM-DD
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  std::string digits(text);
  std::erase(digits, '-');
  return digits.size() == 8 && IsDigits(digits) &&
         IsCalendarDay(static_cast<uint32_t>(std::stoul(digits)));
}

std::optional<NoteVerifier> ReadVkey(JsonObject& in, const char* name, NoteKeyType type) {
  const absl::StatusOr<NoteVerifier> vkey = NoteVerifier::Parse(in.Text(name));
  if (vkey.ok() && vkey->type == type) return *vkey;
  in.Fail(name, type == NoteKeyType::kEd25519 ? "a vkey of type 01" : "a vkey of type 04");
  return std::nullopt;
}

std::optional<VerifyKey> ReadKey(JsonObject& in, const char* name) {
  const absl::StatusOr<VerifyKey> key = VerifyKey::Decode(in.Hex<Bytes32>(name));
  if (key.ok()) return *key;
  in.Fail(name, "an Ed25519 public key, canonical and of prime order");
  return std::nullopt;
}

std::optional<Element> ReadElement(JsonObject& in, const char* name) {
  const absl::StatusOr<Element> element = Element::Decode(in.Hex<Bytes32>(name));
  if (element.ok()) return *element;
  in.Fail(name, "a group element, canonical and not the identity");
  return std::nullopt;
}

Line ReadLine(JsonObject in) {
  Line line{in.Text("number"), in.Text("hours"), in.Text("tested")};
  if (!IsDate(line.tested)) in.Fail("tested", "a date, YYYY-MM-DD");
  in.Done();
  return line;
}

void ReadRoots(JsonObject in, Roster* roster) {
  in.ForEach("keys", 1, kRootsMax, [&](const json& element, const std::string& path) {
    const bool is_text = element.is_string();
    const absl::StatusOr<NoteVerifier> vkey =
        NoteVerifier::Parse(is_text ? element.get_ref<const std::string&>() : std::string());
    if (vkey.ok() && vkey->type == NoteKeyType::kEd25519) return roster->roots.push_back(*vkey);
    NoteProblem(in.problem(), path, "a vkey of type 01");
  });
  const size_t m = roster->roots.size();
  if (in.Number<uint32_t>("m", 1, kRootsMax) != m) in.Fail("m", "the number of root keys");
  roster->roots_needed = in.Number<uint32_t>("k", 1, m);
  in.Done();
}

void ReadCoordinators(JsonObject& in, Roster* roster) {
  std::vector<JsonObject> objects;
  in.ForEach("coordinators", 2, kCoordinatorsMax, [&](const json& element, std::string path) {
    objects.emplace_back(element, std::move(path), in.problem());
  });
  for (JsonObject& object : objects) {
    const auto id = object.Number<CoordinatorId>("id", 1);
    const auto x = object.Number<uint16_t>("x", 1, objects.size());
    const std::string name = object.Text("name");
    const std::string endpoint = object.Text("endpoint");
    if (!IsEndpoint(endpoint)) object.Fail("endpoint", "host:port");
    const auto tls_pin = object.Hex<TlsPin>("tls_pin");
    const auto log_key = ReadVkey(object, "log_vkey", NoteKeyType::kEd25519);
    const auto admission_key = ReadKey(object, "admission_key");
    object.Done();
    for (const RosterCoordinator& other : roster->coordinators) {
      if (other.id == id) object.Fail("id", "another than that of any other coordinator");
      if (other.x == x) object.Fail("x", "another than that of any other coordinator");
    }
    if (!log_key || !admission_key) return;
    roster->coordinators.push_back({id, x, name, endpoint, tls_pin, *log_key, *admission_key});
  }
}

std::map<CoordinatorId, Element> ReadShares(JsonObject& in, const Roster& roster) {
  std::map<CoordinatorId, Element> shares;
  const size_t n = roster.coordinators.size();
  in.ForEach("shares", n, n, [&](const json& element, std::string path) {
    JsonObject share(element, std::move(path), in.problem());
    const auto coordinator = share.Number<CoordinatorId>("coordinator", 1);
    const auto key = ReadElement(share, "key");
    share.Done();
    if (roster.FindCoordinator(coordinator) == nullptr || shares.contains(coordinator)) {
      share.Fail("coordinator", "the id of a coordinator, each once");
    }
    if (key) shares.emplace(coordinator, *key);
  });
  return shares;
}

void ReadKeyVersions(JsonObject& in, Roster* roster) {
  in.ForEach("key_versions", 1, 2, [&](const json& element, std::string path) {
    JsonObject object(element, std::move(path), in.problem());
    const bool is_first = roster->key_versions.empty();
    const KeyVersion above = is_first ? 0 : roster->key_versions.back().kv;
    const auto kv = object.Number<KeyVersion>("kv", uint64_t{above} + 1);
    const std::string state = object.Text("state");
    if (state != "ASKED" && (is_first || state != "ENROLLING")) {
      object.Fail("state", is_first ? "\"ASKED\": the lowest is" : "\"ENROLLING\" or \"ASKED\"");
    }
    const auto sharing_epoch = object.Number<uint32_t>("sharing_epoch", 0);
    const auto group_key = ReadElement(object, "group_key");
    auto shares = ReadShares(object, *roster);
    object.Done();
    if (!group_key) return;
    roster->key_versions.push_back({kv, state == "ASKED" ? KeyState::kAsked : KeyState::kEnrolling,
                                    sharing_epoch, *group_key, std::move(shares)});
  });
}

std::vector<Purpose> ReadPurposes(JsonObject& in) {
  std::vector<Purpose> ask;
  in.ForEach("ask", 0, kPurposeNames.size(), [&](const json& element, const std::string& path) {
    const auto purpose =
        element.is_string() ? PurposeByName(element.get_ref<const std::string&>()) : std::nullopt;
    if (purpose && std::find(ask.begin(), ask.end(), *purpose) == ask.end()) {
      return ask.push_back(*purpose);
    }
    NoteProblem(in.problem(), path, "the name of a purpose, each once");
  });
  return ask;
}

std::array<CoordinatorId, 2> ReadRelays(JsonObject& in, const Roster& roster) {
  std::array<CoordinatorId, 2> relays{};
  size_t i = 0;
  in.ForEach("relays", 2, 2, [&](const json& element, const std::string& path) {
    const uint64_t id = element.is_number_unsigned() ? element.get<uint64_t>() : 0;
    const auto relay = static_cast<CoordinatorId>(id);
    if (relay != id || roster.FindCoordinator(relay) == nullptr || (i == 1 && relay == relays[0])) {
      NoteProblem(in.problem(), path, "the id of a coordinator, two different ones");
    }
    relays[i++] = relay;
  });
  return relays;
}

std::vector<BulkWindow> ReadBulk(JsonObject& in) {
  std::vector<BulkWindow> windows;
  std::set<KeyVersion> seen;
  in.ForEach("bulk", 0, kBulkWindowsMax, [&](const json& element, std::string path) {
    JsonObject object(element, std::move(path), in.problem());
    BulkWindow window{};
    window.kv = object.Number<KeyVersion>("kv", 1);
    window.from = object.Number<TimeS>("from", 0, kTimeMaxS);
    window.until = object.Number<TimeS>("until", window.from, kTimeMaxS);
    window.total = object.Number<uint32_t>("total", 0);
    object.Done();
    // Two windows of one key version would be two caps on one counter.
    if (!seen.insert(window.kv).second) object.Fail("kv", "that of one window only");
    windows.push_back(window);
  });
  return windows;
}

void ReadAgency(JsonObject in, Roster* roster) {
  const auto id = in.Number<AgencyId>("id", 1);
  const std::string name = in.Text("name");
  const std::string organisation = in.Text("organisation");
  if (!IsOrganisationCode(organisation)) {
    in.Fail("organisation", "1 to 16 printable ASCII characters without space");
  }
  const std::string kind = in.Text("kind");
  const std::string area = in.Text("area");
  const auto ask = ReadPurposes(in);
  const bool s16la = in.Bool("s16la");
  const auto identity_key = ReadKey(in, "identity_key");
  const auto tls_pin = in.Hex<TlsPin>("tls_pin");
  const auto relays = ReadRelays(in, *roster);
  const auto ask_per_day = in.Number<uint32_t>("ask_per_day", 0);
  const auto enrol_elements = in.Number<uint32_t>("enrol_elements", 0);
  // Many different sizes would tell agencies apart by what they enrol.
  if (enrol_elements != 8 && enrol_elements != 32 && enrol_elements != 256) {
    in.Fail("enrol_elements", "8, 32 or 256");
  }
  const auto bulk = ReadBulk(in);
  const auto register_size = in.Number<uint32_t>("register_size", 0);
  const Line duty = ReadLine(in.Object("duty"));
  const Line out_of_hours = ReadLine(in.Object("out_of_hours"));
  in.Done();
  if (!identity_key) return;
  roster->agencies.push_back({id, name, organisation, kind, area, ask, s16la, *identity_key,
                              tls_pin, relays, ask_per_day, enrol_elements, bulk, register_size,
                              duty, out_of_hours});
}

void ReadAuditor(JsonObject in, Roster* roster) {
  RosterAuditor auditor{};
  auditor.id = in.Number<AgencyId>("id", 1);
  auditor.name = in.Text("name");
  auditor.tls_pin = in.Hex<TlsPin>("tls_pin");
  auditor.evaluate_per_day = in.Number<uint32_t>("evaluate_per_day", 0);
  in.Done();
  roster->auditors.push_back(std::move(auditor));
}

void ReadWitness(JsonObject in, Roster* roster) {
  const std::string name = in.Text("name");
  const auto key = ReadVkey(in, "vkey", NoteKeyType::kCosignatureV1);
  in.Done();
  if (key) roster->witnesses.push_back({name, *key});
}

RosterParameters ReadParameters(JsonObject in) {
  RosterParameters parameters{};
  parameters.slot_ms = in.Number<uint32_t>("slot_ms", 1, 60'000);
  parameters.slot_frames = in.Number<uint32_t>("slot_frames", 1, 65'535);
  parameters.deadline_ms = in.Number<uint32_t>("deadline_ms", 1, 1000 * kQuestionLifetimeS);
  parameters.checkpoint_ms = in.Number<uint32_t>("checkpoint_ms", 1, kLogBehindMs);
  parameters.enrol_interval_s = in.Number<uint32_t>("enrol_interval_s", 1, 86'400);
  parameters.roster_delay_h = in.Number<uint32_t>("roster_delay_h", 0, kRosterDelayMaxH);
  parameters.tag_bits = in.Number<uint32_t>("tag_bits", 0, 0);
  in.Done();
  return parameters;
}

// The members in the order of protocol.md.
void ReadRoster(JsonObject in, Roster* roster) {
  roster->federation = in.Hex<FederationId>("federation");
  roster->name = in.Text("name");
  roster->version = in.Number<uint64_t>("version", 1);
  roster->not_before = in.Number<TimeS>("not_before", 0, kTimeMaxS - kRosterValidMaxS);
  roster->not_after = in.Number<TimeS>("not_after", roster->not_before,
                                       roster->not_before + kRosterValidMaxS);
  ReadRoots(in.Object("roots"), roster);
  const auto threshold = in.Number<uint16_t>("threshold", 2);
  ReadCoordinators(in, roster);
  roster->threshold = threshold;
  if (threshold > roster->coordinators.size()) {
    in.Fail("threshold", "at most the number of coordinators");
  }
  ReadKeyVersions(in, roster);
  in.ForEach("agencies", 0, kAgenciesMax, [&](const json& element, std::string path) {
    ReadAgency(JsonObject(element, std::move(path), in.problem()), roster);
  });
  in.ForEach("auditors", 0, kAuditorsMax, [&](const json& element, std::string path) {
    ReadAuditor(JsonObject(element, std::move(path), in.problem()), roster);
  });
  in.ForEach("witnesses", 0, kWitnessesMax, [&](const json& element, std::string path) {
    ReadWitness(JsonObject(element, std::move(path), in.problem()), roster);
  });
  roster->witness_faults = in.Number<uint32_t>("witness_faults", 0);
  roster->quorum = in.Number<uint32_t>("quorum", 0);
  const uint64_t faults = roster->witness_faults;
  if (roster->quorum != (roster->witnesses.size() + faults) / 2 + 1) {
    in.Fail("quorum", "floor((number of witnesses + witness_faults) / 2) + 1");
  }
  roster->parameters = ReadParameters(in.Object("parameters"));
  in.Done();
}

// Values of which none may be there twice.
class Distinct {
 public:
  explicit Distinct(std::string* problem) : problem_(problem) {}
  void Add(ByteView value, const std::string& path) {
    const auto [entry, is_new] = seen_.try_emplace(ToBytes(value), path);
    if (!is_new) NoteProblem(problem_, path, "another than " + entry->second);
  }
  void Add(uint64_t value, const std::string& path) { Add(Writer().U64(value).view(), path); }

 private:
  std::map<Bytes, std::string> seen_;
  std::string* problem_;
};

std::string At(const char* list, size_t i, const char* member) {
  return std::string(list) + "[" + std::to_string(i) + "]" + member;
}

void CheckIdsAndPins(const Roster& roster, std::string* problem) {
  Distinct ids(problem), pins(problem);
  for (size_t i = 0; i < roster.coordinators.size(); ++i) {
    pins.Add(roster.coordinators[i].tls_pin, At("coordinators", i, ".tls_pin"));
  }
  // One pin for two parties would make the one's calls the other's.
  for (size_t i = 0; i < roster.agencies.size(); ++i) {
    ids.Add(roster.agencies[i].id, At("agencies", i, ".id"));
    pins.Add(roster.agencies[i].tls_pin, At("agencies", i, ".tls_pin"));
  }
  for (size_t i = 0; i < roster.auditors.size(); ++i) {
    ids.Add(roster.auditors[i].id, At("auditors", i, ".id"));
    pins.Add(roster.auditors[i].tls_pin, At("auditors", i, ".tls_pin"));
  }
}

// One root key under two names would be two of k signatures; one witness's under two names two of
// the quorum, since a cosignature does not cover its name.
void CheckSigningKeys(const Roster& roster, std::string* problem) {
  Distinct keys(problem);
  for (size_t i = 0; i < roster.roots.size(); ++i) {
    keys.Add(roster.roots[i].key.bytes(), At("roots.keys", i, ""));
  }
  for (size_t i = 0; i < roster.coordinators.size(); ++i) {
    keys.Add(roster.coordinators[i].log_key.key.bytes(), At("coordinators", i, ".log_vkey"));
    keys.Add(roster.coordinators[i].admission_key.bytes(), At("coordinators", i, ".admission_key"));
  }
  // An agency may be a witness and sign as both with one key.
  Distinct with_witnesses = keys;
  for (size_t i = 0; i < roster.agencies.size(); ++i) {
    keys.Add(roster.agencies[i].identity_key.bytes(), At("agencies", i, ".identity_key"));
  }
  for (size_t i = 0; i < roster.witnesses.size(); ++i) {
    with_witnesses.Add(roster.witnesses[i].key.key.bytes(), At("witnesses", i, ".vkey"));
  }
}

void CheckSharing(const Roster& roster, std::string* problem) {
  Distinct elements(problem);
  for (size_t i = 0; i < roster.key_versions.size(); ++i) {
    const RosterKeyVersion& version = roster.key_versions[i];
    const std::string path = At("key_versions", i, "");
    elements.Add(version.group_key.bytes(), path + ".group_key");
    std::vector<ShareKey> shares;
    for (const RosterCoordinator& coordinator : roster.coordinators) {
      const Element& share_key = version.share_keys.at(coordinator.id);
      elements.Add(share_key.bytes(), path + ".shares of coordinator " +
                                          std::to_string(coordinator.id));
      shares.push_back({coordinator.x, share_key});
    }
    if (!problem->empty()) return;
    // Mixed shares give a pseudonym that is silently wrong, and that reads as "nothing".
    if (!SharingIsConsistent(version.group_key, shares, roster.threshold)) {
      NoteProblem(problem, path + ".shares",
                  "on one polynomial of degree threshold - 1 whose value at 0 is the group key");
    }
  }
}

}  // namespace

absl::StatusOr<Roster> Roster::Parse(std::string_view text) {
  if (const absl::Status fit = CheckNoteText(text); !fit.ok()) return fit;
  const absl::StatusOr<json> value = ParseStrictJson(text, kRosterDepthMax, kRosterStringMax);
  if (!value.ok()) {
    return absl::InvalidArgumentError("roster: " + std::string(value.status().message()));
  }
  Roster roster{};
  std::string problem;
  ReadRoster(JsonObject(*value, "", &problem), &roster);
  if (problem.empty()) CheckIdsAndPins(roster, &problem);
  if (problem.empty()) CheckSigningKeys(roster, &problem);
  if (problem.empty()) CheckSharing(roster, &problem);
  if (!problem.empty()) return absl::InvalidArgumentError("roster: " + problem);
  const Sha256Digest hash = Sha256({AsBytes(text)});
  roster.hash = RosterHash(std::span<const uint8_t, 32>(hash.data(), 32));
  return roster;
}

}  // namespace whoelse
