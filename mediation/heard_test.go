package mediation

import (
	"slices"
	"testing"
	"time"

	"fengqiao/mediation/policy"
)

// everybodyHears: what has ended was told to everybody who brought it in, with the very event that ended it, and nothing is loose.
func (m *machine) everybodyHears() {
	c := m.c
	if why := c.Loose(m.r.Policy.Duty.Again > 0); why != "" {
		m.rt.Fatalf("%s: %s", c.State, why)
	}
	if c.goesOn() || !m.spare.goesOn() {
		return
	}
	for _, user := range slices.Concat(c.Reporters, c.Helpers()) {
		if user != "" && !slices.ContainsFunc(c.Unsent, func(n Notice) bool { return n.To.User == user && n.Seq == c.Heard.Seq }) {
			m.rt.Fatalf("%s: %s was not told with event %d", c.State, user, c.Heard.Seq)
		}
	}
	for _, o := range c.Outside {
		if !slices.ContainsFunc(c.Unsent, func(n Notice) bool { return n.Kind == NoticeDesk && n.Number == o.Number && n.Seq == c.Heard.Seq }) {
			m.rt.Fatalf("%s: desk %s was not told with event %d", c.State, o.Desk, c.Heard.Seq)
		}
	}
}

func TestAnEndIsToldToWhoeverBroughtTheMatterIn(t *testing.T) {
	refuse := Refuse{Route: "court", Reason: "not_civil"}
	hasLink := func(s *story) { s.c.Parties[0].LinkHash = "link" }
	for name, x := range map[string]struct {
		report func(*Report)
		then   func(*story)
		by     []string
		none   string
	}{
		"a grid worker":                             {nil, nil, []string{HeardReporter}, ""},
		"an outside desk":                           {func(r *Report) { r.Outside = Outside{Desk: "a", Number: "1"} }, nil, []string{HeardDesk}, ""},
		"a resident with a helper":                  {func(r *Report) { r.For = "p1" }, func(s *story) { s.c.Parties[0].Proxy = &Proxy{Helper: walker.ID} }, []string{HeardHelper}, ""},
		"a resident with a link":                    {func(r *Report) { r.For = "p1" }, hasLink, []string{HeardParty}, ""},
		"both sides of a report":                    {nil, hasLink, []string{HeardReporter, HeardParty}, ""},
		"a resident whom nobody knows how to reach": {func(r *Report) { r.For = "p1" }, nil, nil, UntoldAnonymous},
		"somebody who was erased":                   {func(r *Report) { r.For = "p1" }, func(s *story) { s.c.Erased = true }, nil, UntoldErased},
	} {
		t.Run(name, func(t *testing.T) {
			s := begin(t, x.report)
			s.r.Policy.DispatchRules = []policy.DispatchRule{{Key: "untold", On: policy.OnUntold, Target: policy.Target{Post: "leader"}}}
			if x.then != nil {
				x.then(s)
			}
			s.do(staff, refuse).is(NotAccepted)
			h := s.c.Heard
			if !slices.Equal(h.By, x.by) || h.None != x.none || !h.At.Equal(s.at) || h.Seq != len(s.c.Events) || s.c.Loose(false) != "" {
				t.Errorf("%+v, %q", h, s.c.Loose(false))
			}
			sent := slices.ContainsFunc(s.c.Chores, func(ch Chore) bool { return ch.Kind == ChoreDispatch && ch.Target == "untold" })
			if want := x.none == UntoldAnonymous; sent != want {
				t.Errorf("sent to somebody: %v, want %v", sent, want)
			}
		})
	}
}

func TestWhatIsOpenedAgainWaitsForAnAnswerAgain(t *testing.T) {
	s := begin(t, nil).do(staff, Refuse{Route: "court", Reason: "not_civil"})
	first := s.c.Heard
	s.do(staff, Reopen{Reason: "again"})
	if s.c.Heard.Known != true || !s.c.Heard.At.IsZero() {
		t.Fatalf("%+v", s.c.Heard)
	}
	s.do(staff, Refuse{Route: "court", Reason: "not_civil"})
	if s.c.Heard.Seq <= first.Seq {
		t.Errorf("%+v after %+v", s.c.Heard, first)
	}
}

func TestAReportThatComesToAnEndedCaseIsToldToo(t *testing.T) {
	s := begin(t, nil).do(staff, Refuse{Route: "court", Reason: "not_civil"})
	late := Report{ID: "r2", Reporter: "u-late", Received: s.at}
	s.c.Unsent = nil
	Adopt(s.c, &late, nil, "same", SystemActor, s.at, s.r)
	if s.tells("case_progress to u-late"); s.c.Heard.Reports != 2 || s.c.Loose(false) != "" {
		t.Errorf("%+v", s.c.Heard)
	}
}

func TestWhatIsLooseSaysWhy(t *testing.T) {
	ended := func() *Case { return begin(t, nil).do(staff, Refuse{Route: "court", Reason: "not_civil"}).c }
	for why, x := range map[string]struct {
		c     *Case
		spoil func(*Case)
	}{
		"it has ended, and nobody who brought it in was told":                {ended(), func(c *Case) { c.Heard = Heard{Known: true} }},
		"it has ended, nobody was told, and no reason for that is on record": {ended(), func(c *Case) { c.Heard.By = nil }},
		"it is open, and nothing lets anybody look at it again":              {begin(t, nil).c, func(c *Case) { c.NextDue = time.Time{} }},
		"its petition has ended without a paper":                             {ended(), func(c *Case) { c.Petition = &Petition{State: PetitionRefused} }},
	} {
		if got := x.c.Loose(true); got != "" {
			t.Errorf("before %q: %q", why, got)
		}
		if x.spoil(x.c); x.c.Loose(true) != why {
			t.Errorf("%q, want %q", x.c.Loose(true), why)
		}
	}
	old := ended()
	if old.Heard = (Heard{}); old.Loose(true) != "" {
		t.Error("what an earlier release ended is judged by what it could not know")
	}
}
