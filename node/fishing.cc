#include "node/fishing.h"

#include <algorithm>
#include <functional>
#include <string>

namespace whoelse {
namespace {

bool UnheldInARow(const std::deque<AskedQuestion>& newest, size_t in_a_row) {
  if (newest.size() < in_a_row) return false;
  return std::all_of(newest.end() - static_cast<ptrdiff_t>(in_a_row), newest.end(),
                     [&](const AskedQuestion& question) {
                       return !question.held && question.purpose == newest.back().purpose;
                     });
}

size_t PurposesOfTheChild(const std::deque<AskedQuestion>& newest, TimeMs window) {
  std::set<Purpose> purposes;
  for (const AskedQuestion& question : newest) {
    if (question.child == newest.back().child && question.at_ms + window > newest.back().at_ms) {
      purposes.insert(question.purpose);
    }
  }
  return purposes.size();
}

// Different children whose numbers lie near the newest one's, itself among them.
size_t Neighbours(const std::deque<AskedQuestion>& newest, uint32_t neighbourhood) {
  if (!newest.back().number) return 0;
  std::set<uint32_t> numbers;
  for (const AskedQuestion& question : newest) {
    if (question.number) numbers.insert(*question.number);
  }
  const uint32_t last = *newest.back().number;
  size_t most = 0;
  for (auto first = numbers.begin(); first != numbers.end() && *first <= last; ++first) {
    if (last - *first >= neighbourhood) continue;
    size_t within = 0;
    for (auto it = first; it != numbers.end() && *it - *first < neighbourhood; ++it) ++within;
    most = std::max(most, within);
  }
  return most;
}

}  // namespace

std::optional<AskedQuestion> AskedQuestionOf(const Noted& noted) {
  if (!noted.Opened() || noted.IsOfANode()) return std::nullopt;
  const ChildKey child = noted.decisions.empty() ? 0 : noted.decisions.front().record;
  return AskedQuestion{noted.agency, noted.practitioner_ref, noted.received_ms, noted.purpose,
                       child, true, std::nullopt};
}

AskedQuestion AskedHere(AgencyId me, const PersonRef& practitioner, TimeMs at, Purpose purpose,
                        const Subject& subject, bool held) {
  AskedQuestion question{me, practitioner, at, purpose, 0, held, std::nullopt};
  for (const SubjectEntry& entry : subject) {
    if (entry.type == KeyType::kNhsNumber) {
      uint32_t number = 0;
      for (size_t i = 0; i + 1 < entry.value.size(); ++i) {
        number = number * 10 + static_cast<uint32_t>(entry.value[i] - '0');
      }
      question.number = number;
      question.child = number;
      return question;
    }
    if (entry.type == KeyType::kUpn) question.child = std::hash<std::string>()(entry.value);
  }
  return question;
}

bool FishingWatch::Breaks(FishingRule rule, const Known& known) const {
  switch (rule) {
    case FishingRule::kVolume: return known.today > limits_.a_day;
    case FishingRule::kUnheld: return UnheldInARow(known.newest, limits_.unheld_in_a_row);
    case FishingRule::kPurposeShopping:
      return PurposesOfTheChild(known.newest, limits_.shopping_ms) >= limits_.purposes_of_a_child;
    case FishingRule::kNumberSequence:
      return Neighbours(known.newest, limits_.neighbourhood) >= limits_.neighbours;
    case FishingRule::kManyUnheld: return known.unheld.size() >= limits_.unheld_between_looks;
  }
  return false;
}

std::vector<FishingAlarm> FishingWatch::OnQuestion(const AskedQuestion& question) {
  Known& known = known_[{question.agency, question.practitioner}];
  const Date day = LondonTimeOf(question.at_ms).day;
  if (day != known.day) {
    known.day = day;
    known.today = 0;
    known.raised_today.clear();
  }
  ++known.today;
  if (!question.held) known.unheld.insert(question.child);
  known.newest.push_back(question);
  if (known.newest.size() > kQuestionsMax) known.newest.pop_front();
  std::vector<FishingAlarm> alarms;
  for (size_t i = 0; i < kFishingRuleNames.size(); ++i) {
    const auto rule = static_cast<FishingRule>(i + 1);
    const auto& raised = known.raised_today;
    if (std::ranges::find(raised, rule) != raised.end() || !Breaks(rule, known)) continue;
    known.raised_today.push_back(rule);
    if (rule == FishingRule::kManyUnheld) known.unheld.clear();
    alarms.push_back({rule, question.agency, question.practitioner});
  }
  if (known_.size() > kPractitionersMax) ForgetOldest();
  return alarms;
}

// Those who have been silent longest: an agency with a thousand invented references cannot grow this
// without end, nor push out whoever asks today.
void FishingWatch::ForgetOldest() {
  const auto oldest = std::ranges::min_element(known_, {}, [](const auto& entry) {
    return entry.second.newest.back().at_ms;
  });
  known_.erase(oldest);
}

}  // namespace whoelse
