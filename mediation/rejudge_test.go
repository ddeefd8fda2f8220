package mediation

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// edited is the sample policy, for open cases, with some of its words replaced.
func edited(t testing.TB, edits ...string) Rules {
	t.Helper()
	src := append([]byte("appliesTo: open\n"), fuyang(t).Source...)
	for i := 0; i+1 < len(edits); i += 2 {
		if !bytes.Contains(src, []byte(edits[i])) {
			t.Fatalf("the policy has no %q", edits[i])
		}
		src = bytes.ReplaceAll(src, []byte(edits[i]), []byte(edits[i+1]))
	}
	pol, err := policy.Load("edited.yaml", src, PolicyVocabulary())
	if err != nil {
		t.Fatal(err)
	}
	return Rules{Policy: pol, Calendar: clock.Of(pol)}
}

const screenedLimit = "screened: {within: 24h, remind: [4h]}"

func TestAnOpenCaseGoesOverToANewVersion(t *testing.T) {
	hour := time.Hour
	for _, x := range []struct {
		situation string
		edits     []string
		before    func(*Case)
		now       time.Duration // after the case was accepted
		due       time.Duration // the state's clock, after it; 0: never
		clocks    []ClockName
		reminded  int
	}{
		{"a longer limit", []string{screenedLimit, "screened: {within: 36h, remind: [4h]}"}, nil, hour, 36 * hour, []ClockName{StateClock}, 0},
		{"a shorter limit, which is over at once", []string{screenedLimit, "screened: {within: 2h, remind: [1h]}"}, nil, 3 * hour, 2 * hour, []ClockName{StateClock}, 0},
		{"the same limits: the version alone changes", []string{"load_cap: 5", "load_cap: 6"}, nil, hour, 24 * hour, nil, 0},
		{"the whole case's limit", []string{"whole: {within: 60d", "whole: {within: 50d"}, nil, hour, 24 * hour, []ClockName{WholeClock}, 0},
		{"a clock that has run out stays so", []string{screenedLimit, "screened: {within: 36h, remind: [4h]}"},
			func(c *Case) { c.StateClock.Breached = c.StateClock.Due }, 25 * hour, 24 * hour, nil, 0},
		{"a pause counts by the new limit too", []string{screenedLimit, "screened: {within: 36h, remind: [4h]}"},
			func(c *Case) {
				c.StateClock.stood(clock.Pause{From: c.StateClock.Since.Add(hour), To: c.StateClock.Since.Add(3 * hour)}, policy.Span{Clock: 24 * hour}, rulesFor(fuyang(t)))
			},
			4 * hour, 38 * hour, []ClockName{StateClock}, 0},
		{"who was reminded is reminded again before a later end", []string{screenedLimit, "screened: {within: 48h, remind: [4h]}"},
			func(c *Case) { c.StateClock.Reminded = 1 }, 21 * hour, 48 * hour, []ClockName{StateClock}, 0},
		{"who was reminded before the same end is not reminded again", []string{"load_cap: 5", "load_cap: 6"},
			func(c *Case) { c.StateClock.Reminded = 1 }, 21 * hour, 24 * hour, nil, 1},
	} {
		t.Run(x.situation, func(t *testing.T) {
			s := begin(t, nil)
			if x.before != nil {
				x.before(s.c)
			}
			was, to, since := *s.c, edited(t, x.edits...), s.c.StateClock.Since
			clocks, err := Rejudge(s.c, since.Add(x.now), s.r, to)
			if err != nil {
				t.Fatal(err)
			}
			var names []ClockName
			for _, k := range clocks {
				names = append(names, k.Clock)
			}
			if !slices.Equal(names, x.clocks) || !s.c.StateClock.Due.Equal(since.Add(x.due)) || s.c.StateClock.Reminded != x.reminded {
				t.Errorf("clocks %v, due %v after, reminded %d", names, s.c.StateClock.Due.Sub(since), s.c.StateClock.Reminded)
			}
			e := s.c.Events[len(s.c.Events)-1]
			if e.Kind != "rejudged" || e.Data["policy_before"] != was.Policy || e.Data["policy"] != to.Policy.ID || e.Data["reason"] == "" || s.c.Revision != was.Revision+1 || len(s.c.Events) != len(was.Events)+1 {
				t.Errorf("%+v", e)
			}
			for _, k := range clocks {
				if e.Data[string(k.Clock)+"_before"] != k.Before.Format(time.RFC3339) || e.Data[string(k.Clock)] != k.After.Format(time.RFC3339) || k.Before.Equal(k.After) {
					t.Errorf("the event says %v of %+v", e.Data, k)
				}
			}
			if due := s.c.StateClock.next(to, to.Policy.Clocks.States["screened"]); !due.IsZero() && s.c.NextDue.After(due) {
				t.Errorf("the sweep looks at %v, and it is due at %v", s.c.NextDue, due)
			}
			if _, err := Rejudge(s.c, since.Add(x.now), to, to); !errors.Is(err, ErrStale) {
				t.Errorf("it goes over twice: %v", err)
			}
			if i := VerifyChain(nil, 1, s.c.Events); i >= 0 {
				t.Errorf("the chain breaks at event %d", i+1)
			}
		})
	}
}

func TestACaseThatAnotherVersionCannotJudgeKeepsItsOwn(t *testing.T) {
	for _, x := range []struct {
		situation, want string
		edits           []string
	}{
		{"its category is gone", KeepsCategory, []string{"key: neighbour", "key: adjacent"}},
		{"its tier is gone", KeepsTier, []string{"key: village", "key: hamlet"}},
		{"nothing is in the way", "", nil},
	} {
		t.Run(x.situation, func(t *testing.T) {
			s := begin(t, nil)
			to := edited(t, x.edits...)
			if got := Keeps(s.c, s.r.Policy, to.Policy); got != x.want {
				t.Errorf("it keeps its version because of %q", got)
			}
			if _, err := Rejudge(s.c, s.at, s.r, to); errors.Is(err, ErrStale) != (x.want != "") {
				t.Error(err)
			}
		})
	}
}

func TestAPetitionGoesOverWithItsClockOrKeepsItsVersion(t *testing.T) {
	s := petitioned(t)
	if got := Keeps(s.c, s.r.Policy, fuyang(t)); got != KeepsPetition {
		t.Errorf("by a policy without petitions it keeps its version because of %q", got)
	}
	to := *s.r.Policy
	to.ID, to.AppliesTo, to.Petition.Transfer.Within = "stricter", policy.OpenCases, policy.Span{Days: 10}
	clocks, err := Rejudge(s.c, s.at, s.r, rulesFor(&to))
	if err != nil || len(clocks) != 1 || clocks[0].Clock != "petition_transfer" {
		t.Fatalf("%+v, %v", clocks, err)
	}
	s.stands(PetitionRegistered, "2026-03-13 23:59")
}

func TestTheTierOfACaseIsFoundAgainByItsWord(t *testing.T) {
	s := begin(t, nil)
	s.c.Tier = 1 // the township's
	to := edited(t)
	to.Policy.Tiers = to.Policy.Tiers[1:]
	if _, err := Rejudge(s.c, s.at, s.r, to); err != nil || s.c.Tier != 0 {
		t.Errorf("it is on tier %d, %v", s.c.Tier, err)
	}
}
