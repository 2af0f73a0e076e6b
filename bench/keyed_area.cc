#include "bench/keyed_area.h"

#include <string>

#include "bench/stub_area.h"

namespace whoelse::bench {
namespace {

constexpr CoordinatorId kFirstRelay = 101;
constexpr AgencyId kFirstAgency = 1001;

SigningKey NewKey(Random& random) {
  return SigningKey::FromSeed(random.NewSecret<32>().Reveal());
}

}  // namespace

KeyedArea::KeyedArea(size_t agencies, size_t witnesses, Random& random) {
  roster_.version = 1;
  roster_.federation = random.NewFixed<FederationId>();
  roster_.hash = random.NewFixed<RosterHash>();
  roster_.parameters = {250, 512, 3000, 500, 3600, 0, 0};
  roster_.key_versions.push_back({kKeyVersion, KeyState::kAsked, 1,
                                  Element::BaseMultiply(Scalar::Random(random)), {}});
  for (int i = 0; i < 2; ++i) AddRelay(random);
  for (size_t i = 0; i < agencies; ++i) AddAgency(random);
  for (size_t i = 0; i < witnesses; ++i) AddWitness(random);
  roster_.quorum = witnesses == 0 ? 0 : witnesses - 1;
}

void KeyedArea::AddRelay(Random& random) {
  relays_.push_back({NewKey(random), NewKey(random)});
  const auto place = static_cast<uint16_t>(roster_.coordinators.size());
  const std::string name = "log" + std::to_string(place) + ".example/whoelse";
  roster_.coordinators.push_back(
      {static_cast<CoordinatorId>(kFirstRelay + place), static_cast<uint16_t>(place + 1), name, "",
       {}, *NoteVerifier::Create(name, NoteKeyType::kEd25519, relays_.back().log_key.verify_key()),
       relays_.back().admission_key.verify_key()});
}

void KeyedArea::AddAgency(Random& random) {
  agencies_.push_back(NewKey(random));
  const AgencyId id = kFirstAgency + static_cast<AgencyId>(roster_.agencies.size());
  roster_.agencies.push_back({id, "agency-" + std::to_string(id), "T0000", "school", "Testfield",
                              {Purpose::kConcern}, false, agencies_.back().verify_key(), {},
                              {kFirstRelay, kFirstRelay + 1}, 1, 8, {}, 1, {}, {}});
}

void KeyedArea::AddWitness(Random& random) {
  witnesses_.push_back(NewKey(random));
  const std::string name = "witness" + std::to_string(witnesses_.size()) + ".example";
  roster_.witnesses.push_back({name, *NoteVerifier::Create(name, NoteKeyType::kCosignatureV1,
                                                           witnesses_.back().verify_key())});
}

Question KeyedArea::NewQuestion(TimeS now, Random& random) const {
  return DummyQuestion(roster_, roster_.agencies[0], agencies_[0], now, random);
}

Admission KeyedArea::Admit(size_t relay, const Frame& frame, uint64_t index, TimeMs now) const {
  const RosterCoordinator& coordinator = roster_.coordinators[relay];
  Admission admission{coordinator.id, coordinator.log_key.key_id, index, now, frame.hash(), {}};
  admission.Sign(relays_[relay].admission_key, roster_.federation);
  return admission;
}

}  // namespace whoelse::bench
