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
    wire_server::options made;
    made.tls = std::move(spec);
    made.to_client = std::move(to_client);
    return made;
}

struct library {
    const char* name;
    void (*use)(sender_builder&);
};

std::vector<library> all_libraries()
{
    return {
#ifdef COQUEST_HAS_WOLFSSL
        {"wolfSSL", [](sender_builder& with) { with.tls<wolfssl_backend>(); }},
#endif
#ifdef COQUEST_HAS_OPENSSL
        {"OpenSSL", [](sender_builder& with) { with.tls<openssl_backend>(); }},
#endif
    };
}

} // namespace

std::ostream& operator<<(std::ostream& to, const tls_way& how)
{
    return to << how.backend
              << (how.version == tls_version::tls1_2 ? " with TLS 1.2" : " with TLS 1.3");
}

void with_each_library(const std::function<void(const tls_way&)>& body)
{
    for (const library& one : all_libraries()) {
        for (const tls_version version : {tls_version::tls1_2, tls_version::tls1_3}) {
            const tls_way how{one.name, one.use, version};
            SCOPED_TRACE(testing::PrintToString(how));
            body(how);
        }
    }
}

const identity& lab_root()
{
    static const identity made = self_signed(ca_spec("the lab's root"));
    return made;
}

server_behaviour serving(const tls_way& how)
{
    static const identity good = issue(server_spec({"DNS:localhost", "IP:127.0.0.1"}), lab_root());
    return serving(how, good);
}

server_behaviour serving(const tls_way& how, identity leaf, std::vector<identity> chain)
{
    server_behaviour made;
    made.certificate = std::move(leaf);
    made.chain = std::move(chain);
    made.min = made.max = how.version;
    made.security_level = 0;
    return made;
}

tls_scenario::tls_scenario(const tls_way& how, server_behaviour spec, record_proxy to_client)
    : scenario({protocol::https, owner::sender},
               options_for(std::move(spec), std::move(to_client))),
      how_(how)
{
}

sender_builder tls_scenario::builder(std::string_view host, const std::string& roots)
{
    roots_.emplace(roots.empty() ? lab_root().pem() : roots);
    sender_builder made = scenario::builder(host, server.port());
    made.tls_roots(roots_->path());
    how_.use(made);
    return made;
}

void tls_scenario::trust(const std::string& roots)
{
    std::ofstream(roots_->path(), std::ios::binary) << roots;
}

void expect_refused(const tls_way& how, const refused_certificate& given,
                    std::initializer_list<tls_failure> kinds, std::string_view words)
{
    SCOPED_TRACE(words);
    tls_scenario s(how, serving(how, given.leaf, given.chain));
    const outcome got = s.send(s.builder(given.host, given.roots));
    const error e = s.expect_failed(got, errc::tls_error, delivery::not_sent);
    EXPECT_TRUE(std::find(kinds.begin(), kinds.end(), e.info().tls) != kinds.end()) << e.info().tls;
    EXPECT_TRUE(says(e, words));
    EXPECT_FALSE(e.info().retryable);
    EXPECT_EQ(s.server.connections, 1U);
    EXPECT_TRUE(s.server.requests.empty());
    expect_in_time(got, 1000ms);
}

} // namespace coquest::test
