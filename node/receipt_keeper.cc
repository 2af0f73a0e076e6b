#include "node/receipt_keeper.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>

#include "node/opening.h"
#include "rpc/log.h"
#include "rpc/status.h"

namespace whoelse {
namespace {

constexpr size_t kDueMax = 10'000;                 // more than that complete when they are asked for
constexpr uint64_t kFirstWaitMs = 500;             // after a checkpoint should be there
constexpr uint64_t kLongestWaitMs = 10 * 60'000;
constexpr TimeMs kGiveUpMs = 7 * 86'400'000ull;    // then only when asked for
constexpr std::chrono::milliseconds kProveTimeout{5000};

LeafProofs ReadProofs(const v1::ProveReply& reply) {
  LeafProofs proofs{reply.checkpoint(), {}};
  for (const v1::ProvenEntry& entry : reply.entries()) {
    ReceiptLeaf leaf{ToBytes(AsBytes(entry.entry())), {}};
    for (const std::string& hash : entry.proof()) {
      // One of another length makes the proof one that leads nowhere.
      leaf.proof.push_back(hash.size() == TreeHash::kSize ? TreeHash(AsBytes(hash).first<32>())
                                                          : TreeHash());
    }
    proofs.leaves.push_back(std::move(leaf));
  }
  return proofs;
}

}  // namespace

ReceiptKeeper::ReceiptKeeper(RocksdbStore& store, Coordinators& coordinators, Answering& answering,
                             RosterBoard& board, const Clock& clock, Random& random)
    : store_(store), coordinators_(coordinators), answering_(answering), board_(board),
      clock_(clock), random_(random) {
  const TimeMs now = clock_.NowMs();
  const absl::Status read = store_.ForEachReceipt([&](const RocksdbStore::ReceiptRow& row) {
    if (row.asked_ms + kGiveUpMs < now) return false;
    if (row.state != ReceiptState::kComplete && !row.nothing_came) Schedule(row, kFirstWaitMs);
    return true;
  });
  if (!read.ok()) Log(LogLevel::kAlarm, "receipts_unreadable", {{LogField::kError, read}});
  thread_ = std::thread([this] { Run(); });
}

ReceiptKeeper::~ReceiptKeeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

RocksdbStore::NewQuestion ReceiptKeeper::Begin(const Requester& requester, const AskPlan& plan,
                                               const AskedFor& asked_for) const {
  const Receipt receipt = ReceiptOf(requester);
  RocksdbStore::ReceiptRow row{clock_.NowMs(),
                               receipt.frame.hash(),
                               receipt.state,
                               requester.statement().purpose,
                               static_cast<uint32_t>(requester.roster().agencies.size()),
                               0,
                               asked_for,
                               true};
  return {std::move(row), receipt.Serialize(), EncodeOpening(requester.question(), plan),
          std::nullopt};
}

ReceiptState ReceiptKeeper::Keep(const Requester& requester, RocksdbStore::ReceiptRow row) {
  Receipt receipt = ReceiptOf(requester);
  // One relay's leaf may have come while the other was asked.
  if (answering_.IsDisputed(receipt.frame.hash())) receipt.state = ReceiptState::kDisputed;
  row.state = receipt.state;
  row.answered = static_cast<uint32_t>(requester.AnsweredCount());
  row.nothing_came = false;
  store_.WriteReceipt(row, receipt.Serialize());
  Schedule(std::move(row), requester.roster().parameters.checkpoint_ms + kFirstWaitMs);
  return receipt.state;
}

void ReceiptKeeper::Schedule(RocksdbStore::ReceiptRow row, uint64_t wait_ms) {
  {
    const std::lock_guard lock(mutex_);
    if (due_.size() >= kDueMax) return;
    due_.emplace(clock_.NowMs() + wait_ms + random_.Below(wait_ms), Due{std::move(row), wait_ms});
  }
  wake_.notify_all();
}

void ReceiptKeeper::Run() {
  while (true) {
    std::optional<Due> next;
    {
      std::unique_lock lock(mutex_);
      const TimeMs now = clock_.NowMs();
      const TimeMs until = due_.empty() ? now + kLongestWaitMs : due_.begin()->first;
      if (!stopping_ && until > now) {
        wake_.wait_for(lock, std::chrono::milliseconds(until - now));
      }
      if (stopping_) return;
      if (!due_.empty() && due_.begin()->first <= clock_.NowMs()) {
        next = std::move(due_.begin()->second);
        due_.erase(due_.begin());
      }
    }
    if (!next) continue;
    const absl::StatusOr<bool> settled = Complete(next->row);
    if (!settled.ok()) {
      Log(LogLevel::kAlarm, "receipt_unreadable", {{LogField::kError, settled.status()}});
    } else if (!*settled && next->row.asked_ms + kGiveUpMs > clock_.NowMs()) {
      Schedule(next->row, std::min(2 * next->wait_ms, kLongestWaitMs));
    }
  }
}

absl::StatusOr<std::vector<Roster>> ReceiptKeeper::RostersFor(const Receipt& receipt) const {
  std::vector<Roster> rosters = {*board_.Read().roster};
  const uint64_t version = receipt.frame.header().roster_version;
  if (rosters[0].version == version) return rosters;
  absl::StatusOr<std::optional<Roster>> asked_under = store_.ReadRoster(version);
  if (!asked_under.ok()) return asked_under.status();
  if (asked_under->has_value()) rosters.push_back(**std::move(asked_under));
  return rosters;
}

absl::StatusOr<bool> ReceiptKeeper::Complete(RocksdbStore::ReceiptRow row) {
  // Nothing can be proven of it; and while it is asked, Keep alone may write.
  if (row.nothing_came) return true;
  const std::lock_guard lock(completing_);
  const absl::StatusOr<std::optional<std::string>> text = store_.ReadReceipt(row.frame_hash);
  if (!text.ok()) return text.status();
  if (!text->has_value()) return absl::DataLossError("store: a receipt is missing");
  absl::StatusOr<Receipt> receipt = Receipt::Parse(**text);
  if (!receipt.ok()) return absl::DataLossError("store: a receipt is damaged");
  const absl::StatusOr<std::vector<Roster>> rosters = RostersFor(*receipt);
  if (!rosters.ok()) return rosters.status();
  const ReceiptState before = receipt->state;
  if (answering_.IsDisputed(row.frame_hash)) receipt->state = ReceiptState::kDisputed;
  bool changed = receipt->state != before;
  for (const ProofWanted& wanted : WantedFor(*receipt, *rosters)) {
    changed = Fetch(*receipt, wanted, *rosters) || changed;
  }
  if (changed) {
    row.state = receipt->state;
    store_.WriteReceipt(row, receipt->Serialize());
  }
  return WantedFor(*receipt, *rosters).empty();
}

bool ReceiptKeeper::Fetch(Receipt& receipt, const ProofWanted& wanted,
                          const std::vector<Roster>& rosters) {
  const RosterCoordinator* coordinator = rosters[0].FindCoordinator(wanted.relay);
  if (coordinator == nullptr) return false;   // it is no coordinator any more
  v1::ProveCall call;
  for (const uint64_t index : wanted.indexes) call.add_indexes(index);
  grpc::ClientContext context;
  context.set_deadline(DeadlineIn(kProveTimeout));
  v1::ProveReply reply;
  const grpc::Status status =
      coordinators_.StubFor(*coordinator)->Prove(&context, call, &reply);
  if (!status.ok()) return false;             // not covered yet, or not there: later
  if (!coordinators_.IsStill(*coordinator, context)) return false;
  const LeafProofs proofs = ReadProofs(reply);
  const ReceiptState before = receipt.state;
  const absl::Status taken = TakeProofs(receipt, wanted, proofs, rosters);
  // Also when the leaf came while this node was away from that relay, and could not be compared then.
  if (taken.ok() && receipt.state == ReceiptState::kDisputed && before != receipt.state) {
    answering_.RaiseAlarm({wanted.relay, AlarmKind::kAnsweredDiffers, wanted.indexes.back(),
                           {proofs.checkpoint, ToHex(proofs.leaves.back().entry) + "\n"},
                           receipt.frame.hash()});
  }
  if (!taken.ok()) {
    Log(LogLevel::kAlarm, "proofs_not_taken",
        {{LogField::kCoordinator, wanted.relay}, {LogField::kError, taken}});
  }
  return taken.ok();
}

absl::StatusOr<RocksdbStore::ReceiptRow> ReceiptKeeper::Find(std::string_view number) const {
  std::optional<RocksdbStore::ReceiptRow> found;
  const absl::Status read = store_.ForEachReceipt([&](const RocksdbStore::ReceiptRow& row) {
    if (ReceiptNumber(row.frame_hash) == number) found = row;
    return !found;
  });
  if (!read.ok()) return read;
  if (found) return *found;
  return NoSuch();
}

absl::Status ReceiptKeeper::NoSuch() {
  return absl::InvalidArgumentError("number: is not that of a question asked here; look it up with "
                                    "whoelse receipt list");
}

absl::StatusOr<Receipt> ReceiptKeeper::Read(const RocksdbStore::ReceiptRow& row,
                                            bool with_opening) {
  if (row.state != ReceiptState::kComplete) {
    if (const auto settled = Complete(row); !settled.ok()) return settled.status();
  }
  const absl::StatusOr<std::optional<std::string>> text = store_.ReadReceipt(row.frame_hash);
  if (!text.ok()) return text.status();
  if (!text->has_value()) return absl::DataLossError("store: a receipt is missing");
  absl::StatusOr<Receipt> receipt = Receipt::Parse(**text);
  if (!receipt.ok()) return absl::DataLossError("store: a receipt is damaged");
  if (!with_opening) return receipt;
  const absl::StatusOr<std::optional<WipedBytes>> opening = store_.ReadOpening(row.frame_hash);
  if (!opening.ok()) return opening.status();
  if (!opening->has_value()) return absl::DataLossError("store: an opening is missing");
  absl::StatusOr<ReceiptOpening> opened = OpeningFrom(**opening);
  if (!opened.ok()) return opened.status();
  receipt->opening = *std::move(opened);
  return receipt;
}

}  // namespace whoelse
