package mediation

import (
	"slices"
	"testing"
	"time"

	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"

	"pgregory.net/rapid"
)

// watched is a clock as it was last seen in this turn, with when it had to run.
type watched struct {
	since, breached, ended time.Time
	ran                    []clock.Pause
}

// clockwatch drives a case at random and holds its clocks to what their own accounts say: begun once in a turn, late once and for all, and due when the
// rule says, from then, by the pauses on record, each of which the rules allow.
type clockwatch struct {
	*machine
	last    time.Time
	was     Case
	states  map[string]*watched
	stages  map[string]*watched
	course  map[string]time.Time
	paused  int
	resumed int
}

// TestNoHistoryGainsAClockTime: no sequence of commands, by whomever, gives a clock of the case a later end than the pauses and extensions that the rules allow
// and its account names explain.
func TestNoHistoryGainsAClockTime(t *testing.T) {
	r := staged(t, fourClocks)
	together := jointly(t)
	r.Policy.Petition, r.Policy.Joint, r.Policy.Closing = yongkang(t).Petition, together.Joint, together.Closing
	r.Policy.Confirmation = policy.Confirmation{Apply: policy.Limit{Within: policy.Span{Days: 30}}}
	paused, resumed := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		w := &clockwatch{machine: &machine{rt: rt}, states: map[string]*watched{}, stages: map[string]*watched{}, course: map[string]time.Time{}}
		w.story = beginWith(rt, r, func(rep *Report) {
			rep.Category = rapid.SampledFrom([]string{"neighbour", "medical", "expropriation"}).Draw(rt, "category")
			rep.Severity = rapid.IntRange(1, 4).Draw(rt, "severity")
			rep.Channel = rapid.SampledFrom([]string{"app", "letter"}).Draw(rt, "channel")
			rep.Emergency = rapid.IntRange(0, 9).Draw(rt, "emergency") == 0
		})
		w.last = w.at
		w.hold()
		for range rapid.IntRange(1, 50).Draw(rt, "steps") {
			w.was = copyCase(w.c)
			w.pass()
			w.hold()
		}
		paused, resumed = paused+w.paused, resumed+w.resumed
	})
	if t.Logf("%d pauses, %d times back", paused, resumed); paused == 0 || resumed == 0 {
		t.Error("nothing was tried")
	}
}

// pass lets some time go by, and something happen.
func (w *clockwatch) pass() {
	minutes := rapid.SampledFrom([]int{0, 1, 10, 45, 3 * 60, 24 * 60, 5 * 24 * 60, 40 * 24 * 60}).Draw(w.rt, "minutes")
	w.at = w.at.Add(time.Duration(minutes) * time.Minute)
	if rapid.IntRange(0, 5).Draw(w.rt, "midnight") == 0 {
		w.at = w.r.Calendar.After(w.at, policy.Span{Days: 1}).Truncate(time.Minute)
	}
	w.spare = copyCase(w.c)
	switch rapid.IntRange(0, 9).Draw(w.rt, "kind") {
	case 0, 1:
		w.tick()
	case 2:
		w.sendWave()
	case 3, 4:
		w.forward()
	case 5:
		w.around()
	case 6:
		if w.try(staff, Suspend{Reason: rapid.SampledFrom([]string{"court", "disaster", "illness", "both_ask", "lunch"}).Draw(w.rt, "reason")}) == nil {
			break
		}
		_ = w.try(staff, Resume{})
	default:
		w.command()
	}
}

// around takes a step away from where the case is, or back.
func (w *clockwatch) around() {
	by := rapid.SampledFrom([]Actor{staff, elder}).Draw(w.rt, "around by")
	w.give(by, rapid.SampledFrom([]CommandName{CmdTransfer, CmdTakeBack, CmdSuspend, CmdResume, CmdReclassify, CmdJoin, CmdSplit, CmdUnagree, CmdAssign, CmdUnassign,
		CmdRefuse, CmdReopen, CmdTerminate, CmdWithdraw, CmdStepBack, CmdDanger}).Draw(w.rt, "around"))
}

// hold compares the clocks with what they were, and with what their accounts explain.
func (w *clockwatch) hold() {
	now := w.at
	e := w.c.Events[len(w.c.Events)-1]
	w.passed(now)
	if turn := w.c.Repeats > w.was.Repeats && (!w.was.Closed.IsZero() || e.Role == PartyRole); turn {
		clear(w.states)
		clear(w.stages)
	}
	if w.c.State == Closed && w.c.Closed.Equal(e.At) && w.was.Closed != w.c.Closed {
		delete(w.states, "closed")
		delete(w.states, "unsettled")
	}
	w.wholeClock()
	w.stateClock()
	for i := range w.c.Stages {
		w.stageClock(&w.c.Stages[i])
	}
	w.lawClocks()
	w.last = now
}

// passed notes for which clocks the time since the last look counted: where the case stood in it.
func (w *clockwatch) passed(now time.Time) {
	span := clock.Pause{From: w.last, To: now}
	if w.last.Equal(now) || w.was.State == "" {
		return
	}
	in := keyOf(&w.was, w.was.State)
	switch w.was.State {
	case Suspended:
		in = string(w.was.Held)
	case Joined:
		in = string(w.was.Apart.State)
	}
	if k := w.states[in]; k != nil {
		k.ran = append(k.ran, span)
	}
	for i := range w.was.Stages {
		if s := &w.was.Stages[i]; s.running() {
			if k := w.stages[s.Key]; k != nil {
				k.ran = append(k.ran, span)
			}
		}
	}
}

func keyOf(c *Case, s State) string {
	if s == Transferred {
		return string(s) + " " + c.ClockFor
	}
	return string(s)
}

func (w *clockwatch) wholeClock() {
	k, was := w.c.WholeClock, w.was.WholeClock
	if !was.Since.IsZero() && !k.Since.Equal(was.Since) {
		w.rt.Fatalf("the whole case's clock began %s, had begun %s", k.Since, was.Since)
	}
	if !was.Breached.IsZero() && !k.Breached.Equal(was.Breached) {
		w.rt.Fatal("that the whole case was late is gone")
	}
	w.explains("whole", &k, w.r.Policy.Clocks.Whole, policy.PausesWhole, nil)
	for _, reason := range w.r.Policy.Suspension.Reasons {
		if all := w.stoodFor(reason.Key); all > reason.InAll {
			w.rt.Fatalf("clocks stood still for %s in all: %s", reason.Key, all)
		}
	}
}

// stoodFor counts it apart from the code that bounds it.
func (w *clockwatch) stoodFor(reason string) (all time.Duration) {
	for _, p := range w.c.Stops {
		if p.Reason == reason {
			all += p.To.Sub(p.From)
		}
	}
	return all
}

func (w *clockwatch) stateClock() {
	k := w.c.StateClock
	if w.c.State == Suspended {
		k = w.c.HeldClock
	}
	if w.c.State.Over() || k.Due.IsZero() {
		return
	}
	state := w.c.State
	if state == Suspended {
		state = w.c.Held
	}
	key := keyOf(w.c, state)
	seen := w.states[key]
	if seen == nil {
		w.states[key] = &watched{since: k.Since, breached: k.Breached}
		return
	}
	w.same(key, seen, &k)
	limit := w.r.Policy.Clocks.States[string(state)]
	if state == Closed && !w.r.Policy.Closing.FollowUpAfter.Zero() {
		limit.Within = w.r.Policy.Closing.FollowUpAfter
	}
	if state == Effective {
		return // due when the parties agreed, where that is later
	}
	w.explains(key, &k, limit, policy.PausesState, seen)
}

func (w *clockwatch) stageClock(s *Stage) {
	rule, _ := w.r.Policy.Stage(s.Key)
	seen := w.stages[s.Key]
	if s.Clock.Since.IsZero() {
		if seen != nil {
			w.rt.Fatalf("%s waits again", s.Key)
		}
		return
	}
	if seen == nil {
		seen = &watched{since: s.Clock.Since, breached: s.Clock.Breached}
		w.stages[s.Key] = seen
	}
	w.same(s.Key, seen, &s.Clock)
	if !seen.ended.IsZero() && !s.Ended.Equal(seen.ended) {
		w.rt.Fatalf("%s was done at %s, and is at %s", s.Key, seen.ended, s.Ended)
	}
	seen.ended = s.Ended
	w.explains(s.Key, &s.Clock, rule.Limit, "", seen)
	for _, p := range s.Clock.Pauses {
		if p.Reason != clock.Away && !has(rule.Pauses, p.Reason) {
			w.rt.Fatalf("%s stood still for %q", s.Key, p.Reason)
		}
	}
}

// same wants a clock that was seen before to be that one.
func (w *clockwatch) same(name string, seen *watched, k *Clock) {
	if !k.Since.Equal(seen.since) {
		w.rt.Fatalf("after %s: %s began %s, and had begun %s", w.c.Events[len(w.c.Events)-1].Kind, name, k.Since, seen.since)
	}
	if !seen.breached.IsZero() && !k.Breached.Equal(seen.breached) {
		w.rt.Fatalf("that %s was late at %s is gone: %+v", name, seen.breached, k)
	}
	seen.breached = k.Breached
}

// explains wants the end to be what the rule makes of the start and the pauses on record, and each pause to be one that the rules allow.
func (w *clockwatch) explains(name string, k *Clock, l policy.Limit, which string, seen *watched) {
	if k.Since.IsZero() || k.Due.IsZero() {
		return
	}
	if want := w.r.Calendar.AfterPaused(k.Since, l.Within, k.Pauses); k.Due.After(want) {
		w.rt.Fatalf("%s is due %s, and %s is explained: %+v", name, k.Due, want, k)
	}
	for _, p := range k.Pauses {
		if p.Reason == clock.Away {
			w.resumed++
			if seen == nil || slices.ContainsFunc(seen.ran, func(ran clock.Pause) bool { return p.From.Before(ran.To) && ran.From.Before(p.To) }) {
				w.rt.Fatalf("%s leaves out %v, and the case was in it then: %v", name, p, seen)
			}
			continue
		}
		w.paused++
		reason, listed := w.r.Policy.Suspends(p.Reason)
		if !listed || which != "" && !has(reason.Pauses, which) || p.To.Sub(p.From) > reason.Once {
			w.rt.Fatalf("%s stood still by %v", name, p)
		}
	}
}

// lawClocks holds the petition's clocks, and that of judicial confirmation, to their starts and limits: nothing but a hearing lengthens what is owed.
func (w *clockwatch) lawClocks() {
	if a := w.c.Agreement; a != nil && !a.Confirm.Since.IsZero() {
		if !a.Confirm.Since.Equal(a.Effective) || len(a.Confirm.Pauses) > 0 || !a.Confirm.Paused.IsZero() {
			w.rt.Fatalf("to apply for confirmation: %+v, in effect since %s", a.Confirm, a.Effective)
		}
	}
	p := w.c.Petition
	if p == nil || p.State.Over() {
		return
	}
	for _, paper := range p.Papers[min(len(p.Papers), w.papers()):] {
		if paper.Step == StepContest || paper.Step == StepDisown {
			clear(w.course)
		}
	}
	key := string(p.State)
	if p.State == PetitionSent {
		key += " " + p.Unit
	}
	if since, ok := w.course[key]; ok && !p.State.Info().Right && !p.Clock.Since.Equal(since) {
		w.rt.Fatalf("the petition's %s began %s, had begun %s", key, p.Clock.Since, since)
	}
	w.course[key] = p.Clock.Since
	within := p.limit(w.r.Policy).Within
	if due := w.r.Calendar.AfterPaused(p.Clock.Since, within, p.Clock.Pauses); !p.Clock.Due.IsZero() && p.Clock.Due.After(due) {
		w.rt.Fatalf("the petition's %s is due %s, and %s is explained: %+v", key, p.Clock.Due, due, p.Clock)
	}
	if len(p.Clock.Pauses) > 0 && !p.State.Info().Right && p.State != PetitionRereviewing {
		w.rt.Fatalf("the petition's %s stood still: %+v", key, p.Clock.Pauses)
	}
}

func (w *clockwatch) papers() int {
	if w.was.Petition == nil {
		return 0
	}
	return len(w.was.Petition.Papers)
}
