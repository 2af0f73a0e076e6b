// What lies on an auditor's desk: a roster, a log's folder, a receipt, a ledger, a credential; all of
// the vectors' federation.
#ifndef WHOELSE_TESTS_CLI_AUDIT_FOLDER_H_
#define WHOELSE_TESTS_CLI_AUDIT_FOLDER_H_

#include <filesystem>
#include <string>
#include <vector>

#include "audit/ledger_file.h"
#include "rpc/certificate.h"
#include "rpc/clock.h"
#include "tests/audit/published_log.h"
#include "tests/audit/receipt_maker.h"
#include "tests/cli/folder.h"

namespace whoelse {

inline constexpr char kReceiptFile[] = "question.receipt";

class AuditFolder {
 public:
  AuditFolder() : roster_(MakeRoster()), question_(BuildVector(ProtocolVectors()["questions"][0])) {
    std::filesystem::create_directories(folder_ / "receipts");
    Receipt receipt = ReceiptOf(question_, random_);
    receipt.roster_hash = roster_.hash;
    PutInto(folder_ / kReceiptFile, receipt.Serialize());
    PutInto(folder_ / "receipts/question", receipt.Serialize());
    receipt.opening = OpeningOf(question_);
    PutInto(folder_ / "opened.receipt", receipt.Serialize());
    const ReceiptPart& part = receipt.parts[0];
    entries_ = {SerializeLogEntry(RosterEntry{7, RosterOf(7)->hash}),
                SerializeLogEntry(FirstKeyEvent()), part.asked->entry,
                part.answered->entry};
    PutLog("logs/coordinator-1", entries_);
    PutLedger(std::get<Bytes>(part.items[0].what), *part.admission);
  }

  std::string operator/(const std::string& name) const { return folder_ / name; }
  const std::string& path() const { return folder_.path(); }
  const std::vector<Bytes>& entries() const { return entries_; }
  const FrameHash& frame_hash() const { return question_.frame.hash(); }

  // A folder with the log of these entries, signed by the first coordinator.
  void PutLog(const std::string& name, const std::vector<Bytes>& entries) const {
    const NoteVerifier& key = roster_.FindCoordinator(kRelay)->log_key;
    std::filesystem::remove_all(folder_ / name);
    for (const auto& [path, bytes] : Publish(key.name, LogKeyOf(kRelay), entries)) {
      const std::filesystem::path file = folder_ / (name + "/" + path);
      std::filesystem::create_directories(file.parent_path());
      PutInto(file, ToString(bytes));
    }
    PutInto(folder_ / (name + "/log.vkey"), key.Encode() + "\n");
  }
  void FlipBit(const std::string& name, size_t byte) const {
    std::string content = ContentOf(folder_ / name);
    content.at(byte) ^= 0x08;
    PutInto(folder_ / name, content);
  }

 private:
  // The vectors' roster with an auditor whose key is here and coordinators whom nobody answers for.
  Roster MakeRoster() {
    std::filesystem::create_directories(folder_ / "auditors/area-auditor/tls");
    const std::string tls = folder_ / "auditors/area-auditor/tls";
    const TimeS now = SystemClock().NowS();
    const auto pin = CreateTlsFiles({tls + "/certificate.pem", tls + "/key.pem"}, "Area Auditor",
                                    now - 60, now + 3'600);
    nlohmann::ordered_json json = RosterJson(7);
    json["auditors"][0]["tls_pin"] = ToHex(*pin);
    for (auto& coordinator : json["coordinators"]) coordinator["endpoint"] = "127.0.0.1:1";
    Note note;
    note.text = RosterText(json);
    for (int i : {0, 1}) note.signatures.push_back(SignNote(note.text, RootOf(i).name, RootOf(i).key));
    PutInto(folder_ / "roster.signed",
            ToString(SignedRoster{note.Serialize(), {}, {}}.Serialize()));
    return *Roster::Parse(note.text);
  }
  void PutLedger(const Bytes& wire, const Admission& admission) const {
    LedgerFile ledger;
    ledger.federation = roster_.federation;
    ledger.agency = kSurgery;
    ledger.rows = {{kRelay, admission.log_key_id,
                    {admission.index, admission.frame_hash, WireHash(wire)}, false}};
    PutInto(folder_ / "surgery.ledger", ledger.Serialize());
  }

  TestFolder folder_;
  SeededRandom random_{20260601};
  Roster roster_;
  Question question_;
  std::vector<Bytes> entries_;
};

}  // namespace whoelse

#endif  // WHOELSE_TESTS_CLI_AUDIT_FOLDER_H_
