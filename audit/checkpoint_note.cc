#include "audit/checkpoint_note.h"

#include <string>
#include <utility>

#include "audit/checkpoint.h"

namespace whoelse {
namespace {

constexpr size_t kLines = 4;                                   // with the empty one
constexpr std::string_view kSignatureLine = "\xE2\x80\x94 ";   // U+2014, space

}  // namespace

std::optional<Note> ReadCheckpointNote(LineReader& in) {
  const std::string_view block = in.Block(kLines, kSignatureLine);
  absl::StatusOr<Note> note = Note::Parse(block);
  in.Check(note.ok(), block, std::string(note.status().message()));
  if (!note.ok()) return std::nullopt;
  const absl::Status checkpoint = Checkpoint::Parse(note->text).status();
  in.Check(checkpoint.ok(), block, std::string(checkpoint.message()));
  return in.ok() ? std::optional(*std::move(note)) : std::nullopt;
}

}  // namespace whoelse
