#include "node/answered_watch.h"

namespace whoelse {
namespace {

// More than a relay can log while an asker's call is open. What is older is as in a gap.
constexpr size_t kLeavesMax = 10'000;

bool Says(const AnsweredEntry& leaf, const ExpectedAnswered& expected) {
  return leaf.asked_index == expected.asked_index && leaf.answers_hash == expected.answers_hash;
}

}  // namespace

std::optional<AnsweredWatch::Differs> AnsweredWatch::OnClosed(const ExpectedAnswered& expected,
                                                              uint64_t covered) {
  if (!expected.answers_hash) return Differs{expected, std::nullopt};
  const uint64_t index = expected.answered_index;
  if (index >= covered) {
    const auto [it, added] = expected_.try_emplace(index, expected);
    // Two questions with one leaf: it cannot say what came of both.
    if (!added && it->second.frame_hash != expected.frame_hash) return Differs{expected, std::nullopt};
    return std::nullopt;
  }
  if (index < from_) return std::nullopt;
  const auto leaf = leaves_.find(index);
  if (leaf == leaves_.end()) return Differs{expected, std::nullopt};
  if (Says(leaf->second, expected)) return std::nullopt;
  return Differs{expected, leaf->second};
}

std::optional<AnsweredWatch::Differs> AnsweredWatch::OnLeaf(uint64_t index, const LogEntry& entry) {
  const auto* answered = std::get_if<AnsweredEntry>(&entry);
  if (answered != nullptr) leaves_.emplace(index, *answered);
  if (leaves_.size() > kLeavesMax) {
    from_ = leaves_.begin()->first + 1;
    leaves_.erase(leaves_.begin());
  }
  const auto found = expected_.extract(index);
  if (!found) return std::nullopt;
  if (answered != nullptr && Says(*answered, found.mapped())) return std::nullopt;
  return Differs{found.mapped(), answered == nullptr ? std::nullopt : std::optional(*answered)};
}

void AnsweredWatch::OnGap(uint64_t size) {
  leaves_.clear();
  from_ = size;
  expected_.erase(expected_.begin(), expected_.lower_bound(size));
}

}  // namespace whoelse
