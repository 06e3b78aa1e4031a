// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Describes kinds of certificates and chains, and what each TLS library is expected to do with
// them.
#pragma once

#include "unit/tls/trust/certificate_fixture.hpp"

#include <functional>

namespace coquest::test::kinds {

/// What a server sends, and the roots and the host name of its client.
struct scenario {
    identity leaf;
    std::vector<identity> chain;
    std::string roots;
    std::string host = "localhost";
};

/// The CAs of all scenarios.
struct lab {
    identity root = self_signed(ca_spec("lab root"));
    identity intermediate = issue(ca_spec("lab intermediate"), root);

    [[nodiscard]] scenario below_root(const cert_spec& spec, std::string host = "localhost",
                                      key_ptr key = ec_key()) const
    {
        return {issue(spec, root, std::move(key)), {}, root.pem(), std::move(host)};
    }
    /// The server sends a certificate from a CA of @p spec, and that CA, which the root issued.
    [[nodiscard]] scenario below_ca(const cert_spec& spec, const cert_spec& server = server_spec(),
                                    std::string host = "localhost", key_ptr key = ec_key()) const
    {
        const identity ca = issue(spec, root, std::move(key));
        return {issue(server, ca), {ca}, root.pem(), std::move(host)};
    }
    [[nodiscard]] scenario named(std::vector<std::string> san, std::string host) const
    {
        return below_root(server_spec(std::move(san)), std::move(host));
    }
};

inline cert_spec expired(cert_spec spec)
{
    spec.from = std::chrono::hours(-48);
    spec.until = std::chrono::hours(-24);
    return spec;
}

inline cert_spec not_yet_valid(cert_spec spec)
{
    spec.from = std::chrono::hours(24);
    return spec;
}

inline cert_spec cn_only(std::string name)
{
    cert_spec spec;
    spec.common_name = std::move(name);
    return spec;
}

inline cert_spec with_extension(cert_spec spec, const char* extension, std::string value)
{
    spec.more = {{extension, std::move(value)}};
    return spec;
}

inline cert_spec with_usage(std::string key_usage, std::string extended)
{
    cert_spec spec = server_spec();
    spec.key_usage = std::move(key_usage);
    spec.extended_key_usage = std::move(extended);
    return spec;
}

inline cert_spec ca_with_path(int length)
{
    cert_spec spec = ca_spec("CA of length " + std::to_string(length));
    spec.path_length = length;
    return spec;
}

inline cert_spec ca_named(std::string constraints)
{
    return with_extension(ca_spec("constrained"), "nameConstraints",
                          "critical," + std::move(constraints));
}

/// Returns a chain of `count` CAs below `root`, the one nearest to the server first.
inline std::vector<identity> chain_of_cas(const identity& root, int count)
{
    std::vector<identity> chain{issue(ca_spec("CA 1"), root)};
    for (int i = 2; i <= count; ++i) {
        chain.insert(chain.begin(), issue(ca_spec("CA " + std::to_string(i)), chain.front()));
    }
    return chain;
}

/// What the client is expected to report. `none` is a success.
struct expectation {
    tls_failure verdict = none;
    std::string text{};  // a part of the text
    std::string hint{};  // a part of the hint
    bool silent = false; // the client sends no alert
};

/// One kind of certificate or chain: one named test.
struct kind {
    const char* name;
    std::function<scenario(const lab&)> make;
    expectation expected{};
    expectation wolfssl = expected;
    expectation newer = wolfssl; // wolfSSL 5.9 and newer
};

inline constexpr const char* critical_unknown = "critical,DER:0500";

/// Returns the kinds that are accepted.
const std::vector<kind>& accepted();
/// Returns the kinds that are refused: trust, names, dates, usage and strength.
const std::vector<kind>& refused();

} // namespace coquest::test::kinds
