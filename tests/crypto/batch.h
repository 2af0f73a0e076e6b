// Batches of blinded elements, and the OPRF under one key: what proofs and thresholds are compared
// with.
#ifndef WHOELSE_TESTS_CRYPTO_BATCH_H_
#define WHOELSE_TESTS_CRYPTO_BATCH_H_

#include <vector>

#include "crypto/oprf.h"

namespace whoelse {

struct Batch {
  std::vector<Bytes> inputs;
  std::vector<Scalar> blinds;
  std::vector<BlindedElement> blinded;
};

inline Batch RandomBatch(size_t size, Random& random) {
  Batch batch;
  for (size_t i = 0; i < size; ++i) {
    batch.inputs.push_back(ToBytes(random.NewSecret<32>().Reveal()));
    const Blinding blinding =
        Blind(OprfMode::kVoprf, batch.inputs.back(), Scalar::Random(random)).value();
    batch.blinds.push_back(blinding.blind);
    batch.blinded.push_back(blinding.blinded);
  }
  return batch;
}

inline std::vector<Bytes> Outputs(const Batch& batch, std::span<const EvaluatedElement> evaluated) {
  const std::vector<Scalar> inverses = BatchInvert(batch.blinds);
  std::vector<Bytes> outputs;
  for (size_t i = 0; i < evaluated.size(); ++i) {
    const Element unblinded = Unblind(evaluated[i], inverses[i]).value();
    outputs.push_back(ToBytes(Finalize(batch.inputs[i], unblinded)->Reveal()));
  }
  return outputs;
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_CRYPTO_BATCH_H_
