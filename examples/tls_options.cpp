// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Further options of TLS: tls_options. It connects to nobody, and prints what was set.

#include <coquest/sender.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

coquest::sender_builder pinned()
{
    // --8<-- [start:pin]
    coquest::sender_builder builder("https", "db.example", 9000);
    builder.tls_roots("/etc/questdb/ca.pem")
        .tls_pin("sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")  // the key in use
        .tls_pin("sha256/BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA="); // the next one
    // --8<-- [end:pin]
    return builder;
}

coquest::sender_builder mutual()
{
    // --8<-- [start:mutual]
    coquest::sender_builder builder("https", "db.example", 9000);
    builder.tls_roots("/etc/questdb/ca.pem")
        .tls_client_cert("/etc/questdb/client.pem") // the certificate, then its intermediates
        .tls_client_key("/etc/questdb/client.key")
        .tls_crl("/etc/questdb/revoked.crl")
        .tls_reload(true) // new connections use files that have changed
        .tls_min("1.3");
    // --8<-- [end:mutual]
    return builder;
}

coquest::sender_builder from_memory(const std::string& pem)
{
    // --8<-- [start:memory]
    coquest::sender_builder builder("https", "db.example", 9000);
    builder.tls_roots_pem(pem); // from a secret manager, say
    // --8<-- [end:memory]
    return builder;
}

// --8<-- [start:environment]
coquest::sender_builder from_environment()
{
    const char* roots = std::getenv("QUESTDB_CA"); // a path; not set: public CAs
    coquest::sender_builder builder("https", "db.example", 9000);
    if (roots != nullptr) {
        builder.tls_roots(roots);
    }
    return builder;
}
// --8<-- [end:environment]

int main()
try {
    const bool good = pinned().options().tls.pins.size() == 2 && mutual().options().tls.reload &&
                      !from_memory("-----BEGIN CERTIFICATE-----").options().tls.roots_pem.empty() &&
                      from_environment().options().tls.roots_pem.empty();
    std::puts(good ? "options are set" : "options are missing");
    return good ? 0 : 1;
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
