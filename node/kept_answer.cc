#include "node/kept_answer.h"

#include <algorithm>

namespace whoelse {
namespace {

std::optional<AgencyItem> ItemOf(const ReceiptItem& item) {
  if (const auto* bytes = std::get_if<Bytes>(&item.what)) return *bytes;
  if (const auto* code = std::get_if<RelayCode>(&item.what)) return *code;
  return std::nullopt;
}

}  // namespace

std::vector<std::pair<AgencyId, Reading>> ReadingsOf(const Receipt& receipt, const Roster& roster) {
  const ReadingKeys keys{roster, receipt.frame.header(), receipt.frame.hash(),
                         receipt.opening->content_key, receipt.opening->reply_secret_key};
  std::vector<std::pair<AgencyId, Reading>> readings;
  for (const RosterAgency& agency : roster.agencies) {
    Reading best;
    for (const ReceiptPart& part : receipt.parts) {
      const auto item = std::ranges::find(part.items, agency.id, &ReceiptItem::agency);
      if (item == part.items.end()) continue;
      if (const auto what = ItemOf(*item)) {
        best = Better(std::move(best), ReadItem(*what, agency.id, keys));
      }
    }
    readings.emplace_back(agency.id, std::move(best));
  }
  return readings;
}

}  // namespace whoelse
