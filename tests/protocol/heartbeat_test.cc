#include <gtest/gtest.h>

#include "protocol/limits.h"
#include "tests/protocol/roster_fixture.h"

namespace whoelse {
namespace {

constexpr uint32_t kHour = 500'000;
constexpr TimeS kStated = TimeS{kHour} * 3600;

Roster Version7() { return *Roster::Parse(RosterText(RosterJson(7))); }

TEST(Heartbeat, Vectors) {
  const auto& beats = ProtocolVectors()["heartbeats"];
  ASSERT_EQ(beats.size(), 3u);
  for (int i = 0; i < 3; ++i) {
    const auto& vector = beats[i];
    const auto beat = Heartbeat::Parse(Hex(vector["bytes"]));
    ASSERT_TRUE(beat.ok()) << beat.status();
    EXPECT_EQ(beat->coordinator, vector["coordinator"]);
    EXPECT_EQ(beat->version, vector["version"]);
    EXPECT_EQ(ToHex(beat->roster_hash), vector["roster_hash"]);
    EXPECT_EQ(beat->hour, vector["hour"]);
    EXPECT_EQ(ToHex(beat->Serialize()), vector["bytes"]);
    EXPECT_TRUE(beat->Fresh(Version7(), kStated));
    const Heartbeat made =
        Heartbeat::Sign(Version7(), vector["coordinator"], vector["hour"], AdmissionKeyOf(i));
    EXPECT_EQ(ToHex(made.Serialize()), vector["bytes"]);
  }
}

TEST(Heartbeat, RefusedVectors) {
  int refused = 0;
  for (const auto& vector : ProtocolVectors()["refused"]) {
    if (vector["kind"] != "heartbeat") continue;
    ++refused;
    EXPECT_TRUE(absl::IsInvalidArgument(Heartbeat::Parse(Hex(vector["bytes"])).status()))
        << vector["why"];
  }
  EXPECT_EQ(refused, 3);
}

TEST(Heartbeat, AgeCountsFromTheHour) {
  const Roster roster = Version7();
  const Heartbeat beat = Heartbeat::Sign(roster, 102, kHour, AdmissionKeyOf(1));
  EXPECT_TRUE(beat.Fresh(roster, kStated));
  EXPECT_TRUE(beat.Fresh(roster, kStated + 36 * 3600));
  EXPECT_FALSE(beat.Fresh(roster, kStated + 36 * 3600 + 1));
  EXPECT_TRUE(beat.Fresh(roster, kStated - 3600));
  EXPECT_FALSE(beat.Fresh(roster, kStated - 3601));
  EXPECT_FALSE(beat.Fresh(roster, 0));
  EXPECT_FALSE(beat.Fresh(roster, UINT64_MAX));
  EXPECT_TRUE(Heartbeat::Sign(roster, 102, 0, AdmissionKeyOf(1)).Fresh(roster, 0));
  const Heartbeat last = Heartbeat::Sign(roster, 102, UINT32_MAX, AdmissionKeyOf(1));
  EXPECT_TRUE(last.Fresh(roster, TimeS{UINT32_MAX} * 3600));   // no 32-bit sum
  EXPECT_FALSE(last.Fresh(roster, kStated));
}

TEST(Heartbeat, IsOfThisRosterByOneOfItsCoordinators) {
  const Roster roster = Version7();
  const auto fresh = [&](const Roster& of, CoordinatorId coordinator, const SigningKey& key) {
    return Heartbeat::Sign(of, coordinator, kHour, key).Fresh(roster, kStated);
  };
  EXPECT_TRUE(fresh(roster, 101, AdmissionKeyOf(0)));
  EXPECT_FALSE(fresh(roster, 101, AdmissionKeyOf(1)));
  EXPECT_FALSE(fresh(roster, 104, AdmissionKeyOf(0)));
  EXPECT_FALSE(fresh(roster, 0, AdmissionKeyOf(0)));
  // Signed by the right key, but about another roster.
  Roster other = roster;
  other.version = 8;
  EXPECT_FALSE(fresh(other, 101, AdmissionKeyOf(0)));
  other = roster;
  other.hash.data()[31] ^= 1;
  EXPECT_FALSE(fresh(other, 101, AdmissionKeyOf(0)));
  other = roster;
  other.federation.data()[0] ^= 1;
  EXPECT_FALSE(fresh(other, 101, AdmissionKeyOf(0)));
}

TEST(Heartbeat, EveryByteIsSigned) {
  const Roster roster = Version7();
  const Bytes bytes = Heartbeat::Sign(roster, 101, kHour, AdmissionKeyOf(0)).Serialize();
  ASSERT_EQ(bytes.size(), kHeartbeatSize);
  for (size_t i = 0; i < bytes.size(); ++i) {
    Bytes changed = bytes;
    changed[i] ^= 1;
    const auto beat = Heartbeat::Parse(changed);
    ASSERT_TRUE(beat.ok());
    EXPECT_EQ(beat->Serialize(), changed);
    EXPECT_FALSE(beat->Fresh(roster, kStated)) << i;
  }
}

TEST(Heartbeat, LabelKeepsItApart) {
  const Roster roster = Version7();
  Heartbeat beat = Heartbeat::Sign(roster, 101, kHour, AdmissionKeyOf(0));
  const Bytes bytes = beat.Serialize();
  const ByteView signed_part = ByteView(bytes).first(kHeartbeatSize - kSignatureSize);
  beat.signature = AdmissionKeyOf(0).Sign("whoelse/1/beat", {signed_part});
  EXPECT_TRUE(beat.Fresh(roster, kStated));
  beat.signature = AdmissionKeyOf(0).Sign("whoelse/1/roster", {signed_part});
  EXPECT_FALSE(beat.Fresh(roster, kStated));
  beat.signature = AdmissionKeyOf(0).SignBare(signed_part);
  EXPECT_FALSE(beat.Fresh(roster, kStated));
}

}  // namespace
}  // namespace whoelse
