#include "node/policy_in_force.h"

#include <algorithm>
#include <utility>

#include "node/policy_looser.h"

namespace whoelse {
namespace {

// version u8 | ever adopted u8 | looser_on u32 (0: nothing waits) | the cells that are wanted and
// those that act, row by row, u8 each.
constexpr uint8_t kStateVersion = 1;

bool ReadCells(Reader& in, PolicyCells& cells) {
  for (auto& row : cells) {
    for (Outcome& cell : row) {
      const uint8_t number = in.U8();
      if (number < 1 || number > kOutcomeNames.size()) return false;
      cell = static_cast<Outcome>(number);
    }
  }
  return true;
}

}  // namespace

PolicyInForce::PolicyInForce(Policy policy, Date today)
    : policy_(std::move(policy)),
      wanted_(policy_.WantedOn(today)),
      acting_(wanted_),
      ever_adopted_(policy_.adoption.has_value()) {}

Bytes PolicyInForce::Serialize() const {
  Writer out;
  out.U8(kStateVersion).U8(ever_adopted_ ? 1 : 0).U32(looser_on_ ? looser_on_->ymd() : 0);
  for (const PolicyTable* table : {&wanted_, &acting_}) {
    for (const auto& row : table->cells) {
      for (const Outcome cell : row) out.U8(static_cast<uint8_t>(cell));
    }
  }
  return out.Take();
}

absl::StatusOr<PolicyInForce> PolicyInForce::Restore(ByteView state, Policy policy, Date today) {
  PolicyInForce restored;
  Reader in(state);
  const uint8_t version = in.U8(), ever_adopted = in.U8();
  const uint32_t looser_on = in.U32();
  const absl::StatusOr<Date> day = Date::FromYmd(looser_on);
  if (version != kStateVersion || ever_adopted > 1 || (looser_on != 0 && !day.ok()) ||
      !ReadCells(in, restored.wanted_.cells) || !ReadCells(in, restored.acting_.cells) ||
      !in.Done()) {
    return absl::DataLossError("the stored policy state is not what this program writes");
  }
  restored.ever_adopted_ = ever_adopted == 1;
  if (looser_on != 0) restored.looser_on_ = *day;
  restored.Adopt(std::move(policy), today);
  return restored;
}

void PolicyInForce::Adopt(Policy policy, Date today) {
  // Before the new policy counts: what waited for a day that is over was the old one's.
  TakeUpWhatWaited(today);
  policy_ = std::move(policy);
  if (policy_.adoption && !std::exchange(ever_adopted_, true)) return LetThrough(today);
  Advance(today);
}

void PolicyInForce::TakeUpWhatWaited(Date today) {
  if (!looser_on_ || today < *looser_on_) return;
  acting_ = wanted_;
  looser_on_.reset();
}

void PolicyInForce::Advance(Date today) {
  TakeUpWhatWaited(today);
  wanted_ = policy_.WantedOn(today);
  for (size_t row = 0; row < kPolicyRows; ++row) {
    for (size_t column = 0; column < kPolicyColumns; ++column) {
      const Outcome then = wanted_.cells[row][column];
      if (!IsLooser(then, acting_.cells[row][column])) acting_.cells[row][column] = then;
    }
  }
  if (acting_ == wanted_) {
    looser_on_.reset();
  } else {
    // All that waits has one day: what began to wait in an earlier month has been taken up. A clock
    // that was put back does not bring the day forward.
    looser_on_ = std::max(looser_on_.value_or(today), FirstOfNextMonth(today));
  }
}

void PolicyInForce::LetThrough(Date today) {
  acting_ = wanted_ = policy_.WantedOn(today);
  looser_on_.reset();
}

std::vector<PolicyInForce::WaitingCell> PolicyInForce::Waiting() const {
  std::vector<WaitingCell> waiting;
  for (size_t row = 0; row < kPolicyRows; ++row) {
    for (size_t column = 0; column < kPolicyColumns; ++column) {
      const Outcome now = acting_.cells[row][column], then = wanted_.cells[row][column];
      if (now != then) waiting.push_back({row, column, now, then});
    }
  }
  return waiting;
}

}  // namespace whoelse
