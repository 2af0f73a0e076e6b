// What of a node's store goes into a backup and what must not: every column family once, and `meta` key
// by key. protocol.md; ARCHITECTURE.md, "State that must not go back"; docs/formats/node-backup.md.
#ifndef WHOELSE_NODE_BACKUP_PARTS_H_
#define WHOELSE_NODE_BACKUP_PARTS_H_

#include <array>
#include <string_view>

namespace whoelse {

struct BackupPart {
  std::string_view family;
  std::string_view keys;     // what they begin with; of two that fit the first counts
  bool goes_back;
  std::string_view reason;
};

inline constexpr bool kGoesBack = true, kStaysOut = false;
inline constexpr std::array<BackupPart, 31> kBackupParts = {{
    {"records", "", kGoesBack, "what the agency holds"},
    {"gone", "", kGoesBack, "with them: what was erased, and what was held back of what is gone"},
    {"sub_keys", "", kStaysOut, "a version's questions are closed by destroying its keys everywhere"},
    {"ledger", "", kGoesBack, "who asked and what was answered, for the lead officers"},
    {"wires", "", kStaysOut, "those that left since are forgotten: given again they would pass for all"},
    {"journal", "", kGoesBack, "notices and notes that were not worked off: shields among them"},
    {"inbox", "", kGoesBack, "what waits, and who decided what and why"},
    {"alarms", "", kGoesBack, "they become items"},
    {"asked", "arranged/again/", kStaysOut, "it may have been asked since"},
    {"asked", "", kGoesBack, "what opens the questions asked here"},
    {"receipts", "", kGoesBack, "what proves them"},
    {"receipt_rows", "", kGoesBack, "the list of them"},
    {"meta", "roster/", kGoesBack, "rosters that have ruled, signed: old receipts are checked by them"},
    {"meta", "roster", kStaysOut, "a version that was replaced since must not rule again"},
    {"meta", "watch/", kStaysOut, "a log's size and last index of then: a relay could take them up there"},
    {"meta", "digest/planned/", kStaysOut, "one of the same range may have been signed since"},
    {"meta", "digest/logged/", kGoesBack, "facts: where the digests stand"},
    {"meta", "ledger/taken-through", kGoesBack, "with the ledger: how far it has been swept"},
    {"meta", "ledger/whole/", kGoesBack, "with the ledger: from where on its rows are there"},
    {"meta", "notice/sent/", kGoesBack, "left out, this agency's own notices would lapse elsewhere"},
    {"meta", "enrolment", kStaysOut, "nothing is enrolled, and what was imported is not as of now"},
    {"meta", "policy", kGoesBack, "left out, what is looser in the file would not wait for its day"},
    {"meta", "asked-today", kStaysOut, "counts of then: what was asked since would not count"},
    {"meta", "trail/", kGoesBack, "what people did; that it ends early is found by a head that was kept"},
    {"meta", "trail-head", kGoesBack, "with it"},
    {"meta", "month", kGoesBack, "a month's questions listed twice harm nobody"},
    {"meta", "in_use", kStaysOut, "a restored store was never in use: it is doubted (node/doubt.h)"},
    {"meta", "restored", kGoesBack, "a shield over everybody stands until people lift it"},
    {"meta", "closed/", kGoesBack, "with what is gone: left out, a closed number would open again"},
    {"meta", "next-record", kGoesBack, "an id is never used again"},
    {"meta", "master-key-probe", kStaysOut, "made anew"},
}};

// nullptr: nobody has said yet, and a test fails.
constexpr const BackupPart* PartOf(std::string_view family, std::string_view key) {
  for (const BackupPart& part : kBackupParts) {
    if (part.family == family && key.starts_with(part.keys)) return &part;
  }
  return nullptr;
}

}  // namespace whoelse

#endif  // WHOELSE_NODE_BACKUP_PARTS_H_
