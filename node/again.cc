#include "node/again.h"

#include <algorithm>
#include <set>

#include "nlohmann/json.hpp"
#include "node/json_text.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

constexpr TimeMs kMinuteMs = 60'000;
constexpr int kMinutesOfWeek = 7 * 24 * 60;

FieldError NotAgain(std::string reason, std::string remedy) {
  return {"number", std::move(reason), std::move(remedy)};
}

// A name of an enumeration whose 0 is "none".
template <typename E, size_t N>
std::string NameOrNone(E value, const std::array<std::string_view, N>& names) {
  return static_cast<size_t>(value) == 0 ? "" : std::string(NameOf(value, names));
}

bool IsOpen(const std::pair<std::string, std::string>& hours, TimeMs now) {
  return OpenAt(hours.first, hours.second, WeekTimeOf(now)).value_or(false);
}

}  // namespace

std::string AgainDocument(const AgainRequest& request) {
  return JsonText({{"first", ToHex(request.first)},
                   {"user", request.user},
                   {"requested_ms", request.requested_ms},
                   {"due_ms", request.due_ms},
                   {"waits", request.waits},
                   {"outcome", request.outcome}});
}

absl::StatusOr<AgainRequest> ReadAgain(std::string_view document) {
  const Json json = JsonFrom(document);
  AgainRequest request;
  const auto has = [&](const char* key, Json::value_t type) {
    return json.is_object() && json.contains(key) && json[key].type() == type;
  };
  using enum Json::value_t;
  if (!has("first", string) || !has("user", string) || !has("requested_ms", number_unsigned) ||
      !has("due_ms", number_unsigned) || !has("waits", boolean) || !has("outcome", string) ||
      !FromHex(json["first"].get<std::string>(), {request.first.data(), FrameHash::kSize})) {
    return absl::DataLossError("store: a question to be put again is damaged");
  }
  request.user = json["user"];
  request.requested_ms = json["requested_ms"];
  request.due_ms = json["due_ms"];
  request.waits = json["waits"];
  request.outcome = json["outcome"];
  return request;
}

std::string WordsOf(const AgainRequest& request) {
  if (!request.waits) return request.outcome;
  const LondonTime due = LondonTimeOf(request.due_ms);
  char time[16];
  std::snprintf(time, sizeof time, " %02d:%02d", due.minute / 60, due.minute % 60);
  return "asked again on " + due.day.Iso() + time;
}

std::variant<AskInput, FieldError> InputAgain(const AskedBefore& asked,
                                              const std::string& organisation,
                                              bool does_not_know_them) {
  const Statement& statement = asked.statement;
  if (statement.Has(kFlagShieldNotice)) {
    return NotAgain("is of a shield notice", "send the notice again");
  }
  if (statement.purpose == Purpose::kEmergency) {
    return NotAgain("is of an emergency, which does not wait until somebody opens",
                    "ring the agencies' out-of-hours lines, and ask again now");
  }
  if (statement.Has(kFlagApproved)) {
    return NotAgain("is of a question that a second person approved, once",
                    "ask anew with --request-approval");
  }
  // One night's word alone would else be good for every day after it.
  if (statement.Has(kFlagApprovalToFollow)) {
    return NotAgain("is of a question that an out-of-hours role put without a second person, whose "
                    "word follows for it alone",
                    "ask anew, with --request-approval if your agency does not hold the child");
  }
  AskInput input;
  input.nhs_number = statement.subject[0].value;
  input.upn = statement.subject[1].value;
  if (statement.born != 0) input.born = Date::FromYmd(statement.born)->Iso();
  input.purpose = Name(statement.purpose);
  input.case_reference = asked.case_reference;
  input.role = Name(statement.role);
  input.organisation = organisation;
  input.does_not_know_them = does_not_know_them;
  input.power = Name(statement.power);
  input.article6 = NameOrNone(statement.article6, kArticle6Names);
  input.article9 = NameOrNone(statement.article9, kArticle9Names);
  return input;
}

std::vector<const RosterAgency*> Unanswered(
    const std::vector<std::pair<AgencyId, Reading>>& readings, const Roster& roster,
    TimeMs asked_ms, bool any_hour) {
  std::vector<const RosterAgency*> agencies;
  for (const auto& [id, reading] : readings) {
    const RosterAgency* agency = roster.FindAgency(id);
    if (reading.Answered() || agency == nullptr) continue;
    const auto open =
        OpenAt(agency->duty.hours, agency->out_of_hours.hours, WeekTimeOf(asked_ms));
    if (any_hour || open == false) agencies.push_back(agency);
  }
  return agencies;
}

std::optional<TimeMs> WhenOpen(const std::vector<const RosterAgency*>& agencies, TimeMs now) {
  std::map<std::pair<std::string, std::string>, size_t> hours;   // and how many agencies have them
  for (const RosterAgency* agency : agencies) {
    ++hours[{agency->duty.hours, agency->out_of_hours.hours}];
  }
  std::optional<TimeMs> best;
  size_t best_open = 0;
  const TimeMs first = now / kMinuteMs * kMinuteMs;
  for (int minute = 1; minute <= kMinutesOfWeek; ++minute) {
    const TimeMs at = first + static_cast<TimeMs>(minute) * kMinuteMs;
    size_t open = 0;
    for (const auto& [one, n] : hours) open += IsOpen(one, at) ? n : 0;
    if (open > best_open) {
      best = at;
      best_open = open;
    }
    if (best_open == agencies.size()) break;
  }
  return best;
}

std::optional<TimeMs> NextAt(std::string_view time, TimeMs now) {
  const auto digit = [&](size_t i) { return time[i] >= '0' && time[i] <= '9'; };
  if (time.size() != 5 || time[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) {
    return std::nullopt;
  }
  const int hour = (time[0] - '0') * 10 + (time[1] - '0');
  const int minute = (time[3] - '0') * 10 + (time[4] - '0');
  if (hour > 23 || minute > 59) return std::nullopt;
  LondonTime next{LondonTimeOf(now).day, hour * 60 + minute};
  if (MsOf(next) <= now) next.day = Date::FromDays(next.day.days() + 1);
  return MsOf(next);
}

}  // namespace whoelse
