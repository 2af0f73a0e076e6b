// Records in dispute over the store on the disk: silent, with an item, until two people have settled it,
// whatever an import says meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>
#include <utility>

#include "node/day_of.h"
#include "node/inbox_document.h"
#include "node/inbox_keeper.h"
#include "tests/node/inbox_maker.h"
#include "tests/node/registry_fixture.h"

namespace whoelse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Dispute : public RegistryTest {
 protected:
  Dispute() { EXPECT_TRUE(keeper_.Load().ok()); }

  Record Ada(const std::string& id = "1") { return Child(id, kOne, "Ada", 20150314); }
  Record Ben(const std::string& id = "2") { return Child(id, kOne, "Ben", 20180702); }
  Record Child(const std::string& id, const std::string& number, const char* name, uint32_t born) {
    Record record = Pupil(id, number);
    record.given_name = name;
    record.born = *Date::FromYmd(born);
    return record;
  }
  // The records in dispute.
  std::vector<RecordId> Disputed() {
    std::vector<RecordId> disputed;
    EXPECT_TRUE(store_->ForEachRecord(0, [&](const StoredRecord& stored) {
      if (stored.record.in_dispute) disputed.push_back(stored.id);
      return true;
    }).ok());
    return disputed;
  }
  std::vector<InboxItem> Items() {
    EXPECT_TRUE(keeper_.TakeUp().ok());
    return *keeper_.Items(false);
  }
  // A row that says which numbers its own replaced.
  ImportCounts ImportReplacing(const Record& record, const std::string& replaced) {
    const std::vector<ImportRow> rows = {{2, RowAction::kUpsert, std::nullopt, record,
                                          {*NhsNumber::Parse(replaced)}}};
    ImportCounts counts;
    EXPECT_TRUE(registry_.Take(rows, kImported, true, &counts, nullptr).ok());
    return counts;
  }
  bool Settle(const std::string& id, const char* who) {
    return std::holds_alternative<InboxItem>(
        keeper_.Decide(id, {Verb::kDone, "settled", "put right in the system"}, ActorOf(who)));
  }
  // Two people, the item about these records.
  bool SettleAbout(const std::vector<RecordId>& records) {
    const std::vector<InboxItem> items = Items();
    const auto about = std::ranges::find_if(items, [&](const InboxItem& item) {
      return std::ranges::includes(item.records, records);
    });
    return about != items.end() && Settle(about->id, "alice") && Settle(about->id, "bob");
  }
  Registry::Done Merge(const char* from, const char* into) {
    return registry_.Merge({"school", from}, {"school", into}, ByAt(kImported));
  }
  Registry::Done Unmerge(const char* from) {
    return registry_.Unmerge({"school", from}, ByAt(kImported));
  }

  InboxKeeper keeper_{kSurgery, TestCalendar(), *store_, registry_, answering_, clock_, random_};
};

TEST_F(Dispute, OneNumberOfTwoChildrenSilencesBoth) {
  EXPECT_EQ(Import({Ada()}).disputed, 0u);
  EXPECT_EQ(Import({Ben()}).disputed, 1u);
  EXPECT_THAT(Disputed(), ElementsAre(1, 2));
  const std::vector<InboxItem> items = Items();
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].kind, ItemKind::kIdentityConflict);
  EXPECT_THAT(items[0].records, testing::UnorderedElementsAre(1, 2));
}

TEST_F(Dispute, InOneFileToo) {
  EXPECT_EQ(Import({Ada(), Ben()}).disputed, 1u);
  EXPECT_THAT(Disputed(), ElementsAre(1, 2));
}

// Settling looks for what an item names: on what none does a dispute is a shield.
TEST_F(Dispute, IsAShieldOnWhatComesBackAfterItWasPurged) {
  Record ada = Ada();
  ada.service_class = ServiceClass::kProtected;
  Import({ada});
  Import({Ben()});
  ada.end = DayOf(kImported);
  Import({ada});
  ASSERT_EQ(registry_.DoWhatIsDue(Confirmed(kImported + 31 * 86'400'000ull))->purged, 1u);
  Import({Child("1", kTwo, "Ada", 20150314)});
  const Record back = *store_->ReadRecord(store_->FindBySource("school", "1"));
  EXPECT_FALSE(back.in_dispute);
  EXPECT_TRUE(back.restrictions.shielded);
}

TEST_F(Dispute, OneUpnOfTwoNumbersSilencesBoth) {
  Import({Pupil("1", kOne, kUpnOne)});
  EXPECT_EQ(Import({Pupil("2", kTwo, kUpnOne)}).disputed, 1u);
  EXPECT_THAT(Disputed(), ElementsAre(1, 2));
}

TEST_F(Dispute, AMergeOfTwoChildrenSilencesBoth) {
  Import({Pupil("1", kOne), Pupil("2", kTwo)});
  EXPECT_EQ(FieldOf(registry_.Merge({"school", "1"}, {"school", "2"}, ByAt(kImported))), "id");
  EXPECT_THAT(Disputed(), ElementsAre(1, 2));
  ASSERT_EQ(Items().size(), 1u);
}

TEST_F(Dispute, ADryRunChangesNothing) {
  ImportCounts counts;
  Import({Ada()});
  const std::vector<ImportRow> rows = {{2, RowAction::kUpsert, NumberChange::kClosed, Ben()}};
  ASSERT_TRUE(registry_.Take(rows, kImported, false, &counts, nullptr).ok());
  EXPECT_EQ(counts.disputed, 1u);
  EXPECT_THAT(Disputed(), IsEmpty());
  EXPECT_THAT(Items(), IsEmpty());
}

// One item a number, whatever the number of pairs: people look a number up, not pairs.
TEST_F(Dispute, OneItemOfAllThatConflictUnderANumber) {
  EXPECT_EQ(Import({Ada("1"), Ada("2"), Ben("3"), Child("4", kOne, "Cleo", 20201111),
                    Child("5", kTwo, "Dora", 20140131)}).disputed, 2u);
  EXPECT_THAT(Disputed(), ElementsAre(1, 2, 3, 4));
  const std::vector<InboxItem> items = Items();
  ASSERT_EQ(items.size(), 1u);
  EXPECT_THAT(items[0].records, ElementsAre(1, 2, 3, 4));
  EXPECT_TRUE(Settle(items[0].id, "alice"));
  EXPECT_TRUE(Settle(items[0].id, "bob"));
  EXPECT_THAT(Disputed(), IsEmpty());
}

// Neither the same export again, nor one that has it right.
TEST_F(Dispute, NoImportEndsIt) {
  Import({Ada(), Ben()});
  Import({Ada(), Ben()});
  EXPECT_THAT(Disputed(), ElementsAre(1, 2));
  Record right = Child("2", kTwo, "Ben", 20180702);
  Import({right}, kImported, true, NumberChange::kCorrected);
  EXPECT_EQ(store_->ReadRecord(2)->nhs_number->digits(), kTwo);
  EXPECT_THAT(Disputed(), ElementsAre(1, 2));
  EXPECT_EQ(Items().size(), 1u);
}

TEST_F(Dispute, TwoPeopleSettleItAndTheNextExportDoesNotRaiseItAgain) {
  Import({Ada(), Ben()});
  const std::string id = Items().at(0).id;
  EXPECT_TRUE(Settle(id, "alice"));
  EXPECT_FALSE(Settle(id, "alice"));
  EXPECT_THAT(Disputed(), ElementsAre(1, 2));
  EXPECT_TRUE(Settle(id, "bob"));
  EXPECT_THAT(Disputed(), IsEmpty());
  EXPECT_EQ(Import({Ada(), Ben()}).disputed, 0u);
  EXPECT_THAT(Items(), IsEmpty());
}

// A third child under the number: settling one pair leaves silent what the other pair disputes.
TEST_F(Dispute, WhatAnotherItemDisputesStaysSilent) {
  Import({Ada(), Ben()});
  const std::string id = Items().at(0).id;
  Import({Child("3", kOne, "Cleo", 20201111)});
  EXPECT_THAT(Disputed(), ElementsAre(1, 2, 3));
  ASSERT_TRUE(Settle(id, "alice"));
  ASSERT_TRUE(Settle(id, "bob"));
  EXPECT_THAT(Disputed(), ElementsAre(1, 2, 3));
}

// Also at the moment of the second word: no list of before that counts.
TEST_F(Dispute, WhatAnImportDisputesMeanwhileStaysSilent) {
  struct : Clock {
    TimeMs NowMs() const override {
      if (const auto import = std::exchange(meanwhile, nullptr)) import();
      return kImported;
    }
    mutable std::function<void()> meanwhile;   // once
  } importing;
  InboxKeeper keeper(kSurgery, TestCalendar(), *store_, registry_, answering_, importing, random_);
  ASSERT_TRUE(keeper.Load().ok());
  Import({Ada(), Ben()});
  const std::string id = Items().at(0).id;
  ASSERT_TRUE(Settle(id, "alice"));
  importing.meanwhile = [this] { Import({Child("3", kOne, "Cleo", 20201111)}); };
  const Action settled{Verb::kDone, "settled", "put right in the system"};
  ASSERT_TRUE(std::holds_alternative<InboxItem>(keeper.Decide(id, settled, ActorOf("bob"))));
  EXPECT_FALSE(importing.meanwhile);
  EXPECT_THAT(Disputed(), ElementsAre(1, 2, 3));
  ASSERT_TRUE(SettleAbout({1, 2, 3}));
  EXPECT_THAT(Disputed(), IsEmpty());
}

// Nor does one come between that list and the word: what it disputes is on the list, or stays
// silent because it comes afterwards.
TEST_F(Dispute, NoImportGoesOnWhileOneIsSettled) {
  Import({Ada(), Ben()});
  const InboxItem item = Items().at(0);
  const Record cleo = Child("3", kOne, "Cleo", 20201111);
  std::atomic<bool> begun = false, imported = false;
  std::thread import;
  const auto disputed = [&]() -> absl::StatusOr<std::vector<RecordId>> {
    import = std::thread([&] {
      begun = true;
      begun.notify_one();
      Import({cleo});
      imported = true;
    });
    begun.wait(false);
    // Each waits for the disk, as an import does twice: one that waited for nobody would be done.
    for (int i = 0; i < 16; ++i) store_->WriteTrail(NoteAt(kImported));
    EXPECT_FALSE(imported);
    return std::vector<RecordId>();
  };
  EXPECT_TRUE(registry_.SettleConflict(item.records, disputed, {item.id, true, ItemDocument(item)},
                                       NoteAt(kImported)).ok());
  import.join();
  EXPECT_THAT(Disputed(), ElementsAre(1, 2, 3));
  ASSERT_TRUE(SettleAbout({1, 2, 3}));
  EXPECT_THAT(Disputed(), IsEmpty());
}

// The item names the records that there were. What answers for them since has none of its own.
TEST_F(Dispute, WhatCameToAnswerForThemSpeaksAgainToo) {
  Import({Ada(), Ben(), Child("3", "", "Ada", 20150314)});
  const std::string id = Items().at(0).id;
  ASSERT_TRUE(IsDone(registry_.Merge({"school", "1"}, {"school", "3"}, ByAt(kImported))));
  Import({Child("2", kTwo, "Ben", 20180702)}, kImported, true, NumberChange::kSuperseded);
  EXPECT_THAT(Disputed(), ElementsAre(1, 2, 3, 4));
  ASSERT_TRUE(Settle(id, "alice"));
  ASSERT_TRUE(Settle(id, "bob"));
  EXPECT_THAT(Disputed(), IsEmpty());
}

TEST_F(Dispute, ButNotWhatAnotherItemDisputes) {
  Import({Ada(), Ben()});
  const std::string id = Items().at(0).id;
  Import({Child("3", kOne, "Cleo", 20201111)});
  Import({Child("2", kTwo, "Ben", 20180702)}, kImported, true, NumberChange::kSuperseded);
  ASSERT_TRUE(Settle(id, "alice"));
  ASSERT_TRUE(Settle(id, "bob"));
  EXPECT_THAT(Disputed(), ElementsAre(1, 2, 3, 4));
}

// Ben's entry was merged into Ada's, and speaks for Ben again when people have said so.
TEST_F(Dispute, AWrongMergeIsUndoneBeforeItIsSettled) {
  Record ben = Ben("1");
  ben.born.reset();
  Import({ben, Child("2", "", "Ada", 20150314)});
  ASSERT_TRUE(IsDone(Merge("1", "2")));
  EXPECT_EQ(Import({Ben("3")}).disputed, 1u);
  EXPECT_TRUE(IsDone(Unmerge("1")));
  EXPECT_EQ(store_->ReadStored(1)->record.answered_by, 0u);
  EXPECT_THAT(Disputed(), ElementsAre(1, 2, 3));
  EXPECT_EQ(Items().size(), 2u);
  ASSERT_TRUE(SettleAbout({2, 3}));
  EXPECT_THAT(Disputed(), ElementsAre(1, 2));
  ASSERT_TRUE(SettleAbout({1, 2}));
  EXPECT_THAT(Disputed(), IsEmpty());
}

// The item of before names the parted one alone; that of the unmerge names what answered as well.
TEST_F(Dispute, WhatIsPartedInDisputeIsNamedByAnItem) {
  Import({Ada(), Ben(), Child("3", "", "Ada", 20150314)});
  ASSERT_TRUE(IsDone(Merge("1", "3")));
  const std::string before = Items().at(0).id;
  EXPECT_TRUE(IsDone(Unmerge("1")));
  EXPECT_THAT(Disputed(), ElementsAre(1, 2, 3));
  EXPECT_EQ(Items().size(), 2u);
  ASSERT_TRUE(Settle(before, "alice"));
  ASSERT_TRUE(Settle(before, "bob"));
  EXPECT_THAT(Disputed(), ElementsAre(1, 2, 3));
  ASSERT_TRUE(SettleAbout({1, 2, 3}));
  EXPECT_THAT(Disputed(), IsEmpty());
}

// Here the one that was merged, which another item has kept silent. What was settled stays settled.
TEST_F(Dispute, SoItIsWhenItsOwnItemIsSettledAlready) {
  Import({Ada(), Ben(), Child("3", "", "Ada", 20150314), Child("4", "", "Cleo", 20201111)});
  ASSERT_EQ(FieldOf(Merge("3", "4")), "id");
  ASSERT_TRUE(IsDone(Merge("1", "3")));
  EXPECT_THAT(Disputed(), ElementsAre(1, 2, 3, 4));
  ASSERT_TRUE(SettleAbout({1, 2}));
  EXPECT_THAT(Disputed(), ElementsAre(1, 3, 4));
  EXPECT_TRUE(IsDone(Unmerge("1")));
  EXPECT_THAT(Disputed(), ElementsAre(1, 3, 4));
  ASSERT_TRUE(SettleAbout({3, 4}));
  EXPECT_THAT(Disputed(), ElementsAre(1, 3));
  ASSERT_TRUE(SettleAbout({1, 3}));
  EXPECT_THAT(Disputed(), IsEmpty());
}

// What was merged before is named by no item at all, though it conflicts with what came since.
TEST_F(Dispute, SoIsWhatWasMergedBeforeIt) {
  Import({Ada("1"), Ada("3")});
  ASSERT_TRUE(IsDone(Merge("3", "1")));
  Import({Ben("2")});
  EXPECT_THAT(Disputed(), ElementsAre(1, 3));
  EXPECT_TRUE(IsDone(Unmerge("3")));
  EXPECT_THAT(Disputed(), ElementsAre(1, 2, 3));
  EXPECT_EQ(Items().size(), 2u);
  ASSERT_TRUE(SettleAbout({1, 2, 3}));
  EXPECT_THAT(Disputed(), ElementsAre(1, 3));
  ASSERT_TRUE(SettleAbout({1, 3}));
  EXPECT_THAT(Disputed(), IsEmpty());
}

TEST_F(Dispute, WhatIsSettledStaysSoWhenItIsUnmerged) {
  Import({Ada(), Ben(), Child("3", "", "Ada", 20150314)});
  ASSERT_TRUE(IsDone(Merge("1", "3")));
  ASSERT_TRUE(SettleAbout({1, 2}));
  EXPECT_TRUE(IsDone(Unmerge("1")));
  EXPECT_THAT(Disputed(), IsEmpty());
  EXPECT_THAT(Items(), IsEmpty());
}

// What came under its number was compared with a record that has no date of birth.
TEST_F(Dispute, WhatIsUnmergedIsComparedWithWhatCameMeanwhile) {
  Record undated = Ada("2");
  undated.nhs_number.reset();
  undated.born.reset();
  Import({Ada("1"), undated});
  ASSERT_TRUE(IsDone(Merge("1", "2")));
  EXPECT_EQ(Import({Ben("3")}).disputed, 0u);
  EXPECT_TRUE(IsDone(Unmerge("1")));
  EXPECT_THAT(Disputed(), ElementsAre(1, 3));
  EXPECT_EQ(Items().size(), 1u);
  ASSERT_TRUE(SettleAbout({1, 3}));
  EXPECT_THAT(Disputed(), IsEmpty());
}

TEST_F(Dispute, SoIsWhatPeopleSayReplacedANumber) {
  Import({Child("1", kTwo, "Ada", 20150314), Ben("2")});
  EXPECT_TRUE(IsDone(registry_.Supersede(*NhsNumber::Parse(kTwo), *NhsNumber::Parse(kOne),
                                         ByAt(kImported))));
  EXPECT_THAT(Disputed(), ElementsAre(2, 3));   // the new one answers under both
  ASSERT_EQ(Items().size(), 1u);
  EXPECT_THAT(Items()[0].records, ElementsAre(2, 3));
  ASSERT_TRUE(SettleAbout({2, 3}));
  EXPECT_THAT(Disputed(), IsEmpty());
}

TEST_F(Dispute, OfOneChildTheyRaiseNothing) {
  Import({Child("1", kTwo, "Ada", 20150314), Ada("2")});
  ImportCounts counts;
  const std::vector<ImportRow> rows = {{2, RowAction::kUpsert, std::nullopt, Ben("3")}};
  ASSERT_TRUE(registry_.Take(rows, kImported, false, &counts, nullptr).ok());
  ASSERT_EQ(counts.disputed, 1u);
  EXPECT_TRUE(IsDone(registry_.Supersede(*NhsNumber::Parse(kTwo), *NhsNumber::Parse(kOne),
                                         ByAt(kImported))));
  EXPECT_THAT(Disputed(), IsEmpty());
  EXPECT_THAT(Items(), IsEmpty());   // nor does what a dry run found
}

// Two services have the child, and the one number goes over with both.
TEST_F(Dispute, WhatStoodUnderTheOneNumberIsNotComparedAnew) {
  Record ada = Child("1", kTwo, "Ada", 20150314), bea = Child("2", kTwo, "Bea", 20150314);
  ada.upn = bea.upn = *Upn::Parse(kUpnOne);
  Import({ada, bea, Child("3", kTwo, "Ben", 20180702)});
  ASSERT_TRUE(SettleAbout({1, 3}));
  EXPECT_TRUE(IsDone(registry_.Supersede(*NhsNumber::Parse(kTwo), *NhsNumber::Parse(kOne),
                                         ByAt(kImported))));
  EXPECT_THAT(Disputed(), IsEmpty());
  EXPECT_THAT(Items(), IsEmpty());
}

// One system has heard of the new number before the other one has.
TEST_F(Dispute, ANumberThatWasReplacedIsNoOtherOneOfTheUpn) {
  Record ada = Child("1", kTwo, "Ada", 20150314), late = Child("2", kTwo, "Ada", 20150314);
  ada.upn = late.upn = *Upn::Parse(kUpnOne);
  Import({ada, late});
  ada.nhs_number = *NhsNumber::Parse(kOne);
  EXPECT_EQ(ImportReplacing(ada, kTwo).disputed, 0u);
  late.source_id = "3";
  EXPECT_EQ(Import({late}).disputed, 0u);
  EXPECT_THAT(Disputed(), IsEmpty());
  // Under that number another child is another child.
  Record ben = Child("4", kTwo, "Ben", 20180702);
  ben.upn = *Upn::Parse(kUpnOne);
  EXPECT_EQ(Import({ben}).disputed, 1u);
}

// Whether it was the same identity's nobody knows where it stands beside one that is closed.
TEST_F(Dispute, ButOneThatStandsBesideAClosedNumberIs) {
  const std::string closed = "9990000034";
  Record ada = Child("1", kTwo, "Ada", 20150314), late = Child("2", kOne, "Ada", 20150314);
  ada.upn = late.upn = *Upn::Parse(kUpnOne);
  const std::vector<ImportRow> rows = {
      {2, RowAction::kUpsert, std::nullopt, ada, {*NhsNumber::Parse(kOne), *NhsNumber::Parse(closed)}}};
  ImportCounts counts;
  ASSERT_TRUE(registry_.Take(rows, kImported, true, &counts, nullptr).ok());
  ASSERT_TRUE(IsDone(registry_.Close(*NhsNumber::Parse(closed), ByAt(kImported))));
  EXPECT_EQ(Import({late}).disputed, 1u);
}

// The item of before leads to what answers by way of a record that is gone.
TEST_F(Dispute, WhatAnswersIsNamedByAnItemWhenTheOneThatWasMergedIsErased) {
  Import({Ada(), Ben(), Child("3", "", "Ada", 20150314)});
  ASSERT_TRUE(IsDone(Merge("1", "3")));
  ASSERT_TRUE(IsDone(registry_.Erase({"school", "1"}, ByAt(kImported))));
  ASSERT_TRUE(SettleAbout({1, 2}));
  EXPECT_THAT(Disputed(), ElementsAre(3));
  ASSERT_TRUE(SettleAbout({3}));
  EXPECT_THAT(Disputed(), IsEmpty());
}

TEST_F(Dispute, OrPurged) {
  Record ada = Ada();
  ada.service_class = ServiceClass::kProtected;
  Import({ada, Ben(), Child("3", "", "Ada", 20150314)});
  ASSERT_TRUE(IsDone(Merge("1", "3")));
  ada.end = Date::FromDays(DayOf(kImported).days() - 30);
  Import({ada});
  ASSERT_EQ(registry_.DoWhatIsDue(Confirmed(kImported))->purged, 1u);
  ASSERT_TRUE(SettleAbout({1, 2}));
  EXPECT_THAT(Disputed(), ElementsAre(3));
  ASSERT_TRUE(SettleAbout({3}));
  EXPECT_THAT(Disputed(), IsEmpty());
}

// It was merged before the conflict came: the item names what answers.
TEST_F(Dispute, NoItemIsWrittenWhereOneNamesWhatAnswers) {
  Import({Ada("1"), Ada("3")});
  ASSERT_TRUE(IsDone(Merge("3", "1")));
  Import({Ben("2")});
  ASSERT_TRUE(IsDone(registry_.Erase({"school", "3"}, ByAt(kImported))));
  EXPECT_EQ(Items().size(), 1u);
  ASSERT_TRUE(SettleAbout({1, 3}));
  EXPECT_THAT(Disputed(), IsEmpty());
}

// Or a file would join two children: asked by the one's number, the other's record answers too.
TEST_F(Dispute, ANumberThatARowReplacedIsComparedAsItsOwn) {
  Import({Ada()});
  EXPECT_EQ(ImportReplacing(Child("2", kTwo, "Ben", 20180702), kOne).disputed, 1u);
  EXPECT_THAT(Disputed(), ElementsAre(1, 2));
  EXPECT_TRUE(store_->ReadRecord(3)->in_dispute);   // the door
  const std::vector<InboxItem> items = Items();
  ASSERT_EQ(items.size(), 1u);
  EXPECT_THAT(items[0].records, ElementsAre(1, 2));
  ASSERT_TRUE(Settle(items[0].id, "alice"));
  ASSERT_TRUE(Settle(items[0].id, "bob"));
  EXPECT_FALSE(store_->ReadRecord(3)->in_dispute);
  EXPECT_EQ(ImportReplacing(Child("2", kTwo, "Ben", 20180702), kOne).disputed, 0u);
  EXPECT_THAT(Items(), IsEmpty());
}

TEST_F(Dispute, SoIsWhatComesUnderItLater) {
  EXPECT_EQ(ImportReplacing(Child("2", kTwo, "Ben", 20180702), kOne).disputed, 0u);
  EXPECT_EQ(Import({Ada()}).disputed, 1u);
  EXPECT_THAT(Disputed(), ElementsAre(1, 3));   // 2 is the door
}

// Behind the door is what the row says now, not what was held under the number.
TEST_F(Dispute, SoIsTheNumberThatItselfHadWhenItIsOfAnotherChildNow) {
  Import({Ada("1"), Ada("2")});
  EXPECT_EQ(Import({Child("1", kTwo, "Ben", 20180702)}, kImported, true,
                   NumberChange::kSuperseded).disputed, 1u);
  EXPECT_THAT(Disputed(), ElementsAre(2, 3));   // 1 is the door
  EXPECT_TRUE(store_->ReadRecord(1)->in_dispute);
}

TEST_F(Dispute, ButOneThatSaysTheSameOfItselfRaisesNothingAgain) {
  Import({Ada(), Ben()});
  const std::string id = Items().at(0).id;
  ASSERT_TRUE(Settle(id, "alice"));
  ASSERT_TRUE(Settle(id, "bob"));
  EXPECT_EQ(Import({Child("2", kTwo, "Ben", 20180702)}, kImported, true,
                   NumberChange::kSuperseded).disputed, 0u);
  EXPECT_THAT(Disputed(), IsEmpty());
}

// The door has a copy of what it was made from, and does not answer by that.
TEST_F(Dispute, ComparedIsWhatAnswersByNow) {
  Import({Ada("1")});
  Import({Child("1", kTwo, "Ada", 20150314)}, kImported, true, NumberChange::kSuperseded);
  EXPECT_EQ(Import({Child("1", kTwo, "Ben", 20180702)}).disputed, 0u);
  EXPECT_EQ(Import({Ada("7")}).disputed, 1u);
  EXPECT_THAT(Disputed(), ElementsAre(2, 3));   // 1 is the door
}

// The number was another child's all along, and only now what answers by it is of another one.
TEST_F(Dispute, WhatAnswersIsComparedUnderTheNumberThatItReplaced) {
  Import({Ada("1"), Ada("2")});
  EXPECT_EQ(Import({Child("1", kTwo, "Ada", 20150314)}, kImported, true,
                   NumberChange::kSuperseded).disputed, 0u);
  EXPECT_EQ(Import({Child("1", kTwo, "Ben", 20180702)}).disputed, 1u);
  EXPECT_THAT(Disputed(), ElementsAre(2, 3));   // 1 is the door
  ASSERT_TRUE(SettleAbout({2, 3}));
  EXPECT_EQ(Import({Child("1", kTwo, "Ben", 20180702)}).disputed, 0u);
  EXPECT_THAT(Disputed(), IsEmpty());
  EXPECT_THAT(Items(), IsEmpty());
}

TEST_F(Dispute, AndUnderTheOneBeforeThat) {
  Import({Ada("1"), Ada("2")});
  Import({Child("1", kTwo, "Ada", 20150314)}, kImported, true, NumberChange::kSuperseded);
  EXPECT_EQ(Import({Child("1", "9990000034", "Ben", 20180702)}, kImported, true,
                   NumberChange::kSuperseded).disputed, 1u);
  EXPECT_THAT(Disputed(), ElementsAre(2, 4));   // 1 and 3 are doors
}

TEST_F(Dispute, AndUnderThatOfARecordThatWasMergedIntoIt) {
  Import({Ada("1"), Ada("2"), Child("3", "", "Ada", 20150314)});
  ASSERT_TRUE(IsDone(Merge("1", "3")));
  EXPECT_EQ(Import({Child("3", "", "Ben", 20180702)}).disputed, 1u);
  EXPECT_THAT(Disputed(), ElementsAre(2, 3));
  EXPECT_TRUE(store_->ReadRecord(1)->in_dispute);
}

// It is given a number of its own, and stays the child that people have settled it about.
TEST_F(Dispute, WhatAnswersAsBeforeRaisesNothingUnderIt) {
  Import({Ada("1"), Ben("2"), Child("3", "", "Ben", 20180702)});
  ASSERT_TRUE(IsDone(Merge("2", "3")));
  ASSERT_TRUE(SettleAbout({1, 2}));
  EXPECT_EQ(Import({Child("3", kTwo, "Ben", 20180702)}).disputed, 0u);
  EXPECT_THAT(Disputed(), IsEmpty());
}

TEST_F(Dispute, AlsoUnderTheNumberOfAMergedRecord) {
  Import({Ada("1"), Child("3", "", "Ada", 20150314)});
  ASSERT_TRUE(IsDone(registry_.Merge({"school", "1"}, {"school", "3"}, ByAt(kImported))));
  EXPECT_EQ(Import({Ben("4")}).disputed, 1u);
  EXPECT_THAT(Disputed(), ElementsAre(2, 3));   // what answers, and Ben
  EXPECT_TRUE(store_->ReadRecord(1)->in_dispute);
  const std::string id = Items().at(0).id;
  ASSERT_TRUE(Settle(id, "alice"));
  ASSERT_TRUE(Settle(id, "bob"));
  EXPECT_THAT(Disputed(), IsEmpty());
  EXPECT_FALSE(store_->ReadRecord(1)->in_dispute);
}

TEST_F(Dispute, AndUnderTheOneThatAMergedRecordGets) {
  Import({Child("1", "", "Ada", 20150314), Child("2", "", "Ada", 20150314), Ben("3")});
  ASSERT_TRUE(IsDone(registry_.Merge({"school", "1"}, {"school", "2"}, ByAt(kImported))));
  EXPECT_EQ(Import({Ada("1")}).disputed, 1u);
  EXPECT_THAT(Disputed(), ElementsAre(2, 3));
}

TEST_F(Dispute, AndUnderTheOnesThatItReplaced) {
  Import({Child("1", kTwo, "Ben", 20180702), Child("2", "", "Ben", 20180702), Ada("3")});
  ASSERT_TRUE(IsDone(registry_.Merge({"school", "1"}, {"school", "2"}, ByAt(kImported))));
  EXPECT_EQ(ImportReplacing(Child("1", kTwo, "Ben", 20180702), kOne).disputed, 1u);
  EXPECT_THAT(Disputed(), ElementsAre(2, 3));
  EXPECT_TRUE(store_->ReadRecord(4)->in_dispute);   // the door
}

TEST_F(Dispute, OneChildUnderItIsNoConflict) {
  Import({Ada()});
  EXPECT_EQ(ImportReplacing(Child("2", kTwo, "Ada", 20150314), kOne).disputed, 0u);
  EXPECT_THAT(Disputed(), IsEmpty());
}

}  // namespace
}  // namespace whoelse
