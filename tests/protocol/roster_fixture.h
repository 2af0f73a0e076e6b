// The federation of protocol-1.json as JSON to be changed, and its keys.
#ifndef WHOELSE_TESTS_PROTOCOL_ROSTER_FIXTURE_H_
#define WHOELSE_TESTS_PROTOCOL_ROSTER_FIXTURE_H_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "crypto/threshold.h"
#include "protocol/roster.h"
#include "tests/support/random.h"
#include "tests/support/vectors.h"

namespace whoelse {

inline const nlohmann::json& ProtocolVectors() { return Vectors("protocol-1.json"); }

inline std::string NoteText(const std::string& note) {
  return note.substr(0, note.rfind("\n\n") + 1);
}

// Version 7 of the vectors, or 8.
inline nlohmann::ordered_json RosterJson(int version) {
  const std::string note = ProtocolVectors()["rosters"][version - 7]["note"];
  return nlohmann::ordered_json::parse(NoteText(note));
}

inline std::string RosterText(const nlohmann::ordered_json& roster) {
  return roster.dump(1) + "\n";
}

inline SigningKey KeyFromSeed(const nlohmann::json& seed) {
  return SigningKey::FromSeed(HexArray<32>(seed));
}

// A key that the vectors do not have.
inline SigningKey NewKey(uint8_t number) {
  std::array<uint8_t, 32> seed;
  seed.fill(number);
  return SigningKey::FromSeed(seed);
}

struct Root {
  std::string name;
  SigningKey key;
  std::string Vkey() const {
    return NoteVerifier::Create(name, NoteKeyType::kEd25519, key.verify_key())->Encode();
  }
};

// Root 0, 1 or 2 of the vectors.
inline Root RootOf(int i) {
  const nlohmann::json& root = ProtocolVectors()["keys"]["roots"][i];
  return {root["name"], KeyFromSeed(root["seed"])};
}
inline SigningKey AdmissionKeyOf(int i) {
  return KeyFromSeed(ProtocolVectors()["keys"]["coordinators"][i]["admission_seed"]);
}
inline SigningKey IdentityKeyOf(int i) {
  return KeyFromSeed(ProtocolVectors()["keys"]["agencies"][i]["identity_seed"]);
}

inline std::string SignedBy(const std::string& text, const std::vector<const Root*>& roots) {
  Note note{text, {}};
  for (const Root* root : roots) note.signatures.push_back(SignNote(text, root->name, root->key));
  return note.Serialize();
}
// Signed by the first `count` roots of the vectors.
inline std::string SignedByFirst(const std::string& text, int count = 2) {
  Note note{text, {}};
  for (int i = 0; i < count; ++i) {
    const Root root = RootOf(i);
    note.signatures.push_back(SignNote(text, root.name, root.key));
  }
  return note.Serialize();
}

inline TrustAnchor VectorAnchor() {
  TrustAnchor anchor{HexFixed<FederationId>(ProtocolVectors()["keys"]["federation"]), {}, 2};
  for (int i = 0; i < 3; ++i) anchor.roots.push_back(*NoteVerifier::Parse(RootOf(i).Vkey()));
  return anchor;
}

inline Scalar GroupSecret(int key_version) {
  return *Scalar::Decode(
      Hex(ProtocolVectors()["keys"]["key_versions"][key_version]["coefficients"][0]));
}

// Shares `key` anew among the coordinators of the list and writes group and share keys of the key
// version at this place.
inline void Reshare(nlohmann::ordered_json& roster, size_t place, const Scalar& key,
                    uint16_t threshold, uint64_t seed) {
  SeededRandom random(seed);
  nlohmann::ordered_json& version = roster["key_versions"][place];
  nlohmann::ordered_json& coordinators = roster["coordinators"];
  version["group_key"] = ToHex(Element::BaseMultiply(key).bytes());
  version["shares"] = nlohmann::ordered_json::array();
  const auto shares = SplitKey(key, threshold, static_cast<uint16_t>(coordinators.size()), random);
  for (const nlohmann::ordered_json& coordinator : coordinators) {
    for (const KeyShare& share : shares) {
      if (share.x != coordinator["x"]) continue;
      version["shares"].push_back({{"coordinator", coordinator["id"]},
                                   {"key", ToHex(Element::BaseMultiply(share.value).bytes())}});
    }
  }
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_PROTOCOL_ROSTER_FIXTURE_H_
