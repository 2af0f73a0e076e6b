#include "node/report_receipt.h"

#include "nlohmann/json.hpp"
#include "node/words.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;
using Came = ReceiptAgency::Came;

constexpr std::array<std::string_view, 3> kFindingNames = {"proved", "refuted", "not provable yet"};

std::string WordsOf(Finding finding) {
  return std::string(kFindingNames[static_cast<size_t>(finding)]);
}

std::string WordsOf(const ReceiptAgency& agency) {
  const auto with = [](std::string_view words, std::string_view reason) {
    return std::string(words) + " (" + std::string(reason) + ")";
  };
  switch (agency.came) {
    case Came::kDisclosed: return "contact or duty line given";
    case Came::kNothingDisclosed: return std::string(words::kNothingDisclosed);
    case Came::kSealed: return "sealed answer";
    case Came::kDisputed: return std::string(words::kAnswersDiffer);
    case Came::kRefused: return with(words::kNoAnswer, Name(*agency.refusal));
    case Came::kRelayCode: return with(words::kNoAnswer, Name(*agency.code));
    case Came::kNothing: break;
  }
  return std::string(words::kNoAnswer);
}

}  // namespace

Json ReceiptReportOf(const Receipt& receipt, const ReceiptCheck& check, const Roster* roster) {
  Json findings = Json::array();
  for (const ReceiptFinding& finding : check.findings) {
    findings.push_back({{"claim", std::string(Name(finding.claim))},
                        {"relay", finding.relay == 0 ? Json(nullptr) : Json(finding.relay)},
                        {"finding", WordsOf(finding.finding)},
                        {"words", finding.words}});
  }
  Json agencies = Json::array();
  for (const ReceiptAgency& agency : check.agencies) {
    const RosterAgency* known = roster == nullptr ? nullptr : roster->FindAgency(agency.agency);
    agencies.push_back({{"agency", agency.agency},
                        {"name", known == nullptr ? "" : known->name},
                        {"came", WordsOf(agency)}});
  }
  return {{"receipt", ReceiptNumber(receipt.frame.hash())},
          {"state", std::string(Name(receipt.state))},
          {"verdict", WordsOf(check.Overall())},
          {"summary", check.summary},
          {"findings", std::move(findings)},
          {"agencies", std::move(agencies)},
          {"not_shown", check.not_shown}};
}

}  // namespace whoelse
