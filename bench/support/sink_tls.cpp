// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/sink_tls.hpp"

#include <stdexcept>

#include <openssl/bio.h>
#include <openssl/err.h>

namespace coquest::bench {
namespace {

constexpr std::size_t socket_read_size = std::size_t{256} * 1024; // many records at once

} // namespace

bool sink_tls_session::read(std::span<char> output, std::size_t& size)
{
    ERR_clear_error();
    size = 0;
    while (size < output.size()) {
        const int result =
            SSL_read(session_.get(), output.data() + size, static_cast<int>(output.size() - size));
        if (result <= 0) {
            const int reason = SSL_get_error(session_.get(), result);
            return reason == SSL_ERROR_WANT_READ || size != 0;
        }
        size += static_cast<std::size_t>(result);
    }
    return true;
}

bool sink_tls_session::write(std::string_view text)
{
    return SSL_write(session_.get(), text.data(), static_cast<int>(text.size())) > 0;
}

std::size_t sink_tls_session::wire_bytes() const
{
    return BIO_number_read(SSL_get_rbio(session_.get()));
}

sink_tls::sink_tls(const std::string& certificate, const std::string& key, const std::string& suite)
    : context_(SSL_CTX_new(TLS_server_method()))
{
    if (context_ == nullptr ||
        SSL_CTX_use_certificate_chain_file(context_.get(), certificate.c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(context_.get(), key.c_str(), SSL_FILETYPE_PEM) != 1) {
        throw std::runtime_error("cannot use certificate " + certificate + " with key " + key);
    }
    if (SSL_CTX_set_ciphersuites(context_.get(), suite.c_str()) != 1) {
        throw std::runtime_error("OpenSSL has no suite " + suite);
    }
    SSL_CTX_set_options(context_.get(), SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_num_tickets(
        context_.get(), 0); // a client that does not read them would turn its close into a reset
    SSL_CTX_set_read_ahead(context_.get(), 1);
    SSL_CTX_set_default_read_buffer_len(context_.get(), socket_read_size);
}

std::unique_ptr<sink_tls_session> sink_tls::accept(int descriptor)
{
    SSL* const session = SSL_new(context_.get());
    SSL_set_fd(session, descriptor);
    SSL_set_accept_state(session);
    return std::make_unique<sink_tls_session>(session);
}

} // namespace coquest::bench
