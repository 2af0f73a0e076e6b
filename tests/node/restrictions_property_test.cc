// No import, merge, supersede, close, re-sync or restore ever lowers a restriction: whatever happens,
// in whatever order, over the store on the disk. Of no record, and of no child of a row of its source,
// whose record is another one when its number has changed. Nor does what answers for a record tell
// what that one would not.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <cstdlib>
#include <map>
#include <set>

#include "node/registry.h"
#include "tests/node/backup_maker.h"
#include "tests/node/record_maker.h"
#include "tests/node/registry_fixture.h"
#include "tests/node/registry_run.h"

namespace whoelse {
namespace {

enum class Kind : uint8_t {
  kImport, kReSync, kMerge, kUnmerge, kSupersede, kClose, kNotice, kBackUp, kRestore, kLift
};
// Out of 32: a restore takes its time.
constexpr std::array<std::pair<Kind, uint32_t>, 10> kHowOften = {
    {{Kind::kImport, 14}, {Kind::kReSync, 2}, {Kind::kMerge, 2}, {Kind::kUnmerge, 2},
     {Kind::kSupersede, 2}, {Kind::kClose, 2}, {Kind::kNotice, 2}, {Kind::kBackUp, 2},
     {Kind::kRestore, 1}, {Kind::kLift, 3}}};
Kind KindAt(uint32_t place) {
  for (const auto& [kind, often] : kHowOften) {
    if (place < often) return kind;
    place -= often;
  }
  return Kind::kImport;
}

constexpr uint32_t kRows = 4;   // of the source

// What happens next, out of the bits of a number, so that a failure shrinks to a few small ones.
struct Event {
  explicit Event(uint32_t bits)
      : kind(KindAt(bits % 32)), id(bits / 32 % kRows), number(bits / 128 % 4),
        restrictions(bits / 512 % 32), service_class(1 + bits / 16384 % 5),
        why(1 + bits / 131072 % 3), other(bits / 524288 % kRows) {}
  Kind kind;
  uint32_t id, number, restrictions, service_class, why, other;
};

class RestrictionsProperty : public testing::Test {
 protected:
  using Records = std::map<RecordId, Record>;
  using Rows = std::map<uint32_t, Record>;   // what is held of each row of the source

  // Each run has a source and numbers of its own: the store stays.
  void BeginRun() {
    if (ShieldsEverybody()) Lift();
    source_ = "run-" + std::to_string(++runs_);
    first_ = life_->store->NextRecordId();
    exported_.clear();
    closed_.clear();
    numbers_.clear();
    while (numbers_.size() < 3) {
      const auto number = NhsNumber::Parse(std::to_string(9'990'000'018 + next_number_++));
      if (number.ok()) numbers_.push_back(*number);
    }
    BackUp();
  }
  std::string IdOf(uint32_t id) const { return std::to_string(id); }
  Registry::Which WhichOf(uint32_t id) const { return {source_, IdOf(id)}; }

  void ImportRow(const Event& event) {
    Record record = BasicRecord("");
    record.source = source_;
    record.source_id = IdOf(event.id);
    if (event.number < 3) record.nhs_number = numbers_[event.number];
    record.restrictions = RestrictionsOf(event.restrictions);
    record.service_class = static_cast<ServiceClass>(event.service_class);
    exported_[event.id] = record;
    ImportAll(life_->registry, {record}, kImported, static_cast<NumberChange>(event.why));
  }
  // Everything that the source system has, once more.
  void ReSync(const Event& event) {
    std::vector<Record> rows;
    for (const auto& [id, record] : exported_) rows.push_back(record);
    ImportAll(life_->registry, rows, kImported, static_cast<NumberChange>(event.why));
  }
  // A notice that came under this number shields what the number finds.
  void Notice(const NhsNumber& number) {
    std::vector<RecordId> found;
    for (RecordId id : life_->store->FindByIdentifier(KeyType::kNhsNumber, number.digits())) {
      const auto record = life_->store->ReadRecord(id);
      if (record.ok()) found.push_back(record->answered_by != 0 ? record->answered_by : id);
    }
    RC_ASSERT(life_->registry.ApplyJournal({}, found, {}).ok());
  }
  void BackUp() {
    backup_ = BackedUp(*life_->store, kImported);
    backed_up_ = All();
    rows_backed_up_ = HeldOfRows();
  }
  void Restore() {
    const std::string directory = folder_ / ("restored-" + std::to_string(++restores_));
    RC_ASSERT(RestoreInto(directory, backup_, kImported, random_).ok());
    life_ = std::make_unique<RegistryRun>(directory, board_, clock_, random_);
    closed_.clear();   // as far as anybody here remembers
  }
  // Two people have looked.
  void Lift() {
    const auto lifted = life_->store->LiftRestored({"0000-0000-0001", true, "{}"}, NoteAt(kImported));
    EXPECT_TRUE(lifted.ok()) << lifted;
  }
  bool ShieldsEverybody() const {
    const auto restored = life_->store->ReadRestored();
    RC_ASSERT(restored.ok());
    return restored->has_value() && (*restored)->shields_everybody;
  }
  void Happen(const Event& event) {
    Registry& registry = life_->registry;
    const NhsNumber& one = numbers_[event.number % 3];
    const Registry::By by = ByAt(kImported);
    switch (event.kind) {
      case Kind::kImport: return ImportRow(event);
      case Kind::kReSync: return ReSync(event);
      case Kind::kMerge:
        return (void)registry.Merge(WhichOf(event.id), WhichOf(event.other), by);
      case Kind::kUnmerge: return (void)registry.Unmerge(WhichOf(event.id), by);
      case Kind::kSupersede: return (void)registry.Supersede(one, numbers_[event.other % 3], by);
      case Kind::kClose: return (void)registry.Close(one, by);
      case Kind::kNotice: return Notice(one);
      case Kind::kBackUp: return BackUp();
      case Kind::kRestore: return Restore();
      case Kind::kLift: return Lift();
    }
  }

  Records All() const {
    Records all;
    for (RecordId id = first_; id < life_->store->NextRecordId(); ++id) {
      const auto record = life_->store->ReadRecord(id);
      if (record.ok()) all.emplace(id, *record);
    }
    return all;
  }
  Rows HeldOfRows() const {
    Rows rows;
    for (uint32_t id = 0; id < kRows; ++id) {
      const RecordId found = life_->store->FindBySource(source_, IdOf(id));
      const auto record = life_->store->ReadRecord(found);
      if (record.ok()) rows.emplace(id, *record);
    }
    return rows;
  }
  // The closing is the old number's alone, and there CheckNothingWasLowered looks.
  static void CheckNoChildWasFreed(const Rows& before, const Rows& after) {
    for (const auto& [id, was] : before) {
      const auto found = after.find(id);
      RC_ASSERT(found != after.end());
      Restrictions had = WithShields(was);
      had.closed = false;
      const Restrictions has = WithShields(found->second);
      RC_ASSERT(has.Raise(had) == has);
      RC_ASSERT(found->second.service_class >= was.service_class);
    }
  }
  void CheckNothingWasLowered(const Records& before, const Records& after) {
    for (const auto& [id, was] : before) {
      const auto found = after.find(id);
      RC_ASSERT(found != after.end());
      const Record& is = found->second;
      RC_ASSERT(is.restrictions.Raise(was.restrictions) == is.restrictions);
      RC_ASSERT(is.service_class >= was.service_class);
      RC_ASSERT(is.shield_pending || !was.shield_pending);
      RC_ASSERT(is.in_dispute || !was.in_dispute);
      RC_ASSERT(is.beside_closed || !was.beside_closed);
      RC_ASSERT(!was.superseded || is.superseded);
    }
    for (const auto& [id, is] : after) {
      if (is.restrictions.closed && is.nhs_number) closed_.insert(*is.nhs_number);
    }
    for (const auto& [id, is] : after) {
      if (!is.nhs_number || !closed_.contains(*is.nhs_number)) continue;
      RC_ASSERT(is.restrictions.closed && is.restrictions.shielded);
    }
  }

  // A closing, and the shield that may be of it alone, is the number's, which answers nothing. So is
  // what stands beside a closed number.
  static void CheckWhatAnswersIsNoLessRestricted(const Records& all) {
    for (const auto& [id, is] : all) {
      if (is.answered_by == 0) continue;
      const auto answers = all.find(is.answered_by);
      RC_ASSERT(answers != all.end());
      Record raising = is;
      raising.beside_closed = false;
      Restrictions raises = WithShields(raising);
      if (raises.closed) raises.closed = raises.shielded = false;
      const Restrictions has = WithShields(answers->second);
      RC_ASSERT(has.Raise(raises) == has);
      RC_ASSERT(answers->second.service_class >= is.service_class);
    }
  }

  // A backup does not know what was restricted after it.
  void HappenAndCheck(const Event& event) {
    const Records before = All();
    const Rows rows_before = HeldOfRows();
    const bool shielded = ShieldsEverybody();
    Happen(event);
    if (event.kind == Kind::kRestore) {
      RC_ASSERT(ShieldsEverybody());
      RC_ASSERT(All() == backed_up_);
    }
    RC_ASSERT(ShieldsEverybody() || !shielded || event.kind == Kind::kLift);
    const bool restored = event.kind == Kind::kRestore;
    CheckNothingWasLowered(restored ? backed_up_ : before, All());
    CheckNoChildWasFreed(restored ? rows_backed_up_ : rows_before, HeldOfRows());
    CheckWhatAnswersIsNoLessRestricted(All());
  }

  TestFolder folder_;
  SeededRandom random_{20261122};
  FixedClock clock_;
  RosterBoard board_;
  std::unique_ptr<RegistryRun> life_ =
      std::make_unique<RegistryRun>(folder_ / "data", board_, clock_, random_);
  std::string source_, backup_;
  RecordId first_ = 1;
  std::map<uint32_t, Record> exported_;   // the last row of each id
  Records backed_up_;
  Rows rows_backed_up_;
  std::vector<NhsNumber> numbers_;
  std::set<NhsNumber> closed_;
  int runs_ = 0, restores_ = 0;
  uint64_t next_number_ = 0;
};

TEST_F(RestrictionsProperty, WhateverHappensNothingIsLowered) {
  const char* const seed = std::getenv("WHOELSE_SEED");
  // It prints the seed that it runs with.
  const std::string parameters =
      "max_success=60 max_size=25 seed=" + std::string(seed == nullptr ? "20261122" : seed);
  setenv("RC_PARAMS", parameters.c_str(), 0);
  EXPECT_TRUE(rc::check([this] {
    // All bits of each, however few events there are: a size would be taken for theirs too.
    const auto any = rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<uint32_t>());
    const auto events = *rc::gen::container<std::vector<uint32_t>>(any);
    BeginRun();
    for (const uint32_t bits : events) HappenAndCheck(Event(bits));
  }));
  EXPECT_GT(restores_, 0);
}

}  // namespace
}  // namespace whoelse
