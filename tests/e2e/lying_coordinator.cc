// A coordinator whose evaluator lies: the whole program, with another evaluator. How it lies is the
// word in the file $WHOELSE_TEST_LIE, read anew for each request; an empty one is an honest answer.
// Each lie is a line "lied" on standard error.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <mutex>

#include "coordinator/run.h"
#include "protocol/evaluate.h"

namespace whoelse {
namespace {

// A response that is wrong and well signed: evidence against whoever signed it.
using Lie = void (*)(EvaluateResponse& response, const Evaluator::Checked& checked, Random& random);

void PutProof(const Proof& proof, EvaluateResponse& response) {
  const Bytes encoded = proof.Encode();
  std::copy(encoded.begin(), encoded.end(), response.proof.data());
}

EncodedElement Encode(const Element& element) { return EncodedElement(element.bytes().first<32>()); }

// All of it right but for the key: only the roster's share key can tell.
void UnderAnotherKey(EvaluateResponse& response, const Evaluator::Checked& checked,
                     Random& random) {
  std::vector<BlindedElement> blinded;
  for (const EncodedElement& element : checked.request.elements) {
    blinded.push_back({*Element::Decode(element)});
  }
  const Scalar share = Scalar::Random(random);
  const std::vector<EvaluatedElement> evaluated = BlindEvaluate(share, blinded);
  for (size_t i = 0; i < evaluated.size(); ++i) {
    response.elements[i] = Encode(evaluated[i].element);
  }
  PutProof(GenerateProof(share, Element::BaseMultiply(share), blinded, evaluated,
                         Scalar::Random(random)),
           response);
}

void OneElement(EvaluateResponse& response, const Evaluator::Checked&, Random& random) {
  response.elements[0] = Encode(Element::BaseMultiply(Scalar::Random(random)));
}

void Identity(EvaluateResponse& response, const Evaluator::Checked&, Random&) {
  response.elements[0] = EncodedElement();
}

void Swapped(EvaluateResponse& response, const Evaluator::Checked&, Random&) {
  std::swap(response.elements.front(), response.elements.back());
}

void BadProof(EvaluateResponse& response, const Evaluator::Checked&, Random&) {
  response.proof.data()[0] ^= 1;
}

void AnotherVersion(EvaluateResponse& response, const Evaluator::Checked&, Random&) {
  ++response.kv;
}

void TooFew(EvaluateResponse& response, const Evaluator::Checked&, Random&) {
  response.elements.pop_back();
}

const std::map<std::string, Lie>& SignedLies() {
  static const std::map<std::string, Lie> lies = {
      {"another-key", UnderAnotherKey}, {"one-element", OneElement},
      {"identity", Identity},           {"swapped", Swapped},
      {"bad-proof", BadProof},          {"another-version", AnotherVersion},
      {"too-few", TooFew}};
  return lies;
}

class LyingEvaluator final : public Evaluator {
 public:
  // What the honest part signs is signed anew, so it gets a key that is nobody's.
  LyingEvaluator(CoordinatorId self, SigningKey admission_key, std::vector<EvaluatorShare> shares)
      : Evaluator(self, SigningKey::FromSeed(std::array<uint8_t, 32>{1}), std::move(shares)),
        admission_key_(std::move(admission_key)) {
    if (const char* path = std::getenv("WHOELSE_TEST_LIE")) path_ = path;
  }

  OrError<Bytes> Evaluate(const Checked& checked, Random& random) const override {
    std::string lie;
    std::ifstream(path_) >> lie;
    const OrError<Bytes> honest = Evaluator::Evaluate(checked, random);
    if (!lie.empty()) std::cerr << "lied\n";
    if (lie == "silence") return ServiceError::kInternal;
    EvaluateResponse response = *EvaluateResponse::Parse(std::get<Bytes>(honest));
    if (lie == "old-response") response = Earlier(std::move(response));
    if (const auto found = SignedLies().find(lie); found != SignedLies().end()) {
      found->second(response, checked, random);
    }
    response.Sign(admission_key_, checked.roster->federation, checked.bytes);
    if (lie == "not-signed") response.signature.data()[0] ^= 1;
    Bytes bytes = response.Serialize();
    if (lie == "cut-short") bytes.pop_back();
    return bytes;
  }

 private:
  // The response of the request before, kept in its place.
  EvaluateResponse Earlier(EvaluateResponse response) const {
    const std::lock_guard lock(mutex_);
    if (earlier_) std::swap(*earlier_, response);
    else earlier_ = response;
    return response;
  }

  const SigningKey admission_key_;
  std::string path_;
  mutable std::mutex mutex_;
  mutable std::optional<EvaluateResponse> earlier_;
};

std::unique_ptr<Evaluator> MakeLyingEvaluator(CoordinatorId self, SigningKey admission_key,
                                              std::vector<EvaluatorShare> shares) {
  return std::make_unique<LyingEvaluator>(self, std::move(admission_key), std::move(shares));
}

}  // namespace
}  // namespace whoelse

int main(int argc, char** argv) {
  static const whoelse::SystemClock clock;
  return whoelse::RunCoordinator(argc, argv, clock, whoelse::MakeLyingEvaluator);
}
