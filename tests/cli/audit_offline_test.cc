// The commands of an auditor that need no network.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "cli/report_page.h"
#include "nlohmann/json.hpp"
#include "tests/cli/audit_folder.h"
#include "tests/cli/captured.h"

namespace whoelse {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class AuditTest : public testing::Test {
 protected:
  std::string In(const std::string& name) const { return folder_ / name; }
  Captured Audit(std::vector<std::string> arguments, bool draws = false) const {
    arguments.insert(arguments.begin(), "audit");
    arguments.insert(arguments.end(), {"--roster", In("roster.signed")});
    return Whoelse(arguments, "", draws);
  }
  Captured Mirror() const {
    return Audit({"mirror", "--from", In("logs"), "--into", In("mirror"), "--json"});
  }
  // The report on the one log.
  static json LogIn(const Captured& done) { return json::parse(done.out)["logs"].front(); }

  AuditFolder folder_;
};

TEST_F(AuditTest, MirrorsALogAndSaysWhatIsInIt) {
  const Captured done = Mirror();
  ASSERT_EQ(done.exit, kExitOk) << done.err << done.out;
  const json log = LogIn(done);
  EXPECT_EQ(log["result"], "good");
  EXPECT_EQ(log["coordinator"], "Coordinator 1");
  EXPECT_EQ(log["entries"], 4);
  EXPECT_EQ(log["new_entries"], 4);
  EXPECT_EQ(log["content"]["questions"], 1);
  EXPECT_EQ(log["cosigned"]["quorum"], false) << "nobody cosigned this folder's checkpoint";
  for (const char* file : {"checkpoint", "log.vkey", "tile/0/000.p/4", "tile/entries/000.p/4"}) {
    EXPECT_EQ(ContentOf(In(std::string("mirror/coordinator-101/") + file)),
              ContentOf(In(std::string("logs/coordinator-1/") + file)));
  }
  EXPECT_EQ(LogIn(Mirror())["new_entries"], 0);
}

TEST_F(AuditTest, ATerminalSeesProgress) {
  EXPECT_THAT(Audit({"check", In("logs")}, true).err, HasSubstr("Coordinator 1: entries checked"));
  EXPECT_EQ(Audit({"check", In("logs")}).err, "");
}

TEST_F(AuditTest, AFlippedBitIsFoundAndLocated) {
  ASSERT_EQ(Audit({"check", In("logs")}).exit, kExitOk);
  folder_.FlipBit("logs/coordinator-1/tile/entries/000.p/4", 50);
  const Captured found = Audit({"check", In("logs"), "--json"});
  EXPECT_EQ(found.exit, kExitRefuted);
  EXPECT_EQ(LogIn(found)["result"], "damaged");
  EXPECT_THAT(LogIn(found)["why"].get<std::string>(),
              HasSubstr("tile/entries/000.p/4: entry 1 (byte 43) is not the one that was logged"));
}

TEST_F(AuditTest, ADamagedCheckpointIsNoLogs) {
  folder_.FlipBit("logs/coordinator-1/checkpoint", 100);   // in the signature line
  EXPECT_NE(Audit({"check", In("logs")}).exit, kExitOk);
}

TEST_F(AuditTest, AForkLeavesTwoNotesAsEvidence) {
  ASSERT_EQ(Mirror().exit, kExitOk);
  const std::string kept = ContentOf(In("mirror/coordinator-101/checkpoint"));
  std::vector<Bytes> other = folder_.entries();
  other[1] = SerializeLogEntry(KeyEventEntry{KeyEvent::kRetired, 1, {}});
  folder_.PutLog("logs/coordinator-1", other);
  const Captured found = Mirror();
  EXPECT_EQ(found.exit, kExitRefuted);
  EXPECT_EQ(LogIn(found)["result"], "forked");
  EXPECT_EQ(LogIn(found)["first_changed_entry"], 1);
  EXPECT_EQ(LogIn(found)["at_fault"], "Coordinator 1");
  EXPECT_EQ(ContentOf(In("mirror/coordinator-101/checkpoint")), kept);
  std::vector<std::string> notes;
  for (const auto& file :
       std::filesystem::directory_iterator(In("mirror/coordinator-101/evidence"))) {
    notes.push_back(ContentOf(file.path()));
  }
  EXPECT_THAT(notes, testing::UnorderedElementsAre(
                         kept, ContentOf(In("logs/coordinator-1/checkpoint"))));
}

TEST_F(AuditTest, ALogThatBreaksARuleIsRefuted) {
  std::vector<Bytes> twice = folder_.entries();
  twice.push_back(twice[3]);
  folder_.PutLog("logs/coordinator-1", twice);
  const Captured found = Audit({"check", In("logs"), "--json"});
  EXPECT_EQ(found.exit, kExitRefuted);
  EXPECT_EQ(LogIn(found)["content"]["breaches"][0]["entry"], 4);
}

TEST_F(AuditTest, AnotherFederationsRosterKnowsNoSuchLog) {
  EXPECT_EQ(Whoelse({"audit", "check", In("logs"), "--roster", In(kReceiptFile)}).exit,
            kExitBadInput);
  folder_.FlipBit("roster.signed", 300);
  const Captured refused = Audit({"check", In("logs")});
  EXPECT_EQ(refused.exit, kExitBadInput);
  EXPECT_EQ(refused.out, "");
}

TEST_F(AuditTest, VerifiesAReceiptInPlainWords) {
  const Captured done = Audit({"verify", In(kReceiptFile)});
  EXPECT_EQ(done.exit, kExitOk) << done.out;
  EXPECT_THAT(done.out, HasSubstr("Receipt " + ReceiptNumber(folder_.frame_hash()) + ": proved."));
  EXPECT_THAT(done.out, HasSubstr("Asked 5"));
  EXPECT_THAT(done.out, HasSubstr("What this does not show"));
  EXPECT_THAT(done.out, Not(HasSubstr("not known")));
  const json report = json::parse(Audit({"verify", In(kReceiptFile), "--json"}).out);
  EXPECT_EQ(report["verdict"], "proved");
  EXPECT_EQ(report["agencies"].size(), 5u);
  EXPECT_EQ(report["agencies"][3]["reason"], "NOT_READY");
}

TEST_F(AuditTest, AReceiptThatWasChangedIsRefutedOrRefused) {
  std::string text = ContentOf(In(kReceiptFile));
  const size_t code = text.find("NOT_ATTACHED");
  ASSERT_NE(code, std::string::npos);
  PutInto(In("changed.receipt"), std::string(text).replace(code, 12, "DEADLINE"));
  const Captured refuted = Audit({"verify", In("changed.receipt")});
  EXPECT_EQ(refuted.exit, kExitRefuted) << refuted.out;
  EXPECT_THAT(refuted.out, Not(HasSubstr(": proved")));
  PutInto(In("cut.receipt"), text.substr(0, text.size() / 2));
  const Captured refused = Audit({"verify", In("cut.receipt")});
  EXPECT_EQ(refused.exit, kExitBadInput);
  EXPECT_THAT(refused.err, HasSubstr("byte"));
}

TEST_F(AuditTest, ReconcilesAndNamesWhoIsAtFault) {
  ASSERT_EQ(Mirror().exit, kExitOk);
  const std::vector<std::string> command = {"reconcile", "--logs", In("mirror"), "--ledger",
                                            In("surgery.ledger"), "--receipt", In(kReceiptFile)};
  const Captured honest = Audit(command);
  EXPECT_EQ(honest.exit, kExitOk) << honest.out << honest.err;
  EXPECT_THAT(honest.out, HasSubstr("No mismatch."));
  std::string ledger = ContentOf(In("surgery.ledger"));
  ledger.erase(ledger.find("row "));
  PutInto(In("surgery.ledger"), ledger);
  const Captured found = Audit(command);
  EXPECT_EQ(found.exit, kExitRefuted);
  EXPECT_THAT(found.out, HasSubstr("Riverside GP federation: answered off its ledger (leaf 2 of "
                                   "Coordinator 1)"));
}

TEST_F(AuditTest, AnOpeningNeedsAuthorityASecondPersonAndACredential) {
  const auto open = [&](std::vector<std::string> more, const char* receipt = "opened.receipt") {
    more.insert(more.begin(), {"open", In(receipt), "--credential", In("auditors/area-auditor")});
    return Audit(more);
  };
  EXPECT_THAT(open({}).err, HasSubstr("authority: is missing"));
  EXPECT_THAT(open({"--authority", "CR-1"}).err, HasSubstr("second-person: is missing"));
  EXPECT_THAT(open({"--authority", "CR-1", "--second-person", "1234"}).err,
              HasSubstr("should be an Ed25519 public key"));
  const std::string good = ToHex(NewKey(9).verify_key().bytes());
  EXPECT_THAT(open({"--authority", "CR-1", "--second-person", good}, kReceiptFile).err,
              HasSubstr("--with-opening"));
  // Nothing is opened when the log cannot be told.
  const Captured silent = open({"--authority", "CR-1", "--second-person", good});
  EXPECT_EQ(silent.exit, kExitFailed);
  EXPECT_EQ(silent.out, "");
  EXPECT_THAT(silent.err, HasSubstr("does not answer at 127.0.0.1:1"));
}

TEST_F(AuditTest, WritesAPageThatShowsWhatItIsToldAsText) {
  ASSERT_EQ(Audit({"verify", In(kReceiptFile), "--html", In("report.html")}).exit, kExitOk);
  const std::string page = ContentOf(In("report.html"));
  EXPECT_THAT(page, HasSubstr("<title>Receipt " + ReceiptNumber(folder_.frame_hash())));
  EXPECT_THAT(page, HasSubstr("@media print"));
  EXPECT_THAT(page, HasSubstr("<td>Hilltop schools hub</td>"));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("http:")));
  const std::string hostile = ReportPage(
      "<b>", {{"a<script>", "x\"'&<img>"}, {"rows", {{{"<th>", "<td onclick=1>"}}}}});
  for (const char* tag : {"<b>", "<script>", "<img>", "<th><th>", "<td onclick"}) {
    EXPECT_THAT(hostile, Not(HasSubstr(tag)));
  }
  EXPECT_THAT(hostile, HasSubstr("x&quot;&#39;&amp;&lt;img&gt;"));
}

}  // namespace
}  // namespace whoelse
