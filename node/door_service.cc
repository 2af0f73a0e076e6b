#include "node/door_service.h"

#include <grpcpp/grpcpp.h>

#include "nlohmann/json.hpp"
#include "node/import.h"
#include "node/policy_explain.h"
#include "rpc/status.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kCsvMax = size_t{1} << 30;
constexpr uint32_t kListDefault = 100, kListMax = 1000;

std::string Dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

// A field to put right, in the one form that the command line knows as exit code 2.
grpc::Status BadField(const FieldError& error) {
  return {grpc::StatusCode::INVALID_ARGUMENT, error.field + ": " + error.reason + "; " + error.remedy};
}

Json ProblemsOf(const ImportResult& result) {
  Json problems = Json::array();
  for (const RowProblem& problem : result.problems) {
    problems.push_back({{"line", problem.line}, {"column", problem.column},
                        {"reason", problem.reason}, {"remedy", problem.remedy}});
  }
  return problems;
}

Json RecordOf(const StoredRecord& stored) {
  const Record& r = stored.record;
  const auto day = [](const std::optional<Date>& date) {
    return date ? Json(date->Iso()) : Json(nullptr);
  };
  return {{"record", stored.id},
          {"source", r.source},
          {"source_id", r.source_id},
          {"nhs_number", r.nhs_number ? Json(r.nhs_number->digits()) : Json(nullptr)},
          {"upn", r.upn ? Json(r.upn->text()) : Json(nullptr)},
          {"given_name", r.given_name},
          {"family_name", r.family_name},
          {"born", day(r.born)},
          {"organisation", r.organisation},
          {"service", r.service},
          {"professional", r.name},
          {"start", day(r.start)},
          {"end", day(r.end)},
          {"shielded", r.restrictions.shielded},
          {"shield_pending", r.shield_pending}};
}

Json PolicyStatus(const PolicyKeeper::View& view) {
  const std::optional<Adoption>& adoption = view.policy.policy().adoption;
  const std::optional<Date> looser_on = view.policy.looser_on();
  return {{"adopted", adoption.has_value()},
          {"review_by", adoption ? Json(adoption->review_by.Iso()) : Json(nullptr)},
          {"overdue", view.policy.policy().IsOverdue(view.today)},
          {"looser_on", looser_on ? Json(looser_on->Iso()) : Json(nullptr)},
          {"problem", view.problem.empty() ? Json(nullptr) : Json(view.problem)}};
}

}  // namespace

grpc::Status DoorService::Ask(grpc::ServerContext* context, const v1::NodeAskCall* call,
                              grpc::ServerWriter<v1::NodeAskReply>* writer) {
  absl::StatusOr<UnixDoor::User> user = parts_.door.PeerUser(*context);
  if (!user.ok()) return ToDoor(user.status());
  const AskInput input{.nhs_number = call->nhs_number(),
                       .upn = call->upn(),
                       .born = call->born(),
                       .purpose = call->purpose(),
                       .case_reference = call->case_reference(),
                       .role = call->role(),
                       .reason = call->reason(),
                       .shield_notice = call->shield_notice(),
                       .does_not_know_them = call->does_not_know_them(),
                       .power = call->power(),
                       .article6 = call->article6(),
                       .article9 = call->article9()};
  const std::string name = user->name.substr(user->name.find(':') + 1);
  const auto known = parts_.config.people.find(name);
  // Whoever may open the door is at least a practitioner here.
  const Person person = known == parts_.config.people.end() ? Person{{Role::kPractitioner}, {}}
                                                            : known->second;
  auto outcome = parts_.asker.Ask(input, user->name, person, [&](size_t answered, size_t agencies) {
    v1::NodeAskReply reply;
    reply.mutable_progress()->set_answered(static_cast<uint32_t>(answered));
    reply.mutable_progress()->set_agencies(static_cast<uint32_t>(agencies));
    writer->Write(reply);
  });
  if (const auto* error = std::get_if<FieldError>(&outcome)) return BadField(*error);
  if (const auto* used_up = std::get_if<UsedUp>(&outcome)) {
    return {grpc::StatusCode::RESOURCE_EXHAUSTED, used_up->reason + "; " + used_up->remedy};
  }
  if (const auto* error = std::get_if<ServiceError>(&outcome)) return ToGrpc(*error);
  v1::NodeAskReply reply;
  reply.set_answer_json(Dump(std::get<Json>(outcome)));
  writer->Write(reply);
  return grpc::Status::OK;
}

grpc::Status DoorService::ImportRecords(
    grpc::ServerContext* context,
    grpc::ServerReaderWriter<v1::ImportReply, v1::ImportChunk>* stream) {
  absl::StatusOr<UnixDoor::User> user = parts_.door.PeerUser(*context);
  if (!user.ok()) return ToDoor(user.status());
  v1::ImportChunk chunk;
  if (!stream->Read(&chunk) || !chunk.has_head()) {
    return ToDoor(absl::InvalidArgumentError("import: the first message is its head"));
  }
  const bool skip_bad = chunk.head().skip_bad();
  ImportSettings settings = parts_.config.import;
  if (!chunk.head().source().empty()) settings.source = chunk.head().source();
  std::string csv;
  while (stream->Read(&chunk)) {
    if (csv.size() + chunk.csv().size() > kCsvMax) {
      return ToDoor(absl::InvalidArgumentError("file: larger than 1 GiB; split it"));
    }
    csv += chunk.csv();
  }
  const TimeMs now = parts_.clock.NowMs();
  absl::StatusOr<ImportResult> read =
      ReadCsv(csv, settings, Date::FromDays(static_cast<int64_t>(now / 86'400'000)));
  if (!read.ok()) return ToDoor(read.status());
  ImportCounts counts;
  const bool load = read->problems.empty() || skip_bad;
  if (load) {
    auto imported = parts_.registry.Import(read->records, now, [&](size_t done) {
      v1::ImportReply reply;
      reply.mutable_progress()->set_rows(read->rows);
      reply.mutable_progress()->set_done(done);
      stream->Write(reply);
    });
    if (!imported.ok()) return ToDoor(imported.status());
    counts = *imported;
    parts_.enroller.Wake();
  }
  v1::ImportReply reply;
  reply.set_result_json(Dump({{"rows", read->rows},
                              {"imported", counts.imported},
                              {"updated", counts.updated},
                              {"unchanged", counts.unchanged},
                              {"skipped", load ? read->rows - read->records.size() : read->rows},
                              {"services_not_in_map", read->services_not_in_map},
                              {"problems", ProblemsOf(*read)},
                              {"loaded", load}}));
  stream->Write(reply);
  return grpc::Status::OK;
}

grpc::Status DoorService::ListRecords(grpc::ServerContext*, const v1::ListRecordsCall* call,
                                      v1::JsonReply* reply) {
  const uint32_t limit = std::min(call->limit() == 0 ? kListDefault : call->limit(), kListMax);
  Json records = Json::array();
  Json next = nullptr;
  if (!call->nhs_number().empty()) {
    absl::StatusOr<NhsNumber> number = NhsNumber::Parse(call->nhs_number());
    if (!number.ok()) {
      return BadField({"nhs-number", std::string(number.status().message()), "check it"});
    }
    for (RecordId id : parts_.store.FindByIdentifier(KeyType::kNhsNumber, number->digits())) {
      absl::StatusOr<StoredRecord> stored = parts_.store.ReadStored(id);
      if (!stored.ok()) return ToDoor(stored.status());
      records.push_back(RecordOf(*stored));
    }
  } else {
    absl::Status read = parts_.store.ForEachRecord(call->after(), [&](const StoredRecord& stored) {
      if (records.size() == limit) {
        next = records.back()["record"];
        return false;
      }
      records.push_back(RecordOf(stored));
      return true;
    });
    if (!read.ok()) return ToDoor(read);
  }
  reply->set_json(Dump({{"records", records}, {"next_after", next}}));
  return grpc::Status::OK;
}

grpc::Status DoorService::EndRecord(grpc::ServerContext*, const v1::EndRecordCall* call,
                                    v1::JsonReply* reply) {
  absl::StatusOr<Date> end = Date::Parse(call->end());
  if (!end.ok()) return BadField({"on", std::string(end.status().message()), "give it as YYYY-MM-DD"});
  const std::string source =
      call->source().empty() ? parts_.config.import.source : call->source();
  absl::Status ended =
      parts_.registry.End(source, call->source_id(), *end, parts_.clock.NowMs());
  if (absl::IsNotFound(ended)) {
    return BadField({"id", "no record of this source has it", "look it up with records list"});
  }
  if (!ended.ok()) return ToDoor(ended);
  reply->set_json(Dump({{"source", source}, {"source_id", call->source_id()}, {"end", end->Iso()}}));
  return grpc::Status::OK;
}

grpc::Status DoorService::ListInbox(grpc::ServerContext*, const v1::ListInboxCall*,
                                    v1::JsonReply* reply) {
  absl::StatusOr<std::vector<std::string>> items = parts_.store.ReadInbox();
  if (!items.ok()) return ToDoor(items.status());
  std::vector<Json> parsed;
  for (const std::string& item : *items) parsed.push_back(Json::parse(item, nullptr, false));
  std::ranges::stable_sort(parsed, [](const Json& a, const Json& b) {
    return a.value("received_ms", 0ull) < b.value("received_ms", 0ull);
  });
  reply->set_json(Dump({{"items", parsed}}));
  return grpc::Status::OK;
}

grpc::Status DoorService::ShowPolicy(grpc::ServerContext*, const v1::ShowPolicyCall*,
                                     v1::JsonReply* reply) {
  const PolicyKeeper::View view = parts_.policy.Read();
  reply->set_json(Dump(PolicyJson(view.policy, view.today, view.problem)));
  return grpc::Status::OK;
}

grpc::Status DoorService::ExplainPolicy(grpc::ServerContext*, const v1::ExplainPolicyCall* call,
                                        v1::JsonReply* reply) {
  const PolicyKeeper::View view = parts_.policy.Read();
  const ExplainInput input{call->service(), call->purpose(), call->consent(),
                           {call->flags().begin(), call->flags().end()}};
  const auto explained = ExplainJson(input, view.policy.acting(),
                                     parts_.config.import.service_classes, view.today);
  if (const auto* error = std::get_if<FieldError>(&explained)) return BadField(*error);
  reply->set_json(Dump(std::get<Json>(explained)));
  return grpc::Status::OK;
}

grpc::Status DoorService::Status(grpc::ServerContext*, const v1::StatusCall*,
                                 v1::JsonReply* reply) {
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
  Json alarms = Json::array();
  absl::StatusOr<std::vector<std::string>> stored = parts_.store.ReadAlarms();
  if (!stored.ok()) return ToDoor(stored.status());
  for (const std::string& alarm : *stored) alarms.push_back(Json::parse(alarm, nullptr, false));
  reply->set_json(Dump({{"agency", parts_.config.agency},
                        {"name", me ? Json(me->name) : Json(nullptr)},
                        {"roster_version", posting.roster->version},
                        {"federation_unconfirmed", posting.unconfirmed},
                        {"records", summary.records},
                        {"imported", summary.newest_import_ms != 0},
                        {"key_versions", versions},
                        {"coordinators", coordinators},
                        {"policy", PolicyStatus(parts_.policy.Read())},
                        {"alarms", alarms}}));
  return grpc::Status::OK;
}

}  // namespace whoelse
