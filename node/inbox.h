// What waits for a person at this agency: items as values, and the one function that changes them.
// domain.md, "How an agency decides" and "Lead officer". A table says of each kind who may decide
// it, how, by when, and when anybody may hear of it:
//
//   open -> done                       most decisions
//   open -> second person -> done      what takes a restriction away, or gives an opening; what is
//                                      about two organisations of a hub takes one of each
//
// Nobody decides about what they asked themselves. An item that is overdue stays open and goes to
// the deputy's desk, then to the named officer's. At a hub an item is for who acts for an organisation
// whose record or whose person it is about; to anybody else it is not there.
#ifndef WHOELSE_NODE_INBOX_H_
#define WHOELSE_NODE_INBOX_H_

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "crypto/random.h"
#include "node/field_error.h"
#include "node/local_role.h"
#include "node/organisations.h"
#include "node/record.h"
#include "node/working_calendar.h"

namespace whoelse {

enum class ItemKind : uint8_t {
  kBrokered = 1,         // a person decides whether to ring the asking agency
  kUrgent,               // the same, at any hour
  kPossibleWrongChild,   // the date of birth differs in two parts, or is missing
  kShieldNotice,         // records are shielded, pending
  kEmergencyReview,      // an emergency question, asked here or about a child here
  kApproval,             // somebody's question waits for a second person
  kApprovalAfterwards,   // an out-of-hours question or notice left without one
  kShieldToSend,         // somebody's shield notice waits for a second person
  kShieldSent,           // this agency sent one
  kPossibleFishing,      // node/fishing.h
  kLogAlarm,             // a coordinator's log misbehaves (node/log_watch.h)
  kContactWasWrong,      // an asker says that a contact given here is wrong
  kTwoChildren,          // a question's number and UPN are of different children here
  kPurposeNotAllowed,    // an agency asked for what it may not ask
  kRestored,             // the store was made of a backup: everybody is shielded, pending
  kIdentityConflict,     // records cannot both be right about whose they are (node/conflict.h)
  kRightsRequest,        // somebody's right to know: what was told of a child, and on whose word
  kShieldToLift,         // a lead officer would lift a shield that is this agency's own by now
  kLedgerToTake,         // sealed entries go soon, and nobody has taken them out
  kLedgerLost,           // they went
  kMonthlyQuestions,     // node/month_end.h: a manager's people's questions of a month
  kNotRecognised,        // of those, what the manager does not recognise
  kJustificationAsked,   // node/justify.h: of another agency, about a question answered here
  kJustificationDue,     // another agency asked for one, about a question asked here
  kOpeningToGive,        // node/give_opening.h: of a question asked here, to an auditor
  kClockUnconfirmed,     // node/confirmed_clock.h: what cannot be undone waits
  kNotApproved,          // an out-of-hours question, to which a second person said no afterwards
  kRestrictionToLower    // node/lowering.h: a lead officer would take something else away than a shield
};
inline constexpr std::array<std::string_view, 28> kItemKindNames = {
    "brokered",       "urgent",         "possible-wrong-child",   "shield-notice",
    "emergency-review", "approval",     "approval-afterwards",    "shield-to-send",
    "shield-sent",    "possible-fishing", "log-alarm",            "contact-was-wrong",
    "number-and-upn-differ", "purpose-not-allowed", "restored-from-backup",
    "identity-conflict", "rights-request", "shield-to-lift", "ledger-to-take", "ledger-lost",
    "monthly-questions", "not-recognised", "justification-asked", "justification-due",
    "opening-to-give", "clock-unconfirmed", "not-approved", "restriction-to-lower"};
inline std::string_view Name(ItemKind kind) { return NameOf(kind, kItemKindNames); }

// What was typed: `whoelse inbox done`, `approve`, `refuse`.
enum class Verb : uint8_t { kDone = 1, kApprove, kRefuse };
inline constexpr std::array<std::string_view, 3> kVerbNames = {"done", "approve", "refuse"};
inline std::string_view Name(Verb verb) { return NameOf(verb, kVerbNames); }

// What follows from a decision outside of the inbox.
enum class Effect : uint8_t {
  kNone = 1, kConfirmShield, kLiftShield, kLiftOwnShield, kLiftRestored, kSettleConflict,
  kNotRecognised, kNotApproved, kLowerRestriction
};

struct Choice {
  Verb verb;
  std::string_view outcome;    // as it is recorded; of `done` as it is typed
  bool reason;                 // has to be given
  bool two_people;
  Effect effect;
};

// From when an item is shown and paged. What a question raised is not shown at its own time: what a
// person then does, a call above all, would tell the asker that there was something to see.
enum class Shown : uint8_t { kAtOnce, kWithinTenMinutes, kNextSession };
enum class Due : uint8_t {
  kHours,                // 4, in an emergency 2
  kNoonNextWorkingDay,
  kNextWorkingDay,       // its end
  kByPurpose,            // the same, for coordination and early-help of the fifth
  kTwoWorkingDays,
  kFiveWorkingDays
};

struct KindRule {
  Shown shown;
  Due due;
  bool paged;            // when it comes, not only when it is overdue
  Duties decided_by;
  std::span<const Choice> choices;
};
const KindRule& RuleOf(ItemKind kind);

struct Actor {
  std::string user;                // "local:alice"
  PersonRef ref;                   // as in this person's questions
  std::vector<LocalRole> roles;
  Organisations organisations = {};   // whose records and items are theirs to see and to change
};

// At whose desk an open item is.
enum class Desk : uint8_t { kManager = 1, kLeadOfficer, kDeputy, kNamedOfficer };
inline constexpr std::array<std::string_view, 4> kDeskNames = {
    "manager", "lead officer", "deputy lead officer", "named officer"};
inline std::string_view Name(Desk desk) { return NameOf(desk, kDeskNames); }

enum class ItemState : uint8_t { kOpen = 1, kSecondPerson, kDone };
inline constexpr std::array<std::string_view, 3> kItemStateNames = {
    "open", "waits for a second person", "done"};
inline std::string_view Name(ItemState state) { return NameOf(state, kItemStateNames); }

struct InboxItem {
  struct Step {
    TimeMs at_ms;
    std::string user;
    PersonRef ref;
    std::string outcome;
    std::string reason;
    // Of the item's organisations those for which this person acted then; none, of an earlier version:
    // all.
    std::vector<std::string> organisations = {};
    bool operator==(const Step&) const = default;
  };

  std::string id;                      // "7f3a-91c2-04be"
  ItemKind kind{};
  TimeMs raised_ms = 0;
  TimeMs visible_ms = 0;
  TimeMs due_ms = 0;
  TimeMs named_officer_ms = 0;         // from here on it is the named officer's
  TimeMs page_after_ms = 0;            // random: each page is sent so long after its cause
  std::optional<Desk> paged;           // the last desk that was
  std::vector<PersonRef> asked_by;     // whose questions of this agency it is about
  std::optional<PersonRef> manager;    // of theirs; no other manager sees it
  // Whose it is at a hub, by their codes, ascending; none: the whole node's, and only for who acts for
  // all of it. An item that was stored before there were any is of none.
  std::vector<std::string> organisations;
  AgencyId from = 0;                   // whose question it is about; 0: nobody's
  std::vector<RecordId> records;       // that an effect is on
  std::string about;                   // a JSON object, for people
  std::string fingerprint;             // node/approval.h; never shown: a number is guessed from it
  std::vector<Step> steps;             // decisions, oldest first

  ItemState state() const;
  bool Visible(TimeMs now) const { return now >= visible_ms; }
  // Of an item that is open; at its end, of one that is done.
  bool Overdue(TimeMs now) const { return DecidedOr(now) > due_ms; }
  Desk desk(TimeMs now) const;
  bool operator==(const InboxItem&) const = default;

 private:
  TimeMs DecidedOr(TimeMs now) const;
};

// A new item with its id and its moments; the caller fills in what it is about. `purpose`: of the
// question, if there is one.
InboxItem NewItem(ItemKind kind, std::optional<Purpose> purpose, TimeMs raised,
                  const WorkingCalendar& calendar, Random& random);

// Whether this item is there for who acts for these.
bool Concerns(const InboxItem& item, const Organisations& theirs);
// The duty by which this person decides this item; nullopt: they have none, or it is not theirs.
std::optional<LocalRole> DutyToDecide(const Actor& actor, const InboxItem& item);

struct Action {
  Verb verb;
  std::string outcome;                 // of `done`; else empty
  std::string reason;
};
struct Acted {
  InboxItem item;
  Effect effect;                       // EffectOf(item)
};
// The field is "id", "outcome", "reason", or "user" when this person may not decide.
std::variant<Acted, FieldError> Act(const InboxItem& item, const Action& action,
                                    const Actor& actor, TimeMs now);

// What follows from the decision; kNone while the item is not done.
Effect EffectOf(const InboxItem& item);

// To which desk a page about this item is due now; nullopt: to none (any more).
std::optional<Desk> PageDue(const InboxItem& item, TimeMs now);

}  // namespace whoelse

#endif  // WHOELSE_NODE_INBOX_H_
