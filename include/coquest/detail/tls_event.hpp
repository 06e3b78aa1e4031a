// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The events of TLS, which are not failures of a connection.
#pragma once

#include <coquest/detail/language.hpp>

#include <string>

namespace coquest::inline v0::detail {

/// Names the events of TLS. The members of tls_event that each kind sets follow after the colon.
enum class tls_event_kind {
    expires,       // a certificate ends soon or has ended: text, days_left
    reloaded,      // the files of the TLS options were loaded again
    reload_failed, // they could not be loaded: text, path
};

/// Describes an event of TLS. delivery_events converts it to a coquest::event.
struct tls_event {
    tls_event_kind kind = tls_event_kind::expires;
    std::string text;
    std::string path;  // the file that could not be loaded
    int days_left = 0; // full days until the certificate ends; negative after that
};

} // namespace coquest::inline v0::detail
