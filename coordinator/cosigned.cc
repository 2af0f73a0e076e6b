#include "coordinator/cosigned.h"

#include <algorithm>
#include <utility>

#include "audit/checkpoint.h"

namespace whoelse {
namespace {

// A minute's worth at the usual pace: a witness that is slower than that is not waited for.
constexpr size_t kWaitingMax = 64;

// The line as a signature of a note with this text.
std::optional<NoteSignature> ParseLine(const std::string& text, std::string_view line) {
  auto note = Note::Parse(text + "\n" + std::string(line));
  if (!note.ok() || note->signatures.size() != 1 || note->text != text) return std::nullopt;
  return std::move(note->signatures.front());
}

bool SameKey(const NoteVerifier& verifier, const NoteSignature& line) {
  return verifier.name == line.name && verifier.key_id == line.key_id;
}

}  // namespace

bool CosignedCheckpoints::SetWitnesses(std::vector<NoteVerifier> witnesses, uint32_t quorum) {
  witnesses_ = std::move(witnesses);
  quorum_ = quorum;
  for (size_t place = waiting_.size(); place-- > 0;) {
    if (!HasQuorum(waiting_[place])) continue;
    Publish(place);
    return true;
  }
  return false;
}

bool CosignedCheckpoints::HasQuorum(const CosignedCheckpoint& checkpoint) const {
  // A federation without witnesses has the log's word and nothing else.
  if (witnesses_.empty()) return true;
  // Only lines that verified were kept, so that counting names is enough.
  const auto cosigned = [&](const NoteVerifier& witness) {
    const auto& lines = checkpoint.note.signatures;
    return std::any_of(lines.begin(), lines.end(),
                       [&](const NoteSignature& line) { return SameKey(witness, line); });
  };
  return std::count_if(witnesses_.begin(), witnesses_.end(), cosigned) >= quorum_;
}

bool CosignedCheckpoints::OnSigned(CosignedCheckpoint checkpoint) {
  waiting_.push_back(std::move(checkpoint));
  if (waiting_.size() > kWaitingMax) waiting_.pop_front();
  if (HasQuorum(waiting_.back())) {
    Publish(waiting_.size() - 1);
    return true;
  }
  return !published_;
}

CosignedCheckpoints::Taken CosignedCheckpoints::Take(uint64_t size, std::string_view line) {
  const bool again = published_ && published_->size == size;
  const auto waiting = std::find_if(waiting_.begin(), waiting_.end(),
                                    [size](const auto& one) { return one.size == size; });
  if (!again && waiting == waiting_.end()) return Taken::kIgnored;
  CosignedCheckpoint& mine = again ? *published_ : *waiting;
  auto parsed = ParseLine(mine.note.text, line);
  if (!parsed) return Taken::kBad;
  const auto known = [&](const NoteVerifier& verifier) { return SameKey(verifier, *parsed); };
  const auto of_roster = std::find_if(witnesses_.begin(), witnesses_.end(), known);
  const auto of_outside = std::find_if(outside_.begin(), outside_.end(), known);
  if (of_roster == witnesses_.end() && of_outside == outside_.end()) return Taken::kIgnored;
  const NoteVerifier& witness = of_roster != witnesses_.end() ? *of_roster : *of_outside;
  for (const NoteSignature& there : mine.note.signatures) {
    if (SameKey(witness, there)) return Taken::kIgnored;
  }
  // Were a line kept that does not verify, it would make the whole note void for every reader.
  const Note alone{mine.note.text, {*parsed}};
  const auto good = VerifyCosignatures(alone, {witness});
  if (!good.ok() || good->empty()) return Taken::kBad;
  mine.note.signatures.push_back(*std::move(parsed));
  if (again) return Taken::kPublished;
  const auto place = static_cast<size_t>(waiting - waiting_.begin());
  if (!HasQuorum(mine)) {
    // Until there is one with a quorum, the newest signed is what is shown.
    return !published_ && place + 1 == waiting_.size() ? Taken::kPublished : Taken::kKept;
  }
  Publish(place);
  return Taken::kPublished;
}

void CosignedCheckpoints::Publish(size_t place) {
  published_ = std::move(waiting_[place]);
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<ptrdiff_t>(place) + 1);
}

const CosignedCheckpoint* CosignedCheckpoints::Published() const {
  if (published_) return &*published_;
  return waiting_.empty() ? nullptr : &waiting_.back();
}

const CosignedCheckpoint* CosignedCheckpoints::Covering(uint64_t size) const {
  if (published_ && published_->size >= size) return &*published_;
  if (waiting_.empty() || waiting_.back().size < size) return nullptr;
  return &waiting_.back();
}

}  // namespace whoelse
