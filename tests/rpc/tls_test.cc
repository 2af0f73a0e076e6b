#include "rpc/tls.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <memory>
#include <string>
#include <thread>

#include "tests/rpc/loopback.h"

namespace whoelse {
namespace {

using testing::HasSubstr;

// A TLS client that is not ours and does what an attacker likes.
class RawClient {
 public:
  RawClient() : context_(SSL_CTX_new(TLS_client_method())) {
    const unsigned char h2[] = {2, 'h', '2'};
    SSL_CTX_set_alpn_protos(context_, h2, sizeof h2);
    SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_set_app_data(context_, this);
    SSL_CTX_sess_set_new_cb(context_, [](SSL* ssl, SSL_SESSION* session) {
      auto* self = static_cast<RawClient*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
      SSL_SESSION_free(self->session_);
      self->session_ = session;
      return 1;
    });
  }
  ~RawClient() {
    SSL_SESSION_free(session_);
    SSL_CTX_free(context_);
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void Use(const TlsFiles& files) {
    ASSERT_EQ(SSL_CTX_use_certificate_file(context_, files.certificate.c_str(), SSL_FILETYPE_PEM), 1);
    ASSERT_EQ(SSL_CTX_use_PrivateKey_file(context_, files.key.c_str(), SSL_FILETYPE_PEM), 1);
  }
  // Another's certificate, which is public, with a key that claims to be its own and is not.
  void UseStolenCertificate(const TlsFiles& victim) {
    ASSERT_EQ(SSL_CTX_use_certificate_file(context_, victim.certificate.c_str(), SSL_FILETYPE_PEM), 1);
    EVP_PKEY* claimed = X509_get0_pubkey(SSL_CTX_get0_certificate(context_));
    std::array<uint8_t, 32> public_key{}, private_key{};
    size_t size = public_key.size();
    ASSERT_EQ(EVP_PKEY_get_raw_public_key(claimed, public_key.data(), &size), 1);
    private_key.fill(7);
    OSSL_PARAM parts[] = {
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, public_key.data(), 32),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, private_key.data(), 32),
        OSSL_PARAM_construct_end()};
    EVP_PKEY_CTX* maker = EVP_PKEY_CTX_new_from_name(nullptr, "ED25519", nullptr);
    EVP_PKEY* forged = nullptr;
    ASSERT_EQ(EVP_PKEY_fromdata_init(maker), 1);
    ASSERT_EQ(EVP_PKEY_fromdata(maker, &forged, EVP_PKEY_KEYPAIR, parts), 1);
    ASSERT_EQ(SSL_CTX_use_PrivateKey(context_, forged), 1);
    EVP_PKEY_free(forged);
    EVP_PKEY_CTX_free(maker);
  }
  void MaxVersion(int version) { SSL_CTX_set_max_proto_version(context_, version); }

  struct Result {
    bool admitted;   // the server began to speak HTTP/2, which it does not to whom it refuses
    bool resumed;
  };
  Result Connect(int port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval patience{20, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    SSL* ssl = SSL_new(context_);
    SSL_set_fd(ssl, fd);
    if (session_ != nullptr) SSL_set_session(ssl, session_);
    char byte = 0;
    const bool admitted = SSL_connect(ssl) == 1 && SSL_read(ssl, &byte, 1) == 1;
    const Result result{admitted, SSL_session_reused(ssl) == 1};
    SSL_free(ssl);
    close(fd);
    ERR_clear_error();
    return result;
  }

 private:
  SSL_CTX* const context_;
  SSL_SESSION* session_ = nullptr;   // of the last connection
};

class TlsTest : public testing::Test {
 protected:
  TlsTest() { gate_->Admit({client_.pin}); }

  std::shared_ptr<grpc::Channel> Channel(const Loopback& loopback, const Identity& as) {
    return MakeChannel(loopback.endpoint(), as.files, server_.pin, client_clock_);
  }
  // The server let nobody in: the caller sees a closed socket, our operator the reason.
  void ExpectRefused(const grpc::Status& status, const std::string& reason, const TlsPin& pin) {
    EXPECT_TRUE(Unreachable(status)) << status.error_code() << " " << status.error_message();
    EXPECT_THAT(log_.text(), HasSubstr("\"event\":\"tls_refused\",\"pin\":\"" + ToHex(pin) +
                                       "\",\"reason\":\"PERMISSION_DENIED: " + reason));
  }

  SettableClock& clock_ = NewClock(kNowS);
  SettableClock& client_clock_ = NewClock(kNowS);
  CapturedLog log_{clock_};
  TemporaryDirectory home_;
  const Identity server_ = NewIdentity(home_, "server", kFrom - 5000, kUntil + 5000);
  const Identity client_ = NewIdentity(home_, "client");
  const Identity stranger_ = NewIdentity(home_, "stranger");
  const std::shared_ptr<PeerGate> gate_ = std::make_shared<PeerGate>(clock_);
};

TEST_F(TlsTest, PinnedPeersSpeak) {
  const Loopback loopback(ServerCredentials(server_.files, gate_), gate_);
  const Echo echo = Call(Channel(loopback, client_), "hello");
  EXPECT_TRUE(echo.status.ok()) << echo.status.error_message();
  EXPECT_EQ(echo.response, "hello");
  EXPECT_EQ(log_.text(), "");
}

TEST_F(TlsTest, AKeyThatIsNotInTheRosterIsRefused) {
  const Loopback loopback(ServerCredentials(server_.files, gate_), gate_);
  ExpectRefused(Call(Channel(loopback, stranger_), "hello").status, "key not admitted",
                stranger_.pin);
}

TEST_F(TlsTest, AGateThatWasGivenNobodyLetsNobodyIn) {
  const auto gate = std::make_shared<PeerGate>(clock_);
  const Loopback loopback(ServerCredentials(server_.files, gate), gate);
  ExpectRefused(Call(Channel(loopback, client_), "hello").status, "key not admitted", client_.pin);
}

TEST_F(TlsTest, ACertificateBeforeOrAfterItsDatesIsRefusedByOurClock) {
  const Loopback loopback(ServerCredentials(server_.files, gate_), gate_);
  clock_.Set(kFrom - 1);
  ExpectRefused(Call(Channel(loopback, client_), "a").status, "certificate not yet valid",
                client_.pin);
  clock_.Set(kFrom);
  EXPECT_TRUE(Call(Channel(loopback, client_), "b").status.ok());
  clock_.Set(kUntil);
  EXPECT_TRUE(Call(Channel(loopback, client_), "c").status.ok());
  clock_.Set(kUntil + 1);
  ExpectRefused(Call(Channel(loopback, client_), "d").status, "certificate expired", client_.pin);
}

TEST_F(TlsTest, AServerWithAnotherKeyIsRefused) {
  const Loopback loopback(ServerCredentials(stranger_.files, gate_), gate_);
  ExpectRefused(Call(Channel(loopback, client_), "hello").status, "key not admitted",
                stranger_.pin);
}

TEST_F(TlsTest, AServerWhoseCertificateExpiredIsRefused) {
  const Loopback loopback(ServerCredentials(server_.files, gate_), gate_);
  client_clock_.Set(kUntil + 5001);
  ExpectRefused(Call(Channel(loopback, client_), "hello").status, "certificate expired",
                server_.pin);
}

TEST_F(TlsTest, AClientWithoutCertificateIsRefused) {
  const Loopback loopback(ServerCredentials(server_.files, gate_), gate_);
  RawClient nobody;
  EXPECT_FALSE(nobody.Connect(loopback.port()).admitted);
  RawClient member;
  member.Use(client_.files);
  EXPECT_TRUE(member.Connect(loopback.port()).admitted);
}

TEST_F(TlsTest, ACertificateWithoutItsKeyIsRefused) {
  const Loopback loopback(ServerCredentials(server_.files, gate_), gate_);
  RawClient thief;
  thief.UseStolenCertificate(client_.files);
  EXPECT_FALSE(thief.Connect(loopback.port()).admitted);
}

TEST_F(TlsTest, Tls12IsRefused) {
  const Loopback loopback(ServerCredentials(server_.files, gate_), gate_);
  RawClient old;
  old.Use(client_.files);
  old.MaxVersion(TLS1_2_VERSION);
  EXPECT_FALSE(old.Connect(loopback.port()).admitted);
  old.MaxVersion(TLS1_3_VERSION);
  EXPECT_TRUE(old.Connect(loopback.port()).admitted);
}

TEST_F(TlsTest, AKeyThatTheRosterDropsIsCutOffOnItsOpenConnection) {
  const Loopback loopback(ServerCredentials(server_.files, gate_), gate_);
  const auto channel = Channel(loopback, client_);
  const Echo before = Call(channel, "a");
  ASSERT_TRUE(before.status.ok()) << before.status.error_message();

  gate_->Admit({stranger_.pin});
  const Echo after = Call(channel, "b");
  EXPECT_EQ(FromGrpc(after.status), ServiceError::kNotAMember);
  EXPECT_EQ(after.peer, before.peer);   // it was the same connection
  EXPECT_TRUE(Call(Channel(loopback, stranger_), "c").status.ok());

  gate_->Admit({client_.pin, stranger_.pin});
  EXPECT_TRUE(Call(channel, "d").status.ok());
}

TEST_F(TlsTest, ACertificateThatExpiresIsCutOffOnItsOpenConnection) {
  const Loopback loopback(ServerCredentials(server_.files, gate_), gate_);
  const auto channel = Channel(loopback, client_);
  ASSERT_TRUE(Call(channel, "a").status.ok());
  clock_.Set(kUntil + 1);
  EXPECT_EQ(FromGrpc(Call(channel, "b").status), ServiceError::kNotAMember);
}

TEST_F(TlsTest, AResumedSessionIsCheckedLikeANewOne) {
  const Loopback loopback(ServerCredentials(server_.files, gate_), gate_);
  RawClient member;
  member.Use(client_.files);
  ASSERT_TRUE(member.Connect(loopback.port()).admitted);
  gate_->Admit({stranger_.pin});
  EXPECT_FALSE(member.Connect(loopback.port()).admitted);
}

TEST_F(TlsTest, ARenewedCertificateIsTakenUpWithoutARestart) {
  const Loopback loopback(ServerCredentials(server_.files, gate_), gate_);
  client_clock_.Set(kUntil + 6000);
  ASSERT_FALSE(Call(Channel(loopback, client_), "old").status.ok());
  ASSERT_TRUE(RenewCertificate(server_.files, kUntil, kUntil + 9000).ok());
  // The files are read every second; the test's own time limit ends a wait that is in vain.
  while (!Call(Channel(loopback, client_), "new").status.ok()) std::this_thread::yield();
}

TEST_F(TlsTest, TheGateTellsWhoAndUntilWhen) {
  const std::string pem = ReadFile(client_.files.certificate);
  for (int time = 0; time < 2; ++time) {   // parsed, then remembered
    const auto peer = gate_->Check(pem);
    ASSERT_TRUE(peer.ok()) << peer.status();
    EXPECT_EQ(peer->pin, client_.pin);
    EXPECT_EQ(peer->not_after, kUntil);
  }
  EXPECT_TRUE(absl::IsPermissionDenied(gate_->Check("no certificate").status()));
  EXPECT_TRUE(absl::IsPermissionDenied(gate_->Check("").status()));
}

TEST_F(TlsTest, TheGateMayChangeWhileItChecks) {
  const std::string member = ReadFile(client_.files.certificate);
  const std::string stranger = ReadFile(stranger_.files.certificate);
  const std::jthread roster([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      gate_->Admit({client_.pin, server_.pin});
      gate_->Admit({client_.pin});
    }
  });
  for (int i = 0; i < 2000; ++i) {
    ASSERT_TRUE(gate_->Check(member).ok());
    ASSERT_FALSE(gate_->Check(stranger).ok());
  }
}

}  // namespace
}  // namespace whoelse
