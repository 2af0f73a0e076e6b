// Where a coordinator's rosters come from and which one rules: the operator's file, what was stored,
// what waits. On the loop's thread.
#ifndef WHOELSE_COORDINATOR_ROSTER_DESK_H_
#define WHOELSE_COORDINATOR_ROSTER_DESK_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "coordinator/log_writer.h"
#include "protocol/roster_keeper.h"

namespace whoelse {

class RosterDesk {
 public:
  RosterDesk(TrustAnchor trust, CoordinatorId self, std::string path)
      : keeper_(std::move(trust), kOwnLog), self_(self), path_(std::move(path)) {}

  // Takes up what was stored; empty: nothing yet. DATA_LOSS.
  absl::Status Restore(ByteView stored, TimeMs now);

  // What has to be done after a change.
  struct Change {
    RosterSubmission submission;      // to store, with the leaf when a roster was accepted
    std::optional<Bytes> accepted;    // to push to all nodes
    bool ruling = false;              // another roster rules
  };
  // Looks at the file when it changed since the last look, or always when `force`. A roster that is
  // refused is an event in the operator's log, and nothing else.
  std::optional<Change> Poll(TimeMs now, bool force);
  // Lets a waiting roster rule when its time has come.
  std::optional<Change> Tick(TimeMs now);

  const std::shared_ptr<const Roster>& ruling() const { return ruling_; }
  Bytes RulingBytes() const;   // GetRoster layout
  Bytes NextBytes() const;     // empty: none
  // Every key that may connect under the ruling roster.
  std::vector<TlsPin> Pins() const;

 private:
  static constexpr size_t kOwnLog = 1;
  struct FileFacts {
    int64_t seconds = 0, nanoseconds = 0;
    uint64_t inode = 0, size = 0;
    bool operator==(const FileFacts&) const = default;
  };
  std::optional<Change> Offer(const Bytes& file, TimeMs now);
  Change Changed(bool ruling);
  bool FileChanged();

  RosterKeeper keeper_;
  const CoordinatorId self_;
  const std::string path_;
  FileFacts seen_;
  std::shared_ptr<const Roster> ruling_;
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_ROSTER_DESK_H_
