// Nodes: streams, frames, slots, rosters.
#include "tests/sim/world.h"

namespace whoelse::sim {

void World::Attach(AgencyId agency, CoordinatorId to) {
  Coordinator& c = coordinators_.at(to);
  if (c.stopped) return;
  const StreamId stream = next_id_++;
  c.streams[stream] = {stream, agency, c.checkpoint_size};
  Perform(to, c.relay->OnAttach(stream, PinOf(agency)));
  if (!c.streams.contains(stream)) return;   // no member any more
  LogWatch& watch = nodes_.at(agency).holder->holder.Watch(to);
  Note(agency, watch.OnAttached(StatementFor(c, agency, watch), now_));
  if (!c.cheats.no_rosters) OfferRoster(agency, *c.keeper->held());
  TakeHeartbeat(agency, c);
  diagram_.push_back("    " + NameOfAgency(agency) + "->>" + NameOfCoordinator(to) + ": Attach");
}

void World::Detach(AgencyId agency, CoordinatorId from) {
  Coordinator& c = coordinators_.at(from);
  for (auto it = c.streams.begin(); it != c.streams.end();) {
    if (it->second.agency != agency) {
      ++it;
      continue;
    }
    c.relay->OnDetach(it->first);
    it = c.streams.erase(it);
  }
}

void World::OfferRoster(AgencyId agency, const SignedRoster& roster) {
  Node& node = nodes_.at(agency);
  if (!node.keeper->Offer(roster, now_).ok()) return;
  node.holder->holder.SetRosters(node.keeper->ruling(), node.keeper->previous(),
                                 node.keeper->replaced_ms());
}

void World::TakeHeartbeat(AgencyId agency, const Coordinator& from) {
  if (from.cheats.no_heartbeats) return;
  const auto hour = static_cast<uint32_t>(now_ / 3'600'000);
  nodes_.at(agency).keeper->OnHeartbeat(
      Heartbeat::Sign(*from.keeper->ruling(), from.id, hour, AdmissionKeyOf(from.id - 101)), now_);
}

void World::TakeEnvelope(AgencyId agency, CoordinatorId from, const FrameDelivery& delivery) {
  Node& node = nodes_.at(agency);
  Holder::Reply reply = node.holder->holder.Handle(from, delivery.frame, delivery.admission, now_);
  Note(agency, std::move(reply.alarms));
  if (reply.refusal) Reply(agency, from, {}, *std::move(reply.refusal));
  AnswerWhenDue(agency);
}

void World::AnswerWhenDue(AgencyId agency) {
  Node& node = nodes_.at(agency);
  const auto end = node.holder->holder.NextSlotEnd();
  if (!end) return;
  At(*end, [this, agency, life = node.life] {
    if (nodes_.at(agency).life == life) AnswerAt(agency);
  });
}

void World::AnswerAt(AgencyId agency) {
  Node& node = nodes_.at(agency);
  while (true) {
    auto batch = node.holder->holder.AnswerSlot(now_);
    if (!batch.ok()) return;
    // What came at the very end of a slot, before that was answered, is in the next one.
    if (!batch->has_value()) return AnswerWhenDue(agency);
    for (SlotRecord& record : (*batch)->records) {
      node.committed[record.frame_hash] = {record.wire, record.keep_until_s};
      wires_seen_[{record.frame_hash, agency}].insert(record.wire);
      At((*batch)->release_ms, [this, agency, to = record.coordinator, wire = record.wire,
                                life = node.life] {
        if (nodes_.at(agency).life == life) Reply(agency, to, wire, {});
      });
    }
  }
}

void World::Reply(AgencyId agency, CoordinatorId to, Bytes wire, Bytes refusal) {
  const std::string label = wire.empty() ? "refusal" : "sealed wire";
  Send(NameOfAgency(agency), NameOfCoordinator(to), label,
       [this, agency, to, wire = std::move(wire), refusal = std::move(refusal)] {
         Coordinator& c = coordinators_.at(to);
         for (const auto& [stream, state] : c.streams) {
           if (state.agency != agency || c.stopped) continue;
           std::vector<ByteView> wires, refusals;
           if (!wire.empty()) wires.push_back(wire);
           if (!refusal.empty()) refusals.push_back(refusal);
           return Perform(to, c.relay->OnReplies(stream, wires, refusals));
         }
       });
}

void World::Note(AgencyId agency, std::vector<Alarm> alarms) {
  for (Alarm& alarm : alarms) nodes_.at(agency).alarms.push_back(std::move(alarm));
}

}  // namespace whoelse::sim
