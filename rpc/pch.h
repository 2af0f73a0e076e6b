// The precompiled header of every edge: gRPC's and Protobuf's headers cost seconds a file. A target
// takes it up with
//   target_precompile_headers(<target> REUSE_FROM whoelse_rpc)
// Nothing relies on it: each file includes what it uses.
#include <google/protobuf/message.h>
#include <grpcpp/grpcpp.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
