#include "bench/stub_area.h"

#include <chrono>
#include <thread>

#include "cli/federation_join.h"
#include "cli/federation_sign.h"
#include "cli/key_file.h"
#include "protocol/limits.h"
#include "rpc/clock.h"
#include "vault/durable_file.h"

namespace whoelse::bench {
namespace {

constexpr TimeS kDay = 86400;

SigningKey NewKey(Random& random) {
  return SigningKey::FromSeed(random.NewSecret<32>().Reveal());
}

TlsFiles TlsIn(const std::string& folder, const std::string& name) {
  return {folder + "/" + name + ".crt", folder + "/" + name + ".key"};
}
std::string AgencyName(size_t place) { return "agency-" + std::to_string(place); }

AgencyOptions OnlyAgency() {
  AgencyOptions options;
  options.name = AgencyName(0);
  options.kind = "school";
  options.area = "Testfield";
  options.organisation = "T0000";
  options.ask = {"concern"};
  options.duty = {"01632 960001", "24 hours", ""};
  options.out_of_hours = {"01632 960002", "24 hours", ""};
  options.lead_user = ThisUser();   // who imports
  return options;
}

// Two coordinators (a key is never one's alone) and an agency, with the tool.
absl::StatusOr<Roster> MakeByTool(const std::string& folder, TimeS now, Random& random) {
  InitOptions init;
  init.name = "Testfield";
  init.parameters.roster_delay_h = 0;
  init.parameters.deadline_ms = 10'000;   // a busy machine is slow, and every wire is to count
  if (const absl::Status made = InitFederation(folder, init, random); !made.ok()) return made;
  const auto ports = FreePorts(2);
  if (!ports.ok()) return ports.status();
  for (size_t i = 0; i < ports->size(); ++i) {
    CoordinatorOptions options;
    options.name = "coordinator-" + std::to_string(i + 1);
    options.endpoint = "127.0.0.1:" + std::to_string((*ports)[i]);
    options.min_free_mb = 64;
    if (const auto added = AddCoordinator(folder, options, now, random); !added.ok()) {
      return added.status();
    }
  }
  const auto added = AddAgency(folder, OnlyAgency(), now, random);
  if (!added.ok()) return added.status();
  auto signed_federation = SignFederation(folder, {}, now, random);
  if (!signed_federation.ok()) return signed_federation.status();
  return std::move(signed_federation->roster);
}

// Signed by all roots, for a coordinator that has not seen any other.
absl::StatusOr<SignedRoster> SignByRoots(const std::string& folder, const Roster& roster) {
  const std::string text = roster.Serialize();
  Note note{text, {}};
  for (size_t i = 0; i < roster.roots.size(); ++i) {
    const auto seed = ReadKeyFile(FederationFolder{folder}.Root(i + 1));
    if (!seed.ok()) return seed.status();
    note.signatures.push_back(
        SignNote(text, roster.roots[i].name, SigningKey::FromSeed(seed->Reveal())));
  }
  return SignedRoster{note.Serialize(), {}, {}};
}

}  // namespace

Question DummyQuestion(const Roster& roster, const RosterAgency& asker, const SigningKey& identity,
                       TimeS now, Random& random) {
  Statement statement{};
  statement.agency = asker.id;
  statement.relays = asker.relays;
  statement.practitioner_ref = random.NewFixed<PersonRef>();
  statement.organisation = asker.organisation;
  statement.role = Role::kPractitioner;
  statement.purpose = asker.ask.front();
  statement.power = Power::kCa2004S11;
  statement.article6 = Article6::kPublicTask;
  statement.article9 = Article9::kSafeguarding;
  QuestionParts parts;
  parts.federation = roster.federation;
  parts.roster_version = roster.version;
  parts.key_versions = roster.AskedKeyVersions();
  parts.issued_s = now / kIssuedGranularityS * kIssuedGranularityS;
  parts.sub_keys.resize(parts.key_versions.size());
  return Question::Build(parts, statement, identity, random);
}

absl::StatusOr<StubArea> StubArea::Make(const std::string& folder, size_t agencies,
                                        Random& random) {
  const TimeS now = SystemClock().NowS();
  auto roster = MakeByTool(folder, now, random);
  if (!roster.ok()) return roster.status();
  StubArea area(folder, *std::move(roster));
  const RosterAgency first = area.roster_.agencies[0];
  area.roster_.agencies.clear();
  for (size_t place = 0; place < agencies; ++place) {
    RosterAgency agency = first;
    agency.id = first.id + static_cast<AgencyId>(place);
    agency.name = AgencyName(place);
    agency.identity_key = NewKey(random).verify_key();
    agency.ask_per_day = 1'000'000;
    const auto pin = CreateTlsFiles(area.AgencyTls(place), agency.name, now - 60, now + kDay);
    if (!pin.ok()) return pin.status();
    agency.tls_pin = *pin;
    area.roster_.agencies.push_back(std::move(agency));
  }
  const auto offered = SignByRoots(folder, area.roster_);
  if (!offered.ok()) return offered.status();
  const absl::Status written =
      WriteFileDurably(FederationFolder{folder}.Coordinator(area.coordinator().name) +
                           "/roster.signed", offered->Serialize(), 0644);
  if (!written.ok()) return written;
  return area;
}

absl::StatusOr<pid_t> StubArea::StartCoordinator(const std::string& programs,
                                                 DemoProcesses& processes) const {
  const std::string name = coordinator().name, &endpoint = coordinator().endpoint;
  const std::string config = FederationFolder{folder_}.Coordinator(name) + "/coordinator.toml";
  const absl::Status started =
      processes.Start(name, {programs + "/whoelse-coordinator", "--config", config},
                      folder_ + "/coordinator.log");
  if (!started.ok()) return started;
  while (!Listens(std::stoi(endpoint.substr(endpoint.rfind(':') + 1)))) {
    if (processes.Dead()) return absl::UnavailableError("the coordinator does not start");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return processes.PidOf(name);
}

std::string StubArea::NodeConfig() const {
  return FederationFolder{folder_}.Agency(AgencyName(0)) + "/node.toml";
}

TlsFiles StubArea::CoordinatorTls() const {
  const std::string tls = FederationFolder{folder_}.Coordinator(coordinator().name) + "/tls/";
  return {tls + "certificate.pem", tls + "key.pem"};
}

TlsFiles StubArea::AgencyTls(size_t place) const { return TlsIn(folder_, AgencyName(place)); }

Question StubArea::NewQuestion(size_t place, TimeS now, Random& random) const {
  return DummyQuestion(roster_, roster_.agencies[place], NewKey(random), now, random);
}

}  // namespace whoelse::bench
