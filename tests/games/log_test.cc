// Game 14: a relay and its log against the nodes that watch it. It shows two histories, or takes,
// changes, hides or promises what the log has to hold.
#include <gtest/gtest.h>

#include "tests/games/game.h"
#include "tests/games/watching_node.h"

namespace whoelse::games {
namespace {

// --- two histories -------------------------------------------------------------------------------

constexpr size_t kWitnesses = 4, kLiars = 1, kHonest = kWitnesses - kLiars;

// A roster with these witnesses. The quorum is the one that a roster must state to be one.
const Roster& RosterWithWitnesses() {
  static const auto roster = ChangedRoster(7, [](nlohmann::ordered_json& json) {
    json["witnesses"] = nlohmann::ordered_json::array();
    for (size_t i = 0; i < kWitnesses; ++i) {
      json["witnesses"].push_back(
          {{"name", WitnessName(i)}, {"vkey", WitnessVerifier(i).Encode()}});
    }
    json["witness_faults"] = kLiars;
    json["quorum"] = (kWitnesses + kLiars) / 2 + 1;
  });
  return *roster;
}

// Two histories of one log, that part after some leaves; and a witness that signs whatever it is
// given.
class TwoHistories {
 public:
  TwoHistories(uint32_t quorum, Random& random) : quorum_(quorum), random_(random) {
    const uint64_t shared = 1 + random.Below(6), apart = 1 + random.Below(5);
    for (uint32_t h = 0; h < 2; ++h) {
      histories_[h].Fill(shared);
      for (uint64_t i = 0; i < apart; ++i) {
        histories_[h].Append(EvaluatedEntry{1'000 + h, Digest()});
      }
    }
    for (size_t i = 0; i < kHonest; ++i) {
      nodes_.push_back(std::make_unique<WatchingNode>(kSurgery, i, random.Below(1u << 30)));
    }
  }

  // `quorums`: with how many histories it ended that have a quorum.
  bool Play(uint64_t* tries, uint64_t* quorums) {
    for (size_t i = 0; i < kHonest; ++i) {   // the split
      nodes_[i]->Attach(histories_[i % 2].Attach(0), now_);
    }
    for (uint64_t moves = 5 + random_.Below(20); moves > 0; --moves, ++*tries) Move();
    for (size_t i = 0; i < kHonest; ++i) {
      for (size_t h = 0; h < 2; ++h, ++*tries) Attach(i, h, top());
    }
    uint64_t most = 0;
    for (uint64_t size = 1; size <= top(); ++size) {
      const auto with_quorum = static_cast<uint64_t>(HasQuorum(0, size)) + HasQuorum(1, size);
      const bool one_tree = histories_[0].Checkpoint(size) == histories_[1].Checkpoint(size);
      most = std::max(most, one_tree ? std::min(with_quorum, uint64_t{1}) : with_quorum);
    }
    *quorums += most;
    return most == 2;
  }

 private:
  uint64_t top() const { return histories_[0].size(); }

  void Attach(size_t i, size_t h, uint64_t size) {
    WatchingNode& node = *nodes_[i];
    AttachStatement statement = histories_[h].Attach(node.known_size(), size);
    switch (random_.Below(6)) {
      case 0: statement.consistency.clear(); break;
      case 1:
        statement.consistency = histories_[1 - h].Attach(node.known_size(), size).consistency;
        break;
      case 2: statement.tree_size = top(); break;
      case 3: statement.frontier = histories_[1 - h].Attach(0, size).frontier; break;
      default: break;
    }
    node.Attach(statement, now_);
  }
  void Move() {
    now_ += random_.Below(3'000);
    const size_t i = random_.Below(kHonest), h = random_.Below(2);
    const uint64_t size = 1 + random_.Below(top());
    WatchingNode& node = *nodes_[i];
    const uint64_t from = std::min(node.known_size(), size);
    const FakeLog& leaves_of = histories_[random_.Below(4) == 0 ? 1 - h : h];
    switch (random_.Below(4)) {
      case 0: return Attach(i, h, size);
      case 1: return node.Restart(random_.Below(2) == 0);
      case 2: return node.Push(histories_[h].Checkpoint(), leaves_of.Since(from), now_);
      default: break;
    }
    std::vector<Bytes> leaves = leaves_of.Since(from);
    leaves.resize(size - from);
    node.Push(histories_[h].Checkpoint(size), leaves, now_);
  }
  // As an auditor counts it: one note with every line that there is.
  bool HasQuorum(size_t h, uint64_t size) const {
    Note note = *Note::Parse(histories_[h].Checkpoint(size));
    std::string with_lines = note.Serialize();
    for (const auto& node : nodes_) {
      const auto line = node->cosigned().find(note.text);
      if (line != node->cosigned().end()) with_lines += line->second;
    }
    note = *Note::Parse(with_lines);
    for (size_t liar = kHonest; liar < kWitnesses; ++liar) {
      note.signatures.push_back(Cosign(*Checkpoint::Parse(note.text), now_ / 1000,
                                       WitnessName(liar), WitnessKey(liar)));
    }
    std::vector<NoteVerifier> witnesses;
    for (const RosterWitness& one : RosterWithWitnesses().witnesses) witnesses.push_back(one.key);
    return VerifyCosignatures(note, witnesses)->size() >= quorum_;
  }

  const uint32_t quorum_;
  Random& random_;
  std::array<FakeLog, 2> histories_;
  std::vector<std::unique_ptr<WatchingNode>> nodes_;
  TimeMs now_ = kNow;
};

Tally SplitWitnesses(uint32_t quorum, uint64_t runs, uint64_t seed, uint64_t* quorums) {
  SeededRandom random(seed);
  Tally tally;
  for (uint64_t run = 0; run < runs; ++run) {
    uint64_t tries = 0;
    const bool won = TwoHistories(quorum, random).Play(&tries, quorums);
    tally.Count(won, tries);
  }
  return tally;
}

TEST(Game14, ARelaySplitsTheWitnesses) {
  uint64_t quorums = 0, ignored = 0;
  const Tally honest =
      SplitWitnesses(RosterWithWitnesses().quorum, 60, Seed() + 14, &quorums);
  EXPECT_TRUE(Judge(14, "relay splits the witnesses, one of four lies", Measure::kCount, honest,
                    {{"the roster's quorum (w = W/2)",
                      SplitWitnesses(kWitnesses / 2, 20, Seed() + 14, &ignored)}}));
  // One history got its quorum: the witnesses do cosign.
  EXPECT_EQ(quorums, honest.runs);
}

// --- one cheat, and the next two checkpoints -----------------------------------------------------

// Strawman: a witness as for any log. It holds each checkpoint against the one before, and knows
// nothing of what the leaves have to be.
class ConsistencyProofsOnly final : public WatchingNode {
 public:
  using WatchingNode::WatchingNode;

 protected:
  bool Hears(const Alarm& alarm) const override {
    return alarm.kind == AlarmKind::kLogTruncated || alarm.kind == AlarmKind::kLogRewritten ||
           alarm.kind == AlarmKind::kCheckpointInvalid;
  }
};

constexpr size_t kNodes = 2;

// A relay that has been honest for a while and then cheats once.
template <typename Node>
class CheatingRelay {
 public:
  explicit CheatingRelay(Random& random) : random_(random) {
    log_->Fill(1 + random.Below(4));
    for (size_t i = 0; i < kNodes; ++i) {
      nodes_.push_back(std::make_unique<Node>(kSurgery, i, random.Below(1u << 30)));
      nodes_.back()->Attach(log_->Attach(0), now_);
    }
    pushed_ = log_->size();
    for (uint64_t questions = 1 + random.Below(2); questions > 0; --questions) AskHonestly();
  }

  // True when the cheat did what it was for, and nobody had noticed after two more checkpoints, and
  // ten seconds for what no checkpoint shows.
  using Cheat = bool (CheatingRelay::*)();
  bool GetsAwayWith(Cheat cheat) {
    if (!(this->*cheat)()) return false;
    for (int checkpoint = 0; checkpoint < 2; ++checkpoint) {
      now_ += 1'000;
      if (random_.Below(2) == 0) log_->Fill(1);
      Publish();
    }
    now_ += 10'001;
    bool noticed = false;
    for (auto& node : nodes_) {
      node->Tick(now_);
      noticed = noticed || node->alarmed();
    }
    return !noticed;
  }
  bool NobodyNoticed() const {
    return std::ranges::none_of(nodes_, [](const auto& node) { return node->alarmed(); });
  }

  // Omits a leaf: something else is where the admission says that the question is.
  bool LogsSomethingElse() {
    const Question q = Forward(log_->size(), now_);
    log_->Fill(1);
    return WasAnswered(q);
  }
  bool LogsAnotherQuestion() {
    const Question q = Forward(log_->size(), now_);
    log_->Append(AskedEntry{now_, NewQuestion().frame.hash()});
    return WasAnswered(q);
  }
  bool LogsItAPlaceLater() {
    const Question q = Forward(log_->size(), now_);
    log_->Fill(1);
    log_->Append(AskedEntry{now_, q.frame.hash()});
    return WasAnswered(q);
  }
  // Pushes without logging.
  bool LogsNothing() { return WasAnswered(Forward(log_->size(), now_)); }
  bool PromisesALeaf() {
    return WasAnswered(Forward(log_->size() + 10 + random_.Below(1u << 30), now_));
  }
  bool ReusesAnIndex() { return WasAnswered(Forward(random_.Below(log_->size()), now_)); }
  bool TwoUnderOneIndex() {
    const Question q = Forward(log_->size(), now_);
    const Question other = Forward(log_->size(), now_);
    log_->Append(AskedEntry{now_, q.frame.hash()});
    return WasAnswered(other);
  }
  // A second admission of a question that is logged, for an index that is not its.
  bool RepeatsUnderAnotherIndex() {
    const Question q = NewQuestion();
    const Admission admission = log_->Take(q.frame.hash(), now_);
    Admission again = Admit(q.frame.hash(), log_->size(), now_);
    for (auto& node : nodes_) {
      node->Deliver(q.frame.bytes(), admission, now_);
      node->Deliver(q.frame.bytes(), again, now_);
    }
    log_->Fill(1);
    return WasAnswered(q);
  }
  // Logs without pushing.
  bool KeepsItFromEverybody() {
    log_->Append(AskedEntry{now_, NewQuestion().frame.hash()});
    Publish();
    return true;
  }
  bool KeepsItFromOne() {
    const Question q = NewQuestion();
    const Admission admission = log_->Take(q.frame.hash(), now_);
    nodes_[random_.Below(kNodes)]->Deliver(q.frame.bytes(), admission, now_);
    Publish();
    return true;
  }
  // Backdates.
  bool BackdatesTheLeaf() {
    const Question q = Forward(log_->size(), now_);
    log_->Append(AskedEntry{now_ - 1 - random_.Below(50'000), q.frame.hash()});
    return WasAnswered(q);
  }
  bool BackdatesBoth() {
    const TimeMs then = now_ - 1'001 - random_.Below(50'000);   // before the question before
    const Question q = Forward(log_->size(), then);
    log_->Append(AskedEntry{then, q.frame.hash()});
    return WasAnswered(q);
  }
  // Truncates after a restore: the newest leaves are gone, others grow in their place.
  bool GoesOnFromABackup() {
    RestoreBackup();
    Publish();
    return true;
  }
  bool ReattachesFromABackup() {
    RestoreBackup();
    for (auto& node : nodes_) {
      node->Cut(now_);
      node->Attach(log_->Attach(node->known_size()), now_);
    }
    return true;
  }
  bool ReattachesShorter() {
    const auto shorter = log_->size() - 1;
    for (auto& node : nodes_) {
      node->Cut(now_);
      AttachStatement statement = log_->Attach(0, shorter);
      statement.tree_size = random_.Below(2) == 0 ? shorter : log_->size();
      node->Attach(statement, now_);
    }
    return true;
  }
  // Forwards what is not logged, and cuts the streams before a checkpoint shows it.
  bool ForwardsAndCuts() {
    const Question q = Forward(log_->size(), now_);
    const Bytes unlogged = SerializeLogEntry(AskedEntry{now_, q.frame.hash()});
    log_->Fill(1);
    for (auto& node : nodes_) {
      node->Cut(now_);
      AttachStatement statement = node->StatementOf(*log_);
      switch (random_.Below(3)) {
        case 0: statement.proven.clear(); break;
        case 1: statement.proven.front().entry = unlogged; break;
        default: break;   // it shows what is there
      }
      node->Attach(statement, now_);
    }
    pushed_ = log_->size();
    return WasAnswered(q);
  }
  // Shows leaves that are not those of the tree that it signs.
  bool ShowsOtherLeaves() {
    const Question q = Forward(log_->size(), now_);
    const uint64_t from = log_->size();
    log_->Fill(1);
    for (auto& node : nodes_) {
      node->Push(log_->Checkpoint(), {SerializeLogEntry(AskedEntry{now_, q.frame.hash()})}, now_);
    }
    pushed_ = from + 1;
    return WasAnswered(q);
  }

  static constexpr std::array<Cheat, 17> kCheats = {
      &CheatingRelay::LogsSomethingElse,     &CheatingRelay::LogsAnotherQuestion,
      &CheatingRelay::LogsItAPlaceLater,     &CheatingRelay::LogsNothing,
      &CheatingRelay::PromisesALeaf,         &CheatingRelay::ReusesAnIndex,
      &CheatingRelay::TwoUnderOneIndex,      &CheatingRelay::RepeatsUnderAnotherIndex,
      &CheatingRelay::KeepsItFromEverybody,  &CheatingRelay::KeepsItFromOne,
      &CheatingRelay::BackdatesTheLeaf,      &CheatingRelay::BackdatesBoth,
      &CheatingRelay::GoesOnFromABackup,     &CheatingRelay::ReattachesFromABackup,
      &CheatingRelay::ReattachesShorter,     &CheatingRelay::ForwardsAndCuts,
      &CheatingRelay::ShowsOtherLeaves};

 private:
  Question NewQuestion() { return Ask(BasicStatement(), random_); }
  void AskHonestly() {
    now_ += 1'000;
    const Question q = NewQuestion();
    const Admission admission = log_->Take(q.frame.hash(), now_);
    for (auto& node : nodes_) node->Deliver(q.frame.bytes(), admission, now_);
    Publish();
    EXPECT_TRUE(WasAnswered(q));
    EXPECT_TRUE(NobodyNoticed());
  }
  // To every node, under an admission that says so; in the log is nothing.
  Question Forward(uint64_t index, TimeMs time) {
    Question q = NewQuestion();
    const Admission admission = Admit(q.frame.hash(), index, time);
    for (auto& node : nodes_) node->Deliver(q.frame.bytes(), admission, now_);
    return q;
  }
  void Publish() {
    const uint64_t from = std::min(pushed_, log_->size());
    for (auto& node : nodes_) node->Push(log_->Checkpoint(), log_->Since(from), now_);
    pushed_ = log_->size();
  }
  void RestoreBackup() {
    auto backup = std::make_unique<FakeLog>();
    std::vector<Bytes> entries = log_->Since(0);
    entries.resize(entries.size() - 1);
    for (Bytes& entry : entries) backup->Append(std::move(entry));
    for (uint64_t others = 1 + random_.Below(4); others > 0; --others) {
      backup->Append(EvaluatedEntry{77, random_.NewFixed<Digest>()});
    }
    log_ = std::move(backup);
  }
  bool WasAnswered(const Question& q) const {
    return std::ranges::any_of(nodes_, [&](const auto& n) { return n->Answered(q.frame.hash()); });
  }

  Random& random_;
  std::unique_ptr<FakeLog> log_ = std::make_unique<FakeLog>();
  std::vector<std::unique_ptr<Node>> nodes_;
  uint64_t pushed_ = 0;
  TimeMs now_ = kNow;
};

// In one run each cheat, in any order, by a relay of its own.
template <typename Node>
Tally Cheat(uint64_t runs, uint64_t seed) {
  SeededRandom random(seed);
  Tally tally;
  for (uint64_t run = 0; run < runs; ++run) {
    uint64_t tries = 0;
    bool won = false;
    const size_t first = random.Below(CheatingRelay<Node>::kCheats.size());
    for (size_t i = 0; i < CheatingRelay<Node>::kCheats.size() && !won; ++i, ++tries) {
      const size_t cheat = (first + i) % CheatingRelay<Node>::kCheats.size();
      won = CheatingRelay<Node>(random).GetsAwayWith(CheatingRelay<Node>::kCheats[cheat]);
    }
    tally.Count(won, tries);
  }
  return tally;
}

TEST(Game14, ARelayCheatsOnceAndNobodyNotices) {
  EXPECT_TRUE(Judge(14, "one cheat, unnoticed after two checkpoints", Measure::kCount,
                    Cheat<WatchingNode>(12, Seed() + 140),
                    {{"the leaves (consistency proofs only)",
                      Cheat<ConsistencyProofsOnly>(20, Seed() + 140)}}));
}

}  // namespace
}  // namespace whoelse::games
