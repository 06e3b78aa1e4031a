// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The backends of this build, so that one test serves them all.
#pragma once

#include "support/cert_lab.hpp"
#include "support/tls_server.hpp"

#include <coquest/detail/any_tls.hpp>
#include <coquest/openssl.hpp>
#include <coquest/tls.hpp>
#include <coquest/wolfssl.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdio>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coquest::test {

struct backend_case {
    const char* name;
    detail::tls_factory make;
    std::size_t row = 0; // of the table of a test that has one

    friend std::ostream& operator<<(std::ostream& out, const backend_case& which)
    {
        return out << which.name;
    }
};

inline std::vector<backend_case> all_backends()
{
    return {
#ifdef COQUEST_HAS_WOLFSSL
        {"wolfssl", &detail::make_tls<wolfssl_backend>},
#endif
#ifdef COQUEST_HAS_OPENSSL
        {"openssl", &detail::make_tls<openssl_backend>},
#endif
    };
}

/// wolfSSL 5.9 or newer, which judges some certificates otherwise than 5.5 does.
inline bool is_newer_wolfssl([[maybe_unused]] const backend_case& which)
{
    int minor = 0;
#ifdef COQUEST_HAS_WOLFSSL
    if (std::string_view(which.name) == "wolfssl") {
        static_cast<void>(
            std::sscanf(std::string(wolfssl_backend::name()).c_str(), "wolfSSL 5.%d", &minor));
    }
#endif
    return minor >= 9;
}

/// Trusts what @p file holds.
inline tls_options trusting(const temp_file& file)
{
    tls_options options;
    options.ca = tls_ca::pem_file;
    options.roots = file.path();
    return options;
}

/// A test that runs once with each backend.
class with_backend : public ::testing::TestWithParam<backend_case> {
protected:
    /// Makes a session with @p host that trusts @p roots, PEM text.
    std::unique_ptr<detail::any_tls_session> connect(const std::string& roots,
                                                     std::string_view host = "localhost")
    {
        const temp_file file(roots);
        roots_path = file.path();
        return connect(trusting(file), host);
    }

    std::unique_ptr<detail::any_tls_session> connect(const tls_options& options,
                                                     std::string_view host = "localhost")
    {
        tls_diagnosis why;
        const auto backend = GetParam().make(options, why);
        auto session = backend ? backend->make_session(host, why) : nullptr;
        if (!session) {
            throw std::runtime_error(why.text);
        }
        return session;
    }

    /// The diagnosis with which @p options are refused.
    tls_diagnosis refusal(const tls_options& options)
    {
        tls_diagnosis why;
        EXPECT_FALSE(GetParam().make(options, why));
        return why;
    }

    std::string roots_path; // of the last connect()
};

inline std::string backend_name(const ::testing::TestParamInfo<backend_case>& info)
{
    return info.param.name;
}

#define COQUEST_WITH_EACH_BACKEND(suite)                                                           \
    GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(suite);                                          \
    INSTANTIATE_TEST_SUITE_P(backend, suite, ::testing::ValuesIn(all_backends()), backend_name)

} // namespace coquest::test
