#include "node/notice_keeper.h"

#include <algorithm>
#include <chrono>

#include "rpc/log.h"

namespace whoelse {
namespace {

constexpr std::chrono::seconds kLook{1};   // between two looks at the clock

}  // namespace

NoticeKeeper::NoticeKeeper(AgencyId agency, const Secret<32>& key, RocksdbStore& store,
                           Registry& registry, QuestionAsker& asker, RosterBoard& board,
                           const Clock& clock)
    : agency_(agency), key_(key), store_(store), registry_(registry), asker_(asker),
      board_(board), clock_(clock), thread_([this] { Run(); }) {}

NoticeKeeper::~NoticeKeeper() {
  pause_.End();
  thread_.join();
}

absl::StatusOr<uint32_t> NoticeKeeper::Rate() const {
  const auto notices = store_.ReadSentNotices();
  if (!notices.ok()) return notices.status();
  const std::shared_ptr<const Roster> roster = board_.Read().roster;
  const RosterAgency* const me = roster->FindAgency(agency_);
  return RepeatsPerDay(notices->size(), me == nullptr ? 0 : me->ask_per_day);
}

void NoticeKeeper::Run() {
  TimeMs due = 0, looked = clock_.NowMs();
  while (pause_.For(kLook)) {
    const TimeMs now = clock_.NowMs();
    // A clock that was set back has no moment behind it.
    if (due == 0 || now < looked) {
      const auto rate = Rate();
      if (!rate.ok()) {
        Log(LogLevel::kAlarm, "notices_unreadable", {{LogField::kError, rate.status()}});
        continue;
      }
      due = NextRepeatMoment(key_, now, *rate);
    }
    looked = now;
    if (now < due) continue;
    SendOne();
    due = 0;
  }
}

absl::StatusOr<std::optional<SentNotice>> NoticeKeeper::Next(TimeMs now) const {
  const auto rate = Rate();
  if (!rate.ok()) return rate.status();
  auto notices = store_.ReadSentNotices();
  if (!notices.ok()) return notices.status();
  while (const auto place = NextToRepeat(*notices, now, *rate)) {
    const SentNotice& notice = (*notices)[*place];
    const auto held = registry_.RecordsOf(notice.subject, Organisations::All());
    if (!held.ok()) return held.status();
    const bool stands = std::ranges::any_of(*held, [](const Record& record) {
      return record.restrictions.shielded || record.shield_pending;
    });
    if (stands) return std::optional(notice);
    store_.EndSentNotice(notice.subject);
    notices->erase(notices->begin() + static_cast<std::ptrdiff_t>(*place));
  }
  return std::optional<SentNotice>();
}

void NoticeKeeper::SendOne() {
  const TimeMs now = clock_.NowMs();
  auto notice = Next(now);
  if (!notice.ok()) {
    Log(LogLevel::kAlarm, "notices_unreadable", {{LogField::kError, notice.status()}});
    return;
  }
  const auto plan = [&](const Roster& roster) -> std::optional<AskPlan> {
    const RosterAgency* const me = roster.FindAgency(agency_);
    if (me == nullptr) return std::nullopt;
    AskPlan repetition;
    repetition.statement = RepetitionOf(*notice, *me);
    return repetition;
  };
  const auto given = asker_.AskAsNode(plan, {{}, {AskedAs::kRepetition, {}}, ""});
  // What did not leave goes at the next moment.
  if (std::holds_alternative<ServiceError>(given) || !notice->has_value()) return;
  (*notice)->last_ms = now;
  store_.WriteSentNotice(**notice);
}

}  // namespace whoelse
