#include "cli/door.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>

#include "proto/node.grpc.pb.h"
#include "protocol/service_error.h"
#include "rpc/channel.h"
#include "rpc/clock.h"
#include "rpc/status.h"

namespace whoelse {
namespace {

constexpr size_t kChunk = 256 * 1024;
constexpr auto kAnswerTime = std::chrono::seconds(60);   // of a call that is not an import

// gRPC would say the same of every failure; a plain connect knows which it is.
absl::Status CheckSomebodyListens(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return absl::InvalidArgumentError("door: a socket's path has at most 107 bytes; give a shorter "
                                      "one, for example relative to the current directory");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return absl::UnavailableError("no socket can be made");
  const bool connected =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  const int error = errno;
  close(fd);
  if (connected) return absl::OkStatus();
  if (error == EACCES || error == EPERM) {
    return absl::UnavailableError("the door " + path + " is another user's: run this as the user "
                                  "that the node runs as");
  }
  return absl::UnavailableError("no node listens at " + path + ": start it with whoelse-node "
                                "--config node.toml, or give the door of one that runs with --door");
}

// What a coordinator said to the node, for people. Never INVALID_ARGUMENT: that is for what was typed.
absl::Status InWords(ServiceError error) {
  const std::string code = " (" + std::string(Name(error)) + ")";
  switch (error) {
    case ServiceError::kQuota:
      return absl::ResourceExhaustedError("today's questions of this agency are used up; the count "
                                          "starts anew at midnight UTC" + code);
    case ServiceError::kBusy:
    case ServiceError::kNotReady:
    case ServiceError::kRosterVersion:
    case ServiceError::kReplaced:
      return absl::UnavailableError("the coordinators cannot take a question at this moment; ask "
                                    "again in a minute" + code);
    case ServiceError::kClock:
      return absl::FailedPreconditionError("the clock of the node's machine is wrong: have it put "
                                           "right" + code);
    default:
      return absl::InternalError("the coordinators did not take the question: see the node's log" +
                                 code);
  }
}

absl::Status Result(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  if (const auto named = ServiceErrorByName(status.error_message())) return InWords(*named);
  if (Unreachable(status)) {
    return absl::UnavailableError("the node went away or did not answer in time (" +
                                  status.error_message() + "): see its log");
  }
  return FromDoor(status);
}

absl::Status NoResult() {
  return absl::InternalError("the node ended the call without a result: see its log");
}

template <typename Stub, typename Request, typename Reply>
absl::StatusOr<Reply> ReplyOf(
    const std::shared_ptr<grpc::Channel>& channel,
    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Reply*),
    const Request& request) {
  Stub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(DeadlineIn(kAnswerTime));
  Reply reply;
  const absl::Status result = Result((stub.*method)(&context, request, &reply));
  if (!result.ok()) return result;
  return reply;
}

template <typename Stub, typename Request>
absl::StatusOr<std::string> JsonOf(
    const std::shared_ptr<grpc::Channel>& channel,
    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, v1::JsonReply*),
    const Request& request) {
  const auto reply = ReplyOf(channel, method, request);
  if (!reply.ok()) return reply.status();
  return reply->json();
}

absl::StatusOr<std::string> WholeFile(grpc::ClientReader<v1::FilePart>& reader) {
  std::string file;
  v1::FilePart part;
  while (reader.Read(&part)) file += part.part();
  const absl::Status result = Result(reader.Finish());
  if (!result.ok()) return result;
  return file;
}

}  // namespace

absl::StatusOr<Door> Door::Open(std::string path) {
  if (path.empty()) {
    const char* const named = std::getenv("WHOELSE_DOOR");
    if (named != nullptr) path = named;
  }
  if (path.empty()) {
    return absl::InvalidArgumentError("door: is missing; give the node's socket with --door PATH or "
                                      "in the variable WHOELSE_DOOR");
  }
  if (const absl::Status listens = CheckSomebodyListens(path); !listens.ok()) return listens;
  return Door(MakeDoorChannel(path));
}

absl::StatusOr<std::string> Door::Ask(const v1::NodeAskCall& call,
                                      const OnProgress& progress) const {
  grpc::ClientContext context;
  context.set_deadline(DeadlineIn(kAnswerTime));
  const auto stub = v1::Node::NewStub(channel_);
  const auto reader = stub->Ask(&context, call);
  std::string answer;
  v1::NodeAskReply reply;
  while (reader->Read(&reply)) {
    if (reply.has_progress()) progress(reply.progress().answered(), reply.progress().agencies());
    if (reply.has_answer_json()) answer = std::move(*reply.mutable_answer_json());
  }
  const absl::Status result = Result(reader->Finish());
  if (!result.ok()) return result;
  if (answer.empty()) return NoResult();
  return answer;
}

absl::StatusOr<std::string> Door::AskCaseload(
    const v1::AskCaseloadCall& call, const std::function<void(const v1::ImportProblem&)>& problem,
    const std::function<void(const std::string& json)>& row) const {
  grpc::ClientContext context;   // without a deadline: a list takes its time
  const auto stub = v1::Asking::NewStub(channel_);
  const auto reader = stub->AskCaseload(&context, call);
  std::string answer;
  v1::AskCaseloadReply reply;
  while (reader->Read(&reply)) {
    if (reply.has_problem()) problem(reply.problem());
    if (reply.has_row_json()) row(reply.row_json());
    if (reply.has_result_json()) answer = std::move(*reply.mutable_result_json());
  }
  const absl::Status result = Result(reader->Finish());
  if (!result.ok()) return result;
  if (answer.empty()) return NoResult();
  return answer;
}

absl::StatusOr<std::string> Door::AskAgain(const v1::AskAgainCall& call) const {
  return JsonOf(channel_, &v1::Asking::Stub::AskAgain, call);
}

absl::StatusOr<std::string> Door::ShowAnswer(const v1::ShowAnswerCall& call) const {
  return JsonOf(channel_, &v1::Asking::Stub::ShowAnswer, call);
}

absl::StatusOr<std::string> Door::HandOverAnswer(const v1::HandOverAnswerCall& call) const {
  return JsonOf(channel_, &v1::Asking::Stub::HandOverAnswer, call);
}

absl::StatusOr<std::string> Door::ChangeWatch(const v1::ChangeWatchCall& call) const {
  return JsonOf(channel_, &v1::Asking::Stub::ChangeWatch, call);
}

absl::StatusOr<std::string> Door::ListWatches() const {
  return JsonOf(channel_, &v1::Asking::Stub::ListWatches, v1::ListWatchesCall());
}

absl::StatusOr<std::string> Door::ShowWatch(const v1::ShowWatchCall& call) const {
  return JsonOf(channel_, &v1::Asking::Stub::ShowWatch, call);
}

absl::StatusOr<std::string> Door::Import(
    const v1::ImportHead& head, std::istream& file, const OnProgress& progress,
    const std::function<void(const v1::ImportProblem&)>& problem) const {
  grpc::ClientContext context;
  const auto stub = v1::Records::NewStub(channel_);
  const auto stream = stub->ImportRecords(&context);
  // A thread of its own: a node that reports progress before it has read everything must not wait
  // for us while we wait for it.
  std::thread writer([&] {
    v1::ImportChunk chunk;
    *chunk.mutable_head() = head;
    bool open = stream->Write(chunk);
    while (open && file) {
      std::string* const part = chunk.mutable_file();
      part->resize(kChunk);
      file.read(part->data(), static_cast<std::streamsize>(kChunk));
      part->resize(static_cast<size_t>(file.gcount()));
      if (!part->empty()) open = stream->Write(chunk);
    }
    stream->WritesDone();
  });
  std::string answer;
  v1::ImportReply reply;
  while (stream->Read(&reply)) {
    if (reply.has_progress()) progress(reply.progress().done(), reply.progress().rows());
    if (reply.has_problem()) problem(reply.problem());
    if (reply.has_result_json()) answer = std::move(*reply.mutable_result_json());
  }
  writer.join();
  const absl::Status result = Result(stream->Finish());
  if (!result.ok()) return result;
  if (answer.empty()) return NoResult();
  return answer;
}

absl::StatusOr<std::string> Door::ListRecords(const v1::ListRecordsCall& call) const {
  return JsonOf(channel_, &v1::Records::Stub::ListRecords, call);
}

absl::Status Door::ExportRecords(const v1::ExportRecordsCall& call, std::ostream& file) const {
  grpc::ClientContext context;   // without a deadline: a whole register takes its time
  const auto stub = v1::Records::NewStub(channel_);
  const auto reader = stub->ExportRecords(&context, call);
  v1::FilePart part;
  while (reader->Read(&part)) file << part.part();
  return Result(reader->Finish());
}

absl::Status Door::BackUp(std::ostream& file) const {
  grpc::ClientContext context;   // without a deadline
  const auto stub = v1::Backups::NewStub(channel_);
  const auto reader = stub->BackUp(&context, v1::BackUpCall());
  v1::FilePart part;
  while (reader->Read(&part)) file << part.part();
  return Result(reader->Finish());
}

absl::StatusOr<std::string> Door::ChangeRecord(const v1::ChangeRecordCall& call) const {
  return JsonOf(channel_, &v1::Records::Stub::ChangeRecord, call);
}

absl::StatusOr<std::string> Door::ListItems(const v1::ListItemsCall& call) const {
  return JsonOf(channel_, &v1::Inbox::Stub::ListItems, call);
}

absl::StatusOr<std::string> Door::ShowItem(const v1::ShowItemCall& call) const {
  return JsonOf(channel_, &v1::Inbox::Stub::ShowItem, call);
}

absl::StatusOr<std::string> Door::DecideItem(const v1::DecideItemCall& call) const {
  return JsonOf(channel_, &v1::Inbox::Stub::DecideItem, call);
}

absl::StatusOr<std::string> Door::CountItems() const {
  return JsonOf(channel_, &v1::Inbox::Stub::CountItems, v1::CountItemsCall());
}

absl::StatusOr<std::string> Door::ProposeLift(const v1::ProposeLiftCall& call) const {
  return JsonOf(channel_, &v1::Inbox::Stub::ProposeLift, call);
}

absl::Status Door::ReadSealed(
    const v1::ReadSealedCall& call,
    const std::function<absl::Status(const v1::SealedPart&)>& take) const {
  grpc::ClientContext context;   // without a deadline: a year of entries takes its time
  const auto stub = v1::Inbox::NewStub(channel_);
  const auto reader = stub->ReadSealed(&context, call);
  v1::SealedPart part;
  while (reader->Read(&part)) {
    if (const absl::Status taken = take(part); !taken.ok()) {
      context.TryCancel();
      return taken;
    }
  }
  return Result(reader->Finish());
}

absl::StatusOr<std::string> Door::ListReceipts(const v1::ListReceiptsCall& call) const {
  return JsonOf(channel_, &v1::Node::Stub::ListReceipts, call);
}

absl::StatusOr<std::string> Door::ShowReceipt(const v1::ShowReceiptCall& call) const {
  return JsonOf(channel_, &v1::Node::Stub::ShowReceipt, call);
}

absl::StatusOr<std::string> Door::ProposeOpening(const v1::ProposeOpeningCall& call) const {
  return JsonOf(channel_, &v1::Node::Stub::ProposeOpening, call);
}

absl::StatusOr<std::string> Door::ExportReceipt(const v1::ExportReceiptCall& call) const {
  grpc::ClientContext context;
  context.set_deadline(DeadlineIn(kAnswerTime));
  const auto stub = v1::Node::NewStub(channel_);
  return WholeFile(*stub->ExportReceipt(&context, call));
}

absl::StatusOr<std::string> Door::ExportLedger() const {
  grpc::ClientContext context;
  context.set_deadline(DeadlineIn(kAnswerTime));
  const auto stub = v1::Node::NewStub(channel_);
  return WholeFile(*stub->ExportLedger(&context, {}));
}

absl::StatusOr<std::string> Door::ListTrail(const v1::ListTrailCall& call) const {
  return JsonOf(channel_, &v1::Trail::Stub::ListTrail, call);
}

absl::Status Door::ExportTrail(const v1::ExportTrailCall& call, std::ostream& file) const {
  grpc::ClientContext context;   // without a deadline: years of entries take their time
  const auto stub = v1::Trail::NewStub(channel_);
  const auto reader = stub->ExportTrail(&context, call);
  v1::FilePart part;
  while (reader->Read(&part)) file << part.part();
  return Result(reader->Finish());
}

absl::StatusOr<std::string> Door::AskToJustify(const v1::AskToJustifyCall& call) const {
  return JsonOf(channel_, &v1::Justify::Stub::AskToJustify, call);
}

absl::StatusOr<std::string> Door::ShowPractitioner(const v1::ShowPractitionerCall& call) const {
  return JsonOf(channel_, &v1::Justify::Stub::ShowPractitioner, call);
}

absl::StatusOr<std::string> Door::ShowPolicy(const v1::ShowPolicyCall& call) const {
  return JsonOf(channel_, &v1::Policy::Stub::ShowPolicy, call);
}

absl::StatusOr<std::string> Door::LetPolicyThrough(const v1::LetPolicyThroughCall& call) const {
  return JsonOf(channel_, &v1::Policy::Stub::LetPolicyThrough, call);
}

absl::StatusOr<std::string> Door::ExplainPolicy(const v1::ExplainPolicyCall& call) const {
  return JsonOf(channel_, &v1::Policy::Stub::ExplainPolicy, call);
}

absl::StatusOr<v1::ChildReply> Door::ShowChild(const v1::ShowChildCall& call) const {
  return ReplyOf(channel_, &v1::Looked::Stub::ShowChild, call);
}

absl::StatusOr<std::string> Door::TookOut(const v1::TookOutCall& call) const {
  return JsonOf(channel_, &v1::Looked::Stub::TookOut, call);
}

absl::StatusOr<std::string> Door::PrepareReport(const v1::PrepareReportCall& call) const {
  return JsonOf(channel_, &v1::Looked::Stub::PrepareReport, call);
}

absl::StatusOr<std::string> Door::Status() const {
  return JsonOf(channel_, &v1::Node::Stub::Status, v1::StatusCall());
}

}  // namespace whoelse
