// A federation in memory with all of its keys: two relays, agencies, witnesses.
#ifndef WHOELSE_BENCH_KEYED_AREA_H_
#define WHOELSE_BENCH_KEYED_AREA_H_

#include <vector>

#include "crypto/random.h"
#include "crypto/sign.h"
#include "protocol/admission.h"
#include "protocol/question.h"
#include "protocol/roster.h"

namespace whoelse::bench {

class KeyedArea {
 public:
  static constexpr KeyVersion kKeyVersion = 1;

  KeyedArea(size_t agencies, size_t witnesses, Random& random);

  const Roster& roster() const { return roster_; }
  const SigningKey& agency_key(size_t place) const { return agencies_[place]; }
  const SigningKey& log_key(size_t relay) const { return relays_[relay].log_key; }
  const SigningKey& witness_key(size_t place) const { return witnesses_[place]; }

  // Of the first agency, to all the others.
  Question NewQuestion(TimeS now, Random& random) const;
  Admission Admit(size_t relay, const Frame& frame, uint64_t index, TimeMs now) const;

 private:
  struct Relay {
    SigningKey log_key, admission_key;
  };
  void AddRelay(Random& random);
  void AddAgency(Random& random);
  void AddWitness(Random& random);

  Roster roster_{};
  std::vector<Relay> relays_;
  std::vector<SigningKey> agencies_, witnesses_;
};

}  // namespace whoelse::bench

#endif  // WHOELSE_BENCH_KEYED_AREA_H_
