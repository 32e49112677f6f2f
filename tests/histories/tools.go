//go:build tools

// The programs that support/histories.py builds: goose and golang-migrate.
package tools

import (
	_ "github.com/golang-migrate/migrate/v4/cmd/migrate"
	_ "github.com/pressly/goose/v3/cmd/goose"
)
