// Game 23: a relay, or an agency through it, sends ten times as many frames as a node takes in a slot,
// about a child that the node may hold, and counts the refusals. BUSY is decided by public state alone,
// before anything is looked up: so who is refused says nothing about who is held.
#include <gtest/gtest.h>

#include <vector>

#include "tests/games/forge.h"
#include "tests/games/game.h"
#include "tests/games/node_under_attack.h"

namespace whoelse::games {
namespace {

constexpr uint32_t kCap = 4;
constexpr size_t kFlood = 10 * kCap;

std::shared_ptr<const Roster> RosterOfCap(uint32_t slot_frames) {
  return ChangedRoster(7, [&](nlohmann::ordered_json& json) {
    json["parameters"]["slot_frames"] = slot_frames;
  });
}

// A node as the flood sees it: which of its frames were refused.
class FloodedNode {
 public:
  FloodedNode(bool holds, const std::shared_ptr<const Roster>& roster, uint64_t seed)
      : node_(kSurgery, 7, seed) {
    node_.holder.SetRosters(roster, nullptr, 0);
    node_.Hold(BasicRecord(holds ? kChild : kOtherChild), {1});
  }
  virtual ~FloodedNode() = default;

  virtual bool Refuses(const Frame& frame, const Admission& admission, TimeMs now) {
    return node_.Give(frame, admission, now).refusal.has_value();
  }

 protected:
  bool Finds(const Frame& frame) {
    return !node_.holder.index()
                .Scan(KeyType::kNhsNumber, 1, frame.header().nonce, 0, frame.header().slots[0].check)
                .empty();
  }
  TestHolder node_;
};

class Production final : public FloodedNode {
 public:
  Production(bool holds, uint64_t seed) : FloodedNode(holds, Capped(), seed) {}

 private:
  static const std::shared_ptr<const Roster>& Capped() {
    static const std::shared_ptr<const Roster> roster = RosterOfCap(kCap);
    return roster;
  }
};
// Strawman: what finds nothing costs little, so only what finds something counts.
class BusyAfterTheLookup final : public FloodedNode {
 public:
  BusyAfterTheLookup(bool holds, uint64_t seed) : FloodedNode(holds, Roomy(), seed) {}
  bool Refuses(const Frame& frame, const Admission& admission, TimeMs now) override {
    if (FloodedNode::Refuses(frame, admission, now)) return true;
    return Finds(frame) && ++found_ > kCap;
  }

 private:
  static const std::shared_ptr<const Roster>& Roomy() {
    static const std::shared_ptr<const Roster> roster = RosterOfCap(1'000);
    return roster;
  }
  size_t found_ = 0;
};

struct Sent {
  Frame frame;
  Admission admission;
};
// Most about the child in question, some about another, through one relay.
std::vector<Sent> Flood(Random& random) {
  std::vector<Sent> flood;
  for (size_t i = 0; i < kFlood; ++i) {
    Statement statement = BasicStatement();
    if (random.Below(8) == 0) statement.subject[0].value = kOtherChild;
    const Frame frame = Ask(statement, random).frame;
    flood.push_back({frame, Admit(frame.hash(), i, kNow)});
  }
  return flood;
}

// The adversary says "held" when so many of its frames were refused as a full slot refuses.
template <typename Node>
bool SaysHeld(bool holds, const std::vector<Sent>& flood, uint64_t seed) {
  Node node(holds, seed);
  size_t refused = 0;
  for (const Sent& sent : flood) refused += node.Refuses(sent.frame, sent.admission, kNow) ? 1 : 0;
  return refused > kFlood / 2;
}

// Each flood against a node that holds the child and one that does not.
template <typename Node>
Tally FloodNodes(uint64_t pairs, uint64_t seed) {
  constexpr uint64_t kUses = 50;   // of one flood: putting it together costs most
  SeededRandom random(seed);
  Tally tally;
  std::vector<Sent> flood;
  for (uint64_t pair = 0; pair < pairs; ++pair) {
    if (pair % kUses == 0) flood = Flood(random);
    for (const bool holds : {false, true}) {
      tally.Count(SaysHeld<Node>(holds, flood, random.Below(UINT64_MAX)) == holds, kFlood);
    }
  }
  return tally;
}

TEST(Game23, TenTimesTheFramesOfASlot) {
  EXPECT_TRUE(Judge(23, "ten times a slot's frames: who is refused", Measure::kAdvantage,
                    FloodNodes<Production>(1'400, Seed() + 23),
                    {{"BUSY before the lookup", FloodNodes<BusyAfterTheLookup>(60, Seed() + 23)}}));
}

}  // namespace
}  // namespace whoelse::games
