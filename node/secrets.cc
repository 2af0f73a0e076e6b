#include "node/secrets.h"

#include <algorithm>

#include "vault/durable_file.h"

namespace whoelse {
namespace {

// Layout, sealed: version u8 = 1 | identity seed 32 | practitioner key 32.
constexpr std::string_view kContext = "node/secrets";
constexpr uint8_t kVersion = 1;
constexpr size_t kSize = 1 + 32 + 32;

}  // namespace

absl::StatusOr<NodeSecrets> ReadNodeSecrets(const std::string& path, const MasterKey& master) {
  auto sealed = ReadPrivateFile(path, kSize + kAtRestOverhead);
  if (!sealed.ok()) return sealed.status();
  auto opened = master.Open(AsBytes(kContext), *sealed);
  if (!opened.ok()) return opened.status();
  const WipedBytes plain(*std::move(opened));
  if (plain.bytes.size() != kSize || plain.bytes[0] != kVersion) {
    return absl::DataLossError("secrets: not what this program wrote");
  }
  const ByteView seeds = ByteView(plain.bytes).subspan(1);
  return NodeSecrets{Secret<32>::From(seeds.first<32>()), Secret<32>::From(seeds.subspan<32, 32>())};
}

absl::Status WriteNodeSecrets(const std::string& path, const NodeSecrets& secrets,
                              const MasterKey& master, Random& random) {
  WipedBytes plain{Bytes(kSize)};
  plain.bytes[0] = kVersion;
  std::ranges::copy(secrets.identity_seed.Reveal(), plain.bytes.begin() + 1);
  std::ranges::copy(secrets.practitioner_key.Reveal(), plain.bytes.begin() + 33);
  return WriteFileDurably(path, master.Seal(AsBytes(kContext), plain.bytes, random), 0600);
}

}  // namespace whoelse
