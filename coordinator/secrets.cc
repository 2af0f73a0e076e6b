#include "coordinator/secrets.h"

#include <sodium.h>
#include <sys/stat.h>

#include <set>
#include <string_view>
#include <utility>

#include "vault/durable_file.h"

namespace whoelse {
namespace {

// Layout, sealed: version u8 = 1 | log seed 32 | admission seed 32 | u16 n | n * { kv u32 |
// sharing_epoch u32 | share 32 }.
constexpr std::string_view kContext = "coordinator/secrets";
constexpr uint8_t kVersion = 1;
constexpr size_t kShareSize = 4 + 4 + 32;
constexpr size_t kSharesMax = 64;
constexpr size_t kFixedSize = 1 + 32 + 32 + 2;
constexpr size_t kFileMax = kFixedSize + kSharesMax * kShareSize + kAtRestOverhead;

class FixedWriter {
 public:
  explicit FixedWriter(std::span<uint8_t> out) : out_(out) {}
  void Raw(ByteView bytes) {
    std::copy(bytes.begin(), bytes.end(), out_.begin());
    out_ = out_.subspan(bytes.size());
  }
  void Number(uint64_t value, size_t width) {
    for (size_t i = width; i > 0; --i) {
      const auto byte = static_cast<uint8_t>(value >> (8 * (i - 1)));
      Raw({&byte, 1});
    }
  }

 private:
  std::span<uint8_t> out_;
};

Secret<32> ReadSeed(Reader& in) {
  const ByteView bytes = in.Raw(32);
  return Secret<32>::Make([&](std::span<uint8_t, 32> out) {
    std::copy(bytes.begin(), bytes.end(), out.begin());   // nothing when too few are left
  });
}

absl::Status Damaged() { return absl::DataLossError("secrets: not what this program wrote"); }

absl::StatusOr<CoordinatorSecrets> Decode(ByteView bytes) {
  Reader in(bytes);
  if (in.U8() != kVersion) return Damaged();
  Secret<32> log_seed = ReadSeed(in);
  CoordinatorSecrets secrets{std::move(log_seed), ReadSeed(in), {}};
  const size_t count = in.U16();
  if (in.left() != count * kShareSize) return Damaged();
  std::set<std::pair<KeyVersion, uint32_t>> seen;
  for (size_t i = 0; i < count; ++i) {
    const KeyVersion kv = in.U32();
    const uint32_t epoch = in.U32();
    auto value = Scalar::Decode(in.Raw(32));
    if (!value.ok() || value->IsZero() || !seen.insert({kv, epoch}).second) return Damaged();
    secrets.shares.push_back({kv, epoch, *std::move(value)});
  }
  return secrets;
}

}  // namespace

absl::StatusOr<CoordinatorSecrets> ReadSecrets(const std::string& path, const MasterKey& key) {
  auto sealed = ReadPrivateFile(path, kFileMax);
  if (!sealed.ok()) return sealed.status();
  auto opened = key.Open(AsBytes(kContext), *sealed);
  if (!opened.ok()) return opened.status();
  const WipedBytes wiped(*std::move(opened));
  return Decode(wiped.bytes);
}

absl::Status WriteSecrets(const std::string& path, const CoordinatorSecrets& secrets,
                          const MasterKey& key, Random& random) {
  if (secrets.shares.size() > kSharesMax) return absl::InvalidArgumentError("secrets: too many");
  WipedBytes plain(Bytes(kFixedSize + secrets.shares.size() * kShareSize));
  FixedWriter out(plain.bytes);
  out.Number(kVersion, 1);
  out.Raw(secrets.log_seed.Reveal());
  out.Raw(secrets.admission_seed.Reveal());
  out.Number(secrets.shares.size(), 2);
  for (const EvaluatorShare& share : secrets.shares) {
    out.Number(share.kv, 4);
    out.Number(share.sharing_epoch, 4);
    out.Raw(share.value.Reveal());
  }
  return WriteFileDurably(path, key.Seal(AsBytes(kContext), plain.bytes, random), 0600);
}

}  // namespace whoelse
