#include "node/receipting.h"

#include <algorithm>
#include <utility>

namespace whoelse {
namespace {

// An item of a relay that broke off is missing.
ReceiptItem ItemFor(AgencyId agency, const Requester::Collected& collected) {
  ReceiptItem out{agency, {}};
  const auto item = collected.items.find(agency);
  if (item == collected.items.end()) return out;
  std::visit([&](const auto& what) { out.what = what; }, item->second);
  return out;
}

ReceiptPart PartFor(CoordinatorId relay, const Requester::Collected& collected,
                    const Roster& roster) {
  ReceiptPart part;
  part.relay = relay;
  if (!collected.admission.empty()) part.admission = *Admission::Parse(collected.admission);
  if (part.admission && collected.closed) part.answered_index = collected.closed->answered_index;
  for (const RosterAgency& agency : roster.agencies) {
    part.items.push_back(ItemFor(agency.id, collected));
  }
  return part;
}

// Nothing more can be shown of this relay: proven, or proven to differ.
bool Settled(const ReceiptCheck& check, CoordinatorId relay) {
  return std::ranges::all_of(check.findings, [&](const ReceiptFinding& finding) {
    return finding.relay != relay || finding.finding != Finding::kNotVerifiable;
  });
}

// Once disputed, always: what this node has seen is not undone by what a relay shows later.
ReceiptState StateOf(const ReceiptCheck& check, ReceiptState before) {
  if (before == ReceiptState::kDisputed) return before;
  for (const ReceiptFinding& finding : check.findings) {
    if (finding.claim == ReceiptClaim::kAnswers && finding.finding == Finding::kViolated) {
      return ReceiptState::kDisputed;
    }
  }
  return check.Overall() == Finding::kHolds ? ReceiptState::kComplete : ReceiptState::kPending;
}

// Why these proofs must not be taken: they do not show the leaf, or a cosignature among them is bad,
// with which a relay could spoil a good receipt. That the answers differ is taken: it is the proof.
absl::Status WhyNot(const ReceiptCheck& check, CoordinatorId relay) {
  bool logged = false;
  for (const ReceiptFinding& finding : check.findings) {
    if (finding.relay != relay || finding.claim == ReceiptClaim::kAnswers) continue;
    logged = logged || (finding.claim == ReceiptClaim::kLogged && finding.finding == Finding::kHolds);
    if (finding.finding == Finding::kViolated) {
      return absl::UnauthenticatedError("proofs: " + finding.words);
    }
  }
  return logged ? absl::OkStatus() : absl::UnauthenticatedError("proofs: of no log that is known");
}

}  // namespace

Receipt ReceiptOf(const Requester& requester) {
  const Roster& roster = requester.roster();
  Receipt receipt{ReceiptState::kPending, roster.hash, requester.question().frame, {}, std::nullopt};
  for (const CoordinatorId relay : requester.order()) {
    const Requester::Collected& collected = requester.collected().at(relay);
    if (collected.admission.empty() && collected.items.empty()) continue;
    receipt.parts.push_back(PartFor(relay, collected, roster));
    const std::optional<ExpectedAnswered> expected = requester.ExpectedOf(relay);
    if (expected && !expected->answers_hash) receipt.state = ReceiptState::kDisputed;
  }
  return receipt;
}

std::vector<ProofWanted> WantedFor(const Receipt& receipt, const std::vector<Roster>& rosters) {
  const ReceiptCheck check = CheckReceipt(receipt, rosters);
  std::vector<ProofWanted> wanted;
  for (const ReceiptPart& part : receipt.parts) {
    if (!part.admission || Settled(check, part.relay)) continue;
    ProofWanted one{part.relay, {part.admission->index}};
    if (part.answered_index) one.indexes.push_back(*part.answered_index);
    wanted.push_back(std::move(one));
  }
  return wanted;
}

absl::Status TakeProofs(Receipt& receipt, const ProofWanted& wanted, const LeafProofs& proofs,
                        const std::vector<Roster>& rosters) {
  const auto part = std::ranges::find(receipt.parts, wanted.relay, &ReceiptPart::relay);
  if (part == receipt.parts.end() || proofs.leaves.size() != wanted.indexes.size()) {
    return absl::InvalidArgumentError("proofs: not of the leaves that were asked for");
  }
  absl::StatusOr<Note> checkpoint = Note::Parse(proofs.checkpoint);
  if (!checkpoint.ok()) return checkpoint.status();
  const ReceiptPart before = *part;
  part->checkpoint = *std::move(checkpoint);
  part->asked = proofs.leaves[0];
  if (proofs.leaves.size() > 1) part->answered = proofs.leaves[1];
  const ReceiptCheck check = CheckReceipt(receipt, rosters);
  if (const absl::Status refused = WhyNot(check, wanted.relay); !refused.ok()) {
    *part = before;
    return refused;
  }
  receipt.state = StateOf(check, receipt.state);
  return absl::OkStatus();
}

}  // namespace whoelse
