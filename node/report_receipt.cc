#include "node/report_receipt.h"

#include "nlohmann/json.hpp"
#include "node/words.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;
using Came = ReceiptAgency::Came;

std::string_view WordsOf(Came came) {
  switch (came) {
    case Came::kDisclosed: return "contact or duty line given";
    case Came::kNothingDisclosed: return words::kNothingDisclosed;
    case Came::kSealed: return "sealed answer";
    case Came::kDisputed: return words::kAnswersDiffer;
    case Came::kRefused: return "could not process the question";
    case Came::kRelayCode: return words::kNoAnswerByRelay;
    case Came::kNothing: break;
  }
  return words::kNoAnswer;
}

Json ReasonOf(const ReceiptAgency& agency) {
  if (agency.refusal) return std::string(Name(*agency.refusal));
  if (agency.code) return std::string(Name(*agency.code));
  return nullptr;
}

}  // namespace

Json ReceiptReportOf(const Receipt& receipt, const ReceiptCheck& check, const Roster* roster) {
  Json findings = Json::array();
  for (const ReceiptFinding& finding : check.findings) {
    findings.push_back({{"claim", std::string(Name(finding.claim))},
                        {"relay", finding.relay == 0 ? Json(nullptr) : Json(finding.relay)},
                        {"finding", std::string(Name(finding.finding))},
                        {"words", finding.words}});
  }
  Json agencies = Json::array();
  for (const ReceiptAgency& agency : check.agencies) {
    const RosterAgency* known = roster == nullptr ? nullptr : roster->FindAgency(agency.agency);
    agencies.push_back({{"agency", agency.agency},
                        {"name", known == nullptr ? "" : known->name},
                        {"came", std::string(WordsOf(agency.came))},
                        {"reason", ReasonOf(agency)}});
  }
  return {{"receipt", ReceiptNumber(receipt.frame.hash())},
          {"state", std::string(Name(receipt.state))},
          {"verdict", std::string(Name(check.Overall()))},
          {"summary", check.summary},
          {"findings", std::move(findings)},
          {"agencies", std::move(agencies)},
          {"not_shown", check.not_shown}};
}

}  // namespace whoelse
