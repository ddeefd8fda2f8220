package team

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"

	"pgregory.net/rapid"
)

const patch grid.Code = "33.01.11.001.001.001"

var (
	monday = time.Date(2026, 3, 9, 1, 0, 0, 0, time.UTC)
	kind   = policy.GridTeam{Key: "grid", Level: 6, Vacant: policy.Span{Clock: 72 * time.Hour}, Tell: []string{"township_staff"}, SubstituteDays: 10, Posts: []policy.GridPost{
		{Key: "leader", Number: 1, Roles: []string{"grid_leader"}, Required: true},
		{Key: "worker", Number: 2, Roles: []string{"grid_worker", "grid_leader"}, Required: true},
		{Key: "volunteer", Number: 3, Roles: []string{"grid_worker", "information_officer"}},
	}}
	office = mediation.Actor{ID: "office", Role: mediation.TownshipStaff, Area: "33.01.11.001"}
)

func after(t time.Time, s policy.Span) time.Time { return t.Add(s.Clock) }

// crew are people some of whom fit some posts; the last works elsewhere.
func crew() []mediation.Actor {
	var all []mediation.Actor
	for i, role := range []mediation.Role{mediation.GridLeader, mediation.GridLeader, mediation.GridWorker, mediation.GridWorker, mediation.GridWorker, mediation.InformationOfficer, mediation.UnitStaff} {
		all = append(all, mediation.Actor{ID: fmt.Sprint("u", i), Role: role, Area: patch})
	}
	return append(all, mediation.Actor{ID: "far", Role: mediation.GridWorker, Area: "33.01.11.002.001.001"})
}

// sound is what must be true of a team whatever was done to it.
func sound(t *rapid.T, x *Team, at time.Time) {
	for _, p := range kind.Posts {
		if n := x.In(p.Key); n > p.Number {
			t.Fatalf("%d hold %s", n, p.Key)
		}
		i := slices.IndexFunc(x.Vacancies, func(v Vacancy) bool { return v.Post == p.Key })
		if short := p.Number - x.In(p.Key); !x.Founded.IsZero() && p.Required && short > 0 != (i >= 0) || i >= 0 && x.Vacancies[i].Short != short {
			t.Fatalf("%s: %d short, vacancies %+v", p.Key, short, x.Vacancies)
		}
	}
	people := crew()
	for i, h := range x.Holders {
		who := people[slices.IndexFunc(people, func(a mediation.Actor) bool { return a.ID == h.User })]
		p, _ := kind.Post(h.Post)
		if !slices.Contains(p.Roles, string(who.Role)) || who.ID == "far" || slices.ContainsFunc(x.Holders[:i], func(o Tenure) bool { return o.User == h.User }) {
			t.Fatalf("a holder who cannot be: %+v", x.Holders)
		}
	}
	for i, s := range x.StandIns {
		if s.Holder == s.Substitute || !s.From.Before(s.Until) || s.Until.Sub(s.From) > 10*24*time.Hour || x.Holder(s.Holder) == nil {
			t.Fatalf("a substitution that cannot be: %+v", s)
		}
		for _, o := range x.StandIns[:i] {
			shared := s.Holder == o.Holder || s.Substitute == o.Substitute || s.Holder == o.Substitute || s.Substitute == o.Holder
			if shared && s.meets(o.From, o.Until) {
				t.Fatalf("at once: %+v and %+v", s, o)
			}
		}
	}
	for _, h := range x.Past {
		if h.Until.Before(h.From) || h.Until.After(at) || h.How == "" {
			t.Fatalf("history: %+v", h)
		}
	}
}

// TestATeamStaysSoundWhateverIsDoneToIt drives random commands and time over a team. A refused command leaves it as it was.
func TestATeamStaysSoundWhateverIsDoneToIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, at, people, begun := Team{ID: string(patch), Area: patch}, monday, crew(), 0
		if rapid.Bool().Draw(t, "staffed") {
			x = staffed()
		}
		who := func(name string) mediation.Actor { return rapid.SampledFrom(people).Draw(t, name) }
		hours := func(name string, least, most int) time.Duration {
			return time.Duration(rapid.IntRange(least, most).Draw(t, name)) * time.Hour
		}
		try := func(cmd func(*Team, Order) error) {
			next := x
			next.Unsent = nil
			err := cmd(&next, Order{Actor: office, At: at, Cmd: fmt.Sprint(begun)})
			if begun++; err != nil {
				next.Unsent = x.Unsent
				if !reflect.DeepEqual(next, x) {
					t.Fatalf("refused (%v) and changed: %+v", err, next)
				}
				return
			}
			next.Schedule(kind, after)
			x = next
		}
		t.Repeat(map[string]func(*rapid.T){
			"fill": func(t *rapid.T) {
				post, user := rapid.SampledFrom([]string{"leader", "worker", "volunteer", "king"}).Draw(t, "post"), who("who")
				try(func(x *Team, o Order) error { return x.Fill(o, kind, post, user) })
			},
			"leave": func(t *rapid.T) {
				user := who("who").ID
				try(func(x *Team, o Order) error { return x.Leave(o, kind, user) })
			},
			"pass": func(t *rapid.T) {
				from, to := who("from").ID, who("to")
				try(func(x *Team, o Order) error { return x.Pass(o, kind, from, to) })
			},
			"substitute": func(t *rapid.T) {
				from := at.Add(hours("from", -10, 60))
				a := Absence{Holder: who("holder").ID, Substitute: who("substitute"), From: from, Until: from.Add(hours("for", -1, 250))}
				try(func(x *Team, o Order) error { return x.Substitute(o, kind, o.Cmd, a) })
			},
			"recall": func(t *rapid.T) {
				id := fmt.Sprint(rapid.IntRange(0, 40).Draw(t, "id"))
				try(func(x *Team, o Order) error { return x.Recall(o, kind, id) })
			},
			"time": func(t *rapid.T) {
				at = at.Add(hours("passes", 1, 90))
				for !x.NextDue.IsZero() && !x.NextDue.After(at) {
					was := x.NextDue
					x.Unsent = nil
					x.Tick(was, kind, after)
					if x.Schedule(kind, after); !x.NextDue.IsZero() && !x.NextDue.After(was) {
						t.Fatalf("due again at %s: %+v", was, x)
					}
				}
			},
			"": func(t *rapid.T) { sound(t, &x, at) },
		})
	})
}

// staffed is a team whose holders may stand in for each other.
func staffed() Team {
	x := Team{ID: string(patch), Area: patch, Founded: monday}
	for i, post := range []string{"leader", "worker", "worker", "volunteer", "volunteer"} {
		x.Holders = append(x.Holders, Tenure{Post: post, User: crew()[i].ID, From: monday})
	}
	return x
}

func filled(t *testing.T, post string, users ...string) *Team {
	t.Helper()
	x := &Team{ID: string(patch), Area: patch}
	for _, u := range users {
		for _, a := range crew() {
			if a.ID == u {
				if err := x.Fill(Order{Actor: office, At: monday}, kind, post, a); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	x.Unsent = nil
	return x
}

func TestAVacancyIsToldOfOncePerStandstill(t *testing.T) {
	x := filled(t, "leader", "u0")
	told := func(at time.Time) (n int) {
		x.Unsent = nil
		x.Tick(at, kind, after)
		for _, note := range x.Unsent {
			if note.Kind == mediation.NoticeVacancy && note.To.Role == mediation.TownshipStaff && note.To.Area == patch {
				n++
			}
		}
		return n
	}
	if n := told(monday.Add(72*time.Hour - time.Millisecond)); n != 0 {
		t.Errorf("before its time: %d", n)
	}
	if n := told(monday.Add(72 * time.Hour)); n != 1 {
		t.Errorf("at its time: %d", n)
	}
	if n := told(monday.Add(1000 * time.Hour)); n != 0 {
		t.Errorf("again: %d", n)
	}
	left := monday.Add(1001 * time.Hour)
	if err := x.Leave(Order{Actor: office, At: left}, kind, "u0"); err != nil {
		t.Fatal(err)
	}
	if n := told(left.Add(72*time.Hour - time.Millisecond)); n != 0 {
		t.Errorf("the new one before its time: %d", n)
	}
	if n := told(left.Add(72 * time.Hour)); n != 1 {
		t.Errorf("a new standstill: %d", n)
	}
}

func TestAPostThatIsPassedOnIsNeverVacant(t *testing.T) {
	x := filled(t, "leader", "u0")
	was := x.Vacancies
	if err := x.Pass(Order{Actor: office, At: monday.Add(time.Hour)}, kind, "u0", crew()[1]); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(x.Vacancies, was) || x.Holder("u1") == nil || x.Holder("u0") != nil {
		t.Errorf("%+v", x)
	}
	if h := x.Past[0]; h.How != Handed || h.User != "u0" || !h.Until.Equal(x.Holder("u1").From) {
		t.Errorf("history: %+v", h)
	}
}

func TestWhoIsForgottenLeavesTheHistoryWithoutThem(t *testing.T) {
	x := filled(t, "leader", "u0")
	if err := x.forget("u0"); err == nil {
		t.Error("forgotten in office")
	}
	if err := x.Leave(Order{Actor: office, At: monday.Add(time.Hour)}, kind, "u0"); err != nil {
		t.Fatal(err)
	}
	if err := x.forget("u0"); err != nil || len(x.Past) != 1 || x.Past[0].Post != "leader" || slices.Contains(x.People(), "u0") {
		t.Errorf("%v: %+v", err, x.Past)
	}
}
