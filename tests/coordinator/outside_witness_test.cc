// Witnesses outside of the federation: what is said to them, what they say, and what a start makes of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <sstream>

#include "coordinator/add_checkpoint.h"
#include "coordinator/outside_witness.h"
#include "tests/coordinator/service_fixture.h"
#include "tests/coordinator/stored_log.h"

namespace whoelse {
namespace {

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

class OutsideWitnessTest : public StoredLogTest {
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
  EXPECT_TRUE(absl::IsDataLoss(client->Ask(Grow(5))));
  fake_.last = {LogVerifier().name, 3, LeafHash({})};
  const absl::Status other = client->Ask(Grow(6));
  EXPECT_TRUE(absl::IsDataLoss(other)) << other;
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

// What a start has to know before it signs.
TEST_F(OutsideWitnessTest, HoldsNoMoreThanWasSigned) {
  const PublishedLog empty{0, SignCheckpoint({LogVerifier().name, 0, EmptyRoot()}, LogKeyOf(0))
                                  .Serialize()};
  const auto heard = [&](const PublishedLog& last) { return Client()->HoldsNoMoreThan(last); };
  EXPECT_TRUE(heard(empty).ok());   // it has never heard of this log
  const PublishedLog three = Grow(3), nine = Grow(9);
  fake_.last = CheckpointAt(3);
  EXPECT_TRUE(heard(nine).ok());                    // it is behind
  EXPECT_EQ(fake_.last.size, 9u);
  EXPECT_TRUE(heard(nine).ok());                    // it is where we are
  EXPECT_EQ(line_, "");                             // nobody is there yet to take its line
  EXPECT_TRUE(absl::IsDataLoss(heard(three)));      // rolled back
  EXPECT_TRUE(absl::IsDataLoss(heard(empty)));      // lost
  for (const uint64_t size : {3u, 9u}) {            // another history, shorter or as long
    fake_.last = {LogVerifier().name, size, LeafHash({})};
    EXPECT_TRUE(absl::IsDataLoss(heard(nine))) << size;
  }
  const PublishedLog strange{
      9, SignCheckpoint(CheckpointAt(9), LogKeyOf(1)).Serialize()};   // a key that it does not know
  EXPECT_TRUE(absl::IsFailedPrecondition(heard(strange)));
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

// Both of our own places can be rolled back together, or lost; what a witness holds cannot.
class WitnessedStartTest : public ServiceTest {
 protected:
  WitnessedStartTest() {
    const TimeS now = SystemClock().NowS();
    EXPECT_TRUE(CreateTlsFiles(tls_, "localhost", now - 100, now + 100'000).ok());
    fake_ = std::make_unique<FakeWitness>(tls_, roster_->coordinators[0].log_key);
    config_.witnesses = {{fake_->url(), fake_->verifier(), tls_.certificate}};
  }
  const TlsFiles tls_{folder_ / "witness.crt", folder_ / "witness.key"};
  std::unique_ptr<FakeWitness> fake_;
};

TEST_F(WitnessedStartTest, RefusesToSignLessThanAWitnessHolds) {
  Start();
  Stop();
  Start();   // it holds what was signed
  Stop();
  EXPECT_GT(fake_->last.size, 0u);
  for (const std::string& place : {config_.data, config_.second_checkpoint}) {
    std::filesystem::remove_all(place);
  }
  const auto lost = Coordinator::Start(config_, VectorClock(), MakeHonestEvaluator);
  ASSERT_TRUE(absl::IsDataLoss(lost.status())) << lost.status();
  const std::string why(lost.status().message());
  for (const char* part : {"409", "second history", "mirror", "take it out of the configuration"}) {
    EXPECT_THAT(why, testing::HasSubstr(part));
  }
}

TEST_F(WitnessedStartTest, AWitnessThatIsAwayKeepsNobodyFromStarting) {
  fake_ = nullptr;
  Start();
  EXPECT_TRUE(Ask(NewQuestion()).status.ok());
}

}  // namespace
}  // namespace whoelse
