#include "node/staff.h"

namespace whoelse {

std::vector<StaffMember> StaffOf(const NodeConfig& config, const QuestionAsker& asker) {
  const auto ref_of = [&](const std::string& user) { return asker.RefOf("local:" + user); };
  std::vector<StaffMember> staff;
  for (const auto& [user, person] : config.people) {
    staff.push_back({ref_of(user), "local:" + user, std::nullopt});
    if (!person.manager.empty()) staff.back().manager = ref_of(person.manager);
  }
  return staff;
}

AskedInMonth AskedOf(const RocksdbStore::ReceiptRow& row) {
  return {ReceiptNumber(row.frame_hash), row.asked_ms, row.purpose, row.asked_for.case_reference,
          row.asked_for.practitioner, row.asked_for.organisation, row.asked_for.origin.as};
}

}  // namespace whoelse
