// The lead officers' key: one X25519 pair to which the node seals who asked about whom
// (docs/formats/noted-ledger.md), its secret half in a file of text that holds it sealed to each lead
// officer's own key. Nobody else reads the ledger's sealed part: not the node, not its operator. A new
// pair takes its place when a lead officer leaves; files of earlier pairs open what was sealed to them.
#ifndef WHOELSE_NODE_LEAD_KEY_H_
#define WHOELSE_NODE_LEAD_KEY_H_

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "crypto/secret.h"

namespace whoelse {

class LeadKeyFile {
 public:
  // A new pair, held by these people (name, public half of their own key; at least one).
  // INVALID_ARGUMENT: a name that is not one word, or a key of low order.
  static absl::StatusOr<LeadKeyFile> Create(const std::map<std::string, X25519PublicKey>& holders,
                                            Random& random);
  // INVALID_ARGUMENT, with the line and what it should be: not what Serialize wrote.
  static absl::StatusOr<LeadKeyFile> Parse(std::string_view text);
  std::string Serialize() const;

  // What the node's configuration has as `lead_officer`.
  const X25519PublicKey& key() const { return key_; }
  // Who holds it, with the public half of their own key.
  std::map<std::string, X25519PublicKey> Holders() const;
  // The secret half, for whoever holds it. PERMISSION_DENIED: this key is no holder's.
  absl::StatusOr<Secret<32>> Open(const Secret<32>& own) const;
  // One holder more, let in by one of them (`own`); replaces one of the same name. Errors of Create
  // and Open.
  absl::Status Add(const std::string& holder, const X25519PublicKey& key, const Secret<32>& own);

 private:
  struct Share {
    X25519PublicKey holder;
    Bytes sealed;             // 80 bytes: the secret in a sealed box
  };
  explicit LeadKeyFile(X25519PublicKey key) : key_(key) {}
  absl::Status Seal(const std::string& holder, const X25519PublicKey& key,
                    const Secret<32>& secret);

  X25519PublicKey key_;
  std::map<std::string, Share> shares_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_LEAD_KEY_H_
