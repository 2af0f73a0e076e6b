// The adopted policy over restarts: whichever way another one comes, the trail says that it did.
#include "node/policy_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "node/policy_file.h"
#include "tests/node/registry_fixture.h"

namespace whoelse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class PolicyKeeperTest : public RegistryTest {
 protected:
  static Policy PolicyOf(Outcome universal_in_coordination) {
    Policy policy{Adoption{"Northbridge Safeguarding Board", "DPIA-2026-014",
                           *Date::Parse("2026-03-02"), *Date::Parse("2099-03-01")},
                  PolicyTable()};
    policy.table.cells[kRowUniversal][kColumnCoordination] = universal_in_coordination;
    return policy;
  }
  void Put(const std::string& text) {
    std::ofstream(path_, std::ios::trunc) << text;
  }
  void Put(const Policy& policy) { Put(WritePolicyFile(policy)); }
  std::unique_ptr<PolicyKeeper> Start(const std::string& path) {
    auto keeper = PolicyKeeper::Open({{"", path}}, *store_, answering_, clock_);
    EXPECT_TRUE(keeper.ok()) << keeper.status();
    return *std::move(keeper);
  }
  std::unique_ptr<PolicyKeeper> Start() { return Start(path_); }
  static std::string HashIn(const PolicyKeeper& keeper) {
    return ToHex(keeper.Read().at("").policy.acting().Hash());
  }
  // The policies that the trail says were taken since it was last looked at.
  std::vector<std::string> Taken() {
    std::vector<std::string> taken;
    EXPECT_TRUE(store_->ForEachTrailEntry(seen_, [&](const TrailEntry& entry, const TrailHead&) {
      EXPECT_EQ(entry.deed, Deed::kTakePolicy);
      EXPECT_EQ(entry.user, "node");
      EXPECT_EQ(entry.at_ms, clock_.NowMs());
      taken.push_back(entry.about.at(0).value);
      return true;
    }).ok());
    seen_ = store_->trail_head().number;
    return taken;
  }

  const std::string path_ = folder_ / "policy.toml";
  uint64_t seen_ = store_->trail_head().number;
};

TEST_F(PolicyKeeperTest, AnotherPolicyIsInTheTrailWhenItIsTakenByASignal) {
  Put(PolicyOf(Outcome::kContact));
  const auto keeper = Start();
  Taken();
  Put(PolicyOf(Outcome::kNothing));
  keeper->Reload();
  EXPECT_THAT(Taken(), ElementsAre(HashIn(*keeper)));
}

// The file exchanged and the node restarted: stricter cells act at once, looser ones on their day.
TEST_F(PolicyKeeperTest, AnotherPolicyIsInTheTrailWhenItIsTakenByAStart) {
  Put(PolicyOf(Outcome::kDutyLine));
  const std::string first = HashIn(*Start());
  Taken();
  Put(PolicyOf(Outcome::kNothing));
  const std::string stricter = HashIn(*Start());
  EXPECT_NE(stricter, first);
  EXPECT_THAT(Taken(), ElementsAre(stricter));
  // What is looser acts later; that it was taken is said now.
  Put(PolicyOf(Outcome::kContact));
  EXPECT_EQ(HashIn(*Start()), stricter);
  EXPECT_THAT(Taken(), ElementsAre(stricter));
  // And one that only somebody else adopted.
  Policy renewed = PolicyOf(Outcome::kContact);
  renewed.adoption->dpia = "DPIA-2027-002";
  Put(renewed);
  Start();
  EXPECT_THAT(Taken(), ElementsAre(stricter));
  // Or that nobody did: the given default, one step stricter.
  const std::string nobodys = HashIn(*Start(""));
  EXPECT_THAT(Taken(), ElementsAre(nobodys));
}

TEST_F(PolicyKeeperTest, AStartWithThePolicyOfBeforeIsNoEntry) {
  Put(PolicyOf(Outcome::kContact));
  Start();   // the first of all took the place of none
  EXPECT_THAT(Taken(), IsEmpty());
  for (int i = 0; i < 2; ++i) Start();
  EXPECT_THAT(Taken(), IsEmpty());
  // Neither is one that is not taken, nor the good one after it.
  Put("this is no policy");
  Start();
  Put(PolicyOf(Outcome::kContact));
  Start();
  EXPECT_THAT(Taken(), IsEmpty());
  Put(PolicyOf(Outcome::kNothing));
  Start()->Reload();   // once by the start, once by the signal
  EXPECT_EQ(Taken().size(), 2u);
  Start();
  EXPECT_THAT(Taken(), IsEmpty());
}

}  // namespace
}  // namespace whoelse
