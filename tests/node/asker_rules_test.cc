// Who may ask what, with every combination of what the table depends on.
#include "node/asker_rules.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/node/federation.h"

namespace whoelse {
namespace {

PersonRef Ref(uint8_t number) {
  PersonRef ref;
  ref.data()[0] = number;
  return ref;
}

std::set<std::string> FieldsOf(const AskerVerdict& verdict) {
  std::set<std::string> fields;
  for (const FieldError& error : verdict.missing) {
    EXPECT_FALSE(error.reason.empty() || error.remedy.empty()) << error.field;
    fields.insert(error.field);
  }
  return fields;
}

// domain.md's table, as a person would read it out.
struct Row {
  Purpose purpose;
  bool must_hold, hold_or_approval, safeguarding, case_reference, reason;
};
constexpr Row kTable[] = {
    {Purpose::kCoordination, true, false, false, false, false},
    {Purpose::kEarlyHelp, false, true, false, false, false},
    {Purpose::kConcern, false, true, true, true, false},
    {Purpose::kSection17, false, false, false, true, false},
    {Purpose::kSection47, false, false, false, true, false},
    {Purpose::kMissingChild, false, false, false, true, false},
    {Purpose::kYouthJustice, false, false, false, true, false},
    {Purpose::kEmergency, false, false, false, false, true},
};

// Nobody's, somebody else's, the asker's own.
std::optional<PersonRef> ApproverOf(unsigned number) {
  if (number == 0) return std::nullopt;
  return Ref(number == 1 ? 2 : 1);
}

TEST(AskerRules, EveryCombination) {
  for (const Row& row : kTable) {
    for (const Role role : {Role::kPractitioner, Role::kSafeguardingLead, Role::kOutOfHours}) {
      for (unsigned approval = 0; approval < 3; ++approval) {
        for (unsigned bits = 0; bits < 64; ++bits) {
          AskerCase c{.practitioner = Ref(1),
                      .role = role,
                      .purpose = row.purpose,
                      .shield_notice = (bits & 1) != 0,
                      .case_reference = (bits & 2) != 0,
                      .reason = bits & 4 ? "self-harm" : "curious",
                      .does_not_know_them = (bits & 8) != 0,
                      .holds = (bits & 16) != 0,
                      .own_family = (bits & 32) != 0,
                      .approver = ApproverOf(approval),
                      .today = {},
                      .caps = {}};
          std::set<std::string> wanted;
          if (!c.does_not_know_them) wanted.insert("i-do-not-know-them");
          if (c.own_family) wanted.insert("nhs-number");
          bool two_people = c.shield_notice;
          if (c.shield_notice) {
            if (!c.holds) wanted.insert("nhs-number");
          } else {
            if (row.case_reference && !c.case_reference) wanted.insert("case");
            if (row.reason && c.reason != "self-harm") wanted.insert("reason");
            if (row.safeguarding && role == Role::kPractitioner) wanted.insert("role");
            if (row.must_hold && !c.holds) wanted.insert("purpose");
            two_people = row.hold_or_approval && !c.holds;
          }
          const bool approved = two_people && approval == 1;
          const bool to_follow = two_people && approval == 0 && role == Role::kOutOfHours;
          if (two_people && !approved && !to_follow) wanted.insert("approval");
          const AskerVerdict verdict = CheckAsker(c);
          const std::string which = std::string(Name(row.purpose)) + ", " +
                                    std::string(Name(role)) + ", approval " +
                                    std::to_string(approval) + ", bits " + std::to_string(bits);
          EXPECT_EQ(FieldsOf(verdict), wanted) << which;
          EXPECT_EQ(verdict.approved, approved) << which;
          EXPECT_EQ(verdict.needs_approval, two_people && approval == 0 && !to_follow) << which;
          EXPECT_EQ(verdict.approval_to_follow, to_follow) << which;
          EXPECT_FALSE(verdict.used_up) << which;
        }
      }
    }
  }
}

// --- caps

AskerCase Plain(Purpose purpose, Role role, bool notice = false) {
  return {.practitioner = Ref(1),
          .role = role,
          .purpose = purpose,
          .shield_notice = notice,
          .case_reference = true,
          .reason = "self-harm",
          .does_not_know_them = true,
          .holds = true,
          .own_family = false,
          .approver = notice ? std::optional(Ref(2)) : std::nullopt,
          .today = {},
          .caps = {}};
}

// How many of these somebody can put in one day.
int PutInADay(AskerCase c) {
  int put = 0;
  while (put < 1000) {
    const AskerVerdict verdict = CheckAsker(c);
    if (verdict.used_up) {
      EXPECT_EQ(FieldsOf(verdict), std::set<std::string>{"caps"});
      return put;
    }
    EXPECT_TRUE(verdict.missing.empty());
    c.today = CountedWith(c.today, c);
    ++put;
  }
  return put;
}

TEST(AskerRules, CapsOfADay) {
  const Role day = Role::kPractitioner, night = Role::kOutOfHours;
  EXPECT_EQ(PutInADay(Plain(Purpose::kSection47, day)), 20);
  EXPECT_EQ(PutInADay(Plain(Purpose::kSection47, Role::kSafeguardingLead)), 20);
  EXPECT_EQ(PutInADay(Plain(Purpose::kSection47, night)), 60);
  EXPECT_EQ(PutInADay(Plain(Purpose::kEmergency, day)), 3);
  EXPECT_EQ(PutInADay(Plain(Purpose::kEmergency, night)), 3);
  EXPECT_EQ(PutInADay(Plain(Purpose::kConcern, day, true)), 1);
}

TEST(AskerRules, TheAgencysNoticesHaveACapOfTheirOwn) {
  AskerCase c = Plain(Purpose::kConcern, Role::kPractitioner, true);
  c.today.agency_shield_notices = 9;
  EXPECT_FALSE(CheckAsker(c).used_up);
  c.today.agency_shield_notices = 10;
  EXPECT_TRUE(CheckAsker(c).used_up);
}

TEST(AskerRules, AtAHubAnOrganisationsCapsHoldBesideTheNodes) {
  AskerCase c = Plain(Purpose::kConcern, Role::kSafeguardingLead);
  c.caps_for_it.questions = 2;
  c.today_for_it.questions = 2;
  EXPECT_FALSE(CheckAsker(c).used_up);   // no hub
  c.of_a_hub = true;
  EXPECT_EQ(FieldsOf(CheckAsker(c)), std::set<std::string>{"caps"});
  EXPECT_TRUE(CheckAsker(c).used_up);
  c.today_for_it.questions = 1;
  EXPECT_FALSE(CheckAsker(c).used_up);
  c.today.questions = 20;   // for whichever of them
  EXPECT_TRUE(CheckAsker(c).used_up);
}

TEST(AskerRules, DangerIsNotUsedUpByEverydayQuestions) {
  AskerCase c = Plain(Purpose::kEmergency, Role::kPractitioner);
  c.today.questions = 1000;
  EXPECT_FALSE(CheckAsker(c).used_up);
  c = Plain(Purpose::kConcern, Role::kPractitioner, true);
  c.today.questions = c.today.emergencies = 1000;
  EXPECT_FALSE(CheckAsker(c).used_up);
}

// --- the practitioner's own family

Record Family() {
  Record record;
  record.family_name = "Marsh-Fell";
  record.former_names = "Ada Oakhill; Oakhill";
  record.carers = "Jo Testwood (01632 960 123), Kim Fell";
  record.address = "12 High Street, Northbridge";
  record.postcode = "NB1 1AA";
  return record;
}
bool Own(const OwnDetails& own) { return IsOwnFamily(own, {Record(), Family()}); }

TEST(OwnFamily, BySurname) {
  for (const char* surname : {"Marsh-Fell", "marsh fell", "MARSH-FELL", "Oakhill", "testwood", "Fell",
                              "Marsh", "Marsh-Fell-Oak"}) {
    EXPECT_TRUE(Own({surname, "", "", ""})) << surname;
  }
  for (const char* surname : {"", " ", "Oak", "hill", "Marsh-Oak", "Fennimore"}) {
    EXPECT_FALSE(Own({surname, "", "", ""})) << surname;
  }
}

TEST(OwnFamily, ByAddress) {
  EXPECT_TRUE(Own({"", "12 high street, northbridge", "", ""}));
  EXPECT_TRUE(Own({"", "12 High St", "nb11aa", ""}));
  EXPECT_TRUE(Own({"", "", "NB1 1AA", ""}));
  EXPECT_FALSE(Own({"", "14 High Street", "NB1 1AA", ""}));
  EXPECT_FALSE(Own({"", "12 High Street", "NB1 1AB", ""}));
  EXPECT_FALSE(Own({"", "", "", ""}));
}

// A parent's former partner still lives where the child was taken away from.
TEST(OwnFamily, ByAFormerAddress) {
  Record moved = Family(), other = Record();
  moved.former_addresses = {{"3 Mill Lane", "NB2 2BB"}, {"Flat 7, The Wharf", ""}};
  other.address = "1 Quay";
  for (const OwnDetails& own : std::vector<OwnDetails>{{"", "3 mill lane", "", ""},
                                                       {"", "FLAT 7 The Wharf", "NB9 9ZZ", ""},
                                                       {"", "3 Mill Ln", "nb22bb", ""},
                                                       {"", "", "NB2 2BB", ""},
                                                       {"", "12 High St", "nb11aa", ""}}) {
    EXPECT_TRUE(IsOwnFamily(own, {other, moved})) << own.address << ", " << own.postcode;
    EXPECT_FALSE(IsOwnFamily(own, {other})) << "another child's";
  }
  EXPECT_FALSE(IsOwnFamily({"", "5 Mill Lane", "NB2 2BB", ""}, {moved}));
  EXPECT_FALSE(IsOwnFamily({"", "3 Mill Lane North", "NB2 2BC", ""}, {moved}));
  EXPECT_FALSE(IsOwnFamily({"", "", "", ""}, {moved}));
}

TEST(OwnFamily, ByTelephone) {
  EXPECT_TRUE(Own({"", "", "", "01632 960123"}));
  EXPECT_TRUE(Own({"", "", "", "+44 1632 960123"}));
  EXPECT_FALSE(Own({"", "", "", "01632 960124"}));
  EXPECT_FALSE(Own({"", "", "", "960123"}));
}

TEST(OwnFamily, NothingRecordedMatchesNothing) {
  EXPECT_FALSE(IsOwnFamily({"", "", "", ""}, {Record()}));
  EXPECT_FALSE(IsOwnFamily({"Fell", "12 High Street", "NB1 1AA", "01632 960123"}, {}));
}

TEST(AskerRules, ALiveRecordIsOneThatHasNotEnded) {
  const Date today = *Date::Parse("2026-03-11");
  const Subject child{SubjectEntry{KeyType::kNhsNumber, "9990000018"}, SubjectEntry{}};
  Record record;
  record.nhs_number = *NhsNumber::Parse("9990000018");
  const Record live = record;
  EXPECT_FALSE(HoldsLive({}, child, today));
  EXPECT_TRUE(HoldsLive({record}, child, today));
  record.end = today;
  EXPECT_TRUE(HoldsLive({record}, child, today));
  record.end = Date::FromDays(today.days() - 1);
  EXPECT_FALSE(HoldsLive({record}, child, today));
  EXPECT_TRUE(HoldsLive({record, live}, child, today));
}

// Holders decide by the number: a UPN of one's own beside it must not open a stranger's.
TEST(AskerRules, AUpnOfOnesOwnDoesNotHoldAStrangersNumber) {
  const Date today = *Date::Parse("2026-03-11");
  Record mine;
  mine.upn = *Upn::Parse("A123456789012");
  const SubjectEntry upn{KeyType::kUpn, "A123456789012"};
  EXPECT_TRUE(HoldsLive({mine}, {SubjectEntry{}, upn}, today));
  EXPECT_FALSE(HoldsLive({mine}, {SubjectEntry{KeyType::kNhsNumber, "9990000018"}, upn}, today));
  mine.nhs_number = *NhsNumber::Parse("9990000026");
  EXPECT_FALSE(HoldsLive({mine}, {SubjectEntry{KeyType::kNhsNumber, "9990000018"}, upn}, today));
  EXPECT_TRUE(HoldsLive({mine}, {SubjectEntry{KeyType::kNhsNumber, "9990000026"}, upn}, today));
  EXPECT_FALSE(HoldsLive({mine}, {SubjectEntry{KeyType::kNhsNumber, "9990000026"},
                                  SubjectEntry{KeyType::kUpn, "G98765432109Z"}}, today));
}

// --- the basis

RosterAgency AgencyOf(const char* kind, bool s16la) {
  RosterAgency agency = *RosterOf(7)->FindAgency(kSurgery);
  agency.kind = kind;
  agency.s16la = s16la;
  return agency;
}

TEST(Basis, TheUsualOneIsAlwaysPossible) {
  for (const char* kind : {"social-care", "police", "youth-justice", "school", "gp"}) {
    for (const bool s16la : {true, false}) {
      for (uint8_t number = 1; number <= kPurposeNames.size(); ++number) {
        const Purpose purpose = static_cast<Purpose>(number);
        if (!KindMayAsk(kind, purpose)) continue;
        const RosterAgency agency = AgencyOf(kind, s16la);
        const auto wrong = CheckBasis(UsualBasis(agency, purpose), agency, purpose);
        EXPECT_FALSE(wrong) << kind << ", " << Name(purpose) << ": " << wrong->reason;
      }
    }
  }
}

// Purposes by power, "coordination early-help concern section-17 section-47 missing-child
// youth-justice emergency": + may be the power's, - may not.
TEST(Basis, EveryPowerWithEveryPurpose) {
  const std::map<std::string, std::string> wanted = {
      {"ca1989-s17", "---+----"},    {"ca1989-s47", "----+--+"},   {"ca1989-s47(9)", "----+---"},
      {"ca2004-s10", "+++--+-+"},    {"ca2004-s11", "++++++-+"},   {"ca2004-s16LA", "++++++-+"},
      {"cda1998-s115", "------+-"},  {"ea2002-s175", "+++----+"}};
  const std::map<std::string, const char*> whose = {
      {"ca1989-s17", "social-care"},  {"ca1989-s47", "social-care"},
      {"ca1989-s47(9)", "police"},    {"ca2004-s10", "gp"},
      {"ca2004-s11", "gp"},           {"ca2004-s16LA", "gp"},
      {"cda1998-s115", "youth-justice"}, {"ea2002-s175", "school"}};
  for (const auto& [name, purposes] : wanted) {
    const Power power = *ByName<Power>(name, kPowerNames);
    for (uint8_t number = 1; number <= kPurposeNames.size(); ++number) {
      const Basis basis{power, Article6::kPublicTask, Article9::kSafeguarding};
      EXPECT_EQ(!CheckBasis(basis, AgencyOf(whose.at(name), true), static_cast<Purpose>(number)),
                purposes[number - 1] == '+')
          << name << ", " << kPurposeNames[number - 1];
    }
  }
}

std::string Wrong(const char* kind, bool s16la, Purpose purpose, Power power, Article6 article6,
                  Article9 article9) {
  const auto wrong = CheckBasis({power, article6, article9}, AgencyOf(kind, s16la), purpose);
  return wrong ? wrong->field : "";
}

TEST(Basis, ImpossibleCombinations) {
  constexpr auto c = Article6::kLegalObligation, e = Article6::kPublicTask, none = Article6::kNone;
  constexpr auto g = Article9::kSafeguarding, h = Article9::kHealthCare, p3 = Article9::kPart3;
  const Purpose concern = Purpose::kConcern, s17 = Purpose::kSection17;
  EXPECT_EQ(Wrong("gp", false, concern, Power::kCa2004S16La, c, g), "power");      // no standing
  EXPECT_EQ(Wrong("gp", true, concern, Power::kEa2002S175, e, g), "power");        // no school
  EXPECT_EQ(Wrong("police", true, s17, Power::kCa1989S17, e, g), "power");
  EXPECT_EQ(Wrong("social-care", true, s17, Power::kCa1989S17, c, g), "article6"); // only allows
  EXPECT_EQ(Wrong("gp", true, concern, Power::kCa2004S10, c, g), "article6");
  EXPECT_EQ(Wrong("gp", true, concern, Power::kCa2004S11, c, g), "");
  EXPECT_EQ(Wrong("gp", true, concern, Power::kCa2004S11, none, g), "article6");
  EXPECT_EQ(Wrong("gp", true, concern, Power::kCa2004S11, e, h), "");
  EXPECT_EQ(Wrong("school", true, concern, Power::kCa2004S11, e, h), "article9");
  EXPECT_EQ(Wrong("gp", true, concern, Power::kCa2004S11, none, p3), "article9");
  EXPECT_EQ(Wrong("police", true, concern, Power::kCa2004S11, none, p3), "");
  EXPECT_EQ(Wrong("police", true, concern, Power::kCa2004S11, e, p3), "article6");
}

TEST(AskerRules, OnlyTheirKindsMayAsk) {
  const std::map<std::string, std::string> wanted = {
      {"social-care", "++++++-+"}, {"police", "+++-++++"}, {"youth-justice", "+++---++"},
      {"school", "+++----+"}, {"gp", "+++----+"}};
  for (const auto& [kind, purposes] : wanted) {
    for (uint8_t number = 1; number <= kPurposeNames.size(); ++number) {
      EXPECT_EQ(KindMayAsk(kind, static_cast<Purpose>(number)), purposes[number - 1] == '+')
          << kind << ", " << kPurposeNames[number - 1];
    }
  }
}

}  // namespace
}  // namespace whoelse
