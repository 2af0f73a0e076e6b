#include "coordinator/outside_witness.h"

#include <utility>

#include "coordinator/add_checkpoint.h"
#include "coordinator/log_reader.h"
#include "rpc/log.h"

namespace whoelse {
namespace {

constexpr int kOk = 200, kConflict = 409, kUnprocessable = 422;

absl::Status Contradicted(int code) {
  return absl::DataLossError("an outside witness holds a checkpoint that this log does not contain (" +
                             std::to_string(code) + "): compare the two");
}

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
      // What it says is not signed, so it stops nothing that runs.
      const bool look = !absl::IsUnavailable(status);
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

absl::StatusOr<std::vector<std::string>> OutsideWitness::Cosign(const PublishedLog& log) {
  auto reply = Post(log);
  if (reply.ok() && reply->status == kConflict) {
    const auto size = ParseWitnessSize(reply->body);
    if (!size) return absl::FailedPreconditionError("an outside witness gave no size (409)");
    if (*size > log.size || *size == known_size_) return Contradicted(kConflict);
    known_size_ = *size;
    reply = Post(log);
  }
  if (!reply.ok()) return reply.status();
  // A proof that it refuses leads from what it holds to what we signed: they are not of one tree.
  if (reply->status == kUnprocessable) return Contradicted(kUnprocessable);
  if (reply->status != kOk) {
    return absl::FailedPreconditionError("an outside witness does not cosign (" +
                                         std::to_string(reply->status) + ")");
  }
  auto lines = ParseWitnessLines(reply->body);
  if (!lines.ok()) return absl::FailedPreconditionError(lines.status().message());
  known_size_ = log.size;
  return lines;
}

// As one who says that the witness is where we are: another size comes back as a conflict, another
// tree of this size as well.
absl::Status OutsideWitness::HoldsNoMoreThan(const PublishedLog& last) {
  known_size_ = last.size;
  return Cosign(last).status();
}

absl::Status OutsideWitness::Ask(const PublishedLog& log) {
  auto lines = Cosign(log);
  if (!lines.ok()) return lines.status();
  for (std::string& line : *lines) on_line_(log.size, std::move(line));
  return absl::OkStatus();
}

}  // namespace whoelse
