package slip

import (
	"maps"
	"slices"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"

	"github.com/google/uuid"
)

// namespace of the ids that follow from others.
var namespace = uuid.MustParse("5c0b0a52-6d0f-5b7e-9a41-3c2e8d1f7a60")

func idOf(parts ...string) string {
	var b []byte
	for _, p := range parts {
		b = append(append(b, p...), 0)
	}
	return uuid.NewSHA1(namespace, b).String()
}

// next is when the limit has something to say: its next reminder, its end, or never.
func (l *Limit) next(r Rules, p policy.Limit) time.Time {
	switch {
	case l.Due.IsZero() || !l.Breached.IsZero():
		return time.Time{}
	case l.Reminded < len(p.Remind):
		return r.Calendar.Before(l.Due, p.Remind[l.Reminded]).UTC()
	}
	return l.Due
}

// run lets the limit come to now; several missed reminders become one.
func (l *Limit) run(r Rules, p policy.Limit, now time.Time) (reminded, breached bool) {
	if l.Due.IsZero() || !l.Breached.IsZero() {
		return false, false
	}
	for l.Reminded < len(p.Remind) && !r.Calendar.Before(l.Due, p.Remind[l.Reminded]).After(now) {
		l.Reminded++
		reminded = true
	}
	if !l.Due.After(now) {
		l.Breached = now
		return false, true
	}
	return reminded, false
}

// Tick brings the slip to now: limits remind, pass, and lead to the kind that policy names. It reports whether anything happened.
func Tick(s *Slip, now time.Time, r Rules) bool {
	changed := false
	if s.State == Issued {
		changed = tickLimit(s, now, r, &s.Acknowledge, r.Kind.Acknowledge, "acknowledge", r.Kind.Next.Unacknowledged, "unacknowledged")
	}
	if s.State.waits() {
		changed = tickLimit(s, now, r, &s.Reply, r.Kind.Reply, "reply", r.Kind.Next.Unanswered, "unanswered") || changed
	}
	if changed {
		s.Revision++
		s.Changed = now
		if s.State.Over() {
			s.Ended, s.Withdrawal = now, nil
		}
	}
	s.schedule(r)
	return changed
}

func tickLimit(s *Slip, now time.Time, r Rules, l *Limit, p policy.Limit, which, next, why string) bool {
	due := l.Due
	reminded, breached := l.run(r, p, now)
	entry := Entry{At: now, Actor: mediation.SystemActor.ID, Role: mediation.System, Data: map[string]string{"limit": which, "due": due.UTC().Format(time.RFC3339)}}
	switch {
	case breached:
		d := &decision{Slip: s, o: Order{Actor: mediation.SystemActor, At: now}, rules: r, entry: entry}
		d.entry.Kind = "overdue"
		if next != "" {
			d.escalate(next, why)
		}
		s.log(d.entry)
		s.tell(mediation.NoticeSlipOverdue, now, due, s.To.recipient(), s.watcher())
		if s.Issuer.Role != s.watcher().Role { // who issued it is among the watchers otherwise, and need not hear it twice
			s.tell(mediation.NoticeSlipOverdue, now, due, s.Issuer.recipient())
		}
	case reminded:
		entry.Kind = "reminded"
		s.log(entry)
		s.tell(mediation.NoticeSlipReminder, now, due, s.To.recipient())
	}
	return reminded || breached
}

// escalate ends the slip and notes the one that takes its place. A slip escalates once, so the same slip always has the same follower.
func (d *decision) escalate(kind, why string) {
	d.State = Escalated
	d.Slip.Next = idOf("next", d.Slip.ID)
	d.Following = &Following{ID: d.Slip.Next, Kind: kind, Why: why}
	d.say("next", d.Slip.Next)
	d.say("nextKind", kind)
	d.say("why", why)
}

// Follow makes the slip that takes the place of one that escalated. It says what that one said, under the same key, to the same
// addressee; r is by the kind that follows, under the policy that the first was issued under.
func Follow(was *Slip, r Rules) Slip {
	f := was.Following
	at := was.Ended
	s := Slip{ID: f.ID, Kind: f.Kind, Policy: was.Policy, About: was.About, Case: was.Case, Area: was.Area, Restricted: was.Restricted, KeptFrom: was.KeptFrom,
		Issuer: was.Issuer, To: was.To, Key: was.Key, Words: was.Words, Trigger: was.Trigger, From: was.ID, Findings: was.Findings}
	if !slices.Contains(r.Kind.Issuers, string(was.Issuer.Role)) {
		s.Issuer = Issuer{} // who issued the first may not issue this: a post that may does
	}
	s.impartial(r)
	begin(&s, at, r, mediation.SystemActor, map[string]string{"from": was.ID, "why": f.Why})
	return s
}

// begin starts a slip: its number's series, its limits, its first line of history, and the word to the addressee.
func begin(s *Slip, at time.Time, r Rules, actor mediation.Actor, data map[string]string) {
	s.State, s.Revision, s.Issued, s.Changed = Issued, 1, at, at
	s.Number.Series = s.Kind + "/" + r.Policy.County + "/" + r.year(at)
	s.Acknowledge, s.Reply = r.limit(r.Kind.Acknowledge, at), startedBy(s.Reply, r, at)
	if actor.For != "" {
		data = maps.Clone(data)
		if data == nil {
			data = map[string]string{}
		}
		data["for"] = actor.For
	}
	s.log(Entry{At: at, Actor: actor.ID, Role: actor.Role, Kind: "issued", Data: data})
	due := s.OverdueFrom()
	s.tell(mediation.NoticeSlip, at, due, s.To.recipient())
	s.schedule(r)
}

// year is the paper's, by the county's own time.
func (r Rules) year(at time.Time) string {
	if zone, err := r.Policy.Clocks.Calendar.Location(); err == nil { // Load has found it already
		at = at.In(zone)
	}
	return at.Format("2006")
}

// startedBy is the limit for the reply: the one that the issuer set, or the kind's.
func startedBy(set Limit, r Rules, at time.Time) Limit {
	if set.Due.IsZero() {
		return r.limit(r.Kind.Reply, at)
	}
	set.Since = at
	return set
}

// schedule sets NextDue to the earliest thing that the sweep has to see to; what another document still lacks is due at once.
func (s *Slip) schedule(r Rules) {
	var next time.Time
	sooner := func(t time.Time) {
		if !t.IsZero() && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	if len(s.Unlogged) > 0 || s.Following != nil {
		sooner(s.Changed)
	}
	if s.State == Issued {
		sooner(s.Acknowledge.next(r, r.Kind.Acknowledge))
	}
	if s.State.waits() {
		sooner(s.Reply.next(r, r.Kind.Reply))
	}
	s.NextDue = next
}
