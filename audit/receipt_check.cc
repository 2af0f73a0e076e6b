#include "audit/receipt_check.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

#include "audit/checkpoint.h"
#include "audit/receipt_agencies.h"

namespace whoelse {
namespace {

// "2027-01-15 08:00:02 UTC"
std::string TimeWords(TimeS seconds) {
  using namespace std::chrono;   // its calendar; no clock is read
  const sys_seconds at{std::chrono::seconds(std::min<TimeS>(seconds, 253'402'300'799))};
  const year_month_day day(floor<days>(at));
  const hh_mm_ss time(at - floor<days>(at));
  char text[48];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d UTC", static_cast<int>(day.year()),
                static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text;
}

std::string LeafWords(uint64_t index) { return "leaf " + std::to_string(index); }

// One receipt under examination: each step adds its finding.
class Examination {
 public:
  Examination(const Receipt& receipt, const std::vector<Roster>& rosters, ReceiptCheck& out)
      : receipt_(receipt), rosters_(rosters), out_(out) {}

  // The question's roster; nullptr when it is not given.
  const Roster* FindRoster();
  void CheckPart(const ReceiptPart& part, const Roster& roster);
  void CheckOpening(const Roster& roster, const SubjectKeys& subject_keys);

 private:
  // A signed tree, and who vouches for it.
  struct Tree {
    Checkpoint checkpoint;
    std::vector<const Roster*> rosters;   // those that name the log key that signed it
  };
  void Add(ReceiptClaim claim, const ReceiptPart& part, Finding finding, std::string words) {
    out_.findings.push_back({claim, part.relay, finding, std::move(words)});
  }
  bool CheckAdmission(const ReceiptPart& part, const RosterCoordinator& coordinator);
  std::optional<Tree> OpenTree(const ReceiptPart& part);
  bool CheckLogged(const ReceiptPart& part, const RosterCoordinator& coordinator, const Tree& tree);
  void CheckAnswers(const ReceiptPart& part, const Roster& roster, const Tree& tree);
  void CheckWitnesses(const ReceiptPart& part, const Tree& tree);

  const Receipt& receipt_;
  const std::vector<Roster>& rosters_;
  ReceiptCheck& out_;
};

const Roster* Examination::FindRoster() {
  const Header& header = receipt_.frame.header();
  const std::string version = std::to_string(header.roster_version);
  for (const Roster& roster : rosters_) {
    if (roster.federation != header.federation || roster.hash != receipt_.roster_hash ||
        roster.version != header.roster_version) {
      continue;
    }
    out_.findings.push_back({ReceiptClaim::kRoster, 0, Finding::kHolds,
                             "It was asked under roster version " + version + ", which is given."});
    return &roster;
  }
  out_.findings.push_back({ReceiptClaim::kRoster, 0, Finding::kNotVerifiable,
                           "Nothing can be checked without roster version " + version +
                               " with the hash that the receipt names: give that roster."});
  return nullptr;
}

bool Examination::CheckAdmission(const ReceiptPart& part, const RosterCoordinator& coordinator) {
  if (!part.admission) {
    Add(ReceiptClaim::kAdmitted, part, Finding::kNotVerifiable,
        coordinator.name + " gave no admission: nothing shows that it logged the question.");
    return false;
  }
  const Admission& admission = *part.admission;
  const bool good = admission.log_key_id == coordinator.log_key.key_id &&
                    admission.SignedBy(coordinator.admission_key, receipt_.frame.header().federation);
  Add(ReceiptClaim::kAdmitted, part, good ? Finding::kHolds : Finding::kViolated,
      good ? coordinator.name + " signed that the question is " + LeafWords(admission.index) +
                 " of its log, at " + TimeWords(admission.time_ms / 1000) + " by its clock."
           : "The admission is not " + coordinator.name + "'s: key or signature is another's.");
  return good;
}

// The log key of any roster since the question's counts, so that a key change voids no receipt. One
// of before does not: a key that was taken away, perhaps because it was stolen, would come back.
std::optional<Examination::Tree> Examination::OpenTree(const ReceiptPart& part) {
  if (!part.checkpoint) {
    Add(ReceiptClaim::kLogged, part, Finding::kNotVerifiable,
        "No checkpoint covers the leaf yet: export the receipt again later.");
    return std::nullopt;
  }
  const Header& header = receipt_.frame.header();
  std::optional<Tree> tree;
  for (const Roster& roster : rosters_) {
    const RosterCoordinator* coordinator = roster.FindCoordinator(part.relay);
    if (roster.federation != header.federation || roster.version < header.roster_version ||
        coordinator == nullptr) {
      continue;
    }
    absl::StatusOr<Checkpoint> opened = OpenCheckpoint(*part.checkpoint, coordinator->log_key);
    if (opened.ok()) {
      if (!tree) tree = Tree{*std::move(opened), {}};
      tree->rosters.push_back(&roster);
    } else if (opened.status().code() != absl::StatusCode::kNotFound) {
      Add(ReceiptClaim::kLogged, part, Finding::kViolated,
          "The checkpoint is not the log's: its signature is bad.");
      return std::nullopt;
    }
  }
  if (!tree) {
    Add(ReceiptClaim::kLogged, part, Finding::kNotVerifiable,
        "No roster given names the key that signed the checkpoint: give the rosters since the "
        "question's.");
  }
  return tree;
}

bool Examination::CheckLogged(const ReceiptPart& part, const RosterCoordinator& coordinator,
                              const Tree& tree) {
  const Admission& admission = *part.admission;
  if (!part.asked) {
    Add(ReceiptClaim::kLogged, part, Finding::kNotVerifiable,
        "The receipt has no proof of the leaf yet: export it again later.");
    return false;
  }
  const auto entry = ParseLogEntry(part.asked->entry);
  const auto* asked = entry.ok() ? std::get_if<AskedEntry>(&*entry) : nullptr;
  const bool included = VerifyInclusion(LeafHash(part.asked->entry), admission.index,
                                        tree.checkpoint.size, part.asked->proof,
                                        tree.checkpoint.root)
                            .ok();
  const bool ours = asked != nullptr && asked->frame_hash == receipt_.frame.hash() &&
                    asked->time_ms == admission.time_ms;
  const std::string leaf = LeafWords(admission.index);
  std::string words = "The question is " + leaf + " of the log of " + coordinator.name + " (" +
                      tree.checkpoint.origin + "), unchanged, in the tree of " +
                      std::to_string(tree.checkpoint.size) + " leaves that it signed.";
  // Signed by the log and not what it admitted: the receipt convicts the relay.
  if (included && !ours) words = "The log has something else as " + leaf + " than it admitted.";
  if (!included) words = "The proof does not lead from " + leaf + " to the checkpoint's root.";
  Add(ReceiptClaim::kLogged, part, included && ours ? Finding::kHolds : Finding::kViolated,
      std::move(words));
  return included && ours;
}

// Nothing when an item is missing, or the agencies are not the roster's in its order.
std::optional<std::vector<AnsweredItem>> ItemsInOrder(const ReceiptPart& part,
                                                      const Roster& roster) {
  if (part.items.size() != roster.agencies.size()) return std::nullopt;
  std::vector<AnsweredItem> items;
  for (size_t i = 0; i < part.items.size(); ++i) {
    const ReceiptItem& item = part.items[i];
    if (item.agency != roster.agencies[i].id) return std::nullopt;
    if (const auto* code = std::get_if<RelayCode>(&item.what)) {
      items.push_back(ItemOf(*code));
    } else if (const auto* bytes = std::get_if<Bytes>(&item.what)) {
      items.push_back(ItemOf(*bytes));
    } else {
      return std::nullopt;
    }
  }
  return items;
}

void Examination::CheckAnswers(const ReceiptPart& part, const Roster& roster, const Tree& tree) {
  const auto add = [&](Finding finding, std::string words) {
    Add(ReceiptClaim::kAnswers, part, finding, std::move(words));
  };
  if (!part.answered) {
    return add(Finding::kNotVerifiable,
               "What was answered is not proven to be in the log yet: export the receipt again "
               "later.");
  }
  const uint64_t index = *part.answered_index;
  const std::string leaf = LeafWords(index);
  if (!VerifyInclusion(LeafHash(part.answered->entry), index, tree.checkpoint.size,
                       part.answered->proof, tree.checkpoint.root)
           .ok()) {
    return add(Finding::kViolated,
               "The proof does not lead from " + leaf + " to the checkpoint's root.");
  }
  const auto entry = ParseLogEntry(part.answered->entry);
  const auto* answered = entry.ok() ? std::get_if<AnsweredEntry>(&*entry) : nullptr;
  // An Answered before its Asked would let a relay log a question once it knew the answers.
  if (answered == nullptr || answered->asked_index != part.admission->index ||
      index <= part.admission->index) {
    return add(Finding::kViolated, "The log's " + leaf + " is not the answers to this question.");
  }
  const auto items = ItemsInOrder(part, roster);
  if (!items) {
    return add(Finding::kNotVerifiable,
               "The log's " + leaf + " closes the question, but the receipt has not all that the "
               "relay handed over: it cannot be compared.");
  }
  const bool same = answered->answers_hash == AnswersHash(*items);
  add(same ? Finding::kHolds : Finding::kViolated,
      same ? "What stands here for each of the " + std::to_string(items->size()) +
                 " agencies is what " + leaf + " says, closed at " +
                 TimeWords(answered->time_ms / 1000) + ", after the question was logged."
           : "The log's " + leaf + " says other answers than stand here: the relay wrote down what "
             "it did not hand over, or the receipt was changed.");
}

void Examination::CheckWitnesses(const ReceiptPart& part, const Tree& tree) {
  std::string words = "Too few witnesses have cosigned the checkpoint yet: export the receipt again "
                      "later.";
  for (const Roster* roster : tree.rosters) {
    std::vector<NoteVerifier> keys;
    for (const RosterWitness& witness : roster->witnesses) keys.push_back(witness.key);
    const auto witnessed = VerifyCosignatures(*part.checkpoint, keys);
    if (!witnessed.ok()) {
      return Add(ReceiptClaim::kWitnessed, part, Finding::kViolated,
                 "A cosignature on the checkpoint is bad.");
    }
    if (witnessed->size() < roster->quorum) continue;
    const auto [first, last] = std::ranges::minmax(*witnessed, {}, &Witnessed::time);
    return Add(ReceiptClaim::kWitnessed, part, Finding::kHolds,
               std::to_string(witnessed->size()) + " of " + std::to_string(keys.size()) +
                   " witnesses (" + std::to_string(roster->quorum) +
                   " are needed) had seen that tree by " + TimeWords(last.time) +
                   ": the log cannot take it back.");
  }
  Add(ReceiptClaim::kWitnessed, part, Finding::kNotVerifiable, std::move(words));
}

void Examination::CheckPart(const ReceiptPart& part, const Roster& roster) {
  const RosterCoordinator* coordinator = roster.FindCoordinator(part.relay);
  if (coordinator == nullptr) {
    return Add(ReceiptClaim::kAdmitted, part, Finding::kViolated,
               "The roster has no coordinator " + std::to_string(part.relay) + ".");
  }
  if (!CheckAdmission(part, *coordinator)) return;
  const std::optional<Tree> tree = OpenTree(part);
  if (!tree || !CheckLogged(part, *coordinator, *tree)) return;
  CheckAnswers(part, roster, *tree);
  CheckWitnesses(part, *tree);
}

void Examination::CheckOpening(const Roster& roster, const SubjectKeys& subject_keys) {
  const ReceiptOpening& opening = *receipt_.opening;
  const OpeningVerdict verdict = whoelse::CheckOpening(
      {opening.statement, opening.content_key.Clone(), opening.reply_secret_key.Clone(),
       ToBytes(receipt_.frame.bytes())},
      roster, subject_keys, {});
  const auto add = [&](Finding finding, std::string words) {
    out_.findings.push_back({ReceiptClaim::kOpening, 0, finding, std::move(words)});
  };
  for (size_t i = 0; i < verdict.checks.size(); ++i) {
    if (verdict.checks[i] == Finding::kHolds) continue;
    return add(Finding::kViolated, "The opening is not this question's: " +
                                       std::string(kOpeningCheckNames[i]) + ".");
  }
  const auto has = [&](SlotIs is) {
    return std::ranges::count(verdict.slots, is, &OpeningVerdict::SlotVerdict::is) > 0;
  };
  if (has(SlotIs::kUnexplained)) {
    return add(Finding::kViolated,
               "A slot of the question is explained neither by the statement nor by its seed.");
  }
  const RosterAgency& asker = *roster.FindAgency(verdict.statement->agency);
  add(Finding::kHolds, asker.name + " signed this question, for the purpose " +
                           std::string(Name(verdict.statement->purpose)) +
                           "; statement and keys are those it was made from.");
  if (has(SlotIs::kNotVerifiable)) {
    out_.not_shown.push_back(
        "That the question asks about the child that its statement names: that takes an auditor's "
        "own evaluation while the key version lives (whoelse audit open).");
  }
}

}  // namespace

Finding ReceiptCheck::Overall() const {
  const auto any = [&](Finding finding) {
    return std::ranges::count(findings, finding, &ReceiptFinding::finding) > 0;
  };
  if (any(Finding::kViolated)) return Finding::kViolated;
  return any(Finding::kNotVerifiable) || findings.empty() ? Finding::kNotVerifiable
                                                          : Finding::kHolds;
}

ReceiptCheck CheckReceipt(const Receipt& receipt, const std::vector<Roster>& rosters,
                          const SubjectKeys& subject_keys) {
  ReceiptCheck out;
  Examination examination(receipt, rosters, out);
  const Roster* roster = examination.FindRoster();
  if (roster == nullptr) return out;
  for (const ReceiptPart& part : receipt.parts) examination.CheckPart(part, *roster);
  if (receipt.parts.empty()) {
    out.findings.push_back({ReceiptClaim::kAdmitted, 0, Finding::kNotVerifiable,
                            "No relay admitted the question: nothing shows that it was asked."});
  }
  out.agencies = AgenciesOf(receipt, *roster);
  out.summary = SummaryOf(out.agencies);
  if (receipt.opening) {
    examination.CheckOpening(*roster, subject_keys);
  } else {
    out.not_shown.push_back(
        "Who asked about whom, why, and what the sealed answers say: the receipt has no opening "
        "(whoelse receipt export --with-opening).");
  }
  out.not_shown.push_back(
      "That no agency had the question before it was in the log: the nodes watch that, and raise an "
      "alarm within two checkpoints.");
  return out;
}

}  // namespace whoelse
