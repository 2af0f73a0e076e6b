#include "node/door_caller.h"

#include "node/door_reply.h"

namespace whoelse {

absl::StatusOr<Actor> DutyHolder(const NodeConfig& config, const UnixDoor& door,
                                 const QuestionAsker& asker, const grpc::ServerContext& context) {
  absl::StatusOr<UnixDoor::User> user = door.PeerUser(context);
  if (!user.ok()) return user.status();
  const Person* const person = PersonOf(config, *user);
  if (person == nullptr || person->duties.empty()) {
    return absl::InvalidArgumentError(
        "user: has no duty here, and the inbox is for lead officers and approvers; have [people] in "
        "the node's configuration give it to you");
  }
  return Actor{user->name, asker.RefOf(user->name), person->duties};
}

absl::StatusOr<Actor> LeadOfficer(const NodeConfig& config, const UnixDoor& door,
                                  const QuestionAsker& asker, const grpc::ServerContext& context) {
  absl::StatusOr<Actor> actor = DutyHolder(config, door, asker, context);
  if (actor.ok() && !IsLeadOfficer(*actor)) {
    return absl::InvalidArgumentError("user: is not a lead officer of this agency; ask one");
  }
  return actor;
}

}  // namespace whoelse
