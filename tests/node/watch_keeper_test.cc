// When a watch ends by itself (docs/operating/asking.md), over the store and real connections: with
// who set it, with what was asked, with the record here, and not before.
#include "node/watch_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "nlohmann/json.hpp"
#include "tests/node/coordinator_servers.h"
#include "tests/node/inbox_maker.h"
#include "tests/node/registry_fixture.h"
#include "tests/support/until.h"

namespace whoelse {
namespace {

constexpr const char* kNotHere = "who set it is not among this agency's people any more";

// Evaluates nothing, so that no question leaves: what ends a watch is looked at all the same.
class UnwillingCoordinator final : public v1::Coordinator::Service {
 public:
  explicit UnwillingCoordinator(CoordinatorId) {}
};

class WatchKeeperTest : public RegistryTest {
 protected:
  WatchKeeperTest() {
    board_.Post({servers_.roster(), {}});
    Import({Pupil("1", kChild)});
  }
  static Person Of(std::vector<LocalRole> duties) {
    return {{Role::kPractitioner}, std::move(duties), {}, "", Organisations::All()};
  }
  // Set a moment ago, on a question of section 17 about the child; its number.
  std::string SetBy(const std::string& user, bool question_kept = true) {
    const Question question = Ask(BasicStatement(), system_);
    Watch watch;
    watch.first = question.frame.hash();
    watch.user = "local:" + user;
    watch.practitioner = asker_.RefOf(watch.user);
    watch.purpose = Purpose::kSection17;
    watch.case_reference = "C-1";
    watch.since_ms = now_.NowMs();
    if (question_kept) {
      const AskPlan plan{BasicStatement(), "C-1", "", {}, {}, true};
      store_->WriteQuestion({{watch.since_ms, watch.first}, "", EncodeOpening(question, plan),
                             std::nullopt});
    }
    store_->WriteArranged(RocksdbStore::Arranged::kWatch, ToHex(watch.first),
                          WatchDocument(watch));
    return ReceiptNumber(watch.first);
  }
  void Start() {
    keeper_.reset();
    keeper_ = std::make_unique<WatchKeeper>(WatchKeeper::Parts{
        config_, *store_, registry_, asker_, desk_, board_, now_, system_});
  }
  // As a lead officer sees it: why it ended; "" while it goes on.
  std::string Ended(const std::string& number) {
    const auto page = keeper_->Show("local:carol", number);
    EXPECT_TRUE(page.ok()) << page.status();
    return page.ok() && (*page)["ended"].is_string() ? (*page)["ended"].get<std::string>() : "";
  }
  // Five minutes go by each second, in which the keeper looks at the clock once, until it has ended.
  [[nodiscard]] bool EndsInTime(const std::string& number) {
    return Until(std::chrono::seconds(60), [&] { return !Ended(number).empty(); },
                 [&] { now_.Set(now_.NowS() + 2); });
  }

  SettableClock& now_ = NewClock(kNowS);
  CoordinatorServers<UnwillingCoordinator> servers_{kFrom + 90 * 86'400};
  SystemRandom system_;
  const SigningKey identity_ = IdentityKeyOfAgency(kSocialCare);
  const Secret<32> key_ = system_.NewSecret<32>();
  NodeConfig config_ = [] {
    NodeConfig config;
    config.agency = kSocialCare;
    config.watch_a_week = 2'016;   // each five minutes
    config.people["alice"] = Of({});
    config.people["carol"] = Of({LocalRole::kLeadOfficer});
    return config;
  }();
  Coordinators calls_{servers_.client_files(), now_, [](const Evaluation::Liar&) {}};
  ReceiptKeeper receipts_{*store_, calls_, answering_, board_, now_, system_};
  InboxKeeper inbox_{kSocialCare, TestCalendar(), *store_, registry_, answering_, now_, system_};
  QuestionAsker asker_{config_, identity_, key_, *store_, registry_, answering_, calls_,
                       board_, receipts_, inbox_, now_, system_};
  ReceiptDesk desk_{{config_, *store_, registry_, receipts_, inbox_, asker_, board_, now_}};
  std::unique_ptr<WatchKeeper> keeper_;
};

// Whoever has left reads no answer; a watch that went on would ask in the name of nobody.
TEST_F(WatchKeeperTest, EndsWithWhoSetIt) {
  const std::string alices = SetBy("alice"), bobs = SetBy("bob");
  Start();
  ASSERT_TRUE(EndsInTime(bobs));
  EXPECT_EQ(Ended(bobs), kNotHere);
  EXPECT_EQ(Ended(alices), "");
  keeper_.reset();
  config_.people["bob"] = Of({});   // who comes back sets it anew
  Start();
  EXPECT_EQ(Ended(bobs), kNotHere);
}

TEST_F(WatchKeeperTest, EndsWithWhatWasAskedAndWithTheRecordHere) {
  const std::string kept = SetBy("alice"), gone = SetBy("alice", false);
  Start();
  ASSERT_TRUE(EndsInTime(gone));
  EXPECT_EQ(Ended(gone), "what was asked is not kept any more");
  EXPECT_EQ(Ended(kept), "");
  ASSERT_TRUE(IsDone(registry_.End({"school", "1"}, Date::FromDays(20'832), ByAt(kImported))));
  ASSERT_TRUE(EndsInTime(kept));
  EXPECT_EQ(Ended(kept), "this agency holds no live record of the child");
}

TEST_F(WatchKeeperTest, EndsSixWeeksAfterTheyAsked) {
  const std::string number = SetBy("alice");
  Start();
  now_.Set(now_.NowS() + kWatchLastsMs / 1000);
  ASSERT_TRUE(EndsInTime(number));
  EXPECT_THAT(Ended(number), testing::StartsWith("six weeks are over"));
}

}  // namespace
}  // namespace whoelse
