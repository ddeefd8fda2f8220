package mediation

import (
	"crypto/sha256"
	"math"
	"time"

	"fengqiao/grid"
)

// PlaceBasis says how a report's place is known.
type PlaceBasis string

// How a place is known.
const (
	ByGPS     PlaceBasis = "gps"     // the phone's own fix
	ByCell    PlaceBasis = "cell"    // chosen from the list of micro-grids
	ByAddress PlaceBasis = "address" // only words; a person places it
	Nowhere   PlaceBasis = "none"    // nothing was said of the place
)

// Mark is something doubtful about a report that staff should look at; it never refuses the report.
type Mark string

// The marks.
const (
	Unplaced       Mark = "unplaced"       // lies in no cell, or has no usable place
	Snapped        Mark = "snapped"        // lies a little outside; the nearest cell within the policy's distance was taken
	ClockDoubtful  Mark = "clockDoubtful"  // the phone's time is in the future or far back
	MaybeSwapped   Mark = "maybeSwapped"   // longitude and latitude look exchanged; Suggested has the cell if they were
	CoarsePosition Mark = "coarsePosition" // accuracy is worse than the policy allows for a cell
	NoCategory     Mark = "unknownCategory"
	AmbiguousCell  Mark = "ambiguousCell" // cells overlap where it lies; the first in code order has it, Contested the others
)

// Report (事件上报) is a geo-tagged incident report. Its ID is made from the reporter and the phone's own UUID, so the same
// report sent twice is one report.
type Report struct {
	ID       string
	ClientID string // the phone's UUID, never expires
	Print    string // fingerprint of the content as first sent: same id with other content is refused
	Reporter string
	Channel  string // app, hall, 12345, 110, court, petition … (policy's intake.channels)

	Key       string // seal key; the case's key once there is one
	Text      Sealed
	Address   Sealed
	Point     Sealed // exact WGS-84 point "lon,lat", degrees
	AccuracyM float64
	Basis     PlaceBasis

	Category  string
	Severity  int // 1 slight … 4 grave
	Emergency bool
	Photos    []string // media ids

	PhoneTime time.Time // as the phone said, zero if it did not
	Received  time.Time
	CameOn    time.Time // when a petition reached the office that typed it in; zero: with Received

	Home        grid.Code // the reporter's area when it was sent: who sees it while it lies nowhere
	Raised      grid.Code // where an accusation lies, out of sight below; "" for everything else
	Cell        grid.Code // "" while unplaced
	CellMetres  float64   // distance to the cell's border when snapped
	PlanVersion string
	Suggested   grid.Code
	Contested   []grid.Code // the other cells inside which the point lies, in code order, at most MaxContested
	Marks       []Mark

	// Case is the case it became or joined; "" while pending. Into is the case that it was about to join: after a crash the
	// sweep asks that one first, whatever has become of it since.
	Case, Into string
	// Outside is the number under which an outside desk sent it; zero for everybody else's.
	Outside Outside
	// NextLook is when staff are told again that it waits to be placed; Told how often they were.
	NextLook time.Time
	Told     int
	// Detached counts how often a person took it out of a case it had joined; each time it gets a case of its own.
	Detached int
	Parties  []Party // entered with the report; they move into its case
	// For is the party for whom it was filed (代办), "" where its sender filed it for themselves or for the grid.
	For string
	// Relayed: its sender is no worker of the grid but passes on what others bring, over a counter or from a desk.
	Relayed bool
	// Suggestion is the resident's suggestion that turned out to be a dispute and became this report; "" for all others.
	Suggestion  string
	Supplements []Supplement
	Withdrawn   time.Time
	Version     int64
}

// Supplement is what a reporter adds later.
type Supplement struct {
	At     time.Time
	By     string
	Text   Sealed
	Photos []string
	Cmd    string
}

// Sum covers what the reporter first sent, sealed as it is kept, and who and when; what became of the report since is left out. It
// stays the same for as long as nobody tampers.
func (r *Report) Sum() []byte {
	h := sha256.New()
	put(h, "fengqiao report 1")
	for _, s := range []string{r.ID, r.ClientID, r.Print, r.Reporter, r.Channel, r.Key, r.Category, string(r.Basis), string(r.Home)} {
		put(h, s)
	}
	for _, s := range []Sealed{r.Text, r.Address, r.Point} {
		put(h, s.Key)
		put(h, string(s.Box))
	}
	for _, n := range []int64{int64(math.Float64bits(r.AccuracyM)), int64(r.Severity), oneIf(r.Emergency), millis(r.PhoneTime), millis(r.Received), int64(len(r.Photos))} {
		putInt(h, n)
	}
	for _, p := range r.Photos {
		put(h, p)
	}
	if !r.CameOn.IsZero() { // what came before it could be said keeps its sum
		putInt(h, millis(r.CameOn))
	}
	return h.Sum(nil)
}

// millis is a time as sums have it: 0 where none was said.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func oneIf(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Has tells whether the report bears the mark.
func (r *Report) Has(m Mark) bool {
	for _, x := range r.Marks {
		if x == m {
			return true
		}
	}
	return false
}

// phoneTime is the phone's word as a store can keep it. A clock that is out of its mind is doubtful, not refused.
func phoneTime(t time.Time) time.Time {
	switch t = Instant(t); {
	case t.IsZero():
		return time.Time{}
	case t.Before(firstTime):
		return firstTime.Add(time.Second) // the very first moment means none
	case t.After(lastTime):
		return lastTime
	}
	return t
}
