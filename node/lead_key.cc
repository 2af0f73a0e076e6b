#include "node/lead_key.h"

#include <algorithm>
#include <sstream>

namespace whoelse {
namespace {

constexpr std::string_view kFirstLine = "whoelse lead officer key 1";
constexpr size_t kSealedSize = 32 + kSealedBoxOverhead;
constexpr size_t kNameMax = 64;
constexpr std::string_view kNameLetters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_@";

absl::Status Bad(size_t line, const char* should) {
  return absl::InvalidArgumentError("lead key: line " + std::to_string(line) + " should be " +
                                    should + "; use the file as it was written");
}

}  // namespace

absl::Status LeadKeyFile::Seal(const std::string& holder, const X25519PublicKey& key,
                               const Secret<32>& secret) {
  if (holder.empty() || holder.size() > kNameMax ||
      holder.find_first_not_of(kNameLetters) != std::string::npos) {
    return absl::InvalidArgumentError("holder: a name is one word of letters, digits, . - _ or @");
  }
  if (X25519IsLowOrder(key)) {
    return absl::InvalidArgumentError("holder: " + holder + "'s key is none; have them make one");
  }
  shares_[holder] = {key, SealTo(key, secret.Reveal())};
  return absl::OkStatus();
}

absl::StatusOr<LeadKeyFile> LeadKeyFile::Create(
    const std::map<std::string, X25519PublicKey>& holders, Random& random) {
  if (holders.empty()) {
    return absl::InvalidArgumentError("holder: is missing; a key that nobody holds opens nothing");
  }
  const Secret<32> secret = random.NewSecret<32>();
  LeadKeyFile file(X25519Public(secret));
  for (const auto& [holder, key] : holders) {
    if (absl::Status sealed = file.Seal(holder, key, secret); !sealed.ok()) return sealed;
  }
  return file;
}

std::string LeadKeyFile::Serialize() const {
  std::string text = std::string(kFirstLine) + "\nkey " + ToHex(key_) + "\n";
  for (const auto& [holder, share] : shares_) {
    text += "holder " + holder + " " + ToHex(share.holder) + " " + ToHex(share.sealed) + "\n";
  }
  return text;
}

absl::StatusOr<LeadKeyFile> LeadKeyFile::Parse(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::string line, word;
  if (!std::getline(in, line) || line != kFirstLine) return Bad(1, "the file's first line");
  X25519PublicKey key;
  if (!std::getline(in, line) || !line.starts_with("key ") ||
      !FromHex(std::string_view(line).substr(4), {key.data(), X25519PublicKey::kSize})) {
    return Bad(2, "the key");
  }
  LeadKeyFile file(key);
  for (size_t number = 3; std::getline(in, line); ++number) {
    std::istringstream words(line);
    std::string holder, own, sealed;
    Share share{{}, Bytes(kSealedSize)};
    if (!(words >> word >> holder >> own >> sealed) || word != "holder" ||
        !FromHex(own, {share.holder.data(), X25519PublicKey::kSize}) ||
        !FromHex(sealed, std::span(share.sealed)) || !file.shares_.emplace(holder, share).second) {
      return Bad(number, "a holder, once");
    }
  }
  // One file has one writing.
  if (file.Serialize() != text) return Bad(3, "holders by name, a blank between words");
  return file;
}

std::map<std::string, X25519PublicKey> LeadKeyFile::Holders() const {
  std::map<std::string, X25519PublicKey> holders;
  for (const auto& [holder, share] : shares_) holders.emplace(holder, share.holder);
  return holders;
}

absl::StatusOr<Secret<32>> LeadKeyFile::Open(const Secret<32>& own) const {
  const X25519PublicKey mine = X25519Public(own);
  for (const auto& [holder, share] : shares_) {
    if (share.holder != mine) continue;
    absl::StatusOr<Bytes> opened = OpenSealed(own, share.sealed);
    if (!opened.ok()) return opened.status();
    Secret<32> secret = Secret<32>::From(ByteView(*opened).first<32>());
    sodium_memzero(opened->data(), opened->size());
    // Whoever can write the file could else have another key taken for the agency's.
    if (X25519Public(secret) != key_) {
      return absl::DataLossError("lead key: the share is of another key; use the file as written");
    }
    return secret;
  }
  return absl::PermissionDeniedError(
      "lead key: is not held by this key; have a holder add you, with the public half of yours");
}

absl::Status LeadKeyFile::Add(const std::string& holder, const X25519PublicKey& key,
                              const Secret<32>& own) {
  const absl::StatusOr<Secret<32>> secret = Open(own);
  if (!secret.ok()) return secret.status();
  return Seal(holder, key, *secret);
}

}  // namespace whoelse
