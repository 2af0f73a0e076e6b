#include "audit/opening_check.h"

#include <algorithm>

namespace whoelse {
namespace {

Finding FindingOf(bool holds) { return holds ? Finding::kHolds : Finding::kViolated; }

// One opening under examination. Each step fills in its part of the verdict.
class Examination {
 public:
  Examination(const QuestionOpening& opening, const Roster& roster, OpeningVerdict& verdict)
      : opening_(opening), roster_(roster), verdict_(verdict) {}

  bool ReadFrame();
  void CheckStatement();
  void CheckAsker(const Statement& statement);
  void CheckSlots(const Statement& statement, const SubjectKeys& subject_keys);
  void CheckCollection(const LoggedCollection& collection);

 private:
  void Set(OpeningCheck check, bool holds) {
    verdict_.checks[static_cast<size_t>(check)] = FindingOf(holds);
  }
  SlotIs Explain(uint8_t j, KeyVersion kv, const Statement& statement,
                 const SubjectKeys& subject_keys) const;

  const QuestionOpening& opening_;
  const Roster& roster_;
  OpeningVerdict& verdict_;
  std::optional<Frame> frame_;
  std::optional<OpenedBody> body_;
};

// False: nothing else can be judged.
bool Examination::ReadFrame() {
  absl::StatusOr<Frame> frame = Frame::Parse(opening_.frame, roster_.federation);
  Set(OpeningCheck::kFrame, frame.ok());
  if (!frame.ok()) return false;
  frame_ = *std::move(frame);
  const Header& header = frame_->header();
  const bool of_roster = header.roster_version == roster_.version &&
                         header.key_versions() == roster_.AskedKeyVersions();
  Set(OpeningCheck::kRoster, of_roster);
  return of_roster;
}

void Examination::CheckStatement() {
  // XChaCha20-Poly1305 alone can be opened under two keys, to two statements: without the
  // commitment one frame would have two openings, one for the holders and one for the auditor.
  Set(OpeningCheck::kCommitment, CommitTo(opening_.statement) == frame_->header().commitment);
  absl::StatusOr<OpenedBody> body = OpenBody(*frame_, opening_.content_key);
  Set(OpeningCheck::kBody, body.ok() && body->statement.bytes == opening_.statement);
  if (body.ok()) body_ = *std::move(body);
  // Otherwise the asker could hand over wires and say that they do not open.
  Set(OpeningCheck::kReplyKey,
      X25519Public(opening_.reply_secret_key) == frame_->header().reply_key);
  absl::StatusOr<Statement> statement = Statement::Parse(opening_.statement);
  Set(OpeningCheck::kStatement, statement.ok());
  if (statement.ok()) verdict_.statement = *std::move(statement);
}

void Examination::CheckAsker(const Statement& statement) {
  const Header& header = frame_->header();
  const RosterAgency* agency = roster_.FindAgency(statement.agency);
  Set(OpeningCheck::kAskerTag,
      agency != nullptr && TagAsker(statement.r, statement.agency) == header.asker_tag);
  Set(OpeningCheck::kRelays, agency != nullptr && statement.relays == agency->relays &&
                                 header.relays == agency->relays);
  Set(OpeningCheck::kSignature,
      agency != nullptr && body_ &&
          QuestionSignedBy(agency->identity_key, *frame_, body_->signature));
}

SlotIs Examination::Explain(uint8_t j, KeyVersion kv, const Statement& statement,
                            const SubjectKeys& subject_keys) const {
  const Slot& slot = frame_->header().slots[j];
  const QuestionNonce& nonce = frame_->header().nonce;
  const size_t position = j % kSlotsByNumber;
  const bool is_dummy = slot == DummySlot(statement.seed, nonce, j);
  if (statement.subject[position].type == KeyType::kNone) {
    return is_dummy ? SlotIs::kDummy : SlotIs::kUnexplained;
  }
  // A statement that names a child whose slot is noise makes every holder's "nothing disclosed" a
  // receipt of a question that was never put.
  if (is_dummy) return SlotIs::kUnexplained;
  const auto keys = subject_keys.find(kv);
  if (keys == subject_keys.end() || !keys->second[position]) return SlotIs::kNotVerifiable;
  return slot == RealSlot(*keys->second[position], opening_.content_key, nonce, j)
             ? SlotIs::kSubject
             : SlotIs::kUnexplained;
}

void Examination::CheckSlots(const Statement& statement, const SubjectKeys& subject_keys) {
  const std::vector<KeyVersion> versions = frame_->header().key_versions();
  for (uint8_t j = 0; j < frame_->header().slots.size(); ++j) {
    const KeyVersion kv = versions[j / kSlotsByNumber];
    verdict_.slots.push_back({kv, static_cast<uint8_t>(j % kSlotsByNumber),
                              Explain(j, kv, statement, subject_keys)});
  }
}

void Examination::CheckCollection(const LoggedCollection& collection) {
  const auto& relays = frame_->header().relays;
  OpeningVerdict::CollectionVerdict verdict{collection.relay, {}, Finding::kNotVerifiable, {}};
  verdict.asked = FindingOf(collection.asked.frame_hash == frame_->hash() &&
                            std::ranges::find(relays, collection.relay) != relays.end());
  std::vector<AnsweredItem> items;
  for (const AgencyItem& item : collection.items) {
    const auto* code = std::get_if<RelayCode>(&item);
    items.push_back(code ? ItemOf(*code) : ItemOf(std::get<Bytes>(item)));
  }
  if (collection.answered) {
    verdict.answered = FindingOf(items.size() == roster_.agencies.size() &&
                                 collection.answered->asked_index == collection.asked_index &&
                                 collection.answered->answers_hash == AnswersHash(items));
  }
  const ReadingKeys keys{roster_, frame_->header(), frame_->hash(), opening_.content_key,
                         opening_.reply_secret_key};
  for (size_t i = 0; i < std::min(collection.items.size(), roster_.agencies.size()); ++i) {
    const AgencyId agency = roster_.agencies[i].id;
    verdict.received.emplace_back(agency, Receive(collection.items[i], agency, keys));
  }
  verdict_.collections.push_back(std::move(verdict));
}

template <typename Pick>
bool AnyFinding(const OpeningVerdict& verdict, Pick pick) {
  return std::ranges::any_of(verdict.checks, pick) ||
         std::ranges::any_of(verdict.collections, [&](const auto& collection) {
           return pick(collection.asked) || pick(collection.answered);
         });
}

bool AnySlot(const OpeningVerdict& verdict, SlotIs is) {
  return std::ranges::find(verdict.slots, is, &OpeningVerdict::SlotVerdict::is) !=
         verdict.slots.end();
}

}  // namespace

bool OpeningVerdict::Violated() const {
  return AnyFinding(*this, [](Finding f) { return f == Finding::kViolated; }) ||
         AnySlot(*this, SlotIs::kUnexplained);
}

bool OpeningVerdict::Holds() const {
  return !collections.empty() && !AnySlot(*this, SlotIs::kUnexplained) &&
         !AnySlot(*this, SlotIs::kNotVerifiable) &&
         !AnyFinding(*this, [](Finding f) { return f != Finding::kHolds; });
}

OpeningVerdict CheckOpening(const QuestionOpening& opening, const Roster& roster,
                            const SubjectKeys& subject_keys,
                            const std::vector<LoggedCollection>& collections) {
  OpeningVerdict verdict;
  verdict.checks.fill(Finding::kNotVerifiable);
  Examination examination(opening, roster, verdict);
  if (!examination.ReadFrame()) return verdict;
  examination.CheckStatement();
  if (verdict.statement) {
    examination.CheckAsker(*verdict.statement);
    examination.CheckSlots(*verdict.statement, subject_keys);
  }
  for (const LoggedCollection& collection : collections) examination.CheckCollection(collection);
  return verdict;
}

}  // namespace whoelse
