// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The most frequent problems with TLS (docs/tls.md, Troubleshooting), against real servers: the
// message names the host or the file, gives the reason in the words that users search for, and says
// what to do.

#include "fixture.hpp"

#include <asio/ip/tcp.hpp>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace coquest::test {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;

class troubleshooting : public real_server {
protected:
    void expect_tls_failure(const sender_builder& builder, tls_failure kind,
                            const ::testing::Matcher<std::string>& says) const
    {
        const error failure = expect_failure(builder);
        EXPECT_EQ(failure.code(), errc::tls_error);
        EXPECT_EQ(failure.info().tls, kind) << describe(failure.info().tls).text;
        EXPECT_THAT(std::string(failure.what()), says);
    }

    /// Writes a file for one test.
    [[nodiscard]] std::string file(std::string_view name, std::string_view content) const
    {
        const std::string path = servers.cert("") + unique_table() + std::string(name);
        std::ofstream(path, std::ios::binary) << content;
        return path;
    }
};

// "certificate unknown", and "certificate verify failed"

TEST_F(troubleshooting, expired_certificate)
{
    expect_tls_failure(tls("expired", "root.crt"), tls_failure::expired,
                       AllOf(HasSubstr("localhost"), HasSubstr("certificate verify failed"),
                             HasSubstr("certificate has expired"), HasSubstr("2021-01-01"),
                             HasSubstr("renew it on the server")));
}

TEST_F(troubleshooting, certificate_that_is_not_yet_valid)
{
    expect_tls_failure(tls("not_yet_valid", "root.crt"), tls_failure::not_yet_valid,
                       AllOf(HasSubstr("localhost"), HasSubstr("certificate verify failed"),
                             HasSubstr("certificate is not yet valid"), HasSubstr("2099-01-01"),
                             HasSubstr("check this machine's clock")));
}

TEST_F(troubleshooting, certificate_for_another_host)
{
    expect_tls_failure(tls("wrong_host", "root.crt"), tls_failure::name_mismatch,
                       AllOf(HasSubstr("certificate verify failed"), HasSubstr("hostname mismatch"),
                             HasSubstr("elsewhere.example"), HasSubstr("not for localhost"),
                             HasSubstr("connect by a name in the certificate")));
}

TEST_F(troubleshooting, path_of_roots_that_does_not_exist)
{
    expect_tls_failure(tls("questdb", "nothing-here.crt"), tls_failure::bad_roots,
                       AllOf(HasSubstr("tls_roots"), HasSubstr(servers.cert("nothing-here.crt")),
                             HasSubstr("No such file"), HasSubstr("check the path")));
}

TEST_F(troubleshooting, path_of_roots_that_is_a_directory)
{
    expect_tls_failure(
        tls("questdb", ""), tls_failure::bad_roots,
        AllOf(HasSubstr("tls_roots"), HasSubstr(servers.cert("")), HasSubstr("directory")));
}

TEST_F(troubleshooting, self_signed_certificate_without_roots)
{
    expect_tls_failure(admin("https", "questdb"), tls_failure::self_signed,
                       AllOf(HasSubstr("localhost"), HasSubstr("certificate verify failed"),
                             HasSubstr("certificate unknown"), HasSubstr("self-signed"),
                             HasSubstr("set tls_roots")));
}

TEST_F(troubleshooting, self_signed_certificate_as_roots)
{
    expect_delivery(tls("questdb", "questdb.crt"));
}

TEST_F(troubleshooting, self_signed_certificate_by_configuration_string)
{
    expect_delivery(sender_builder::from_conf(
        "https::addr=localhost:" + std::to_string(servers.port("questdb")) +
        ";username=admin;password=quest;tls_ca=pem_file;tls_roots=" + servers.cert("questdb.crt") +
        ";"));
}

TEST_F(troubleshooting, wrong_ca)
{
    expect_tls_failure(tls("good", "other_root.crt"), tls_failure::unknown_issuer,
                       AllOf(HasSubstr("localhost"), HasSubstr("certificate verify failed"),
                             HasSubstr("certificate unknown"), HasSubstr("\"root\""),
                             HasSubstr(servers.cert("other_root.crt")),
                             HasSubstr("add the PEM certificate of that CA")));
}

TEST_F(troubleshooting, chain_without_its_intermediate_certificate)
{
    expect_tls_failure(tls("incomplete", "root.crt"), tls_failure::unknown_issuer,
                       AllOf(HasSubstr("localhost"), HasSubstr("certificate verify failed"),
                             HasSubstr("\"intermediate\""),
                             HasSubstr("send its intermediate certificates")));
}

TEST_F(troubleshooting, chain_file_with_intermediates_as_roots)
{
    expect_delivery(tls("incomplete", "chain.pem"));
}

TEST_F(troubleshooting, complete_chain_from_the_server)
{
    expect_delivery(tls("complete", "root.crt"));
}

TEST_F(troubleshooting, client_certificate_demanded_and_not_given)
{
    expect_tls_failure(tls("mutual", "root.crt"), tls_failure::client_certificate_required,
                       AllOf(HasSubstr("localhost"), HasSubstr("client certificate"),
                             HasSubstr("set tls_client_cert and tls_client_key")));
}

TEST_F(troubleshooting, client_certificate_demanded_and_given)
{
    sender_builder builder = tls("mutual", "root.crt");
    builder.tls_client_cert(servers.cert("client.crt")).tls_client_key(servers.cert("client.key"));

    expect_delivery(builder);
}

// "connection refused"

TEST_F(troubleshooting, connection_refused)
{
    // A bound port without a listener refuses connections, and no other process can take it.
    asio::io_context context;
    asio::ip::tcp::socket reserved(context, {asio::ip::address_v4::loopback(), 0});
    const std::uint16_t port = reserved.local_endpoint().port();
    sender_builder builder("https", "127.0.0.1", port);
    builder.retry_timeout(std::chrono::milliseconds(0));

    const error failure = expect_failure(builder);

    EXPECT_EQ(failure.code(), errc::socket_error);
    EXPECT_THAT(failure.what(), HasSubstr("127.0.0.1:" + std::to_string(port)));
    EXPECT_THAT(failure.what(), HasSubstr("connection refused"));
    EXPECT_THAT(failure.what(), HasSubstr("is the server up"));
    EXPECT_THAT(failure.what(), HasSubstr("TLS uses the same port"));
    EXPECT_THAT(failure.what(), AllOf(HasSubstr("9000"), HasSubstr("9009")));
}

TEST_F(troubleshooting, server_without_tls)
{
    // QuestDB takes the handshake for a request: depending on its random bytes, it answers or
    // closes the connection.
    const error failure = expect_failure(tls("questdb_http", "root.crt"));

    EXPECT_EQ(failure.code(), errc::tls_error);
    EXPECT_THAT(failure.info().tls, AnyOf(tls_failure::not_tls, tls_failure::closed_in_handshake));
    EXPECT_THAT(failure.what(), HasSubstr("localhost:"));
    EXPECT_THAT(failure.what(), AnyOf(HasSubstr("the server answered without TLS"),
                                      HasSubstr("is TLS enabled on this port")));
    EXPECT_THAT(failure.what(), HasSubstr("use http or tcp"));
}

TEST_F(troubleshooting, server_with_tls_asked_without)
{
    sender_builder builder = admin("http", "good");
    builder.retry_timeout(std::chrono::milliseconds(0));

    const error failure = expect_failure(builder);

    EXPECT_THAT(failure.what(), HasSubstr("localhost:"));
    EXPECT_EQ(failure.code(), errc::socket_error);
    EXPECT_THAT(failure.what(), HasSubstr("does this port speak TLS? then use https"));
}

TEST_F(troubleshooting, server_that_does_not_answer)
{
    // A listener that accepts nothing: TCP connects, and TLS waits for an answer that never comes.
    asio::io_context context;
    asio::ip::tcp::acceptor silent(context, {asio::ip::address_v4::loopback(), 0});
    sender_builder builder("https", "127.0.0.1", silent.local_endpoint().port());
    builder.connect_timeout(std::chrono::milliseconds(200))
        .retry_timeout(std::chrono::milliseconds(0));

    const error failure = expect_failure(builder);

    EXPECT_EQ(failure.code(), errc::tls_error);
    EXPECT_EQ(failure.info().tls, tls_failure::timed_out);
    EXPECT_THAT(failure.what(), HasSubstr("127.0.0.1:"));
    EXPECT_THAT(failure.what(), HasSubstr("did not end in time"));
    EXPECT_THAT(failure.what(), HasSubstr("does this port speak TLS"));
}

// "feature `insecure-skip-verify` is required"

#ifdef COQUEST_INSECURE_SKIP_VERIFY
TEST_F(troubleshooting, verification_switched_off)
{
    expect_delivery(admin("https", "wrong_host").tls_verify("unsafe_off"));
}
#else
TEST_F(troubleshooting, verification_switched_off_without_the_cmake_option)
{
    try {
        await(send_row(admin("https", "questdb").tls_verify("unsafe_off"), unique_table()));
        FAIL() << "the row was delivered";
    } catch (const error& failure) {
        EXPECT_EQ(failure.code(), errc::config_error);
        EXPECT_THAT(failure.what(), HasSubstr("feature `insecure-skip-verify` is required"));
        EXPECT_THAT(failure.what(), HasSubstr("COQUEST_INSECURE_SKIP_VERIFY=ON"));
    }
}
#endif

// Certificate file formats

TEST_F(troubleshooting, der_file_as_roots)
{
    const std::string path = servers.cert("questdb.der");
    expect_tls_failure(tls("questdb", "questdb.der"), tls_failure::bad_roots,
                       AllOf(HasSubstr("tls_roots"), HasSubstr(path), HasSubstr("DER"),
                             HasSubstr("openssl x509 -inform der -in " + path)));
}

TEST_F(troubleshooting, key_file_as_roots)
{
    expect_tls_failure(
        tls("questdb", "questdb.key"), tls_failure::bad_roots,
        AllOf(HasSubstr("tls_roots"), HasSubstr(servers.cert("questdb.key")), HasSubstr("key")));
}

TEST_F(troubleshooting, empty_file_as_roots)
{
    const std::string path = file("empty.crt", "");

    expect_tls_failure(admin("https", "questdb").tls_roots(path), tls_failure::bad_roots,
                       AllOf(HasSubstr("tls_roots"), HasSubstr(path), HasSubstr("empty")));

    std::filesystem::remove(path);
}

} // namespace
} // namespace coquest::test
