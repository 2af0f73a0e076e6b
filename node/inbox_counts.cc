#include "node/inbox_counts.h"

#include <functional>

namespace whoelse {

std::vector<MonthCount> CountByMonth(const std::vector<InboxItem>& items, TimeMs now) {
  std::map<std::string, std::map<ItemKind, MonthCount>, std::greater<>> months;
  for (const InboxItem& item : items) {
    if (!item.Visible(now)) continue;
    const std::string month = LondonTimeOf(item.raised_ms).day.Iso().substr(0, 7);
    MonthCount& count = months[month].try_emplace(item.kind, month, item.kind).first->second;
    ++count.raised;
    if (item.Overdue(now)) ++count.overdue;
    if (item.state() == ItemState::kDone) {
      ++count.outcomes[item.steps.back().outcome];
    } else {
      ++count.open;
    }
  }
  std::vector<MonthCount> counts;
  for (const auto& [month, kinds] : months) {
    for (const auto& [kind, count] : kinds) counts.push_back(count);
  }
  return counts;
}

}  // namespace whoelse
