#include "node/noted_json.h"

#include "crypto/wiped_bytes.h"
#include "nlohmann/json.hpp"
#include "node/policy.h"
#include "node/words.h"

namespace whoelse {

using Json = nlohmann::ordered_json;

namespace {

std::string_view RowName(uint8_t row) {
  switch (row) {
    case Noted::kNoRow: return "none: no row was asked";
    case Noted::kBirthInDoubt: return "none: its date of birth is in doubt";
    default: return kPolicyRowNames[row];
  }
}

}  // namespace

std::string BasisInWords(const Noted& noted) {
  std::string basis(NameOf(noted.power, words::kPowers));
  if (noted.article6 != Article6::kNone) {
    basis += "; " + std::string(NameOf(noted.article6, words::kArticles6));
  }
  if (noted.article9 != Article9::kNone) {
    basis += "; " + std::string(NameOf(noted.article9, words::kArticles9));
  }
  return basis;
}

Json NotedJson(const Noted& noted) {
  Json decisions = Json::array();
  for (const Noted::Decision& decision : noted.decisions) {
    decisions.push_back({{"record", decision.record},
                         {"outcome", std::string(Name(decision.outcome))},
                         {"row", std::string(RowName(decision.row))}});
  }
  Json json{{"question", ReceiptNumber(noted.frame_hash)},
            {"agency", noted.agency},
            {"organisation", noted.organisation},
            {"practitioner", ToHex(noted.practitioner_ref)},
            {"purpose", std::string(Name(noted.purpose))},
            {"basis", BasisInWords(noted)},
            {"decisions", decisions}};
  if ((noted.reasons & Noted::kMoreRecords) != 0) json["more_records"] = true;
  return json;
}

absl::StatusOr<Noted> OpenNoted(ByteView sealed, const std::vector<Secret<32>>& keys) {
  for (const Secret<32>& key : keys) {
    if (auto opened = OpenSealed(key, sealed); opened.ok()) {
      const WipedBytes note(*std::move(opened));
      return Noted::Decode(note.bytes);
    }
  }
  return absl::UnauthenticatedError("ledger: an entry is sealed to another key");
}

}  // namespace whoelse
