// A node's configuration file (TOML). docs/operating/node-config.md.
#ifndef WHOELSE_NODE_CONFIG_H_
#define WHOELSE_NODE_CONFIG_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/seal.h"
#include "node/asker_rules.h"
#include "node/import.h"
#include "node/local_role.h"
#include "node/organisations.h"
#include "node/witness_file.h"
#include "node/working_calendar.h"
#include "protocol/codes.h"
#include "protocol/roster.h"

namespace whoelse {

// How a lead officer hears that an item waits. Either may be blank.
struct PagerSettings {
  std::vector<std::string> command;   // program and arguments; the desk is added as the last
  std::string webhook;                // https URL with a path; the desk is posted to it
  std::string webhook_ca;             // PEM file of who vouches for it; "": the system's
  bool operator==(const PagerSettings&) const = default;
};

// Somebody who may open the door: with which roles they ask, their duties here, what is their own, so
// that a question about their own family stops here, who answers for their questions, and whose
// records and items they have to do with.
struct Person {
  std::vector<Role> roles;
  std::vector<LocalRole> duties;
  OwnDetails own;
  std::string manager = {};      // another of `people`, who confirms their questions; "": nobody
  Organisations organisations = {};   // of a hub, those for which they act; at any other node all
  bool operator==(const Person&) const = default;
};

// One of several for which a hub answers, each a controller with a policy and people of its own.
struct HubOrganisation {
  std::string name;              // where an import's row gives only the code
  std::string policy;            // the disclosure policy that it adopted; empty: none
  AskCaps caps = {};             // of the questions that are asked for it, beside the node's own
  bool operator==(const HubOrganisation&) const = default;
};

struct NodeConfig {
  AgencyId agency = 0;
  std::string data;              // directory of the store; paths are relative to the file's folder
  std::string door;              // path of the Unix socket
  std::string door_group;        // its members in `people` may use the door too; "": nobody else
  std::string tls_certificate, tls_key;
  std::string secrets;           // sealed under the master key (node/secrets.h)
  std::string master_key;        // 32 bytes in hex, mode 0600, on another disk than `data`
  std::string roster;            // the first roster, in GetRoster's layout
  X25519PublicKey lead_officer;  // to whom the ledger's entries are sealed
  TrustAnchor trust;
  WitnessPaths witness;           // without a name: this node is no witness
  ImportSettings import;
  std::string policy;            // the adopted disclosure policy; empty: none was adopted
  // Of a hub, by ODS code or URN; empty: the agency is one controller.
  std::map<std::string, HubOrganisation> organisations;
  AskCaps caps;
  std::map<std::string, Person> people;   // by user
  uint32_t watch_a_week = 0;     // so often it asks for what is watched (node/watch.h); 0: never
  CalendarSettings calendar;
  PagerSettings pager;

  // INVALID_ARGUMENT names the key and what it should be; unknown keys are errors. NOT_FOUND: no
  // such file.
  static absl::StatusOr<NodeConfig> Load(const std::string& path);
  std::string Serialize() const;   // what Load reads; used by the federation tool

  // Whom it has for an account of the door, "local:alice"; nullptr: nobody.
  const Person* FindPerson(std::string_view user) const;
  // All that it has.
  Organisations AllOrganisations() const;
  // Those whose records and items belong to this one: itself; at a node that is no hub all.
  Organisations OneOrganisation(const std::string& code) const;
  // The files of its policies by organisation; "" alone when it is no hub.
  std::map<std::string, std::string> PolicyPaths() const;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_CONFIG_H_
