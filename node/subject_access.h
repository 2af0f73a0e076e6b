// What a person is told who asks an agency what it holds and who asked: prepared for a lead officer, and
// never sent by a machine. domain.md, "Subject access"; docs/decisions/0017. Pure.
//
// What is left out, and how much, shows nowhere in the report: one from which all was left out is, but
// for its day, the report of a child that nobody knows and nobody asked about.
#ifndef WHOELSE_NODE_SUBJECT_ACCESS_H_
#define WHOELSE_NODE_SUBJECT_ACCESS_H_

#include <array>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "nlohmann/json.hpp"
#include "node/field_error.h"
#include "node/record.h"
#include "node/who_looked.h"

namespace whoelse {

// Why an entry is left out unless a lead officer puts it back.
enum class LeftOut : uint8_t {
  kShielded = 1,   // or closed, of any of the child's records: the child is hidden from somebody
  kCovert,
  kExempt,
  kProtected,
  kSensitive,
  kSomebodyElse,   // about a parent or carer, or possibly about another child
  kPurpose,
  kShieldNotice,
  kNotHeld         // of a record that is not here any more, so that nobody can say what it was
};
inline constexpr std::array<std::string_view, 9> kLeftOutNames = {
    "shielded", "covert", "exempt from subject access", "a protected service",
    "a sensitive service", "about somebody else", "asked for a purpose that is not told",
    "a shield notice", "nobody here can say what it was about"};
inline std::string_view Name(LeftOut why) { return NameOf(why, kLeftOutNames); }

// Of each of one child's records, in their order; nullopt: it may be told. As they answer.
std::vector<std::optional<LeftOut>> LeftOutOf(std::span<const Record> child, Date today);

// A record of the child, as far as a report needs it.
struct HeldEntry {
  RecordId record = 0;
  std::optional<LeftOut> left_out;
  bool answers = true;   // false: another record answers for it, and is in the list
  std::string organisation, service;
  std::string since, until;   // YYYY-MM-DD; empty: not known, or not ended
};
// Of a question about the child.
std::optional<LeftOut> LeftOutOf(const Noted& noted, const std::vector<HeldEntry>& held);

struct SubjectAccessCase {
  std::string prepared_on;    // YYYY-MM-DD
  std::string nhs_number;     // of whom it was asked; empty: none was given
  std::vector<HeldEntry> held;
  std::vector<Noted> looks;   // LooksOf
  LookReader reader;          // the lead officer
};
struct SubjectAccess {
  nlohmann::ordered_json report;     // for the person
  nlohmann::ordered_json left_out;   // for the lead officer alone: what, and why
};
// `put_back`: references of entries that would be left out. FieldError: "put-back", of one that is none
// of those, or that the lead officer asked themselves.
std::variant<SubjectAccess, FieldError> PrepareSubjectAccess(const SubjectAccessCase& c,
                                                             const std::set<std::string>& put_back);

}  // namespace whoelse

#endif  // WHOELSE_NODE_SUBJECT_ACCESS_H_
