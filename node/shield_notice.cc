#include "node/shield_notice.h"

#include <algorithm>
#include <map>

#include "node/private_checks.h"

namespace whoelse {

Noted NoteOfSent(const Statement& statement, const FrameHash& frame_hash, TimeMs at,
                 const std::vector<std::pair<RecordId, Record>>& held) {
  Noted noted = Noted::Of(statement, frame_hash, at);
  noted.reasons = Noted::kShieldNotice;
  std::map<RecordId, bool> about;   // whether its date of birth is in doubt
  for (const auto& [answers, record] : held) {
    if (record.archived_on || !IsOfSubject(record, statement.subject)) continue;
    const bool doubtful = !BirthFits(record, statement.born);
    if (doubtful) noted.reasons |= Noted::kPossibleWrongChild;
    about[answers] |= doubtful;
  }
  for (const auto& [record, doubtful] : about) {
    noted.decisions.push_back(
        {record, Outcome::kNothing, doubtful ? Noted::kBirthInDoubt : Noted::kNoRow});
  }
  return noted;
}

void NoticeBoard::Learn(const InboxItem& item) {
  if (EffectOf(item) == Effect::kLiftOwnShield) {
    // Of every sender: sent anew by people there, a notice acts; repeated by a node, it does not.
    for (RecordId record : item.records) {
      for (auto& [sender, standing] : standings_[record]) standing = NoticeStanding::kLifted;
    }
  }
  if (item.kind != ItemKind::kShieldNotice) return;
  const bool lifted = item.state() == ItemState::kDone &&
                      EffectOf(item) == Effect::kLiftShield;
  for (RecordId record : item.records) {
    standings_[record][item.from] = lifted ? NoticeStanding::kLifted : NoticeStanding::kStands;
    if (!item.asked_by.empty()) senders_[record].insert(item.asked_by.begin(), item.asked_by.end());
  }
}

NoticeStanding NoticeBoard::StandingOf(RecordId record, AgencyId sender) const {
  const auto senders = standings_.find(record);
  if (senders == standings_.end()) return NoticeStanding::kNone;
  const auto found = senders->second.find(sender);
  return found == senders->second.end() ? NoticeStanding::kNone : found->second;
}

std::vector<RecordId> NoticeBoard::ActsOn(const Noted& noted) const {
  std::vector<RecordId> records;
  for (const Noted::Decision& decision : noted.decisions) {
    if (NoticeActs(StandingOf(decision.record, noted.agency), noted.IsOfANode())) {
      records.push_back(decision.record);
    }
  }
  return records;
}

std::vector<RecordId> NoticeBoard::FreedBy(const InboxItem& item) const {
  std::vector<RecordId> records;
  for (RecordId record : item.records) {
    const auto senders = standings_.find(record);
    const bool held = senders != standings_.end() &&
                      std::ranges::any_of(senders->second, [&](const auto& sender) {
                        return sender.first != item.from && sender.second == NoticeStanding::kStands;
                      });
    if (!held) records.push_back(record);
  }
  return records;
}

bool NoticeBoard::WasSentBy(RecordId record, const PersonRef& person) const {
  const auto senders = senders_.find(record);
  return senders != senders_.end() && senders->second.contains(person);
}

}  // namespace whoelse
