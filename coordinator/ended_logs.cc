#include "coordinator/ended_logs.h"

#include <utility>

#include "protocol/note.h"
#include "rpc/log.h"

namespace whoelse {

EndedLogs EndedLogs::Open(const std::vector<std::string>& directories) {
  EndedLogs ended;
  for (const std::string& directory : directories) {
    auto state = RocksDbState::OpenToRead(directory);
    const auto owner = state.ok() ? (*state)->Owner() : state.status();
    const auto key = owner.ok() ? NoteVerifier::Parse(*owner) : owner.status();
    if (!key.ok()) {
      Log(LogLevel::kAlarm, "ended_log_unreadable",
          {{LogField::kPath, LogValue::Configured(directory)}, {LogField::kError, key.status()}});
      continue;
    }
    ended.states_.emplace(key->key_id, *std::move(state));
  }
  return ended;
}

const CoordinatorState* EndedLogs::Find(uint32_t log_key_id) const {
  const auto found = states_.find(log_key_id);
  return found == states_.end() ? nullptr : found->second.get();
}

}  // namespace whoelse
