// Whose question it is at this agency and how it came about: kept with its receipt, never sent.
#ifndef WHOELSE_NODE_ASKED_FOR_H_
#define WHOELSE_NODE_ASKED_FOR_H_

#include <array>
#include <string>
#include <string_view>

#include "crypto/hash.h"
#include "protocol/codes.h"
#include "protocol/ids.h"

namespace whoelse {

enum class AskedAs : uint8_t {
  kByItself = 1,
  kOfAList,        // node/caseload.h
  kAgain,          // of agencies that were closed (node/again.h)
  kWatch,          // node/watch.h
  kBeat,           // about nobody, so that watches are asked at a constant rate
  kRepetition      // of a shield notice, or about nobody so that these go at one too
};
inline constexpr std::array<std::string_view, 6> kAskedAsNames = {"by itself", "of a list", "again",
                                                                  "watch", "beat", "repetition"};
inline std::string_view Name(AskedAs as) { return NameOf(as, kAskedAsNames); }

// Not asked on anybody's behalf: there is no person whom one could hold to it. (A watch is of who
// set it.)
inline bool IsNobodys(AskedAs as) { return as == AskedAs::kBeat || as == AskedAs::kRepetition; }

struct Origin {
  AskedAs as = AskedAs::kByItself;
  Digest of;   // of a list: which row; again and watch: the first question's frame hash; else zeros
  bool operator==(const Origin&) const = default;
};

struct AskedFor {
  PersonRef practitioner;       // as in their own questions; zeros: nobody's
  Origin origin;
  std::string case_reference;
  std::string organisation = {};   // at a hub, for which it was asked; "": nobody knows
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_ASKED_FOR_H_
