#include "node/restore.h"

#include <fstream>
#include <memory>

#include "node/rocksdb_store.h"
#include "vault/master_key.h"

namespace whoelse {
namespace {

absl::StatusOr<BackupReader> OpenBackup(const std::string& path, const NodeConfig& config,
                                        const MasterKey& master) {
  const auto file = std::make_shared<std::ifstream>(path, std::ios::binary);
  if (!*file) {
    return absl::InvalidArgumentError("backup: " + path + " cannot be opened; check its path and mode");
  }
  absl::StatusOr<BackupReader> backup = BackupReader::Open(
      master, [file, path](std::span<uint8_t> buffer) -> absl::StatusOr<size_t> {
        file->read(reinterpret_cast<char*>(buffer.data()),
                   static_cast<std::streamsize>(buffer.size()));
        if (file->bad()) return absl::UnavailableError("backup: " + path + " cannot be read");
        return static_cast<size_t>(file->gcount());
      });
  if (!backup.ok()) return backup.status();
  const BackupManifest& manifest = backup->manifest();
  if (manifest.agency != config.agency || manifest.federation != config.trust.federation) {
    return absl::InvalidArgumentError(
        "backup: it is another agency's; give the configuration of the node that made it");
  }
  return backup;
}

}  // namespace

absl::StatusOr<VerifiedBackup> VerifyBackup(const std::string& file, const NodeConfig& config) {
  const absl::StatusOr<MasterKey> master = ReadMasterKey(config.master_key);
  if (!master.ok()) return master.status();
  auto backup = OpenBackup(file, config, *master);
  if (!backup.ok()) return backup.status();
  const auto entries = backup->ForEach(
      [](std::string_view, std::string_view, std::string_view) { return absl::OkStatus(); });
  if (!entries.ok()) return entries.status();
  return VerifiedBackup{backup->manifest(), *entries};
}

absl::StatusOr<VerifiedBackup> RestoreBackup(const std::string& file, const NodeConfig& config,
                                             TimeMs now, Random& random) {
  absl::StatusOr<VerifiedBackup> verified = VerifyBackup(file, config);
  if (!verified.ok()) return verified;
  absl::StatusOr<MasterKey> master = ReadMasterKey(config.master_key);
  if (!master.ok()) return master.status();
  auto backup = OpenBackup(file, config, *master);
  if (!backup.ok()) return backup.status();
  const absl::Status restored =
      RocksdbStore::Restore(config.data, *std::move(master), *backup, now, random);
  if (absl::IsFailedPrecondition(restored)) {
    return absl::InvalidArgumentError("data: " + std::string(restored.message()));
  }
  if (!restored.ok()) return restored;
  return verified;
}

}  // namespace whoelse
