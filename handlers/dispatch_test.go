package handlers_test

import (
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// The units of a rule that names several: who supervises is in the lead and signs for it, who enforces assists, and nobody works at the third.
const supervising, enforcing, deserted = "富阳区人社局", "富阳区综合执法局", "富阳区无人办"

const severalTargets = `  - key: several
    name: {zh: 监管与执法、属地与社区, en: several}
    categories: [neighbour]
    unit: ` + supervising + `
    signs: true
    with: [{unit: ` + enforcing + `}, {role: grid_leader}, {post: commander, signs: true}, {unit: ` + deserted + `}]
`

// several is a county whose rule names several, with somebody of each, and a quarrel to which it applies.
type several struct {
	*story
	wire                         *line
	lead, helper, commander, far *apptest.Person
}

func beginSeveral(t *testing.T, a *apptest.App) *several {
	t.Helper()
	rules, _, _ := strings.Cut(dutyRules, "  - {key: told")
	withRules(t, a, rules+severalTargets+fourClocks)
	at := func(login, unit string, p apptest.Place) *apptest.Person {
		return a.Post(t, login, account.Place{Role: mediation.UnitStaff, Area: p.Code(), Unit: unit})
	}
	m := &several{wire: newLine(t, a), lead: at("supervises", supervising, apptest.Here), helper: at("enforces", enforcing, apptest.Here), far: at("elsewhere", supervising, apptest.There),
		commander: a.As(t, mediation.UnitStaff, apptest.There)} // on duty is meant in person, wherever they work
	a.As(t, mediation.GridLeader, apptest.Here)
	from := a.Case.Now().UTC().Truncate(time.Second)
	a.Do(t, a.As(t, mediation.CountyStaff, apptest.Here), "PUT", "/api/v1/duty", obj{"from": from, "until": from.Add(96 * time.Hour), "shifts": []obj{
		{"post": "commander", "person": m.commander.User.ID, "from": from, "until": from.Add(72 * time.Hour)}}}, apptest.Header("If-None-Match", "*")).Want(200)
	m.story = begin(t, a)
	return m
}

func (m *several) listed(who *apptest.Person) int {
	m.t.Helper()
	var page struct{ Items []struct{ ID string } }
	m.a.Do(m.t, who, "GET", "/api/v1/cases", nil).Want(200).Into(&page)
	return len(page.Items)
}

func TestARuleSendsOneMatterToSeveral(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		m := beginSeveral(t, a)
		a.Do(t, m.lead, "GET", m.path(""), nil).Refused(404, "not_found", "")
		m.sweep()
		m.sweep()
		for who, want := range map[*apptest.Person]int{m.lead: 1, m.helper: 1, m.far: 0} {
			if got := m.listed(who); got != want {
				t.Errorf("%s lists %d, want %d", who.User.Login, got, want)
			}
		}
		a.Do(t, m.far, "GET", m.path(""), nil).Refused(404, "not_found", "")
		if v := a.Do(t, m.commander, "GET", m.path(""), nil).Want(200).View(); v["text"] == nil {
			t.Error("whoever commands does not read what it is about")
		}
		m.standing()
		m.onRecord()

		m.order(m.helper, "sign-for", nil).Refused(403, "forbidden", "")
		m.order(m.helper, "note", obj{"text": "已到现场核查"}).Want(200)
		m.order(m.lead, "sign-for", nil).Want(200)
		m.order(m.commander, "arrive", near(apptest.Here, 20)).Want(200)
		m.heard(m.lead, 1)
		m.heard(m.helper, 1)
		m.heard(m.a.As(t, mediation.GridLeader, apptest.Here), 1)
		m.heard(m.far, 0)
		m.heard(m.a.As(t, mediation.CountyStaff, apptest.Here), 1) // for the unit at which nobody works
	})
}

// standing looks at what the case says of whom it was sent to.
func (m *several) standing() {
	m.t.Helper()
	var v struct {
		Dispatched []struct {
			Unit, Role, RuleText string
			User                 *struct{ ID string }
			Lead, Signs          bool
		}
	}
	m.a.Do(m.t, m.helper, "GET", m.path(""), nil).Want(200).Into(&v)
	d := v.Dispatched
	if len(d) != 4 || d[0].Unit != supervising || !d[0].Lead || !d[0].Signs || d[1].Unit != enforcing || d[1].Lead || d[1].Signs ||
		d[2].Role != "grid_leader" || d[3].User == nil || d[3].User.ID != m.commander.User.ID || d[0].RuleText != "监管与执法、属地与社区" {
		m.t.Errorf("%+v", d)
	}
}

// onRecord looks at what the timeline says, once.
func (m *several) onRecord() {
	m.t.Helper()
	got := dispatched(m.t, m.story)
	if len(got) != 1 || got[0]["unit"] != supervising || got[0]["vacant"] != "" || got[0]["assisting1_unit"] != enforcing || got[0]["assisting2_role"] != "grid_leader" ||
		got[0]["assisting3_user"] != m.commander.User.ID || got[0]["assisting4_unit"] != deserted || got[0]["assisting4_vacant"] != "true" {
		m.t.Errorf("%v", got)
	}
}

// heard compares how many notices of a dispatch somebody has.
func (m *several) heard(who *apptest.Person, want int) {
	m.t.Helper()
	m.wire.deliver(m.t)
	var page struct{ Items []struct{ Kind, Case string } }
	m.a.Do(m.t, who, "GET", "/api/v1/inbox?limit=100", nil).Want(200).Into(&page)
	n := 0
	for _, x := range page.Items {
		if x.Kind == string(mediation.NoticeDispatched) {
			n++
		}
	}
	if n != want {
		m.t.Errorf("%s heard of it %d times, want %d", who.User.Login, n, want)
	}
}

// TestWhatWasSentToSeveralIsOutOfTheirSightOnceItIsAnAccusation: nobody to whom a rule had sent the quarrel keeps it, reads it or lists it.
func TestWhatWasSentToSeveralIsOutOfTheirSightOnceItIsAnAccusation(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		m := beginSeveral(t, a)
		m.sweep()
		a.Do(t, m.helper, "GET", m.path(""), nil).Want(200)
		m.accuses()
		for _, who := range []*apptest.Person{m.lead, m.helper, m.commander, a.As(t, mediation.GridLeader, apptest.Here)} {
			a.Do(t, who, "GET", m.path(""), nil).Refused(404, "not_found", "")
			if who.User.Role == mediation.UnitStaff && m.listed(who) != 0 {
				t.Errorf("%s still lists it", who.User.Login)
			}
		}
		m.sweep()
		if k, err := a.Cases.Cases.Load(t.Context(), m.id); err != nil || len(k.Sent) > 0 {
			t.Errorf("%+v, %v", k.Sent, err)
		}
		if _, err := a.Cases.RecordSent(t.Context(), m.id, mediation.Beside{ID: "late", At: a.Case.Now(), Kind: mediation.EventDispatched}, []mediation.Sent{{Unit: enforcing}}); err != nil {
			t.Fatal(err)
		}
		m.staff = above(t, a)
		if got := dispatched(t, m.story); len(got) != 1 {
			t.Errorf("what came late was recorded: %v", got)
		}
		a.Do(t, m.helper, "GET", m.path(""), nil).Refused(404, "not_found", "")
	})
}
