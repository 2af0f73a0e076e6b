// Configuration and secrets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "coordinator/config.h"
#include "coordinator/secrets.h"
#include "tests/coordinator/fixture.h"

namespace whoelse {
namespace {

using testing::HasSubstr;

CoordinatorConfig Example() {
  CoordinatorConfig config;
  config.id = 101;
  config.listen = "127.0.0.1:0";
  config.data = "/d/data";
  config.second_checkpoint = "/e/second";
  config.roster = "/d/roster";
  config.secrets = "/d/secrets";
  config.master_key = "/k/master";
  config.min_free_mb = 3;
  config.tls = {"/d/tls.crt", "/d/tls.key"};
  config.trust = VectorAnchor();
  return config;
}

TEST(CoordinatorConfigTest, ReadsWhatItWrites) {
  const auto read = CoordinatorConfig::Parse(Example().Serialize(), "/ignored");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->Serialize(), Example().Serialize());
  EXPECT_EQ(read->trust.roots, VectorAnchor().roots);
  EXPECT_EQ(read->trust.federation, VectorAnchor().federation);
  EXPECT_EQ(read->min_free_mb, 3u);
}

TEST(CoordinatorConfigTest, RelativePathsStartAtTheFile) {
  CoordinatorConfig config = Example();
  config.data = "data";
  config.master_key = "../master";
  const auto read = CoordinatorConfig::Parse(config.Serialize(), "/home/of");
  EXPECT_EQ(read->data, "/home/of/data");
  EXPECT_EQ(read->master_key, "/home/of/../master");
  config.master_key = "credential:whoelse";
  EXPECT_EQ(CoordinatorConfig::Parse(config.Serialize(), "/home/of")->master_key,
            "credential:whoelse");
}

TEST(CoordinatorConfigTest, ProblemsNameTheKey) {
  const std::string good = Example().Serialize();
  const auto problem = [](const std::string& text) {
    const auto read = CoordinatorConfig::Parse(text, "");
    EXPECT_TRUE(absl::IsInvalidArgument(read.status())) << read.status();
    return std::string(read.status().message());
  };
  const auto without = [&](const std::string& key) {
    std::string text = good;
    const size_t at = text.find(key + " = ");
    const char last = key == "roots" ? ']' : '\n';   // the list takes several lines
    return text.erase(at, text.find(last, at) + 1 - at);
  };
  EXPECT_THAT(problem("dta = \"x\"\n" + good), HasSubstr("dta"));
  EXPECT_THAT(problem(good + "\n[trsut]\n"), HasSubstr("trsut"));
  for (const char* key : {"id", "listen", "data", "second_checkpoint", "roster", "secrets",
                          "master_key", "certificate", "federation", "roots", "k"}) {
    EXPECT_THAT(problem(without(key)), HasSubstr(key));
  }
  EXPECT_TRUE(CoordinatorConfig::Parse(without("min_free_mb"), "").ok());
  EXPECT_THAT(problem("id = 0\n" + without("id")), HasSubstr("id"));
  EXPECT_THAT(problem("id = \"101\"\n" + without("id")), HasSubstr("id"));
  EXPECT_THAT(problem(without("k") + "\nk = 4\n"), HasSubstr("k should be"));   // of three roots
  EXPECT_THAT(problem("this is no toml"), HasSubstr("line 1"));
}

TEST(CoordinatorConfigTest, TheLogsFilesAndOutsideWitnesses) {
  const auto none = CoordinatorConfig::Parse(Example().Serialize(), "");
  EXPECT_TRUE(none->log.export_folder.empty() && none->log.listen.empty());
  EXPECT_TRUE(none->witnesses.empty());

  CoordinatorConfig config = Example();
  const auto key = NoteVerifier::Parse(
      ProtocolVectors()["keys"]["witnesses"][0]["vkey"].get<std::string>());
  config.log = {"logs/one", "127.0.0.1:0", {"log.crt", "/k/log.key"}, {"ended/one", "/e/two"}};
  config.witnesses = {{"https://w.example/a", *key, "ca.crt"}, {"https://v.example", *key, ""}};
  const auto read = CoordinatorConfig::Parse(config.Serialize(), "/home");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->log.export_folder, "/home/logs/one");
  EXPECT_EQ(read->log.listen, "127.0.0.1:0");
  EXPECT_EQ(read->log.tls.certificate, "/home/log.crt");
  EXPECT_EQ(read->log.tls.key, "/k/log.key");
  EXPECT_EQ(read->log.ended, (std::vector<std::string>{"/home/ended/one", "/e/two"}));
  ASSERT_EQ(read->witnesses.size(), 2u);
  EXPECT_EQ(read->witnesses[0].url, "https://w.example/a");
  EXPECT_EQ(read->witnesses[0].key, *key);
  EXPECT_EQ(read->witnesses[0].ca, "/home/ca.crt");
  EXPECT_EQ(read->witnesses[1].ca, "");

  const std::string good = Example().Serialize();
  for (const auto& [text, named] :
       {std::pair{"[log]\nexprt = \"x\"\n", "log.exprt"},
        std::pair{"[[witness]]\nurl = \"https://w\"\n", "witness.vkey"},
        std::pair{"[[witness]]\nurl = \"https://w\"\nvkey = \"w+00000000+AAAA\"\n", "witness.vkey"},
        std::pair{"[witness]\nurl = \"https://w\"\n", "witness"}}) {
    const auto bad = CoordinatorConfig::Parse(good + text, "");
    EXPECT_TRUE(absl::IsInvalidArgument(bad.status())) << text;
    EXPECT_THAT(std::string(bad.status().message()), HasSubstr(named));
  }
}

class SecretsTest : public testing::Test {
 protected:
  CoordinatorSecrets Make() {
    CoordinatorSecrets secrets{random_.NewSecret<32>(), random_.NewSecret<32>(), {}};
    secrets.shares.push_back({1, 1, ShareOf(0, 0)});
    secrets.shares.push_back({2, 5, ShareOf(0, 1)});
    return secrets;
  }
  MasterKey Key() { return MasterKey(random_.NewSecret<32>()); }

  SeededRandom random_{3};
  TempFolder folder_;
  const std::string path_ = folder_ / "secrets.sealed";
};

TEST_F(SecretsTest, ReadsWhatItWrites) {
  const CoordinatorSecrets secrets = Make();
  const MasterKey key = Key();
  ASSERT_TRUE(WriteSecrets(path_, secrets, key, random_).ok());
  const auto read = ReadSecrets(path_, key);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(std::ranges::equal(read->log_seed.Reveal(), secrets.log_seed.Reveal()));
  EXPECT_TRUE(std::ranges::equal(read->admission_seed.Reveal(), secrets.admission_seed.Reveal()));
  ASSERT_EQ(read->shares.size(), 2u);
  EXPECT_EQ(read->shares[1].kv, 2u);
  EXPECT_EQ(read->shares[1].sharing_epoch, 5u);
  EXPECT_TRUE(read->shares[1].value.ConstantTimeEquals(ShareOf(0, 1)));
}

TEST_F(SecretsTest, SealedUnderAnotherKeyDamagedOrOpenToOthers) {
  const MasterKey key = Key();
  ASSERT_TRUE(WriteSecrets(path_, Make(), key, random_).ok());
  EXPECT_TRUE(absl::IsUnauthenticated(ReadSecrets(path_, Key()).status()));
  std::filesystem::permissions(path_, std::filesystem::perms::group_read,
                               std::filesystem::perm_options::add);
  EXPECT_TRUE(absl::IsPermissionDenied(ReadSecrets(path_, key).status()));
  std::filesystem::permissions(path_, std::filesystem::perms::group_read,
                               std::filesystem::perm_options::remove);
  std::fstream(path_, std::ios::in | std::ios::out | std::ios::binary).seekp(60).put('x').flush();
  EXPECT_TRUE(absl::IsUnauthenticated(ReadSecrets(path_, key).status()));
}

TEST_F(SecretsTest, AShareTwiceOrZeroIsNotOurs) {
  const MasterKey key = Key();
  CoordinatorSecrets secrets = Make();
  secrets.shares.push_back({1, 1, ShareOf(0, 1)});
  ASSERT_TRUE(WriteSecrets(path_, secrets, key, random_).ok());
  EXPECT_TRUE(absl::IsDataLoss(ReadSecrets(path_, key).status()));
  secrets = Make();
  secrets.shares[0].value = Scalar::FromU64(0);
  ASSERT_TRUE(WriteSecrets(path_, secrets, key, random_).ok());
  EXPECT_TRUE(absl::IsDataLoss(ReadSecrets(path_, key).status()));
}

}  // namespace
}  // namespace whoelse
