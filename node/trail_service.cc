#include "node/trail_service.h"

#include "nlohmann/json.hpp"
#include "node/door_reply.h"
#include "rpc/status.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

Json RowOf(const TrailEntry& entry) {
  std::string about;
  for (const TrailFact& one : entry.about) {
    about += (about.empty() ? "" : " ") + std::string(Name(one.fact)) + "=" + one.value;
  }
  return {{"entry", entry.number},
          {"at_ms", entry.at_ms},
          {"user", entry.user},
          {"deed", std::string(Name(entry.deed))},
          {"duty", entry.duty ? Json(std::string(Name(*entry.duty))) : Json(nullptr)},
          {"about", about},
          {"reason", entry.reason ? Json(entry.reason->text) : Json(nullptr)}};
}

}  // namespace

grpc::Status TrailService::ListTrail(grpc::ServerContext* context, const v1::ListTrailCall* call,
                                     v1::JsonReply* reply) {
  const absl::StatusOr<Actor> actor = parts_.callers.Allow(*context, Deed::kReadTrail);
  if (!actor.ok()) return ToDoor(actor.status());
  const uint64_t limit = ListLimit(call->limit());
  const TrailHead head = parts_.store.trail_head();
  // The last ones, unless a caller goes on from somewhere.
  const uint64_t newest = head.number > limit ? head.number - limit : 0;
  const uint64_t after = call->has_after() ? call->after() : newest;
  Json entries = Json::array();
  const absl::Status read =
      parts_.store.ForEachTrailEntry(after, [&](const TrailEntry& entry, const TrailHead&) {
        entries.push_back(RowOf(entry));
        return entries.size() < limit;
      });
  if (!read.ok()) return ToDoor(read);
  reply->set_json(DumpReply({{"entries", entries}, {"head", head.Text()}}));
  return grpc::Status::OK;
}

grpc::Status TrailService::ExportTrail(grpc::ServerContext* context,
                                       const v1::ExportTrailCall* call,
                                       grpc::ServerWriter<v1::FilePart>* writer) {
  const absl::StatusOr<Actor> actor = parts_.callers.Allow(*context, Deed::kReadTrail);
  if (!actor.ok()) return ToDoor(actor.status());
  // With this export's own entry, as the last.
  TrailNote note = NoteOf(*actor, Deed::kReadTrail, parts_.clock.NowMs());
  parts_.store.WriteTrail(note.Add(Fact::kSince, std::to_string(call->after())));
  const absl::StatusOr<TrailHead> after = parts_.store.TrailHeadAt(call->after());
  if (!after.ok()) return ToDoor(after.status());
  v1::FilePart part;
  std::string& text = *part.mutable_part();
  text = TrailFile{parts_.agency, *after, {}, {}}.Opening();
  TrailHead last = *after;
  bool open = true;
  const absl::Status read = parts_.store.ForEachTrailEntry(
      after->number, [&](const TrailEntry& entry, const TrailHead& head) {
        last = head;
        text += call->without_reasons() ? entry.Line() + "\n" : entry.Text();
        if (text.size() < kFilePartBytes) return true;
        open = writer->Write(part);
        text.clear();
        return open;
      });
  if (!read.ok()) return ToDoor(read);
  text += TrailFile::Ending(last);
  if (open) writer->Write(part);
  return grpc::Status::OK;
}

}  // namespace whoelse
