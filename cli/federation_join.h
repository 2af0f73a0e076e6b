// Starting a federation and taking parties into it: keys, certificates, configurations. Nothing is
// valid for anybody before `sign`.
#ifndef WHOELSE_CLI_FEDERATION_JOIN_H_
#define WHOELSE_CLI_FEDERATION_JOIN_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/federation_draft.h"
#include "crypto/random.h"
#include "node/asker_rules.h"
#include "node/record.h"

namespace whoelse {

// All errors of input are INVALID_ARGUMENT "field: what is wrong; what to do". ALREADY_EXISTS: never
// is a key overwritten. UNAVAILABLE: the disk.

struct InitOptions {
  std::string name;
  uint32_t roots = 3;
  uint32_t needed = 2;
  uint32_t threshold = 2;
  uint32_t valid_days = 90;
  uint32_t bulk_hours = 72;
  RosterParameters parameters{250, 64, 3000, 1000, 600, 48, 0};
};
absl::Status InitFederation(const std::string& dir, const InitOptions& options, Random& random);

struct CoordinatorOptions {
  std::string name;
  std::string endpoint;         // host:port that nodes dial
  std::string listen;           // empty: that endpoint on this machine, else its port everywhere
  uint32_t certificate_days = 365;
  uint64_t min_free_mb = 512;
  std::string log_listen;       // host:port of the log's HTTPS server; empty: none
  std::string log_export;       // folder, from the coordinator's own; empty: none
};
// The folder of the new party.
absl::StatusOr<std::string> AddCoordinator(const std::string& dir,
                                           const CoordinatorOptions& options, TimeS now,
                                           Random& random);

struct AgencyOptions {
  std::string name;
  std::string slug;             // empty: made from the name
  std::string kind;
  std::string area;
  std::string organisation;     // ODS code or URN
  std::vector<std::string> ask;
  uint32_t register_size = 0;
  uint32_t ask_per_day = 0;     // 0: by register size
  Line duty, out_of_hours;      // `tested` empty: today
  bool s16la = true;
  std::string lead_user;        // of the node's machine; has every role, is lead officer and keeps the records
  // Who adopts the given default as this agency's policy, after which assessment, for a year from
  // today; both blank: nobody yet, and its node discloses one step less.
  std::string policy_adopted_by, policy_dpia;
  AskCaps caps;                 // of its practitioners' questions
  std::string source;           // of its exports; empty: the slug
  std::map<std::string, ServiceClass> services;
  uint32_t certificate_days = 365;
  bool witness = false;         // its node cosigns the logs
};
absl::StatusOr<std::string> AddAgency(const std::string& dir, const AgencyOptions& options, TimeS now,
                                      Random& random);

struct AuditorOptions {
  std::string name;
  uint32_t evaluate_per_day = 50;   // openings and the like; also the limit of what it could guess
  uint32_t certificate_days = 365;
};
absl::StatusOr<std::string> AddAuditor(const std::string& dir, const AuditorOptions& options,
                                       TimeS now);

// Takes an agency out of the next roster. Its folder stays. NOT_FOUND.
absl::Status RemoveAgency(const std::string& dir, const std::string& slug);

// "Family help = targeted", one a line; blank lines and lines that begin with # are passed over.
// INVALID_ARGUMENT names the line.
absl::StatusOr<std::map<std::string, ServiceClass>> ParseServices(std::string_view text);

// Why an agency of this kind is not to ask for this purpose (domain.md, "Who may ask what"); nullopt
// when it may.
std::optional<std::string> WhyMayNotAsk(std::string_view kind, Purpose purpose);

// The user that runs this process: the lead user of a demo, or of an agency that names none.
std::string ThisUser();

// What an agency of this size gets unless somebody says otherwise.
uint32_t DefaultAskPerDay(uint32_t register_size);
uint32_t DefaultEnrolElements(uint32_t register_size);

}  // namespace whoelse

#endif  // WHOELSE_CLI_FEDERATION_JOIN_H_
