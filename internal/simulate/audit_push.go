package simulate

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// settle is how long seats and pushes may still be on their way when the last case is over.
const settle = 2 * time.Minute

// until repeats a look until it is content or the time is over.
func until(ctx context.Context, look func() (bool, error)) error {
	for began := time.Now(); ; {
		ok, err := look()
		if ok || err != nil || time.Since(began) > settle {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// checkLoads: a mediator whose cases are all over holds no seat.
func (a *Audit) checkLoads(ctx context.Context) error {
	held, mediators := 0, 0
	err := until(ctx, func() (bool, error) {
		held, mediators = 0, 0
		err := a.each(ctx, "county_staff", func(ctx context.Context, s *Session) error {
			return all(ctx, s, "/api/v1/mediators?limit=100", func(m struct {
				Held int `json:"held"`
			}) {
				a.mu.Lock()
				defer a.mu.Unlock()
				held += m.Held
				mediators++
			})
		})
		return held == 0, err
	})
	a.check("no mediator holds a seat any more", held == 0, "%d seats held by %d mediators", held, mediators)
	return err
}

// fcmStats are the figures of the local FCM server (push/fcm/fcmtest).
type fcmStats struct {
	Requests, Delivered, Refused, Invalid, Distinct, Duplicates int
	Twice                                                       []string
}

// onceEach holds in a run without a kill: FCM gives no way to ask whether a send whose answer was lost has arrived.
const onceEach = "each push reached it once"

// pushesDue counts what is in everybody's inbox: each item is a push that was due to that person's one phone.
func (a *Audit) pushesDue(ctx context.Context) (due int, err error) {
	err = a.each(ctx, "", func(ctx context.Context, s *Session) error {
		n := 0
		if s.Device == "" {
			return nil
		}
		err := all(ctx, s, "/api/v1/inbox?limit=100", func(ref) { n++ })
		a.mu.Lock()
		defer a.mu.Unlock()
		due += n
		return err
	})
	return due, err
}

func (a *Audit) checkPushes(ctx context.Context) error {
	var got fcmStats
	due := 0
	err := until(ctx, func() (ok bool, err error) {
		if due, err = a.pushesDue(ctx); err == nil {
			err = fetch(ctx, a.Pushes, &got)
		}
		return got.Distinct == due, err
	})
	if err != nil {
		return err
	}
	a.figure("pushes due (items in the inboxes of people with a phone)", due)
	a.figure("pushes received by the local FCM server", got.Delivered)
	a.figure("of them different", got.Distinct)
	a.figure("duplicates", got.Duplicates)
	a.check("each push reached the local FCM server", got.Distinct == due, "%d due, %d received, %d refused, %d invalid", due, got.Distinct, got.Refused, got.Invalid)
	a.check(onceEach, got.Duplicates == 0, "%d duplicates", got.Duplicates)
	return nil
}

func fetch(ctx context.Context, address string, out any) error {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(q)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("simulate: %s: %s", address, res.Status)
	}
	return json.NewDecoder(res.Body).Decode(out)
}

// Markdown writes figures and checks as tables.
func Markdown(figures []Figure, checks []Check) string {
	var b strings.Builder
	if len(figures) > 0 {
		b.WriteString("| | |\n|---|---:|\n")
		for _, f := range figures {
			fmt.Fprintf(&b, "| %s | %s |\n", f.Name, f.Value)
		}
	}
	if len(checks) > 0 {
		b.WriteString("\n| check | found | |\n|---|---|---|\n")
		for _, c := range checks {
			verdict := "ok"
			if !c.OK {
				verdict = "**NOT SO**"
			}
			fmt.Fprintf(&b, "| %s | %s | %s |\n", c.Name, c.Found, verdict)
		}
	}
	return b.String()
}

// Passed tells whether everything is as it must be.
func Passed(checks []Check) bool {
	return !slices.ContainsFunc(checks, func(c Check) bool { return !c.OK })
}
