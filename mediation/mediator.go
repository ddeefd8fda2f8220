package mediation

import (
	"time"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// Mediator (调解员) is one who can take a seat on a panel. Kinds and tiers are the policy's words (elder, lawyer, police …;
// village, town, county).
type Mediator struct {
	ID   string
	User string // account that signs in
	Name string // shown to parties: they may refuse a mediator, so they must know who it is
	Kind string
	Tier string
	Area grid.Code // where they serve
	// Plan is the edition that Area is of; "" in records of earlier releases, which means the first there was. Earlier is where
	// they served before a change of plans.
	Plan       string
	Earlier    *Lay
	Point      orb.Point // usual place, WGS-84 lon/lat degrees; zero if unknown
	Categories []string  // what they are good at; empty = anything
	Dialects   []string
	Unit       string
	Phone      Sealed
	Key        string
	// Match holds the keyed hash of the phone, as Party.Match does: a mediator who is a party themselves is known by it.
	Match []string
	Kin   []string // ids of mediators who are their relatives
	// UnitHash is the keyed hash of Unit, as Party.Units holds them.
	UnitHash string
	// Ties are whom parties may trust them for: "clan:SURNAME", "area:CODE". Matching does not weigh them yet.
	Ties      []string
	Cap       int // most cases at a time; 0 = policy's default
	Available bool
	Leaves    []Leave
	Seats     []HeldSeat // reserved here before the case knows, so that caps hold
	Declines  int        // in a row, for the score
	Declined  []string   // the offers so declined, so that none counts twice
	Version   int64
}

// Leave is an absence; the mediator gets no offers that would fall into it.
type Leave struct {
	ID       string
	From, To time.Time
}

// HeldSeat is one seat that counts against the cap.
type HeldSeat struct {
	Case     string
	Offer    string
	Since    time.Time
	Definite bool // false: reserved while the acceptance is being written; the sweep settles it
}

// OnLeave tells whether the mediator is away at t.
func (m *Mediator) OnLeave(t time.Time) bool {
	for _, l := range m.Leaves {
		if !t.Before(l.From) && t.Before(l.To) {
			return true
		}
	}
	return false
}

// Holds tells whether a seat on the case is reserved or held.
func (m *Mediator) Holds(caseID string) bool {
	for _, s := range m.Seats {
		if s.Case == caseID {
			return true
		}
	}
	return false
}
