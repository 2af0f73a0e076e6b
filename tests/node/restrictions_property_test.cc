// No import, merge, supersede, close or re-sync ever lowers a restriction: whatever happens, in
// whatever order, over the store on the disk.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdlib>
#include <map>
#include <set>

#include "tests/node/record_maker.h"
#include "tests/node/registry_fixture.h"

namespace whoelse {
namespace {

// What happens next, out of the bits of a number, so that a failure shrinks to a few small ones.
struct Event {
  explicit Event(uint32_t bits)
      : kind(bits % 9), id(bits / 16 % 4), number(bits / 64 % 4), restrictions(bits / 256 % 32),
        service_class(1 + bits / 8192 % 5), why(1 + bits / 65536 % 3), other(bits / 262144 % 4) {}
  uint32_t kind, id, number, restrictions, service_class, why, other;
};

class RestrictionsProperty : public RegistryTest {
 protected:
  // Each run has a source and numbers of its own: the store stays.
  void BeginRun() {
    source_ = "run-" + std::to_string(++runs_);
    first_ = store_->NextRecordId();
    closed_.clear();
    numbers_.clear();
    while (numbers_.size() < 3) {
      const auto number = NhsNumber::Parse(std::to_string(9'990'000'018 + next_number_++));
      if (number.ok()) numbers_.push_back(*number);
    }
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
    Import({record}, kImported, true, static_cast<NumberChange>(event.why));
  }
  // A notice that came under this number shields what the number finds.
  void Notice(uint32_t number) {
    std::vector<RecordId> found;
    for (RecordId id :
         store_->FindByIdentifier(KeyType::kNhsNumber, numbers_[number % 3].digits())) {
      const auto record = store_->ReadRecord(id);
      if (record.ok()) found.push_back(record->answered_by != 0 ? record->answered_by : id);
    }
    RC_ASSERT(registry_.ApplyJournal({}, found, {}).ok());
  }
  void Happen(const Event& event) {
    switch (event.kind) {
      case 4:
        (void)registry_.Merge(WhichOf(event.id), WhichOf(event.other), ByAt(kImported));
        break;
      case 5:
        (void)registry_.Unmerge(WhichOf(event.id), ByAt(kImported));
        break;
      case 6:
        (void)registry_.Supersede(numbers_[event.number % 3], numbers_[event.other % 3],
                                 ByAt(kImported));
        break;
      case 7:
        (void)registry_.Close(numbers_[event.number % 3], ByAt(kImported));
        break;
      case 8:
        Notice(event.number);
        break;
      default:
        ImportRow(event);
    }
  }

  std::map<RecordId, Record> AsTheyAnswer() const {
    std::map<RecordId, Record> all;
    for (RecordId id = first_; id < store_->NextRecordId(); ++id) {
      const auto record = store_->ReadRecord(id);
      if (record.ok()) all.emplace(id, *record);
    }
    return all;
  }
  void CheckNothingWasLowered(const std::map<RecordId, Record>& before) {
    const std::map<RecordId, Record> after = AsTheyAnswer();
    for (const auto& [id, was] : before) {
      const auto found = after.find(id);
      RC_ASSERT(found != after.end());
      const Record& is = found->second;
      RC_ASSERT(is.restrictions.Raise(was.restrictions) == is.restrictions);
      RC_ASSERT(is.service_class >= was.service_class);
      RC_ASSERT(is.shield_pending || !was.shield_pending);
      RC_ASSERT(is.in_dispute || !was.in_dispute);
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

  std::string source_;
  RecordId first_ = 1;
  std::vector<NhsNumber> numbers_;
  std::set<NhsNumber> closed_;
  int runs_ = 0;
  uint64_t next_number_ = 0;
};

TEST_F(RestrictionsProperty, WhateverHappensNothingIsLowered) {
  const char* const seed = std::getenv("WHOELSE_SEED");
  // It prints the seed that it runs with.
  const std::string parameters =
      "max_success=60 max_size=25 seed=" + std::string(seed == nullptr ? "20261122" : seed);
  setenv("RC_PARAMS", parameters.c_str(), 0);
  EXPECT_TRUE(rc::check([this](const std::vector<uint32_t>& events) {
    BeginRun();
    for (const uint32_t bits : events) {
      const std::map<RecordId, Record> before = AsTheyAnswer();
      Happen(Event(bits));
      CheckNothingWasLowered(before);
    }
  }));
}

}  // namespace
}  // namespace whoelse
