#include "node/evidence.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "vault/durable_file.h"

namespace whoelse {

absl::Status KeepEvidence(const std::string& dir, const Alarm& alarm) {
  if (alarm.evidence.empty()) return absl::OkStatus();
  mkdir(dir.c_str(), 0700);
  const std::vector<std::string> there = ListEvidence(dir);
  const std::string stem = std::to_string(alarm.coordinator) + "-" + std::string(Name(alarm.kind)) +
                           "-" + std::to_string(alarm.index) + "-";
  const auto is_this = [&](const std::string& name) { return name.starts_with(stem); };
  if (std::ranges::any_of(there, is_this)) return absl::OkStatus();
  if (there.size() >= kEvidenceMax) {
    return absl::ResourceExhaustedError("evidence: there are " + std::to_string(there.size()) +
                                        " files; move them to an auditor");
  }
  for (size_t i = 0; i < alarm.evidence.size(); ++i) {
    const std::string& piece = alarm.evidence[i];
    const bool note = piece.find("\n\n") != std::string::npos;
    const absl::Status written =
        WriteFileDurably(dir + "/" + stem + std::to_string(i + 1) + (note ? ".note" : ".txt"),
                         AsBytes(piece), 0600);
    if (!written.ok()) return written;
  }
  return absl::OkStatus();
}

Alarm WrongEvaluation(const Evaluation::Liar& liar) {
  return {liar.coordinator, AlarmKind::kEvaluationWrong, 0,
          {ToHex(liar.request) + "\n", ToHex(liar.response) + "\n"}};
}

std::vector<std::string> ListEvidence(const std::string& dir) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(dir, error)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".note") || name.ends_with(".txt")) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace whoelse
