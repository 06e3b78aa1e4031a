// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/tls_server.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace coquest::test {
namespace {

void require(bool holds, const char* message)
{
    if (!holds) {
        throw std::runtime_error(std::string("tls_server: ") + message);
    }
}

int number_of(tls_version version)
{
    static constexpr std::array numbers{TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION,
                                        TLS1_3_VERSION};
    return numbers.at(static_cast<std::size_t>(version));
}

void use(SSL_CTX* context, const identity& leaf, const std::vector<identity>& chain)
{
    require(SSL_CTX_use_certificate(context, leaf.certificate.get()) == 1 &&
                SSL_CTX_use_PrivateKey(context, leaf.key.get()) == 1,
            "using the certificate failed");
    for (const identity& issuer : chain) {
        require(SSL_CTX_add1_chain_cert(context, issuer.certificate.get()) == 1,
                "using the chain failed");
    }
}

int select_http2(SSL*, const unsigned char** chosen, unsigned char* length,
                 const unsigned char* offered, unsigned int size, void*)
{
    static constexpr std::array<unsigned char, 3> http2{2, 'h', '2'};
    unsigned char* found = nullptr;
    const int result =
        SSL_select_next_proto(&found, length, http2.data(), http2.size(), offered, size);
    *chosen = found;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

std::shared_ptr<SSL_CTX> context_for(const server_behaviour& spec)
{
    std::shared_ptr<SSL_CTX> owner(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    SSL_CTX* const context = owner.get();
    SSL_CTX_set_security_level(context, spec.security_level);
    require(SSL_CTX_set_min_proto_version(context, number_of(spec.min)) == 1 &&
                SSL_CTX_set_max_proto_version(context, number_of(spec.max)) == 1,
            "setting the versions failed");
    if (!spec.ciphers.empty()) {
        require(SSL_CTX_set_cipher_list(context, spec.ciphers.c_str()) == 1,
                "setting the suites failed");
    }
    if (!spec.groups.empty()) {
        require(SSL_CTX_set1_groups_list(context, spec.groups.c_str()) == 1,
                "setting the groups failed");
    }
    if (spec.certificate) {
        use(context, *spec.certificate, spec.chain);
    }
    SSL_CTX_set_dh_auto(context, 1);
    if (spec.client_issuer) {
        require(X509_STORE_add_cert(SSL_CTX_get_cert_store(context),
                                    spec.client_issuer->certificate.get()) == 1,
                "trusting the client's issuer failed");
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    if (spec.only_http2) {
        SSL_CTX_set_alpn_select_cb(context, &select_http2, nullptr);
    }
    SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>("test"), 4);
    return owner;
}

} // namespace

tls_server::tls_server(const server_behaviour& spec) : tls_server(context_for(spec)) {}

tls_server::tls_server(std::shared_ptr<ssl_ctx_st> context) : context_(std::move(context))
{
    connection_ = {SSL_new(context_.get()), &SSL_free};
    BIO* const input = BIO_new(BIO_s_mem());
    BIO* const output = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(input, -1);
    SSL_set_bio(connection_.get(), input, output);
    SSL_set_accept_state(connection_.get());
    SSL_set_app_data(connection_.get(), this);
    SSL_set_info_callback(connection_.get(), [](const SSL* connection, int where, int value) {
        if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT) {
            static_cast<tls_server*>(SSL_get_app_data(connection))->alert_ = value & 0xff;
        }
    });
}

tls_server::~tls_server() = default;

std::unique_ptr<tls_server> tls_server::again() const
{
    return std::unique_ptr<tls_server>(new tls_server(context_));
}

std::vector<std::byte> tls_server::client_certificate() const
{
    const X509* const sent = SSL_get0_peer_certificate(connection_.get());
    std::vector<std::byte> der(
        static_cast<std::size_t>(sent == nullptr ? 0 : i2d_X509(sent, nullptr)));
    auto* output = reinterpret_cast<unsigned char*>(der.data());
    if (sent != nullptr) {
        i2d_X509(sent, &output);
    }
    return der;
}

bool tls_server::resumed() const noexcept
{
    return SSL_session_reused(connection_.get()) == 1;
}

void tls_server::feed(std::span<const std::byte> bytes)
{
    SSL* const ssl = connection_.get();
    BIO_write(SSL_get_rbio(ssl), bytes.data(), static_cast<int>(bytes.size()));
    ERR_clear_error();
    std::array<char, 16384> text{};
    int n = 0;
    while ((n = SSL_read(ssl, text.data(), static_cast<int>(text.size()))) > 0) {
        received_.append(text.data(), static_cast<std::size_t>(n));
    }
    broken_ = broken_ || SSL_get_error(ssl, n) == SSL_ERROR_SSL;
    collect();
}

void tls_server::send(std::string_view text)
{
    require(SSL_write(connection_.get(), text.data(), static_cast<int>(text.size())) ==
                static_cast<int>(text.size()),
            "sending failed");
    collect();
}

void tls_server::close()
{
    SSL_shutdown(connection_.get());
    collect();
}

void tls_server::update_keys()
{
    require(SSL_key_update(connection_.get(), SSL_KEY_UPDATE_REQUESTED) == 1,
            "requesting new keys failed");
    go_on();
}

void tls_server::send_ticket()
{
    require(SSL_new_session_ticket(connection_.get()) == 1, "making a ticket failed");
    go_on();
}

void tls_server::renegotiate()
{
    require(SSL_renegotiate(connection_.get()) == 1, "requesting another handshake failed");
    go_on();
}

void tls_server::go_on()
{
    SSL_do_handshake(connection_.get());
    ERR_clear_error();
    collect();
}

bool tls_server::saw_close_notify() const noexcept
{
    return (SSL_get_shutdown(connection_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

bool tls_server::is_established() const noexcept
{
    return SSL_is_init_finished(connection_.get()) == 1;
}

std::string tls_server::asked_name() const
{
    const char* const name = SSL_get_servername(connection_.get(), TLSEXT_NAMETYPE_host_name);
    return name != nullptr ? name : "";
}

std::vector<int> tls_server::offered_groups() const
{
    const long count = SSL_get1_groups(connection_.get(), nullptr);
    std::vector<int> groups(static_cast<std::size_t>(std::max(count, 0L)));
    SSL_get1_groups(connection_.get(), groups.data());
    return groups;
}

std::vector<unsigned> tls_server::offered_suites() const
{
    std::vector<unsigned> suites;
    const STACK_OF(SSL_CIPHER)* const offered = SSL_get_client_ciphers(connection_.get());
    for (int i = 0; i < sk_SSL_CIPHER_num(offered); ++i) {
        suites.push_back(SSL_CIPHER_get_protocol_id(sk_SSL_CIPHER_value(offered, i)));
    }
    return suites;
}

std::string tls_server::negotiated_suite() const
{
    return SSL_get_cipher_name(connection_.get());
}

void tls_server::collect()
{
    BIO* const output = SSL_get_wbio(connection_.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(output, &data);
    const auto bytes = std::as_bytes(std::span(data, static_cast<std::size_t>(size)));
    wire.insert(wire.end(), bytes.begin(), bytes.end());
    BIO_reset(output);
}

std::optional<tls_failure> tls_pair::run(
    const std::function<tls_step(detail::any_tls_session&, tls_diagnosis&)>& step)
{
    for (;;) {
        diagnosis_ = {};
        const tls_step next = step(*client_, diagnosis_);
        most_output_ = std::max(most_output_, client_->output().size());
        if (next != tls_step::done) {
            send_output();
        }
        switch (next) {
        case tls_step::done:
        case tls_step::done_after_output: return std::nullopt;
        case tls_step::closed: diagnosis_ = describe(tls_failure::closed); return diagnosis_.kind;
        case tls_step::failed: return diagnosis_.kind;
        case tls_step::retry_after_output: break;
        case tls_step::retry_after_input:
            if (!receive_input()) {
                diagnosis_ = describe(tls_failure::timed_out);
                return diagnosis_.kind;
            }
        }
    }
}

std::optional<tls_failure> tls_pair::handshake()
{
    return run([](detail::any_tls_session& client, tls_diagnosis& diagnosis) {
        return client.handshake(diagnosis);
    });
}

std::optional<tls_failure> tls_pair::write(std::string_view text)
{
    auto remaining = std::as_bytes(std::span(text));
    std::optional<tls_failure> failed;
    while (!remaining.empty() && !failed) {
        failed = run([&](detail::any_tls_session& client, tls_diagnosis& diagnosis) {
            std::size_t n = 0;
            const tls_step next = client.write(remaining, n, diagnosis);
            remaining = remaining.subspan(n);
            return next;
        });
    }
    return failed;
}

std::optional<tls_failure> tls_pair::read(std::size_t size, std::string& text)
{
    text.resize(size);
    auto room = std::as_writable_bytes(std::span(text));
    std::optional<tls_failure> failed;
    while (!room.empty() && !failed) {
        failed = run([&](detail::any_tls_session& client, tls_diagnosis& diagnosis) {
            std::size_t n = 0;
            const tls_step next = client.read(room, n, diagnosis);
            room = room.subspan(n);
            return next;
        });
    }
    text.resize(size - room.size());
    return failed;
}

void tls_pair::shutdown()
{
    client_->shutdown();
    send_output();
}

bool tls_pair::receive_input()
{
    if (arrived_ == arriving_.size()) {
        arriving_ = to_client.pass(std::exchange(server_.wire, {}));
        arrived_ = 0;
    }
    const std::size_t n = std::min(fragment_, arriving_.size() - arrived_);
    const std::size_t taken = client_->put_input(std::span(arriving_).subspan(arrived_, n));
    arrived_ += taken;
    return taken != 0;
}

void tls_pair::send_output()
{
    while (!client_->output().empty()) {
        const auto bytes = client_->output();
        const std::size_t n = std::min(fragment_, bytes.size());
        server_.feed(to_server.pass(bytes.first(n)));
        client_->consume_output(n);
    }
}

} // namespace coquest::test
