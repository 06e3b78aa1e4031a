// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "sender/default_tls.hpp"

#if defined(COQUEST_HAS_WOLFSSL)
#include <coquest/wolfssl.hpp>
#elif defined(COQUEST_HAS_OPENSSL)
#include <coquest/openssl.hpp>
#endif

namespace coquest::inline v0::detail {

#if defined(COQUEST_HAS_WOLFSSL)

tls_factory default_tls() noexcept
{
    return make_tls<wolfssl_backend>;
}

std::string_view default_tls_name() noexcept
{
    return wolfssl_backend::name();
}

const any_signer* default_signer() noexcept
{
    return &erased_signer<wolfssl_signer>;
}

#elif defined(COQUEST_HAS_OPENSSL)

tls_factory default_tls() noexcept
{
    return make_tls<openssl_backend>;
}

std::string_view default_tls_name() noexcept
{
    return openssl_backend::name();
}

const any_signer* default_signer() noexcept
{
    return &erased_signer<openssl_signer>;
}

#else

tls_factory default_tls() noexcept
{
    return [](const tls_options&, tls_diagnosis& diagnosis) {
        diagnosis.kind = tls_failure::unsupported;
        diagnosis.text = "coquest was built without a TLS library";
        diagnosis.hint =
            "configure it with -DCOQUEST_TLS_WOLFSSL=ON or -DCOQUEST_TLS_OPENSSL=ON, or name "
            "a backend of your own with sender_builder::tls<Backend>()";
        return std::shared_ptr<const any_tls_backend>();
    };
}

std::string_view default_tls_name() noexcept
{
    return "no TLS library";
}

const any_signer* default_signer() noexcept
{
    return nullptr;
}

#endif

} // namespace coquest::inline v0::detail
