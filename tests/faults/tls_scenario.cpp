// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls_scenario.hpp"

#include <algorithm>
#include <fstream>
#include <vector>

namespace coquest::test {
namespace {

using namespace std::chrono_literals;

wire_server::options options_for(server_behaviour spec, record_proxy to_client)
{
    wire_server::options result;
    result.tls = std::move(spec);
    result.to_client = std::move(to_client);
    return result;
}

struct library {
    const char* name;
    void (*use)(sender_builder&);
};

std::vector<library> all_libraries()
{
    return {
#ifdef COQUEST_HAS_WOLFSSL
        {"wolfSSL", [](sender_builder& builder) { builder.tls<wolfssl_backend>(); }},
#endif
#ifdef COQUEST_HAS_OPENSSL
        {"OpenSSL", [](sender_builder& builder) { builder.tls<openssl_backend>(); }},
#endif
    };
}

} // namespace

std::ostream& operator<<(std::ostream& output, const tls_way& mode)
{
    return output << mode.backend
                  << (mode.version == tls_version::tls1_2 ? " with TLS 1.2" : " with TLS 1.3");
}

void with_each_library(const std::function<void(const tls_way&)>& body)
{
    for (const library& tls : all_libraries()) {
        for (const tls_version version : {tls_version::tls1_2, tls_version::tls1_3}) {
            const tls_way mode{tls.name, tls.use, version};
            SCOPED_TRACE(testing::PrintToString(mode));
            body(mode);
        }
    }
}

const identity& lab_root()
{
    static const identity root = self_signed(ca_spec("the lab's root"));
    return root;
}

server_behaviour serving(const tls_way& mode)
{
    static const identity good = issue(server_spec({"DNS:localhost", "IP:127.0.0.1"}), lab_root());
    return serving(mode, good);
}

server_behaviour serving(const tls_way& mode, identity leaf, std::vector<identity> chain)
{
    server_behaviour result;
    result.certificate = std::move(leaf);
    result.chain = std::move(chain);
    result.min = result.max = mode.version;
    result.security_level = 0;
    return result;
}

tls_scenario::tls_scenario(const tls_way& mode, server_behaviour spec, record_proxy to_client)
    : scenario({protocol::https, owner::sender},
               options_for(std::move(spec), std::move(to_client))),
      mode_(mode)
{
}

sender_builder tls_scenario::builder(std::string_view host, const std::string& roots)
{
    roots_.emplace(roots.empty() ? lab_root().pem() : roots);
    sender_builder result = scenario::builder(host, server.port());
    result.tls_roots(roots_->path());
    mode_.use(result);
    return result;
}

void tls_scenario::trust(const std::string& roots)
{
    std::ofstream(roots_->path(), std::ios::binary) << roots;
}

void expect_refused(const tls_way& mode, const refused_certificate& rejected,
                    std::initializer_list<tls_failure> kinds, std::string_view words)
{
    SCOPED_TRACE(words);
    tls_scenario s(mode, serving(mode, rejected.leaf, rejected.chain));
    const outcome got = s.send(s.builder(rejected.host, rejected.roots));
    const error e = s.expect_failed(got, errc::tls_error, delivery::not_sent);
    EXPECT_TRUE(std::find(kinds.begin(), kinds.end(), e.info().tls) != kinds.end())
        << describe(e.info().tls).text;
    EXPECT_TRUE(says(e, words));
    EXPECT_FALSE(e.info().retryable);
    EXPECT_EQ(s.server.connections, 1U);
    EXPECT_TRUE(s.server.requests.empty());
    expect_in_time(got, 1000ms);
}

} // namespace coquest::test
