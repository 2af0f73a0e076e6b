#include "coordinator/relay.h"

#include <algorithm>

#include "protocol/admission.h"
#include "protocol/answer.h"
#include "protocol/limits.h"

namespace whoelse {
namespace {

using Kind = RelayResult::Kind;

// A frame, whatever federation it says it is of: that is an error of its own.
absl::StatusOr<Frame> ParseOfAnyFederation(ByteView bytes) {
  constexpr size_t kFederationAt = 2;   // after version and class
  Reader in(bytes);
  in.Raw(kFederationAt);
  return Frame::Parse(bytes, in.Fixed<FederationId>());
}

AnsweredItem ItemOfResult(const RelayResult& result) {
  return result.kind == Kind::kCode ? ItemOf(result.code) : ItemOf(*result.bytes);
}

RelayResult CodeResult(AgencyId agency, RelayCode code) {
  return {agency, Kind::kCode, code, nullptr};
}

}  // namespace

Relay::Relay(CoordinatorId self, uint32_t log_key_id, SigningKey admission_key, RelayLimits limits)
    : self_(self),
      log_key_id_(log_key_id),
      admission_key_(std::move(admission_key)),
      limits_(limits) {}

RelayActions Relay::SetRoster(std::shared_ptr<const Roster> roster) {
  auto order = std::make_shared<Order>();
  for (uint32_t i = 0; i < roster->agencies.size(); ++i) {
    order->place[roster->agencies[i].id] = i;
  }
  order->roster = std::move(roster);
  order_ = std::move(order);
  RelayActions out;
  std::vector<StreamId> dropped;
  for (const auto& [id, stream] : streams_) {
    const RosterAgency* agency = order_->roster->FindAgencyByPin(stream.pin);
    if (agency == nullptr || agency->id != stream.agency) dropped.push_back(id);
  }
  for (const StreamId id : dropped) {
    OnDetach(id);
    out.push_back(CutStream{id, ServiceError::kNotAMember});
  }
  for (auto& [hash, collection] : collections_) {
    if (!collection.call || order_->place.contains(collection.asker)) continue;
    out.push_back(FailCall{*collection.call, ServiceError::kNotAMember});
    calls_.erase(*collection.call);
    collection.call.reset();
  }
  return out;
}

std::optional<ServiceError> Relay::CheckQuestion(const RosterAgency& agency, const Header& header,
                                                 ByteView r, TimeMs now) const {
  const Roster& roster = *order_->roster;
  if (header.federation != roster.federation) return ServiceError::kFederation;
  if (header.roster_version != roster.version) return ServiceError::kRosterVersion;
  if (header.key_versions() != roster.AskedKeyVersions()) return ServiceError::kKeyVersion;
  // Were any relay taken, an asker could pick one that nobody watches, and its quota would be that
  // of all relays together.
  if (header.relays != agency.relays ||
      std::find(header.relays.begin(), header.relays.end(), self_) == header.relays.end()) {
    return ServiceError::kNotYourRelay;
  }
  const TimeS now_s = now / 1000;
  if (header.issued_s > now_s + kClockSkewS || header.issued_s + kClockSkewS < now_s) {
    return ServiceError::kClock;
  }
  // Otherwise an agency could have another one's question counted and logged as its own, or leave
  // a side table that opens to nobody.
  Opening32 opening;
  std::copy(r.begin(), r.end(), opening.data());
  if (TagAsker(opening, agency.id) != header.asker_tag) return ServiceError::kAskerTag;
  return std::nullopt;
}

std::optional<ServiceError> Relay::CheckRoom(AgencyId asker, size_t bytes) {
  if (open_ >= limits_.open_total || open_of_[asker] >= limits_.open_per_agency) {
    return ServiceError::kBusy;
  }
  // Closed collections are only kept in case their asker comes again: they give way.
  while (bytes_ + bytes > limits_.bytes && !kept_.empty()) Forget(kept_.begin()->second);
  return bytes_ + bytes > limits_.bytes ? std::optional(ServiceError::kBusy) : std::nullopt;
}

RelayActions Relay::OnAsk(CallId call, const TlsPin& peer, ByteView bytes, ByteView r,
                          TimeMs now) {
  const auto fail = [call](ServiceError error) { return RelayActions{FailCall{call, error}}; };
  const RosterAgency* agency = order_ ? order_->roster->FindAgencyByPin(peer) : nullptr;
  if (agency == nullptr) return fail(ServiceError::kNotAMember);
  auto frame = ParseOfAnyFederation(bytes);
  if (!frame.ok() || r.size() != Opening32::kSize) return fail(ServiceError::kSize);
  if (const auto error = CheckQuestion(*agency, frame->header(), r, now)) return fail(*error);
  const FrameHash& hash = frame->hash();
  if (const auto found = collections_.find(hash); found != collections_.end()) {
    return Reattach(hash, found->second, call);
  }
  const size_t agencies = order_->roster->agencies.size();
  if (const auto error = CheckRoom(agency->id, agencies * kWireSize)) return fail(*error);

  Collection& collection = collections_[hash];
  collection.order = order_;
  collection.asker = agency->id;
  collection.call = call;
  collection.delivery = std::make_shared<FrameDelivery>(FrameDelivery{hash, ToBytes(bytes), {}});
  collection.retry_until = (frame->header().issued_s + kClockSkewS + 1) * 1000;
  collection.reserved = agencies * kWireSize;
  calls_[call] = hash;
  ++open_;
  ++open_of_[agency->id];
  bytes_ += collection.reserved;
  AskSubmission ask{hash, agency->id, {}, frame->header().roster_version,
                    static_cast<uint32_t>(agencies), agency->ask_per_day};
  std::copy(r.begin(), r.end(), ask.r.data());
  return {SubmitAsk{ask}};
}

RelayActions Relay::Reattach(const FrameHash& hash, Collection& collection, CallId call) {
  RelayActions out;
  if (collection.call) {
    out.push_back(FailCall{*collection.call, ServiceError::kReplaced});
    calls_.erase(*collection.call);
  }
  collection.call = call;
  calls_[call] = hash;
  SendSoFar(collection, &out);
  return out;
}

void Relay::SendSoFar(const Collection& collection, RelayActions* out) const {
  if (collection.phase == Phase::kAdmitting || !collection.call) return;
  out->push_back(SendAdmission{*collection.call, collection.admission});
  for (const uint32_t place : collection.arrivals) {
    out->push_back(SendResult{*collection.call, collection.results[place]});
  }
  if (collection.phase == Phase::kClosed) {
    out->push_back(SendClosed{*collection.call, collection.closed});
  }
}

void Relay::OnCallGone(CallId call) {
  const auto found = calls_.find(call);
  if (found == calls_.end()) return;
  collections_.at(found->second).call.reset();
  calls_.erase(found);
}

RelayActions Relay::OnAdmitted(const FrameHash& hash, const QuestionAdmitted& admitted,
                               TimeMs now) {
  Collection& collection = collections_.at(hash);
  const AskedRow& row = admitted.row;
  const Roster& roster = *collection.order->roster;
  Admission admission{self_, log_key_id_, row.index, row.time_ms, hash, {}};
  admission.Sign(admission_key_, roster.federation);
  collection.admission = admission.Serialize();
  collection.delivery->admission = collection.admission;
  collection.closed.asked_index = row.index;
  collection.results.resize(roster.agencies.size());
  collection.phase = Phase::kOpen;
  collection.deadline = now + roster.parameters.deadline_ms;
  deadlines_.insert({collection.deadline, hash});
  RelayActions out;
  SendSoFar(collection, &out);

  Deliver deliver{std::move(collection.delivery), {}};
  std::vector<RelayResult> codes;
  for (const RosterAgency& agency : roster.agencies) {
    const auto stream = stream_of_.find(agency.id);
    if (admitted.earlier) {
      // From before a restart: the frame may have been delivered then, but what came back is lost.
      codes.push_back(CodeResult(agency.id, RelayCode::kOrphan));
    } else if (stream == stream_of_.end()) {
      codes.push_back(CodeResult(agency.id, RelayCode::kNotAttached));
    } else {
      deliver.streams.push_back(stream->second);
    }
  }
  if (!deliver.streams.empty()) out.push_back(std::move(deliver));
  for (RelayResult& code : codes) Put(hash, collection, std::move(code), &out);
  return out;
}

RelayActions Relay::OnNotAdmitted(const FrameHash& hash, ServiceError error) {
  Collection& collection = collections_.at(hash);
  RelayActions out;
  if (collection.call) out.push_back(FailCall{*collection.call, error});
  NoLongerOpen(collection);
  Forget(hash);
  return out;
}

RelayActions Relay::OnAnswered(const FrameHash& hash, const LeafLogged& leaf, TimeMs now) {
  Collection& collection = collections_.at(hash);
  collection.closed.answered_index = leaf.index;
  collection.phase = Phase::kClosed;
  NoLongerOpen(collection);
  RelayActions out;
  if (collection.call) out.push_back(SendClosed{*collection.call, collection.closed});
  kept_.insert({collection.retry_until, hash});
  if (collection.retry_until <= now) Forget(hash);
  return out;
}

RelayActions Relay::OnAttach(StreamId stream, const TlsPin& peer) {
  const RosterAgency* agency = order_ ? order_->roster->FindAgencyByPin(peer) : nullptr;
  if (agency == nullptr) return {CutStream{stream, ServiceError::kNotAMember}};
  RelayActions out;
  if (const auto earlier = stream_of_.find(agency->id); earlier != stream_of_.end()) {
    const StreamId old = earlier->second;
    OnDetach(old);
    out.push_back(StreamReplaced{agency->id});
    out.push_back(CutStream{old, ServiceError::kReplaced});
  }
  streams_.insert_or_assign(stream, Stream{agency->id, peer});
  stream_of_[agency->id] = stream;
  return out;
}

void Relay::OnDetach(StreamId stream) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  stream_of_.erase(found->second.agency);
  streams_.erase(found);
}

std::optional<AgencyId> Relay::AgencyOf(StreamId stream) const {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return std::nullopt;
  return found->second.agency;
}

RelayActions Relay::OnReplies(StreamId stream, const std::vector<ByteView>& wires,
                              const std::vector<ByteView>& refusals) {
  RelayActions out;
  const std::optional<AgencyId> agency = AgencyOf(stream);
  if (!agency) return out;
  for (const ByteView bytes : wires) {
    const auto wire = Wire::Parse(bytes);
    // Without the comparison, one member could answer in another one's place.
    if (!wire.ok() || wire->agency != *agency) continue;
    PutReply(*agency, wire->frame_hash, Kind::kWire, bytes, &out);
  }
  for (const ByteView bytes : refusals) {
    const auto refusal = Refusal::Parse(bytes);
    if (!refusal.ok() || refusal->agency != *agency) continue;
    PutReply(*agency, refusal->frame_hash, Kind::kRefusal, bytes, &out);
  }
  return out;
}

RelayActions Relay::OnOverflow(StreamId stream, const FrameHash& hash) {
  RelayActions out;
  const std::optional<AgencyId> agency = AgencyOf(stream);
  const auto found = collections_.find(hash);
  if (!agency || found == collections_.end() || found->second.phase != Phase::kOpen) return out;
  Put(hash, found->second, CodeResult(*agency, RelayCode::kQueueFull), &out);
  return out;
}

void Relay::PutReply(AgencyId agency, const FrameHash& hash, Kind kind, ByteView bytes,
                     RelayActions* out) {
  const auto found = collections_.find(hash);
  if (found == collections_.end() || found->second.phase != Phase::kOpen) return;
  RelayResult result{agency, kind, {}, std::make_shared<const Bytes>(ToBytes(bytes))};
  Put(hash, found->second, std::move(result), out);
}

// The first of an agency stays.
void Relay::Put(const FrameHash& hash, Collection& collection, RelayResult result,
                RelayActions* out) {
  const auto place = collection.order->place.find(result.agency);
  if (place == collection.order->place.end()) return;   // not of the question's roster
  RelayResult& mine = collection.results[place->second];
  if (mine.kind != Kind::kNone) return;
  mine = std::move(result);
  collection.arrivals.push_back(place->second);
  if (collection.call) out->push_back(SendResult{*collection.call, mine});
  if (collection.arrivals.size() == collection.results.size()) Close(hash, collection, out);
}

void Relay::Close(const FrameHash& hash, Collection& collection, RelayActions* out) {
  std::vector<AnsweredItem> items;
  items.reserve(collection.results.size());
  for (const RelayResult& result : collection.results) items.push_back(ItemOfResult(result));
  deadlines_.erase({collection.deadline, hash});
  collection.phase = Phase::kClosing;
  out->push_back(SubmitAnswered{{hash, AnswersHash(items)}});
}

RelayActions Relay::OnTick(TimeMs now) {
  RelayActions out;
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const FrameHash hash = deadlines_.begin()->second;
    Collection& collection = collections_.at(hash);
    // The last one closes the collection, which takes it out of deadlines_.
    for (const RosterAgency& agency : collection.order->roster->agencies) {
      if (collection.phase != Phase::kOpen) break;
      Put(hash, collection, CodeResult(agency.id, RelayCode::kDeadline), &out);
    }
  }
  while (!kept_.empty() && kept_.begin()->first <= now) Forget(kept_.begin()->second);
  return out;
}

std::optional<TimeMs> Relay::NextTick() const {
  std::optional<TimeMs> next;
  if (!deadlines_.empty()) next = deadlines_.begin()->first;
  if (!kept_.empty()) next = std::min(next.value_or(kept_.begin()->first), kept_.begin()->first);
  return next;
}

void Relay::NoLongerOpen(Collection& collection) {
  --open_;
  if (--open_of_[collection.asker] == 0) open_of_.erase(collection.asker);
}

void Relay::Forget(FrameHash hash) {
  const auto found = collections_.find(hash);
  Collection& collection = found->second;
  if (collection.call) calls_.erase(*collection.call);
  kept_.erase({collection.retry_until, hash});
  bytes_ -= collection.reserved;
  collections_.erase(found);
}

}  // namespace whoelse
