package study

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// turn is one change of a study, at a time, by somebody: what it does to the study, and what it announces. The deeds are pure and may run
// again on a newer study.
type turn struct {
	*Study
	at      time.Time
	by      mediation.Actor
	rules   mediation.Rules
	notices []mediation.Notice
	// raised is where the case lies as an accusation, whose office alone is told of what becomes of the study; "": it is none.
	raised grid.Code
}

// tell announces something once: what names the fact, so that a second run announces the same.
func (t *turn) tell(kind mediation.NoticeKind, what string, to mediation.Recipient, due time.Time) {
	if t.raised != "" {
		if to.User != "" || to.Unit != "" {
			return // nobody knows whose colleague they are
		}
		to.Area = t.raised
	}
	prefix, n := "study/"+t.ID+"/"+what+"/", 0
	for i := range t.notices {
		if strings.HasPrefix(t.notices[i].ID, prefix) {
			n++
		}
	}
	id := prefix + strconv.Itoa(n)
	t.notices = append(t.notices, mediation.Notice{ID: id, Kind: kind, At: t.at, Case: t.Case, To: to, Due: due})
}

// tellHosts tells the office that the study lies with: leaders and staff of its area.
func (t *turn) tellHosts(kind mediation.NoticeKind, what string, due time.Time) {
	t.tell(kind, what, mediation.Recipient{Role: mediation.Leader, Area: t.Area}, due)
	t.tell(kind, what, mediation.Recipient{Role: mediation.CountyStaff, Area: t.Area}, due)
}

// note lets the case's timeline tell of it.
func (t *turn) note(kind, what string, data map[string]string) {
	if data == nil {
		data = map[string]string{}
	}
	data["study"] = t.ID
	t.Untold = append(slices.Clip(t.Untold), mediation.Beside{ID: "study/" + t.ID + "/" + what, At: t.at, Actor: t.by.ID, Role: t.by.Role, Kind: kind, Data: data})
}

// call begins the study, with those as members who are on duty. A post that nobody holds is named in the case's timeline.
func (t *turn) call(onDuty []Member) error {
	t.Called, t.Clock.Since = t.at, t.at
	if t.by.Role != mediation.System {
		t.By = t.by.ID
	}
	if limit := t.rules.Policy.Study.Limit; !limit.Within.Zero() {
		t.Clock.Due = t.rules.Calendar.After(t.at, limit.Within).UTC()
	}
	t.tellHosts(mediation.NoticeStudy, "called", t.Clock.Due)
	data := map[string]string{"reason": t.Why}
	for i, post := range t.rules.Policy.Study.Posts {
		if !slices.ContainsFunc(onDuty, func(m Member) bool { return m.Post == post }) {
			data["vacant"+strconv.Itoa(i+1)] = post
		}
	}
	t.note(mediation.StudyCalled, "called", data)
	for _, m := range onDuty {
		if err := t.join(m); err != nil {
			return err
		}
	}
	return nil
}

func (t *turn) join(m Member) error {
	if !t.Open() {
		return mediation.Refusal("study", mediation.Conflict, "study.concluded", "")
	}
	if slices.ContainsFunc(t.Members, func(x Member) bool { return x.Party == m.Party }) {
		return nil // they take part already
	}
	if len(t.Members) >= MaxMembers {
		return mediation.Refusal("study", mediation.Conflict, "too_many", "members", "max", strconv.Itoa(MaxMembers))
	}
	m.At, m.By = t.at, t.by.ID
	t.Members = append(slices.Clip(t.Members), m)
	t.tell(mediation.NoticeStudy, "member/"+m.ID, m.to(t.Area), t.Clock.Due)
	return nil
}

func (t *turn) leave(member string) error {
	i := slices.IndexFunc(t.Members, func(m Member) bool { return m.ID == member })
	switch {
	case i < 0:
		return mediation.Refusal("study", mediation.NotFound, "not_found", "")
	case !t.Open():
		return mediation.Refusal("study", mediation.Conflict, "study.concluded", "")
	}
	t.Members = slices.Delete(slices.Clone(t.Members), i, i+1)
	return nil
}

func (t *turn) put(m Material) error {
	switch {
	case !t.Open():
		return mediation.Refusal("study", mediation.Conflict, "study.concluded", "")
	case slices.ContainsFunc(t.Materials, func(x Material) bool { return x.ID == m.ID }):
		return nil
	case len(t.Materials) >= MaxMaterials:
		return mediation.Refusal("study", mediation.Conflict, "too_many", "materials", "max", strconv.Itoa(MaxMaterials))
	}
	m.At, m.By = t.at, t.by.ID
	t.Materials = append(slices.Clip(t.Materials), m)
	return nil
}

// conclude ends the study with what it came to. One at which nobody sat is no study.
func (t *turn) conclude(words mediation.Sealed) error {
	if !t.Open() {
		return mediation.Refusal("study", mediation.Conflict, "study.concluded", "")
	}
	if len(t.Members) == 0 {
		return mediation.Refusal("study", mediation.Conflict, "study.nobody", "")
	}
	t.Conclusion = &Conclusion{At: t.at, By: t.by.ID, Words: words}
	for i := range t.Members {
		t.tell(mediation.NoticeStudy, "concluded", t.Members[i].to(t.Area), time.Time{})
	}
	t.note("study_concluded", "concluded", map[string]string{"members": strconv.Itoa(len(t.Members))})
	return nil
}

func (t *turn) give(o Order) error {
	switch {
	case slices.ContainsFunc(t.Orders, func(x Order) bool { return x.ID == o.ID }):
		return nil
	case !o.Due.After(t.at):
		return mediation.Refusal("study", mediation.Invalid, "in_past", "due")
	case len(t.Orders) >= MaxOrders:
		return mediation.Refusal("study", mediation.Conflict, "too_many", "orders", "max", strconv.Itoa(MaxOrders))
	}
	o.At, o.By = t.at, t.by.ID
	t.Orders = append(slices.Clip(t.Orders), o)
	t.tell(mediation.NoticeStudyOrder, "order/"+o.ID, o.to(t.Area), o.Due)
	for i := range t.Members { // who commands hears of every order
		if m := &t.Members[i]; m.Post != "" && m.Party != o.Party {
			t.tell(mediation.NoticeStudy, "order/"+o.ID, m.to(t.Area), o.Due)
		}
	}
	t.note("study_order", "order/"+o.ID, map[string]string{"order": o.ID, "unit": o.Unit, "due": o.Due.Format(time.RFC3339)})
	return nil
}

// report notes that an order has been carried out. The first report counts.
func (t *turn) report(order string, words mediation.Sealed) error {
	t.Orders = slices.Clone(t.Orders)
	o := t.order(order)
	switch {
	case o == nil:
		return mediation.Refusal("study", mediation.NotFound, "not_found", "")
	case !o.Done.IsZero():
		return mediation.Refusal("study", mediation.Conflict, "study.order_done", "")
	}
	o.Done, o.DoneBy, o.Report = t.at, t.by.ID, words
	t.tellHosts(mediation.NoticeStudy, "done/"+o.ID, time.Time{})
	t.note("study_order_done", "done/"+o.ID, map[string]string{"order": o.ID})
	return nil
}

// tick reminds of what falls due and notes what is late, once each.
func (t *turn) tick() {
	if limit := t.rules.Policy.Study.Limit; t.Open() && t.Clock.Breached.IsZero() && !t.Clock.Due.IsZero() {
		for ; t.Clock.Reminded < len(limit.Remind) && !t.rules.Calendar.Before(t.Clock.Due, limit.Remind[t.Clock.Reminded]).After(t.at); t.Clock.Reminded++ {
			t.tellHosts(mediation.NoticeReminder, "remind/"+strconv.Itoa(t.Clock.Reminded), t.Clock.Due)
		}
		if !t.Clock.Due.After(t.at) {
			t.Clock.Breached = t.at
			t.tellHosts(mediation.NoticeBreach, "late", t.Clock.Due)
			t.tell(mediation.NoticeBreach, "late", mediation.Recipient{Role: mediation.Supervisor, Area: t.Area}, t.Clock.Due)
			t.note("study_late", "late", map[string]string{"due": t.Clock.Due.Format(time.RFC3339)})
		}
	}
	t.Orders = slices.Clone(t.Orders)
	for i := range t.Orders {
		if o := &t.Orders[i]; o.Done.IsZero() && o.Late.IsZero() && !o.Due.After(t.at) {
			o.Late = t.at
			t.tell(mediation.NoticeBreach, "order_late/"+o.ID, o.to(t.Area), o.Due)
			t.tellHosts(mediation.NoticeBreach, "order_late/"+o.ID, o.Due)
			t.note("study_order_late", "order_late/"+o.ID, map[string]string{"order": o.ID, "due": o.Due.Format(time.RFC3339)})
		}
	}
}

// schedule says when the sweep must look again; zero: never.
func (t *turn) schedule() {
	var next time.Time
	sooner := func(at time.Time) {
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	if len(t.Untold) > 0 {
		sooner(t.at)
	}
	if t.Open() && t.Clock.Breached.IsZero() && !t.Clock.Due.IsZero() {
		sooner(t.Clock.Due)
		if remind := t.rules.Policy.Study.Limit.Remind; t.Clock.Reminded < len(remind) {
			sooner(t.rules.Calendar.Before(t.Clock.Due, remind[t.Clock.Reminded]).UTC())
		}
	}
	for i := range t.Orders {
		if o := &t.Orders[i]; o.Done.IsZero() && o.Late.IsZero() {
			sooner(o.Due)
		}
	}
	t.NextDue = next
}
