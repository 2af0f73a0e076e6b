// Receipts of the vectors' federation, with logs made for them.
#ifndef WHOELSE_TESTS_AUDIT_RECEIPT_MAKER_H_
#define WHOELSE_TESTS_AUDIT_RECEIPT_MAKER_H_

#include <utility>
#include <vector>

#include "audit/checkpoint.h"
#include "audit/entry.h"
#include "audit/receipt.h"
#include "protocol/answer.h"
#include "tests/node/federation.h"

namespace whoelse {

// A log to which entries are appended, signed by the coordinator's key of the vectors.
class TestLog {
 public:
  explicit TestLog(CoordinatorId relay = kRelay) : relay_(relay) {}

  uint64_t Append(const LogEntry& entry) {
    entries_.push_back(SerializeLogEntry(entry));
    leaves_.push_back(LeafHash(entries_.back()));
    return leaves_.size() - 1;
  }
  ReceiptLeaf LeafAt(uint64_t index) const {
    return {entries_[index], *InclusionProof(index, leaves_)};
  }
  Checkpoint Head() const {
    return {RosterOf(7)->FindCoordinator(relay_)->log_key.name, leaves_.size(), TreeRoot(leaves_)};
  }
  Note Signed() const { return SignCheckpoint(Head(), LogKeyOf(relay_)); }
  // By the first `witnesses` of the vectors, at `time`.
  Note Cosigned(size_t witnesses, TimeS time) const {
    Note note = Signed();
    for (size_t i = 0; i < witnesses; ++i) {
      const auto& witness = ProtocolVectors()["keys"]["witnesses"][i];
      note.signatures.push_back(Cosign(Head(), time, witness["name"].get<std::string>(),
                                       KeyFromSeed(witness["seed"])));
    }
    return note;
  }

 private:
  const CoordinatorId relay_;
  std::vector<Bytes> entries_;
  std::vector<TreeHash> leaves_;
};

inline constexpr TimeMs kAskedAt = 1'800'000'002'345;
inline constexpr TimeMs kAnsweredAt = 1'800'000'002'845;
inline constexpr TimeS kCosignedAt = 1'800'000'004;

// "Nothing disclosed" of this agency, or a contact.
inline Bytes WireOf(const Question& question, AgencyId agency, bool disclosed, Random& random) {
  Answer answer;
  answer.roster_version = question.frame.header().roster_version;
  answer.complete = {question.frame.header().kv_a, 0};
  answer.enrolled_through = 2'999'990;
  answer.disclosed = disclosed;
  if (disclosed) {
    answer.confirm = ConfirmValue(question.content_key, question.frame.hash(), agency);
    answer.entries.resize(1);
    answer.entries[0].kind = EntryKind::kDutyLine;
    answer.entries[0].phone = "01632 960123";
  }
  return *SealAnswer(
      answer.Sign(IdentityKeyOfAgency(agency), question.frame.hash(), agency),
      question.frame.hash(), agency, question.frame.header().reply_key, random);
}

inline Bytes RefusalOf(const Question& question, AgencyId agency, RefusalCode code,
                       const Admission& admission) {
  Refusal refusal{agency, question.frame.hash(), code, question.frame.header().roster_version,
                  admission.index, admission.time_ms, {}};
  refusal.Sign(IdentityKeyOfAgency(agency));
  return refusal.Serialize();
}

inline std::vector<AnsweredItem> AnsweredItemsOf(const std::vector<ReceiptItem>& items) {
  std::vector<AnsweredItem> out;
  for (const ReceiptItem& item : items) {
    const auto* code = std::get_if<RelayCode>(&item.what);
    out.push_back(code ? ItemOf(*code) : ItemOf(std::get<Bytes>(item.what)));
  }
  return out;
}

// A relay's part as an honest one leaves it: Asked at the log's next index, then Answered for these
// items, both under a checkpoint that `witnesses` cosigned.
inline ReceiptPart PartOf(const Question& question, TestLog& log, CoordinatorId relay,
                          std::vector<ReceiptItem> items, size_t witnesses = 2) {
  ReceiptPart part;
  part.relay = relay;
  const uint64_t asked = log.Append(AskedEntry{kAskedAt, question.frame.hash()});
  part.admission = Admit(question.frame.hash(), asked, kAskedAt, relay);
  part.answered_index =
      log.Append(AnsweredEntry{asked, kAnsweredAt, AnswersHash(AnsweredItemsOf(items))});
  part.asked = log.LeafAt(asked);
  part.answered = log.LeafAt(*part.answered_index);
  part.checkpoint = log.Cosigned(witnesses, kCosignedAt);
  part.items = std::move(items);
  return part;
}

// Three agencies answered (social care with a line), one was not ready, one was not there.
inline std::vector<ReceiptItem> ItemsOf(const Question& question, Random& random) {
  const Admission admission = Admit(question.frame.hash(), 2, kAskedAt);
  return {{kSurgery, WireOf(question, kSurgery, false, random)},
          {kSchools, WireOf(question, kSchools, false, random)},
          {kSocialCare, WireOf(question, kSocialCare, true, random)},
          {kPolice, RefusalOf(question, kPolice, RefusalCode::kNotReady, admission)},
          {kSharedNode, RelayCode::kNotAttached}};
}

inline ReceiptOpening OpeningOf(const Question& question) {
  return {question.statement, question.content_key.Clone(), question.reply_secret_key.Clone()};
}

// The second leaf of a log, behind its roster.
inline KeyEventEntry FirstKeyEvent() {
  const RosterHash& roster = RosterOf(7)->hash;
  return {KeyEvent::kCreated, 1, Digest(std::span<const uint8_t, 32>(roster.data(), 32))};
}

// The receipt of `question` through one relay, whose log had two leaves before it.
inline Receipt ReceiptOf(const Question& question, Random& random) {
  TestLog log;
  log.Append(RosterEntry{7, RosterOf(7)->hash});
  log.Append(FirstKeyEvent());
  Receipt receipt{ReceiptState::kComplete, RosterOf(7)->hash, question.frame, {}, std::nullopt};
  receipt.parts.push_back(PartOf(question, log, kRelay, ItemsOf(question, random)));
  return receipt;
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_AUDIT_RECEIPT_MAKER_H_
