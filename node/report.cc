#include "node/report.h"

#include <algorithm>
#include <optional>

#include "node/words.h"
#include "nlohmann/json.hpp"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kStaleDays = 183;   // "more than 6 months ago"
constexpr uint64_t kThroughUnitS = 600;

// Where an agency stands in the order to be read.
enum class Place { kLead, kContact, kNoAnswerOpen, kNoAnswerClosed, kNothing };

struct Row {
  Place place;
  Json json;
};

Json TextOrNull(std::string_view text) { return text.empty() ? Json(nullptr) : Json(std::string(text)); }
Json DayOrNull(uint16_t days) { return days == 0 ? Json(nullptr) : Json(Date::FromDays(days).Iso()); }

Json LineOf(const char* kind, const Line& line, const Line& other, LocalTime now) {
  const std::optional<bool> open = OpenAt(line.hours, other.hours, now);
  return {{"kind", kind}, {"phone", line.number}, {"hours", line.hours},
          {"open_now", open ? Json(*open) : Json(nullptr)}};
}

Json InvolvementOf(const AnswerEntry& entry, Date today) {
  const bool stale =
      entry.verified_on == 0 || today.days() - int64_t{entry.verified_on} > kStaleDays;
  return {{"kind", entry.kind == EntryKind::kContact ? "contact" : "duty_line"},
          {"organisation", TextOrNull(entry.organisation)},
          {"service", TextOrNull(entry.service)},
          {"team", TextOrNull(entry.team)},
          {"name", TextOrNull(entry.name)},
          {"role", TextOrNull(entry.role)},
          {"phone", TextOrNull(entry.phone)},
          {"email", TextOrNull(entry.email)},
          {"since", DayOrNull(entry.since)},
          {"verified_on", DayOrNull(entry.verified_on)},
          {"stale", stale},
          {"ended", (entry.flags & kEntryEnded) != 0},
          {"lead_professional", (entry.flags & kEntryLeadProfessional) != 0},
          {"birth_date_differs", (entry.flags & kEntryBirthDateDiffers) != 0},
          {"about_parent_or_carer", (entry.flags & kEntryAboutParentOrCarer) != 0},
          {"superseded_number", (entry.flags & kEntrySuperseded) != 0},
          {"assessment_exists", (entry.flags & kEntryAssessmentExists) != 0}};
}

// In words, and as the code that support needs. A relay's code is the relay's word.
struct NoAnswer {
  std::string_view reason;
  std::string code;
};
NoAnswer WhyNoAnswer(const Reading& reading, bool closed_now) {
  switch (reading.kind) {
    case Reading::Kind::kRefused:
      switch (reading.refusal->code) {
        case RefusalCode::kBusy:
        case RefusalCode::kLogBehind:
          return {words::kBusy, std::string(Name(reading.refusal->code))};
        default:
          return {words::kOutOfDate, std::string(Name(reading.refusal->code))};
      }
    case Reading::Kind::kRelayCode:
      if (reading.relay_code == RelayCode::kQueueFull) return {words::kBusy, "relay: QUEUE_FULL"};
      return {closed_now ? words::kClosedNow : words::kNotConnected,
              "relay: " + std::string(Name(reading.relay_code))};
    case Reading::Kind::kDisputed:
      return {words::kAnswersDiffer, "DISPUTED"};
    case Reading::Kind::kInvalid:
      return {words::kNotUnderstood, "INVALID"};
    default:
      return {closed_now ? words::kClosedNow : words::kNotConnected, "NONE"};
  }
}

// Null: nothing complete was ever imported.
Json AsOf(const Answer& answer) {
  if (answer.enrolled_through == 0) return nullptr;
  const uint64_t seconds = uint64_t{answer.enrolled_through} * kThroughUnitS;
  const uint64_t minute = seconds % 86400 / 60;
  char time[16];
  std::snprintf(time, sizeof time, "T%02d:%02d:00Z", static_cast<int>(minute / 60),
                static_cast<int>(minute % 60));
  return Date::FromDays(static_cast<int64_t>(seconds / 86400)).Iso() + time;
}

Row RowOf(const RosterAgency& agency, const Reading& reading, const ReportContext& context) {
  const Json duty = LineOf("duty", agency.duty, agency.out_of_hours, context.local_time);
  const Json out = LineOf("out_of_hours", agency.out_of_hours, agency.duty, context.local_time);
  Row row{Place::kNothing,
          {{"agency", agency.id}, {"name", agency.name}, {"status", "nothing_disclosed"},
           {"reason", nullptr}, {"as_of", nullptr}, {"lines", {duty, out}},
           {"involvements", Json::array()}}};
  if (!reading.Answered()) {
    const bool closed = duty["open_now"] == Json(false);
    const NoAnswer why = WhyNoAnswer(reading, closed);
    row.place = closed ? Place::kNoAnswerClosed : Place::kNoAnswerOpen;
    row.json["status"] = "no_answer";
    row.json["reason"] = std::string(why.reason);
    row.json["reason_code"] = why.code;
    return row;
  }
  row.json["as_of"] = AsOf(*reading.answer);
  if (!reading.answer->disclosed) return row;
  row.place = Place::kContact;
  row.json["status"] = "disclosed";
  for (const AnswerEntry& entry : reading.answer->entries) {
    row.json["involvements"].push_back(InvolvementOf(entry, context.today));
    if (entry.flags & kEntryLeadProfessional) row.place = Place::kLead;
  }
  row.json["more"] = reading.answer->more;
  return row;
}

// Whether a second lead adds nothing to the first. The organisations of a hub are controllers of
// their own, who differ as two agencies do; but one organisation names one, and two of a hub may
// share a person. (By the name alone two people would be one.)
bool IsSameLead(const Json& first, const Json& second) {
  const auto same = [&](const char* key) { return first[key] == second[key]; };
  if (!same("agency")) return false;
  return same("organisation") ||
         (!first["name"].is_null() && same("name") && same("phone") && same("email"));
}

Json LeadOf(const std::vector<Row>& rows) {
  Json named = Json::array();
  for (const Row& row : rows) {
    for (const Json& involvement : row.json["involvements"]) {
      if (!involvement["lead_professional"].get<bool>()) continue;
      Json lead{{"agency", row.json["agency"]}, {"agency_name", row.json["name"]},
                {"organisation", involvement["organisation"]},
                {"name", involvement["name"]}, {"role", involvement["role"]},
                {"phone", involvement["phone"]}, {"email", involvement["email"]}};
      const bool known = std::ranges::any_of(
          named, [&](const Json& one) { return IsSameLead(one, lead); });
      if (!known) named.push_back(std::move(lead));
    }
  }
  if (named.empty()) return {{"state", "none_disclosed"}};
  if (named.size() > 1) return {{"state", "conflict"}, {"named", named}};
  Json lead{{"state", "named"}};
  lead.update(named[0]);
  return lead;
}

bool IsDangerous(Purpose purpose) {
  return purpose == Purpose::kMissingChild || purpose == Purpose::kEmergency ||
         purpose == Purpose::kSection47;
}

Json NoticesOf(const ReportContext& context) {
  Json notices = Json::array();
  notices.push_back(std::string(words::kNotEveryone));
  if (IsDangerous(context.purpose)) notices.push_back(std::string(words::kDanger));
  if (context.federation_unconfirmed || context.roster_stale) {
    notices.push_back(std::string(words::kUnconfirmed));
  }
  return notices;
}

}  // namespace

Json ReportOf(const std::vector<std::pair<AgencyId, Reading>>& readings,
              const ReportContext& context) {
  std::vector<Row> rows;
  size_t answered = 0, contacts = 0;
  for (const auto& [id, reading] : readings) {
    rows.push_back(RowOf(*context.roster.FindAgency(id), reading, context));
    answered += reading.Answered() ? 1 : 0;
    contacts += reading.Answered() && reading.answer->disclosed ? 1 : 0;
  }
  std::ranges::stable_sort(rows, {}, &Row::place);
  Json report{{"receipt", ReceiptNumber(context.frame_hash)},
              {"receipt_state", std::string(Name(context.receipt_state))},
              {"all_answered", answered == readings.size()},
              {"may_be_incomplete", true},
              {"asked", readings.size()},
              {"answered", answered},
              {"contacts", contacts},
              {"lead_professional", LeadOf(rows)},
              {"agencies", Json::array()},
              {"timings_ms", context.timings_ms},
              {"notices", NoticesOf(context)}};
  for (Row& row : rows) report["agencies"].push_back(std::move(row.json));
  return report;
}

}  // namespace whoelse
