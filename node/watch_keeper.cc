#include "node/watch_keeper.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "nlohmann/json.hpp"
#include "node/callers.h"
#include "node/day_of.h"
#include "node/door_reply.h"
#include "rpc/log.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;
using Arranged = RocksdbStore::Arranged;

constexpr std::chrono::seconds kLook{1};

absl::Status Wrong(const FieldError& error) {
  return absl::InvalidArgumentError(error.field + ": " + error.reason + "; " + error.remedy);
}

absl::Status NoSuchWatch() {
  return Wrong({"number", "is of no watch of yours", "look it up with whoelse watch list"});
}

Digest DigestOf(const FrameHash& hash) {
  return Digest{std::span<const uint8_t, 32>(hash.data(), 32)};
}

Json RowOf(const Watch& watch) {
  return {{"receipt", ReceiptNumber(watch.first)},
          {"case_reference", watch.case_reference},
          {"purpose", std::string(Name(watch.purpose))},
          {"until_ms", watch.until_ms()},
          {"asked_ms", watch.asked_ms == 0 ? Json(nullptr) : Json(watch.asked_ms)},
          {"differences", watch.differences.size()},
          {"ended", watch.GoesOn() ? Json(nullptr) : Json(watch.ended)}};
}

Json PageOf(const Watch& watch) {
  Json page = RowOf(watch);
  page["set_by"] = watch.user;
  page["differences"] = Json::array();
  for (const Difference& difference : watch.differences) {
    page["differences"].push_back({{"at_ms", difference.at_ms},
                                   {"what", difference.what},
                                   {"agency", difference.agency},
                                   {"organisation", difference.organisation},
                                   {"service", difference.service},
                                   {"receipt", difference.receipt}});
  }
  return page;
}

}  // namespace

WatchKeeper::WatchKeeper(Parts parts) : parts_(parts) {
  const absl::Status read = parts_.store.ForEachArranged(
      Arranged::kWatch, [&](std::string_view, std::string_view document) {
        auto watch = ReadWatchDocument(document);
        if (!watch.ok()) return watch.status();
        const FrameHash first = watch->first;
        watches_[first] = *std::move(watch);
        return absl::OkStatus();
      });
  if (!read.ok()) Log(LogLevel::kAlarm, "store_unreadable", {{LogField::kError, read}});
  thread_ = std::thread([this] { Run(); });
}

WatchKeeper::~WatchKeeper() {
  pause_.End();
  thread_.join();
}

TrailNote WatchKeeper::NoteOf(const std::string& user, Deed deed, const Watch& watch) const {
  TrailNote note = whoelse::NoteOf(ActorOf(parts_.config, parts_.asker, user), deed,
                                   parts_.clock.NowMs());
  return note.Add(Fact::kReceipt, ReceiptNumber(watch.first));
}

void WatchKeeper::Keep(const Watch& watch, const TrailNote* by) {
  parts_.store.WriteArranged(Arranged::kWatch, ToHex(watch.first), WatchDocument(watch), by);
  watches_[watch.first] = watch;
}

bool WatchKeeper::MaySee(const std::string& user, const Watch& watch) const {
  if (parts_.asker.RefOf(user) == watch.practitioner) return true;
  const Person* const person = parts_.config.FindPerson(user);
  if (person == nullptr || !kLeadOfficers.FirstOf(person->duties)) return false;
  if (person->organisations.all()) return true;
  const auto asked = parts_.desk.AskedIn(watch.first);
  return asked.ok() && person->organisations.Has(asked->statement.organisation);
}

const Watch* WatchKeeper::Find(const std::string& user, const std::string& number) const {
  for (const auto& [first, watch] : watches_) {
    if (ReceiptNumber(first) == number && MaySee(user, watch)) return &watch;
  }
  return nullptr;
}

absl::StatusOr<Json> WatchKeeper::Add(const std::string& user, const Wish& wish) {
  const uint32_t a_week = parts_.config.watch_a_week;
  if (a_week == 0) {
    return Wrong({"number", "cannot be watched: this agency watches nobody",
                  "have the operator set watch.a_week in the node's configuration"});
  }
  const auto own = parts_.desk.FindOwn(user, wish.number);
  if (!own.ok()) return own.status();
  if (const auto error = CheckWatched(own->asked, wish.case_reference)) return Wrong(*error);
  if (!wish.does_not_know_them) {
    return Wrong({"i-do-not-know-them", "is missing: a watch is for work only",
                  "say that you do not know this child or family outside work, or let a colleague "
                  "set it"});
  }
  const auto answer = parts_.desk.ReadingsIn(own->row);
  if (!answer.ok()) return answer.status();
  Watch watch;
  watch.first = own->row.frame_hash;
  watch.user = user;
  watch.practitioner = own->row.asked_for.practitioner;
  watch.purpose = own->row.purpose;
  watch.case_reference = wish.case_reference;
  watch.since_ms = own->row.asked_ms;
  // What the practitioner has read is not told to them again.
  (void)Compare(answer->readings, answer->roster, watch.since_ms, wish.number, watch.seen);
  std::optional<AskedBefore> asked;
  if (const std::string why = WhyEnded(watch, asked); !why.empty()) {
    return Wrong({"number", "cannot be watched: " + why, "ask anew when that is no longer so"});
  }
  const std::lock_guard lock(mutex_);
  size_t all = 0, mine = 0;
  for (const auto& [first, other] : watches_) {
    if (!other.GoesOn() || first == watch.first) continue;
    ++all;
    mine += other.practitioner == watch.practitioner ? 1 : 0;
  }
  if (all >= a_week || mine >= kWatchesOfOne) {
    return absl::ResourceExhaustedError(
        mine >= kWatchesOfOne ? "you watch 20 children; end a watch first"
                              : "this agency watches as many children as its rate allows; end a watch, "
                                "or have the operator raise watch.a_week");
  }
  const TrailNote by = NoteOf(user, Deed::kAddWatch, watch);
  Keep(watch, &by);
  return PageOf(watch);
}

absl::StatusOr<Json> WatchKeeper::End(const std::string& user, const std::string& number) {
  const std::lock_guard lock(mutex_);
  const Watch* const found = Find(user, number);
  if (found == nullptr || !found->GoesOn()) return NoSuchWatch();
  Watch watch = *found;
  watch.ended = "by " + user;
  const TrailNote by = NoteOf(user, Deed::kEndWatch, watch);
  Keep(watch, &by);
  return PageOf(watch);
}

Json WatchKeeper::List(const std::string& user) const {
  const std::lock_guard lock(mutex_);
  Json watches = Json::array();
  for (const auto& [first, watch] : watches_) {
    if (MaySee(user, watch)) watches.push_back(RowOf(watch));
  }
  return {{"watches", watches}};
}

absl::StatusOr<Json> WatchKeeper::Show(const std::string& user,
                                       const std::string& number) const {
  const std::lock_guard lock(mutex_);
  const Watch* const watch = Find(user, number);
  if (watch == nullptr) return NoSuchWatch();
  return PageOf(*watch);
}

void WatchKeeper::Run() {
  const uint32_t a_week = parts_.config.watch_a_week;
  std::optional<WatchSlot> last;
  do {
    if (a_week == 0) continue;
    const WatchSlot slot = SlotAt(parts_.clock.NowMs(), a_week, parts_.config.agency);
    if (last == slot) continue;
    // Not in the slot of the start: restarts must not add questions.
    if (std::exchange(last, slot)) AskIn(slot);
  } while (pause_.For(kLook));
}

std::string WatchKeeper::WhyEnded(const Watch& watch, std::optional<AskedBefore>& asked) const {
  const TimeMs now = parts_.clock.NowMs();
  if (now >= watch.until_ms()) return "six weeks are over: ask again, and watch that question";
  const Person* const person = parts_.config.FindPerson(watch.user);
  if (person == nullptr) {
    return "who set it is not among this agency's people any more";
  }
  auto before = parts_.desk.AskedIn(watch.first);
  if (!before.ok()) return "what was asked is not kept any more";
  const Organisations theirs = parts_.config.OneOrganisation(before->statement.organisation);
  if (!WatchQuestion(*before, *parts_.board.Read().roster, parts_.config.agency, theirs.code())) {
    return "this agency may not ask for its purpose";
  }
  if (!person->organisations.Covers(theirs)) {
    return "who set it does not act for its organisation any more";
  }
  const auto held = parts_.registry.RecordsOf(before->statement.subject, theirs);
  if (!held.ok()) return "the records here cannot be read";
  if (!HoldsLive(*held, before->statement.subject, DayOf(now))) {
    return "this agency holds no live record of the child";
  }
  if (IsOwnFamily(person->own, *held)) return "it is for a colleague to watch";
  asked = *std::move(before);
  return "";
}

void WatchKeeper::EndDue() {
  std::vector<Watch> all;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [first, watch] : watches_) all.push_back(watch);
  }
  const TimeMs now = parts_.clock.NowMs();
  for (Watch& watch : all) {
    std::optional<AskedBefore> asked;
    const std::string why = watch.GoesOn() ? WhyEnded(watch, asked) : "";
    const std::lock_guard lock(mutex_);
    const auto kept = watches_.find(watch.first);
    if (kept == watches_.end() || kept->second != watch) continue;   // changed meanwhile
    if (now >= watch.until_ms() + kWatchLastsMs) {                   // long over
      parts_.store.DropArranged(Arranged::kWatch, ToHex(watch.first));
      watches_.erase(kept);
    } else if (!why.empty()) {
      watch.ended = why;
      Keep(watch);
    }
  }
}

void WatchKeeper::AskIn(const WatchSlot& slot) {
  EndDue();
  std::vector<Watch> due;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [first, watch] : watches_) {
      if (watch.GoesOn() && watch.asked_week != slot.week) due.push_back(watch);
    }
  }
  std::optional<AskedBefore> asked;
  if (const auto chosen = ChooseWatch(due.size(), slot, parts_.random)) {
    const Watch& watch = due[*chosen];
    if (WhyEnded(watch, asked).empty() && asked) return Ask(watch, *asked, slot);
  }
  (void)parts_.asker.AskAsNode(
      [&](const Roster& roster) { return BeatQuestion(roster, parts_.config.agency); },
      {PersonRef(), {AskedAs::kBeat, Digest()}, ""});
}

void WatchKeeper::Ask(const Watch& chosen, const AskedBefore& asked, const WatchSlot& slot) {
  const std::string organisation =
      parts_.config.OneOrganisation(asked.statement.organisation).code();
  const auto given = parts_.asker.AskAsNode(
      [&](const Roster& roster) {
        return WatchQuestion(asked, roster, parts_.config.agency, organisation);
      },
      {chosen.practitioner, {AskedAs::kWatch, DigestOf(chosen.first)}, chosen.case_reference,
       organisation});
  const std::lock_guard lock(mutex_);
  const auto kept = watches_.find(chosen.first);
  if (kept == watches_.end() || !kept->second.GoesOn()) return;   // ended meanwhile
  Watch watch = kept->second;
  // Also when nothing came of it: a slot is not made up for, or its failures would shift the rate.
  watch.asked_week = slot.week;
  if (const auto* answer = std::get_if<QuestionAsker::Given>(&given)) {
    watch.asked_ms = parts_.clock.NowMs();
    const auto differences =
        Compare(answer->readings, *parts_.board.Read().roster, watch.asked_ms,
                ReceiptNumber(answer->frame_hash), watch.seen);
    watch.differences.insert(watch.differences.begin(), differences.begin(), differences.end());
    if (watch.differences.size() > kDifferencesMax) watch.differences.resize(kDifferencesMax);
  }
  Keep(watch);
}

}  // namespace whoelse
