#include "vault/master_key.h"

#include <sys/stat.h>

#include <cstdlib>
#include <string_view>
#include <utility>

#include "vault/durable_file.h"

namespace whoelse {
namespace {

constexpr std::string_view kCredential = "credential:";

absl::StatusOr<std::string> Resolve(const std::string& path) {
  if (!path.starts_with(kCredential)) return path;
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  if (directory == nullptr) {
    return absl::NotFoundError(path + ": $CREDENTIALS_DIRECTORY is not set; start the program by "
                                      "systemd with LoadCredential, or name a file");
  }
  return std::string(directory) + "/" + path.substr(kCredential.size());
}

}  // namespace

absl::StatusOr<MasterKey> ReadMasterKey(const std::string& path) {
  const absl::StatusOr<std::string> file = Resolve(path);
  if (!file.ok()) return file.status();
  auto content = ReadPrivateFile(*file, 65);
  if (!content.ok()) return content.status();
  const WipedBytes wiped(*std::move(content));
  std::string_view text = AsText(wiped.bytes);
  if (text.size() == 65 && text.back() == '\n') text.remove_suffix(1);
  bool good = false;
  auto key = Secret<32>::Make(
      [&](std::span<uint8_t, 32> out) { good = FromHex(text, std::span<uint8_t>(out)); });
  if (!good) {
    return absl::InvalidArgumentError(path + ": should be 64 lower-case hexadecimal digits");
  }
  return MasterKey(std::move(key));
}

absl::Status CreateMasterKey(const std::string& path, Random& random) {
  struct stat facts{};
  if (stat(path.c_str(), &facts) == 0) return absl::AlreadyExistsError(path + ": is there already");
  const Secret<32> key = random.NewSecret<32>();
  WipedBytes text{Bytes(65)};
  sodium_bin2hex(reinterpret_cast<char*>(text.bytes.data()), text.bytes.size(),
                 key.Reveal().data(), 32);
  text.bytes.back() = '\n';
  return WriteFileDurably(path, text.bytes, 0600);
}

}  // namespace whoelse
