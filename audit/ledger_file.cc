#include "audit/ledger_file.h"

#include <algorithm>
#include <cstdint>

#include "audit/line_reader.h"
#include "protocol/note.h"

namespace whoelse {
namespace {

constexpr std::string_view kWhole = "whole", kRow = "row", kLate = "late", kDigest = "digest";

CoordinatorId ReadCoordinator(LineReader& in, std::string_view field) {
  return static_cast<CoordinatorId>(in.Decimal(field, "the coordinator", UINT16_MAX));
}

uint32_t ReadKeyId(LineReader& in, std::string_view field) {
  const auto id = in.Fixed<FixedBytes<struct KeyIdTag, 4>>(field, "the log key's id");
  return Reader(id).U32();
}

std::string KeyIdText(uint32_t id) { return ToHex(Writer().U32(id).view()); }

LedgerFile::Whole ReadWhole(LineReader& in) {
  const auto f = in.Fields(kWhole, 3, 3);
  return {ReadCoordinator(in, f[0]), ReadKeyId(in, f[1]), in.Decimal(f[2], "the first index")};
}

bool SameLog(const auto& a, const auto& b) {
  return a.coordinator == b.coordinator && a.log_key_id == b.log_key_id;
}

// A line that no digest fixes could be drawn anywhere.
bool IsFixed(const LedgerFile& file, const LedgerFile::Whole& whole) {
  return std::ranges::any_of(file.digests, [&](const LedgerFile::Digest& digest) {
    return SameLog(digest, whole) && whole.from != 0 && digest.to == whole.from - 1;
  });
}

bool IsGone(const LedgerFile& file, const LedgerFile::Row& row) {
  return std::ranges::any_of(file.whole, [&](const LedgerFile::Whole& whole) {
    return SameLog(row, whole) && row.row.index < whole.from;
  });
}

LedgerFile::Digest ReadDigest(LineReader& in) {
  const auto f = in.Fields(kDigest, 7, 7);
  LedgerFile::Digest digest;
  digest.coordinator = ReadCoordinator(in, f[0]);
  digest.log_key_id = ReadKeyId(in, f[1]);
  digest.from = in.Decimal(f[2], "the first index");
  digest.to = in.Decimal(f[3], "the last index");
  in.Check(digest.from <= digest.to, f[3], "the last index is below the first");
  digest.root = in.Fixed<TreeHash>(f[4], "the root");
  digest.logged_at = ReadCoordinator(in, f[5]);
  digest.index = in.Decimal(f[6], "the leaf's index");
  return digest;
}

LedgerFile::Row ReadRow(LineReader& in) {
  LedgerFile::Row row;
  row.late = in.NextIs(kLate);
  const auto f = in.Fields(row.late ? kLate : kRow, 5, 5);
  row.coordinator = ReadCoordinator(in, f[0]);
  row.log_key_id = ReadKeyId(in, f[1]);
  row.row.index = in.Decimal(f[2], "the index");
  row.row.frame_hash = in.Fixed<FrameHash>(f[3], "the frame's hash");
  row.row.wire_hash = in.Fixed<whoelse::Digest>(f[4], "the wire's hash");
  return row;
}

template <typename Item>
void Append(LineReader& in, std::vector<Item>& items, Item item) {
  in.Check(items.empty() || items.back() < item, in.Last(), "the line is not above the one before");
  items.push_back(std::move(item));
}

}  // namespace

absl::StatusOr<LedgerFile> LedgerFile::Parse(std::string_view text) {
  LineReader in("ledger", text);
  const auto first = in.Fields("whoelse", 2, 2);
  in.Check(first[0] == "ledger" && first[1] == "v1", first[0], "not a ledger of version 1");
  LedgerFile file;
  file.federation = in.Fixed<FederationId>(in.Field("federation"), "the federation");
  file.agency = static_cast<AgencyId>(in.Decimal(in.Field("agency"), "the agency", UINT32_MAX));
  while (in.NextIs(kWhole)) {
    const LedgerFile::Whole whole = ReadWhole(in);
    in.Check(file.whole.empty() || !SameLog(file.whole.back(), whole), in.Last(),
             "this log stands above");
    Append(in, file.whole, whole);
  }
  while (in.NextIs(kDigest)) Append(in, file.digests, ReadDigest(in));
  for (const Whole& whole : file.whole) {
    in.Check(IsFixed(file, whole), in.Last(), "no digest ends below the index of a whole line");
  }
  while (in.NextIs(kRow) || in.NextIs(kLate)) {
    const Row row = ReadRow(in);
    in.Check(row.late || !IsGone(file, row), in.Last(), "below the index of its log's whole line");
    Append(in, file.rows, row);
  }
  in.End();
  if (!in.ok()) return in.error();
  return file;
}

std::string LedgerFile::Serialize() const {
  std::string out = "whoelse ledger v1\nfederation " + ToHex(federation) + "\nagency " +
                    std::to_string(agency) + "\n";
  for (const Whole& w : whole) {
    out += std::string(kWhole) + " " + std::to_string(w.coordinator) + " " +
           KeyIdText(w.log_key_id) + " " + std::to_string(w.from) + "\n";
  }
  for (const Digest& d : digests) {
    out += std::string(kDigest) + " " + std::to_string(d.coordinator) + " " +
           KeyIdText(d.log_key_id) + " " + std::to_string(d.from) + " " + std::to_string(d.to) +
           " " + ToHex(d.root) + " " + std::to_string(d.logged_at) + " " +
           std::to_string(d.index) + "\n";
  }
  for (const Row& r : rows) {
    out += std::string(r.late ? kLate : kRow) + " " + std::to_string(r.coordinator) + " " +
           KeyIdText(r.log_key_id) + " " + std::to_string(r.row.index) + " " +
           ToHex(r.row.frame_hash) + " " + ToHex(r.row.wire_hash) + "\n";
  }
  return out;
}

absl::StatusOr<bool> DigestHolds(const LedgerFile& file, const LedgerFile::Digest& digest) {
  std::vector<LedgerRow> rows;
  for (const LedgerFile::Row& row : file.rows) {
    if (row.coordinator == digest.coordinator && row.log_key_id == digest.log_key_id && !row.late &&
        row.row.index >= digest.from && row.row.index <= digest.to) {
      rows.push_back(row.row);
    }
  }
  const absl::StatusOr<TreeHash> root = LedgerRoot(digest.from, digest.to, std::move(rows));
  if (!root.ok()) return root.status();
  return *root == digest.root;
}

}  // namespace whoelse
