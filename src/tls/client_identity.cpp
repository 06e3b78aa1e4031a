// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/client_identity.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace coquest::detail {
namespace {

pem_file certificate_file(const tls_options& options)
{
    return {"tls_client_cert", tls_failure::bad_client_certificate, options.client_cert};
}

pem_file key_file(const tls_options& options)
{
    return {"tls_client_key", tls_failure::bad_client_certificate, options.client_key};
}

bool check_key(const pem_file& file, std::string_view text, tls_diagnosis& why)
{
    const auto has = [text](std::string_view part) { return text.find(part) != text.npos; };
    if (has("BEGIN ENCRYPTED PRIVATE KEY-----") || has("Proc-Type: 4,ENCRYPTED")) {
        why = file.fault(file.path + " is encrypted with a password",
                         "decrypt it: openssl pkey -in " + file.path + " -out FILE");
        return false;
    }
    if (!has("PRIVATE KEY-----")) {
        why = file.fault(file.path + " holds no private key in PEM form",
                         "name a file that has a BEGIN PRIVATE KEY line");
        return false;
    }
    return true;
}

} // namespace

bool load_client_identity(const tls_options& options, client_identity& out, tls_diagnosis& why)
{
    if (options.client_cert.empty() && options.client_key.empty()) {
        return true;
    }
    const pem_file chain = certificate_file(options);
    const pem_file key = key_file(options);
    if (options.client_cert.empty() || options.client_key.empty()) {
        why = (options.client_cert.empty() ? chain : key)
                  .fault("is not set", "set both tls_client_cert and "
                                       "tls_client_key");
        return false;
    }
    std::vector<der_certificate> certificates;
    if (!read_file(chain, out.chain_pem, why) ||
        !read_certificates(chain, out.chain_pem, certificates, why)) {
        return false;
    }
    out.leaf = std::move(certificates.front());
    std::string text;
    const bool good = read_file(key, text, why) && check_key(key, text, why);
    out.key_pem = secret(text);
    wipe(text.data(), text.size());
    return good;
}

tls_diagnosis refused_key(const tls_options& options)
{
    return key_file(options).fault(
        options.client_key + " is not the key of " + options.client_cert,
        "name the key that the first certificate in tls_client_cert was made for");
}

tls_diagnosis refused_certificate(const tls_options& options)
{
    return certificate_file(options).fault(options.client_cert + " cannot be used",
                                           "it must begin with this client's own certificate, with "
                                           "an RSA key of 2048 bits or more, or on P-256");
}

} // namespace coquest::detail
