package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	vendor "modernc.org/sqlite"
)

// conn is one connection with its prepared statements. It speaks to the driver directly: the engine pools its
// connections itself, and database/sql's own pool, per-query goroutines and reflection would cost more than the short
// statements that it runs. Not safe for concurrent use.
type conn struct {
	raw   driver.Conn
	stmts map[string]statement
	args  []driver.NamedValue
}

// statement is what the driver's prepared statements are able to do.
type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// maxStatements bounds the prepared statements of a connection. Query shapes are few; the bound is against a caller
// that makes up ever new ones.
const maxStatements = 300

// pragmas holds what every connection needs; busy_timeout stands first so that the others wait for a lock as well.
// FULL makes a commit survive a power cut. Temporary sorting stays in memory because a container may have no writable
// temporary folder.
var pragmas = []string{"busy_timeout(5000)", "journal_mode(wal)", "synchronous(full)", "temp_store(memory)"}

// connect opens a file with the common pragmas and then the further ones.
func connect(ctx context.Context, path string, further ...string) (*conn, error) {
	values := url.Values{"_dqs": {"0"}, "_txlock": {"immediate"}, "_error_rc": {"1"}}
	for _, p := range append(pragmas[:len(pragmas):len(pragmas)], further...) {
		values.Add("_pragma", p)
	}
	connector, err := vendor.NewConnector(location(path, values))
	if err != nil {
		return nil, fmt.Errorf("sqlite: %s: %w", path, err)
	}
	raw, err := connector.Connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("sqlite: open %s: %w", path, fault(err))
	}
	return &conn{raw: raw, stmts: map[string]statement{}}, nil
}

// location writes a path as a URI, which lets it hold any character.
func location(path string, values url.Values) string {
	return (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: values.Encode()}).String()
}

func (c *conn) close() error {
	c.forget()
	return c.raw.Close()
}

// forget closes the prepared statements.
func (c *conn) forget() {
	for text, s := range c.stmts {
		_ = s.Close() // repeats the error of its last run, which its caller has had
		delete(c.stmts, text)
	}
}

func (c *conn) prepare(text string) (statement, error) {
	if s := c.stmts[text]; s != nil {
		return s, nil
	}
	if len(c.stmts) >= maxStatements {
		c.forget()
	}
	prepared, err := c.raw.Prepare(text)
	if err != nil {
		return nil, err
	}
	s, ok := prepared.(statement)
	if !ok {
		return nil, errors.Join(errors.New("sqlite: the driver's statements take no context"), prepared.Close())
	}
	c.stmts[text] = s
	return s, nil
}

// bind makes the driver's arguments in a buffer that is used again; the driver keeps none of it.
func (c *conn) bind(args []any) []driver.NamedValue {
	c.args = c.args[:0]
	for i, a := range args {
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	return c.args
}

// exec runs one statement to its end. Arguments are string, int64, []byte or nil. Errors are the driver's own.
func (c *conn) exec(text string, args ...any) (driver.Result, error) {
	s, err := c.prepare(text)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(context.Background(), c.bind(args))
}

// query calls each for every row that a statement answers; the values are good until each returns, except strings and
// byte slices, which are each's to keep. Errors are the driver's own, the context's, or those of each.
func (c *conn) query(ctx context.Context, each func([]driver.Value) error, text string, args ...any) error {
	s, err := c.prepare(text)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(ctx, c.bind(args))
	if err != nil {
		return err
	}
	return errors.Join(drain(ctx, rows, each), rows.Close())
}

func drain(ctx context.Context, rows driver.Rows, each func([]driver.Value) error) error {
	values := make([]driver.Value, len(rows.Columns()))
	for {
		// The driver stops a waiting first row by itself; between rows the context is asked here.
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := rows.Next(values); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := each(values); err != nil {
			return err
		}
	}
}

// integer reads the single number that a statement answers, or 0 if it answers nothing.
func (c *conn) integer(ctx context.Context, text string, args ...any) (int64, error) {
	var n int64
	err := c.query(ctx, func(v []driver.Value) error {
		n, _ = v[0].(int64)
		return nil
	}, text, args...)
	return n, err
}

// script runs statements that stand in one text, without keeping them.
func (c *conn) script(text string) error {
	execer, ok := c.raw.(driver.ExecerContext)
	if !ok {
		return errors.New("sqlite: the driver runs no scripts")
	}
	_, err := execer.ExecContext(context.Background(), text, nil)
	return err
}

// quoted writes a name into SQL. Names come from store.Table and have been checked by checkName, so nothing needs escaping.
func quoted(name string) string { return `"` + name + `"` }

// marks writes n placeholders, separated by commas.
func marks(n int) string { return strings.Repeat("?,", n-1) + "?" }
