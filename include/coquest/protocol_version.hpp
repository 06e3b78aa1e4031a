// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The versions of the InfluxDB line protocol as QuestDB extends it (contract §5.2).
#pragma once

namespace coquest {

/// Names a version of the line protocol.
enum class protocol_version {
    v1 = 1, ///< all text
    v2 = 2, ///< binary doubles and arrays, nanosecond timestamps
    v3 = 3, ///< version 2 with decimals
};

} // namespace coquest
