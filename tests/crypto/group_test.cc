#include "crypto/group.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "tests/support/random.h"
#include "tests/support/vectors.h"

namespace whoelse {
namespace {

constexpr char kOrder[] = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

bool Same(const Scalar& a, const Scalar& b) { return a.ConstantTimeEquals(b); }

bool IsRefused(ByteView element) {
  return Element::Decode(element).status().code() == absl::StatusCode::kInvalidArgument;
}

TEST(Scalar, DecodesBelowTheGroupOrderOnly) {
  Bytes order = Hex(kOrder);
  EXPECT_FALSE(Scalar::Decode(order).ok()) << "L";
  order[0] -= 1;
  EXPECT_TRUE(Scalar::Decode(order).ok()) << "L - 1";
  order[0] += 2;
  EXPECT_FALSE(Scalar::Decode(order).ok()) << "L + 1";
  EXPECT_FALSE(Scalar::Decode(Bytes(32, 0xff)).ok());
  Bytes high_bit(32, 0);
  high_bit[31] = 0x80;
  EXPECT_FALSE(Scalar::Decode(high_bit).ok());
  for (const size_t size : {0, 31, 33, 64}) {
    EXPECT_EQ(Scalar::Decode(Bytes(size, 1)).status().code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_TRUE(Scalar::Decode(Bytes(32, 0))->IsZero());
}

TEST(Scalar, CalculatesModuloTheGroupOrder) {
  const Scalar two = Scalar::FromU64(2), three = Scalar::FromU64(3), zero = Scalar::FromU64(0);
  EXPECT_TRUE(Same(two + three, Scalar::FromU64(5)));
  EXPECT_TRUE(Same(two * three, Scalar::FromU64(6)));
  EXPECT_TRUE(Same((two - three) + three, two)) << "below zero and back";
  EXPECT_TRUE(Same(Scalar::FromU64(0x0102030405060708), Scalar::Decode(Hex(
      "0807060504030201000000000000000000000000000000000000000000000000")).value()));
  Bytes largest = Hex(kOrder);
  largest[0] -= 1;
  EXPECT_TRUE(Same(zero - Scalar::FromU64(1), Scalar::Decode(largest).value()));
  EXPECT_TRUE((Scalar::Decode(largest).value() + Scalar::FromU64(1)).IsZero());
  EXPECT_TRUE(zero.IsZero());
  EXPECT_FALSE(two.IsZero());
  EXPECT_FALSE(Same(two, three));
  EXPECT_TRUE(Same(three * three.Invert(), Scalar::FromU64(1)));
}

TEST(Scalar, ReducesSixtyFourBytes) {
  std::array<uint8_t, 64> wide{};
  const Bytes order = Hex(kOrder);
  std::copy(order.begin(), order.end(), wide.begin());
  EXPECT_TRUE(Scalar::Reduce(wide).IsZero());
  wide[0] += 5;
  EXPECT_TRUE(Same(Scalar::Reduce(wide), Scalar::FromU64(5)));
}

TEST(Scalar, RandomDrawsAgainWhenZero) {
  ScriptedRandom random;
  random.PushScalar(Hex(kOrder));
  random.PushScalar(Scalar::FromU64(9).Reveal());
  EXPECT_TRUE(Same(Scalar::Random(random), Scalar::FromU64(9)));
  EXPECT_EQ(random.left(), 0u);
}

TEST(ScalarDeathTest, ZeroHasNoInverse) {
  EXPECT_DEATH(Scalar::FromU64(0).Invert(), "");
  EXPECT_DEATH(BatchInvert(std::vector<Scalar>(2, Scalar::FromU64(0))), "");
}

TEST(BatchInvert, EqualsTheSingleInverses) {
  for (const size_t n : {0, 1, 2, 3, 100}) {
    SeededRandom random(n);
    std::vector<Scalar> scalars;
    for (size_t i = 0; i < n; ++i) scalars.push_back(Scalar::Random(random));
    const std::vector<Scalar> inverses = BatchInvert(scalars);
    ASSERT_EQ(inverses.size(), n);
    for (size_t i = 0; i < n; ++i) {
      EXPECT_TRUE(Same(inverses[i], scalars[i].Invert())) << i << " of " << n;
    }
  }
}

TEST(Element, RefusesWhatTheProtocolsVectorsRefuse) {
  int elements = 0;
  for (const auto& bad : Vectors("protocol-1.json")["refused"]) {
    if (bad["kind"] != "element") continue;
    EXPECT_TRUE(IsRefused(Hex(bad["bytes"]))) << bad["why"];
    ++elements;
  }
  EXPECT_GE(elements, 5);
}

TEST(Element, RefusesOtherLengths) {
  const Element element = Element::Generator();
  EXPECT_TRUE(IsRefused({}));
  EXPECT_TRUE(IsRefused(element.bytes().first(31)));
  EXPECT_TRUE(IsRefused(Writer().Raw(element.bytes()).U8(0).Take()));
}

TEST(Element, RefusesTheHighBitOfEveryElement) {
  SeededRandom random(2);
  for (int i = 0; i < 20; ++i) {
    Bytes bytes = ToBytes(Element::BaseMultiply(Scalar::Random(random)).bytes());
    ASSERT_FALSE(IsRefused(bytes));
    bytes[31] |= 0x80;
    EXPECT_TRUE(IsRefused(bytes)) << ToHex(bytes);
  }
}

// What decodes is what libsodium would encode: nothing has two encodings.
TEST(Element, RandomBytesThatDecodeAreCanonical) {
  SeededRandom random(3);
  int decoded = 0;
  for (int i = 0; i < 400; ++i) {
    const absl::StatusOr<Element> element = Element::Decode(random.NewSecret<32>().Reveal());
    if (!element.ok()) continue;
    ++decoded;
    EXPECT_EQ(element->Multiply(Scalar::FromU64(1)).value(), *element);
  }
  EXPECT_GT(decoded, 10);   // 1 of 16 is valid
}

TEST(Element, IsAGroupWithoutItsIdentity) {
  SeededRandom random(4);
  const Scalar a = Scalar::Random(random), b = Scalar::Random(random);
  const Element ag = Element::BaseMultiply(a), bg = Element::BaseMultiply(b);
  EXPECT_EQ(Element::Generator().Multiply(a).value(), ag);
  EXPECT_EQ(ag.Add(bg).value(), Element::BaseMultiply(a + b));
  EXPECT_EQ(ag.Subtract(bg).value(), Element::BaseMultiply(a - b));
  EXPECT_EQ(ag.Multiply(b).value(), Element::BaseMultiply(a * b));
  // RFC 9496 appendix A.1, the generator.
  EXPECT_EQ(ToHex(Element::Generator().bytes()),
            "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76");

  const auto expect_identity = [](const absl::StatusOr<Element>& element) {
    EXPECT_EQ(element.status().code(), absl::StatusCode::kInvalidArgument);
  };
  expect_identity(ag.Multiply(Scalar::FromU64(0)));
  expect_identity(ag.Subtract(ag));
  expect_identity(ag.Add(Element::BaseMultiply(Scalar::FromU64(0) - a)));
}

TEST(ElementDeathTest, NothingHasTheIdentityAsItsKey) {
  EXPECT_DEATH(Element::BaseMultiply(Scalar::FromU64(0)), "");
}

TEST(OneWayMap, EqualsThePublishedVectors) {
  for (const auto& vector : Vectors("ristretto255-one-way-map.json")["one_way_map"]) {
    const auto uniform = HexArray<64>(vector["uniform_bytes"]);
    EXPECT_EQ(ToHex(Element::FromUniform(uniform)->bytes()), vector["element"]);
  }
}

TEST(OneWayMap, RefusesTheIdentity) {
  EXPECT_EQ(Element::FromUniform(std::array<uint8_t, 64>{}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(HashToGroup, EqualsWhatFollowsFromThePublishedVectors) {
  const auto& vectors = Vectors("ristretto255-one-way-map.json");
  for (const auto& vector : vectors["hash_to_ristretto255_xmd_sha512_derived_from_rfc9497"]) {
    EXPECT_EQ(ToHex(Element::Hash(Hex(vector["msg"]), Hex(vector["dst"]))->bytes()),
              vector["element"]);
  }
}

TEST(ExpandMessage, EqualsThePublishedVectors) {
  const auto& vectors = Vectors("rfc9380-expand-message-xmd-sha512.json");
  const std::string dst = vectors["DST"];
  ASSERT_EQ(vectors["tests"].size(), 10u);
  for (const auto& test : vectors["tests"]) {
    const std::string message = test["msg"];
    Bytes out(std::stoul(test["len_in_bytes"].get<std::string>(), nullptr, 16));
    ExpandMessageXmdSha512({AsBytes(message)}, AsBytes(dst), out);
    EXPECT_EQ(ToHex(out), test["uniform_bytes"]) << message;
  }
}

// The next two expect values of another implementation (RFC 9380's pseudocode in Python), for what
// the published vectors leave out.
TEST(ExpandMessage, HashesADstOfMoreThan255BytesFirst) {
  Bytes out(80);
  ExpandMessageXmdSha512({AsBytes("a"), AsBytes("bc")}, AsBytes(std::string(255, 'd')), out);
  EXPECT_EQ(ToHex(out),
            "50c8293211b0794d539d1abaa7ffb97298d3f017642f889d4e7eb58c2c2a4b4e"
            "f1db7823e4b8e8f47463d6afd621e04db5ff208c301e05e5bf9e8ae6e7d10c0f"
            "98e8a21e9bbab3a79e48896aae318663");
  ExpandMessageXmdSha512({AsBytes("abc")}, AsBytes(std::string(256, 'd')), out);
  EXPECT_EQ(ToHex(out),
            "2777ba0bd9449a7e6c1d9ca16727637dd3163ab412cc2f847ada7e62f926609e"
            "b14d3d4426b52034fffc2199b9e641b4c2202b55618b5f721d8703daeba755aa"
            "9ee057eda677c2c1a8b904120e05815c");
}

TEST(ExpandMessage, ReachesItsLongestOutput) {
  Bytes out(255 * 64);
  ExpandMessageXmdSha512({AsBytes("abc")}, AsBytes("d"), out);
  EXPECT_EQ(ToHex(Sha256({out})),
            "3c61486c6d1aed38815df325e51200a98cd82b7ca8212a2d01eb21a42dd4f588");
}

TEST(ExpandMessageDeathTest, LongerOutputIsOurOwnBug) {
  Bytes out(255 * 64 + 1);
  EXPECT_DEATH(ExpandMessageXmdSha512({}, {}, out), "");
}

}  // namespace
}  // namespace whoelse
