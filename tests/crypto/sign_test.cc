#include "crypto/sign.h"

#include <gtest/gtest.h>

#include "tests/support/random.h"
#include "tests/support/vectors.h"

namespace whoelse {
namespace {

SigningKey TestKey() { return SigningKey::FromSeed(std::array<uint8_t, 32>{1, 2, 3}); }

bool IsRefused(ByteView key) {
  return VerifyKey::Decode(key).status().code() == absl::StatusCode::kInvalidArgument;
}

TEST(Sign, EqualsThePublishedVector) {   // RFC 8032 section 7.1, TEST 2
  const SigningKey key = SigningKey::FromSeed(HexArray<32>(
      "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  EXPECT_EQ(ToHex(key.verify_key().bytes()),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  EXPECT_EQ(ToHex(key.SignBare(Bytes{0x72})),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

TEST(Sign, MakesThePublishedConsentUnderItsLabel) {
  const auto& vectors = Vectors("protocol-1.json");
  const auto& consent = vectors["consent"];
  const auto& coordinator = vectors["keys"]["coordinators"][0];
  ASSERT_EQ(coordinator["id"], consent["coordinator"]);
  const SigningKey key = SigningKey::FromSeed(HexArray<32>(coordinator["admission_seed"]));
  EXPECT_EQ(ToHex(key.verify_key().bytes()), coordinator["admission_public_key"]);
  const Bytes hash = Hex(consent["roster_hash"]);
  EXPECT_EQ(ToHex(key.Sign("whoelse/1/roster", {hash})), consent["signature"]);
  EXPECT_TRUE(key.verify_key().Verify("whoelse/1/roster", {hash},
                                      HexFixed<Signature>(consent["signature"])));
}

TEST(Sign, VerifiesUnderItsLabelOnly) {
  const SigningKey key = TestKey();
  const Signature signature = key.Sign("ab", {AsBytes("c"), AsBytes("d")});
  EXPECT_TRUE(key.verify_key().Verify("ab", {AsBytes("cd")}, signature)) << "parts are one message";
  EXPECT_FALSE(key.verify_key().Verify("a", {AsBytes("bcd")}, signature));
  EXPECT_FALSE(key.verify_key().Verify("abc", {AsBytes("d")}, signature));
  EXPECT_FALSE(key.verify_key().Verify("ab", {AsBytes("c")}, signature));
  EXPECT_FALSE(key.verify_key().VerifyBare(AsBytes("abcd"), signature));
  EXPECT_TRUE(key.verify_key().VerifyBare(AsBytes("\2abcd"), signature));
}

TEST(Sign, AnyAlteredByteIsRefused) {
  const SigningKey key = TestKey();
  const Bytes message = {1, 2, 3, 4};
  const Signature signature = key.SignBare(message);
  ASSERT_TRUE(key.verify_key().VerifyBare(message, signature));
  for (size_t i = 0; i < signature.size(); ++i) {
    Signature altered = signature;
    altered.data()[i] ^= 1;
    EXPECT_FALSE(key.verify_key().VerifyBare(message, altered)) << i;
  }
  for (size_t i = 0; i < message.size(); ++i) {
    Bytes altered = message;
    altered[i] ^= 1;
    EXPECT_FALSE(key.verify_key().VerifyBare(altered, signature)) << i;
  }
  EXPECT_FALSE(SigningKey::FromSeed(std::array<uint8_t, 32>{9}).verify_key().VerifyBare(message,
                                                                                      signature));
}

TEST(Sign, AScalarPlusTheGroupOrderIsRefused) {
  const SigningKey key = TestKey();
  Signature signature = key.SignBare({});
  const Bytes order = Hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  sodium_add(signature.data() + 32, order.data(), 32);
  EXPECT_FALSE(key.verify_key().VerifyBare({}, signature));
}

TEST(VerifyKey, KeepsItsBytes) {
  const SigningKey key = TestKey();
  const VerifyKey decoded = VerifyKey::Decode(key.verify_key().bytes()).value();
  EXPECT_EQ(decoded, key.verify_key());
  EXPECT_NE(decoded, SigningKey::FromSeed(std::array<uint8_t, 32>{9}).verify_key());
}

TEST(VerifyKey, RefusesOtherLengths) {
  const SigningKey key = TestKey();
  EXPECT_TRUE(IsRefused({}));
  EXPECT_TRUE(IsRefused(key.verify_key().bytes().first(31)));
  EXPECT_TRUE(IsRefused(Writer().Raw(key.verify_key().bytes()).U8(0).Take()));
}

// The eight points whose order divides 8, and every other encoding of them. As a key, such a point
// verifies some signature on many messages that nobody signed.
TEST(VerifyKey, RefusesSmallOrder) {
  for (const char* point : {
           "0100000000000000000000000000000000000000000000000000000000000000",   // order 1
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",   // order 2
           "0000000000000000000000000000000000000000000000000000000000000000",   // order 4
           "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",   // order 8
           "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",   // order 8
           "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",   // y = p
           "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",   // y = p + 1
       }) {
    Bytes key = Hex(point);
    EXPECT_TRUE(IsRefused(key)) << point;
    key[31] |= 0x80;   // the other sign of x
    EXPECT_TRUE(IsRefused(key)) << point << " with the sign bit";
  }
}

TEST(VerifyKey, RefusesNonCanonicalEncodings) {
  // y + p for the smallest y: those below 19 leave room for it.
  Bytes key = Hex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
  for (int y = 0; y < 19; ++y) {
    EXPECT_TRUE(IsRefused(key)) << "y = p + " << y;
    key[0] = static_cast<uint8_t>(key[0] + 1);
  }
}

TEST(VerifyKey, RefusesAPointWithAComponentOfSmallOrder) {
  const SigningKey key = TestKey();
  const Bytes torsion = Hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
  Bytes mixed(32);
  ASSERT_EQ(crypto_core_ed25519_add(mixed.data(), key.verify_key().bytes().data(), torsion.data()),
            0);
  EXPECT_TRUE(IsRefused(mixed));
}

TEST(VerifyKey, RefusesWhatIsNotOnTheCurve) {
  EXPECT_TRUE(IsRefused(Hex("0200000000000000000000000000000000000000000000000000000000000000")));
}

}  // namespace
}  // namespace whoelse
