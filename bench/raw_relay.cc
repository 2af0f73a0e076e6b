#include "bench/raw_relay.h"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "protocol/limits.h"

namespace whoelse::bench {
namespace {

constexpr size_t kFrame = kFrameSizeOneKeyVersion;
constexpr size_t kEnvelope = kFrame + kAdmissionSize;

// Tells `epoll` of input, and of room for output while there is some waiting.
void Watch(int epoll, int operation, RawConnection& connection) {
  epoll_event event{};
  connection.waits_for_room = !connection.out.empty();
  event.events = EPOLLIN | (connection.waits_for_room ? uint32_t{EPOLLOUT} : 0u);
  event.data.ptr = &connection;
  epoll_ctl(epoll, operation, connection.fd(), &event);
}

bool Flush(int epoll, RawConnection& connection) {
  if (!connection.out.empty() && !connection.Send()) return false;
  if (connection.out.empty() == connection.waits_for_room) Watch(epoll, EPOLL_CTL_MOD, connection);
  return true;
}

// A node that answers at once.
void Answer(RawConnection& node) {
  const size_t envelopes = node.in.size() / kEnvelope;
  node.in.erase(0, envelopes * kEnvelope);
  node.out.append(envelopes * kWireSize, 'w');
}

// The relay: its first connection is the asker's. Ends when that is gone.
class Server {
 public:
  Server(SSL_CTX* context, int listening, size_t nodes) {
    for (size_t i = 0; i <= nodes; ++i) {
      connections_.push_back(
          RawConnection::Handshake(context, accept(listening, nullptr, nullptr), true));
      if (connections_.back() == nullptr) _exit(1);
      Watch(epoll_, EPOLL_CTL_ADD, *connections_.back());
    }
  }

  void Run() {
    std::array<epoll_event, 256> events;
    while (true) {
      const int n = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < n; ++i) {
        auto& connection = *static_cast<RawConnection*>(events[i].data.ptr);
        if (!connection.Receive()) return;
        if (&connection == connections_[0].get()) {
          Spread(connection.in);
        } else {
          TakeWires(connection.in);
        }
      }
      for (const auto& connection : connections_) {
        if (!Flush(epoll_, *connection)) return;
      }
    }
  }

 private:
  void Spread(std::string& frames) {
    const size_t whole = frames.size() / kFrame * kFrame;
    for (size_t at = 0; at < whole; at += kFrame) {
      for (size_t node = 1; node < connections_.size(); ++node) {
        connections_[node]->out.append(frames, at, kFrame).append(kAdmissionSize, 'a');
      }
    }
    frames.erase(0, whole);
  }
  void TakeWires(std::string& wires) {
    const size_t whole = wires.size() / kWireSize * kWireSize;
    connections_[0]->out.append(wires, 0, whole);
    wires.erase(0, whole);
  }

  const int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  std::vector<std::unique_ptr<RawConnection>> connections_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<RawRelay>> RawRelay::Start(const TlsFiles& server,
                                                          const TlsFiles& client, size_t nodes) {
  int port = 0;
  const int listening = ListenOnLoopback(&port);
  const TlsContext serving = MakeRawContext(true, server), dialling = MakeRawContext(false, client);
  if (listening < 0 || serving == nullptr || dialling == nullptr) {
    return absl::UnavailableError("the raw relay has no port or no certificate");
  }
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    Server(serving.get(), listening, nodes).Run();
    _exit(0);
  }
  close(listening);
  std::unique_ptr<RawRelay> relay(new RawRelay(pid));
  if (pid < 0 || !relay->Dial(dialling.get(), port, nodes)) {
    return absl::UnavailableError("the raw relay does not answer");
  }
  return relay;
}

bool RawRelay::Dial(SSL_CTX* context, int port, size_t nodes) {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  for (size_t i = 0; i <= nodes; ++i) {
    auto connection = RawConnection::Handshake(context, ConnectToLoopback(port), false);
    if (connection == nullptr) return false;
    Watch(epoll_, EPOLL_CTL_ADD, *connection);
    if (i > 0) nodes_.push_back(std::move(connection));
    else asker_ = std::move(connection);
  }
  return true;
}

RawRelay::~RawRelay() {
  asker_ = nullptr;
  nodes_.clear();
  if (epoll_ >= 0) close(epoll_);
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
}

bool RawRelay::Ask(size_t questions) {
  asker_->out.append(questions * kFrame, 'f');
  if (!Flush(epoll_, *asker_)) return false;
  std::array<epoll_event, 256> events;
  while (asker_->in.size() < questions * nodes_.size() * kWireSize) {
    const int n = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < n; ++i) {
      auto& connection = *static_cast<RawConnection*>(events[i].data.ptr);
      if (!connection.Receive()) return false;
      if (&connection != asker_.get()) Answer(connection);
      if (!Flush(epoll_, connection)) return false;
    }
  }
  asker_->in.clear();
  return true;
}

}  // namespace whoelse::bench
