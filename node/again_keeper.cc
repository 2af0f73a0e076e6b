#include "node/again_keeper.h"

#include <chrono>
#include <vector>

#include "nlohmann/json.hpp"
#include "node/callers.h"
#include "node/door_reply.h"
#include "rpc/log.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;
using Arranged = RocksdbStore::Arranged;

constexpr std::chrono::seconds kLook{1};
constexpr size_t kWaitingMax = 200;
constexpr TimeMs kTryAgainMs = 60'000;
constexpr size_t kInVainMax = 3;   // frames that relays took, and said nothing
constexpr uint64_t kSpreadMs = 5 * 60'000;   // not everybody's question in one second

absl::Status Wrong(const FieldError& error) {
  return absl::InvalidArgumentError(error.field + ": " + error.reason + "; " + error.remedy);
}

}  // namespace

AgainKeeper::AgainKeeper(Parts parts) : parts_(parts) {
  const absl::Status read = parts_.store.ForEachArranged(
      Arranged::kAgain, [&](std::string_view, std::string_view document) {
        const auto request = ReadAgain(document);
        if (!request.ok()) return request.status();
        if (request->waits) waiting_[request->first] = *request;
        return absl::OkStatus();
      });
  if (!read.ok()) Log(LogLevel::kAlarm, "store_unreadable", {{LogField::kError, read}});
  thread_ = std::thread([this] { Run(); });
}

AgainKeeper::~AgainKeeper() {
  pause_.End();
  thread_.join();
}

void AgainKeeper::Keep(const AgainRequest& request, const TrailNote* by) {
  parts_.store.WriteArranged(Arranged::kAgain, ToHex(request.first), AgainDocument(request), by);
  if (request.waits) {
    waiting_[request.first] = request;
  } else {
    waiting_.erase(request.first);
  }
}

absl::StatusOr<Json> AgainKeeper::Request(const std::string& user, const Person& person,
                                          const Wish& wish) {
  const auto own = parts_.desk.FindOwn(user, wish.number);
  if (!own.ok()) return own.status();
  const auto input =
      InputAgain(own->asked, own->row.asked_for.organisation, wish.does_not_know_them);
  if (const auto* error = std::get_if<FieldError>(&input)) return Wrong(*error);
  const auto answer = parts_.desk.ReadingsIn(own->row);
  if (!answer.ok()) return answer.status();
  const TimeMs now = parts_.clock.NowMs();
  const auto closed = Unanswered(answer->readings, answer->roster, own->row.asked_ms,
                                 !wish.at.empty());
  if (closed.empty()) {
    return Wrong({"number", "is of a question to which no agency was closed",
                  wish.at.empty() ? "give a time with --at, or ask anew" : "ask anew"});
  }
  const auto due = wish.at.empty() ? WhenOpen(closed, now) : NextAt(wish.at, now);
  if (!due) {
    return Wrong({"at", wish.at.empty() ? "cannot be told from the agencies' hours" : "is no time",
                  "give one as HH:MM"});
  }
  // What is refused tomorrow for a reason that is there today is better said today. (Not the caps.)
  const auto refused =
      parts_.asker.Check(std::get<AskInput>(input), user, person);
  if (refused && std::holds_alternative<FieldError>(*refused)) {
    return Wrong(std::get<FieldError>(*refused));
  }
  const std::lock_guard lock(mutex_);
  if (waiting_.size() >= kWaitingMax && !waiting_.contains(own->row.frame_hash)) {
    return absl::ResourceExhaustedError("200 questions wait to be put again at this node already; ask "
                                        "anew when the agencies have opened");
  }
  const AgainRequest request{own->row.frame_hash, user, now,
                             *due + parts_.random.Below(kSpreadMs), true, ""};
  TrailNote by = NoteOf(ActorOf(parts_.config, parts_.asker, user), Deed::kAskAgain, now);
  Keep(request, &by.Add(Fact::kReceipt, ReceiptNumber(request.first)));
  Json names = Json::array();
  for (const RosterAgency* agency : closed) names.push_back(agency->name);
  return Json{{"receipt", wish.number}, {"at_ms", request.due_ms}, {"agencies", names}};
}

void AgainKeeper::Run() {
  do {
    PutDue(parts_.clock.NowMs());
  } while (pause_.For(kLook));
}

void AgainKeeper::PutDue(TimeMs now) {
  std::vector<AgainRequest> due;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [first, request] : waiting_) {
      if (request.due_ms <= now) due.push_back(request);
    }
  }
  for (AgainRequest& request : due) {
    const std::optional<std::string> outcome = Put(request);   // takes seconds: not under the lock
    const std::lock_guard lock(mutex_);
    if (const auto kept = waiting_.find(request.first);
        kept == waiting_.end() || kept->second != request) {
      continue;   // put at another time meanwhile
    }
    request.waits = !outcome.has_value();
    request.outcome = outcome.value_or("");
    if (outcome) {
      Keep(request);
    } else {
      waiting_[request.first].due_ms = now + kTryAgainMs;
    }
  }
}

absl::StatusOr<AgainKeeper::SoFar> AgainKeeper::PutSoFar(const AgainRequest& request) const {
  SoFar so_far;
  const Digest first{std::span<const uint8_t, 32>(request.first.data(), 32)};
  const absl::Status read =
      parts_.store.ForEachReceipt([&](const RocksdbStore::ReceiptRow& row) {
        const Origin& origin = row.asked_for.origin;
        if (origin == Origin{AskedAs::kAgain, first}) {
          if (row.nothing_came) ++so_far.in_vain;
          else so_far.number = ReceiptNumber(row.frame_hash);
        }
        return so_far.number.empty() && row.asked_ms >= request.requested_ms;
      });
  if (!read.ok()) return read;
  return so_far;
}

std::optional<std::string> AgainKeeper::Put(const AgainRequest& request) {
  const TimeMs now = parts_.clock.NowMs();
  const auto so_far = PutSoFar(request);
  if (so_far.ok() && !so_far->number.empty()) return "asked again: " + so_far->number;
  // Each is one of the asker's day, and looks like going through numbers to who watches for that.
  if (so_far.ok() && so_far->in_vain >= kInVainMax) {
    return "not asked again: it left and nothing came back; ask anew";
  }
  if (now > request.due_ms + kAgainLateMs) {
    return "not asked again: the node could not ask at that time; ask anew";
  }
  // As the configuration is now: whoever left asks no more.
  const Person* const person = parts_.config.FindPerson(request.user);
  if (person == nullptr) {
    return "not asked again: who asked is not among this agency's people any more";
  }
  const auto asked = parts_.desk.AskedIn(request.first);
  if (!asked.ok()) return "not asked again: what was asked is not kept any more";
  // That they do not know them was ticked when it was requested.
  const auto input = InputAgain(
      *asked, parts_.config.OneOrganisation(asked->statement.organisation).code(), true);
  if (std::holds_alternative<FieldError>(input)) return "not asked again: it cannot be";
  const Digest first{std::span<const uint8_t, 32>(request.first.data(), 32)};
  const auto outcome = parts_.asker.Ask(
      std::get<AskInput>(input), request.user, *person,
      {AskedAs::kAgain, first}, [](size_t, size_t) {});
  if (const auto* report = std::get_if<Json>(&outcome)) {
    return "asked again: " + (*report)["receipt"].get<std::string>();
  }
  const auto& failure = std::get<QuestionAsker::Failure>(outcome);
  if (const auto* error = std::get_if<FieldError>(&failure)) {
    return "not asked again: " + error->field + ": " + error->reason;
  }
  if (const auto* used_up = std::get_if<UsedUp>(&failure)) {
    return "not asked again: " + used_up->reason;
  }
  return std::nullopt;   // the coordinators' fault: in a minute
}

}  // namespace whoelse
