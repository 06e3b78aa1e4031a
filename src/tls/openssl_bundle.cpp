// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// OpenSSL takes 0.1 ms to decode a certificate, and a bundle has some 150, of which a process needs
// one or two: so they are decoded when a chain names them.

#include "tls/openssl_context.hpp"
#include "tls/x509.hpp"

#include <mutex>
#include <new>
#include <utility>

#include <openssl/x509.h>

namespace coquest::detail {
namespace {

class bundle {
public:
    explicit bundle(std::vector<der_certificate> roots)
    {
        for (der_certificate& one : roots) {
            roots_.push_back({std::move(one), 0});
        }
    }

    /// Moves the roots of that name into @p store.
    void load(X509_STORE* store, const X509_NAME* name)
    {
        const unsigned long wanted = X509_NAME_hash_ex(name, nullptr, nullptr, nullptr);
        const std::lock_guard lock(mutex_);
        if (!named_) {
            for (root& one : roots_) {
                one.name = name_of(one.der);
            }
            named_ = true;
        }
        for (root& one : roots_) {
            if (one.name == wanted && !one.der.empty()) {
                const auto decoded = decode(one.der); // this build may lack its algorithm
                if (decoded && X509_STORE_add_cert(store, decoded.get()) == 1) {
                    one.der = {};
                }
            }
        }
    }

    static int index()
    {
        static const int made = X509_STORE_get_ex_new_index(
            0, nullptr, nullptr, nullptr, [](void*, void* self, CRYPTO_EX_DATA*, int, long, void*) {
                delete static_cast<bundle*>(self);
            });
        return made;
    }

private:
    struct root {
        der_certificate der; // empty where it is in the store
        unsigned long name;
    };

    // OpenSSL's hash, which is the same for names that it takes to be equal.
    static unsigned long name_of(const der_certificate& root)
    {
        struct deleter {
            void operator()(X509_NAME* name) const noexcept { X509_NAME_free(name); }
        };
        const auto parsed = parse_certificate(root);
        if (!parsed) {
            return 0;
        }
        const auto* der = reinterpret_cast<const unsigned char*>(parsed->subject.data());
        const std::unique_ptr<X509_NAME, deleter> name(
            d2i_X509_NAME(nullptr, &der, static_cast<long>(parsed->subject.size())));
        return name ? X509_NAME_hash_ex(name.get(), nullptr, nullptr, nullptr) : 0;
    }

    std::mutex mutex_;
    std::vector<root> roots_;
    bool named_ = false;
};

void load(X509_STORE_CTX* context, const X509_NAME* name)
{
    X509_STORE* const store = X509_STORE_CTX_get0_store(context);
    ERR_set_mark();
    try {
        static_cast<bundle*>(X509_STORE_get_ex_data(store, bundle::index()))->load(store, name);
    } catch (const std::bad_alloc&) {
        X509_STORE_CTX_set_error(context, X509_V_ERR_OUT_OF_MEM); // nothing may go through C
    }
    ERR_pop_to_mark();
}

int find_issuer(X509** issuer, X509_STORE_CTX* context, X509* of)
{
    load(context, X509_get_issuer_name(of));
    return X509_STORE_CTX_get1_issuer(issuer, context, of);
}

STACK_OF(X509) * find_certificates(X509_STORE_CTX* context, const X509_NAME* name)
{
    load(context, name);
    return X509_STORE_CTX_get1_certs(context, name);
}

} // namespace

openssl_ptr<X509> decode(der_bytes certificate)
{
    const auto* der = reinterpret_cast<const unsigned char*>(certificate.data());
    return openssl_ptr<X509>(d2i_X509(nullptr, &der, static_cast<long>(certificate.size())));
}

bool load_when_needed(X509_STORE* store, std::vector<der_certificate> roots)
{
    X509_STORE_set_get_issuer(store, &find_issuer);
    X509_STORE_set_lookup_certs(store, &find_certificates);
    auto made = std::make_unique<bundle>(std::move(roots));
    return X509_STORE_set_ex_data(store, bundle::index(), made.get()) == 1 &&
           made.release() != nullptr; // it is the store's
}

} // namespace coquest::detail
