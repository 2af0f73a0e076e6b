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

  // Asks for each newest checkpoint on a thread of its own, until `signed_log` is closed. One that is
  // skipped because a newer one came is not asked for later.
  void Follow(const LogPublication& signed_log);

  // Once. UNAVAILABLE: no reply, try again with the next one. FAILED_PRECONDITION: the witness does
  // not cosign, somebody has to look (its code says why: 403 and 404 it does not know this log, 409
  // and 422 it knows another history or a longer one; or its reply is none).
  absl::Status Ask(const PublishedLog& log);

 private:
  absl::StatusOr<HttpReply> Post(const PublishedLog& log);

  const std::unique_ptr<HttpsClient> client_;
  const CoordinatorState& state_;
  const OnLine on_line_;
  uint64_t known_size_ = 0;   // of the last checkpoint that it cosigned, as far as we know
  std::thread thread_;
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_OUTSIDE_WITNESS_H_
