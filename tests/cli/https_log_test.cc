// A log's files over HTTPS from a server that is not ours (Python's), by the pin of its certificate.
#include "cli/https_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "rpc/certificate.h"
#include "tests/cli/folder.h"

namespace whoelse {
namespace {

using absl::StatusCode;
using testing::HasSubstr;

constexpr TimeS kHour = 3'600;

// Serves a folder; prints its port when it listens.
constexpr char kServer[] = R"(
import http.server, ssl, sys
class Quiet(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def __init__(self, *a): super().__init__(*a, directory=sys.argv[1])
    def log_message(self, *a): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.minimum_version = ssl.TLSVersion.TLSv1_3
context.load_cert_chain(sys.argv[2], sys.argv[3])
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
)";

class HttpsLogTest : public testing::Test {
 protected:
  void SetUp() override {
    const TimeS now = clock_.NowS();
    const auto pin = CreateTlsFiles(tls_, "localhost", now - kHour, now + kHour);
    ASSERT_TRUE(pin.ok()) << pin.status();
    pin_ = *pin;
    std::filesystem::create_directories(folder_ / "log/tile/0");
    PutInto(folder_ / "log/checkpoint", "a note");
    PutInto(folder_ / "log/tile/0/000", std::string(8'192, 'x'));
    Start();
  }
  void TearDown() override {
    if (server_ > 0) {
      kill(server_, SIGKILL);
      waitpid(server_, nullptr, 0);
    }
  }
  void Start() {
    PutInto(folder_ / "server.py", kServer);
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    server_ = fork();
    ASSERT_GE(server_, 0);
    if (server_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      execlp("python3", "python3", (folder_ / "server.py").c_str(), (folder_ / "log").c_str(),
             tls_.certificate.c_str(), tls_.key.c_str(), nullptr);
      _exit(127);
    }
    close(ends[1]);
    FILE* const out = fdopen(ends[0], "r");
    ASSERT_EQ(fscanf(out, "%d", &port_), 1);
    fclose(out);
  }
  absl::StatusOr<Bytes> Read(const std::string& path, const TlsPin& pin, const Clock& clock) {
    const auto files = FilesAt("https://127.0.0.1:" + std::to_string(port_), {{pin}, ""}, clock);
    return files.ok() ? (*files)(path) : files.status();
  }

  TestFolder folder_;
  const TlsFiles tls_{folder_ / "certificate.pem", folder_ / "key.pem"};
  const SystemClock clock_;
  TlsPin pin_;
  pid_t server_ = -1;
  int port_ = 0;
};

TEST_F(HttpsLogTest, ReadsFilesFromTheServerWithThePin) {
  const auto files = FilesAt("https://127.0.0.1:" + std::to_string(port_) + "/", {{pin_}, ""},
                             clock_);
  ASSERT_TRUE(files.ok());
  EXPECT_EQ((*files)("checkpoint").value(), ToBytes(AsBytes("a note")));
  EXPECT_EQ((*files)("tile/0/000")->size(), 8'192u);
  EXPECT_EQ((*files)("tile/0/001").status().code(), StatusCode::kNotFound);
  EXPECT_TRUE((*files)("checkpoint").ok()) << "after a 404 too";
}

TEST_F(HttpsLogTest, RefusesAnotherKeyAndAnExpiredCertificate) {
  EXPECT_EQ(Read("checkpoint", TlsPin(), clock_).status().code(), StatusCode::kPermissionDenied);
  const ShiftedClock tomorrow(clock_, 86'400'000);
  EXPECT_EQ(Read("checkpoint", pin_, tomorrow).status().code(), StatusCode::kPermissionDenied);
  EXPECT_TRUE(Read("checkpoint", pin_, clock_).ok());
}

// A log behind a certificate of a public authority, which no roster knows.
TEST_F(HttpsLogTest, TakesWhatAnAuthorityVouchesFor) {
  const TlsFiles other{folder_ / "other.pem", folder_ / "other-key.pem"};
  const TimeS now = clock_.NowS();
  ASSERT_TRUE(CreateTlsFiles(other, "localhost", now - kHour, now + kHour).ok());
  const auto read = [&](const std::string& host, const LogServerTrust& trust) {
    const auto files = FilesAt("https://" + host + ":" + std::to_string(port_), trust, clock_);
    EXPECT_EQ((*files)("checkpoint").status(), (*files)("checkpoint").status());
    return (*files)("checkpoint").status().code();
  };
  EXPECT_EQ(read("localhost", {{}, tls_.certificate}), StatusCode::kOk);
  EXPECT_EQ(read("localhost", {{pin_}, other.certificate}), StatusCode::kOk) << "by its pin";
  EXPECT_EQ(read("localhost", {{}, other.certificate}), StatusCode::kPermissionDenied);
  EXPECT_EQ(read("127.0.0.1", {{}, tls_.certificate}), StatusCode::kPermissionDenied)
      << "vouched for under another name";
}

TEST_F(HttpsLogTest, SaysWhatIsWrongWithAUrl) {
  for (const char* url : {"http://a.example", "a.example:1", "https://", "https://a.example:",
                          "https://a.example:x", "https://a.example:65536", "https://:8443"}) {
    const auto files = FilesAt(url, {{pin_}, ""}, clock_);
    EXPECT_EQ(files.status().code(), StatusCode::kInvalidArgument) << url;
  }
}

TEST_F(HttpsLogTest, AServerThatIsGoneIsUnavailable) {
  TearDown();
  server_ = -1;
  EXPECT_EQ(Read("checkpoint", pin_, clock_).status().code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace whoelse
