// AcceptRoster, IsRevocation, RosterRules: what a roster has to show, and when it rules.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/protocol/roster_fixture.h"

namespace whoelse {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using Pointer = ordered_json::json_pointer;
using ::testing::HasSubstr;

constexpr TimeS kNow = 1'800'000'000;

Roster Parsed(const ordered_json& roster) { return *Roster::Parse(RosterText(roster)); }
Roster Held() { return Parsed(RosterJson(7)); }

// Version 8 as a copy of version 7, to be changed in one point.
ordered_json Next() {
  ordered_json roster = RosterJson(7);
  roster["version"] = 8;
  return roster;
}

SignedRoster Offer(const ordered_json& roster, int roots = 2) {
  return {SignedByFirst(RosterText(roster), roots), {}, {}};
}

absl::Status Accept(const SignedRoster& offered, const Roster& held = Held()) {
  return AcceptRoster(offered, &held, VectorAnchor(), held.version, kNow).status();
}

RosterHash HashOf(const SignedRoster& offered) {
  return Roster::Parse(Note::Parse(offered.note)->text)->hash;
}

void AddConsent(SignedRoster& offered, int coordinator) {
  offered.consents.push_back({static_cast<CoordinatorId>(101 + coordinator),
                              ConsentToRoster(AdmissionKeyOf(coordinator), HashOf(offered))});
}

TEST(AcceptRoster, Vectors) {
  const json& section = ProtocolVectors()["roster_acceptance"];
  const auto parsed = [&](const json& name) {
    const std::string note = section["roster_notes"][std::string(name)];
    return *Roster::Parse(NoteText(note));
  };
  ASSERT_EQ(section["cases"].size(), 20u);
  for (const json& c : section["cases"]) {
    SCOPED_TRACE(c["why"]);
    SignedRoster offered{section["roster_notes"][std::string(c["offered"])], {}, {}};
    for (const json& consent : c["consents"]) {
      offered.consents.push_back(
          {consent["coordinator"], HexFixed<Signature>(consent["signature"])});
    }
    for (const json& consent : c["identity_consents"]) {
      offered.identity_consents.push_back(
          {consent["agency"], HexFixed<Signature>(consent["signature"])});
    }
    EXPECT_EQ(*SignedRoster::Parse(offered.Serialize()), offered);
    const auto held = c["held"].is_null() ? std::nullopt : std::optional(parsed(c["held"]));
    const TimeS now = c["now_s"];
    const auto accepted = AcceptRoster(offered, held ? &*held : nullptr, VectorAnchor(),
                                       c["highest_accepted_version"], now);
    ASSERT_EQ(accepted.ok(), c["expect"] == "accept") << accepted.status();
    if (!accepted.ok()) continue;
    std::map<CoordinatorId, TimeMs> leaf_ms;
    for (const json& leaf : c["log_leaf_ms"]) leaf_ms[leaf["coordinator"]] = leaf["time_ms"];
    EXPECT_EQ(RosterRules(*accepted, held ? &*held : nullptr, leaf_ms, now * 1000), c["rules_now"]);
    EXPECT_EQ(*accepted, parsed(c["offered"]));
  }
}

TEST(AcceptRoster, ConsentsOfTheVectors) {
  const json& consent = ProtocolVectors()["consent"];
  const auto hash = HexFixed<RosterHash>(consent["roster_hash"]);
  EXPECT_EQ(ToHex(ConsentToRoster(AdmissionKeyOf(0), hash)), consent["signature"]);
  EXPECT_EQ(ToHex(ConsentToIdentity(IdentityKeyOf(1), hash)), consent["identity_signature"]);
}

TEST(AcceptRoster, SignaturesComeBeforeTheText) {
  const Root stranger{"root1.example", NewKey(9)};
  const std::string text = "no JSON\n";
  EXPECT_TRUE(absl::IsUnauthenticated(Accept({SignedBy(text, {&stranger}), {}, {}})));
  const absl::Status signed_junk = Accept({SignedByFirst(text), {}, {}});
  EXPECT_TRUE(absl::IsInvalidArgument(signed_junk));
  EXPECT_THAT(std::string(signed_junk.message()), HasSubstr("JSON"));
  EXPECT_TRUE(absl::IsInvalidArgument(Accept({"no note", {}, {}})));
  EXPECT_TRUE(absl::IsInvalidArgument(Accept({RosterText(Next()), {}, {}})));
}

TEST(AcceptRoster, NeedsKRootsOfTheOneHeld) {
  const std::string text = RosterText(Next());
  const Root a = RootOf(0), b = RootOf(1), c = RootOf(2), stranger{"root1.example", NewKey(9)};
  const auto by = [&](const std::vector<const Root*>& roots) {
    return Accept({SignedBy(text, roots), {}, {}});
  };
  EXPECT_TRUE(by({&a, &b}).ok());
  EXPECT_TRUE(by({&c, &stranger, &a}).ok());
  EXPECT_TRUE(absl::IsUnauthenticated(by({&b})));
  EXPECT_TRUE(absl::IsUnauthenticated(by({&b, &b, &b})));
  EXPECT_TRUE(absl::IsUnauthenticated(by({&b, &stranger})));
  Note bad = *Note::Parse(SignedBy(text, {&a, &b, &c}));
  bad.signatures[1].signature[5] ^= 1;
  EXPECT_TRUE(absl::IsInvalidArgument(Accept({bad.Serialize(), {}, {}})));
}

// Three other roots, as keys and as members of a roster.
std::vector<Root> NewRoots() {
  std::vector<Root> roots;
  for (uint8_t i = 0; i < 3; ++i) {
    roots.push_back({"new" + std::to_string(i) + ".example", NewKey(static_cast<uint8_t>(20 + i))});
  }
  return roots;
}
ordered_json WithRoots(const std::vector<Root>& roots, int k) {
  ordered_json roster = Next();
  roster["roots"] = {{"keys", ordered_json::array()}, {"m", roots.size()}, {"k", k}};
  for (const Root& root : roots) roster["roots"]["keys"].push_back(root.Vkey());
  return roster;
}

TEST(AcceptRoster, NewRootsSignToo) {
  const std::vector<Root> roots = NewRoots();
  const std::string text = RosterText(WithRoots(roots, 2));
  const Root a = RootOf(0), b = RootOf(1);
  const auto by = [&](const std::vector<const Root*>& signers) {
    return Accept({SignedBy(text, signers), {}, {}});
  };
  EXPECT_TRUE(by({&a, &b, &roots[0], &roots[2]}).ok());
  EXPECT_TRUE(absl::IsUnauthenticated(by({&a, &b})));
  EXPECT_TRUE(absl::IsUnauthenticated(by({&a, &b, &roots[1]})));
  // A note does not sign itself.
  EXPECT_TRUE(absl::IsUnauthenticated(by({&roots[0], &roots[1], &roots[2]})));
  EXPECT_TRUE(absl::IsUnauthenticated(by({&a, &roots[0], &roots[1], &roots[2]})));

  // The same roots with another k.
  ordered_json higher = Next();
  higher["roots"]["k"] = 3;
  EXPECT_TRUE(absl::IsUnauthenticated(Accept(Offer(higher, 2))));
  EXPECT_TRUE(Accept(Offer(higher, 3)).ok());
  ordered_json lower = Next();
  lower["roots"]["k"] = 1;
  EXPECT_TRUE(absl::IsUnauthenticated(Accept(Offer(lower, 1))));
  EXPECT_TRUE(Accept(Offer(lower, 2)).ok());
}

TEST(AcceptRoster, TheFirstIsJudgedByTheConfiguration) {
  const auto first = [](const SignedRoster& offered, const TrustAnchor& anchor,
                        uint64_t highest = 0) {
    return AcceptRoster(offered, nullptr, anchor, highest, kNow).status();
  };
  const SignedRoster offered = Offer(Next());
  EXPECT_TRUE(first(offered, VectorAnchor()).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(first(offered, VectorAnchor(), 8)));

  TrustAnchor other = VectorAnchor();
  other.federation.data()[0] ^= 1;
  EXPECT_THAT(std::string(first(offered, other).message()), HasSubstr("another federation"));

  TrustAnchor stricter = VectorAnchor();
  stricter.roots_needed = 3;
  EXPECT_TRUE(absl::IsUnauthenticated(first(offered, stricter)));
  // A first roster that changes the roots of the configuration.
  const std::vector<Root> roots = NewRoots();
  const std::string text = RosterText(WithRoots(roots, 2));
  const Root a = RootOf(0), b = RootOf(1);
  EXPECT_TRUE(absl::IsUnauthenticated(first({SignedBy(text, {&a, &b}), {}, {}}, VectorAnchor())));
  EXPECT_TRUE(first({SignedBy(text, {&a, &b, &roots[0], &roots[1]}), {}, {}}, VectorAnchor()).ok());

  // A configuration that asks for nobody, knows nobody, or one key under two names.
  TrustAnchor nobody = VectorAnchor();
  nobody.roots_needed = 0;
  const Root stranger{"stranger.example", NewKey(9)};
  const std::string unsigned_text = RosterText(Next());
  EXPECT_TRUE(absl::IsUnauthenticated(
      first({SignedBy(unsigned_text, {&stranger}), {}, {}}, nobody)));
  nobody.roots.clear();
  EXPECT_TRUE(absl::IsUnauthenticated(first(offered, nobody)));
  const Root twin{"twin.example", KeyFromSeed(ProtocolVectors()["keys"]["roots"][0]["seed"])};
  TrustAnchor twins{VectorAnchor().federation,
                    {*NoteVerifier::Parse(a.Vkey()), *NoteVerifier::Parse(twin.Vkey())},
                    2};
  const absl::Status status = first({SignedBy(unsigned_text, {&a, &twin}), {}, {}}, twins);
  EXPECT_TRUE(absl::IsUnauthenticated(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("by 1 of the roots held"));
}

TEST(AcceptRoster, FederationVersionAndDate) {
  ordered_json roster = Next();
  roster["federation"] = std::string(32, 'a');
  EXPECT_THAT(std::string(Accept(Offer(roster)).message()), HasSubstr("another federation"));

  const SignedRoster offered = Offer(Next());
  const auto at = [&](const Roster& held, uint64_t highest, TimeS now) {
    return AcceptRoster(offered, &held, VectorAnchor(), highest, now).status();
  };
  EXPECT_TRUE(at(Held(), 7, kNow).ok());
  EXPECT_THAT(std::string(at(Held(), 8, kNow).message()), HasSubstr("version"));
  EXPECT_THAT(std::string(at(Held(), UINT64_MAX, kNow).message()), HasSubstr("version"));
  // Even if the stored number were lost: not below the one held.
  EXPECT_THAT(std::string(at(Parsed(Next()), 0, kNow).message()), HasSubstr("version"));
  const TimeS not_after = 1'805'180'400;
  EXPECT_TRUE(at(Held(), 7, not_after).ok());
  EXPECT_THAT(std::string(at(Held(), 7, not_after + 1).message()), HasSubstr("not_after"));
  EXPECT_TRUE(at(Held(), 7, 0).ok());   // ahead of its time
}

TEST(AcceptRoster, NeedsAllThatParseChecks) {
  ordered_json roster = Next();
  roster["quorum"] = 1;
  EXPECT_THAT(std::string(Accept(Offer(roster, 3)).message()), HasSubstr("quorum"));
}

using Change = std::function<void(ordered_json&)>;
Change Set(const char* place, ordered_json value) {
  return [=](ordered_json& roster) { roster[Pointer(place)] = value; };
}

struct NamedChange {
  const char* what;
  Change change;
};

std::vector<NamedChange> ChangesForCoordinators() {
  const auto reshare = [](size_t place, const Scalar& key, uint16_t threshold) {
    return [=](ordered_json& roster) { Reshare(roster, place, key, threshold, 5); };
  };
  return {
      {"another TLS pin", Set("/coordinators/1/tls_pin", std::string(64, 'a'))},
      {"another log key", Set("/coordinators/1/log_vkey",
                              Root{"log2.example/whoelse", NewKey(30)}.Vkey())},
      {"another origin of a log", [](ordered_json& roster) {
         ordered_json& vkey = roster["coordinators"][1]["log_vkey"];
         const VerifyKey key = NoteVerifier::Parse(std::string(vkey))->key;
         vkey = NoteVerifier::Create("other.example", NoteKeyType::kEd25519, key)->Encode();
       }},
      {"another admission key", Set("/coordinators/0/admission_key",
                                    ToHex(NewKey(31).verify_key().bytes()))},
      {"other shares of the same key", reshare(1, GroupSecret(1), 2)},
      {"another group key", reshare(1, Scalar::FromU64(12345), 2)},
      {"another threshold", [](ordered_json& roster) {
         roster["threshold"] = 3;
         Reshare(roster, 0, GroupSecret(0), 3, 5);
         Reshare(roster, 1, GroupSecret(1), 3, 6);
       }},
      {"another abscissa", [](ordered_json& roster) {
         std::swap(roster["coordinators"][0]["x"], roster["coordinators"][1]["x"]);
         for (auto& version : roster["key_versions"]) {
           std::swap(version["shares"][0]["key"], version["shares"][1]["key"]);
         }
       }},
      {"another id", [](ordered_json& roster) {
         roster["coordinators"][2]["id"] = 104;
         for (auto& version : roster["key_versions"]) version["shares"][2]["coordinator"] = 104;
       }},
      {"a coordinator less", [](ordered_json& roster) {
         roster["coordinators"].erase(2);
         for (auto& version : roster["key_versions"]) version["shares"].erase(2);
       }},
      {"another number of a key version", Set("/key_versions/1/kv", 3)},
      {"a key version more", [](ordered_json& roster) {
         roster["key_versions"].erase(0);
         roster["key_versions"][0]["state"] = "ASKED";
         roster["key_versions"].push_back(roster["key_versions"][0]);
         roster["key_versions"][1]["kv"] = 3;
         Reshare(roster, 1, Scalar::FromU64(777), 2, 5);
       }},
  };
}

TEST(AcceptRoster, ChangesOfKeysAndCoordinatorsNeedTConsents) {
  for (const auto& [what, change] : ChangesForCoordinators()) {
    SCOPED_TRACE(what);
    ordered_json roster = Next();
    change(roster);
    SignedRoster offered = Offer(roster, 3);   // all roots are no consent of coordinators
    EXPECT_TRUE(absl::IsPermissionDenied(Accept(offered))) << Accept(offered);
    AddConsent(offered, 2);
    EXPECT_TRUE(absl::IsPermissionDenied(Accept(offered))) << Accept(offered);
    AddConsent(offered, 0);
    EXPECT_TRUE(Accept(offered).ok()) << Accept(offered);
  }
}

TEST(AcceptRoster, OtherChangesNeedNoConsent) {
  const std::vector<NamedChange> changes = {
      {"nothing", [](ordered_json&) {}},
      {"names", [](ordered_json& roster) {
         roster["name"] = "Another name";
         roster["coordinators"][0]["name"] = "Another body";
         roster["coordinators"][0]["endpoint"] = "new.example:1";
       }},
      {"the order of coordinators", [](ordered_json& roster) {
         std::swap(roster["coordinators"][0], roster["coordinators"][1]);
       }},
      {"a key version is asked now", Set("/key_versions/1/state", "ASKED")},
      {"a key version is retired", [](ordered_json& roster) { roster["key_versions"].erase(1); }},
      {"an agency's TLS pin", Set("/agencies/0/tls_pin", std::string(64, 'b'))},
      {"an agency less", [](ordered_json& roster) { roster["agencies"].erase(3); }},
      {"an agency more", [](ordered_json& roster) {
         ordered_json agency = roster["agencies"][0];
         agency["id"] = 1006;
         agency["tls_pin"] = std::string(64, 'c');
         agency["identity_key"] = ToHex(NewKey(40).verify_key().bytes());
         roster["agencies"].push_back(agency);
       }},
      {"parameters", Set("/parameters/deadline_ms", 2000)},
  };
  for (const auto& [what, change] : changes) {
    ordered_json roster = Next();
    change(roster);
    EXPECT_TRUE(Accept(Offer(roster)).ok()) << what << ": " << Accept(Offer(roster));
  }
}

TEST(AcceptRoster, ConsentIsOfTheCoordinatorsHeldToThisRoster) {
  ordered_json roster = Next();
  const SigningKey new_key = NewKey(31);
  roster["coordinators"][0]["admission_key"] = ToHex(new_key.verify_key().bytes());
  SignedRoster offered = Offer(roster);
  AddConsent(offered, 1);
  const RosterHash hash = HashOf(offered);
  const auto with = [&](CoordinatorId id, const Signature& signature) {
    SignedRoster more = offered;
    more.consents.push_back({id, signature});
    return Accept(more);
  };
  EXPECT_TRUE(with(101, ConsentToRoster(AdmissionKeyOf(0), hash)).ok());
  EXPECT_TRUE(absl::IsPermissionDenied(with(101, ConsentToRoster(new_key, hash))));
  EXPECT_TRUE(absl::IsPermissionDenied(with(104, ConsentToRoster(AdmissionKeyOf(0), hash))));
  EXPECT_TRUE(absl::IsPermissionDenied(with(103, ConsentToRoster(AdmissionKeyOf(1), hash))));
  EXPECT_TRUE(absl::IsPermissionDenied(with(102, ConsentToRoster(AdmissionKeyOf(1), hash))));
  EXPECT_TRUE(absl::IsPermissionDenied(with(101, ConsentToIdentity(AdmissionKeyOf(0), hash))));
  EXPECT_TRUE(absl::IsPermissionDenied(
      with(101, ConsentToRoster(AdmissionKeyOf(0), HashOf(Offer(Next()))))));
  // Bad consents beside enough good ones do no harm.
  SignedRoster more = offered;
  more.consents.push_back({103, {}});
  more.consents.push_back({101, ConsentToRoster(AdmissionKeyOf(0), hash)});
  EXPECT_TRUE(Accept(more).ok());
  // t is that of the roster held: a roster that lowers it cannot let itself in.
  ordered_json three = RosterJson(7);
  three["threshold"] = 3;
  Reshare(three, 0, GroupSecret(0), 3, 5);
  Reshare(three, 1, GroupSecret(1), 3, 6);
  SignedRoster lower = Offer(Next());   // with threshold 2
  AddConsent(lower, 0);
  AddConsent(lower, 1);
  EXPECT_TRUE(absl::IsPermissionDenied(Accept(lower, Parsed(three))));
  AddConsent(lower, 2);
  EXPECT_TRUE(Accept(lower, Parsed(three)).ok());
}

TEST(AcceptRoster, AnIdentityKeyChangesWithItsOwnConsentOrAllRoots) {
  ordered_json roster = Next();
  const SigningKey new_key = NewKey(40);
  roster["agencies"][2]["identity_key"] = ToHex(new_key.verify_key().bytes());
  const SignedRoster offered = Offer(roster);
  const RosterHash hash = HashOf(offered);
  const auto with = [&](AgencyId id, const Signature& signature) {
    SignedRoster more = offered;
    more.identity_consents.push_back({id, signature});
    return Accept(more);
  };
  EXPECT_TRUE(absl::IsPermissionDenied(Accept(offered)));
  EXPECT_TRUE(with(1003, ConsentToIdentity(IdentityKeyOf(2), hash)).ok());
  EXPECT_TRUE(absl::IsPermissionDenied(with(1003, ConsentToIdentity(new_key, hash))));
  EXPECT_TRUE(absl::IsPermissionDenied(with(1002, ConsentToIdentity(IdentityKeyOf(2), hash))));
  EXPECT_TRUE(absl::IsPermissionDenied(with(1003, ConsentToRoster(IdentityKeyOf(2), hash))));
  EXPECT_TRUE(absl::IsPermissionDenied(
      with(1003, ConsentToIdentity(IdentityKeyOf(2), HashOf(Offer(Next()))))));
  EXPECT_TRUE(Accept(Offer(roster, 3)).ok());   // all m roots
  // The coordinators cannot speak for an agency.
  SignedRoster by_coordinators = offered;
  for (int i = 0; i < 3; ++i) AddConsent(by_coordinators, i);
  EXPECT_TRUE(absl::IsPermissionDenied(Accept(by_coordinators)));

  // Two agencies that swap their keys both have to agree.
  ordered_json swapped = Next();
  std::swap(swapped["agencies"][0]["identity_key"], swapped["agencies"][1]["identity_key"]);
  SignedRoster both = Offer(swapped);
  both.identity_consents.push_back({1001, ConsentToIdentity(IdentityKeyOf(0), HashOf(both))});
  EXPECT_TRUE(absl::IsPermissionDenied(Accept(both)));
  both.identity_consents.push_back({1002, ConsentToIdentity(IdentityKeyOf(1), HashOf(both))});
  EXPECT_TRUE(Accept(both).ok());
}

TEST(AcceptRoster, AllRootsAreThoseOfTheRosterHeld) {
  // Two of three old roots bring a roster with roots of their own, of which all sign.
  const std::vector<Root> roots = NewRoots();
  ordered_json roster = WithRoots(roots, 2);
  roster["agencies"][2]["identity_key"] = ToHex(NewKey(40).verify_key().bytes());
  const std::string text = RosterText(roster);
  const Root a = RootOf(0), b = RootOf(1), c = RootOf(2);
  EXPECT_TRUE(absl::IsPermissionDenied(
      Accept({SignedBy(text, {&a, &b, &roots[0], &roots[1], &roots[2]}), {}, {}})));
  EXPECT_TRUE(Accept({SignedBy(text, {&a, &b, &c, &roots[0], &roots[1]}), {}, {}}).ok());
}

// Version 7 with a delay of 48 h.
ordered_json Delayed() {
  ordered_json roster = RosterJson(7);
  roster["parameters"]["roster_delay_h"] = 48;
  return roster;
}

std::vector<NamedChange> Removals() {
  const auto drop = [](const char* list, size_t i) {
    return [=](ordered_json& roster) { roster[Pointer(list)].erase(i); };
  };
  return {
      {"an agency", drop("/agencies", 2)},
      {"the first agency", drop("/agencies", 0)},
      {"all agencies", Set("/agencies", ordered_json::array())},
      {"a purpose", drop("/agencies/2/ask", 3)},
      {"all purposes", Set("/agencies/1/ask", ordered_json::array())},
      {"the auditor", drop("/auditors", 0)},
      {"a witness", [](ordered_json& roster) {
         roster["witnesses"].erase(0);
         roster["quorum"] = 1;
       }},
      {"a bit of each", [](ordered_json& roster) {
         roster["agencies"].erase(4);
         roster["agencies"].erase(1);
         roster["agencies"][1]["ask"].erase(0);
         roster["agencies"][0]["ask"].erase(2);
         roster["auditors"].erase(0);
         roster["witnesses"].erase(1);
         roster["quorum"] = 1;
         roster["not_before"] = 1'799'996'401;
         roster["not_after"] = 1'805'180'401;
       }},
  };
}

TEST(IsRevocation, WhatOnlyRemoves) {
  const Roster held = Parsed(Delayed());
  for (const auto& [what, change] : Removals()) {
    ordered_json roster = Delayed();
    roster["version"] = 9;
    change(roster);
    EXPECT_TRUE(IsRevocation(held, Parsed(roster))) << what;
    EXPECT_FALSE(IsRevocation(Parsed(roster), held)) << what;   // adding is none
    EXPECT_TRUE(RosterRules(Parsed(roster), &held, {}, kNow * 1000)) << what;
  }
}

TEST(IsRevocation, NothingElseBesidesTheRemoval) {
  const Roster held = Parsed(Delayed());
  std::vector<NamedChange> changes = {
      {"name", Set("/name", "Another")},
      {"k", Set("/roots/k", 3)},
      {"order of roots", [](ordered_json& r) {
         std::swap(r["roots"]["keys"][0], r["roots"]["keys"][1]);
       }},
      {"a root less", [](ordered_json& r) {
         r["roots"]["keys"].erase(2);
         r["roots"]["m"] = 2;
       }},
      {"coordinator's name", Set("/coordinators/0/name", "Another")},
      {"endpoint", Set("/coordinators/0/endpoint", "evil.example:1")},
      {"state", Set("/key_versions/1/state", "ASKED")},
      {"sharing epoch", Set("/key_versions/0/sharing_epoch", 2)},
      {"a key version less", [](ordered_json& r) { r["key_versions"].erase(1); }},
      {"order of agencies", [](ordered_json& r) { std::swap(r["agencies"][0], r["agencies"][1]); }},
      {"order of purposes", [](ordered_json& r) {
         std::swap(r["agencies"][0]["ask"][0], r["agencies"][0]["ask"][1]);
       }},
      {"another purpose", Set("/agencies/0/ask/0", "section-47")},
      {"a purpose more", [](ordered_json& r) { r["agencies"][0]["ask"].push_back("section-47"); }},
      {"agency's id", Set("/agencies/0/id", 1009)},
      {"agency's name", Set("/agencies/0/name", "Another")},
      {"organisation", Set("/agencies/0/organisation", "X")},
      {"kind", Set("/agencies/0/kind", "police")},
      {"area", Set("/agencies/0/area", "south")},
      {"s16la", Set("/agencies/0/s16la", false)},
      {"identity key", Set("/agencies/0/identity_key", ToHex(NewKey(40).verify_key().bytes()))},
      {"agency's pin", Set("/agencies/0/tls_pin", std::string(64, 'b'))},
      {"relays", Set("/agencies/0/relays/1", 103)},
      {"ask_per_day", Set("/agencies/0/ask_per_day", 1)},
      {"enrol_elements", Set("/agencies/0/enrol_elements", 8)},
      {"bulk", Set("/agencies/0/bulk/0", {{"kv", 1}, {"from", 0}, {"until", 1}, {"total", 1}})},
      {"register_size", Set("/agencies/0/register_size", 1)},
      {"duty line", Set("/agencies/0/duty/number", "01632 960099")},
      {"out-of-hours line", Set("/agencies/0/out_of_hours/number", "01632 960099")},
      {"auditor's name", Set("/auditors/0/name", "Another")},
      {"auditor's cap", Set("/auditors/0/evaluate_per_day", 51)},
      {"witness's name", Set("/witnesses/0/name", "another")},
      {"order of witnesses", [](ordered_json& r) {
         std::swap(r["witnesses"][0], r["witnesses"][1]);
       }},
      {"faults", [](ordered_json& r) { r["witness_faults"] = 1; }},
  };
  for (const char* parameter : {"slot_ms", "slot_frames", "deadline_ms", "checkpoint_ms",
                                "enrol_interval_s", "roster_delay_h"}) {
    changes.push_back({parameter, [=](ordered_json& r) { r["parameters"][parameter] = 47; }});
  }
  for (auto& named : ChangesForCoordinators()) changes.push_back(std::move(named));
  for (const auto& [what, change] : changes) {
    ordered_json roster = Delayed();
    roster["version"] = 9;
    roster["agencies"].erase(3);
    ASSERT_TRUE(IsRevocation(held, Parsed(roster)));
    change(roster);
    const auto next = Roster::Parse(RosterText(roster));
    ASSERT_TRUE(next.ok()) << what << ": " << next.status();
    EXPECT_FALSE(IsRevocation(held, *next)) << what;
    EXPECT_FALSE(RosterRules(*next, &held, {}, kNow * 1000)) << what;
  }
  ordered_json nothing_removed = Delayed();
  nothing_removed["version"] = 9;
  nothing_removed["not_after"] = 1'805'180'401;
  EXPECT_FALSE(IsRevocation(held, Parsed(nothing_removed)));
}

TEST(RosterRules, NotBeforeItsTime) {
  const Roster next = Parsed(Next()), held = Held();
  const TimeMs not_before = TimeMs{1'799'996'400} * 1000;
  EXPECT_FALSE(RosterRules(next, &held, {}, not_before - 1));
  EXPECT_TRUE(RosterRules(next, &held, {}, not_before));
  EXPECT_FALSE(RosterRules(next, nullptr, {}, not_before - 1));
  EXPECT_TRUE(RosterRules(next, nullptr, {}, not_before));
  // A revocation keeps to its not_before as well.
  ordered_json fewer = Delayed();
  fewer["agencies"].erase(0);
  const Roster delayed = Parsed(Delayed());
  EXPECT_FALSE(RosterRules(Parsed(fewer), &delayed, {}, not_before - 1));
  EXPECT_TRUE(RosterRules(Parsed(fewer), &delayed, {}, not_before));
}

TEST(RosterRules, LeavesAreOldAtTCoordinators) {
  const Roster held = Parsed(Delayed());
  ordered_json roster = Delayed();
  roster["version"] = 8;
  roster["name"] = "Another";
  const Roster next = Parsed(roster);
  const TimeMs now = kNow * 1000, old = now - 48 * 3'600'000;
  const auto rules = [&](const std::map<CoordinatorId, TimeMs>& leaf_ms) {
    return RosterRules(next, &held, leaf_ms, now);
  };
  EXPECT_TRUE(rules({{101, old}, {103, old}}));
  EXPECT_TRUE(rules({{101, old}, {102, now}, {103, 0}}));
  EXPECT_FALSE(rules({}));
  EXPECT_FALSE(rules({{101, old}}));
  EXPECT_FALSE(rules({{101, old}, {102, old + 1}}));
  EXPECT_FALSE(rules({{101, old}, {104, old}}));             // no coordinator
  EXPECT_FALSE(rules({{101, old}, {102, now + 1}}));         // from the future
  EXPECT_FALSE(rules({{101, old}, {102, UINT64_MAX}}));
  EXPECT_TRUE(RosterRules(next, nullptr, {}, now));          // the first

  // As a coordinator judges, by its own log.
  EXPECT_TRUE(RosterRules(next, &held, {{101, old}}, now, 1));
  EXPECT_FALSE(RosterRules(next, &held, {{101, old + 1}}, now, 1));
  EXPECT_FALSE(RosterRules(next, &held, {{104, old}}, now, 1));

  // The delay and the coordinators are those of the roster held.
  roster["parameters"]["roster_delay_h"] = 0;
  EXPECT_FALSE(RosterRules(Parsed(roster), &held, {}, now));
  const Roster undelayed = Held();
  EXPECT_TRUE(RosterRules(next, &undelayed, {}, now));
  ordered_json renamed = Delayed();
  renamed["version"] = 8;
  renamed["coordinators"][2]["id"] = 104;
  for (auto& version : renamed["key_versions"]) version["shares"][2]["coordinator"] = 104;
  EXPECT_FALSE(RosterRules(Parsed(renamed), &held, {{101, old}, {104, old}}, now));
  EXPECT_TRUE(RosterRules(Parsed(renamed), &held, {{101, old}, {103, old}}, now));
}

}  // namespace
}  // namespace whoelse
