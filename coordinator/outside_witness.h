// A witness outside of the federation, asked for its cosignature of each checkpoint. C2SP
// tlog-witness, add-checkpoint.
#ifndef WHOELSE_COORDINATOR_OUTSIDE_WITNESS_H_
#define WHOELSE_COORDINATOR_OUTSIDE_WITNESS_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "coordinator/log_publication.h"
#include "coordinator/state.h"
#include "rpc/http.h"

namespace whoelse {

class OutsideWitness {
 public:
  // A signature line over the checkpoint of this size, as it came; nobody has verified it.
  using OnLine = std::function<void(uint64_t size, std::string line)>;

  // `state` outlives it.
  OutsideWitness(std::unique_ptr<HttpsClient> client, const CoordinatorState& state, OnLine on_line);
  ~OutsideWitness();

  // Before this start signs anything: whether the witness holds nothing that this store does not
  // contain. `last`: the newest checkpoint that was signed; of a new log, that of the empty tree. Its
  // lines are not taken. Errors of Ask.
  absl::Status HoldsNoMoreThan(const PublishedLog& last);

  // Asks for each newest checkpoint on a thread of its own, until `signed_log` is closed. One that is
  // skipped because a newer one came is not asked for later.
  void Follow(const LogPublication& signed_log);

  // Once. UNAVAILABLE: no reply, try again with the next one. For the rest somebody has to look:
  // DATA_LOSS: it holds another history of this log or a longer one (409, 422). FAILED_PRECONDITION: it
  // does not cosign (403 and 404: it does not know this log), or its reply is none.
  // PERMISSION_DENIED: another certificate.
  absl::Status Ask(const PublishedLog& log);

 private:
  absl::StatusOr<HttpReply> Post(const PublishedLog& log);
  absl::StatusOr<std::vector<std::string>> Cosign(const PublishedLog& log);   // its lines

  const std::unique_ptr<HttpsClient> client_;
  const CoordinatorState& state_;
  const OnLine on_line_;
  uint64_t known_size_ = 0;   // of the last checkpoint that it cosigned, as far as we know
  std::thread thread_;
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_OUTSIDE_WITNESS_H_
