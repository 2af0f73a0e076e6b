#include "cli/demo_processes.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace whoelse {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto kStopTime = std::chrono::seconds(10);
constexpr milliseconds kStep(20);

sigset_t Interrupting() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

struct Streams {
  int in, out, err;
};

// Between fork and exec only what is safe while other threads of the parent held locks.
[[noreturn]] void BecomeProgram(char* const* arguments, pid_t parent, const Streams& streams) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);   // it died before the line above
  setpgid(0, 0);   // Ctrl-C goes to the demo alone, which stops everybody in order
  std::signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(streams.in, STDIN_FILENO);
  dup2(streams.out, STDOUT_FILENO);
  dup2(streams.err, STDERR_FILENO);
  execv(arguments[0], arguments);
  _exit(127);
}

pid_t StartProgram(const std::vector<std::string>& command, const Streams& streams) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) BecomeProgram(arguments.data(), parent, streams);
  return pid;
}

struct Pipe {
  int read_end = -1, write_end = -1;
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return;
    read_end = ends[0];
    write_end = ends[1];
  }
  ~Pipe() {
    CloseRead();
    CloseWrite();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void CloseRead() {
    if (read_end >= 0) close(std::exchange(read_end, -1));
  }
  void CloseWrite() {
    if (write_end >= 0) close(std::exchange(write_end, -1));
  }
};

// False at the end of the stream.
bool ReadSome(int fd, std::string& into) {
  std::array<char, 16 * 1024> buffer;
  const ssize_t n = read(fd, buffer.data(), buffer.size());
  if (n > 0) into.append(buffer.data(), static_cast<size_t>(n));
  return n > 0 || (n < 0 && errno == EINTR);
}

absl::Status CannotStart(const std::string& program) {
  return absl::UnavailableError(program + " cannot be started: " + std::strerror(errno));
}

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

}  // namespace

bool Interrupts::Came(milliseconds wait) {
  if (came_) return true;
  const sigset_t signals = Interrupting();
  const timespec time{wait.count() / 1000, wait.count() % 1000 * 1'000'000};
  came_ = sigtimedwait(&signals, nullptr, &time) > 0;
  return came_;
}

DemoProcesses::~DemoProcesses() { Stop(); }

absl::Status DemoProcesses::Start(const std::string& name, const std::vector<std::string>& command,
                                  const std::string& log) {
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int file = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  const pid_t pid = null < 0 || file < 0 ? -1 : StartProgram(command, {null, file, file});
  const absl::Status failed = CannotStart(command[0]);
  if (null >= 0) close(null);
  if (file >= 0) close(file);
  if (pid < 0) return failed;
  running_.push_back({name, pid});
  return absl::OkStatus();
}

absl::StatusOr<Finished> DemoProcesses::Run(const std::vector<std::string>& command,
                                            const std::string& input) {
  Pipe in, out, err;
  if (in.write_end < 0 || out.read_end < 0 || err.read_end < 0) return CannotStart(command[0]);
  const pid_t pid = StartProgram(command, {in.read_end, out.write_end, err.write_end});
  if (pid < 0) return CannotStart(command[0]);
  in.CloseRead();
  out.CloseWrite();
  err.CloseWrite();
  // A line or two, which a pipe always holds.
  const bool given = write(in.write_end, input.data(), input.size()) ==
                     static_cast<ssize_t>(input.size());
  in.CloseWrite();

  Finished finished;
  bool out_open = given, err_open = given;
  while ((out_open || err_open) && !interrupts_.Came()) {
    std::array<pollfd, 2> waits = {pollfd{out_open ? out.read_end : -1, POLLIN, 0},
                                   pollfd{err_open ? err.read_end : -1, POLLIN, 0}};
    poll(waits.data(), waits.size(), 100);
    if (waits[0].revents != 0) out_open = ReadSome(out.read_end, finished.out);
    if (waits[1].revents != 0) err_open = ReadSome(err.read_end, finished.err);
  }
  if (out_open || err_open || !given) kill(pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (interrupts_.Came()) return absl::CancelledError("interrupted");
  if (!given) return absl::UnavailableError(command[0] + " ended at once");
  finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return finished;
}

pid_t DemoProcesses::PidOf(const std::string& name) const {
  const auto found = std::ranges::find(running_, name, &Process::name);
  return found == running_.end() ? 0 : found->pid;
}

std::optional<std::string> DemoProcesses::Dead() {
  for (const Process& process : running_) {
    siginfo_t info{};
    if (waitid(P_PID, static_cast<id_t>(process.pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == process.pid) {
      return process.name;
    }
  }
  return std::nullopt;
}

bool DemoProcesses::Stop() {
  for (const Process& process : running_) kill(process.pid, SIGTERM);
  const auto deadline = steady_clock::now() + kStopTime;
  while (!running_.empty() && steady_clock::now() < deadline) {
    std::erase_if(running_, [](const Process& process) {
      return waitpid(process.pid, nullptr, WNOHANG) == process.pid;
    });
    if (!running_.empty()) poll(nullptr, 0, static_cast<int>(kStep.count()));
  }
  const bool orderly = running_.empty();
  for (const Process& process : running_) {
    kill(process.pid, SIGKILL);
    waitpid(process.pid, nullptr, 0);
  }
  running_.clear();
  return orderly;
}

absl::StatusOr<std::vector<int>> FreePorts(size_t count) {
  constexpr int kFirst = 20'000, kLast = 31'999;
  std::vector<int> ports, sockets;
  const int start = kFirst + getpid() * 7 % (kLast - kFirst);
  for (int i = 0; i <= kLast - kFirst && ports.size() < count; ++i) {
    const int port = kFirst + (start - kFirst + i) % (kLast - kFirst + 1);
    const sockaddr_in address = Loopback(port);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) break;
    sockets.push_back(fd);
    if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      ports.push_back(port);
    }
  }
  for (const int fd : sockets) close(fd);
  if (ports.size() < count) return absl::UnavailableError("there are no free ports on loopback");
  return ports;
}

bool Listens(int port) {
  const sockaddr_in address = Loopback(port);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const bool connected =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return connected;
}

}  // namespace whoelse
