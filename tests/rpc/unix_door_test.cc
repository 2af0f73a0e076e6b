#include "rpc/unix_door.h"

#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "proto/node.grpc.pb.h"
#include "tests/rpc/loopback.h"

namespace whoelse {
namespace {

using testing::HasSubstr;

// Says who called.
class WhoAmI final : public v1::Node::Service {
 public:
  const UnixDoor* door = nullptr;

  grpc::Status Status(grpc::ServerContext* context, const v1::StatusCall*,
                      v1::JsonReply* reply) override {
    const auto user = door->PeerUser(*context);
    if (!user.ok()) return ToDoor(user.status());
    reply->set_json(std::to_string(user->uid) + " " + user->name);
    return grpc::Status::OK;
  }
};

grpc::Status Ask(const std::shared_ptr<grpc::Channel>& channel, std::string* who) {
  grpc::ClientContext context;
  context.set_deadline(DeadlineIn(std::chrono::seconds(20)));
  v1::JsonReply reply;
  const grpc::Status status = v1::Node::NewStub(channel)->Status(&context, {}, &reply);
  *who = reply.json();
  return status;
}

sockaddr_un AddressOf(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

// Connects as another user and waits to be spoken to. Returns the child's exit code: 0 spoken to,
// 1 turned away after connecting, 2 not even connected. Only system calls after the fork.
int ConnectAs(uid_t uid, const std::string& path, gid_t group = 0) {
  const sockaddr_un address = AddressOf(path);
  const pid_t child = fork();
  if (child == 0) {
    if (setgroups(1, &group) != 0 || setresgid(group, group, group) != 0) _exit(9);
    if (setresuid(uid, uid, uid) != 0) _exit(9);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) _exit(2);
    char byte = 0;
    _exit(read(fd, &byte, 1) == 1 ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class UnixDoorTest : public testing::Test {
 protected:
  void StartServer() {
    service_.door = door_.get();
    grpc::ServerBuilder builder;
    SetServerOptions(builder, {});
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    door_->Serve(*server_);
  }
  void TearDown() override {
    if (server_ == nullptr) return;
    door_->Close();
    server_->Shutdown(DeadlineIn(std::chrono::seconds(1)));
  }

  TemporaryDirectory home_;
  const std::string path_ = home_ / "run/node.sock";
  WhoAmI service_;
  std::unique_ptr<UnixDoor> door_ = UnixDoor::Open(path_).value();
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(UnixDoorTest, TheCallersUserIsKnown) {
  StartServer();
  const std::string me =
      std::to_string(geteuid()) + " local:" + std::string(getpwuid(geteuid())->pw_name);
  for (int connection = 0; connection < 3; ++connection) {   // descriptors are used again
    std::string who;
    const grpc::Status status = Ask(MakeDoorChannel(path_), &who);
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(who, me);
  }
}

TEST_F(UnixDoorTest, ACallThatCameAnotherWayHasNoUser) {
  service_.door = door_.get();
  grpc::ServerBuilder builder;
  builder.RegisterService(&service_);
  const auto network =
      whoelse::StartServer(builder, "127.0.0.1:0", grpc::InsecureServerCredentials(), {});
  ASSERT_TRUE(network.ok()) << network.status();
  std::string who;
  const auto channel = grpc::CreateChannel("127.0.0.1:" + std::to_string(network->port),
                                           grpc::InsecureChannelCredentials());
  EXPECT_EQ(Ask(channel, &who).error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(UnixDoorTest, ModesKeepOthersAway) {
  struct stat directory {}, socket {};
  ASSERT_EQ(stat((home_ / "run").c_str(), &directory), 0);
  ASSERT_EQ(stat(path_.c_str(), &socket), 0);
  EXPECT_EQ(directory.st_mode & 0777, 0700u);
  EXPECT_EQ(socket.st_mode & 0777, 0600u);
}

TEST_F(UnixDoorTest, AnotherUserIsTurnedAwayEvenWhenTheModesAreOpen) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  constexpr uid_t kNobody = 65534;
  const CapturedLog log(NewClock(kNowS));
  StartServer();
  EXPECT_EQ(ConnectAs(kNobody, path_), 2);
  for (const std::string& opened : {home_ / "", home_ / "run", path_}) {
    std::filesystem::permissions(opened, std::filesystem::perms::all);
  }
  EXPECT_EQ(ConnectAs(kNobody, path_), 1);
  EXPECT_THAT(log.text(), HasSubstr("\"event\":\"door_refused\",\"uid\":65534}"));
  EXPECT_EQ(ConnectAs(0, path_), 0);
}

TEST_F(UnixDoorTest, GuestsAreThoseOfTheGroupWhoAreNamed) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  constexpr uid_t kNamed = 1234, kOther = 1235;
  constexpr gid_t kGroup = 4321, kOtherGroup = 4322;
  door_->Close();
  door_ = UnixDoor::Open(path_, DoorGuests{kGroup, {kNamed}}).value();
  StartServer();
  std::filesystem::permissions(home_ / "", std::filesystem::perms(0711));
  struct stat directory {}, socket {};
  ASSERT_EQ(stat((home_ / "run").c_str(), &directory), 0);
  ASSERT_EQ(stat(path_.c_str(), &socket), 0);
  EXPECT_EQ(directory.st_mode & 0777, 0710u);
  EXPECT_EQ(socket.st_mode & 0777, 0660u);
  EXPECT_EQ(ConnectAs(kNamed, path_, kGroup), 0);
  EXPECT_EQ(ConnectAs(kOther, path_, kGroup), 1);        // by the kernel's word for who it is
  EXPECT_EQ(ConnectAs(kNamed, path_, kOtherGroup), 2);   // by the modes
  door_->Close();
  server_->Shutdown(DeadlineIn(std::chrono::seconds(1)));
  server_.reset();
  door_ = UnixDoor::Open(path_).value();   // no guests any more
  ASSERT_EQ(stat((home_ / "run").c_str(), &directory), 0);
  EXPECT_EQ(directory.st_mode & 0777, 0700u);
}

TEST(DoorGuestsTest, AreLookedUpOnThisMachine) {
  const auto guests = FindDoorGuests("root", {"root"});
  ASSERT_TRUE(guests.ok()) << guests.status();
  EXPECT_EQ(guests->group, 0u);
  EXPECT_EQ(guests->users, std::set<uid_t>{0});
  EXPECT_THAT(std::string(FindDoorGuests("no-such-group", {}).status().message()),
              HasSubstr("door_group: "));
  EXPECT_THAT(std::string(FindDoorGuests("root", {"no-such-user"}).status().message()),
              HasSubstr("people: "));
}

TEST_F(UnixDoorTest, ASecondServerIsRefusedAndTheFirstStays) {
  StartServer();
  EXPECT_TRUE(absl::IsAlreadyExists(UnixDoor::Open(path_).status()));
  std::string who;
  EXPECT_TRUE(Ask(MakeDoorChannel(path_), &who).ok());
}

TEST_F(UnixDoorTest, AClosedDoorLeavesRoomForTheNext) {
  door_->Close();
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_TRUE(UnixDoor::Open(path_).ok());
}

TEST_F(UnixDoorTest, ASocketThatADeadServerLeftIsReplaced) {
  door_->Close();
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = AddressOf(path_);
  ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  close(fd);
  ASSERT_TRUE(std::filesystem::exists(path_));
  door_ = UnixDoor::Open(path_).value();
  StartServer();
  std::string who;
  EXPECT_TRUE(Ask(MakeDoorChannel(path_), &who).ok());
}

TEST_F(UnixDoorTest, ADirectoryThatIsNotOursAloneIsRefused) {
  door_->Close();
  std::filesystem::permissions(home_ / "run", std::filesystem::perms(0750));
  EXPECT_TRUE(absl::IsFailedPrecondition(UnixDoor::Open(path_).status()));
  std::filesystem::permissions(home_ / "run", std::filesystem::perms(0700));
  std::filesystem::create_directory_symlink(home_ / "run", home_ / "link");
  EXPECT_TRUE(absl::IsFailedPrecondition(UnixDoor::Open(home_ / "link/node.sock").status()));
}

TEST_F(UnixDoorTest, PathsThatNoSocketCanHaveAreRefused) {
  EXPECT_TRUE(absl::IsInvalidArgument(UnixDoor::Open("").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(UnixDoor::Open("/" + std::string(107, 'x')).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(UnixDoor::Open(home_ / "run/").status()));
}

}  // namespace
}  // namespace whoelse
