// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Runs of the rows about TLS, with each TLS library of this build and each version of TLS.
#pragma once

#include "scenario.hpp"
#include "support/tls_server.hpp"

#include <coquest/openssl.hpp>
#include <coquest/wolfssl.hpp>

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace coquest::test {

/// The TLS library and version of a run.
struct tls_way {
    const char* backend;
    void (*use)(sender_builder&);
    tls_version version;
};
std::ostream& operator<<(std::ostream& output, const tls_way& mode);

/// Runs @p body with each TLS library and TLS version.
void with_each_library(const std::function<void(const tls_way&)>& body);

/// Returns the CA of these tests.
const identity& lab_root();

/// Makes a server's behaviour for a certificate by lab_root(), or for @p leaf and @p chain.
server_behaviour serving(const tls_way& mode);
server_behaviour serving(const tls_way& mode, identity leaf, std::vector<identity> chain = {});

class tls_scenario : public scenario {
public:
    /// Runs a server of @p spec; the records of its first connection go through @p to_client.
    tls_scenario(const tls_way& mode, server_behaviour spec, record_proxy to_client = {});

    /// Makes a builder for this server that trusts lab_root(), or @p roots (PEM) if given.
    [[nodiscard]] sender_builder builder(std::string_view host = "127.0.0.1",
                                         const std::string& roots = {});
    /// Writes @p roots (PEM) to the file that the last builder named.
    void trust(const std::string& roots);

private:
    tls_way mode_;
    std::optional<temp_file> roots_;
};

/// A certificate that the client must reject.
struct refused_certificate {
    identity leaf;
    std::vector<identity> chain = {};
    std::string host = "127.0.0.1";
    std::string roots = {}; // PEM; empty: lab_root()
};

/// Expects that a server with @p rejected is rejected on the first attempt, before it receives a
/// byte of a row, for one of @p kinds and with these words.
void expect_refused(const tls_way& mode, const refused_certificate& rejected,
                    std::initializer_list<tls_failure> kinds, std::string_view words);

} // namespace coquest::test
