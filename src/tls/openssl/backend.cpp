// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// One TLS connection on OpenSSL. context.cpp sets up what the connections share.

#include <coquest/openssl.hpp>

#include "tls/openssl/context.hpp"
#include "tls/session/session_core.hpp"
#include "tls/trust/clock.hpp"
#include "tls/trust/crl.hpp"

#include <algorithm>
#include <cstddef>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <openssl/x509v3.h>

namespace coquest::inline v0 {

namespace {

using namespace detail;

struct openssl_session final : session_core {
    using session_core::session_core;

    [[nodiscard]] bool open(SSL_CTX* context, tls_diagnosis& diagnosis);
    static int verify(X509_STORE_CTX* store, void*);
    static int note_certificate_request(SSL* connection, X509** certificate, EVP_PKEY** key);
    static void note_alert(const SSL* connection, int where, int value);

    outcome do_handshake() override;
    outcome do_read(std::span<std::byte> in, std::size_t& n) override;
    outcome do_write(std::span<const std::byte> out) override;
    void do_shutdown() override;
    library_failure last_failure() override { return failure_; }
    session_facts facts() override;
    std::shared_ptr<void> native_session() override;

private:
    static BIO_METHOD* bio_method();
    static int bio_read(BIO* bio, char* target, int size);
    static int bio_write(BIO* bio, const char* source, int size);
    static long bio_control(BIO* bio, int command, long, void*);
    outcome outcome_of(int result);
    int verify_path(X509_STORE_CTX* store);

    openssl_ptr<SSL> connection_;
    library_failure failure_;
    const char* verify_text_ = nullptr; // result of the library's own verification
};

// A BIO that works directly on our queues, so bytes are copied once and the input is bounded.
BIO_METHOD* openssl_session::bio_method()
{
    struct deleter {
        void operator()(BIO_METHOD* method) const noexcept { BIO_meth_free(method); }
    };
    static const std::unique_ptr<BIO_METHOD, deleter> method = [] {
        std::unique_ptr<BIO_METHOD, deleter> result(
            BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "coquest"));
        if (result && (BIO_meth_set_read(result.get(), &bio_read) != 1 ||
                       BIO_meth_set_write(result.get(), &bio_write) != 1 ||
                       BIO_meth_set_ctrl(result.get(), &bio_control) != 1)) {
            result.reset();
        }
        return result;
    }();
    return method.get();
}

int openssl_session::bio_read(BIO* bio, char* target, int size)
{
    auto& input = static_cast<openssl_session*>(BIO_get_data(bio))->input_;
    BIO_clear_retry_flags(bio);
    if (input.empty()) {
        BIO_set_retry_read(bio);
        return -1;
    }
    return static_cast<int>(
        input.pop(std::as_writable_bytes(std::span(target, static_cast<std::size_t>(size)))));
}

int openssl_session::bio_write(BIO* bio, const char* source, int size)
{
    BIO_clear_retry_flags(bio);
    try {
        static_cast<openssl_session*>(BIO_get_data(bio))
            ->output_.push(std::as_bytes(std::span(source, static_cast<std::size_t>(size))));
        return size;
    } catch (const std::bad_alloc&) { // must not cross the library
        return -1;
    }
}

long openssl_session::bio_control(BIO*, int command, long, void*)
{
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

bool openssl_session::open(SSL_CTX* context, tls_diagnosis& diagnosis)
{
    connection_.reset(SSL_new(context));
    BIO* const bio = bio_method() != nullptr ? BIO_new(bio_method()) : nullptr;
    if (!connection_ || bio == nullptr) {
        BIO_free(bio);
        diagnosis = openssl_refused("a session");
        return false;
    }
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    SSL_set_bio(connection_.get(), bio, bio); // takes ownership of the BIO
    SSL_set_app_data(connection_.get(), this);
    SSL_set_connect_state(connection_.get());
    if (void* const offered_session = take_offer()) {
        SSL_set_session(connection_.get(), static_cast<SSL_SESSION*>(offered_session));
    }
    const std::string& name = check_.host().dns();
    if (!name.empty() && SSL_set_tlsext_host_name(connection_.get(), name.c_str()) != 1) {
        diagnosis = openssl_refused("the server's name (SNI)");
        return false;
    }
    return true;
}

// Lets the library judge the accepted path, and no other certificate.
int openssl_session::verify_path(X509_STORE_CTX* store)
{
    STACK_OF(X509)* const sent = X509_STORE_CTX_get0_untrusted(store);
    const openssl_ptr<STACK_OF(X509)> path(sk_X509_new_null());
    const openssl_ptr<STACK_OF(X509)> roots(sk_X509_new_null());
    const trusted_certificate* const root = check_.root();
    const openssl_ptr<X509> decoded = root != nullptr ? decode(root->der) : nullptr;
    X509* const anchor = root != nullptr ? decoded.get() : sk_X509_value(sent, 0);
    bool ready = path && roots && anchor != nullptr && sk_X509_push(roots.get(), anchor) > 0;
    for (const std::size_t index : check_.path()) {
        X509* const certificate = sk_X509_value(sent, static_cast<int>(index));
        ready = ready && certificate != nullptr && sk_X509_push(path.get(), certificate) > 0;
    }
    X509_VERIFY_PARAM* const parameters = X509_STORE_CTX_get0_param(store);
    // A root need not be self-signed. Dates and usage are checked already; OpenSSL would count a
    // certificate as expired in its last valid second.
    if (!ready ||
        X509_VERIFY_PARAM_set_flags(parameters,
                                    X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME) != 1 ||
        X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_ANY) != 1) {
        return X509_V_ERR_OUT_OF_MEM;
    }
    X509_STORE_CTX_set0_untrusted(store, path.get());
    X509_STORE_CTX_set0_trusted_stack(store, roots.get());
    const bool good = X509_verify_cert(store) == 1;
    X509_STORE_CTX_set0_untrusted(store, sent);
    X509_STORE_CTX_set0_trusted_stack(store, nullptr);
    const int code = X509_STORE_CTX_get_error(store);
    return good ? X509_V_OK : code != X509_V_OK ? code : X509_V_ERR_UNSPECIFIED;
}

// Replaces the library's own verification, and calls it for the accepted path only.
int openssl_session::verify(X509_STORE_CTX* store, void*)
{
    const auto* connection = static_cast<const SSL*>(
        X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto& self = *static_cast<openssl_session*>(SSL_get_app_data(connection));
    STACK_OF(X509)* const certificates = X509_STORE_CTX_get0_untrusted(store);
    try {
        std::vector<der_blob> copies;
        for (int i = 0; i < sk_X509_num(certificates); ++i) {
            const X509* const certificate = sk_X509_value(certificates, i);
            const int size = i2d_X509(certificate, nullptr);
            der_blob& der = copies.emplace_back(static_cast<std::size_t>(std::max(size, 0)));
            auto* target = reinterpret_cast<unsigned char*>(der.data());
            i2d_X509(certificate, &target);
        }
        const std::vector<der_bytes> chain(copies.begin(), copies.end());
        if (self.check_.judge(chain, std::nullopt, current_time())) {
            const int code = self.verify_path(store);
            self.verify_text_ = X509_verify_cert_error_string(code);
            if (code != X509_V_OK) {
                self.check_.refuse(verify_failure(code));
            }
        }
        X509_STORE_CTX_set_error(
            store, self.check_.accepted() ? X509_V_OK : verify_code(self.check_.failure()->kind));
        return self.check_.accepted() ? 1 : 0;
    } catch (const std::bad_alloc&) { // must not cross the library
        X509_STORE_CTX_set_error(store, X509_V_ERR_OUT_OF_MEM);
        return 0;
    }
}

int openssl_session::note_certificate_request(SSL* connection, X509**, EVP_PKEY**)
{
    static_cast<openssl_session*>(SSL_get_app_data(connection))->client_ =
        client_certificate::asked_for;
    return 0; // no certificate to send
}

void openssl_session::note_alert(const SSL* connection, int where, int value)
{
    auto* const self = static_cast<openssl_session*>(SSL_get_app_data(connection));
    if (self == nullptr || (where & SSL_CB_ALERT) == 0) {
        return;
    }
    const int alert = value & 0xff;
    ((where & SSL_CB_READ) != 0 ? self->failure_.alert_received : self->failure_.alert_sent) =
        alert;
}

openssl_session::outcome openssl_session::outcome_of(int result)
{
    switch (SSL_get_error(connection_.get(), result)) {
    case SSL_ERROR_WANT_READ: return outcome::want_input;
    case SSL_ERROR_ZERO_RETURN: return outcome::closed;
    default: break;
    }
    const unsigned long code = ERR_peek_last_error(); // the outermost
    failure_.kind = openssl_failure(code);
    failure_.code = ERR_GET_REASON(code);
    failure_.text = failure_.kind == tls_failure::bad_certificate && verify_text_ != nullptr
                        ? std::string("OpenSSL: ") + verify_text_
                        : openssl_error_text(code);
    failure_.too_large =
        ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_EXCESSIVE_MESSAGE_SIZE;
    ERR_clear_error();
    return outcome::failed;
}

openssl_session::outcome openssl_session::do_handshake()
{
    ERR_clear_error();
    const int result = SSL_do_handshake(connection_.get());
    return result == 1 ? outcome::done : outcome_of(result);
}

openssl_session::outcome openssl_session::do_read(std::span<std::byte> in, std::size_t& n)
{
    ERR_clear_error();
    const int result = SSL_read_ex(connection_.get(), in.data(), in.size(), &n);
    return result == 1 ? outcome::done : outcome_of(result);
}

openssl_session::outcome openssl_session::do_write(std::span<const std::byte> out)
{
    ERR_clear_error();
    std::size_t n = 0;
    const int result = SSL_write_ex(connection_.get(), out.data(), out.size(), &n);
    return result == 1 ? outcome::done : outcome_of(result);
}

void openssl_session::do_shutdown()
{
    ERR_clear_error();
    SSL_shutdown(connection_.get()); // the socket closes next, whatever this returns
    ERR_clear_error();
}

openssl_session::session_facts openssl_session::facts()
{
    const SSL_CIPHER* const cipher = SSL_get_current_cipher(connection_.get());
    const int version = SSL_version(connection_.get());
    return {cipher != nullptr ? SSL_CIPHER_get_protocol_id(cipher) : std::uint32_t{0}, version,
            SSL_session_reused(connection_.get()) == 1};
}

// Returns a copy, since the library marks its own session as not resumable unless both sides send
// close_notify.
std::shared_ptr<void> openssl_session::native_session()
{
    SSL_SESSION* const session = SSL_get_session(connection_.get());
    if (session == nullptr || SSL_SESSION_is_resumable(session) != 1) {
        return nullptr;
    }
    SSL_SESSION* const copy = SSL_SESSION_dup(session);
    if (copy == nullptr) {
        return nullptr;
    }
    return {static_cast<void*>(copy),
            [](void* object) { SSL_SESSION_free(static_cast<SSL_SESSION*>(object)); }};
}

} // namespace

struct openssl_backend::impl {
    openssl_ptr<SSL_CTX> context;
    std::shared_ptr<const trust> roots;
    client_certificate client = client_certificate::not_asked_for;
    std::shared_ptr<session_cache> sessions;
};

std::shared_ptr<const openssl_backend> openssl_backend::create(const tls_options& options,
                                                               tls_diagnosis& diagnosis)
{
    const std::shared_ptr<trust> roots = make_trust(options, openssl_crypto, diagnosis);
    client_identity identity;
    const auto now = current_time();
    if (!roots || (roots->verify && !load_crls(options, now, *roots, diagnosis)) ||
        !load_client_identity(options, now, identity, diagnosis)) {
        return nullptr;
    }
    openssl_ptr<SSL_CTX> context = make_openssl_context(options.min, diagnosis);
    if (!context) {
        return nullptr;
    }
    if (roots->verify) {
        SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
        SSL_CTX_set_cert_verify_callback(context.get(), &openssl_session::verify, nullptr);
    } else {
        SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
    }
    SSL_CTX_set_info_callback(context.get(), &openssl_session::note_alert);
    SSL_CTX_set_client_cert_cb(context.get(), &openssl_session::note_certificate_request);
    auto client = client_certificate::not_asked_for;
    if (!identity.chain_pem.empty()) {
        if (!load_identity(context.get(), options, identity, diagnosis)) {
            return nullptr;
        }
        client = client_certificate::sent;
    }
    if (auto dated = dated_identity(options, identity)) {
        roots->dated.push_back(std::move(*dated));
    }
    return std::make_shared<const openssl_backend>(std::make_unique<const impl>(
        impl{std::move(context), roots, client, std::make_shared<session_cache>()}));
}

std::unique_ptr<openssl_backend::session> openssl_backend::make_session(
    std::string_view host, tls_diagnosis& diagnosis) const
{
    return make_session(host, 0, diagnosis);
}

std::unique_ptr<openssl_backend::session> openssl_backend::make_session(
    std::string_view host, std::uint16_t port, tls_diagnosis& diagnosis) const
{
    return open_session<openssl_session>(*impl_, host, port, diagnosis);
}

std::string_view openssl_backend::name() noexcept
{
    static const std::string text =
        std::string("OpenSSL ") + OpenSSL_version(OPENSSL_VERSION_STRING);
    return text;
}

openssl_backend::openssl_backend(std::unique_ptr<const impl> state) noexcept
    : impl_(std::move(state))
{
}

openssl_backend::~openssl_backend() = default;

static_assert(tls_backend<openssl_backend>);

} // namespace coquest::inline v0
