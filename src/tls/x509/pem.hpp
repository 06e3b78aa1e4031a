// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Reads certificate files. We split PEM ourselves because TLS libraries skip a bad block among good
// ones without a word, and because a wrong file deserves to be told what it is.
#pragma once

#include <coquest/tls.hpp>

#include "tls/x509.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::detail {

using der_certificate = std::vector<std::byte>;

/// A file that the user named, or its content in memory, and the option for that.
struct pem_file {
    std::string_view option; // "tls_roots", for messages
    tls_failure kind;        // what a failure to load it is
    std::string path;
    std::string_view memory{}; // in place of a file

    /// Returns how messages call it: its path, or the option that holds it.
    [[nodiscard]] std::string name() const { return memory.empty() ? path : std::string(option); }
    /// Returns what a command in a hint calls it.
    [[nodiscard]] std::string argument() const { return memory.empty() ? path : "FILE"; }
    /// Describes a fault of this file: "tls_roots: FILE " and @p what.
    [[nodiscard]] tls_diagnosis fault(std::string what, std::string hint) const;
};

/// Gets the whole of @p file into @p text; false with @p why where it can't.
[[nodiscard]] bool read_file(const pem_file& file, std::string& text, tls_diagnosis& why);

/// Takes every certificate out of @p text, which came from @p file. One bad block, or no
/// certificate at all, is a failure that says what was found.
[[nodiscard]] bool read_certificates(const pem_file& file, std::string_view text,
                                     std::vector<der_certificate>& out, tls_diagnosis& why);

/// Takes every block called @p label, as "X509 CRL", out of @p text, which came from @p file. What
/// is in the blocks is not looked at.
[[nodiscard]] bool read_blocks(const pem_file& file, std::string_view text, std::string_view label,
                               std::vector<der_certificate>& out, tls_diagnosis& why);

/// Takes the good certificates out of @p text and passes over the rest: for bundles that are not
/// the user's to mend.
void collect_certificates(std::string_view text, std::vector<der_certificate>& out);

/// Returns how messages refer to one of several certificates: "certificate 2 of 5 in FILE".
[[nodiscard]] std::string ordinal(std::size_t index, std::size_t count, std::string_view path);

} // namespace coquest::detail
