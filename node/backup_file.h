// A backup of a node's store as a file: which agency's, of when, and entries as the store has them,
// sealed. Every byte is under a key of the master key's. docs/formats/node-backup.md. Pure.
#ifndef WHOELSE_NODE_BACKUP_FILE_H_
#define WHOELSE_NODE_BACKUP_FILE_H_

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "protocol/ids.h"
#include "protocol/limits.h"

namespace whoelse {

struct BackupManifest {
  FederationId federation;
  AgencyId agency = 0;
  TimeMs made_ms = 0;
  bool operator==(const BackupManifest&) const = default;
};

class BackupWriter {
 public:
  // Takes the next bytes of the file; its error ends the backup and is returned.
  using Sink = std::function<absl::Status(ByteView)>;

  BackupWriter(const BackupManifest& manifest, const MasterKey& master, Random& random, Sink sink);
  // INTERNAL: a key of more than 64 KiB or a value of more than 32 MiB.
  absl::Status Add(std::string_view family, std::string_view key, std::string_view value);
  // Once, last. Without it the file is refused as cut off.
  absl::Status Finish();

 private:
  absl::Status Flush();
  absl::Status WriteBlock(ByteView body);

  const Secret<32> key_;
  const Sink sink_;
  Bytes header_;       // until it is written
  Secret<32> chain_;   // the tag of the block before
  std::string family_;
  Bytes gathered_;     // entries of that family
  uint64_t entries_ = 0;
};

class BackupReader {
 public:
  // The file's next bytes, fewer than `buffer` has room for only at its end. UNAVAILABLE.
  using Source = std::function<absl::StatusOr<size_t>(std::span<uint8_t> buffer)>;

  // INVALID_ARGUMENT, with the remedy: no backup, of another version, or under another master key;
  // the source's error.
  static absl::StatusOr<BackupReader> Open(const MasterKey& master, Source source);
  const BackupManifest& manifest() const { return manifest_; }

  using Visit = std::function<absl::Status(std::string_view family, std::string_view key,
                                           std::string_view value)>;
  // To its end, once; every entry before it is given has been found to be what was written. How many
  // there were. INVALID_ARGUMENT, with the remedy: changed, or cut off; the errors of `visit` and of
  // the source.
  absl::StatusOr<uint64_t> ForEach(const Visit& visit);

 private:
  BackupReader(const BackupManifest& manifest, Secret<32> key, Secret<32> chain, Source source)
      : manifest_(manifest), key_(std::move(key)), chain_(std::move(chain)),
        source_(std::move(source)) {}
  absl::StatusOr<bool> Fill(std::span<uint8_t> buffer);
  absl::StatusOr<Bytes> ReadBlock();

  BackupManifest manifest_;
  Secret<32> key_;
  Secret<32> chain_;
  Source source_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_BACKUP_FILE_H_
