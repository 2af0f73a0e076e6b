// Games 2, 3 and 4: a relay wants a "nothing disclosed" from a node that would disclose, or two
// wires under one key.
#include <gtest/gtest.h>

#include <functional>

#include "tests/games/game.h"
#include "tests/games/node_under_attack.h"
#include "tests/node/fake_log.h"

namespace whoelse::games {
namespace {

// --- game 2 --------------------------------------------------------------------------------------

// Strawman: what fails a check is answered like a miss.
class CheckFailsSilently final : public NodeUnderAttack {
 public:
  using NodeUnderAttack::NodeUnderAttack;
  void Deliver(CoordinatorId from, ByteView bytes, ByteView admission, TimeMs now) override {
    const auto frame = Frame::Parse(bytes, VectorFederation());
    const Holder::Reply reply = node().holder.Handle(from, bytes, admission, now);
    if (!reply.refusal) return;
    if (frame.ok()) out_.push_back(NothingFor(*frame, node().agency, node().random));
  }
};

// The rosters of a rotation: one key version, both, the new one alone.
std::shared_ptr<const Roster> RotationStep(size_t step) {
  static const std::array<std::shared_ptr<const Roster>, 3> steps = {
      RosterOf(7), RosterOf(8), ChangedRoster(8, [](nlohmann::ordered_json& roster) {
        roster["version"] = 9;
        roster["key_versions"].erase(0);
      })};
  return steps.at(step);
}

// One relay of the pair, the node's state and the clock in its hands. The node holds the child and
// would disclose; whatever the asker then reads as "nothing" from any one item was forged.
template <typename Node>
class NothingForger {
 public:
  explicit NothingForger(Random& random)
      : random_(random),
        node_(kSurgery, random.Below(1u << 30)),
        logs_{FakeLog(kRelay), FakeLog(kOtherRelay)} {
    Settle();
  }

  // True when one of the items that left the node shows NOTHING; sets `disclosed` when one
  // discloses.
  bool Play(bool* disclosed) {
    const size_t asked_step = random_.Below(2);
    const Question question =
        Ask(BasicStatement(), random_, static_cast<int>(7 + asked_step), kIssued);
    std::vector<Bytes> items;
    for (uint64_t moves = 2 + random_.Below(6); moves > 0; --moves) {
      Disturb();
      DeliverSomehow(question);
      if (random_.Below(3) != 0) now_ += 2 * kSlotMs;
      for (Bytes& item : node_.Collect(now_)) items.push_back(std::move(item));
    }
    for (Bytes& item : node_.Collect(now_ + 2 * kSlotMs)) items.push_back(std::move(item));
    bool forged = false;
    for (const Bytes& item : items) {
      const Reading reading = ReadAlone(item, kSurgery, question, *RotationStep(asked_step));
      forged = forged || ShowsNothing(reading);
      *disclosed = *disclosed || ShowsDisclosed(reading);
    }
    return forged;
  }

 private:
  // A state that a node can be in: mid-rotation, index not ready, never imported.
  void Settle() {
    step_ = random_.Below(3);
    SetRosters(0);
    EnrolSomehow();
  }
  void SetRosters(TimeMs replaced_ms) {
    const auto previous = step_ > 0 && replaced_ms > 0 ? RotationStep(step_ - 1) : nullptr;
    node_.node().holder.SetRosters(RotationStep(step_), previous, replaced_ms);
  }
  // Complete are any of the key versions; the record is enrolled in these and perhaps in more.
  void EnrolSomehow() {
    std::set<KeyVersion> complete;
    std::vector<KeyVersion> enrolled;
    for (KeyVersion kv : {1u, 2u}) {
      const uint64_t state = random_.Below(4);
      if (state > 0) enrolled.push_back(kv);
      if (state > 1) complete.insert(kv);
    }
    node_.node().Hold(BasicRecord(), enrolled);
    node_.node().SetComplete(complete, random_.Below(10) > 0);
  }
  // Time passes, a roster comes, the process restarts, the log is attached or covered.
  void Disturb() {
    const std::array<TimeMs, 7> waits = {0, 40, 300, 5'000, 11'000, 70'000, 170'000};
    now_ += waits[random_.Below(waits.size())];
    switch (random_.Below(8)) {
      case 0:
        if (step_ < 2) {
          ++step_;
          SetRosters(now_);
        }
        break;
      case 1:
        node_.Restart();
        SetRosters(0);
        for (CoordinatorId id : {kRelay, kOtherRelay}) {
          (void)node_.node().holder.Watch(id).OnAttached(logs_[id - 101].Attach(0), now_);
        }
        break;
      case 2:
      case 3:
        for (CoordinatorId id : {kRelay, kOtherRelay}) {
          LogWatch& watch = node_.node().holder.Watch(id);
          const FakeLog& log = logs_[id - 101];
          (void)watch.OnAttached(log.AttachTo(watch), now_);
        }
        break;
      case 4:
        node_.node().SetComplete({}, true);
        break;
      case 5:
        node_.node().SetComplete({static_cast<KeyVersion>(1 + random_.Below(2))}, true);
        RehouseRecord();
        break;
      default:
        break;
    }
  }
  // What is complete holds the record: it has been here all along.
  void RehouseRecord() {
    node_.node().holder.index().Remove(1, KeyType::kNhsNumber);
    for (KeyVersion kv : {1u, 2u}) node_.node().Enrol(1, KeyType::kNhsNumber, kChild, kv);
  }

  // The frame or a damaged one, under an admission that is good, or wrong in one of many ways.
  void DeliverSomehow(const Question& question) {
    const CoordinatorId relay = random_.Below(3) == 0 ? kOtherRelay : kRelay;
    FakeLog& log = logs_[relay - 101];
    Bytes frame = ToBytes(question.frame.bytes());
    TimeMs stamp = now_;
    if (random_.Below(4) == 0) stamp += random_.Below(240'000) - 120'000;
    Admission admission = random_.Below(4) == 0
                              ? Admit(question.frame.hash(), random_.Below(12), stamp, relay)
                              : log.Take(question.frame.hash(), stamp, relay);
    CoordinatorId from = relay;
    Bytes admission_bytes = admission.Serialize();
    switch (random_.Below(10)) {
      case 0: admission_bytes[random_.Below(admission_bytes.size())] ^= 1; break;
      case 1: admission_bytes.clear(); break;
      case 2: from = relay == kRelay ? kOtherRelay : kRelay; break;
      case 3: frame[random_.Below(frame.size())] ^= 1; break;
      case 4: frame.resize(random_.Below(frame.size())); break;
      case 5: node_.Deliver(from, frame, admission_bytes, now_); break;   // and once more below
      default: break;
    }
    node_.Deliver(from, frame, admission_bytes, now_);
  }

  Random& random_;
  Node node_;
  std::array<FakeLog, 2> logs_;
  size_t step_ = 0;
  TimeMs now_ = kNow;
};

template <typename Node>
Tally ForgeNothing(uint64_t runs, uint64_t seed, uint64_t* disclosing_runs) {
  SeededRandom random(seed);
  Tally tally;
  for (uint64_t run = 0; run < runs; ++run) {
    bool disclosed = false;
    const bool won = NothingForger<Node>(random).Play(&disclosed);
    tally.Count(won);
    *disclosing_runs += disclosed;
  }
  return tally;
}

TEST(Game02, ARelayForgesNothing) {
  uint64_t disclosing = 0, ignored = 0;
  const Tally honest = ForgeNothing<NodeUnderAttack>(800, Seed() + 2, &disclosing);
  const Tally silent = ForgeNothing<CheckFailsSilently>(80, Seed() + 2, &ignored);
  EXPECT_TRUE(Judge(2, "relay forges \"nothing\"", Measure::kCount, honest,
                    {{"loud checks (a failed check is a miss)", silent}}));
  // The adversary met nodes that answer, not only nodes that refuse.
  EXPECT_GT(disclosing, honest.runs / 20);
}

// --- game 3 --------------------------------------------------------------------------------------

// Strawman: V5 compares with the relay that admitted the frame, not with the header alone. The body
// opens, a check says no, and the miss is kept for the frame.
class CheckLooksAtAdmission final : public NodeUnderAttack {
 public:
  using NodeUnderAttack::NodeUnderAttack;
  void Deliver(CoordinatorId from, ByteView bytes, ByteView admission, TimeMs now) override {
    const auto frame = Frame::Parse(bytes, VectorFederation());
    const auto parsed = Admission::Parse(admission);
    Holder::Reply reply = node().holder.Handle(from, bytes, admission, now);
    if (reply.refusal) return out_.push_back(*std::move(reply.refusal));
    const bool first = decided_.insert(frame->hash()).second;
    const bool passes = parsed->coordinator == frame->header().relays[0];
    if (first && !passes) {
      poisoned_[frame->hash()] = NothingFor(*frame, node().agency, node().random);
    }
  }
  std::vector<Bytes> Collect(TimeMs now) override {
    std::vector<Bytes> items = NodeUnderAttack::Collect(now);
    for (Bytes& item : items) {
      const auto wire = Wire::Parse(item);
      if (!wire.ok()) continue;
      const auto poisoned = poisoned_.find(wire->frame_hash);
      if (poisoned != poisoned_.end()) item = poisoned->second;
    }
    return items;
  }

 private:
  std::set<FrameHash> decided_;
  std::map<FrameHash, Bytes> poisoned_;
};

// One way to bring a frame for the first time: everything but the frame itself may be wrong.
struct FirstDelivery {
  CoordinatorId relay = kRelay;
  CoordinatorId from = kRelay;
  TimeMs at = kNow;
  bool ready = true;                        // the node's register is complete
  std::function<void(Admission&)> change = {};   // signed anew by the relay, whose key it is
  std::optional<size_t> flip = {};   // a byte of the admission, after signing
};

std::vector<FirstDelivery> FirstDeliveries() {
  std::vector<FirstDelivery> all;
  for (CoordinatorId relay : {kOtherRelay, kRelay}) {
    const auto add = [&](FirstDelivery one) {
      one.relay = relay;
      one.from = one.from == kNoRelay ? kNoRelay : relay;
      all.push_back(std::move(one));
    };
    add({});
    add({.from = kNoRelay});
    add({.ready = false});
    for (TimeMs at : {kNow - 100'000, kNow + 59'000, kNow + 125'000}) add({.at = at});
    for (uint64_t index : {uint64_t{0}, uint64_t{1'000}, ~uint64_t{0}}) {
      add({.change = [index](Admission& a) { a.index = index; }});
    }
    for (TimeMs time : {TimeMs{0}, kNow - 61'000, kNow - 59'000, kNow + 59'000, kNow + 61'000,
                        ~TimeMs{0}}) {
      add({.change = [time](Admission& a) { a.time_ms = time; }});
    }
    for (CoordinatorId id : {kRelay, kOtherRelay, kNoRelay}) {
      add({.change = [id](Admission& a) { a.coordinator = id; }});
    }
    add({.change = [](Admission& a) { a.log_key_id ^= 1; }});
    add({.change = [](Admission& a) { a.frame_hash.data()[0] ^= 1; }});
    for (size_t byte = 0; byte < kAdmissionSize; ++byte) add({.flip = byte});
  }
  return all;
}

// Brings F first in one of these ways, then as it should be, through either relay of the pair.
template <typename Node>
bool PoisonCache(const FirstDelivery& first, CoordinatorId genuine_relay, Random& random) {
  Node node(kSurgery, random.Below(1u << 30));
  node.node().Hold(BasicRecord());
  const Question question = Ask(BasicStatement(), random);
  const Bytes frame = ToBytes(question.frame.bytes());
  std::vector<Bytes> items;

  Admission admission = Admit(question.frame.hash(), 3, first.at, first.relay);
  if (first.change) first.change(admission);
  admission.Sign(AdmissionKeyOf(first.relay - 101), VectorFederation());
  Bytes admission_bytes = admission.Serialize();
  if (first.flip) admission_bytes[*first.flip] ^= 1;
  if (!first.ready) node.node().SetComplete({});
  node.Deliver(first.from, frame, admission_bytes, first.at);
  if (random.Below(2) == 0) items = node.Collect(first.at + 2 * kSlotMs);
  node.node().SetComplete({1, 2});

  const TimeMs then = std::max(first.at, kNow) + 4 * kSlotMs;
  node.Deliver(genuine_relay, frame,
               Admit(question.frame.hash(), 5, then, genuine_relay).Serialize(), then);
  for (Bytes& item : node.Collect(then + 2 * kSlotMs)) items.push_back(std::move(item));
  return std::ranges::any_of(items, [&](const Bytes& item) {
    return ShowsNothing(ReadAlone(item, kSurgery, question, *RosterOf(7)));
  });
}

template <typename Node>
Tally PoisonCaches(uint64_t runs, uint64_t seed) {
  static const std::vector<FirstDelivery> deliveries = FirstDeliveries();
  SeededRandom random(seed);
  Tally tally;
  for (uint64_t run = 0; run < runs; ++run) {
    bool won = false;
    uint64_t tries = 0;
    for (const FirstDelivery& first : deliveries) {
      if (won) break;
      won = PoisonCache<Node>(first, random.Below(2) == 0 ? kRelay : kOtherRelay, random);
      ++tries;
    }
    tally.Count(won, tries);
  }
  return tally;
}

TEST(Game03, CachePoisoning) {
  const Tally honest = PoisonCaches<NodeUnderAttack>(5, Seed() + 3);
  const Tally strawman = PoisonCaches<CheckLooksAtAdmission>(10, Seed() + 3);
  EXPECT_TRUE(Judge(3, "cache poisoning: F mutated first, then genuine", Measure::kCount, honest,
                    {{"checks by the header (one looks at the admission)", strawman}}));
}

// --- game 4 --------------------------------------------------------------------------------------

// Strawman: keeps no wire, and derives all randomness of an answer from a secret and FH.
class DerivedNonceNoCache final : public NodeUnderAttack {
 public:
  using NodeUnderAttack::NodeUnderAttack;
  void Deliver(CoordinatorId from, ByteView frame, ByteView admission, TimeMs now) override {
    const FrameHash hash = Frame::HashOf(frame);
    TestHolder fresh(node().agency, 7, Reader(hash).U64());
    CopyRecordsTo(fresh);
    Holder::Reply reply = fresh.holder.Handle(from, frame, admission, now);
    if (reply.refusal) out_.push_back(*std::move(reply.refusal));
    for (const SlotRecord& record : fresh.Answers(now + 2 * kSlotMs).records) {
      out_.push_back(record.wire);
    }
  }
  void Restart() override {}
};

// Replays a few frames across everything that changes what the node would say, and looks for two
// different wires under one key: their difference is the difference of the plaintexts.
template <typename Node>
bool FindsTwoWiresUnderOneKey(Random& random, uint64_t* tries) {
  Node node(kSurgery, random.Below(1u << 30));
  node.node().Hold(BasicRecord());
  std::vector<Question> questions;
  for (int i = 0; i < 3; ++i) questions.push_back(Ask(BasicStatement(), random));
  std::map<X25519PublicKey, Bytes> by_key;
  std::map<FrameHash, Bytes> by_frame;
  TimeMs now = kNow;
  uint64_t index = 0;
  bool found = false;
  for (int move = 0; move < 40 && !found; ++move, ++*tries) {
    Record& record = node.node().records.records.at(1);
    switch (random.Below(5)) {
      case 0: record.restrictions.call_back_only = !record.restrictions.call_back_only; break;
      case 1: record.restrictions.shielded = !record.restrictions.shielded; break;
      case 2: record.name = record.name == "Sam Example" ? "Kim Example" : "Sam Example"; break;
      case 3: node.Restart(); break;
      default: break;
    }
    const Question& question = questions[random.Below(questions.size())];
    const CoordinatorId relay = random.Below(2) == 0 ? kRelay : kOtherRelay;
    node.Deliver(relay, question.frame.bytes(),
                 Admit(question.frame.hash(), index++, now, relay).Serialize(), now);
    if (random.Below(2) == 0) now += random.Below(8'000);
    for (const Bytes& item : node.Collect(now)) {
      const auto wire = Wire::Parse(item);
      if (!wire.ok()) continue;
      found |= by_key.emplace(wire->ephemeral_key, item).first->second != item;
      found |= by_frame.emplace(wire->frame_hash, item).first->second != item;
    }
  }
  return found;
}

template <typename Node>
Tally LookForEqualKeys(uint64_t runs, uint64_t seed) {
  SeededRandom random(seed);
  Tally tally;
  for (uint64_t run = 0; run < runs; ++run) {
    uint64_t tries = 0;
    const bool won = FindsTwoWiresUnderOneKey<Node>(random, &tries);
    tally.Count(won, tries);
  }
  return tally;
}

TEST(Game04, ReplaysAcrossFlipsAndRestarts) {
  const Tally honest = LookForEqualKeys<NodeUnderAttack>(40, Seed() + 4);
  const Tally strawman = LookForEqualKeys<DerivedNonceNoCache>(30, Seed() + 4);
  EXPECT_TRUE(Judge(4, "replays across policy flips and restarts", Measure::kCount, honest,
                    {{"kept wires (derived nonce, no cache)", strawman}}));
}

}  // namespace
}  // namespace whoelse::games
