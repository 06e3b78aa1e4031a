// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The versions of the InfluxDB line protocol (ILP), with the extensions of QuestDB.
#pragma once

#include <coquest/detail/language.hpp>

namespace coquest::inline v0 {

/// Names a version of the line protocol (docs/protocol.md, Protocol versions).
enum class protocol_version {
    v1 = 1, ///< text only
    v2 = 2, ///< adds binary doubles, arrays, and timestamps in nanoseconds
    v3 = 3, ///< adds decimals
};

} // namespace coquest::inline v0
