package simulate

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
)

// Audit reads everything back over the API, as its readers would, and compares it with what was sent and with the map.
type Audit struct {
	Sessions []*Session
	Requests []Request
	Ground   *Ground
	// ClientID is the id that the replay gave to a row.
	ClientID func(id string) string
	// Senders are the logins that replayed the whole file; what others sent besides is looked at, but not expected.
	Senders []string
	// Pushes is the address of the local FCM server's figures.
	Pushes string
	// Connections read at the same time.
	Connections int

	mu      sync.Mutex
	reports map[string][]report // by client id, of the senders
	others  int
	cases   map[string]caseView
	figures []Figure
	checks  []Check
}

// Figure is a line of a table.
type Figure struct{ Name, Value string }

// Check is something that must be so, and whether it is.
type Check struct {
	Name, Found string
	OK          bool
}

type report struct {
	ID       string   `json:"id"`
	ClientID string   `json:"clientId"`
	Status   string   `json:"status"`
	Marks    []string `json:"marks"`
	Place    *place   `json:"place"`
	Case     *ref     `json:"case"`
}

func (a *Audit) figure(name string, value any) {
	a.figures = append(a.figures, Figure{name, fmt.Sprint(value)})
}

func (a *Audit) check(name string, ok bool, found string, args ...any) {
	a.checks = append(a.checks, Check{name, fmt.Sprintf(found, args...), ok})
}

// Run reads and compares. The error means that something could not be read; what was found wrong stands in the checks.
func (a *Audit) Run(ctx context.Context) ([]Figure, []Check, error) {
	err := a.run(ctx, a.readReports, a.readCases, a.checkReports, a.checkPlaces, a.checkCases, a.checkLoads, a.checkPushes)
	return a.figures, a.checks, err
}

func (a *Audit) run(ctx context.Context, parts ...func(context.Context) error) error {
	a.reports, a.cases = map[string][]report{}, map[string]caseView{}
	for _, part := range parts {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// each runs something for all sessions of a role at once, as far as the connections go.
func (a *Audit) each(ctx context.Context, role string, do func(ctx context.Context, s *Session) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(a.Connections)
	for _, s := range a.Sessions {
		if role == "" || s.Role == role {
			g.Go(func() error { return do(ctx, s) })
		}
	}
	return g.Wait()
}

func (a *Audit) readReports(ctx context.Context) error {
	return a.each(ctx, "grid_worker", func(ctx context.Context, s *Session) error {
		sender := slices.Contains(a.Senders, s.Login)
		return all(ctx, s, "/api/v1/reports?limit=100", func(r report) {
			a.mu.Lock()
			defer a.mu.Unlock()
			if sender {
				a.reports[r.ClientID] = append(a.reports[r.ClientID], r)
			} else {
				a.others++
			}
		})
	})
}

func (a *Audit) readCases(ctx context.Context) error {
	return a.each(ctx, "county_staff", func(ctx context.Context, s *Session) error {
		var ids []string
		if err := all(ctx, s, "/api/v1/cases?limit=100", func(c summary) { ids = append(ids, c.ID) }); err != nil {
			return err
		}
		for _, id := range ids {
			v, err := s.look(ctx, id)
			if err != nil {
				return err
			}
			a.mu.Lock()
			a.cases[id] = v
			a.mu.Unlock()
		}
		return nil
	})
}

func (a *Audit) checkReports(context.Context) error {
	missing, twice, pointless, strange := 0, 0, 0, 0
	known := map[string]bool{}
	for _, q := range a.Requests {
		id := a.ClientID(q.ID)
		known[id] = true
		switch n := len(a.reports[id]); {
		case n == 0:
			missing++
		case n > 1:
			twice++
		}
		if !q.HasPoint {
			pointless++
		}
	}
	for id := range a.reports {
		if !known[id] {
			strange++
		}
	}
	a.figure("requests in the file", len(a.Requests))
	a.figure("of them without a point", pointless)
	a.figure("reports by further workers of the same matters", a.others)
	a.check("every request is stored once", missing == 0 && twice == 0 && strange == 0,
		"%d requests: %d missing, %d more than once, %d that nobody sent", len(a.Requests), missing, twice, strange)
	return nil
}

// checkPlaces compares the cell of every report with the areas that its point lies in by the map.
func (a *Audit) checkPlaces(context.Context) error {
	right, nowhere, shared, wrong, lost := 0, 0, 0, 0, 0
	said, agree := 0, 0
	for _, q := range a.Requests {
		rs := a.reports[a.ClientID(q.ID)]
		if len(rs) == 0 {
			continue
		}
		got := ""
		if p := rs[0].Place; p != nil {
			got = p.Code[strings.LastIndexByte(p.Code, '.')+1:]
		}
		if q.HasPoint && q.Own != "" && got != "" {
			if said++; got == q.Own {
				agree++
			}
		}
		var in []string
		if q.HasPoint {
			in = a.Ground.At(q.Lon, q.Lat)
		}
		switch {
		case len(in) == 0 && got == "" && slices.Contains(rs[0].Marks, "unplaced"):
			nowhere++
		case slices.Contains(in, got):
			if right++; len(in) > 1 {
				shared++
			}
		case got == "":
			lost++
		default:
			wrong++
		}
	}
	a.figure("placed in the council that the map gives", right)
	a.figure("of them where councils overlap (one of them)", shared)
	a.figure("unplaced, and in no council by the map (or without a point)", nowhere)
	a.figure("city's own council, where it names one", fmt.Sprintf("%d of %d agree (%.2f %%)", agree, said, 100*float64(agree)/float64(max(said, 1))))
	a.check("every report lies in its council, or is unplaced where there is none", wrong == 0 && lost == 0,
		"%d right, %d in none, %d elsewhere, %d unplaced though in a council", right, nowhere, wrong, lost)
	return nil
}

func (a *Audit) checkCases(context.Context) error {
	states, offers := map[string]int{}, map[string]int{}
	reopened, doubled, strays := 0, 0, 0
	holders := map[string]string{} // report → case
	for id, c := range a.cases {
		states[c.State]++
		if c.Repeats > 0 {
			reopened++
		}
		held := map[int]int{}
		for _, o := range c.Offers {
			offers[o.State]++
			if o.State == "accepted" {
				held[o.Seat]++
			}
		}
		for _, n := range held {
			if n > 1 {
				doubled++
			}
		}
		for _, r := range c.ReportIDs {
			if _, twice := holders[r]; twice {
				strays++
			}
			holders[r] = id
		}
	}
	for _, rs := range a.reports {
		for _, r := range rs {
			if r.Case != nil && holders[r.ID] != r.Case.ID || r.Case == nil && (holders[r.ID] != "" || r.Place != nil) {
				strays++
			}
		}
	}
	a.figure("cases opened", len(a.cases))
	for _, r := range rows(states) {
		a.figure("cases "+r[0], r[1])
	}
	a.figure("cases reopened on the way", reopened)
	sent := 0
	for _, n := range offers {
		sent += n
	}
	a.figure("offers on the cases as they stand", sent)
	for _, r := range rows(offers) {
		a.figure("offers "+r[0], r[1])
	}
	a.check("every case is settled", states["settled"] == len(a.cases), "%d of %d", states["settled"], len(a.cases))
	a.check("no seat has two holders", doubled == 0, "%d seats with more than one accepted offer", doubled)
	a.check("every placed report is in one case, which says so too", strays == 0, "%d otherwise", strays)
	return nil
}
