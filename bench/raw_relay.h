// The floor of a relay: the same envelopes over epoll and OpenSSL, without gRPC, log, checks or a
// record of who asked.
//
//   asker --frame--> relay --envelope--> every node --wire--> relay --wire--> asker
#ifndef WHOELSE_BENCH_RAW_RELAY_H_
#define WHOELSE_BENCH_RAW_RELAY_H_

#include <sys/types.h>

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/raw_tls.h"

namespace whoelse::bench {

// The relay in a process of its own, and this process's ends of its connections.
class RawRelay {
 public:
  // UNAVAILABLE.
  static absl::StatusOr<std::unique_ptr<RawRelay>> Start(const TlsFiles& server,
                                                         const TlsFiles& client, size_t nodes);
  ~RawRelay();

  pid_t pid() const { return pid_; }
  // Asks so many questions at once; returns when every node's wire for each has come. False: a
  // connection broke.
  bool Ask(size_t questions);

 private:
  explicit RawRelay(pid_t pid) : pid_(pid) {}
  bool Dial(SSL_CTX* context, int port, size_t nodes);

  const pid_t pid_;
  int epoll_ = -1;
  std::unique_ptr<RawConnection> asker_;
  std::vector<std::unique_ptr<RawConnection>> nodes_;
};

}  // namespace whoelse::bench

#endif  // WHOELSE_BENCH_RAW_RELAY_H_
