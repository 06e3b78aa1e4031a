// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A buffer as a whole: its limits, its moves, its marker and its contents.

#include "core/ilp/column_encoder.hpp"

#include <coquest/buffer.hpp>

#include <utility>

namespace coquest::inline v0 {

buffer::buffer(protocol_version version, buffer_options limits) : writer_(version, limits) {}

buffer::buffer(buffer&& other) noexcept
    : writer_(std::move(other.writer_)), marker_(std::exchange(other.marker_, std::nullopt)),
      pending_sender_(std::exchange(other.pending_sender_, 0)),
      pending_batch_(std::exchange(other.pending_batch_, 0))
{
}

buffer& buffer::operator=(buffer&& other) noexcept
{
    writer_ = std::move(other.writer_);
    marker_ = std::exchange(other.marker_, std::nullopt);
    pending_sender_ = std::exchange(other.pending_sender_, 0);
    pending_batch_ = std::exchange(other.pending_batch_, 0);
    return *this;
}

buffer::~buffer() = default;

std::error_code buffer::try_at(timestamp_micros value, diagnostics* info)
{
    return writer_.finish_at(value) ? std::error_code() : writer_.problem_code(info);
}

std::error_code buffer::try_at(timestamp_nanos value, diagnostics* info)
{
    return writer_.finish_at(value) ? std::error_code() : writer_.problem_code(info);
}

std::error_code buffer::try_at_now(diagnostics* info)
{
    return writer_.finish_now() ? std::error_code() : writer_.problem_code(info);
}

void buffer::append_batch(const detail::column_batch& batch)
{
    writer_.require_idle("append_columns");
    detail::column_encoder encoder(*this, batch);
    const detail::segment_store::position before = writer_.memory().end();
    try {
        encoder.append(*this, 0, encoder.row_count());
    } catch (...) {
        rewind(before);
        throw;
    }
}

void detail::throw_for_element(const error& failure, std::size_t index)
{
    diagnostics info = failure.info();
    info.message = "element " + std::to_string(index) + ": " + info.message;
    throw error(failure.code(), std::move(info));
}

void buffer::discard_row() noexcept
{
    writer_.discard_row();
}

void buffer::clear() noexcept
{
    writer_.clear();
    marker_.reset();
}

void buffer::set_marker()
{
    if (!writer_.is_idle()) {
        throw error(errc::invalid_api_call, "can't set the marker while " + writer_.open_row() +
                                                ": call at or at_now first");
    }
    marker_ = writer_.memory().end();
}

void buffer::rewind_to_marker()
{
    if (!marker_) {
        throw error(errc::invalid_api_call, "can't rewind: no marker is set");
    }
    rewind(*std::exchange(marker_, std::nullopt));
}

void buffer::rewind(detail::segment_store::position target) noexcept
{
    writer_.discard_row();
    if (marker_ && marker_->size > target.size) {
        marker_.reset(); // its rows are removed too
    }
    writer_.memory().rewind(target);
}

std::string buffer::to_string() const
{
    std::string text;
    text.reserve(size());
    for (const std::string_view piece : chunks()) {
        text += piece;
    }
    return text;
}

} // namespace coquest::inline v0
