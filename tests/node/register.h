// A holder with its records in memory.
#ifndef WHOELSE_TESTS_NODE_REGISTER_H_
#define WHOELSE_TESTS_NODE_REGISTER_H_

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "node/holder.h"
#include "tests/node/federation.h"

namespace whoelse {

// A record of a universal service that has been there for years: disclosed to whoever may ask.
inline Record BasicRecord(const std::string& number = kChild) {
  Record record;
  if (!number.empty()) record.nhs_number = *NhsNumber::Parse(number);
  record.born = *Date::FromYmd(kBorn);
  record.start = *Date::FromYmd(20200901);
  record.organisation = "Riverside surgery";
  record.service = "General practice";
  record.name = "Sam Example";
  record.role = "Health visitor";
  record.phone = "01632 960010";
  record.email = "sam@surgery.example";
  record.service_class = ServiceClass::kUniversal;
  return record;
}

class MemoryRecords final : public RecordSource {
 public:
  absl::StatusOr<Record> ReadRecord(RecordId id) const override {
    ++reads;
    if (!failure.ok()) return failure;
    const auto found = records.find(id);
    if (found == records.end()) return absl::NotFoundError("no such record");
    return found->second;
  }
  absl::StatusOr<Secret<32>> ReadWrapKey(RecordId id, KeyType type, KeyVersion kv) const override {
    if (!failure.ok()) return failure;
    const auto found = wraps.find({id, {type, kv}});
    if (found == wraps.end()) return absl::NotFoundError("no such key");
    return found->second.Clone();
  }

  std::map<RecordId, Record> records;
  std::map<std::pair<RecordId, std::pair<KeyType, KeyVersion>>, Secret<32>> wraps;
  absl::Status failure;        // of every read, unless OK
  mutable int reads = 0;
};

// A node's answering side under a roster of the vectors, ready to answer.
struct TestHolder {
  // `seed`: of this life of the process.
  explicit TestHolder(AgencyId id = kSurgery, int roster_version = 7, uint64_t seed = 20270111)
      : agency(id),
        random(seed),
        holder({id, IdentityKeyOfAgency(id)}, PolicyTable::Default(), records, random) {
    holder.SetRosters(RosterOf(roster_version), nullptr, 0);
    SetComplete({1, 2});
  }

  void SetComplete(std::set<KeyVersion> complete, bool imported = true) {
    holder.SetEnrolment({imported, (kIssued - 86'400) * 1000, std::move(complete), {}});
  }
  // Adds a record and enrols what it has in these key versions.
  RecordId Hold(const Record& record, const std::vector<KeyVersion>& versions = {1, 2}) {
    const auto id = static_cast<RecordId>(records.records.size() + 1);
    records.records[id] = record;
    for (KeyVersion kv : versions) {
      if (record.nhs_number) Enrol(id, KeyType::kNhsNumber, record.nhs_number->digits(), kv);
      if (record.upn) Enrol(id, KeyType::kUpn, record.upn->text(), kv);
    }
    return id;
  }
  void Enrol(RecordId id, KeyType type, const std::string& value, KeyVersion kv) {
    SubKeys keys = SubKeysOf(type, value, kv);
    holder.index().Insert(type, kv, id, keys.check);
    records.wraps.insert_or_assign({id, {type, kv}}, std::move(keys.wrap));
  }

  // A frame under an admission of this relay with the next index.
  Holder::Reply Give(const Frame& frame, TimeMs now = kNow, CoordinatorId relay = kRelay) {
    return Give(frame, Admit(frame.hash(), next_index[relay]++, now, relay), now);
  }
  Holder::Reply Give(const Frame& frame, const Admission& admission, TimeMs now) {
    return holder.Handle(admission.coordinator, frame.bytes(), admission.Serialize(), now);
  }
  // The batch of all that was given until `now`, when its slot has ended.
  SlotBatch Answers(TimeMs now = kNow + 250) {
    const auto batch = holder.AnswerSlot(now);
    if (!batch.ok() || !batch->has_value()) return {0, {}};
    return **batch;
  }

  const AgencyId agency;
  MemoryRecords records;
  SeededRandom random;
  Holder holder;
  std::map<CoordinatorId, uint64_t> next_index;
};

// The answer in a wire, opened with what the asker kept and checked for its signature.
inline Answer AnswerIn(const Bytes& wire_bytes, const Question& question, AgencyId agency) {
  const Wire wire = *Wire::Parse(wire_bytes);
  const Bytes answer = *OpenWire(wire, question.reply_secret_key);
  EXPECT_TRUE(AnswerSignedBy(IdentityKeyOfAgency(agency).verify_key(), question.frame.hash(),
                             agency, answer));
  return *Answer::Parse(answer);
}

inline RefusalCode CodeOf(const Holder::Reply& reply) {
  if (!reply.refusal) return RefusalCode{};
  return Refusal::Parse(*reply.refusal)->code;
}

// A holder, and questions to it.
class HolderTest : public ::testing::Test {
 protected:
  Question AskAbout(const std::string& number, AgencyId asker = kSocialCare) {
    Statement statement = BasicStatement(asker);
    statement.subject[0].value = number;
    return Ask(statement, random_);
  }
  // The one answer to this question, admitted and answered now.
  Answer AnswerTo(const Question& question, TestHolder& node, TimeMs now = kNow) {
    EXPECT_EQ(CodeOf(node.Give(question.frame, now)), RefusalCode{});
    const SlotBatch batch = node.Answers(now + 250);
    EXPECT_EQ(batch.records.size(), 1u);
    return AnswerIn(batch.records.at(0).wire, question, node.agency);
  }

  SeededRandom random_{8};
  TestHolder node_;
};

}  // namespace whoelse

#endif  // WHOELSE_TESTS_NODE_REGISTER_H_
