// Game 15: whoever stands between a member and the federation wants it to go by another roster than
// the one that rules: the one of yesterday, one of its own, one that hides children, one with an
// agency that was revoked.
#include <gtest/gtest.h>

#include "protocol/roster_keeper.h"
#include "tests/games/game.h"
#include "tests/node/federation.h"

namespace whoelse::games {
namespace {

using nlohmann::ordered_json;

constexpr TimeMs kHour = 3'600'000;

// What the office publishes, one after another: the first, one with another name, one without the
// police.
ordered_json Published(size_t number) {
  ordered_json roster = RosterJson(7);
  roster["parameters"]["roster_delay_h"] = 48;
  roster["version"] = 7 + number;
  if (number >= 1) roster["name"] = "Test federation, renamed";
  if (number == 2) {
    ordered_json& agencies = roster["agencies"];
    for (size_t i = 0; i < agencies.size(); ++i) {
      if (agencies[i]["id"] == kPolice) agencies.erase(i--);
    }
  }
  return roster;
}
constexpr size_t kPublished = 3;

struct Issued {
  SignedRoster note;
  Roster roster;
};
const Issued& IssuedRoster(size_t number) {
  static const std::array<Issued, kPublished> all = [] {
    const auto one = [](size_t n) {
      const std::string text = RosterText(Published(n));
      return Issued{{SignedByFirst(text), {}, {}}, *Roster::Parse(text)};
    };
    return std::array{one(0), one(1), one(2)};
  }();
  return all[number];
}

// A member, as nodes and coordinators keep their roster. It goes by a roster when it takes it for
// the one that rules: not when it says of itself that its state is unconfirmed.
class Member {
 public:
  virtual ~Member() = default;
  bool GoesByItsRoster(TimeMs now) const { return keeper_->ruling() && !Unconfirmed(now); }
  RosterKeeper& keeper() { return *keeper_; }
  void Restart(TimeMs now) {
    const Bytes stored = keeper_->Persistent().Serialize();
    keeper_ = std::make_unique<RosterKeeper>(VectorAnchor());
    EXPECT_TRUE(keeper_->Restore(*RosterKeeper::State::Parse(stored), now).ok());
  }

 protected:
  virtual bool Unconfirmed(TimeMs now) const { return keeper_->Unconfirmed(now); }
  std::unique_ptr<RosterKeeper> keeper_ = std::make_unique<RosterKeeper>(VectorAnchor());
};

// Strawman: versions only rise, and nobody has to say now and then which one is the newest.
class NoHeartbeats final : public Member {
  bool Unconfirmed(TimeMs) const override { return false; }
};

// A relay with all that was ever signed, one coordinator's admission key and, for rosters of its
// own, as many root keys as suit it; what it cannot sign it takes from elsewhere.
template <typename SomeMember>
class RosterForger {
 public:
  explicit RosterForger(Random& random) : random_(random) {
    // Honest times, up to some point: the member has what rules, and t coordinators say so.
    held_ = random.Below(kPublished - 1);
    for (size_t n = 0; n <= held_; ++n) {
      EXPECT_TRUE(keeper().Offer(IssuedRoster(n).note, now_).ok());
      for (CoordinatorId id : {kRelay, kOtherRelay, kNoRelay}) SeeLeaf(id, IssuedRoster(n).roster);
      now_ += 50 * kHour;
      keeper().Tick(now_);
      HearBeats(n, 3);
    }
    EXPECT_EQ(keeper().ruling()->version, IssuedRoster(held_).roster.version);
    EXPECT_TRUE(member_.GoesByItsRoster(now_));
    superseded_ms_ = now_;   // from here on the relay stands between
  }

  bool Play(uint64_t* tries) {
    for (int move = 0; move < 30; ++move, ++*tries) {
      now_ += random_.Below(8) * kHour;
      switch (random_.Below(6)) {
        case 0: ReplayBeats(); break;
        case 1: Offer(IssuedRoster(random_.Below(held_ + 1)).note); break;
        case 2: member_.Restart(now_); break;
        case 3:
          Beat(Heartbeat::Sign(*keeper().ruling(), kRelay, Hour(), AdmissionKeyOf(0)));
          break;
        default: Offer(Forge()); break;
      }
      keeper().Tick(now_);
      if (GoesByAnother()) return true;
    }
    return false;
  }

 private:
  RosterKeeper& keeper() { return member_.keeper(); }
  uint32_t Hour() const { return static_cast<uint32_t>(now_ / kHour); }
  void SeeLeaf(CoordinatorId id, const Roster& roster) {
    keeper().OnRosterLeaf(id, roster.version, roster.hash, now_);
  }
  void Beat(const Heartbeat& beat) { keeper().OnHeartbeat(beat, now_); }
  void HearBeats(size_t n, size_t coordinators) {
    for (size_t i = 0; i < coordinators; ++i) {
      const auto id = static_cast<CoordinatorId>(101 + i);
      recorded_.push_back(Heartbeat::Sign(IssuedRoster(n).roster, id, Hour(),
                                          AdmissionKeyOf(static_cast<int>(i))));
      Beat(recorded_.back());
    }
  }
  // Those of honest times, under any name and for any hour that might pass.
  void ReplayBeats() {
    for (Heartbeat beat : recorded_) {
      if (random_.Below(4) == 0) beat.coordinator = random_.Below(2) == 0 ? kOtherRelay : kNoRelay;
      if (random_.Below(4) == 0) beat.hour = Hour();
      Beat(beat);
    }
  }
  // With the word of its own coordinator and a leaf in its own log, as often as it likes.
  void Offer(SignedRoster offered) {
    const auto note = Note::Parse(offered.note);
    const auto roster = note.ok() ? Roster::Parse(note->text) : note.status();
    if (roster.ok()) {
      for (CoordinatorId name : {kRelay, kRelay, kOtherRelay}) {
        offered.consents.push_back({name, ConsentToRoster(AdmissionKeyOf(0), roster->hash)});
      }
      SeeLeaf(kRelay, *roster);
    }
    (void)keeper().Offer(std::move(offered), now_);
  }
  // A roster that nobody published: its text, its signatures, or both.
  SignedRoster Forge() {
    ordered_json roster = Published(random_.Below(kPublished));
    roster["version"] = 7 + random_.Below(6);
    const uint64_t kind = random_.Below(7);
    switch (kind) {
      case 0: roster["name"] = "Another federation"; break;
      case 1:   // shares of two keys: a pseudonym that is nobody's
        roster["key_versions"][0]["shares"][random_.Below(3)]["key"] =
            ToHex(Element::BaseMultiply(Scalar::FromU64(5 + random_.Below(100))).bytes());
        break;
      case 2:   // of a key that the forger has
        Reshare(roster, 0, Scalar::FromU64(5), 2, random_.Below(100));
        break;
      case 3:   // it becomes an agency
        roster["agencies"][0]["identity_key"] = ToHex(NewKey(0x77).verify_key().bytes());
        break;
      case 4:   // every coordinator's word is its own
        for (size_t i = 1; i < 3; ++i) {
          roster["coordinators"][i]["admission_key"] =
              ToHex(NewKey(static_cast<uint8_t>(0x70 + i)).verify_key().bytes());
        }
        break;
      case 5: roster["not_after"] = roster["not_after"].get<uint64_t>() + 100 * 86'400; break;
      default: roster["name"] = "Test federation, once more"; break;
    }
    const std::string text = RosterText(roster);
    // For another content the roots would have to be many; for a key, all of them are not enough.
    const bool is_key = kind >= 1 && kind <= 4;
    if (is_key && random_.Below(2) == 0) return {SignedByFirst(text, kind == 3 ? 2 : 3), {}, {}};
    if (random_.Below(2) == 0) return {SignedByFirst(text, 1), {}, {}};
    Note note = *Note::Parse(IssuedRoster(random_.Below(kPublished)).note.note);
    note.text = text;   // under the signatures of another
    return {note.Serialize(), {}, {}};
  }
  // It takes for ruling what nobody published, what is older than what it had, or, a day and a half
  // after the next one was published, what that one replaced.
  bool GoesByAnother() {
    if (!member_.GoesByItsRoster(now_)) return false;
    const Roster& ruling = *keeper().ruling();
    const Roster& held = IssuedRoster(held_).roster;
    if (ruling.hash != held.hash) return true;
    return now_ > superseded_ms_ + kHeartbeatFreshS * 1000;
  }

  Random& random_;
  SomeMember member_;
  size_t held_ = 0;
  TimeMs now_ = kNow;
  TimeMs superseded_ms_ = 0;
  std::vector<Heartbeat> recorded_;
};

template <typename SomeMember>
Tally MislayRosters(uint64_t runs, uint64_t seed) {
  SeededRandom random(seed);
  Tally tally;
  for (uint64_t run = 0; run < runs; ++run) {
    uint64_t tries = 0;
    const bool won = RosterForger<SomeMember>(random).Play(&tries);
    tally.Count(won, tries);
  }
  return tally;
}

TEST(Game15, AMemberGoesByAnotherRoster) {
  EXPECT_TRUE(Judge(15, "rosters frozen, rolled back, forked, of several keys", Measure::kCount,
                    MislayRosters<Member>(15, Seed() + 15),
                    {{"heartbeats (a version check alone)",
                      MislayRosters<NoHeartbeats>(12, Seed() + 15)}}));
}

}  // namespace
}  // namespace whoelse::games
