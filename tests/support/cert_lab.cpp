// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/cert_lab.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <stdexcept>
#include <utility>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdlib.h>
#include <unistd.h>

namespace coquest::test {
namespace {

void require(bool holds, const char* message)
{
    if (!holds) {
        throw std::runtime_error(std::string("cert_lab: ") + message);
    }
}

key_ptr own(EVP_PKEY* key)
{
    require(key != nullptr, "making a key failed");
    return {key, &EVP_PKEY_free};
}

void set_name(X509_NAME* name, const std::string& common_name)
{
    if (!common_name.empty()) {
        require(
            X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char*>(common_name.data()),
                                       static_cast<int>(common_name.size()), -1, 0) == 1,
            "setting a name failed");
    }
}

void add_extension(X509* certificate, X509* issuer, const char* name, const std::string& value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* const extension = X509V3_EXT_conf(nullptr, &context, name, value.c_str());
    require(extension != nullptr, value.c_str());
    require(X509_add_ext(certificate, extension, -1) == 1, value.c_str());
    X509_EXTENSION_free(extension);
}

std::string join(const std::vector<std::string>& parts)
{
    std::string text;
    for (const std::string& part : parts) {
        text += text.empty() ? "" : ",";
        text += part;
    }
    return text;
}

void add_extensions(X509* certificate, X509* issuer, const cert_spec& spec)
{
    if (spec.ca) {
        const std::string length =
            spec.path_length ? ",pathlen:" + std::to_string(*spec.path_length) : "";
        add_extension(certificate, issuer, "basicConstraints",
                      (*spec.ca ? "critical,CA:TRUE" : "critical,CA:FALSE") + length);
    }
    if (spec.key_ids) {
        add_extension(certificate, issuer, "subjectKeyIdentifier", "hash");
        if (issuer != certificate) {
            add_extension(certificate, issuer, "authorityKeyIdentifier", "keyid");
        }
    }
    if (!spec.san.empty()) {
        add_extension(certificate, issuer, "subjectAltName", join(spec.san));
    }
    if (!spec.key_usage.empty()) {
        add_extension(certificate, issuer, "keyUsage", "critical," + spec.key_usage);
    }
    if (!spec.extended_key_usage.empty()) {
        add_extension(certificate, issuer, "extendedKeyUsage", spec.extended_key_usage);
    }
    for (const auto& [name, value] : spec.more) {
        add_extension(certificate, issuer, name.c_str(), value);
    }
}

// Signs with `signer`. If `issuer` is null, the certificate names itself as its issuer.
identity make(const cert_spec& spec, key_ptr key, X509* issuer, EVP_PKEY* signer)
{
    const std::shared_ptr<X509> certificate(X509_new(), &X509_free);
    X509* const x = certificate.get();
    long serial = 0;
    RAND_bytes(reinterpret_cast<unsigned char*>(&serial), 4);
    set_name(X509_get_subject_name(x), spec.common_name);
    require(X509_set_version(x, spec.version_1 ? X509_VERSION_1 : X509_VERSION_3) == 1 &&
                ASN1_INTEGER_set(X509_get_serialNumber(x), serial + 1) == 1 &&
                X509_set_issuer_name(x, X509_get_subject_name(issuer != nullptr ? issuer : x)) ==
                    1 &&
                X509_set_pubkey(x, key.get()) == 1,
            "filling in a certificate failed");
    X509_gmtime_adj(X509_getm_notBefore(x), std::chrono::seconds(spec.from).count());
    X509_gmtime_adj(X509_getm_notAfter(x), std::chrono::seconds(spec.until).count());
    if (!spec.version_1) {
        add_extensions(x, issuer != nullptr ? issuer : x, spec);
    }
    const bool own_digest = EVP_PKEY_get_base_id(signer) == EVP_PKEY_ED25519;
    const EVP_MD* const digest = own_digest ? nullptr : EVP_get_digestbyname(spec.digest);
    if (spec.pss) {
        const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                         &EVP_MD_CTX_free);
        EVP_PKEY_CTX* key_context = nullptr;
        require(EVP_DigestSignInit(context.get(), &key_context, digest, nullptr, signer) == 1 &&
                    EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING) == 1 &&
                    EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST) == 1 &&
                    X509_sign_ctx(x, context.get()) > 0,
                "signing failed");
        return {certificate, std::move(key)};
    }
    require(X509_sign(x, signer, digest) > 0, "signing failed");
    return {certificate, std::move(key)};
}

template <class Write>
std::string to_pem(Write write)
{
    const std::unique_ptr<BIO, int (*)(BIO*)> output(BIO_new(BIO_s_mem()), &BIO_free);
    require(write(output.get()) == 1, "writing PEM failed");
    char* data = nullptr;
    const long size = BIO_get_mem_data(output.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

} // namespace

key_ptr rsa_key(int bits)
{
    static std::mutex mutex;
    static std::map<int, key_ptr> keys;
    const std::scoped_lock lock(mutex);
    key_ptr& key = keys[bits];
    if (!key) {
        key = own(EVP_RSA_gen(static_cast<unsigned>(bits)));
    }
    return key;
}

key_ptr ec_key(const char* curve)
{
    return own(EVP_EC_gen(curve));
}

key_ptr ed25519_key()
{
    return own(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
}

std::vector<std::byte> identity::der() const
{
    std::vector<std::byte> bytes(static_cast<std::size_t>(i2d_X509(certificate.get(), nullptr)));
    auto* output = reinterpret_cast<unsigned char*>(bytes.data());
    i2d_X509(certificate.get(), &output);
    return bytes;
}

std::string identity::pem() const
{
    return to_pem([this](BIO* output) { return PEM_write_bio_X509(output, certificate.get()); });
}

std::string identity::key_pem() const
{
    return to_pem([this](BIO* output) {
        return PEM_write_bio_PrivateKey(output, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
}

identity self_signed(const cert_spec& spec, key_ptr key)
{
    EVP_PKEY* const signer = key.get();
    return make(spec, std::move(key), nullptr, signer);
}

identity issue(const cert_spec& spec, const identity& issuer, key_ptr key)
{
    return make(spec, std::move(key), issuer.certificate.get(), issuer.key.get());
}

identity from_pem(const std::string& certificate_pem, const std::string& key_pem)
{
    const auto memory = [](const std::string& text) {
        return std::unique_ptr<BIO, int (*)(BIO*)>(
            BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free);
    };
    identity read;
    read.certificate = {PEM_read_bio_X509(memory(certificate_pem).get(), nullptr, nullptr, nullptr),
                        &X509_free};
    require(read.certificate != nullptr, "reading a certificate failed");
    if (!key_pem.empty()) {
        read.key = own(PEM_read_bio_PrivateKey(memory(key_pem).get(), nullptr, nullptr, nullptr));
    }
    return read;
}

identity forge(const cert_spec& spec, const identity& original)
{
    cert_spec copy = spec;
    copy.key_ids = false;
    const identity forged = issue(copy, original, ec_key());
    X509* const x = forged.certificate.get();
    const ASN1_OCTET_STRING* const id = X509_get0_subject_key_id(original.certificate.get());
    require(id != nullptr &&
                X509_set_subject_name(x, X509_get_subject_name(original.certificate.get())) == 1 &&
                X509_add1_ext_i2d(x, NID_subject_key_identifier, const_cast<ASN1_OCTET_STRING*>(id),
                                  0, X509V3_ADD_APPEND) == 1,
            "copying the name and key identifier failed");
    require(X509_sign(x, original.key.get(), EVP_sha256()) > 0, "signing failed");
    const ASN1_BIT_STRING* original_signature = nullptr;
    const ASN1_BIT_STRING* forged_signature = nullptr;
    const X509_ALGOR* algorithm = nullptr;
    X509_get0_signature(&original_signature, &algorithm, original.certificate.get());
    X509_get0_signature(&forged_signature, &algorithm, x);
    require(ASN1_STRING_copy(const_cast<ASN1_BIT_STRING*>(forged_signature), original_signature) ==
                1,
            "copying the signature failed");
    return forged;
}

std::string issue_crl(const identity& issuer, const crl_spec& spec, bool pem)
{
    const std::shared_ptr<X509_CRL> list_owner(X509_CRL_new(), &X509_CRL_free);
    X509_CRL* const list = list_owner.get();
    const std::shared_ptr<ASN1_TIME> time(ASN1_TIME_new(), &ASN1_TIME_free);
    X509_CRL_set_version(list, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(list, X509_get_subject_name(issuer.certificate.get()));
    X509_gmtime_adj(time.get(), std::chrono::seconds(spec.from).count());
    X509_CRL_set1_lastUpdate(list, time.get());
    for (const identity& revoked : spec.revoked) {
        X509_REVOKED* const entry = X509_REVOKED_new();
        X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(revoked.certificate.get()));
        X509_REVOKED_set_revocationDate(entry, time.get());
        X509_CRL_add0_revoked(list, entry);
    }
    X509_gmtime_adj(time.get(), std::chrono::seconds(spec.until).count());
    X509_CRL_set1_nextUpdate(list, time.get());
    if (spec.critical_extension) {
        const std::shared_ptr<ASN1_INTEGER> base(ASN1_INTEGER_new(), &ASN1_INTEGER_free);
        ASN1_INTEGER_set(base.get(), 1);
        require(X509_CRL_add1_ext_i2d(list, NID_delta_crl, base.get(), 1, 0) == 1,
                "adding an extension failed");
    }
    if (spec.key_id) {
        X509V3_CTX context;
        X509V3_set_ctx(&context, issuer.certificate.get(), nullptr, nullptr, list, 0);
        const std::unique_ptr<X509_EXTENSION, void (*)(X509_EXTENSION*)> extension(
            X509V3_EXT_conf(nullptr, &context, "authorityKeyIdentifier", "keyid:always"),
            &X509_EXTENSION_free);
        require(extension && X509_CRL_add_ext(list, extension.get(), -1) == 1,
                "adding an extension failed");
    }
    const bool own_digest = EVP_PKEY_get_base_id(issuer.key.get()) == EVP_PKEY_ED25519;
    require(X509_CRL_sign(list, issuer.key.get(),
                          own_digest ? nullptr : EVP_get_digestbyname(spec.digest)) > 0,
            "signing a list failed");
    return to_pem([&](BIO* output) {
        return pem ? PEM_write_bio_X509_CRL(output, list) : i2d_X509_CRL_bio(output, list);
    });
}

std::string verdict_of_openssl(const identity& leaf, const std::vector<identity>& chain,
                               const std::vector<identity>& roots, const std::string& lists)
{
    const std::unique_ptr<X509_STORE, void (*)(X509_STORE*)> store(X509_STORE_new(),
                                                                   &X509_STORE_free);
    const std::unique_ptr<X509_STORE_CTX, void (*)(X509_STORE_CTX*)> context(X509_STORE_CTX_new(),
                                                                             &X509_STORE_CTX_free);
    const std::unique_ptr<STACK_OF(X509), void (*)(STACK_OF(X509)*)> sent(
        sk_X509_new_null(), [](STACK_OF(X509) * list) { sk_X509_free(list); });
    const std::unique_ptr<BIO, int (*)(BIO*)> input(
        BIO_new_mem_buf(lists.data(), static_cast<int>(lists.size())), &BIO_free);
    for (const identity& entry : roots) {
        require(X509_STORE_add_cert(store.get(), entry.certificate.get()) == 1,
                "adding a root failed");
    }
    for (const identity& entry : chain) {
        require(sk_X509_push(sent.get(), entry.certificate.get()) > 0,
                "adding a certificate failed");
    }
    while (X509_CRL* const list = PEM_read_bio_X509_CRL(input.get(), nullptr, nullptr, nullptr)) {
        require(X509_STORE_add_crl(store.get(), list) == 1, "adding a list failed");
        X509_CRL_free(list);
    }
    X509_STORE_set_flags(store.get(), X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    require(X509_STORE_CTX_init(context.get(), store.get(), leaf.certificate.get(), sent.get()) ==
                1,
            "preparing a verification failed");
    return X509_verify_cert(context.get()) == 1
               ? ""
               : X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
}

identity guide_recipe(bool ca)
{
    cert_spec spec;
    spec.ca = ca;
    return self_signed(spec, rsa_key(2048));
}

cert_spec ca_spec(std::string name)
{
    cert_spec spec;
    spec.common_name = std::move(name);
    spec.ca = true;
    spec.key_usage = "keyCertSign,cRLSign";
    return spec;
}

cert_spec server_spec(std::vector<std::string> san)
{
    cert_spec spec;
    spec.common_name = "a server";
    spec.san = std::move(san);
    spec.ca = false;
    spec.key_usage = "digitalSignature";
    spec.extended_key_usage = "serverAuth";
    return spec;
}

temp_file::temp_file(std::string_view content)
{
    path_ = (std::filesystem::temp_directory_path() / "coquest-XXXXXX").string();
    const int handle = ::mkstemp(path_.data());
    require(handle >= 0, "making a file failed");
    ::close(handle);
    std::ofstream(path_, std::ios::binary) << content;
}

temp_file::~temp_file()
{
    ::unlink(path_.c_str());
}

} // namespace coquest::test
