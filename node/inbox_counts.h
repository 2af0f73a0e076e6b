// What an agency counts each month: what waited for a person, what became of it, what was late.
#ifndef WHOELSE_NODE_INBOX_COUNTS_H_
#define WHOELSE_NODE_INBOX_COUNTS_H_

#include <map>
#include <string>
#include <vector>

#include "node/inbox.h"

namespace whoelse {

struct MonthCount {
  std::string month;                         // "2026-11", of London, in which it was raised
  ItemKind kind;
  size_t raised = 0;
  size_t open = 0;
  size_t overdue = 0;                        // decided after its time, or open beyond it
  std::map<std::string, size_t> outcomes;    // of those that are done
  bool operator==(const MonthCount&) const = default;
};
// Newest month first, then by kind. What is not shown yet is not counted: a number that rises at the
// moment of a question would say what the list does not.
std::vector<MonthCount> CountByMonth(const std::vector<InboxItem>& items, TimeMs now);

}  // namespace whoelse

#endif  // WHOELSE_NODE_INBOX_COUNTS_H_
