#include "node/watch.h"

#include <algorithm>

#include "node/asker_rules.h"

namespace whoelse {
namespace {

constexpr uint64_t kSpread = 2'654'435'761;   // odd: agencies' ids fall all over a slot

FieldError NotWatched(const char* field, std::string reason, std::string remedy) {
  return {field, std::move(reason), std::move(remedy)};
}

bool MayWatch(const RosterAgency& agency, Purpose purpose) {
  return (purpose == Purpose::kSection17 || purpose == Purpose::kSection47) &&
         agency.MayAsk(purpose) && KindMayAsk(agency.kind, purpose);
}

AskPlan OwnPlanOf(Statement statement, const RosterAgency& agency) {
  statement.agency = agency.id;
  statement.relays = agency.relays;
  statement.organisation = agency.organisation;
  statement.role = Role::kNodeItself;
  statement.practitioner_ref = PersonRef();
  statement.approver_ref = PersonRef();
  statement.flags = 0;
  AskPlan plan;
  plan.statement = std::move(statement);
  return plan;
}

Digest HashOf(const char* label, std::initializer_list<std::string_view> texts,
              std::initializer_list<uint64_t> numbers) {
  Writer out;
  for (const std::string_view text : texts) {
    out.U32(static_cast<uint32_t>(text.size())).Raw(AsBytes(text));
  }
  for (const uint64_t number : numbers) out.U64(number);
  return H(label, out.view());
}

// When a contact was verified is left out: that alone is no news.
SeenEntry SeenOf(const AnswerEntry& entry) {
  const uint64_t flags = entry.flags & (kEntryLeadProfessional | kEntryEnded);
  const uint64_t about = entry.flags & kEntryAboutParentOrCarer;
  return {HashOf("node/watch-key", {entry.organisation, entry.service}, {about}),
          HashOf("node/watch-content",
                 {entry.organisation, entry.service, entry.team, entry.name, entry.role,
                  entry.phone, entry.email},
                 {static_cast<uint64_t>(entry.kind), flags, entry.since}),
          (entry.flags & kEntryEnded) != 0};
}

// What of this entry is told; nullptr: nothing. The entry that it was before is taken out of
// `before`.
const char* WhatIsNew(const SeenEntry& now, std::vector<SeenEntry>& before) {
  auto was = std::ranges::find_if(before, [&](const SeenEntry& one) {
    return one.key == now.key && one.content == now.content;
  });
  if (was == before.end()) was = std::ranges::find(before, now.key, &SeenEntry::key);
  if (was == before.end()) return now.ended ? "ended" : "new contact";
  const SeenEntry old = *was;
  before.erase(was);
  if (old.content == now.content) return nullptr;
  return now.ended && !old.ended ? "ended" : "changed";
}

}  // namespace

WatchSlot SlotAt(TimeMs now, uint64_t a_week, AgencyId agency) {
  const uint64_t slot_ms = kWeekMs / a_week;
  const uint64_t shifted = now + agency * kSpread % slot_ms;
  const uint64_t position = std::min(shifted % kWeekMs / slot_ms, a_week - 1);
  return {shifted / kWeekMs, position, a_week - position};
}

std::optional<size_t> ChooseWatch(size_t due, const WatchSlot& slot, Random& random) {
  if (due == 0 || random.Below(slot.left) >= due) return std::nullopt;
  return random.Below(due);
}

std::optional<FieldError> CheckWatched(const AskedBefore& asked, std::string_view case_reference) {
  const Statement& statement = asked.statement;
  if (statement.purpose != Purpose::kSection17 && statement.purpose != Purpose::kSection47) {
    return NotWatched("number", "is of a question for another purpose than section-17 and section-47",
                      "a watch is for those two; ask for one of them first");
  }
  if (statement.Has(kFlagShieldNotice)) {
    return NotWatched("number", "is of a shield notice", "give the receipt of a question");
  }
  if (statement.role == Role::kNodeItself) {
    return NotWatched("number", "is of a question that a watch asked",
                      "ask yourself, and watch that question");
  }
  // Who sets a watch knows which case it is for, and says so each time.
  if (case_reference.empty() || case_reference != asked.case_reference) {
    return NotWatched("case", "is not the case of that question", "give the question's case reference");
  }
  return std::nullopt;
}

std::optional<AskPlan> WatchQuestion(const AskedBefore& asked, const Roster& roster, AgencyId me,
                                     const std::string& organisation) {
  const RosterAgency* agency = roster.FindAgency(me);
  if (agency == nullptr || !MayWatch(*agency, asked.statement.purpose)) return std::nullopt;
  AskPlan plan = OwnPlanOf(asked.statement, *agency);
  if (!organisation.empty()) plan.statement.organisation = organisation;
  plan.case_reference = asked.case_reference;
  plan.holds = true;
  return plan;
}

std::optional<AskPlan> BeatQuestion(const Roster& roster, AgencyId me) {
  const RosterAgency* agency = roster.FindAgency(me);
  if (agency == nullptr) return std::nullopt;
  for (const Purpose purpose : {Purpose::kSection17, Purpose::kSection47}) {
    if (!MayWatch(*agency, purpose)) continue;
    Statement statement{};
    const Basis basis = UsualBasis(*agency, purpose);
    statement.purpose = purpose;
    statement.power = basis.power;
    statement.article6 = basis.article6;
    statement.article9 = basis.article9;
    return OwnPlanOf(std::move(statement), *agency);
  }
  return std::nullopt;
}

std::vector<Difference> Compare(const std::vector<std::pair<AgencyId, Reading>>& readings,
                                const Roster& roster, TimeMs now, const std::string& receipt,
                                Seen& seen) {
  std::vector<Difference> differences;
  for (const auto& [id, reading] : readings) {
    if (!reading.Answered()) continue;   // it may have changed; that is not known
    std::vector<SeenEntry> before = std::exchange(seen[id], {});
    for (const AnswerEntry& entry : reading.answer->entries) {
      seen[id].push_back(SeenOf(entry));
      const char* what = WhatIsNew(seen[id].back(), before);
      if (what == nullptr) continue;
      const RosterAgency* agency = roster.FindAgency(id);
      differences.push_back({now, receipt, agency == nullptr ? "" : agency->name,
                             entry.organisation, entry.service, what});
    }
  }
  return differences;
}

}  // namespace whoelse
