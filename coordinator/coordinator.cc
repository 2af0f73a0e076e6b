#include "coordinator/coordinator.h"

#include <future>
#include <utility>

#include "audit/checkpoint.h"
#include "coordinator/log_server.h"
#include "coordinator/log_store.h"
#include "rpc/certificate.h"
#include "rpc/log.h"

namespace whoelse {
namespace {

constexpr std::chrono::milliseconds kScrubPause{1000};

}  // namespace

Coordinator::Coordinator(CoordinatorSecrets secrets)
    : secrets_(std::move(secrets)),
      log_key_(SigningKey::FromSeed(secrets_.log_seed.Reveal())),
      admission_key_(SigningKey::FromSeed(secrets_.admission_seed.Reveal())) {}

// A coordinator whose keys are not those of the roster would sign what nobody accepts.
absl::Status Coordinator::CheckIdentity(const CoordinatorConfig& config,
                                        const RosterCoordinator& me) const {
  if (me.log_key.key != log_key_.verify_key()) {
    return absl::FailedPreconditionError("secrets: the log key is not the roster's");
  }
  if (me.admission_key != admission_key_.verify_key()) {
    return absl::FailedPreconditionError("secrets: the admission key is not the roster's");
  }
  const auto certificate = CheckTlsFiles(config.tls);
  if (!certificate.ok()) return certificate.status();
  if (certificate->pin != me.tls_pin) {
    return absl::FailedPreconditionError("tls: the certificate's key is not the roster's");
  }
  return absl::OkStatus();
}

absl::Status Coordinator::OpenStore(const CoordinatorConfig& config, TimeMs now) {
  auto state = RocksDbState::Open(config.data);
  if (!state.ok()) return state.status();
  state_ = *std::move(state);
  if (!DiskHasRoom(config.data, config.min_free_mb << 20)) {
    return absl::UnavailableError(config.data + ": less free space than min_free_mb asks for");
  }
  const auto stored = state_->RosterState();
  if (!stored.ok()) return stored.status();
  desk_ = std::make_unique<RosterDesk>(config.trust, config.id, config.roster);
  if (absl::Status status = desk_->Restore(*stored, now); !status.ok()) return status;
  first_change_ = desk_->Poll(now, true);
  if (desk_->ruling() == nullptr) {
    return absl::FailedPreconditionError(config.roster + ": no roster here that may rule");
  }
  const RosterCoordinator* me = desk_->ruling()->FindCoordinator(config.id);
  if (me == nullptr) {
    return absl::FailedPreconditionError("the roster names no coordinator with this id");
  }
  if (absl::Status status = CheckIdentity(config, *me); !status.ok()) return status;
  if (absl::Status status = state_->BindTo(me->log_key.Encode()); !status.ok()) return status;
  auto mirror = CheckpointMirror::Open(config.second_checkpoint);
  if (!mirror.ok()) return mirror.status();
  mirror_ = *std::move(mirror);
  if (absl::Status status = CheckLogStore(*state_, *mirror_, me->log_key); !status.ok()) {
    return status;
  }
  return CloseOrphans(*state_, now);
}

absl::StatusOr<std::vector<EvaluatorShare>> Coordinator::ReadShares(
    const CoordinatorConfig& config) {
  const auto master_key = ReadMasterKey(config.master_key);
  if (!master_key.ok()) return master_key.status();
  auto secrets = ReadSecrets(config.secrets, *master_key);
  if (!secrets.ok()) return secrets.status();
  return std::move(secrets->shares);
}

absl::Status Coordinator::ServeLog(const CoordinatorConfig& config, const NoteVerifier& log_key) {
  if (!config.log.export_folder.empty()) {
    auto folder = LogExport::Open(config.log.export_folder, log_key, *state_, *mirror_);
    if (!folder.ok()) return folder.status();
    export_ = *std::move(folder);
    export_->Follow(published_);
  }
  if (!config.log.listen.empty()) {
    const TlsFiles& tls = config.log.tls.key.empty() ? config.tls : config.log.tls;
    auto server = StartLogServer(config.log.listen, tls, *state_, published_);
    if (!server.ok()) return server.status();
    log_server_ = *std::move(server);
  }
  scrubber_ = std::make_unique<LogScrubber>(*state_, kScrubPause, StopForTheStore);
  return absl::OkStatus();
}

absl::Status Coordinator::ReachWitnesses(const CoordinatorConfig& config) {
  for (const auto& witness : config.witnesses) {
    auto client = HttpsClient::Create(witness.url, witness.ca);
    if (!client.ok()) return client.status();
    witnesses_.push_back(std::make_unique<OutsideWitness>(
        *std::move(client), *state_, [this](uint64_t size, std::string line) {
          service_->TakeCosignature(size, std::move(line));
        }));
  }
  return absl::OkStatus();
}

// Were the store and the second place rolled back together, or lost, the next signature would be a
// fork: a witness is one who remembers. One that cannot be reached must not keep a log from starting.
absl::Status Coordinator::HearWitnesses(const NoteVerifier& log_key) {
  const auto signed_last = state_->LastCheckpoint();
  if (!signed_last.ok()) return signed_last.status();
  PublishedLog last{0, *signed_last};
  if (last.checkpoint.empty()) {   // the empty tree is part of every history
    last.checkpoint = SignCheckpoint({log_key.name, 0, EmptyRoot()}, log_key_).Serialize();
  } else {
    last.size = Checkpoint::Parse(Note::Parse(last.checkpoint)->text)->size;
  }
  std::vector<std::future<absl::Status>> heard;
  for (const auto& witness : witnesses_) {
    heard.push_back(std::async(std::launch::async,
                               [&] { return witness->HoldsNoMoreThan(last); }));
  }
  absl::Status contradicted;
  for (auto& reply : heard) {
    const absl::Status status = reply.get();
    if (absl::IsDataLoss(status)) contradicted = status;
    if (status.ok()) continue;
    Log(LogLevel::kWarning, "outside_witness",
        {{LogField::kTreeSize, last.size}, {LogField::kError, status}});
  }
  if (contradicted.ok()) return contradicted;
  return absl::DataLossError(std::string(WithRecovery(contradicted).message()) +
                             " Only if it is the witness that is wrong: take it out of the "
                             "configuration.");
}

Coordinator::~Coordinator() {
  published_.Close();
  signed_.Close();
}

absl::StatusOr<std::unique_ptr<Coordinator>> Coordinator::Start(
    const CoordinatorConfig& config, const Clock& clock, const MakeEvaluator& make_evaluator) {
  const auto master_key = ReadMasterKey(config.master_key);
  if (!master_key.ok()) return master_key.status();
  auto secrets = ReadSecrets(config.secrets, *master_key);
  if (!secrets.ok()) return secrets.status();
  auto coordinator = std::unique_ptr<Coordinator>(new Coordinator(*std::move(secrets)));
  Coordinator& c = *coordinator;
  if (absl::Status status = c.OpenStore(config, clock.NowMs()); !status.ok()) return status;

  const auto admission_key = [&c] {
    return SigningKey::FromSeed(c.secrets_.admission_seed.Reveal());
  };
  const NoteVerifier& log_key = c.desk_->ruling()->FindCoordinator(config.id)->log_key;
  if (absl::Status status = c.ReachWitnesses(config); !status.ok()) return status;
  if (absl::Status status = c.HearWitnesses(log_key); !status.ok()) return status;
  c.ended_ = EndedLogs::Open(config.log.ended);
  c.evaluator_ = make_evaluator(config.id, admission_key(), std::move(c.secrets_.shares));
  c.relay_ = std::make_unique<Relay>(config.id, log_key.key_id, admission_key());
  std::vector<NoteVerifier> outside;
  for (const auto& witness : config.witnesses) outside.push_back(witness.key);
  auto service = CoordinatorService::Start(
      {config.id, config.listen, config.tls, clock, c.random_, *c.desk_, *c.evaluator_, *c.relay_,
       *c.state_, *c.mirror_, c.published_, c.signed_, c.ended_, c.log_key_, c.admission_key_,
       {log_key.name, config.data, config.min_free_mb << 20}, std::move(outside),
       std::move(c.first_change_), [config] { return ReadShares(config); }});
  if (!service.ok()) return service.status();
  c.service_ = *std::move(service);
  if (absl::Status status = c.ServeLog(config, log_key); !status.ok()) return status;
  for (const auto& witness : c.witnesses_) witness->Follow(c.signed_);
  return coordinator;
}

}  // namespace whoelse
