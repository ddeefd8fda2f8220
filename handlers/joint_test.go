package handlers_test

import (
	"bytes"
	"maps"
	"net/http"
	"testing"

	"fengqiao/fixtures"
	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// conference is a case that two units are to handle, and everybody who has a part in it.
type conference struct {
	*testing.T
	app                               *apptest.App
	id                                string
	staff, chief, other, lead, helper *apptest.Person
}

// confer opens a case under rules with a joint conference, the chief being whom they have sign.
func confer(t *testing.T, fresh apptest.Fresh) conference {
	t.Helper()
	c := vacantConference(t, fresh)
	c.post(c.clerk(), "holders", obj{"post": "signatory", "userId": c.chief.User.ID}).Want(200)
	return c
}

// vacantConference opens a case under rules with a joint conference, whose post that signs nobody holds yet.
func vacantConference(t *testing.T, fresh apptest.Fresh) conference {
	t.Helper()
	app := fresh(t)
	src, err := fixtures.Policy("liandu")
	if err != nil {
		t.Fatal(err)
	}
	root := app.Root(t)
	src = bytes.ReplaceAll(src, []byte("33.11.02"), []byte(apptest.County))
	app.Do(t, root, "PUT", "/api/v1/policy", src, apptest.Header("Content-Type", "application/yaml"), apptest.IfMatch(app.Do(t, root, "GET", "/api/v1/policy", nil).ETag())).Want(200)
	unit := func(login, unit string, role mediation.Role) *apptest.Person {
		return app.Post(t, login, account.Place{Role: role, Area: apptest.County, Unit: unit})
	}
	c := conference{T: t, app: app, staff: app.As(t, mediation.TownshipStaff, apptest.Here), chief: unit("chief", "中共莲都区委", mediation.Leader),
		other: unit("other-leader", "莲都区人民政府", mediation.Leader), lead: unit("lead", "莲都区住建局", mediation.UnitStaff),
		helper: unit("helper", assistant, mediation.UnitStaff)}
	var got struct{ Case struct{ ID string } }
	app.Do(t, app.As(t, mediation.GridWorker, apptest.Here), http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"category": "expropriation"})).Want(201).Into(&got)
	c.id = got.Case.ID
	return c
}

// joined is what a test looks at in a case.
type joined struct {
	State, Unit, Text string
	Actions           []string
	Joint             *struct {
		Lead      string
		Assisting []string
		OpenTasks int
		Order     *struct{ Number, Name, Title, Text string }
		Tasks     []struct {
			ID, State, What, Result string
			Owner                   *struct{ ID string }
			Overdue                 bool
			Returns                 int
		}
	}
}

func (c conference) look(who *apptest.Person) (j joined) {
	c.Helper()
	c.app.Do(c.T, who, "GET", "/api/v1/cases/"+c.id, nil).Want(200).Into(&j)
	return j
}

func (c conference) give(who *apptest.Person, command string, body obj) apptest.Answer {
	c.Helper()
	seen := c.app.Do(c.T, who, "GET", "/api/v1/cases/"+c.id, nil).Want(200)
	return c.app.Do(c.T, who, "POST", "/api/v1/cases/"+c.id+"/"+command, body, newKey(), apptest.IfMatch(seen.ETag()))
}

var consulted = obj{"took": []obj{{"unit": "莲都区住建局"}, {"unit": assistant}}, "lead": "莲都区住建局", "assisting": []string{assistant}, "opinion": "由住建局牵头，水利局协办"}

func TestUnitsHandleACaseTogetherUnderOneLead(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		c := confer(t, fresh)
		c.give(c.staff, "consult", obj{"took": []obj{{"unit": "x"}}, "lead": "没有这个局", "opinion": "x"}).Refused(422, "unknown_value", "lead")
		refuse := func(key string, value any, status int, code, field string) {
			t.Helper()
			body := maps.Clone(consulted)
			body[key] = value
			c.give(c.staff, "consult", body).Refused(status, code, field)
		}
		lead, helped := obj{"unit": "莲都区住建局"}, obj{"unit": assistant}
		refuse("took", []obj{lead, {"unit": "没有这个局"}}, 422, "unknown_value", "took[1].unit")
		refuse("took", []obj{lead, {"unit": assistant, "user": "nobody"}}, 422, "unknown_value", "took[1].user")
		refuse("took", []obj{lead, {"unit": assistant, "user": c.lead.User.ID}}, 422, "unknown_value", "took[1].user")
		refuse("took", []obj{lead, {}}, 422, "required", "took[1].unit")
		refuse("took", []obj{helped}, 409, "joint.lead_absent", "took")
		refuse("took", []obj{lead, lead}, 422, "twice", "took[1]")
		refuse("assisting", []string{assistant, assistant}, 422, "twice", "assisting[1]")
		c.give(c.staff, "consult", consulted).Want(200)
		c.app.Do(t, c.helper, "GET", "/api/v1/cases/"+c.id, nil).Want(404)
		c.give(c.other, "sign-off", obj{"approved": true}).Refused(409, "need.signatory", "")
		c.give(c.chief, "sign-off", obj{"approved": true}).Want(200)

		j := c.look(c.helper)
		if j.State != "transferred" || j.Unit != "莲都区住建局" || j.Text == "" || j.Joint == nil || j.Joint.Lead != "莲都区住建局" ||
			j.Joint.Order == nil || j.Joint.Order.Name != "莲都区信访工作联席会议" || j.Joint.Order.Title != "区委副书记" || j.Joint.Order.Text == "" {
			t.Fatalf("%+v", j)
		}
		c.lists()
		c.works()
	})
}

// lists: both units find the case in their lists, a third does not, and only the lead has the filter of the unit that it lies with.
func (c conference) lists() {
	c.Helper()
	for who, want := range map[*apptest.Person]int{c.lead: 1, c.helper: 1, c.app.Post(c.T, "third", account.Place{Role: mediation.UnitStaff, Area: apptest.County, Unit: "第三局"}): 0} {
		var page struct{ Items []struct{ ID string } }
		c.app.Do(c.T, who, "GET", "/api/v1/cases", nil).Want(200).Into(&page)
		if len(page.Items) != want {
			c.Errorf("%s lists %d cases, want %d", who.User.Unit, len(page.Items), want)
		}
	}
}

// works: a sub-task from its giving to its result, sent back once; closing waits for it.
func (c conference) works() {
	c.Helper()
	c.give(c.helper, "task", obj{"unit": assistant, "what": "x"}).Refused(403, "forbidden", "")
	c.give(c.lead, "task", obj{"unit": assistant, "owner": c.lead.User.ID, "what": "x"}).Refused(422, "unknown_value", "owner")
	c.give(c.lead, "task", obj{"unit": assistant, "what": "勘查水渠，三日内回报"}).Want(200)
	task := c.look(c.helper).Joint.Tasks[0]
	if task.What == "" || task.State != "given" || task.Owner != nil {
		c.Fatalf("%+v", task)
	}
	c.give(c.helper, "task-ack", obj{"task": task.ID}).Want(200)
	c.give(c.lead, "finish", obj{}).Refused(409, "need.tasks_done", "")
	c.give(c.helper, "finish", obj{}).Refused(403, "forbidden", "")
	c.give(c.helper, "task-result", obj{"task": task.ID, "result": "已勘查"}).Want(200)
	c.give(c.lead, "task-return", obj{"task": task.ID, "reason": "没有照片"}).Want(200)
	c.give(c.helper, "task-result", obj{"task": task.ID, "result": "补了照片"}).Want(200)
	var done joined
	c.give(c.lead, "finish", obj{"remark": "已修复"}).Want(200).Into(&done)
	if done.State != "closed" || done.Joint.OpenTasks != 0 || done.Joint.Tasks[0].Returns != 1 || done.Joint.Tasks[0].Owner.ID != c.helper.User.ID {
		c.Errorf("%+v", done)
	}
}

func TestASubTaskIsHandedOverToAColleagueOfTheUnit(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		c := confer(t, fresh)
		c.give(c.staff, "consult", consulted).Want(200)
		c.give(c.chief, "sign-off", obj{"approved": true}).Want(200)
		c.give(c.lead, "task", obj{"unit": assistant, "what": "勘查水渠", "owner": c.helper.User.ID}).Want(200)
		colleague := c.app.Post(t, "colleague", account.Place{Role: mediation.UnitStaff, Area: apptest.County, Unit: assistant})
		l := leaver{t, c.app, c.id, c.helper}
		h := l.open(c.helper, c.lead.User.ID)
		l.step(c.lead, h.ID, "acceptance", obj{}).Refused(409, "handover.lacks_right", "")
		l.step(c.helper, h.ID, "proposal", obj{"successor": colleague.User.ID}).Want(200)
		var done handed
		l.step(colleague, h.ID, "acceptance", obj{}).Want(200).Into(&done)
		if done.State != "done" || c.look(colleague).Joint.Tasks[0].Owner.ID != colleague.User.ID {
			t.Errorf("%+v", done)
		}
		for _, m := range done.Matters {
			if m.Kind == "task" && m.Outcome != "moved" {
				t.Errorf("%+v", m)
			}
		}
		var left struct{ Matters []struct{ Kind string } }
		c.app.Do(t, c.helper, "GET", "/api/v1/matters/"+c.helper.User.ID, nil).Want(200).Into(&left)
		for _, m := range left.Matters {
			if m.Kind == "task" {
				t.Error("a sub-task is left")
			}
		}
	})
}
