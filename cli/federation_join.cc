#include "cli/federation_join.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "cli/federation_certificate.h"
#include "cli/key_file.h"
#include "coordinator/config.h"
#include "coordinator/secrets.h"
#include "node/config.h"
#include "node/hours.h"
#include "node/policy_file.h"
#include "node/secrets.h"
#include "node/witness_file.h"
#include "protocol/limits.h"
#include "protocol/text.h"
#include "rpc/certificate.h"
#include "vault/durable_file.h"
#include "vault/master_key.h"

namespace whoelse {
namespace {

constexpr CoordinatorId kFirstCoordinator = 101;
constexpr AgencyId kFirstAgency = 1001;
constexpr AgencyId kFirstAuditor = 1'000'001;   // no agency's
constexpr TimeS kDay = 86400;
constexpr char kWitnessKey[] = "witness.sealed", kWitnessPins[] = "witness.pins";
constexpr size_t kAgencyNameMax = 48;            // what an answer's field holds

absl::Status Bad(const std::string& field, const std::string& reason, const std::string& remedy) {
  return absl::InvalidArgumentError(field + ": " + reason + "; " + remedy);
}

absl::Status CheckText(const std::string& field, const std::string& text, size_t max) {
  if (text.empty()) return Bad(field, "is missing", "give it with --" + field);
  if (text.size() <= max && IsPlainText(text)) return absl::OkStatus();
  return Bad(field, "is too long or has invisible characters",
             "write it in at most " + std::to_string(max) + " bytes of plain text");
}

// A new master key for this party, on what should be another disk.
absl::StatusOr<MasterKey> MakeMasterKey(const FederationFolder& folder, const std::string& slug,
                                        Random& random) {
  if (const absl::Status made = MakeDirectory(folder.dir + "/master"); !made.ok()) return made;
  if (const absl::Status s = CreateMasterKey(folder.Master(slug), random); !s.ok()) return s;
  return ReadMasterKey(folder.Master(slug));
}

// A slug that no party of the federation has, whose folder is not there yet.
absl::StatusOr<std::string> NewSlug(const FederationDraft& draft, const std::string& wanted) {
  const std::string slug = SlugOf(wanted);
  const auto has = [&](const auto& party) { return party.slug == slug; };
  if (slug.empty()) return Bad("name", "has no letter or digit", "give another name");
  if (std::ranges::any_of(draft.coordinators, has) || std::ranges::any_of(draft.agencies, has) ||
      std::ranges::any_of(draft.auditors, has)) {
    return Bad("name", "is (nearly) that of another party", "give another name");
  }
  return slug;
}

std::string ListenAddress(const CoordinatorOptions& options) {
  if (!options.listen.empty()) return options.listen;
  const size_t colon = options.endpoint.rfind(':');
  const std::string host = options.endpoint.substr(0, colon);
  const bool here = host.starts_with("127.") || host == "localhost" || host == "[::1]";
  return here ? options.endpoint : "0.0.0.0" + options.endpoint.substr(colon);
}

absl::Status CheckAgency(const AgencyOptions& options) {
  for (const auto& [field, text, max] :
       {std::tuple{"name", &options.name, kAgencyNameMax},
        std::tuple{"kind", &options.kind, kRosterStringMax},
        std::tuple{"area", &options.area, kRosterStringMax},
        std::tuple{"organisation", &options.organisation, kOrganisationSize},
        std::tuple{"duty", &options.duty.number, kRosterStringMax},
        std::tuple{"duty-hours", &options.duty.hours, kRosterStringMax},
        std::tuple{"out-of-hours", &options.out_of_hours.number, kRosterStringMax},
        std::tuple{"out-of-hours-hours", &options.out_of_hours.hours, kRosterStringMax}}) {
    if (const absl::Status checked = CheckText(field, *text, max); !checked.ok()) return checked;
  }
  if (!options.policy_adopted_by.empty() || !options.policy_dpia.empty()) {
    for (const auto& [field, text] : {std::pair{"policy-adopted-by", &options.policy_adopted_by},
                                      std::pair{"policy-dpia", &options.policy_dpia}}) {
      const absl::Status checked = CheckText(field, *text, kAdoptionTextMax);
      if (!checked.ok()) return checked;
    }
  }
  if (!IsOrganisationCode(options.organisation)) {
    return Bad("organisation", "has a character that a code cannot have",
               "write the ODS code or URN without spaces");
  }
  const LocalTime any{0, 0};
  for (const auto& [field, line, other] :
       {std::tuple{"duty-hours", &options.duty, &options.out_of_hours},
        std::tuple{"out-of-hours-hours", &options.out_of_hours, &options.duty}}) {
    if (OpenAt(line->hours, other->hours, any)) continue;
    return Bad(field, "are not understood, so nobody could be told whether the line is open",
               "write for example: Mon-Fri 08:30-17:00, or: 24 hours, or: at all other times");
  }
  return CheckCertificateDays(options.certificate_days);
}

absl::StatusOr<std::vector<Purpose>> ReadPurposes(const AgencyOptions& options) {
  std::vector<Purpose> ask;
  for (const std::string& name : options.ask) {
    const std::optional<Purpose> purpose = PurposeByName(name);
    if (!purpose) {
      std::string all;
      for (const std::string_view known : kPurposeNames) {
        all += (all.empty() ? "" : ", ") + std::string(known);
      }
      return Bad("ask", "has a word that is no purpose", "give any of: " + all);
    }
    if (const auto why = WhyMayNotAsk(options.kind, *purpose)) {
      return Bad("ask", name + " is " + *why, "leave it out, or put the agency's kind right");
    }
    if (std::ranges::find(ask, *purpose) == ask.end()) ask.push_back(*purpose);
  }
  std::ranges::sort(ask);
  return ask;
}

struct AgencyKeys {
  VerifyKey identity;
  X25519PublicKey lead_officer;
  std::optional<VerifyKey> witness;
};

// Writes the node's sealed secrets, its master key, its lead officer's secret key and, of a witness,
// its key and pins.
absl::StatusOr<AgencyKeys> MakeAgencyKeys(const FederationFolder& folder, const std::string& slug,
                                          bool witness, Random& random) {
  if (const absl::Status made = MakeDirectory(folder.Agency(slug)); !made.ok()) return made;
  if (const absl::Status made = MakeDirectory(folder.dir + "/lead"); !made.ok()) return made;
  const auto master = MakeMasterKey(folder, slug, random);
  if (!master.ok()) return master.status();
  const NodeSecrets secrets{random.NewSecret<32>(), random.NewSecret<32>()};
  const Secret<32> lead = random.NewSecret<32>();
  for (const absl::Status& written :
       {WriteNodeSecrets(folder.Agency(slug) + "/secrets.sealed", secrets, *master, random),
        WriteKeyFile(folder.Lead(slug), lead)}) {
    if (!written.ok()) return written;
  }
  AgencyKeys keys{SigningKey::FromSeed(secrets.identity_seed.Reveal()).verify_key(),
                  X25519Public(lead), std::nullopt};
  if (!witness) return keys;
  const std::string home = folder.Agency(slug) + "/";
  const auto key = WitnessFile::Create({"", home + kWitnessKey, home + kWitnessPins}, *master, random);
  if (!key.ok()) return key.status();
  keys.witness = *key;
  return keys;
}

std::string WitnessName(const FederationDraft& draft, const std::string& slug) {
  return SlugOf(draft.name) + "/" + slug + "/witness";
}

// The day a year later; of a leap day the 28th.
Date AYearAfter(Date day) {
  const absl::StatusOr<Date> later = Date::FromYmd(day.ymd() + 10000);
  return later.ok() ? *later : Date::FromDays(day.days() + 365);
}

absl::Status WritePolicy(const std::string& path, const AgencyOptions& options, Date today) {
  const Policy policy{Adoption{options.policy_adopted_by, options.policy_dpia, today,
                               AYearAfter(today)},
                      PolicyTable::Default()};
  return WriteFileDurably(path, AsBytes(WritePolicyFile(policy)), 0600);
}

absl::Status WriteNodeConfig(const FederationDraft& draft, const FederationFolder& folder,
                             const std::string& slug, const AgencyOptions& options, AgencyId id,
                             const X25519PublicKey& lead_officer, Date today) {
  NodeConfig config;
  config.agency = id;
  config.data = "data";
  config.door = "run/door";
  config.tls_certificate = "tls/certificate.pem";
  config.tls_key = "tls/key.pem";
  config.secrets = "secrets.sealed";
  config.master_key = "../../master/" + slug + ".key";
  config.roster = "roster.signed";
  config.lead_officer = lead_officer;
  config.trust = draft.Anchor();
  if (options.witness) config.witness = {WitnessName(draft, slug), kWitnessKey, kWitnessPins};
  config.import = {.source = options.source.empty() ? slug : options.source,
                   .organisation = options.name,
                   .organisation_code = options.organisation,
                   .service_classes = options.services};
  if (!options.lead_user.empty()) {
    config.people[options.lead_user] = {
        {Role::kPractitioner, Role::kSafeguardingLead, Role::kOutOfHours},
        {LocalRole::kLeadOfficer, LocalRole::kRecordManager},
        {}};
  }
  config.caps = options.caps;
  if (!options.policy_adopted_by.empty() || !options.policy_dpia.empty()) {
    config.policy = "policy.toml";
    const absl::Status written =
        WritePolicy(folder.Agency(slug) + "/policy.toml", options, today);
    if (!written.ok()) return written;
  }
  config.calendar = CalendarSettings::From(static_cast<int>(today.ymd() / 10000));
  return WriteFileDurably(folder.Agency(slug) + "/node.toml", AsBytes(config.Serialize()), 0600);
}

template <typename Party>
auto NextId(const std::vector<DraftParty<Party>>& parties, decltype(Party::id) first) {
  for (const auto& other : parties) {
    first = std::max(first, static_cast<decltype(Party::id)>(other.party.id + 1));
  }
  return first;
}

}  // namespace

absl::Status InitFederation(const std::string& dir, const InitOptions& options, Random& random) {
  const FederationFolder folder{dir};
  if (const absl::Status name = CheckText("name", options.name, 200); !name.ok()) return name;
  if (options.roots < 1 || options.roots > kRootsMax) {
    return Bad("roots", "is out of range", "give 1 to " + std::to_string(kRootsMax));
  }
  if (options.needed < 1 || options.needed > options.roots) {
    return Bad("needed", "is out of range", "give at most the number of roots, at least 1");
  }
  if (options.threshold < 2 || options.threshold > kCoordinatorsMax) {
    return Bad("threshold", "is out of range", "give at least 2: one coordinator alone must not "
                                               "hold the key");
  }
  std::error_code ignored;
  if (std::filesystem::exists(folder.Draft(), ignored)) {
    return absl::AlreadyExistsError(dir + " has a federation already: choose another directory");
  }
  if (const absl::Status made = MakeDirectory(dir + "/roots"); !made.ok()) return made;
  FederationDraft draft;
  draft.federation = random.NewFixed<FederationId>();
  draft.name = options.name;
  draft.roots_needed = options.needed;
  draft.threshold = static_cast<uint16_t>(options.threshold);
  draft.valid_days = options.valid_days;
  draft.bulk_hours = options.bulk_hours;
  draft.parameters = options.parameters;
  for (uint32_t i = 1; i <= options.roots; ++i) {
    const Secret<32> seed = random.NewSecret<32>();
    if (const absl::Status written = WriteKeyFile(folder.Root(i), seed); !written.ok()) {
      return written;
    }
    const auto root = NoteVerifier::Create(SlugOf(options.name) + "/root-" + std::to_string(i),
                                           NoteKeyType::kEd25519,
                                           SigningKey::FromSeed(seed.Reveal()).verify_key());
    if (!root.ok()) return root.status();
    draft.roots.push_back(*root);
  }
  return draft.Save(dir);
}

absl::StatusOr<std::string> AddCoordinator(const std::string& dir,
                                           const CoordinatorOptions& options, TimeS now,
                                           Random& random) {
  const FederationFolder folder{dir};
  auto draft = FederationDraft::Load(dir);
  if (!draft.ok()) return draft.status();
  if (const absl::Status name = CheckText("name", options.name, 200); !name.ok()) return name;
  if (const absl::Status days = CheckCertificateDays(options.certificate_days); !days.ok()) return days;
  if (options.endpoint.rfind(':') == std::string::npos || options.endpoint.starts_with(':')) {
    return Bad("endpoint", "is not host:port", "give for example coordinator.example:7443");
  }
  for (const auto& other : draft->coordinators) {
    if (other.party.endpoint == options.endpoint) {
      return Bad("endpoint", "is that of " + other.party.name, "give another port or host");
    }
  }
  const auto slug = NewSlug(*draft, options.name);
  if (!slug.ok()) return slug.status();
  const std::string home = folder.Coordinator(*slug);
  if (const absl::Status made = MakeDirectory(home); !made.ok()) return made;
  const auto master = MakeMasterKey(folder, *slug, random);
  if (!master.ok()) return master.status();
  const CoordinatorSecrets secrets{random.NewSecret<32>(), random.NewSecret<32>(), {}};
  const auto pin = MakeCertificate(home, options.name, options.certificate_days, now);
  if (!pin.ok()) return pin.status();
  const auto log_key = NoteVerifier::Create(
      SlugOf(draft->name) + "/" + *slug + "/log", NoteKeyType::kEd25519,
      SigningKey::FromSeed(secrets.log_seed.Reveal()).verify_key());
  if (!log_key.ok()) return log_key.status();

  const CoordinatorId id = NextId(draft->coordinators, kFirstCoordinator);
  const CoordinatorConfig config{id,
                                 ListenAddress(options),
                                 "data",
                                 "second-checkpoint",
                                 "roster.signed",
                                 "secrets.sealed",
                                 "../../master/" + *slug + ".key",
                                 options.min_free_mb,
                                 {"tls/certificate.pem", "tls/key.pem"},
                                 draft->Anchor(),
                                 {options.log_export, options.log_listen, {}},
                                 {}};
  draft->coordinators.push_back(
      {*slug,
       {id, static_cast<uint16_t>(draft->coordinators.size() + 1), options.name, options.endpoint,
        *pin, *log_key, SigningKey::FromSeed(secrets.admission_seed.Reveal()).verify_key()}});
  for (const absl::Status& written :
       {WriteSecrets(home + "/secrets.sealed", secrets, *master, random),
        WriteFileDurably(home + "/coordinator.toml", AsBytes(config.Serialize()), 0600),
        draft->Save(dir)}) {
    if (!written.ok()) return written;
  }
  return home;
}

absl::StatusOr<std::string> AddAgency(const std::string& dir, const AgencyOptions& options, TimeS now,
                                      Random& random) {
  const FederationFolder folder{dir};
  auto draft = FederationDraft::Load(dir);
  if (!draft.ok()) return draft.status();
  if (const absl::Status checked = CheckAgency(options); !checked.ok()) return checked;
  const auto ask = ReadPurposes(options);
  if (!ask.ok()) return ask.status();
  const auto slug = NewSlug(*draft, options.slug.empty() ? options.name : options.slug);
  if (!slug.ok()) return slug.status();
  const auto keys = MakeAgencyKeys(folder, *slug, options.witness, random);
  if (!keys.ok()) return keys.status();
  const auto pin = MakeCertificate(folder.Agency(*slug), options.name, options.certificate_days, now);
  if (!pin.ok()) return pin.status();

  const AgencyId id = NextId(draft->agencies, kFirstAgency);
  const Date today = Date::FromDays(static_cast<int64_t>(now / kDay));
  Line duty = options.duty, out_of_hours = options.out_of_hours;
  for (Line* line : {&duty, &out_of_hours}) {
    if (line->tested.empty()) line->tested = today.Iso();
  }
  const uint32_t ask_per_day = options.ask_per_day != 0 ? options.ask_per_day
                                                        : DefaultAskPerDay(options.register_size);
  draft->agencies.push_back(
      {*slug,
       {id, options.name, options.organisation, options.kind, options.area, *ask, options.s16la,
        keys->identity, *pin, {}, ask_per_day, DefaultEnrolElements(options.register_size), {},
        options.register_size, duty, out_of_hours}});
  if (keys->witness) {
    const auto witness = NoteVerifier::Create(WitnessName(*draft, *slug),
                                              NoteKeyType::kCosignatureV1, *keys->witness);
    if (!witness.ok()) return witness.status();
    draft->witnesses.push_back({*slug, *witness});
  }
  for (const absl::Status& written :
       {WriteNodeConfig(*draft, folder, *slug, options, id, keys->lead_officer, today),
        draft->Save(dir)}) {
    if (!written.ok()) return written;
  }
  return folder.Agency(*slug);
}

absl::StatusOr<std::string> AddAuditor(const std::string& dir, const AuditorOptions& options,
                                       TimeS now) {
  const FederationFolder folder{dir};
  auto draft = FederationDraft::Load(dir);
  if (!draft.ok()) return draft.status();
  if (const absl::Status name = CheckText("name", options.name, 200); !name.ok()) return name;
  if (const absl::Status days = CheckCertificateDays(options.certificate_days); !days.ok()) return days;
  const auto slug = NewSlug(*draft, options.name);
  if (!slug.ok()) return slug.status();
  const std::string home = folder.Auditor(*slug);
  if (const absl::Status made = MakeDirectory(home); !made.ok()) return made;
  const auto pin = MakeCertificate(home, options.name, options.certificate_days, now);
  if (!pin.ok()) return pin.status();
  draft->auditors.push_back({*slug,
                             {NextId(draft->auditors, kFirstAuditor), options.name, *pin,
                              options.evaluate_per_day}});
  if (const absl::Status saved = draft->Save(dir); !saved.ok()) return saved;
  return home;
}

absl::Status RemoveAgency(const std::string& dir, const std::string& slug) {
  auto draft = FederationDraft::Load(dir);
  if (!draft.ok()) return draft.status();
  if (std::erase_if(draft->agencies, [&](const auto& agency) { return agency.slug == slug; }) == 0) {
    return absl::NotFoundError("no agency of this federation has the folder " + slug +
                               "; `show` lists them");
  }
  std::erase_if(draft->witnesses, [&](const DraftWitness& witness) { return witness.slug == slug; });
  return draft->Save(dir);
}

absl::StatusOr<std::map<std::string, ServiceClass>> ParseServices(std::string_view text) {
  constexpr std::array<std::string_view, 5> kClasses = {"universal", "targeted", "justice",
                                                        "sensitive", "protected"};
  const auto trim = [](std::string_view part) {
    const size_t first = part.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return std::string_view();
    return part.substr(first, part.find_last_not_of(" \t\r") - first + 1);
  };
  std::map<std::string, ServiceClass> services;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;
    const size_t equals = line.rfind('=');
    const std::string_view service = trim(line.substr(0, std::min(equals, line.size())));
    const auto known = equals == std::string_view::npos
                           ? std::nullopt
                           : ByName<ServiceClass>(trim(line.substr(equals + 1)), kClasses);
    if (service.empty() || !known || !services.emplace(service, *known).second) {
      return Bad("services", "line " + std::to_string(number) + " is not a service and its class",
                 "write for example: Family help = targeted (universal, targeted, justice, sensitive "
                 "or protected), each service once");
    }
  }
  return services;
}

std::optional<std::string> WhyMayNotAsk(std::string_view kind, Purpose purpose) {
  if (KindMayAsk(kind, purpose)) return std::nullopt;
  std::string list;
  for (const std::string_view allowed : RuleOf(purpose).kinds) {
    if (!allowed.empty()) list += (list.empty() ? "" : " or ") + std::string(allowed);
  }
  return "only for agencies of the kind " + list;
}

std::string ThisUser() {
  const passwd* const user = getpwuid(geteuid());
  return user != nullptr ? user->pw_name : "";
}

uint32_t DefaultAskPerDay(uint32_t register_size) {
  return std::clamp<uint32_t>(register_size / 20, 50, 2000);
}

// So that a whole register could be enrolled anew within some days at the constant rate.
uint32_t DefaultEnrolElements(uint32_t register_size) {
  if (register_size <= 2'000) return 8;
  return register_size <= 20'000 ? 32 : 256;
}

}  // namespace whoelse
