// Roster::Parse and Serialize: what a roster's text may be.
#include "protocol/roster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "protocol/limits.h"
#include "tests/protocol/roster_fixture.h"
#include "tests/support/mutate.h"

namespace whoelse {
namespace {

using nlohmann::ordered_json;
using Pointer = ordered_json::json_pointer;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Version 8 with a bulk window, so that every kind of object is in it.
ordered_json Whole() {
  ordered_json roster = RosterJson(8);
  roster["agencies"][0]["bulk"].push_back(
      {{"kv", 2}, {"from", 1'800'000'000}, {"until", 1'800'003'600}, {"total", 2100}});
  return roster;
}

// "/agencies/0/bulk/0/kv" -> "agencies[0].bulk[0].kv"
std::string PathOf(const std::string& pointer) {
  std::string path;
  std::istringstream in(pointer.substr(1));
  for (std::string step; std::getline(in, step, '/');) {
    if (std::isdigit(step.front())) {
      path += "[" + step + "]";
    } else {
      path += (path.empty() ? "" : ".") + step;
    }
  }
  return path;
}

// Pointers to all members and to the first element of every list, of which the others are copies.
void Walk(const ordered_json& value, const std::string& pointer, std::vector<std::string>* out) {
  if (!pointer.empty()) out->push_back(pointer);
  if (value.is_object()) {
    for (const auto& [name, member] : value.items()) Walk(member, pointer + "/" + name, out);
  } else if (value.is_array() && !value.empty()) {
    Walk(value[0], pointer + "/0", out);
  }
}

std::vector<std::string> AllPlaces() {
  std::vector<std::string> places;
  Walk(Whole(), "", &places);
  return places;
}

bool IsMember(const std::string& pointer) { return !std::isdigit(pointer.back()); }

std::string ErrorOf(const std::string& text) {
  const auto roster = Roster::Parse(text);
  if (roster.ok()) return "";
  EXPECT_TRUE(absl::IsInvalidArgument(roster.status()));
  return std::string(roster.status().message());
}
std::string ErrorOf(const ordered_json& roster) { return ErrorOf(RosterText(roster)); }

std::string ErrorStart(const std::string& pointer) {
  return "roster: " + PathOf(pointer) + " should be ";
}

TEST(Roster, VectorsParseAndSerialiseByteForByte) {
  std::vector<std::string> notes;
  for (const auto& roster : ProtocolVectors()["rosters"]) {
    notes.push_back(roster["note"]);
    const auto parsed = Roster::Parse(NoteText(notes.back()));
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(ToHex(parsed->hash), roster["hash"]);
    EXPECT_EQ(parsed->version, roster["version"]);
    EXPECT_EQ(parsed->AskedKeyVersions(), roster["asked"].get<std::vector<KeyVersion>>());
  }
  for (const auto& [name, note] : ProtocolVectors()["roster_acceptance"]["roster_notes"].items()) {
    if (name != "8, shares mixed") notes.push_back(note);
  }
  for (const std::string& note : notes) {
    const auto parsed = Roster::Parse(NoteText(note));
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->Serialize(), NoteText(note));
  }
}

TEST(Roster, ReadsEveryMember) {
  const auto roster = Roster::Parse(RosterText(Whole()));
  ASSERT_TRUE(roster.ok()) << roster.status();
  EXPECT_EQ(ToHex(roster->federation), "0d3b764530a93de1c051f4ec1a462982");
  EXPECT_EQ(roster->name, "Test federation");
  EXPECT_EQ(roster->not_before, 1799996400u);
  EXPECT_EQ(roster->not_after, 1805180400u);
  EXPECT_EQ(roster->roots, VectorAnchor().roots);
  EXPECT_EQ(roster->roots_needed, 2u);
  EXPECT_EQ(roster->threshold, 2);
  ASSERT_EQ(roster->coordinators.size(), 3u);
  const RosterCoordinator& coordinator = roster->coordinators[1];
  EXPECT_EQ(coordinator.id, 102);
  EXPECT_EQ(coordinator.x, 2);
  EXPECT_EQ(coordinator.name, "Coordinator 2");
  EXPECT_EQ(coordinator.endpoint, "c2.example:8443");
  EXPECT_EQ(coordinator.admission_key, AdmissionKeyOf(1).verify_key());
  EXPECT_EQ(coordinator.log_key.name, "log2.example/whoelse");
  ASSERT_EQ(roster->key_versions.size(), 2u);
  EXPECT_EQ(roster->key_versions[1].kv, 2u);
  EXPECT_EQ(roster->key_versions[1].state, KeyState::kAsked);
  EXPECT_EQ(roster->key_versions[1].sharing_epoch, 1u);
  EXPECT_EQ(roster->key_versions[1].group_key, Element::BaseMultiply(GroupSecret(1)));
  EXPECT_EQ(ToHex(roster->key_versions[1].share_keys.at(103).bytes()),
            "32b142750b441465226d6d53dfbf8f106012b6c2d101fbadb305948ecb82f73d");
  ASSERT_EQ(roster->agencies.size(), 5u);
  const RosterAgency& agency = roster->agencies[0];
  EXPECT_EQ(agency.id, 1001u);
  EXPECT_EQ(agency.name, "Riverside GP federation");
  EXPECT_EQ(agency.organisation, "Y01234");
  EXPECT_EQ(agency.kind, "gp");
  EXPECT_EQ(agency.area, "north");
  EXPECT_EQ(agency.ask, (std::vector<Purpose>{Purpose::kCoordination, Purpose::kEarlyHelp,
                                              Purpose::kConcern, Purpose::kEmergency}));
  EXPECT_TRUE(agency.MayAsk(Purpose::kConcern));
  EXPECT_FALSE(agency.MayAsk(Purpose::kSection47));
  EXPECT_TRUE(agency.s16la);
  EXPECT_FALSE(roster->agencies[4].s16la);
  EXPECT_EQ(agency.identity_key, IdentityKeyOf(0).verify_key());
  EXPECT_EQ(agency.relays, (std::array<CoordinatorId, 2>{101, 102}));
  EXPECT_EQ(agency.ask_per_day, 500u);
  EXPECT_EQ(agency.enrol_elements, 32u);
  EXPECT_EQ(agency.bulk, (std::vector<BulkWindow>{{2, 1'800'000'000, 1'800'003'600, 2100}}));
  EXPECT_EQ(agency.register_size, 1000u);
  EXPECT_EQ(agency.duty, (Line{"01632 960001", "Mon-Fri 08:30-17:00", "2027-01-05"}));
  EXPECT_EQ(agency.out_of_hours, (Line{"01632 960002", "at all other times", "2027-01-05"}));
  ASSERT_EQ(roster->auditors.size(), 1u);
  EXPECT_EQ(roster->auditors[0].id, 1u);
  EXPECT_EQ(roster->auditors[0].name, "Auditor");
  EXPECT_EQ(roster->auditors[0].evaluate_per_day, 50u);
  ASSERT_EQ(roster->witnesses.size(), 2u);
  EXPECT_EQ(roster->witnesses[0].name, "witness1.example");
  EXPECT_EQ(roster->witnesses[0].key.type, NoteKeyType::kCosignatureV1);
  EXPECT_EQ(roster->witness_faults, 0u);
  EXPECT_EQ(roster->quorum, 2u);
  EXPECT_EQ(roster->parameters, (RosterParameters{250, 64, 3000, 1000, 600, 0, 0}));
}

TEST(Roster, Finds) {
  const Roster roster = *Roster::Parse(RosterText(Whole()));
  EXPECT_EQ(roster.FindAgency(1003), &roster.agencies[2]);
  EXPECT_EQ(roster.FindAgency(1), nullptr);      // an auditor's
  EXPECT_EQ(roster.FindAgencyByPin(roster.agencies[4].tls_pin), &roster.agencies[4]);
  EXPECT_EQ(roster.FindAgencyByPin(roster.auditors[0].tls_pin), nullptr);
  EXPECT_EQ(roster.FindAuditorByPin(roster.auditors[0].tls_pin), &roster.auditors[0]);
  EXPECT_EQ(roster.FindAuditorByPin(roster.agencies[0].tls_pin), nullptr);
  EXPECT_EQ(roster.FindCoordinator(103), &roster.coordinators[2]);
  EXPECT_EQ(roster.FindCoordinator(104), nullptr);
  EXPECT_EQ(roster.FindCoordinatorByPin(roster.coordinators[1].tls_pin), &roster.coordinators[1]);
  EXPECT_EQ(roster.FindCoordinatorByPin(TlsPin()), nullptr);
  EXPECT_EQ(roster.FindKeyVersion(2), &roster.key_versions[1]);
  EXPECT_EQ(roster.FindKeyVersion(3), nullptr);
  EXPECT_EQ(Roster::Parse(RosterText(RosterJson(7)))->AskedKeyVersions(),
            (std::vector<KeyVersion>{1}));
}

TEST(Roster, ParseOfSerialiseIsTheSame) {
  ordered_json json = Whole();
  json["name"] = "Zo\xC3\xAB \"and\" back\\slash \xF0\x9F\x99\x82";
  json["version"] = UINT64_MAX;
  // Other spaces and another order: the same roster with another hash.
  const auto loose = Roster::Parse(nlohmann::json(json).dump(4) + "\n");
  ASSERT_TRUE(loose.ok()) << loose.status();
  const auto canonical = Roster::Parse(loose->Serialize());
  ASSERT_TRUE(canonical.ok()) << canonical.status();
  EXPECT_NE(canonical->hash, loose->hash);
  Roster same = *loose;
  same.hash = canonical->hash;
  EXPECT_EQ(*canonical, same);
  EXPECT_EQ(canonical->Serialize(), loose->Serialize());
  EXPECT_EQ(canonical->Serialize(), RosterText(json));
}

TEST(RosterMembers, MissingIsRefusedByName) {
  for (const std::string& place : AllPlaces()) {
    if (!IsMember(place)) continue;
    ordered_json roster = Whole();
    const Pointer pointer(place);
    roster[pointer.parent_pointer()].erase(pointer.back());
    EXPECT_EQ(ErrorOf(roster), ErrorStart(place) + "there");
  }
}

TEST(RosterMembers, UnknownIsRefusedByName) {
  std::set<std::string> objects = {""};
  for (const std::string& place : AllPlaces()) {
    if (Whole()[Pointer(place)].is_object()) objects.insert(place);
  }
  EXPECT_EQ(objects.size(), 12u);   // as many kinds as the page has, LINE twice
  for (const std::string& place : objects) {
    ordered_json roster = Whole();
    roster[Pointer(place)]["more"] = 1;
    EXPECT_THAT(ErrorOf(roster), StartsWith(ErrorStart(place + "/more") + "absent"));
  }
}

TEST(RosterMembers, TwiceIsRefusedByName) {
  for (const std::string& place : AllPlaces()) {
    if (!IsMember(place)) continue;
    ordered_json roster = Whole();
    const Pointer pointer(place);
    roster[pointer.parent_pointer()]["@again"] = roster[pointer];
    std::string text = RosterText(roster);
    const std::string marker = "\"@again\"";
    text.replace(text.find(marker), marker.size(), "\"" + pointer.back() + "\"");
    EXPECT_EQ(ErrorOf(text), ErrorStart(place) + "there once");
    // The same name in another spelling.
    text = RosterText(roster);
    char escaped[8];
    std::snprintf(escaped, sizeof(escaped), "\\u%04x", pointer.back()[0]);
    text.replace(text.find(marker), marker.size(),
                 "\"" + (escaped + pointer.back().substr(1)) + "\"");
    EXPECT_EQ(ErrorOf(text), ErrorStart(place) + "there once");
  }
}

TEST(RosterMembers, AnotherTypeIsRefusedByName) {
  const ordered_json types[] = {nullptr, true, 1, "x", ordered_json::array(),
                                ordered_json::object()};
  for (const std::string& place : AllPlaces()) {
    for (const ordered_json& other : types) {
      ordered_json roster = Whole();
      ordered_json& value = roster[Pointer(place)];
      const bool both_numbers = value.is_number() && other.is_number();
      if (value.type() == other.type() || both_numbers) continue;
      value = other;
      EXPECT_THAT(ErrorOf(roster), StartsWith(ErrorStart(place))) << other;
    }
  }
}

TEST(RosterMembers, OnlyWholeNumbers) {
  for (const std::string& place : AllPlaces()) {
    ordered_json roster = Whole();
    if (!roster[Pointer(place)].is_number()) continue;
    const std::string number = roster[Pointer(place)].dump();
    roster[Pointer(place)] = "@number";
    for (const std::string& spelling :
         {number + ".0", number + "e0", std::string("-1"), std::string("-0"),
          std::string("18446744073709551616")}) {
      std::string text = RosterText(roster);
      text.replace(text.find("\"@number\""), 9, spelling);
      EXPECT_EQ(ErrorOf(text), ErrorStart(place) + "a whole number, not negative, below 2^64")
          << spelling;
    }
    std::string text = RosterText(roster);
    text.replace(text.find("\"@number\""), 9, number);
    EXPECT_EQ(ErrorOf(text), "");
  }
}

TEST(RosterMembers, StringsAreVisibleTextOfSomeLength) {
  const std::string control[] = {"\\u0000", "\\n",     "\\u001f", "\\u007f", "\\u0085",
                                 "\\u202e", "\\u2067", "\\u200d", "\\ufeff", "\\u2028",
                                 "\xE2\x80\xAE"};
  for (const std::string& place : AllPlaces()) {
    ordered_json roster = Whole();
    if (!roster[Pointer(place)].is_string()) continue;
    roster[Pointer(place)] = "";
    EXPECT_THAT(ErrorOf(roster), StartsWith(ErrorStart(place)));
    roster[Pointer(place)] = std::string(kRosterStringMax + 1, 'x');
    EXPECT_THAT(ErrorOf(roster), StartsWith(ErrorStart(place) + "at most 512 bytes"));
    roster[Pointer(place)] = "@string";
    for (const std::string& spelling : control) {
      std::string text = RosterText(roster);
      text.replace(text.find("@string"), 7, "a" + spelling + "b");
      EXPECT_THAT(ErrorOf(text), StartsWith(ErrorStart(place) + "at most 512 bytes")) << spelling;
    }
  }
  ordered_json roster = Whole();
  roster["name"] = std::string(kRosterStringMax, 'x');
  EXPECT_EQ(ErrorOf(roster), "");
  std::string text = RosterText(Whole());
  text.insert(1, "\"a\\u202eb\": 1,");
  EXPECT_THAT(ErrorOf(text), StartsWith("roster: the name of a member should be at most"));
}

struct Bad {
  const char* place;
  std::vector<ordered_json> values;
};

TEST(RosterMembers, NumbersOutOfRangeAreRefusedByName) {
  const uint64_t u16 = 65'536, u32 = 4'294'967'296;
  const Bad table[] = {
      {"/version", {0}},
      {"/not_before", {253'402'300'800}},
      {"/not_after", {1'799'996'399, 1'799'996'400 + 90 * 86'400 + 1}},
      {"/roots/m", {0, 2, 4, u32}},
      {"/roots/k", {0, 4, u32 + 2}},
      {"/threshold", {0, 1, 4, u16 + 2}},
      {"/coordinators/0/id", {0, u16, u16 + 101}},
      {"/coordinators/0/x", {0, 4, u16 + 1}},
      {"/key_versions/0/kv", {0, u32, u32 + 1}},
      {"/key_versions/0/sharing_epoch", {u32}},
      {"/key_versions/0/shares/0/coordinator", {0, 104, u16 + 101}},
      {"/agencies/0/id", {0, u32, u32 + 1001}},
      {"/agencies/0/relays/0", {0, 104, u16 + 101}},
      {"/agencies/0/ask_per_day", {u32}},
      {"/agencies/0/enrol_elements", {0, 7, 9, 31, 33, 64, 255, 257, u32 + 8}},
      {"/agencies/0/bulk/0/kv", {0, u32}},
      {"/agencies/0/bulk/0/from", {253'402'300'800}},
      {"/agencies/0/bulk/0/until", {1'799'999'999, 253'402'300'800}},
      {"/agencies/0/bulk/0/total", {u32}},
      {"/agencies/0/register_size", {u32}},
      {"/auditors/0/id", {0, u32, u32 + 1, 1001}},
      {"/auditors/0/evaluate_per_day", {u32}},
      {"/witness_faults", {u32}},
      {"/quorum", {0, 1, 3, u32 + 2}},
      {"/parameters/slot_ms", {0, 60'001}},
      {"/parameters/slot_frames", {0, 65'536}},
      {"/parameters/deadline_ms", {0, 120'001}},
      {"/parameters/checkpoint_ms", {0, 10'001}},
      {"/parameters/enrol_interval_s", {0, 86'401}},
      {"/parameters/roster_delay_h", {721}},
      {"/parameters/tag_bits", {1, 8}},
  };
  std::set<std::string> covered;
  for (const Bad& bad : table) {
    covered.insert(bad.place);
    for (const ordered_json& value : bad.values) {
      ordered_json roster = Whole();
      roster[Pointer(bad.place)] = value;
      EXPECT_THAT(ErrorOf(roster), StartsWith(ErrorStart(bad.place))) << value;
    }
  }
  for (const std::string& place : AllPlaces()) {
    if (Whole()[Pointer(place)].is_number()) { EXPECT_TRUE(covered.contains(place)) << place; }
  }
}

TEST(RosterMembers, NumbersAtTheEdgeAreAccepted) {
  const uint64_t max32 = 4'294'967'295;
  const Bad table[] = {
      {"/version", {1, UINT64_MAX}},
      {"/not_after", {1'799'996'400, 1'799'996'400 + 90 * 86'400}},
      {"/roots/k", {1, 3}},
      {"/key_versions/1/kv", {max32}},
      {"/key_versions/0/sharing_epoch", {0, max32}},
      {"/agencies/0/id", {2, max32}},
      {"/agencies/0/ask_per_day", {0, max32}},
      {"/agencies/0/enrol_elements", {8, 32, 256}},
      {"/agencies/0/bulk/0/from", {0, 1'800'003'600}},
      {"/agencies/0/bulk/0/until", {1'800'000'000, 253'402'300'799}},
      {"/agencies/0/bulk/0/total", {0, max32}},
      {"/agencies/0/register_size", {0, max32}},
      {"/auditors/0/evaluate_per_day", {0, max32}},
      {"/parameters/slot_ms", {1, 60'000}},
      {"/parameters/slot_frames", {1, 65'535}},
      {"/parameters/deadline_ms", {1, 120'000}},
      {"/parameters/checkpoint_ms", {1, 10'000}},
      {"/parameters/enrol_interval_s", {1, 86'400}},
      {"/parameters/roster_delay_h", {0, 720}},
  };
  for (const Bad& edge : table) {
    for (const ordered_json& value : edge.values) {
      ordered_json roster = Whole();
      roster[Pointer(edge.place)] = value;
      EXPECT_EQ(ErrorOf(roster), "") << edge.place << " " << value;
    }
  }
}

TEST(RosterMembers, FormsOfStrings) {
  const std::string vkey = RootOf(0).Vkey();
  const std::string witness = ProtocolVectors()["keys"]["witnesses"][0]["vkey"];
  const std::string hex(64, 'a'), identity(64, '0');
  const std::string group_key = Whole()["key_versions"][0]["group_key"];
  const std::vector<ordered_json> not_hex = {hex + "aa", hex.substr(2), hex.substr(1),
                                             std::string(64, 'A'), std::string(64, 'g')};
  const std::vector<ordered_json> no_element = {identity, hex.substr(2) + "ff",
                                                std::string(64, 'f'),
                                                group_key.substr(0, 62) + "df"};
  const std::vector<ordered_json> no_key = {identity, "01" + identity.substr(2),
                                            std::string(64, 'f')};
  std::vector<Bad> table = {
      {"/federation", {std::string(30, 'a'), std::string(34, 'a'), std::string(32, 'A')}},
      {"/roots/keys/0", {witness, vkey + "=", "root+00000000+AA=="}},
      {"/coordinators/0/endpoint",
       {"c1.example", ":8443", "c1.example:", "c1.example:0", "c1.example:08", "c1.example:65536",
        "c1.example:99999999999999999999", "c1.example:84 3", "c1 example:8443",
        "c1.ex\xC3\xA4mple:8443", "c1.example:+8"}},
      {"/coordinators/0/log_vkey", {witness, "x"}},
      {"/witnesses/0/vkey", {vkey, "x"}},
      {"/key_versions/0/state", {"ENROLLING", "asked", "RETIRED"}},
      {"/key_versions/1/state", {"enrolling", "RETIRED"}},
      {"/agencies/0/organisation", {std::string(17, 'x'), "Y 1", "\xC3\xA4"}},
      {"/agencies/0/ask/0", {"Coordination", "vetting"}},
      {"/agencies/0/ask/1", {"coordination"}},
      {"/agencies/0/relays/1", {101}},
      {"/agencies/0/duty/tested",
       {"2027-02-29", "2027-13-01", "2027-1-05", "20270105", "2027-01-5 ", "05-01-2027",
        "2027/01/05", "2027-01-052", "--27-01-05"}},
      {"/agencies/0/out_of_hours/tested", {"2027-00-01", "never"}},
  };
  for (const char* place : {"/coordinators/0/tls_pin", "/agencies/0/tls_pin", "/auditors/0/tls_pin",
                            "/coordinators/0/admission_key", "/agencies/0/identity_key",
                            "/key_versions/0/group_key", "/key_versions/0/shares/0/key"}) {
    table.push_back({place, not_hex});
  }
  table.push_back({"/coordinators/0/admission_key", no_key});
  table.push_back({"/agencies/0/identity_key", no_key});
  table.push_back({"/key_versions/0/group_key", no_element});
  table.push_back({"/key_versions/0/shares/0/key", no_element});
  for (const Bad& bad : table) {
    for (const ordered_json& value : bad.values) {
      ordered_json roster = Whole();
      roster[Pointer(bad.place)] = value;
      EXPECT_THAT(ErrorOf(roster), StartsWith(ErrorStart(bad.place))) << value;
    }
  }
  ordered_json roster = Whole();
  roster["agencies"][0]["organisation"] = std::string(16, 'x');
  roster["agencies"][0]["duty"]["tested"] = "2028-02-29";
  roster["coordinators"][0]["endpoint"] = "[2001:db8::1]:65535";
  roster["agencies"][0]["relays"] = {103, 101};
  roster["agencies"][0]["ask"] = ordered_json::array();
  roster["key_versions"][1]["state"] = "ENROLLING";
  EXPECT_EQ(ErrorOf(roster), "");
}

TEST(RosterMembers, LengthsOfLists) {
  const auto error_with = [](const char* place, size_t length) {
    ordered_json roster = Whole();
    ordered_json& list = roster[Pointer(place)];
    const ordered_json element = list[0];
    list = ordered_json::array();
    for (size_t i = 0; i < length; ++i) list.push_back(element);
    return ErrorOf(roster);
  };
  const struct { const char* place; size_t min; size_t max; } table[] = {
      {"/roots/keys", 1, kRootsMax},   {"/coordinators", 2, kCoordinatorsMax},
      {"/key_versions", 1, 2},         {"/key_versions/0/shares", 3, 3},
      {"/agencies", 0, kAgenciesMax},  {"/agencies/0/ask", 0, 8},
      {"/agencies/0/relays", 2, 2},    {"/agencies/0/bulk", 0, kBulkWindowsMax},
      {"/auditors", 0, kAuditorsMax},  {"/witnesses", 0, kWitnessesMax}};
  for (const auto& list : table) {
    const std::string wrong = ErrorStart(list.place) + "a list of " + std::to_string(list.min) +
                              " to " + std::to_string(list.max);
    EXPECT_EQ(error_with(list.place, list.max + 1), wrong);
    if (list.min > 0) { EXPECT_EQ(error_with(list.place, list.min - 1), wrong); }
    // Equal elements are refused for another reason.
    EXPECT_THAT(error_with(list.place, list.min), Not(HasSubstr("a list of"))) << list.place;
  }
  ordered_json roster = Whole();
  roster["agencies"] = roster["auditors"] = roster["witnesses"] = ordered_json::array();
  roster["quorum"] = 1;
  EXPECT_EQ(ErrorOf(roster), "");
  roster["key_versions"].erase(1);
  EXPECT_EQ(ErrorOf(roster), "");
}

TEST(RosterText, IsOneJsonObjectAndNothingElse) {
  const std::string good = RosterText(Whole());
  ASSERT_EQ(ErrorOf(good), "");
  const std::string body = good.substr(0, good.size() - 1);
  for (const std::string& text :
       {std::string(), std::string("\n"), body, "\n" + good, "\xEF\xBB\xBF" + good, good + "{}\n",
        good + "x\n", body + ",\n", good.substr(0, good.size() / 2) + "\n", body + "\t\n",
        "{\r" + good.substr(1), "[" + body + "]\n", std::string("null\n"),
        "{" + std::string("/* a comment */") + good.substr(1),
        body.substr(0, body.size() - 1) + ",}\n",
        body + std::string(1, '\0') + "\n", "{\"a\": \"\xFF\"," + good.substr(1),
        "{\"a\": \"\\ud800\"," + good.substr(1), "{\"a\": 01," + good.substr(1),
        "{\"a\": NaN," + good.substr(1), "{'a': 1," + good.substr(1)}) {
    EXPECT_NE(ErrorOf(text), "") << text.substr(0, 40);
  }
  EXPECT_EQ(ErrorOf("{\n\n" + good.substr(1)), "");   // a blank line is text
}

TEST(RosterText, DepthIsLimited) {
  std::string text = RosterText(Whole());
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  text.insert(1, "\"a\": " + deep + ",");
  EXPECT_EQ(ErrorOf(text), "roster: a[0][0][0][0] should be no list or object, so deep inside");
  text = RosterText(Whole());
  text.insert(text.find("\"total\":") + 8, "[");
  EXPECT_THAT(ErrorOf(text), StartsWith("roster: agencies[0].bulk[0].total should be no list"));
}

// Everything that may not be there twice. `from` is copied to `to`, and `named` is at fault.
TEST(RosterBetweenMembers, NothingTwice) {
  const std::string root_twin =
      NoteVerifier::Create("twin", NoteKeyType::kEd25519, RootOf(0).key.verify_key())->Encode();
  const auto witness_twin = [](const VerifyKey& key) {
    return NoteVerifier::Create("twin", NoteKeyType::kCosignatureV1, key)->Encode();
  };
  const auto copy = [](const char* from) { return Whole()[Pointer(from)]; };
  const struct { ordered_json value; const char* to; const char* named; } table[] = {
      {copy("/coordinators/0/id"), "/coordinators/1/id", "coordinators[1].id"},
      {copy("/coordinators/0/x"), "/coordinators/1/x", "coordinators[1].x"},
      {copy("/key_versions/0/shares/0/coordinator"), "/key_versions/0/shares/1/coordinator",
       "key_versions[0].shares[1].coordinator"},
      {copy("/agencies/0/id"), "/agencies/1/id", "agencies[1].id"},
      {copy("/agencies/0/id"), "/auditors/0/id", "auditors[0].id"},
      {copy("/coordinators/0/tls_pin"), "/coordinators/1/tls_pin", "coordinators[1].tls_pin"},
      {copy("/coordinators/0/tls_pin"), "/agencies/0/tls_pin", "agencies[0].tls_pin"},
      {copy("/coordinators/0/tls_pin"), "/auditors/0/tls_pin", "auditors[0].tls_pin"},
      {copy("/agencies/0/tls_pin"), "/agencies/4/tls_pin", "agencies[4].tls_pin"},
      {copy("/agencies/0/tls_pin"), "/auditors/0/tls_pin", "auditors[0].tls_pin"},
      {copy("/roots/keys/0"), "/roots/keys/1", "roots.keys[1]"},
      {root_twin, "/roots/keys/1", "roots.keys[1]"},
      {root_twin, "/coordinators/0/log_vkey", "coordinators[0].log_vkey"},
      {copy("/coordinators/0/log_vkey"), "/coordinators/1/log_vkey", "coordinators[1].log_vkey"},
      {copy("/coordinators/0/admission_key"), "/coordinators/1/admission_key",
       "coordinators[1].admission_key"},
      {copy("/coordinators/0/admission_key"), "/agencies/0/identity_key",
       "agencies[0].identity_key"},
      {copy("/agencies/0/identity_key"), "/agencies/1/identity_key", "agencies[1].identity_key"},
      {copy("/witnesses/0/vkey"), "/witnesses/1/vkey", "witnesses[1].vkey"},
      {witness_twin(NoteVerifier::Parse(std::string(copy("/witnesses/0/vkey")))->key),
       "/witnesses/1/vkey", "witnesses[1].vkey"},
      {witness_twin(RootOf(0).key.verify_key()), "/witnesses/0/vkey", "witnesses[0].vkey"},
      {witness_twin(AdmissionKeyOf(0).verify_key()), "/witnesses/0/vkey", "witnesses[0].vkey"},
      {copy("/key_versions/0/kv"), "/key_versions/1/kv", "key_versions[1].kv"},
      {copy("/key_versions/0/group_key"), "/key_versions/1/group_key", "key_versions[1].group_key"},
      {copy("/key_versions/0/group_key"), "/key_versions/0/shares/1/key",
       "key_versions[0].shares of coordinator 102"},
      {copy("/key_versions/0/shares/0/key"), "/key_versions/0/shares/1/key",
       "key_versions[0].shares of coordinator 102"},
      {copy("/key_versions/0/shares/0/key"), "/key_versions/1/shares/0/key",
       "key_versions[1].shares of coordinator 101"},
  };
  for (const auto& c : table) {
    ordered_json roster = Whole();
    roster[Pointer(c.to)] = c.value;
    EXPECT_THAT(ErrorOf(roster), StartsWith("roster: " + std::string(c.named) + " should be "));
  }
  ordered_json roster = Whole();
  roster["agencies"][0]["bulk"].push_back(roster["agencies"][0]["bulk"][0]);
  EXPECT_THAT(ErrorOf(roster), StartsWith("roster: agencies[0].bulk[1].kv should be "));

  // An agency that is a witness may sign as both with one key; the vectors have such a one.
  roster = Whole();
  roster["witnesses"][0]["vkey"] = witness_twin(IdentityKeyOf(0).verify_key());
  EXPECT_EQ(ErrorOf(roster), "");
}

TEST(RosterBetweenMembers, KeyVersionsAscend) {
  ordered_json roster = Whole();
  roster["key_versions"][0]["kv"] = 3;
  EXPECT_THAT(ErrorOf(roster), StartsWith("roster: key_versions[1].kv should be "));
  roster["key_versions"][1]["kv"] = 4;
  EXPECT_EQ(ErrorOf(roster), "");
}

TEST(RosterBetweenMembers, QuorumByTheFormula) {
  ordered_json roster = Whole();
  for (uint8_t witnesses = 0; witnesses <= 7; ++witnesses) {
    roster["witnesses"] = ordered_json::array();
    for (uint8_t i = 0; i < witnesses; ++i) {
      const std::string name = "w" + std::to_string(i) + ".example";
      const VerifyKey key = NewKey(static_cast<uint8_t>(100 + i)).verify_key();
      roster["witnesses"].push_back(
          {{"name", name},
           {"vkey", NoteVerifier::Create(name, NoteKeyType::kCosignatureV1, key)->Encode()}});
    }
    for (uint32_t faults = 0; faults <= witnesses; ++faults) {
      // More than half of those that are honest in the worst case: any two quorums share one.
      uint32_t quorum = 1;
      while (2 * quorum <= witnesses + faults) ++quorum;
      roster["witness_faults"] = faults;
      for (uint32_t w = quorum - 1; w <= quorum + 1; ++w) {
        roster["quorum"] = w;
        const std::string error = ErrorOf(roster);
        if (w == quorum) {
          EXPECT_EQ(error, "") << int{witnesses} << " " << faults;
        } else {
          EXPECT_THAT(error, StartsWith("roster: quorum should be floor"));
        }
      }
    }
  }
}

// A roster with `n` coordinators and this threshold.
ordered_json WithCoordinators(uint16_t n, uint16_t threshold) {
  ordered_json roster = Whole();
  for (uint16_t i = 3; i < n; ++i) {
    ordered_json coordinator = roster["coordinators"][0];
    const std::string name = "log" + std::to_string(i + 1) + ".example";
    coordinator["id"] = 101 + i;
    coordinator["x"] = i + 1;
    coordinator["tls_pin"] = ToHex(Writer().Zeros(30).U16(i).view());
    coordinator["admission_key"] = ToHex(NewKey(static_cast<uint8_t>(10 + i)).verify_key().bytes());
    coordinator["log_vkey"] = Root{name, NewKey(static_cast<uint8_t>(50 + i))}.Vkey();
    roster["coordinators"].push_back(coordinator);
  }
  roster["threshold"] = threshold;
  Reshare(roster, 0, GroupSecret(0), threshold, 1);
  Reshare(roster, 1, GroupSecret(1), threshold, 2);
  return roster;
}

TEST(RosterBetweenMembers, SharesLieOnOnePolynomialOfTheRightDegree) {
  const auto expect_inconsistent = [](const ordered_json& roster, int place) {
    EXPECT_THAT(ErrorOf(roster), StartsWith("roster: key_versions[" + std::to_string(place) +
                                            "].shares should be on one polynomial"));
  };
  for (uint16_t t = 2; t <= 5; ++t) {
    EXPECT_EQ(ErrorOf(WithCoordinators(5, t)), "") << t;
    ordered_json roster = WithCoordinators(5, t);
    // Fewer shares would be enough than the threshold says, or more are needed.
    for (const int needed : {t - 1, t + 1}) {
      if (needed < 2 || needed > 5) continue;
      Reshare(roster, 1, GroupSecret(1), static_cast<uint16_t>(needed), 3);
      expect_inconsistent(roster, 1);
    }
    // A share key of another sharing of the same key.
    roster = WithCoordinators(5, t);
    ordered_json other = roster;
    Reshare(other, 0, GroupSecret(0), t, 4);
    for (int i = 0; i < 5; ++i) {
      ordered_json mixed = roster;
      mixed["key_versions"][0]["shares"][i] = other["key_versions"][0]["shares"][i];
      expect_inconsistent(mixed, 0);
    }
    // Shares of one key under the name of another.
    ordered_json renamed = roster;
    renamed["key_versions"][0]["group_key"] =
        ToHex(Element::BaseMultiply(Scalar::FromU64(7)).bytes());
    expect_inconsistent(renamed, 0);
  }
  // The abscissae belong to it.
  ordered_json swapped = Whole();
  std::swap(swapped["coordinators"][0]["x"], swapped["coordinators"][1]["x"]);
  expect_inconsistent(swapped, 0);
  ordered_json exchanged = Whole();
  auto& shares = exchanged["key_versions"][1]["shares"];
  std::swap(shares[0]["key"], shares[1]["key"]);
  expect_inconsistent(exchanged, 1);
}

TEST(SignedRoster, LayoutOfGetRoster) {
  SignedRoster offered{"note\n", {{101, {}}, {103, {}}}, {{1002, {}}}};
  offered.consents[0].signature.data()[0] = 0xaa;
  offered.identity_consents[0].signature.data()[63] = 0xbb;
  const std::string zeros(124, '0');
  EXPECT_EQ(ToHex(offered.Serialize()), "00000005" "6e6f74650a" "0002" "0065" "aa00" + zeros +
                                            "00670000" + zeros + "0001" "000003ea" "00" + zeros +
                                            "bb");
  EXPECT_EQ(*SignedRoster::Parse(offered.Serialize()), offered);
  EXPECT_EQ(*SignedRoster::Parse(SignedRoster{}.Serialize()), SignedRoster{});
}

TEST(SignedRoster, IsStrict) {
  const SignedRoster offered{"note\n", {{101, {}}, {103, {}}}, {{1002, {}}}};
  const Bytes bytes = offered.Serialize();
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(SignedRoster::Parse(ByteView(bytes).first(size)).ok()) << size;
  }
  EXPECT_FALSE(SignedRoster::Parse(Writer().Raw(bytes).U8(0).Take()).ok());
  EXPECT_FALSE(SignedRoster::Parse(Hex("ffffffff00000000")).ok());
  const Bytes above = Writer().U32(kRosterNoteMax + 1).Zeros(kRosterNoteMax + 5).Take();
  EXPECT_FALSE(SignedRoster::Parse(above).ok());

  const uint64_t seed = 7'302'611;
  std::cout << "seed " << seed << "\n";
  SeededRandom random(seed);
  size_t parsed = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Bytes mutated = Mutate(bytes, std::string_view("\0\0\0\1\2\5n", 7), random);
    const auto roster = SignedRoster::Parse(mutated);
    parsed += roster.ok();
    if (roster.ok()) { ASSERT_EQ(roster->Serialize(), mutated) << "seed " << seed; }
  }
  EXPECT_GT(parsed, 100u);
  EXPECT_LT(parsed, 19'900u);
}

}  // namespace
}  // namespace whoelse
