#include "tests/sim/roster_office.h"

namespace whoelse::sim {

RosterOffice::RosterOffice() : roster_(RosterJson(7)) {
  roster_["parameters"]["roster_delay_h"] = 0;
  for (const KeyVersion kv : {1u, 2u}) {
    for (const auto& coordinator : roster_["coordinators"]) {
      const uint16_t x = coordinator["x"];
      shares_[{kv, 1}].push_back({x, ShareOf(kv, coordinator["id"])});
    }
  }
  Sign();
}

void RosterOffice::Sign() {
  newest_ = {SignedByFirst(RosterText(roster_)), {}, {}};
  const RosterHash hash = Roster::Parse(RosterText(roster_))->hash;
  for (int i = 0; i < 2; ++i) {
    newest_.consents.push_back(
        {static_cast<CoordinatorId>(101 + i), ConsentToRoster(AdmissionKeyOf(i), hash)});
  }
  roster_["version"] = roster_["version"].get<uint64_t>() + 1;
}

void RosterOffice::Refresh(Random& random) {
  for (auto& version : roster_["key_versions"]) {
    const KeyVersion kv = version["kv"];
    const uint32_t epoch = version["sharing_epoch"];
    const std::vector<KeyShare> fresh = RefreshShares(shares_.at({kv, epoch}), 2, random);
    version["sharing_epoch"] = epoch + 1;
    for (size_t i = 0; i < fresh.size(); ++i) {
      version["shares"][i]["key"] = ToHex(Element::BaseMultiply(fresh[i].value).bytes());
    }
    shares_[{kv, epoch + 1}] = fresh;
  }
  Sign();
}

void RosterOffice::AskUnder(KeyVersion kv) {
  for (auto& version : roster_["key_versions"]) {
    if (version["kv"] == kv) version["state"] = "ASKED";
  }
  Sign();
}

void RosterOffice::Retire(KeyVersion kv) {
  auto& versions = roster_["key_versions"];
  for (size_t i = 0; i < versions.size(); ++i) {
    if (versions[i]["kv"] == kv) versions.erase(i--);
  }
  for (auto& agency : roster_["agencies"]) {
    auto& bulk = agency["bulk"];
    for (size_t i = 0; i < bulk.size(); ++i) {
      if (bulk[i]["kv"] == kv) bulk.erase(i--);
    }
  }
  Sign();
}

void RosterOffice::Remove(AgencyId agency) {
  auto& agencies = roster_["agencies"];
  for (size_t i = 0; i < agencies.size(); ++i) {
    if (agencies[i]["id"] == agency) agencies.erase(i--);
  }
  Sign();
}

void RosterOffice::Cap(AgencyId agency, uint32_t ask_per_day) {
  for (auto& entry : roster_["agencies"]) {
    if (entry["id"] == agency) entry["ask_per_day"] = ask_per_day;
  }
  Sign();
}

std::vector<EvaluatorShare> RosterOffice::SharesOf(CoordinatorId id) const {
  std::vector<EvaluatorShare> held;
  for (const auto& [generation, shares] : shares_) {
    for (const KeyShare& share : shares) {
      if (share.x == id - 100) held.push_back({generation.first, generation.second, share.value});
    }
  }
  return held;
}

}  // namespace whoelse::sim
