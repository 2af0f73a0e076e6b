#include "node/callers.h"

#include "node/door_reply.h"

namespace whoelse {
namespace {

Actor ActorOf(const QuestionAsker& asker, const std::string& user, const Person& person) {
  return {user, asker.RefOf(user), person.duties, person.organisations};
}

}  // namespace

absl::StatusOr<Callers::Known> Callers::Find(const grpc::ServerContext& context) const {
  const absl::StatusOr<UnixDoor::User> user = door_.PeerUser(context);
  if (!user.ok()) return user.status();
  if (const Person* const person = config_.FindPerson(user->name)) return Known{user->name, person};
  return absl::InvalidArgumentError(TextOf(
      {"user", "is not among the people of this node",
       "have [people] in the node's configuration say what this account may do"}));
}

absl::StatusOr<Actor> Callers::Allow(const grpc::ServerContext& context, Deed deed) const {
  const absl::StatusOr<Known> known = Find(context);
  if (!known.ok()) return known.status();
  // A practitioner of the group could read and erase whom they like.
  if (!DutiesFor(deed).FirstOf(known->person->duties)) {
    return absl::InvalidArgumentError(TextOf(NoDutyFor(deed)));
  }
  if (const auto error = CheckReach(deed, known->person->organisations)) {
    return absl::InvalidArgumentError(TextOf(*error));
  }
  return ActorOf(asker_, known->user, *known->person);
}

Actor ActorOf(const NodeConfig& config, const QuestionAsker& asker, const std::string& user) {
  const Person* const person = config.FindPerson(user);
  return ActorOf(asker, user, person != nullptr ? *person : Person());
}

TrailNote NoteOf(const Actor& actor, Deed deed, TimeMs now, std::string reason) {
  return {deed, now, actor.user, DutiesFor(deed).FirstOf(actor.roles), {}, std::move(reason)};
}

}  // namespace whoelse
