#include "node/opening.h"

#include "protocol/limits.h"

namespace whoelse {
namespace {

constexpr uint8_t kVersion = 1;

}  // namespace

Bytes EncodeOpening(const Question& question, const AskPlan& plan) {
  Writer out;
  out.U8(kVersion).Raw(question.statement).Raw(question.content_key.Reveal());
  out.Raw(question.reply_secret_key.Reveal());
  out.U16(static_cast<uint16_t>(question.frame.bytes().size())).Raw(question.frame.bytes());
  out.U16(static_cast<uint16_t>(plan.case_reference.size())).Raw(AsBytes(plan.case_reference));
  out.U16(static_cast<uint16_t>(plan.reason.size())).Raw(AsBytes(plan.reason));
  return out.Take();
}

absl::StatusOr<ReceiptOpening> OpeningFrom(ByteView stored) {
  constexpr size_t kSecrets = 1 + kStatementSize;   // after version and statement
  if (stored.size() < kSecrets + 64 || stored[0] != kVersion) {
    return absl::DataLossError("store: an opening is damaged");
  }
  return ReceiptOpening{ToBytes(stored.subspan(1, kStatementSize)),
                        ContentKey::From(stored.subspan<kSecrets, 32>()),
                        Secret<32>::From(stored.subspan<kSecrets + 32, 32>())};
}

}  // namespace whoelse
