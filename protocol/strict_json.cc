#include "protocol/strict_json.h"

#include <algorithm>

#include "protocol/text.h"

namespace whoelse {
namespace {

using nlohmann::json;

// Builds the value from nlohmann's events: its own builder keeps the last of two equal members,
// where another parser keeps the first.
class StrictBuilder {
 public:
  StrictBuilder(size_t depth_max, size_t string_max)
      : depth_max_(depth_max), string_max_(string_max) {}

  bool null() { return Add(nullptr); }
  bool boolean(bool value) { return Add(value); }
  bool number_unsigned(uint64_t value) { return Add(value); }
  bool number_integer(int64_t) { return NotWhole(); }   // only what starts with a minus
  bool number_float(double, const std::string&) { return NotWhole(); }
  bool string(std::string& value) { return IsFit(value, Path()) && Add(std::move(value)); }
  bool binary(json::binary_t&) { return Refuse("", "JSON"); }   // not in JSON text

  bool start_object(size_t) { return Open(json::object()); }
  bool end_object() { return Close(); }
  bool start_array(size_t) { return Open(json::array()); }
  bool end_array() { return Close(); }

  bool key(std::string& name) {
    Level& level = levels_.back();
    if (!IsFit(name, "the name of a member")) return false;
    level.member = std::move(name);
    // Two readers that keep different ones would each trust another key.
    if (level.value->contains(level.member)) return Refuse(Path(), "there once");
    return true;
  }

  bool parse_error(size_t position, const std::string&, const json::exception&) {
    return Refuse("", "JSON, which ends at byte " + std::to_string(position));
  }

  json Take() { return std::move(root_); }
  const std::string& problem() const { return problem_; }

 private:
  struct Level {
    json* value;          // an object or array; its parent does not grow while it is open
    std::string member;   // the object's member that comes next
  };

  json* Place(json value) {
    if (levels_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Level& level = levels_.back();
    if (level.value->is_array()) {
      level.value->push_back(std::move(value));
      return &level.value->back();
    }
    json& place = (*level.value)[level.member];
    place = std::move(value);
    return &place;
  }
  bool Add(json value) {
    Place(std::move(value));
    return true;
  }
  bool Open(json value) {
    if (levels_.size() == depth_max_) return Refuse(Path(), "no list or object, so deep inside");
    levels_.push_back({Place(std::move(value)), {}});
    return true;
  }
  bool Close() {
    levels_.pop_back();
    return true;
  }
  bool NotWhole() { return Refuse(Path(), "a whole number, not negative, below 2^64"); }
  bool IsFit(const std::string& text, std::string_view path) {
    if (text.size() <= string_max_ && IsPlainText(text)) return true;
    return Refuse(path, "at most " + std::to_string(string_max_) +
                            " bytes of text without control or other invisible characters");
  }
  bool Refuse(std::string_view path, std::string_view should_be) {
    NoteProblem(&problem_, path, should_be);
    return false;
  }
  // Of the value that comes next: all levels but the innermost already hold what is open in them.
  std::string Path() const {
    std::string path;
    for (const Level& level : levels_) {
      if (level.value->is_array()) {
        const size_t next = level.value->size() - (&level == &levels_.back() ? 0 : 1);
        path += "[" + std::to_string(next) + "]";
      } else {
        path += (path.empty() ? "" : ".") + level.member;
      }
    }
    return path;
  }

  const size_t depth_max_;
  const size_t string_max_;
  json root_;
  std::vector<Level> levels_;
  std::string problem_;
};

}  // namespace

void NoteProblem(std::string* problem, std::string_view path, std::string_view should_be) {
  if (!problem->empty()) return;
  *problem = std::string(path.empty() ? "the text" : path) + " should be " + std::string(should_be);
}

absl::StatusOr<json> ParseStrictJson(std::string_view text, size_t depth_max, size_t string_max) {
  // The library skips a byte order mark in silence.
  if (!text.starts_with('{')) {
    return absl::InvalidArgumentError("the text should be a JSON object from its first byte");
  }
  StrictBuilder builder(depth_max, string_max);
  if (!json::sax_parse(text.begin(), text.end(), &builder)) {
    return absl::InvalidArgumentError(builder.problem());
  }
  return builder.Take();
}

JsonObject::JsonObject(const json& value, std::string path, std::string* problem)
    : value_(value.is_object() ? &value : nullptr), path_(std::move(path)), problem_(problem) {
  if (value_ == nullptr) NoteProblem(problem_, path_, "an object");
}

bool JsonObject::Bool(const char* name) {
  const json* value = Find(name);
  if (value == nullptr) return false;
  if (!value->is_boolean()) Fail(name, "true or false");
  return value->is_boolean() && value->get<bool>();
}

std::string JsonObject::Text(const char* name) {
  const json* value = Find(name);
  if (value == nullptr) return {};
  if (!value->is_string() || value->get_ref<const std::string&>().empty()) {
    Fail(name, "a string that is not empty");
    return {};
  }
  return value->get<std::string>();
}

JsonObject JsonObject::Object(const char* name) {
  static const json kNothing = json::object();
  const json* value = Find(name);
  return JsonObject(value == nullptr ? kNothing : *value, PathOf(name), problem_);
}

void JsonObject::Done() {
  if (value_ == nullptr || !problem_->empty() || value_->size() == asked_.size()) return;
  for (const auto& [name, value] : value_->items()) {
    if (std::find(asked_.begin(), asked_.end(), name) != asked_.end()) continue;
    NoteProblem(problem_, PathOf(name), "absent: no such member is known");
  }
}

void JsonObject::Fail(const char* name, std::string_view should_be) {
  NoteProblem(problem_, PathOf(name), should_be);
}

const json* JsonObject::Find(const char* name) {
  asked_.push_back(name);
  if (value_ == nullptr) return nullptr;
  const auto found = value_->find(name);
  if (found != value_->end()) return &*found;
  Fail(name, "there");
  return nullptr;
}

const json* JsonObject::List(const char* name, size_t min, size_t max) {
  const json* value = Find(name);
  if (value == nullptr) return nullptr;
  if (value->is_array() && value->size() >= min && value->size() <= max) return value;
  Fail(name, "a list of " + std::to_string(min) + " to " + std::to_string(max));
  return nullptr;
}

uint64_t JsonObject::Whole(const char* name, uint64_t min, uint64_t max) {
  const json* value = Find(name);
  if (value == nullptr) return 0;
  const uint64_t number = value->is_number_unsigned() ? value->get<uint64_t>() : 0;
  if (!value->is_number_unsigned() || number < min || number > max) {
    Fail(name, "a whole number from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return number;
}

void JsonObject::HexInto(const char* name, std::span<uint8_t> out) {
  const json* value = Find(name);
  if (value == nullptr) return;
  if (!value->is_string() || !FromHex(value->get_ref<const std::string&>(), out)) {
    Fail(name, std::to_string(out.size()) + " bytes in lower-case hex");
  }
}

std::string JsonObject::PathOf(std::string_view name) const {
  return path_ + (path_.empty() ? "" : ".") + std::string(name);
}

}  // namespace whoelse
