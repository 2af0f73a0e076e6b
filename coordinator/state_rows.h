// Keys and values of the coordinator's store, byte for byte. Strict: a value that does not parse is
// a damaged store.
#ifndef WHOELSE_COORDINATOR_STATE_ROWS_H_
#define WHOELSE_COORDINATOR_STATE_ROWS_H_

#include "absl/status/statusor.h"
#include "coordinator/state.h"

namespace whoelse {

Bytes EncodeIndex(uint64_t index);
absl::StatusOr<uint64_t> DecodeIndex(ByteView bytes);

Bytes EncodeNodeKey(unsigned level, uint64_t index);
Bytes EncodeCounterKey(const CounterKey& key);   // starts with 'C'
Bytes EncodeTallyKey(const TallyKey& key);       // starts with 'T', then the hour
absl::StatusOr<TallyKey> DecodeTallyKey(ByteView bytes);
Bytes TalliesOfHour(uint32_t hour);              // where an hour's keys start
Bytes EncodeNumber(uint32_t number);
absl::StatusOr<uint32_t> DecodeNumber(ByteView bytes);

// DATA_LOSS for what these functions did not write.
Bytes EncodeHead(const LogHead& head);
absl::StatusOr<LogHead> DecodeHead(ByteView bytes);
Bytes EncodeAsked(const AskedRow& row);
absl::StatusOr<AskedRow> DecodeAsked(ByteView bytes);
Bytes EncodeTable(const EvaluatedTable& table);
absl::StatusOr<EvaluatedTable> DecodeTable(ByteView bytes);

// Keys of the side table.
Bytes AskedKey(uint64_t index);                  // 'A'
Bytes OpenKey(uint64_t index);                   // 'O': asked, not yet answered
Bytes TableKey(uint32_t hour);                   // 'E'
Bytes RosterKey(uint64_t version);               // 'R'
Bytes LoggedKey(const TreeHash& leaf);           // 'L'
Bytes KeyEventKey(KeyVersion kv, KeyEvent event);   // 'K'; the value: the entry
inline constexpr uint8_t kAskedPrefix = 'A';
inline constexpr uint8_t kKeyEventPrefix = 'K';
inline constexpr uint8_t kOpenPrefix = 'O';
inline constexpr uint8_t kTablePrefix = 'E';
inline constexpr uint8_t kTallyPrefix = 'T';

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_STATE_ROWS_H_
