// Who can open what the ledger seals to the lead officers.
#include "node/lead_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/random.h"

namespace whoelse {
namespace {

using testing::HasSubstr;

class LeadKeyTest : public testing::Test {
 protected:
  SeededRandom random_{20261122};
  const Secret<32> alice_ = random_.NewSecret<32>(), bob_ = random_.NewSecret<32>(),
                   carol_ = random_.NewSecret<32>();
  LeadKeyFile file_ = *LeadKeyFile::Create(
      {{"alice", X25519Public(alice_)}, {"bob", X25519Public(bob_)}}, random_);
  bool Opens(const LeadKeyFile& file, const Secret<32>& own) {
    const auto secret = file.Open(own);
    return secret.ok() && X25519Public(*secret) == file.key();
  }
};

TEST_F(LeadKeyTest, EachHolderOpensAndNobodyElse) {
  EXPECT_TRUE(Opens(file_, alice_));
  EXPECT_TRUE(Opens(file_, bob_));
  EXPECT_TRUE(absl::IsPermissionDenied(file_.Open(carol_).status()));
  const Bytes sealed = SealTo(file_.key(), AsBytes("who asked"));
  EXPECT_EQ(ToString(*OpenSealed(*file_.Open(bob_), sealed)), "who asked");
}

TEST_F(LeadKeyTest, AHolderLetsAnotherIn) {
  EXPECT_TRUE(absl::IsPermissionDenied(file_.Add("carol", X25519Public(carol_), carol_)));
  const X25519PublicKey before = file_.key();
  ASSERT_TRUE(file_.Add("carol", X25519Public(carol_), bob_).ok());
  EXPECT_EQ(file_.key(), before);
  EXPECT_TRUE(Opens(file_, carol_));
  EXPECT_TRUE(Opens(file_, alice_));
}

TEST_F(LeadKeyTest, ANewPairLeavesOutWhoLeft) {
  const LeadKeyFile next = *LeadKeyFile::Create({{"alice", X25519Public(alice_)}}, random_);
  EXPECT_NE(next.key(), file_.key());
  EXPECT_TRUE(absl::IsPermissionDenied(next.Open(bob_).status()));
  EXPECT_TRUE(Opens(file_, bob_));   // what was sealed to the old one
}

TEST_F(LeadKeyTest, ComesBackAsItWasWritten) {
  const std::string text = file_.Serialize();
  const auto back = LeadKeyFile::Parse(text);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->Serialize(), text);
  EXPECT_TRUE(Opens(*back, alice_));
  EXPECT_EQ(back->Holders(), (std::map<std::string, X25519PublicKey>{
                                 {"alice", X25519Public(alice_)}, {"bob", X25519Public(bob_)}}));
  for (size_t cut = 0; cut < text.size(); ++cut) {
    const auto cut_off = LeadKeyFile::Parse(text.substr(0, cut));
    if (cut_off.ok()) {
      EXPECT_EQ(text[cut - 1], '\n');   // a holder less
    }
  }
  for (const std::string& bad :
       {text + "\n", text + "holder bob x y\n", " " + text,
        std::string("whoelse lead officer key 2\n")}) {
    const auto refused = LeadKeyFile::Parse(bad);
    ASSERT_TRUE(absl::IsInvalidArgument(refused.status()));
    EXPECT_THAT(refused.status().message(), HasSubstr("lead key: line "));
  }
}

TEST_F(LeadKeyTest, AShareOfAnotherKeyIsFound) {
  const LeadKeyFile other = *LeadKeyFile::Create({{"alice", X25519Public(alice_)}}, random_);
  std::string text = file_.Serialize();
  text.replace(text.find(ToHex(file_.key())), 64, ToHex(other.key()));
  EXPECT_TRUE(absl::IsDataLoss(LeadKeyFile::Parse(text)->Open(alice_).status()));
}

TEST_F(LeadKeyTest, RefusesNamesAndKeysThatAreNone) {
  for (const char* name : {"", "two words", "line\nfeed"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(
        LeadKeyFile::Create({{name, X25519Public(alice_)}}, random_).status()));
  }
  EXPECT_TRUE(absl::IsInvalidArgument(LeadKeyFile::Create({}, random_).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      LeadKeyFile::Create({{"alice", X25519PublicKey()}}, random_).status()));
}

}  // namespace
}  // namespace whoelse
