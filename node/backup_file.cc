#include "node/backup_file.h"

#include <utility>

#include "crypto/hash.h"

namespace whoelse {
namespace {

constexpr std::string_view kMagic = "whoelse backup\r\n";
constexpr uint16_t kVersion = 1;
constexpr size_t kIdSize = 16, kTagSize = 32;
constexpr size_t kHeaderSize = kMagic.size() + 2 + FederationId::kSize + 4 + 8 + kIdSize + kTagSize;
constexpr size_t kBlock = 256u << 10;        // bytes of entries after which a block ends
constexpr size_t kBlockMax = 64u << 20;      // one entry may be larger than that

// Under another master key it is another one.
Secret<32> HeaderTag(const Secret<32>& key, ByteView header) {
  return K(key.Reveal(), "node/backup-header", {header});
}
// Over the tag before, so that a thief can neither leave a block out nor bring one of another backup.
Secret<32> BlockTag(const Secret<32>& key, const Secret<32>& before, ByteView body) {
  return K(key.Reveal(), "node/backup-block", {before.Reveal(), body});
}
bool IsTag(const Secret<32>& tag, ByteView bytes) {
  return tag.ConstantTimeEquals(Secret<32>::From(bytes.first<kTagSize>()));
}

Bytes HeaderOf(const BackupManifest& manifest, Random& random) {
  return Writer()
      .Raw(AsBytes(kMagic)).U16(kVersion).Raw(manifest.federation).U32(manifest.agency)
      .U64(manifest.made_ms)
      // Blocks of two backups of one moment have other tags.
      .Raw(random.NewFixed<FixedBytes<struct BackupIdTag, kIdSize>>())
      .Take();
}

absl::Status Refused(const char* what, const char* remedy) {
  return absl::InvalidArgumentError(std::string("backup: ") + what + "; " + remedy);
}
absl::Status Changed() {
  return Refused("it is cut off or its bytes were changed",
                 "nothing of it can be believed: take another one");
}

}  // namespace

BackupWriter::BackupWriter(const BackupManifest& manifest, const MasterKey& master, Random& random,
                           Sink sink)
    : key_(master.Derive("node/backup")),
      sink_(std::move(sink)),
      header_(HeaderOf(manifest, random)),
      chain_(HeaderTag(key_, header_)) {
  header_ = Writer().Raw(header_).Raw(chain_.Reveal()).Take();
}

absl::Status BackupWriter::WriteBlock(ByteView body) {
  if (!header_.empty()) {
    if (absl::Status begun = sink_(std::exchange(header_, {})); !begun.ok()) return begun;
  }
  chain_ = BlockTag(key_, chain_, body);
  return sink_(
      Writer().U32(static_cast<uint32_t>(body.size())).Raw(body).Raw(chain_.Reveal()).view());
}

absl::Status BackupWriter::Flush() {
  if (gathered_.empty()) return absl::OkStatus();
  const Bytes body = Writer()
                         .U8(static_cast<uint8_t>(family_.size())).Raw(AsBytes(family_))
                         .Raw(gathered_).Take();
  gathered_.clear();
  return WriteBlock(body);
}

absl::Status BackupWriter::Add(std::string_view family, std::string_view key,
                               std::string_view value) {
  if (key.size() > UINT16_MAX || value.size() > kBlockMax / 2) {
    return absl::InternalError("backup: an entry is larger than any reader takes");
  }
  if (family != family_ || gathered_.size() >= kBlock) {
    if (absl::Status flushed = Flush(); !flushed.ok()) return flushed;
    family_ = family;
  }
  const Bytes entry = Writer()
                          .U16(static_cast<uint16_t>(key.size())).Raw(AsBytes(key))
                          .U32(static_cast<uint32_t>(value.size())).Raw(AsBytes(value)).Take();
  gathered_.insert(gathered_.end(), entry.begin(), entry.end());
  ++entries_;
  return absl::OkStatus();
}

absl::Status BackupWriter::Finish() {
  if (absl::Status flushed = Flush(); !flushed.ok()) return flushed;
  return WriteBlock(Writer().U8(0).U64(entries_).view());   // a family without a name: the end
}

absl::StatusOr<BackupReader> BackupReader::Open(const MasterKey& master, Source source) {
  Bytes header(kHeaderSize);
  const absl::StatusOr<size_t> got = source(header);
  if (!got.ok()) return got.status();
  Reader in(header);
  if (*got < header.size() || AsText(in.Raw(kMagic.size())) != kMagic) {
    return Refused("this is none", "give a file that whoelse node backup wrote");
  }
  if (in.U16() != kVersion) {
    return Refused("it is of another version than this program's",
                   "restore it with the program that made it, or a later one");
  }
  const BackupManifest manifest{in.Fixed<FederationId>(), in.U32(), in.U64()};
  Secret<32> key = master.Derive("node/backup");
  Secret<32> tag = HeaderTag(key, ByteView(header).first(kHeaderSize - kTagSize));
  if (!IsTag(tag, ByteView(header).last(kTagSize))) {
    return Refused("it was made under another master key, or its first bytes were changed",
                   "give the configuration whose master key the node had then");
  }
  return BackupReader(manifest, std::move(key), std::move(tag), std::move(source));
}

// False: the file ended before.
absl::StatusOr<bool> BackupReader::Fill(std::span<uint8_t> buffer) {
  const absl::StatusOr<size_t> got = source_(buffer);
  if (!got.ok()) return got.status();
  return *got == buffer.size();
}

absl::StatusOr<Bytes> BackupReader::ReadBlock() {
  Bytes length(4);
  absl::StatusOr<bool> filled = Fill(length);
  if (!filled.ok()) return filled.status();
  const size_t size = Reader(length).U32();
  if (!*filled || size > kBlockMax) return Changed();
  Bytes body(size + kTagSize);
  filled = Fill(body);
  if (!filled.ok()) return filled.status();
  if (!*filled) return Changed();
  chain_ = BlockTag(key_, chain_, ByteView(body).first(size));
  if (!IsTag(chain_, ByteView(body).subspan(size))) return Changed();
  body.resize(size);
  return body;
}

absl::StatusOr<uint64_t> BackupReader::ForEach(const Visit& visit) {
  uint64_t entries = 0;
  while (true) {
    const absl::StatusOr<Bytes> block = ReadBlock();
    if (!block.ok()) return block.status();
    Reader in(*block);
    const std::string_view family = AsText(in.Raw(in.U8()));
    if (family.empty()) {
      if (in.U64() != entries || !in.Done()) return Changed();
      break;
    }
    while (in.ok() && in.left() > 0) {
      const ByteView key = in.Raw(in.U16());
      const ByteView value = in.Raw(in.U32());
      if (!in.ok()) return Changed();
      ++entries;
      if (absl::Status visited = visit(family, AsText(key), AsText(value)); !visited.ok()) {
        return visited;
      }
    }
  }
  uint8_t more = 0;
  const absl::StatusOr<bool> longer = Fill({&more, 1});
  if (!longer.ok()) return longer.status();
  if (*longer) return Changed();
  return entries;
}

}  // namespace whoelse
