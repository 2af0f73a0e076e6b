// Game 22: a node comes back from a backup that is an hour old, or by the restore command from one of
// two minutes ago. It has forgotten what it cosigned, what it answered and which roster it accepted last,
// and a relay knows it.
#include <gtest/gtest.h>

#include "node/backup_parts.h"
#include "node/doubt.h"
#include "protocol/roster_keeper.h"
#include "tests/games/game.h"
#include "tests/games/watching_node.h"

namespace whoelse::games {
namespace {

constexpr TimeMs kHourMs = 3'600'000;

// The roster that ruled when the backup was made, and the one since: without the police.
SignedRoster Before() { return {SignedByFirst(RosterText(RosterJson(7))), {}, {}}; }
nlohmann::ordered_json SinceJson() {
  nlohmann::ordered_json roster = RosterJson(7);
  roster["version"] = 8;
  nlohmann::ordered_json& agencies = roster["agencies"];
  for (size_t i = 0; i < agencies.size(); ++i) {
    if (agencies[i]["id"] == kPolice) agencies.erase(i--);
  }
  return roster;
}
SignedRoster Since() { return {SignedByFirst(RosterText(SinceJson())), {}, {}}; }
const Roster& SinceRoster() {
  static const Roster roster = *Roster::Parse(RosterText(SinceJson()));
  return roster;
}

Question AskUnder(const Roster& roster, AgencyId asker, TimeMs now, Random& random) {
  static const SubKeys keys = SubKeysOf(KeyType::kNhsNumber, kChild, 1);
  const TimeS issued = now / 1000 / kIssuedGranularityS * kIssuedGranularityS;
  const QuestionParts parts{roster.federation, roster.version, {1}, issued, {{&keys, nullptr}}};
  return Question::Build(parts, BasicStatement(asker), IdentityKeyOfAgency(asker), random);
}

// What is in the data directory, and what is beside it.
struct Disk {
  LogWatch::Memory watch;
  std::map<FrameHash, std::pair<Bytes, TimeS>> wires;
  Bytes roster_state;
  TimeMs in_use_ms = 0;
  Bytes pins;   // lie outside; in a copy of everything, what they were then
};

// What `whoelse node backup` and `restore` make of it.
Disk ByCommand(Disk disk) {
  const auto goes_back = [](std::string_view family, std::string_view key) {
    return PartOf(family, key)->goes_back;
  };
  if (!goes_back("wires", "")) disk.wires.clear();
  if (!goes_back("meta", "watch/")) disk.watch = {};
  if (!goes_back("meta", "roster")) disk.roster_state.clear();
  if (!goes_back("meta", "in_use")) disk.in_use_ms = 0;
  return disk;
}

// A node as node/answering.cc starts it from its disk, with a witness.
class RestoredNode {
 public:
  static constexpr TimeMs kAge = kHourMs;   // of the backup

  RestoredNode(uint64_t seed, TimeMs begun) : seed_(seed) {
    disk_.in_use_ms = begun;
    disk_.pins = Witness::SerializePins({});
    Start(begun);
  }
  virtual ~RestoredNode() = default;

  Disk Backup() const { return disk_; }
  void Restore(const Disk& backup, TimeMs now) {
    const Bytes pins_beside = disk_.pins;
    disk_ = Brought(backup);
    if (!PinsAreInTheBackup()) disk_.pins = pins_beside;
    Start(now);
  }

  uint64_t known_size() { return watch().known_size(); }
  // Whether this checkpoint was cosigned.
  bool Attach(const AttachStatement& statement, TimeMs now) {
    disk_.in_use_ms = now;
    watch().OnDetached(now);
    if (!watch().OnAttached(statement, now).empty()) return false;
    disk_.watch = watch().memory();
    const bool cosigned = witness_->Cosign(watch().memory(), now / 1000).has_value();
    disk_.pins = Witness::SerializePins(witness_->pins());
    return cosigned;
  }
  void Offer(SignedRoster roster, TimeMs now) {
    if (!keeper_->Offer(std::move(roster), now).ok()) return;
    disk_.roster_state = keeper_->Persistent().Serialize();
    doubt_->OnRosterChanged();
    SetRosters();
  }
  void Beat(const Heartbeat& beat, CoordinatorId from, TimeMs now) {
    if (keeper_->OnHeartbeat(beat, now) && beat.coordinator == from) doubt_->OnHeartbeat(from);
    ApplyDoubt();
  }
  // The wire, or nothing when the frame was refused.
  std::optional<Bytes> Ask(const Frame& frame, const Admission& admission, TimeMs now) {
    if (node_->Give(frame, admission, now).refusal) return std::nullopt;
    for (const SlotRecord& record : node_->Answers(now + 500).records) {
      if (record.frame_hash != frame.hash()) continue;
      disk_.wires[record.frame_hash] = {record.wire, record.keep_until_s};
      return record.wire;
    }
    return std::nullopt;
  }

 protected:
  virtual bool PinsAreInTheBackup() const { return false; }
  virtual bool DoubtsItsStore() const { return true; }
  virtual Disk Brought(const Disk& backup) const { return backup; }   // a copy of the directory

 private:
  LogWatch& watch() { return node_->holder.Watch(kRelay); }
  void SetRosters() {
    node_->holder.SetRosters(keeper_->ruling(), keeper_->previous(), keeper_->replaced_ms());
    ApplyDoubt();
  }
  void ApplyDoubt() {
    const TimeMs through = doubt_->UnsureThrough(keeper_->ruling()->threshold);
    node_->holder.SetUnsureThrough(DoubtsItsStore() ? through : 0);
  }
  void Start(TimeMs now) {
    node_ = std::make_unique<TestHolder>(kSurgery, 7, ++seed_);
    node_->Hold(BasicRecord());
    keeper_ = std::make_unique<RosterKeeper>(VectorAnchor());
    if (disk_.roster_state.empty()) {   // then the one of the configuration
      EXPECT_TRUE(keeper_->Offer(Before(), now).ok());
      disk_.roster_state = keeper_->Persistent().Serialize();
    } else {
      EXPECT_TRUE(keeper_->Restore(*RosterKeeper::State::Parse(disk_.roster_state), now).ok());
    }
    doubt_.emplace(disk_.in_use_ms, now);
    SetRosters();
    for (const auto& [hash, kept] : disk_.wires) {
      node_->holder.RestoreWire(hash, kept.first, kept.second);
    }
    witness_ = std::make_unique<Witness>(WitnessName(0), WitnessKey(0),
                                         *Witness::ParsePins(disk_.pins));
    LogWatch::Memory memory = disk_.watch;
    const auto pin = witness_->pins().find(watch().log_key().name);
    const bool pinned = pin != witness_->pins().end();
    if (pinned && pin->second.frontier.size() > memory.frontier.size()) memory = pin->second;
    if (!memory.checkpoint.empty()) watch().Restore(std::move(memory));
  }

  uint64_t seed_;
  Disk disk_;
  std::unique_ptr<TestHolder> node_;
  std::unique_ptr<RosterKeeper> keeper_;
  std::unique_ptr<Witness> witness_;
  std::optional<StoreDoubt> doubt_;
};

// By the commands, from a backup so young that its age says nothing.
class RestoredByCommand : public RestoredNode {
 public:
  using RestoredNode::RestoredNode;
  static constexpr TimeMs kAge = 120'000;

 protected:
  Disk Brought(const Disk& backup) const override { return ByCommand(backup); }
};
// Strawman: the backup says when the store was in use, and that is not long ago.
class BelievesAYoungBackup final : public RestoredByCommand {
 public:
  using RestoredByCommand::RestoredByCommand;

 protected:
  Disk Brought(const Disk& backup) const override {
    Disk disk = ByCommand(backup);
    disk.in_use_ms = backup.in_use_ms;
    return disk;
  }
};

// Strawman: the pins lie in the data directory, so that the backup brings old ones back.
class PinsInTheBackup final : public RestoredNode {
 public:
  using RestoredNode::RestoredNode;

 protected:
  bool PinsAreInTheBackup() const override { return true; }
};
// Strawman: wires and roster version are what the backup says.
class BelievesItsBackup final : public RestoredNode {
 public:
  using RestoredNode::RestoredNode;

 protected:
  bool DoubtsItsStore() const override { return false; }
};

// The time after the backup, and what a relay does when the node is back from it.
template <typename Node>
class AfterABackup {
  static constexpr TimeMs kBackupMs = kNow - Node::kAge;

 public:
  explicit AfterABackup(Random& random)
      : random_(random), node_(random.Below(1u << 30), kBackupMs) {
    log_.Fill(1 + random.Below(5));
    EXPECT_TRUE(node_.Attach(log_.Attach(0), kBackupMs));
    backup_ = node_.Backup();
    backup_size_ = log_.size();
    log_.Fill(2 + random.Below(5));
    EXPECT_TRUE(node_.Attach(log_.Attach(node_.known_size()), kBackupMs + Node::kAge / 6));
    node_.Offer(Since(), kBackupMs + Node::kAge / 3);
    asked_ = AskUnder(SinceRoster(), kSocialCare, kNow, random_);
    first_ = node_.Ask(asked_->frame, AdmitAt(kNow, kRelay), kNow);
    EXPECT_TRUE(first_.has_value());
    back_ = kNow + 1'000 + random_.Below(50'000);
    node_.Restore(backup_, back_);
  }

  bool CosignsAFork() {
    FakeLog fork;
    for (Bytes& entry : log_.Since(0)) {
      if (fork.size() == backup_size_) break;
      fork.Append(std::move(entry));
    }
    while (fork.size() < log_.size() + random_.Below(3)) {
      fork.Append(EvaluatedEntry{77, random_.NewFixed<Digest>()});
    }
    const uint64_t claims = random_.Below(2) == 0 ? backup_size_ : node_.known_size();
    return node_.Attach(fork.Attach(std::min(claims, fork.size())), back_ + 500);
  }
  // With all that the node waits for: the new roster, and the word of two coordinators.
  bool AnswersTwice() {
    const TimeMs now = back_ + random_.Below(60'000);
    ComesUpToDate(back_);
    const CoordinatorId relay = random_.Below(2) == 0 ? kRelay : kOtherRelay;
    const auto second = node_.Ask(asked_->frame, AdmitAt(now, relay), now);
    return second.has_value() && *second != *first_;
  }
  // The newer roster is kept from it, and what was said of the one before is said again.
  bool AnswersUnderTheOldRoster() {
    const auto hour = [](TimeMs ms) { return static_cast<uint32_t>(ms / kHourMs); };
    for (CoordinatorId id : {kRelay, kOtherRelay, kNoRelay}) {
      node_.Beat(Heartbeat::Sign(*RosterOf(7), id, hour(kBackupMs), AdmissionKeyOf(id - 101)),
                 kRelay, back_);
    }
    node_.Beat(Heartbeat::Sign(*RosterOf(7), kRelay, hour(back_), AdmissionKeyOf(0)), kRelay,
               back_);
    const TimeMs now = back_ + random_.Below(180'000);
    const Question revoked = AskUnder(*RosterOf(7), kPolice, now, random_);
    return node_.Ask(revoked.frame, Admit(revoked.frame.hash(), 2'000, now), now).has_value();
  }

  // A minute later a new question is answered: what a game shows of a node that only refuses is
  // nothing.
  bool AnswersAgain() {
    ComesUpToDate(back_);
    const TimeMs now = back_ + 75'000;
    const Question later = AskUnder(SinceRoster(), kSocialCare, now, random_);
    return node_.Ask(later.frame, Admit(later.frame.hash(), 3'000, now), now).has_value();
  }

 private:
  Admission AdmitAt(TimeMs now, CoordinatorId relay) {
    return Admit(asked_->frame.hash(), 1'000 + random_.Below(9), now, relay);
  }
  void ComesUpToDate(TimeMs now) {
    node_.Offer(Since(), now);
    for (CoordinatorId id : {kOtherRelay, kNoRelay}) {
      node_.Beat(Heartbeat::Sign(SinceRoster(), id, static_cast<uint32_t>(now / kHourMs),
                                 AdmissionKeyOf(id - 101)),
                 id, now);
    }
  }

  Random& random_;
  Node node_;
  FakeLog log_;
  Disk backup_;
  uint64_t backup_size_ = 0;
  std::optional<Question> asked_;
  std::optional<Bytes> first_;
  TimeMs back_ = 0;
};

template <typename Node>
Tally SetBack(uint64_t runs, uint64_t seed) {
  using Play = AfterABackup<Node>;
  constexpr std::array<bool (Play::*)(), 3> kTries = {
      &Play::CosignsAFork, &Play::AnswersTwice, &Play::AnswersUnderTheOldRoster};
  SeededRandom random(seed);
  Tally tally;
  for (uint64_t run = 0; run < runs; ++run) {
    uint64_t tries = 0;
    bool won = false;
    for (size_t i = 0; i < 9 && !won; ++i, ++tries) {
      Play play(random);
      won = (play.*kTries[i % kTries.size()])();
    }
    tally.Count(won, tries);
  }
  return tally;
}

TEST(Game22, ANodeFromABackupAnHourOld) {
  EXPECT_TRUE(Judge(22, "a node comes back from a backup an hour old", Measure::kCount,
                    SetBack<RestoredNode>(15, Seed() + 22),
                    {{"pins beside the data (in the backup)",
                      SetBack<PinsInTheBackup>(12, Seed() + 22)},
                     {"doubt (wires and roster of the backup)",
                      SetBack<BelievesItsBackup>(12, Seed() + 22)}}));
  EXPECT_TRUE(Judge(22, "a node restored by the command from a backup of two minutes ago",
                    Measure::kCount, SetBack<RestoredByCommand>(15, Seed() + 22),
                    {{"the age of the backup (it says when it was in use)",
                      SetBack<BelievesAYoungBackup>(12, Seed() + 22)}}));
  SeededRandom random(Seed() + 22);
  EXPECT_TRUE(AfterABackup<RestoredNode>(random).AnswersAgain());
  EXPECT_TRUE(AfterABackup<RestoredByCommand>(random).AnswersAgain());
  // Each way of the adversary's is one.
  EXPECT_TRUE(AfterABackup<BelievesItsBackup>(random).AnswersTwice());
  EXPECT_TRUE(AfterABackup<BelievesItsBackup>(random).AnswersUnderTheOldRoster());
}

}  // namespace
}  // namespace whoelse::games
