// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Reads certificate files. PEM is split here because TLS libraries silently skip a bad block among
// good ones, and because a message about a wrong file should say what the file is.
#pragma once

#include <coquest/secret.hpp>
#include <coquest/tls.hpp>

#include "tls/x509/der.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::inline v0::detail {

/// A file that the user named, or its content in memory, with the option that names it.
struct pem_file {
    std::string_view option; // "tls_roots", for messages
    tls_failure kind;        // of a failure to load it
    std::string path;
    std::string_view memory{}; // the content, in place of a file

    /// Returns the name for messages: the path, or the option that holds the content.
    [[nodiscard]] std::string name() const { return memory.empty() ? path : std::string(option); }
    /// Returns the argument for a command in a hint.
    [[nodiscard]] std::string argument() const { return memory.empty() ? path : "FILE"; }
    /// Describes a failure to load this file: the option, as in "tls_roots: ", and then @p text.
    [[nodiscard]] tls_diagnosis diagnosis(std::string text, std::string hint) const;
};

/// Reads the whole of @p file into @p text; false with @p diagnosis if that fails.
[[nodiscard]] bool read_file(const pem_file& file, std::string& text, tls_diagnosis& diagnosis);

/// Takes every certificate out of @p text, which was read from @p file. Returns false with
/// @p diagnosis if one cannot be read or if there is none; it says which one, at which line, and
/// what is wrong.
[[nodiscard]] bool read_certificates(const pem_file& file, std::string_view text,
                                     std::vector<der_blob>& out, tls_diagnosis& diagnosis);

/// Takes every revocation list out of @p text, with the same failures as read_certificates. The
/// content of the blocks is not parsed.
[[nodiscard]] bool read_crls(const pem_file& file, std::string_view text,
                             std::vector<der_blob>& out, tls_diagnosis& diagnosis);

/// Takes the only private key out of @p text, with the same failures as read_certificates, and
/// writes it to @p pem in a form that every library can read.
[[nodiscard]] bool read_private_key(const pem_file& file, std::string_view text, secret& pem,
                                    tls_diagnosis& diagnosis);

/// Returns @p der in PEM form.
[[nodiscard]] std::string to_pem(der_bytes der, std::string_view label);

/// Takes the good certificates out of @p text and ignores everything else: for bundles that the
/// user cannot repair.
void collect_certificates(std::string_view text, std::vector<der_blob>& out);

/// Returns how messages refer to one of several certificates: "certificate 2 of 5 in FILE".
[[nodiscard]] std::string ordinal(std::size_t index, std::size_t count, std::string_view path);

} // namespace coquest::inline v0::detail
