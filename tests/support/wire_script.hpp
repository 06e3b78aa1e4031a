// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The building blocks of the scripts of a wire_server. Each of them is itself a script.
#pragma once

#include "support/wire_server.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::test {

/// Answers /settings, and stores and acknowledges every other request.
[[nodiscard]] wire_script healthy();
/// Runs @p parts one after the other.
[[nodiscard]] wire_script play(std::vector<wire_script> parts);

[[nodiscard]] wire_script reads();  // one request
[[nodiscard]] wire_script stores(); // reads a request, and stores its rows
[[nodiscard]] wire_script answers(
    const reply& answer); // every request that it reads, with the same bytes
[[nodiscard]] wire_script shakes_hands();
[[nodiscard]] wire_script discards(std::size_t bytes);    // at least
[[nodiscard]] wire_script discards_all();                 // until the client closes the connection
[[nodiscard]] wire_script takes_lines(std::size_t count); // at least
[[nodiscard]] wire_script takes_all_lines();
[[nodiscard]] wire_script sends(std::string bytes);
[[nodiscard]] wire_script sends(const reply& answer);
[[nodiscard]] wire_script sends_slowly(std::string bytes, std::chrono::milliseconds pause);
[[nodiscard]] wire_script sends_in_records(std::string bytes, std::size_t size);
[[nodiscard]] wire_script with_tls(std::function<void(tls_server&)> act);
[[nodiscard]] wire_script tampers(tampering kind, std::size_t record); // counted from now on
[[nodiscard]] wire_script sends_many(std::string bytes, std::size_t times);
[[nodiscard]] wire_script waits(std::chrono::milliseconds time);
[[nodiscard]] wire_script holds(); // keeps the connection, and neither reads nor sends
[[nodiscard]] wire_script closes();
[[nodiscard]] wire_script cuts();
[[nodiscard]] wire_script finishes();
[[nodiscard]] wire_script resets();
[[nodiscard]] wire_script vanishes();

/// Returns an answer to /settings with @p body.
[[nodiscard]] inline reply settings(std::string_view body)
{
    return status("200 OK", "Content-Type: application/json\r\n", body);
}
inline constexpr std::string_view three_versions =
    R"({"config":{"line.proto.support.versions":[1,2,3],"cairo.max.file.name.length":127}})";

} // namespace coquest::test
