#include "node/inbox_service.h"

#include <algorithm>

#include "nlohmann/json.hpp"
#include "node/door_reply.h"
#include "node/inbox_counts.h"
#include "node/inbox_document.h"
#include "node/word_list.h"
#include "rpc/status.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSealedInPart = 256;   // of 256 bytes each
constexpr TimeMs kCommittedAfterMs = 60'000;   // a slot's batch is on the disk long before that

}  // namespace

Json InboxService::Sender(AgencyId agency) const {
  const RosterBoard::Posting posting = parts_.board.Read();
  const RosterAgency* sender = posting.roster->FindAgency(agency);
  return sender != nullptr ? Json(sender->name) : Json(agency);
}

Json InboxService::Page(const InboxItem& item) const {
  return ItemPage(item, *parts_.board.Read().roster, parts_.clock.NowMs());
}

grpc::Status InboxService::ListItems(grpc::ServerContext* context, const v1::ListItemsCall* call,
                                     v1::JsonReply* reply) {
  const absl::StatusOr<Actor> actor = parts_.callers.Allow(*context, Deed::kInbox);
  if (!actor.ok()) return ToDoor(actor.status());
  if (absl::Status taken = parts_.inbox.TakeUp(); !taken.ok()) return ToDoor(taken);
  auto items = parts_.inbox.Items(call->done());
  if (!items.ok()) return ToDoor(items.status());
  const TimeMs now = parts_.clock.NowMs();
  std::erase_if(*items, [&](const InboxItem& item) {
    return !item.Visible(now) || !DutyToDecide(*actor, item);
  });
  std::ranges::stable_sort(*items, [&](const InboxItem& a, const InboxItem& b) {
    return call->done() ? a.steps.back().at_ms > b.steps.back().at_ms : a.due_ms < b.due_ms;
  });
  const size_t limit = ListLimit(call->limit());
  Json rows = Json::array();
  for (const InboxItem& item : *items) {
    if (rows.size() == limit) break;
    rows.push_back(ItemRow(item, now));
    if (item.from != 0) rows.back()["from"] = Sender(item.from);
  }
  Json notices = Json::array();
  const absl::Status lasts = parts_.inbox.calendar().CheckLasts(LondonTimeOf(now).day);
  if (!lasts.ok()) notices.push_back(std::string(lasts.message()));
  reply->set_json(DumpReply({{"items", rows}, {"more", items->size() > limit}, {"notices", notices}}));
  return grpc::Status::OK;
}

grpc::Status InboxService::ShowItem(grpc::ServerContext* context, const v1::ShowItemCall* call,
                                    v1::JsonReply* reply) {
  const absl::StatusOr<Actor> actor = parts_.callers.Allow(*context, Deed::kInbox);
  if (!actor.ok()) return ToDoor(actor.status());
  const absl::StatusOr<InboxItem> item = parts_.inbox.Find(call->id());
  if (absl::IsNotFound(item.status()) || (item.ok() && !DutyToDecide(*actor, *item))) {
    return BadField({"id", "there is no such item", "look it up with inbox list"});
  }
  if (!item.ok()) return ToDoor(item.status());
  reply->set_json(DumpReply(Page(*item)));
  return grpc::Status::OK;
}

grpc::Status InboxService::DecideItem(grpc::ServerContext* context, const v1::DecideItemCall* call,
                                      v1::JsonReply* reply) {
  const absl::StatusOr<Actor> actor = parts_.callers.Allow(*context, Deed::kInbox);
  if (!actor.ok()) return ToDoor(actor.status());
  const std::optional<Verb> verb = ByName<Verb>(call->verb(), kVerbNames);
  if (!verb) return BadField({"verb", "is none", "use done, approve or refuse"});
  const auto decided =
      parts_.inbox.Decide(call->id(), {*verb, call->outcome(), call->reason()}, *actor);
  if (const auto* error = std::get_if<FieldError>(&decided)) return BadField(*error);
  if (const auto* status = std::get_if<absl::Status>(&decided)) return ToDoor(*status);
  reply->set_json(DumpReply(Page(std::get<InboxItem>(decided))));
  return grpc::Status::OK;
}

grpc::Status InboxService::CountItems(grpc::ServerContext* context, const v1::CountItemsCall*,
                                      v1::JsonReply* reply) {
  const absl::StatusOr<Actor> actor = parts_.callers.Allow(*context, Deed::kInbox);
  if (!actor.ok()) return ToDoor(actor.status());
  std::vector<InboxItem> all;
  for (const bool done : {false, true}) {
    auto items = parts_.inbox.Items(done);
    if (!items.ok()) return ToDoor(items.status());
    std::ranges::copy_if(*items, std::back_inserter(all), [&](const InboxItem& item) {
      return DutyToDecide(*actor, item).has_value();
    });
  }
  Json months = Json::array();
  for (const MonthCount& count : CountByMonth(all, parts_.clock.NowMs())) {
    Json row{{"month", count.month},
             {"kind", std::string(Name(count.kind))},
             {"raised", count.raised},
             {"open", count.open},
             {"overdue", count.overdue}};
    for (const auto& [outcome, n] : count.outcomes) row[outcome] = n;
    months.push_back(row);
  }
  reply->set_json(DumpReply({{"counts", months}}));
  return grpc::Status::OK;
}

grpc::Status InboxService::ProposeLift(grpc::ServerContext* context,
                                       const v1::ProposeLiftCall* call, v1::JsonReply* reply) {
  const absl::StatusOr<Actor> actor = parts_.callers.Allow(*context, Deed::kLiftShield);
  if (!actor.ok()) return ToDoor(actor.status());
  const std::optional<Lowered> what =
      call->what().empty() ? Lowered::kShield : ByName<Lowered>(call->what(), kLoweredNames);
  if (!what) {
    return BadField({"what", "is nothing that two people can lower",
                     "give one of: " + ListOf(kLoweredNames)});
  }
  Registry& registry = parts_.registry;
  Organisations theirs = actor->organisations;
  const std::string owner = registry.OwnerOf(call->record());
  if (!owner.empty() && theirs.Has(owner)) theirs = Organisations::Only({owner});
  absl::StatusOr<std::vector<StoredRecord>> child = registry.ChildOf(call->record(), theirs);
  if (!call->nhs_number().empty()) {
    const absl::StatusOr<NhsNumber> number = NhsNumber::Parse(call->nhs_number());
    if (!number.ok()) {
      return BadField({"nhs-number", std::string(number.status().message()), "check it"});
    }
    child = registry.ChildBy(*number, theirs);
  }
  if (!child.ok()) return ToDoor(child.status());
  // The item has of the map what it is about, so that both people see what they agree to.
  const Lowering whole_map{*what, parts_.service_classes};
  Lowering lowering{*what};
  std::vector<RecordId> records;
  for (const StoredRecord& stored : *child) {
    if (!Stands(whole_map, stored.record)) continue;
    records.push_back(stored.id);
    const auto mapped = whole_map.classes.find(stored.record.service);
    const bool of_class = *what == Lowered::kServiceClass && mapped != whole_map.classes.end();
    if (of_class) lowering.classes.insert(*mapped);
  }
  if (records.empty()) {
    return BadField({"nhs-number", "has no record here that this could be taken from",
                     "see records list; a class falls where the node's map has a less private one; "
                     "where nothing is under a closed number import a row with it first"});
  }
  // Or a lead officer of the one would be the second person for the other's.
  const auto is_of_the_first = [&](RecordId id) {
    return registry.OwnerOf(id) == registry.OwnerOf(records.front());
  };
  if (!std::ranges::all_of(records, is_of_the_first)) {
    return BadField({"nhs-number", "has records of several of your organisations, and each lifts its "
                                   "own", "give one of the records with --record, then one of the other's"});
  }
  const auto proposed =
      parts_.inbox.ProposeLowering(lowering, records, call->reason(), *actor);
  if (const auto* error = std::get_if<FieldError>(&proposed)) return BadField(*error);
  if (const auto* status = std::get_if<absl::Status>(&proposed)) return ToDoor(*status);
  reply->set_json(DumpReply(Page(std::get<InboxItem>(proposed))));
  return grpc::Status::OK;
}

grpc::Status InboxService::ReadSealed(grpc::ServerContext* context, const v1::ReadSealedCall* call,
                                      grpc::ServerWriter<v1::SealedPart>* writer) {
  const absl::StatusOr<Actor> actor = parts_.callers.Allow(*context, Deed::kReadSealed);
  if (!actor.ok()) return ToDoor(actor.status());
  const absl::StatusOr<TimeMs> taken = parts_.store.ReadTakenThrough();
  if (!taken.ok()) return ToDoor(taken.status());
  const TimeMs from = call->untaken() ? *taken : call->since_ms();
  const TimeMs now = parts_.clock.NowMs();
  // Nothing about a brokered question leaves the node before the next session, or what a lead
  // officer does at night tells the asker that there is something. Which those are the node cannot
  // read, and to hold back some would tell: all wait alike. What is urgent has its page.
  const TimeMs shown = parts_.inbox.calendar().NewestSession(now);
  TrailNote note = NoteOf(*actor, Deed::kReadSealed, now);
  parts_.store.WriteTrail(note.Add(Fact::kSince, std::to_string(from)));
  v1::SealedPart part;
  part.set_agency(parts_.agency);
  part.set_from_ms(from);
  part.set_through_ms(std::min(shown, now - kCommittedAfterMs));
  for (const RosterAgency& agency : parts_.board.Read().roster->agencies) {
    (*part.mutable_agencies())[agency.id] = agency.name;
  }
  bool listens = writer->Write(part);
  part.Clear();
  const absl::Status read = parts_.store.ForEachSealed(from, shown, [&](ByteView sealed) {
    part.add_sealed(ToString(sealed));
    if (part.sealed_size() < kSealedInPart) return true;
    listens = listens && writer->Write(part);
    part.Clear();
    return listens;
  });
  if (!read.ok()) return ToDoor(read);
  if (listens && part.sealed_size() > 0) writer->Write(part);
  return grpc::Status::OK;
}

}  // namespace whoelse
