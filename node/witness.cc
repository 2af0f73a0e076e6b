#include "node/witness.h"

#include <algorithm>

#include "audit/checkpoint.h"
#include "protocol/limits.h"

namespace whoelse {
namespace {

constexpr std::string_view kMagic = "whoelse witness pins 1\n";
constexpr size_t kPinsMax = 1024;   // logs; a federation has a handful, and old ones stay

}  // namespace

bool Witness::NamedBy(const Roster& roster) const {
  return std::ranges::any_of(roster.witnesses, [&](const RosterWitness& witness) {
    return witness.name == name_ && witness.key.key == key_.verify_key();
  });
}

std::optional<Witness::Cosigned> Witness::Cosign(const LogWatch::Memory& verified, TimeS now) {
  const absl::StatusOr<Note> note = Note::Parse(verified.checkpoint);
  if (!note.ok()) return std::nullopt;
  const absl::StatusOr<Checkpoint> checkpoint = Checkpoint::Parse(note->text);
  if (!checkpoint.ok()) return std::nullopt;
  const auto pin = pins_.find(checkpoint->origin);
  if (pin != pins_.end()) {
    const Frontier& pinned = pin->second.frontier;
    // Two roots at one size are two histories: with both cosigned, each of two auditors has a quorum.
    if (checkpoint->size < pinned.size()) return std::nullopt;
    if (checkpoint->size == pinned.size() && checkpoint->root != pinned.Root()) return std::nullopt;
  } else if (pins_.size() >= kPinsMax) {
    return std::nullopt;
  }
  pins_.insert_or_assign(checkpoint->origin, verified);
  const Note line{note->text, {whoelse::Cosign(*checkpoint, now, name_, key_)}};
  return Cosigned{checkpoint->size, line.Serialize().substr(note->text.size() + 1)};
}

Bytes Witness::SerializePins(const Pins& pins) {
  Writer out;
  out.Raw(AsBytes(kMagic)).U32(static_cast<uint32_t>(pins.size()));
  for (const auto& [origin, memory] : pins) {
    const Bytes bytes = memory.Serialize();
    out.U16(static_cast<uint16_t>(origin.size())).Raw(AsBytes(origin));
    out.U32(static_cast<uint32_t>(bytes.size())).Raw(bytes);
  }
  return out.Take();
}

absl::StatusOr<Witness::Pins> Witness::ParsePins(ByteView bytes) {
  const absl::Status damaged = absl::DataLossError("not a file of pins, or damaged");
  Reader in(bytes);
  if (AsText(in.Raw(kMagic.size())) != kMagic) return damaged;
  Pins pins;
  for (uint32_t left = in.U32(); left > 0 && in.ok(); --left) {
    const std::string origin = ToString(in.Raw(in.U16()));
    absl::StatusOr<LogWatch::Memory> memory = LogWatch::Memory::Parse(in.Raw(in.U32()));
    const bool in_order = pins.empty() || pins.rbegin()->first < origin;
    if (!memory.ok() || !in_order) return damaged;
    pins.emplace_hint(pins.end(), origin, *std::move(memory));
  }
  if (!in.Done()) return damaged;
  return pins;
}

}  // namespace whoelse
