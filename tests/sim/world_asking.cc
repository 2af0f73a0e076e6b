// Questions: evaluated, composed, sent to one relay and, when something is missing, to the other.
#include "tests/sim/world.h"

namespace whoelse::sim {

size_t World::Ask(const Statement& statement) {
  auto asked = std::make_unique<Asked>();
  asked->agency = statement.agency;
  asked->statement = statement;
  questions_.push_back(std::move(asked));
  const size_t question = questions_.size() - 1;
  Start(question);
  return question;
}

void World::Start(size_t question) {
  Asked& asked = *questions_[question];
  asked.requester = std::make_unique<Requester>(*Requester::Start(
      nodes_.at(asked.agency).keeper->ruling(), asked.statement, {}, random_));
  At(now_, [this, question] { Evaluate(question); });
}

OrError<Bytes> World::EvaluateAt(Coordinator& c, const TlsPin& peer, const Bytes& request) {
  const std::shared_ptr<const Roster> roster = c.keeper->ruling();
  OrError<Bytes> response = c.evaluator->Handle(roster, peer, request, now_, counters_, random_);
  if (c.cheats.lie.empty() || !std::holds_alternative<Bytes>(response)) return response;
  return c.liar.Lie(c.cheats.lie, std::get<Bytes>(response), request, roster->federation,
                    AdmissionKeyOf(c.id - 101), random_);
}

void World::Evaluate(size_t question) {
  Asked& asked = *questions_[question];
  const std::string asker = NameOfAgency(asked.agency);
  std::vector<Evaluation>& evaluations = asked.requester->evaluations();
  bool pending = false, failed = false;
  for (size_t i = 0; i < evaluations.size(); ++i) {
    for (CoordinatorId id : evaluations[i].ToAsk()) {
      Send(asker, NameOfCoordinator(id), "Evaluate(blinded)",
           [this, question, i, id, asker, mine = asked.requester.get()] {
        if (questions_[question]->requester.get() != mine) return;
        Coordinator& c = coordinators_.at(id);
        Evaluation& evaluation = questions_[question]->requester->evaluations()[i];
        if (c.stopped) {
          evaluation.OnFailure(id, ServiceError::kNotReady);
          return Evaluate(question);
        }
        const auto response =
            EvaluateAt(c, PinOf(questions_[question]->agency), evaluation.request());
        Send(NameOfCoordinator(id), asker, "evaluated, proof", [this, question, i, id, response,
                                                                mine] {
          Asked& back = *questions_[question];
          // Answered already without it, or asked anew.
          if (back.requester.get() != mine || back.requester->evaluations().empty()) return;
          Evaluation& mine_now = back.requester->evaluations()[i];
          if (const auto* bytes = std::get_if<Bytes>(&response)) mine_now.OnResponse(id, *bytes);
          else mine_now.OnFailure(id, std::get<ServiceError>(response));
          for (const Evaluation::Liar& liar : mine_now.liars()) {
            nodes_.at(back.agency).liars.insert(liar.coordinator);
          }
          Evaluate(question);
        });
      });
    }
    pending = pending || evaluations[i].state() == Evaluation::State::kPending;
    failed = failed || evaluations[i].state() == Evaluation::State::kFailed;
  }
  if (pending || evaluations.empty() || asked.done) return;
  failed ? End(question) : Compose(question);
}

void World::Compose(size_t question) {
  Asked& asked = *questions_[question];
  const auto composed =
      asked.requester->Compose(IdentityKeyOfAgency(asked.agency), now_, random_);
  composed.ok() ? SendToNextRelay(question) : End(question);
}

void World::SendToNextRelay(size_t question) {
  Asked& asked = *questions_[question];
  const std::optional<CoordinatorId> relay = asked.requester->NextRelay(random_);
  if (!relay) {
    if (asked.requester->Done()) End(question);
    return;
  }
  const CallId call = next_id_++;
  Send(NameOfAgency(asked.agency), NameOfCoordinator(*relay), "Ask(frame, r)",
       [this, question, call, id = *relay, mine = asked.requester.get()] {
         if (questions_[question]->requester.get() != mine) return;
         Coordinator& c = coordinators_.at(id);
         if (c.stopped) return OnRelayFailed(question, id);
         const Question& q = mine->question();
         c.calls[call] = {question, mine};
         const TlsPin& pin = PinOf(questions_[question]->agency);
         Perform(id, c.relay->OnAsk(call, pin, q.frame.bytes(), q.r, now_));
       });
}

void World::OnRelayFailed(size_t question, CoordinatorId relay) {
  questions_[question]->requester->OnClosed(relay, std::nullopt);
  SendToNextRelay(question);
}

// Nothing more comes. Without any answer the roster may be an old one: fetched, and asked once more.
void World::End(size_t question) {
  Asked& asked = *questions_[question];
  const bool answered = asked.requester->AnsweredCount() > 0;
  if (!answered && !std::exchange(asked.retried, true) && FetchRoster(asked.agency)) {
    return Start(question);
  }
  asked.done = true;
  asked.failed = !answered;
}

void World::CompareAnswers(size_t question, const ExpectedAnswered& expected) {
  Asked& asked = *questions_[question];
  asked.expected.push_back(expected);
  LogWatch& watch = nodes_.at(asked.agency).holder->holder.Watch(expected.relay);
  Note(asked.agency, watch.OnClosed(expected, now_));
}

// From any coordinator that has a newer one and gives it. False: none has, or this agency is no
// member any more.
bool World::FetchRoster(AgencyId agency) {
  RosterKeeper& keeper = *nodes_.at(agency).keeper;
  const uint64_t before = keeper.ruling()->version;
  for (const auto& [id, c] : coordinators_) {
    if (c.stopped || c.cheats.no_rosters || !c.keeper->ruling()->FindAgency(agency)) continue;
    OfferRoster(agency, *c.keeper->held());
  }
  return keeper.ruling()->version > before;
}

}  // namespace whoelse::sim
