// The log outside of the store: as a folder, and over HTTPS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <future>

#include "audit/tile.h"
#include "coordinator/log_export.h"
#include "coordinator/log_scrubber.h"
#include "coordinator/log_server.h"
#include "rpc/tls.h"
#include "tests/coordinator/stored_log.h"

namespace whoelse {
namespace {

namespace fs = std::filesystem;

class LogExportTest : public StoredLogTest {
 protected:
  absl::StatusOr<std::unique_ptr<LogExport>> Open() {
    return LogExport::Open(out_, LogVerifier(), *state_, *mirror_);
  }
  // Recomputes the root from the folder's entries alone.
  TreeHash RootOfFolder(uint64_t size) const {
    Frontier tree;
    for (uint64_t index = 0; index * 256 < size; ++index) {
      const TilePath path{std::nullopt, index, TileWidthAt(0, index, size)};
      const auto bundle = ParseBundle(AsBytes(Content(out_ + "/" + path.Serialize())), path.width);
      EXPECT_TRUE(bundle.ok()) << path.Serialize();
      if (!bundle.ok()) break;
      for (const Bytes& entry : *bundle) tree.Append(LeafHash(entry));
    }
    return tree.Root();
  }
  const std::string out_ = folder_ / "logs/one";
};

TEST_F(LogExportTest, KeepsUpAndTakesUpWhereItWas) {
  auto folder = Open();
  ASSERT_TRUE(folder.ok()) << folder.status();
  for (const uint64_t size : {3u, 200u, 256u, 300u}) {
    const PublishedLog log = Grow(size);
    ASSERT_TRUE((*folder)->Write(log).ok());
    EXPECT_EQ(Content(out_ + "/checkpoint"), log.checkpoint);
    EXPECT_EQ(RootOfFolder(size), CheckpointAt(size).root);
  }
  EXPECT_EQ(Content(out_ + "/log.vkey"), LogVerifier().Encode() + "\n");
  EXPECT_FALSE(fs::exists(out_ + "/tile/entries/000.p"));   // the whole one is there
  EXPECT_TRUE(fs::exists(out_ + "/tile/1/000.p/1"));
  folder = Open();
  fs::remove(out_ + "/tile/entries/000");   // not written again: it was there at the last checkpoint
  ASSERT_TRUE((*folder)->Write(Grow(301)).ok());
  EXPECT_FALSE(fs::exists(out_ + "/tile/entries/000"));
  EXPECT_TRUE(fs::exists(out_ + "/tile/entries/001.p/45"));
}

TEST_F(LogExportTest, FollowsWhatIsPublished) {
  LogPublication publication;
  auto folder = Open();
  ASSERT_TRUE(folder.ok());
  (*folder)->Follow(publication);
  publication.Publish(Grow(10));
  const PublishedLog last = Grow(20);
  publication.Publish(last);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (Content(out_ + "/checkpoint") != last.checkpoint &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_EQ(RootOfFolder(20), CheckpointAt(20).root);
  publication.Close();
}

TEST_F(LogExportTest, AFolderThatKnowsMoreThanTheStore) {
  ASSERT_TRUE((*Open())->Write(Grow(5)).ok());
  const std::string longer =
      SignCheckpoint({LogVerifier().name, 9, LeafHash({})}, LogKeyOf(0)).Serialize();
  std::ofstream(out_ + "/checkpoint") << longer;
  EXPECT_TRUE(absl::IsDataLoss(Open().status())) << Open().status();
  EXPECT_EQ(*mirror_->ReadShown(), longer);
  std::ofstream(out_ + "/checkpoint") << "another log's";
  EXPECT_TRUE(absl::IsFailedPrecondition(Open().status())) << Open().status();
}

class LogServerTest : public StoredLogTest {
 protected:
  void Start() {
    auto server = StartLogServer("127.0.0.1:0", tls_, *state_, publication_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    client_ = std::make_unique<httplib::SSLClient>("127.0.0.1", server_->port());
    client_->enable_server_certificate_verification(false);
    client_->set_keep_alive(true);
  }
  LogPublication publication_;
  std::unique_ptr<HttpsServer> server_;
  std::unique_ptr<httplib::SSLClient> client_;
};

TEST_F(LogServerTest, ServesTheFilesOfThePublishedLog) {
  Start();
  EXPECT_EQ(client_->Get("/checkpoint")->status, 503);
  const PublishedLog log = Grow(300);
  publication_.Publish(log);
  Grow(310);   // not published yet
  const auto checkpoint = client_->Get("/checkpoint");
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->body, log.checkpoint);
  EXPECT_EQ(checkpoint->get_header_value("Cache-Control"), "no-cache");
  for (const char* path : {"/tile/0/000", "/tile/0/001.p/44", "/tile/0/001.p/7", "/tile/1/000.p/1"}) {
    const auto tile = client_->Get(path);
    ASSERT_TRUE(tile) << path;
    EXPECT_EQ(tile->status, 200) << path;
    EXPECT_EQ(tile->get_header_value("Cache-Control"), "public, max-age=31536000, immutable");
    const auto parsed = TilePath::Parse(path + 1);
    EXPECT_TRUE(ParseTile(AsBytes(tile->body), parsed->width).ok()) << path;
  }
  const auto bundle = client_->Get("/tile/entries/001.p/44");
  EXPECT_EQ(ParseBundle(AsBytes(bundle->body), 44).value().back(),
            state_->Entries(299, 300)->front());
  EXPECT_EQ(client_->Head("/tile/0/000")->status, 200);
  for (const char* path : {"/", "/tile/0/001.p/45", "/tile/0/002.p/1", "/tile/0/0", "/../second",
                           "/tile/entries/", "//checkpoint", "/log.vkey"}) {
    const auto none = client_->Get(path);
    ASSERT_TRUE(none) << path;
    EXPECT_EQ(none->status, 404) << path;
    EXPECT_EQ(none->get_header_value("Cache-Control"), "no-store") << path;
    EXPECT_EQ(none->body, "") << path;
  }
}

// A body that is not read would be taken for the next request: through a cache that shares
// connections, anybody could put one reader's file in the place of another's.
TEST_F(LogServerTest, AnythingButGetAndHeadEndsTheConnection) {
  Start();
  publication_.Publish(Grow(3));
  EXPECT_EQ(client_->Get("/checkpoint")->status, 200);
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "GET", "HEAD"}) {
    httplib::Request request;
    request.method = method;
    request.path = "/checkpoint";
    request.body = "GET /tile/0/000.p/3 HTTP/1.1\r\nHost: x\r\n\r\n";
    httplib::Response response;
    httplib::Error error{};
    ASSERT_TRUE(client_->send(request, response, error)) << method;
    EXPECT_GE(response.status, 400) << method;
    const auto after = client_->Get("/checkpoint");
    ASSERT_TRUE(after) << method;
    EXPECT_TRUE(after->body.starts_with(LogVerifier().name)) << method;
  }
}

TEST_F(LogServerTest, SpeaksNothingOlderThanTls13) {
  Start();
  publication_.Publish(Grow(3));
  SSL_CTX_set_max_proto_version(client_->ssl_context(), TLS1_2_VERSION);
  EXPECT_FALSE(client_->Get("/checkpoint"));
}

TEST_F(LogServerTest, TakesUpARenewedCertificateAndSharesNoPort) {
  Start();
  publication_.Publish(Grow(3));
  const std::string address = "127.0.0.1:" + std::to_string(server_->port());
  EXPECT_FALSE(StartLogServer(address, tls_, *state_, publication_).ok());
  const TimeS now = SystemClock().NowS();
  ASSERT_TRUE(RenewCertificate(tls_, now - 50, now + 200'000).ok());
  httplib::SSLClient later("localhost", server_->port());
  later.set_ca_cert_path(tls_.certificate.c_str());
  later.enable_server_certificate_verification(true);
  const auto reply = later.Get("/checkpoint");
  ASSERT_TRUE(reply) << static_cast<int>(reply.error());
  EXPECT_EQ(reply->status, 200);
}

TEST(HttpsClient, TakesHttpsUrlsOnly) {
  for (const char* bad : {"http://w.example", "https://", "https://w.example?x", "w.example",
                          "https://w.example:0/", "https://w.example:x/"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(HttpsClient::Create(bad, "").status())) << bad;
  }
  EXPECT_TRUE(HttpsClient::Create("https://w.example/prefix/", "").ok());
}

// Bits flip on a disk long after they were written.
TEST_F(StoredLogTest, TheScrubberComesByEveryTileAndStaysAtTheDamage) {
  Grow(600);
  StateBatch damage;
  damage.first_index = 600;
  damage.head = *state_->Head();
  damage.nodes = {{0, 300, LeafHash({})}};
  ASSERT_TRUE(state_->Commit(damage).ok());
  std::promise<absl::Status> found;
  LogScrubber scrubber(*state_, std::chrono::milliseconds(0),
                       [&](const absl::Status& status) { found.set_value(status); });
  auto status = found.get_future();
  ASSERT_EQ(status.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  EXPECT_TRUE(absl::IsDataLoss(status.get()));
  EXPECT_EQ(state_->Suspect().value()->index, 1u);
}

}  // namespace
}  // namespace whoelse
