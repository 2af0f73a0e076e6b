#include "node/pager.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "rpc/http.h"
#include "rpc/log.h"

namespace whoelse {
namespace {

constexpr uint64_t kFirstMs = 5'000, kSpreadMs = 10'000;
constexpr int kSlowest = 5;   // doublings between two tries that failed: 3 to 8 minutes
constexpr int kCommandMs = 30'000;

// The arguments of posix_spawn, freed with the object.
class SpawnPlan {
 public:
  SpawnPlan() {
    posix_spawn_file_actions_init(&files_);
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_init(&attributes_);
    // The node blocks the signals that end it, and waits for them; a pager must not inherit that.
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  int Spawn(pid_t& child, std::vector<std::string> words) const {
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::string path = "PATH=/usr/local/bin:/usr/bin:/bin";
    char* environment[] = {path.data(), nullptr};
    return posix_spawn(&child, arguments[0], &files_, &attributes_, arguments.data(), environment);
  }

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
};

// Whether it ended by itself in time.
bool WaitFor(pid_t child) {
  const int descriptor = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  if (descriptor < 0) return false;
  pollfd ended{descriptor, POLLIN, 0};
  const bool in_time = poll(&ended, 1, kCommandMs) == 1;
  close(descriptor);
  return in_time;
}

}  // namespace

absl::Status RunPagerCommand(const std::vector<std::string>& command, std::string_view desk) {
  std::vector<std::string> words = command;
  words.emplace_back(desk);
  pid_t child = 0;
  if (SpawnPlan().Spawn(child, std::move(words)) != 0) {
    return absl::UnavailableError("pager.command: cannot be started; check its path and mode");
  }
  const bool in_time = WaitFor(child);
  if (!in_time) kill(-child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  if (!in_time) return absl::UnavailableError("pager.command: did not end within 30 s");
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return absl::OkStatus();
  return absl::UnavailableError("pager.command: did not exit with 0");
}

absl::Status CallPagerWebhook(const std::string& url, const std::string& ca_file,
                              std::string_view desk) {
  auto client = HttpsClient::Create(url, ca_file);
  if (!client.ok()) return client.status();
  const auto reply = (*client)->Post("", std::string(desk));
  if (!reply.ok()) return reply.status();
  if (reply->status >= 200 && reply->status < 300) return absl::OkStatus();
  return absl::UnavailableError("pager.webhook: replied with " + std::to_string(reply->status));
}

Pager::Pager(InboxKeeper& inbox, std::vector<Send> ways, const Clock& clock, Random& random)
    : inbox_(inbox), ways_(std::move(ways)), clock_(clock), random_(random) {
  if (ways_.empty()) {
    Log(LogLevel::kWarning, "no_pager", {{LogField::kReason, "set [pager] in the configuration"}});
    return;
  }
  thread_ = std::thread([this] { Run(); });
}

Pager::~Pager() {
  pause_.End();
  if (thread_.joinable()) thread_.join();
}

void Pager::Run() {
  int failures = 0;
  const auto next = [&] {
    return std::chrono::milliseconds((kFirstMs + random_.Below(kSpreadMs))
                                     << std::min(failures, kSlowest));
  };
  while (pause_.For(next())) failures = Round() ? 0 : failures + 1;
}

bool Pager::Round() {
  const auto items = inbox_.Items(false);
  if (!items.ok()) {
    Log(LogLevel::kAlarm, "inbox_unreadable", {{LogField::kError, items.status()}});
    return false;
  }
  std::map<Desk, std::vector<std::string>> due;
  for (const InboxItem& item : *items) {
    if (const auto desk = PageDue(item, clock_.NowMs())) due[*desk].push_back(item.id);
  }
  // What was begun for a desk at which nothing waits any more is not half of the next page.
  std::erase_if(told_, [&](const auto& entry) { return !due.contains(entry.first); });
  bool all = true;
  for (const auto& [desk, ids] : due) {
    if (!Reach(desk)) {
      all = false;
      continue;
    }
    for (const std::string& id : ids) {
      if (const absl::Status kept = inbox_.SetPaged(id, desk); !kept.ok()) {
        Log(LogLevel::kAlarm, "inbox_unreadable", {{LogField::kError, kept}});
      }
    }
  }
  return all;
}

bool Pager::Reach(Desk desk) {
  std::set<size_t>& told = told_[desk];
  for (size_t way = 0; way < ways_.size(); ++way) {
    if (told.contains(way)) continue;
    if (const absl::Status sent = ways_[way](desk); sent.ok()) {
      told.insert(way);
    } else {
      Log(LogLevel::kWarning, "page_failed", {{LogField::kError, sent}});
    }
  }
  if (told.size() < ways_.size()) return false;
  told.clear();
  Log(LogLevel::kInfo, "paged");
  return true;
}

}  // namespace whoelse
