// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

//go:build tools

// Package scripts imports what ../toxiproxy builds, so that go.mod and go.sum list its modules.
package scripts

import _ "github.com/Shopify/toxiproxy/v2/cmd/server"
