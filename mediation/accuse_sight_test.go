package mediation

import "testing"

var countyDesk = Actor{ID: "u-county", Role: CountyStaff, Area: "33.01.11"}

// becomesAccusation is the moment at which a quarrel turns out to be one against somebody in office.
var becomesAccusation = Reclassify{Category: "accusation", Severity: 3}

func TestWhoActsForTheAccusedSeesNothingOfAnAccusation(t *testing.T) {
	helper := Actor{ID: "u-helper", Role: GridWorker, Area: walker.Area}
	s := begin(t, nil)
	s.do(staff, Entrust{Party: "p2", Helper: helper.ID, ProxyInput: ProxyInput{Manner: "signature"}})
	if !MayCase(helper, CaseRead, s.c) {
		t.Fatal("the helper does not see the quarrel")
	}
	s.do(staff, becomesAccusation)
	for _, a := range []Action{CaseRead, CaseReports, MediaRead, Action(CmdSupplement), Action(CmdErrand), Action(CmdRevoke)} {
		if MayCase(helper, a, s.c) {
			t.Errorf("%s by who acts for the accused", a)
		}
	}
	if has(s.c.Helpers(), helper.ID) {
		t.Error("the helper is still told of what happens")
	}
	s.refuses(countyDesk, Entrust{Party: "p2", Helper: "u-other", ProxyInput: ProxyInput{Manner: "signature"}}, "case.accused")
	s.do(countyDesk, Entrust{Party: "p1", Helper: "u-other", ProxyInput: ProxyInput{Manner: "signature"}})
	s.do(countyDesk, Reclassify{Category: "neighbour", Severity: 1})
	if !MayCase(helper, CaseRead, s.c) {
		t.Error("it was none after all, and the consent still stands")
	}
}

func TestWhoHandledAQuarrelJointlySeesNothingOfTheAccusationThatItIs(t *testing.T) {
	s := beginWith(t, rulesFor(jointly(t)), nil).seated()
	s.do(staff, consultation()).do(chief, SignOffCase{Approved: true}).do(leadUnit, GiveTask{Unit: "水利局", What: "勘查水渠"})
	s.do(staff, becomesAccusation)
	for _, who := range []Actor{leadUnit, helpUnit} {
		if MayCase(who, CaseRead, s.c) {
			t.Errorf("%s sees it", who.Unit)
		}
	}
	if s.c.Joint != nil {
		t.Errorf("%+v", s.c.Joint)
	}
	for _, n := range s.c.Unsent {
		if n.Seq == s.c.Spilled+len(s.c.Events) && n.To.Unit != "" {
			t.Errorf("%s is told %s", n.To.Unit, n.Kind)
		}
	}
}

func TestTheAccusedsUnitHasNoPartInHandlingAnAccusationJointly(t *testing.T) {
	s := beginWith(t, rulesFor(jointly(t)), func(r *Report) { r.Category, r.Severity = "accusation", 3 })
	sealer := onlyHashes{}
	service := &Service{Deps: Deps{Sealer: sealer}}
	accused := func(unit string) *Party { return &Party{Side: Respondent, Units: []string{UnitHash(sealer, unit)}} }
	refused := func(unit string) bool { return service.checkAccused(s.c, accused(unit)) != nil }
	s.do(countyDesk, consultation())
	for unit, want := range map[string]bool{"住建局": true, "水利局": true, "教育局": false} {
		if refused(unit) != want {
			t.Errorf("consulted: somebody at %s entered as accused: refused %v", unit, !want)
		}
	}
	s.do(chief, SignOffCase{Approved: true}).do(leadUnit, GiveTask{Unit: "水利局", What: "勘查水渠"})
	for unit, want := range map[string]bool{"住建局": true, "水利局": true, "教育局": false} {
		if refused(unit) != want {
			t.Errorf("signed: somebody at %s entered as accused: refused %v", unit, !want)
		}
	}
}

// onlyHashes is a Sealer of which nothing but hashes is asked.
type onlyHashes struct{ Sealer }

func (onlyHashes) Hash(domain, value string) string { return domain + ":" + value }
