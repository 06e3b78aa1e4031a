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
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdlib.h>
#include <unistd.h>

namespace coquest::test {
namespace {

void require(bool good, const char* what)
{
    if (!good) {
        throw std::runtime_error(std::string("cert_lab: ") + what);
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

void add_extension(X509* to, X509* issuer, const char* name, const std::string& value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
    X509_EXTENSION* const extension = X509V3_EXT_conf(nullptr, &context, name, value.c_str());
    require(extension != nullptr, value.c_str());
    require(X509_add_ext(to, extension, -1) == 1, value.c_str());
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

void add_extensions(X509* to, X509* issuer, const cert_spec& spec)
{
    if (spec.ca) {
        const std::string length =
            spec.path_length ? ",pathlen:" + std::to_string(*spec.path_length) : "";
        add_extension(to, issuer, "basicConstraints",
                      (*spec.ca ? "critical,CA:TRUE" : "critical,CA:FALSE") + length);
    }
    if (spec.key_ids) {
        add_extension(to, issuer, "subjectKeyIdentifier", "hash");
        if (issuer != to) {
            add_extension(to, issuer, "authorityKeyIdentifier", "keyid");
        }
    }
    if (!spec.san.empty()) {
        add_extension(to, issuer, "subjectAltName", join(spec.san));
    }
    if (!spec.key_usage.empty()) {
        add_extension(to, issuer, "keyUsage", "critical," + spec.key_usage);
    }
    if (!spec.extended_key_usage.empty()) {
        add_extension(to, issuer, "extendedKeyUsage", spec.extended_key_usage);
    }
    for (const auto& [name, value] : spec.more) {
        add_extension(to, issuer, name.c_str(), value);
    }
}

// Signs by `signer`; an issuer's name of null means the certificate's own.
identity make(const cert_spec& spec, key_ptr key, X509* issuer, EVP_PKEY* signer)
{
    const std::shared_ptr<X509> made(X509_new(), &X509_free);
    X509* const x = made.get();
    long serial = 0;
    RAND_bytes(reinterpret_cast<unsigned char*>(&serial), 4);
    set_name(X509_get_subject_name(x), spec.common_name);
    require(X509_set_version(x, X509_VERSION_3) == 1 &&
                ASN1_INTEGER_set(X509_get_serialNumber(x), serial + 1) == 1 &&
                X509_set_issuer_name(x, X509_get_subject_name(issuer != nullptr ? issuer : x)) ==
                    1 &&
                X509_set_pubkey(x, key.get()) == 1,
            "filling in a certificate failed");
    X509_gmtime_adj(X509_getm_notBefore(x), std::chrono::seconds(spec.from).count());
    X509_gmtime_adj(X509_getm_notAfter(x), std::chrono::seconds(spec.until).count());
    add_extensions(x, issuer != nullptr ? issuer : x, spec);
    const bool own_digest = EVP_PKEY_get_base_id(signer) == EVP_PKEY_ED25519;
    const EVP_MD* const digest = own_digest ? nullptr : EVP_get_digestbyname(spec.digest);
    require(X509_sign(x, signer, digest) > 0, "signing failed");
    return {made, std::move(key)};
}

template <class Write>
std::string to_pem(Write write)
{
    const std::unique_ptr<BIO, int (*)(BIO*)> out(BIO_new(BIO_s_mem()), &BIO_free);
    require(write(out.get()) == 1, "writing PEM failed");
    char* data = nullptr;
    const long size = BIO_get_mem_data(out.get(), &data);
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
    auto* to = reinterpret_cast<unsigned char*>(bytes.data());
    i2d_X509(certificate.get(), &to);
    return bytes;
}

std::string identity::pem() const
{
    return to_pem([this](BIO* out) { return PEM_write_bio_X509(out, certificate.get()); });
}

std::string identity::key_pem() const
{
    return to_pem([this](BIO* out) {
        return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
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

identity forge(const cert_spec& spec, const identity& of)
{
    cert_spec copy = spec;
    copy.key_ids = false;
    const identity made = issue(copy, of, ec_key());
    X509* const x = made.certificate.get();
    const ASN1_OCTET_STRING* const id = X509_get0_subject_key_id(of.certificate.get());
    require(id != nullptr &&
                X509_set_subject_name(x, X509_get_subject_name(of.certificate.get())) == 1 &&
                X509_add1_ext_i2d(x, NID_subject_key_identifier, const_cast<ASN1_OCTET_STRING*>(id),
                                  0, X509V3_ADD_APPEND) == 1,
            "copying the name and key identifier failed");
    require(X509_sign(x, of.key.get(), EVP_sha256()) > 0, "signing failed");
    const ASN1_BIT_STRING* from = nullptr;
    const ASN1_BIT_STRING* to = nullptr;
    const X509_ALGOR* algorithm = nullptr;
    X509_get0_signature(&from, &algorithm, of.certificate.get());
    X509_get0_signature(&to, &algorithm, x);
    require(ASN1_STRING_copy(const_cast<ASN1_BIT_STRING*>(to), from) == 1,
            "copying the signature failed");
    return made;
}

std::string issue_crl(const identity& issuer, const crl_spec& spec, bool pem)
{
    const std::shared_ptr<X509_CRL> made(X509_CRL_new(), &X509_CRL_free);
    X509_CRL* const list = made.get();
    const std::shared_ptr<ASN1_TIME> time(ASN1_TIME_new(), &ASN1_TIME_free);
    X509_CRL_set_version(list, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(list, X509_get_subject_name(issuer.certificate.get()));
    X509_gmtime_adj(time.get(), std::chrono::seconds(spec.from).count());
    X509_CRL_set1_lastUpdate(list, time.get());
    for (const identity& one : spec.revoked) {
        X509_REVOKED* const entry = X509_REVOKED_new();
        X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(one.certificate.get()));
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
    const bool own_digest = EVP_PKEY_get_base_id(issuer.key.get()) == EVP_PKEY_ED25519;
    require(X509_CRL_sign(list, issuer.key.get(),
                          own_digest ? nullptr : EVP_get_digestbyname(spec.digest)) > 0,
            "signing a list failed");
    return to_pem([&](BIO* out) {
        return pem ? PEM_write_bio_X509_CRL(out, list) : i2d_X509_CRL_bio(out, list);
    });
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
