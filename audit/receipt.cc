#include "audit/receipt.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "audit/checkpoint_note.h"
#include "audit/line_reader.h"
#include "protocol/limits.h"

namespace whoelse {
namespace {

constexpr std::string_view kReceipt = "receipt", kVersion = "v1";
constexpr std::string_view kNone = "none";
constexpr std::string_view kWire = "wire", kRefusal = "refusal", kSame = "same",
                           kMissing = "missing";
constexpr size_t kPartsMax = 2;

// What each agency of the first part gave, which the second need not repeat.
using Given = std::map<AgencyId, const Bytes*>;

Given GivenIn(const ReceiptPart* part) {
  Given given;
  if (part == nullptr) return given;
  for (const ReceiptItem& item : part->items) {
    if (const auto* bytes = std::get_if<Bytes>(&item.what)) given[item.agency] = bytes;
  }
  return given;
}

bool GaveThis(const Given& given, AgencyId agency, const Bytes& bytes) {
  const auto it = given.find(agency);
  return it != given.end() && *it->second == bytes;
}

std::optional<Admission> ReadAdmission(LineReader& in, CoordinatorId relay, const FrameHash& hash) {
  const std::string_view field = in.Field("admission");
  if (field == kNone) return std::nullopt;
  absl::StatusOr<Admission> admission = Admission::Parse(in.Base64(field, "the admission"));
  in.Check(admission.ok(), field, "the admission is not 118 bytes");
  if (!admission.ok()) return std::nullopt;
  in.Check(admission->coordinator == relay, field, "the admission is another relay's");
  in.Check(admission->frame_hash == hash, field, "the admission is another frame's");
  return *std::move(admission);
}

ReceiptLeaf ReadLeaf(LineReader& in, std::string_view entry) {
  ReceiptLeaf leaf{in.Hex(entry, "the entry"), {}};
  in.Check(!leaf.entry.empty(), entry, "the entry is empty");
  while (in.NextIs("hash ")) {
    const std::string_view field = in.Field("hash");
    const Bytes hash = in.Base64(field, "the hash");
    in.Check(hash.size() == TreeHash::kSize, field, "the hash is not 32 bytes");
    in.Check(leaf.proof.size() < kInclusionProofMax, field, "the proof has too many hashes");
    leaf.proof.push_back(Reader(hash).Fixed<TreeHash>());
  }
  return leaf;
}

// "asked none", or the leaf at the index that the admission names.
void ReadAsked(LineReader& in, ReceiptPart& part) {
  const auto fields = in.Fields("asked", 1, 2);
  if (fields.size() == 1) return in.Check(fields[0] == kNone, fields[0], "'none' should stand here");
  const uint64_t index = in.Decimal(fields[0], "the index");
  in.Check(part.admission && part.admission->index == index, fields[0],
           "the index is not the admission's");
  part.asked = ReadLeaf(in, fields[1]);
}

// "answered none", an index alone, or the leaf at it.
void ReadAnswered(LineReader& in, ReceiptPart& part) {
  const auto fields = in.Fields("answered", 1, 2);
  if (fields.size() == 1 && fields[0] == kNone) return;
  in.Check(part.admission.has_value(), fields[0], "no leaf is ours without an admission");
  part.answered_index = in.Decimal(fields[0], "the index");
  if (fields.size() == 2) part.answered = ReadLeaf(in, fields[1]);
}

std::optional<Note> ReadCheckpoint(LineReader& in, bool needed) {
  const auto fields = in.Fields("checkpoint", 0, 1);
  if (!fields.empty()) {
    in.Check(fields[0] == kNone, fields[0], "'none' should stand here");
    in.Check(!needed, fields[0], "the leaves above need a checkpoint");
    return std::nullopt;
  }
  in.Check(needed, in.Last(), "the checkpoint covers no leaf of this receipt");
  return ReadCheckpointNote(in);
}

std::optional<RelayCode> RelayCodeByName(std::string_view name) {
  const auto it = std::ranges::find(kRelayCodeNames, name);
  if (it == kRelayCodeNames.end()) return std::nullopt;
  return static_cast<RelayCode>(static_cast<size_t>(RelayCode::kNotAttached) +
                                static_cast<size_t>(it - kRelayCodeNames.begin()));
}

Bytes ReadGiven(LineReader& in, std::string_view field, size_t size, AgencyId agency,
                const Given& before) {
  Bytes bytes = in.Base64(field, "what the agency gave");
  in.Check(bytes.size() == size, field, "what the agency gave has not the length of its kind");
  in.Check(!GaveThis(before, agency, bytes), field, "the same as before is written 'same'");
  return bytes;
}

ReceiptItem ReadItem(LineReader& in, const Given& before, std::set<AgencyId>& seen) {
  const auto fields = in.Fields("", 2, 3);
  ReceiptItem item{static_cast<AgencyId>(in.Decimal(fields[0], "the agency", UINT32_MAX)), {}};
  in.Check(seen.insert(item.agency).second, fields[0], "the agency stands here twice");
  const std::string_view word = fields[1];
  if (fields.size() == 3) {
    in.Check(word == kWire || word == kRefusal, word, "'wire' or 'refusal' should stand here");
    item.what = ReadGiven(in, fields[2], word == kWire ? kWireSize : kRefusalSize, item.agency,
                          before);
  } else if (word == kSame) {
    const auto it = before.find(item.agency);
    in.Check(it != before.end(), word, "the first relay had nothing of this agency");
    if (it != before.end()) item.what = *it->second;
  } else if (const auto code = RelayCodeByName(word)) {
    item.what = *code;
  } else {
    in.Check(word == kMissing, word, "this is no word for what came of an agency");
  }
  return item;
}

std::vector<ReceiptItem> ReadItems(LineReader& in, const Given& before) {
  std::vector<ReceiptItem> items;
  std::set<AgencyId> seen;
  const uint64_t count = in.Decimal(in.Field("agencies"), "their number", kAgenciesMax);
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    items.push_back(ReadItem(in, before, seen));
  }
  return items;
}

ReceiptPart ReadPart(LineReader& in, const Frame& frame, const ReceiptPart* first) {
  ReceiptPart part;
  const std::string_view relay = in.Field("relay");
  part.relay = static_cast<CoordinatorId>(in.Decimal(relay, "the relay", UINT16_MAX));
  in.Check(std::ranges::count(frame.header().relays, part.relay) == 1, relay,
           "the relay is none of the frame's");
  in.Check(first == nullptr || first->relay != part.relay, relay, "the relay stands here twice");
  part.admission = ReadAdmission(in, part.relay, frame.hash());
  ReadAsked(in, part);
  ReadAnswered(in, part);
  part.checkpoint = ReadCheckpoint(in, part.asked || part.answered);
  part.items = ReadItems(in, GivenIn(first));
  return part;
}

std::vector<ReceiptPart> ReadParts(LineReader& in, const Frame& frame) {
  std::vector<ReceiptPart> parts;
  parts.reserve(kPartsMax);   // the second is read beside the first
  const uint64_t count = in.Decimal(in.Field("relays"), "their number", kPartsMax);
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    parts.push_back(ReadPart(in, frame, parts.empty() ? nullptr : &parts[0]));
  }
  return parts;
}

ContentKey ReadKey(LineReader& in, std::string_view word) {
  return ContentKey::Make([&](std::span<uint8_t, 32> out) {
    const std::string_view field = in.Field(word);
    in.Check(FromHex(field, out), field, "the key is not 32 bytes in lower-case hexadecimal");
  });
}

std::optional<ReceiptOpening> ReadOpening(LineReader& in) {
  const auto fields = in.Fields("opening", 0, 1);
  if (!fields.empty()) {
    in.Check(fields[0] == kNone, fields[0], "'none' should stand here");
    return std::nullopt;
  }
  const std::string_view field = in.Field("statement");
  Bytes statement = in.Base64(field, "the statement");
  in.Check(statement.size() == kStatementSize, field, "the statement is not 1,024 bytes");
  ContentKey content_key = ReadKey(in, "content_key");
  return ReceiptOpening{std::move(statement), std::move(content_key),
                        ReadKey(in, "reply_secret_key")};
}

void WriteLeaf(std::string_view word, const std::optional<uint64_t>& index,
               const std::optional<ReceiptLeaf>& leaf, std::string& out) {
  out += std::string(word) + " " + (index ? std::to_string(*index) : std::string(kNone));
  if (leaf) out += " " + ToHex(leaf->entry);
  out += "\n";
  if (!leaf) return;
  for (const TreeHash& hash : leaf->proof) out += "hash " + Base64Encode(hash) + "\n";
}

void WriteItem(const ReceiptItem& item, const Given& before, std::string& out) {
  out += std::to_string(item.agency) + " ";
  if (const auto* code = std::get_if<RelayCode>(&item.what)) {
    out += Name(*code);
  } else if (const auto* bytes = std::get_if<Bytes>(&item.what)) {
    if (GaveThis(before, item.agency, *bytes)) {
      out += kSame;
    } else {
      out += std::string(bytes->size() == kWireSize ? kWire : kRefusal) + " " + Base64Encode(*bytes);
    }
  } else {
    out += kMissing;
  }
  out += "\n";
}

void WritePart(const ReceiptPart& part, const ReceiptPart* first, std::string& out) {
  out += "relay " + std::to_string(part.relay) + "\n";
  out += "admission " +
         (part.admission ? Base64Encode(part.admission->Serialize()) : std::string(kNone)) + "\n";
  WriteLeaf("asked", part.asked ? std::optional(part.admission->index) : std::nullopt, part.asked,
            out);
  WriteLeaf("answered", part.answered_index, part.answered, out);
  out += part.checkpoint ? "checkpoint\n" + part.checkpoint->Serialize() : "checkpoint none\n";
  out += "agencies " + std::to_string(part.items.size()) + "\n";
  const Given before = GivenIn(first);
  for (const ReceiptItem& item : part.items) WriteItem(item, before, out);
}

}  // namespace

absl::StatusOr<Receipt> Receipt::Parse(std::string_view text) {
  LineReader in("receipt", text);
  const auto first = in.Fields("whoelse", 2, 2);
  in.Check(first[0] == kReceipt && first[1] == kVersion, first[0], "not a receipt of version 1");
  const std::string_view number = in.Field("number");
  const std::string_view state_name = in.Field("state");
  const auto state = ByName<ReceiptState>(state_name, kReceiptStateNames);
  in.Check(state.has_value(), state_name, "not a state of a receipt");
  const auto federation = in.Fixed<FederationId>(in.Field("federation"), "the federation");
  const auto roster = in.Fields("roster", 2, 2);
  const uint64_t version = in.Decimal(roster[0], "the version");
  const auto roster_hash = in.Fixed<RosterHash>(roster[1], "the roster's hash");
  const std::string_view frame_field = in.Field("frame");
  absl::StatusOr<Frame> frame = Frame::Parse(in.Base64(frame_field, "the frame"), federation);
  in.Check(frame.ok(), frame_field, "the frame is not one of this federation");
  if (!in.ok()) return in.error();
  in.Check(number == ReceiptNumber(frame->hash()), number, "the number is not that of the frame");
  in.Check(version == frame->header().roster_version, roster[0],
           "the version is not that of the frame");
  std::vector<ReceiptPart> parts = ReadParts(in, *frame);
  std::optional<ReceiptOpening> opening = ReadOpening(in);
  in.End();
  if (!in.ok()) return in.error();
  return Receipt{*state, roster_hash, *std::move(frame), std::move(parts), std::move(opening)};
}

std::string Receipt::Serialize() const {
  const Header& header = frame.header();
  std::string out = "whoelse " + std::string(kReceipt) + " " + std::string(kVersion) + "\n";
  out += "number " + ReceiptNumber(frame.hash()) + "\n";
  out += "state " + std::string(Name(state)) + "\n";
  out += "federation " + ToHex(header.federation) + "\n";
  out += "roster " + std::to_string(header.roster_version) + " " + ToHex(roster_hash) + "\n";
  out += "frame " + Base64Encode(frame.bytes()) + "\n";
  out += "relays " + std::to_string(parts.size()) + "\n";
  for (const ReceiptPart& part : parts) {
    WritePart(part, &part == &parts[0] ? nullptr : &parts[0], out);
  }
  if (!opening) return out + "opening none\n";
  out += "opening\nstatement " + Base64Encode(opening->statement) + "\n";
  out += "content_key " + ToHex(opening->content_key.Reveal()) + "\n";
  out += "reply_secret_key " + ToHex(opening->reply_secret_key.Reveal()) + "\n";
  return out;
}

}  // namespace whoelse
