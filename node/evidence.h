// What proves an alarm, as files that an auditor's tools read: each signed note a file of its own.
// docs/operating/witness.md.
#ifndef WHOELSE_NODE_EVIDENCE_H_
#define WHOELSE_NODE_EVIDENCE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "node/evaluation.h"
#include "node/log_watch.h"

namespace whoelse {

// DIR/<coordinator>-<ALARM>-<index>-<n>.note or .txt, durably; DIR is made when missing. What is there
// already stays: the first evidence counts. RESOURCE_EXHAUSTED: kEvidenceMax files are there, so that
// a lying log does not fill the disk. UNAVAILABLE: the disk.
inline constexpr size_t kEvidenceMax = 1000;
absl::Status KeepEvidence(const std::string& dir, const Alarm& alarm);

// A signed evaluation that is wrong, as an alarm: its response, which signs the hash of the request,
// and the request, without which nobody could check the proof. Blinded elements: nobody's identifiers.
Alarm WrongEvaluation(const Evaluation::Liar& liar);

// The names of the files, sorted. Empty when there is no such directory.
std::vector<std::string> ListEvidence(const std::string& dir);

}  // namespace whoelse

#endif  // WHOELSE_NODE_EVIDENCE_H_
