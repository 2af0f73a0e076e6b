#include "coordinator/config.h"

#include <toml++/toml.h>

#include <filesystem>
#include <limits>
#include <set>
#include <sstream>

#include "vault/durable_file.h"

namespace whoelse {
namespace {

constexpr uint64_t kDefaultMinFreeMb = 512;
constexpr size_t kConfigMax = 1 << 20;

// Reads the keys of one table, each once; the first problem stays.
class Table {
 public:
  Table(const toml::table* table, std::string path, std::string* problem)
      : table_(table), path_(std::move(path)), problem_(problem) {}

  std::string Text(const char* key) {
    const toml::node* node = Get(key, true);
    const auto value = node ? node->value_exact<std::string>() : std::nullopt;
    if (!value || value->empty()) Fail(key, "a text");
    return value.value_or("");
  }
  uint64_t Number(const char* key, uint64_t min, uint64_t max) {
    const toml::node* node = Get(key, true);
    const auto value = node ? node->value_exact<int64_t>() : std::nullopt;
    if (!value || *value < 0 || static_cast<uint64_t>(*value) < min ||
        static_cast<uint64_t>(*value) > max) {
      Fail(key, "a whole number from " + std::to_string(min) + " to " + std::to_string(max));
      return min;
    }
    return static_cast<uint64_t>(*value);
  }
  uint64_t NumberOr(const char* key, uint64_t otherwise, uint64_t max) {
    return Get(key, false) ? Number(key, 0, max) : otherwise;
  }
  std::vector<std::string> Texts(const char* key) {
    std::vector<std::string> texts;
    const toml::node* node = Get(key, true);
    const toml::array* array = node ? node->as_array() : nullptr;
    for (size_t i = 0; array != nullptr && i < array->size(); ++i) {
      const auto value = array->get(i)->value_exact<std::string>();
      if (!value) break;
      texts.push_back(*value);
    }
    if (array == nullptr || texts.empty() || texts.size() != array->size()) {
      Fail(key, "a list of texts");
    }
    return texts;
  }
  std::string TextOr(const char* key, const std::string& otherwise) {
    return Has(key) ? Text(key) : otherwise;
  }
  bool Has(const char* key) { return Get(key, false) != nullptr; }
  // The tables of [[key]]; none when it is left out.
  std::vector<Table> Children(const char* key) {
    std::vector<Table> children;
    const toml::node* node = Get(key, false);
    if (node == nullptr) return children;
    const toml::array* array = node->as_array();
    for (size_t i = 0; array != nullptr && i < array->size(); ++i) {
      const toml::table* child = array->get(i)->as_table();
      if (child == nullptr) break;
      children.push_back(Table(child, path_ + key + ".", problem_));
    }
    if (array == nullptr || children.size() != array->size()) Fail(key, "tables ([[...]])");
    return children;
  }
  Table Child(const char* key) {
    const toml::node* node = Get(key, true);
    const toml::table* child = node ? node->as_table() : nullptr;
    if (child == nullptr) Fail(key, "a table");
    return Table(child, path_ + key + ".", problem_);
  }
  // A misspelt key would otherwise be a setting that silently does nothing.
  void Done() {
    if (table_ == nullptr) return;
    for (const auto& [key, value] : *table_) {
      if (!known_.contains(std::string(key.str()))) Fail(std::string(key.str()).c_str(), "unknown");
    }
  }
  void Fail(const char* key, const std::string& should_be) {
    if (!problem_->empty()) return;
    *problem_ = "configuration: " + path_ + key +
                (should_be == "unknown" ? " is not a key of this file" : " should be " + should_be);
  }

 private:
  const toml::node* Get(const char* key, bool required) {
    known_.insert(key);
    const toml::node* node = table_ ? table_->get(key) : nullptr;
    if (node == nullptr && required) Fail(key, "there");
    return node;
  }

  const toml::table* table_;
  std::string path_;
  std::string* problem_;
  std::set<std::string> known_;
};

TrustAnchor ReadTrust(Table in) {
  TrustAnchor anchor{};
  const std::string federation = in.Text("federation");
  if (!FromHex(federation, {anchor.federation.data(), FederationId::kSize})) {
    in.Fail("federation", "32 lower-case hexadecimal digits");
  }
  for (const std::string& text : in.Texts("roots")) {
    auto root = NoteVerifier::Parse(text);
    if (!root.ok() || root->type != NoteKeyType::kEd25519) {
      in.Fail("roots", "verifier keys: name+hash+key");
      break;
    }
    anchor.roots.push_back(*std::move(root));
  }
  const size_t most = std::max<size_t>(anchor.roots.size(), 1);
  anchor.roots_needed = static_cast<uint32_t>(in.Number("k", 1, most));
  in.Done();
  return anchor;
}

TlsFiles ReadTls(Table in, const std::string& folder) {
  const std::filesystem::path at(folder);
  TlsFiles files{at / in.Text("certificate"), at / in.Text("key")};
  in.Done();
  return files;
}

CoordinatorConfig::LogFiles ReadLogFiles(Table in, const std::string& folder) {
  CoordinatorConfig::LogFiles log;
  if (in.Has("export")) log.export_folder = std::filesystem::path(folder) / in.Text("export");
  log.listen = in.TextOr("listen", "");
  if (in.Has("ended")) {
    for (const std::string& path : in.Texts("ended")) {
      log.ended.push_back(std::filesystem::path(folder) / path);
    }
  }
  if (in.Has("tls")) log.tls = ReadTls(in.Child("tls"), folder);
  in.Done();
  return log;
}

// Into `witnesses`, unless something is wrong with it.
void ReadWitness(Table in, const std::string& folder,
                 std::vector<CoordinatorConfig::Witness>* witnesses) {
  const std::string url = in.Text("url");
  auto key = NoteVerifier::Parse(in.Text("vkey"));
  std::string ca;
  if (in.Has("ca")) ca = std::filesystem::path(folder) / in.Text("ca");
  in.Done();
  if (!key.ok() || key->type != NoteKeyType::kCosignatureV1) {
    return in.Fail("vkey", "a witness's verifier key: name+hash+key of type 04");
  }
  witnesses->push_back({url, *std::move(key), std::move(ca)});
}

// A path, or the name of a credential, which ReadMasterKey looks up.
std::string MasterKeyPath(const std::string& path, const std::string& folder) {
  if (path.starts_with("credential:")) return path;
  return std::filesystem::path(folder) / path;
}

absl::StatusOr<toml::table> ParseToml(std::string_view text) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    return absl::InvalidArgumentError("configuration: not TOML at line " +
                                      std::to_string(error.source().begin.line));
  }
}

}  // namespace

absl::StatusOr<CoordinatorConfig> CoordinatorConfig::Parse(std::string_view text,
                                                           const std::string& folder) {
  auto parsed = ParseToml(text);
  if (!parsed.ok()) return parsed.status();
  std::string problem;
  Table in(&*parsed, "", &problem);
  const auto path_of = [&folder](Table& table, const char* key) {
    return (std::filesystem::path(folder) / table.Text(key)).string();
  };
  CoordinatorConfig config;
  config.id = static_cast<CoordinatorId>(
      in.Number("id", 1, std::numeric_limits<CoordinatorId>::max()));
  config.listen = in.Text("listen");
  config.data = path_of(in, "data");
  config.second_checkpoint = path_of(in, "second_checkpoint");
  config.roster = path_of(in, "roster");
  config.secrets = path_of(in, "secrets");
  config.master_key = MasterKeyPath(in.Text("master_key"), folder);
  config.min_free_mb = in.NumberOr("min_free_mb", kDefaultMinFreeMb, 1 << 20);
  config.tls = ReadTls(in.Child("tls"), folder);
  config.trust = ReadTrust(in.Child("trust"));
  if (in.Has("log")) config.log = ReadLogFiles(in.Child("log"), folder);
  for (Table& witness : in.Children("witness")) {
    ReadWitness(std::move(witness), folder, &config.witnesses);
  }
  in.Done();
  if (!problem.empty()) return absl::InvalidArgumentError(problem);
  return config;
}

absl::StatusOr<CoordinatorConfig> CoordinatorConfig::Load(const std::string& path) {
  auto text = ReadWholeFile(path, kConfigMax);
  if (!text.ok()) return text.status();
  return Parse(AsText(*text), std::filesystem::path(path).parent_path());
}

std::string CoordinatorConfig::Serialize() const {
  toml::array roots;
  for (const NoteVerifier& root : trust.roots) roots.push_back(root.Encode());
  toml::table table{
      {"id", int64_t{id}},
      {"listen", listen},
      {"data", data},
      {"second_checkpoint", second_checkpoint},
      {"roster", roster},
      {"secrets", secrets},
      {"master_key", master_key},
      {"min_free_mb", static_cast<int64_t>(min_free_mb)},
      {"tls", toml::table{{"certificate", tls.certificate}, {"key", tls.key}}},
      {"trust", toml::table{{"federation", ToHex(trust.federation)},
                            {"roots", std::move(roots)},
                            {"k", int64_t{trust.roots_needed}}}},
  };
  if (!log.export_folder.empty() || !log.listen.empty() || !log.ended.empty()) {
    toml::table files;
    if (!log.export_folder.empty()) files.insert("export", log.export_folder);
    if (!log.listen.empty()) files.insert("listen", log.listen);
    toml::array ended;
    for (const std::string& path : log.ended) ended.push_back(path);
    if (!ended.empty()) files.insert("ended", std::move(ended));
    if (!log.tls.key.empty()) {
      files.insert("tls", toml::table{{"certificate", log.tls.certificate}, {"key", log.tls.key}});
    }
    table.insert("log", std::move(files));
  }
  toml::array outside;
  for (const Witness& witness : witnesses) {
    toml::table one{{"url", witness.url}, {"vkey", witness.key.Encode()}};
    if (!witness.ca.empty()) one.insert("ca", witness.ca);
    outside.push_back(std::move(one));
  }
  if (!outside.empty()) table.insert("witness", std::move(outside));
  std::ostringstream out;
  out << table << "\n";
  return out.str();
}

}  // namespace whoelse
