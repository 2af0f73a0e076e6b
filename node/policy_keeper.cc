#include "node/policy_keeper.h"

#include <utility>

#include "node/day_of.h"
#include "node/policy_file.h"
#include "rpc/log.h"

namespace whoelse {
namespace {

constexpr std::chrono::seconds kLookAtTheDay{5};

// What a restart goes on with when the file is wrong: u16 length | state | the policy's file.
Bytes Remember(const PolicyInForce& policy) {
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

absl::StatusOr<std::unique_ptr<PolicyKeeper>> PolicyKeeper::Open(std::string path,
                                                                 RocksdbStore& store,
                                                                 Answering& answering,
                                                                 const Clock& clock) {
  const Date today = DayOf(clock.NowMs());
  const absl::StatusOr<Policy> file = PolicyAt(path, today);
  const auto stored = store.ReadPolicyState();
  if (!stored.ok()) return stored.status();
  std::string problem;
  std::optional<PolicyInForce> policy;
  if (stored->has_value()) {
    absl::StatusOr<Remembered> remembered = Recall(**stored);
    if (!remembered.ok()) return remembered.status();
    // Nobody answers for what acted before anything was adopted: it cannot stand in for a bad file.
    if (!file.ok() && !remembered->policy.adoption) return file.status();
    if (!file.ok()) problem = std::string(file.status().message());
    auto restored = PolicyInForce::Restore(remembered->state,
                                           file.ok() ? *file : remembered->policy, today);
    if (!restored.ok()) return restored.status();
    policy = *std::move(restored);
  } else {
    if (!file.ok()) return file.status();
    policy.emplace(*file, today);
  }
  return std::unique_ptr<PolicyKeeper>(new PolicyKeeper(
      std::move(path), store, answering, clock, *std::move(policy), std::move(problem)));
}

PolicyKeeper::PolicyKeeper(std::string path, RocksdbStore& store, Answering& answering,
                           const Clock& clock, PolicyInForce policy, std::string problem)
    : path_(std::move(path)), store_(store), answering_(answering), clock_(clock),
      policy_(std::move(policy)), problem_(std::move(problem)), looked_on_(Today()) {
  {
    const std::lock_guard lock(mutex_);
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
  const absl::StatusOr<Policy> file = PolicyAt(path_, today);
  if (!file.ok()) {
    problem_ = std::string(file.status().message());
    Log(LogLevel::kAlarm, "policy_not_taken", {{LogField::kError, file.status()}});
    return;
  }
  problem_.clear();
  policy_.Adopt(*file, today);
  // By whom, nobody can say: a signal has no account. Who adopted it stands in the file.
  TrailNote taken;
  taken.deed = Deed::kTakePolicy;
  taken.at_ms = clock_.NowMs();
  Publish(&taken.Add(Fact::kPolicy, ToHex(policy_.acting().Hash())));
  Log(LogLevel::kInfo, "policy_taken",
      {{LogField::kCount, static_cast<uint32_t>(policy_.Waiting().size())}});
}

PolicyKeeper::View PolicyKeeper::Read() const {
  const std::lock_guard lock(mutex_);
  return {policy_, problem_, Today()};
}

// On the disk first: a crash in between must not forget the day for which something waits.
void PolicyKeeper::Publish(const TrailNote* by) {
  store_.WritePolicyState(Remember(policy_), by);
  answering_.SetPolicy(policy_.acting());
}

void PolicyKeeper::TellOperator() {
  if (!problem_.empty()) {
    Log(LogLevel::kAlarm, "policy_not_taken",
        {{LogField::kError, absl::InvalidArgumentError(problem_)}});
  }
  const std::optional<Adoption>& adoption = policy_.policy().adoption;
  if (!adoption) {
    Log(LogLevel::kAlarm, "policy_overdue",
        {{LogField::kReason, "nobody adopted one: every cell is one step stricter"}});
  } else if (policy_.policy().IsOverdue(looked_on_)) {
    Log(LogLevel::kAlarm, "policy_overdue",
        {{LogField::kReason, "its day of review has passed: every cell is one step stricter"},
         {LogField::kExpires, adoption->review_by.ymd()}});
  }
}

void PolicyKeeper::Run() {
  while (pause_.For(kLookAtTheDay)) {
    const std::lock_guard lock(mutex_);
    const Date today = Today();
    if (today == looked_on_) continue;
    looked_on_ = today;
    policy_.Advance(today);
    Publish();
    TellOperator();
  }
}

}  // namespace whoelse
