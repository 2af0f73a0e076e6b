// The examples in docs/formats/ are what the code makes and accepts.
#include <gtest/gtest.h>

#include "tests/protocol/roster_fixture.h"
#include "tests/support/doc.h"

namespace whoelse {
namespace {

constexpr char kNotePage[] = "docs/formats/signed-note.md";
constexpr char kRosterPage[] = "docs/formats/roster.md";
constexpr char kHeartbeatPage[] = "docs/formats/heartbeat.md";

std::string Trimmed(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

// "label   hex" lines to the bytes of all their hex, one after another.
Bytes HexOfLines(const std::string& block) {
  Writer out;
  std::istringstream lines(block);
  std::string label, hex;
  while (lines >> label >> hex) out.Raw(Hex(hex));
  return out.Take();
}

// The pages' federation: the secret of each party is 32 times its number.
Root PageRoot() { return {"root.example", NewKey(0x01)}; }
constexpr uint8_t kAdmissionKey = 0x21;

RosterAgency PageAgency() {
  TlsPin pin;
  std::fill_n(pin.data(), pin.size(), uint8_t{0xa1});
  return {.id = 1001,
          .name = "Riverside surgery",
          .organisation = "Y01234",
          .kind = "gp",
          .area = "north",
          .ask = {Purpose::kCoordination, Purpose::kEmergency},
          .s16la = true,
          .identity_key = NewKey(0x31).verify_key(),
          .tls_pin = pin,
          .relays = {101, 102},
          .ask_per_day = 500,
          .enrol_elements = 32,
          .bulk = {{.kv = 1, .from = 1800000000, .until = 1800086400, .total = 2100}},
          .register_size = 1000,
          .duty = {"01632 960001", "Mon-Fri 08:30-17:00", "2027-01-05"},
          .out_of_hours = {"01632 960002", "at all other times", "2027-01-05"}};
}

Roster PageRoster() {
  Roster roster{};
  std::fill_n(roster.federation.data(), roster.federation.size(), uint8_t{0xfe});
  roster.name = "Example federation";
  roster.version = 1;
  roster.not_before = 1799996400;
  roster.not_after = roster.not_before + 60 * 86400;
  roster.roots = {*NoteVerifier::Parse(PageRoot().Vkey())};
  roster.roots_needed = 1;
  roster.threshold = 2;
  const Scalar key = Scalar::FromU64(7);   // shares 7 + 5x
  RosterKeyVersion version{1, KeyState::kAsked, 1, Element::BaseMultiply(key), {}};
  for (uint8_t x = 1; x <= 2; ++x) {
    const std::string number = std::to_string(x);
    const auto id = static_cast<CoordinatorId>(100 + x);
    TlsPin pin;
    std::fill_n(pin.data(), pin.size(), static_cast<uint8_t>(0xc0 + x));
    const VerifyKey log = NewKey(static_cast<uint8_t>(0x10 + x)).verify_key();
    const SigningKey admission = NewKey(static_cast<uint8_t>(kAdmissionKey - 1 + x));
    roster.coordinators.push_back(
        {id, x, "Coordinator " + number, "c" + number + ".example:8443", pin,
         *NoteVerifier::Create("log" + number + ".example", NoteKeyType::kEd25519, log),
         admission.verify_key()});
    version.share_keys.emplace(id, Element::BaseMultiply(Scalar::FromU64(7 + 5 * x)));
  }
  roster.key_versions = {version};
  roster.agencies = {PageAgency()};
  TlsPin auditor_pin;
  std::fill_n(auditor_pin.data(), auditor_pin.size(), uint8_t{0xb1});
  roster.auditors = {{1, "Auditor", auditor_pin, 50}};
  roster.witnesses = {{"witness.example", *NoteVerifier::Create("witness.example",
                                                                NoteKeyType::kCosignatureV1,
                                                                NewKey(0x41).verify_key())}};
  roster.witness_faults = 0;
  roster.quorum = 1;
  roster.parameters = {250, 64, 3000, 1000, 600, 48, 0};
  return roster;
}

TEST(FormatPages, SignedNote) {
  const Root root = PageRoot();
  const std::string text = "example.org/greeting\nA text may have\n\nblank lines.\n";
  const std::string vkey = Trimmed(DocExample(kNotePage, "vkey"));
  EXPECT_EQ(vkey, root.Vkey());
  const std::string example = DocExample(kNotePage, "note");
  EXPECT_EQ(example, SignedBy(text, {&root}));
  const auto note = Note::Parse(example);
  ASSERT_TRUE(note.ok()) << note.status();
  EXPECT_EQ(note->text, text);
  EXPECT_TRUE(VerifyNote(*note, {*NoteVerifier::Parse(vkey)}).ok());
}

TEST(FormatPages, Roster) {
  const Root root = PageRoot();
  const std::string example = DocExample(kRosterPage, "note");
  EXPECT_EQ(example, SignedBy(PageRoster().Serialize(), {&root}));
  const TrustAnchor anchor{PageRoster().federation, {*NoteVerifier::Parse(root.Vkey())}, 1};
  const auto roster = AcceptRoster({example, {}, {}}, nullptr, anchor, 0, 1'800'000'000);
  ASSERT_TRUE(roster.ok()) << roster.status();
  EXPECT_EQ(Trimmed(DocExample(kRosterPage, "hash")), ToHex(roster->hash));
}

TEST(FormatPages, Heartbeat) {
  const Bytes example = HexOfLines(DocExample(kHeartbeatPage, "heartbeat"));
  const auto roster = Roster::Parse(NoteText(DocExample(kRosterPage, "note")));
  ASSERT_TRUE(roster.ok()) << roster.status();
  const Heartbeat made = Heartbeat::Sign(*roster, 101, 500'000, NewKey(kAdmissionKey));
  EXPECT_EQ(ToHex(example), ToHex(made.Serialize()));
  const auto beat = Heartbeat::Parse(example);
  ASSERT_TRUE(beat.ok()) << beat.status();
  EXPECT_TRUE(beat->Fresh(*roster, 1'800'000'000));
}

}  // namespace
}  // namespace whoelse
