// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/row_counter.hpp"

#include <algorithm>

namespace coquest::bench {
namespace {

constexpr std::size_t double_size = 1 + sizeof(double); // with its type before it

} // namespace

std::size_t row_counter::count(std::string_view bytes) noexcept
{
    std::size_t rows = 0;
    while (!bytes.empty()) {
        if (skip_ != 0) {
            const std::size_t skipped = std::min(skip_, bytes.size());
            skip_ -= skipped;
            bytes.remove_prefix(skipped);
            continue;
        }
        last_ = bytes.front();
        bytes.remove_prefix(1);
        switch (state_) {
        case state::escaped: state_ = state::text; break;
        case state::escaped_in_text: state_ = state::text_value; break;
        case state::text_value:
            state_ = last_ == '"'    ? state::text
                     : last_ == '\\' ? state::escaped_in_text
                                     : state::text_value;
            break;
        case state::value:
            if (last_ == '=') {
                skip_ = double_size;
                state_ = state::text;
                break;
            }
            if (last_ == '"') {
                state_ = state::text_value;
                break;
            }
            [[fallthrough]];
        case state::text:
            state_ = last_ == '=' ? state::value : last_ == '\\' ? state::escaped : state::text;
            rows += last_ == '\n' ? 1 : 0;
            break;
        }
    }
    return rows;
}

} // namespace coquest::bench
