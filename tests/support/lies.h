// How an evaluator can lie, for the simulation and for the program that lies over the network.
#ifndef WHOELSE_TESTS_SUPPORT_LIES_H_
#define WHOELSE_TESTS_SUPPORT_LIES_H_

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "coordinator/evaluator.h"
#include "protocol/evaluate.h"

namespace whoelse {

// A response that is wrong and well signed: evidence against whoever signed it.
using SignedLie = void (*)(EvaluateResponse& response, const EvaluateRequest& request,
                           Random& random);

// All of it right but for the key: only the roster's share key can tell.
inline void UnderAnotherKey(EvaluateResponse& response, const EvaluateRequest& request,
                            Random& random) {
  std::vector<BlindedElement> blinded;
  for (const EncodedElement& element : request.elements) {
    blinded.push_back({*Element::Decode(element)});
  }
  const Scalar share = Scalar::Random(random);
  const std::vector<EvaluatedElement> evaluated = BlindEvaluate(share, blinded);
  for (size_t i = 0; i < evaluated.size(); ++i) {
    response.elements[i] = EncodedElement(evaluated[i].element.bytes().first<32>());
  }
  const Bytes proof = GenerateProof(share, Element::BaseMultiply(share), blinded, evaluated,
                                    Scalar::Random(random))
                          .Encode();
  std::copy(proof.begin(), proof.end(), response.proof.data());
}

inline const std::map<std::string, SignedLie>& SignedLies() {
  using Response = EvaluateResponse;
  using Request = EvaluateRequest;
  static const std::map<std::string, SignedLie> lies = {
      {"another-key", UnderAnotherKey},
      {"one-element",
       [](Response& r, const Request&, Random& random) {
         const Element other = Element::BaseMultiply(Scalar::Random(random));
         r.elements[0] = EncodedElement(other.bytes().first<32>());
       }},
      {"identity", [](Response& r, const Request&, Random&) { r.elements[0] = EncodedElement(); }},
      {"swapped",
       [](Response& r, const Request&, Random&) {
         std::swap(r.elements.front(), r.elements.back());
       }},
      {"bad-proof", [](Response& r, const Request&, Random&) { r.proof.data()[0] ^= 1; }},
      {"another-version", [](Response& r, const Request&, Random&) { ++r.kv; }},
      {"another-epoch", [](Response& r, const Request&, Random&) { ++r.sharing_epoch; }},
      {"another-name", [](Response& r, const Request&, Random&) { ++r.coordinator; }},
      {"too-few", [](Response& r, const Request&, Random&) { r.elements.pop_back(); }}};
  return lies;
}

// Turns honest responses into lies. Besides the signed ones: "old-response" (the one before, signed
// anew; the first is kept back and answered honestly), "not-signed", "cut-short" and "silence".
class Liar {
 public:
  OrError<Bytes> Lie(const std::string& how, const Bytes& honest, ByteView request_bytes,
                     const FederationId& federation, const SigningKey& admission_key,
                     Random& random) {
    if (how == "silence") return ServiceError::kInternal;
    const EvaluateRequest request = *EvaluateRequest::Parse(request_bytes);
    EvaluateResponse response = *EvaluateResponse::Parse(honest);
    if (how == "old-response") {
      if (earlier_) std::swap(*earlier_, response);
      else earlier_ = response;
    }
    const auto lie = SignedLies().find(how);
    if (lie != SignedLies().end()) lie->second(response, request, random);
    response.Sign(admission_key, federation, request_bytes);
    if (how == "not-signed") response.signature.data()[0] ^= 1;
    Bytes bytes = response.Serialize();
    if (how == "cut-short") bytes.pop_back();
    return bytes;
  }

 private:
  std::optional<EvaluateResponse> earlier_;
};

}  // namespace whoelse

#endif  // WHOELSE_TESTS_SUPPORT_LIES_H_
