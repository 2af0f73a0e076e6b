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

}  // namespace
}  // namespace whoelse
