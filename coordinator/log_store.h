// Opening a log that was written before: nothing is served or signed until the store, and the
// second place of the last checkpoint, say one and the same thing.
#ifndef WHOELSE_COORDINATOR_LOG_STORE_H_
#define WHOELSE_COORDINATOR_LOG_STORE_H_

#include "absl/status/status.h"
#include "coordinator/checkpoint_mirror.h"
#include "coordinator/rocksdb_state.h"
#include "coordinator/cosigned.h"
#include "protocol/note.h"

namespace whoelse {

// DATA_LOSS, with what to do, when the store contradicts itself (CheckStoredLog over its newest
// entries), ends before or contradicts the checkpoint in either place, the one that a quorum
// cosigned, or one that was shown to this coordinator (KeepIfContradicted), or when the second place
// lost its checkpoint or holds one that is not of this log. Where only the write to the store was
// lost, the store takes the second place's.
absl::Status CheckLogStore(RocksDbState& state, const CheckpointMirror& mirror,
                           const NoteVerifier& log_key);

// For an error that says that this log is not what it was: with what to do about it. Others as they
// are.
absl::Status WithRecovery(const absl::Status& status);

// The newest checkpoint that has a quorum; nullopt: none yet. DATA_LOSS.
absl::StatusOr<std::optional<CosignedCheckpoint>> StoredCosigned(const RocksDbState& state);

// A checkpoint that a node or witness shows. DATA_LOSS, with what to do, when it is signed by this
// log's key and the store ends before it or contradicts it; it is then kept in the second place, so
// that no later start signs either. OK for one that is not this log's: anybody can make such.
absl::Status KeepIfContradicted(const RocksDbState& state, CheckpointMirror& mirror,
                                const NoteVerifier& log_key, std::string_view note);

// Closes every question that was open when this coordinator stopped. Errors of PlanPool and Commit.
absl::Status CloseOrphans(RocksDbState& state, TimeMs now);

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_LOG_STORE_H_
