#include "node/deferred.h"

#include "nlohmann/json.hpp"
#include "node/policy.h"
#include "rpc/log.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kBatch = 1024;
constexpr uint64_t kFirstMs = 500, kSpreadMs = 1500;
constexpr TimeMs kDropWiresEveryMs = 60'000;

struct ReasonName {
  uint8_t reason;
  const char* kind;
};
constexpr std::array<ReasonName, 5> kReasons = {{{Noted::kShieldNotice, "shield-notice"},
                                                 {Noted::kPossibleWrongChild, "possible-wrong-child"},
                                                 {Noted::kTwoChildren, "number-and-upn-differ"},
                                                 {Noted::kPurposeNotAllowed, "purpose-not-allowed"},
                                                 {Noted::kContactWasWrong, "contact-was-wrong"}}};

std::string Item(const Noted& noted, const char* kind) {
  Json records = Json::array();
  for (const Noted::Decision& decision : noted.decisions) {
    records.push_back({{"record", decision.record},
                       {"outcome", std::string(Name(decision.outcome))},
                       {"row", std::string(kPolicyRowNames[decision.row])}});
  }
  return Json{{"kind", kind},
              {"received_ms", noted.received_ms},
              {"question", ReceiptNumber(noted.frame_hash)},
              {"agency", noted.agency},
              {"organisation", noted.organisation},
              {"practitioner", ToHex(noted.practitioner_ref)},
              {"purpose", std::string(Name(noted.purpose))},
              {"records", records}}
      .dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace

DeferredWork WorkOf(const Noted& noted) {
  DeferredWork work;
  if (!noted.Opened()) return work;
  for (const ReasonName& reason : kReasons) {
    if (noted.reasons & reason.reason) work.inbox_items.push_back(Item(noted, reason.kind));
  }
  if (noted.reasons & Noted::kShieldNotice) {
    for (const Noted::Decision& decision : noted.decisions) work.shield.push_back(decision.record);
    return work;
  }
  bool brokered = false, urgent = false;
  for (const Noted::Decision& decision : noted.decisions) {
    brokered = brokered || decision.outcome == Outcome::kBrokered;
    urgent = urgent || decision.outcome == Outcome::kUrgent;
  }
  if (urgent) {
    work.inbox_items.push_back(Item(noted, "urgent"));
  } else if (brokered) {
    work.inbox_items.push_back(Item(noted, "brokered"));
  }
  return work;
}

Deferred::Deferred(RocksdbStore& store, Registry& registry, Answering& answering,
                   const Clock& clock, Random& random)
    : store_(store), registry_(registry), answering_(answering), clock_(clock), random_(random),
      thread_([this] { Run(); }) {}

Deferred::~Deferred() {
  pause_.End();
  thread_.join();
}

void Deferred::Run() {
  TimeMs dropped_ms = 0;
  while (pause_.For(std::chrono::milliseconds(kFirstMs + random_.Below(kSpreadMs)))) {
    WorkOff();
    if (clock_.NowMs() > dropped_ms + kDropWiresEveryMs) {
      dropped_ms = clock_.NowMs();
      store_.DropWiresBefore(clock_.NowS());
    }
  }
}

void Deferred::WorkOff() {
  absl::StatusOr<std::vector<RocksdbStore::JournalEntry>> entries = store_.ReadJournal(kBatch);
  if (!entries.ok()) {
    Log(LogLevel::kAlarm, "journal_unreadable", {{LogField::kError, entries.status()}});
    return;
  }
  if (entries->empty()) return;
  std::vector<RecordId> shield;
  std::vector<std::string> inbox;
  for (const RocksdbStore::JournalEntry& entry : *entries) {
    DeferredWork work = WorkOf(entry.noted);
    shield.insert(shield.end(), work.shield.begin(), work.shield.end());
    for (std::string& item : work.inbox_items) inbox.push_back(std::move(item));
  }
  const absl::Status applied = registry_.ApplyJournal(*entries, shield, inbox);
  if (!applied.ok()) {
    Log(LogLevel::kAlarm, "journal_unreadable", {{LogField::kError, applied}});
    return;
  }
  answering_.ForgetShields(std::move(shield));
}

}  // namespace whoelse
