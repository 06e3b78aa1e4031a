// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The backends of this build, for tests that run with each.
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
    std::size_t row = 0; // the row of the table, if the test has a table

    friend std::ostream& operator<<(std::ostream& out, const backend_case& backend)
    {
        return out << backend.name;
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

/// Returns whether @p backend is wolfSSL 5.9 or newer, which differs from 5.5 in some verdicts.
inline bool is_newer_wolfssl([[maybe_unused]] const backend_case& backend)
{
    int minor = 0;
#ifdef COQUEST_HAS_WOLFSSL
    if (std::string_view(backend.name) == "wolfssl") {
        static_cast<void>(
            std::sscanf(std::string(wolfssl_backend::name()).c_str(), "wolfSSL 5.%d", &minor));
    }
#endif
    return minor >= 9;
}

/// Returns options that trust the certificates in @p file.
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
    /// Makes a session with @p host that trusts @p roots, which is PEM text.
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
        tls_diagnosis diagnosis;
        const auto backend = GetParam().make(options, diagnosis);
        auto session = backend ? backend->make_session(host, diagnosis) : nullptr;
        if (!session) {
            throw std::runtime_error(diagnosis.text);
        }
        return session;
    }

    /// Expects that @p options are refused, and returns the diagnosis.
    tls_diagnosis refusal(const tls_options& options)
    {
        tls_diagnosis diagnosis;
        EXPECT_FALSE(GetParam().make(options, diagnosis));
        return diagnosis;
    }

    std::string roots_path; // the roots file of the last connect()
};

inline std::string backend_name(const ::testing::TestParamInfo<backend_case>& info)
{
    return info.param.name;
}

#define COQUEST_WITH_EACH_BACKEND(suite)                                                           \
    GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(suite);                                          \
    INSTANTIATE_TEST_SUITE_P(backend, suite, ::testing::ValuesIn(all_backends()), backend_name)

} // namespace coquest::test
