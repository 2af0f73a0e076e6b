#include "coordinator/key_events.h"

#include <utility>

namespace whoelse {

std::vector<KeyEventEntry> DueKeyEvents(const Roster& ruling, const std::set<KeyVersion>& shares,
                                        const std::vector<KeyEventEntry>& logged) {
  std::set<std::pair<KeyVersion, KeyEvent>> known;
  for (const KeyEventEntry& event : logged) known.insert({event.kv, event.event});
  std::vector<KeyEventEntry> due;
  const auto add = [&](KeyVersion kv, KeyEvent event, const Digest& hash) {
    if (known.insert({kv, event}).second) due.push_back({event, kv, hash});
  };
  const Digest roster{std::span<const uint8_t, 32>(ruling.hash.data(), 32)};
  for (const RosterKeyVersion& version : ruling.key_versions) {
    add(version.kv, KeyEvent::kCreated, roster);
    if (version.state == KeyState::kAsked) add(version.kv, KeyEvent::kActivated, roster);
  }
  for (const KeyEventEntry& event : logged) {
    if (event.event != KeyEvent::kCreated || ruling.FindKeyVersion(event.kv) != nullptr) continue;
    add(event.kv, KeyEvent::kRetired, roster);
    if (!shares.contains(event.kv)) add(event.kv, KeyEvent::kDestroyed, DestroyedHash(event.kv));
  }
  return due;
}

}  // namespace whoelse
