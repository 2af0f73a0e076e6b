// Inbox items as JSON: what the store keeps, what people read, and how items are made of what
// answering noted.
#ifndef WHOELSE_NODE_INBOX_DOCUMENT_H_
#define WHOELSE_NODE_INBOX_DOCUMENT_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json_fwd.hpp"
#include "node/conflict.h"
#include "node/fishing.h"
#include "node/inbox.h"
#include "node/noted.h"
#include "protocol/roster.h"

namespace whoelse {

// The store's document. ReadItem: DATA_LOSS when it is not what ItemDocument wrote.
std::string ItemDocument(const InboxItem& item);
absl::StatusOr<InboxItem> ReadItem(std::string_view document);

// A document of before items had a state, of the inbox or of the alarms: an open item, raised when
// it was. DATA_LOSS: of another form.
absl::StatusOr<InboxItem> TakeUpDocument(std::string_view document, const WorkingCalendar& calendar,
                                         Random& random);

// The same fault of the same log again: counted in the item that is open, so that a log which lies
// with every frame fills no disk. False, and nothing changed: `again` is an item of its own.
bool JoinAlarm(InboxItem& open, const InboxItem& again);

// What a list shows of it, and everything.
nlohmann::ordered_json ItemRow(const InboxItem& item, TimeMs now);
nlohmann::ordered_json ItemPage(const InboxItem& item, TimeMs now);
// The same, with whose question it is and the lines to ring, out of the roster: never a number that
// came with a question.
nlohmann::ordered_json ItemPage(const InboxItem& item, const Roster& roster, TimeMs now);

// What a note asks people to decide. `me`: what this agency itself asked, its asker may not decide.
std::vector<InboxItem> ItemsOf(const Noted& noted, AgencyId me, const WorkingCalendar& calendar,
                               Random& random);

// The item of an alarm about one of the agency's own practitioners, or of another agency's.
InboxItem ItemOf(const FishingAlarm& alarm, AgencyId me, TimeMs raised,
                 const WorkingCalendar& calendar, Random& random);

// The document, for RocksdbStore::AddAlarms, of two records that conflict. TakeUpDocument reads it.
std::string ConflictDocument(Conflict conflict, RecordId a, RecordId b, TimeMs raised);

// The item of a store that was made at `restored` of a backup of `made`.
InboxItem RestoredItem(TimeMs made, TimeMs restored, const WorkingCalendar& calendar,
                       Random& random);

// What waits at the asker's own node when a question has been asked: an emergency's review, an alarm
// that a shield notice went out. `receipt`: the question's number.
struct OwnQuestion {
  AgencyId me;
  PersonRef practitioner;
  Purpose purpose;
  bool shield_notice;
  std::string receipt;
};
std::vector<InboxItem> ItemsOf(const OwnQuestion& question, TimeMs raised,
                               const WorkingCalendar& calendar, Random& random);

// That a subject access report is prepared, with these entries put back.
InboxItem ReportItem(const std::vector<std::string>& put_back, TimeMs raised,
                     const WorkingCalendar& calendar, Random& random);

}  // namespace whoelse

#endif  // WHOELSE_NODE_INBOX_DOCUMENT_H_
