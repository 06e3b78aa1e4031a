// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <coquest/config.hpp>
#include <coquest/error.hpp>

#include "core/config/config_parser.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace coquest::test {

/// Returns the message of the error that @p text causes, or an empty string if it is valid.
inline std::string refusal(std::string_view text)
{
    try {
        static_cast<void>(parse_config(text));
    } catch (const error& failure) {
        EXPECT_EQ(failure.code(), errc::config_error);
        return failure.what();
    }
    return {};
}

} // namespace coquest::test
