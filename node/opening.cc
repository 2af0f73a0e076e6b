#include "node/opening.h"

#include <algorithm>
#include <array>

#include "protocol/limits.h"

namespace whoelse {
namespace {

constexpr uint8_t kVersion = 1;
constexpr size_t kSecrets = 1 + kStatementSize;   // where they begin: after version and statement
constexpr size_t kSecretsSize = 64;

absl::Status CheckForm(ByteView stored) {
  if (stored.size() >= kSecrets + kSecretsSize && stored[0] == kVersion) return absl::OkStatus();
  return absl::DataLossError("store: an opening is damaged");
}

}  // namespace

WipedBytes EncodeOpening(const Question& question, const AskPlan& plan) {
  const auto length = [](size_t size) { return Writer().U16(static_cast<uint16_t>(size)).Take(); };
  const Bytes frame_length = length(question.frame.bytes().size());
  const Bytes case_length = length(plan.case_reference.size());
  const Bytes reason_length = length(plan.reason.size());
  const ByteView version(&kVersion, 1);
  const std::array<ByteView, 10> parts = {version,
                                          question.statement,
                                          question.content_key.Reveal(),
                                          question.reply_secret_key.Reveal(),
                                          frame_length,
                                          question.frame.bytes(),
                                          case_length,
                                          AsBytes(plan.case_reference),
                                          reason_length,
                                          AsBytes(plan.reason)};
  size_t size = 0;
  for (const ByteView part : parts) size += part.size();
  WipedBytes out{Bytes(size)};   // in one piece: what a vector outgrows is not wiped
  auto at = out.bytes.begin();
  for (const ByteView part : parts) at = std::ranges::copy(part, at).out;
  return out;
}

absl::StatusOr<AskedBefore> AskedFrom(ByteView stored) {
  if (absl::Status form = CheckForm(stored); !form.ok()) return form;
  Reader reader(stored.subspan(kSecrets + kSecretsSize));
  reader.Raw(reader.U16());   // the frame
  AskedBefore asked;
  asked.case_reference = ToString(reader.Raw(reader.U16()));
  asked.reason = ToString(reader.Raw(reader.U16()));
  absl::StatusOr<Statement> statement = Statement::Parse(stored.subspan(1, kStatementSize));
  if (!statement.ok() || !reader.Done()) return absl::DataLossError("store: an opening is damaged");
  asked.statement = *std::move(statement);
  return asked;
}

absl::StatusOr<ReceiptOpening> OpeningFrom(ByteView stored) {
  if (absl::Status form = CheckForm(stored); !form.ok()) return form;
  return ReceiptOpening{ToBytes(stored.subspan(1, kStatementSize)),
                        ContentKey::From(stored.subspan<kSecrets, 32>()),
                        Secret<32>::From(stored.subspan<kSecrets + 32, 32>())};
}

}  // namespace whoelse
