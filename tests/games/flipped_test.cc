// Game 5: a relay flips a byte of F for one node and looks at what that node does: whether it can
// see from it that the node holds the child.
#include <gtest/gtest.h>

#include "tests/games/forge.h"
#include "tests/games/game.h"
#include "tests/games/node_under_attack.h"

namespace whoelse::games {
namespace {

// What can be seen of a node from outside, and from its disk: sizes, codes, times, reads. What is
// sealed is random to everybody.
using View = std::vector<uint64_t>;

class ProbedNode {
 public:
  ProbedNode(bool holds, uint64_t seed) : node_(kSurgery, 7, seed) {
    node_.Hold(RecordOfChild(kTwins[holds ? 0 : 1]));
  }
  virtual ~ProbedNode() = default;

  // Adds what is seen; the item that came, if any.
  std::optional<Bytes> Deliver(ByteView frame, TimeMs now, View& view) {
    const Admission admission = Admit(Frame::HashOf(frame), index_++, now);
    const int reads = node_.records.reads;
    std::optional<Bytes> item = Objection(frame, admission);
    if (!item) item = node_.holder.Handle(kRelay, frame, admission.Serialize(), now).refusal;
    view.push_back(item ? static_cast<uint64_t>(Refusal::Parse(*item)->code) : 0);
    const SlotBatch batch = node_.Answers(now + kSlotMs);
    view.push_back(batch.records.empty() ? 0 : batch.release_ms - now);
    for (const SlotRecord& record : batch.records) {
      for (const uint64_t seen : {uint64_t{record.coordinator}, record.index,
                                  uint64_t{record.wire.size()}, record.keep_until_s,
                                  uint64_t{record.repeated}}) {
        view.push_back(seen);
      }
      item = record.wire;
    }
    view.push_back(node_.records.reads - reads);
    return item;
  }

 protected:
  virtual std::optional<Bytes> Objection(ByteView, const Admission&) { return std::nullopt; }
  TestHolder node_;

 private:
  uint64_t index_ = 1;
};

// Strawman: who could unwrap a key says so when the body does not open.
class LoudAfterAeadFailure final : public ProbedNode {
 public:
  using ProbedNode::ProbedNode;

 protected:
  std::optional<Bytes> Objection(ByteView bytes, const Admission& admission) override {
    const auto frame = Frame::Parse(bytes, VectorFederation());
    if (!frame.ok()) return std::nullopt;
    const Header& header = frame->header();
    for (uint8_t j = 0; j < kSlotsByNumber; ++j) {
      const KeyType type = kSubjectPositions[j];
      const Slot& slot = header.slots[j];
      for (RecordId id : node_.holder.index().Scan(type, 1, header.nonce, j, slot.check)) {
        const Secret<32> wrap = *node_.records.ReadWrapKey(id, type, 1);
        if (OpenBody(*frame, Unwrap(slot, wrap, header.nonce, j)).ok()) continue;
        Refusal refusal{kSurgery, frame->hash(), RefusalCode::kFormat, 7, admission.index,
                        admission.time_ms, {}};
        refusal.Sign(IdentityKeyOfAgency(kSurgery));
        return refusal.Serialize();
      }
    }
    return std::nullopt;
  }
};

// Flips each byte of F once, for a node that holds the child and for one that does not, and says
// which is which from what it has seen of such nodes before.
template <typename Node>
class ByteFlipper {
 public:
  explicit ByteFlipper(uint64_t seed) : random_(seed), question_(Ask(BasicStatement(), random_)) {}

  Tally Play(size_t flips) {
    const size_t size = question_.frame.bytes().size();
    for (int i = 0; i < 120; ++i) {
      const Bytes flipped = Flip(random_.Below(size));
      for (const bool holds : {false, true}) ++seen_[Watch(flipped, holds)][holds];
    }
    Tally tally;
    for (size_t i = 0; i < flips; ++i) {
      const Bytes flipped = Flip(flips == size ? i : random_.Below(size));
      for (const bool holds : {false, true}) tally.Count(Guess(Watch(flipped, holds)) == holds);
    }
    return tally;
  }
  // Wires that the asker took for an answer to its question.
  uint64_t accepted() const { return accepted_; }

 private:
  Bytes Flip(size_t at) {
    Bytes bytes = ToBytes(question_.frame.bytes());
    bytes[at] ^= static_cast<uint8_t>(1u << random_.Below(8));
    return bytes;
  }
  // The flipped frame, the same again, then F as it is: all that follows within the log's patience.
  View Watch(const Bytes& flipped, bool holds) {
    Node node(holds, random_.Below(1u << 30));
    View view;
    for (const TimeMs later : {TimeMs{0}, TimeMs{1'100}}) {
      const auto item = node.Deliver(flipped, kNow + later, view);
      if (item) Offer(*item);
    }
    node.Deliver(question_.frame.bytes(), kNow + 2'300, view);
    return view;
  }
  bool Guess(const View& view) const {
    const auto known = seen_.find(view);
    return known != seen_.end() && known->second[1] > known->second[0];
  }
  // To the asker, as it came and under the name of the question that it asked.
  void Offer(const Bytes& item) {
    Bytes renamed = item;
    const ByteView name = question_.frame.hash();
    if (item.size() == kWireSize) std::ranges::copy(name, renamed.begin() + 4);
    for (const Bytes& offered : {item, renamed}) {
      accepted_ += ReadAlone(offered, kSurgery, question_, *RosterOf(7)).Answered();
    }
  }

  SeededRandom random_;
  const Question question_;
  std::map<View, std::array<uint64_t, 2>> seen_;
  uint64_t accepted_ = 0;
};

TEST(Game05, AByteFlippedForOneNode) {
  ByteFlipper<ProbedNode> against_honest(Seed() + 5);
  ByteFlipper<LoudAfterAeadFailure> against_strawman(Seed() + 5);
  EXPECT_TRUE(Judge(5, "each byte of F flipped for one node", Measure::kAdvantage,
                    against_honest.Play(kFrameSizeOneKeyVersion),
                    {{"silence (a loud error after AEAD failure)", against_strawman.Play(150)}}));
  EXPECT_EQ(against_honest.accepted(), 0u);
}

}  // namespace
}  // namespace whoelse::games
