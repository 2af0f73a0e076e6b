// The report: order, words, the lead professional, what is stale, what is closed at this hour.
#include "node/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/words.h"
#include "tests/node/federation.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr LocalTime kMondayNoon{0, 12 * 60}, kMondayNight{0, 2 * 60};
const Date kToday = *Date::FromYmd(20270115);

// A name as a professional, or an entry to be changed.
AnswerEntry Contact(const std::string& name) {
  AnswerEntry entry;
  entry.kind = EntryKind::kContact;
  entry.organisation = "Riverside surgery";
  entry.service = "Health visiting";
  entry.name = name;
  entry.role = "Health visitor";
  entry.phone = "01632 960010";
  entry.since = 18'000;
  entry.verified_on = static_cast<uint16_t>(kToday.days() - 30);
  return entry;
}

Reading Answered(std::vector<AnswerEntry> entries = {}) {
  Reading reading;
  reading.kind = Reading::Kind::kAnswered;
  reading.answer = Answer{};
  reading.answer->disclosed = !entries.empty();
  reading.answer->entries = std::move(entries);
  reading.answer->enrolled_through = 2'999'998;
  return reading;
}
Reading Refused(RefusalCode code) {
  Reading reading;
  reading.kind = Reading::Kind::kRefused;
  reading.refusal = Refusal{};
  reading.refusal->code = code;
  return reading;
}
Reading RelayWord(RelayCode code) {
  Reading reading;
  reading.kind = Reading::Kind::kRelayCode;
  reading.relay_code = code;
  return reading;
}
Reading OfKind(Reading::Kind kind) {
  Reading reading;
  reading.kind = kind;
  return reading;
}

class ReportTest : public ::testing::Test {
 protected:
  using Readings = std::vector<std::pair<AgencyId, Reading>>;
  // The surgery's lines are staffed round the clock, the others' in office hours.
  ReportTest()
      : roster_(ChangedRoster(7, [](Json& roster) {
          roster["agencies"][0]["duty"]["hours"] = "24 hours";
        })) {}

  Json Report(const Readings& readings, LocalTime at = kMondayNoon,
              Purpose purpose = Purpose::kSection17, bool unconfirmed = false,
              bool stale = false) const {
    const auto hash = HexFixed<FrameHash>(
        "3674f2f9c9c1e82f1f910db1088e19ed129641ba6f1882dd31f3983b55671831");
    return ReportOf(readings, {*roster_, purpose, hash, kToday, at, unconfirmed, stale,
                               {{"evaluate", 12.5}}});
  }
  static std::vector<AgencyId> Order(const Json& report) {
    std::vector<AgencyId> ids;
    for (const Json& agency : report["agencies"]) ids.push_back(agency["agency"]);
    return ids;
  }

  std::shared_ptr<const Roster> roster_;
};

TEST_F(ReportTest, CountsAndReceipt) {
  const Json report = Report({{kSurgery, Answered({Contact("Sam")})},
                              {kSchools, Answered()},
                              {kSocialCare, Refused(RefusalCode::kBusy)},
                              {kPolice, Reading{}},
                              {kSharedNode, OfKind(Reading::Kind::kDisputed)}});
  EXPECT_EQ(report["receipt"], "6STF-5YE9-R7M2-Y7WH");
  EXPECT_EQ(report["asked"], 5);
  EXPECT_EQ(report["answered"], 2);
  EXPECT_EQ(report["contacts"], 1);
  EXPECT_EQ(report["all_answered"], false);
  EXPECT_EQ(report["may_be_incomplete"], true);
  EXPECT_EQ(report["timings_ms"]["evaluate"], 12.5);
  EXPECT_EQ(report.contains("complete"), false);   // that word would be believed
  EXPECT_EQ(Report({{kSurgery, Answered()}})["all_answered"], true);
  EXPECT_EQ(Report({{kSurgery, Answered()}})["may_be_incomplete"], true);
}

TEST_F(ReportTest, InTheOrderToBeRead) {
  AnswerEntry lead = Contact("Lead");
  lead.flags = kEntryLeadProfessional;
  const Readings readings = {{kSurgery, Reading{}},
                             {kSchools, Answered()},
                             {kSocialCare, Answered({Contact("Sam")})},
                             {kPolice, Reading{}},
                             {kSharedNode, Answered({Contact("Alex"), lead})}};
  // At night the police's duty line is closed: ring the surgery first.
  EXPECT_THAT(Order(Report(readings, kMondayNight)),
              ElementsAre(kSharedNode, kSocialCare, kSurgery, kPolice, kSchools));
  // At noon both are open: roster order.
  EXPECT_THAT(Order(Report(readings)),
              ElementsAre(kSharedNode, kSocialCare, kSurgery, kPolice, kSchools));
  EXPECT_THAT(Order(Report({{kPolice, Reading{}}, {kSurgery, Reading{}}}, kMondayNight)),
              ElementsAre(kSurgery, kPolice));
}

TEST_F(ReportTest, WhyThereIsNoAnswer) {
  struct Case {
    Reading reading;
    LocalTime at;
    std::string reason, code;
  };
  const std::vector<Case> cases = {
      {Reading{}, kMondayNoon, "not connected", "NONE"},
      {Reading{}, kMondayNight, "closed at this hour", "NONE"},
      {RelayWord(RelayCode::kNotAttached), kMondayNoon, "not connected", "relay: NOT_ATTACHED"},
      {RelayWord(RelayCode::kDeadline), kMondayNight, "closed at this hour", "relay: DEADLINE"},
      {RelayWord(RelayCode::kOrphan), kMondayNoon, "not connected", "relay: ORPHAN"},
      {RelayWord(RelayCode::kQueueFull), kMondayNight, "busy", "relay: QUEUE_FULL"},
      {Refused(RefusalCode::kBusy), kMondayNoon, "busy", "BUSY"},
      {Refused(RefusalCode::kLogBehind), kMondayNoon, "busy", "LOG_BEHIND"},
      {Refused(RefusalCode::kRoster), kMondayNight, "out of date", "ROSTER"},
      {Refused(RefusalCode::kNotReady), kMondayNoon, "out of date", "NOT_READY"},
      {OfKind(Reading::Kind::kDisputed), kMondayNoon, "its two answers differ", "DISPUTED"},
      {OfKind(Reading::Kind::kInvalid), kMondayNoon, "its answer could not be verified", "INVALID"},
  };
  for (const Case& c : cases) {
    const Json agency = Report({{kPolice, c.reading}}, c.at)["agencies"][0];
    EXPECT_EQ(agency["status"], "no_answer");
    EXPECT_EQ(agency["reason"], c.reason);
    EXPECT_EQ(agency["reason_code"], c.code);
    EXPECT_TRUE(agency["involvements"].empty());
    EXPECT_TRUE(agency["as_of"].is_null());
  }
}

// "Refused" would tell a practitioner that there is something to refuse.
TEST_F(ReportTest, NoWordTellsARefusalFromSilence) {
  for (size_t code = 1; code <= kRefusalNames.size(); ++code) {
    const std::string text =
        ReportAsText(Report({{kPolice, Refused(static_cast<RefusalCode>(code))}}), 100);
    for (const char* word : {"efused", "enied", "locked", "estricted", "no record", "not known"}) {
      EXPECT_THAT(text, Not(HasSubstr(word))) << code;
    }
  }
}

// Beside every agency, whatever it answered: somebody at two in the morning must be able to ring.
TEST_F(ReportTest, LinesBesideEveryAgency) {
  const Readings readings = {{kSurgery, Answered({Contact("Sam")})},
                             {kSchools, Answered()},
                             {kPolice, Reading{}}};
  const Json report = Report(readings, kMondayNight);
  for (const Json& agency : report["agencies"]) {
    ASSERT_EQ(agency["lines"].size(), 2u);
    EXPECT_EQ(agency["lines"][0]["kind"], "duty");
    EXPECT_EQ(agency["lines"][0]["phone"], "01632 960001");
    EXPECT_EQ(agency["lines"][1]["kind"], "out_of_hours");
    EXPECT_EQ(agency["lines"][1]["phone"], "01632 960002");
    const bool always = agency["agency"] == kSurgery;
    EXPECT_EQ(agency["lines"][0]["open_now"], always);
    EXPECT_EQ(agency["lines"][1]["open_now"], !always);
  }
}

TEST_F(ReportTest, HoursThatOnlyAPersonUnderstandsAreNeitherOpenNorClosed) {
  roster_ = ChangedRoster(7, [](Json& roster) {
    roster["agencies"][3]["duty"]["hours"] = "term time only";
  });
  const Json agency = Report({{kPolice, Reading{}}}, kMondayNight)["agencies"][0];
  EXPECT_TRUE(agency["lines"][0]["open_now"].is_null());
  EXPECT_TRUE(agency["lines"][1]["open_now"].is_null());
  EXPECT_EQ(agency["reason"], "not connected");
}

TEST_F(ReportTest, LeadProfessional) {
  AnswerEntry lead = Contact("Lead Example");
  lead.flags = kEntryLeadProfessional;
  AnswerEntry other = Contact("Other Lead");
  other.flags = kEntryLeadProfessional;
  const auto state = [&](const Readings& readings) {
    return Report(readings)["lead_professional"];
  };
  EXPECT_EQ(state({{kSurgery, Answered({Contact("Sam")})}})["state"], "none_disclosed");
  EXPECT_EQ(state({{kSurgery, Reading{}}})["state"], "none_disclosed");
  const Json named = state({{kSurgery, Answered({Contact("Sam"), lead})}});
  EXPECT_EQ(named["state"], "named");
  EXPECT_EQ(named["name"], "Lead Example");
  EXPECT_EQ(named["phone"], "01632 960010");
  EXPECT_EQ(named["agency"], kSurgery);
  const Json conflict = state({{kSurgery, Answered({lead})}, {kSchools, Answered({other})}});
  EXPECT_EQ(conflict["state"], "conflict");
  ASSERT_EQ(conflict["named"].size(), 2u);
  EXPECT_EQ(conflict["named"][0]["name"], "Lead Example");
  EXPECT_EQ(conflict["named"][1]["name"], "Other Lead");
  // Two involvements of one agency under one lead are no conflict.
  EXPECT_EQ(state({{kSurgery, Answered({lead, lead})}})["state"], "named");

  const auto text = [&](const Readings& readings) { return ReportAsText(Report(readings), 100); };
  EXPECT_THAT(text({{kSurgery, Answered()}}), HasSubstr(std::string(words::kLeadNone)));
  EXPECT_THAT(text({{kSurgery, Answered({lead})}}),
              HasSubstr("Lead professional: Lead Example, Health visitor"));
  EXPECT_THAT(text({{kSurgery, Answered({lead})}, {kSchools, Answered({other})}}),
              HasSubstr(std::string(words::kLeadConflict)));
}

// Each school of a hub is a controller of its own, and says for itself who leads.
TEST_F(ReportTest, TwoSchoolsOfAHubMayNameDifferentLeads) {
  AnswerEntry first = Contact("Lead Example"), second = Contact("Other Lead");
  first.flags = second.flags = kEntryLeadProfessional;
  first.organisation = "Hilltop School";
  second.organisation = "Lakeside School";
  const Json report = Report({{kSchools, Answered({first, second})}});
  const Json& lead = report["lead_professional"];
  EXPECT_EQ(lead["state"], "conflict");
  ASSERT_EQ(lead["named"].size(), 2u);
  EXPECT_EQ(lead["named"][0]["organisation"], "Hilltop School");
  EXPECT_EQ(lead["named"][1]["organisation"], "Lakeside School");
  EXPECT_EQ(lead["named"][1]["agency"], kSchools);
  const std::string text = ReportAsText(report, 200);
  EXPECT_THAT(text, HasSubstr(std::string(words::kLeadConflict)));
  EXPECT_THAT(text, HasSubstr("Lead Example, Health visitor, Hilltop School, "));
  EXPECT_THAT(text, HasSubstr("Other Lead, Health visitor, Lakeside School, "));
  const auto state = [&] {
    return Report({{kSchools, Answered({first, second})}})["lead_professional"]["state"];
  };
  // One school's second contact is no second lead.
  second.organisation = first.organisation;
  EXPECT_EQ(state(), "named");
  // Two schools may share a person; a namesake is another one.
  second = first;
  second.organisation = "Lakeside School";
  EXPECT_EQ(state(), "named");
  second.phone = "01632 960011";
  EXPECT_EQ(state(), "conflict");
}

TEST_F(ReportTest, StaleAfterSixMonths) {
  const auto entry = [&](int64_t age) {
    AnswerEntry contact = Contact("Sam");
    contact.verified_on = static_cast<uint16_t>(kToday.days() - age);
    return Report({{kSurgery, Answered({contact})}})["agencies"][0]["involvements"][0];
  };
  EXPECT_EQ(entry(183)["stale"], false);
  EXPECT_EQ(entry(184)["stale"], true);
  EXPECT_EQ(entry(0)["stale"], false);
  AnswerEntry never = Contact("Sam");
  never.verified_on = 0;
  const Json unknown = Report({{kSurgery, Answered({never})}})["agencies"][0]["involvements"][0];
  EXPECT_EQ(unknown["stale"], true);
  EXPECT_TRUE(unknown["verified_on"].is_null());
}

TEST_F(ReportTest, AnInvolvementInFull) {
  AnswerEntry entry = Contact("Sam Example");
  entry.team = "East";
  entry.email = "sam@surgery.example";
  entry.flags = kEntryAboutParentOrCarer | kEntrySuperseded | kEntryEnded | kEntryAssessmentExists |
                kEntryBirthDateDiffers;
  const Json json = Report({{kSurgery, Answered({entry})}});
  const Json& involvement = json["agencies"][0]["involvements"][0];
  EXPECT_EQ(involvement["kind"], "contact");
  EXPECT_EQ(involvement["since"], "2019-04-14");
  for (const char* mark : {"ended", "birth_date_differs", "about_parent_or_carer",
                           "superseded_number", "assessment_exists"}) {
    EXPECT_EQ(involvement[mark], true) << mark;
  }
  EXPECT_EQ(involvement["lead_professional"], false);
  EXPECT_EQ(json["agencies"][0]["as_of"], "2027-01-15T07:40:00Z");
  EXPECT_EQ(json["agencies"][0]["more"], false);
  const std::string text = ReportAsText(json, 100);
  for (const char* part : {"contact given", "Sam Example, Health visitor", "East",
                           "sam@surgery.example", "since 2019-04-14", "ended",
                           "about a parent or carer", "an assessment exists"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(text, HasSubstr("date of birth differs"));
}

TEST_F(ReportTest, ADutyLineIsNoContact) {
  AnswerEntry line;
  line.kind = EntryKind::kDutyLine;
  line.organisation = "Riverside surgery";
  line.phone = "01632 960020";
  const Json report = Report({{kSurgery, Answered({line})}});
  EXPECT_EQ(report["agencies"][0]["status"], "disclosed");
  EXPECT_EQ(report["agencies"][0]["involvements"][0]["kind"], "duty_line");
  const std::string text = ReportAsText(report, 100);
  EXPECT_THAT(text, HasSubstr("duty line given"));
  EXPECT_THAT(text, Not(HasSubstr("contact given")));
}

// An answer has room for four: whoever reads it must know that there are others.
TEST_F(ReportTest, MoreThanFits) {
  Reading reading = Answered(std::vector<AnswerEntry>(4, Contact("Sam")));
  EXPECT_THAT(ReportAsText(Report({{kSurgery, reading}}), 100),
              Not(HasSubstr(std::string(words::kMore))));
  reading.answer->more = true;
  const Json report = Report({{kSurgery, reading}});
  EXPECT_EQ(report["agencies"][0]["more"], true);
  EXPECT_THAT(ReportAsText(report, 100), HasSubstr(std::string(words::kMore)));
}

TEST_F(ReportTest, NoticesByPurposeAndFreshness) {
  const Readings readings = {{kSurgery, Answered()}};
  const auto notices = [&](Purpose purpose, bool unconfirmed, bool stale) {
    return Report(readings, kMondayNoon, purpose, unconfirmed, stale)["notices"];
  };
  const std::string everyone(words::kNotEveryone), danger(words::kDanger),
      unconfirmed(words::kUnconfirmed);
  for (size_t p = 1; p <= kPurposeNames.size(); ++p) {
    const auto purpose = static_cast<Purpose>(p);
    const bool dangerous = purpose == Purpose::kMissingChild || purpose == Purpose::kEmergency ||
                           purpose == Purpose::kSection47;
    EXPECT_EQ(notices(purpose, false, false),
              dangerous ? Json({everyone, danger}) : Json::array({everyone}));
  }
  EXPECT_EQ(notices(Purpose::kConcern, true, false), Json({everyone, unconfirmed}));
  EXPECT_EQ(notices(Purpose::kConcern, false, true), Json({everyone, unconfirmed}));
}

TEST_F(ReportTest, TheTextSaysWhatThePageDemands) {
  const Json report = Report({{kSurgery, Answered({Contact("Sam")})},
                              {kSchools, Answered()},
                              {kPolice, RelayWord(RelayCode::kNotAttached)}},
                             kMondayNight, Purpose::kSection47);
  const std::string text = ReportAsText(report, 10'000);
  EXPECT_THAT(text, HasSubstr("2 of 3 agencies answered. 1 gave a contact. "
                              "Do not treat this as everyone who is involved."));
  EXPECT_THAT(text, HasSubstr(std::string(words::kDanger)));
  EXPECT_THAT(text, HasSubstr(std::string(words::kUnderNothingDisclosed)));
  EXPECT_THAT(text, HasSubstr("We could not reach this agency (closed at this hour). Ring it."));
  EXPECT_THAT(text, HasSubstr("nothing disclosed (as of 2027-01-15T07:40:00Z)"));
  EXPECT_THAT(text, HasSubstr("Receipt 6STF-5YE9-R7M2-Y7WH"));
  EXPECT_THAT(text, HasSubstr("out of hours 01632 960002 (at all other times; open now)"));
}

TEST_F(ReportTest, TheTextKeepsToTheWidth) {
  const Json report = Report({{kSurgery, Answered({Contact("Sam")})},
                              {kSchools, Answered()},
                              {kPolice, Reading{}}},
                             kMondayNight, Purpose::kEmergency, true);
  for (const size_t width : {size_t{60}, size_t{80}, size_t{120}}) {
    std::istringstream lines(ReportAsText(report, width));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), width) << line;
  }
}

}  // namespace
}  // namespace whoelse
