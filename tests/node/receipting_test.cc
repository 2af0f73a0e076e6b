// From what the relays handed over to a receipt that anybody can check.
#include "node/receipting.h"

#include <gtest/gtest.h>

#include "node/kept_answer.h"
#include "node/opening.h"
#include "node/report_receipt.h"
#include "nlohmann/json.hpp"
#include "tests/audit/receipt_maker.h"

namespace whoelse {
namespace {

constexpr uint64_t kSeed = 20260505;

// A question of social care's node, asked through one relay or both, whose logs are here.
class Receipting : public ::testing::Test {
 protected:
  Receipting() {
    for (Evaluation& evaluation : requester_.evaluations()) {
      while (evaluation.state() == Evaluation::State::kPending) {
        for (CoordinatorId id : evaluation.ToAsk()) {
          evaluation.OnResponse(id, EvaluateAt(id, evaluation.request(), random_));
        }
      }
    }
    EXPECT_TRUE(requester_.Compose(IdentityKeyOfAgency(kSocialCare), kNow, random_).ok());
    log_.Append(RosterEntry{7, RosterOf(7)->hash});
  }

  const Question& question() const { return requester_.question(); }
  // The next relay admits and hands these over; unless it breaks off, it closes and logs what it says.
  CoordinatorId Collect(const std::vector<ReceiptItem>& items, bool closes = true) {
    const CoordinatorId relay = *requester_.NextRelay(random_);
    TestLog& log = LogOf(relay);
    const FrameHash& hash = question().frame.hash();
    const uint64_t asked = log.Append(AskedEntry{kAskedAt, hash});
    EXPECT_TRUE(requester_.OnAdmission(relay, Admit(hash, asked, kAskedAt, relay).Serialize()));
    for (const ReceiptItem& item : items) {
      if (const auto* code = std::get_if<RelayCode>(&item.what)) {
        requester_.OnItem(relay, item.agency, *code);
      } else {
        requester_.OnItem(relay, item.agency, std::get<Bytes>(item.what));
      }
    }
    if (!closes) {
      requester_.OnClosed(relay, std::nullopt);
      return relay;
    }
    const uint64_t answered =
        log.Append(AnsweredEntry{asked, kAnsweredAt, AnswersHash(AnsweredItemsOf(items))});
    requester_.OnClosed(relay, Requester::Closed{asked, answered});
    return relay;
  }
  std::vector<ReceiptItem> AllAnswer() {
    std::vector<ReceiptItem> items;
    for (const RosterAgency& agency : RosterOf(7)->agencies) {
      items.push_back({agency.id, WireOf(question(), agency.id, false, random_)});
    }
    return items;
  }
  TestLog& LogOf(CoordinatorId relay) {
    const auto [it, added] = logs_.try_emplace(relay, relay);
    return it->second;
  }
  LeafProofs ProofsOf(const ProofWanted& wanted, size_t witnesses) {
    LeafProofs proofs{LogOf(wanted.relay).Cosigned(witnesses, kCosignedAt).Serialize(), {}};
    for (uint64_t index : wanted.indexes) proofs.leaves.push_back(LogOf(wanted.relay).LeafAt(index));
    return proofs;
  }
  std::vector<ProofWanted> Wanted(const Receipt& receipt) { return WantedFor(receipt, rosters_); }

  SeededRandom random_{kSeed};
  Requester requester_ = *Requester::Start(RosterOf(7), BasicStatement(), {}, random_);
  std::map<CoordinatorId, TestLog> logs_;
  TestLog& log_ = LogOf(kRelay);
  const std::vector<Roster> rosters_ = {*RosterOf(7)};
};

TEST_F(Receipting, PendingUntilAQuorumHasSeenBothLeaves) {
  const CoordinatorId relay = Collect(AllAnswer());
  Receipt receipt = ReceiptOf(requester_);
  EXPECT_EQ(receipt.state, ReceiptState::kPending);
  auto wanted = Wanted(receipt);
  ASSERT_EQ(wanted.size(), 1u);
  EXPECT_EQ(wanted[0].relay, relay);
  EXPECT_EQ(wanted[0].indexes.size(), 2u);

  // One witness of two: the leaves are proven, the quorum is not there.
  ASSERT_EQ(TakeProofs(receipt, wanted[0], ProofsOf(wanted[0], 1), rosters_), absl::OkStatus());
  EXPECT_EQ(receipt.state, ReceiptState::kPending);
  wanted = Wanted(receipt);
  ASSERT_EQ(wanted.size(), 1u);
  ASSERT_EQ(TakeProofs(receipt, wanted[0], ProofsOf(wanted[0], 2), rosters_), absl::OkStatus());
  EXPECT_EQ(receipt.state, ReceiptState::kComplete);
  EXPECT_TRUE(Wanted(receipt).empty());

  // What is stored is the file, and its check says the same.
  const auto stored = Receipt::Parse(receipt.Serialize());
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(CheckReceipt(*stored, rosters_).Overall(), Finding::kHolds);
}

TEST_F(Receipting, ARetryHasAPartForEachRelay) {
  std::vector<ReceiptItem> first = AllAnswer();
  first[1].what = RelayCode::kDeadline;
  const CoordinatorId relay = Collect(first);
  const CoordinatorId other = Collect(AllAnswer());
  Receipt receipt = ReceiptOf(requester_);
  ASSERT_EQ(receipt.parts.size(), 2u);
  EXPECT_EQ(receipt.parts[0].relay, relay);   // as they were asked, whatever their numbers
  EXPECT_EQ(receipt.parts[1].relay, other);
  for (const ProofWanted& wanted : Wanted(receipt)) {
    EXPECT_EQ(receipt.state, ReceiptState::kPending);
    ASSERT_EQ(TakeProofs(receipt, wanted, ProofsOf(wanted, 2), rosters_), absl::OkStatus());
  }
  EXPECT_EQ(receipt.state, ReceiptState::kComplete);
}

TEST_F(Receipting, ARelayThatBreaksOffLeavesItPending) {
  std::vector<ReceiptItem> some = AllAnswer();
  some.resize(2);
  Collect(some, false);
  Receipt receipt = ReceiptOf(requester_);
  ASSERT_EQ(receipt.parts.size(), 1u);
  EXPECT_EQ(receipt.parts[0].items.size(), 5u);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(receipt.parts[0].items[4].what));
  const auto wanted = Wanted(receipt);
  ASSERT_EQ(wanted.size(), 1u);
  EXPECT_EQ(wanted[0].indexes.size(), 1u);
  ASSERT_EQ(TakeProofs(receipt, wanted[0], ProofsOf(wanted[0], 2), rosters_), absl::OkStatus());
  EXPECT_EQ(receipt.state, ReceiptState::kPending);   // the question is proven, its answers are not
}

TEST_F(Receipting, ARelayThatGaveNothingIsNoPart) {
  const CoordinatorId silent = *requester_.NextRelay(random_);
  requester_.OnClosed(silent, std::nullopt);
  const CoordinatorId other = Collect(AllAnswer());
  const Receipt receipt = ReceiptOf(requester_);
  ASSERT_EQ(receipt.parts.size(), 1u);
  EXPECT_EQ(receipt.parts[0].relay, other);
}

// The relay wrote down something else than it handed over: the receipt proves it.
TEST_F(Receipting, AnswersThatDifferAreDisputed) {
  const CoordinatorId relay = *requester_.NextRelay(random_);
  TestLog& log = LogOf(relay);
  const FrameHash& hash = question().frame.hash();
  const uint64_t asked = log.Append(AskedEntry{kAskedAt, hash});
  ASSERT_TRUE(requester_.OnAdmission(relay, Admit(hash, asked, kAskedAt, relay).Serialize()));
  for (const ReceiptItem& item : AllAnswer()) {
    requester_.OnItem(relay, item.agency, std::get<Bytes>(item.what));
  }
  const uint64_t answered = log.Append(AnsweredEntry{asked, kAnsweredAt, Digest()});
  requester_.OnClosed(relay, Requester::Closed{asked, answered});
  Receipt receipt = ReceiptOf(requester_);
  const auto wanted = Wanted(receipt);
  ASSERT_EQ(TakeProofs(receipt, wanted[0], ProofsOf(wanted[0], 2), rosters_), absl::OkStatus());
  EXPECT_EQ(receipt.state, ReceiptState::kDisputed);
  EXPECT_EQ(CheckReceipt(receipt, rosters_).Overall(), Finding::kViolated);
  EXPECT_TRUE(Wanted(receipt).empty());   // there is nothing more to show
}

// It closed, and said nothing of one agency: its leaf says something, which nobody can compare.
TEST_F(Receipting, AClosedCollectionThatIsNotWholeIsDisputedAndStays) {
  std::vector<ReceiptItem> some = AllAnswer();
  some.pop_back();
  Collect(some);
  Collect(AllAnswer());
  Receipt receipt = ReceiptOf(requester_);
  EXPECT_EQ(receipt.state, ReceiptState::kDisputed);
  for (const ProofWanted& wanted : Wanted(receipt)) {
    ASSERT_EQ(TakeProofs(receipt, wanted, ProofsOf(wanted, 2), rosters_), absl::OkStatus());
    EXPECT_EQ(receipt.state, ReceiptState::kDisputed);
  }
}

// A relay cannot spoil a receipt by what it gives as proof.
TEST_F(Receipting, TakesNoProofThatProvesSomethingElse) {
  Collect(AllAnswer());
  Receipt receipt = ReceiptOf(requester_);
  const ProofWanted wanted = Wanted(receipt)[0];
  const LeafProofs good = ProofsOf(wanted, 2);
  const std::string before = receipt.Serialize();
  LeafProofs fewer = good;
  fewer.leaves.pop_back();
  LeafProofs no_note = good;
  no_note.checkpoint = "not a note";
  LeafProofs swapped = good;
  std::swap(swapped.leaves[0], swapped.leaves[1]);
  LeafProofs altered = good;
  altered.leaves[0].proof[0].data()[0] ^= 1;
  LeafProofs not_the_logs = good;
  Note note = *Note::Parse(good.checkpoint);
  note.signatures[0].signature[5] ^= 1;
  not_the_logs.checkpoint = note.Serialize();
  LeafProofs bad_cosignature = good;
  note = *Note::Parse(good.checkpoint);
  note.signatures[1].signature[30] ^= 1;
  bad_cosignature.checkpoint = note.Serialize();
  for (const LeafProofs* bad : {&fewer, &no_note, &swapped, &altered, &not_the_logs,
                                &bad_cosignature}) {
    EXPECT_FALSE(TakeProofs(receipt, wanted, *bad, rosters_).ok());
    EXPECT_EQ(receipt.Serialize(), before);
  }
  EXPECT_EQ(TakeProofs(receipt, wanted, good, rosters_), absl::OkStatus());
}

// It holds the keys to the question and to every answer.
static_assert(std::is_same_v<decltype(EncodeOpening(std::declval<Question>(), {})), WipedBytes>);
static_assert(std::is_same_v<decltype(OpenedBody::statement), WipedBytes>);

TEST_F(Receipting, TheStoredOpeningOpensIt) {
  Collect(AllAnswer());
  Receipt receipt = ReceiptOf(requester_);
  auto opening = OpeningFrom(EncodeOpening(question(), {BasicStatement(), "C-1", "", {}, {}}));
  ASSERT_TRUE(opening.ok()) << opening.status();
  receipt.opening = *std::move(opening);
  const ReceiptCheck check = CheckReceipt(receipt, rosters_);
  EXPECT_EQ(check.summary, "Asked 5: 5 disclosed nothing.");
  const nlohmann::ordered_json report = ReceiptReportOf(receipt, check, &rosters_[0]);
  EXPECT_EQ(report["state"], "PENDING");
  EXPECT_EQ(report["verdict"], "not provable yet");
  EXPECT_EQ(report["agencies"].size(), 5u);
  EXPECT_EQ(report["agencies"][0]["came"], "nothing disclosed");
  EXPECT_FALSE(OpeningFrom(Bytes(1000)).ok());
}

TEST_F(Receipting, AKeptOpeningSaysWhatWasAsked) {
  const auto asked = AskedFrom(EncodeOpening(question(), {BasicStatement(), "C-1", "self-harm", {}, {}}));
  ASSERT_TRUE(asked.ok()) << asked.status();
  EXPECT_EQ(asked->statement.subject, BasicStatement().subject);
  EXPECT_EQ(asked->statement.purpose, BasicStatement().purpose);
  EXPECT_EQ(asked->case_reference, "C-1");
  EXPECT_EQ(asked->reason, "self-harm");
  EXPECT_TRUE(absl::IsDataLoss(AskedFrom(Bytes(1000)).status()));
}

// The page that is read again within 72 hours is the page that the asker read.
TEST_F(Receipting, AKeptAnswerReadsAsItDidWhenItCame) {
  std::vector<ReceiptItem> first = AllAnswer();
  first[0].what = WireOf(question(), first[0].agency, true, random_);
  first[1].what = RelayCode::kDeadline;
  Collect(first);
  Collect({{first[1].agency, WireOf(question(), first[1].agency, true, random_)}}, false);
  Receipt receipt = ReceiptOf(requester_);
  receipt.opening = *OpeningFrom(EncodeOpening(question(), {BasicStatement(), "C-1", "", {}, {}}));
  const auto kept = ReadingsOf(receipt, *RosterOf(7)), read = requester_.Readings();
  ASSERT_EQ(kept.size(), read.size());
  for (size_t i = 0; i < kept.size(); ++i) {
    EXPECT_EQ(kept[i].first, read[i].first);
    EXPECT_EQ(kept[i].second.kind, read[i].second.kind);
    EXPECT_EQ(kept[i].second.answer_bytes, read[i].second.answer_bytes);
  }
  EXPECT_TRUE(kept[0].second.answer->disclosed);
  EXPECT_TRUE(kept[1].second.answer->disclosed);
}

}  // namespace
}  // namespace whoelse
