package replay

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options of a replay.
type Options struct {
	Format
	// To is the server's address.
	To string
	// Logins send in turn, all with the same password.
	Logins   []string
	Password string
	// Speed is how many times faster than in the file; 0 is as fast as it goes.
	Speed       float64
	Connections int
	// GiveUp is how long one report is sent again and again before it counts as unanswered.
	GiveUp time.Duration
	// Step is told about each row that is done.
	Step func(int64)
	// Bad is told about each row that was not stored, with its line and the reason.
	Bad func(line int, reason string)
}

// Run replays a file. The error means that the file or the sign-in is of no use; what became of single rows stands in the
// Table, which is also returned with an error.
func Run(ctx context.Context, file io.Reader, o Options) (*Table, error) {
	src, err := newSource(file, o.Format)
	if err != nil {
		return nil, err
	}
	web := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: o.Connections, MaxConnsPerHost: o.Connections}}
	defer web.CloseIdleConnections()
	clients := make([]*client, len(o.Logins))
	for i, login := range o.Logins {
		clients[i] = &client{http: web, to: strings.TrimRight(o.To, "/"), login: login, password: o.Password, giveUp: o.GiveUp}
		if _, err := clients[i].access(ctx); err != nil {
			return nil, err
		}
	}
	t := newTable()
	began := time.Now()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	work := make(chan Report)
	var workers sync.WaitGroup
	for range o.Connections {
		workers.Go(func() {
			for rep := range work {
				a, err := clients[rep.Line%len(clients)].send(ctx, rep.Body)
				if errors.Is(err, errSignIn) {
					cancel(err)
				}
				reason := t.count(rep, a, err)
				if reason != "" && ctx.Err() == nil {
					o.Bad(rep.Line, reason)
				}
				o.Step(1)
			}
		})
	}
	err = feed(ctx, src, o, t, work)
	close(work)
	workers.Wait()
	t.Took = time.Since(began)
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		err = cause
	}
	return t, err
}

// feed reads the rows and hands them out at their time.
func feed(ctx context.Context, src *source, o Options, t *Table, work chan<- Report) error {
	began := time.Now()
	var first time.Time
	for {
		rep, err := src.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		var bad errRow
		if errors.As(err, &bad) {
			t.refuseRow(string(bad))
			o.Bad(rep.Line, string(bad))
			o.Step(1)
			continue
		}
		if err != nil {
			return err
		}
		t.read()
		if o.Speed > 0 && !rep.At.IsZero() {
			if first.IsZero() {
				first = rep.At
			}
			due := began.Add(time.Duration(float64(rep.At.Sub(first)) / o.Speed))
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Until(due)):
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case work <- rep:
		}
	}
}

// status is an HTTP status as a reason.
func status(a answer) string {
	if a.code == "" {
		return strconv.Itoa(a.status)
	}
	return strconv.Itoa(a.status) + " " + a.code
}
