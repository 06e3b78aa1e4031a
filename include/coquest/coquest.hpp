// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// All public headers. A program that compiles often includes those that it uses instead.
#pragma once

#include <coquest/array.hpp>
#include <coquest/arrow.hpp>
#include <coquest/async.hpp>
#include <coquest/buffer.hpp>
#include <coquest/columns.hpp>
#include <coquest/config.hpp>
#include <coquest/ecdsa.hpp>
#include <coquest/error.hpp>
#include <coquest/event.hpp>
#include <coquest/metrics.hpp>
#include <coquest/name.hpp>
#include <coquest/prometheus.hpp>
#include <coquest/protocol_version.hpp>
#include <coquest/rejection.hpp>
#include <coquest/row.hpp>
#include <coquest/row_awaitable.hpp>
#include <coquest/row_fields.hpp>
#include <coquest/row_schema.hpp>
#include <coquest/secret.hpp>
#include <coquest/sender.hpp>
#include <coquest/sender_builder.hpp>
#include <coquest/sender_pool.hpp>
#include <coquest/timestamp.hpp>
#include <coquest/tls.hpp>
#include <coquest/values.hpp>
#include <coquest/version.hpp>

#ifdef COQUEST_HAS_OPENSSL
#include <coquest/openssl.hpp>
#endif
#ifdef COQUEST_HAS_WOLFSSL
#include <coquest/wolfssl.hpp>
#endif
