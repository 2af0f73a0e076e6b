// The log outside of the store: as a folder, over HTTPS, and at a witness outside of the federation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <fstream>
#include <future>
#include <sstream>

#include "audit/checkpoint.h"
#include "audit/tile.h"
#include "coordinator/add_checkpoint.h"
#include "coordinator/log_export.h"
#include "coordinator/log_reader.h"
#include "coordinator/log_scrubber.h"
#include "coordinator/log_server.h"
#include "coordinator/log_writer.h"
#include "coordinator/outside_witness.h"
#include "rpc/clock.h"
#include "rpc/tls.h"
#include "tests/coordinator/fixture.h"

namespace whoelse {
namespace {

namespace fs = std::filesystem;

class LogServingTest : public testing::Test {
 protected:
  LogServingTest() {
    state_ = *RocksDbState::Open(folder_ / "data");
    mirror_ = *CheckpointMirror::Open(folder_ / "second");
    const TimeS now = SystemClock().NowS();
    EXPECT_TRUE(CreateTlsFiles(tls_, "localhost", now - 100, now + 100'000).ok());
  }
  // Appends until the log has `size` entries; what it then publishes.
  PublishedLog Grow(uint64_t size) {
    std::vector<Submission> pool;
    for (uint64_t n = state_->Head()->size(); n < size; ++n) {
      pool.push_back(AskSubmission{Retag<FrameHash>(H("test", Writer().U64(n).view())), 1, {}, 7, 5,
                                   1'000'000});
    }
    const auto plan = PlanPool(*state_, pool, kNowMs);
    EXPECT_TRUE(plan.ok() && state_->Commit(plan->batch).ok());
    return {size, Signed(size).Serialize()};
  }
  Checkpoint CheckpointAt(uint64_t size) const {
    return {LogVerifier().name, size, FrontierAt(*state_, size)->Root()};
  }
  Note Signed(uint64_t size) const { return SignCheckpoint(CheckpointAt(size), LogKeyOf(0)); }
  static NoteVerifier LogVerifier() {
    return *NoteVerifier::Parse(
        ProtocolVectors()["keys"]["coordinators"][0]["log_vkey"].get<std::string>());
  }
  static std::string Content(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }

  TempFolder folder_;
  const TlsFiles tls_{folder_ / "tls.crt", folder_ / "tls.key"};
  std::unique_ptr<RocksDbState> state_;
  std::unique_ptr<CheckpointMirror> mirror_;
};

class LogExportTest : public LogServingTest {
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

class LogServerTest : public LogServingTest {
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

// A witness as C2SP tlog-witness describes it.
class FakeWitness {
 public:
  FakeWitness(const TlsFiles& tls, const NoteVerifier& log)
      : log_(log), server_(tls.certificate.c_str(), tls.key.c_str()) {
    server_.Post("/w/add-checkpoint", [this](const httplib::Request& request,
                                             httplib::Response& response) { On(request, response); });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
  }
  ~FakeWitness() {
    while (!server_.is_running()) std::this_thread::yield();
    server_.stop();
    thread_.join();
  }
  std::string url() const { return "https://localhost:" + std::to_string(port_) + "/w"; }
  NoteVerifier verifier() const {
    return *NoteVerifier::Create("outside", NoteKeyType::kCosignatureV1, key_.verify_key());
  }
  Checkpoint last{"", 0, EmptyRoot()};   // no request is under way while a test changes it

 private:
  void On(const httplib::Request& request, httplib::Response& response) {
    std::istringstream in(request.body);
    std::string word, line;
    uint64_t old = 0;
    in >> word >> old;
    std::getline(in, line);
    std::vector<TreeHash> proof;
    while (std::getline(in, line) && !line.empty()) {
      const Bytes hash = *Base64Decode(line);
      proof.push_back(TreeHash(ByteView(hash).first<32>()));
    }
    const auto note = Note::Parse(request.body.substr(static_cast<size_t>(in.tellg())));
    const auto checkpoint = OpenCheckpoint(*note, log_);
    if (!checkpoint.ok()) {
      response.status = 403;
    } else if (old != last.size) {
      response.status = 409;
      response.set_content(std::to_string(last.size) + "\n", "text/x.tlog.size");
    } else if (!VerifyConsistency(old, last.root, checkpoint->size, checkpoint->root, proof).ok()) {
      response.status = 422;
    } else {
      last = *checkpoint;
      const Note alone{checkpoint->Serialize(), {Cosign(last, 1'800'000'000, "outside", key_)}};
      response.set_content(alone.Serialize().substr(alone.text.size() + 1), "text/plain");
    }
  }

  const NoteVerifier log_;
  const SigningKey key_ = NewKey(0x77);
  httplib::SSLServer server_;
  int port_ = 0;
  std::thread thread_;
};

class OutsideWitnessTest : public LogServingTest {
 protected:
  std::unique_ptr<OutsideWitness> Client() {
    auto client = HttpsClient::Create(fake_.url(), tls_.certificate);
    EXPECT_TRUE(client.ok()) << client.status();
    return std::make_unique<OutsideWitness>(*std::move(client), *state_,
                                            [this](uint64_t size, const std::string& line) {
                                              size_ = size;
                                              line_ = line;
                                            });
  }
  void ExpectCosigned(uint64_t size) {
    EXPECT_EQ(size_, size);
    const auto note = Note::Parse(CheckpointAt(size).Serialize() + "\n" + line_);
    ASSERT_TRUE(note.ok()) << note.status();
    EXPECT_EQ(VerifyCosignatures(*note, {fake_.verifier()}).value().size(), 1u);
  }
  FakeWitness fake_{tls_, LogVerifier()};
  uint64_t size_ = 0;
  std::string line_;
};

TEST_F(OutsideWitnessTest, AsksFromWhereTheWitnessIs) {
  auto client = Client();
  ASSERT_TRUE(client->Ask(Grow(3)).ok());
  ExpectCosigned(3);
  ASSERT_TRUE(client->Ask(Grow(300)).ok());
  ExpectCosigned(300);
  client = Client();   // a new start does not know how far the witness is
  const absl::Status status = client->Ask(Grow(301));
  ASSERT_TRUE(status.ok()) << status;
  ExpectCosigned(301);
}

TEST_F(OutsideWitnessTest, SaysWhenTheWitnessKnowsAnotherOrALongerLog) {
  auto client = Client();
  ASSERT_TRUE(client->Ask(Grow(3)).ok());
  fake_.last.size = 9;
  EXPECT_TRUE(absl::IsFailedPrecondition(client->Ask(Grow(5))));
  fake_.last = {LogVerifier().name, 3, LeafHash({})};
  const absl::Status other = client->Ask(Grow(6));
  EXPECT_TRUE(absl::IsFailedPrecondition(other)) << other;
  EXPECT_THAT(std::string(other.message()), testing::HasSubstr("422"));
}

TEST_F(OutsideWitnessTest, NobodyThereOrAnotherCertificate) {
  const TlsFiles other{folder_ / "other.crt", folder_ / "other.key"};
  const TimeS now = SystemClock().NowS();
  ASSERT_TRUE(CreateTlsFiles(other, "localhost", now - 100, now + 1000).ok());
  OutsideWitness wrong(*HttpsClient::Create(fake_.url(), other.certificate), *state_,
                       [](uint64_t, const std::string&) { FAIL(); });
  EXPECT_TRUE(absl::IsPermissionDenied(wrong.Ask(Grow(3))));
}

TEST(OutsideWitness, Sizes) {
  EXPECT_EQ(ParseWitnessSize("0\n"), 0u);
  EXPECT_EQ(ParseWitnessSize("20852163\n"), 20852163u);
  for (const char* bad : {"", "\n", "1", "01\n", "1\n\n", "-1\n", " 1\n"}) {
    EXPECT_EQ(ParseWitnessSize(bad), std::nullopt) << bad;
  }
}

TEST(OutsideWitness, LinesOfItsReply) {
  const std::string line = "\xE2\x80\x94 w.example AAAA\n";
  EXPECT_EQ(*ParseWitnessLines(line), std::vector{line});
  EXPECT_EQ(ParseWitnessLines(line + line)->size(), 2u);
  std::string sixteen;
  for (int i = 0; i < 16; ++i) sixteen += line;
  EXPECT_EQ(ParseWitnessLines(sixteen)->size(), 16u);
  const std::vector<std::pair<std::string, const char*>> cases = {
      {"", "line 1 (byte 0)"},           {"\n", "line 1 (byte 0)"},
      {"AAAA\n", "line 1 (byte 0)"},     {line.substr(0, line.size() - 1), "line 1 (byte 0)"},
      {line + "\n", "line 2 (byte 19)"}, {line + "-- w.example AAAA\n", "line 2 (byte 19)"},
      {sixteen + line, "line 17 (byte 304)"}};
  for (const auto& [bad, where] : cases) {
    const absl::Status status = ParseWitnessLines(bad).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << bad;
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr(where));
  }
}

TEST(HttpsClient, TakesHttpsUrlsOnly) {
  for (const char* bad : {"http://w.example", "https://", "https://w.example?x", "w.example",
                          "https://w.example:0/", "https://w.example:x/"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(HttpsClient::Create(bad, "").status())) << bad;
  }
  EXPECT_TRUE(HttpsClient::Create("https://w.example/prefix/", "").ok());
}

// Bits flip on a disk long after they were written.
TEST_F(LogServingTest, TheScrubberComesByEveryTileAndStaysAtTheDamage) {
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
