#include "node/door_service.h"

#include <grpcpp/grpcpp.h>

#include "nlohmann/json.hpp"
#include "node/door_reply.h"
#include "node/evidence.h"
#include "node/json_text.h"
#include "rpc/status.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

// A file in messages of a bounded size.
void WriteParts(std::string_view file, grpc::ServerWriter<v1::FilePart>& writer) {
  v1::FilePart part;
  for (size_t at = 0; at < file.size(); at += kFilePartBytes) {
    part.set_part(std::string(file.substr(at, kFilePartBytes)));
    if (!writer.Write(part)) return;
  }
}

Json PolicyStatus(const std::string& organisation, const PolicyKeeper::View& view) {
  const std::optional<Adoption>& adoption = view.policy.policy().adoption;
  const std::optional<Date> looser_on = view.policy.looser_on();
  return {{"organisation", organisation.empty() ? Json(nullptr) : Json(organisation)},
          {"adopted", adoption.has_value()},
          {"review_by", adoption ? Json(adoption->review_by.Iso()) : Json(nullptr)},
          {"overdue", view.policy.policy().IsOverdue(view.today)},
          {"looser_on", looser_on ? Json(looser_on->Iso()) : Json(nullptr)},
          {"problem", view.problem.empty() ? Json(nullptr) : Json(view.problem)}};
}

// Of anything but a request for approval, which is no error.
grpc::Status StatusOf(const QuestionAsker::Failure& failure) {
  if (const auto* error = std::get_if<FieldError>(&failure)) return BadField(*error);
  if (const auto* used_up = std::get_if<UsedUp>(&failure)) {
    return {grpc::StatusCode::RESOURCE_EXHAUSTED, used_up->reason + "; " + used_up->remedy};
  }
  return ToGrpc(std::get<ServiceError>(failure));
}

// Named by the log, for whoever is told of it.
Json AlarmOf(const InboxItem& item, const Roster& roster) {
  const Json about = JsonFrom(item.about);
  const auto id = about.value("log", CoordinatorId{0});
  const RosterCoordinator* coordinator = roster.FindCoordinator(id);
  return {{"item", item.id},
          {"alarm", about.value("alarm", "")},
          {"coordinator", id},
          {"log", coordinator ? Json(coordinator->log_key.name) : Json(nullptr)},
          {"index", about.value("index", uint64_t{0})},
          {"raised_ms", item.raised_ms},
          {"times", about.value("times", 1 + about.value("repeated", uint64_t{0}))}};
}

}  // namespace

grpc::Status DoorService::Ask(grpc::ServerContext* context, const v1::NodeAskCall* call,
                              grpc::ServerWriter<v1::NodeAskReply>* writer) {
  const absl::StatusOr<Callers::Known> asker = parts_.callers.Find(*context);
  if (!asker.ok()) return ToDoor(asker.status());
  const AskInput input{.nhs_number = call->nhs_number(),
                       .upn = call->upn(),
                       .born = call->born(),
                       .purpose = call->purpose(),
                       .case_reference = call->case_reference(),
                       .role = call->role(),
                       .reason = call->reason(),
                       .shield_notice = call->shield_notice(),
                       .contact_was_wrong = call->contact_was_wrong(),
                       .does_not_know_them = call->does_not_know_them(),
                       .approval = call->approval(),
                       .request_approval = call->request_approval(),
                       .power = call->power(),
                       .article6 = call->article6(),
                       .article9 = call->article9(),
                       .organisation = call->organisation()};
  const auto progress = [&](size_t answered, size_t agencies) {
    v1::NodeAskReply reply;
    reply.mutable_progress()->set_answered(static_cast<uint32_t>(answered));
    reply.mutable_progress()->set_agencies(static_cast<uint32_t>(agencies));
    writer->Write(reply);
  };
  auto outcome = parts_.asker.Ask(input, asker->user, *asker->person, Origin{}, progress);
  v1::NodeAskReply reply;
  if (const auto* failure = std::get_if<QuestionAsker::Failure>(&outcome)) {
    const auto* requested = std::get_if<ApprovalRequested>(failure);
    if (requested == nullptr) return StatusOf(*failure);
    reply.set_answer_json(DumpReply({{"approval_item", requested->item}}));
    writer->Write(reply);
    return grpc::Status::OK;
  }
  reply.set_answer_json(DumpReply(std::get<Json>(outcome)));
  writer->Write(reply);
  return grpc::Status::OK;
}

// What is wrong with a log, until it is decided in the inbox. Alarms about people are shown there
// alone: whoever goes fishing may open the door too.
absl::StatusOr<Json> DoorService::OpenAlarms(const Roster& roster) {
  if (absl::Status taken = parts_.inbox.TakeUp(); !taken.ok()) return taken;
  const auto items = parts_.inbox.Items(false);
  if (!items.ok()) return items.status();
  Json alarms = Json::array();
  for (const InboxItem& item : *items) {
    if (item.kind == ItemKind::kLogAlarm) alarms.push_back(AlarmOf(item, roster));
  }
  return alarms;
}

grpc::Status DoorService::ListReceipts(grpc::ServerContext* context,
                                       const v1::ListReceiptsCall* call, v1::JsonReply* reply) {
  const absl::StatusOr<Callers::Known> caller = parts_.callers.Find(*context);
  if (!caller.ok()) return ToDoor(caller.status());
  const auto receipts = parts_.desk.List(caller->user, ListLimit(call->limit()));
  if (!receipts.ok()) return ToDoor(receipts.status());
  reply->set_json(DumpReply(*receipts));
  return grpc::Status::OK;
}

grpc::Status DoorService::ShowReceipt(grpc::ServerContext* context, const v1::ShowReceiptCall* call,
                                      v1::JsonReply* reply) {
  const absl::StatusOr<Callers::Known> caller = parts_.callers.Find(*context);
  if (!caller.ok()) return ToDoor(caller.status());
  const auto receipt = parts_.desk.Show(caller->user, call->number());
  if (!receipt.ok()) return ToDoor(receipt.status());
  reply->set_json(DumpReply(*receipt));
  return grpc::Status::OK;
}

grpc::Status DoorService::ProposeOpening(grpc::ServerContext* context,
                                         const v1::ProposeOpeningCall* call,
                                         v1::JsonReply* reply) {
  const absl::StatusOr<Actor> actor = parts_.callers.Allow(*context, Deed::kProposeOpening);
  if (!actor.ok()) return ToDoor(actor.status());
  const auto item = parts_.desk.ProposeOpening(*actor, call->number(), call->reason());
  if (!item.ok()) return ToDoor(item.status());
  reply->set_json(DumpReply(*item));
  return grpc::Status::OK;
}

grpc::Status DoorService::ExportReceipt(grpc::ServerContext* context,
                                        const v1::ExportReceiptCall* call,
                                        grpc::ServerWriter<v1::FilePart>* writer) {
  const absl::StatusOr<Callers::Known> caller = parts_.callers.Find(*context);
  if (!caller.ok()) return ToDoor(caller.status());
  const auto file = parts_.desk.Export(caller->user, call->number(), call->with_opening());
  if (!file.ok()) return ToDoor(file.status());
  WriteParts(*file, *writer);
  return grpc::Status::OK;
}

grpc::Status DoorService::ExportLedger(grpc::ServerContext* context, const v1::ExportLedgerCall*,
                                       grpc::ServerWriter<v1::FilePart>* writer) {
  const absl::StatusOr<Callers::Known> caller = parts_.callers.Find(*context);
  if (!caller.ok()) return ToDoor(caller.status());
  const auto items = parts_.store.ReadLedger({});
  if (!items.ok()) return ToDoor(items.status());
  const auto logged = parts_.store.ReadLoggedDigests();
  if (!logged.ok()) return ToDoor(logged.status());
  const auto lines = parts_.store.ReadLedgerLines();   // last: what went meanwhile is below them
  if (!lines.ok()) return ToDoor(lines.status());
  WriteParts(LedgerFileOf(parts_.config.trust.federation, parts_.config.agency, *items, *logged,
                          *lines)
                 .Serialize(),
             *writer);
  return grpc::Status::OK;
}

grpc::Status DoorService::Status(grpc::ServerContext*, const v1::StatusCall*,
                                 v1::JsonReply* reply) {
  const NodeConfig& config = parts_.config;
  const RosterBoard::Posting posting = parts_.board.Read();
  const RosterAgency* me = posting.roster->FindAgency(parts_.config.agency);
  const Registry::Summary summary = parts_.registry.Summarise();
  Json versions = Json::array();
  for (const auto& version : summary.versions) {
    versions.push_back({{"kv", version.kv}, {"complete", version.complete}, {"pending", version.pending}});
  }
  const std::set<CoordinatorId> attached = parts_.uplinks.Attached();
  const std::set<CoordinatorId> liars = parts_.coordinators.Liars();
  Json coordinators = Json::array();
  for (const RosterCoordinator& c : posting.roster->coordinators) {
    Json one{{"coordinator", c.id}, {"name", c.name}, {"attached", attached.contains(c.id)},
             {"evaluates_wrongly", liars.contains(c.id)}};
    for (const Answering::LogStatus& log : parts_.answering.Logs()) {
      if (log.coordinator != c.id) continue;
      one["log_size"] = log.size;
      one["log_gap"] = log.gap;
    }
    coordinators.push_back(one);
  }
  Json policies = Json::array();
  for (const auto& [organisation, view] : parts_.policy.Read()) {
    policies.push_back(PolicyStatus(organisation, view));
  }
  const absl::StatusOr<Json> alarms = OpenAlarms(*posting.roster);
  if (!alarms.ok()) return ToDoor(alarms.status());
  reply->set_json(DumpReply({{"agency", parts_.config.agency},
                        {"name", me ? Json(me->name) : Json(nullptr)},
                        {"roster_version", posting.roster->version},
                        {"federation_unconfirmed", !posting.confirmed.Has(parts_.clock.NowMs())},
                        {"records", summary.records},
                        {"imported", summary.newest_import_ms != 0},
                        {"key_versions", versions},
                        {"coordinators", coordinators},
                        {"witness", config.witness.name.empty() ? Json(nullptr)
                                                                : Json(config.witness.name)},
                        {"policies", policies},
                        {"alarms", *alarms},
                        {"evidence", ListEvidence(config.data + "/evidence")}}));
  return grpc::Status::OK;
}

}  // namespace whoelse
