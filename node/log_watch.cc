#include "node/log_watch.h"

#include <algorithm>

#include "protocol/limits.h"

namespace whoelse {
namespace {

// Longer than what this log signs, which is a few lines.
constexpr size_t kEvidencePieceMax = 16 << 10;

// What counts of a note that the log may have signed: lines of nobody known could make it so long that
// it is cut, and proves nothing any more.
std::string WithoutStrangers(std::string_view piece, const NoteVerifier& log_key) {
  absl::StatusOr<Note> note = Note::Parse(piece);
  if (note.ok()) {
    std::vector<NoteSignature> own;
    for (NoteSignature& signature : note->signatures) {
      if (signature.key_id == log_key.key_id && signature.name == log_key.name) {
        own.push_back(std::move(signature));
      }
    }
    if (!own.empty()) {
      note->signatures = std::move(own);
      return note->Serialize().substr(0, kEvidencePieceMax);
    }
  }
  return std::string(piece.substr(0, kEvidencePieceMax));
}

// One of a kind stands for all that one checkpoint brings; a question of our own for itself.
void AddAlarm(std::vector<Alarm>& alarms, Alarm alarm) {
  const auto like = std::ranges::find_if(
      alarms, [&](const Alarm& a) { return a.kind == alarm.kind && !alarm.question; });
  if (like == alarms.end()) {
    alarms.push_back(std::move(alarm));
  } else {
    ++like->repeated;
  }
}

}  // namespace

absl::StatusOr<LogWatch::Memory> LogWatch::Memory::Parse(ByteView bytes) {
  Reader reader(bytes);
  const uint64_t size = reader.U64();
  std::vector<TreeHash> hashes;
  for (size_t n = reader.U8(); n > 0; --n) hashes.push_back(reader.Fixed<TreeHash>());
  std::string checkpoint = ToString(reader.Raw(reader.left()));
  absl::StatusOr<Frontier> frontier = Frontier::Create(size, std::move(hashes));
  if (!reader.ok() || !frontier.ok()) return absl::DataLossError("a watched log is damaged");
  return Memory{std::move(checkpoint), *std::move(frontier)};
}

Bytes LogWatch::Memory::Serialize() const {
  Writer out;
  out.U64(frontier.size()).U8(static_cast<uint8_t>(frontier.hashes().size()));
  for (const TreeHash& hash : frontier.hashes()) out.Raw(hash);
  return out.Raw(AsBytes(checkpoint)).Take();
}

// What was verified last, and what speaks against it.
Alarm LogWatch::Raise(AlarmKind kind, uint64_t index, std::string_view against) const {
  Alarm alarm{coordinator_, kind, index, {}};
  for (std::string_view piece : {std::string_view(memory_.checkpoint), against}) {
    if (!piece.empty()) alarm.evidence.push_back(WithoutStrangers(piece, log_key_));
  }
  return alarm;
}

// An alarm about the tree: the stream has nothing more to give.
Alarm LogWatch::Break(AlarmKind kind, uint64_t index, std::string_view against) {
  stream_ = Stream::kBroken;
  return Raise(kind, index, against);
}

Alarm LogWatch::Dispute(const AnsweredWatch::Differs& differs) const {
  Alarm alarm = Raise(AlarmKind::kAnsweredDiffers, differs.expected.answered_index,
                      differs.logged ? ToHex(SerializeLogEntry(*differs.logged)) + "\n" : "");
  alarm.question = differs.expected.frame_hash;
  return alarm;
}

void LogWatch::Restore(Memory memory) {
  memory_ = std::move(memory);
  state_.covered = memory_.frontier.size();
  answered_.OnGap(state_.covered);
}

// Takes a checkpoint as the last verified one when the log's key signed it and the frontier has its
// size and root.
absl::Status LogWatch::Adopt(std::string_view text, Frontier frontier) {
  absl::StatusOr<Note> note = Note::Parse(text);
  if (!note.ok()) return note.status();
  absl::StatusOr<Checkpoint> checkpoint = OpenCheckpoint(*note, log_key_);
  if (!checkpoint.ok()) return checkpoint.status();
  if (checkpoint->size != frontier.size() || checkpoint->root != frontier.Root()) {
    return absl::UnauthenticatedError("checkpoint: the leaves do not give its root");
  }
  memory_ = {std::string(text), std::move(frontier)};
  Cover();
  return absl::OkStatus();
}

void LogWatch::Cover() {
  state_.covered = memory_.frontier.size();
  std::erase_if(state_.uncovered,
                [&](const RelayState::Named& named) { return named.index < state_.covered; });
}

std::vector<Alarm> LogWatch::OnAttached(const AttachStatement& statement, TimeMs now) {
  const uint64_t known = known_size();
  stream_ = Stream::kAttached;
  // What it could not push meanwhile is not held against it.
  for (RelayState::Named& named : state_.uncovered) {
    named.since_ms += now - std::min(now, detached_ms_.value_or(now));
  }
  detached_ms_.reset();
  if (!attached_before_) {
    attached_before_ = true;
    state_.attached_size = statement.tree_size;
  }
  state_.stream_size = statement.tree_size;
  if (statement.tree_size < known || (statement.checkpoint.empty() && known > 0)) {
    return {Break(AlarmKind::kLogTruncated, statement.tree_size, statement.checkpoint)};
  }
  // Nobody has signed this size, and what is withheld below it is a gap: the checkpoints of the stream
  // have to come up to it.
  if (statement.tree_size > 0) Name(statement.tree_size - 1, now);
  if (statement.checkpoint.empty()) return {};

  absl::StatusOr<Note> note = Note::Parse(statement.checkpoint);
  absl::StatusOr<Checkpoint> checkpoint =
      note.ok() ? OpenCheckpoint(*note, log_key_) : note.status();
  if (!checkpoint.ok()) {
    return {Break(AlarmKind::kCheckpointInvalid, statement.tree_size, statement.checkpoint)};
  }
  // A statement below the relay's own checkpoint is not its size: it would let old frames pass P6.
  if (checkpoint->size < known || statement.tree_size < checkpoint->size) {
    return {Break(AlarmKind::kLogTruncated, checkpoint->size, statement.checkpoint)};
  }
  // Without the proof a relay could swap its history for another whenever a node is away.
  if (!VerifyConsistency(known, memory_.frontier.Root(), checkpoint->size, checkpoint->root,
                         statement.consistency)
           .ok()) {
    return {Break(AlarmKind::kLogRewritten, checkpoint->size, statement.checkpoint)};
  }
  absl::StatusOr<Frontier> frontier = Frontier::Create(checkpoint->size, statement.frontier);
  if (!frontier.ok() || !Adopt(statement.checkpoint, *std::move(frontier)).ok()) {
    return {Break(AlarmKind::kCheckpointInvalid, checkpoint->size, statement.checkpoint)};
  }
  gap_ += checkpoint->size - known;
  answered_.OnGap(checkpoint->size);
  return CompareUnproven(statement.proven);
}

std::vector<uint64_t> LogWatch::Unproven() const {
  std::vector<uint64_t> indexes;
  for (const auto& [index, expected] : expected_) {
    if (indexes.size() == kUnprovenMax) break;
    indexes.push_back(index);
  }
  return indexes;
}

// Were the frames of a stream let go with it, a relay could forward what it never logs, and cut the
// stream before a checkpoint shows it. An honest one has the leaf on its disk before it forwards.
std::vector<Alarm> LogWatch::CompareUnproven(const std::vector<LoggedLeaf>& proven) {
  std::vector<Alarm> alarms;
  for (const uint64_t index : Unproven()) {
    if (index >= known_size()) break;   // its checkpoint comes on this stream
    const auto frame = expected_.find(index);
    const auto leaf = std::ranges::lower_bound(proven, index, {}, &LoggedLeaf::index);
    const auto entry = leaf != proven.end() && leaf->index == index ? Proven(*leaf) : std::nullopt;
    if (!entry || !IsLeafOf(frame->second, *entry)) {
      AddAlarm(alarms, Unlogged(index, frame->second, entry));
    }
    expected_.erase(frame);
  }
  return alarms;
}

bool LogWatch::IsLeafOf(const Expected& expected, const LogEntry& leaf) {
  const auto* asked = std::get_if<AskedEntry>(&leaf);
  return asked != nullptr && asked->frame_hash == expected.frame_hash &&
         asked->time_ms == expected.time_ms;
}

// The admission, and what is there in place of the frame, if that is known.
Alarm LogWatch::Unlogged(uint64_t index, const Expected& expected,
                         const std::optional<LogEntry>& leaf) const {
  std::string against = ToHex(expected.admission) + "\n";
  if (leaf) against += ToHex(SerializeLogEntry(*leaf)) + "\n";
  return Raise(AlarmKind::kFrameUnlogged, index, against);
}

void LogWatch::OnDetached(TimeMs now) {
  stream_ = Stream::kNone;
  if (!detached_ms_) detached_ms_ = now;
}

// The entry, when it is in the tree that was verified last.
std::optional<LogEntry> LogWatch::Proven(const LoggedLeaf& leaf) const {
  if (!VerifyInclusion(LeafHash(leaf.entry), leaf.index, known_size(), leaf.proof,
                       memory_.frontier.Root())
           .ok()) {
    return std::nullopt;
  }
  auto entry = ParseLogEntry(leaf.entry);
  if (!entry.ok()) return std::nullopt;
  return *std::move(entry);
}

std::optional<LogWatch::RosterLeaf> LogWatch::RosterIn(const AttachStatement& statement) const {
  const auto proven = [this](const std::optional<LoggedLeaf>& leaf) {
    return leaf ? Proven(*leaf) : std::nullopt;
  };
  const std::optional<LogEntry> leaf = proven(statement.roster);
  const auto* roster = leaf ? std::get_if<RosterEntry>(&*leaf) : nullptr;
  if (roster == nullptr) return std::nullopt;
  RosterLeaf found{*roster, std::nullopt};
  const std::optional<LogEntry> after = proven(statement.after_roster);
  if (!after || statement.after_roster->index <= statement.roster->index) return found;
  if (const auto* asked = std::get_if<AskedEntry>(&*after)) found.by_ms = asked->time_ms;
  if (const auto* answered = std::get_if<AnsweredEntry>(&*after)) found.by_ms = answered->time_ms;
  return found;
}

void LogWatch::Name(uint64_t index, TimeMs now) {
  if (!state_.Full()) state_.uncovered.push_back({index, now});
}

std::vector<Alarm> LogWatch::OnTick(TimeMs now) {
  return stream_ == Stream::kAttached ? OnBehind(now) : std::vector<Alarm>();
}

std::vector<Alarm> LogWatch::OnBehind(TimeMs now) {
  const RelayState::Named* behind = state_.Overdue(now);
  if (behind == nullptr && state_.Full()) behind = &state_.uncovered.front();
  if (behind == nullptr || behind_ == behind->index) return {};
  behind_ = behind->index;
  const auto expected = expected_.find(behind->index);
  return {Raise(AlarmKind::kLogBehind, behind->index,
                expected == expected_.end() ? "" : ToHex(expected->second.admission) + "\n")};
}

std::vector<Alarm> LogWatch::OnAdmission(const Admission& admission, TimeMs now) {
  const Bytes bytes = admission.Serialize();
  if (state_.Full()) return OnBehind(now);
  const auto [it, added] = expected_.try_emplace(
      admission.index, Expected{admission.time_ms, admission.frame_hash, bytes});
  // Two frames under one index: one of them cannot be the leaf, whatever the log says later.
  if (!added && (it->second.frame_hash != admission.frame_hash ||
                 it->second.time_ms != admission.time_ms)) {
    return {Raise(AlarmKind::kFrameUnlogged, admission.index,
                  ToHex(it->second.admission) + "\n" + ToHex(bytes) + "\n")};
  }
  if (!added) return {};
  if (admission.index < state_.covered) {
    // Its checkpoint came first: had it been an honest frame, that checkpoint would have followed it.
    expected_.erase(it);
    return {Raise(AlarmKind::kFrameUnlogged, admission.index, ToHex(bytes) + "\n")};
  }
  Name(admission.index, now);
  return {};
}

// A leaf that never comes must not be a way out of the comparison: it has to be covered like a frame.
std::vector<Alarm> LogWatch::OnClosed(const ExpectedAnswered& expected, TimeMs now) {
  if (const auto differs = answered_.OnClosed(expected, state_.covered)) return {Dispute(*differs)};
  if (expected.answered_index >= state_.covered) {
    Name(expected.answered_index, now);
  }
  return {};
}

LogWatch::Covered LogWatch::OnCheckpoint(std::string_view note, const std::vector<Bytes>& entries) {
  Covered covered;
  Frontier frontier = memory_.frontier;
  const uint64_t first = frontier.size();
  for (const Bytes& entry : entries) {
    absl::StatusOr<LogEntry> parsed = ParseLogEntry(entry);
    if (!parsed.ok()) {
      covered.leaves.clear();   // nobody has signed these
      covered.alarms.push_back(Break(AlarmKind::kCheckpointInvalid, frontier.size(), note));
      return covered;
    }
    covered.leaves.push_back({frontier.size(), *std::move(parsed)});
    frontier.Append(LeafHash(entry));
  }
  if (!Adopt(note, std::move(frontier)).ok()) {
    covered.leaves.clear();
    covered.alarms.push_back(Break(AlarmKind::kCheckpointInvalid, first, note));
    return covered;
  }
  covered.alarms = Compare(covered.leaves);
  return covered;
}

// Each frame that came must be the leaf at its index; each Asked leaf of this stream's time must
// have come as a frame; each Answered leaf must say what the asker was given.
std::vector<Alarm> LogWatch::Compare(const std::vector<Leaf>& leaves) {
  std::vector<Alarm> alarms;
  for (const Leaf& leaf : leaves) {
    if (const auto differs = answered_.OnLeaf(leaf.index, leaf.entry)) {
      AddAlarm(alarms, Dispute(*differs));
    }
    const auto* asked = std::get_if<AskedEntry>(&leaf.entry);
    const auto frame = expected_.find(leaf.index);
    if (frame != expected_.end()) {
      if (!IsLeafOf(frame->second, leaf.entry)) {
        AddAlarm(alarms, Unlogged(leaf.index, frame->second, leaf.entry));
      }
      expected_.erase(frame);
    } else if (asked != nullptr && leaf.index >= state_.stream_size) {
      AddAlarm(alarms, Raise(AlarmKind::kFrameWithheld, leaf.index,
                             ToHex(SerializeLogEntry(leaf.entry)) + "\n"));
    }
  }
  return alarms;
}

}  // namespace whoelse
