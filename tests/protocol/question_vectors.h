// The questions of protocol-1.json as what production code takes and makes.
#ifndef WHOELSE_TESTS_PROTOCOL_QUESTION_VECTORS_H_
#define WHOELSE_TESTS_PROTOCOL_QUESTION_VECTORS_H_

#include "protocol/question.h"
#include "tests/protocol/roster_fixture.h"

namespace whoelse {

inline const nlohmann::json& QuestionVector(const std::string& name) {
  for (const nlohmann::json& question : ProtocolVectors()["questions"]) {
    if (question["name"] == name) return question;
  }
  throw std::runtime_error("no question " + name);
}

inline FederationId VectorFederation() {
  return HexFixed<FederationId>(ProtocolVectors()["keys"]["federation"]);
}

inline SigningKey IdentityKeyOfAgency(AgencyId id) {
  return IdentityKeyOf(static_cast<int>(id) - 1001);
}

// All of a statement but r, salt and seed.
inline Statement StatementOf(const nlohmann::json& fields) {
  Statement s{};
  s.agency = fields["agency"];
  s.relays = {fields["relays"][0], fields["relays"][1]};
  s.practitioner_ref = HexFixed<PersonRef>(fields["practitioner_ref"]);
  s.approver_ref = HexFixed<PersonRef>(fields["approver_ref"]);
  s.organisation = fields["organisation"];
  s.role = fields["role"];
  s.purpose = fields["purpose"];
  s.power = fields["power"];
  s.article6 = fields["article6"];
  s.article9 = fields["article9"];
  s.flags = fields["flags"];
  s.born = fields["born"];
  for (size_t i = 0; i < kSubjectSlots; ++i) {
    s.subject[i] = {fields["subject"][i]["key_type"],
                    ToString(Hex(fields["subject"][i]["value"]))};
  }
  return s;
}

// What Question::Build draws, in its order.
inline ScriptedRandom RandomOf(const nlohmann::json& question) {
  const nlohmann::json& fields = question["statement_fields"];
  return {Hex(fields["r"]),        Hex(fields["salt"]),
          Hex(fields["seed"]),     Hex(question["nonce"]),
          Hex(question["reply_secret_key"]), Hex(question["CK"])};
}

// The sub-keys of its slots, by j; nullopt for a dummy.
inline std::vector<std::optional<SubKeys>> SlotKeysOf(const nlohmann::json& question) {
  std::vector<std::optional<SubKeys>> keys;
  for (const nlohmann::json& slot : question["slots"]) {
    keys.emplace_back();
    if (slot["dummy"]) continue;
    keys.back() = SubKeys{Secret<16>::From(HexArray<16>(slot["k_check"])),
                          Secret<32>::From(HexArray<32>(slot["k_wrap"]))};
  }
  return keys;
}

inline Question BuildVector(const nlohmann::json& question, Random& random) {
  const std::vector<std::optional<SubKeys>> keys = SlotKeysOf(question);
  QuestionParts parts{VectorFederation(), question["roster_version"],
                      question["key_versions"].get<std::vector<KeyVersion>>(),
                      question["issued_s"], {}};
  for (size_t j = 0; j < keys.size(); j += kSlotsByNumber) {
    parts.sub_keys.push_back({keys[j] ? &*keys[j] : nullptr,
                              keys[j + 1] ? &*keys[j + 1] : nullptr});
  }
  return Question::Build(parts, StatementOf(question["statement_fields"]),
                         IdentityKeyOfAgency(question["agency"]), random);
}
inline Question BuildVector(const nlohmann::json& question) {
  ScriptedRandom random = RandomOf(question);
  return BuildVector(question, random);
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_PROTOCOL_QUESTION_VECTORS_H_
