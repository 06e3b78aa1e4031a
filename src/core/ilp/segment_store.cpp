// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/detail/segment_store.hpp>
#include <coquest/detail/text.hpp>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace coquest::inline v0::detail {
namespace {

// Sums of sizes must not overflow.
constexpr std::size_t largest_size = std::numeric_limits<std::size_t>::max() / 16;

} // namespace

segment_store::segment_store(std::size_t segment_size, std::size_t max_size,
                             bool check_rows) noexcept
    : segment_size_(std::clamp<std::size_t>(segment_size, 64, largest_size)),
      max_size_(std::min(max_size, largest_size)), check_rows_(check_rows)
{
}

segment_store::segment_store(segment_store&& other) noexcept
    : segment_store(other.segment_size_, other.max_size_, other.check_rows_)
{
    swap(other);
}

segment_store& segment_store::operator=(segment_store&& other) noexcept
{
    if (this != &other) {
        segment_store moved(std::move(other)); // destroys the old contents of this store
        swap(moved);
    }
    return *this;
}

segment_store::~segment_store()
{
    if (open_ != nullptr) {
        segment::destroy(open_);
    }
}

void segment_store::swap(segment_store& other) noexcept
{
    std::swap(pos_, other.pos_);
    std::swap(end_, other.end_);
    std::swap(row_, other.row_);
    std::swap(begin_, other.begin_);
    std::swap(limit_, other.limit_);
    std::swap(rows_, other.rows_);
    std::swap(open_, other.open_);
    full_.swap(other.full_);
    spare_.swap(other.spare_);
    std::swap(segment_size_, other.segment_size_);
    std::swap(max_size_, other.max_size_);
    std::swap(check_rows_, other.check_rows_);
    std::swap(server_time_, other.server_time_);
}

// Closes the open segment after its finished rows, and moves the open row to a new segment.
void segment_store::make_room(std::size_t bytes)
{
    const std::size_t row_size = row_bytes();
    const std::size_t needed = row_size + bytes + text_slack;
    segment* next = nullptr;
    if (needed <= segment_size_ && !spare_.empty()) {
        next = spare_.pop_front();
        next->size = 0;
    } else {
        next = segment::make(std::max(needed, segment_size_));
    }
    if (row_size != 0) {
        std::memcpy(next->data(), row_, row_size);
    }
    if (open_ != nullptr) {
        open_->size = bytes_in_open();
        segment_chain closed;
        closed.push_back(open_);
        if (open_->size != 0) {
            full_.append(std::move(closed));
        } else {
            recycle(std::move(closed));
        }
    }
    open_ = next;
    row_ = begin_ = next->data();
    pos_ = begin_ + row_size;
    end_ = begin_ + next->capacity - text_slack;
    set_limit();
}

// Keeps the limit as a position in the open segment, so that `at` compares a single pointer.
void segment_store::set_limit() noexcept
{
    if (begin_ == nullptr) {
        return;
    }
    const std::size_t left = max_size_ - std::min(max_size_, full_.bytes());
    limit_ = check_rows_ ? begin_ : begin_ + std::min(left, open_->capacity);
}

std::string segment_store::lack_of_room(std::size_t bytes) const
{
    return "the buffer is full: " + std::to_string(size()) + " bytes and a row of " +
           std::to_string(bytes) + " exceed max_buf_size (" + std::to_string(max_size_) +
           "): flush first";
}

std::vector<std::string_view> segment_store::chunks() const
{
    std::vector<std::string_view> pieces;
    for (const segment* part = full_.front(); part != nullptr; part = part->next) {
        pieces.emplace_back(part->data(), part->size);
    }
    if (bytes_in_open() != 0) {
        pieces.emplace_back(begin_, bytes_in_open());
    }
    return pieces;
}

void segment_store::clear() noexcept
{
    recycle(std::move(full_));
    rows_ = 0;
    server_time_ = false;
    row_ = pos_ = begin_;
    set_limit();
}

void segment_store::rewind(position target) noexcept
{
    drop_row();
    if (target.size > size()) {
        return; // the rows have been dropped since
    }
    if (target.size < full_.bytes()) { // reopens a closed segment
        segment_chain kept;
        while (kept.bytes() + full_.front()->size <= target.size) {
            kept.push_back(full_.pop_front());
        }
        segment* const last = std::exchange(open_, full_.pop_front());
        if (last != nullptr) {
            full_.push_back(last);
        }
        recycle(std::move(full_));
        full_ = std::move(kept);
        begin_ = open_->data();
        end_ = begin_ + open_->capacity - text_slack;
    }
    row_ = pos_ = begin_ + (target.size - full_.bytes());
    rows_ = target.rows;
    set_limit();
}

batch segment_store::take()
{
    if (bytes_in_open() != 0) {
        if (row_bytes() != 0) {
            make_room(0);
        } else {
            open_->size = bytes_in_open();
            full_.push_back(std::exchange(open_, nullptr));
            pos_ = end_ = row_ = begin_ = limit_ = nullptr;
        }
    }
    batch taken;
    taken.chain = std::move(full_);
    taken.rows = std::exchange(rows_, 0);
    taken.server_time = std::exchange(server_time_, false);
    set_limit();
    return taken;
}

batch segment_store::take_to_wait()
{
    if (rows_ == 0 || row_bytes() != 0 || size() > segment_size_ / 2) {
        return take();
    }
    batch taken;
    try {
        taken = copy();
    } catch (const std::bad_alloc&) {
        return take();
    }
    clear();
    return taken;
}

batch segment_store::copy() const
{
    batch rows;
    for (const std::string_view piece : chunks()) {
        segment* const part = segment::make(piece.size());
        std::memcpy(part->data(), piece.data(), piece.size());
        part->size = piece.size();
        rows.chain.push_back(part);
    }
    rows.rows = rows_;
    rows.server_time = server_time_;
    return rows;
}

void segment_store::put_back(batch&& rows) noexcept
{
    rows.chain.append(std::move(full_));
    full_ = std::move(rows.chain);
    rows_ += std::exchange(rows.rows, 0);
    server_time_ = server_time_ || rows.server_time;
    set_limit();
}

void segment_store::insert(const segment_store& source)
{
    const std::size_t bytes = source.size();
    if (!has_room(bytes)) {
        make_room(bytes);
    }
    const std::vector<std::string_view> pieces = source.chunks();
    std::memmove(row_ + bytes, row_, row_bytes());
    for (const std::string_view piece : pieces) {
        std::memcpy(row_, piece.data(), piece.size());
        row_ += piece.size();
        pos_ += piece.size();
    }
    rows_ += source.rows_;
    server_time_ = server_time_ || source.server_time_;
}

void segment_store::recycle(segment_chain&& chain, std::size_t most) noexcept
{
    while (!chain.empty()) {
        segment* const part = chain.pop_front();
        part->size = part->capacity; // spare_.bytes() then is the memory of all spare segments
        // a segment of another size was allocated for a large row
        if (part->capacity == segment_size_ && spare_.bytes() + part->capacity <= most) {
            spare_.push_back(part);
        } else {
            segment::destroy(part);
        }
    }
}

} // namespace coquest::inline v0::detail
