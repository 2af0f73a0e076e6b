#include "node/node.h"

#include <grpcpp/grpcpp.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <thread>

#include "CLI/CLI.hpp"
#include "node/again_keeper.h"
#include "node/answering.h"
#include "node/asker.h"
#include "node/asking_service.h"
#include "node/backup_service.h"
#include "node/callers.h"
#include "node/caseload_asker.h"
#include "node/config.h"
#include "node/confirmed_clock.h"
#include "node/deferred.h"
#include "node/door_service.h"
#include "node/enroller.h"
#include "node/evidence.h"
#include "node/inbox_keeper.h"
#include "node/inbox_service.h"
#include "node/justify_service.h"
#include "node/ledger_keeper.h"
#include "node/ledger_sweeper.h"
#include "node/life_keeper.h"
#include "node/looked_service.h"
#include "node/notice_keeper.h"
#include "node/pager.h"
#include "node/people_keeper.h"
#include "node/policy_keeper.h"
#include "node/policy_service.h"
#include "node/receipt_desk.h"
#include "node/receipt_keeper.h"
#include "node/records_service.h"
#include "node/registry.h"
#include "node/rocksdb_store.h"
#include "node/secrets.h"
#include "node/staff.h"
#include "node/trail_service.h"
#include "node/uplink.h"
#include "node/watch_keeper.h"
#include "rpc/log.h"
#include "rpc/server.h"
#include "rpc/tls.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

constexpr int kExitConfiguration = 2;
constexpr int kExitStore = 74;
constexpr std::chrono::milliseconds kRosterPoll{500};
constexpr std::chrono::milliseconds kDrain{3000};
// The holder forgets a roster's key versions when it is not held over any more, and only then may
// their sub-keys go: found in the index without them, a child would seem not to be here.
constexpr std::chrono::seconds kForgottenAfter{kRosterHeldOverS + 60};

int Fail(int code, const absl::Status& status) {
  std::fprintf(stderr, "whoelse-node: %s\n", std::string(status.message()).c_str());
  return code;
}

std::vector<KeyVersion> KeyVersionsOf(const Roster& roster) {
  std::vector<KeyVersion> versions;
  for (const RosterKeyVersion& kv : roster.key_versions) versions.push_back(kv.kv);
  return versions;
}

// Lets the parts that follow the roster follow it: uplinks, key versions.
class RosterFollower {
 public:
  RosterFollower(RosterBoard& board, Uplinks& uplinks, Registry& registry)
      : thread_([&board, &uplinks, &registry, this] {
          std::shared_ptr<const Roster> followed, before;
          std::chrono::steady_clock::time_point changed;
          while (!stopping_) {
            const auto posting = board.WaitForOther(followed, kRosterPoll);
            if (stopping_) return;
            const auto now = std::chrono::steady_clock::now();
            if (posting.roster != followed) {
              before = std::exchange(followed, posting.roster);
              changed = now;
              uplinks.Follow(*followed);
            }
            if (now - changed > kForgottenAfter) before.reset();
            registry.SetKeyVersions(KeyVersionsOf(*followed),
                                    before ? KeyVersionsOf(*before) : std::vector<KeyVersion>());
          }
        }) {}
  ~RosterFollower() {
    stopping_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

struct Opened {
  NodeConfig config;
  NodeSecrets secrets;
  std::optional<SignedRoster> roster;
  std::optional<WitnessFile> witness;
  MasterKey master;
};

absl::StatusOr<Opened> OpenFiles(const std::string& path) {
  absl::StatusOr<NodeConfig> config = NodeConfig::Load(path);
  if (!config.ok()) return config.status();
  absl::StatusOr<MasterKey> master = ReadMasterKey(config->master_key);
  if (!master.ok()) return master.status();
  absl::StatusOr<NodeSecrets> secrets = ReadNodeSecrets(config->secrets, *master);
  if (!secrets.ok()) return secrets.status();
  std::optional<SignedRoster> roster;
  if (absl::StatusOr<Bytes> bytes = ReadWholeFile(config->roster, kRosterNoteMax); bytes.ok()) {
    absl::StatusOr<SignedRoster> parsed = SignedRoster::Parse(*bytes);
    if (!parsed.ok()) return parsed.status();
    roster = *std::move(parsed);
  }
  std::optional<WitnessFile> witness;
  if (!config->witness.name.empty()) {
    absl::StatusOr<WitnessFile> opened = WitnessFile::Open(config->witness, *master);
    if (!opened.ok()) return opened.status();
    witness = *std::move(opened);
  }
  return Opened{*std::move(config), *std::move(secrets), std::move(roster), std::move(witness),
                *std::move(master)};
}

absl::StatusOr<std::unique_ptr<UnixDoor>> OpenDoor(const NodeConfig& config) {
  if (config.door_group.empty()) return UnixDoor::Open(config.door);
  std::vector<std::string> users;
  for (const auto& [user, roles] : config.people) users.push_back(user);
  absl::StatusOr<DoorGuests> guests = FindDoorGuests(config.door_group, users);
  if (!guests.ok()) return guests.status();
  return UnixDoor::Open(config.door, *guests);
}

std::vector<Pager::Send> WaysToPage(const PagerSettings& settings) {
  std::vector<Pager::Send> ways;
  if (!settings.command.empty()) {
    ways.push_back([command = settings.command](Desk desk) {
      return RunPagerCommand(command, Name(desk));
    });
  }
  if (!settings.webhook.empty()) {
    ways.push_back([settings](Desk desk) {
      return CallPagerWebhook(settings.webhook, settings.webhook_ca, Name(desk));
    });
  }
  return ways;
}

int Serve(Opened& opened, const Clock& clock) {
  SystemRandom random;
  const NodeConfig& config = opened.config;
  mkdir(config.data.c_str(), 0700);
  auto store = RocksdbStore::Open(config.data, std::move(opened.master), config.lead_officer, random);
  if (!store.ok()) return Fail(kExitStore, store.status());
  if (absl::Status begun = BeginTrail(config.agency, clock.NowMs(), **store); !begun.ok()) {
    return Fail(kExitStore, begun);
  }
  const SigningKey identity = SigningKey::FromSeed(opened.secrets.identity_seed.Reveal());

  RosterBoard board;
  Answering answering({config.agency, SigningKey::FromSeed(opened.secrets.identity_seed.Reveal())},
                      config.trust, **store, config.data + "/evidence",
                      std::move(opened.witness), board, clock, random);
  if (absl::Status restored = answering.Restore(opened.roster ? &*opened.roster : nullptr);
      !restored.ok()) {
    return Fail(absl::IsDataLoss(restored) ? kExitStore : kExitConfiguration, restored);
  }
  Registry registry(**store, answering, !config.organisations.empty());
  std::vector<KeyVersion> versions;
  for (const RosterKeyVersion& kv : board.Read().roster->key_versions) versions.push_back(kv.kv);
  if (absl::Status loaded = registry.Load(versions); !loaded.ok()) return Fail(kExitStore, loaded);

  auto calendar = WorkingCalendar::Create(config.calendar);
  if (!calendar.ok()) return Fail(kExitConfiguration, calendar.status());
  InboxKeeper inbox(config.agency, *std::move(calendar), **store, registry, answering, clock, random);
  if (absl::Status loaded = inbox.Load(); !loaded.ok()) return Fail(kExitStore, loaded);

  auto policy = PolicyKeeper::Open(config.PolicyPaths(), **store, answering, clock);
  if (!policy.ok()) {
    return Fail(absl::IsDataLoss(policy.status()) ? kExitStore : kExitConfiguration,
                policy.status());
  }

  auto door = OpenDoor(config);
  if (!door.ok()) return Fail(kExitConfiguration, door.status());
  Coordinators coordinators({config.tls_certificate, config.tls_key}, clock,
                            [&answering](const Evaluation::Liar& liar) {
                              answering.RaiseAlarm(WrongEvaluation(liar));
                            });
  Uplinks uplinks(coordinators, answering, board, random);
  answering.Start(uplinks);
  {
    RosterFollower follower(board, uplinks, registry);
    Enroller enroller(config.agency, registry, coordinators, board, clock, random);
    Deferred deferred(**store, inbox, clock, random);
    ReceiptKeeper receipts(**store, coordinators, answering, board, clock, random);
    LedgerKeeper ledger(config.agency, identity, **store, coordinators, board, clock, random);
    QuestionAsker asker(config, identity, opened.secrets.practitioner_key, **store, registry,
                        answering, coordinators, board, receipts, inbox, clock, random);
    const Callers callers(config, **door, asker);
    ReceiptDesk desk({config, **store, registry, receipts, inbox, asker, board, clock});
    CaseloadAsker caseloads({config, **store, registry, asker, desk, board, clock});
    AgainKeeper again({config, **store, asker, desk, clock, random});
    WatchKeeper watches({config, **store, registry, asker, desk, board, clock, random});
    DoorService service({config, callers, **store, registry, inbox, answering, uplinks,
                         coordinators, asker, desk, **policy, board, clock});
    AskingService asking_service({callers, desk, caseloads, again, watches});
    Pager pager(inbox, WaysToPage(config.pager), clock, random);
    InboxService inbox_service({config.agency, callers, **store, registry, inbox, board, clock,
                                config.import.service_classes});
    LookedService looked_service({config.agency, callers, **store, registry, inbox, receipts, clock});
    Importer importer(registry, config.data, clock, random);
    RecordsService records_service({config, callers, **store, registry, importer, enroller, clock});
    PolicyService policy_service(config, callers, **policy, clock);
    BackupService backup_service({config, **door, **store, clock});
    ConfirmedClock confirmed(clock, board, inbox);
    LifeKeeper life(registry, confirmed);
    LedgerSweeper sweeper(**store, inbox, confirmed);
    NoticeKeeper notices(config.agency, opened.secrets.practitioner_key, **store, registry, asker,
                         board, clock);
    TrailService trail_service({config.agency, callers, **store, clock});
    const std::vector<StaffMember> staff = StaffOf(config, asker);
    JustifyService justify_service({config.agency, callers, staff, inbox, receipts, board, clock,
                                    random});
    PeopleKeeper people(staff, **store, inbox, clock);
    grpc::ServerBuilder builder;
    SetServerOptions(builder, ServerLimits{.message_max = 4u << 20});
    builder.RegisterService(&service);
    builder.RegisterService(&asking_service);
    builder.RegisterService(&inbox_service);
    builder.RegisterService(&looked_service);
    builder.RegisterService(&records_service);
    builder.RegisterService(&policy_service);
    builder.RegisterService(&backup_service);
    builder.RegisterService(&trail_service);
    builder.RegisterService(&justify_service);
    const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
    (*door)->Serve(*server);
    std::printf("ready %s\n", config.door.c_str());
    std::fflush(stdout);
    Log(LogLevel::kInfo, "ready", {{LogField::kAgency, config.agency}});
    int signal = WaitForSignal();
    for (; signal == SIGHUP; signal = WaitForSignal()) (*policy)->Reload();
    Log(LogLevel::kInfo, "stopping", {{LogField::kSignal, signal}});
    (*door)->Close();
    asking_service.Stop();
    server->Shutdown(DeadlineIn(kDrain));
    board.Close();
  }
  uplinks.StopAll();
  answering.Stop();
  return 0;
}

}  // namespace

int RunNode(int argc, char** argv, const Clock& clock) {
  DropCoreDumps();
  ForceTls13();
  BlockSignals();
  CLI::App app("An agency's node: holds its records, answers questions, asks its own.\n\nExample:\n"
               "  whoelse-node --config /etc/whoelse/node.toml");
  std::string config;
  app.add_option("--config", config, "the configuration file (docs/operating/node-config.md)")
      ->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitConfiguration;
  }
  if (!InitCrypto()) return Fail(1, absl::InternalError("libsodium does not start"));
  StartLog(clock);
  absl::StatusOr<Opened> opened = OpenFiles(config);
  if (!opened.ok()) return Fail(kExitConfiguration, opened.status());
  return Serve(*opened, clock);
}

}  // namespace whoelse
