package slip

import (
	"testing"
	"time"

	"fengqiao/mediation"
)

// in tells whether a slip is in a set that scorecards count.
func in(s *Slip, set Counted) bool {
	m := MembershipOf(s)
	for i := range CountedSets {
		if CountedSets[i].Key == set {
			return m.Has(i)
		}
	}
	return false
}

// What is late, or has a finding that is not mended, is withdrawn by two: one who judges it asks, and somebody above agrees. It stays counted.
func TestNoWithdrawalWipesOutWhatIsOwed(t *testing.T) {
	r := rules(t, "assignment")
	withdraw, approve := Command{Name: CmdWithdraw}, Command{Name: CmdApprove}
	deputy := mediation.Actor{ID: "ld-town", Role: mediation.Leader, Area: "33.01.11.001"}
	second := issuer
	second.ID = "sv2"
	for _, x := range []struct {
		situation string
		prepare   func(s *Slip) error
		set       Counted
	}{
		{"late", func(s *Slip) error { Tick(s, s.Reply.Due.Add(time.Hour), r); return nil }, CountedDue},
		{"late, and nobody has looked yet", func(s *Slip) error { s.Changed = s.Reply.Due; return nil }, CountedDue},
		{"a finding", func(s *Slip) error {
			find := by(issuer, Command{Name: CmdFind})
			find.NewID = "f"
			return carry(t, s, r, find)
		}, CountedFound},
	} {
		s := issued(r)
		if err := x.prepare(&s); err != nil {
			t.Fatal(err)
		}
		refusedWith(t, carry(t, &s, r, by(chief, approve)), "slip.no_withdrawal")
		if err := carry(t, &s, r, by(issuer, withdraw)); err != nil || s.State == Withdrawn || s.Withdrawal == nil || s.Withdrawal.By != issuer.ID {
			t.Fatalf("%s: %s %+v %v", x.situation, s.State, s.Withdrawal, err)
		}
		if told := s.Unsent[len(s.Unsent)-1]; told.To.Role != mediation.Leader || told.To.Area != issuer.Area {
			t.Errorf("%s: told is %+v", x.situation, told.To)
		}
		for _, who := range []mediation.Actor{issuer, second, deputy} {
			refusedWith(t, carry(t, &s, r, by(who, approve)), "slip.own_withdrawal")
		}
		refusedWith(t, carry(t, &s, r, by(office, approve)), "forbidden")
		if err := carry(t, &s, r, by(chief, approve)); err != nil || s.State != Withdrawn || s.Withdrawal != nil {
			t.Fatalf("%s: %s %v", x.situation, s.State, err)
		}
		if e := s.History[len(s.History)-1]; e.Actor != chief.ID || e.Data["asked"] != issuer.ID || !in(&s, CountedIssued) || !in(&s, x.set) {
			t.Errorf("%s: %+v, counted %v", x.situation, e, MembershipOf(&s))
		}
	}
	s := issued(r)
	if err := carry(t, &s, r, by(issuer, withdraw)); err != nil || s.State != Withdrawn || in(&s, CountedIssued) {
		t.Errorf("with nothing wrong: %s, counted %v, %v", s.State, in(&s, CountedIssued), err)
	}
	// A clerk's is approved by whoever stands above them.
	s = issued(rules(t, "reminder"))
	s.Issuer = Issuer{User: "ts", Role: mediation.TownshipStaff, Area: "33.01.11.001"}
	s.Changed = s.Reply.Due
	if err := carry(t, &s, rules(t, "reminder"), by(mediation.Actor{ID: "ts", Role: mediation.TownshipStaff, Area: "33.01.11.001"}, withdraw), by(issuer, approve)); err != nil || s.State != Withdrawn {
		t.Errorf("%s %v", s.State, err)
	}
}

func TestAnotherVerdictIsAnotherApprovers(t *testing.T) {
	r := rules(t, "order")
	s := issued(r)
	find := by(issuer, Command{Name: CmdFind})
	find.NewID = "f"
	other, third := chief, chief
	other.ID, third.ID = "ld2", "ld3"
	held := Command{Name: CmdJudge, Finding: "f", Verdict: Accountable, Measure: "talk"}
	spared := Command{Name: CmdJudge, Finding: "f", Verdict: Tolerated}
	refusedWith(t, carry(t, &s, r, find, by(chief, held), by(chief, spared)), "slip.judged_before")
	if err := carry(t, &s, r, by(other, spared)); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, carry(t, &s, r, by(chief, held)), "slip.judged_before")
	first := s.History[2]
	if s.Findings[0].Verdict != Tolerated || first.Actor != chief.ID || first.Data["verdict"] != string(Accountable) || first.Data["measure"] != "talk" || first.Words.Empty() {
		t.Errorf("%+v, first %+v", s.Findings[0], first)
	}
	if err := carry(t, &s, r, by(third, held)); err != nil {
		t.Error(err)
	}
}

// What was answered late stays late when it is sent back, and so does what was late only after that; who supervises hears that it goes round.
func TestSendingBackForgivesNothing(t *testing.T) {
	r := rules(t, "assignment")
	reply, back := by(office, Command{Name: CmdReply, Photos: []string{"p"}}), by(issuer, Command{Name: CmdReturn})
	for _, x := range []struct {
		situation string
		late      int // the round of which the reply is late
	}{{"never", 0}, {"at once", 1}, {"the second time", 2}, {"the third", 3}} {
		s := issued(r)
		for round := 1; round <= 4; round++ {
			if round == x.late {
				Tick(&s, s.Reply.Due.Add(time.Hour), r)
			}
			s.Unsent = nil
			if err := carry(t, &s, r, reply, back); err != nil || s.State != Returned || s.Reply.Due.IsZero() {
				t.Fatal(s.State, err)
			}
			if late := x.late > 0 && round >= x.late; s.Summarise().Breached != late || in(&s, CountedInTime) == late {
				t.Errorf("%s: after round %d breached %v, in time %v", x.situation, round, s.Summarise().Breached, in(&s, CountedInTime))
			}
			heard := 0
			for _, n := range s.Unsent {
				if n.Kind == mediation.NoticeSlipMoved && n.To.Role == mediation.Supervisor {
					heard++
				}
			}
			if want := min(1, max(0, round-r.Kind.Returns)); heard != want {
				t.Errorf("%s: in round %d supervisors are told %d times, want %d", x.situation, round, heard, want)
			}
		}
		if s.Reply.Breached = s.Reply.Due; x.late == 0 && !s.Late() {
			t.Error("a repeat that is late is not")
		}
	}
	// Nobody swept between the end of the limit and the answer.
	s := issued(r)
	s.Changed = s.Reply.Due.Add(time.Second)
	if err := carry(t, &s, r, reply); err != nil || !s.Late() || in(&s, CountedInTime) {
		t.Errorf("answered after the end: late %v, in time %v, %v", s.Late(), in(&s, CountedInTime), err)
	}
}
