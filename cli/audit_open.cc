#include "cli/audit_open.h"

#include <algorithm>

#include "cli/audit_client.h"
#include "cli/audit_receipt.h"
#include "cli/audit_trust.h"
#include "cli/receipt_text.h"
#include "cli/show_json.h"
#include "rpc/clock.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

// `given`, or what somebody at the terminal types.
absl::StatusOr<std::string> AskFor(const char* option, const char* prompt, const std::string& given,
                                   Terminal& terminal) {
  std::string line = given;
  if (line.empty() && terminal.asks) {
    terminal.err << prompt << ": " << std::flush;
    std::getline(terminal.in, line);
  }
  if (!line.empty()) return line;
  return absl::InvalidArgumentError(std::string(option) + ": is missing; nobody opens a question "
                                    "without written authority and a second person");
}

// On whose word a question is opened.
struct Authority {
  std::string reference;
  VerifyKey second_person;
};

absl::StatusOr<Authority> AuthorityOf(const OpenOptions& options, Terminal& terminal) {
  const auto reference = AskFor("authority", "Reference of the written authority",
                                options.authority, terminal);
  if (!reference.ok()) return reference.status();
  const auto typed = AskFor("second-person", "The second person's public key",
                            options.second_person, terminal);
  if (!typed.ok()) return typed.status();
  std::array<uint8_t, VerifyKey::kSize> bytes;
  const auto key = FromHex(*typed, std::span<uint8_t>(bytes))
                       ? VerifyKey::Decode(bytes)
                       : absl::InvalidArgumentError("");
  if (!key.ok()) {
    return absl::InvalidArgumentError("second-person: should be an Ed25519 public key, 64 lower-case "
                                      "hexadecimal digits");
  }
  return Authority{*reference, *key};
}

// The leaf before anything is opened: who opens in silence is found by what is not in the log.
absl::StatusOr<Json> LogOpening(AuditClient& client, const FrameHash& frame_hash,
                                const Authority& authority, TimeMs now, Random& random) {
  const auto salt = random.NewFixed<OpenedSalt>();
  const auto hash = OpenedHash(salt, frame_hash, authority.reference, authority.second_person);
  if (!hash.ok()) return hash.status();
  const auto logged = client.LogOpened({client.auditor().id, now, *hash});
  if (!logged.ok()) return logged.status();
  return Json{{"auditor", client.auditor().name}, {"authority", authority.reference},
              {"second_person", ToHex(authority.second_person.bytes())},
              {"logged_at_coordinator", logged->coordinator}, {"leaf", logged->index},
              {"time_ms", now}, {"salt", ToHex(salt)}};
}

Json SubjectJson(const Statement& statement) {
  constexpr std::array<const char*, kSubjectSlots> kNames = {"nhs_number", "upn"};
  Json json;
  for (size_t i = 0; i < kSubjectSlots; ++i) {
    const SubjectEntry& entry = statement.subject[i];
    json[kNames[i]] = entry.type == KeyType::kNone ? Json() : Json(entry.value);
  }
  json["born"] = statement.born == 0 ? Json() : Json(statement.born);
  return json;
}

Json QuestionJson(const Statement& statement, const Header& header, const Roster& roster) {
  const RosterAgency* const agency = roster.FindAgency(statement.agency);
  return {{"asked_by", agency ? agency->name : std::to_string(statement.agency)},
          {"organisation", statement.organisation},
          {"practitioner_ref", ToHex(statement.practitioner_ref)},
          {"approver_ref", ToHex(statement.approver_ref)},
          {"role", std::string(Name(statement.role))},
          {"purpose", std::string(Name(statement.purpose))},
          {"power", std::string(Name(statement.power))},
          {"shield_notice", statement.Has(kFlagShieldNotice)},
          {"approved", statement.Has(kFlagApproved)},
          {"out_of_hours", statement.Has(kFlagOutOfHours)},
          {"issued_ms", header.issued_s * 1000},
          {"subject", SubjectJson(statement)}};
}

std::string_view Word(SlotIs is) {
  switch (is) {
    case SlotIs::kSubject: return "the child that the statement names";
    case SlotIs::kDummy: return "a dummy, of the statement's seed";
    case SlotIs::kUnexplained: return "UNEXPLAINED: neither the statement's child nor a dummy";
    case SlotIs::kNotVerifiable: break;
  }
  return "not verifiable: the key version's shares are destroyed";
}

Json SlotsJson(const OpeningVerdict& verdict) {
  Json slots = Json::array();
  for (const OpeningVerdict::SlotVerdict& slot : verdict.slots) {
    slots.push_back({{"key_version", slot.kv},
                     {"position", slot.position == 0 ? "NHS number" : "UPN"},
                     {"is", std::string(Word(slot.is))}});
  }
  return slots;
}

Json EntryJson(const AnswerEntry& entry) {
  return {{"kind", entry.kind == EntryKind::kContact ? "contact" : "duty line"},
          {"organisation", entry.organisation}, {"service", entry.service}, {"team", entry.team},
          {"name", entry.name}, {"role", entry.role}, {"phone", entry.phone},
          {"email", entry.email}};
}

// What the agencies that the authority names have disclosed. All others stay sealed: neither wire nor
// answer says which service is a sensitive or protected one, so only the authority can part them.
Json DisclosedJson(const Receipt& receipt, const Roster& roster,
                   const std::vector<AgencyId>& named) {
  const ReadingKeys keys{roster, receipt.frame.header(), receipt.frame.hash(),
                         receipt.opening->content_key, receipt.opening->reply_secret_key};
  Json disclosed = Json::array();
  for (const ReceiptPart& part : receipt.parts) {
    for (const ReceiptItem& item : part.items) {
      const auto* const wire = std::get_if<Bytes>(&item.what);
      if (wire == nullptr || std::ranges::find(named, item.agency) == named.end()) continue;
      const Received received = Receive(*wire, item.agency, keys);
      const auto* const answer = std::get_if<ReceivedAnswer>(&received);
      if (answer == nullptr) continue;
      for (const AnswerEntry& entry : answer->answer.entries) {
        Json shown = {{"agency", roster.FindAgency(item.agency)->name}};
        shown.update(EntryJson(entry));
        disclosed.push_back(std::move(shown));
      }
    }
  }
  return disclosed;
}

absl::StatusOr<AuditReport> Open(const OpenOptions& options, const Receipt& receipt,
                                 const std::vector<Roster>& rosters, Terminal& terminal) {
  const Roster* const roster = RosterOf(receipt, rosters);
  if (!receipt.opening) {
    return absl::InvalidArgumentError("receipt: has no opening; two lead officers of the asking "
                                      "agency give one: whoelse receipt propose-opening, then "
                                      "receipt export --with-opening");
  }
  if (roster == nullptr) {
    return absl::InvalidArgumentError("roster: give the one that the question was asked under");
  }
  const auto statement = Statement::Parse(receipt.opening->statement);
  const auto authority = AuthorityOf(options, terminal);
  if (!authority.ok()) return authority.status();
  const SystemClock clock;
  SystemRandom random;
  auto client = AuditClient::Open(rosters.back(), options.credential, clock);
  if (!client.ok()) return client.status();
  const auto logged =
      LogOpening(*client, receipt.frame.hash(), *authority, clock.NowMs(), random);
  if (!logged.ok()) return logged.status();

  SubjectKeys keys;
  const Header& header = receipt.frame.header();
  if (statement.ok()) {
    auto evaluated = client->Evaluate(statement->subject, header.key_versions(), random);
    if (!evaluated.ok()) return evaluated.status();
    keys = *std::move(evaluated);
  }
  const ReceiptCheck check = CheckReceipt(receipt, rosters, keys);
  const OpeningVerdict verdict = CheckOpening(
      {receipt.opening->statement, receipt.opening->content_key.Clone(),
       receipt.opening->reply_secret_key.Clone(), ToBytes(receipt.frame.bytes())},
      *roster, keys, {});
  Json opened = {{"opened", *logged}};
  if (statement.ok()) opened["question"] = QuestionJson(*statement, header, *roster);
  opened["slots"] = SlotsJson(verdict);
  opened["disclosed_by_named_agencies"] = DisclosedJson(receipt, *roster, options.named);
  AuditReport report{"Opening of receipt " + ReceiptNumber(receipt.frame.hash()),
                     AuditedReceiptJson(receipt, check, rosters), "", ExitOf(check.Overall())};
  report.text = ReceiptText(report.json, terminal.width) + "\n" +
                JsonAsText(opened, terminal.width) + RostersText(rosters);
  report.json.update(opened);
  return report;
}

}  // namespace

ExitCode OpenReceipt(const OpenOptions& options, Terminal& terminal) {
  const auto rosters = LoadRosters(options.rosters);
  if (!rosters.ok()) return PrintError(terminal, rosters.status());
  const auto receipt = LoadReceipt(options.receipt);
  if (!receipt.ok()) return PrintError(terminal, receipt.status());
  const auto report = Open(options, *receipt, *rosters, terminal);
  if (!report.ok()) return PrintError(terminal, report.status());
  return PrintReport(*report, options.output, terminal);
}

}  // namespace whoelse
