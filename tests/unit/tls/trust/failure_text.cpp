// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/failure_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <string>

namespace coquest::test {
namespace {

using detail::client_certificate;
using detail::explain_alert;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int first_failure = static_cast<int>(tls_failure::closed);
constexpr int last_failure = static_cast<int>(tls_failure::other);

TEST(failure_text, every_kind_has_words_of_its_own)
{
    for (int i = first_failure; i <= last_failure; ++i) {
        const auto kind = static_cast<tls_failure>(i);
        const tls_diagnosis why = describe(kind);
        EXPECT_EQ(why.kind, kind);
        EXPECT_FALSE(why.text.empty()) << i;
        EXPECT_THAT(why.text, Not(EndsWith("."))) << i;
        EXPECT_THAT(why.hint, Not(EndsWith("."))) << i;
        EXPECT_FALSE(std::isupper(static_cast<unsigned char>(why.text[0])) != 0 &&
                     !why.text.starts_with("TLS"))
            << why.text;
        EXPECT_EQ(why.text == "TLS failed", kind == tls_failure::other) << i;
    }
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

TEST(failure_text, closed_in_handshake_asks_for_the_proxy)
{
    const tls_diagnosis why = describe(tls_failure::closed_in_handshake);

    EXPECT_THAT(why.text, HasSubstr("closed the connection during the TLS handshake"));
    EXPECT_THAT(why.hint, AllOf(HasSubstr("is TLS enabled on this port"), HasSubstr("TLS proxy"),
                                HasSubstr("use http or tcp")));
}

TEST(failure_text, alerts)
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

TEST(failure_text, alerts_after_the_handshake)
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
    EXPECT_EQ(refused.alert_received, 46);
    EXPECT_EQ(strange.text, "the server refused with a TLS alert (TLS alert 200, unknown alert)");
}

TEST(failure_text, dates)
{
    using namespace std::chrono;

    EXPECT_EQ(detail::date_text(sys_days{2026y / 2 / 28} + 23h + 59min + 8s),
              "2026-02-28 23:59:08 UTC");
    EXPECT_EQ(detail::date_text(sys_seconds{}), "1970-01-01 00:00:00 UTC");
}

} // namespace
} // namespace coquest::test
