// The chain of what people did: its file and back, what is found out, and what only a kept head finds.
#include "node/trail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/doc.h"
#include "tests/support/random.h"

namespace whoelse {
namespace {

using testing::HasSubstr;

TrailNote Erasure() {
  TrailNote note{Deed::kEraseRecord, 1'795'000'000'000, "local:alice", LocalRole::kLeadOfficer, {},
                 "the mother asked, and the board agreed"};
  return note.AddRecords({17, 18});
}

// Four deeds, the first that of a new trail.
TrailFile FileOf(AgencyId agency = 1001) {
  SeededRandom random(7);
  TrailNote begun;
  begun.deed = Deed::kBeginTrail;
  begun.Add(Fact::kAgency, std::to_string(agency));
  TrailNote listed{Deed::kListRecords, 1'795'000'000'500, "local:jo smith", LocalRole::kRecordManager,
                   {}, ""};
  TrailFile file{agency, {}, {}, {}};
  for (const TrailNote& note : {begun, Erasure(), listed, Erasure()}) {
    file.entries.push_back(TrailEntry::After(file.head, note, random));
    file.head = file.entries.back().Head(file.head);
  }
  return file;
}
std::vector<TrailHead> HeadsOf(const TrailFile& file) {
  std::vector<TrailHead> heads = {file.after};
  for (const TrailEntry& entry : file.entries) heads.push_back(entry.Head(heads.back()));
  return heads;
}
std::string Refusal(const std::string& text) {
  return std::string(TrailFile::Parse(text).status().message());
}
std::string With(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Trail, IsAFileAndBack) {
  const std::string text = FileOf().Serialize();
  const auto parsed = TrailFile::Parse(text);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->Serialize(), text);
  EXPECT_EQ(parsed->entries, FileOf().entries);
  EXPECT_EQ(parsed->entries[2].user, "local:jo smith");
  EXPECT_THAT(text, HasSubstr(" local:jo%20smith records-list record-manager -\n"));
  EXPECT_TRUE(CheckTrail(*parsed).ok());
}

TEST(Trail, ThePagesExampleIsOne) {
  const auto parsed = TrailFile::Parse(DocExample("docs/formats/trail.md", "trail"));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_TRUE(CheckTrail(*parsed).ok()) << CheckTrail(*parsed);
}

TEST(Trail, RefusesWhatItWouldNotWrite) {
  const std::string text = FileOf().Serialize();
  for (const auto& [from, to, why] : std::vector<std::array<const char*, 3>>{
           {"trail v1", "trail v2", "version 1"},
           {"entry 3", "entry 4", "missing before this"},
           {"records-list", "records-burn", "no deed"},
           {"lead-officer", "lead officer", "no duty"},
           {"lead-officer", "king", "no duty"},
           {"jo%20smith", "jo%2esmith", "no user"},
           {"jo%20smith", "%6ao", "no user"},
           {"record=17", "child=17", "nothing of an entry"},
           {"record=17", "record=", "value"},
           {"record=17", "record=1\xc3\xa9", "value"},
           {"the mother", "the\tmother", "plain text"},
           {"head 4", "head 3", "last entry's number"},
           {"after 0 00", "after 0 01", "before the first"}}) {
    EXPECT_THAT(Refusal(With(text, from, to)), HasSubstr(why)) << from << " -> " << to;
  }
}

TEST(Trail, ARewrittenEntryIsFoundOut) {
  const std::string text = FileOf().Serialize();
  for (const auto& [from, to] : std::vector<std::array<const char*, 2>>{
           {"local:alice", "local:carol"}, {"records-erase", "records-close"},
           {"record=18", "record=19"}, {"1795000000500", "1795000000501"},
           {"the mother", "the father"}}) {
    const auto file = TrailFile::Parse(With(text, from, to));
    ASSERT_TRUE(file.ok()) << file.status();
    EXPECT_FALSE(CheckTrail(*file).ok()) << from << " -> " << to;
  }
}

TEST(Trail, AnEntryIsProvableWithoutItsReason) {
  TrailFile file = FileOf();
  for (TrailEntry& entry : file.entries) entry.reason.reset();
  const auto parsed = TrailFile::Parse(file.Serialize());
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_TRUE(CheckTrail(*parsed).ok());
  EXPECT_EQ(parsed->head, FileOf().head);
  EXPECT_THAT(file.Serialize(), testing::Not(HasSubstr("mother")));
}

TEST(Trail, ShortReasonsAreNotGuessedFromTheirHashes) {
  const TrailFile file = FileOf();
  ASSERT_EQ(file.entries[1].reason->text, file.entries[3].reason->text);
  EXPECT_NE(file.entries[1].why, file.entries[3].why);
}

TEST(Trail, AnothersTrailIsNotThisAgencys) {
  TrailFile file = FileOf(1002);
  file.agency = 1001;
  EXPECT_THAT(std::string(CheckTrail(file).message()), HasSubstr("entry 1: no trail of this agency"));
}

TEST(Trail, OnlyAKeptHeadFindsWhatIsCutOffTheEnd) {
  const TrailFile whole = FileOf();
  const std::vector<TrailHead> heads = HeadsOf(whole);
  TrailFile cut = whole;
  cut.entries.pop_back();
  cut.head = heads[3];
  EXPECT_TRUE(CheckTrail(cut).ok());
  EXPECT_EQ(CheckKept(cut, heads[3]), Kept::kHolds);
  EXPECT_EQ(CheckKept(cut, heads[4]), Kept::kCutOff);
}

TEST(Trail, AKeptHeadIsOfThisHistoryOrOfAnother) {
  const TrailFile whole = FileOf();
  const std::vector<TrailHead> heads = HeadsOf(whole);
  for (const TrailHead& head : heads) EXPECT_EQ(CheckKept(whole, head), Kept::kHolds);
  TrailHead other = heads[2];
  other.hash.data()[0] ^= 1;
  EXPECT_EQ(CheckKept(whole, other), Kept::kRewritten);
  TrailFile later = whole;
  later.after = heads[2];
  later.entries.erase(later.entries.begin(), later.entries.begin() + 2);
  EXPECT_TRUE(CheckTrail(later).ok());
  EXPECT_EQ(CheckKept(later, heads[1]), Kept::kNotCovered);
  EXPECT_EQ(CheckKept(later, heads[2]), Kept::kHolds);
  EXPECT_EQ(CheckKept(later, heads[4]), Kept::kHolds);
}

TEST(Trail, AHeadIsTextAndBack) {
  const TrailHead head = FileOf().head;
  const auto parsed = TrailHead::Parse(head.Text());
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(*parsed, head);
  for (const char* bad : {"", "4", "4:", "4:00", ":00"}) EXPECT_FALSE(TrailHead::Parse(bad).ok()) << bad;
}

TEST(Trail, ManyRecordsAreCounted) {
  TrailNote note;
  note.AddRecords(std::vector<RecordId>(TrailNote::kRecordsMax, 5));
  EXPECT_EQ(note.about.size(), TrailNote::kRecordsMax);
  TrailNote many;
  many.AddRecords(std::vector<RecordId>(TrailNote::kRecordsMax + 1, 5));
  EXPECT_EQ(many.about, (std::vector<TrailFact>{{Fact::kRecords, "65"}}));
}

TEST(Trail, AReasonIsOneLineOfPlainText) {
  EXPECT_FALSE(CheckReason(std::string(1000, 'a')));
  for (const std::string& bad : {std::string(1001, 'a'), std::string("two\nlines")}) {
    EXPECT_EQ(CheckReason(bad)->field, "reason");
  }
}

}  // namespace
}  // namespace whoelse
