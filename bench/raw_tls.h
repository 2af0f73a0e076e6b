// TLS 1.3 over a socket and nothing above it: what a relay's floor is made of.
#ifndef WHOELSE_BENCH_RAW_TLS_H_
#define WHOELSE_BENCH_RAW_TLS_H_

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "rpc/certificate.h"

namespace whoelse::bench {

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeSsl>;

// Both ends show a certificate; it is asked for and not looked at. nullptr: the files are no good.
TlsContext MakeRawContext(bool server, const TlsFiles& files);

// A connection after its handshake. Both buffers belong to the caller between calls.
class RawConnection {
 public:
  // Over a connected socket, which it owns from now on; waits for the handshake. nullptr: it failed.
  static std::unique_ptr<RawConnection> Handshake(SSL_CTX* context, int fd, bool server);
  ~RawConnection();

  int fd() const { return fd_; }
  // What has come is added to `in`. False: the peer is gone.
  bool Receive();
  // Sends of `out` what the socket takes.
  bool Send();

  std::string in, out;
  bool waits_for_room = false;   // the caller's note that it asked to be told

 private:
  RawConnection(SSL* ssl, int fd) : ssl_(ssl), fd_(fd) {}
  const std::unique_ptr<SSL, FreeSsl> ssl_;
  const int fd_;
};

// A listening socket of the loopback interface and its port; -1: none.
int ListenOnLoopback(int* port);
// A connected one; -1: nobody is there.
int ConnectToLoopback(int port);

}  // namespace whoelse::bench

#endif  // WHOELSE_BENCH_RAW_TLS_H_
