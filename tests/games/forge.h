// Frames and registers as an adversary who knows the keys involved would make them.
#ifndef WHOELSE_TESTS_GAMES_FORGE_H_
#define WHOELSE_TESTS_GAMES_FORGE_H_

#include <set>
#include <string>
#include <vector>

#include "tests/node/register.h"

namespace whoelse::games {

// Twins: of one birth date, so that no date tells them apart.
struct Child {
  std::string number;
  std::string upn;
};
inline const Child kTwins[2] = {{kChild, kUpn}, {kOtherChild, kOtherUpn}};

inline Record RecordOfChild(const Child& child) {
  Record record = BasicRecord(child.number);
  record.upn = *Upn::Parse(child.upn);
  record.name = child.number;   // so that an answer says whom it is about
  return record;
}
inline SubKeys KeysAt(const Child& child, size_t position, KeyVersion kv = 1) {
  return position == 0 ? SubKeysOf(KeyType::kNhsNumber, child.number, kv)
                       : SubKeysOf(KeyType::kUpn, child.upn, kv);
}
inline SubjectEntry EntryAt(const Child& child, size_t position) {
  return position == 0 ? SubjectEntry{KeyType::kNhsNumber, child.number}
                       : SubjectEntry{KeyType::kUpn, child.upn};
}

// The header's bytes with the body that CK seals to them. The commitment is the header's own.
inline Bytes SealFrame(const Header& header, ByteView statement, const Signature& signature,
                       const ContentKey& content_key) {
  const Bytes bytes = header.Serialize();
  const Secret<32> key =
      K(content_key.Reveal(), "whoelse/1/body", {H("whoelse/1/header", bytes)});
  const Bytes body =
      SealOnce(key.Reveal(), bytes, Writer().Raw(statement).Raw(signature).Take());
  return Writer().Raw(bytes).Raw(body).Take();
}
inline Signature SignHeader(const Header& header, AgencyId agency) {
  return IdentityKeyOfAgency(agency).Sign("whoelse/1/question",
                                          {H("whoelse/1/header", header.Serialize())});
}

// A holder that reads frames of a weaker protocol: what its own defence forgives is put right
// before the production holder sees the frame, so that everything else is production code.
class ForgivingHolder {
 public:
  enum Forgives : unsigned {
    kNothing = 0,
    kHeaderNotSigned = 1,   // the signature is over the statement only
    kNoSubject = 2          // the statement names no child: whoever a slot finds is the subject
  };
  ForgivingHolder(const std::vector<Child>& children, unsigned forgives, uint64_t seed)
      : forgives_(forgives), node_(kSchools, 7, seed) {
    for (const Child& child : children) node_.Hold(RecordOfChild(child));
  }

  struct Result {
    std::set<std::string> disclosed;   // numbers of children
    bool entered = false;              // a ledger entry was made
  };
  // `reply_secret_key`: of the asker, whoever that is.
  Result Take(ByteView frame, const Secret<32>& reply_secret_key) {
    Result result;
    for (const Bytes& bytes : forgives_ == kNothing ? std::vector<Bytes>{ToBytes(frame)}
                                                    : Amend(frame)) {
      const FrameHash hash = Frame::HashOf(bytes);
      node_.holder.Handle(kRelay, bytes, Admit(hash, index_++, now_, kRelay).Serialize(), now_);
      for (const SlotRecord& record : node_.Answers(now_ + 250).records) {
        result.entered = result.entered || record.noted.Opened();
        const auto opened = OpenWire(*Wire::Parse(record.wire), reply_secret_key);
        if (!opened.ok()) continue;
        const Answer answer = *Answer::Parse(*opened);
        for (const AnswerEntry& entry : answer.entries) result.disclosed.insert(entry.name);
      }
      now_ += 10;   // all within the time that a log may take
    }
    return result;
  }

 private:
  std::vector<Bytes> Amend(ByteView bytes) {
    std::vector<Bytes> amended;
    const auto frame = Frame::Parse(bytes, VectorFederation());
    if (!frame.ok()) return amended;
    for (uint8_t j = 0; j < frame->header().slots.size(); ++j) {
      const size_t position = j % kSlotsByNumber;
      for (RecordId id : node_.holder.index().Scan(kSubjectPositions[position], 1,
                                                   frame->header().nonce, j,
                                                   frame->header().slots[j].check)) {
        if (auto one = AmendFor(*frame, j, id)) amended.push_back(*std::move(one));
      }
    }
    return amended;
  }
  std::optional<Bytes> AmendFor(const Frame& frame, uint8_t j, RecordId id) {
    const size_t position = j % kSlotsByNumber;
    const Secret<32> wrap = *node_.records.ReadWrapKey(id, kSubjectPositions[position], 1);
    const ContentKey key = Unwrap(frame.header().slots[j], wrap, frame.header().nonce, j);
    const auto body = OpenBody(frame, key);
    if (!body.ok() || CommitTo(body->statement) != frame.header().commitment) return std::nullopt;
    auto statement = Statement::Parse(body->statement);
    if (!statement.ok() || !Signed(frame, *statement, *body)) return std::nullopt;
    Header header = frame.header();
    if (forgives_ & kNoSubject) {
      const Record& record = node_.records.records.at(id);
      statement->subject = {};
      statement->subject[position] =
          EntryAt({record.nhs_number->digits(), record.upn->text()}, position);
      const auto other = static_cast<uint8_t>(1 - j);
      header.slots[other] = DummySlot(statement->seed, header.nonce, other);
    }
    const Bytes plain = statement->Serialize();
    header.commitment = CommitTo(plain);
    return SealFrame(header, plain, SignHeader(header, statement->agency), key);
  }
  bool Signed(const Frame& frame, const Statement& statement, const OpenedBody& body) const {
    const RosterAgency* agency = RosterOf(7)->FindAgency(statement.agency);
    if (agency == nullptr) return false;
    if (!(forgives_ & kHeaderNotSigned)) {
      return QuestionSignedBy(agency->identity_key, frame, body.signature);
    }
    return agency->identity_key.Verify("whoelse/1/question", {CommitTo(body.statement)},
                                       body.signature);
  }

  const unsigned forgives_;
  TestHolder node_;
  uint64_t index_ = 0;
  TimeMs now_ = kNow;
};

}  // namespace whoelse::games

#endif  // WHOELSE_TESTS_GAMES_FORGE_H_
