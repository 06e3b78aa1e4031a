// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "upload/plain.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include <sys/socket.h>

// Last, because wolfSSL's headers break some standard headers that are included after them.
#include <wolfssl/options.h>

#include <wolfssl/ssl.h>

namespace coquest::bench {
namespace {

struct deleter {
    void operator()(WOLFSSL_CTX* context) const { wolfSSL_CTX_free(context); }
    void operator()(WOLFSSL* session) const { wolfSSL_free(session); }
};

class connection final : public plain_connection {
public:
    connection(int descriptor, const std::string& roots)
        : descriptor_(descriptor), context_(wolfSSL_CTX_new(wolfTLSv1_3_client_method()))
    {
        std::ifstream file(roots);
        const std::string pem(std::istreambuf_iterator<char>(file), {});
        demand(wolfSSL_CTX_load_verify_buffer(
                   context_.get(), reinterpret_cast<const unsigned char*>(pem.data()),
                   static_cast<long>(pem.size()), WOLFSSL_FILETYPE_PEM) == WOLFSSL_SUCCESS,
               "load the roots");
        wolfSSL_CTX_set_verify(context_.get(), WOLFSSL_VERIFY_PEER, nullptr);
        session_.reset(wolfSSL_new(context_.get()));
        // Some builds of wolfSSL have no calls for sockets.
        wolfSSL_SSLSetIORecv(session_.get(), &receive);
        wolfSSL_SSLSetIOSend(session_.get(), &send);
        wolfSSL_SetIOReadCtx(session_.get(), &descriptor_);
        wolfSSL_SetIOWriteCtx(session_.get(), &descriptor_);
        demand(wolfSSL_connect(session_.get()) == WOLFSSL_SUCCESS, "shake hands");
    }
    void write(std::string_view bytes) override
    {
        const int size = static_cast<int>(bytes.size());
        demand(wolfSSL_write(session_.get(), bytes.data(), size) == size, "write");
    }
    void read(std::span<char> output) override
    {
        demand(wolfSSL_read(session_.get(), output.data(), static_cast<int>(output.size())) > 0,
               "read");
    }

private:
    static int receive(WOLFSSL*, char* output, int size, void* descriptor)
    {
        return static_cast<int>(
            ::recv(*static_cast<int*>(descriptor), output, static_cast<std::size_t>(size), 0));
    }
    static int send(WOLFSSL*, char* bytes, int size, void* descriptor)
    {
        return static_cast<int>(::send(*static_cast<int*>(descriptor), bytes,
                                       static_cast<std::size_t>(size), MSG_NOSIGNAL));
    }
    static void demand(bool holds, const char* action)
    {
        if (!holds) {
            throw std::runtime_error(std::string("plain wolfSSL cannot ") + action);
        }
    }

    int descriptor_;
    std::unique_ptr<WOLFSSL_CTX, deleter> context_;
    std::unique_ptr<WOLFSSL, deleter> session_;
};

} // namespace

std::unique_ptr<plain_connection> plain_wolfssl(int descriptor, const std::string& roots)
{
    return std::make_unique<connection>(descriptor, roots);
}

} // namespace coquest::bench
