// A node's door whose services say what a test wants, and the command line in front of it.
#ifndef WHOELSE_TESTS_CLI_SCRIPTED_DOOR_H_
#define WHOELSE_TESTS_CLI_SCRIPTED_DOOR_H_

#include <grpcpp/server_builder.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rpc/server.h"
#include "rpc/unix_door.h"
#include "tests/cli/captured.h"
#include "tests/cli/folder.h"

namespace whoelse {

class ScriptedDoor {
 public:
  // The services outlive it.
  explicit ScriptedDoor(const std::vector<grpc::Service*>& services)
      : door_(std::move(UnixDoor::Open(path())).value()) {
    grpc::ServerBuilder builder;
    SetServerOptions(builder, {});
    for (grpc::Service* const service : services) builder.RegisterService(service);
    server_ = builder.BuildAndStart();
    door_->Serve(*server_);
  }
  ~ScriptedDoor() {
    door_->Close();
    server_->Shutdown();
  }

  std::string path() const { return folder_ / "run/door"; }
  // `whoelse ARGUMENTS --door PATH`.
  Captured Call(std::vector<std::string> arguments, const std::string& input = "",
                bool draws = false) const {
    arguments.insert(arguments.end(), {"--door", path()});
    return Whoelse(arguments, input, draws);
  }

 private:
  TestFolder folder_;
  std::unique_ptr<UnixDoor> door_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace whoelse

#endif  // WHOELSE_TESTS_CLI_SCRIPTED_DOOR_H_
