#include "cli/demo_area.h"

#include <algorithm>
#include <cstdio>

#include "cli/demo_export.h"

namespace whoelse {
namespace {

using F = DemoField;

constexpr size_t kChildren = 5'000;
constexpr size_t kMany = 0, kCounselling = 1, kRefuge = 2;   // places of the children of the story
constexpr size_t kStoryChildren = 3;
constexpr size_t kWorkers = 12;                              // of an agency
constexpr uint32_t kAskPerDay = 500;                         // enough to play with

// One service of an agency: who works in it, and with how many children of which ages.
struct Caseload {
  const char* service;
  const char* team;
  const char* role;
  size_t children;
  int youngest, oldest;      // inclusive
};

struct Plan {
  const char* slug;
  const char* name;
  const char* kind;
  const char* organisation;
  std::vector<std::string> ask;
  const char* duty;
  const char* duty_hours;
  const char* out_of_hours;
  const char* out_of_hours_hours;
  const char* source;
  const char* export_file;
  std::vector<std::pair<const char*, ServiceClass>> services;
  std::vector<Caseload> caseloads;
  bool with_upn;
  DemoExportFormat format;
  bool witness = false;
};

std::vector<std::string> Everyday() { return {"coordination", "early-help", "concern", "emergency"}; }

std::vector<std::string> EverydayAnd(std::initializer_list<const char*> more) {
  std::vector<std::string> ask = Everyday();
  ask.insert(ask.end(), more.begin(), more.end());
  return ask;
}

Plan SocialCare() {
  return {"social-care", "Northbridge Children's Social Care", "social-care", "999",
          EverydayAnd({"section-17", "section-47", "missing-child"}),
          "01632 960100", "Mon-Fri 08:30-17:00", "01632 960101", "at all other times",
          "caseworks", "caseworks-involvements.csv",
          {{"Child protection", ServiceClass::kTargeted}, {"Family help", ServiceClass::kTargeted}},
          {{"Child protection", "East team", "Social worker", 160, 0, 17},
           {"Family help", "Family help west", "Family help worker", 340, 0, 17}},
          false,
          {{{"Involvement ID", F::kSourceId}, {"NHS No", F::kNhsNumber}, {"Forename", F::kGiven},
            {"Surname", F::kFamily}, {"Date of Birth", F::kBorn}, {"Service", F::kService},
            {"Allocated Team", F::kTeam}, {"Allocated Worker", F::kWorker},
            {"Job Title", F::kRole}, {"Worker Phone", F::kPhone}, {"Worker Email", F::kEmail},
            {"Date Opened", F::kStart}, {"Date Closed", F::kEnd},
            {"Contact Verified On", F::kVerified}, {"Lead Professional", F::kLead},
            {"Assessment Exists", F::kAssessment}, {"Consent Status", F::kConsent},
            {"Restrictions", F::kRestrictions}}, true}, true};
}

Plan HealthVisiting() {
  return {"health-visiting", "Northbridge Health Visiting & School Nursing", "health-visiting",
          "ZZ901", Everyday(),
          "01632 960110", "Mon-Fri 09:00-17:00", "01632 960111", "at all other times",
          "childhealth", "child-health-extract.csv",
          {{"Health visiting", ServiceClass::kUniversal},
           {"School nursing", ServiceClass::kUniversal}},
          {{"Health visiting", "North locality", "Health visitor", 1'250, 0, 4},
           {"School nursing", "South locality", "School nurse", 3'300, 5, 17}},
          false,
          {{{"Referral ID", F::kSourceId}, {"Patient NHS Number", F::kNhsNumber},
            {"Patient Forename", F::kGiven}, {"Patient Surname", F::kFamily},
            {"Patient DOB", F::kBorn}, {"Service Name", F::kService}, {"Team", F::kTeam},
            {"Practitioner Name", F::kWorker}, {"Role", F::kRole}, {"Work Telephone", F::kPhone},
            {"Practitioner Email", F::kEmail}, {"Start Date", F::kStart},
            {"Discharge Date", F::kEnd}, {"Date Verified", F::kVerified},
            {"Restrictions", F::kRestrictions}}, true}, true};
}

DemoExportFormat SchoolFormat() {
  return {{{"Record ID", F::kSourceId}, {"UPN", F::kUpn}, {"NHS Number", F::kNhsNumber},
           {"Legal Forename", F::kGiven}, {"Legal Surname", F::kFamily}, {"DOB", F::kBorn},
           {"Service", F::kService}, {"Named Professional", F::kWorker}, {"Job Title", F::kRole},
           {"Work Phone", F::kPhone}, {"Work Email", F::kEmail}, {"Admission Date", F::kStart},
           {"Leaving Date", F::kEnd}, {"Last Verified", F::kVerified},
           {"Restrictions", F::kRestrictions}}, false};
}

Plan Primary() {
  return {"hilltop-primary", "Hilltop Primary School", "school", "999001", Everyday(),
          "01632 960120", "Mon-Fri 08:00-16:30", "01632 960121", "at all other times",
          "schooldata", "pupils-on-roll.csv", {{"Pastoral care", ServiceClass::kUniversal}},
          {{"Pastoral care", "", "Designated safeguarding lead", 280, 4, 10}}, true,
          SchoolFormat()};
}

Plan Secondary() {
  return {"riverside-academy", "Riverside Academy", "school", "999002", Everyday(),
          "01632 960130", "Mon-Fri 08:00-17:00", "01632 960131", "at all other times",
          "schooldata", "pupils-on-roll.csv", {{"Pastoral care", ServiceClass::kUniversal}},
          {{"Pastoral care", "", "Head of year", 600, 11, 17}}, true, SchoolFormat(), true};
}

Plan ChildrensCentre() {
  return {"childrens-centre", "Meadow Lane Children's Centre", "childrens-centre", "999003",
          Everyday(),
          "01632 960140", "Mon-Fri 09:00-17:00, Sat 09:00-12:00", "01632 960101",
          "at all other times", "centrelog", "centre-families.csv",
          {{"Family hub", ServiceClass::kUniversal}},
          {{"Family hub", "Stay and play", "Family support worker", 420, 0, 9}}, false,
          {{{"Record ID", F::kSourceId}, {"Child NHS Number", F::kNhsNumber},
            {"Child Forename", F::kGiven}, {"Child Surname", F::kFamily}, {"Child DOB", F::kBorn},
            {"Service", F::kService}, {"Team", F::kTeam}, {"Key Worker", F::kWorker},
            {"Key Worker Role", F::kRole}, {"Key Worker Phone", F::kPhone},
            {"Key Worker Email", F::kEmail}, {"Start Date", F::kStart}, {"End Date", F::kEnd},
            {"Last Verified", F::kVerified}, {"Restrictions", F::kRestrictions}}, true}};
}

Plan YouthOffending() {
  return {"youth-offending", "Northbridge Youth Offending Service", "youth-justice", "999004",
          EverydayAnd({"youth-justice"}),
          "01632 960150", "Mon-Fri 09:00-17:30", "01632 960151", "at all other times", "yosys",
          "yos-caseload.csv", {{"Youth offending", ServiceClass::kJustice}},
          {{"Youth offending", "Prevention", "Case manager", 45, 12, 17}}, false,
          {{{"Unique ID", F::kSourceId}, {"NHS Num", F::kNhsNumber}, {"First Name", F::kGiven},
            {"Last Name", F::kFamily}, {"DOB", F::kBorn}, {"Service", F::kService},
            {"Team Name", F::kTeam}, {"Case Worker", F::kWorker}, {"Worker Role", F::kRole},
            {"Worker Telephone", F::kPhone}, {"Worker Email", F::kEmail},
            {"Date Started", F::kStart}, {"Date Ended", F::kEnd}, {"Last Verified", F::kVerified},
            {"Restrictions", F::kRestrictions}}, false}, true};
}

Plan MentalHealth() {
  return {"mental-health", "Northbridge Child Mental Health Service", "mental-health", "ZZ902",
          Everyday(),
          "01632 960160", "Mon-Fri 09:00-17:00", "01632 960161", "at all other times",
          "mindnotes", "open-referrals.csv",
          {{"Child mental health", ServiceClass::kSensitive}},
          {{"Child mental health", "Community team", "Care coordinator", 160, 8, 17}}, false,
          {{{"Referral ID", F::kSourceId}, {"NHS Number", F::kNhsNumber}, {"Forename", F::kGiven},
            {"Surname", F::kFamily}, {"DOB", F::kBorn}, {"Service", F::kService},
            {"Team", F::kTeam}, {"Care Coordinator", F::kWorker}, {"Role", F::kRole},
            {"Work Phone", F::kPhone}, {"Work Email", F::kEmail}, {"Duty Telephone", F::kDutyPhone},
            {"Registration Date", F::kStart}, {"Discharge Date", F::kEnd},
            {"Date Verified", F::kVerified}, {"Consent Status", F::kConsent},
            {"Restrictions", F::kRestrictions}}, true}};
}

// A refuge. Its name, its kind and its number say nothing about that, and nothing about a place.
Plan Refuge() {
  return {"larchwood", "Larchwood Family Support", "shared-node", "ZZ903", Everyday(),
          "03069 990170", "24 hours", "03069 990171", "24 hours", "larchwood", "families.csv",
          {{"Support", ServiceClass::kProtected}},
          {{"Support", "", "Support worker", 8, 0, 16}}, false,
          {{{"source_id", F::kSourceId}, {"nhs_number", F::kNhsNumber}, {"given_name", F::kGiven},
            {"family_name", F::kFamily}, {"born", F::kBorn}, {"service", F::kService},
            {"start", F::kStart}, {"end", F::kEnd}, {"verified_on", F::kVerified},
            {"restrictions", F::kRestrictions}}, false}};
}

std::string EmailOf(const std::string& worker, const std::string& slug) {
  std::string local;
  for (const char c : worker) local += c == ' ' ? '.' : static_cast<char>(std::tolower(c));
  return local + "@" + slug + ".example";
}

// Fills an agency's register: the story's children first, then others of the right age.
class Register {
 public:
  Register(const Plan& plan, const DemoArea& area, Date today, DemoDice& dice)
      : plan_(plan), area_(area), today_(today), dice_(dice) {
    for (size_t i = 0; i < kWorkers; ++i) workers_.push_back(DemoPersonName(dice));
  }

  void AddStory(size_t place, size_t caseload, int64_t days_ago, bool lead) {
    DemoInvolvement& row = Add(area_.children[place], plan_.caseloads[caseload]);
    row.start = Date::FromDays(today_.days() - days_ago);
    row.end = std::nullopt;
    row.verified = Date::FromDays(today_.days() - 14);
    row.lead = row.assessment = lead;
  }

  void AddOthers() {
    for (const Caseload& caseload : plan_.caseloads) {
      std::vector<const DemoChild*> fitting;
      for (size_t i = kStoryChildren; i < area_.children.size(); ++i) {
        const int age = area_.children[i].born.AgeOn(today_);
        if (age >= caseload.youngest && age <= caseload.oldest) {
          fitting.push_back(&area_.children[i]);
        }
      }
      // The first of a shuffle of our own: std::shuffle differs between standard libraries.
      for (size_t i = 0; i < std::min(caseload.children, fitting.size()); ++i) {
        std::swap(fitting[i], fitting[i + dice_.Below(fitting.size() - i)]);
        Add(*fitting[i], caseload);
      }
    }
  }

  const std::vector<DemoInvolvement>& rows() const { return rows_; }

 private:
  DemoInvolvement& Add(const DemoChild& child, const Caseload& caseload) {
    const size_t worker = dice_.Below(kWorkers);
    char source_id[16];
    std::snprintf(source_id, sizeof source_id, "%06zu", 100'001 + rows_.size());
    char phone[16];
    std::snprintf(phone, sizeof phone, "01632 960%03zu", 200 + (worker * 37 + rows_.size()) % 800);
    const int64_t lived = today_.days() - child.born.days();
    const Date start = Date::FromDays(today_.days() - dice_.Between(1, std::min<int64_t>(lived, 900)));
    rows_.push_back({&child, source_id, caseload.service, caseload.team, workers_[worker],
                     caseload.role, phone, EmailOf(workers_[worker], plan_.slug), plan_.duty, start,
                     std::nullopt, std::nullopt});
    DemoInvolvement& row = rows_.back();
    if (dice_.Below(10) != 0) row.verified = Date::FromDays(today_.days() - dice_.Between(1, 300));
    if (dice_.Below(20) == 0) row.end = Date::FromDays(dice_.Between(start.days(), today_.days()));
    return row;
  }

  const Plan& plan_;
  const DemoArea& area_;
  const Date today_;
  DemoDice& dice_;
  std::vector<std::string> workers_;
  std::vector<DemoInvolvement> rows_;
};

void AddStories(const std::string& slug, Register& out) {
  if (slug == "social-care") {
    out.AddStory(kMany, 0, 400, true);
    out.AddStory(kCounselling, 1, 200, false);
  } else if (slug == "health-visiting") {
    out.AddStory(kMany, 1, 1'200, false);
    out.AddStory(kCounselling, 1, 1'500, false);
  } else if (slug == "hilltop-primary") {
    out.AddStory(kMany, 0, 1'000, false);
    out.AddStory(kRefuge, 0, 21, false);
  } else if (slug == "riverside-academy") {
    out.AddStory(kCounselling, 0, 900, false);
  } else if (slug == "childrens-centre") {
    out.AddStory(kMany, 0, 1'600, false);
  } else if (slug == "mental-health") {
    out.AddStory(kCounselling, 0, 120, false);
  } else if (slug == "larchwood") {
    out.AddStory(kRefuge, 0, 24, false);
  }
}

DemoAgency AgencyOf(const Plan& plan, const DemoArea& area, Date today, DemoDice& dice) {
  Register rows(plan, area, today, dice);
  AddStories(plan.slug, rows);
  rows.AddOthers();
  DemoAgency agency;
  agency.export_file = plan.export_file;
  agency.csv = WriteDemoExport(plan.format, rows.rows());
  agency.records = rows.rows().size();
  agency.enrolments = agency.records * (plan.with_upn ? 2 : 1);
  AgencyOptions& options = agency.options;
  options.name = plan.name;
  options.slug = plan.slug;
  options.kind = plan.kind;
  options.area = area.name;
  options.organisation = plan.organisation;
  options.ask = plan.ask;
  options.register_size = static_cast<uint32_t>(agency.records);
  options.ask_per_day = kAskPerDay;
  options.caps.questions = options.caps.out_of_hours = kAskPerDay;   // it has one practitioner
  options.policy_adopted_by = "The board of " + options.name;
  options.policy_dpia = "DPIA of the demo";
  options.duty = {plan.duty, plan.duty_hours, ""};
  options.out_of_hours = {plan.out_of_hours, plan.out_of_hours_hours, ""};
  options.source = plan.source;
  options.witness = plan.witness;
  for (const auto& [service, service_class] : plan.services) {
    options.services.emplace(service, service_class);
  }
  return agency;
}

// Ages of the story's children, whatever the dice said.
void SetBorn(DemoChild& child, size_t place, Date today, int years) {
  child.born = Date::FromDays(today.days() - years * 366 - 100);
  child.upn = DemoUpn(place, child.born);
}

}  // namespace

const DemoAgency& DemoArea::Agency(const std::string& slug) const {
  return *std::ranges::find_if(agencies,
                               [&](const DemoAgency& a) { return a.options.slug == slug; });
}

DemoArea MakeDemoArea(uint64_t seed, Date today) {
  DemoDice dice(seed);
  DemoArea area{"Northbridge",
                {"Northbridge Council", "Northbridge Integrated Care Board", "Northbridge Police"},
                "Area Auditor",
                {},
                MakeDemoChildren(kChildren + 1, today, dice),
                // The last one is nobody's.
                DemoChild{"", "", "", "", today}, DemoChild{"", "", "", "", today},
                DemoChild{"", "", "", "", today}, DemoChild{"", "", "", "", today}};
  SetBorn(area.children[kMany], kMany, today, 8);
  SetBorn(area.children[kCounselling], kCounselling, today, 14);
  SetBorn(area.children[kRefuge], kRefuge, today, 7);
  area.known_to_many = area.children[kMany];
  area.in_counselling = area.children[kCounselling];
  area.in_refuge = area.children[kRefuge];
  area.known_to_nobody = area.children.back();
  area.children.pop_back();
  for (const Plan& plan : {SocialCare(), HealthVisiting(), Primary(), Secondary(),
                           ChildrensCentre(), YouthOffending(), MentalHealth(), Refuge()}) {
    area.agencies.push_back(AgencyOf(plan, area, today, dice));
  }
  return area;
}

}  // namespace whoelse
