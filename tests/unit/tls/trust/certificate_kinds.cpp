// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Every kind of chain that a server may send, each in a named test. The verdict and the text are
// the same with both libraries, except for the differences that the tables list.

#include "unit/tls/trust/certificate_kinds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace coquest::test {
namespace {

using ::testing::HasSubstr;

const std::vector<kinds::kind>& all_kinds()
{
    static const std::vector<kinds::kind> table = [] {
        std::vector<kinds::kind> result = kinds::accepted();
        result.insert(result.end(), kinds::refused().begin(), kinds::refused().end());
        return result;
    }();
    return table;
}

class certificate_kinds : public certificate_test {};

std::vector<backend_case> each_kind_with_each_backend()
{
    std::vector<backend_case> result;
    for (const backend_case& backend : all_backends()) {
        for (std::size_t row = 0; row < all_kinds().size(); ++row) {
            result.push_back(backend);
            result.back().row = row;
        }
    }
    return result;
}

std::string kind_and_backend(const ::testing::TestParamInfo<backend_case>& info)
{
    return std::string(all_kinds()[info.param.row].name) + '_' + info.param.name;
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(certificate_kinds);
INSTANTIATE_TEST_SUITE_P(all, certificate_kinds, ::testing::ValuesIn(each_kind_with_each_backend()),
                         kind_and_backend);

TEST_P(certificate_kinds, get_the_expected_verdict)
{
    const kinds::kind& kind = all_kinds()[GetParam().row];
    const bool wolfssl = std::string_view(GetParam().name) == "wolfssl";
    const kinds::expectation& expected = is_newer_wolfssl(GetParam()) ? kind.newer
                                         : wolfssl                    ? kind.wolfssl
                                                                      : kind.expected;
    const kinds::scenario scenario = kind.make(kinds::lab{root, intermediate});
    silent = expected.silent;

    const tls_diagnosis diagnosis =
        connect_to(scenario.leaf, scenario.chain, scenario.roots, scenario.host);

    EXPECT_EQ(diagnosis.kind, expected.verdict) << diagnosis.text;
    if (expected.verdict != none) {
        EXPECT_THAT(diagnosis.text, HasSubstr(expected.text));
        EXPECT_TRUE(expected.silent || diagnosis.text.starts_with("certificate verify failed"))
            << diagnosis.text;
        EXPECT_THAT(diagnosis.hint, HasSubstr(expected.hint));
    }
}

} // namespace
} // namespace coquest::test
