// A coordinator that cheats, as its nodes see it: it stands at the coordinator's endpoint with the
// coordinator's keys and has the honest program behind it, to whom it speaks as each member. What
// goes through is bent as the test tells it. So what it does is what anybody can do who holds a
// coordinator's keys, and no production code knows of it.
#ifndef WHOELSE_TESTS_E2E_CROOKED_RELAY_H_
#define WHOELSE_TESTS_E2E_CROOKED_RELAY_H_

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "coordinator/config.h"
#include "coordinator/secrets.h"
#include "proto/federation.grpc.pb.h"
#include "protocol/roster.h"
#include "rpc/tls.h"

namespace whoelse {

class CrookedRelay final : public v1::Coordinator::Service {
 public:
  // `federation`: the tool's directory, with every member's TLS key. `upstream`: where the honest
  // program listens. Throws when a file is not as the tool writes it.
  CrookedRelay(const std::string& federation, const std::string& slug, const std::string& upstream,
               const Clock& clock);

  // The fault words; one of them for one agency (0: for all), until Honest.
  //   skip        frames do not reach the agency
  //   unlogged    a question goes to the nodes under an admission that no log knows
  //   stall       checkpoints do not come
  //   rewrite     a leaf is not what the log holds
  //   fork        a new stream starts from another history of the same log, signed
  //   truncate    a new stream states what the first one stated, as a log that was restored
  //   drop        an agency's wire is held back, and logged all the same
  //   no-beats, no-rosters
  void Cheat(const std::string& fault, AgencyId agency);
  void Honest();

  const CoordinatorConfig& config() const { return config_; }
  const std::shared_ptr<PeerGate>& gate() const { return gate_; }
  std::string endpoint() const;

 private:
  struct Member {
    AgencyId agency;
    std::unique_ptr<v1::Coordinator::Stub> stub;   // to the honest program, as this member
  };
  using NodeStream = grpc::ServerReaderWriter<v1::ToNode, v1::FromNode>;

  grpc::Status Evaluate(grpc::ServerContext* context, const v1::EvaluateCall* call,
                        v1::EvaluateReply* reply) override;
  grpc::Status GetRoster(grpc::ServerContext* context, const v1::GetRosterCall* call,
                         v1::GetRosterReply* reply) override;
  grpc::Status Prove(grpc::ServerContext* context, const v1::ProveCall* call,
                     v1::ProveReply* reply) override;
  grpc::Status Ask(grpc::ServerContext* context, const v1::AskCall* call,
                   grpc::ServerWriter<v1::AskItem>* asker) override;
  grpc::Status Attach(grpc::ServerContext* context, NodeStream* node) override;

  const Member* MemberOf(const grpc::ServerContext& context) const;
  bool Cheats(const std::string& fault, AgencyId agency) const;
  // Under mutex_.
  void Bend(AgencyId agency, v1::ToNode& message);
  void Fork(v1::Attached& attached) const;
  void Truncate(AgencyId agency, v1::Attached& attached);
  void SendUnlogged(const std::string& frame);

  const Clock& clock_;
  const CoordinatorConfig config_;
  const CoordinatorSecrets secrets_;
  const Roster roster_;
  const std::shared_ptr<PeerGate> gate_;
  std::map<TlsPin, Member> members_;

  mutable std::recursive_mutex mutex_;   // guards the rest, and writing to the streams
  std::set<std::pair<std::string, AgencyId>> faults_;
  std::set<NodeStream*> streams_;
  std::map<AgencyId, v1::Attached> first_signed_;   // the first that showed a checkpoint
  uint64_t log_size_ = 0;
};

}  // namespace whoelse

#endif  // WHOELSE_TESTS_E2E_CROOKED_RELAY_H_
