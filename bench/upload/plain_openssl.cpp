// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "upload/plain.hpp"

#include <stdexcept>

#include <openssl/ssl.h>

namespace coquest::bench {
namespace {

struct deleter {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* session) const { SSL_free(session); }
};

class connection final : public plain_connection {
public:
    connection(int descriptor, const std::string& roots)
        : context_(SSL_CTX_new(TLS_client_method()))
    {
        demand(SSL_CTX_load_verify_file(context_.get(), roots.c_str()) == 1, "load the roots");
        SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
        session_.reset(SSL_new(context_.get()));
        demand(SSL_set1_host(session_.get(), "localhost") == 1 &&
                   SSL_set_fd(session_.get(), descriptor) == 1 && SSL_connect(session_.get()) == 1,
               "shake hands");
    }
    void write(std::string_view bytes) override
    {
        const int size = static_cast<int>(bytes.size());
        demand(SSL_write(session_.get(), bytes.data(), size) == size, "write");
    }
    void read(std::span<char> output) override
    {
        demand(SSL_read(session_.get(), output.data(), static_cast<int>(output.size())) > 0,
               "read");
    }

private:
    static void demand(bool holds, const char* action)
    {
        if (!holds) {
            throw std::runtime_error(std::string("plain OpenSSL cannot ") + action);
        }
    }

    std::unique_ptr<SSL_CTX, deleter> context_;
    std::unique_ptr<SSL, deleter> session_;
};

} // namespace

std::unique_ptr<plain_connection> plain_openssl(int descriptor, const std::string& roots)
{
    return std::make_unique<connection>(descriptor, roots);
}

} // namespace coquest::bench
