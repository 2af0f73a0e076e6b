#include "protocol/evaluate.h"

#include "protocol/limits.h"

namespace whoelse {
namespace {

void ReadElements(Reader& reader, size_t count, std::vector<EncodedElement>* out) {
  out->reserve(count);
  for (size_t i = 0; i < count; ++i) out->push_back(reader.Fixed<EncodedElement>());
}

Writer Unsigned(const EvaluateResponse& response) {
  Writer out;
  out.U16(response.coordinator).U32(response.kv).U32(response.sharing_epoch);
  out.U16(static_cast<uint16_t>(response.elements.size()));
  for (const EncodedElement& element : response.elements) out.Raw(element);
  out.Raw(response.proof);
  return out;
}

constexpr char kLabel[] = "whoelse/1/evaluation";

}  // namespace

absl::StatusOr<EvaluateRequest> EvaluateRequest::Parse(ByteView bytes) {
  Reader reader(bytes);
  EvaluateRequest request;
  request.roster_version = reader.U64();
  request.kv = reader.U32();
  request.sharing_epoch = reader.U32();
  const uint8_t kind = reader.U8();
  const size_t count = reader.U16();
  if (!reader.ok() || count == 0 || count > kEvaluateElementsMax ||
      reader.left() != count * kElementSize) {
    return absl::InvalidArgumentError("evaluate request: wrong length");
  }
  if (kind < 1 || kind > 4) return absl::InvalidArgumentError("evaluate request: unknown kind");
  request.kind = static_cast<EvaluationKind>(kind);
  ReadElements(reader, count, &request.elements);
  return request;
}

Bytes EvaluateRequest::Serialize() const {
  Writer out;
  out.U64(roster_version).U32(kv).U32(sharing_epoch).U8(static_cast<uint8_t>(kind));
  out.U16(static_cast<uint16_t>(elements.size()));
  for (const EncodedElement& element : elements) out.Raw(element);
  return out.Take();
}

absl::StatusOr<EvaluateResponse> EvaluateResponse::Parse(ByteView bytes) {
  Reader reader(bytes);
  EvaluateResponse response;
  response.coordinator = reader.U16();
  response.kv = reader.U32();
  response.sharing_epoch = reader.U32();
  const size_t count = reader.U16();
  if (!reader.ok() || count == 0 || count > kEvaluateElementsMax ||
      bytes.size() != kEvaluateResponseFixedSize + count * kElementSize) {
    return absl::InvalidArgumentError("evaluate response: wrong length");
  }
  ReadElements(reader, count, &response.elements);
  response.proof = reader.Fixed<decltype(response.proof)>();
  response.signature = reader.Fixed<Signature>();
  return response;
}

Bytes EvaluateResponse::Serialize() const { return Unsigned(*this).Raw(signature).Take(); }

void EvaluateResponse::Sign(const SigningKey& admission_key, const FederationId& federation,
                            ByteView request) {
  signature = admission_key.Sign(
      kLabel, {federation, H("whoelse/1/evaluate", request), Unsigned(*this).view()});
}

bool EvaluateResponse::SignedBy(const VerifyKey& admission_key, const FederationId& federation,
                                ByteView request) const {
  return admission_key.Verify(
      kLabel, {federation, H("whoelse/1/evaluate", request), Unsigned(*this).view()}, signature);
}

}  // namespace whoelse
