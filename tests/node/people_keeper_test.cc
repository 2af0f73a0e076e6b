// What the node does for its people by the calendar: the head of the trail leaves the disk, each day
// and at each start (docs/operating/people.md).
#include "node/people_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <sstream>

#include "nlohmann/json.hpp"
#include "tests/node/inbox_maker.h"
#include "tests/node/registry_fixture.h"
#include "tests/rpc/loopback.h"
#include "tests/support/until.h"

namespace whoelse {
namespace {

using testing::ElementsAre;

constexpr TimeS kDayS = 86'400;

class PeopleKeeperTest : public RegistryTest {
 protected:
  PeopleKeeperTest() { EXPECT_TRUE(BeginTrail(kSurgery, now_.NowMs(), *store_).ok()); }
  // Numbers of the heads that the operator's log has, oldest first; each with its hash.
  std::vector<uint64_t> HeadsInTheLog() const {
    std::vector<uint64_t> heads;
    std::istringstream log(log_.text());
    for (std::string line; std::getline(log, line);) {
      const auto json = nlohmann::json::parse(line);
      if (json["event"] != "trail_head") continue;
      heads.push_back(json["index"]);
      const std::string text = std::to_string(heads.back()) + ":" +
                               json["trail_head"].get<std::string>();
      EXPECT_TRUE(heads.back() != store_->trail_head().number ||
                  text == store_->trail_head().Text());
    }
    return heads;
  }
  std::vector<uint64_t> HeadsOnceThereAre(size_t n) const {
    EXPECT_TRUE(Until(std::chrono::seconds(60), [&] { return HeadsInTheLog().size() >= n; }));
    return HeadsInTheLog();
  }
  std::unique_ptr<PeopleKeeper> Start() {
    return std::make_unique<PeopleKeeper>(std::vector<StaffMember>(), *store_, inbox_, now_);
  }

  SettableClock& now_ = NewClock(kNowS);
  CapturedLog log_{now_};
  InboxKeeper inbox_{kSurgery, TestCalendar(), *store_, registry_, answering_, now_, random_};
};

// Whoever has the node's disk could cut the trail's end off; a head that left it shows that.
TEST_F(PeopleKeeperTest, TheTrailsHeadIsInTheLogEachDayAndAtEachStart) {
  const uint64_t first = store_->trail_head().number;
  {
    const auto keeper = Start();
    EXPECT_THAT(HeadsOnceThereAre(1), ElementsAre(first));
    store_->WriteTrail(NoteAt(now_.NowMs()));
    now_.Set(now_.NowS() + kDayS);
    EXPECT_THAT(HeadsOnceThereAre(2), ElementsAre(first, first + 1));
  }
  const auto keeper = Start();
  EXPECT_THAT(HeadsOnceThereAre(3), ElementsAre(first, first + 1, first + 1));
}

// The receipts of a month are mostly the node's own: repetitions and beats, which no person asked.
TEST_F(PeopleKeeperTest, AMonthsListIsOfPeoplesQuestions) {
  const TimeMs in_month = MonthsDue(std::nullopt, now_.NowMs()).at(0).begin + 1000;
  PersonRef dan;
  dan.data()[0] = 4;
  const auto keep = [&](uint8_t number, AskedAs as, const PersonRef& practitioner) {
    RocksdbStore::ReceiptRow row{in_month + number, {}, ReceiptState::kComplete, Purpose::kConcern,
                                 5, 5, {practitioner, {as, Digest()}, "C-1"}};
    row.frame_hash.data()[0] = number;
    store_->WriteReceipt(row, "a receipt");
    return ReceiptNumber(row.frame_hash);
  };
  for (uint8_t i = 1; i <= 60; ++i) {
    keep(i, i % 2 == 0 ? AskedAs::kBeat : AskedAs::kRepetition, PersonRef());
  }
  const std::string asked = keep(100, AskedAs::kByItself, dan);
  const auto keeper = Start();
  std::vector<InboxItem> items;
  ASSERT_TRUE(Until(std::chrono::seconds(60), [&] {
    items = inbox_.Items(false).value();
    return !items.empty();
  }));
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].kind, ItemKind::kMonthlyQuestions);
  const auto questions = nlohmann::json::parse(items[0].about)["questions"];
  ASSERT_EQ(questions.size(), 1u);
  EXPECT_EQ(questions[0]["question"], asked);
  EXPECT_EQ(questions[0]["check_against_case"], true);
}

}  // namespace
}  // namespace whoelse
