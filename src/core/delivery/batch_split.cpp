// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/delivery/batch_split.hpp"

#include "core/ilp/row_names.hpp"

#include <cstring>
#include <string_view>
#include <utility>

namespace coquest::inline v0::detail {

batch split_batch(batch& source, std::size_t rows)
{
    const segment* cut = source.chain.front();
    std::size_t offset = 0;
    for (std::size_t left = rows; left != 0; --left) {
        if (offset == cut->size) {
            cut = cut->next;
            offset = 0;
        }
        offset += row_size(std::string_view(cut->data(), cut->size).substr(offset));
    }
    batch tail;
    if (const std::size_t size = cut->size - offset; size != 0) {
        segment* const copy = segment::make(size); // nothing has changed yet if this throws
        std::memcpy(copy->data(), cut->data() + offset, size);
        copy->size = size;
        tail.chain.push_back(copy);
    }
    segment_chain kept;
    for (bool more = true; more;) {
        segment* const front = source.chain.pop_front();
        more = front != cut;
        front->size = more ? front->size : offset;
        kept.push_back(front);
    }
    tail.chain.append(std::move(source.chain));
    source.chain = std::move(kept);
    tail.rows = std::exchange(source.rows, rows) - rows;
    tail.server_time = source.server_time;
    return tail;
}

std::size_t rows_within(const batch& rows, std::size_t max_bytes)
{
    std::size_t count = 0;
    std::size_t total = 0;
    for (const segment* part = rows.chain.front(); part != nullptr; part = part->next) {
        for (std::size_t offset = 0; offset != part->size; ++count) {
            const std::size_t size =
                row_size(std::string_view(part->data(), part->size).substr(offset));
            total += size;
            if (total > max_bytes) {
                return count;
            }
            offset += size;
        }
    }
    return count;
}

} // namespace coquest::inline v0::detail
