#include "node/import_mapping_file.h"

#include "tests/fuzz/fuzz.h"

namespace whoelse {

// Whatever a mapping says, no column of one child is a constant and no blank restriction a word.
void Fuzz(ByteView input) {
  const auto mapping = ParseImportMapping(AsText(input));
  if (!mapping.ok()) return;
  for (const Column column : {Column::kRestrictions, Column::kNhsNumber, Column::kSourceId,
                              Column::kBorn, Column::kConsent}) {
    Hold(!mapping->constants.contains(column), "what is of one child is no constant");
  }
  const auto words = mapping->words.find(Column::kRestrictions);
  Hold(words == mapping->words.end() || !words->second.contains(""),
       "a blank restriction stands for nothing");
}

}  // namespace whoelse
