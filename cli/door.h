// The client of a node's door (proto/node.proto, rpc/unix_door.h).
#ifndef WHOELSE_CLI_DOOR_H_
#define WHOELSE_CLI_DOOR_H_

#include <cstdint>
#include <functional>
#include <istream>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/node.pb.h"

namespace grpc {
class Channel;
}

namespace whoelse {

// Called as long work goes on; `total` 0: not known yet.
using OnProgress = std::function<void(uint64_t done, uint64_t total)>;

// Every call gives the node's JSON, or its error: INVALID_ARGUMENT "field: reason; remedy",
// RESOURCE_EXHAUSTED for a quota, UNAVAILABLE when the node went away or a coordinator is busy, and
// its others.
class Door {
 public:
  // `path` empty: $WHOELSE_DOOR. INVALID_ARGUMENT when there is neither. UNAVAILABLE, with what to
  // do, when no node listens there or it is another user's.
  static absl::StatusOr<Door> Open(std::string path);

  absl::StatusOr<std::string> Ask(const v1::NodeAskCall& call, const OnProgress& progress) const;
  // Ends when the node has, or when this process does. `problem` and `row`: as they come.
  absl::StatusOr<std::string> AskCaseload(
      const v1::AskCaseloadCall& call,
      const std::function<void(const v1::ImportProblem&)>& problem,
      const std::function<void(const std::string& json)>& row) const;
  absl::StatusOr<std::string> ProposeOpening(const v1::ProposeOpeningCall& call) const;
  absl::StatusOr<std::string> AskAgain(const v1::AskAgainCall& call) const;
  absl::StatusOr<std::string> ShowAnswer(const v1::ShowAnswerCall& call) const;
  absl::StatusOr<std::string> HandOverAnswer(const v1::HandOverAnswerCall& call) const;
  absl::StatusOr<std::string> ChangeWatch(const v1::ChangeWatchCall& call) const;
  absl::StatusOr<std::string> ListWatches() const;
  absl::StatusOr<std::string> ShowWatch(const v1::ShowWatchCall& call) const;
  // Reads `file` to its end while the node reads and checks. `problem`: of a row, as it is found.
  absl::StatusOr<std::string> Import(
      const v1::ImportHead& head, std::istream& file, const OnProgress& progress,
      const std::function<void(const v1::ImportProblem&)>& problem) const;
  absl::StatusOr<std::string> ListRecords(const v1::ListRecordsCall& call) const;
  // Part by part, as it comes.
  absl::Status ExportRecords(const v1::ExportRecordsCall& call, std::ostream& file) const;
  absl::StatusOr<std::string> ChangeRecord(const v1::ChangeRecordCall& call) const;
  // As ExportRecords: the node's store.
  absl::Status BackUp(std::ostream& file) const;
  absl::StatusOr<std::string> ListItems(const v1::ListItemsCall& call) const;
  absl::StatusOr<std::string> ShowItem(const v1::ShowItemCall& call) const;
  absl::StatusOr<std::string> DecideItem(const v1::DecideItemCall& call) const;
  absl::StatusOr<std::string> CountItems() const;
  absl::StatusOr<std::string> ProposeLift(const v1::ProposeLiftCall& call) const;
  absl::StatusOr<std::string> ShowPolicy(const v1::ShowPolicyCall& call) const;
  absl::StatusOr<std::string> LetPolicyThrough(const v1::LetPolicyThroughCall& call) const;
  absl::StatusOr<std::string> ExplainPolicy(const v1::ExplainPolicyCall& call) const;
  absl::StatusOr<std::string> ListTrail(const v1::ListTrailCall& call) const;
  // Part by part, as it comes.
  absl::Status ExportTrail(const v1::ExportTrailCall& call, std::ostream& file) const;
  absl::StatusOr<std::string> AskToJustify(const v1::AskToJustifyCall& call) const;
  absl::StatusOr<std::string> ShowPractitioner(const v1::ShowPractitionerCall& call) const;
  // `take` is called with each part; its error ends the call and is returned.
  absl::Status ReadSealed(const v1::ReadSealedCall& call,
                          const std::function<absl::Status(const v1::SealedPart&)>& take) const;
  absl::StatusOr<v1::ChildReply> ShowChild(const v1::ShowChildCall& call) const;
  absl::StatusOr<std::string> TookOut(const v1::TookOutCall& call) const;
  absl::StatusOr<std::string> PrepareReport(const v1::PrepareReportCall& call) const;
  absl::StatusOr<std::string> Status() const;
  absl::StatusOr<std::string> ListReceipts(const v1::ListReceiptsCall& call) const;
  absl::StatusOr<std::string> ShowReceipt(const v1::ShowReceiptCall& call) const;
  // Whole files.
  absl::StatusOr<std::string> ExportReceipt(const v1::ExportReceiptCall& call) const;
  absl::StatusOr<std::string> ExportLedger() const;

 private:
  explicit Door(std::shared_ptr<grpc::Channel> channel) : channel_(std::move(channel)) {}
  std::shared_ptr<grpc::Channel> channel_;   // a stub a call: its header costs seconds to compile
};

}  // namespace whoelse

#endif  // WHOELSE_CLI_DOOR_H_
