package slip

import (
	"errors"
	"testing"
	"time"

	"fengqiao/mediation"
)

// carry gives commands to a slip one after another; the last one's answer is returned.
func carry(t *testing.T, s *Slip, r Rules, orders ...Order) (err error) {
	t.Helper()
	for i, o := range orders {
		if o.At.IsZero() {
			o.At = s.Changed.Add(time.Minute)
		}
		if o.Words.Empty() {
			o.Words = words
		}
		o.Revision = s.Revision
		if err = Decide(s, o, r); err != nil && i < len(orders)-1 {
			t.Fatalf("%s: %v", o.Command.Name, err)
		}
	}
	return err
}

func by(actor mediation.Actor, cmd Command) Order { return Order{Actor: actor, Command: cmd} }

func refusedWith(t *testing.T, err error, code string) {
	t.Helper()
	var e *mediation.Error
	if !errors.As(err, &e) || e.Code != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

func TestAReplyThatDoesNotSufficeIsSentBackOnceAndThenEscalates(t *testing.T) {
	r := rules(t, "reminder")
	s := issued(r)
	reply, back := by(office, Command{Name: CmdReply}), by(issuer, Command{Name: CmdReturn})
	if err := carry(t, &s, r, by(office, Command{Name: CmdAcknowledge}), reply, back); err != nil || s.State != Returned || s.Reply.Due.IsZero() {
		t.Fatalf("%s, due %s, %v", s.State, s.Reply.Due, err)
	}
	if err := carry(t, &s, r, reply, back); err != nil || s.State != Escalated || s.Following.Kind != "contact" || s.Following.Why != "insufficient" {
		t.Fatalf("%s, %+v, %v", s.State, s.Following, err)
	}
	next := Follow(&s, rules(t, "contact"))
	if next.ID != s.Next || next.From != s.ID || next.To != s.To || next.State != Issued || next.Issuer.User != issuer.ID {
		t.Errorf("%+v", next)
	}
}

func TestWhatNobodyAcknowledgesEscalatesAtItsEndAndNotBefore(t *testing.T) {
	r := rules(t, "reminder")
	s := issued(r)
	end := s.Acknowledge.Due
	if Tick(&s, end.Add(-time.Second), r); s.State != Issued || s.Acknowledge.Reminded != 1 {
		t.Fatalf("%s, reminded %d times", s.State, s.Acknowledge.Reminded)
	}
	if Tick(&s, end, r); s.State != Escalated || s.Following.Why != "unacknowledged" {
		t.Fatalf("%s, %+v", s.State, s.Following)
	}
	if Tick(&s, end.Add(24*time.Hour), r) {
		t.Error("it escalates twice")
	}
}

// The strongest kind has nothing behind it: it stays, late, until it is answered.
func TestWhatHasNoFollowerStaysOpenAndOverdue(t *testing.T) {
	r := rules(t, "assignment")
	s := issued(r)
	late := s.Reply.Due.Add(time.Hour)
	Tick(&s, late, r)
	if s.State != Issued || s.Reply.Breached.IsZero() || !s.OverdueFrom().Before(late) {
		t.Fatalf("%s %+v", s.State, s.Reply)
	}
	if err := carry(t, &s, r, by(office, Command{Name: CmdReply})); err == nil {
		t.Error("answered without proof")
	} else {
		refusedWith(t, err, "slip.proof")
	}
	if err := carry(t, &s, r, by(office, Command{Name: CmdReply, Photos: []string{"p"}}), by(issuer, Command{Name: CmdAccept})); err != nil || s.State != Accepted {
		t.Errorf("%s %v", s.State, err)
	}
}

func TestAFindingIsMendedAndJudgedBySomebodyElse(t *testing.T) {
	r := rules(t, "order")
	s := issued(r)
	find := by(issuer, Command{Name: CmdFind})
	find.NewID = "f1"
	proof := []string{"p"}
	if err := carry(t, &s, r, find, by(office, Command{Name: CmdReply, Photos: proof}), by(issuer, Command{Name: CmdAccept})); err == nil {
		t.Fatal("accepted without a visit")
	} else {
		refusedWith(t, err, "slip.needs_visit")
	}
	refusedWith(t, carry(t, &s, r, by(issuer, Command{Name: CmdVisit})), "slip.team")
	short := by(issuer, Command{Name: CmdConvene})
	short.Team = []Member{{User: "u", Capacity: "cadre"}}
	refusedWith(t, carry(t, &s, r, short), "slip.team")
	team := by(issuer, Command{Name: CmdConvene})
	team.Team = []Member{{User: "u", Capacity: "cadre"}, {Capacity: "lawyer"}}
	refusedWith(t, carry(t, &s, r, team, by(issuer, Command{Name: CmdVisit}), by(issuer, Command{Name: CmdAccept})), "slip.needs_mended")
	refusedWith(t, carry(t, &s, r, by(office, Command{Name: CmdMend, Finding: "f1"})), "slip.proof")
	refusedWith(t, carry(t, &s, r, by(office, Command{Name: CmdMend, Finding: "f1", Photos: proof}), by(issuer, Command{Name: CmdAccept})), "slip.needs_judged")
	// A supervisor is no approver here, the addressee never is, and a measure belongs to accountability alone.
	refusedWith(t, carry(t, &s, r, by(issuer, Command{Name: CmdJudge, Finding: "f1", Verdict: Tolerated})), "forbidden")
	refusedWith(t, carry(t, &s, r, by(office, Command{Name: CmdJudge, Finding: "f1", Verdict: Tolerated})), "forbidden")
	refusedWith(t, carry(t, &s, r, by(chief, Command{Name: CmdJudge, Finding: "f1", Verdict: Tolerated, Measure: "talk"})), "unknown_value")
	refusedWith(t, carry(t, &s, r, by(chief, Command{Name: CmdJudge, Finding: "f1", Verdict: Accountable})), "unknown_value")
	if err := carry(t, &s, r, by(chief, Command{Name: CmdJudge, Finding: "f1", Verdict: Tolerated}), by(issuer, Command{Name: CmdAccept})); err != nil {
		t.Fatal(err)
	}
	f := s.Findings[0]
	if s.State != Accepted || f.Verdict != Tolerated || f.Judged.By != chief.ID || f.Mended.By != office.ID || len(s.Photos()) != 2 {
		t.Errorf("%s %+v", s.State, f)
	}
}

func TestARestrictedSlipIsSeenByIssuerAddresseeAndOneRole(t *testing.T) {
	s := issued(rules(t, "clue"))
	colleague := issuer
	colleague.ID = "sv2"
	county := mediation.Actor{ID: "cs", Role: mediation.CountyStaff, Area: "33.01.11"}
	other := office
	other.Unit = "教育局"
	for _, x := range []struct {
		who  mediation.Actor
		sees bool
	}{{issuer, true}, {office, true}, {chief, true}, {colleague, false}, {county, false}, {other, false}} {
		if May(x.who, mediation.SlipRead, &s) != x.sees {
			t.Errorf("%s: sees %v", x.who.ID, !x.sees)
		}
	}
	plain := issued(rules(t, "reminder"))
	for _, who := range []mediation.Actor{colleague, county} {
		if !May(who, mediation.SlipRead, &plain) {
			t.Errorf("%s does not see an ordinary one", who.ID)
		}
	}
	far := mediation.Actor{ID: "cs", Role: mediation.CountyStaff, Area: "33.01.10"}
	if May(far, mediation.SlipRead, &plain) {
		t.Error("the neighbouring county sees it")
	}
}

func TestALeaversSlipsGoToTheirSuccessorOnce(t *testing.T) {
	r := rules(t, "reminder")
	s := issued(r)
	s.To = Addressee{User: "old"}
	if !HandOver(&s, "old", "new", chief, monday.Add(time.Hour), r) || s.To.User != "new" || len(s.Unsent) != 1 || s.Unsent[0].To.User != "new" {
		t.Fatalf("%+v %+v", s.To, s.Unsent)
	}
	if HandOver(&s, "old", "new", chief, monday.Add(2*time.Hour), r) {
		t.Error("handed over twice")
	}
	if !HandOver(&s, issuer.ID, "sv9", chief, monday.Add(3*time.Hour), r) || s.Issuer.User != "sv9" {
		t.Errorf("%+v", s.Issuer)
	}
	successor := mediation.Actor{ID: "sv9", Role: mediation.Leader, Area: "33.01.11"}
	if err := carry(t, &s, r, by(mediation.Actor{ID: "new", Role: mediation.GridWorker, Area: "33.01.11.001"}, Command{Name: CmdReply}), by(successor, Command{Name: CmdAccept})); err != nil {
		t.Error(err)
	}
	if HandOver(&s, "sv9", "x", chief, monday.Add(9*time.Hour), r) {
		t.Error("an ended one is handed over")
	}
	r = rules(t, "clue")
	clue := issued(r)
	colleague, afar, foreign, clerk := issuer, issuer, issuer, issuer
	colleague.ID, afar.ID, foreign.ID, clerk.ID = "sv9", "sv8", "sv7", "cs1"
	afar.Area, foreign.Unit, clerk.Role = "33.99", "another unit", mediation.CountyStaff
	for _, to := range []mediation.Actor{colleague, afar, foreign, clerk} {
		if takes(&clue, issuer, to, r) != (to.ID == colleague.ID) {
			t.Errorf("a clue and %+v", to)
		}
	}
	if !HandOver(&clue, issuer.ID, colleague.ID, chief, monday, r) || !May(colleague, mediation.SlipJudge, &clue) || May(issuer, mediation.SlipRead, &clue) || !May(chief, mediation.SlipJudge, &clue) {
		t.Error("a clue is not the successor's alone, and of the role that sees it")
	}
}
