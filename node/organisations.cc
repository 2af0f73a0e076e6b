#include "node/organisations.h"

#include "node/word_list.h"

namespace whoelse {

std::variant<Organisations, FieldError> ChooseOrganisation(const std::string& given,
                                                           const Organisations& theirs) {
  const OrganisationCodes& codes = theirs.codes();
  if (theirs.all() && codes.empty()) {
    if (given.empty()) return theirs;
    return FieldError{"organisation", "this node answers for one organisation alone",
                      "leave it away"};
  }
  if (codes.empty()) {
    return FieldError{"organisation", "is none of yours: you act for none",
                      "have [people] in the node's configuration say for which"};
  }
  if (given.empty() && codes.size() == 1) return Organisations::Only(codes);
  if (codes.contains(given)) return Organisations::Only({given});
  return FieldError{"organisation",
                    given.empty() ? "is not given, and you act for several" : "is none of yours",
                    "give one of: " + ListOf(codes)};
}

std::vector<std::string> OwnersOf(const Organisations& theirs) {
  if (theirs.all()) return {};
  return {theirs.codes().begin(), theirs.codes().end()};
}

std::string SourceOf(std::string_view organisation, std::string_view source) {
  return std::string(organisation) + "/" + std::string(source);
}

std::variant<std::string, FieldError> NameSource(const std::string& given, const std::string& usual,
                                                 const Organisations& theirs) {
  const OrganisationCodes& codes = theirs.codes();
  const std::string& name = given.empty() ? usual : given;
  if (theirs.all() && (codes.empty() || !given.empty())) return name;
  const size_t stroke = name.find('/');
  if (stroke != std::string::npos && codes.contains(name.substr(0, stroke))) return name;
  if (codes.size() == 1) return SourceOf(*codes.begin(), name);
  return FieldError{"source", "does not say whose record it is, and you act for several",
                    "give it as records list shows it, as in --source 100001/caseworks"};
}

}  // namespace whoelse
