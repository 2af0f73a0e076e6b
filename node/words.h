// The words that people read, all of them (domain.md, "Words"). A test finds no others: not here,
// not in the command line's output, not in a page.
#ifndef WHOELSE_NODE_WORDS_H_
#define WHOELSE_NODE_WORDS_H_

#include <array>
#include <string_view>

namespace whoelse::words {

inline constexpr std::string_view kContactGiven = "contact given";
inline constexpr std::string_view kDutyLineGiven = "duty line given";
inline constexpr std::string_view kNothingDisclosed = "nothing disclosed";
inline constexpr std::string_view kNoAnswer = "no answer";
inline constexpr std::string_view kNoAnswerByRelay = "no answer, by the relay's word";
// Beside nothing disclosed: the date, or this before the agency's first complete import.
inline constexpr std::string_view kAsOf = "as of ";
inline constexpr std::string_view kNotDated = "its register has never been loaded whole";

inline constexpr std::string_view kUnderNothingDisclosed =
    "This agency answered and gave no contact. It may or may not know this child. This is not "
    "evidence that it has no involvement.";
// Before and after the reason.
inline constexpr std::string_view kUnderNoAnswerBefore = "We could not reach this agency (";
inline constexpr std::string_view kUnderNoAnswerAfter = "). Ring it.";
inline constexpr std::string_view kNotEveryone =
    "Do not treat this as everyone who is involved.";
inline constexpr std::string_view kDanger =
    "Do not tell a parent, carer or caller which services or places appear here until you know who "
    "they must be kept from. The person who reports a child missing may be the person the child "
    "fled. Agencies that disclosed nothing may still know this child; if a child may be in danger, "
    "ring them.";
inline constexpr std::string_view kLogged =
    "Your question is logged for good, and the child's services can see that your agency asked.";
inline constexpr std::string_view kBirthDateDiffers =
    "date of birth differs: check that this is the right child";
inline constexpr std::string_view kStale = "may be out of date";
inline constexpr std::string_view kMore =
    "This agency has more contacts than fit into an answer. Ring it.";
inline constexpr std::string_view kUnconfirmed = "federation state unconfirmed";
inline constexpr std::string_view kLeadNone = "Lead professional: none disclosed.";
inline constexpr std::string_view kLeadConflict =
    "Lead professional: two agencies each name one. Ring both.";

// Why somebody asks, as one would say it to the child; in the order of protocol/codes.h, as are the
// bases below.
inline constexpr std::array<std::string_view, 8> kPurposes = {
    "already works with the child and looks for who else does",
    "offers the family early help",
    "is worried that the child is being harmed",
    "finds out what help the child needs (section 17)",
    "finds out whether the child is at risk of significant harm (section 47)",
    "looks for a child who is missing",
    "works with the child in youth justice",
    "thinks that the child is in danger today"};
inline constexpr std::array<std::string_view, 8> kPowers = {
    "Children Act 1989, section 17",        "Children Act 1989, section 47",
    "Children Act 1989, section 47(9)",     "Children Act 2004, section 10",
    "Children Act 2004, section 11",        "Children Act 2004, section 16LA",
    "Crime and Disorder Act 1998, section 115", "Education Act 2002, section 175"};
inline constexpr std::array<std::string_view, 2> kArticles6 = {"UK GDPR article 6(1)(c)",
                                                               "UK GDPR article 6(1)(e)"};
inline constexpr std::array<std::string_view, 3> kArticles9 = {
    "UK GDPR article 9(2)(g) with Data Protection Act 2018, Schedule 1, paragraph 18",
    "UK GDPR article 9(2)(h)", "Data Protection Act 2018, Part 3"};

// Under every subject access report, empty or not.
inline constexpr std::string_view kSomeLeftOut =
    "Some entries may have been left out to protect the child or other people.";
// Beside a question that the reader put.
inline constexpr std::string_view kAskedByYou =
    "you asked this yourself: another lead officer looks into it";

// Why there is no answer.
inline constexpr std::string_view kClosedNow = "closed at this hour";
inline constexpr std::string_view kNotConnected = "not connected";
inline constexpr std::string_view kBusy = "busy";
inline constexpr std::string_view kOutOfDate = "out of date";
inline constexpr std::string_view kAnswersDiffer = "its two answers differ";
inline constexpr std::string_view kNotUnderstood = "its answer could not be verified";

}  // namespace whoelse::words

#endif  // WHOELSE_NODE_WORDS_H_
