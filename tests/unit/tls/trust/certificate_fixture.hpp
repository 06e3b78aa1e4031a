// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Certificates in a real handshake: accepted, or refused with the expected text.
#pragma once

#include "unit/tls/backends.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::test {

inline constexpr tls_failure none{};

class certificate_test : public with_backend {
protected:
    /// Connects to a server with @p leaf and @p chain. The kind is `none` after a success.
    tls_diagnosis connect_to(const identity& leaf, const std::vector<identity>& chain,
                             const std::string& roots, std::string_view host = "localhost")
    {
        tls_diagnosis last;
        std::optional<tls_failure> first;
        for (const tls_version version : {tls_version::tls1_2, tls_version::tls1_3}) {
            server_behaviour spec;
            spec.certificate = leaf;
            spec.chain = chain;
            spec.min = spec.max = version;
            spec.security_level = 0;
            tls_server server(spec);
            tls_pair pair(connect(roots, host), server, 16384);
            const auto failed = pair.handshake();
            EXPECT_FALSE(failed && server.is_established());
            last = pair.diagnosis();
            last.kind = failed ? last.kind : none;
            EXPECT_TRUE(!failed || server.alert() > 0 || silent);
            EXPECT_EQ(first.value_or(last.kind), last.kind) << "TLS 1.2 and 1.3 differ";
            first = last.kind;
        }
        return last;
    }

    bool silent = false; // wolfSSL sends no alert for messages that it cannot read
    const identity root = self_signed(ca_spec("lab root"));
    const identity intermediate = issue(ca_spec("lab intermediate"), root);
};

#define EXPECT_ACCEPTED(diagnosis)                                                                 \
    do {                                                                                           \
        const tls_diagnosis actual = (diagnosis);                                                  \
        EXPECT_EQ(actual.kind, none) << actual.text;                                               \
    } while (false)

#define EXPECT_REFUSED(diagnosis, failure, text_matcher, hint_matcher)                             \
    do {                                                                                           \
        const tls_diagnosis actual = (diagnosis);                                                  \
        EXPECT_EQ(actual.kind, failure) << actual.text;                                            \
        EXPECT_THAT(actual.text, AllOf(HasSubstr("certificate verify failed"), text_matcher));     \
        EXPECT_THAT(actual.hint, hint_matcher);                                                    \
        EXPECT_NE(actual.native_code, 0);                                                          \
    } while (false)

} // namespace coquest::test
