#include "coordinator/outside_witness.h"

#include <utility>

#include "coordinator/add_checkpoint.h"
#include "coordinator/log_reader.h"
#include "rpc/log.h"

namespace whoelse {
namespace {

constexpr int kOk = 200, kConflict = 409;

}  // namespace

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
  auto lines = ParseWitnessLines(reply->body);
  if (!lines.ok()) return absl::FailedPreconditionError(lines.status().message());
  known_size_ = log.size;
  for (std::string& line : *lines) on_line_(log.size, std::move(line));
  return absl::OkStatus();
}

}  // namespace whoelse
