#include "protocol/roster.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "protocol/limits.h"

namespace whoelse {
namespace {

using nlohmann::ordered_json;

ordered_json ToJson(const Line& line) {
  return {{"number", line.number}, {"hours", line.hours}, {"tested", line.tested}};
}

ordered_json ToJson(const RosterCoordinator& coordinator) {
  return {{"id", coordinator.id},
          {"x", coordinator.x},
          {"name", coordinator.name},
          {"endpoint", coordinator.endpoint},
          {"tls_pin", ToHex(coordinator.tls_pin)},
          {"log_vkey", coordinator.log_key.Encode()},
          {"admission_key", ToHex(coordinator.admission_key.bytes())}};
}

ordered_json ToJson(const RosterKeyVersion& version) {
  ordered_json shares = ordered_json::array();
  for (const auto& [coordinator, key] : version.share_keys) {
    shares.push_back({{"coordinator", coordinator}, {"key", ToHex(key.bytes())}});
  }
  return {{"kv", version.kv},
          {"state", version.state == KeyState::kAsked ? "ASKED" : "ENROLLING"},
          {"sharing_epoch", version.sharing_epoch},
          {"group_key", ToHex(version.group_key.bytes())},
          {"shares", std::move(shares)}};
}

ordered_json ToJson(const RosterAgency& agency) {
  ordered_json ask = ordered_json::array();
  for (const Purpose purpose : agency.ask) ask.push_back(std::string(Name(purpose)));
  ordered_json bulk = ordered_json::array();
  for (const BulkWindow& window : agency.bulk) {
    bulk.push_back({{"kv", window.kv},
                    {"from", window.from},
                    {"until", window.until},
                    {"total", window.total}});
  }
  return {{"id", agency.id},
          {"name", agency.name},
          {"organisation", agency.organisation},
          {"kind", agency.kind},
          {"area", agency.area},
          {"ask", std::move(ask)},
          {"s16la", agency.s16la},
          {"identity_key", ToHex(agency.identity_key.bytes())},
          {"tls_pin", ToHex(agency.tls_pin)},
          {"relays", agency.relays},
          {"ask_per_day", agency.ask_per_day},
          {"enrol_elements", agency.enrol_elements},
          {"bulk", std::move(bulk)},
          {"register_size", agency.register_size},
          {"duty", ToJson(agency.duty)},
          {"out_of_hours", ToJson(agency.out_of_hours)}};
}

ordered_json ToJson(const RosterAuditor& auditor) {
  return {{"id", auditor.id},
          {"name", auditor.name},
          {"tls_pin", ToHex(auditor.tls_pin)},
          {"evaluate_per_day", auditor.evaluate_per_day}};
}

ordered_json ToJson(const RosterWitness& witness) {
  return {{"name", witness.name}, {"vkey", witness.key.Encode()}};
}

ordered_json ToJson(const RosterParameters& parameters) {
  return {{"slot_ms", parameters.slot_ms},
          {"slot_frames", parameters.slot_frames},
          {"deadline_ms", parameters.deadline_ms},
          {"checkpoint_ms", parameters.checkpoint_ms},
          {"enrol_interval_s", parameters.enrol_interval_s},
          {"roster_delay_h", parameters.roster_delay_h},
          {"tag_bits", parameters.tag_bits}};
}

template <typename T>
ordered_json ToJson(const std::vector<T>& values) {
  ordered_json list = ordered_json::array();
  for (const T& value : values) list.push_back(ToJson(value));
  return list;
}

ordered_json RootsToJson(const Roster& roster) {
  ordered_json keys = ordered_json::array();
  for (const NoteVerifier& root : roster.roots) keys.push_back(root.Encode());
  return {{"keys", std::move(keys)}, {"m", roster.roots.size()}, {"k", roster.roots_needed}};
}

template <typename List, typename Is>
auto FindIf(const List& list, Is is) -> decltype(list.data()) {
  const auto found = std::find_if(list.begin(), list.end(), is);
  return found == list.end() ? nullptr : &*found;
}

}  // namespace

bool RosterAgency::MayAsk(Purpose purpose) const {
  return std::find(ask.begin(), ask.end(), purpose) != ask.end();
}

std::string Roster::Serialize() const {
  const ordered_json members = {{"federation", ToHex(federation)},
                                {"name", name},
                                {"version", version},
                                {"not_before", not_before},
                                {"not_after", not_after},
                                {"roots", RootsToJson(*this)},
                                {"threshold", threshold},
                                {"coordinators", ToJson(coordinators)},
                                {"key_versions", ToJson(key_versions)},
                                {"agencies", ToJson(agencies)},
                                {"auditors", ToJson(auditors)},
                                {"witnesses", ToJson(witnesses)},
                                {"witness_faults", witness_faults},
                                {"quorum", quorum},
                                {"parameters", ToJson(parameters)}};
  // `replace`: malformed UTF-8 of whoever made the members must not throw out of here.
  return members.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

const RosterCoordinator* Roster::FindCoordinator(CoordinatorId id) const {
  return FindIf(coordinators, [&](const RosterCoordinator& c) { return c.id == id; });
}
const RosterAgency* Roster::FindAgency(AgencyId id) const {
  return FindIf(agencies, [&](const RosterAgency& a) { return a.id == id; });
}
const RosterAgency* Roster::FindAgencyByPin(const TlsPin& pin) const {
  return FindIf(agencies, [&](const RosterAgency& a) { return a.tls_pin == pin; });
}
const RosterAuditor* Roster::FindAuditorByPin(const TlsPin& pin) const {
  return FindIf(auditors, [&](const RosterAuditor& a) { return a.tls_pin == pin; });
}
const RosterCoordinator* Roster::FindCoordinatorByPin(const TlsPin& pin) const {
  return FindIf(coordinators, [&](const RosterCoordinator& c) { return c.tls_pin == pin; });
}
const RosterKeyVersion* Roster::FindKeyVersion(KeyVersion kv) const {
  return FindIf(key_versions, [&](const RosterKeyVersion& v) { return v.kv == kv; });
}

std::vector<KeyVersion> Roster::AskedKeyVersions() const {
  std::vector<KeyVersion> asked;
  for (const RosterKeyVersion& of : key_versions) {
    if (of.state == KeyState::kAsked) asked.push_back(of.kv);
  }
  return asked;
}

absl::StatusOr<SignedRoster> SignedRoster::Parse(ByteView bytes) {
  Reader in(bytes);
  SignedRoster offered;
  const uint32_t note_size = in.U32();
  if (note_size > kRosterNoteMax) return absl::InvalidArgumentError("signed roster: note too long");
  offered.note = ToString(in.Raw(note_size));
  for (uint16_t n = in.U16(); n > 0 && in.ok(); --n) {
    const CoordinatorId coordinator = in.U16();
    offered.consents.push_back({coordinator, in.Fixed<Signature>()});
  }
  for (uint16_t n = in.U16(); n > 0 && in.ok(); --n) {
    const AgencyId agency = in.U32();
    offered.identity_consents.push_back({agency, in.Fixed<Signature>()});
  }
  if (!in.Done()) {
    return absl::InvalidArgumentError("signed roster: the length is not what its counts say");
  }
  return offered;
}

Bytes SignedRoster::Serialize() const {
  Writer out;
  out.U32(static_cast<uint32_t>(note.size())).Raw(AsBytes(note));
  out.U16(static_cast<uint16_t>(consents.size()));
  for (const Consent& consent : consents) {
    out.U16(consent.coordinator).Raw(consent.signature);
  }
  out.U16(static_cast<uint16_t>(identity_consents.size()));
  for (const IdentityConsent& consent : identity_consents) {
    out.U32(consent.agency).Raw(consent.signature);
  }
  return out.Take();
}

}  // namespace whoelse
