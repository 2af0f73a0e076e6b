// Game 24: somebody who knows a fled child's number looks for the child through agencies that set
// no flag. After one shield notice none of them gives the child away, whatever their records go
// through.
#include <gtest/gtest.h>

#include "node/notice_repeats.h"
#include "tests/games/forge.h"
#include "tests/games/game.h"

namespace whoelse::games {
namespace {

// An agency's node with its store. Answers like the production holder; imports, the journal and the
// restart are those of node/registry.cc and node/deferred.cc, on records in memory.
class FlaglessAgency {
 public:
  FlaglessAgency(AgencyId agency, uint64_t seed)
      : seed_(seed), node_(std::make_unique<TestHolder>(agency, 7, seed)) {}
  virtual ~FlaglessAgency() = default;

  AgencyId agency() const { return node_->agency; }
  void FirstImport(std::vector<Record> rows) {
    for (Record& row : rows) Add(std::move(row));
  }

  virtual void TakeNotice(const Question& notice, TimeMs now) { (void)Take(notice, now); }
  virtual void TakeRepetition(const Question& notice, TimeMs now) { (void)Take(notice, now); }
  Answer Take(const Question& question, TimeMs now) {
    const Holder::Reply reply = node_->Give(question.frame, AdmitNext(question, now), now);
    EXPECT_FALSE(reply.refusal.has_value());
    const SlotRecord record = node_->Answers(now + 250).records.at(0);
    if (record.noted.reasons & Noted::kShieldNotice) journal_.push_back(record.noted);
    return AnswerIn(record.wire, question, node_->agency);
  }

  // The export of before the notice comes once more: nothing in it says anything of a shield.
  void ReimportOldExport(const std::vector<Record>& rows) {
    for (const Record& row : rows) {
      for (auto& [id, held] : node_->records.records) {
        const bool same = held.source == row.source && held.source_id == row.source_id;
        if (same) held = Overwrite(held, row);
      }
    }
  }
  // Another system of the agency knows the child too.
  void ImportSecondSource(Record row) {
    row.source = "second";
    row.source_id = std::to_string(node_->records.records.size());
    Add(std::move(row));
  }
  // The journal is worked off: the store has the shields now.
  void WorkOff() {
    for (const Noted& noted : journal_) {
      for (const Noted::Decision& decision : noted.decisions) {
        Record& record = node_->records.records.at(decision.record);
        record.restrictions.shielded = record.shield_pending = true;
        node_->holder.Unshield(decision.record);
      }
    }
    journal_.clear();
  }
  // The process ends and starts again from what was committed.
  void Restart() {
    auto fresh = std::make_unique<TestHolder>(node_->agency, 7, ++seed_);
    for (const auto& [id, record] : node_->records.records) fresh->Hold(record);
    for (const Noted& noted : journal_) fresh->holder.RestoreNoted(noted);
    node_ = std::move(fresh);
  }

 protected:
  virtual Record Overwrite(const Record& held, const Record& row) const {
    return MergeByMachine(held, row);
  }

 private:
  void Add(Record row) { node_->Hold(row); }
  Admission AdmitNext(const Question& question, TimeMs now) {
    return Admit(question.frame.hash(), index_++, now);
  }

  uint64_t seed_;
  uint64_t index_ = 0;
  std::unique_ptr<TestHolder> node_;
  std::vector<Noted> journal_;
};

// Strawman: the shield is the sender's own flag, and travels nowhere.
class OnlyTheSenderShields final : public FlaglessAgency {
 public:
  using FlaglessAgency::FlaglessAgency;
  void TakeNotice(const Question&, TimeMs) override {}
};
// Strawman: an import writes its row over what is held.
class ImportOverwrites final : public FlaglessAgency {
 public:
  using FlaglessAgency::FlaglessAgency;

 protected:
  Record Overwrite(const Record&, const Record& row) const override { return row; }
};

// What a school and a surgery may know of the child: by number, by both, by UPN alone.
std::vector<Record> RowsOf(uint64_t shape) {
  Record both = RecordOfChild(kTwins[0]), number = both, upn = both;
  number.upn.reset();
  upn.nhs_number.reset();
  std::vector<Record> rows = shape == 0   ? std::vector{number}
                             : shape == 1 ? std::vector{both}
                             : shape == 2 ? std::vector{upn, both}
                                          : std::vector{number, upn};
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i].source = "first";
    rows[i].source_id = std::to_string(i);
  }
  return rows;
}

// Asks in the name of any member that may, for any purpose, by any identifier.
class Pursuer {
 public:
  explicit Pursuer(Random& random) : random_(random) {}

  bool Finds(FlaglessAgency& agency, TimeMs issued_ms) {
    static const std::vector<std::pair<AgencyId, Purpose>> allowed = [] {
      std::vector<std::pair<AgencyId, Purpose>> all;
      for (const RosterAgency& a : RosterOf(7)->agencies) {
        for (Purpose purpose : a.ask) all.emplace_back(a.id, purpose);
      }
      return all;
    }();
    const auto& [asker, purpose] = allowed[random_.Below(allowed.size())];
    Statement statement = BasicStatement(asker);
    statement.purpose = purpose;
    statement.subject = {};
    const uint64_t by = 1 + random_.Below(3);
    for (size_t p = 0; p < kSubjectSlots; ++p) {
      if (by >> p & 1) statement.subject[p] = EntryAt(kTwins[0], p);
    }
    return agency.Take(Ask(statement, random_), issued_ms).disclosed;
  }

 private:
  Random& random_;
};

Question ShieldNotice(Random& random) {
  Statement notice = BasicStatement(kSharedNode);
  notice.purpose = Purpose::kConcern;
  notice.flags = kFlagShieldNotice;
  for (size_t p = 0; p < kSubjectSlots; ++p) notice.subject[p] = EntryAt(kTwins[0], p);
  return Ask(notice, random);
}

// One flight: questions before the notice, the notice, then whatever may happen at the agencies.
// Wins when anything is disclosed after the notice.
template <typename Agency>
bool Pursue(Random& random, uint64_t* tries, uint64_t* found_before) {
  Pursuer pursuer(random);
  const std::vector<Record> rows = RowsOf(random.Below(4));
  std::vector<std::unique_ptr<Agency>> agencies;
  for (AgencyId id : {kSurgery, kSchools, kPolice}) {
    agencies.push_back(std::make_unique<Agency>(id, random.Below(1u << 30)));
    agencies.back()->FirstImport(rows);
  }
  TimeMs now = kNow;
  for (auto& agency : agencies) *found_before += pursuer.Finds(*agency, now);
  now += 300;
  const Question notice = ShieldNotice(random);
  for (auto& agency : agencies) agency->TakeNotice(notice, now);
  bool found = false;
  for (int move = 0; move < 20 && !found; ++move) {
    now += 300;   // all within the time that a log may take
    Agency& agency = *agencies[random.Below(agencies.size())];
    switch (random.Below(6)) {
      case 0: agency.ReimportOldExport(rows); break;
      case 1: agency.ImportSecondSource(rows[random.Below(rows.size())]); break;
      case 2: agency.Restart(); break;
      case 3: agency.WorkOff(); break;
      default: break;
    }
    found |= pursuer.Finds(agency, now);
    ++*tries;
  }
  // A week later: everything is in the store, the old export came again, the process is a new one.
  for (auto& agency : agencies) {
    agency->WorkOff();
    agency->ReimportOldExport(rows);
    agency->Restart();
    now += 10;
    found |= pursuer.Finds(*agency, now);
    ++*tries;
  }
  return found;
}

// The sender's node repeats the notice while its shield stands (node/notice_repeats.h).
Question Repetition(Random& random) {
  SentNotice notice;
  for (size_t p = 0; p < kSubjectSlots; ++p) notice.subject[p] = EntryAt(kTwins[0], p);
  return Ask(RepetitionOf(notice, *RosterOf(7)->FindAgency(kSharedNode)), random);
}
// Strawman: a notice is sent once.
class SentOnce final : public FlaglessAgency {
 public:
  using FlaglessAgency::FlaglessAgency;
  void TakeRepetition(const Question&, TimeMs) override {}
};

// The notice went out; then the child comes to a school that nobody told. Wins when anything is
// disclosed there after the next repetition, whatever happens to its records.
template <typename Agency>
bool PursueToTheNewSchool(Random& random, uint64_t* tries, uint64_t* found_before) {
  Pursuer pursuer(random);
  const std::vector<Record> rows = RowsOf(random.Below(4));
  Agency school(kSchools, random.Below(1u << 30));
  TimeMs now = kNow;
  school.TakeNotice(ShieldNotice(random), now);   // of a child whom it does not hold yet
  school.WorkOff();
  school.FirstImport(rows);
  now += 300;
  *found_before += pursuer.Finds(school, now);
  now += 300;
  school.TakeRepetition(Repetition(random), now);
  bool found = false;
  for (int move = 0; move < 10 && !found; ++move) {
    now += 300;
    switch (random.Below(4)) {
      case 0: school.ReimportOldExport(rows); break;
      case 1: school.Restart(); break;
      case 2: school.WorkOff(); break;
      default: break;
    }
    found |= pursuer.Finds(school, now);
    ++*tries;
  }
  return found;
}

template <typename Agency>
Tally PursueToNewSchools(uint64_t runs, uint64_t seed, uint64_t* found_before) {
  SeededRandom random(seed);
  Tally tally;
  for (uint64_t run = 0; run < runs; ++run) {
    uint64_t tries = 0;
    const bool won = PursueToTheNewSchool<Agency>(random, &tries, found_before);
    tally.Count(won, tries);
  }
  return tally;
}

template <typename Agency>
Tally PursueOften(uint64_t runs, uint64_t seed, uint64_t* found_before) {
  SeededRandom random(seed);
  Tally tally;
  for (uint64_t run = 0; run < runs; ++run) {
    uint64_t tries = 0;
    const bool won = Pursue<Agency>(random, &tries, found_before);
    tally.Count(won, tries);
  }
  return tally;
}

TEST(Game24, AFledChildAfterOneShieldNotice) {
  uint64_t before = 0, ignored = 0;
  const Tally honest = PursueOften<FlaglessAgency>(40, Seed() + 24, &before);
  EXPECT_TRUE(Judge(24, "a fled child, after one shield notice", Measure::kCount, honest,
                    {{"the notice (shield on the sender's record)",
                      PursueOften<OnlyTheSenderShields>(20, Seed() + 24, &ignored)},
                     {"imports that only raise (one overwrites)",
                      PursueOften<ImportOverwrites>(20, Seed() + 24, &ignored)}}));
  // Before the notice the same questions found the child.
  EXPECT_GT(before, honest.runs);
}

TEST(Game24, AFledChildAtAPlaceThatTookItOnAfterTheNotice) {
  uint64_t before = 0, ignored = 0;
  const Tally honest = PursueToNewSchools<FlaglessAgency>(40, Seed() + 240, &before);
  EXPECT_TRUE(Judge(24, "a fled child, taken on after the notice", Measure::kCount, honest,
                    {{"the repetition (a notice is sent once)",
                      PursueToNewSchools<SentOnce>(20, Seed() + 240, &ignored)}}));
  EXPECT_GT(before, honest.runs / 4);
}

}  // namespace
}  // namespace whoelse::games
