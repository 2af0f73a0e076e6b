// Inbox items as JSON: what the store keeps, what people read, and how items are made of what
// answering noted.
#ifndef WHOELSE_NODE_INBOX_DOCUMENT_H_
#define WHOELSE_NODE_INBOX_DOCUMENT_H_

#include <functional>
#include <map>
#include <set>
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
// `organisations`: at a hub, whose people; the note speaks of no other's records.
std::vector<InboxItem> ItemsOf(const Noted& noted, AgencyId me,
                               const std::vector<std::string>& organisations,
                               const WorkingCalendar& calendar, Random& random);
// A note in parts, each with the decisions on one organisation's records and the reasons that these
// give, by its code; "": on what nobody here can say whose it is any more, or on none. What a school
// decides about its own records says nothing to it of another's.
std::map<std::string, Noted> PartsOf(const Noted& noted,
                                     const std::function<std::string(RecordId)>& organisation_of);

// The item of a note, when the same question has left in another frame: by the number of this one.
void SetQuestion(InboxItem& item, const FrameHash& frame_hash);

// The item of an alarm about one of the agency's own practitioners, or of another agency's.
// `organisations`: at a hub, whose questions or whose children it is about.
InboxItem ItemOf(const FishingAlarm& alarm, AgencyId me, std::vector<std::string> organisations,
                 TimeMs raised, const WorkingCalendar& calendar, Random& random);

// The document, for RocksdbStore::AddAlarms, of records that conflict: each with another one of them.
// TakeUpDocument reads it. `owners`: at a hub, whose these are; "": nobody's, or no hub. It may
// become an item before the records are written.
std::string ConflictDocument(Conflict conflict, const std::vector<RecordId>& records,
                             const std::set<std::string>& owners, TimeMs raised);

// The item of a store that was made at `restored` of a backup of `made`.
InboxItem RestoredItem(TimeMs made, TimeMs restored, const WorkingCalendar& calendar,
                       Random& random);

// What waits at the asker's own node when a question has been asked: an emergency's review, an alarm
// that a shield notice went out, a second person's word on what an out-of-hours role put alone.
// `receipt`: the question's number.
struct OwnQuestion {
  AgencyId me;
  PersonRef practitioner;
  Purpose purpose;
  bool shield_notice;
  std::string receipt;
  std::vector<std::string> organisations = {};   // at a hub, for which it was asked
  bool approval_to_follow = false;               // then also, for who gives it:
  std::string case_reference = {};
  std::string user = {};                         // whose question it is, "local:dan"
  std::string manager = {};                      // who answers for it; "": nobody
};
std::vector<InboxItem> ItemsOf(const OwnQuestion& question, TimeMs raised,
                               const WorkingCalendar& calendar, Random& random);

// That a subject access report is prepared, with these entries put back, by somebody who acts for
// these.
InboxItem ReportItem(const std::vector<std::string>& put_back,
                     std::vector<std::string> organisations, TimeMs raised,
                     const WorkingCalendar& calendar, Random& random);

}  // namespace whoelse

#endif  // WHOELSE_NODE_INBOX_DOCUMENT_H_
