#include "coordinator/roster_desk.h"

#include <sys/stat.h>

#include <utility>

#include "protocol/limits.h"
#include "rpc/log.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

constexpr size_t kRosterFileMax = kRosterNoteMax + (size_t{8} << 20);   // consents beside the note

}  // namespace

absl::Status RosterDesk::Restore(ByteView stored, TimeMs now) {
  if (stored.empty()) return absl::OkStatus();
  auto state = RosterKeeper::State::Parse(stored);
  if (!state.ok()) return state.status();
  absl::Status status = keeper_.Restore(*std::move(state), now);
  ruling_ = keeper_.ruling();
  return status;
}

bool RosterDesk::FileChanged() {
  struct stat facts{};
  if (stat(path_.c_str(), &facts) != 0) return false;
  const FileFacts now{facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec,
                      static_cast<uint64_t>(facts.st_ino), static_cast<uint64_t>(facts.st_size)};
  return std::exchange(seen_, now) != now;
}

std::optional<RosterDesk::Change> RosterDesk::Poll(TimeMs now, bool force) {
  if (!FileChanged() && !force) return std::nullopt;
  const auto file = ReadWholeFile(path_, kRosterFileMax);
  if (!file.ok()) {
    Log(LogLevel::kWarning, "roster_unreadable", {{LogField::kError, file.status()}});
    return std::nullopt;
  }
  return Offer(*file, now);
}

std::optional<RosterDesk::Change> RosterDesk::Offer(const Bytes& file, TimeMs now) {
  auto offered = SignedRoster::Parse(file);
  absl::Status status = offered.status();
  if (status.ok()) status = keeper_.Offer(*offered, now);
  if (absl::IsAlreadyExists(status)) return std::nullopt;
  if (!status.ok()) {
    Log(LogLevel::kWarning, "roster_refused", {{LogField::kError, status}});
    return std::nullopt;
  }
  const auto text = Note::Parse(offered->note);
  const RosterHash hash = RosterHash(
      std::span<const uint8_t, 32>(Sha256({AsBytes(text->text)}).data(), RosterHash::kSize));
  const uint64_t version = keeper_.Persistent().highest_accepted;
  // Before it is in the log, but stored with its leaf in one batch: neither is there without the
  // other.
  keeper_.OnRosterLeaf(self_, version, hash, now);
  Change change = Changed(keeper_.ruling() != ruling_);
  change.accepted = file;
  change.submission.accepted = StoredRoster{version, file};
  change.submission.hash = hash;
  Log(LogLevel::kInfo, "roster_accepted", {{LogField::kRosterVersion, version}});
  return change;
}

std::optional<RosterDesk::Change> RosterDesk::Tick(TimeMs now) {
  if (!keeper_.Tick(now)) return std::nullopt;
  return Changed(true);
}

RosterDesk::Change RosterDesk::Changed(bool ruling) {
  ruling_ = keeper_.ruling();
  Change change;
  change.submission.state = keeper_.Persistent().Serialize();
  change.ruling = ruling;
  if (ruling) {
    Log(LogLevel::kInfo, "roster_rules", {{LogField::kRosterVersion, ruling_->version}});
  }
  return change;
}

Bytes RosterDesk::RulingBytes() const {
  return keeper_.held() ? keeper_.held()->Serialize() : Bytes();
}
Bytes RosterDesk::NextBytes() const {
  return keeper_.next() ? keeper_.next()->Serialize() : Bytes();
}

std::vector<TlsPin> RosterDesk::Pins() const {
  std::vector<TlsPin> pins;
  for (const RosterAgency& agency : ruling_->agencies) pins.push_back(agency.tls_pin);
  for (const RosterAuditor& auditor : ruling_->auditors) pins.push_back(auditor.tls_pin);
  for (const RosterCoordinator& peer : ruling_->coordinators) pins.push_back(peer.tls_pin);
  return pins;
}

}  // namespace whoelse
