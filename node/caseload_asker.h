// Asks about the children of a list (node/caseload.h), one after the other at a constant rate, on
// its caller's thread. What was asked is remembered by the receipts and nowhere else, so that a
// list that broke off, for whatever reason, is simply handed in again.
#ifndef WHOELSE_NODE_CASELOAD_ASKER_H_
#define WHOELSE_NODE_CASELOAD_ASKER_H_

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json_fwd.hpp"
#include "node/asker.h"
#include "node/caseload.h"
#include "node/receipt_desk.h"

namespace whoelse {

// Who hears of a list while it is worked off.
class CaseloadListener {
 public:
  virtual ~CaseloadListener() = default;
  virtual void OnProblem(const RowProblem& problem) = 0;
  // {"line", "source_id", "case", "purpose", "receipt", "asked_before", "answer"}; "receipt" is
  // null and "error" says why when nothing came of it; "answer" is null when it is not open any
  // more.
  virtual void OnRow(const nlohmann::ordered_json& row) = 0;
  // Waits for so long. False, and at once, when nobody listens any more.
  virtual bool Wait(std::chrono::milliseconds time) = 0;
};

class CaseloadAsker {
 public:
  struct Parts {
    const NodeConfig& config;
    RocksdbStore& store;
    const Registry& registry;
    QuestionAsker& asker;
    const ReceiptDesk& desk;
    const RosterBoard& board;
    const Clock& clock;
  };
  explicit CaseloadAsker(Parts parts) : parts_(parts) {}

  // {"rows", "asked_before", "asked", "left", "ended": "all" | "bad rows" | "used up" | "broken
  // off", "goes_on"}. With a bad row nothing is asked. INVALID_ARGUMENT: the file as a whole, or
  // what holds for every row. UNAVAILABLE: another list is being asked, or the coordinators take no
  // question; what was asked stands. DATA_LOSS.
  absl::StatusOr<nlohmann::ordered_json> Run(const std::string& file, const CaseloadTerms& terms,
                                             bool anew, const std::string& user,
                                             const Person& person, CaseloadListener& listener);

 private:
  struct Child {
    CaseloadRow row;
    AskInput input;
    Digest fingerprint;
  };
  // The questions of the list, each as it would be sent; complaints go to `listener`.
  // INVALID_ARGUMENT.
  absl::StatusOr<std::vector<Child>> Plan(const std::string& file, const CaseloadTerms& terms,
                                          const std::string& user, const Person& person,
                                          CaseloadListener& listener, size_t& problems) const;
  absl::StatusOr<std::vector<Record>> RecordsNamed(const CaseloadRow& row,
                                                   const Organisations& theirs) const;
  // The receipts of those that lists asked about lately, by fingerprint.
  absl::StatusOr<std::map<Digest, std::string>> AskedBefore(const PersonRef& practitioner) const;
  std::chrono::milliseconds Beat() const;

  const Parts parts_;
  std::mutex one_at_a_time_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_CASELOAD_ASKER_H_
