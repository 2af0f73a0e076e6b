// Records for tests: out of a seed, and restrictions out of a number.
#ifndef WHOELSE_TESTS_NODE_RECORD_MAKER_H_
#define WHOELSE_TESTS_NODE_RECORD_MAKER_H_

#include <string>

#include "crypto/random.h"
#include "node/record.h"

namespace whoelse {

// A bit each: shielded, closed, call_back_only, covert, subject_access_exempt.
inline Restrictions RestrictionsOf(uint64_t bits) {
  return {.shielded = (bits & 1) != 0,
          .closed = (bits & 2) != 0,
          .call_back_only = (bits & 4) != 0,
          .covert = (bits & 8) != 0,
          .subject_access_exempt = (bits & 16) != 0};
}

inline std::optional<Date> RandomDate(Random& random) {
  if (random.Below(4) == 0) return std::nullopt;
  return Date::FromDays(static_cast<int64_t>(random.Below(40000)) - 10000);
}

inline RowBasis RandomBasis(Random& random) {
  RowBasis basis;
  basis.service_class = static_cast<ServiceClass>(1 + random.Below(5));
  basis.about_parent_or_carer = random.Below(2) == 1;
  basis.consent.state = static_cast<ConsentState>(1 + random.Below(3));
  basis.consent.by = static_cast<ConsentBy>(1 + random.Below(4));
  basis.consent.competent = random.Below(2) == 1;
  basis.consent.on = RandomDate(random);
  basis.consent.until = RandomDate(random);
  for (uint8_t purpose = 1; purpose <= 8; ++purpose) {
    if (random.Below(2) == 1) basis.consent.purposes.push_back(static_cast<Purpose>(purpose));
  }
  return basis;
}

// Every member has a value of its own or none.
inline Record RandomRecord(Random& random) {
  const auto coin = [&] { return random.Below(2) == 1; };
  Record record;
  const auto text_of = [&](size_t max) {
    const std::string letter = coin() ? "\xC3\xA9" : "e";
    std::string text;
    for (uint64_t n = random.Below(max / 2 + 1); n > 0; --n) text += letter;
    return text;
  };
  for (const RecordText& text : kRecordTexts) record.*text.member = text_of(text.max);
  if (coin()) record.nhs_number = *NhsNumber::Parse(coin() ? "9990000018" : "9990000026");
  if (coin()) record.upn = *Upn::Parse(coin() ? "A123456789012" : "G98765432109Z");
  for (bool* flag : {&record.nhs_number_verified, &record.born_disputed, &record.superseded,
                     &record.lead_professional, &record.lead_decided_here,
                     &record.assessment_exists, &record.keep_to_25, &record.shield_pending,
                     &record.in_dispute, &record.beside_closed}) {
    *flag = coin();
  }
  for (std::optional<Date>* date :
       {&record.born, &record.start, &record.end, &record.verified_on, &record.died,
        &record.archived_on}) {
    *date = RandomDate(random);
  }
  static_cast<RowBasis&>(record) = RandomBasis(random);
  record.earlier_until = RandomDate(random);
  for (uint64_t n = record.earlier_until ? 1 + random.Below(kEarlierMax) : 0; n > 0; --n) {
    record.earlier.push_back(RandomBasis(random));
  }
  record.restrictions = RestrictionsOf(random.Below(32));
  record.answered_by = static_cast<RecordId>(random.Below(3));
  for (uint64_t n = random.Below(kFormerAddressesMax + 1); n > 0; --n) {
    Home& home = record.former_addresses.emplace_back();
    home.address = text_of(100);
    home.postcode = text_of(kPostcodeMax);
  }
  return record;
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_NODE_RECORD_MAKER_H_
