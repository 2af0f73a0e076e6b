// The receipts of the questions asked here: begun before they leave, stored with what came,
// completed in the background as the logs come to cover their leaves, handed out at the door.
// docs/operating/receipts.md.
#ifndef WHOELSE_NODE_RECEIPT_KEEPER_H_
#define WHOELSE_NODE_RECEIPT_KEEPER_H_

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "node/answering.h"
#include "node/asking.h"
#include "node/coordinators.h"
#include "node/receipting.h"
#include "node/rocksdb_store.h"
#include "node/roster_board.h"
#include "rpc/clock.h"

namespace whoelse {

class ReceiptKeeper {
 public:
  // Takes up the receipts to which a run before this one left something to be proven.
  ReceiptKeeper(RocksdbStore& store, Coordinators& coordinators, Answering& answering,
                RosterBoard& board, const Clock& clock, Random& random);
  ~ReceiptKeeper();

  // What is kept of a question before it leaves: the receipt of one to which nothing came.
  RocksdbStore::NewQuestion Begin(const Requester& requester, const AskPlan& plan,
                                  const AskedFor& asked_for) const;
  // Stores what came, in the place of what was begun with this row, when the collection has ended; and
  // goes for its proofs.
  ReceiptState Keep(const Requester& requester, RocksdbStore::ReceiptRow row);

  // INVALID_ARGUMENT: of no question that was asked here. NoSuch: the same, of one that is not there
  // for who looks.
  static absl::Status NoSuch();
  absl::StatusOr<RocksdbStore::ReceiptRow> Find(std::string_view number) const;
  // The receipt, after one more try to complete it when it is not COMPLETE. With the opening when asked
  // for in so many words. DATA_LOSS.
  absl::StatusOr<Receipt> Read(const RocksdbStore::ReceiptRow& row, bool with_opening);
  // The rosters that this node has to check it by: the question's, as far as it ruled here, and the
  // one that rules.
  absl::StatusOr<std::vector<Roster>> RostersFor(const Receipt& receipt) const;

 private:
  struct Due {
    RocksdbStore::ReceiptRow row;
    uint64_t wait_ms;
  };
  void Run();
  void Schedule(RocksdbStore::ReceiptRow row, uint64_t wait_ms);
  // Fetches what is wanted; stores what came. True when nothing more is wanted.
  absl::StatusOr<bool> Complete(RocksdbStore::ReceiptRow row);
  bool Fetch(Receipt& receipt, const ProofWanted& wanted, const std::vector<Roster>& rosters);

  RocksdbStore& store_;
  Coordinators& coordinators_;
  Answering& answering_;
  RosterBoard& board_;
  const Clock& clock_;
  Random& random_;
  std::mutex completing_;   // one at a time: two would write over each other's proofs
  std::mutex mutex_;
  std::condition_variable wake_;
  std::multimap<TimeMs, Due> due_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_RECEIPT_KEEPER_H_
