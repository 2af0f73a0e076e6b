#include "node/looked_service.h"

#include <algorithm>

#include "nlohmann/json.hpp"
#include "node/day_of.h"
#include "node/door_reply.h"
#include "node/opening.h"
#include "node/subject_access.h"
#include "rpc/status.h"

namespace whoelse {
namespace {

constexpr int kOwnMax = 10'000;   // questions, of 208 bytes each

std::string DayText(const std::optional<Date>& day) { return day ? day->Iso() : ""; }

void AddIdentifiers(const Record& record, std::vector<SubjectEntry>& child) {
  for (const KeyType type : kSubjectPositions) {
    const std::string_view value = IdentifierOf(record, type);
    // A UPN may have gone on to the new identity, of which a closed one must not tell.
    if (type == KeyType::kUpn && record.restrictions.closed) continue;
    if (!value.empty()) child.push_back({type, std::string(value)});
  }
}

}  // namespace

absl::Status LookedService::AddHeld(const std::vector<StoredRecord>& child,
                                    v1::ChildReply& reply) const {
  std::vector<Record> records;   // as they answer
  std::vector<const StoredRecord*> held;
  for (const StoredRecord& stored : child) {
    absl::StatusOr<Record> record = parts_.store.ReadRecord(stored.id);
    if (absl::IsNotFound(record.status())) continue;   // removed meanwhile
    if (!record.ok()) return record.status();
    records.push_back(*std::move(record));
    held.push_back(&stored);
  }
  const std::vector<std::optional<LeftOut>> left_out =
      LeftOutOf(records, DayOf(parts_.clock.NowMs()));
  for (size_t i = 0; i < held.size(); ++i) {
    v1::HeldEntry& entry = *reply.add_held();
    entry.set_record(held[i]->id);
    if (left_out[i]) entry.set_left_out(static_cast<uint32_t>(*left_out[i]));
    entry.set_answers(held[i]->record.answered_by == 0);
    entry.set_organisation(records[i].organisation);
    entry.set_service(records[i].service);
    entry.set_since(DayText(records[i].start));
    entry.set_until(DayText(records[i].end));
  }
  return absl::OkStatus();
}

absl::StatusOr<Statement> LookedService::StatementOf(const RocksdbStore::ReceiptRow& row) const {
  const auto stored = parts_.store.ReadOpening(row.frame_hash);
  if (!stored.ok()) return stored.status();
  if (!stored->has_value()) return absl::DataLossError("store: a question has no opening");
  const auto opening = OpeningFrom((*stored)->bytes);
  if (!opening.ok()) return opening.status();
  return Statement::Parse(opening->statement);
}

absl::Status LookedService::AddOwn(const std::vector<SubjectEntry>& child,
                                   const Organisations& theirs, v1::ChildReply& reply) const {
  absl::Status opened = absl::OkStatus();
  const absl::Status read = parts_.store.ForEachReceipt([&](const RocksdbStore::ReceiptRow& row) {
    if (!theirs.Has(row.asked_for.organisation)) return true;
    const absl::StatusOr<Statement> statement = StatementOf(row);
    opened = statement.status();
    if (!opened.ok()) return false;
    const bool about = std::ranges::any_of(statement->subject, [&](const SubjectEntry& entry) {
      return std::ranges::find(child, entry) != child.end();
    });
    if (!about) return true;
    if (reply.own_size() == kOwnMax) {
      reply.set_more(true);
      return false;
    }
    // What it would have left here, had it only been another's.
    reply.add_own(ToString(Noted::Of(*statement, row.frame_hash, row.asked_ms).Encode()));
    return true;
  });
  return opened.ok() ? read : opened;
}

grpc::Status LookedService::ShowChild(grpc::ServerContext* context, const v1::ShowChildCall* call,
                                      v1::ChildReply* reply) {
  const absl::StatusOr<Actor> actor = parts_.callers.Allow(*context, Deed::kLookWhoLooked);
  if (!actor.ok()) return ToDoor(actor.status());
  const Organisations& theirs = actor->organisations;
  std::vector<SubjectEntry> child;
  absl::StatusOr<std::vector<StoredRecord>> held = std::vector<StoredRecord>();
  if (call->record() != 0) {
    held = parts_.registry.ChildOf(call->record(), theirs);
  } else {
    const absl::StatusOr<NhsNumber> number = NhsNumber::Parse(call->nhs_number());
    if (!number.ok()) {
      return BadField({"nhs-number", std::string(number.status().message()), "check it"});
    }
    child.push_back({KeyType::kNhsNumber, number->digits()});
    held = parts_.registry.ChildBy(*number, theirs);
  }
  if (!held.ok()) return ToDoor(held.status());
  for (const StoredRecord& stored : *held) AddIdentifiers(stored.record, child);
  for (const absl::Status& added : {AddHeld(*held, *reply), AddOwn(child, theirs, *reply)}) {
    if (!added.ok()) return ToDoor(added);
  }
  std::vector<RecordId> records;
  for (const StoredRecord& stored : *held) records.push_back(stored.id);
  TrailNote note = NoteOf(*actor, Deed::kLookWhoLooked, parts_.clock.NowMs());
  parts_.store.WriteTrail(note.AddRecords(records));
  reply->set_agency(parts_.agency);
  reply->set_you(ToString(actor->ref));
  reply->set_today(LondonTimeOf(parts_.clock.NowMs()).day.Iso());
  return grpc::Status::OK;
}

grpc::Status LookedService::TookOut(grpc::ServerContext* context, const v1::TookOutCall* call,
                                    v1::JsonReply* reply) {
  const absl::StatusOr<Actor> actor = parts_.callers.Allow(*context, Deed::kTakeSealed);
  if (!actor.ok()) return ToDoor(actor.status());
  const absl::StatusOr<TimeMs> before = parts_.store.ReadTakenThrough();
  if (!before.ok()) return ToDoor(before.status());
  // Of what is to come, or is not given out yet, nobody can have taken anything.
  const TimeMs given = parts_.inbox.calendar().NewestSession(parts_.clock.NowMs());
  const TimeMs through = std::min<TimeMs>(call->through_ms(), given);
  TrailNote note = NoteOf(*actor, Deed::kTakeSealed, parts_.clock.NowMs());
  note.Add(Fact::kSince, std::to_string(*before));
  parts_.store.WriteTakenThrough(std::max(through, *before), &note);
  if (absl::Status set = parts_.inbox.SetTaken(*actor); !set.ok()) return ToDoor(set);
  reply->set_json(DumpReply({{"taken_through_ms", std::max(through, *before)}}));
  return grpc::Status::OK;
}

grpc::Status LookedService::PrepareReport(grpc::ServerContext* context,
                                          const v1::PrepareReportCall* call,
                                          v1::JsonReply* reply) {
  const absl::StatusOr<Actor> actor = parts_.callers.Allow(*context, Deed::kPrepareReport);
  if (!actor.ok()) return ToDoor(actor.status());
  const std::vector<std::string> put_back(call->put_back().begin(), call->put_back().end());
  for (const std::string& reference : put_back) {
    const auto row = parts_.receipts.Find(reference);
    if (!row.ok()) continue;   // another agency's question, or a record
    const absl::StatusOr<Statement> statement = StatementOf(*row);
    if (!statement.ok()) return ToDoor(statement.status());
    // Also here, where it cannot be left out: who asked without a reason would say that it is safe.
    if (statement->practitioner_ref == actor->ref) {
      return BadField({"put-back", reference + " is a question that you asked yourself",
                       "leave it to another lead officer"});
    }
  }
  const auto noted = parts_.inbox.NoteReport(put_back, call->reason(), *actor);
  if (const auto* error = std::get_if<FieldError>(&noted)) return BadField(*error);
  reply->set_json(DumpReply({{"item", std::get<std::string>(noted)}}));
  return grpc::Status::OK;
}

}  // namespace whoelse
