#include "node/subject_access.h"

#include <algorithm>

#include "node/noted_json.h"
#include "node/policy_looser.h"
#include "node/words.h"
#include "node/working_calendar.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

bool IsHidden(const Record& record) {
  return record.restrictions.shielded || record.restrictions.closed || record.shield_pending ||
         record.beside_closed;
}

// What became looser is told of no sooner than it is disclosed.
std::optional<LeftOut> LeftOutOf(const Record& record, Date today) {
  const ServiceClass strictest = StrictestClass(record, today);
  if (record.restrictions.covert) return LeftOut::kCovert;
  if (record.restrictions.subject_access_exempt) return LeftOut::kExempt;
  if (strictest == ServiceClass::kProtected) return LeftOut::kProtected;
  if (strictest == ServiceClass::kSensitive) return LeftOut::kSensitive;
  const bool somebody_else =
      record.about_parent_or_carer ||
      std::ranges::any_of(ActingBeside(record, today), &RowBasis::about_parent_or_carer);
  return somebody_else ? std::optional(LeftOut::kSomebodyElse) : std::nullopt;
}

bool IsTold(Purpose purpose) {
  switch (purpose) {
    case Purpose::kCoordination:
    case Purpose::kEarlyHelp:
    case Purpose::kSection17:
    case Purpose::kYouthJustice: return true;
    case Purpose::kConcern:
    case Purpose::kSection47:
    case Purpose::kMissingChild:
    case Purpose::kEmergency: return false;
  }
  return false;
}

std::string ReferenceOf(const HeldEntry& entry) { return "record-" + std::to_string(entry.record); }

std::string AnswerOf(const Noted& noted) {
  const auto decided = [&](Outcome outcome) {
    return std::ranges::any_of(noted.decisions, [&](const Noted::Decision& decision) {
      return decision.outcome == outcome;
    });
  };
  if (decided(Outcome::kContact)) return std::string(words::kContactGiven);
  return std::string(decided(Outcome::kDutyLine) ? words::kDutyLineGiven : words::kNothingDisclosed);
}

// No reference of anybody or anything: neither the practitioner's nor the question's.
Json ToldOf(const Noted& noted, const LookReader& reader) {
  Json told{{"asked_on", LondonTimeOf(noted.received_ms).day.Iso()},
            {"by", reader.NameOf(noted.agency)},
            {"why", std::string(NameOf(noted.purpose, words::kPurposes))},
            {"basis", BasisInWords(noted)}};
  // What others answered to this agency is theirs to tell.
  if (noted.agency != reader.agency) told["our_answer"] = AnswerOf(noted);
  return told;
}

// No name of a professional, a carer or a child, and no address: those are somebody else's, or in the
// system that the record came from, which answers for what it holds.
Json ToldOf(const HeldEntry& entry) {
  Json told{{"organisation", entry.organisation}, {"service", entry.service}};
  if (!entry.since.empty()) told["since"] = entry.since;
  if (!entry.until.empty()) told["until"] = entry.until;
  return told;
}

class Sorter {
 public:
  explicit Sorter(const std::set<std::string>& put_back) : missing_(put_back) {}

  // Whether the entry goes into the report.
  bool IsTold(const std::string& reference, std::optional<LeftOut> why, Json shown) {
    if (!why || missing_.erase(reference) != 0) return true;
    Json row{{"reference", reference}, {"left_out", std::string(Name(*why))}};
    row.update(std::move(shown));
    left_out_.push_back(std::move(row));
    return false;
  }
  // References that were of nothing left out.
  const std::set<std::string>& missing() const { return missing_; }
  Json left_out() && { return std::move(left_out_); }

 private:
  std::set<std::string> missing_;
  Json left_out_ = Json::array();
};

}  // namespace

std::vector<std::optional<LeftOut>> LeftOutOf(std::span<const Record> child, Date today) {
  std::vector<std::optional<LeftOut>> reasons;
  for (const Record& record : child) reasons.push_back(LeftOutOf(record, today));
  // Whoever may not learn where the child is must not learn it from an open record either.
  if (std::ranges::any_of(child, IsHidden)) reasons.assign(child.size(), LeftOut::kShielded);
  return reasons;
}

std::optional<LeftOut> LeftOutOf(const Noted& noted, const std::vector<HeldEntry>& held) {
  if ((noted.flags & kFlagShieldNotice) != 0) return LeftOut::kShieldNotice;
  if (!IsTold(noted.purpose)) return LeftOut::kPurpose;
  if ((noted.reasons & (Noted::kPossibleWrongChild | Noted::kTwoChildren)) != 0) {
    return LeftOut::kSomebodyElse;
  }
  if (held.empty()) return LeftOut::kNotHeld;
  std::optional<LeftOut> why;
  const bool more = (noted.reasons & Noted::kMoreRecords) != 0;
  // Of one without decisions, a question of this agency's own, all of the child's records speak;
  // also of one that was decided on more records than its note has room for.
  const bool all = noted.decisions.empty() || more;
  for (const HeldEntry& entry : held) {
    if (!why && (all || IsAbout(noted, {entry.record}))) why = entry.left_out;
  }
  if (why) return why;
  if (more) return LeftOut::kNotHeld;   // one of those may have gone since
  const bool known = std::ranges::all_of(noted.decisions, [&](const Noted::Decision& decision) {
    return std::ranges::find(held, decision.record, &HeldEntry::record) != held.end();
  });
  return known ? why : LeftOut::kNotHeld;
}

std::variant<SubjectAccess, FieldError> PrepareSubjectAccess(
    const SubjectAccessCase& c, const std::set<std::string>& put_back) {
  Sorter sorter(put_back);
  Json held = Json::array(), questions = Json::array();
  for (const HeldEntry& entry : c.held) {
    if (!entry.answers) continue;
    if (sorter.IsTold(ReferenceOf(entry), entry.left_out, ToldOf(entry))) {
      held.push_back(ToldOf(entry));
    }
  }
  for (const Noted& noted : c.looks) {
    const std::string reference = ReceiptNumber(noted.frame_hash);
    if (put_back.contains(reference) && c.reader.Asked(noted)) {
      return FieldError{"put-back", reference + " is a question that you asked yourself",
                        "leave it to another lead officer"};
    }
    if (sorter.IsTold(reference, LeftOutOf(noted, c.held), ToldOf(noted, c.reader))) {
      questions.push_back(ToldOf(noted, c.reader));
    }
  }
  if (!sorter.missing().empty()) {
    return FieldError{"put-back", *sorter.missing().begin() + " is of nothing that was left out",
                      "give the references as they are shown without --put-back"};
  }
  Json report{{"prepared_on", c.prepared_on},
              {"agency", c.reader.NameOf(c.reader.agency)},
              {"nhs_number", c.nhs_number.empty() ? Json(nullptr) : Json(c.nhs_number)},
              {"what_we_hold", std::move(held)},
              {"who_asked", std::move(questions)},
              {"note", std::string(words::kSomeLeftOut)}};
  return SubjectAccess{std::move(report), std::move(sorter).left_out()};
}

}  // namespace whoelse
