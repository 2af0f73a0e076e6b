// The receipts and answers of the questions asked here, for who may read them
// (node/answer_access.h).
#ifndef WHOELSE_NODE_RECEIPT_DESK_H_
#define WHOELSE_NODE_RECEIPT_DESK_H_

#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "nlohmann/json_fwd.hpp"
#include "node/answer_access.h"
#include "node/asker.h"
#include "node/config.h"
#include "node/inbox_keeper.h"
#include "node/opening.h"
#include "node/reading.h"
#include "node/receipt_keeper.h"
#include "node/registry.h"
#include "node/roster_board.h"
#include "rpc/clock.h"

namespace whoelse {

class ReceiptDesk {
 public:
  struct Parts {
    const NodeConfig& config;
    RocksdbStore& store;
    const Registry& registry;
    ReceiptKeeper& receipts;
    InboxKeeper& inbox;
    const QuestionAsker& asker;
    const RosterBoard& board;
    const Clock& clock;
  };
  explicit ReceiptDesk(Parts parts) : parts_(parts) {}

  // Every call: INVALID_ARGUMENT "field: reason; remedy", the same for what is not there and what
  // this user may not read; DATA_LOSS from the store.

  // Those that this user may read, newest first.
  absl::StatusOr<nlohmann::ordered_json> List(const std::string& user, size_t limit) const;
  absl::StatusOr<nlohmann::ordered_json> Show(const std::string& user,
                                              const std::string& number) const;
  // A lead officer's wish to give the opening of somebody else's question to an auditor; its item.
  absl::StatusOr<nlohmann::ordered_json> ProposeOpening(const Actor& actor,
                                                        const std::string& number,
                                                        const std::string& reason);
  // As a file. With the opening for whom two lead officers gave it only (node/give_opening.h): it
  // names the child and opens every answer.
  absl::StatusOr<std::string> Export(const std::string& user, const std::string& number,
                                     bool with_opening) const;
  // The page that the asker got. `does_not_know_them`: ticked by whom it was handed to.
  absl::StatusOr<nlohmann::ordered_json> Answer(const std::string& user,
                                                const std::string& number,
                                                bool does_not_know_them) const;
  absl::StatusOr<nlohmann::ordered_json> HandOverTo(const std::string& user,
                                                    const std::string& number,
                                                    const std::string& to,
                                                    const std::string& reason);

  // A question of this user's own, by its receipt's number, and what it asked.
  struct Own {
    RocksdbStore::ReceiptRow row;
    AskedBefore asked;
  };
  absl::StatusOr<Own> FindOwn(const std::string& user, const std::string& number) const;
  // What was asked, and what came of every agency by the roster of then. For the node's own use.
  absl::StatusOr<AskedBefore> AskedIn(const FrameHash& hash) const;
  struct KeptAnswer {
    Receipt receipt;
    Roster roster;
    std::vector<std::pair<AgencyId, Reading>> readings;
  };
  absl::StatusOr<KeptAnswer> ReadingsIn(const RocksdbStore::ReceiptRow& row) const;

 private:
  struct Found {
    RocksdbStore::ReceiptRow row;
    std::vector<HandOver> hand_overs;
    AnswerReader reader;
    Access access;
  };
  Actor ActorOf(const std::string& user) const;
  absl::Status CheckOpeningGiven(const Actor& actor, const FrameHash& hash) const;
  // Who reads this question: of another organisation's, a lead officer is nobody special.
  static AnswerReader ReaderOf(const Actor& actor, const RocksdbStore::ReceiptRow& row);
  void NoteReading(const std::string& user, const RocksdbStore::ReceiptRow& row, Deed deed) const;
  // With `least` at the least.
  absl::StatusOr<Found> Find(const Actor& actor, const std::string& number, Access least) const;
  absl::StatusOr<std::vector<HandOver>> HandOversOf(const FrameHash& hash) const;
  nlohmann::ordered_json AgainOf(const FrameHash& hash) const;
  absl::StatusOr<bool> IsFamilyOf(const OwnDetails& own, const FrameHash& hash) const;

  const Parts parts_;
  std::mutex handing_over_;   // one hand-over at a time: two would write over each other
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_RECEIPT_DESK_H_
