// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What the scripts of a wire_server are made of. Each is a script of its own.
#pragma once

#include "support/wire_server.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::test {

/// Answers /settings, and stores and acknowledges whatever else comes.
[[nodiscard]] wire_script healthy();
/// Does one after the other.
[[nodiscard]] wire_script play(std::vector<wire_script> parts);

[[nodiscard]] wire_script reads();                   // a request
[[nodiscard]] wire_script stores();                  // a request that it reads
[[nodiscard]] wire_script answers(const reply& all); // requests that it reads, for ever
[[nodiscard]] wire_script shakes_hands();
[[nodiscard]] wire_script discards(std::size_t bytes);    // at least
[[nodiscard]] wire_script discards_all();                 // until the client is gone
[[nodiscard]] wire_script takes_lines(std::size_t count); // at least
[[nodiscard]] wire_script takes_all_lines();
[[nodiscard]] wire_script sends(std::string bytes);
[[nodiscard]] wire_script sends(const reply& answer);
[[nodiscard]] wire_script sends_slowly(std::string bytes, std::chrono::milliseconds pause);
[[nodiscard]] wire_script sends_in_records(std::string bytes, std::size_t size);
[[nodiscard]] wire_script with_tls(std::function<void(tls_server&)> act);
[[nodiscard]] wire_script tampers(tampering what, std::size_t record); // from here on
[[nodiscard]] wire_script sends_many(std::string bytes, std::size_t times);
[[nodiscard]] wire_script waits(std::chrono::milliseconds time);
[[nodiscard]] wire_script holds(); // reads nothing, says nothing, stays
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
