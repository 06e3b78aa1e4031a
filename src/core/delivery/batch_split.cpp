// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/batch_split.hpp"

#include "core/row_names.hpp"

#include <cstring>
#include <string_view>
#include <utility>

namespace coquest::detail {

batch split_batch(batch& from, std::size_t rows)
{
    const segment* cut = from.chain.front();
    std::size_t at = 0;
    for (std::size_t left = rows; left != 0; --left) {
        if (at == cut->size) {
            cut = cut->next;
            at = 0;
        }
        at += row_size(std::string_view(cut->data(), cut->size).substr(at));
    }
    batch rest;
    if (const std::size_t size = cut->size - at; size != 0) {
        segment* const tail = segment::make(size); // nothing has moved where this throws
        std::memcpy(tail->data(), cut->data() + at, size);
        tail->size = size;
        rest.chain.push_back(tail);
    }
    segment_chain kept;
    for (bool more = true; more;) {
        segment* const one = from.chain.pop_front();
        more = one != cut;
        one->size = more ? one->size : at;
        kept.push_back(one);
    }
    rest.chain.append(std::move(from.chain));
    from.chain = std::move(kept);
    rest.rows = std::exchange(from.rows, rows) - rows;
    rest.server_time = from.server_time;
    return rest;
}

} // namespace coquest::detail
