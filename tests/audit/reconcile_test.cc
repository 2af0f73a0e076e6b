// Every row of log-formats.md "Reconciling: who is at fault", and that an honest federation has none.
#include "audit/reconcile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/limits.h"
#include "tests/node/federation.h"

namespace whoelse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr TimeMs kAskedMs = 1'800'000'000'000;
constexpr TimeMs kHourMs = 3'600'000;
constexpr uint64_t kAskedIndex = 1;
const LogId kLog{kRelay, 77};          // the log of the question
const LogId kOtherLog{kOtherRelay, 88};   // that of the digest

FrameHash Frame(uint8_t number) {
  FrameHash hash;
  hash.data()[0] = number;
  return hash;
}

Bytes WireBytes(uint8_t number) { return Bytes(kWireSize, number); }

// One question by social care, answered by the surgery; the schools were not attached. Each test
// takes something away or puts something in, then lays the entries into the logs.
struct Case {
  std::vector<LogEntry> log = {RosterEntry{7, {}}, AskedEntry{kAskedMs, Frame(1)}};
  bool answered = true;
  std::vector<std::pair<AgencyId, AgencyItem>> items = {{kSurgery, WireBytes(1)},
                                                        {kSchools, RelayCode::kNotAttached}};
  std::vector<LogEntry> other_log;
  std::optional<std::vector<AnsweredItem>> logged_items;   // nullopt: those of `items`
  ReconcileInput input;

  Case() {
    AgencyRecords surgery;
    surgery.agency = kSurgery;
    surgery.ledger = {{kLog, {kAskedIndex, Frame(1), WireHash(WireBytes(1))}, false}};
    surgery.attachments = {{kLog, 0, 100, true}};
    AgencyRecords social_care;
    social_care.agency = kSocialCare;
    social_care.sent = std::vector<FrameHash>{Frame(1)};
    input.agencies = {surgery, social_care};
    input.side_table = {{kLog, kAskedIndex, kSocialCare}};
    Admission admission{};
    admission.coordinator = kLog.coordinator;
    admission.log_key_id = kLog.log_key_id;
    admission.index = kAskedIndex;
    admission.time_ms = kAskedMs;
    admission.frame_hash = Frame(1);
    input.admissions = {{admission, kSocialCare}};
    LogDigest(kAskedMs + kHourMs);
  }

  AgencyRecords& surgery() { return input.agencies[0]; }
  // The surgery's digest of its ledger, in the other log.
  void LogDigest(TimeMs at, std::optional<TreeHash> root = std::nullopt) {
    LedgerEntry digest{kSurgery, kLog.coordinator, kLog.log_key_id, 0, 9, {}, {}};
    std::vector<LedgerRow> rows;
    for (const auto& row : surgery().ledger) rows.push_back(row.row);
    digest.root = root ? *root : *LedgerRoot(0, 9, rows);
    digest.Sign(IdentityKeyOfAgency(kSurgery));
    other_log.push_back(AskedEntry{at, Frame(99)});
    other_log.push_back(digest);
    other_log.push_back(AskedEntry{at, Frame(98)});
  }

  // The digest could be in any log but that of the question: the copies of all of them go on to here.
  void CopiesGoOnTo(TimeMs at) {
    for (const RosterCoordinator& one : RosterOf(7)->coordinators) {
      if (one.id == kRelay) continue;
      ReconciledLog& into = input.logs[{one.id, one.log_key.key_id}];
      // One that relays nothing has the tables of each hour only.
      into.OnEntry(0, one.id == kNoRelay ? SerializeLogEntry(HourOver(at))
                                         : SerializeLogEntry(AskedEntry{at, Frame(97)}));
    }
  }
  // The last one that is over at this time.
  static EvaluatedEntry HourOver(TimeMs at) { return {static_cast<uint32_t>(at / kHourMs) - 1, {}}; }

  Reconciliation Run(const std::vector<Roster>& rosters = {*RosterOf(7)}) {
    std::vector<AnsweredItem> hashed;
    for (const auto& [agency, item] : items) {
      const auto* const code = std::get_if<RelayCode>(&item);
      hashed.push_back(code ? ItemOf(*code) : ItemOf(std::get<Bytes>(item)));
    }
    if (answered) {
      log.push_back(AnsweredEntry{kAskedIndex, kAskedMs + 500,
                                  AnswersHash(logged_items ? *logged_items : hashed)});
    }
    input.items = {{kLog, kAskedIndex, items}};
    for (const auto& [id, entries] : {std::pair{kLog, &log}, std::pair{kOtherLog, &other_log}}) {
      ReconciledLog& into = input.logs[id];
      for (size_t i = 0; i < entries->size(); ++i) into.OnEntry(i, SerializeLogEntry((*entries)[i]));
    }
    return Reconcile(input, rosters);
  }
  // The one mismatch that there must be.
  MismatchFound Only() {
    const Reconciliation result = Run();
    EXPECT_EQ(result.mismatches.size(), 1u);
    return result.mismatches.empty() ? MismatchFound{} : result.mismatches[0];
  }
};

AtFault TheAgency(AgencyId id) { return {id, 0}; }
AtFault TheRelay() { return {0, kLog.coordinator}; }

TEST(Reconcile, AnHonestFederationAgreesInAllDirections) {
  Case honest;
  const Reconciliation result = honest.Run();
  EXPECT_THAT(result.mismatches, IsEmpty());
  EXPECT_EQ(result.questions, 3u);
  EXPECT_EQ(result.ledger_rows, 1u);
  EXPECT_EQ(result.answers_compared, 1u);
  EXPECT_EQ(result.questions_without_items, 2u) << "the other log's questions";
}

TEST(Reconcile, InTheLogAndNotInTheAskersRecord) {
  Case c;
  c.input.agencies[1].sent = std::vector<FrameHash>{Frame(5)};
  EXPECT_EQ(c.Only(), (MismatchFound{Mismatch::kAskerKeptNoRecord, TheAgency(kSocialCare), kLog,
                                     kAskedIndex, Frame(1)}));
}

TEST(Reconcile, AdmittedAndNotInTheLog) {
  Case c;
  c.input.admissions[0].admission.frame_hash = Frame(7);
  EXPECT_EQ(c.Only(), (MismatchFound{Mismatch::kAdmittedNotLogged, TheRelay(), kLog, kAskedIndex,
                                     Frame(7)}));
}

TEST(Reconcile, BeyondTheCopyIsNobodysFault) {
  Case c;
  c.input.admissions[0].admission.index = 500;
  const Reconciliation result = c.Run();
  EXPECT_THAT(result.mismatches, IsEmpty());
  EXPECT_EQ(result.not_covered_yet, 1u);
}

TEST(Reconcile, ForwardedWithoutLogging) {
  Case c;
  c.surgery().ledger.push_back({kLog, {0, Frame(8), {}}, false});   // leaf 0 is a roster
  c.other_log.clear();
  c.LogDigest(kAskedMs);
  EXPECT_EQ(c.Only(),
            (MismatchFound{Mismatch::kForwardedNotLogged, TheRelay(), kLog, 0, Frame(8)}));
}

TEST(Reconcile, WithheldFromANodeThatHasTheCheckpoint) {
  Case c;
  c.surgery().ledger.clear();
  c.other_log.clear();
  c.items[0].second = RelayCode::kDeadline;
  EXPECT_EQ(c.Only(),
            (MismatchFound{Mismatch::kWithheld, TheRelay(), kLog, kAskedIndex, Frame(1)}));
}

TEST(Reconcile, ANodeThatCannotShowTheCheckpointIsAtFaultItself) {
  Case c;
  c.surgery().ledger.clear();
  c.other_log.clear();
  c.surgery().attachments[0].checkpoint = false;
  c.items[0].second = RelayCode::kDeadline;
  EXPECT_EQ(c.Only(), (MismatchFound{Mismatch::kNotInLedger, TheAgency(kSurgery), kLog, kAskedIndex,
                                     Frame(1)}));
}

TEST(Reconcile, NothingIsWithheldFromANodeThatWasNotAttached) {
  Case c;
  c.surgery().ledger.clear();
  c.other_log.clear();
  c.surgery().attachments[0].from = kAskedIndex + 1;
  c.items[0].second = RelayCode::kNotAttached;
  EXPECT_THAT(c.Run().mismatches, IsEmpty());
}

TEST(Reconcile, TheRelayDroppedAnAnswerWhoseDigestWasLoggedInTime) {
  Case c;
  c.items[0].second = RelayCode::kDeadline;
  EXPECT_EQ(c.Only(),
            (MismatchFound{Mismatch::kAnswerDropped, TheRelay(), kLog, kAskedIndex, Frame(1)}));
}

TEST(Reconcile, WithoutADigestInTimeTheNodeIsLate) {
  Case none;
  none.items[0].second = RelayCode::kDeadline;
  none.other_log.clear();
  none.CopiesGoOnTo(kAskedMs + kDigestInTimeMs + kHourMs);
  EXPECT_EQ(none.Only(), (MismatchFound{Mismatch::kDigestLate, TheAgency(kSurgery), kLog,
                                        kAskedIndex, Frame(1)}));
  Case late;
  late.items[0].second = RelayCode::kDeadline;
  late.other_log.clear();
  late.LogDigest(kAskedMs + kDigestInTimeMs + 1);
  late.CopiesGoOnTo(kAskedMs + kDigestInTimeMs + kHourMs);
  EXPECT_EQ(late.Only().kind, Mismatch::kDigestLate);
}

// One of the two is at fault, and who names the wrong one is worse than who names none.
TEST(Reconcile, WhatTheCopiesDoNotSayYetAccusesNeither) {
  Case copied_too_early;
  copied_too_early.items[0].second = RelayCode::kDeadline;
  copied_too_early.other_log.clear();
  copied_too_early.CopiesGoOnTo(kAskedMs + kDigestInTimeMs);
  EXPECT_THAT(copied_too_early.Run().mismatches, IsEmpty());

  Case without_a_log = Case();
  without_a_log.items[0].second = RelayCode::kDeadline;
  without_a_log.other_log.clear();
  EXPECT_THAT(without_a_log.Run().mismatches, IsEmpty());

  Case log_at_rest;   // logged in time, or days later
  log_at_rest.items[0].second = RelayCode::kDeadline;
  std::get<AskedEntry>(log_at_rest.other_log[2]).time_ms = kAskedMs + kDigestInTimeMs + 1;
  log_at_rest.CopiesGoOnTo(kAskedMs + kDigestInTimeMs + kHourMs);
  const Reconciliation result = log_at_rest.Run();
  EXPECT_THAT(result.mismatches, IsEmpty());
  EXPECT_EQ(result.not_covered_yet, 1u);
}

// A late node logs its digest where no questions go: the tables of the hours before it say that it came late.
TEST(Reconcile, ADigestIsLateAfterTheTableOfALaterHour) {
  Case c;
  c.items[0].second = RelayCode::kDeadline;
  c.other_log = {Case::HourOver(kAskedMs + kDigestInTimeMs + kHourMs), c.other_log[1]};
  c.CopiesGoOnTo(kAskedMs + kDigestInTimeMs + 2 * kHourMs);
  EXPECT_EQ(c.Only().kind, Mismatch::kDigestLate);
}

// By the node's own word there is none of it in any digest: else it could make one of any question.
TEST(Reconcile, ALateRowAccusesNoRelay) {
  Case c;
  c.items[0].second = RelayCode::kDeadline;
  c.other_log.clear();
  c.surgery().ledger.clear();
  c.LogDigest(kAskedMs + kHourMs);   // of nothing
  c.surgery().ledger = {{kLog, {kAskedIndex, Frame(1), WireHash(WireBytes(1))}, true}};
  const Reconciliation result = c.Run();
  EXPECT_THAT(result.mismatches, IsEmpty());
  EXPECT_EQ(result.not_covered_yet, 1u);
}

// A coordinator that has left has a log that ends; it keeps nobody from being named.
TEST(Reconcile, OnlyTheLogsOfCoordinatorsOfThatTimeAreAskedFor) {
  Roster before = *RosterOf(7), since = *RosterOf(7);
  before.version = 6;
  since.not_before = kAskedMs / 1000 - 2 * 86'400;
  since.coordinators.pop_back();
  const auto without_its_log = [&](const std::vector<Roster>& rosters) {
    Case c;
    c.items[0].second = RelayCode::kDeadline;
    c.other_log.clear();
    c.CopiesGoOnTo(kAskedMs + kDigestInTimeMs + kHourMs);
    c.input.logs.erase({kNoRelay, before.coordinators.back().log_key.key_id});
    return c.Run(rosters).mismatches.size();
  };
  EXPECT_EQ(without_its_log({before}), 0u);
  EXPECT_EQ(without_its_log({before, since}), 1u);
  since.not_before = kAskedMs / 1000 - 3600;   // perhaps not taken up everywhere
  EXPECT_EQ(without_its_log({before, since}), 0u);
}

TEST(Reconcile, ADigestWithNoTimeBeforeItIsInTimeByTheOneAfterIt) {
  Case c;
  c.items[0].second = RelayCode::kDeadline;
  c.other_log.erase(c.other_log.begin());
  EXPECT_EQ(c.Only().kind, Mismatch::kAnswerDropped);
}

TEST(Reconcile, AnsweredOffItsLedger) {
  Case absent;
  absent.surgery().ledger.clear();
  absent.surgery().attachments.clear();
  absent.other_log.clear();
  EXPECT_EQ(absent.Only(), (MismatchFound{Mismatch::kAnsweredOffLedger, TheAgency(kSurgery), kLog,
                                          kAskedIndex, Frame(1)}));
  Case another;
  another.items[0].second = WireBytes(2);
  EXPECT_EQ(another.Only().kind, Mismatch::kAnsweredOffLedger);
}

TEST(Reconcile, ARefusalIsInNoLedger) {
  Case c;
  c.surgery().ledger.clear();
  c.surgery().attachments.clear();
  c.other_log.clear();
  c.items[0].second = Bytes(kRefusalSize, 1);
  EXPECT_THAT(c.Run().mismatches, IsEmpty());
}

TEST(Reconcile, DisclosuresAgainstTheHoldersSystem) {
  Case c;
  c.input.disclosures = {{kSurgery, Frame(1), true, true}, {kSurgery, Frame(2), false, false},
                         {kSurgery, Frame(3), true, false}, {kSurgery, Frame(4), false, true}};
  EXPECT_THAT(c.Run().mismatches,
              ElementsAre(MismatchFound{Mismatch::kDisclosureNotRecorded, TheAgency(kSurgery), {}, 0,
                                        Frame(3)},
                          MismatchFound{Mismatch::kDisclosedOutsideTheSystem, TheAgency(kSurgery),
                                        {}, 0, Frame(4)}));
}

TEST(Reconcile, TwoDigestsOfOneRange) {
  Case c;
  c.input.agencies.erase(c.input.agencies.begin());   // what it exported would accuse it once more
  c.LogDigest(kAskedMs + kHourMs, EmptyRoot());
  EXPECT_EQ(c.Only(), (MismatchFound{Mismatch::kTwoDigests, TheAgency(kSurgery), kOtherLog, 4, {}}));
}

TEST(Reconcile, ALedgerThatIsNotWhatWasSigned) {
  Case c;
  c.other_log.clear();
  c.LogDigest(kAskedMs, EmptyRoot());
  EXPECT_EQ(c.Only(), (MismatchFound{Mismatch::kLedgerIsNotItsDigest, TheAgency(kSurgery),
                                     kOtherLog, 1, {}}));
}

// A relay gives an index a second time, after its digest was logged: else an honest node would lie.
TEST(Reconcile, ALateRowIsNotPartOfTheDigest) {
  Case c;
  c.surgery().ledger.push_back({kLog, {kAskedIndex, Frame(1), {}}, true});
  EXPECT_THAT(c.Run().mismatches, IsEmpty());
}

TEST(Reconcile, DigestsThatTheCoordinatorShouldNotHaveLogged) {
  Case forged;
  std::get<LedgerEntry>(forged.other_log[1]).to = 8;
  EXPECT_EQ(forged.Only(),
            (MismatchFound{Mismatch::kDigestNotSigned, {0, kOtherLog.coordinator}, kOtherLog, 1, {}}));
  Case own;
  LedgerEntry digest = std::get<LedgerEntry>(own.other_log[1]);
  digest.coordinator = kOtherLog.coordinator;
  digest.log_key_id = kOtherLog.log_key_id;
  digest.root = EmptyRoot();
  digest.Sign(IdentityKeyOfAgency(kSurgery));
  own.other_log[1] = digest;
  EXPECT_EQ(own.Only(), (MismatchFound{Mismatch::kDigestInItsOwnLog, {0, kOtherLog.coordinator},
                                       kOtherLog, 1, {}}));
}

// The surgery's rows up to index 9 are gone, and its digest of them was logged so long ago.
Case WithoutItsRows(TimeMs ago) {
  Case c;
  c.surgery().ledger.clear();
  c.surgery().whole = {{kLog, 10, kOtherLog.coordinator, 1}};
  c.input.now_ms = kAskedMs + kHourMs + ago;
  return c;
}

TEST(Reconcile, WhatHasGoneInItsTimeAccusesNobody) {
  const Reconciliation result = WithoutItsRows(kRowsStayMs).Run();
  EXPECT_THAT(result.mismatches, IsEmpty());
  EXPECT_EQ(result.not_covered_yet, 0u);
}

TEST(Reconcile, WhoLetsGoOfRowsTooEarlyIsNamed) {
  EXPECT_EQ(WithoutItsRows(kRowsStayMs - 1).Only(),
            (MismatchFound{Mismatch::kRowsGoneTooEarly, TheAgency(kSurgery), kLog, 10, {}}));
}

// The same digest, logged anew, makes nobody guilty of what was in time by the first.
TEST(Reconcile, TheFirstLeafOfADigestCounts) {
  Case c = WithoutItsRows(kRowsStayMs);
  c.other_log.push_back(AskedEntry{kAskedMs + 2 * kHourMs, Frame(98)});
  c.other_log.push_back(c.other_log[1]);
  EXPECT_THAT(c.Run().mismatches, IsEmpty());
}

TEST(Reconcile, AboveTheLineAnAccusationIsMadeAsEver) {
  Case withheld = WithoutItsRows(kRowsStayMs);
  for (int i = 0; i < 10; ++i) withheld.log.push_back(RosterEntry{7, {}});
  withheld.log.push_back(AskedEntry{kAskedMs + 1000, Frame(2)});   // its index is 12
  withheld.answered = false;
  const Reconciliation result = withheld.Run();
  EXPECT_THAT(result.mismatches,
              ElementsAre(MismatchFound{Mismatch::kWithheld, TheRelay(), kLog, 12, Frame(2)}));
  Case digest = WithoutItsRows(kRowsStayMs);
  digest.surgery().whole[0].from = 9;   // within a digest's range
  EXPECT_EQ(digest.Run().mismatches.back().kind, Mismatch::kLedgerIsNotItsDigest);
}

// A line where no digest ends could be drawn anywhere. Only who has all logs can say that none
// does.
TEST(Reconcile, ALineThatNoLeafFixes) {
  Case c = WithoutItsRows(kRowsStayMs);
  c.surgery().whole[0].from = 11;
  EXPECT_EQ(c.Run().not_covered_yet, 1u);
  Case all = WithoutItsRows(kRowsStayMs);
  all.surgery().whole[0].from = 11;
  const uint32_t key = RosterOf(7)->FindCoordinator(kOtherRelay)->log_key.key_id;
  ReconciledLog& whole_log = all.input.logs[{kOtherRelay, key}];
  for (uint64_t i = 0; i < 2; ++i) whole_log.OnEntry(i, SerializeLogEntry(RosterEntry{7, {}}));
  EXPECT_EQ(all.Only(),
            (MismatchFound{Mismatch::kRowsGoneTooEarly, TheAgency(kSurgery), kLog, 11, {}}));
}

// Whoever brings items could otherwise accuse a relay or a node at will.
TEST(Reconcile, ItemsThatTheLogDidNotCommitToAccuseNobody) {
  Case c;
  c.logged_items = {ItemOf(WireBytes(1)), ItemOf(RelayCode::kNotAttached)};
  c.items[0].second = RelayCode::kDeadline;
  const Reconciliation result = c.Run();
  EXPECT_THAT(result.mismatches, IsEmpty());
  EXPECT_EQ(result.items_unusable, 1u);
  EXPECT_EQ(result.answers_compared, 0u);
}

TEST(Reconcile, EveryMismatchHasItsWords) {
  for (auto kind = Mismatch::kAskerKeptNoRecord; kind <= Mismatch::kRowsGoneTooEarly;
       kind = static_cast<Mismatch>(static_cast<int>(kind) + 1)) {
    EXPECT_FALSE(WordsOf(kind).name.empty());
    EXPECT_FALSE(WordsOf(kind).proof.empty());
  }
}

}  // namespace
}  // namespace whoelse
