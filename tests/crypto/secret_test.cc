#include "crypto/secret.h"

#include <gtest/gtest.h>

#include <array>
#include <concepts>
#include <cstring>
#include <new>
#include <ostream>
#include <type_traits>

#include "crypto/bytes.h"
#include "crypto/group.h"
#include "crypto/wiped_bytes.h"
#include "tests/support/random.h"

namespace whoelse {
namespace {

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };

static_assert(std::is_nothrow_move_constructible_v<Secret<32>>);
static_assert(std::is_nothrow_move_assignable_v<Secret<32>>);
static_assert(!std::is_copy_constructible_v<Secret<32>>);
static_assert(!std::is_copy_assignable_v<Secret<32>>);
static_assert(!std::is_default_constructible_v<Secret<32>>);
static_assert(!std::equality_comparable<Secret<32>>);
static_assert(!Printable<Secret<32>>);
static_assert(!std::is_convertible_v<Secret<32>, ByteView>, "opened by Reveal only");
static_assert(!Printable<Scalar> && !std::equality_comparable<Scalar>);
static_assert(!std::is_convertible_v<Scalar, ByteView>);

static_assert(!std::is_copy_constructible_v<WipedBytes> && !std::is_copy_assignable_v<WipedBytes>);
static_assert(std::is_nothrow_move_constructible_v<WipedBytes>);
static_assert(!Printable<WipedBytes> && !std::equality_comparable<WipedBytes>);
static_assert(std::is_convertible_v<const WipedBytes&, ByteView>);

const Bytes kZeros(32, 0);
const Bytes kOnes(32, 1);

Secret<32> Ones() {
  return Secret<32>::Make([](std::span<uint8_t, 32> out) { std::memset(out.data(), 1, 32); });
}

// Called through a volatile pointer, so that the compiler must have all bytes in memory by then:
// it may drop what is written to an object that dies unseen, and a missing wipe would not show.
void (*volatile g_look)(const unsigned char*) = [](const unsigned char*) {};

// The memory of a T made from `value`, after it died.
template <typename T>
Bytes MemoryAfterDeath(T value) {
  alignas(T) static unsigned char memory[sizeof(T)];
  T* const object = new (memory) T(std::move(value));
  g_look(memory);
  EXPECT_EQ(ToBytes(object->Reveal()), kOnes);
  object->~T();
  const volatile unsigned char* const left = memory;
  return Bytes(left, left + sizeof memory);
}

// Without this, a compiler that drops the bytes would make the tests of wiping pass for anything.
struct Unwiped {
  std::array<uint8_t, 32> bytes;
  ~Unwiped() {}   // NOLINT: a destructor of its own, as Secret's but for the wipe
  std::span<const uint8_t, 32> Reveal() const { return bytes; }
};

TEST(Secret, BytesThatAreNotWipedWouldShow) {
  Unwiped ones{};
  ones.bytes.fill(1);
  EXPECT_EQ(MemoryAfterDeath(ones), kOnes);
}

TEST(Secret, IsWipedWhenItDies) { EXPECT_EQ(MemoryAfterDeath(Ones()), kZeros); }

TEST(Secret, IsWipedWhenMovedFrom) {
  Secret<32> first = Ones();
  Secret<32> second = std::move(first);
  EXPECT_EQ(ToBytes(first.Reveal()), kZeros);   // NOLINT: that is the question
  EXPECT_EQ(ToBytes(second.Reveal()), kOnes);

  Secret<32> third = Secret<32>::From(std::array<uint8_t, 32>{});
  third = std::move(second);
  EXPECT_EQ(ToBytes(second.Reveal()), kZeros);  // NOLINT
  EXPECT_EQ(ToBytes(third.Reveal()), kOnes);
}

TEST(Secret, SurvivesMoveToItself) {
  Secret<32> secret = Ones();
  Secret<32>& same = secret;
  secret = std::move(same);
  EXPECT_EQ(ToBytes(secret.Reveal()), kOnes);
}

TEST(Secret, CloneIsASecondHolder) {
  Secret<32> first = Ones();
  const Secret<32> second = first.Clone();
  { const Secret<32> gone = std::move(first); }
  EXPECT_EQ(ToBytes(second.Reveal()), kOnes);
}

TEST(Scalar, IsWipedWhenItDies) {
  EXPECT_EQ(MemoryAfterDeath(Scalar::Decode(kOnes).value()), kZeros);
}

TEST(Secret, EqualsInConstantTime) {
  EXPECT_TRUE(Ones().ConstantTimeEquals(Ones()));
  EXPECT_FALSE(Ones().ConstantTimeEquals(Secret<32>::From(std::array<uint8_t, 32>{})));
  std::array<uint8_t, 32> last_differs;
  last_differs.fill(1);
  last_differs[31] = 2;
  EXPECT_FALSE(Ones().ConstantTimeEquals(Secret<32>::From(last_differs)));
}

// A move leaves no second holder that nobody wipes.
TEST(WipedBytes, MovesWhole) {
  WipedBytes first{Bytes{1, 2, 3}};
  WipedBytes second = std::move(first);
  EXPECT_EQ(first.size(), 0u);   // NOLINT: what is left is the point
  EXPECT_EQ(second.bytes, (Bytes{1, 2, 3}));
  WipedBytes third{Bytes{4}};
  third = std::move(second);
  EXPECT_EQ(ToHex(third), "010203");
}

}  // namespace
}  // namespace whoelse
