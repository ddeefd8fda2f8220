package slip

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"

	"pgregory.net/rapid"
)

// order is a supervision order with everything that a kind can have.
const order = `
    - key: order
      name: {zh: 督办单, en: supervision order}
      issuers: [supervisor]
      to: [unit, person, post]
      acknowledge: {within: 1wd, remind: [4h]}
      reply: {within: 10d, remind: [3d, 1d]}
      proof: 1
      needs: [visit, judged]
      team: [lawyer]
      measures: [{key: talk, name: {zh: 谈话提醒, en: a talk}}]
      approvers: [leader, county_staff]
    - key: clue
      name: {zh: 线索移送函, en: transfer of a clue}
      issuers: [supervisor]
      to: [unit, post]
      acknowledge: {within: 3wd}
      restricted: leader
`

func rules(t testing.TB, kind string) Rules {
	t.Helper()
	src, err := os.ReadFile("../../fixtures/policies/fuyang.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Load("fuyang.yaml", []byte(strings.TrimRight(string(src), "\n")+order), mediation.PolicyVocabulary())
	if err != nil {
		t.Fatal(err)
	}
	k, ok := p.Slips.Kind(kind)
	if !ok {
		t.Fatalf("no kind %q", kind)
	}
	return Rules{Policy: p, Kind: k, Calendar: clock.Of(p)}
}

var (
	monday = time.Date(2026, 3, 9, 1, 0, 0, 0, time.UTC) // nine in the morning at Fuyang
	issuer = mediation.Actor{ID: "sv", Role: mediation.Supervisor, Area: "33.01.11"}
	office = mediation.Actor{ID: "us", Role: mediation.UnitStaff, Area: "33.01.11", Unit: "建设局"}
	chief  = mediation.Actor{ID: "ld", Role: mediation.Leader, Area: "33.01.11"}
)

// issued is a slip of the kind from the supervisor to the unit about a case.
func issued(r Rules) Slip {
	s := Slip{ID: "s1", Kind: r.Kind.Key, Policy: r.Policy.ID, About: Subject{AboutCase, "c1"}, Case: "c1", Area: "33.01.11.001", Key: "k1", Restricted: mediation.Role(r.Kind.Restricted),
		Issuer: Issuer{User: issuer.ID, Role: issuer.Role, Area: issuer.Area}, To: Addressee{Unit: office.Unit, Area: "33.01.11.001"}}
	begin(&s, monday, r, issuer, nil)
	s.Unsent, s.Unlogged = nil, nil
	s.schedule(r)
	return s
}

var words = mediation.Sealed{Key: "k1", Box: []byte("x")}

// arrows are the transitions that there are: by a command, or by time.
var arrows = map[State][]State{
	Issued: {Issued, Acknowledged, Answered, Accepted, Escalated, Withdrawn}, Acknowledged: {Acknowledged, Answered, Escalated, Withdrawn},
	Answered: {Answered, Returned, Accepted, Escalated, Withdrawn}, Returned: {Returned, Answered, Escalated, Withdrawn},
}

func drawOrder(t *rapid.T, s *Slip, n int, at time.Time) Order {
	cmd := Command{Name: Table[rapid.IntRange(0, len(Table)-1).Draw(t, "command")].Command}
	o := Order{Actor: rapid.SampledFrom([]mediation.Actor{issuer, office, chief}).Draw(t, "actor"), At: at, NewID: "n" + string(rune('a'+n%26)) + at.Format("150405"), Revision: s.Revision}
	if rapid.IntRange(0, 9).Draw(t, "said") > 0 {
		o.Words = words
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "photos") {
		cmd.Photos = append(cmd.Photos, string(rune('p'+i)))
	}
	if len(s.Findings) > 0 {
		cmd.Finding = s.Findings[rapid.IntRange(0, len(s.Findings)-1).Draw(t, "finding")].ID
	}
	cmd.Verdict = rapid.SampledFrom([]Verdict{Tolerated, Accountable, "pardoned"}).Draw(t, "verdict")
	cmd.Measure = rapid.SampledFrom([]string{"", "talk"}).Draw(t, "measure")
	if rapid.Bool().Draw(t, "team") {
		o.Team = []Member{{User: "u", Capacity: rapid.SampledFrom([]string{"lawyer", "cadre"}).Draw(t, "capacity")}}
	}
	if rapid.IntRange(0, 9).Draw(t, "stale") == 0 {
		o.Revision--
	}
	o.Key = rapid.SampledFrom([]string{"", "k-" + o.NewID}).Draw(t, "key")
	o.Command = cmd
	return o
}

func clone(s *Slip) Slip {
	c := *s
	c.History, c.Findings, c.Team = slices.Clone(s.History), slices.Clone(s.Findings), slices.Clone(s.Team)
	c.Unsent, c.Unlogged = slices.Clone(s.Unsent), slices.Clone(s.Unlogged)
	return c
}

// Whatever is done with a slip, by whom and when: it goes along the arrows, ends for good, tells everything once, and a command that is
// refused, or carried out before, changes nothing.
func TestASlipGoesAlongItsArrows(t *testing.T) {
	byKind := map[string]Rules{}
	for _, kind := range []string{"reminder", "assignment", "order", "clue"} {
		byKind[kind] = rules(t, kind)
	}
	rapid.Check(t, func(t *rapid.T) {
		r := byKind[rapid.SampledFrom([]string{"reminder", "assignment", "order", "clue"}).Draw(t, "kind")]
		s, now := issued(r), monday
		for n := range rapid.IntRange(1, 25).Draw(t, "steps") {
			before := clone(&s)
			if rapid.IntRange(0, 2).Draw(t, "wait") == 0 {
				now = now.Add(time.Duration(rapid.IntRange(1, 96).Draw(t, "hours")) * time.Hour)
				ticked := Tick(&s, now, r)
				if ticked == (s.Revision == before.Revision) {
					t.Fatalf("ticked %v at revision %d after %d", ticked, s.Revision, before.Revision)
				}
				if again := clone(&s); Tick(&again, now, r) {
					t.Fatal("the same moment twice")
				}
				if due := s.NextDue; !due.IsZero() && !due.After(now) && len(s.Unlogged) == 0 && s.Following == nil {
					t.Fatalf("still due at %s, now %s", due, now)
				}
			} else {
				now = now.Add(time.Minute)
				decide(t, &s, drawOrder(t, &s, n, now), r)
			}
			checkSlip(t, &before, &s, r)
		}
	})
}

// decide carries an order out and holds it to what every order promises.
func decide(t *rapid.T, s *Slip, o Order, r Rules) {
	before, twin := clone(s), clone(s)
	err := Decide(s, o, r)
	if twice := Decide(&twin, o, r); (err == nil) != (twice == nil) || !reflect.DeepEqual(*s, twin) {
		t.Fatalf("a second run differs: %v, %v", err, twice)
	}
	if err != nil {
		if !reflect.DeepEqual(normal(before), normal(*s)) {
			t.Fatalf("refused with %v, and changed", err)
		}
		return
	}
	if s.Revision != before.Revision+1 || len(s.History) != len(before.History)+1 {
		t.Fatalf("%s: revision %d after %d", o.Command.Name, s.Revision, before.Revision)
	}
	if before.State.Over() {
		t.Fatalf("%s was carried out after the end", o.Command.Name)
	}
	if o.Key != "" {
		after := clone(s)
		if err := Decide(s, o, r); err != nil || !reflect.DeepEqual(after, *s) {
			t.Fatalf("sent again: %v", err)
		}
	}
}

// normal makes lists that were copied and left as they were alike.
func normal(s Slip) Slip {
	if len(s.Findings) == 0 {
		s.Findings = nil
	}
	return s
}

func checkSlip(t *rapid.T, before, s *Slip, r Rules) {
	if before.State != s.State && !slices.Contains(arrows[before.State], s.State) {
		t.Fatalf("from %s to %s", before.State, s.State)
	}
	if (s.State == Escalated) != (s.Next != "") || s.State.Over() == s.Ended.IsZero() {
		t.Fatalf("%s: next %q, ended %s", s.State, s.Next, s.Ended)
	}
	if s.State == Escalated && (s.Next != idOf("next", s.ID) || s.Following == nil || s.Following.ID != s.Next) {
		t.Fatalf("follower %q", s.Next)
	}
	if s.State.Over() && !s.OverdueFrom().IsZero() {
		t.Fatal("overdue after its end")
	}
	if s.State == Accepted && len(r.Kind.Needs) > 0 && (s.Visits == 0 || slices.ContainsFunc(s.Findings, func(f Finding) bool { return f.Mended == nil || f.Verdict == "" })) {
		t.Fatal("accepted without what policy needs")
	}
	if last := s.History[len(s.History)-1]; s.State == Withdrawn && before.owes(last.At) && (last.Kind != string(CmdApprove) || before.Withdrawal == nil || before.Withdrawal.By == last.Actor || last.Actor == s.Issuer.User) {
		t.Fatalf("%s withdrew what was late or not mended", last.Actor)
	}
	if before.Late() && !s.Late() {
		t.Fatal("what was late is punctual")
	}
	if len(s.Findings) < len(before.Findings) {
		t.Fatal("a finding is gone")
	}
	for _, n := range s.Unsent {
		if s.Restricted != "" && n.Case != "" || n.Subject != "slip/"+s.ID {
			t.Fatalf("notice %+v", n)
		}
	}
	if s.Restricted != "" && len(s.Unlogged) > 0 {
		t.Fatal("a case hears of a restricted slip")
	}
	if s.Restricted == "" && len(s.Unlogged)+1 != len(s.History) { // the issue itself was told before
		t.Fatalf("%d events of %d", len(s.Unlogged), len(s.History))
	}
	ids := map[string]bool{}
	for _, n := range s.Unsent {
		if ids[n.ID] {
			t.Fatalf("two notices have the id %s", n.ID)
		}
		ids[n.ID] = true
	}
}
