// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// One TLS connection on wolfSSL. context.cpp sets up what the connections share, and makes the
// library's defaults safe.

#include <coquest/wolfssl.hpp>

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

// Last: wolfSSL's headers break standard headers that are included after them.
#include "tls/wolfssl/context.hpp"

#ifdef FP_ECC
#include <wolfssl/wolfcrypt/ecc.h>
#endif

namespace coquest::inline v0 {
namespace {

using namespace detail;

struct connection_deleter {
    void operator()(WOLFSSL* connection) const noexcept { wolfSSL_free(connection); }
};

// Frees the tables of 1.7 MB that some builds allocate for each thread that makes a handshake.
struct thread_guard {
    thread_guard() = default;
    thread_guard(const thread_guard&) = delete;
    thread_guard& operator=(const thread_guard&) = delete;
#ifdef FP_ECC
    ~thread_guard() { wc_ecc_fp_free(); }
#else
    ~thread_guard() = default;
#endif
    void touch() const noexcept {}
};

struct wolfssl_session final : session_core {
    using session_core::session_core;

    [[nodiscard]] bool open(WOLFSSL_CTX* context, tls_diagnosis& diagnosis);
    static int verify(int good, WOLFSSL_X509_STORE_CTX* store);
    static int note_certificate_request(WOLFSSL* connection);

    outcome do_handshake() override;
    outcome do_read(std::span<std::byte> in, std::size_t& n) override;
    outcome do_write(std::span<const std::byte> out) override;
    void do_shutdown() override;
    library_failure last_failure() override;
    session_facts facts() override;
#ifdef COQUEST_WOLFSSL_RESUMES
    std::shared_ptr<void> native_session() override;
#endif

private:
    static int receive(WOLFSSL* connection, char* target, int size, void* self);
    static int send(WOLFSSL* connection, char* source, int size, void* self);
    outcome outcome_of(int result);

    std::unique_ptr<WOLFSSL, connection_deleter> connection_;
    int error_ = 0; // of the last call: the library shares one between reads and writes
};

bool wolfssl_session::open(WOLFSSL_CTX* context, tls_diagnosis& diagnosis)
{
    connection_.reset(wolfSSL_new(context));
#ifdef COQUEST_WOLFSSL_RESUMES
    void* const offered_session = take_offer();
    if (connection_ && offered_session != nullptr &&
        wolfSSL_set_session(connection_.get(), static_cast<WOLFSSL_SESSION*>(offered_session)) !=
            WOLFSSL_SUCCESS) {
        // The session has timed out, but some versions would still offer it.
        connection_.reset(wolfSSL_new(context));
    }
#endif
    if (!connection_) {
        diagnosis = wolfssl_refused("a session");
        return false;
    }
    WOLFSSL* const connection = connection_.get();
    wolfSSL_SSLSetIORecv(connection, &receive);
    wolfSSL_SSLSetIOSend(connection, &send);
    wolfSSL_SetIOReadCtx(connection, this);
    wolfSSL_SetIOWriteCtx(connection, this);
    wolfSSL_SetCertCbCtx(connection, this);
    const std::string& name = check_.host().dns();
    if (name.empty()) {
        return true;
    }
    if (wolfSSL_UseSNI(connection, WOLFSSL_SNI_HOST_NAME, name.data(),
                       static_cast<unsigned short>(name.size())) != WOLFSSL_SUCCESS) {
        diagnosis = wolfssl_refused("the server's name (SNI)");
        return false;
    }
    // A second check only: newer versions refuse single labels here and then check nothing, so
    // peer_check decides.
    if (check_.roots().verify &&
        wolfSSL_check_domain_name(connection, name.c_str()) != WOLFSSL_SUCCESS &&
        name.find('.') != std::string::npos) {
        diagnosis = wolfssl_refused("the server's name");
        return false;
    }
    return true;
}

// The library calls this for each sent certificate that it rejects, and last for the server's own
// (depth 0) in any case. It is given no roots, so it verifies no chain and never keeps a
// certificate as a CA, whatever is returned for other depths.
int wolfssl_session::verify(int good, WOLFSSL_X509_STORE_CTX* store)
{
    if (store == nullptr || store->userCtx == nullptr || store->certs == nullptr) {
        return 0;
    }
    auto& self = *static_cast<wolfssl_session*>(store->userCtx);
    try {
        std::vector<der_bytes> chain;
        for (int i = 0; i < store->totalCerts; ++i) {
            const WOLFSSL_BUFFER_INFO& sent = store->certs[i];
            chain.push_back(std::as_bytes(std::span(sent.buffer, sent.length)));
        }
        tls_failure kind = wolfssl_failure(store->error);
        if (kind == tls_failure::other) { // there are many more codes for bad certificates
            kind = tls_failure::bad_certificate;
        }
        if (store->error_depth == 0) {
            const auto library_failure = good == 1 ? std::nullopt : std::optional(kind);
            return self.check_.judge(chain, library_failure, current_time()) ? 1 : 0;
        }
        // No failure yet: perhaps no path needs this certificate.
        const bool unusable = good != 1 && kind != tls_failure::unknown_issuer &&
                              kind != tls_failure::self_signed && kind != tls_failure::expired &&
                              kind != tls_failure::not_yet_valid;
        if (unusable && store->error_depth > 0) {
            self.check_.distrust(static_cast<std::size_t>(store->error_depth));
        }
        return 1;
    } catch (const std::bad_alloc&) { // must not cross the library
        return 0;
    }
}

int wolfssl_session::note_certificate_request(WOLFSSL* connection)
{
    auto& client = static_cast<wolfssl_session*>(wolfSSL_GetIOReadCtx(connection))->client_;
    if (client == client_certificate::not_asked_for) {
        client = client_certificate::asked_for;
    }
    return 0;
}

int wolfssl_session::receive(WOLFSSL*, char* target, int size, void* self)
{
    auto& input = static_cast<wolfssl_session*>(self)->input_;
    if (input.empty()) {
        return WOLFSSL_CBIO_ERR_WANT_READ;
    }
    return static_cast<int>(
        input.pop(std::as_writable_bytes(std::span(target, static_cast<std::size_t>(size)))));
}

// Takes all bytes, since the library mishandles a partial send. write() limits the queue.
int wolfssl_session::send(WOLFSSL*, char* source, int size, void* self)
{
    try {
        static_cast<wolfssl_session*>(self)->output_.push(
            std::as_bytes(std::span(source, static_cast<std::size_t>(size))));
        return size;
    } catch (const std::bad_alloc&) { // must not cross the library
        return WOLFSSL_CBIO_ERR_GENERAL;
    }
}

wolfssl_session::outcome wolfssl_session::outcome_of(int result)
{
    error_ = wolfSSL_get_error(connection_.get(), result);
    switch (error_) {
    case WOLFSSL_ERROR_WANT_READ: return outcome::want_input;
    case WOLFSSL_ERROR_ZERO_RETURN: return outcome::closed;
    default: return outcome::failed;
    }
}

wolfssl_session::outcome wolfssl_session::do_handshake()
{
    static thread_local const thread_guard guard;
    guard.touch();
    const int result = wolfSSL_connect(connection_.get());
    return result == WOLFSSL_SUCCESS ? outcome::done : outcome_of(result);
}

wolfssl_session::outcome wolfssl_session::do_read(std::span<std::byte> in, std::size_t& n)
{
    const std::size_t size = std::min(in.size(), max_plaintext);
    const int result = wolfSSL_read(connection_.get(), in.data(), static_cast<int>(size));
    if (result <= 0) {
        return outcome_of(result);
    }
    n = static_cast<std::size_t>(result);
    return outcome::done;
}

wolfssl_session::outcome wolfssl_session::do_write(std::span<const std::byte> out)
{
    const int result = wolfSSL_write(connection_.get(), out.data(), static_cast<int>(out.size()));
    if (result == static_cast<int>(out.size())) {
        return outcome::done;
    }
    return result <= 0 ? outcome_of(result) : outcome::failed;
}

void wolfssl_session::do_shutdown()
{
    wolfSSL_shutdown(connection_.get()); // the socket closes next, whatever this returns
}

wolfssl_session::library_failure wolfssl_session::last_failure()
{
    library_failure failure;
    failure.kind = wolfssl_failure(error_);
    failure.code = error_;
    failure.text = wolfssl_error_text(error_);
    failure.too_large = error_ == HANDSHAKE_SIZE_ERROR || error_ == MAX_CHAIN_ERROR;
    WOLFSSL_ALERT_HISTORY alerts{};
    if (wolfSSL_get_alert_history(connection_.get(), &alerts) == WOLFSSL_SUCCESS) {
        failure.alert_sent = alerts.last_tx.code;
        failure.alert_received = alerts.last_rx.code;
    }
    return failure;
}

wolfssl_session::session_facts wolfssl_session::facts()
{
    const std::string_view version = wolfSSL_get_version(connection_.get());
    return {static_cast<std::uint32_t>(wolfSSL_get_current_cipher_suite(connection_.get())),
            version == "TLSv1.3"   ? 0x0304
            : version == "TLSv1.2" ? 0x0303
                                   : 0,
#ifdef COQUEST_WOLFSSL_RESUMES
            wolfSSL_session_reused(connection_.get()) == 1};
#else
            false};
#endif
}

#ifdef COQUEST_WOLFSSL_RESUMES
// Not wolfSSL_get_session: the library may free the session that it returns (CVE-2026-94419).
std::shared_ptr<void> wolfssl_session::native_session()
{
    WOLFSSL_SESSION* const session = wolfSSL_get1_session(connection_.get());
    if (session == nullptr) {
        return nullptr;
    }
    return {static_cast<void*>(session),
            [](void* object) { wolfSSL_SESSION_free(static_cast<WOLFSSL_SESSION*>(object)); }};
}
#endif

} // namespace

struct wolfssl_backend::impl {
    context_ptr context;
    std::shared_ptr<const trust> roots;
    client_certificate client = client_certificate::not_asked_for;
    std::shared_ptr<session_cache> sessions;
};

std::shared_ptr<const wolfssl_backend> wolfssl_backend::create(const tls_options& options,
                                                               tls_diagnosis& diagnosis)
{
    const std::shared_ptr<trust> roots = make_trust(options, wolfssl_crypto, diagnosis);
    client_identity identity;
    const auto now = current_time();
    if (!roots || (roots->verify && !load_crls(options, now, *roots, diagnosis)) ||
        !load_client_identity(options, now, identity, diagnosis)) {
        return nullptr;
    }
    context_ptr context = make_wolfssl_context(options.min, diagnosis);
    if (!context) {
        return nullptr;
    }
    if (roots->verify) { // the default is to verify nothing
        wolfSSL_CTX_set_verify(context.get(), WOLFSSL_VERIFY_PEER, &wolfssl_session::verify);
    } else {
        wolfSSL_CTX_set_verify(context.get(), WOLFSSL_VERIFY_NONE, nullptr);
    }
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
    // Lean builds have only the second callback.
#ifdef OPENSSL_EXTRA
    wolfSSL_CTX_set_client_cert_cb(context.get(),
                                   [](WOLFSSL* connection, WOLFSSL_X509**, WOLFSSL_EVP_PKEY**) {
                                       return wolfssl_session::note_certificate_request(connection);
                                   });
#elif defined(WOLFSSL_CERT_SETUP_CB)
    wolfSSL_CTX_set_cert_cb(
        context.get(),
        [](WOLFSSL* connection, void*) {
            wolfssl_session::note_certificate_request(connection);
            return 1;
        },
        nullptr);
#endif
    return std::make_shared<const wolfssl_backend>(std::make_unique<const impl>(
        impl{std::move(context), roots, client, std::make_shared<session_cache>()}));
}

std::unique_ptr<wolfssl_backend::session> wolfssl_backend::make_session(
    std::string_view host, tls_diagnosis& diagnosis) const
{
    return make_session(host, 0, diagnosis);
}

std::unique_ptr<wolfssl_backend::session> wolfssl_backend::make_session(
    std::string_view host, std::uint16_t port, tls_diagnosis& diagnosis) const
{
    return open_session<wolfssl_session>(*impl_, host, port, diagnosis);
}

std::string_view wolfssl_backend::name() noexcept
{
    static const std::string text = std::string("wolfSSL ") + wolfSSL_lib_version();
    return text;
}

wolfssl_backend::wolfssl_backend(std::unique_ptr<const impl> state) noexcept
    : impl_(std::move(state))
{
}

wolfssl_backend::~wolfssl_backend() = default;

static_assert(tls_backend<wolfssl_backend>);

} // namespace coquest::inline v0
