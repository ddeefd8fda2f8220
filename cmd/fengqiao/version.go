package main

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// release is set by the linker: -X main.release=…
var release string

// version is the release, or what the Go tool knows of the build.
func version() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

func (c *command) versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Short: c.short("显示版本", "print the version"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			engine, err := sqliteVersion(cmd.Context())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.out, "fengqiao %s\n%s %s/%s\nSQLite %s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH, engine)
			return err
		}}
}

// sqliteVersion asks the embedded engine itself, whose driver internal/sqlite has registered.
func sqliteVersion(ctx context.Context) (v string, err error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return "", err
	}
	defer db.Close()
	err = db.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&v)
	return v, err
}
