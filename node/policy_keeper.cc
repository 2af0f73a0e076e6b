#include "node/policy_keeper.h"

#include <utility>

#include "node/day_of.h"
#include "node/policy_file.h"
#include "rpc/log.h"

namespace whoelse {
namespace {

constexpr std::chrono::seconds kLookAtTheDay{5};

// What a restart goes on with when the file is wrong: u16 length | state | the policy's file.
Bytes StateOf(const PolicyInForce& policy) {
  const Bytes state = policy.Serialize();
  const Policy& adopted = policy.policy();
  return Writer().U16(static_cast<uint16_t>(state.size())).Raw(state)
      .Raw(AsBytes(adopted.adoption ? WritePolicyFile(adopted) : "")).Take();
}

struct Remembered {
  Bytes state;
  Policy policy;
};
absl::StatusOr<Remembered> Recall(ByteView bytes) {
  Reader in(bytes);
  const size_t length = in.U16();
  if (length > in.left()) return absl::DataLossError("store: the policy state is damaged");
  Remembered remembered{ToBytes(in.Raw(length)), {}};
  const std::string file = ToString(in.Raw(in.left()));
  if (file.empty()) return remembered;
  // It was adopted before it was remembered, whatever the clock says now.
  absl::StatusOr<Policy> policy = ParsePolicyFile(file, Date::FromDays(INT32_MAX));
  if (!policy.ok()) return absl::DataLossError("store: the remembered policy is damaged");
  remembered.policy = *std::move(policy);
  return remembered;
}

absl::StatusOr<Policy> PolicyAt(const std::string& path, Date today) {
  if (path.empty()) return Policy();
  absl::StatusOr<Policy> policy = ReadPolicyFile(path, today);
  if (policy.ok()) return policy;
  return absl::Status(policy.status().code(),
                      "policy " + path + ": " + std::string(policy.status().message()));
}

}  // namespace

absl::StatusOr<PolicyKeeper::Adopted> PolicyKeeper::OpenOne(const std::string& organisation,
                                                            const std::string& path,
                                                            RocksdbStore& store, Date today) {
  const absl::StatusOr<Policy> file = PolicyAt(path, today);
  const auto stored = store.ReadPolicyState(organisation);
  if (!stored.ok()) return stored.status();
  if (!stored->has_value()) {
    if (!file.ok()) return file.status();
    return Adopted{path, PolicyInForce(*file, today), "", false};
  }
  absl::StatusOr<Remembered> remembered = Recall(**stored);
  if (!remembered.ok()) return remembered.status();
  // Nobody answers for what acted before anything was adopted: it cannot stand in for a bad file.
  if (!file.ok() && !remembered->policy.adoption) return file.status();
  auto restored = PolicyInForce::Restore(remembered->state,
                                         file.ok() ? *file : remembered->policy, today);
  if (!restored.ok()) return restored.status();
  return Adopted{path, *std::move(restored),
                 file.ok() ? "" : std::string(file.status().message()),
                 file.ok() && *file != remembered->policy};
}

absl::StatusOr<std::unique_ptr<PolicyKeeper>> PolicyKeeper::Open(Paths paths, RocksdbStore& store,
                                                                 Answering& answering,
                                                                 const Clock& clock) {
  AllAdopted all;
  for (const auto& [organisation, path] : paths) {
    auto adopted = OpenOne(organisation, path, store, DayOf(clock.NowMs()));
    if (!adopted.ok()) return adopted.status();
    all.emplace(organisation, *std::move(adopted));
  }
  return std::unique_ptr<PolicyKeeper>(new PolicyKeeper(std::move(all), store, answering, clock));
}

PolicyKeeper::PolicyKeeper(AllAdopted adopted, RocksdbStore& store, Answering& answering,
                           const Clock& clock)
    : store_(store), answering_(answering), clock_(clock), adopted_(std::move(adopted)),
      looked_on_(Today()) {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [organisation, one] : adopted_) {
      // Whoever exchanges the file would else need no more than a restart to leave no trace.
      if (one.is_another) {
        RememberTaken(organisation, one.policy);
      } else {
        Remember(organisation, one.policy);
      }
    }
    Publish();
    TellOperator();
  }
  thread_ = std::thread([this] { Run(); });
}

PolicyKeeper::~PolicyKeeper() {
  pause_.End();
  thread_.join();
}

Date PolicyKeeper::Today() const { return DayOf(clock_.NowMs()); }

void PolicyKeeper::Reload() {
  const std::lock_guard lock(mutex_);
  const Date today = Today();
  for (auto& [organisation, one] : adopted_) {
    const absl::StatusOr<Policy> file = PolicyAt(one.path, today);
    if (!file.ok()) {
      one.problem = std::string(file.status().message());
      Log(LogLevel::kAlarm, "policy_not_taken", {{LogField::kError, file.status()}});
      continue;
    }
    one.problem.clear();
    one.policy.Adopt(*file, today);
    RememberTaken(organisation, one.policy);
    Log(LogLevel::kInfo, "policy_taken",
        {{LogField::kCount, static_cast<uint32_t>(one.policy.Waiting().size())}});
  }
  Publish();
}

absl::Status PolicyKeeper::LetThrough(const std::string& organisation, const TrailNote& by) {
  const std::lock_guard lock(mutex_);
  const auto found = adopted_.find(organisation);
  if (found == adopted_.end()) return absl::NotFoundError("organisation: none of this node's");
  PolicyInForce& policy = found->second.policy;
  if (policy.Waiting().empty()) {
    return absl::FailedPreconditionError("policy: nothing in it waits for its day");
  }
  policy.LetThrough(Today());
  TrailNote note = by;
  Remember(organisation, policy, &note.Add(Fact::kPolicy, ToHex(policy.acting().Hash())));
  Publish();
  return absl::OkStatus();
}

std::map<std::string, PolicyKeeper::View> PolicyKeeper::Read() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, View> views;
  for (const auto& [organisation, one] : adopted_) {
    views.emplace(organisation, View{one.policy, one.problem, Today()});
  }
  return views;
}

// On the disk before it acts: a crash in between must not forget the day for which something waits.
void PolicyKeeper::Remember(const std::string& organisation, const PolicyInForce& policy,
                            const TrailNote* by) {
  store_.WritePolicyState(organisation, StateOf(policy), by);
}

void PolicyKeeper::RememberTaken(const std::string& organisation, const PolicyInForce& policy) {
  TrailNote taken;
  taken.deed = Deed::kTakePolicy;
  taken.at_ms = clock_.NowMs();
  Remember(organisation, policy, &taken.Add(Fact::kPolicy, ToHex(policy.acting().Hash())));
}

void PolicyKeeper::Publish() {
  PolicyTables::ByCode acting;
  for (const auto& [organisation, one] : adopted_) acting[organisation] = one.policy.acting();
  answering_.SetPolicies(PolicyTables(std::move(acting)));
}

void PolicyKeeper::TellOperator() {
  for (const auto& [organisation, one] : adopted_) {
    if (!one.problem.empty()) {
      Log(LogLevel::kAlarm, "policy_not_taken",
          {{LogField::kError, absl::InvalidArgumentError(one.problem)}});
    }
    const std::optional<Adoption>& adoption = one.policy.policy().adoption;
    if (!adoption) {
      Log(LogLevel::kAlarm, "policy_overdue",
          {{LogField::kReason, "nobody adopted one: every cell is one step stricter"},
           {LogField::kPath, LogValue::Configured(one.path)}});
    } else if (one.policy.policy().IsOverdue(looked_on_)) {
      Log(LogLevel::kAlarm, "policy_overdue",
          {{LogField::kReason, "its day of review has passed: every cell is one step stricter"},
           {LogField::kPath, LogValue::Configured(one.path)},
           {LogField::kExpires, adoption->review_by.ymd()}});
    }
  }
}

void PolicyKeeper::Run() {
  while (pause_.For(kLookAtTheDay)) {
    const std::lock_guard lock(mutex_);
    const Date today = Today();
    if (today == looked_on_) continue;
    looked_on_ = today;
    for (auto& [organisation, one] : adopted_) {
      one.policy.Advance(today);
      Remember(organisation, one.policy);
    }
    Publish();
    TellOperator();
  }
}

}  // namespace whoelse
