// What witnesses say about this log's checkpoints, collected until a quorum of the roster's has said
// it. Pure. C2SP tlog-cosignature; protocol.md section 6, "The log, watched".
#ifndef WHOELSE_COORDINATOR_COSIGNED_H_
#define WHOELSE_COORDINATOR_COSIGNED_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/note.h"

namespace whoelse {

// A signed checkpoint with the cosignatures that have come.
struct CosignedCheckpoint {
  uint64_t size = 0;
  Note note;
};

class CosignedCheckpoints {
 public:
  // `outside`: witnesses of the operator's choice, whose lines are kept and shown but count towards
  // no quorum.
  explicit CosignedCheckpoints(std::vector<NoteVerifier> outside = {})
      : outside_(std::move(outside)) {}

  // The witnesses of the roster that rules, and how many of them are enough. What had a quorum under
  // an earlier roster keeps it; one that waited may have it now. True when Published() changed.
  bool SetWitnesses(std::vector<NoteVerifier> witnesses, uint32_t quorum);
  // What had a quorum before this process began.
  void Restore(CosignedCheckpoint published) { published_ = std::move(published); }

  // A new one, larger than those before. True when Published() changed.
  bool OnSigned(CosignedCheckpoint checkpoint);

  enum class Taken {
    kIgnored,     // nobody whom we know, a checkpoint that is not waited for, or the same again
    kKept,
    kPublished,   // kept, and Published() changed
    kBad          // no signature line, or not good although its key is known
  };
  // One signature line with its LF, over the checkpoint of this size. Costs at most one signature's
  // verification, and none for a line of somebody unknown or for one that is there.
  Taken Take(uint64_t size, std::string_view line);

  // What the log shows to the world: the newest with a quorum; until there has been one, the newest
  // signed (readers see that cosignatures are missing). nullptr: nothing is signed yet.
  const CosignedCheckpoint* Published() const;
  bool HasPublishedQuorum() const { return published_.has_value(); }
  // What proofs about indexes below `size` rest on: the published one if it covers them, else the
  // newest signed; nullptr when that does not cover them either.
  const CosignedCheckpoint* Covering(uint64_t size) const;

 private:
  bool HasQuorum(const CosignedCheckpoint& checkpoint) const;
  void Publish(size_t place);   // in waiting_

  const std::vector<NoteVerifier> outside_;
  std::vector<NoteVerifier> witnesses_;
  uint32_t quorum_ = 0;
  std::deque<CosignedCheckpoint> waiting_;        // newer than published_, ascending
  std::optional<CosignedCheckpoint> published_;   // the newest with a quorum
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_COSIGNED_H_
