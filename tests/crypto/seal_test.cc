#include "crypto/seal.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "tests/support/random.h"
#include "tests/support/vectors.h"

namespace whoelse {
namespace {

using Key = std::array<uint8_t, 32>;

const Bytes kAad = {10, 11, 12};
const Bytes kPlaintext = {1, 2, 3, 4, 5, 6, 7, 8};

Secret<32> SecretOf(uint8_t byte) {
  Key key;
  key.fill(byte);
  return Secret<32>::From(key);
}

void ExpectUnauthenticated(const absl::StatusOr<Bytes>& opened) {
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kUnauthenticated);
}

// `open` must refuse every string that differs from `sealed` in one bit, is cut short, or goes on.
template <typename Open>
void ExpectAllAlterationsRefused(const Bytes& sealed, Open open) {
  ASSERT_TRUE(open(sealed).ok());
  for (size_t i = 0; i < sealed.size(); ++i) {
    Bytes altered = sealed;
    altered[i] ^= 0x80;
    SCOPED_TRACE(testing::Message() << "byte " << i);
    ExpectUnauthenticated(open(altered));
    ExpectUnauthenticated(open(Bytes(sealed.begin(), sealed.begin() + static_cast<ptrdiff_t>(i))));
  }
  Bytes longer = sealed;
  longer.push_back(0);
  ExpectUnauthenticated(open(longer));
}

TEST(SealOnce, OpensAgain) {
  const Key key = {1};
  for (const size_t size : {0, 1, 256, 1344}) {
    const Bytes plaintext(size, 0x5a);
    const Bytes sealed = SealOnce(key, kAad, plaintext);
    EXPECT_EQ(sealed.size(), size + kAeadOverhead);
    EXPECT_EQ(OpenOnce(key, kAad, sealed).value(), plaintext);
  }
}

TEST(SealOnce, AnyAlterationIsRefused) {
  const Key key = {1};
  const Bytes sealed = SealOnce(key, kAad, kPlaintext);
  ExpectAllAlterationsRefused(sealed, [&](ByteView c) { return OpenOnce(key, kAad, c); });
  ExpectUnauthenticated(OpenOnce(Key{2}, kAad, sealed));
  ExpectUnauthenticated(OpenOnce(key, Bytes{10, 11}, sealed));
  ExpectUnauthenticated(OpenOnce(key, Bytes{10, 11, 13}, sealed));
  ExpectUnauthenticated(OpenOnce(key, {}, sealed));
}

TEST(SealOnce, MakesThePublishedBodies) {
  for (const auto& question : Vectors("protocol-1.json")["questions"]) {
    const auto key = HexArray<32>(question["body_key"]);
    const Bytes statement = Hex(question["statement"]), signature = Hex(question["signature"]);
    const Bytes plaintext = Writer().Raw(statement).Raw(signature).Take();
    EXPECT_EQ(ToHex(SealOnce(key, Hex(question["header"]), plaintext)), question["body"]);
  }
}

TEST(X25519, EqualsThePublishedVector) {
  // RFC 7748 section 5.2.
  const auto scalar = Secret<32>::From(HexArray<32>(
      "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"));
  const auto u = HexFixed<X25519PublicKey>(
      "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c");
  EXPECT_EQ(ToHex(X25519(scalar, u)->Reveal()),
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
}

TEST(X25519, MakesThePublishedReplySecrets) {
  for (const auto& answer : Vectors("protocol-1.json")["answers"]) {
    const auto secret = Secret<32>::From(HexArray<32>(answer["ephemeral_secret_key"]));
    EXPECT_EQ(ToHex(X25519Public(secret)), answer["epk"]);
    for (const auto& question : Vectors("protocol-1.json")["questions"]) {
      if (question["name"] != answer["question"]) continue;
      const auto reply_key = HexFixed<X25519PublicKey>(question["reply_key"]);
      EXPECT_EQ(ToHex(X25519(secret, reply_key)->Reveal()), answer["shared_secret"]);
    }
  }
}

TEST(X25519, BothSidesAgree) {
  const Secret<32> a = SecretOf(3), b = SecretOf(4);
  const auto shared = X25519(a, X25519Public(b)).value();
  EXPECT_EQ(ToBytes(shared.Reveal()), ToBytes(X25519(b, X25519Public(a))->Reveal()));
  EXPECT_FALSE(X25519IsLowOrder(X25519Public(a)));
}

// All u of low order on the curve and its twist, in every encoding of 255 bits; bit 255 is ignored.
TEST(X25519, RefusesLowOrder) {
  for (const char* u : {
           "0000000000000000000000000000000000000000000000000000000000000000",
           "0100000000000000000000000000000000000000000000000000000000000000",
           "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
           "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
       }) {
    auto key = HexFixed<X25519PublicKey>(u);
    for (int i = 0; i < 2; ++i) {
      EXPECT_TRUE(X25519IsLowOrder(key)) << ToHex(key);
      EXPECT_EQ(X25519(SecretOf(5), key).status().code(), absl::StatusCode::kInvalidArgument)
          << ToHex(key);
      key.data()[31] |= 0x80;
    }
  }
  EXPECT_FALSE(X25519IsLowOrder(HexFixed<X25519PublicKey>(
      "0900000000000000000000000000000000000000000000000000000000000000")));
  EXPECT_FALSE(X25519IsLowOrder(HexFixed<X25519PublicKey>(
      "0200000000000000000000000000000000000000000000000000000000000000")))
      << "on the twist, of large order";
}

TEST(SealedBox, OpensForItsRecipientOnly) {
  const Secret<32> officer = SecretOf(6);
  const Bytes sealed = SealTo(X25519Public(officer), kPlaintext);
  EXPECT_EQ(sealed.size(), kPlaintext.size() + kSealedBoxOverhead);
  EXPECT_EQ(OpenSealed(officer, sealed).value(), kPlaintext);
  ExpectUnauthenticated(OpenSealed(SecretOf(7), sealed));
  EXPECT_NE(SealTo(X25519Public(officer), kPlaintext), sealed) << "a fresh key each time";
}

TEST(SealedBox, AnyAlterationIsRefused) {
  const Secret<32> officer = SecretOf(6);
  ExpectAllAlterationsRefused(SealTo(X25519Public(officer), kPlaintext),
                              [&](ByteView c) { return OpenSealed(officer, c); });
}

TEST(SealedBoxDeathTest, ARecipientOfLowOrderIsOurOwnBug) {
  EXPECT_DEATH(SealTo(X25519PublicKey(), kPlaintext), "");
}

TEST(MasterKey, SealsUnderTheNonceDrawn) {
  const MasterKey master(SecretOf(8));
  ScriptedRandom random = {Bytes(24, 0x77)};
  const Bytes sealed = master.Seal(AsBytes("records|1|1"), kPlaintext, random);
  EXPECT_EQ(sealed.size(), kPlaintext.size() + kAtRestOverhead);
  EXPECT_EQ(Bytes(sealed.begin(), sealed.begin() + 24), Bytes(24, 0x77));
  EXPECT_EQ(master.Open(AsBytes("records|1|1"), sealed).value(), kPlaintext);
}

TEST(MasterKey, AnyAlterationOrMoveIsRefused) {
  const MasterKey master(SecretOf(8));
  SeededRandom random(1);
  const Bytes sealed = master.Seal(AsBytes("records|1|1"), kPlaintext, random);
  ExpectAllAlterationsRefused(
      sealed, [&](ByteView c) { return master.Open(AsBytes("records|1|1"), c); });
  ExpectUnauthenticated(master.Open(AsBytes("records|2|1"), sealed));
  ExpectUnauthenticated(MasterKey(SecretOf(9)).Open(AsBytes("records|1|1"), sealed));
}

TEST(MasterKey, DerivesAKeyForEachLabel) {
  const MasterKey master(SecretOf(8));
  const Bytes one = ToBytes(master.Derive("one").Reveal());
  EXPECT_EQ(one, ToBytes(K(SecretOf(8).Reveal(), "one", {}).Reveal()));
  EXPECT_NE(one, ToBytes(master.Derive("two").Reveal()));
  EXPECT_NE(one, ToBytes(MasterKey(SecretOf(9)).Derive("one").Reveal()));
}

}  // namespace
}  // namespace whoelse
