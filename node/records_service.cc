#include "node/records_service.h"

#include <algorithm>
#include <array>
#include <string>

#include "nlohmann/json.hpp"
#include "node/day_of.h"
#include "node/door_reply.h"
#include "node/import_fhir.h"
#include "node/import_mapping_file.h"
#include "node/policy_looser.h"
#include "node/record_cells.h"
#include "rpc/status.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kProgressRows = 10'000;   // between two messages about it

Json RecordOf(const StoredRecord& stored, Date today) {
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
          {"class", std::string(NameOf(r.service_class, kClassNames))},
          {"professional", r.name},
          {"lead_professional", r.lead_professional},
          {"start", day(r.start)},
          {"end", day(r.end)},
          {"shielded", r.restrictions.shielded},
          {"shield_pending", r.shield_pending},
          {"covert", r.restrictions.covert},
          {"call_back_only", r.restrictions.call_back_only},
          {"subject_access_exempt", r.restrictions.subject_access_exempt},
          {"in_dispute", r.in_dispute},
          {"closed", r.restrictions.closed},
          {"beside_closed", r.beside_closed},
          {"superseded", r.superseded},
          {"looser_on", day(LooserOn(r, today))},
          {"answered_by", r.answered_by != 0 ? Json(r.answered_by) : Json(nullptr)},
          {"archived", day(r.archived_on)}};
}

Json OutcomeOf(const ImportRequest& request, const ImportOutcome& outcome) {
  return {{"rows", outcome.rows},
          {"mode", std::string(NameOf(request.mode, kImportModeNames))},
          {"dry_run", request.dry_run},
          {"loaded", outcome.loaded},
          {"imported", outcome.counts.imported},
          {"updated", outcome.counts.updated},
          {"unchanged", outcome.counts.unchanged},
          {"ended", outcome.counts.ended},
          {"left_out", outcome.counts.left_out},
          {"disputed", outcome.counts.disputed},
          {"closed", outcome.counts.closed},
          {"class_kept", outcome.counts.class_kept},
          {"skipped", outcome.skipped},
          {"services_not_in_map", outcome.services_not_in_map}};
}

// Hands on what an import says of itself.
class StreamListener final : public ImportListener {
 public:
  using Stream = grpc::ServerReaderWriter<v1::ImportReply, v1::ImportChunk>;
  explicit StreamListener(Stream& stream) : stream_(stream) {}

  void OnProblem(const RowProblem& problem) override {
    v1::ImportReply reply;
    PutProblem(problem, *reply.mutable_problem());
    stream_.Write(reply);
  }
  void OnProgress(size_t done, size_t total) override {
    if (done < total && done >= last_ && done - last_ < kProgressRows) return;
    last_ = done;
    v1::ImportReply reply;
    reply.mutable_progress()->set_rows(total);
    reply.mutable_progress()->set_done(done);
    stream_.Write(reply);
  }

 private:
  Stream& stream_;
  size_t last_ = 0;
};

std::optional<ImportFormat> FormatOf(const std::string& name) {
  return name.empty() ? ImportFormat::kCsv : ByName<ImportFormat>(name, kImportFormatNames);
}
FieldError NoSuchFormat() { return {"format", "is none that is known here", "use csv or fhir"}; }

FieldError NoSuchVerb() {
  return {"verb", "is none",
          "use end, supersede, close, merge, unmerge, erase, let-through or lead"};
}

std::variant<NhsNumber, FieldError> NumberIn(const std::string& field, const std::string& text) {
  absl::StatusOr<NhsNumber> number = NhsNumber::Parse(text);
  if (number.ok()) return *std::move(number);
  return FieldError{field, std::string(number.status().message()), "check it"};
}

}  // namespace

std::variant<ImportRequest, FieldError, absl::Status> RecordsService::RequestOf(
    const v1::ImportHead& head, const Organisations& theirs) const {
  ImportRequest request;
  request.settings = parts_.config.import;
  std::erase_if(request.settings.organisations,
                [&](const auto& one) { return !theirs.Has(one.first); });
  if (!head.source().empty()) request.settings.source = head.source();
  request.skip_bad = head.skip_bad();
  request.dry_run = head.dry_run();
  request.allow_many_ends = head.allow_many_ends();
  request.allow_many_closed = head.allow_many_closed();
  const auto format = FormatOf(head.format());
  if (!format) return NoSuchFormat();
  const std::optional<ImportMode> mode =
      head.mode().empty() ? ImportMode::kUpsert
                          : ByName<ImportMode>(head.mode(), kImportModeNames);
  if (!mode) return FieldError{"mode", "is none", "use upsert, delta or snapshot"};
  request.format = *format;
  request.mode = *mode;
  if (head.mapping().empty()) return request;
  absl::StatusOr<ImportMapping> mapping = ParseImportMapping(head.mapping());
  if (!mapping.ok()) return mapping.status();
  request.mapping = *std::move(mapping);
  return request;
}

grpc::Status RecordsService::ImportRecords(
    grpc::ServerContext* context,
    grpc::ServerReaderWriter<v1::ImportReply, v1::ImportChunk>* stream) {
  const absl::StatusOr<Actor> actor = parts_.callers.Allow(*context, Deed::kImportRecords);
  if (!actor.ok()) return ToDoor(actor.status());
  v1::ImportChunk chunk;
  if (!stream->Read(&chunk) || !chunk.has_head()) {
    return ToDoor(absl::InvalidArgumentError("import: the first message is its head"));
  }
  auto requested = RequestOf(chunk.head(), actor->organisations);
  if (const auto* error = std::get_if<FieldError>(&requested)) return BadField(*error);
  if (const auto* status = std::get_if<absl::Status>(&requested)) return ToDoor(*status);
  ImportRequest& request = std::get<ImportRequest>(requested);
  request.by = NoteOf(*actor, Deed::kImportRecords, parts_.clock.NowMs());
  StreamListener listener(*stream);
  const auto outcome = parts_.importer.Run(
      request,
      [&](std::string& bytes) {
        if (!stream->Read(&chunk)) return false;
        bytes = std::move(*chunk.mutable_file());
        return true;
      },
      listener);
  if (!outcome.ok()) return ToDoor(outcome.status());
  parts_.enroller.Wake();
  v1::ImportReply reply;
  reply.set_result_json(DumpReply(OutcomeOf(request, *outcome)));
  stream->Write(reply);
  return grpc::Status::OK;
}

grpc::Status RecordsService::ListRecords(grpc::ServerContext* context,
                                         const v1::ListRecordsCall* call, v1::JsonReply* reply) {
  const absl::StatusOr<Actor> actor = parts_.callers.Allow(*context, Deed::kListRecords);
  if (!actor.ok()) return ToDoor(actor.status());
  const uint32_t limit = ListLimit(call->limit());
  const Date today = DayOf(parts_.clock.NowMs());
  Json records = Json::array();
  std::vector<RecordId> listed;
  Json next = nullptr;
  if (!call->nhs_number().empty()) {
    const auto number = NumberIn("nhs-number", call->nhs_number());
    if (const auto* error = std::get_if<FieldError>(&number)) return BadField(*error);
    const std::string& digits = std::get<NhsNumber>(number).digits();
    for (RecordId id : parts_.store.FindByIdentifier(KeyType::kNhsNumber, digits)) {
      absl::StatusOr<StoredRecord> stored = parts_.store.ReadStored(id);
      if (!stored.ok()) return ToDoor(stored.status());
      if (!actor->organisations.Has(stored->record)) continue;
      records.push_back(RecordOf(*stored, today));
      listed.push_back(id);
    }
  } else {
    absl::Status read = parts_.store.ForEachRecord(call->after(), [&](const StoredRecord& stored) {
      if (!actor->organisations.Has(stored.record)) return true;
      // Beside the new ones they would show who was who. Found by the number alone.
      if (stored.record.restrictions.closed || stored.record.beside_closed) return true;
      if (records.size() == limit) {
        next = records.back()["record"];
        return false;
      }
      records.push_back(RecordOf(stored, today));
      listed.push_back(stored.id);
      return true;
    });
    if (!read.ok()) return ToDoor(read);
  }
  TrailNote note = NoteOf(*actor, Deed::kListRecords, parts_.clock.NowMs());
  parts_.store.WriteTrail(note.AddRecords(listed));
  reply->set_json(DumpReply({{"records", records}, {"next_after", next}}));
  return grpc::Status::OK;
}

grpc::Status RecordsService::ExportRecords(grpc::ServerContext* context,
                                           const v1::ExportRecordsCall* call,
                                           grpc::ServerWriter<v1::FilePart>* writer) {
  const absl::StatusOr<Actor> actor = parts_.callers.Allow(*context, Deed::kExportRecords);
  if (!actor.ok()) return ToDoor(actor.status());
  const auto format = FormatOf(call->format());
  if (!format) return BadField(NoSuchFormat());
  const bool fhir = *format == ImportFormat::kFhir;
  TrailNote note = NoteOf(*actor, Deed::kExportRecords, parts_.clock.NowMs());
  parts_.store.WriteTrail(note.Add(Fact::kMode, std::string(NameOf(*format, kImportFormatNames))));
  v1::FilePart part;
  std::string& text = *part.mutable_part();
  text = fhir ? BundleBegin() : CsvHeader();
  bool any = false, open = true;
  const auto write_one = [&](const Registry::Exported& one) {
    if (fhir && any) text += ",\n";
    any = true;
    text += fhir ? BundleEntriesOf(one.record, one.id, one.superseded_numbers)
                 : CsvLineOf(one.record, one.superseded_numbers);
    if (text.size() < kFilePartBytes) return true;
    open = writer->Write(part);
    text.clear();
    return open;
  };
  const absl::Status read = parts_.registry.ForEachExported(actor->organisations, write_one);
  if (!read.ok()) return ToDoor(read);
  if (fhir) text += BundleEnd();
  if (open) writer->Write(part);
  return grpc::Status::OK;
}

Registry::Done RecordsService::Change(const Registry::By& by, const v1::ChangeRecordCall& call) {
  const Deed deed = by.note.deed;
  Registry::Which which{"", call.source_id()};
  if (deed != Deed::kSupersedeNumber && deed != Deed::kCloseNumber) {
    const auto source = NameSource(call.source(), parts_.config.import.source, by.organisations);
    if (const auto* error = std::get_if<FieldError>(&source)) return *error;
    which.source = std::get<std::string>(source);
  }
  Registry& registry = parts_.registry;
  switch (deed) {
    case Deed::kEndRecord: {
      const absl::StatusOr<Date> on = Date::Parse(call.on());
      if (on.ok()) return registry.End(which, *on, by);
      return FieldError{"on", std::string(on.status().message()), "give it as YYYY-MM-DD"};
    }
    case Deed::kSupersedeNumber:
    case Deed::kCloseNumber: {
      const auto number = NumberIn("nhs-number", call.nhs_number());
      if (const auto* error = std::get_if<FieldError>(&number)) return *error;
      const NhsNumber& old = std::get<NhsNumber>(number);
      if (deed == Deed::kCloseNumber) return registry.Close(old, by);
      const auto fresh = NumberIn("by", call.by());
      if (const auto* error = std::get_if<FieldError>(&fresh)) return *error;
      return registry.Supersede(old, std::get<NhsNumber>(fresh), by);
    }
    case Deed::kMergeRecord: {
      const auto into = NameSource(call.into_source(), which.source, by.organisations);
      if (const auto* error = std::get_if<FieldError>(&into)) return *error;
      return registry.Merge(which, {std::get<std::string>(into), call.into_source_id()}, by);
    }
    case Deed::kUnmergeRecord: return registry.Unmerge(which, by);
    case Deed::kEraseRecord: return registry.Erase(which, by);
    case Deed::kLetRecordThrough: return registry.LetThrough(which, by);
    case Deed::kSetLead: return registry.SetLead(which, call.lead(), by);
    default: return NoSuchVerb();
  }
}

grpc::Status RecordsService::ChangeRecord(grpc::ServerContext* context,
                                          const v1::ChangeRecordCall* call, v1::JsonReply* reply) {
  const std::optional<Deed> deed = ByName<Deed>("records-" + call->verb(), kDeedNames);
  if (!deed) return BadField(NoSuchVerb());
  const absl::StatusOr<Actor> actor = parts_.callers.Allow(*context, *deed);
  if (!actor.ok()) return ToDoor(actor.status());
  if (const auto error = CheckReason(call->reason())) return BadField(*error);
  // What cannot be taken back is answered for in words, and so is what may be told of somebody.
  const bool needs_reason = *deed == Deed::kEraseRecord || *deed == Deed::kLetRecordThrough;
  if (needs_reason && call->reason().find_first_not_of(' ') == std::string::npos) {
    return BadField({"reason", "is missing: this is recorded with one",
                     "say in a sentence why, or who decided it"});
  }
  const Registry::By by{NoteOf(*actor, *deed, parts_.clock.NowMs(), call->reason()),
                        actor->organisations};
  const Registry::Done done = Change(by, *call);
  if (const auto* error = std::get_if<FieldError>(&done)) return BadField(*error);
  if (const auto* status = std::get_if<absl::Status>(&done)) return ToDoor(*status);
  parts_.enroller.Wake();
  reply->set_json(DumpReply({{"verb", call->verb()}, {"done", true}}));
  return grpc::Status::OK;
}

}  // namespace whoelse
