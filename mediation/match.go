package mediation

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation/policy"

	"github.com/paulmach/orb"
)

// Candidate is a mediator as judged for one seat of a case.
type Candidate struct {
	Mediator Mediator
	Seat     int
	Score    float64 // 0…1; 0 for those excluded
	Metres   float64 // from the mediator's usual place to the case, -1 if unknown
	Reasons  []Reason
	Excluded []Reason // why they cannot be offered the seat; empty for those who can
}

// distanceLimit is where the distance part of the score reaches 0 on a tier without a radius, in metres: half an hour's drive.
const distanceLimit = 20000

// unknownPart is a part of the score about which nothing is known: neither for nor against.
const unknownPart = 0.5

// NewPanel makes the empty seats that the policy wants for a category and severity.
func NewPanel(pol *policy.Policy, category string, severity int) (Panel, error) {
	composition, ok := pol.PanelFor(category, severity)
	if !ok {
		return Panel{}, Refusal("panel", Conflict, "policy.no_panel", "category", "category", category, "severity", strconv.Itoa(severity))
	}
	var p Panel
	for _, s := range composition.Seats {
		for range s.Number {
			p.Seats = append(p.Seats, Seat{Kinds: slices.Clone(s.Kinds), Lead: s.Lead, Required: s.Required, Outsider: s.Outsider})
		}
	}
	return p, nil
}

// Ground is what candidates are judged on beside the case itself.
type Ground struct {
	Rules
	Tier policy.Tier
	At   *orb.Point // the case's exact point (WGS-84 lon/lat degrees), nil if unknown
	Now  time.Time  // when the offer would be sent
	// Parties are the mediators who are themselves parties of the case, whatever their tier.
	Parties []Mediator
}

// Match judges every mediator of the pool for one seat of the case: those who can be offered it first, best first, then the
// excluded ones by id, each with every reason. It is pure and does not depend on the order of the pool. Consent to outsiders
// (PML 20) is not its business.
func Match(c *Case, seat int, pool []Mediator, g Ground) []Candidate {
	q := query{Case: c, g: g, answer: g.after(g.Now, g.Tier.Answer), where: c.Cell}
	if seat >= 0 && seat < len(c.Panel.Seats) {
		q.kinds = c.Panel.Seats[seat].Kinds
	}
	if q.where == "" {
		q.where = c.Area
	}
	judged, order := make([]Candidate, len(pool)), make([]int, len(pool))
	for i := range pool {
		judged[i], order[i] = q.judge(&pool[i]), i
		judged[i].Seat = seat
	}
	slices.SortFunc(order, func(i, j int) int { // positions, as candidates are large
		a, b := &judged[i], &judged[j]
		return cmp.Or(cmp.Compare(min(len(a.Excluded), 1), min(len(b.Excluded), 1)),
			cmp.Compare(b.Score, a.Score), cmp.Compare(a.Mediator.ID, b.Mediator.ID))
	})
	out := make([]Candidate, len(pool))
	for at, i := range order {
		out[at] = judged[i]
	}
	return out
}

// query is what stays the same while a pool is judged.
type query struct {
	*Case
	g      Ground
	kinds  []string
	answer time.Time // when an offer sent now would have to be answered
	where  grid.Code
}

func (q *query) judge(m *Mediator) Candidate {
	c := Candidate{Mediator: *m, Metres: -1}
	if q.g.At != nil && m.Point != (orb.Point{}) {
		c.Metres = grid.Distance(*q.g.At, m.Point)
	}
	c.Excluded = append(q.conflicts(m), q.hindrances(m, c.Metres)...)
	if len(c.Excluded) == 0 {
		c.Score, c.Reasons = q.score(m, c.Metres)
	}
	return c
}

// conflicts are the reasons that no one may overrule: the seat's kind, conflicts of interest, a party's word (PML 19, 23), and
// what this mediator already had to do with this case.
func (q *query) conflicts(m *Mediator) (out []Reason) {
	if !has(q.kinds, m.Kind) {
		out = append(out, reason(matchKind, "kind", m.Kind, "kinds", strings.Join(q.kinds, ", ")))
	}
	return append(append(out, q.interests(m, q.g.Parties)...), q.history(m)...)
}

// interests are the conflicts of interest of a mediator in the case (回避), and the parties' word against them. parties are the
// mediators who are themselves parties.
func (c *Case) interests(m *Mediator, parties []Mediator) (out []Reason) {
	if m.User != "" && (m.User == c.Reporter || has(c.Reporters, m.User)) {
		out = append(out, reason(matchReporter))
	}
	party, kin, unit, refused := false, false, false, false
	for i := range parties {
		p := &parties[i]
		party = party || p.ID == m.ID
		kin = kin || p.ID != m.ID && (has(m.Kin, p.ID) || has(p.Kin, m.ID))
	}
	for i := range c.Parties {
		p := &c.Parties[i]
		kin = kin || has(p.Kin, m.ID)
		refused = refused || has(p.RefusedMediators, m.ID)
		party = party || m.User != "" && p.Account == m.User
		unit = unit || m.UnitHash != "" && has(p.Units, m.UnitHash)
	}
	if party {
		out = append(out, reason(matchParty))
	}
	if kin {
		out = append(out, reason(matchKin))
	}
	if unit {
		out = append(out, reason(matchSameUnit, "unit", m.Unit))
	}
	if refused {
		out = append(out, reason(matchRefused))
	}
	return out
}

// history is what this mediator already had to do with this case. Who has declined or let an offer lapse is not asked again
// unless the matter changes, which takes the old offers off the case.
func (q *query) history(m *Mediator) (out []Reason) {
	switch {
	case q.Panel.Seated(m.ID):
		return []Reason{reason(matchOnPanel)}
	case m.Holds(q.ID):
		out = append(out, reason(matchHoldsThisCase))
	}
	told := make(map[string]bool, 1)
	for i := range q.Offers {
		o := &q.Offers[i]
		code, known := asked[o.State]
		if o.Mediator == m.ID && known && !told[code] {
			told[code] = true
			out = append(out, reason(code))
		}
	}
	return out
}

// asked says which earlier offers stand against another: one that was filled by somebody else or taken back does not.
var asked = map[OfferState]string{
	OfferOpen: matchStillOpen, OfferDeclined: matchDeclined, OfferExpired: matchExpired, OfferAccepted: matchSteppedBack,
}

// hindrances are the reasons of reach, time, load and place.
func (q *query) hindrances(m *Mediator, metres float64) (out []Reason) {
	if m.User == "" {
		out = append(out, reason(matchNoAccount)) // an offer would go to nobody
	}
	if !m.Available {
		out = append(out, reason(matchUnavailable))
	}
	for _, l := range m.Leaves {
		if l.From.Before(q.answer) && q.g.Now.Before(l.To) {
			out = append(out, reason(matchOnLeave, "from", q.day(l.From), "to", q.day(l.To)))
			break
		}
	}
	if held, limit := len(m.Seats), q.limit(m); held >= limit {
		out = append(out, reason(matchFull, "held", strconv.Itoa(held), "cap", strconv.Itoa(limit)))
	}
	if q.g.Tier.RadiusMetres > 0 && metres > q.g.Tier.RadiusMetres {
		out = append(out, reason(matchFar, "metres", whole(metres), "radius", whole(q.g.Tier.RadiusMetres)))
	}
	// An unplaced case has a coarser area than the tier asks for; then all of that area will do.
	if !q.where.Prefix(q.g.Tier.Level).Unit().Contains(m.Area) {
		out = append(out, reason(matchOtherArea, "area", string(m.Area)))
	}
	return out
}

func (q *query) limit(m *Mediator) int {
	if m.Cap > 0 {
		return m.Cap
	}
	return q.g.Policy.Matching.LoadCap
}

func (q *query) day(t time.Time) string {
	if zone, err := q.g.Policy.Clocks.Calendar.Location(); err == nil {
		t = t.In(zone)
	}
	return t.Format(time.DateOnly)
}

// score is the weighted mean of parts that each lie in 0…1, and what speaks for and against.
func (q *query) score(m *Mediator, metres float64) (float64, []Reason) {
	reasons := make([]Reason, 0, 6)
	part := func(p float64, r Reason) float64 {
		reasons = append(reasons, r)
		return p
	}
	w := q.g.Policy.Matching.Weights
	sum := w.Distance*part(q.nearness(metres)) +
		w.Category*part(q.skill(m)) +
		w.Load*part(q.freedom(m)) +
		w.SameArea*part(q.kinship(m)) +
		w.Dialect*part(unknownPart, reason(matchDialect)) // parties say no dialect yet: the same for everybody
	total := w.Distance + w.Category + w.Load + w.SameArea + w.Dialect + w.Record
	declines := strconv.Itoa(m.Declines)
	sum += w.Record / float64(1+max(m.Declines, 0))
	resting := q.g.Policy.Matching.RestAfterDeclines > 0 && m.Declines >= q.g.Policy.Matching.RestAfterDeclines
	switch {
	case resting:
		reasons = append(reasons, reason(matchResting, "declines", declines))
	case m.Declines > 0:
		reasons = append(reasons, reason(matchRecord, "declines", declines))
	}
	if total <= 0 {
		return 0, reasons
	}
	if resting {
		sum /= 2
	}
	return sum / total, reasons
}

// nearness falls from 1 on the spot to 0 at the tier's radius.
func (q *query) nearness(metres float64) (float64, Reason) {
	if metres < 0 {
		return unknownPart, reason(matchNoDistance)
	}
	limit := q.g.Tier.RadiusMetres
	if limit <= 0 {
		limit = distanceLimit
	}
	return max(1-metres/limit, 0), reason(matchNear, "metres", whole(metres))
}

func (q *query) skill(m *Mediator) (float64, Reason) {
	switch {
	case has(m.Categories, q.Category):
		return 1, reason(matchSkill, "category", q.Category)
	case len(m.Categories) == 0:
		return 0.5, reason(matchGeneralist)
	}
	return 0, reason(matchOtherSkill)
}

// freedom is the free share of the cap.
func (q *query) freedom(m *Mediator) (float64, Reason) {
	limit := q.limit(m)
	free := limit - len(m.Seats)
	return float64(free) / float64(limit), reason(matchLoad, "free", strconv.Itoa(free), "cap", strconv.Itoa(limit))
}

// kinship is how far below the tier's level the mediator's area and the case's are still the same: 1 for the very patch.
func (q *query) kinship(m *Mediator) (float64, Reason) {
	common := grid.Common(m.Area, q.where).Unit()
	r := reason(matchSameArea, "area", string(common))
	depth := q.where.Depth()
	base := max(min(q.g.Tier.Level, depth)-1, 0)
	if depth == base {
		return unknownPart, r
	}
	return float64(common.Depth()-base) / float64(depth-base), r
}

func whole(metres float64) string { return strconv.FormatInt(int64(math.Round(metres)), 10) }
