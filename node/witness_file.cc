#include "node/witness_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include "vault/durable_file.h"
#include "vault/master_key.h"

namespace whoelse {
namespace {

constexpr std::string_view kContext = "node/witness";
constexpr size_t kPinsFileMax = 64u << 20;

bool Exists(const std::string& path) {
  struct stat ignored;
  return stat(path.c_str(), &ignored) == 0;
}

}  // namespace

absl::StatusOr<VerifyKey> WitnessFile::Create(const WitnessPaths& paths, const MasterKey& master,
                                              Random& random) {
  for (const std::string& path : {paths.key, paths.pins}) {
    if (Exists(path)) return absl::AlreadyExistsError(path + " is there already");
  }
  const Secret<32> seed = random.NewSecret<32>();
  for (const absl::Status& written :
       {WriteFileDurably(paths.key, master.Seal(AsBytes(kContext), seed.Reveal(), random), 0600),
        WriteFileDurably(paths.pins, Witness::SerializePins({}), 0600)}) {
    if (!written.ok()) return written;
  }
  return SigningKey::FromSeed(seed.Reveal()).verify_key();
}

absl::StatusOr<WitnessFile> WitnessFile::Open(const WitnessPaths& paths, const MasterKey& master) {
  auto sealed = ReadPrivateFile(paths.key, Secret<32>::kSize + kAtRestOverhead);
  if (!sealed.ok()) return sealed.status();
  auto opened = master.Open(AsBytes(kContext), *sealed);
  if (!opened.ok()) return opened.status();
  const WipedBytes seed(*std::move(opened));
  if (seed.bytes.size() != Secret<32>::kSize) {
    return absl::DataLossError("witness.key: not what this program wrote");
  }
  const auto bytes = ReadWholeFile(paths.pins, kPinsFileMax);
  // Without them it would take any history for the first that it sees, and cosign a second one.
  if (absl::IsNotFound(bytes.status())) {
    return absl::FailedPreconditionError(
        "witness.pins: there is no such file; put the newest copy back, or take this witness out of "
        "the roster and give it a new key");
  }
  if (!bytes.ok()) return bytes.status();
  auto pins = Witness::ParsePins(*bytes);
  if (!pins.ok()) {
    return absl::DataLossError(
        "witness.pins: damaged; take this witness out of the roster and give it a new key");
  }
  return WitnessFile(Witness(paths.name, SigningKey::FromSeed(ByteView(seed.bytes).first<32>()),
                             *std::move(pins)),
                     paths.pins);
}

std::optional<Witness::Cosigned> WitnessFile::Cosign(const LogWatch::Memory& verified, TimeS now) {
  std::optional<Witness::Cosigned> cosigned = witness_.Cosign(verified, now);
  if (!cosigned) return std::nullopt;
  if (WriteFileDurably(pins_path_, Witness::SerializePins(witness_.pins()), 0600).ok()) {
    return cosigned;
  }
  constexpr std::string_view kLast =
      "whoelse-node: the witness's pins could not be written; stopped, nothing was cosigned. Free "
      "some space and start again\n";
  (void)!write(STDERR_FILENO, kLast.data(), kLast.size());
  _exit(74);
}

const LogWatch::Memory* WitnessFile::PinOf(const std::string& origin) const {
  const auto pin = witness_.pins().find(origin);
  return pin == witness_.pins().end() ? nullptr : &pin->second;
}

}  // namespace whoelse
