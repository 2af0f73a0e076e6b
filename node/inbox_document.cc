#include "node/inbox_document.h"

#include <algorithm>
#include <utility>

#include "nlohmann/json.hpp"
#include "node/json_text.h"
#include "node/noted_json.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

absl::Status Damaged() { return absl::DataLossError("inbox: a document is damaged"); }

// Members of an object, each of the type that is asked for; remembers when one is not.
class Members {
 public:
  explicit Members(const Json& object) : object_(object), ok_(object.is_object()) {}
  bool ok() const { return ok_; }

  uint64_t Number(const char* key) {
    const Json* member = Find(key);
    return member != nullptr && Check(member->is_number_unsigned()) ? member->get<uint64_t>() : 0;
  }
  std::string Text(const char* key) {
    const Json* member = Find(key);
    return member != nullptr && Check(member->is_string()) ? member->get<std::string>() : "";
  }
  const Json& List(const char* key) {
    static const Json kNone = Json::array();
    const Json* member = Find(key);
    return member != nullptr && Check(member->is_array()) ? *member : kNone;
  }
  template <typename E, size_t N>
  E Enum(const char* key, const std::array<std::string_view, N>& names) {
    const std::optional<E> value = ByName<E>(Text(key), names);
    Check(value.has_value());
    return value.value_or(E{});
  }
  PersonRef Ref(const char* key) {
    PersonRef ref;
    Check(FromHex(Text(key), {ref.data(), PersonRef::kSize}));
    return ref;
  }
  // As RefsOf has them.
  std::vector<PersonRef> Refs(const char* key) {
    const Json* member = Find(key);
    if (member == nullptr || member->is_string()) return {Ref(key)};
    std::vector<PersonRef> refs;
    for (const Json& one : List(key)) {
      PersonRef ref;
      Check(one.is_string() &&
            FromHex(one.get_ref<const std::string&>(), {ref.data(), PersonRef::kSize}));
      refs.push_back(ref);
    }
    return refs;
  }
  std::vector<std::string> Texts(const char* key) {
    std::vector<std::string> texts;
    for (const Json& one : List(key)) {
      if (Check(one.is_string())) texts.push_back(one.get<std::string>());
    }
    return texts;
  }
  bool Has(const char* key) const { return object_.is_object() && object_.contains(key); }

 private:
  const Json* Find(const char* key) {
    ok_ = ok_ && object_.contains(key);
    return ok_ ? &object_[key] : nullptr;
  }
  bool Check(bool right) {
    ok_ = ok_ && right;
    return ok_;
  }
  const Json& object_;
  bool ok_;
};

Json StepOf(const InboxItem::Step& step) {
  Json json{{"at_ms", step.at_ms}, {"user", step.user}, {"ref", ToHex(step.ref)},
            {"outcome", step.outcome}, {"reason", step.reason}};
  if (!step.organisations.empty()) json["organisations"] = step.organisations;
  return json;
}

// One person as text, as it was before items were about several.
Json RefsOf(const std::vector<PersonRef>& refs) {
  if (refs.size() == 1) return ToHex(refs[0]);
  Json list = Json::array();
  for (const PersonRef& ref : refs) list.push_back(ToHex(ref));
  return list;
}

Json LineOf(const Line& line) { return {{"phone", line.number}, {"hours", line.hours}}; }

InboxItem QuestionItem(ItemKind kind, const Noted& noted, AgencyId me,
                       const std::vector<std::string>& organisations,
                       const WorkingCalendar& calendar, Random& random) {
  InboxItem item = NewItem(kind, noted.purpose, noted.received_ms, calendar, random);
  item.organisations = organisations;
  item.from = noted.agency;
  if (noted.agency == me && !noted.IsOfANode()) item.asked_by = {noted.practitioner_ref};
  for (const Noted::Decision& decision : noted.decisions) item.records.push_back(decision.record);
  Json about = NotedJson(noted);
  if (noted.reasons & Noted::kPossibleWrongChild) {
    about["warning"] = "date of birth differs or is missing: check that this is the right child";
  }
  item.about = JsonText(about);
  return item;
}

// A watch repeats a practitioner's question each week, and that one has called people about what
// they find here. That an agency asks what it may not is told each time.
struct ReasonKind {
  Noted::Reason reason;
  ItemKind kind;
  bool by_a_watch;
};
constexpr ReasonKind kReasonKinds[] = {
    {Noted::kPossibleWrongChild, ItemKind::kPossibleWrongChild, false},
    {Noted::kTwoChildren, ItemKind::kTwoChildren, false},
    {Noted::kPurposeNotAllowed, ItemKind::kPurposeNotAllowed, true},
    {Noted::kContactWasWrong, ItemKind::kContactWasWrong, false}};

// Reasons that single records give. Those of one organisation say nothing to another's people, who
// would hear of its records by them.
struct RecordReason {
  Noted::Reason reason;
  bool (Noted::Decision::*is_given_by)() const;
};
constexpr RecordReason kRecordReasons[] = {
    {Noted::kPossibleWrongChild, &Noted::Decision::IsInDoubt},
    {Noted::kTwoChildren, &Noted::Decision::IsOfTwoChildren},
    {Noted::kMoreRecords, &Noted::Decision::IsOfMore}};

// What can be done with it, for who looks at it.
Json ChoicesOf(const InboxItem& item) {
  Json choices = Json::array();
  if (item.state() == ItemState::kDone) return choices;
  for (const Choice& choice : RuleOf(item.kind).choices) {
    choices.push_back({{"command", std::string(Name(choice.verb))},
                       {"outcome", std::string(choice.outcome)},
                       {"needs_a_reason", choice.reason},
                       {"needs_two_people", choice.two_people}});
  }
  return choices;
}

absl::StatusOr<InboxItem> ConflictItem(const Json& document, const WorkingCalendar& calendar,
                                       Random& random) {
  Members members(document);
  const auto conflict = members.Enum<Conflict>("conflict", kConflictNames);
  const TimeMs raised = members.Number("raised_ms");
  const Json& records = members.List("records");
  std::vector<std::string> organisations;
  if (members.Has("organisations")) organisations = members.Texts("organisations");
  if (!members.ok()) return Damaged();
  InboxItem item = NewItem(ItemKind::kIdentityConflict, std::nullopt, raised, calendar, random);
  item.organisations = std::move(organisations);
  for (const Json& record : records) {
    if (!record.is_number_unsigned()) return Damaged();
    item.records.push_back(record.get<RecordId>());
  }
  item.about = JsonText({{"conflict", std::string(Name(conflict))},
                         {"records", records},
                         {"meanwhile", "they say nothing to anybody, and questions come to this inbox"},
                         {"before_it_is_settled",
                          "find out in your system whose each is, put it right there, and import"}});
  return item;
}

}  // namespace

std::string ItemDocument(const InboxItem& item) {
  Json json{{"id", item.id},
            {"kind", std::string(Name(item.kind))},
            {"raised_ms", item.raised_ms},
            {"visible_ms", item.visible_ms},
            {"due_ms", item.due_ms},
            {"named_officer_ms", item.named_officer_ms},
            {"page_after_ms", item.page_after_ms},
            {"from", item.from},
            {"records", item.records},
            {"about", item.about},
            {"fingerprint", item.fingerprint},
            {"steps", Json::array()}};
  if (item.paged) json["paged"] = std::string(Name(*item.paged));
  if (!item.asked_by.empty()) json["asked_by"] = RefsOf(item.asked_by);
  if (item.manager) json["manager"] = ToHex(*item.manager);
  if (!item.organisations.empty()) json["organisations"] = item.organisations;
  for (const InboxItem::Step& step : item.steps) json["steps"].push_back(StepOf(step));
  return JsonText(json);
}

absl::StatusOr<InboxItem> ReadItem(std::string_view document) {
  const Json json = JsonFrom(document);
  Members members(json);
  InboxItem item;
  item.id = members.Text("id");
  item.kind = members.Enum<ItemKind>("kind", kItemKindNames);
  item.raised_ms = members.Number("raised_ms");
  item.visible_ms = members.Number("visible_ms");
  item.due_ms = members.Number("due_ms");
  item.named_officer_ms = members.Number("named_officer_ms");
  item.page_after_ms = members.Number("page_after_ms");
  item.from = static_cast<AgencyId>(members.Number("from"));
  item.about = members.Text("about");
  item.fingerprint = members.Text("fingerprint");
  if (members.Has("paged")) item.paged = members.Enum<Desk>("paged", kDeskNames);
  if (members.Has("asked_by")) item.asked_by = members.Refs("asked_by");
  if (members.Has("manager")) item.manager = members.Ref("manager");
  if (members.Has("organisations")) item.organisations = members.Texts("organisations");
  for (const Json& record : members.List("records")) {
    if (!record.is_number_unsigned()) return Damaged();
    item.records.push_back(record.get<RecordId>());
  }
  for (const Json& one : members.List("steps")) {
    Members step(one);
    item.steps.push_back({step.Number("at_ms"), step.Text("user"), step.Ref("ref"),
                          step.Text("outcome"), step.Text("reason")});
    if (step.Has("organisations")) item.steps.back().organisations = step.Texts("organisations");
    if (!step.ok()) return Damaged();
  }
  if (!members.ok() || ItemDocument(item) != document) return Damaged();
  return item;
}

std::string ConflictDocument(Conflict conflict, const std::vector<RecordId>& records,
                             const std::set<std::string>& owners, TimeMs raised) {
  Json json{{"conflict", std::string(Name(conflict))}, {"raised_ms", raised}, {"records", records}};
  if (!owners.contains("")) json["organisations"] = owners;
  return JsonText(json);
}

absl::StatusOr<InboxItem> TakeUpDocument(std::string_view document, const WorkingCalendar& calendar,
                                         Random& random) {
  Json json = JsonFrom(document);
  Members members(json);
  if (members.Has("alarm")) {
    const TimeMs raised = members.Number("raised_ms");
    if (!members.ok()) return Damaged();
    InboxItem item = NewItem(ItemKind::kLogAlarm, std::nullopt, raised, calendar, random);
    item.about = std::string(document);
    return item;
  }
  if (members.Has("conflict")) return ConflictItem(json, calendar, random);
  const auto kind = members.Enum<ItemKind>("kind", kItemKindNames);
  const auto purpose = members.Enum<Purpose>("purpose", kPurposeNames);
  const TimeMs received = members.Number("received_ms");
  if (!members.ok()) return Damaged();
  InboxItem item = NewItem(kind, purpose, received, calendar, random);
  item.from = static_cast<AgencyId>(members.Number("agency"));
  for (const Json& one : members.List("records")) {
    Members record(one);
    item.records.push_back(static_cast<RecordId>(record.Number("record")));
    if (!record.ok()) return Damaged();
  }
  if (!members.ok()) return Damaged();
  json["decisions"] = json["records"];
  for (const char* key : {"kind", "received_ms", "records"}) json.erase(key);
  item.about = JsonText(json);
  return item;
}

bool JoinAlarm(InboxItem& open, const InboxItem& again) {
  if (open.kind != ItemKind::kLogAlarm || again.kind != ItemKind::kLogAlarm ||
      open.state() != ItemState::kOpen) {
    return false;
  }
  Json known = JsonFrom(open.about);
  const Json other = JsonFrom(again.about);
  for (const char* key : {"log", "alarm"}) {
    if (!known.contains(key) || !other.contains(key) || known[key] != other[key]) return false;
  }
  // An alarm may stand for others that its node did not even write down (node/alarm_gate.h).
  known["times"] = known.value("times", uint64_t{1}) + 1 + other.value("repeated", uint64_t{0});
  known["last_ms"] = again.raised_ms;
  open.about = JsonText(known);
  return true;
}

Json ItemRow(const InboxItem& item, TimeMs now) {
  Json row{{"id", item.id},
           {"kind", std::string(Name(item.kind))},
           {"state", std::string(Name(item.state()))},
           {"desk", std::string(Name(item.desk(now)))},
           {"overdue", item.Overdue(now)},
           {"due_ms", item.due_ms},
           {"raised_ms", item.raised_ms}};
  if (item.from != 0) row["from"] = item.from;
  if (!item.organisations.empty()) row["organisations"] = item.organisations;
  return row;
}

Json ItemPage(const InboxItem& item, TimeMs now) {
  Json page = ItemRow(item, now);
  page["about"] = JsonFrom(item.about);
  if (item.kind == ItemKind::kShieldToLift) page["about"] = {{"records", item.records}};
  page["decisions"] = Json::array();
  for (const InboxItem::Step& step : item.steps) {
    page["decisions"].push_back({{"at_ms", step.at_ms}, {"user", step.user},
                                 {"outcome", step.outcome}, {"reason", step.reason}});
  }
  page["choices"] = ChoicesOf(item);
  return page;
}

Json ItemPage(const InboxItem& item, const Roster& roster, TimeMs now) {
  Json page = ItemPage(item, now);
  const RosterAgency* const from = roster.FindAgency(item.from);
  if (from == nullptr) return page;
  page["from"] = from->name;
  page["ring"] = {{"duty", LineOf(from->duty)}, {"out_of_hours", LineOf(from->out_of_hours)}};
  return page;
}

std::map<std::string, Noted> PartsOf(const Noted& noted,
                                     const std::function<std::string(RecordId)>& organisation_of) {
  std::map<std::string, Noted> parts;
  for (const Noted::Decision& decision : noted.decisions) {
    const auto [part, fresh] = parts.emplace(organisation_of(decision.record), noted);
    if (fresh) part->second.decisions.clear();
    part->second.decisions.push_back(decision);
  }
  if (parts.empty()) parts.emplace("", noted);
  for (const RecordReason& one : kRecordReasons) {
    const auto gives = [&](const Noted& part) {
      return std::ranges::any_of(part.decisions, one.is_given_by);
    };
    if (!gives(noted)) continue;   // of before notes said whose
    for (auto& [organisation, part] : parts) {
      if (!gives(part)) part.reasons &= static_cast<uint8_t>(~one.reason);
    }
  }
  return parts;
}

std::vector<InboxItem> ItemsOf(const Noted& noted, AgencyId me,
                               const std::vector<std::string>& organisations,
                               const WorkingCalendar& calendar, Random& random) {
  std::vector<InboxItem> items;
  if (!noted.Opened()) return items;
  const auto add = [&](ItemKind kind) {
    items.push_back(QuestionItem(kind, noted, me, organisations, calendar, random));
  };
  if (noted.reasons & Noted::kShieldNotice) {   // also of a child that may be the wrong one
    add(ItemKind::kShieldNotice);
    return items;
  }
  const auto decided = [&](Outcome outcome) {
    return std::ranges::any_of(noted.decisions, [&](const Noted::Decision& decision) {
      return decision.outcome == outcome;
    });
  };
  const bool disclosed = decided(Outcome::kContact) || decided(Outcome::kDutyLine);
  for (const ReasonKind& reason : kReasonKinds) {
    // Every holder is told that somebody's contact was wrong; only who gave one can put it right.
    if (reason.kind == ItemKind::kContactWasWrong && !disclosed) continue;
    if (noted.IsOfANode() && !reason.by_a_watch) continue;
    if (noted.reasons & reason.reason) add(reason.kind);
  }
  if (decided(Outcome::kUrgent)) {
    add(ItemKind::kUrgent);
  } else if (decided(Outcome::kBrokered)) {
    add(ItemKind::kBrokered);
  }
  if (noted.purpose == Purpose::kEmergency) add(ItemKind::kEmergencyReview);
  return items;
}

void SetQuestion(InboxItem& item, const FrameHash& frame_hash) {
  Json about = JsonFrom(item.about);
  about["question"] = ReceiptNumber(frame_hash);
  item.about = JsonText(about);
}

InboxItem ItemOf(const FishingAlarm& alarm, AgencyId me, std::vector<std::string> organisations,
                 TimeMs raised, const WorkingCalendar& calendar, Random& random) {
  InboxItem item = NewItem(ItemKind::kPossibleFishing, std::nullopt, raised, calendar, random);
  item.organisations = std::move(organisations);
  item.from = alarm.agency;
  if (alarm.agency == me) item.asked_by = {alarm.practitioner};   // nobody looks into themselves
  item.about = JsonText({{"why", std::string(Name(alarm.rule))},
                         {"agency", alarm.agency},
                         {"practitioner", ToHex(alarm.practitioner)}});
  return item;
}

InboxItem RestoredItem(TimeMs made, TimeMs restored, const WorkingCalendar& calendar,
                       Random& random) {
  InboxItem item = NewItem(ItemKind::kRestored, std::nullopt, restored, calendar, random);
  item.about = JsonText({{"backup_made_ms", made},
                         {"restored_ms", restored},
                         {"meanwhile", "every child is shielded, and questions come to this inbox"},
                         {"before_it_is_lifted",
                          {"import the current exports",
                           "do again what people did to records since the backup",
                           "wait a week: every agency repeats its shield notices weekly"}}});
  return item;
}

std::vector<InboxItem> ItemsOf(const OwnQuestion& question, TimeMs raised,
                               const WorkingCalendar& calendar, Random& random) {
  std::vector<InboxItem> items;
  const Json about{{"question", question.receipt},
                   {"practitioner", ToHex(question.practitioner)},
                   {"purpose", std::string(Name(question.purpose))}};
  const auto add = [&](ItemKind kind, const Json& said) {
    InboxItem item = NewItem(kind, question.purpose, raised, calendar, random);
    item.from = question.me;
    item.asked_by = {question.practitioner};
    item.organisations = question.organisations;
    item.about = JsonText(said);
    items.push_back(std::move(item));
  };
  if (question.shield_notice) {
    add(ItemKind::kShieldSent, about);
  } else if (question.purpose == Purpose::kEmergency) {
    add(ItemKind::kEmergencyReview, about);
  }
  if (question.approval_to_follow) {
    Json said = about;
    said["shield_notice"] = question.shield_notice;
    said["case_reference"] = question.case_reference;
    said["user"] = question.user;
    said["manager"] = question.manager.empty() ? Json(nullptr) : Json(question.manager);
    add(ItemKind::kApprovalAfterwards, said);
  }
  return items;
}

InboxItem ReportItem(const std::vector<std::string>& put_back,
                     std::vector<std::string> organisations, TimeMs raised,
                     const WorkingCalendar& calendar, Random& random) {
  InboxItem item = NewItem(ItemKind::kRightsRequest, std::nullopt, raised, calendar, random);
  item.organisations = std::move(organisations);
  item.about = JsonText({{"put_back", put_back}});
  return item;
}

}  // namespace whoelse
