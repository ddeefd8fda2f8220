package handlers_test

import (
	"bytes"
	"net/http"
	"slices"
	"testing"
	"time"

	"fengqiao/fixtures"
	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
)

// letters is a township under Yongkang's rules, where what comes by letter is a petition.
type letters struct{ conference }

func petitionTown(t *testing.T, fresh apptest.Fresh) letters {
	t.Helper()
	app := fresh(t)
	src, err := fixtures.Policy("yongkang")
	if err != nil {
		t.Fatal(err)
	}
	root := app.Root(t)
	src = bytes.ReplaceAll(src, []byte("33.07.84"), []byte(apptest.County))
	app.Do(t, root, "PUT", "/api/v1/policy", src, apptest.Header("Content-Type", "application/yaml"), apptest.IfMatch(app.Do(t, root, "GET", "/api/v1/policy", nil).ETag())).Want(200)
	return letters{conference{T: t, app: app, staff: app.As(t, mediation.TownshipStaff, apptest.Here), lead: app.As(t, mediation.UnitStaff, apptest.Here)}}
}

// letter is a letter that the clerk enters, and the case that it led to.
func (l *letters) letter(phone string) (id, party string) {
	l.Helper()
	var got struct{ Case struct{ ID string } }
	l.app.Do(l.T, l.staff, http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"channel": "letter", "category": "labour",
		"parties": []obj{{"kind": "person", "side": "applicant", "name": "某", "phone": phone}}})).Want(201).Into(&got)
	var c struct{ Parties []struct{ ID string } }
	l.app.Do(l.T, l.staff, "GET", "/api/v1/cases/"+got.Case.ID, nil).Want(200).Into(&c)
	return got.Case.ID, c.Parties[len(c.Parties)-1].ID
}

// A petitioner who writes again names the other side again: it is not there twice, and nobody waits for a double's signature.
func TestARepeatLetterAddsNobodyTwice(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		l := petitionTown(t, fresh)
		write := func(parties ...obj) (id string, there []string) {
			t.Helper()
			me := obj{"kind": "person", "side": "applicant", "name": "赵甲", "phone": "13900000009"}
			var got struct{ Case struct{ ID string } }
			l.app.Do(t, l.staff, http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"channel": "letter", "category": "labour", "parties": append([]obj{me}, parties...)})).Want(201).Into(&got)
			var c struct{ Parties []struct{ Name, Side string } }
			l.app.Do(t, l.staff, "GET", "/api/v1/cases/"+got.Case.ID, nil).Want(200).Into(&c)
			for _, p := range c.Parties {
				there = append(there, p.Side+" "+p.Name)
			}
			return got.Case.ID, there
		}
		yi := obj{"kind": "person", "side": "respondent", "name": "钱乙"}
		firm := obj{"kind": "organisation", "side": "respondent", "name": "富春 电缆厂"}
		first, there := write(yi, firm)
		if len(there) != 3 {
			t.Fatalf("%q", there)
		}
		for _, again := range [][]obj{{yi, firm}, {yi}, {{"kind": "organisation", "side": "respondent", "name": "富春电缆厂", "phone": "057100000001"}}} {
			if id, now := write(again...); id != first || !slices.Equal(now, there) {
				t.Errorf("%s, not %s: %q", id, first, now)
			}
		}
		for _, other := range []obj{{"kind": "person", "side": "respondent", "name": "钱丙"}, {"kind": "person", "side": "third_party", "name": "钱乙"},
			{"kind": "person", "side": "respondent", "name": "钱乙", "phone": "13900000010"}} {
			id, now := write(other)
			if id != first || len(now) != len(there)+1 {
				t.Errorf("%v: %q", other, now)
			}
			there = now
		}
	})
}

func TestLettersOfTwoPeopleAreTwoPetitions(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		l := petitionTown(t, fresh)
		first, jia := l.letter("13900000001")
		second, _ := l.letter("13900000002")
		again, _ := l.letter("13900000001")
		if first == second || again != first {
			t.Fatalf("two people's letters are one case: %v; one person's are: %v", first == second, again == first)
		}
		var app struct{ Case struct{ ID string } }
		l.app.Do(t, l.app.As(t, mediation.GridWorker, apptest.Here), http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"category": "damage"})).Want(201).Into(&app)
		l.id = second
		l.give(l.staff, "join", obj{"into": first}).Refused(409, "petition.join_other", "into")
		l.give(l.staff, "join", obj{"into": app.Case.ID}).Refused(409, "petition.join", "into")
		l.id = app.Case.ID
		l.give(l.staff, "join", obj{"into": second}).Want(200)

		l.id = first
		l.give(l.staff, "petition", obj{"step": "send", "unit": apptest.Unit}).Want(200)
		l.give(l.lead, "petition", obj{"step": "accept", "remark": "受理告知书"}).Want(200)
		l.give(l.lead, "petition", obj{"step": "withdraw", "party": jia, "manner": "phone", "remark": "信访人来电"}).Refused(403, "petition.role", "step")
		l.give(l.staff, "petition", obj{"step": "withdraw", "party": jia, "remark": "信访人来电"}).Refused(422, "required", "manner")
		l.give(l.staff, "petition", obj{"step": "withdraw", "party": jia, "manner": "phone"}).Refused(422, "petition.evidence", "evidence")
		l.give(l.staff, "petition", obj{"step": "withdraw", "party": jia, "manner": "phone", "remark": "信访人来电"}).Want(200)

		own := l.app.Party(t, first, jia)
		var mine struct {
			Petition struct {
				State  string
				Papers []struct {
					Step, Manner string
					Recorded     bool
				}
				Steps []string
			}
		}
		seen := l.app.Do(t, own, "GET", "/api/v1/party/case", nil).Want(200)
		seen.Into(&mine)
		if p := mine.Petition; p.State != "withdrawn" || !p.Papers[len(p.Papers)-1].Recorded || p.Papers[len(p.Papers)-1].Manner != "phone" || p.Steps[len(p.Steps)-1] != "disown" {
			t.Errorf("the petitioner reads %+v", p)
		}
		l.app.Do(t, own, "POST", "/api/v1/party/case/petition", obj{"step": "disown", "remark": "我没有撤回"}, newKey(), apptest.IfMatch(seen.ETag())).Want(200)
		l.app.Do(t, own, "GET", "/api/v1/party/case", nil).Want(200).Into(&mine)
		if mine.Petition.State != "accepted" {
			t.Errorf("disowned, and it is %s", mine.Petition.State)
		}
	})
}

func TestALetterAndAnApplicationCountFromTheDayTheyCame(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		l := petitionTown(t, fresh)
		now := l.app.Case.Now().Truncate(time.Millisecond)
		body := func(channel string, came time.Time) obj {
			return report(apptest.Here, obj{"channel": channel, "category": "labour", "cameOn": came, "parties": []obj{{"kind": "person", "side": "applicant", "name": "某", "phone": "13900000007"}}})
		}
		file := func(b obj) apptest.Answer { return l.app.Do(t, l.staff, http.MethodPost, "/api/v1/reports", b) }
		file(body("letter", now.Add(time.Hour))).Refused(422, "in_future", "cameOn")
		file(body("letter", now.AddDate(-2, 0, 0))).Refused(422, "petition.too_old", "cameOn")
		file(body("app", now)).Refused(422, "petition.no_letter", "cameOn")
		came := now.AddDate(0, 0, -6)
		var got struct {
			CameOn time.Time
			Case   struct{ ID string }
		}
		file(body("letter", came)).Want(201).Into(&got)
		if l.id = got.Case.ID; !got.CameOn.Equal(came) {
			t.Fatalf("it came on %s, not %s", got.CameOn, came)
		}
		clock := func() (p struct {
			State  string
			Clock  struct{ Since, Due time.Time }
			Papers []struct {
				Step string
				On   time.Time
			}
		}) {
			var c struct{ Petition any }
			c.Petition = &p
			l.app.Do(t, l.staff, "GET", "/api/v1/cases/"+l.id, nil).Want(200).Into(&c)
			return p
		}
		if p := clock(); !p.Clock.Since.Equal(came) {
			t.Fatalf("its 15 days count from %s, not from %s", p.Clock.Since, came)
		}
		l.give(l.staff, "petition", obj{"step": "send", "unit": apptest.Unit}).Want(200)
		l.give(l.lead, "petition", obj{"step": "accept", "remark": "受理告知书"}).Want(200)
		l.give(l.lead, "petition", obj{"step": "opinion", "remark": "处理意见书"}).Want(200)
		issued := l.app.Case.Now()
		l.app.Case.Advance(3 * 24 * time.Hour)
		served := l.app.Case.Now().Truncate(time.Millisecond)
		l.give(l.lead, "petition", obj{"step": "serve"}).Refused(422, "required", "on")
		l.give(l.lead, "petition", obj{"step": "serve", "on": issued.AddDate(0, 0, -1)}).Refused(422, "petition.before", "on")
		l.give(l.lead, "petition", obj{"step": "serve", "on": served}).Want(200)
		if p := clock(); p.State != "handled" || !p.Clock.Since.Equal(served) || !p.Papers[len(p.Papers)-1].On.Equal(served) {
			t.Fatalf("the right to ask counts from %+v, not from %s", p, served)
		}
	})
}
