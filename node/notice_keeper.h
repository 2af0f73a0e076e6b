// Repeats this agency's shield notices at a constant rate (node/notice_repeats.h). On a thread of its
// own.
#ifndef WHOELSE_NODE_NOTICE_KEEPER_H_
#define WHOELSE_NODE_NOTICE_KEEPER_H_

#include <optional>
#include <thread>
#include <vector>

#include "node/asker.h"
#include "node/notice_repeats.h"
#include "node/registry.h"
#include "node/roster_board.h"
#include "rpc/clock.h"
#include "rpc/pause.h"

namespace whoelse {

class NoticeKeeper {
 public:
  // `key`: of this node, and no other's.
  NoticeKeeper(AgencyId agency, const Secret<32>& key, RocksdbStore& store, Registry& registry,
               QuestionAsker& asker, RosterBoard& board, const Clock& clock);
  ~NoticeKeeper();

 private:
  void Run();
  // The rate and the next moment, by the notices that stand now.
  absl::StatusOr<uint32_t> Rate() const;
  void SendOne();
  // The notice to repeat now. Those whose shield does not stand here any more end on the way.
  absl::StatusOr<std::optional<SentNotice>> Next(TimeMs now) const;

  const AgencyId agency_;
  const Secret<32>& key_;
  RocksdbStore& store_;
  Registry& registry_;
  QuestionAsker& asker_;
  RosterBoard& board_;
  const Clock& clock_;
  Pause pause_;
  std::thread thread_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_NOTICE_KEEPER_H_
