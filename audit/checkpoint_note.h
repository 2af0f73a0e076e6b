// The note of a checkpoint where it stands in a file of ours.
#ifndef WHOELSE_AUDIT_CHECKPOINT_NOTE_H_
#define WHOELSE_AUDIT_CHECKPOINT_NOTE_H_

#include <optional>

#include "audit/line_reader.h"
#include "protocol/note.h"

namespace whoelse {

// From its first line to its last signature line. After a failure, which may be the note's or the
// checkpoint's in it, nullopt. No signature is checked here.
std::optional<Note> ReadCheckpointNote(LineReader& in);

}  // namespace whoelse

#endif  // WHOELSE_AUDIT_CHECKPOINT_NOTE_H_
