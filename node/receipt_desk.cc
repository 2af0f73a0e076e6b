#include "node/receipt_desk.h"

#include <algorithm>

#include "nlohmann/json.hpp"
#include "node/again.h"
#include "node/callers.h"
#include "node/day_of.h"
#include "node/door_reply.h"
#include "node/give_opening.h"
#include "node/inbox_document.h"
#include "node/kept_answer.h"
#include "node/opening.h"
#include "node/report.h"
#include "node/report_receipt.h"
#include "node/staff.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;
using Arranged = RocksdbStore::Arranged;

absl::Status Wrong(const FieldError& error) {
  return absl::InvalidArgumentError(error.field + ": " + error.reason + "; " + error.remedy);
}

// What is not there and what is not theirs are told alike.
absl::Status NotYours() {
  return Wrong({"number", "is not that of a question asked here that you may read",
                "look it up with whoelse receipt list"});
}

std::string NameOfHandOvers(const FrameHash& hash) { return ToHex(hash); }

// The number of the question that this one came of; null: of none.
Json FirstOf(const Origin& origin) {
  if (origin.as != AskedAs::kAgain && origin.as != AskedAs::kWatch) return nullptr;
  return ReceiptNumber(Retag<FrameHash>(origin.of));
}

Json RowJson(const RocksdbStore::ReceiptRow& row) {
  return {{"receipt", ReceiptNumber(row.frame_hash)},
          {"state", std::string(Name(row.state))},
          {"asked_ms", row.asked_ms},
          {"purpose", std::string(Name(row.purpose))},
          {"case_reference", row.asked_for.case_reference},
          {"asked", row.asked},
          {"answered", row.answered},
          {"nothing_came", row.nothing_came},
          {"asked_as", std::string(Name(row.asked_for.origin.as))},
          {"of", FirstOf(row.asked_for.origin)}};
}

Json HandOversJson(const std::vector<HandOver>& hand_overs) {
  Json all = Json::array();
  for (const HandOver& one : hand_overs) {
    all.push_back({{"to", one.to_user}, {"by", one.by_user}, {"at_ms", one.at_ms},
                   {"until_ms", one.until_ms}, {"reason", one.reason}});
  }
  return all;
}

}  // namespace

Actor ReceiptDesk::ActorOf(const std::string& user) const {
  return whoelse::ActorOf(parts_.config, parts_.asker, user);
}

AnswerReader ReceiptDesk::ReaderOf(const Actor& actor, const RocksdbStore::ReceiptRow& row) {
  return {actor.ref, kLeadOfficers.FirstOf(actor.roles).has_value() &&
                         actor.organisations.Has(row.asked_for.organisation)};
}

// One's own question is no deed.
void ReceiptDesk::NoteReading(const std::string& user, const RocksdbStore::ReceiptRow& row,
                              Deed deed) const {
  const Actor actor = ActorOf(user);
  if (row.asked_for.practitioner == actor.ref) return;
  TrailNote note = NoteOf(actor, deed, parts_.clock.NowMs());
  parts_.store.WriteTrail(note.Add(Fact::kReceipt, ReceiptNumber(row.frame_hash)));
}

absl::StatusOr<std::vector<HandOver>> ReceiptDesk::HandOversOf(const FrameHash& hash) const {
  const auto document = parts_.store.ReadArranged(Arranged::kHandOvers, NameOfHandOvers(hash));
  if (!document.ok()) return document.status();
  if (!document->has_value()) return std::vector<HandOver>();
  return ReadHandOvers(**document);
}

absl::StatusOr<ReceiptDesk::Found> ReceiptDesk::Find(const Actor& actor,
                                                     const std::string& number,
                                                     Access least) const {
  const auto row = parts_.receipts.Find(number);
  if (absl::IsInvalidArgument(row.status())) return NotYours();
  if (!row.ok()) return row.status();
  auto hand_overs = HandOversOf(row->frame_hash);
  if (!hand_overs.ok()) return hand_overs.status();
  const AnswerReader reader = ReaderOf(actor, *row);
  const Access access = AccessOf(reader, row->asked_for.practitioner, row->asked_ms, *hand_overs,
                                 parts_.clock.NowMs());
  if (access < least) return NotYours();
  return Found{*row, *std::move(hand_overs), reader, access};
}

absl::StatusOr<AskedBefore> ReceiptDesk::AskedIn(const FrameHash& hash) const {
  const auto opening = parts_.store.ReadOpening(hash);
  if (!opening.ok()) return opening.status();
  if (!opening->has_value()) return absl::DataLossError("store: an opening is missing");
  return AskedFrom(**opening);
}

absl::StatusOr<bool> ReceiptDesk::IsFamilyOf(const OwnDetails& own, const FrameHash& hash) const {
  const auto asked = AskedIn(hash);
  if (!asked.ok()) return asked.status();
  const auto held = parts_.registry.RecordsOf(
      asked->statement.subject, parts_.config.OneOrganisation(asked->statement.organisation));
  if (!held.ok()) return held.status();
  return IsOwnFamily(own, *held);
}

absl::StatusOr<ReceiptDesk::Own> ReceiptDesk::FindOwn(const std::string& user,
                                                      const std::string& number) const {
  const auto row = parts_.receipts.Find(number);
  if (absl::IsInvalidArgument(row.status())) return NotYours();
  if (!row.ok()) return row.status();
  if (row->asked_for.practitioner != parts_.asker.RefOf(user)) return NotYours();
  auto asked = AskedIn(row->frame_hash);
  if (!asked.ok()) return asked.status();
  return Own{*row, *std::move(asked)};
}

// What becomes of it when it is to be put again; null: it is not.
Json ReceiptDesk::AgainOf(const FrameHash& hash) const {
  const auto document = parts_.store.ReadArranged(Arranged::kAgain, ToHex(hash));
  if (!document.ok() || !document->has_value()) return nullptr;
  const auto request = ReadAgain(**document);
  return request.ok() ? Json(WordsOf(*request)) : Json(nullptr);
}

absl::StatusOr<ReceiptDesk::KeptAnswer> ReceiptDesk::ReadingsIn(
    const RocksdbStore::ReceiptRow& row) const {
  auto receipt = parts_.receipts.Read(row, true);
  if (!receipt.ok()) return receipt.status();
  auto rosters = parts_.receipts.RostersFor(*receipt);
  if (!rosters.ok()) return rosters.status();
  const auto roster = std::ranges::find(*rosters, receipt->roster_hash, &Roster::hash);
  if (roster == rosters->end()) return absl::DataLossError("store: a question's roster is missing");
  auto readings = ReadingsOf(*receipt, *roster);
  return KeptAnswer{*std::move(receipt), std::move(*roster), std::move(readings)};
}

absl::StatusOr<Json> ReceiptDesk::List(const std::string& user, size_t limit) const {
  const Actor actor = ActorOf(user);
  const TimeMs now = parts_.clock.NowMs();
  Json receipts = Json::array();
  absl::Status failed;
  const absl::Status read = parts_.store.ForEachReceipt([&](const RocksdbStore::ReceiptRow& row) {
    if (receipts.size() == limit) return false;
    if (row.asked_for.origin.as == AskedAs::kBeat) return true;   // nobody asked it
    const auto hand_overs = HandOversOf(row.frame_hash);
    if (!hand_overs.ok()) {
      failed = hand_overs.status();
      return false;
    }
    const Access access =
        AccessOf(ReaderOf(actor, row), row.asked_for.practitioner, row.asked_ms, *hand_overs, now);
    if (access == Access::kNone) return true;
    receipts.push_back(RowJson(row));
    receipts.back()["answer_open"] = access == Access::kAnswer;
    receipts.back()["again"] = AgainOf(row.frame_hash);
    return true;
  });
  if (!read.ok()) return read;
  if (!failed.ok()) return failed;
  return Json{{"receipts", receipts}};
}

absl::StatusOr<Json> ReceiptDesk::Show(const std::string& user,
                                       const std::string& number) const {
  const auto found = Find(ActorOf(user), number, Access::kSealed);
  if (!found.ok()) return found.status();
  NoteReading(user, found->row, Deed::kReadReceipt);
  const auto receipt = parts_.receipts.Read(found->row, found->access >= Access::kReceipt);
  if (!receipt.ok()) return receipt.status();
  const auto rosters = parts_.receipts.RostersFor(*receipt);
  if (!rosters.ok()) return rosters.status();
  const auto roster = std::ranges::find(*rosters, receipt->roster_hash, &Roster::hash);
  Json shown = ReceiptReportOf(*receipt, CheckReceipt(*receipt, *rosters),
                               roster == rosters->end() ? nullptr : &*roster);
  shown["handed_over"] = HandOversJson(found->hand_overs);
  return shown;
}

absl::StatusOr<Json> ReceiptDesk::ProposeOpening(const Actor& actor, const std::string& number,
                                                 const std::string& reason) {
  const auto found = Find(actor, number, Access::kSealed);
  if (!found.ok()) return found.status();
  const auto proposed = parts_.inbox.ProposeOpening(AskedOf(found->row), reason, actor);
  if (const auto* error = std::get_if<FieldError>(&proposed)) return Wrong(*error);
  if (const auto* status = std::get_if<absl::Status>(&proposed)) return *status;
  return ItemPage(std::get<InboxItem>(proposed), parts_.clock.NowMs());
}

absl::Status ReceiptDesk::CheckOpeningGiven(const Actor& actor, const FrameHash& hash) const {
  const auto decided = parts_.inbox.Items(true);
  if (!decided.ok()) return decided.status();
  const auto refused =
      CheckGiven(*decided, ReceiptNumber(hash), actor, parts_.clock.NowMs());
  return refused ? Wrong(*refused) : absl::OkStatus();
}

absl::StatusOr<std::string> ReceiptDesk::Export(const std::string& user,
                                                const std::string& number,
                                                bool with_opening) const {
  const auto found = Find(ActorOf(user), number, Access::kSealed);
  if (!found.ok()) return found.status();
  // Who asked could otherwise carry the answer out of the agency, and read it beyond its 72 hours.
  if (with_opening) {
    const absl::Status given = CheckOpeningGiven(ActorOf(user), found->row.frame_hash);
    if (!given.ok()) return given;
  }
  NoteReading(user, found->row, with_opening ? Deed::kExportOpening : Deed::kReadReceipt);
  const auto receipt = parts_.receipts.Read(found->row, with_opening);
  if (!receipt.ok()) return receipt.status();
  return receipt->Serialize();
}

absl::StatusOr<Json> ReceiptDesk::Answer(const std::string& user, const std::string& number,
                                         bool does_not_know_them) const {
  const auto found = Find(ActorOf(user), number, Access::kReceipt);
  if (!found.ok()) return found.status();
  if (found->access != Access::kAnswer) {
    return Wrong({"number", "is of an answer that was open for 72 hours, which are over",
                  "ask again; the receipt is still there: whoelse receipt show"});
  }
  if (found->reader.ref != found->row.asked_for.practitioner) {
    // What holds for who asks holds for who reads: a relative would learn here what is kept from
    // them.
    const Person* const person = parts_.config.FindPerson(user);
    const auto family = IsFamilyOf(person == nullptr ? OwnDetails() : person->own,
                                   found->row.frame_hash);
    if (!family.ok()) return family.status();
    if (person == nullptr || *family) return NotYours();
    if (!does_not_know_them) {
      return Wrong({"i-do-not-know-them", "is missing: an answer is for work only",
                    "say that you do not know this child or family outside work, or let a "
                    "colleague read it"});
    }
  }
  const auto kept = ReadingsIn(found->row);
  if (!kept.ok()) return kept.status();
  NoteReading(user, found->row, Deed::kReadAnswer);
  const TimeMs now = parts_.clock.NowMs();
  return ReportOf(kept->readings,
                  {kept->roster, found->row.purpose, found->row.frame_hash, DayOf(now),
                   WeekTimeOf(now), !parts_.board.Read().confirmed.Has(now), false, {},
                   kept->receipt.state});
}

absl::StatusOr<Json> ReceiptDesk::HandOverTo(const std::string& user, const std::string& number,
                                             const std::string& to, const std::string& reason) {
  const std::lock_guard lock(handing_over_);
  auto found = Find(ActorOf(user), number, Access::kReceipt);
  if (!found.ok()) return found.status();
  // Only who asked: whom it was handed to has not answered for the purpose.
  if (found->reader.ref != found->row.asked_for.practitioner) return NotYours();
  if (found->access != Access::kAnswer) {
    return Wrong({"number", "is of an answer that is not open any more",
                  "let your colleague ask"});
  }
  if (reason.empty() || reason.size() > kHandOverReasonMax) {
    return Wrong({"reason", "is missing or too long: it stays with the receipt",
                  "say in a sentence why your colleague needs the answer"});
  }
  if (found->hand_overs.size() >= kHandOversMax) {
    return Wrong({"to", "is one more than the 16 to whom an answer may be handed over",
                  "let your colleague ask"});
  }
  std::optional<Colleague> colleague;
  const auto person = parts_.config.people.find(to);
  // At a hub to nobody of another organisation: they would read what it may not ask.
  if (person != parts_.config.people.end() &&
      person->second.organisations.Has(found->row.asked_for.organisation)) {
    const auto family = IsFamilyOf(person->second.own, found->row.frame_hash);
    if (!family.ok()) return family.status();
    colleague = Colleague{parts_.asker.RefOf("local:" + to), person->second.roles, *family};
  }
  if (const auto refused = CheckColleague(colleague, found->reader.ref, found->row.purpose)) {
    return Wrong(*refused);
  }
  const TimeMs now = parts_.clock.NowMs();
  found->hand_overs.push_back({colleague->ref, "local:" + to, user, now,
                               now + kAnswerOpenMs, reason});
  TrailNote note = NoteOf(ActorOf(user), Deed::kHandOver, now, reason);
  parts_.store.WriteArranged(Arranged::kHandOvers, NameOfHandOvers(found->row.frame_hash),
                             HandOversDocument(found->hand_overs),
                             &note.Add(Fact::kReceipt, number));
  return Json{{"receipt", number}, {"handed_over", HandOversJson(found->hand_overs)}};
}

}  // namespace whoelse
