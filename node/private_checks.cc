#include "node/private_checks.h"

#include <algorithm>
#include <map>

#include "node/noted.h"

namespace whoelse {
namespace {

using Check = PrivateVerdict::Check;

size_t PositionOf(uint8_t j) { return j % kSlotsByNumber; }

// V1: the content key of the first hit that opens the body. Hits that wrap another key are dropped:
// an asker who wraps two keys must not reach two children with one frame.
std::optional<OpenedBody> OpenByFirst(const Frame& frame, const std::vector<Hit>& hits,
                                      PrivateVerdict& verdict, std::vector<Hit>& kept) {
  std::optional<OpenedBody> opened;
  for (const Hit& hit : hits) {
    const Slot& slot = frame.header().slots[hit.j];
    ContentKey key = Unwrap(slot, *hit.wrap_key, frame.header().nonce, hit.j);
    if (!opened) {
      absl::StatusOr<OpenedBody> body = OpenBody(frame, key);
      if (!body.ok()) continue;
      opened = *std::move(body);
      verdict.content_key = std::move(key);
      kept.push_back(hit);
    } else if (key.ConstantTimeEquals(*verdict.content_key)) {
      kept.push_back(hit);
    }
  }
  return opened;
}

// V3 and V5 need the asker as both rosters know it: revoked in mine or not yet in the frame's is no
// member.
bool AskerIsMember(const Statement& statement, const Header& header, const Roster& frame_roster,
                   const Roster& my_roster) {
  return frame_roster.FindAgency(statement.agency) != nullptr &&
         my_roster.FindAgency(statement.agency) != nullptr &&
         TagAsker(statement.r, statement.agency) == header.asker_tag;
}

// Dummies must be the seed's, in both blocks: a slot that hides a child behind type 0 would be a
// second question that the statement does not own up to.
bool DummiesMatchSeed(const Statement& statement, const Header& header) {
  for (uint8_t j = 0; j < header.slots.size(); ++j) {
    if (statement.subject[PositionOf(j)].type != KeyType::kNone) continue;
    if (header.slots[j] != DummySlot(statement.seed, header.nonce, j)) return false;
  }
  return true;
}

bool SubjectIs(const SubjectEntry& entry, KeyType type, std::string_view value) {
  return entry.type == type && entry.value == value;
}

bool CountsAt(size_t position, const Record& record, const Subject& subject) {
  const std::string_view number = IdentifierOf(record, KeyType::kNhsNumber);
  const std::string_view upn = IdentifierOf(record, KeyType::kUpn);
  if (position == 0) {
    return !number.empty() && SubjectIs(subject[0], KeyType::kNhsNumber, number);
  }
  if (upn.empty() || !SubjectIs(subject[1], KeyType::kUpn, upn)) return false;
  return subject[0].type == KeyType::kNone || number.empty() || subject[0].value == number;
}

// A hit counts only for the child that the statement names and my own record confirms. Without
// this, a holder of child x re-wraps a signed statement and makes it a question about child y.
bool HitCounts(const Hit& hit, const Subject& subject) {
  return CountsAt(PositionOf(hit.j), *hit.record, subject);
}

// What the slots find of one owner.
struct OwnersHits {
  std::vector<const Hit*> by_position[kSlotsByNumber];
  bool upn_hit_elsewhere = false;
};

// Of one owner, the records of the one child that is asked about. A number's hits outrank a UPN's;
// a notice is for all of them, since it can only lower disclosure.
void AddRecordsOf(OwnersHits& hits, bool shield, PrivateVerdict& verdict,
                  std::vector<PrivateVerdict::Opened>& records) {
  const auto& by_number = hits.by_position[0];
  const auto& first = by_number.empty() ? hits.by_position[1] : by_number;
  std::vector<PrivateVerdict::Opened> found;
  for (const auto& position : hits.by_position) {
    for (const Hit* hit : position) {
      const bool same = SameChild(*hit->record, *first.front()->record);
      if (same || shield) found.push_back({hit->id, hit->record, false});
      hits.upn_hit_elsewhere = hits.upn_hit_elsewhere || !same;
    }
  }
  // Slots that hit different children here: somebody's number and UPN do not belong together.
  if (!by_number.empty() && hits.upn_hit_elsewhere) {
    verdict.reasons |= Noted::kTwoChildren;
    for (const auto& opened : found) verdict.two_children.insert(opened.id);
  }
  records.insert(records.end(), found.begin(), found.end());
}

// V6, of each owner for itself. By the order of two schools' records, or by what a UPN finds at the
// other, one of them would see in its items whether the other holds the child, and silence it.
std::vector<PrivateVerdict::Opened> SubjectRecords(const std::vector<Hit>& hits,
                                                   const Statement& statement,
                                                   PrivateVerdict& verdict) {
  std::map<std::string_view, OwnersHits> owners;
  for (const Hit& hit : hits) {
    OwnersHits& of_owner = owners[hit.owner];
    if (HitCounts(hit, statement.subject)) {
      of_owner.by_position[PositionOf(hit.j)].push_back(&hit);
      verdict.under_notice = verdict.under_notice || hit.record->shield_pending;
    } else if (PositionOf(hit.j) == 1) {
      of_owner.upn_hit_elsewhere = true;
    }
  }
  std::vector<PrivateVerdict::Opened> records;
  for (auto& [owner, of_owner] : owners) {
    AddRecordsOf(of_owner, statement.Has(kFlagShieldNotice), verdict, records);
  }
  std::ranges::sort(records, {}, &PrivateVerdict::Opened::id);
  const auto repeated = std::ranges::unique(records, {}, &PrivateVerdict::Opened::id);
  records.erase(repeated.begin(), repeated.end());
  return records;
}

enum class Birth { kEqual, kOnePart, kOther, kMissing };

Birth CompareBirth(const Record& record, uint32_t asked) {
  if (asked == 0 || !record.born || record.born_disputed) return Birth::kMissing;
  const int parts = PartsThatDiffer(*record.born, *Date::FromYmd(asked));
  return parts == 0 ? Birth::kEqual : parts == 1 ? Birth::kOnePart : Birth::kOther;
}

bool Fits(Birth birth) { return birth == Birth::kEqual || birth == Birth::kOnePart; }

// V7's last part, of each record for itself. Leaves those whose date of birth lets them be
// answered; of the others a person hears, also when there are some of the first: the one that is
// covert may be the one whose date nobody knows.
void CompareBirths(const Statement& statement, PrivateVerdict& verdict) {
  const bool shield = statement.Has(kFlagShieldNotice);
  std::vector<PrivateVerdict::Opened> kept;
  for (PrivateVerdict::Opened opened : verdict.opened) {
    const Birth birth = CompareBirth(*opened.record, statement.born);
    opened.birth_date_differs = birth == Birth::kOnePart;
    if (Fits(birth) || (birth == Birth::kMissing && statement.purpose == Purpose::kEmergency)) {
      kept.push_back(opened);
      continue;
    }
    verdict.doubtful.push_back(opened.id);
    // A notice can only lower disclosure, so it is applied; a person should know that it may be
    // about somebody else.
    if (shield) kept.push_back(opened);
  }
  if (!verdict.doubtful.empty()) verdict.reasons |= Noted::kPossibleWrongChild;
  verdict.opened = std::move(kept);
}

// V7, the purpose: by both rosters, so that a revocation of it acts at once.
bool PurposeAllowed(const Statement& statement, const Roster& frame_roster,
                    const Roster& my_roster) {
  return frame_roster.FindAgency(statement.agency)->MayAsk(statement.purpose) &&
         my_roster.FindAgency(statement.agency)->MayAsk(statement.purpose);
}

PrivateVerdict Miss(PrivateVerdict verdict, Check check) {
  verdict.failed = check;
  verdict.opened.clear();
  return verdict;
}

}  // namespace

bool IsOfSubject(const Record& record, const Subject& subject) {
  return CountsAt(0, record, subject) || CountsAt(1, record, subject);
}

bool BirthFits(const Record& record, uint32_t asked) { return Fits(CompareBirth(record, asked)); }

PrivateVerdict CheckOpened(const Frame& frame, const std::vector<Hit>& all_hits,
                           const Roster& frame_roster, const Roster& my_roster) {
  const Header& header = frame.header();
  PrivateVerdict verdict;
  std::vector<Hit> hits;
  const std::optional<OpenedBody> body = OpenByFirst(frame, all_hits, verdict, hits);
  if (!body) return Miss(std::move(verdict), Check::kV1);
  // XChaCha20-Poly1305 alone can be opened under two keys, to two statements.
  if (CommitTo(body->statement) != header.commitment) return Miss(std::move(verdict), Check::kV2);
  absl::StatusOr<Statement> parsed = Statement::Parse(body->statement);
  if (!parsed.ok()) return Miss(std::move(verdict), Check::kV7);   // enums, form, padding
  verdict.statement = *std::move(parsed);
  const Statement& statement = *verdict.statement;
  if (!AskerIsMember(statement, header, frame_roster, my_roster)) {
    return Miss(std::move(verdict), Check::kV3);
  }
  const RosterAgency& asker = *frame_roster.FindAgency(statement.agency);
  if (!QuestionSignedBy(asker.identity_key, frame, body->signature)) {
    return Miss(std::move(verdict), Check::kV4);
  }
  if (statement.relays != header.relays || statement.relays != asker.relays) {
    return Miss(std::move(verdict), Check::kV5);
  }
  if (!DummiesMatchSeed(statement, header)) return Miss(std::move(verdict), Check::kV6);
  verdict.opened = SubjectRecords(hits, statement, verdict);
  if (verdict.opened.empty()) return Miss(std::move(verdict), Check::kV6);
  for (const auto& opened : verdict.opened) verdict.about.push_back(opened.id);
  if (!statement.Has(kFlagShieldNotice) && !PurposeAllowed(statement, frame_roster, my_roster)) {
    verdict.reasons |= Noted::kPurposeNotAllowed;
    return Miss(std::move(verdict), Check::kV7);
  }
  CompareBirths(statement, verdict);
  if (verdict.opened.empty()) return Miss(std::move(verdict), Check::kV7);
  if (statement.Has(kFlagContactWasWrong)) verdict.reasons |= Noted::kContactWasWrong;
  return verdict;
}

}  // namespace whoelse
