// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/trust/failure_text.hpp"
#include "tls/trust/clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <set>
#include <string>
#include <vector>

namespace coquest::test {
namespace {

using detail::client_certificate;
using detail::explain_alert;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int first_failure = static_cast<int>(tls_failure::closed);
constexpr int last_failure = static_cast<int>(tls_failure::other);

TEST(failure_text, every_kind_has_words_of_its_own)
{
    std::set<std::string> texts;
    for (int i = first_failure; i <= last_failure; ++i) {
        const auto kind = static_cast<tls_failure>(i);
        const tls_diagnosis diagnosis = describe(kind);
        texts.insert(diagnosis.text);
        EXPECT_EQ(diagnosis.kind, kind);
        EXPECT_FALSE(diagnosis.text.empty()) << i;
        EXPECT_THAT(diagnosis.text, Not(EndsWith("."))) << i;
        EXPECT_THAT(diagnosis.hint, Not(EndsWith("."))) << i;
        EXPECT_FALSE(std::isupper(static_cast<unsigned char>(diagnosis.text[0])) != 0 &&
                     !diagnosis.text.starts_with("TLS"))
            << diagnosis.text;
        EXPECT_EQ(diagnosis.text == "TLS failed", kind == tls_failure::other) << i;
    }
    EXPECT_EQ(texts.size(), std::size_t{last_failure});
}

TEST(failure_text, certificate_failures_say_the_phrase_that_users_search_for)
{
    for (const tls_failure kind :
         {tls_failure::unknown_issuer, tls_failure::self_signed, tls_failure::bad_signature,
          tls_failure::expired, tls_failure::not_yet_valid, tls_failure::name_mismatch,
          tls_failure::bad_usage, tls_failure::weak_key, tls_failure::revoked,
          tls_failure::bad_certificate}) {
        EXPECT_THAT(describe(kind).text, HasSubstr("certificate verify failed"));
        EXPECT_NE(describe(kind).hint, "");
    }
    EXPECT_THAT(describe(tls_failure::unknown_issuer).text, HasSubstr("certificate unknown"));
    EXPECT_THAT(describe(tls_failure::self_signed).text, HasSubstr("certificate unknown"));
}

TEST(failure_text, closed_in_handshake_hints_at_a_proxy)
{
    const tls_diagnosis diagnosis = describe(tls_failure::closed_in_handshake);

    EXPECT_THAT(diagnosis.text, HasSubstr("closed the connection during the TLS handshake"));
    EXPECT_THAT(diagnosis.hint, AllOf(HasSubstr("is TLS enabled on this port"),
                                      HasSubstr("TLS proxy"), HasSubstr("use http or tcp")));
}

TEST(failure_text, alerts_map_to_failures)
{
    const auto kind = [](int alert, client_certificate state) {
        return explain_alert(alert, state).kind;
    };

    EXPECT_EQ(kind(70, client_certificate::not_asked_for), tls_failure::protocol_version);
    EXPECT_EQ(kind(40, client_certificate::not_asked_for), tls_failure::no_common_cipher);
    EXPECT_EQ(kind(71, client_certificate::sent), tls_failure::no_common_cipher);
    EXPECT_EQ(kind(40, client_certificate::asked_for), tls_failure::client_certificate_required);
    EXPECT_EQ(kind(42, client_certificate::asked_for), tls_failure::client_certificate_required);
    EXPECT_EQ(kind(116, client_certificate::not_asked_for),
              tls_failure::client_certificate_required);
    EXPECT_EQ(kind(46, client_certificate::sent), tls_failure::alert_received);
    EXPECT_EQ(kind(80, client_certificate::asked_for), tls_failure::alert_received);
    EXPECT_EQ(kind(20, client_certificate::not_asked_for), tls_failure::bad_record);
}

TEST(failure_text, alerts_after_the_handshake_map_to_failures)
{
    const auto kind = [](int alert, client_certificate state) {
        return explain_alert(alert, state, true).kind;
    };

    EXPECT_EQ(kind(40, client_certificate::not_asked_for), tls_failure::alert_received);
    EXPECT_EQ(kind(70, client_certificate::not_asked_for), tls_failure::alert_received);
    EXPECT_EQ(kind(20, client_certificate::not_asked_for), tls_failure::bad_record);
    EXPECT_EQ(kind(42, client_certificate::asked_for), tls_failure::client_certificate_required);
}

TEST(failure_text, alerts_are_named)
{
    const tls_diagnosis refused = explain_alert(46, client_certificate::sent);
    const tls_diagnosis strange = explain_alert(200, client_certificate::not_asked_for);

    EXPECT_EQ(refused.text, "the server refused the certificate of this client (TLS alert 46, "
                            "certificate unknown)");
    EXPECT_EQ(strange.text, "the server refused with a TLS alert (TLS alert 200, unknown alert)");
}

TEST(failure_text, status_has_all_of_the_diagnosis)
{
    tls_diagnosis diagnosis = describe(tls_failure::bad_roots);
    diagnosis.native_code = -7;
    diagnosis.text = "ca.pem is empty";
    diagnosis.hint = "fill it";
    diagnosis.path = "ca.pem";

    const detail::status result = detail::tls_status("loading: ", diagnosis);

    EXPECT_EQ(result.code(), errc::tls_error);
    EXPECT_EQ(result.info().message, "loading: ca.pem is empty; fill it");
    EXPECT_EQ(result.info().hint, "fill it");
    EXPECT_EQ(result.info().path, "ca.pem");
    EXPECT_EQ(result.info().tls, tls_failure::bad_roots);
    EXPECT_EQ(result.info().tls_code, -7);
}

TEST(failure_text, status_of_a_diagnosis_without_words_has_the_general_ones)
{
    for (int i = first_failure; i <= last_failure; ++i) {
        const auto kind = static_cast<tls_failure>(i);
        tls_diagnosis diagnosis;
        diagnosis.kind = kind;

        const detail::status result = detail::tls_status("", diagnosis);

        EXPECT_EQ(result.info().message, describe(kind).text + "; " + describe(kind).hint);
        EXPECT_EQ(result.info().hint, describe(kind).hint);
        EXPECT_EQ(result.info().tls, kind);
    }
}

TEST(failure_text, only_failures_of_the_network_are_retryable)
{
    std::vector<tls_failure> retryable;
    for (int i = first_failure; i <= last_failure; ++i) {
        const auto kind = static_cast<tls_failure>(i);
        if (detail::tls_status("", describe(kind)).info().retryable) {
            retryable.push_back(kind);
        }
    }

    EXPECT_THAT(retryable, ElementsAre(tls_failure::truncated, tls_failure::closed_in_handshake,
                                       tls_failure::bad_record, tls_failure::timed_out));
}

TEST(failure_text, dates_are_written_in_utc)
{
    using namespace std::chrono;

    EXPECT_EQ(detail::date_text(sys_days{2026y / 2 / 28} + 23h + 59min + 8s),
              "2026-02-28 23:59:08 UTC");
    EXPECT_EQ(detail::date_text(sys_seconds{}), "1970-01-01 00:00:00 UTC");
}

} // namespace
} // namespace coquest::test
