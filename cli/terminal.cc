#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

namespace whoelse {
namespace {

constexpr size_t kWidthOfPipes = 100;
constexpr size_t kWidthMin = 40;
constexpr size_t kBar = 30;

size_t WidthOf(int fd) {
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kWidthOfPipes;
  return std::max<size_t>(size.ws_col, kWidthMin);
}

termios g_with_echo;   // what the handler puts back; written before the handler is set

// Ctrl-C while the echo is off would leave the person's terminal silent.
void RestoreAndDie(int signal) {
  tcsetattr(STDIN_FILENO, TCSANOW, &g_with_echo);
  std::signal(signal, SIG_DFL);
  raise(signal);
}

class EchoOff {
 public:
  EchoOff() {
    off_ = tcgetattr(STDIN_FILENO, &g_with_echo) == 0;
    if (!off_) return;
    old_interrupt_ = std::signal(SIGINT, RestoreAndDie);
    old_terminate_ = std::signal(SIGTERM, RestoreAndDie);
    termios silent = g_with_echo;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSANOW, &silent);
  }
  ~EchoOff() {
    if (!off_) return;
    tcsetattr(STDIN_FILENO, TCSANOW, &g_with_echo);
    std::signal(SIGINT, old_interrupt_);
    std::signal(SIGTERM, old_terminate_);
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;

 private:
  bool off_ = false;
  void (*old_interrupt_)(int) = SIG_DFL;
  void (*old_terminate_)(int) = SIG_DFL;
};

}  // namespace

Terminal ProcessTerminal() {
  return {std::cin,
          std::cout,
          std::cerr,
          isatty(STDIN_FILENO) == 1,
          isatty(STDERR_FILENO) == 1,
          WidthOf(STDOUT_FILENO)};
}

absl::StatusOr<std::string> ReadHiddenLine(Terminal& terminal, std::string_view prompt) {
  std::string line;
  if (terminal.asks) {
    terminal.err << prompt << ": " << std::flush;
    const EchoOff silent;
    std::getline(terminal.in, line);
    terminal.err << "\n";
  } else {
    std::getline(terminal.in, line);
  }
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty()) {
    return absl::InvalidArgumentError(std::string(prompt) +
                                      ": standard input gave no line; type it, or send it through "
                                      "a pipe");
  }
  return line;
}

ExitCode PrintError(Terminal& terminal, const absl::Status& status) {
  terminal.err << "whoelse: " << std::string(status.message()) << "\n";
  return ExitCodeOf(status);
}

void ProgressBar::Show(uint64_t done, uint64_t total) {
  if (!terminal_.draws) return;
  std::string line = label_ + " ";
  if (total > 0) {
    const size_t filled = static_cast<size_t>(std::min(done, total) * kBar / total);
    line += "[" + std::string(filled, '#') + std::string(kBar - filled, '.') + "] ";
    line += std::to_string(done) + " of " + std::to_string(total);
  } else {
    line += std::to_string(done);
  }
  if (line == shown_) return;
  const std::string rest(shown_.size() > line.size() ? shown_.size() - line.size() : 0, ' ');
  terminal_.err << "\r" << line << rest << std::flush;
  shown_ = line;
}

ProgressBar::~ProgressBar() {
  if (!shown_.empty()) terminal_.err << "\r" << std::string(shown_.size(), ' ') << "\r" << std::flush;
}

}  // namespace whoelse
