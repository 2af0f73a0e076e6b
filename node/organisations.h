// Those of a hub's organisations for which somebody acts, by ODS code or URN: each is a controller of
// its own, and what is one's is nobody else's business. What may be done is the table of deeds
// (node/deed.h); to whose records and items it may be done is said here, and here alone. Pure.
#ifndef WHOELSE_NODE_ORGANISATIONS_H_
#define WHOELSE_NODE_ORGANISATIONS_H_

#include <algorithm>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "node/field_error.h"
#include "node/record.h"

namespace whoelse {

using OrganisationCodes = std::set<std::string, std::less<>>;

class Organisations {
 public:
  // None: whoever was forgotten sees and does nothing.
  Organisations() = default;
  static Organisations Only(OrganisationCodes codes) { return {false, std::move(codes)}; }
  // Of the whole node: also what belongs to no organisation, or to one that has left. `hub`: its
  // organisations; none when the node is no hub, where everybody's are these.
  static Organisations All(OrganisationCodes hub = {}) { return {true, std::move(hub)}; }

  bool all() const { return all_; }
  bool none() const { return !all_ && codes_.empty(); }
  // Those that can be named.
  const OrganisationCodes& codes() const { return codes_; }
  bool Has(std::string_view code) const { return all_ || codes_.contains(code); }
  bool HasAny(std::span<const std::string> codes) const {
    return all_ || std::ranges::any_of(codes, [this](const std::string& c) { return Has(c); });
  }
  bool Has(const Record& record) const { return Has(record.organisation_code); }
  // Everything that somebody else has.
  bool Covers(const Organisations& other) const {
    return all_ || (!other.all_ && std::ranges::includes(codes_, other.codes_));
  }
  // Of one that was chosen, its code; "" at a node that is no hub.
  std::string code() const { return codes_.size() == 1 ? *codes_.begin() : std::string(); }
  bool operator==(const Organisations&) const = default;

 private:
  Organisations(bool all, OrganisationCodes codes) : all_(all), codes_(std::move(codes)) {}

  bool all_ = false;
  OrganisationCodes codes_;
};

// The one for which something is done: what was given, or the only one it can be; at a node that is no
// hub all. FieldError "organisation": it is not given and could be several, or is none of theirs; the
// same for one of somebody else and for one that is not there.
std::variant<Organisations, FieldError> ChooseOrganisation(const std::string& given,
                                                           const Organisations& theirs);
// Whose something is that somebody with these raises by their own word.
std::vector<std::string> OwnersOf(const Organisations& theirs);

// At a hub each organisation has systems of its own, and two of them number their rows alike: the name
// of a source with whose it is.
std::string SourceOf(std::string_view organisation, std::string_view source);
// A source as its records have it, of one that was given so, or by its own name by somebody who acts
// for one organisation. `usual`: where none was given. FieldError "source": it does not say whose.
std::variant<std::string, FieldError> NameSource(const std::string& given, const std::string& usual,
                                                 const Organisations& theirs);

}  // namespace whoelse

#endif  // WHOELSE_NODE_ORGANISATIONS_H_
