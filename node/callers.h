// Who calls through the node's door, and whether a duty of theirs allows what they came for. The
// kernel says who; [people] in the configuration says what they may.
#ifndef WHOELSE_NODE_CALLERS_H_
#define WHOELSE_NODE_CALLERS_H_

#include <grpcpp/server_context.h>

#include "absl/status/statusor.h"
#include "node/asker.h"
#include "node/config.h"
#include "node/deed.h"
#include "node/inbox.h"
#include "node/trail.h"
#include "rpc/unix_door.h"

namespace whoelse {

class Callers {
 public:
  Callers(const NodeConfig& config, const UnixDoor& door, const QuestionAsker& asker)
      : config_(config), door_(door), asker_(asker) {}

  // Whom the configuration has for this account. UNAUTHENTICATED: not through the door.
  // INVALID_ARGUMENT, "user: ...": nobody. The node's own account and root are no exception: they
  // open the door, and who may do what is written down.
  struct Known {
    std::string user;      // "local:alice"
    const Person* person;
  };
  absl::StatusOr<Known> Find(const grpc::ServerContext& context) const;
  // The same, of somebody who has a duty that allows this.
  absl::StatusOr<Actor> Allow(const grpc::ServerContext& context, Deed deed) const;

 private:
  const NodeConfig& config_;
  const UnixDoor& door_;
  const QuestionAsker& asker_;
};

// The person of this account; without duties when the configuration has none.
Actor ActorOf(const NodeConfig& config, const QuestionAsker& asker, const std::string& user);

// What the trail says of this person's deed.
TrailNote NoteOf(const Actor& actor, Deed deed, TimeMs now, std::string reason = {});

}  // namespace whoelse

#endif  // WHOELSE_NODE_CALLERS_H_
