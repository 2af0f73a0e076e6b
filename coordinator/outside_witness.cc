#include "coordinator/outside_witness.h"

#include <utility>

#include "audit/lines.h"
#include "coordinator/log_reader.h"
#include "protocol/note.h"
#include "rpc/log.h"

namespace whoelse {
namespace {

constexpr int kOk = 200, kConflict = 409;
constexpr size_t kLinesMax = 16;

}  // namespace

std::string AddCheckpointRequest(uint64_t old_size, const std::vector<TreeHash>& proof,
                                 std::string_view checkpoint) {
  std::string body = "old " + std::to_string(old_size) + "\n";
  for (const TreeHash& hash : proof) body += Base64Encode(hash) + "\n";
  return body + "\n" + std::string(checkpoint);
}

std::optional<uint64_t> ParseWitnessSize(std::string_view body) {
  const auto line = TakeLine(&body);
  if (!line || !body.empty()) return std::nullopt;
  return ParseDecimal(*line);
}

OutsideWitness::OutsideWitness(std::unique_ptr<HttpsClient> client, const CoordinatorState& state,
                               OnLine on_line)
    : client_(std::move(client)), state_(state), on_line_(std::move(on_line)) {}

OutsideWitness::~OutsideWitness() {
  if (thread_.joinable()) thread_.join();
}

void OutsideWitness::Follow(const LogPublication& signed_log) {
  thread_ = std::thread([this, &signed_log] {
    std::shared_ptr<const PublishedLog> log;
    while ((log = signed_log.WaitForOtherThan(log)) != nullptr) {
      const absl::Status status = Ask(*log);
      if (status.ok()) continue;
      const bool look = absl::IsFailedPrecondition(status);
      Log(look ? LogLevel::kAlarm : LogLevel::kWarning, "outside_witness",
          {{LogField::kTreeSize, log->size}, {LogField::kError, status}});
    }
  });
}

absl::StatusOr<HttpReply> OutsideWitness::Post(const PublishedLog& log) {
  const auto proof = StoredConsistencyProof(state_, known_size_, log.size);
  if (!proof.ok()) return proof.status();
  return client_->Post("/add-checkpoint",
                       AddCheckpointRequest(known_size_, *proof, log.checkpoint));
}

absl::Status OutsideWitness::Ask(const PublishedLog& log) {
  auto reply = Post(log);
  if (reply.ok() && reply->status == kConflict) {
    const auto size = ParseWitnessSize(reply->body);
    // Not signed, so it stops nothing; but if it is true, this log was rolled back.
    if (!size || *size > log.size || *size == known_size_) {
      return absl::FailedPreconditionError("an outside witness holds a checkpoint that this log "
                                           "does not contain (409): compare the two");
    }
    known_size_ = *size;
    reply = Post(log);
  }
  if (!reply.ok()) return reply.status();
  if (reply->status != kOk) {
    return absl::FailedPreconditionError("an outside witness does not cosign (" +
                                         std::to_string(reply->status) + ")");
  }
  known_size_ = log.size;
  std::string_view rest = reply->body;
  for (size_t i = 0; i < kLinesMax; ++i) {
    const auto line = TakeLine(&rest);
    if (!line) break;
    on_line_(log.size, std::string(*line) + "\n");
  }
  return absl::OkStatus();
}

}  // namespace whoelse
