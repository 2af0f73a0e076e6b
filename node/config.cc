#include "node/config.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "toml++/toml.h"
#include "node/config_keys.h"
#include "node/config_people.h"
#include "protocol/text.h"

namespace whoelse {
namespace {

// The folder of the configuration file before a relative path.
std::string Beside(const std::string& file, const std::string& path) {
  if (path.empty() || path.front() == '/' || path.starts_with("credential:")) return path;
  const size_t slash = file.rfind('/');
  return slash == std::string::npos ? path : file.substr(0, slash + 1) + path;
}

absl::Status ReadTrust(const toml::table& root, NodeConfig& config) {
  const toml::table* trust = root["trust"].as_table();
  if (trust == nullptr) return Bad("trust", "is missing");
  if (absl::Status ok = CheckKeys(*trust, "trust.", {"federation", "roots", "needed"}); !ok.ok()) {
    return ok;
  }
  const std::string federation = (*trust)["federation"].value_or(std::string());
  if (!FromHex(federation, {config.trust.federation.data(), FederationId::kSize})) {
    return Bad("trust.federation", "should be 16 bytes in lower-case hex");
  }
  const toml::array* roots = (*trust)["roots"].as_array();
  if (roots == nullptr || roots->empty()) return Bad("trust.roots", "should list the root vkeys");
  for (const toml::node& node : *roots) {
    absl::StatusOr<NoteVerifier> key = NoteVerifier::Parse(node.value_or(std::string()));
    if (!key.ok()) return Bad("trust.roots", std::string(key.status().message()));
    config.trust.roots.push_back(*key);
  }
  const int64_t needed = (*trust)["needed"].value_or(int64_t{0});
  if (needed < 1 || needed > static_cast<int64_t>(config.trust.roots.size())) {
    return Bad("trust.needed", "should be the number of root signatures that a roster needs");
  }
  config.trust.roots_needed = static_cast<uint32_t>(needed);
  return absl::OkStatus();
}

absl::Status ReadImport(const toml::table& root, NodeConfig& config) {
  const toml::table* import = root["import"].as_table();
  if (import == nullptr) return Bad("import", "is missing");
  if (absl::Status ok = CheckKeys(*import, "import.",
                                  {"source", "organisation", "organisation_code", "services"});
      !ok.ok()) {
    return ok;
  }
  config.import.source = (*import)["source"].value_or(std::string());
  config.import.organisation = (*import)["organisation"].value_or(std::string());
  config.import.organisation_code = (*import)["organisation_code"].value_or(std::string());
  if (config.import.source.empty()) return Bad("import.source", "should name the exporting system");
  const toml::table* services = (*import)["services"].as_table();
  if (services == nullptr) return absl::OkStatus();
  for (const auto& [service, value] : *services) {
    const auto found = ByName<ServiceClass>(value.value_or(std::string()), kClassNames);
    if (!found) {
      return Bad("import.services." + std::string(service.str()),
                 "should be universal, targeted, justice, sensitive or protected");
    }
    config.import.service_classes[std::string(service.str())] = *found;
  }
  return absl::OkStatus();
}

absl::Status ReadWitness(const toml::table& root, const std::string& path, NodeConfig& config) {
  const toml::table* witness = root["witness"].as_table();
  if (witness == nullptr) return absl::OkStatus();
  if (absl::Status ok = CheckKeys(*witness, "witness.", {"name", "key", "pins"}); !ok.ok()) return ok;
  config.witness = {(*witness)["name"].value_or(std::string()),
                    Beside(path, (*witness)["key"].value_or(std::string())),
                    Beside(path, (*witness)["pins"].value_or(std::string()))};
  if (config.witness.name.empty()) return Bad("witness.name", "should be the roster's name of it");
  if (config.witness.key.empty()) return Bad("witness.key", "should be a path");
  if (config.witness.pins.empty()) return Bad("witness.pins", "should be a path");
  // A backup of the store, brought back, would bring back old pins with it.
  if (config.witness.pins.starts_with(config.data + "/")) {
    return Bad("witness.pins", "should lie outside of the data directory");
  }
  return absl::OkStatus();
}

struct CapKey {
  const char* key;
  uint32_t AskCaps::*member;
};
constexpr std::array<CapKey, 5> kCapKeys = {
    {{"questions", &AskCaps::questions},
     {"out_of_hours", &AskCaps::out_of_hours},
     {"emergencies", &AskCaps::emergencies},
     {"shield_notices", &AskCaps::shield_notices},
     {"agency_shield_notices", &AskCaps::agency_shield_notices}}};

// What is not there stays as it is.
absl::Status ReadCaps(const std::string& key, const toml::table* table, AskCaps& caps) {
  if (table == nullptr) return absl::OkStatus();
  std::set<std::string_view> known;
  for (const CapKey& cap : kCapKeys) known.insert(cap.key);
  if (absl::Status ok = CheckKeys(*table, key + ".", known); !ok.ok()) return ok;
  for (const CapKey& cap : kCapKeys) {
    const toml::node* node = table->get(cap.key);
    if (node == nullptr) continue;
    const int64_t value = node->value_or(int64_t{-1});
    if (value < 0 || value > UINT32_MAX) {
      return Bad(key + "." + cap.key, "should be how many there may be a day");
    }
    caps.*cap.member = static_cast<uint32_t>(value);
  }
  return absl::OkStatus();
}

toml::table CapsTable(const AskCaps& caps) {
  toml::table table;
  for (const CapKey& cap : kCapKeys) table.insert(cap.key, int64_t{caps.*cap.member});
  return table;
}

absl::Status ReadOrganisations(const toml::table& root, const std::string& path,
                               NodeConfig& config) {
  const toml::table* organisations = root["organisations"].as_table();
  if (organisations == nullptr) return absl::OkStatus();
  if (root.contains("policy")) {
    return Bad("policy", "should be in each of [organisations]: each is a controller of its own");
  }
  for (const auto& [code, value] : *organisations) {
    const std::string key = "organisations." + std::string(code.str());
    const toml::table* one = value.as_table();
    if (one == nullptr || !IsOrganisationCode(code.str())) {
      return Bad(key, "should be a table named by an ODS code or URN of at most 16 characters");
    }
    if (absl::Status ok = CheckKeys(*one, key + ".", {"name", "policy", "caps"}); !ok.ok()) {
      return ok;
    }
    HubOrganisation organisation{(*one)["name"].value_or(std::string()),
                                 Beside(path, (*one)["policy"].value_or(std::string())),
                                 config.caps};
    const toml::node* caps = one->get("caps");
    if (caps != nullptr && !caps->is_table()) return Bad(key + ".caps", "should be a table");
    if (absl::Status ok = ReadCaps(key + ".caps", (*one)["caps"].as_table(), organisation.caps);
        !ok.ok()) {
      return ok;
    }
    if (organisation.name.empty()) return Bad(key + ".name", "should be what its records are shown under");
    config.import.organisations[std::string(code.str())] = organisation.name;
    config.organisations[std::string(code.str())] = std::move(organisation);
  }
  return absl::OkStatus();
}

absl::Status ReadCalendar(const toml::table& root, NodeConfig& config) {
  const toml::table* calendar = root["calendar"].as_table();
  if (calendar == nullptr) {
    return Bad("calendar", "is missing; give the years and their bank holidays, as in years = [2026], "
                           "bank_holidays = [2026-01-01, ...] (gov.uk/bank-holidays)");
  }
  if (absl::Status ok = CheckKeys(*calendar, "calendar.", {"years", "bank_holidays", "sessions"});
      !ok.ok()) {
    return ok;
  }
  if (const toml::array* years = (*calendar)["years"].as_array()) {
    for (const toml::node& year : *years) {
      config.calendar.years.push_back(year.value_or(0));
    }
  }
  if (const toml::array* days = (*calendar)["bank_holidays"].as_array()) {
    for (const toml::node& node : *days) {
      const toml::date written = node.value_or(toml::date{});
      const auto day = Date::FromYmd(written.year * 10000u + written.month * 100u + written.day);
      if (!day.ok()) {
        return Bad("calendar.bank_holidays", "should list days as in 2026-12-25, no quotes");
      }
      config.calendar.bank_holidays.push_back(*day);
    }
  }
  config.calendar.sessions = (*calendar)["sessions"].value_or(config.calendar.sessions);
  const auto made = WorkingCalendar::Create(config.calendar);
  if (made.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError("node configuration: " + std::string(made.status().message()));
}

absl::Status ReadPager(const toml::table& root, const std::string& path, NodeConfig& config) {
  const toml::table* pager = root["pager"].as_table();
  if (pager == nullptr) return absl::OkStatus();
  if (absl::Status ok = CheckKeys(*pager, "pager.", {"command", "webhook", "webhook_ca"}); !ok.ok()) {
    return ok;
  }
  if (const toml::array* command = (*pager)["command"].as_array()) {
    for (const toml::node& word : *command) {
      config.pager.command.push_back(word.value_or(std::string()));
    }
  }
  // Found by its path alone: a PATH that somebody else writes must not say what runs.
  if ((*pager).contains("command") &&
      (config.pager.command.empty() || !config.pager.command[0].starts_with('/'))) {
    return Bad("pager.command", "should list a program by its whole path, then its arguments");
  }
  config.pager.webhook = (*pager)["webhook"].value_or(std::string());
  config.pager.webhook_ca = Beside(path, (*pager)["webhook_ca"].value_or(std::string()));
  constexpr std::string_view kHttps = "https://";
  const std::string& webhook = config.pager.webhook;
  if (!webhook.empty() && (!webhook.starts_with(kHttps) ||
                           webhook.find('/', kHttps.size()) == std::string::npos)) {
    return Bad("pager.webhook", "should be a URL like https://pager.example/whoelse");
  }
  return absl::OkStatus();
}

constexpr uint32_t kWatchAWeekMax = 2016;   // one in five minutes

absl::Status ReadWatch(const toml::table& root, NodeConfig& config) {
  const toml::table* watch = root["watch"].as_table();
  if (watch == nullptr) return absl::OkStatus();
  if (absl::Status ok = CheckKeys(*watch, "watch.", {"a_week"}); !ok.ok()) return ok;
  const int64_t a_week = (*watch)["a_week"].value_or(int64_t{-1});
  if (a_week < 0 || a_week > kWatchAWeekMax) {
    return Bad("watch.a_week", "should be how often the node asks for its watches in a week, 0 to 2016");
  }
  config.watch_a_week = static_cast<uint32_t>(a_week);
  return absl::OkStatus();
}

// The plain paths of the file, each required.
struct PathKey {
  const char* key;
  std::string NodeConfig::*member;
};
constexpr std::array<PathKey, 7> kPaths = {{{"data", &NodeConfig::data},
                                            {"door", &NodeConfig::door},
                                            {"tls_certificate", &NodeConfig::tls_certificate},
                                            {"tls_key", &NodeConfig::tls_key},
                                            {"secrets", &NodeConfig::secrets},
                                            {"master_key", &NodeConfig::master_key},
                                            {"roster", &NodeConfig::roster}}};

absl::Status ReadTop(const toml::table& root, const std::string& path, NodeConfig& config) {
  if (absl::Status ok =
           CheckKeys(root, "", {"agency", "data", "door", "door_group", "tls_certificate",
                                "tls_key", "secrets", "master_key", "roster", "lead_officer",
                                "policy", "organisations", "trust", "witness", "import", "caps",
                                "people", "calendar", "pager", "watch"});
      !ok.ok()) {
    return ok;
  }
  const int64_t agency = root["agency"].value_or(int64_t{0});
  if (agency < 1 || agency > UINT32_MAX) return Bad("agency", "should be the roster's id of the agency");
  config.agency = static_cast<AgencyId>(agency);
  for (const PathKey& entry : kPaths) {
    config.*entry.member = Beside(path, root[entry.key].value_or(std::string()));
    if ((config.*entry.member).empty()) return Bad(entry.key, "should be a path");
  }
  config.door_group = root["door_group"].value_or(std::string());
  if (const toml::node* policy = root.get("policy")) {
    config.policy = Beside(path, policy->value_or(std::string()));
    if (config.policy.empty()) return Bad("policy", "should be the path of the adopted policy");
  }
  const std::string lead = root["lead_officer"].value_or(std::string());
  if (!FromHex(lead, {config.lead_officer.data(), X25519PublicKey::kSize}) ||
      X25519IsLowOrder(config.lead_officer)) {
    return Bad("lead_officer", "should be an X25519 public key, 32 bytes in lower-case hex");
  }
  return absl::OkStatus();
}

toml::table CalendarTable(const CalendarSettings& calendar) {
  toml::array years, days;
  for (int year : calendar.years) years.push_back(year);
  for (Date day : calendar.bank_holidays) {
    days.push_back(toml::date{day.ymd() / 10000, day.ymd() / 100 % 100, day.ymd() % 100});
  }
  return toml::table{
      {"years", years}, {"bank_holidays", days}, {"sessions", calendar.sessions}};
}

toml::table OrganisationsTable(const std::map<std::string, HubOrganisation>& organisations) {
  toml::table table;
  for (const auto& [code, organisation] : organisations) {
    toml::table one{{"name", organisation.name}};
    if (!organisation.policy.empty()) one.insert("policy", organisation.policy);
    one.insert("caps", CapsTable(organisation.caps));
    table.insert(code, one);
  }
  return table;
}

toml::table PagerTable(const PagerSettings& pager) {
  toml::table table;
  toml::array command;
  for (const std::string& word : pager.command) command.push_back(word);
  if (!command.empty()) table.insert("command", command);
  if (!pager.webhook.empty()) table.insert("webhook", pager.webhook);
  if (!pager.webhook_ca.empty()) table.insert("webhook_ca", pager.webhook_ca);
  return table;
}

}  // namespace

absl::StatusOr<NodeConfig> NodeConfig::Load(const std::string& path) {
  std::ifstream in(path);
  if (!in) return absl::NotFoundError("node configuration: no file at " + path);
  std::stringstream text;
  text << in.rdbuf();
  toml::table root;
  try {   // Debian's build of the library throws
    root = toml::parse(text.str());
  } catch (const toml::parse_error& error) {
    return absl::InvalidArgumentError("node configuration: line " +
                                      std::to_string(error.source().begin.line) + ": " +
                                      std::string(error.description()));
  }
  NodeConfig config;
  for (absl::Status ok : {ReadTop(root, path, config), ReadTrust(root, config),
                          ReadImport(root, config),
                          ReadCaps("caps", root["caps"].as_table(), config.caps),
                          ReadOrganisations(root, path, config), ReadWitness(root, path, config),
                          ReadPeople(root, config), ReadWatch(root, config),
                          ReadCalendar(root, config), ReadPager(root, path, config)}) {
    if (!ok.ok()) return ok;
  }
  return config;
}

std::string NodeConfig::Serialize() const {
  toml::table root{{"agency", int64_t{agency}}, {"lead_officer", ToHex(lead_officer)}};
  for (const PathKey& entry : kPaths) root.insert(entry.key, this->*entry.member);
  toml::array roots;
  for (const NoteVerifier& verifier : trust.roots) roots.push_back(verifier.Encode());
  root.insert("trust", toml::table{{"federation", ToHex(trust.federation)},
                                   {"roots", roots},
                                   {"needed", int64_t{trust.roots_needed}}});
  toml::table services;
  for (const auto& [service, service_class] : import.service_classes) {
    services.insert(service, std::string(NameOf(service_class, kClassNames)));
  }
  root.insert("import", toml::table{{"source", import.source},
                                    {"organisation", import.organisation},
                                    {"organisation_code", import.organisation_code},
                                    {"services", services}});
  if (!witness.name.empty()) {
    root.insert("witness", toml::table{{"name", witness.name},
                                       {"key", witness.key},
                                       {"pins", witness.pins}});
  }
  if (!policy.empty()) root.insert("policy", policy);
  if (!organisations.empty()) root.insert("organisations", OrganisationsTable(organisations));
  root.insert("caps", CapsTable(caps));
  root.insert("people", PeopleTable(*this));
  root.insert("calendar", CalendarTable(calendar));
  if (!door_group.empty()) root.insert("door_group", door_group);
  if (watch_a_week != 0) {
    root.insert("watch", toml::table{{"a_week", int64_t{watch_a_week}}});
  }
  if (pager != PagerSettings()) root.insert("pager", PagerTable(pager));
  std::ostringstream out;
  out << root << "\n";
  return out.str();
}

const Person* NodeConfig::FindPerson(std::string_view user) const {
  const auto found = people.find(std::string(user.substr(user.find(':') + 1)));
  return found == people.end() ? nullptr : &found->second;
}

Organisations NodeConfig::AllOrganisations() const {
  OrganisationCodes codes;
  for (const auto& [code, organisation] : organisations) codes.insert(code);
  return Organisations::All(std::move(codes));
}

Organisations NodeConfig::OneOrganisation(const std::string& code) const {
  return organisations.empty() ? Organisations::All() : Organisations::Only({code});
}

std::map<std::string, std::string> NodeConfig::PolicyPaths() const {
  if (organisations.empty()) return {{"", policy}};
  std::map<std::string, std::string> paths;
  for (const auto& [code, organisation] : organisations) paths[code] = organisation.policy;
  return paths;
}

}  // namespace whoelse
