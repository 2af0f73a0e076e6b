#include "node/notice_repeats.h"

#include <algorithm>
#include <array>

#include "crypto/hash.h"
#include "node/asker_rules.h"

namespace whoelse {
namespace {

constexpr TimeMs kDayMs = 86'400'000, kWeekMs = 7 * kDayMs;
constexpr std::array<uint32_t, 4> kRates = {4, 16, 64, 256};   // each parts a day equally

TimeMs MomentIn(const Secret<32>& key, uint64_t interval, TimeMs width) {
  const Bytes which = Writer().U64(interval).U64(width).Take();
  const Secret<32> drawn = K(key.Reveal(), "node/notice-moment", {which});
  return interval * width + Reader(drawn.Reveal()).U64() % width;
}

}  // namespace

uint32_t RepeatsPerDay(size_t notices, uint32_t ask_per_day) {
  uint32_t rate = kRates.back();
  for (const uint32_t one : kRates) {
    if (one * 7 >= notices) rate = std::min(rate, one);
  }
  return std::max(std::min(rate, ask_per_day / 4), 1u);
}

TimeMs NextRepeatMoment(const Secret<32>& key, TimeMs after, uint32_t per_day) {
  const TimeMs width = kDayMs / per_day;
  const TimeMs moment = MomentIn(key, after / width, width);
  return moment > after ? moment : MomentIn(key, after / width + 1, width);
}

std::optional<size_t> NextToRepeat(const std::vector<SentNotice>& notices, TimeMs now,
                                   uint32_t per_day) {
  // What went out by a clock that was ahead went out nobody knows when: it would wait for that clock's
  // week to be over, a year if need be.
  const auto last = [now](const SentNotice& n) { return n.last_ms > now ? TimeMs{0} : n.last_ms; };
  const auto longest = std::ranges::min_element(notices, {}, last);
  // A week at the most: what would be late at the end of the next interval goes now.
  const TimeMs latest_next = now + 2 * (kDayMs / per_day);
  if (longest == notices.end() || last(*longest) + kWeekMs > latest_next) return std::nullopt;
  return static_cast<size_t>(longest - notices.begin());
}

Statement RepetitionOf(const std::optional<SentNotice>& notice, const RosterAgency& agency) {
  Statement statement{};
  statement.agency = agency.id;
  statement.relays = agency.relays;
  statement.organisation = agency.organisation;
  statement.role = Role::kNodeItself;
  statement.purpose = Purpose::kConcern;
  const Basis basis = UsualBasis(agency, statement.purpose);
  statement.power = basis.power;
  statement.article6 = basis.article6;
  statement.article9 = basis.article9;
  if (!notice) return statement;
  statement.flags = kFlagShieldNotice;
  statement.subject = notice->subject;
  statement.born = notice->born;
  return statement;
}

}  // namespace whoelse
