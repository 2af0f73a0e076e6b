// Whose something is at a hub, and whose business it is.
#include "node/organisations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace whoelse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const OrganisationCodes kHub = {"100001", "100002"};
const Organisations kNone, kFirst = Organisations::Only({"100001"}), kBoth = Organisations::Only(kHub),
                           kAll = Organisations::All(kHub), kNoHub = Organisations::All();

Record Of(const std::string& code) {
  Record record;
  record.organisation_code = code;
  return record;
}

TEST(Organisations, WhoIsForgottenHasNone) {
  EXPECT_TRUE(kNone.none());
  for (const char* code : {"", "100001"}) {
    EXPECT_FALSE(kNone.Has(code)) << code;
    EXPECT_FALSE(kNone.Has(Of(code))) << code;
  }
  EXPECT_FALSE(kNone.HasAny(std::vector<std::string>{"100001"}));
}

TEST(Organisations, OfAPartHasThatPart) {
  EXPECT_TRUE(kFirst.Has(Of("100001")));
  // Another's, one that has left, and what belongs to none.
  for (const char* code : {"100002", "100009", ""}) EXPECT_FALSE(kFirst.Has(Of(code))) << code;
  EXPECT_TRUE(kFirst.HasAny(std::vector<std::string>{"100002", "100001"}));
  EXPECT_FALSE(kFirst.HasAny(std::vector<std::string>{"100002"}));
  EXPECT_FALSE(kFirst.HasAny({}));
  EXPECT_THAT(OwnersOf(kFirst), ElementsAre("100001"));
}

TEST(Organisations, AllIsMoreThanEachOfThem) {
  for (const char* code : {"100001", "100009", ""}) {
    EXPECT_TRUE(kAll.Has(Of(code))) << code;
    EXPECT_TRUE(kNoHub.Has(Of(code))) << code;
  }
  EXPECT_TRUE(kAll.HasAny({}));
  EXPECT_FALSE(kBoth.HasAny({}));
  EXPECT_FALSE(kBoth.Has(Of("")));
  EXPECT_THAT(OwnersOf(kAll), IsEmpty());
  EXPECT_TRUE(kAll.Covers(kBoth));
  EXPECT_FALSE(kBoth.Covers(kAll));
  EXPECT_TRUE(kBoth.Covers(kFirst));
  EXPECT_FALSE(kFirst.Covers(kBoth));
}

std::string Chosen(const std::string& given, const Organisations& theirs) {
  const auto one = ChooseOrganisation(given, theirs);
  if (const auto* error = std::get_if<FieldError>(&one)) return error->field + ": " + error->reason;
  return std::get<Organisations>(one).code();
}

TEST(ChooseOrganisation, ItIsSaidUnlessItCanBeOneOnly) {
  EXPECT_EQ(Chosen("", kFirst), "100001");
  EXPECT_EQ(Chosen("100001", kFirst), "100001");
  EXPECT_EQ(Chosen("100002", kAll), "100002");
  for (const Organisations& several : {kBoth, kAll}) {
    EXPECT_EQ(Chosen("", several), "organisation: is not given, and you act for several");
  }
  // Another's and one that is not there are told alike.
  EXPECT_EQ(Chosen("100002", kFirst), Chosen("100009", kFirst));
  EXPECT_EQ(Chosen("100009", kAll), "organisation: is none of yours");
  EXPECT_THAT(Chosen("", kNone), HasSubstr("you act for none"));
  // What is chosen is that one, also for who acts for all.
  EXPECT_FALSE(std::get<Organisations>(ChooseOrganisation("100002", kAll)).all());
}

TEST(ChooseOrganisation, WhereThereIsNoHubAllAreOne) {
  const auto one = ChooseOrganisation("", kNoHub);
  EXPECT_EQ(std::get<Organisations>(one), kNoHub);
  EXPECT_THAT(Chosen("100001", kNoHub), HasSubstr("answers for one organisation alone"));
}

std::string Named(const std::string& given, const Organisations& theirs) {
  const auto named = NameSource(given, "caseworks", theirs);
  if (const auto* error = std::get_if<FieldError>(&named)) return error->field;
  return std::get<std::string>(named);
}

TEST(NameSource, SaysWhoseItIs) {
  EXPECT_EQ(Named("", kNoHub), "caseworks");
  EXPECT_EQ(Named("sims", kNoHub), "sims");
  EXPECT_EQ(Named("", kFirst), "100001/caseworks");
  EXPECT_EQ(Named("sims", kFirst), "100001/sims");
  EXPECT_EQ(Named("100001/sims", kFirst), "100001/sims");
  EXPECT_EQ(Named("100002/sims", kFirst), "100001/100002/sims");   // nobody's
  EXPECT_EQ(Named("100001", kFirst), "100001/100001");
  EXPECT_EQ(Named("", kBoth), "source");
  EXPECT_EQ(Named("100002/sims", kBoth), "100002/sims");
  // Also what was there before the node was a hub.
  EXPECT_EQ(Named("sims", kAll), "sims");
  EXPECT_EQ(Named("", kAll), "source");
}

}  // namespace
}  // namespace whoelse
