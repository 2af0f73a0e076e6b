#include "node/import_row.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "node/former_addresses.h"
#include "node/organisations.h"
#include "protocol/limits.h"
#include "protocol/text.h"

namespace whoelse {
namespace {

constexpr uint32_t kFirstBelievableBirth = 19010101;   // spreadsheets write 1900-01-01 for nothing

template <typename V>
struct Word {
  std::string_view plain;   // as Plain() writes it
  V value;
};
constexpr auto kYesNo = std::to_array<Word<bool>>({{"", false}, {"no", false}, {"n", false},
                                                   {"false", false}, {"0", false}, {"yes", true},
                                                   {"y", true}, {"true", true}, {"1", true}});
constexpr auto kAbout = std::to_array<Word<bool>>({{"", false}, {"child", false},
                                                   {"youngperson", false}, {"parent", true},
                                                   {"carer", true}, {"parentorcarer", true}});
constexpr auto kConsentStates = std::to_array<Word<ConsentState>>(
    {{"", ConsentState::kNotAsked}, {"notasked", ConsentState::kNotAsked},
     {"given", ConsentState::kGiven}, {"agreed", ConsentState::kGiven},
     {"refused", ConsentState::kRefused}, {"declined", ConsentState::kRefused},
     {"objected", ConsentState::kRefused}});
constexpr auto kConsentBy = std::to_array<Word<ConsentBy>>(
    {{"", ConsentBy::kNobody}, {"youngperson", ConsentBy::kYoungPerson},
     {"child", ConsentBy::kYoungPerson}, {"parent", ConsentBy::kParent},
     {"parentalresponsibility", ConsentBy::kParent},
     {"personwithparentalresponsibility", ConsentBy::kParent},
     {"adultconcerned", ConsentBy::kAdultConcerned}, {"adult", ConsentBy::kAdultConcerned}});
constexpr auto kNumberChanges = std::to_array<Word<std::optional<NumberChange>>>(
    {{"", std::nullopt}, {"closed", NumberChange::kClosed},
     {"superseded", NumberChange::kSuperseded}, {"corrected", NumberChange::kCorrected}});
constexpr auto kActions = std::to_array<Word<RowAction>>(
    {{"add", RowAction::kAdd}, {"added", RowAction::kAdd}, {"new", RowAction::kAdd},
     {"update", RowAction::kUpdate}, {"updated", RowAction::kUpdate},
     {"change", RowAction::kUpdate}, {"end", RowAction::kEnd}, {"ended", RowAction::kEnd}});
constexpr auto kRestrictionWords = std::to_array<Word<bool Restrictions::*>>(
    {{"shielded", &Restrictions::shielded}, {"closed", &Restrictions::closed},
     {"callbackonly", &Restrictions::call_back_only}, {"covert", &Restrictions::covert},
     {"subjectaccessexempt", &Restrictions::subject_access_exempt}});

template <typename V, size_t N>
std::optional<V> Find(const std::array<Word<V>, N>& words, std::string_view text) {
  const std::string plain = Plain(text);
  for (const Word<V>& word : words) {
    if (word.plain == plain) return word.value;
  }
  return std::nullopt;
}

// The parts of a list separated by semicolons, trimmed.
std::vector<std::string_view> Parts(std::string_view list) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t end = std::min(list.find(';'), list.size());
    parts.push_back(Trim(list.substr(0, end)));
    if (end == list.size()) return parts;
    list.remove_prefix(end + 1);
  }
}

// Exports write an address on several lines of one cell.
std::string OnOneLine(std::string_view text) {
  std::string line;
  for (const char c : text) {
    if (c == '\n') {
      line += ", ";
    } else if (c != '\r') {
      line += c;
    }
  }
  return line;
}

// A text of a record and the column it comes from.
const std::vector<std::pair<RecordText, Column>>& TextColumns() {
  static const auto& columns = *[] {
    auto* found = new std::vector<std::pair<RecordText, Column>>;
    for (const RecordText& text : kRecordTexts) {
      if (const std::optional<Column> column = ColumnByHeading(text.name)) {
        found->emplace_back(text, *column);
      }
    }
    return found;
  }();
  return columns;
}

// Reads one row, and complains of all that is wrong with it at once: an operator who learns of one
// mistake a run never finishes.
class RowReader {
 public:
  RowReader(const ImportHeader& header, const ImportRules& rules, const CsvRow& row,
            std::vector<RowProblem>& problems)
      : header_(header), mode_(rules.mode), settings_(rules.settings), today_(rules.today),
        row_(row), problems_(problems) {}

  ImportRow Read() {
    ImportRow read;
    read.line = row_.line;
    read.action = ReadAction();
    read.number_changed =
        Choice(Column::kNumberChanged, kNumberChanges, "write superseded, corrected or closed");
    if (read.action == RowAction::kEnd) {
      ReadEnd();
    } else {
      ReadAll();
    }
    read.superseded_numbers = std::move(superseded_numbers_);
    read.record = std::move(record_);
    return read;
  }

 private:
  // Systems that say what they deleted often have no more left of it than its id.
  void ReadEnd() {
    ReadText(Column::kSourceId, record_.source_id);
    ReadSource();
    if (!settings_.organisations.empty()) {
      ReadText(Column::kOrganisationCode, record_.organisation_code);
      ReadHubOrganisation();
    }
    record_.end = Day(Column::kEnd).value_or(today_);
  }

  void ReadAll() {
    ReadTexts();
    ReadFormerAddresses();
    ReadIdentifiers();
    ReadDays();
    record_.lead_professional = Choice(Column::kLeadProfessional, kYesNo, kYesOrNo);
    record_.assessment_exists = Choice(Column::kAssessmentExists, kYesNo, kYesOrNo);
    record_.about_parent_or_carer =
        Choice(Column::kAbout, kAbout, "write child, or parent for an adult's own service");
    settings_.organisations.empty() ? ReadOrganisation() : ReadHubOrganisation();
    ReadService();
    ReadConsent();
    ReadRestrictions();
  }

  static constexpr std::string_view kYesOrNo = "write yes or no";
  static constexpr std::string_view kNoSuchWord = "is none of the words that can stand here";

  std::string_view Cell(Column column) const { return header_.CellOf(column, row_); }
  void Complain(Column column, std::string_view reason, std::string_view remedy) {
    problems_.push_back({row_.line, header_.NameOf(column), std::string(reason),
                         std::string(remedy)});
  }
  // Of an error that says "what is wrong: how to put it right".
  void Complain(Column column, const absl::Status& status) {
    const std::string_view message(status.message().data(), status.message().size());
    const size_t colon = message.find(": ");
    Complain(column, message.substr(0, colon), message.substr(colon + 2));
  }

  template <typename V, size_t N>
  V Choice(Column column, const std::array<Word<V>, N>& words, std::string_view remedy) {
    const std::optional<V> value = Find(words, Cell(column));
    if (!value) Complain(column, kNoSuchWord, remedy);
    return value.value_or(words[0].value);
  }

  std::optional<Date> Day(Column column) {
    const std::string_view cell = Cell(column);
    if (cell.empty()) return std::nullopt;
    const absl::StatusOr<Date> day = Date::Parse(cell);
    if (day.ok()) return *day;
    Complain(column, day.status());
    return std::nullopt;
  }
  std::optional<Date> PastDay(Column column) {
    const std::optional<Date> day = Day(column);
    if (day && *day > today_) {
      Complain(column, "is a day in the future", "check the year and the order of day and month");
    }
    return day;
  }

  RowAction ReadAction() {
    const std::string_view cell = Cell(Column::kAction);
    if (mode_ != ImportMode::kDelta) {
      if (!cell.empty()) {
        Complain(Column::kAction, "is filled in, and this is no delta",
                 "import the file with --mode delta, or leave the column out");
      }
      return RowAction::kUpsert;
    }
    const std::optional<RowAction> action = Find(kActions, cell);
    if (!action) {
      Complain(Column::kAction, cell.empty() ? "is blank" : kNoSuchWord,
               "write add, update or end: a delta says of each row what happened");
    }
    return action.value_or(RowAction::kUpdate);
  }

  void ReadText(Column column, std::string& text) {
    for (const auto& [known, its_column] : TextColumns()) {
      if (its_column != column) continue;
      text = Cell(column);
      const absl::Status checked = CheckText(known, text);
      if (!checked.ok()) Complain(column, checked);
    }
  }

  void ReadSource() {
    record_.source = settings_.source;
    if (record_.source_id.empty()) {
      Complain(Column::kSourceId, "is blank",
               "give the row's own id in its system: the next import finds it by that");
    }
  }

  void ReadTexts() {
    for (const auto& [text, column] : TextColumns()) {
      std::string value(Cell(column));
      if (column == Column::kAddress) value = OnOneLine(value);
      const absl::Status checked = CheckText(text, value);
      if (!checked.ok()) Complain(column, checked);
      record_.*text.member = std::move(value);
    }
    ReadSource();
  }

  void ReadFormerAddresses() {
    const std::string cell = OnOneLine(Cell(Column::kFormerAddresses));
    for (const std::string_view part : Parts(cell)) {
      AddFormerAddress(FormerAddressOf(part), record_);
    }
    const absl::Status checked = CheckFormerAddresses(record_);
    if (!checked.ok()) Complain(Column::kFormerAddresses, checked);
  }

  void ReadIdentifiers() {
    const std::string_view number = Cell(Column::kNhsNumber);
    if (!number.empty()) record_.nhs_number = Number(Column::kNhsNumber, number);
    ReadSupersededNumbers();
    const std::string_view upn = Cell(Column::kUpn);
    if (!upn.empty()) {
      absl::StatusOr<Upn> parsed = Upn::Parse(upn);
      if (parsed.ok()) {
        record_.upn = *std::move(parsed);
      } else {
        Complain(Column::kUpn, parsed.status());
      }
    }
    record_.nhs_number_verified = Choice(Column::kNhsNumberVerified, kYesNo, kYesOrNo);
    if (number.empty() && record_.nhs_number_verified) {
      Complain(Column::kNhsNumberVerified, "says that a number was traced, and there is none",
               "fill in the number, or write no");
    }
    if (number.empty() && upn.empty() && record_.family_name.empty()) {
      Complain(Column::kFamilyName, "is blank, and so are NHS number and UPN",
               "give one of them: nobody could ask about this child");
    }
  }

  std::optional<NhsNumber> Number(Column column, std::string_view text) {
    absl::StatusOr<NhsNumber> number = NhsNumber::Parse(text);
    if (!number.ok()) {
      Complain(column, number.status());
      return std::nullopt;
    }
    // 0000000000 has a right check digit. Taken for a number it would make one child of all those
    // whose number somebody did not know.
    const std::string& digits = number->digits();
    if (digits.find_first_not_of(digits[0]) == std::string::npos) {
      Complain(column, "is one digit ten times, which stands for no number",
               "leave it blank until there is a number");
      return std::nullopt;
    }
    return *std::move(number);
  }

  void ReadSupersededNumbers() {
    constexpr Column kColumn = Column::kSupersededNumbers;
    const std::string_view cell = Cell(kColumn);
    if (cell.empty()) return;
    if (Cell(Column::kNhsNumber).empty()) {
      return Complain(kColumn, "names numbers that were replaced, and there is none that did it",
                      "fill in the NHS number, or leave this blank");
    }
    const std::vector<std::string_view> parts = Parts(cell);
    if (parts.size() > kSupersededMax) {
      return Complain(kColumn, "has more than " + std::to_string(kSupersededMax) + " numbers",
                      "give those that this child had");
    }
    for (const std::string_view part : parts) {
      std::optional<NhsNumber> number = Number(kColumn, part);
      if (!number) return;
      if (number == record_.nhs_number) {
        return Complain(kColumn, "has the row's own number", "give the ones that it replaced");
      }
      superseded_numbers_.push_back(*std::move(number));
    }
  }

  void ReadDays() {
    record_.born = PastDay(Column::kBorn);
    if (record_.born && record_.born->ymd() < kFirstBelievableBirth) {
      Complain(Column::kBorn, "is before 1901, which stands for an unknown date",
               "leave it blank when it is not known");
    }
    record_.born_disputed = Choice(Column::kBornDisputed, kYesNo, kYesOrNo);
    record_.died = PastDay(Column::kDied);
    if (record_.born && record_.died && *record_.died < *record_.born) {
      Complain(Column::kDied, "is before the birth", "check both days");
    }
    record_.keep_to_25 = Choice(Column::kKeepTo25, kYesNo, kYesOrNo);
    record_.start = Day(Column::kStart);
    record_.end = Day(Column::kEnd);
    record_.verified_on = PastDay(Column::kVerifiedOn);
    if (record_.start && record_.end && *record_.end < *record_.start) {
      Complain(Column::kEnd, "is before the start", "check both days");
    }
  }

  // Schools that share a hub are controllers each for itself: a row of one school must not run
  // under another's policy because its code was left out.
  void ReadOrganisation() {
    const bool other = !record_.organisation.empty() &&
                       record_.organisation != settings_.organisation;
    if (record_.organisation.empty()) record_.organisation = settings_.organisation;
    if (record_.organisation.empty()) {
      Complain(Column::kOrganisation, "is blank, and the node's settings name none",
               "name the organisation");
    }
    if (record_.organisation_code.empty() && other) {
      Complain(Column::kOrganisationCode, "is blank, and the row names another organisation",
               "give that organisation's ODS code or URN");
    }
    if (record_.organisation_code.empty()) record_.organisation_code = settings_.organisation_code;
    const std::string& code = record_.organisation_code;
    if (!code.empty() && code.size() <= kOrganisationSize && !IsOrganisationCode(code)) {
      Complain(Column::kOrganisationCode, "has a character that a code cannot have",
               "write the ODS code or URN without spaces");
    }
  }

  void ReadHubOrganisation() {
    if (record_.organisation_code.empty()) record_.organisation_code = settings_.organisation_code;
    const auto known = settings_.organisations.find(record_.organisation_code);
    record_.source = SourceOf(record_.organisation_code, settings_.source);
    if (record_.organisation_code.empty()) {
      Complain(Column::kOrganisationCode, "is blank, and this node answers for several organisations",
               "give the ODS code or URN of the one whose record it is");
    } else if (known == settings_.organisations.end()) {
      // The same for another school's and for one that is not there.
      Complain(Column::kOrganisationCode, "is of none of the organisations for which you import",
               "check the code, or have the node's configuration add it to [organisations] and to "
               "yours in [people]");
    } else if (record_.organisation.empty()) {
      record_.organisation = known->second;
    }
  }

  void ReadService() {
    if (record_.service.empty()) {
      Complain(Column::kService, "is blank",
               "name the service: its class decides what is disclosed");
    }
    const auto known = settings_.service_classes.find(record_.service);
    record_.service_class = known == settings_.service_classes.end() ? ServiceClass::kSensitive
                                                                     : known->second;
  }

  void ReadConsent() {
    Consent& consent = record_.consent;
    consent.by = Choice(Column::kConsentBy, kConsentBy,
                        "write young person, parent (with parental responsibility) or adult "
                        "concerned");
    consent.competent = Choice(Column::kConsentCompetent, kYesNo, kYesOrNo);
    consent.on = PastDay(Column::kConsentOn);
    consent.until = Day(Column::kConsentUntil);
    ReadPurposes();
    if (consent.on && consent.until && *consent.until < *consent.on) {
      Complain(Column::kConsentUntil, "is before the day it was given", "check both days");
    }
    const std::optional<ConsentState> state = Find(kConsentStates, Cell(Column::kConsent));
    if (!state) {
      return Complain(Column::kConsent, kNoSuchWord, "write given, refused or not asked");
    }
    consent.state = *state;
    CheckConsentIsWhole();
  }

  void CheckConsentIsWhole() {
    const ConsentState state = record_.consent.state;
    for (const Column column : {Column::kConsentBy, Column::kConsentOn}) {
      if (state != ConsentState::kNotAsked && Cell(column).empty()) {
        Complain(column, "is blank beside a consent given or refused",
                 "say by whom and on which day");
      } else if (state == ConsentState::kNotAsked && !Cell(column).empty()) {
        Complain(column, "is filled in, and consent was not asked",
                 "say in the column consent whether it was given or refused, or leave this blank");
      }
    }
    // A refusal holds until another word is recorded. Were it read as ending or partial, a calendar
    // would open what a person closed.
    for (const Column column : {Column::kConsentUntil, Column::kConsentPurposes}) {
      if (state != ConsentState::kGiven && !Cell(column).empty()) {
        Complain(column, "is filled in, and no consent was given",
                 "leave it blank: a refusal holds for every purpose and without end");
      }
    }
  }

  void ReadPurposes() {
    const std::string_view cell = Cell(Column::kConsentPurposes);
    if (cell.empty() || Plain(cell) == "all") return;
    std::vector<Purpose>& purposes = record_.consent.purposes;
    for (const std::string_view part : Parts(cell)) {
      const auto name =
          std::find_if(kPurposeNames.begin(), kPurposeNames.end(),
                       [&](std::string_view known) { return Plain(known) == Plain(part); });
      if (name == kPurposeNames.end()) {
        return Complain(Column::kConsentPurposes, "has a word that is no purpose",
                        "write purposes such as early-help; section-17, separated by semicolons");
      }
      purposes.push_back(static_cast<Purpose>(name - kPurposeNames.begin() + 1));
    }
    std::sort(purposes.begin(), purposes.end());
    purposes.erase(std::unique(purposes.begin(), purposes.end()), purposes.end());
  }

  // A blank or unknown word is an error, never "none": a column that shifted by one would unshield
  // every child of the file.
  void ReadRestrictions() {
    constexpr std::string_view kRemedy =
        "write none, or which of shielded, closed, call back only, covert, subject access exempt, "
        "separated by semicolons";
    const std::string_view cell = Cell(Column::kRestrictions);
    if (cell.empty()) return Complain(Column::kRestrictions, "is blank", kRemedy);
    if (Plain(cell) == "none") return;
    for (const std::string_view part : Parts(cell)) {
      const auto restriction = Find(kRestrictionWords, part);
      if (!restriction) {
        return Complain(Column::kRestrictions, "has a word that is no restriction", kRemedy);
      }
      record_.restrictions.*(*restriction) = true;
    }
  }

  const ImportHeader& header_;
  const ImportMode mode_;
  const ImportSettings& settings_;
  const Date today_;
  const CsvRow& row_;
  std::vector<RowProblem>& problems_;
  Record record_;
  std::vector<NhsNumber> superseded_numbers_;
};

}  // namespace

ImportRow ReadRow(const ImportHeader& header, const ImportRules& rules, const CsvRow& row,
                  std::vector<RowProblem>& problems) {
  return RowReader(header, rules, row, problems).Read();
}

}  // namespace whoelse
