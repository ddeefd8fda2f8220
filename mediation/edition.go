package mediation

import (
	"context"
	"time"

	"fengqiao/grid"
	"fengqiao/grid/edition"
)

// Register (网格图履历) is which editions of the plan there are and which was in force when. One document, so that putting one in
// force is one write.
type Register struct {
	Editions []Edition // every one that was stored, the oldest first
	Terms    []Term    // the oldest first; the last one is in force
	Next     *Term     // comes into force by itself at its time
}

// Edition is one stored plan. What it holds never changes.
type Edition struct {
	Version string
	Made    time.Time
	By      string // user id; "" for somebody at the machine
	How     EditionSource
	Of      string // the version that it was drawn from, "" for a first one
	Cells   int
}

// NewEdition is the entry of a plan that is made at a time.
func NewEdition(p *grid.Plan, how EditionSource, at time.Time) Edition {
	return Edition{Version: p.Version(), Made: Instant(at), How: how, Cells: p.Len()}
}

// EditionSource is how an edition came about.
type EditionSource string

// How editions come about.
const (
	Imported EditionSource = "import"
	Divided  EditionSource = "split"
	United   EditionSource = "merge"
)

// Term (施行期) is a span of time in which an edition is in force: from From until the next term's From.
type Term struct {
	Version string
	From    time.Time
	By      string
	Note    string // the decision that it rests on, "" if none was named
	// Settled is when everything that the change moved had been given its new place; zero while that is under way. Cases and
	// People are how many were. Editions.Settle writes these.
	Settled       time.Time
	Cases, People int
}

// Editions keeps the plan's editions and their register.
type Editions interface {
	// Keep stores an edition under its version without putting it in force. The version must be new, or the content the
	// same; else Differs. made is the plan that d makes under this version, for whoever has built it already; else nil.
	Keep(ctx context.Context, e Edition, d edition.Drawing, made *grid.Plan) error
	// Drawing is what an edition was made of; ErrNotFound.
	Drawing(ctx context.Context, version string) (edition.Drawing, error)
	// Load is the plan of an edition, ready-made or built; ErrNotFound.
	Load(ctx context.Context, version string) (*grid.Plan, error)
	// Register returns the register and its revision, 0 while there is none.
	Register(ctx context.Context) (Register, int64, error)
	// Amend changes the register if it stands at a revision (AnyRevision: whatever it is), else ErrStale. What fn leaves as it
	// is may be told again at any revision. fn may run several times; its error is returned as it is and nothing is stored.
	// What is settled is not in what fn gets.
	Amend(ctx context.Context, at int64, fn func(*Register) error) (Register, int64, error)
	// Settle counts what was moved in a term, by its position, and notes when it was settled unless at is zero. It leaves the
	// register's revision alone.
	Settle(ctx context.Context, term int, n Moved, at time.Time) error
}

// InForce is the version in force, "" if there is none.
func (r *Register) InForce() string {
	if len(r.Terms) == 0 {
		return ""
	}
	return r.Terms[len(r.Terms)-1].Version
}

// At is the version that was in force at a time; before the first term it is the first one's.
func (r *Register) At(t time.Time) string {
	for i := len(r.Terms) - 1; i > 0; i-- {
		if !r.Terms[i].From.After(t) {
			return r.Terms[i].Version
		}
	}
	if len(r.Terms) == 0 {
		return ""
	}
	return r.Terms[0].Version
}

// Until is when a term ended; zero for the one in force.
func (r *Register) Until(term int) time.Time {
	if term+1 < len(r.Terms) {
		return r.Terms[term+1].From
	}
	return time.Time{}
}

// Edition is the entry of a version.
func (r *Register) Edition(version string) (Edition, bool) {
	for _, e := range r.Editions {
		if e.Version == version {
			return e, true
		}
	}
	return Edition{}, false
}

// Enter notes an edition; one that is there already stays as it is.
func (r *Register) Enter(e Edition) {
	if _, known := r.Edition(e.Version); !known {
		r.Editions = append(r.Editions, e)
	}
}

// Enact puts an edition in force now, or, if t.From lies ahead, plans it for then in place of what was planned before. Enacting what is in
// force changes nothing. Now the plan cannot come into force in the past: reports that were placed since would have been
// placed wrongly.
func (r *Register) Enact(t Term, now time.Time) error {
	if _, known := r.Edition(t.Version); !known {
		return Refusal("enact", Invalid, "unknown_value", "version", "value", t.Version)
	}
	if t.From.After(now) {
		r.Next = &t
		return nil
	}
	if t.Version == r.InForce() {
		return nil
	}
	if n := len(r.Terms); n > 0 && now.Before(r.Terms[n-1].From) {
		now = r.Terms[n-1].From // the clock was set back
	}
	t.From = now
	r.Terms = append(r.Terms, t)
	if r.Next != nil && r.Next.Version == t.Version {
		r.Next = nil
	}
	return nil
}

// RollBack puts the edition in force again that was so before the present one.
func (r *Register) RollBack(by, note string, now time.Time) error {
	n := len(r.Terms)
	if n < 2 {
		return Refusal("roll back", Conflict, "plan.no_earlier", "")
	}
	return r.Enact(Term{Version: r.Terms[n-2].Version, From: now, By: by, Note: note}, now)
}

// Cancel strikes what is planned; planning nothing is no error.
func (r *Register) Cancel() { r.Next = nil }

// Turn puts what is planned in force if its time has come.
func (r *Register) Turn(now time.Time) error {
	if r.Next == nil || r.Next.From.After(now) {
		return nil
	}
	t := *r.Next
	r.Next = nil
	return r.Enact(t, now)
}

// Unsettled tells whether the last change of plans may have left cases or people where they were.
func (r *Register) Unsettled() bool {
	return len(r.Terms) > 1 && r.Terms[len(r.Terms)-1].Settled.IsZero()
}
