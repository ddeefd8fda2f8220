package slip

import (
	"testing"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// Whoever is to answer a slip, or has answered it, gives none of the commands that judge it, though they hold the post that issued it.
func TestWhoAnswersNeverJudges(t *testing.T) {
	r := rules(t, "reminder")
	clerk := mediation.Actor{ID: "ts1", Role: mediation.TownshipStaff, Area: "33.01.11.001"}
	colleague, third := clerk, clerk
	colleague.ID, third.ID = "ts2", "ts3"
	s := issued(r)
	s.Issuer, s.To = Issuer{User: clerk.ID, Role: clerk.Role, Area: clerk.Area}, Addressee{User: colleague.ID}
	if err := carry(t, &s, r, by(colleague, Command{Name: CmdReply})); err != nil {
		t.Fatal(err)
	}
	for _, rule := range Table {
		if rule.Action == mediation.SlipJudge {
			refusedWith(t, carry(t, &s, r, by(colleague, Command{Name: rule.Command})), "forbidden")
		}
	}
	s.To = Addressee{User: "somebody else"} // it was handed on; who answered it stays its party
	if May(colleague, mediation.SlipJudge, &s) || !May(third, mediation.SlipJudge, &s) || !May(clerk, mediation.SlipJudge, &s) {
		t.Error("who has answered it judges it, or nobody does")
	}
}

// What the system issues, or hands to the county's staff, is judged by a post that does not answer it.
func TestNobodysPostJudgesItself(t *testing.T) {
	r := rules(t, "assignment") // the county's staff may issue it, first of all
	for _, x := range []struct {
		to   Addressee
		want mediation.Role
	}{{Addressee{Unit: office.Unit, Area: office.Area}, mediation.CountyStaff}, {Addressee{Role: mediation.CountyStaff, Area: office.Area}, mediation.Supervisor}} {
		s := Slip{Area: "33.01.11.001", To: x.to}
		if s.impartial(r); s.Issuer.Role != x.want {
			t.Errorf("what goes to %+v is judged by %s", x.to, s.Issuer.Role)
		}
	}
	r.Kind.Issuers = []string{"supervisor"}
	s := Slip{Area: "33.01.11", To: Addressee{Role: mediation.Supervisor, Area: "33.01.11"}, Issuer: Issuer{User: issuer.ID, Role: issuer.Role, Area: issuer.Area}}
	if s.impartial(r); s.Issuer.User != "" || s.Issuer.Role != mediation.Leader {
		t.Errorf("%+v", s.Issuer)
	}
	was := issued(rules(t, "contact"))
	was.Issuer, was.To = Issuer{User: "ts", Role: mediation.TownshipStaff, Area: "33.01.11.001"}, Addressee{Role: mediation.CountyStaff, Area: "33.01.11.001"}
	was.Following = &Following{ID: "n", Kind: "assignment"}
	if next := Follow(&was, rules(t, "assignment")); next.Issuer.Role != mediation.Supervisor {
		t.Errorf("the assignment that follows is judged by %s", next.Issuer.Role)
	}
}

// A successor does not come to judge what they answer, nor to answer what they judge.
func TestNobodySucceedsTheOtherSide(t *testing.T) {
	r := rules(t, "reminder")
	s := issued(r)
	s.To = Addressee{User: "old"}
	old := mediation.Actor{ID: "old", Role: mediation.TownshipStaff, Area: "33.01.11.001"}
	if takes(&s, old, issuer, r) || !takes(&s, old, chief, r) {
		t.Error("the issuer takes the answer over, or nobody does")
	}
	if takes(&s, issuer, old, r) || !takes(&s, issuer, chief, r) {
		t.Error("the addressee takes the judging over, or nobody does")
	}
}

// A paper goes down and to equals within the issuer's area; above and beside it where the kind's policy says so, and to the role that it names.
func TestWhomAPaperReaches(t *testing.T) {
	clerk := mediation.Actor{ID: "ts", Role: mediation.TownshipStaff, Area: "33.01.11.001"}
	upward := policy.SlipReach{Above: []string{"leader"}}
	beside := policy.SlipReach{Beside: []string{"township_staff"}}
	for _, x := range []struct {
		from  mediation.Actor
		role  mediation.Role
		area  grid.Code
		reach policy.SlipReach
		want  bool
	}{
		{clerk, mediation.GridWorker, "33.01.11.001.002", policy.SlipReach{}, true},
		{clerk, mediation.MediatorRole, "33.01.11", policy.SlipReach{}, true}, // serves the township, and ranks lower
		{clerk, mediation.UnitStaff, "33.01.11", policy.SlipReach{}, false},
		{clerk, mediation.Leader, "33.01.11", policy.SlipReach{}, false},
		{clerk, mediation.Leader, "33.01.11", upward, true},
		{clerk, mediation.Leader, "33.01.11.001", policy.SlipReach{}, false},
		{clerk, mediation.CountyStaff, "33.01.11", upward, false},
		{clerk, mediation.TownshipStaff, "33.01.11.002", policy.SlipReach{}, false},
		{clerk, mediation.TownshipStaff, "33.01.11.002", upward, false},
		{clerk, mediation.TownshipStaff, "33.01.11.002", beside, true},
		{clerk, mediation.GridWorker, "33.01.11.002.001", beside, false},
		{issuer, mediation.TownshipStaff, "33.01.11.002", policy.SlipReach{}, true},
		{issuer, mediation.Leader, "33.01.11", policy.SlipReach{}, true},
		{mediation.SystemActor, mediation.Leader, "33.01.11", policy.SlipReach{}, true},
	} {
		if err := reaches(x.from, policy.SlipKind{Reach: x.reach}, x.role, x.area); (err == nil) != x.want {
			t.Errorf("%s to %s of %s by %+v: %v", x.from.Role, x.role, x.area, x.reach, err)
		}
	}
}
