#include "node/asker_rules.h"

#include <algorithm>

#include "node/folded.h"
#include "node/word_list.h"

namespace whoelse {
namespace {

using P = Purpose;
using enum Holding;

// domain.md's table, in the order of the purposes' numbers.
constexpr std::array<PurposeRule, 8> kRules = {{
    // purpose          kinds of agency              the child     safeg. case   reason
    {P::kCoordination, {},                           kRequired,    false, false, false},
    {P::kEarlyHelp,    {},                           kOrApproval,  false, false, false},
    {P::kConcern,      {},                           kOrApproval,  true,  true,  false},
    {P::kSection17,    {"social-care"},              kNotAsked,    false, true,  false},
    {P::kSection47,    {"social-care", "police"},    kNotAsked,    false, true,  false},
    {P::kMissingChild, {"social-care", "police"},    kNotAsked,    false, true,  false},
    {P::kYouthJustice, {"youth-justice", "police"},  kNotAsked,    false, true,  false},
    {P::kEmergency,    {},                           kNotAsked,    false, false, true},
}};

constexpr size_t kTelephoneDigits = 9;

constexpr unsigned Bit(Purpose purpose) { return 1u << static_cast<unsigned>(purpose); }
constexpr unsigned kWelfare = Bit(P::kCoordination) | Bit(P::kEarlyHelp) | Bit(P::kConcern) |
                              Bit(P::kMissingChild) | Bit(P::kEmergency);
constexpr unsigned kAllButJustice = kWelfare | Bit(P::kSection17) | Bit(P::kSection47);

// What each power is for, whose it is, and whether it obliges (or only allows).
struct PowerRule {
  Power power;
  unsigned purposes;
  std::array<std::string_view, 2> kinds;   // both blank: any
  bool obliges;
};
constexpr std::array<PowerRule, 8> kPowers = {{
    {Power::kCa1989S17,   Bit(P::kSection17),                      {"social-care"},           false},
    {Power::kCa1989S47,   Bit(P::kSection47) | Bit(P::kEmergency), {"social-care", "police"}, true},
    {Power::kCa1989S47_9, Bit(P::kSection47),                      {"social-care", "police"}, true},
    {Power::kCa2004S10,   kWelfare,                                {},                        false},
    {Power::kCa2004S11,   kAllButJustice,                          {},                        true},
    {Power::kCa2004S16La, kAllButJustice,                          {},                        true},
    {Power::kCda1998S115, Bit(P::kYouthJustice),           {"youth-justice", "police"},       false},
    {Power::kEa2002S175,  kWelfare & ~Bit(P::kMissingChild),       {"school", "school-hub"},  true},
}};

template <size_t N>
bool IsAny(const std::array<std::string_view, N>& kinds, std::string_view kind) {
  return kinds[0].empty() || std::ranges::find(kinds, kind) != kinds.end();
}

// The words of a text, each folded.
std::vector<std::string> WordsOf(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of(" ,;/-"), text.size());
    if (std::string word = Folded(text.substr(0, end)); !word.empty()) words.push_back(word);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

// Does this name stand in the text, word for word? A part of a double name does.
bool Names(std::string_view text, std::string_view surname) {
  const std::vector<std::string> wanted = WordsOf(surname), words = WordsOf(text);
  return !wanted.empty() && !std::ranges::search(words, wanted).empty();
}

bool SameHome(const OwnDetails& own, const Home& home) {
  const std::string address = Folded(own.address);
  if (!address.empty() && address == Folded(home.address)) return true;
  const std::string postcode = Folded(own.postcode);
  if (postcode.empty() || postcode != Folded(home.postcode)) return false;
  const std::vector<std::string> mine = WordsOf(own.address), theirs = WordsOf(home.address);
  // Where one address is blank the postcode is all there is to go by.
  return mine.empty() || theirs.empty() || mine.front() == theirs.front();
}

// Also where the child lived before: a parent's former partner still lives there, and looks for who
// fled.
bool LivedWith(const OwnDetails& own, const Record& record) {
  return SameHome(own, {record.address, record.postcode}) ||
         std::ranges::any_of(record.former_addresses,
                             [&](const Home& home) { return SameHome(own, home); });
}

std::string DigitsOf(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') digits += c;
  }
  return digits;
}

bool SameTelephone(const OwnDetails& own, const Record& record) {
  const std::string digits = DigitsOf(own.telephone);
  if (digits.size() < kTelephoneDigits) return false;
  // Without what differs between 01632 and +44 1632.
  return DigitsOf(record.carers).find(digits.substr(digits.size() - kTelephoneDigits)) !=
         std::string::npos;
}

void CheckTheAsker(const AskerCase& c, std::vector<FieldError>& missing) {
  // A relative learns here where a child is kept from them.
  if (c.own_family) {
    missing.push_back({"nhs-number", "a surname, address or telephone of this child's family is your "
                                     "own", "let a colleague ask"});
  }
  if (!c.does_not_know_them) {
    missing.push_back({"i-do-not-know-them", "is missing: a question is for work only",
                       "say that you do not know this child or family outside work, or let a "
                       "colleague ask"});
  }
}

// By somebody else before it leaves; out of hours afterwards.
void CheckTheApproval(const AskerCase& c, AskerVerdict& verdict) {
  if (c.approver) {
    // One stalker with a log-in would be enough.
    if (*c.approver == c.practitioner || c.approver->IsZero()) {
      verdict.missing.push_back({"approval", "is your own",
                                 "have the question approved by somebody else"});
    } else {
      verdict.approved = true;
    }
  } else if (c.role == Role::kOutOfHours) {
    verdict.approval_to_follow = true;
  } else {
    verdict.needs_approval = true;
  }
}

void CheckTheHolding(const AskerCase& c, const PurposeRule& rule, AskerVerdict& verdict) {
  if (c.shield_notice) {
    // It hides a child everywhere until people lift it, so only who knows the child may send it.
    if (!c.holds) {
      verdict.missing.push_back({"nhs-number", "your agency holds no live record of this child",
                                 "import the record that says why the child must be shielded, then "
                                 "send the notice"});
    }
    return CheckTheApproval(c, verdict);   // and two people send it
  }
  if (rule.holding == kNotAsked || c.holds) return;
  if (rule.holding == kRequired) {
    verdict.missing.push_back({"purpose", "your agency holds no live record of this child, and this "
                                          "purpose is for children it works with",
                               "choose the purpose that says why you ask"});
    return;
  }
  CheckTheApproval(c, verdict);
}

FieldError MissingApproval(const AskerCase& c) {
  if (c.shield_notice) {
    return {"approval", "is missing: two people send a shield notice",
            "write --request-approval, and send it when somebody has approved it; ring the agencies' "
            "lead officers meanwhile"};
  }
  return {"approval",
          "is missing: your agency holds no live record of this child, so a second person has to "
          "approve this question",
          "write --request-approval, and ask again when somebody has; in danger ask for the purpose "
          "emergency, or ring the agencies' duty lines"};
}

// The first cap that is reached; nullptr: none.
const char* CapReached(const AskerCase& c, const AskCounts& today, const AskCaps& caps) {
  struct Row {
    bool applies;
    uint32_t count, cap;
    const char* what;
  };
  const bool everyday = !c.shield_notice && c.purpose != Purpose::kEmergency;
  const bool out_of_hours = c.role == Role::kOutOfHours;
  const Row rows[] = {
      {c.shield_notice, today.shield_notices, caps.shield_notices,
       "your shield notices of today are used up"},
      {c.shield_notice, today.agency_shield_notices, caps.agency_shield_notices,
       "your agency's shield notices of today are used up"},
      {!c.shield_notice && !everyday, today.emergencies, caps.emergencies,
       "your emergency questions of today are used up"},
      {everyday, today.questions, out_of_hours ? caps.out_of_hours : caps.questions,
       "your questions of today are used up"}};
  for (const Row& row : rows) {
    if (row.applies && row.count >= row.cap) return row.what;
  }
  return nullptr;
}

void CheckTheCaps(const AskerCase& c, AskerVerdict& verdict) {
  const char* reached = CapReached(c, c.today, c.caps);
  if (reached == nullptr && c.of_a_hub) reached = CapReached(c, c.today_for_it, c.caps_for_it);
  if (reached == nullptr) return;
  verdict.used_up = true;
  verdict.missing.push_back({"caps", reached, "let a colleague ask, ring the agencies' duty lines, "
                                              "or ask after midnight UTC"});
}

}  // namespace

const PurposeRule& RuleOf(Purpose purpose) { return kRules[static_cast<size_t>(purpose) - 1]; }

bool KindMayAsk(std::string_view kind, Purpose purpose) {
  return IsAny(RuleOf(purpose).kinds, kind);
}

Basis UsualBasis(const RosterAgency& agency, Purpose purpose) {
  switch (purpose) {
    case Purpose::kSection17:
      return {Power::kCa1989S17, Article6::kPublicTask, Article9::kSafeguarding};
    case Purpose::kSection47:
      return {Power::kCa1989S47, Article6::kPublicTask, Article9::kSafeguarding};
    case Purpose::kYouthJustice:
      return {Power::kCda1998S115, Article6::kPublicTask, Article9::kSafeguarding};
    default: break;
  }
  if (!agency.s16la) return {Power::kCa2004S10, Article6::kPublicTask, Article9::kSafeguarding};
  return {Power::kCa2004S16La, Article6::kLegalObligation, Article9::kSafeguarding};
}

std::optional<FieldError> CheckBasis(const Basis& basis, const RosterAgency& agency,
                                     Purpose purpose) {
  const PowerRule& rule = kPowers[static_cast<size_t>(basis.power) - 1];
  const std::string usual(Name(UsualBasis(agency, purpose).power));
  if ((rule.purposes & Bit(purpose)) == 0) {
    return FieldError{"power", "is no basis for this purpose", "give another, as a rule " + usual};
  }
  const bool standing = basis.power != Power::kCa2004S16La || agency.s16la;
  if (!IsAny(rule.kinds, agency.kind) || !standing) {
    return FieldError{"power", "is not your agency's", "give another, as a rule " + usual};
  }
  if (basis.article6 == Article6::kLegalObligation && !rule.obliges) {
    return FieldError{"article6", "is a legal obligation, and the power only allows",
                      "give 6(1)(e)"};
  }
  const bool part3 = basis.article9 == Article9::kPart3;
  if (part3 && agency.kind != "police") {
    return FieldError{"article9", "is for the police only", "give 9(2)(g)"};
  }
  // Part 3 of the DPA 2018 stands in the place of the UK GDPR, articles 6 and 9 alike.
  if (part3 != (basis.article6 == Article6::kNone)) {
    return FieldError{"article6", "goes with article 9 and not with part-3",
                      "leave it out with part-3, and give it otherwise"};
  }
  const bool no_care = agency.kind == "police" || agency.kind == "youth-justice" ||
                       agency.kind == "school" || agency.kind == "school-hub";
  if (basis.article9 == Article9::kHealthCare && no_care) {
    return FieldError{"article9", "is for health and social care", "give 9(2)(g)"};
  }
  return std::nullopt;
}

bool IsOwnFamily(const OwnDetails& own, const std::vector<Record>& held) {
  return std::ranges::any_of(held, [&](const Record& record) {
    return Names(record.family_name, own.surname) || Names(own.surname, record.family_name) ||
           Names(record.former_names, own.surname) || Names(record.carers, own.surname) ||
           LivedWith(own, record) || SameTelephone(own, record);
  });
}

bool HoldsLive(const std::vector<Record>& held, const Subject& subject, Date today) {
  // By the number when there is one. Holders decide by it, so with the UPN of a child of one's own
  // beside a stranger's number one could ask about the stranger.
  const auto by = std::ranges::find_if(
      subject, [](const SubjectEntry& entry) { return entry.type != KeyType::kNone; });
  if (by == subject.end()) return false;
  return std::ranges::any_of(held, [&](const Record& record) {
    if (record.archived_on || (record.end && *record.end < today)) return false;
    if (IdentifierOf(record, by->type) != by->value) return false;
    return std::ranges::all_of(subject, [&](const SubjectEntry& entry) {
      const std::string_view mine = IdentifierOf(record, entry.type);
      return entry.type == KeyType::kNone || mine.empty() || mine == entry.value;
    });
  });
}

AskerVerdict CheckAsker(const AskerCase& c) {
  AskerVerdict verdict;
  const PurposeRule& rule = RuleOf(c.purpose);
  CheckTheAsker(c, verdict.missing);
  if (!c.shield_notice) {
    if (rule.case_reference && !c.case_reference) {
      verdict.missing.push_back({"case", "is missing: this purpose needs a case reference",
                                 "give the case's reference"});
    }
    if (rule.safeguarding_role && c.role == Role::kPractitioner) {
      verdict.missing.push_back({"role", "this purpose is for a safeguarding role",
                                 "ask your safeguarding lead, or out of hours the practitioner on "
                                 "duty"});
    }
    if (rule.emergency_reason && std::ranges::find(kEmergencyReasons, c.reason) ==
                                     kEmergencyReasons.end()) {
      verdict.missing.push_back({"reason", "is missing: an emergency needs one of: " +
                                               ListOf(kEmergencyReasons),
                                 "give one of them"});
    }
  }
  CheckTheHolding(c, rule, verdict);
  // A question that has no room today is not worth a second person's time.
  if (verdict.missing.empty()) CheckTheCaps(c, verdict);
  if (verdict.needs_approval) verdict.missing.push_back(MissingApproval(c));
  return verdict;
}

AskCaps CapsOfAList(const AskCaps& caps) {
  AskCaps less = caps;
  less.questions -= (caps.questions + 3) / 4;
  less.out_of_hours -= (caps.out_of_hours + 3) / 4;
  return less;
}

AskCounts CountedWith(AskCounts counts, const AskerCase& c) {
  if (c.shield_notice) {
    ++counts.shield_notices;
    ++counts.agency_shield_notices;
  } else if (c.purpose == Purpose::kEmergency) {
    ++counts.emergencies;
  } else {
    ++counts.questions;
  }
  return counts;
}

}  // namespace whoelse
