// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Reads one HTTP/1.1 response from bytes as they come, whatever their splits (RFC 9112). Strict
// where leniency would let two parties disagree about where a message ends.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace coquest::detail {

/// Parses one response at a time. Its memory is bounded, and reused from one response to the next.
class http_response_parser {
public:
    static constexpr std::size_t max_head = 16 * 1024;      // status line, headers and trailers
    static constexpr unsigned max_headers = 64;             // trailers included
    static constexpr unsigned max_informational = 8;        // 1xx responses before the final one
    static constexpr std::size_t max_body_kept = 64 * 1024; // of it, body() has so much
    static constexpr std::size_t max_body = 1024 * 1024;    // beyond, the response has failed
    static constexpr std::chrono::seconds max_retry_after{
        30}; // a server that asks for more gets this

    enum class step {
        need_input, ///< feed more, or say end_of_input()
        complete,   ///< the response is whole; further bytes are not part of it
        failed,     ///< problem() says why; drop the connection
    };

    /// Parses @p in and sets @p consumed to the bytes taken. Bytes that are left over after
    /// `complete` are none that the server may send: drop the connection.
    [[nodiscard]] step feed(std::span<const std::byte> in, std::size_t& consumed);

    /// Tells that the connection ended, which completes a body without a length and nothing else.
    /// Only for an end that the peer meant: by FIN, or with TLS by close_notify.
    [[nodiscard]] step end_of_input();

    /// Returns the final status once head_complete(), also when the body failed later; before, 0.
    [[nodiscard]] int status() const noexcept { return at_.head_complete ? at_.status : 0; }
    /// Says whether the head of the final response was read.
    [[nodiscard]] bool head_complete() const noexcept { return at_.head_complete; }
    /// Says whether a byte of a response has arrived.
    [[nodiscard]] bool started() const noexcept { return at_.started; }
    /// Returns what was read of the body, at most max_body_kept bytes.
    [[nodiscard]] std::string_view body() const noexcept { return body_; }
    /// Says whether there was more of it than body() has.
    [[nodiscard]] bool body_cut() const noexcept { return at_.body_bytes > body_.size(); }
    /// Says whether the connection may carry another request. Only after `complete`.
    [[nodiscard]] bool keep_alive() const noexcept
    {
        return at_.now == state::complete && at_.persistent && !at_.close;
    }
    /// Returns the Content-Type; empty where there is none.
    [[nodiscard]] std::string_view content_type() const noexcept { return content_type_; }
    /// Says whether the body is compressed or otherwise encoded, though nobody asked for that.
    [[nodiscard]] bool encoded() const noexcept { return at_.encoded; }
    /// Returns the Location; empty where there is none.
    [[nodiscard]] std::string_view location() const noexcept { return location_; }
    /// Returns Retry-After where it is a number of seconds, cut to max_retry_after. A date is
    /// ignored: this layer has no clock.
    [[nodiscard]] std::optional<std::chrono::seconds> retry_after() const noexcept
    {
        return at_.retry_after;
    }
    /// Returns what is wrong after `failed`, with a guess at what answered where it is not HTTP.
    [[nodiscard]] const char* problem() const noexcept { return at_.problem; }

    /// Makes ready for the next response.
    void reset() noexcept;

private:
    enum class state : std::uint8_t {
        status_line,
        header_line,
        sized_body,   // remaining bytes
        chunk_size,   // a line
        chunk_data,   // remaining bytes
        chunk_end,    // an empty line
        trailer_line, // like a header, and ignored
        body_to_end,  // until the connection ends
        complete,
        failed,
    };

    struct progress {
        state now = state::status_line;
        int status = 0;
        bool started = false;       // a byte has arrived
        bool head_complete = false; // of the final response
        bool http_1_0 = false;
        bool persistent = true; // unless close
        bool close = false;
        bool chunked = false;
        bool has_length = false;
        bool encoded = false;
        unsigned headers = 0;
        unsigned informational = 0;
        std::size_t head_bytes = 0;
        std::size_t body_bytes = 0;
        std::uint64_t remaining = 0; // of the body or the chunk
        std::optional<std::chrono::seconds> retry_after;
        const char* problem = "";
    };

    void take_line(std::string_view& in);
    void take_body(std::string_view& in);
    void on_line(std::string_view line);
    void on_status_line(std::string_view line);
    void on_header(std::string_view name, std::string_view value);
    void on_framing(std::string_view name, std::string_view value);
    void on_connection(std::string_view value);
    void on_end_of_head();
    void on_chunk_size(std::string_view line);
    [[nodiscard]] std::size_t line_limit() const noexcept;
    void fail(const char* problem) noexcept;
    [[nodiscard]] step result() const noexcept;

    progress at_;
    std::string line_; // the line that is not complete yet
    std::string body_;
    std::string content_type_;
    std::string location_;
};

} // namespace coquest::detail
