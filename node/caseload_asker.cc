#include "node/caseload_asker.h"

#include <algorithm>
#include <set>

#include "nlohmann/json.hpp"
#include "node/callers.h"
#include "node/day_of.h"
#include "node/door_reply.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

// Beyond what the roster gives two relays for their collections.
constexpr std::chrono::milliseconds kBeatBeyond{2000};

absl::Status Wrong(const FieldError& error) {
  return absl::InvalidArgumentError(error.field + ": " + error.reason + "; " + error.remedy);
}

Json RowOf(const CaseloadRow& row, Json receipt, bool before, Json answer) {
  return {{"line", row.line},
          {"source_id", row.source_id.empty() ? Json(nullptr) : Json(row.source_id)},
          {"case", row.case_reference},
          {"purpose", row.purpose},
          {"receipt", std::move(receipt)},
          {"asked_before", before},
          {"answer", std::move(answer)}};
}

}  // namespace

// Longer than a question takes: a rate that the answers could shift would tell of them.
std::chrono::milliseconds CaseloadAsker::Beat() const {
  return 2 * std::chrono::milliseconds(parts_.board.Read().roster->parameters.deadline_ms) +
         kBeatBeyond;
}

absl::StatusOr<std::vector<Record>> CaseloadAsker::RecordsNamed(const CaseloadRow& row,
                                                                const Organisations& theirs) const {
  if (row.source_id.empty()) {
    AskInput by_number;
    by_number.nhs_number = row.nhs_number;
    const auto subject = SubjectOf(by_number);
    if (std::holds_alternative<FieldError>(subject)) return std::vector<Record>();
    return parts_.registry.RecordsOf(std::get<Subject>(subject), theirs);
  }
  const auto source = NameSource(row.source, parts_.config.import.source, theirs);
  if (std::holds_alternative<FieldError>(source)) return std::vector<Record>();
  const RecordId id = parts_.store.FindBySource(std::get<std::string>(source), row.source_id);
  if (id == 0) return std::vector<Record>();
  auto stored = parts_.store.ReadStored(id);
  if (!stored.ok()) return stored.status();
  if (!theirs.Has(stored->record)) return std::vector<Record>();
  return std::vector<Record>{std::move(stored->record)};
}

absl::StatusOr<std::vector<CaseloadAsker::Child>> CaseloadAsker::Plan(
    const std::string& file, const CaseloadTerms& terms, const std::string& user,
    const Person& person, CaseloadListener& listener, size_t& problems) const {
  const auto one = ChooseOrganisation(terms.organisation, person.organisations);
  if (const auto* error = std::get_if<FieldError>(&one)) return Wrong(*error);
  const Organisations& theirs = std::get<Organisations>(one);
  const CaseloadTerms chosen{terms.role, terms.does_not_know_them, theirs.code()};
  std::vector<CaseloadRow> rows;
  std::vector<RowProblem> found;
  if (absl::Status read = ReadCaseload(file, rows, found); !read.ok()) return read;
  std::vector<Child> children;
  std::set<Digest> seen;
  const PersonRef practitioner = parts_.asker.RefOf(user);
  const Date today = DayOf(parts_.clock.NowMs());
  for (CaseloadRow& row : rows) {
    const auto held = RecordsNamed(row, theirs);
    if (!held.ok()) return held.status();
    auto input = InputOf(row, chosen, *held, today);
    if (const auto* problem = std::get_if<RowProblem>(&input)) {
      found.push_back(*problem);
      continue;
    }
    Child child{std::move(row), std::get<AskInput>(std::move(input)), {}};
    const auto failure = parts_.asker.Check(child.input, user, person);
    if (failure && !std::holds_alternative<FieldError>(*failure)) {
      return absl::UnavailableError("this node cannot ask at this moment: see its log");
    }
    if (failure) {
      const auto& error = std::get<FieldError>(*failure);
      const auto problem = ProblemOf(child.row, error);
      if (!problem) return Wrong(error);
      found.push_back(*problem);
      continue;
    }
    child.fingerprint = FingerprintOf(practitioner, child.input);
    if (!seen.insert(child.fingerprint).second) {
      found.push_back({child.row.line, "", "names a child, purpose and case that stand above",
                       "leave it out"});
      continue;
    }
    children.push_back(std::move(child));
  }
  std::ranges::stable_sort(found, {}, &RowProblem::line);
  for (const RowProblem& problem : found) listener.OnProblem(problem);
  problems = found.size();
  return children;
}

absl::StatusOr<std::map<Digest, std::string>> CaseloadAsker::AskedBefore(
    const PersonRef& practitioner) const {
  std::map<Digest, std::string> before;
  const TimeMs now = parts_.clock.NowMs();
  const absl::Status read =
      parts_.store.ForEachReceipt([&](const RocksdbStore::ReceiptRow& row) {
        if (row.asked_ms + kCaseloadAskedForMs < now) return false;
        if (row.nothing_came) return true;   // there is no answer to show again
        const AskedFor& asked_for = row.asked_for;
        if (asked_for.origin.as == AskedAs::kOfAList && asked_for.practitioner == practitioner) {
          before.emplace(asked_for.origin.of, ReceiptNumber(row.frame_hash));   // the newest
        }
        return true;
      });
  if (!read.ok()) return read;
  return before;
}

absl::StatusOr<Json> CaseloadAsker::Run(const std::string& file, const CaseloadTerms& terms,
                                        bool anew, const std::string& user, const Person& person,
                                        CaseloadListener& listener) {
  const std::unique_lock lock(one_at_a_time_, std::try_to_lock);
  if (!lock.owns_lock()) {
    // Two side by side would be twice the rate, and count what both do against one another.
    return absl::UnavailableError("another list is being asked at this node; hand this one in when "
                                  "that has ended");
  }
  size_t problems = 0;
  const auto children = Plan(file, terms, user, person, listener, problems);
  if (!children.ok()) return children.status();
  size_t asked = 0, before = 0, left = children->size();
  const auto result = [&](const char* ended, Json goes_on) {
    return Json{{"rows", children->size() + problems}, {"problems", problems},
                {"asked_before", before}, {"asked", asked}, {"left", left}, {"ended", ended},
                {"goes_on", std::move(goes_on)}};
  };
  if (problems > 0) return result("bad rows", nullptr);
  const auto known_before = anew ? std::map<Digest, std::string>()
                                 : AskedBefore(parts_.asker.RefOf(user));
  if (!known_before.ok()) return known_before.status();
  // Before its first question: what came of each child, its receipt says.
  TrailNote note = NoteOf(ActorOf(parts_.config, parts_.asker, user), Deed::kAskList,
                          parts_.clock.NowMs());
  parts_.store.WriteTrail(note.Add(Fact::kRows, std::to_string(children->size())));

  const auto beat = Beat();
  auto next = std::chrono::steady_clock::now();
  for (const Child& child : *children) {
    if (const auto receipt = known_before->find(child.fingerprint); receipt != known_before->end()) {
      const auto answer = parts_.desk.Answer(user, receipt->second, true);
      listener.OnRow(RowOf(child.row, receipt->second, true,
                           answer.ok() ? *answer : Json(nullptr)));
      ++before;
      --left;
      continue;
    }
    const auto until = next - std::chrono::steady_clock::now();
    if (!listener.Wait(std::max(std::chrono::duration_cast<std::chrono::milliseconds>(until),
                                std::chrono::milliseconds(0)))) {
      return result("broken off", "hand the list in again");
    }
    while (next <= std::chrono::steady_clock::now()) next += beat;
    auto outcome = parts_.asker.Ask(child.input, user, person,
                                    {AskedAs::kOfAList, child.fingerprint}, [](size_t, size_t) {});
    if (const auto* failure = std::get_if<QuestionAsker::Failure>(&outcome)) {
      const auto* error = std::get_if<ServiceError>(failure);
      if (std::holds_alternative<UsedUp>(*failure) || (error && *error == ServiceError::kQuota)) {
        return result("used up", "hand the list in again after midnight UTC");
      }
      if (error) {
        return absl::UnavailableError("the coordinators took no question (" +
                                      std::string(Name(*error)) + "); what was asked stands: hand "
                                      "the list in again in a minute");
      }
      Json row = RowOf(child.row, nullptr, false, nullptr);   // it has changed since it was checked
      row["error"] = "cannot be asked any more; ask about this child by itself";
      listener.OnRow(row);
      --left;
      continue;
    }
    Json& answer = std::get<Json>(outcome);
    const Json receipt = answer["receipt"];
    listener.OnRow(RowOf(child.row, receipt, false, std::move(answer)));
    ++asked;
    --left;
  }
  return result("all", nullptr);
}

}  // namespace whoelse
