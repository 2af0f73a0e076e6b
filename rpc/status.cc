#include "rpc/status.h"

#include <string>

namespace whoelse {
namespace {

// For proxies, dashboards and people: what kind of failure it is. Programs go by the name.
grpc::StatusCode CodeOf(ServiceError error) {
  switch (error) {
    case ServiceError::kNotAMember:
    case ServiceError::kNotYourRelay:
    case ServiceError::kAskerTag:
      return grpc::StatusCode::PERMISSION_DENIED;
    case ServiceError::kSize:
    case ServiceError::kFederation:
    case ServiceError::kElement:
    case ServiceError::kSignature:
    case ServiceError::kWrongLog:
      return grpc::StatusCode::INVALID_ARGUMENT;
    case ServiceError::kRosterVersion:
    case ServiceError::kKeyVersion:
    case ServiceError::kSharingEpoch:
    case ServiceError::kClock:
      return grpc::StatusCode::FAILED_PRECONDITION;
    case ServiceError::kQuota:
      return grpc::StatusCode::RESOURCE_EXHAUSTED;
    case ServiceError::kBusy:
    case ServiceError::kNotReady:
    case ServiceError::kNotCovered:
      return grpc::StatusCode::UNAVAILABLE;
    case ServiceError::kReplaced:
      return grpc::StatusCode::ABORTED;
    case ServiceError::kInternal:
      return grpc::StatusCode::INTERNAL;
  }
  return grpc::StatusCode::INTERNAL;
}

}  // namespace

grpc::Status ToGrpc(ServiceError error) {
  return grpc::Status(CodeOf(error), std::string(Name(error)));
}

ServiceError FromGrpc(const grpc::Status& failed) {
  const std::optional<ServiceError> named = ServiceErrorByName(failed.error_message());
  if (!named || CodeOf(*named) != failed.error_code()) return ServiceError::kInternal;
  return *named;
}

bool Unreachable(const grpc::Status& failed) {
  return (failed.error_code() == grpc::StatusCode::UNAVAILABLE ||
          failed.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) &&
         !ServiceErrorByName(failed.error_message());
}

// The numbers of both sets of codes are the same by design of both libraries.
grpc::Status ToDoor(const absl::Status& status) {
  return grpc::Status(static_cast<grpc::StatusCode>(status.raw_code()),
                      std::string(status.message()));
}
absl::Status FromDoor(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace whoelse
