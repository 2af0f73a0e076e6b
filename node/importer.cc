#include "node/importer.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "node/day_of.h"
#include "node/import_crowds.h"
#include "node/spool.h"

namespace whoelse {
namespace {

constexpr size_t kDigits = 10;              // of an NHS number
constexpr size_t kTaken = 16'000;           // rows taken at a time: others wait less than a second
constexpr size_t kEnded = 1000;             // records written as one
constexpr size_t kMostEndPercent = 5;       // of a source's live records, by one snapshot
constexpr size_t kMostClosedPercent = 5;    // of what a source has, by one import
constexpr size_t kFewClosed = 5;            // of a small agency's that is more, and may well be right

Bytes Encode(const ImportRow& row) {
  Writer out;
  out.U64(row.line)
      .U8(static_cast<uint8_t>(row.action))
      .U8(row.number_changed ? static_cast<uint8_t>(*row.number_changed) : 0)
      .U8(static_cast<uint8_t>(row.superseded_numbers.size()));
  for (const NhsNumber& number : row.superseded_numbers) out.Raw(AsBytes(number.digits()));
  return out.Raw(row.record.Encode()).Take();
}

absl::StatusOr<ImportRow> Decode(ByteView item) {
  Reader reader(item);
  ImportRow row;
  row.line = reader.U64();
  row.action = static_cast<RowAction>(reader.U8());
  if (const uint8_t why = reader.U8(); why != 0) {
    row.number_changed = static_cast<NumberChange>(why);
  }
  for (size_t left = reader.U8(); left > 0; --left) {
    absl::StatusOr<NhsNumber> number = NhsNumber::Parse(ToString(reader.Raw(kDigits)));
    if (!number.ok()) return absl::DataLossError("the rows that wait are damaged");
    row.superseded_numbers.push_back(*std::move(number));
  }
  absl::StatusOr<Record> record = Record::Decode(reader.Raw(reader.left()));
  if (!record.ok()) return record.status();
  row.record = *std::move(record);
  return row;
}

// One import at work.
class Running {
 public:
  Running(const ImportRequest& request, Registry& registry, Spool& spool, TimeMs now,
          ImportListener& listener)
      : request_(request), registry_(registry), spool_(spool), now_(now),
        today_(DayOf(now)), listener_(listener) {}

  absl::StatusOr<ImportOutcome> Run(const std::function<bool(std::string&)>& next) {
    if (request_.mode == ImportMode::kSnapshot && request_.skip_bad) {
      return absl::InvalidArgumentError(
          "skip-bad: a snapshot without its bad rows would end records that go on; put the rows right");
    }
    if (absl::Status checked = Check(next); !checked.ok()) return checked;
    const bool good = problems_ == 0 || request_.skip_bad;
    if (!good && !request_.dry_run) {
      outcome_.skipped = outcome_.rows;
      return outcome_;
    }
    if (absl::Status checked = CheckClosed(); !checked.ok()) return checked;
    if (absl::Status planned = PlanEnds(); !planned.ok()) return planned;
    if (!request_.dry_run) registry_.BeginImport(Begun());
    Registry::Pass pass;
    if (absl::Status taken = TakeAll(!request_.dry_run, pass, &outcome_.counts); !taken.ok()) {
      return taken;
    }
    outcome_.skipped = outcome_.rows - taken_;
    outcome_.counts.ended += ends_.size();
    if (request_.dry_run) return outcome_;
    if (absl::Status ended = EndAbsent(); !ended.ok()) return ended;
    registry_.FinishImport(problems_ == 0 && outcome_.rows > 0, Finished());
    outcome_.loaded = true;
    return outcome_;
  }

 private:
  // Two entries: one that nothing follows is an import that a kill has cut off.
  TrailNote Begun() const {
    TrailNote note = request_.by;
    note.deed = Deed::kBeginImport;
    note.at_ms = now_;
    return note.Add(Fact::kMode, std::string(NameOf(request_.mode, kImportModeNames)))
        .Add(Fact::kRows, std::to_string(outcome_.rows));
  }
  TrailNote Finished() const {
    TrailNote note = Begun();
    note.deed = Deed::kImportRecords;
    const ImportCounts& counts = outcome_.counts;
    for (const auto& [fact, count] : {std::pair(Fact::kImported, counts.imported),
                                      std::pair(Fact::kUpdated, counts.updated),
                                      std::pair(Fact::kEnded, counts.ended),
                                      std::pair(Fact::kLeftOut, counts.left_out),
                                      std::pair(Fact::kSkipped, outcome_.skipped),
                                      std::pair(Fact::kClosed, counts.closed)}) {
      note.Add(fact, std::to_string(count));
    }
    return note;
  }

  // Of the first pass.
  class Sink final : public ImportSink {
   public:
    explicit Sink(Running& running) : running_(running) {}
    void OnRow(ImportRow row) override {
      if (running_.failed_.ok()) running_.failed_ = running_.Keep(row);
    }
    void OnProblem(RowProblem problem) override { running_.Complain(problem); }

   private:
    Running& running_;
  };

  void Complain(const RowProblem& problem) {
    ++problems_;
    listener_.OnProblem(problem);
  }

  // Where the row has an identifier of a crowd. A number that stands for "not known" stands among those
  // that were replaced as easily.
  static absl::StatusOr<std::optional<Column>> CrowdIn(
      const ImportRow& row,
      const std::function<absl::StatusOr<std::optional<KeyType>>(const Record&)>& crowd_of) {
    const auto own = crowd_of(row.record);
    if (!own.ok()) return own.status();
    if (*own) return std::optional(**own == KeyType::kUpn ? Column::kUpn : Column::kNhsNumber);
    for (const NhsNumber& number : row.superseded_numbers) {
      const auto crowd = crowd_of(DoorOf(number, row.record));
      if (!crowd.ok()) return crowd.status();
      if (*crowd) return std::optional(Column::kSupersededNumbers);
    }
    return std::optional<Column>();
  }

  void ComplainOfCrowd(const ImportRow& row, Column column) {
    Complain({row.line, reader_->NameOf(column),
              "is that of more than " + std::to_string(kRowsOfOneIdentifierMax) + " records",
              "no child has so many: leave it blank where it is not known, in a row that is held already "
              "with corrected in " + reader_->NameOf(Column::kNumberChanged)});
  }

  absl::Status Keep(const ImportRow& row) {
    sources_.insert(row.record.source);
    if (row.action == RowAction::kUpdate || row.action == RowAction::kEnd) {
      if (!registry_.Holds(row.record.source, row.record.source_id)) {
        Complain({row.line, reader_->NameOf(Column::kAction),
                  "says that a record is updated or ended, and none of this id is held",
                  "write add, or import the delta before this one first"});
        return absl::OkStatus();
      }
    }
    const auto crowd =
        CrowdIn(row, [&](const Record& record) { return registry_.CrowdBefore(record); });
    if (!crowd.ok()) return crowd.status();
    if (*crowd) {
      ComplainOfCrowd(row, **crowd);
      return absl::OkStatus();
    }
    const std::string owner = registry_.OwnerOf(row.record);
    crowds_.Note(row.record, owner);
    for (const NhsNumber& number : row.superseded_numbers) {
      crowds_.Note(DoorOf(number, row.record), owner);
    }
    if (ChecksClosed()) {
      auto closing = registry_.ClosingOf(row, today_);
      if (!closing.ok()) return closing.status();
      replaces_more_ = replaces_more_ || (!*closing && !row.superseded_numbers.empty());
      if (*closing) closings_.push_back(**std::move(closing));
    }
    return spool_.Add(Encode(row));
  }

  // The first pass.
  absl::Status Check(const std::function<bool(std::string&)>& next) {
    auto reader = MakeImportReader(
        request_.format, {request_.settings, request_.mapping, request_.mode, today_});
    if (!reader.ok()) return reader.status();
    reader_ = *std::move(reader);
    Sink sink(*this);
    for (std::string bytes; next(bytes);) {
      absl::Status fed = reader_->Feed(bytes, sink);
      if (fed.ok()) fed = failed_;
      if (!fed.ok()) return fed;
      listener_.OnProgress(reader_->rows(), 0);
    }
    absl::Status finished = reader_->Finish(sink);
    if (finished.ok()) finished = failed_;
    if (!finished.ok()) return finished;
    outcome_.rows = reader_->rows();
    std::ranges::copy(reader_->twins(), std::back_inserter(refused_));
    const absl::Status checked = RefuseCrowds();
    std::ranges::sort(refused_);
    reader_.reset();
    return checked;
  }

  absl::Status RefuseCrowds() {
    crowds_.Close();
    if (crowds_.none()) return absl::OkStatus();
    return spool_.ForEach([&](ByteView item) {
      const absl::StatusOr<ImportRow> row = Decode(item);
      if (!row.ok()) return row.status();
      const std::string owner = registry_.OwnerOf(row->record);
      const auto crowd =
          CrowdIn(*row, [&](const Record& record) { return crowds_.Of(record, owner); });
      if (!crowd.ok()) return crowd.status();
      if (*crowd) {
        refused_.push_back(row->line);
        ComplainOfCrowd(*row, **crowd);
      }
      return absl::OkStatus();
    });
  }

  bool ChecksClosed() const { return !request_.allow_many_closed && !request_.dry_run; }

  // An export that has lost its column of numbers would close all of them, and no later export opens
  // them again.
  absl::Status CheckClosed() {
    if (!ChecksClosed()) return absl::OkStatus();
    std::vector<Registry::RowClosing> closings = std::exchange(closings_, {});
    std::erase_if(closings, [&](const Registry::RowClosing& closing) {
      return std::ranges::binary_search(refused_, closing.line);
    });
    if (absl::Status added = AddLinks(closings); !added.ok()) return added;
    const auto records = registry_.ClosedBy(closings);
    if (!records.ok()) return records.status();
    if (records->size() <= kFewClosed) return absl::OkStatus();   // nearly always
    std::vector<bool> closed(*std::ranges::max_element(*records) + 1);
    for (const RecordId record : *records) closed[record] = true;
    const auto shares = registry_.SharesOf(closed);
    if (!shares.ok()) return shares.status();
    for (const Registry::Share& share : *shares) {
      const bool many = share.among * 100 > share.held * kMostClosedPercent;
      if (!many || share.among <= kFewClosed) continue;
      return absl::InvalidArgumentError(
          "nhs_number: by this import the numbers of " + std::to_string(share.among) + " of " +
          std::to_string(share.held) +
          " records of a source would be closed, more than 5 %; nothing was changed. Has the export "
          "lost its numbers? Look with --dry-run; where numbers were put right write corrected in "
          "number_changed, and if so many identities changed add --allow-many-closed");
    }
    return absl::OkStatus();
  }

  // A row that says what its number replaced counts also where nothing is held under that, as soon
  // as another row brings something there. A first load may have as many of these as rows, and they
  // hardly ever matter: so they stay in the spool, and are looked for when they can.
  absl::Status AddLinks(std::vector<Registry::RowClosing>& closings) {
    const bool any = std::ranges::any_of(closings, [](const Registry::RowClosing& closing) {
      return closing.closes || !closing.parted.empty();
    });
    if (!any || !replaces_more_) return absl::OkStatus();
    std::set<size_t> lines;
    Registry::Brought brought;
    const auto note = [&](const Registry::RowClosing& closing) {
      lines.insert(closing.line);
      if (!closing.closes && closing.number) brought.emplace(closing.owner, *closing.number);
    };
    std::ranges::for_each(closings, note);
    for (size_t known = 0; known != brought.size();) {   // one link may lead to another
      known = brought.size();
      const absl::Status read = spool_.ForEach([&](ByteView item) {
        const absl::StatusOr<ImportRow> row = Decode(item);
        if (!row.ok()) return row.status();
        if (row->superseded_numbers.empty() || lines.contains(row->line) ||
            std::ranges::binary_search(refused_, row->line)) {
          return absl::OkStatus();
        }
        auto closing = registry_.ClosingOf(*row, today_, brought);
        if (!closing.ok()) return closing.status();
        if (!*closing) return absl::OkStatus();
        note(**closing);
        closings.push_back(**std::move(closing));
        return absl::OkStatus();
      });
      if (!read.ok()) return read;
    }
    return absl::OkStatus();
  }

  // Which records of the source a snapshot ends, before anything is written.
  absl::Status PlanEnds() {
    if (request_.mode != ImportMode::kSnapshot) return absl::OkStatus();
    Registry::Pass pass;
    ImportCounts ignored;
    if (absl::Status taken = TakeAll(false, pass, &ignored); !taken.ok()) return taken;
    // At a hub a file speaks of the organisations that it has a row of, and of each for itself: one
    // school's export that came short does not pass among a hundred whole ones.
    if (request_.settings.organisations.empty()) sources_.insert(request_.settings.source);
    const auto absent = registry_.FindAbsent(sources_, pass.seen, today_);
    if (!absent.ok()) return absent.status();
    for (const auto& [source, missing] : *absent) {
      std::ranges::copy(missing.records, std::back_inserter(ends_));
      const size_t ends = missing.records.size();
      const bool many = ends * 100 > missing.live * kMostEndPercent;
      if (!many || request_.allow_many_ends || request_.dry_run) continue;
      return absl::InvalidArgumentError(
          "mode: by this snapshot " + std::to_string(ends) + " of " + std::to_string(missing.live) +
          " live records would end, more than 5 %; nothing was changed. Is the export whole? Look "
          "with --dry-run, and if it is right add --allow-many-ends");
    }
    return absl::OkStatus();
  }

  absl::Status TakeAll(bool write, Registry::Pass& pass, ImportCounts* counts) {
    std::vector<ImportRow> chunk;
    taken_ = outcome_.services_not_in_map = 0;
    const auto flush = [&] {
      const absl::Status taken = registry_.Take(chunk, now_, write, counts, &pass);
      chunk.clear();
      listener_.OnProgress(taken_, outcome_.rows);
      return taken;
    };
    absl::Status read = spool_.ForEach([&](ByteView item) {
      absl::StatusOr<ImportRow> row = Decode(item);
      if (!row.ok()) return row.status();
      if (std::ranges::binary_search(refused_, row->line)) return absl::OkStatus();
      ++taken_;
      outcome_.services_not_in_map +=
          row->action != RowAction::kEnd &&
          !request_.settings.service_classes.contains(row->record.service);
      chunk.push_back(*std::move(row));
      return chunk.size() < kTaken ? absl::OkStatus() : flush();
    });
    return read.ok() ? flush() : read;
  }

  absl::Status EndAbsent() {
    for (size_t first = 0; first < ends_.size(); first += kEnded) {
      const std::span<const RecordId> some =
          std::span(ends_).subspan(first, std::min(kEnded, ends_.size() - first));
      if (absl::Status ended = registry_.EndAll(some, today_, now_); !ended.ok()) return ended;
    }
    return absl::OkStatus();
  }

  const ImportRequest& request_;
  Registry& registry_;
  Spool& spool_;
  const TimeMs now_;
  const Date today_;
  ImportListener& listener_;
  absl::Status failed_;
  std::unique_ptr<ImportReader> reader_;   // of the first pass
  Crowds crowds_;
  std::vector<size_t> refused_;     // lines that the spool has and nobody takes; then ascending
  std::set<std::string> sources_;   // of its rows
  std::vector<Registry::RowClosing> closings_;   // of the few rows that have any
  bool replaces_more_ = false;      // rows without one say that their number replaced another
  std::vector<RecordId> ends_;
  size_t problems_ = 0, taken_ = 0;
  ImportOutcome outcome_;
};

}  // namespace

absl::StatusOr<ImportOutcome> Importer::Run(const ImportRequest& request,
                                            const std::function<bool(std::string&)>& next,
                                            ImportListener& listener) {
  const std::lock_guard one_at_a_time(mutex_);
  const auto spool = Spool::Create(directory_, random_);
  if (!spool.ok()) return spool.status();
  return Running(request, registry_, **spool, clock_.NowMs(), listener).Run(next);
}

}  // namespace whoelse
