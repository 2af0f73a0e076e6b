// Shield notices over their weeks: what one does at its sender, which of them acts at a holder, and
// when a sender repeats its own. domain.md, "Shield notice". Pure.
#ifndef WHOELSE_NODE_SHIELD_NOTICE_H_
#define WHOELSE_NODE_SHIELD_NOTICE_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "node/inbox.h"
#include "node/noted.h"

namespace whoelse {

// What became here of one agency's notice about one record.
enum class NoticeStanding : uint8_t { kNone = 1, kStands, kLifted };

// Whether a notice has to be taken up again. A sender's node repeats its notice each week for as long
// as its own shield stands: what people here lifted stays lifted under the repetitions, and acts anew
// when people there send it anew.
constexpr bool NoticeActs(NoticeStanding standing, bool repeated) {
  return standing == NoticeStanding::kNone || (standing == NoticeStanding::kLifted && !repeated);
}

// What a notice leaves at the agency whose people send it: what it leaves at any holder, but made as it
// is sent, and of what is held, whether it is enrolled or not. A record that the index does not find
// yet would stay open, and a notice whose own shield does not stand is not repeated.
// `held`: what the child's identifiers find, each with the record that answers for it.
Noted NoteOfSent(const Statement& statement, const FrameHash& frame_hash, TimeMs at,
                 const std::vector<std::pair<RecordId, Record>>& held);

// The notices that this node has had, by record and sender.
class NoticeBoard {
 public:
  // A notice's item, new or changed; or one by which a shield was lifted whole.
  void Learn(const InboxItem& item);
  NoticeStanding StandingOf(RecordId record, AgencyId sender) const;
  // Those of the note's records on which it acts.
  std::vector<RecordId> ActsOn(const Noted& noted) const;
  // Those of the item's records that no other agency's notice holds shielded.
  std::vector<RecordId> FreedBy(const InboxItem& item) const;
  // Whether this person, of this agency, ever sent one about the record.
  bool WasSentBy(RecordId record, const PersonRef& person) const;

 private:
  std::map<RecordId, std::map<AgencyId, NoticeStanding>> standings_;
  std::map<RecordId, std::set<PersonRef>> senders_;   // of this agency
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_SHIELD_NOTICE_H_
