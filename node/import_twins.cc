#include "node/import_twins.h"

#include <algorithm>
#include <map>

#include "crypto/hash.h"

namespace whoelse {

void Twins::Note(const Record& record, size_t line) {
  const std::string id = record.source + '\0' + record.source_id;
  const Digest hash = H("import/id", AsBytes(id));
  Entry& entry = entries_.emplace_back();
  std::copy_n(hash.data(), entry.id.size(), entry.id.begin());
  entry.line = static_cast<uint32_t>(line);
}

void Twins::Complain(const std::string& column, ImportSink& sink) {
  std::ranges::sort(entries_);
  std::map<size_t, size_t> other;   // of each line: the first of its id, of that one the second
  for (size_t first = 0, i = 1; i < entries_.size(); ++i) {
    if (entries_[i].id != entries_[first].id) {
      first = i;
      continue;
    }
    other[entries_[i].line] = entries_[first].line;
    other.try_emplace(entries_[first].line, entries_[i].line);
  }
  std::vector<Entry>().swap(entries_);   // the second pass needs the memory
  for (const auto& [line, twin] : other) {
    lines_.push_back(line);
    sink.OnProblem({line, column, "is the same as in line " + std::to_string(twin),
                    "give each row its own id, or delete the row that is out of date"});
  }
}

}  // namespace whoelse
