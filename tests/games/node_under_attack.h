// A node as a relay can play with it: frames go in, wires and refusals come out, the process ends
// and starts again. Everything inside is production code.
#ifndef WHOELSE_TESTS_GAMES_NODE_UNDER_ATTACK_H_
#define WHOELSE_TESTS_GAMES_NODE_UNDER_ATTACK_H_

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "node/reading.h"
#include "tests/node/register.h"

namespace whoelse::games {

inline constexpr TimeMs kSlotMs = 250;

class NodeUnderAttack {
 public:
  NodeUnderAttack(AgencyId agency, uint64_t seed)
      : seed_(seed), node_(std::make_unique<TestHolder>(agency, 7, seed)) {}
  virtual ~NodeUnderAttack() = default;

  TestHolder& node() { return *node_; }
  virtual void Deliver(CoordinatorId from, ByteView frame, ByteView admission, TimeMs now) {
    Holder::Reply reply = node_->holder.Handle(from, frame, admission, now);
    if (reply.refusal) out_.push_back(*std::move(reply.refusal));
  }
  // What has left the node by then, wires and refusals.
  virtual std::vector<Bytes> Collect(TimeMs now) {
    for (std::vector<SlotRecord> due; !(due = node_->Answers(now).records).empty();) {
      for (const SlotRecord& record : due) {
        committed_[record.frame_hash] = {record.wire, record.keep_until_s};
        out_.push_back(record.wire);
      }
    }
    node_->holder.Sweep(now);
    return std::exchange(out_, {});
  }
  // The process ends and starts again: what was committed is there.
  virtual void Restart() {
    auto fresh = std::make_unique<TestHolder>(node_->agency, 7, ++seed_);
    CopyRecordsTo(*fresh);
    for (const auto& [hash, kept] : committed_) {
      fresh->holder.RestoreWire(hash, kept.first, kept.second);
    }
    node_ = std::move(fresh);
  }

 protected:
  void CopyRecordsTo(TestHolder& other) const {
    for (const auto& [id, record] : node_->records.records) other.Hold(record);
  }
  std::vector<Bytes> out_;

 private:
  uint64_t seed_;
  std::unique_ptr<TestHolder> node_;
  std::map<FrameHash, std::pair<Bytes, TimeS>> committed_;
};

// The asker's reading of one thing that a relay hands over: the relay may leave out all others.
inline Reading ReadAlone(const Bytes& item, AgencyId agency, const Question& question,
                         const Roster& roster) {
  return ReadItem(item, agency,
                  {roster, question.frame.header(), question.frame.hash(), question.content_key,
                   question.reply_secret_key});
}
inline bool ShowsNothing(const Reading& reading) {
  return reading.Answered() && !reading.answer->disclosed;
}
inline bool ShowsDisclosed(const Reading& reading) {
  return reading.Answered() && reading.answer->disclosed;
}

// A signed "nothing disclosed", as a miss makes it.
inline Bytes NothingFor(const Frame& frame, AgencyId agency, Random& random) {
  Answer answer;
  answer.roster_version = frame.header().roster_version;
  answer.complete = {frame.header().kv_a, frame.header().kv_b};
  return *SealAnswer(answer.Sign(IdentityKeyOfAgency(agency), frame.hash(), agency), frame.hash(),
                     agency, frame.header().reply_key, random);
}

}  // namespace whoelse::games

#endif  // WHOELSE_TESTS_GAMES_NODE_UNDER_ATTACK_H_
