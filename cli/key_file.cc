#include "cli/key_file.h"

#include <sodium.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "vault/durable_file.h"
#include "vault/master_key.h"

namespace whoelse {
namespace {

constexpr size_t kDigits = 64;

}  // namespace

absl::StatusOr<Secret<32>> ReadKeyFile(const std::string& path) {
  auto content = ReadPrivateFile(path, kDigits + 1);
  if (!content.ok()) return content.status();
  const WipedBytes wiped(*std::move(content));
  std::string_view digits = AsText(wiped.bytes);
  if (digits.size() == kDigits + 1 && digits.ends_with('\n')) digits.remove_suffix(1);
  bool good = false;
  auto key = Secret<32>::Make(
      [&](std::span<uint8_t, 32> out) { good = FromHex(digits, std::span<uint8_t>(out)); });
  if (!good) {
    return absl::InvalidArgumentError(path + ": should be 64 lower-case hexadecimal digits");
  }
  return key;
}

absl::Status WriteKeyFile(const std::string& path, const Secret<32>& key) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) {
    return absl::AlreadyExistsError(path + ": is there already");
  }
  WipedBytes text(Bytes(kDigits + 1));   // sodium_bin2hex adds a zero byte
  sodium_bin2hex(reinterpret_cast<char*>(text.bytes.data()), text.bytes.size(),
                 key.Reveal().data(), 32);
  text.bytes.back() = '\n';
  return WriteFileDurably(path, text.bytes, 0600);
}

absl::Status MakeDirectory(const std::string& path) {
  const std::filesystem::path directory(path);
  std::error_code ignored;
  if (std::filesystem::is_directory(directory, ignored)) return absl::OkStatus();
  const std::string above = directory.parent_path().string();
  if (!above.empty() && above != path) {
    if (const absl::Status made = MakeDirectory(above); !made.ok()) return made;
  }
  if (mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return absl::OkStatus();
  return absl::UnavailableError(path + ": cannot be made: " + std::strerror(errno));
}

}  // namespace whoelse
