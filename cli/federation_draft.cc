#include "cli/federation_draft.h"

#include <nlohmann/json.hpp>

#include "protocol/limits.h"
#include "protocol/strict_json.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

using nlohmann::ordered_json;
using Key32 = FixedBytes<struct DraftKeyTag, 32>;

constexpr size_t kDepthMax = 5;

ordered_json LineJson(const Line& line) {
  return {{"number", line.number}, {"hours", line.hours}, {"tested", line.tested}};
}

ordered_json CoordinatorJson(const DraftParty<RosterCoordinator>& draft) {
  const RosterCoordinator& party = draft.party;
  return {{"slug", draft.slug},
          {"id", party.id},
          {"x", party.x},
          {"name", party.name},
          {"endpoint", party.endpoint},
          {"tls_pin", ToHex(party.tls_pin)},
          {"log_vkey", party.log_key.Encode()},
          {"admission_key", ToHex(party.admission_key.bytes())}};
}

ordered_json AgencyJson(const DraftParty<RosterAgency>& draft) {
  const RosterAgency& party = draft.party;
  ordered_json ask = ordered_json::array();
  for (const Purpose purpose : party.ask) ask.push_back(std::string(Name(purpose)));
  return {{"slug", draft.slug},
          {"id", party.id},
          {"name", party.name},
          {"organisation", party.organisation},
          {"kind", party.kind},
          {"area", party.area},
          {"ask", std::move(ask)},
          {"s16la", party.s16la},
          {"identity_key", ToHex(party.identity_key.bytes())},
          {"tls_pin", ToHex(party.tls_pin)},
          {"ask_per_day", party.ask_per_day},
          {"enrol_elements", party.enrol_elements},
          {"register_size", party.register_size},
          {"duty", LineJson(party.duty)},
          {"out_of_hours", LineJson(party.out_of_hours)}};
}

ordered_json AuditorJson(const DraftParty<RosterAuditor>& draft) {
  const RosterAuditor& party = draft.party;
  return {{"slug", draft.slug},
          {"id", party.id},
          {"name", party.name},
          {"tls_pin", ToHex(party.tls_pin)},
          {"evaluate_per_day", party.evaluate_per_day}};
}

ordered_json DraftJson(const FederationDraft& draft) {
  ordered_json roots = ordered_json::array();
  for (const NoteVerifier& root : draft.roots) roots.push_back(root.Encode());
  ordered_json coordinators = ordered_json::array();
  for (const auto& coordinator : draft.coordinators) {
    coordinators.push_back(CoordinatorJson(coordinator));
  }
  ordered_json agencies = ordered_json::array();
  for (const auto& agency : draft.agencies) agencies.push_back(AgencyJson(agency));
  ordered_json auditors = ordered_json::array();
  for (const auto& auditor : draft.auditors) auditors.push_back(AuditorJson(auditor));
  ordered_json witnesses = ordered_json::array();
  for (const DraftWitness& witness : draft.witnesses) {
    witnesses.push_back({{"slug", witness.slug}, {"vkey", witness.key.Encode()}});
  }
  const RosterParameters& parameters = draft.parameters;
  return {{"federation", ToHex(draft.federation)},
          {"name", draft.name},
          {"roots", std::move(roots)},
          {"roots_needed", draft.roots_needed},
          {"threshold", draft.threshold},
          {"valid_days", draft.valid_days},
          {"bulk_hours", draft.bulk_hours},
          {"parameters",
           {{"slot_ms", parameters.slot_ms},
            {"slot_frames", parameters.slot_frames},
            {"deadline_ms", parameters.deadline_ms},
            {"checkpoint_ms", parameters.checkpoint_ms},
            {"enrol_interval_s", parameters.enrol_interval_s},
            {"roster_delay_h", parameters.roster_delay_h},
            {"tag_bits", parameters.tag_bits}}},
          {"coordinators", std::move(coordinators)},
          {"agencies", std::move(agencies)},
          {"auditors", std::move(auditors)},
          {"witnesses", std::move(witnesses)}};
}

std::optional<NoteVerifier> ReadVkey(const std::string& text) {
  const auto vkey = NoteVerifier::Parse(text);
  return vkey.ok() ? std::optional(*vkey) : std::nullopt;
}

std::optional<VerifyKey> ReadKey(JsonObject& in, const char* name) {
  const auto key = VerifyKey::Decode(in.Hex<Key32>(name));
  if (key.ok()) return *key;
  in.Fail(name, "an Ed25519 public key");
  return std::nullopt;
}

Line ReadLine(JsonObject in) {
  Line line{in.Text("number"), in.Text("hours"), in.Text("tested")};
  in.Done();
  return line;
}

void ReadCoordinator(JsonObject in, FederationDraft& draft) {
  const std::string slug = in.Text("slug");
  const auto id = in.Number<CoordinatorId>("id", 1);
  const auto x = in.Number<uint16_t>("x", 1);
  const std::string name = in.Text("name");
  const std::string endpoint = in.Text("endpoint");
  const auto pin = in.Hex<TlsPin>("tls_pin");
  const auto log_key = ReadVkey(in.Text("log_vkey"));
  if (!log_key) in.Fail("log_vkey", "a vkey");
  const auto admission_key = ReadKey(in, "admission_key");
  in.Done();
  if (!log_key || !admission_key) return;
  draft.coordinators.push_back({slug, {id, x, name, endpoint, pin, *log_key, *admission_key}});
}

void ReadAgency(JsonObject in, FederationDraft& draft) {
  const std::string slug = in.Text("slug");
  const auto id = in.Number<AgencyId>("id", 1);
  const std::string name = in.Text("name");
  const std::string organisation = in.Text("organisation");
  const std::string kind = in.Text("kind");
  const std::string area = in.Text("area");
  std::vector<Purpose> ask;
  in.ForEach("ask", 0, kPurposeNames.size(), [&](const auto& element, const std::string& path) {
    const auto purpose =
        element.is_string() ? PurposeByName(element.template get<std::string>()) : std::nullopt;
    if (purpose) return ask.push_back(*purpose);
    NoteProblem(in.problem(), path, "the name of a purpose");
  });
  const bool s16la = in.Bool("s16la");
  const auto identity_key = ReadKey(in, "identity_key");
  const auto pin = in.Hex<TlsPin>("tls_pin");
  const auto ask_per_day = in.Number<uint32_t>("ask_per_day", 0);
  const auto enrol_elements = in.Number<uint32_t>("enrol_elements", 0);
  const auto register_size = in.Number<uint32_t>("register_size", 0);
  const Line duty = ReadLine(in.Object("duty"));
  const Line out_of_hours = ReadLine(in.Object("out_of_hours"));
  in.Done();
  if (!identity_key) return;
  draft.agencies.push_back({slug,
                            {id, name, organisation, kind, area, ask, s16la, *identity_key, pin, {},
                             ask_per_day, enrol_elements, {}, register_size, duty, out_of_hours}});
}

void ReadAuditor(JsonObject in, FederationDraft& draft) {
  const std::string slug = in.Text("slug");
  const auto id = in.Number<AgencyId>("id", 1);
  const std::string name = in.Text("name");
  const auto pin = in.Hex<TlsPin>("tls_pin");
  const auto evaluate_per_day = in.Number<uint32_t>("evaluate_per_day", 0);
  in.Done();
  draft.auditors.push_back({slug, {id, name, pin, evaluate_per_day}});
}

void ReadWitness(JsonObject in, FederationDraft& draft) {
  const std::string slug = in.Text("slug");
  const auto key = ReadVkey(in.Text("vkey"));
  if (!key || key->type != NoteKeyType::kCosignatureV1) in.Fail("vkey", "a witness's vkey");
  in.Done();
  if (key) draft.witnesses.push_back({slug, *key});
}

RosterParameters ReadParameters(JsonObject in) {
  RosterParameters parameters{};
  parameters.slot_ms = in.Number<uint32_t>("slot_ms", 1);
  parameters.slot_frames = in.Number<uint32_t>("slot_frames", 1);
  parameters.deadline_ms = in.Number<uint32_t>("deadline_ms", 1);
  parameters.checkpoint_ms = in.Number<uint32_t>("checkpoint_ms", 1);
  parameters.enrol_interval_s = in.Number<uint32_t>("enrol_interval_s", 1);
  parameters.roster_delay_h = in.Number<uint32_t>("roster_delay_h", 0);
  parameters.tag_bits = in.Number<uint32_t>("tag_bits", 0);
  in.Done();
  return parameters;
}

void ReadDraft(JsonObject in, FederationDraft& draft) {
  draft.federation = in.Hex<FederationId>("federation");
  draft.name = in.Text("name");
  in.ForEach("roots", 1, kRootsMax, [&](const auto& element, const std::string& path) {
    const auto vkey =
        element.is_string() ? ReadVkey(element.template get<std::string>()) : std::nullopt;
    if (vkey) return draft.roots.push_back(*vkey);
    NoteProblem(in.problem(), path, "a vkey");
  });
  draft.roots_needed = in.Number<uint32_t>("roots_needed", 1, draft.roots.size());
  draft.threshold = in.Number<uint16_t>("threshold", 2);
  draft.valid_days = in.Number<uint32_t>("valid_days", 1, kRosterValidMaxS / 86400);
  draft.bulk_hours = in.Number<uint32_t>("bulk_hours", 1);
  draft.parameters = ReadParameters(in.Object("parameters"));
  in.ForEach("coordinators", 0, kCoordinatorsMax, [&](const auto& element, std::string path) {
    ReadCoordinator(JsonObject(element, std::move(path), in.problem()), draft);
  });
  in.ForEach("agencies", 0, kAgenciesMax, [&](const auto& element, std::string path) {
    ReadAgency(JsonObject(element, std::move(path), in.problem()), draft);
  });
  in.ForEach("auditors", 0, kAuditorsMax, [&](const auto& element, std::string path) {
    ReadAuditor(JsonObject(element, std::move(path), in.problem()), draft);
  });
  in.ForEach("witnesses", 0, kWitnessesMax, [&](const auto& element, std::string path) {
    ReadWitness(JsonObject(element, std::move(path), in.problem()), draft);
  });
  in.Done();
}

}  // namespace

absl::StatusOr<FederationDraft> FederationDraft::Load(const std::string& dir) {
  const std::string path = FederationFolder{dir}.Draft();
  const auto text = ReadWholeFile(path, kRosterNoteMax);
  if (absl::IsNotFound(text.status())) {
    return absl::NotFoundError(dir + " has no federation.json: start one with whoelse federation "
                               "init " + dir + " --name NAME");
  }
  if (!text.ok()) return text.status();
  const auto value = ParseStrictJson(AsText(*text), kDepthMax, kRosterStringMax);
  if (!value.ok()) {
    return absl::InvalidArgumentError(path + ": " + std::string(value.status().message()));
  }
  FederationDraft draft;
  std::string problem;
  ReadDraft(JsonObject(*value, "", &problem), draft);
  if (!problem.empty()) return absl::InvalidArgumentError(path + ": " + problem);
  return draft;
}

absl::Status FederationDraft::Save(const std::string& dir) const {
  const std::string text =
      DraftJson(*this).dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
  return WriteFileDurably(FederationFolder{dir}.Draft(), AsBytes(text), 0644);
}

absl::StatusOr<std::optional<HeldRoster>> LoadHeldRoster(const std::string& dir) {
  const std::string path = FederationFolder{dir}.SignedRoster();
  const auto bytes = ReadWholeFile(path, 2 * kRosterNoteMax);
  if (absl::IsNotFound(bytes.status())) return std::nullopt;
  if (!bytes.ok()) return bytes.status();
  auto offered = SignedRoster::Parse(*bytes);
  const auto note = offered.ok() ? Note::Parse(offered->note) : offered.status();
  auto roster = note.ok() ? Roster::Parse(note->text) : note.status();
  if (!roster.ok()) {
    return absl::InvalidArgumentError(path + ": " + std::string(roster.status().message()));
  }
  return HeldRoster{*std::move(offered), *std::move(roster)};
}

std::string SlugOf(std::string_view name) {
  std::string slug;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') {
      slug += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      slug += c;
    } else if (c != '\'' && !slug.empty() && !slug.ends_with('-')) {
      slug += '-';
    }
  }
  while (slug.ends_with('-')) slug.pop_back();
  return slug;
}

}  // namespace whoelse
