// Ledger digests and openings: who may log them. And the key events that a log still has to state.
#include "coordinator/handed_in.h"

#include <gtest/gtest.h>

#include "coordinator/key_events.h"
#include "tests/coordinator/fixture.h"

namespace whoelse {
namespace {

class HandedInTest : public testing::Test {
 protected:
  HandedInTest() : json_(RosterJson(7)), roster_(RosterOf(json_)) {
    digest_.agency = roster_->agencies[1].id;
    digest_.coordinator = roster_->coordinators[1].id;
    digest_.to = 9;
    digest_.Sign(IdentityKeyOf(1));
  }
  OrError<HandedInSubmission> CheckDigest(int peer = 1) const {
    return CheckLedgerDigest(*roster_, kSelf, PinOf(*roster_, peer), SerializeLogEntry(digest_));
  }
  const RosterAuditor& auditor() const { return roster_->auditors[0]; }
  OrError<HandedInSubmission> Opening(const OpenedEntry& opening, const TlsPin& peer) const {
    return CheckOpening(*roster_, peer, SerializeLogEntry(opening), kNowMs);
  }
  template <typename T>
  static ServiceError ErrorOf(const T& result) {
    const auto* error = std::get_if<ServiceError>(&result);
    return error ? *error : ServiceError::kInternal;
  }

  nlohmann::ordered_json json_;
  std::shared_ptr<const Roster> roster_;
  LedgerEntry digest_;
};

TEST_F(HandedInTest, ADigestOfOnesOwnLedgerAboutAnotherLog) {
  const auto good = CheckDigest();
  ASSERT_TRUE(std::holds_alternative<HandedInSubmission>(good));
  const auto& submission = std::get<HandedInSubmission>(good);
  EXPECT_EQ(std::get<LedgerEntry>(submission.entry), digest_);
  EXPECT_EQ(submission.party, roster_->agencies[1].id);
  EXPECT_EQ(submission.use, CounterUse::kLedgerDigest);
}

TEST_F(HandedInTest, DigestsOfOthers) {
  EXPECT_EQ(ErrorOf(CheckDigest(0)), ServiceError::kNotAMember);
  const Bytes bytes = SerializeLogEntry(digest_);
  EXPECT_EQ(ErrorOf(CheckLedgerDigest(*roster_, kSelf, auditor().tls_pin, bytes)),
            ServiceError::kNotAMember);
  EXPECT_EQ(ErrorOf(CheckLedgerDigest(*roster_, kSelf, TlsPin(), bytes)), ServiceError::kNotAMember);
  digest_.Sign(IdentityKeyOf(0));
  EXPECT_EQ(ErrorOf(CheckDigest()), ServiceError::kSignature);
}

TEST_F(HandedInTest, ADigestAboutThisLogOrAnUnknownOne) {
  for (const CoordinatorId about : {kSelf, CoordinatorId{999}}) {
    digest_.coordinator = about;
    digest_.Sign(IdentityKeyOf(1));
    EXPECT_EQ(ErrorOf(CheckDigest()), ServiceError::kWrongLog) << about;
  }
}

TEST_F(HandedInTest, WhatIsNoDigest) {
  const TlsPin peer = PinOf(*roster_, 1);
  Bytes longer = SerializeLogEntry(digest_);
  longer.push_back(0);
  EXPECT_EQ(ErrorOf(CheckLedgerDigest(*roster_, kSelf, peer, longer)), ServiceError::kSize);
  // No member may write Asked, or a roster, into the log by hand.
  const Bytes asked = SerializeLogEntry(AskedEntry{kNowMs, {}});
  EXPECT_EQ(ErrorOf(CheckLedgerDigest(*roster_, kSelf, peer, asked)), ServiceError::kSize);
  EXPECT_EQ(ErrorOf(CheckOpening(*roster_, auditor().tls_pin, asked, kNowMs)), ServiceError::kSize);
}

TEST_F(HandedInTest, AnOpeningByItsAuditorNow) {
  EXPECT_TRUE(std::holds_alternative<HandedInSubmission>(
      Opening({auditor().id, kNowMs, {}}, auditor().tls_pin)));
  EXPECT_EQ(ErrorOf(Opening({auditor().id, kNowMs, {}}, PinOf(*roster_, 0))),
            ServiceError::kNotAMember);
  EXPECT_EQ(ErrorOf(Opening({auditor().id + 1, kNowMs, {}}, auditor().tls_pin)),
            ServiceError::kNotAMember);
  for (const TimeMs time : {kNowMs - 60'000, kNowMs + 60'000}) {
    EXPECT_TRUE(std::holds_alternative<HandedInSubmission>(
        Opening({auditor().id, time, {}}, auditor().tls_pin)));
  }
  for (const TimeMs time : {TimeMs{0}, kNowMs - 60'001, kNowMs + 60'001, ~TimeMs{0}}) {
    EXPECT_EQ(ErrorOf(Opening({auditor().id, time, {}}, auditor().tls_pin)), ServiceError::kClock);
  }
}

using KeyEventsTest = HandedInTest;

TEST_F(KeyEventsTest, FollowTheRosterAndAreStatedOnce) {
  const KeyVersion kv = roster_->key_versions[0].kv;
  const Digest hash{std::span<const uint8_t, 32>(roster_->hash.data(), 32)};
  auto logged = DueKeyEvents(*roster_, {kv}, {});
  size_t asked = 0;
  for (const RosterKeyVersion& version : roster_->key_versions) {
    asked += version.state == KeyState::kAsked ? 1 : 0;
  }
  EXPECT_EQ(logged.size(), roster_->key_versions.size() + asked);
  EXPECT_EQ(logged[0], (KeyEventEntry{KeyEvent::kCreated, kv, hash}));
  EXPECT_EQ(logged[1], (KeyEventEntry{KeyEvent::kActivated, kv, hash}));
  EXPECT_TRUE(DueKeyEvents(*roster_, {kv}, logged).empty());

  // A roster without that key version: retired, and destroyed only when its share is gone.
  Roster later = *roster_;
  std::erase_if(later.key_versions, [kv](const RosterKeyVersion& v) { return v.kv == kv; });
  later.hash.data()[0] ^= 1;
  const Digest later_hash{std::span<const uint8_t, 32>(later.hash.data(), 32)};
  auto due = DueKeyEvents(later, {kv}, logged);
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0], (KeyEventEntry{KeyEvent::kRetired, kv, later_hash}));
  logged.push_back(due[0]);
  EXPECT_TRUE(DueKeyEvents(later, {kv}, logged).empty());
  due = DueKeyEvents(later, {}, logged);
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0], (KeyEventEntry{KeyEvent::kDestroyed, kv, DestroyedHash(kv)}));
}

}  // namespace
}  // namespace whoelse
