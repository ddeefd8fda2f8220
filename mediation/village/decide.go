package village

import (
	"slices"
	"strconv"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
	"fengqiao/mediation/scorecard"
)

// turn is one change of a result, at a time, by somebody: what it does to the result, and what it announces. The deeds are pure and may run
// again on a newer result.
type turn struct {
	*Result
	at       time.Time
	by       mediation.Actor
	card     *scorecard.Card
	calendar Calendar
	notices  []mediation.Notice
}

// Calendar counts working days.
type Calendar interface {
	After(start time.Time, span policy.Span) time.Time
	Before(end time.Time, span policy.Span) time.Time
}

// tell announces something once: what names the fact, so that a second run announces the same.
func (t *turn) tell(kind mediation.NoticeKind, what string, due time.Time, to ...mediation.Recipient) {
	for i, one := range to {
		t.notices = append(t.notices, mediation.Notice{ID: "village/" + t.ID + "/" + what + "/" + strconv.Itoa(i), Kind: kind, At: t.at, To: one, Due: due, Subject: "village/" + t.ID})
	}
}

// county decides.
func (t *turn) county() []mediation.Recipient {
	return []mediation.Recipient{{Role: mediation.CountyStaff, Area: t.Ground}, {Role: mediation.Supervisor, Area: t.Ground}}
}

// theirs are who answers for the village: its township's staff, and the leaders of its grids.
func (t *turn) theirs(grids []grid.Code) []mediation.Recipient {
	to := []mediation.Recipient{{Role: mediation.TownshipStaff, Area: t.Village}}
	for _, g := range grids {
		to = append(to, mediation.Recipient{Role: mediation.GridLeader, Area: g})
	}
	return to
}

// freeze writes the first version. A village that has not passed is told, since it may object.
func (t *turn) freeze(v scorecard.Village, grids []grid.Code) {
	t.Frozen = t.at
	by := ""
	if t.by.Role != mediation.System {
		by = t.by.ID
	}
	t.Versions = []Version{{At: t.at, By: by, Passed: v.Passed, Found: v.Found}}
	t.contest()
	if !v.Passed {
		t.tell(mediation.NoticeVillage, "frozen", t.Contest, t.theirs(grids)...)
	}
}

// contest begins the time for objecting, where the card gives any.
func (t *turn) contest() {
	if within := t.card.Villages.Objection.Within; !within.Zero() && t.Left == 0 {
		t.Contest = t.calendar.After(t.at, within).UTC()
	}
}

// object notes that the village does not agree. rows are of the cases that ought to count and are not there yet.
func (t *turn) object(id string, points []Point, rows []Row) error {
	switch {
	case slices.ContainsFunc(t.Objections, func(o Objection) bool { return o.ID == id }):
		return nil // carried out before
	case t.Contest.IsZero():
		return mediation.Refusal("village", mediation.Conflict, "village.no_objection", "")
	case !t.at.Before(t.Contest):
		return mediation.Refusal("village", mediation.Conflict, "village.too_late", "", "at", t.Contest.UTC().Format(time.RFC3339))
	case t.Open() != nil:
		return mediation.Refusal("village", mediation.Conflict, "village.open", "")
	case len(t.Objections) >= MaxObjections:
		return mediation.Refusal("village", mediation.Conflict, "too_many", "objections", "max", strconv.Itoa(MaxObjections))
	}
	changes := make([]Change, len(points))
	for i := range points {
		changes[i] = points[i].Change
	}
	if err := t.checkChanges(changes, rows); err != nil {
		return err
	}
	o := Objection{ID: id, At: t.at, By: t.by.ID, Points: points, Clock: mediation.Clock{Since: t.at}}
	if limit := t.card.Villages.Objection.Decide; !limit.Within.Zero() {
		o.Clock.Due = t.calendar.After(t.at, limit.Within).UTC()
	}
	t.Objections = append(slices.Clip(t.Objections), o)
	t.tell(mediation.NoticeVillage, "objection/"+id, o.Clock.Due, t.county()...)
	return nil
}

// checkChanges finds what would change nothing, and cases that the period does not know.
func (t *turn) checkChanges(changes []Change, rows []Row) error {
	if t.Left > 0 {
		return mediation.Refusal("village", mediation.Conflict, "village.too_large", "")
	}
	counted := t.Counted(len(t.Versions))
	for i, c := range changes {
		field := "points[" + strconv.Itoa(i) + "].case"
		_, known := counted[c.Case]
		switch {
		case slices.ContainsFunc(changes[:i], func(x Change) bool { return x.Case == c.Case }):
			return mediation.Refusal("village", mediation.Invalid, "village.twice", field)
		case counted[c.Case] == c.Counts && c.Counts:
			return mediation.Refusal("village", mediation.Invalid, "village.counted", field)
		case counted[c.Case] == c.Counts:
			return mediation.Refusal("village", mediation.Invalid, "village.not_counted", field)
		case c.Counts && !known && !slices.ContainsFunc(rows, func(r Row) bool { return r.Case.ID == c.Case }):
			return mediation.Refusal("village", mediation.Invalid, "village.other_period", field)
		}
	}
	return nil
}

// verdict is what was decided on one point.
type verdict struct {
	upheld bool
	reason mediation.Sealed
}

// decide decides on an objection, all its points at once. What is upheld makes another version; the one before stays.
func (t *turn) decide(id string, verdicts map[string]verdict, rows []Row) error {
	t.Objections = slices.Clone(t.Objections)
	i := slices.IndexFunc(t.Objections, func(o Objection) bool { return o.ID == id })
	if i < 0 {
		return mediation.Refusal("village", mediation.NotFound, "not_found", "")
	}
	o := &t.Objections[i]
	switch {
	case !o.Decided.IsZero():
		return mediation.Refusal("village", mediation.Conflict, "village.decided", "")
	case o.By == t.by.ID:
		return mediation.Refusal("village", mediation.Conflict, "village.own", "")
	}
	o.Points = slices.Clone(o.Points)
	var changes []Change
	for n := range o.Points {
		p := &o.Points[n]
		v, ok := verdicts[p.Case]
		if !ok || len(verdicts) != len(o.Points) {
			return mediation.Refusal("village", mediation.Invalid, "village.points", "points")
		}
		p.Upheld, p.Verdict = v.upheld, v.reason
		if v.upheld {
			changes = append(changes, Change{p.Case, p.Counts, v.reason})
		}
	}
	o.Decided, o.DecidedBy = t.at, t.by.ID
	if len(changes) > 0 {
		if err := t.version(id, changes, rows); err != nil {
			return err
		}
		o.Version = len(t.Versions)
	}
	t.tell(mediation.NoticeVillage, "decided/"+id, time.Time{}, mediation.Recipient{User: o.By}, mediation.Recipient{Role: mediation.TownshipStaff, Area: t.Village})
	return nil
}

// correct puts a result right without anybody having objected. The village has the time to object to that anew.
func (t *turn) correct(key string, changes []Change, rows []Row, grids []grid.Code) error {
	if key != "" && slices.Contains(t.Commands, key) {
		return nil
	}
	if t.Open() != nil {
		return mediation.Refusal("village", mediation.Conflict, "village.open", "") // its decision says what is put right
	}
	if err := t.checkChanges(changes, rows); err != nil {
		return err
	}
	if err := t.version("", changes, rows); err != nil {
		return err
	}
	t.Commands = append(slices.Clip(t.Commands), key)
	t.contest()
	t.tell(mediation.NoticeVillage, "corrected/"+strconv.Itoa(len(t.Versions)), t.Contest, t.theirs(grids)...)
	return nil
}

// version reckons the result anew with some cases left out or counted.
func (t *turn) version(objection string, changes []Change, rows []Row) error {
	if len(t.Versions) >= MaxVersions {
		return mediation.Refusal("village", mediation.Conflict, "too_many", "versions", "max", strconv.Itoa(MaxVersions))
	}
	counted := t.Counted(len(t.Versions))
	t.Rows = slices.Clip(t.Rows)
	for _, c := range changes {
		_, known := counted[c.Case]
		counted[c.Case] = c.Counts
		if i := slices.IndexFunc(rows, func(r Row) bool { return r.Case.ID == c.Case }); i >= 0 && !known {
			t.Rows = append(t.Rows, Row{Case: rows[i].Case, Added: true})
		}
	}
	v := t.reckon(t.card, counted)
	t.Versions = append(slices.Clip(t.Versions), Version{At: t.at, By: t.by.ID, Objection: objection, Changes: changes, Passed: v.Passed, Found: v.Found})
	return nil
}

// tick reminds of a decision that falls due, and notes that it is late, once each.
func (t *turn) tick() {
	t.Objections = slices.Clone(t.Objections)
	o := t.Open()
	if o == nil || o.Clock.Due.IsZero() || !o.Clock.Breached.IsZero() {
		return
	}
	remind := t.card.Villages.Objection.Decide.Remind
	for ; o.Clock.Reminded < len(remind) && !t.calendar.Before(o.Clock.Due, remind[o.Clock.Reminded]).After(t.at); o.Clock.Reminded++ {
		if t.at.Before(o.Clock.Due) {
			t.tell(mediation.NoticeVillageDue, "remind/"+o.ID+"/"+strconv.Itoa(o.Clock.Reminded), o.Clock.Due, t.county()...)
		}
	}
	if !o.Clock.Due.After(t.at) {
		o.Clock.Breached = t.at
		t.tell(mediation.NoticeVillageDue, "late/"+o.ID, o.Clock.Due, append(t.county(), mediation.Recipient{User: o.By}, mediation.Recipient{Role: mediation.Leader, Area: t.Ground})...)
	}
}

// schedule says when the sweep must look again; zero: never.
func (t *turn) schedule() {
	t.NextDue = time.Time{}
	o := t.Open()
	if o == nil || o.Clock.Due.IsZero() || !o.Clock.Breached.IsZero() {
		return
	}
	t.NextDue = o.Clock.Due
	if remind := t.card.Villages.Objection.Decide.Remind; o.Clock.Reminded < len(remind) {
		if at := t.calendar.Before(o.Clock.Due, remind[o.Clock.Reminded]).UTC(); at.Before(t.NextDue) {
			t.NextDue = at
		}
	}
}
