package handlers_test

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

// The article says of Longyou's hall: 2,756 mediated, 2,673 settled, 97 %.
const (
	articleMediated = 2756
	articleSettled  = 2673
)

// history is a way of a case through the real service, and how many cases of the replay went that way.
type history struct {
	name  string
	times int
	steps []step
}

// step is who does what: the office, or the mediator.
type step struct {
	mediator bool
	cmd      mediation.Command
}

func office(cmds ...mediation.Command) (steps []step) {
	for _, c := range cmds {
		steps = append(steps, step{false, c})
	}
	return steps
}

// histories add up to the article's figures; what was refused, withdrawn or is still open lies beside them.
func histories(p apptest.Place) []history {
	taken := append(office(mediation.Accept{}, mediation.Assign{Mediator: p.Mediator("own"), Seat: -1, Force: true}), step{true, mediation.RecordSession{}})
	agreed := append(append([]step{}, taken...), step{true, mediation.Agree{Terms: "各让一步", Oral: true}})
	closed := append(agreed, office(mediation.Close{})...)
	with := func(steps []step, more ...mediation.Command) []step {
		return append(append([]step{}, steps...), office(more...)...)
	}
	settled := with(closed, mediation.RecordFollowUp{Kept: true, Resolved: true})
	unsettled := with(closed, mediation.RecordFollowUp{Kept: true, Resolved: false})
	return []history{
		{"settled", articleSettled - 73, settled},
		{"settled at the second time", 73, append(with(unsettled, mediation.Reopen{Reason: "again"}), settled...)},
		{"closed and not settled", 33, unsettled},
		{"mediated in vain", articleMediated - articleSettled - 33, with(taken, mediation.Terminate{Reason: "no_agreement"})},
		{"refused", 40, office(mediation.Refuse{Route: "court", Reason: "court"})},
		{"withdrawn", 20, office(mediation.WithdrawCase{Reason: "gone"})},
		{"in hand", 10, taken},
	}
}

func TestTheArticlesFiguresAreComputedFromHistories(t *testing.T) {
	apptest.OnBoth(t, theArticlesFigures)
}

// theArticlesFigures lets the real service go each way once, replays it as data as often as the article has it, and asks over HTTP.
func theArticlesFigures(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	total := 0
	for _, h := range histories(apptest.Here) {
		app.Case.Advance(31 * 24 * time.Hour) // further apart than one matter could be
		replay(t, app, play(t, app, apptest.Here, h), h.times-1)
		total += h.times
	}
	if err := app.Figures.Pass(t.Context()); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Figures []struct {
			Key          string
			Value        *float64
			Above, Below *int
			Cases        *string
		}
	}
	who := app.As(t, mediation.Supervisor, apptest.Here)
	app.Do(t, who, http.MethodGet, "/api/v1/stats/summary", nil).Want(http.StatusOK).Into(&got)
	want := map[string]float64{"received": float64(total), "concluded": articleMediated, "settled": articleSettled, "settlementRate": 0.9699}
	for _, f := range got.Figures {
		n, asked := want[f.Key]
		if !asked {
			continue
		}
		if f.Value == nil || *f.Value != n {
			t.Errorf("%s: %v, want %v", f.Key, f.Value, n)
		}
		if f.Key == "settlementRate" && (*f.Above != articleSettled || *f.Below != articleMediated) {
			t.Errorf("%d of %d", *f.Above, *f.Below)
		}
		if f.Key == "settled" {
			link, err := url.Parse(*f.Cases)
			if err != nil {
				t.Fatal(err)
			}
			var listed struct{ Count int }
			app.Do(t, who, http.MethodGet, "/api/v1/cases/count?"+link.RawQuery, nil).Want(http.StatusOK).Into(&listed)
			if listed.Count != articleSettled {
				t.Errorf("the list of the settled holds %d", listed.Count)
			}
		}
		delete(want, f.Key)
	}
	if len(want) > 0 {
		t.Errorf("not told: %v", want)
	}
}

// play takes a new case along a way.
func play(t *testing.T, app *apptest.App, p apptest.Place, h history) mediation.Case {
	t.Helper()
	var got struct{ Case struct{ ID string } }
	body := report(p, obj{"category": "contract", "parties": quarrelling})
	app.Do(t, app.As(t, mediation.TownshipStaff, p), http.MethodPost, "/api/v1/reports", body).Want(http.StatusCreated).Into(&got)
	return lead(t, app, p, got.Case.ID, h.name, h.steps)
}

var quarrelling = []obj{{"kind": "person", "side": "applicant", "name": "甲"}, {"kind": "person", "side": "respondent", "name": "乙"}}

// lead takes a case along the steps of a way.
func lead(t *testing.T, app *apptest.App, p apptest.Place, id, way string, steps []step) mediation.Case {
	t.Helper()
	ctx := t.Context()
	staff, mediator := app.As(t, mediation.TownshipStaff, p).Actor(), app.As(t, mediation.MediatorRole, p).Actor()
	for _, s := range steps {
		by := staff
		if s.mediator {
			by = mediator
		}
		if step, ok := s.cmd.(mediation.HandlePetition); ok && step.Step == mediation.StepRate {
			by.ID = "clerk" // who took no part in it takes down what the petitioner says
		}
		app.Case.Advance(time.Hour)
		if _, err := app.Watch.Sweep(ctx, app.Case.Now()); err != nil { // who leaves a panel is free again
			t.Fatal(err)
		}
		c, err := app.Cases.Cases.Load(ctx, id)
		if err == nil {
			cmd := s.cmd
			if word, ok := cmd.(mediation.Rate); ok { // taken down by the office
				word.Party = c.Parties[0].ID
				cmd = word
			}
			_, err = app.Cases.Do(ctx, by, c.ID, mediation.Request{Command: cmd, Revision: c.Revision, Key: uuid.NewString()})
		}
		if err != nil {
			t.Fatalf("%s: %s: %v", way, s.cmd.Name(), err)
		}
	}
	c, err := app.Cases.Cases.Load(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// replay stores a case's history some more times, each a minute later, as cases of their own.
func replay(t *testing.T, app *apptest.App, c mediation.Case, times int) {
	t.Helper()
	const hands = 8
	var all sync.WaitGroup
	for hand := range hands {
		all.Go(func() {
			for i := hand; i < times; i += hands {
				if _, err := app.Store.Cases().Open(context.Background(), shifted(c, time.Duration(i+1)*time.Minute)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// shifted is the same history of another case, as much later.
func shifted(c mediation.Case, by time.Duration) mediation.Case {
	c.ID, c.Number.N = uuid.NewString(), 0
	c.Unsent, c.Chores, c.NextDue, c.Parties, c.Reports, c.Outside = nil, nil, time.Time{}, nil, nil, nil
	for _, at := range []*time.Time{&c.Opened, &c.Changed, &c.Closed, &c.Course.Accepted, &c.Course.Agreed, &c.Course.Breached, &c.Course.Passed, &c.Course.AtOnce, &c.Course.Studied, &c.Course.Supervised} {
		if !at.IsZero() {
			*at = at.Add(by)
		}
	}
	c.Events = append([]mediation.Event{}, c.Events...)
	for i := range c.Events {
		c.Events[i].At = c.Events[i].At.Add(by)
	}
	return c
}
