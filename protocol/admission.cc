#include "protocol/admission.h"

#include "protocol/limits.h"

namespace whoelse {
namespace {

constexpr char kAdmit[] = "whoelse/1/admit";
constexpr char kRefusal[] = "whoelse/1/refusal";

Writer Unsigned(const Admission& a) {
  Writer out;
  out.U16(a.coordinator).U32(a.log_key_id).U64(a.index).U64(a.time_ms).Raw(a.frame_hash);
  return out;
}

Writer Unsigned(const Refusal& r) {
  Writer out;
  out.U32(r.agency).Raw(r.frame_hash).U8(static_cast<uint8_t>(r.code)).U64(r.roster_version);
  out.U64(r.index).U64(r.time_ms);
  return out;
}

}  // namespace

absl::StatusOr<Admission> Admission::Parse(ByteView bytes) {
  if (bytes.size() != kAdmissionSize) return absl::InvalidArgumentError("admission: wrong length");
  Reader reader(bytes);
  Admission a;
  a.coordinator = reader.U16();
  a.log_key_id = reader.U32();
  a.index = reader.U64();
  a.time_ms = reader.U64();
  a.frame_hash = reader.Fixed<FrameHash>();
  a.signature = reader.Fixed<Signature>();
  return a;
}

Bytes Admission::Serialize() const { return Unsigned(*this).Raw(signature).Take(); }

void Admission::Sign(const SigningKey& admission_key, const FederationId& federation) {
  signature = admission_key.Sign(kAdmit, {federation, Unsigned(*this).view()});
}

bool Admission::SignedBy(const VerifyKey& admission_key, const FederationId& federation) const {
  return admission_key.Verify(kAdmit, {federation, Unsigned(*this).view()}, signature);
}

absl::StatusOr<Refusal> Refusal::Parse(ByteView bytes) {
  if (bytes.size() != kRefusalSize) return absl::InvalidArgumentError("refusal: wrong length");
  Reader reader(bytes);
  Refusal r;
  r.agency = reader.U32();
  r.frame_hash = reader.Fixed<FrameHash>();
  const uint8_t code = reader.U8();
  if (code < 1 || code > kRefusalNames.size()) {
    return absl::InvalidArgumentError("refusal: unknown code");
  }
  r.code = static_cast<RefusalCode>(code);
  r.roster_version = reader.U64();
  r.index = reader.U64();
  r.time_ms = reader.U64();
  r.signature = reader.Fixed<Signature>();
  return r;
}

Bytes Refusal::Serialize() const { return Unsigned(*this).Raw(signature).Take(); }

void Refusal::Sign(const SigningKey& identity_key) {
  signature = identity_key.Sign(kRefusal, {Unsigned(*this).view()});
}

bool Refusal::SignedBy(const VerifyKey& identity_key) const {
  return identity_key.Verify(kRefusal, {Unsigned(*this).view()}, signature);
}

}  // namespace whoelse
