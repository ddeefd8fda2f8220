package mediation

import (
	"slices"
	"testing"
	"time"

	"fengqiao/mediation/policy"
)

var (
	leadUnit = Actor{ID: "u-unit", Role: UnitStaff, Unit: "住建局", Area: "33.01.11"}
	helpUnit = Actor{ID: "u-help", Role: UnitStaff, Unit: "水利局", Area: "33.01.11"}
	chief    = Actor{ID: "u-chief", Role: Leader, Unit: "区委", Area: "33.01.11"}
)

// jointly is the sample county's policy with a joint conference: a leader signs, a sub-task has five days.
func jointly(t testing.TB) *policy.Policy {
	p := *fuyang(t)
	p.Joint = policy.Joint{Signatory: policy.Signatory{Role: "leader"}, Task: policy.TaskRule{Within: policy.Span{Days: 5}, Remind: []policy.Span{{Days: 1}}}}
	p.Charge = policy.Charge{Bodies: []policy.Body{{Key: "committee", Unit: "区委"}}, Every: policy.Span{Days: 15}, Remind: []policy.Span{{Days: 3}}}
	p.Closing.Needs = append(slices.Clone(p.Closing.Needs), closingTasks)
	return &p
}

func consultation() Consult {
	return Consult{Took: []Taking{{Unit: "住建局"}, {Unit: "水利局"}}, Lead: "住建局", Assisting: []string{"水利局"}, Opinion: "由住建局牵头"}
}

// conferred is a case that a signed consultation has given to a lead and one that assists.
func conferred(t *testing.T) *story {
	t.Helper()
	s := beginWith(t, rulesFor(jointly(t)), nil)
	s.do(staff, consultation())
	s.do(chief, SignOffCase{Approved: true})
	return s
}

func TestASignedConsultationGivesTheCaseToItsLead(t *testing.T) {
	s := beginWith(t, rulesFor(jointly(t)), nil)
	s.do(staff, consultation())
	if s.c.Unit != "" || s.c.Joint.Lead != "" || MayCase(helpUnit, CaseRead, s.c) {
		t.Fatal("it holds before it is signed")
	}
	s.refuses(Actor{ID: "u-county", Role: CountyStaff, Area: "33.01.11"}, SignOffCase{Approved: true}, "need.signatory")
	s.do(chief, SignOffCase{Approved: true})
	if s.c.State != Transferred || s.c.Unit != "住建局" || s.c.Joint.Order == nil || s.c.Joint.Order.Number != s.c.Number.String()+"/1" {
		t.Fatalf("%s %s %+v", s.c.State, s.c.Unit, s.c.Joint)
	}
	told := map[string]bool{}
	for _, n := range s.c.Unsent {
		if n.Kind == NoticeJoint {
			told[n.To.Unit] = true
		}
	}
	if !told["住建局"] || !told["水利局"] {
		t.Errorf("told: %v", told)
	}
	s.refuses(chief, SignOffCase{Approved: true}, "need.signatory")
}

func TestAConsultationThatIsNotSignedChangesNothing(t *testing.T) {
	s := beginWith(t, rulesFor(jointly(t)), nil)
	s.do(staff, consultation())
	s.do(chief, SignOffCase{})
	if s.c.State != Screened && s.c.State != Offered && s.c.State != Reported || s.c.Unit != "" || s.c.Joint.Order != nil {
		t.Fatalf("%s %s %+v", s.c.State, s.c.Unit, s.c.Joint)
	}
	s.refuses(staff, GiveTask{Unit: "水利局", What: "勘查"}, "need.order")
}

func TestAnAssistingUnitSeesWhatItNeedsAndNoMore(t *testing.T) {
	s := conferred(t)
	for a, want := range map[Action]bool{CaseRead: true, CaseReports: true, MediaRead: true, Action(CmdNote): true, Action(CmdTaskResult): true,
		Action(CmdTask): false, Action(CmdTakeBack): false, Action(CmdFinish): false, TimelineRead: false, StatsRead: false} {
		if MayCase(helpUnit, a, s.c) != want {
			t.Errorf("%s: %v", a, !want)
		}
	}
	sees := Sees(helpUnit, s.c)
	for part, want := range map[Part]bool{PartWords: true, PartParties: true, PartSpot: true, PartPhotos: true, PartContact: false, PartTerms: false, PartOffers: false} {
		if sees[part] != want {
			t.Errorf("%s: %v", part, !want)
		}
	}
	away := helpUnit
	away.Area = "33.01.12"
	if MayCase(away, CaseRead, s.c) {
		t.Error("staff of the unit in another county see it")
	}
}

func TestASubTaskIsAcknowledgedAnsweredAndSentBack(t *testing.T) {
	s := conferred(t)
	s.refuses(leadUnit, GiveTask{Unit: "教育局", What: "x"}, "unknown_value")
	s.do(leadUnit, GiveTask{Unit: "水利局", What: "勘查水渠"})
	id := s.c.Joint.Tasks[0].ID
	s.refuses(leadUnit, AckTask{Task: id}, "joint.other_unit")
	s.do(helpUnit, AckTask{Task: id})
	if task := s.c.Joint.Tasks[0]; task.Owner != helpUnit.ID || task.Acked.IsZero() {
		t.Fatalf("%+v", task)
	}
	s.refuses(leadUnit, Finish{}, "need.tasks_done")
	s.do(helpUnit, AnswerTask{Task: id, Result: "渠道堵塞，已清"})
	s.do(leadUnit, ReturnTask{Task: id, Reason: "incomplete"})
	if task := s.c.Joint.Tasks[0]; !task.Open() || task.Returns != 1 || !task.Clock.Due.After(s.at) {
		t.Fatalf("%+v", task)
	}
	s.do(helpUnit, AnswerTask{Task: id, Result: "已复查"})
	s.do(leadUnit, Finish{})
	if s.c.State != Closed {
		t.Errorf("%s", s.c.State)
	}
}

func TestASubTaskRemindsAndIsOverdue(t *testing.T) {
	s := conferred(t)
	s.do(leadUnit, GiveTask{Unit: "水利局", What: "勘查水渠", Owner: helpUnit.ID})
	due := s.c.Joint.Tasks[0].Clock.Due
	kinds := func() (list []string) {
		for _, e := range s.c.Events {
			if e.Data["task"] != "" && e.Actor == SystemActor.ID {
				list = append(list, e.Kind)
			}
		}
		return list
	}
	Tick(s.c, due.Add(-48*time.Hour), s.r)
	if len(kinds()) != 0 {
		t.Fatalf("two days before: %v", kinds())
	}
	Tick(s.c, s.c.NextDue, s.r) // whatever is first
	Tick(s.c, due.Add(-time.Minute), s.r)
	if got := kinds(); !slices.Equal(got, []string{"task_reminded"}) {
		t.Fatalf("before it is due: %v", got)
	}
	Tick(s.c, due, s.r)
	if got := kinds(); !slices.Equal(got, []string{"task_reminded", "task_overdue"}) || s.c.Joint.Tasks[0].Clock.Breached.IsZero() {
		t.Fatalf("when it is due: %v", got)
	}
	supervisor := false
	for _, n := range s.c.Unsent {
		supervisor = supervisor || n.To.Role == Supervisor && n.Kind == NoticeBreach
	}
	if !supervisor {
		t.Error("no supervisor is told")
	}
}

func TestACaseThatGoesAnotherWayIsNobodysJointly(t *testing.T) {
	s := conferred(t)
	s.do(leadUnit, GiveTask{Unit: "水利局", What: "勘查水渠"})
	s.do(staff, TakeBack{})
	if s.c.Joint != nil || MayCase(helpUnit, CaseRead, s.c) {
		t.Fatalf("%+v", s.c.Joint)
	}
	s.refuses(staff, GiveTask{Unit: "水利局", What: "x"}, "need.order")
}

func TestANewConsultationFreesWhoHasNoPartInItAnyMore(t *testing.T) {
	s := conferred(t)
	s.do(leadUnit, GiveTask{Unit: "水利局", What: "勘查水渠"})
	again := consultation()
	again.Lead, again.Assisting = "住建局", []string{"教育局"}
	s.do(staff, again)
	s.do(chief, SignOffCase{Approved: true})
	if s.c.openTasks() != 0 || MayCase(helpUnit, CaseRead, s.c) || s.c.Joint.Order.Number != s.c.Number.String()+"/2" {
		t.Errorf("%+v", s.c.Joint)
	}
}

func TestNobodyNamesALaterEndOfASubTaskThanThePolicy(t *testing.T) {
	s := conferred(t)
	late := time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)
	s.refuses(leadUnit, GiveTask{Unit: "水利局", What: "勘查水渠", Due: late}, "too_late")
	s.refuses(leadUnit, GiveTask{Unit: "水利局", What: "勘查水渠", Due: s.at.AddDate(0, 0, 7)}, "too_late")
	s.do(leadUnit, GiveTask{Unit: "水利局", What: "勘查水渠", Due: s.at.AddDate(0, 0, 3)})
	id := s.c.Joint.Tasks[0].ID
	s.do(helpUnit, AnswerTask{Task: id, Result: "已清"})
	s.refuses(leadUnit, ReturnTask{Task: id, Reason: "incomplete", Due: late}, "too_late")
	s.do(leadUnit, ReturnTask{Task: id, Reason: "incomplete", Due: s.at.AddDate(0, 0, 2)})
}

func TestAConsultationIsOfThoseWhoTookPart(t *testing.T) {
	s := beginWith(t, rulesFor(jointly(t)), nil)
	for code, change := range map[string]func(*Consult){
		"joint.lead_absent": func(c *Consult) { c.Took = c.Took[1:] },
		"twice":             func(c *Consult) { c.Assisting = []string{"水利局", "水利局"} },
	} {
		x := consultation()
		change(&x)
		s.refuses(staff, x, code)
	}
	if s.c.Course.Consultations != 0 {
		t.Error("counted")
	}
	twice := consultation()
	twice.Took = append(twice.Took, twice.Took[0])
	s.refuses(staff, twice, "twice")
}
