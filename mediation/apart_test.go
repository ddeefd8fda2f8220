package mediation

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// clocksOf is everything that runs in a case and has run out: since when, until when, in how many pauses, and which stages stand how.
func clocksOf(c *Case) string {
	say := func(name string, k Clock) string {
		return fmt.Sprintf("%s since %s due %s stood still %d times late %v\n", name, k.Since, k.Due, len(k.Pauses), !k.Breached.IsZero())
	}
	all := say("state "+string(c.State), c.StateClock) + say("whole", c.WholeClock)
	for i := range c.Stages {
		all += say("stage "+c.Stages[i].Key+" "+c.Stages[i].Status(), c.Stages[i].Clock)
	}
	if p := c.Petition; p != nil {
		all += say("petition "+string(p.State), p.Clock)
	}
	return all
}

// TestJoiningAndSplittingWinsNoTime: of two cases alike, one is joined and split as often as you like. Nothing of it starts anew, no breach is gone, and what it
// is late for is the same.
func TestJoiningAndSplittingWinsNoTime(t *testing.T) {
	rules, petitions := staged(t, fourClocks), rulesFor(yongkang(t))
	rapid.Check(t, func(rt *rapid.T) {
		r, channel := rules, "12345"
		if rapid.Bool().Draw(rt, "petition") {
			r, channel = petitions, "letter"
		}
		change := func(rep *Report) {
			rep.Channel, rep.Severity = channel, rapid.SampledFrom([]int{1, 3}).Draw(rt, "severity")
		}
		s := beginWith(rt, r, change)
		like := copyCase(s.c)
		twin := &story{t: rt, c: &like, r: r, at: s.at, n: s.n}
		both := func(cmd Command) {
			if rapid.Bool().Draw(rt, string(cmd.Name())) && s.try(staff, cmd) == nil {
				twin.at = s.at.Add(-time.Minute)
				if err := twin.try(staff, cmd); err != nil {
					rt.Fatalf("%s: %v", cmd.Name(), err)
				}
			}
		}
		both(SignFor{})
		both(Accept{})
		late := s.c.Course.Breached
		for range rapid.IntRange(1, 6).Draw(rt, "times") {
			pass := time.Duration(rapid.IntRange(0, 30*24*60).Draw(rt, "minutes")) * time.Minute
			s.at = s.at.Add(pass)
			if rapid.Bool().Draw(rt, "swept") {
				Tick(s.c, s.at, r)
			}
			if err := s.try(staff, Join{Into: "another"}); err != nil {
				rt.Fatalf("join in %s: %v", s.c.State, err)
			}
			s.at = s.at.Add(time.Duration(rapid.IntRange(0, 30*24*60).Draw(rt, "apart")) * time.Minute)
			if Tick(s.c, s.at, r) {
				rt.Fatal("something ran while it was joined")
			}
			if sum := s.c.Summarise(); !late.IsZero() && !sum.Counts() {
				rt.Fatal("it was late, and counts no longer")
			}
			if err := s.try(staff, Split{}); err != nil {
				rt.Fatalf("split: %v", err)
			}
			Tick(s.c, s.at, r)
			late = s.c.Course.Breached
		}
		Tick(twin.c, s.at, r)
		if got, want := clocksOf(s.c), clocksOf(twin.c); got != want {
			rt.Fatalf("after joining and splitting\n%s\nand never joined\n%s", got, want)
		}
		if s.c.Course.Breached.IsZero() != twin.c.Course.Breached.IsZero() {
			rt.Fatalf("late at %v, and never joined at %v", s.c.Course.Breached, twin.c.Course.Breached)
		}
	})
}

func TestAPetitionIsJoinedOnlyWhereItsCourseGoesOn(t *testing.T) {
	by := func(match string, came time.Time, state PetitionState) *Case {
		c := &Case{ID: match + came.String() + string(state), Opened: came, Petitioned: came, Petition: &Petition{State: state},
			Parties: []Party{{ID: match + came.String() + string(state), Side: Applicant, Match: []string{match}}}}
		if match == "" {
			c.Parties[0].Match = nil
		}
		return c
	}
	first, later := matchNow, matchNow.AddDate(0, 0, 5)
	app := &Case{ID: "app", Parties: []Party{{ID: "j", Side: Applicant, Match: []string{"jia"}}}}
	group := by("jia", first, PetitionRegistered)
	group.Parties = append(group.Parties, Party{ID: "yi", Side: Applicant, Match: []string{"yi"}})
	for _, x := range []struct {
		situation string
		c, into   *Case
		code      string
	}{
		{"what is no petition", app, by("jia", first, PetitionRegistered), ""},
		{"a petition into what is none", by("jia", first, PetitionRegistered), app, "petition.join"},
		{"the same petitioner's later letter", by("jia", later, PetitionRegistered), by("jia", first, PetitionAccepted), ""},
		{"the same petitioner's earlier letter", by("jia", first, PetitionRegistered), by("jia", later, PetitionRegistered), "petition.join_later"},
		{"another petitioner's", by("yi", later, PetitionRegistered), by("jia", first, PetitionRegistered), "petition.join_other"},
		{"somebody's whom nobody knows", by("", later, PetitionRegistered), by("", first, PetitionRegistered), "petition.join_other"},
		{"one of a group's own", by("jia", later, PetitionRegistered), group, "petition.join_other"},
		{"into a petition that is over", by("jia", later, PetitionRegistered), by("jia", first, PetitionRefused), "petition.join"},
		{"a petition that is over", by("jia", later, PetitionRefused), by("jia", first, PetitionRegistered), "petition.join"},
	} {
		code := ""
		if err, ok := joinBars(x.c, x.into).(*Error); ok {
			code = err.Code
			if err.Field != "into" {
				t.Errorf("%s: of the field %q", x.situation, err.Field)
			}
		}
		if code != x.code {
			t.Errorf("%s: %q, want %q", x.situation, code, x.code)
		}
	}
}

func TestASplitLetsThePetitionersRightRunOn(t *testing.T) {
	s := petitioned(t)
	s.step(staff, HandlePetition{Step: StepSend, Unit: "land"}).step(bureau, HandlePetition{Step: StepAccept}).step(bureau, HandlePetition{Step: StepOpinion, Remark: "w"})
	if !slices.Contains([]State{Reported, Screened}, s.c.State) {
		t.Fatalf("the case is %s", s.c.State)
	}
	due := s.c.Petition.Clock.Due
	s.do(staff, Join{Into: "another"})
	s.at = s.at.AddDate(0, 0, 40)
	s.do(staff, Split{})
	Tick(s.c, s.at, s.r)
	if p := s.c.Petition; p.State != PetitionHandled || !p.Clock.Due.After(due.AddDate(0, 0, 38)) {
		t.Errorf("the petition is %s, due %v; it was due %v before the forty days in which nobody could ask", p.State, p.Clock.Due, due)
	}
}
