#include "audit/receipt_agencies.h"

#include <algorithm>
#include <map>

#include "protocol/limits.h"
#include "protocol/received.h"

namespace whoelse {
namespace {

using Came = ReceiptAgency::Came;

// One item, and the answer in it when the opening opens it: two that differ are a dispute.
struct Judged {
  ReceiptAgency agency;
  Bytes answer;
};

Judged JudgeSealed(ByteView bytes, const RosterAgency& agency, const FrameHash& hash) {
  Judged judged{{agency.id, Came::kNothing, {}, {}}, {}};
  if (bytes.size() == kRefusalSize) {
    const absl::StatusOr<Refusal> refusal = Refusal::Parse(bytes);
    // Without the signature a relay could make refusals of answers that it dropped.
    if (refusal.ok() && refusal->agency == agency.id && refusal->frame_hash == hash &&
        refusal->SignedBy(agency.identity_key)) {
      judged.agency.came = Came::kRefused;
      judged.agency.refusal = refusal->code;
    }
    return judged;
  }
  const absl::StatusOr<Wire> wire = Wire::Parse(bytes);
  if (wire.ok() && wire->agency == agency.id && wire->frame_hash == hash) {
    judged.agency.came = Came::kSealed;
  }
  return judged;
}

Judged JudgeOpened(const Bytes& bytes, const RosterAgency& agency, const ReadingKeys& keys) {
  Judged judged{{agency.id, Came::kNothing, {}, {}}, {}};
  Received received = Receive(bytes, agency.id, keys);
  if (auto* answer = std::get_if<ReceivedAnswer>(&received)) {
    judged.agency.came = answer->answer.disclosed ? Came::kDisclosed : Came::kNothingDisclosed;
    judged.answer = std::move(answer->bytes);
  } else if (const auto* refusal = std::get_if<Refusal>(&received)) {
    judged.agency.came = Came::kRefused;
    judged.agency.refusal = refusal->code;
  }
  return judged;
}

Judged Judge(const ReceiptItem& item, const RosterAgency& agency, const Receipt& receipt,
             const Roster& roster) {
  const FrameHash& hash = receipt.frame.hash();
  if (const auto* code = std::get_if<RelayCode>(&item.what)) {
    return {{agency.id, Came::kRelayCode, *code, {}}, {}};
  }
  const auto* bytes = std::get_if<Bytes>(&item.what);
  if (bytes == nullptr) return {{agency.id, Came::kNothing, {}, {}}, {}};
  if (!receipt.opening) return JudgeSealed(*bytes, agency, hash);
  return JudgeOpened(*bytes, agency,
                     {roster, receipt.frame.header(), hash, receipt.opening->content_key,
                      receipt.opening->reply_secret_key});
}

void Take(Judged& best, Judged other) {
  if (best.agency.came == Came::kDisputed) return;
  if (!best.answer.empty() && !other.answer.empty() && best.answer != other.answer) {
    best.agency.came = Came::kDisputed;
  } else if (other.agency.came > best.agency.came) {
    best = std::move(other);
  }
}

// "2 could not process the question (NOT_READY)", the reasons each once.
struct Group {
  size_t count = 0;
  std::map<std::string_view, size_t> reasons;

  void Add(std::string_view reason) {
    ++count;
    if (!reason.empty()) ++reasons[reason];
  }
};

std::string Words(const Group& group, std::string_view what) {
  std::string out = std::to_string(group.count) + " " + std::string(what);
  std::string_view before = " (";
  for (const auto& [reason, count] : group.reasons) {
    out += std::string(before) + (group.reasons.size() > 1 ? std::to_string(count) + " " : "") +
           std::string(reason);
    before = ", ";
  }
  return out + (group.reasons.empty() ? "" : ")");
}

std::string_view ReasonOf(const ReceiptAgency& agency) {
  if (agency.came == Came::kRefused) return Name(*agency.refusal);
  if (agency.came == Came::kRelayCode) return Name(*agency.code);
  return agency.came == Came::kNothing ? "nothing that proves anything" : "";
}

}  // namespace

std::vector<ReceiptAgency> AgenciesOf(const Receipt& receipt, const Roster& roster) {
  std::vector<ReceiptAgency> agencies;
  for (const RosterAgency& agency : roster.agencies) {
    Judged best{{agency.id, Came::kNothing, {}, {}}, {}};
    const ReceiptItem* before = nullptr;
    for (const ReceiptPart& part : receipt.parts) {
      const auto item = std::ranges::find(part.items, agency.id, &ReceiptItem::agency);
      // What both relays handed over alike is judged once: opening it is most of a check's work.
      if (item == part.items.end() || (before != nullptr && before->what == item->what)) continue;
      Take(best, Judge(*item, agency, receipt, roster));
      before = &*item;
    }
    agencies.push_back(best.agency);
  }
  return agencies;
}

std::string SummaryOf(const std::vector<ReceiptAgency>& agencies) {
  std::map<Came, Group> groups;
  for (const ReceiptAgency& agency : agencies) {
    // The relay's word and no word at all are one to a reader: the agency did not answer.
    groups[std::max(agency.came, Came::kRelayCode)].Add(ReasonOf(agency));
  }
  std::string out = "Asked " + std::to_string(agencies.size());
  std::string_view before = ": ";
  for (const auto& [came, what] : {std::pair(Came::kDisclosed, "gave a contact or a duty line"),
                                   std::pair(Came::kNothingDisclosed, "disclosed nothing"),
                                   std::pair(Came::kSealed, "gave a sealed answer"),
                                   std::pair(Came::kDisputed, "gave two answers that differ"),
                                   std::pair(Came::kRefused, "could not process the question"),
                                   std::pair(Came::kRelayCode, "did not answer")}) {
    const auto group = groups.find(came);
    if (group == groups.end()) continue;
    out += std::string(before) + Words(group->second, what);
    before = ", ";
  }
  return out + ".";
}

}  // namespace whoelse
