// A relay of coordinator 101 of the vectors, with questions of dummies and streams 100 to 104.
#ifndef WHOELSE_TESTS_COORDINATOR_RELAY_FIXTURE_H_
#define WHOELSE_TESTS_COORDINATOR_RELAY_FIXTURE_H_

#include <gtest/gtest.h>

#include "audit/entry.h"
#include "coordinator/relay.h"
#include "tests/coordinator/fixture.h"

namespace whoelse {

inline constexpr uint32_t kLogKeyId = 0xd36e50f3;

template <typename T>
std::vector<T> Only(const RelayActions& actions) {
  std::vector<T> found;
  for (const RelayAction& action : actions) {
    if (const T* one = std::get_if<T>(&action)) found.push_back(*one);
  }
  return found;
}

class RelayTest : public testing::Test {
 protected:
  RelayTest() { relay_.SetRoster(roster_); }

  RelayActions Ask(const Question& question, CallId call = 1, int agency = 0,
                   TimeMs now = kNowMs) {
    return relay_.OnAsk(call, PinOf(*roster_, agency), question.frame.bytes(), question.r, now);
  }
  RelayActions Admit(const Question& question, uint64_t index = 5, bool earlier = false) {
    return relay_.OnAdmitted(question.frame.hash(), {Row(question, index), earlier}, kNowMs);
  }
  AskedRow Row(const Question& question, uint64_t index) const {
    AskedRow row;
    row.index = index;
    row.time_ms = kNowMs;
    row.frame_hash = question.frame.hash();
    return row;
  }
  // All agencies attach, stream 100 + place.
  void AttachAll() {
    for (int i = 0; i < 5; ++i) relay_.OnAttach(100 + i, PinOf(*roster_, i));
  }
  // Asked by agency 0 over call 1, admitted, delivered to all.
  Question Open() {
    AttachAll();
    Question question = AskAbout(*roster_, {}, random_);
    Ask(question);
    Admit(question);
    return question;
  }
  RelayActions Reply(int place, const Bytes& wire) {
    return relay_.OnReplies(100 + place, {wire}, {});
  }
  AgencyId Id(int place) const { return roster_->agencies[place].id; }
  void ExpectError(const RelayActions& actions, ServiceError error) {
    ASSERT_EQ(actions.size(), 1u) << "expected " << Name(error);
    const auto failed = Only<FailCall>(actions);
    ASSERT_EQ(failed.size(), 1u) << "expected " << Name(error);
    EXPECT_EQ(Name(failed[0].error), Name(error));
  }
  static AnsweredItem CodeItem(RelayCode code) { return ItemOf(code); }

  nlohmann::ordered_json json_ = RosterJson(7);
  std::shared_ptr<const Roster> roster_ = RosterOf(json_);
  Relay relay_{kSelf, kLogKeyId, AdmissionKeyOf(0)};
  SeededRandom random_{7};
};

}  // namespace whoelse

#endif  // WHOELSE_TESTS_COORDINATOR_RELAY_FIXTURE_H_
