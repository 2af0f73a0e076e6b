#include "node/requester.h"

#include <algorithm>

#include "node/private_checks.h"
#include "node/public_checks.h"

namespace whoelse {

absl::StatusOr<Requester> Requester::Start(std::shared_ptr<const Roster> roster,
                                           Statement statement,
                                           const std::set<CoordinatorId>& avoid, Random& random) {
  Requester requester;
  requester.roster_ = std::move(roster);
  requester.statement_ = std::move(statement);
  requester.versions_ = requester.roster_->AskedKeyVersions();
  if (requester.versions_.empty()) {
    return absl::InvalidArgumentError("roster: no key version may be asked");
  }
  std::vector<std::optional<Digest>> inputs;
  for (const SubjectEntry& entry : requester.statement_.subject) {
    inputs.push_back(entry.type == KeyType::kNone
                         ? std::nullopt
                         : std::optional(OprfInput(requester.roster_->federation, entry.type,
                                                   entry.value)));
  }
  for (KeyVersion kv : requester.versions_) {
    absl::StatusOr<Evaluation> evaluation = Evaluation::Start(
        *requester.roster_, kv, EvaluationKind::kAsk, inputs, avoid, random);
    if (!evaluation.ok()) return evaluation.status();
    requester.evaluations_.push_back(*std::move(evaluation));
  }
  return requester;
}

absl::Status Requester::Compose(const SigningKey& identity, TimeMs now, Random& random) {
  QuestionParts parts{roster_->federation, roster_->version, versions_,
                      now / 1000 / kIssuedGranularityS * kIssuedGranularityS, {}};
  for (size_t i = 0; i < evaluations_.size(); ++i) {
    absl::StatusOr<std::vector<Secret<64>>> outputs = evaluations_[i].Finish();
    if (!outputs.ok()) return absl::FailedPreconditionError("evaluation failed");
    sub_keys_.emplace_back();
    for (size_t position = 0; position < kSlotsByNumber; ++position) {
      if (statement_.subject[position].type == KeyType::kNone) continue;
      sub_keys_.back()[position] = SubKeys::Derive((*outputs)[position], versions_[i]);
    }
  }
  for (const auto& positions : sub_keys_) {
    parts.sub_keys.emplace_back();
    for (size_t p = 0; p < kSlotsByNumber; ++p) {
      parts.sub_keys.back()[p] = positions[p] ? &*positions[p] : nullptr;
    }
  }
  evaluations_.clear();
  question_ = Question::Build(parts, statement_, identity, random);
  return CheckOwn(now);
}

// Runs the holders' checks on our own frame, as though we held the child: a mistake of ours would
// otherwise read as forty-one agencies disclosing nothing.
absl::Status Requester::CheckOwn(TimeMs now) const {
  const Frame& frame = question_->frame;
  PublicState state;
  state.roster = roster_;
  state.imported = true;
  state.complete.insert(versions_.begin(), versions_.end());
  if (CheckVersions(frame.header(), state, now)) return absl::InternalError("own question: P3, P4");

  Record child;
  for (const SubjectEntry& entry : statement_.subject) {
    if (entry.type == KeyType::kNhsNumber) child.nhs_number = *NhsNumber::Parse(entry.value);
    if (entry.type == KeyType::kUpn) child.upn = *Upn::Parse(entry.value);
  }
  if (statement_.born != 0) child.born = *Date::FromYmd(statement_.born);
  std::vector<Hit> hits;
  for (uint8_t j = 0; j < frame.header().slots.size(); ++j) {
    const auto& keys = sub_keys_[j / kSlotsByNumber][j % kSlotsByNumber];
    if (!keys) continue;
    if (frame.header().slots[j].check != CheckValue(keys->check.Reveal(), frame.header().nonce, j)) {
      return absl::InternalError("own question: a slot is not found");
    }
    hits.push_back({1, &child, j, &keys->wrap});
  }
  // The node itself also asks about nobody (node/notice_repeats.h, node/watch.h); a person who did would read it as
  // everybody disclosing nothing.
  if (hits.empty() && statement_.role != Role::kNodeItself) {
    return absl::InternalError("own question: about nobody");
  }
  // Slot by slot: a holder may have the child in one key version, or by one identifier, alone.
  for (const Hit& hit : hits) {
    const PrivateVerdict verdict = CheckOpened(frame, {hit}, *roster_, *roster_);
    if (verdict.failed != PrivateVerdict::Check::kPassed) {
      return absl::InternalError("own question: V" +
                                 std::to_string(static_cast<int>(verdict.failed)));
    }
  }
  return absl::OkStatus();
}

std::optional<CoordinatorId> Requester::NextRelay(Random& random) {
  const auto& pair = statement_.relays;
  if (collected_.empty()) {
    const CoordinatorId first = pair[random.Below(2)];
    collected_[first];
    order_.push_back(first);
    return first;
  }
  if (collected_.size() == 2 || !collected_.begin()->second.ended) return std::nullopt;
  // Once, for whatever has not answered, whatever was answered: a retry that depends on content
  // would tell the relay the content.
  if (AnsweredCount() == roster_->agencies.size()) return std::nullopt;
  const CoordinatorId other = collected_.contains(pair[0]) ? pair[1] : pair[0];
  collected_[other];
  order_.push_back(other);
  return other;
}

bool Requester::OnAdmission(CoordinatorId relay, ByteView bytes) {
  absl::StatusOr<Admission> admission = Admission::Parse(bytes);
  if (!admission.ok() || admission->coordinator != relay ||
      !AdmissionValid(question_->frame, *admission, *roster_)) {
    return false;
  }
  collected_[relay].admission = ToBytes(bytes);
  return true;
}

void Requester::OnItem(CoordinatorId relay, AgencyId agency, AgencyItem item) {
  if (roster_->FindAgency(agency) == nullptr) return;
  const auto* bytes = std::get_if<Bytes>(&item);
  if (bytes != nullptr && bytes->size() != kWireSize && bytes->size() != kRefusalSize) return;
  Collected& collected = collected_[relay];
  const auto [kept, first] = collected.items.try_emplace(agency, item);
  if (!first) {
    // Were the later one kept, a relay that logged less than it was given could hand that over first,
    // and its own entry last.
    collected.took_back = collected.took_back || kept->second != item;
    return;
  }
  const ReadingKeys keys{*roster_, question_->frame.header(), question_->frame.hash(),
                         question_->content_key, question_->reply_secret_key};
  Reading& reading = readings_[agency];
  Reading read = ReadItem(item, agency, keys);
  // Noted here and not looked up later: another refusal, or an answer through the other relay, may
  // take this one's place among the readings.
  stale_ = stale_ || (read.refusal && read.refusal->code == RefusalCode::kRoster &&
                      read.refusal->roster_version > roster_->version);
  reading = Better(std::move(reading), std::move(read));
}

void Requester::OnClosed(CoordinatorId relay, std::optional<Closed> closed) {
  Collected& collected = collected_[relay];
  collected.closed = closed;
  collected.ended = true;
}

bool Requester::Done() const {
  const auto ended = std::ranges::count_if(collected_, [](const auto& c) { return c.second.ended; });
  return ended == 2 || (ended == 1 && AnsweredCount() == roster_->agencies.size());
}

size_t Requester::AnsweredCount() const {
  return static_cast<size_t>(std::ranges::count_if(readings_, [](const auto& reading) {
    return reading.second.kind >= Reading::Kind::kAnswered;
  }));
}

bool Requester::SomethingCame() const {
  return std::ranges::any_of(collected_, [](const auto& relay) {
    return !relay.second.admission.empty() || !relay.second.items.empty();
  });
}

std::vector<std::pair<AgencyId, Reading>> Requester::Readings() const {
  std::vector<std::pair<AgencyId, Reading>> all;
  for (const RosterAgency& agency : roster_->agencies) {
    const auto it = readings_.find(agency.id);
    all.emplace_back(agency.id, it == readings_.end() ? Reading{} : it->second);
  }
  return all;
}

std::optional<ExpectedAnswered> Requester::ExpectedOf(CoordinatorId relay) const {
  const auto found = collected_.find(relay);
  if (found == collected_.end() || !found->second.closed) return std::nullopt;
  const Collected& collected = found->second;
  ExpectedAnswered expected{relay, question_->frame.hash(), collected.closed->asked_index,
                            collected.closed->answered_index, std::nullopt};
  const absl::StatusOr<Admission> admission = Admission::Parse(collected.admission);
  if (!admission.ok() || admission->index != expected.asked_index || collected.took_back) {
    return expected;
  }
  std::vector<AnsweredItem> items;
  for (const RosterAgency& agency : roster_->agencies) {
    const auto item = collected.items.find(agency.id);
    if (item == collected.items.end()) return expected;
    const auto* code = std::get_if<RelayCode>(&item->second);
    items.push_back(code ? ItemOf(*code) : ItemOf(std::get<Bytes>(item->second)));
  }
  expected.answers_hash = AnswersHash(items);
  return expected;
}

}  // namespace whoelse
