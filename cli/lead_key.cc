#include "cli/lead_key.h"

#include <filesystem>

#include "cli/key_file.h"
#include "cli/show_json.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;
using Holders = std::map<std::string, X25519PublicKey>;

constexpr size_t kFileMax = 64 * 1024;
constexpr mode_t kMode = 0644;   // each share is sealed to its holder: there is nothing to hide

ExitCode Print(const Json& json, const LeadKeyOptions& options, Terminal& terminal) {
  terminal.out << (options.json ? json.dump(2) + "\n" : JsonAsText(json, terminal.width));
  return kExitOk;
}

Json Shown(const LeadKeyFile& file) {
  Json names = Json::array();
  for (const auto& [name, key] : file.Holders()) names.push_back(name);
  return {{"lead_officer", ToHex(file.key())}, {"holders", names}};
}

absl::Status Write(const std::string& path, const LeadKeyFile& file) {
  return WriteFileDurably(path, AsBytes(file.Serialize()), kMode);
}

absl::Status ReadHolders(const std::vector<std::string>& given, Holders& holders) {
  for (const std::string& one : given) {
    const size_t split = one.find('=');
    X25519PublicKey key;
    if (split == std::string::npos ||
        !FromHex(std::string_view(one).substr(split + 1), {key.data(), X25519PublicKey::kSize})) {
      return absl::InvalidArgumentError("holder: should be NAME=KEY, the key as `lead-key make-own` "
                                        "printed it: 64 lower-case hexadecimal digits");
    }
    holders[one.substr(0, split)] = key;
  }
  return absl::OkStatus();
}

// Those of the earlier key that stay.
absl::StatusOr<Holders> HoldersWhoStay(const LeadKeyOptions& options) {
  Holders holders;
  if (!options.from.empty()) {
    const auto earlier = ReadLeadKeyFile(options.from);
    if (!earlier.ok()) return earlier.status();
    holders = earlier->Holders();
  }
  for (const std::string& name : options.without) {
    // A name with a slip in it would leave its bearer with the new key.
    if (holders.erase(name) == 0) {
      return absl::InvalidArgumentError("without: " + name + " holds no share of the earlier key; "
                                        "`lead-key show` says who does");
    }
  }
  return holders;
}

absl::StatusOr<LeadKeyFile> NewFile(const LeadKeyOptions& options) {
  auto holders = HoldersWhoStay(options);
  if (!holders.ok()) return holders.status();
  if (const absl::Status read = ReadHolders(options.holders, *holders); !read.ok()) return read;
  std::error_code ignored;
  if (std::filesystem::exists(options.file, ignored)) {
    return absl::AlreadyExistsError(options.file + ": is there already, and opens what was sealed to "
                                                   "it; give another name");
  }
  SystemRandom random;
  auto file = LeadKeyFile::Create(*holders, random);
  if (!file.ok()) return file.status();
  if (const absl::Status written = Write(options.file, *file); !written.ok()) return written;
  return file;
}

absl::StatusOr<LeadKeyFile> WithHolders(const LeadKeyOptions& options) {
  auto file = ReadLeadKeyFile(options.file);
  if (!file.ok()) return file.status();
  Holders holders;
  if (const absl::Status read = ReadHolders(options.holders, holders); !read.ok()) return read;
  const auto own = ReadKeyFile(options.own);
  if (!own.ok()) return own.status();
  for (const auto& [name, key] : holders) {
    if (const absl::Status added = file->Add(name, key, *own); !added.ok()) return added;
  }
  if (const absl::Status written = Write(options.file, *file); !written.ok()) return written;
  return file;
}

ExitCode PrintFile(const absl::StatusOr<LeadKeyFile>& file, const LeadKeyOptions& options,
                   Terminal& terminal) {
  if (!file.ok()) return PrintError(terminal, file.status());
  return Print(Shown(*file), options, terminal);
}

}  // namespace

absl::StatusOr<LeadKeyFile> ReadLeadKeyFile(const std::string& path) {
  const auto text = ReadWholeFile(path, kFileMax);
  if (!text.ok()) return text.status();
  return LeadKeyFile::Parse(AsText(*text));
}

ExitCode MakeOwnLeadKey(const LeadKeyOptions& options, Terminal& terminal) {
  SystemRandom random;
  const Secret<32> own = random.NewSecret<32>();
  if (const absl::Status written = WriteKeyFile(options.file, own); !written.ok()) {
    return PrintError(terminal, written);
  }
  return Print({{"key", ToHex(X25519Public(own))}}, options, terminal);
}

ExitCode MakeLeadKey(const LeadKeyOptions& options, Terminal& terminal) {
  return PrintFile(NewFile(options), options, terminal);
}

ExitCode AddLeadKeyHolders(const LeadKeyOptions& options, Terminal& terminal) {
  return PrintFile(WithHolders(options), options, terminal);
}

ExitCode ShowLeadKey(const LeadKeyOptions& options, Terminal& terminal) {
  return PrintFile(ReadLeadKeyFile(options.file), options, terminal);
}

}  // namespace whoelse
