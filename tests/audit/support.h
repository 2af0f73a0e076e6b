// The log of the vectors, and those who sign it.
#ifndef WHOELSE_TESTS_AUDIT_SUPPORT_H_
#define WHOELSE_TESTS_AUDIT_SUPPORT_H_

#include <string>
#include <vector>

#include "audit/checkpoint.h"
#include "tests/support/vectors.h"

namespace whoelse {

inline const nlohmann::json& Protocol1() { return Vectors("protocol-1.json"); }
inline const nlohmann::json& LogVectors() { return Protocol1()["log"]; }

inline std::string HexText(const nlohmann::json& hex) { return ToString(Hex(hex)); }

inline SigningKey KeyFromSeed(const nlohmann::json& seed) {
  return SigningKey::FromSeed(HexArray<32>(seed));
}
// The first coordinator, whose log it is, and the witnesses.
inline const nlohmann::json& LogOwner() { return Protocol1()["keys"]["coordinators"][0]; }
inline NoteVerifier LogVerifier() {
  return *NoteVerifier::Parse(LogOwner()["log_vkey"].get<std::string>());
}
inline std::vector<NoteVerifier> WitnessVerifiers() {
  std::vector<NoteVerifier> all;
  for (const auto& witness : Protocol1()["keys"]["witnesses"]) {
    all.push_back(*NoteVerifier::Parse(witness["vkey"].get<std::string>()));
  }
  return all;
}
inline std::vector<TreeHash> LogLeaves() {
  std::vector<TreeHash> leaves;
  for (const auto& entry : LogVectors()["entries"]) leaves.push_back(LeafHash(Hex(entry)));
  return leaves;
}
// The vectors' checkpoint, made here: signed by the log, then by each witness.
inline Checkpoint LogCheckpoint() {
  const auto leaves = LogLeaves();
  return {LogOwner()["log_name"].get<std::string>(), leaves.size(), TreeRoot(leaves)};
}
inline Note CosignedCheckpoint() {
  Note note = SignCheckpoint(LogCheckpoint(), KeyFromSeed(LogOwner()["log_seed"]));
  for (const auto& witness : Protocol1()["keys"]["witnesses"]) {
    note.signatures.push_back(Cosign(LogCheckpoint(), LogVectors()["cosigned_at"],
                                     witness["name"].get<std::string>(),
                                     KeyFromSeed(witness["seed"])));
  }
  return note;
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_AUDIT_SUPPORT_H_
