#include "node/config_people.h"

#include <algorithm>
#include <array>
#include <string>

#include "node/config_keys.h"

namespace whoelse {
namespace {

absl::Status ReadRoles(const std::string& key, const toml::array* roles, Person& person) {
  if (roles == nullptr) return Bad(key, "should list roles");
  for (const toml::node& node : *roles) {
    const std::string name = node.value_or(std::string());
    const std::optional<Role> role = RoleByName(name);
    if (const std::optional<LocalRole> duty = LocalRoleByName(name)) {
      person.duties.push_back(*duty);
    } else if (role && *role != Role::kNodeItself) {
      person.roles.push_back(*role);
    } else {
      return Bad(key, "should list roles out of: practitioner, safeguarding lead, out-of-hours "
                      "practitioner, lead officer, deputy lead officer, named officer, approver, "
                      "record manager, manager");
    }
  }
  return absl::OkStatus();
}

// What of a person is their own.
struct OwnKey {
  const char* key;
  std::string OwnDetails::*member;
};
constexpr std::array<OwnKey, 4> kOwnKeys = {{{"surname", &OwnDetails::surname},
                                             {"address", &OwnDetails::address},
                                             {"postcode", &OwnDetails::postcode},
                                             {"telephone", &OwnDetails::telephone}}};

absl::Status ReadPerson(const std::string& key, const toml::node& value, Person& person) {
  if (value.is_array()) return ReadRoles(key, value.as_array(), person);
  const toml::table* table = value.as_table();
  if (table == nullptr) return Bad(key, "should list roles, or be a table with roles and surname");
  if (absl::Status ok = CheckKeys(*table, key + ".",
                                  {"roles", "surname", "address", "postcode", "telephone", "manager",
                                   "organisations"});
      !ok.ok()) {
    return ok;
  }
  for (const OwnKey& own : kOwnKeys) {
    const toml::node* text = table->get(own.key);
    if (text == nullptr) continue;
    if (!text->is_string()) return Bad(key + "." + own.key, "should be text in quotation marks");
    person.own.*own.member = text->value_or(std::string());
  }
  person.manager = (*table)["manager"].value_or(std::string());
  if (table->contains("manager") && person.manager.empty()) {
    return Bad(key + ".manager", "should be the name of another of [people], in quotation marks");
  }
  return ReadRoles(key + ".roles", (*table)["roles"].as_array(), person);
}

// Who is named a manager has to be one, and not their own: nobody confirms their own questions.
absl::Status CheckManagers(const std::map<std::string, Person>& people) {
  for (const auto& [user, person] : people) {
    if (person.manager.empty()) continue;
    const std::string key = "people." + user + ".manager";
    if (person.manager == user) return Bad(key, "should be somebody else");
    const auto manager = people.find(person.manager);
    if (manager == people.end() ||
        std::ranges::find(manager->second.duties, LocalRole::kManager) ==
            manager->second.duties.end()) {
      return Bad(key, "should be one of [people] who has the role manager");
    }
    // Else nobody who confirms the questions sees those of the other organisations.
    if (!manager->second.organisations.Covers(person.organisations)) {
      return Bad(key, "should be somebody who acts for every organisation that this person acts for");
    }
  }
  return absl::OkStatus();
}

// At a hub it has to be said: a default would open every school's children to whoever was forgotten.
absl::Status ReadOrganisationsOf(const std::string& key, const toml::node& value,
                                 const NodeConfig& config, Organisations& organisations) {
  const Organisations all = config.AllOrganisations();
  const toml::table* table = value.as_table();
  const toml::node* given = table == nullptr ? nullptr : table->get("organisations");
  if (all.codes().empty()) {
    organisations = all;
    if (given == nullptr) return absl::OkStatus();
    return Bad(key, "is for a hub of several [organisations], and this node is none: leave it away");
  }
  const std::string should =
      "should list the codes of the [organisations] for which this person acts, as in [\"" +
      *all.codes().begin() + "\"], or be \"all\"" +
      (table == nullptr ? "; write the entry as a table with roles = [...] and organisations" : "");
  if (given != nullptr && given->is_string() && given->value_or(std::string()) == "all") {
    organisations = all;
    return absl::OkStatus();
  }
  const toml::array* list = given == nullptr ? nullptr : given->as_array();
  if (list == nullptr || list->empty()) return Bad(key, should);
  OrganisationCodes codes;
  for (const toml::node& node : *list) {
    const std::string code = node.value_or(std::string());
    if (!all.codes().contains(code)) return Bad(key, should);
    codes.insert(code);
  }
  organisations = Organisations::Only(std::move(codes));
  return absl::OkStatus();
}

toml::table PersonTable(const Person& person, bool of_a_hub) {
  toml::array list;
  for (Role role : person.roles) list.push_back(std::string(Name(role)));
  for (LocalRole duty : person.duties) list.push_back(std::string(Name(duty)));
  toml::table table{{"roles", list}};
  for (const OwnKey& own : kOwnKeys) {
    if (!(person.own.*own.member).empty()) table.insert(own.key, person.own.*own.member);
  }
  if (!person.manager.empty()) table.insert("manager", person.manager);
  if (!of_a_hub) return table;
  toml::array codes;
  for (const std::string& code : person.organisations.codes()) codes.push_back(code);
  if (person.organisations.all()) {
    table.insert("organisations", "all");
  } else {
    table.insert("organisations", codes);
  }
  return table;
}

}  // namespace

absl::Status ReadPeople(const toml::table& root, NodeConfig& config) {
  const toml::table* people = root["people"].as_table();
  if (people == nullptr) return absl::OkStatus();
  for (const auto& [user, value] : *people) {
    const std::string name(user.str()), key = "people." + name;
    Person& person = config.people[name];
    for (const absl::Status& read :
         {ReadPerson(key, value, person),
          ReadOrganisationsOf(key + ".organisations", value, config, person.organisations)}) {
      if (!read.ok()) return read;
    }
  }
  return CheckManagers(config.people);
}

toml::table PeopleTable(const NodeConfig& config) {
  toml::table table;
  for (const auto& [user, person] : config.people) {
    table.insert(user, PersonTable(person, !config.organisations.empty()));
  }
  return table;
}

}  // namespace whoelse
