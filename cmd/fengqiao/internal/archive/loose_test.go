package archive_test

import (
	"strings"
	"testing"
	"time"

	"fengqiao/cmd/fengqiao/internal/archive"
	"fengqiao/grid"
	"fengqiao/internal/store"
	"fengqiao/internal/storetest"
	"fengqiao/mediation"
	"fengqiao/mediation/desk"
	"fengqiao/mediation/duty"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

const catchAllRules = `
duty:
  ahead: 24h
  again: 24h
  posts: [{key: leader, name: {zh: 值班领导, en: leader}, needed: true}]
dispatch:
  - {key: unheld, name: {zh: 兜底, en: catch}, on: unheld, post: leader}
  - {key: untold, name: {zh: 无人可告知, en: untold}, on: untold, post: leader}
catch_all: {within: 2h, again: 24h, post: leader}
`

// loose is an office with desks and a roster, into which anything may come.
type loose struct {
	*storetest.Office
	t       *testing.T
	place   archive.Place
	desks   *desk.Service
	hotline mediation.Actor
	cases   []string
	own     []mediation.Receipt // reports, with their senders beside them
	senders []mediation.Actor
	numbers []string
}

func newLoose(t *testing.T) *loose {
	t.Helper()
	p := empty(t)
	k := &loose{t: t, place: p, Office: storetest.NewOffice(t, p.Store, p.Store, append(storetest.FuyangPolicy(t), catchAllRules...)),
		hotline: mediation.Actor{ID: "hotline", Role: mediation.Desk, Area: "33.01.11", Unit: "热线"}}
	roster := duty.NewService(duty.Deps{Rosters: p.Store.Duty(), Cases: k.Service, People: p.Store.Persons(), Now: k.Clock})
	k.Dispatch, k.Catch = roster.Dispatch, roster.Catch
	k.desks = desk.NewService(desk.Deps{Orders: p.Store.DeskOrders(), Cases: k.Service, Reader: p.Store.Cases(), Sealer: k.Sealer, Keys: k.Sealer.(mediation.Shredder),
		Desks: []desk.Desk{{Name: "12345", Unit: "热线"}}, Now: k.Clock, Catch: roster.Catch})
	return k
}

// found are the findings about loose matters, by what they are about.
func (k *loose) found() map[string]string {
	k.t.Helper()
	r, err := archive.Verify(k.t.Context(), k.place, archive.Held{}, quiet)
	if err != nil {
		k.t.Fatal(err)
	}
	by := map[string]string{}
	for _, f := range r.Findings {
		if f.Kind == "loose" {
			by[f.ID] = f.What
		}
	}
	return by
}

// step does something that anybody might. What is refused changes nothing.
func (k *loose) step(rt *rapid.T) {
	ctx := k.t.Context()
	pick := func(name string, n int) int { return rapid.IntRange(0, n-1).Draw(rt, name) }
	if len(k.senders) == 0 || rapid.IntRange(0, 2).Draw(rt, "new") == 0 {
		k.comes(rt)
		return
	}
	switch pick("what", 5) {
	case 0:
		i := pick("report", len(k.own))
		_, _ = k.WithdrawReport(ctx, k.senders[i], k.own[i].Report.ID, k.Next("key"), "no_more")
	case 1:
		k.Pass(time.Duration(rapid.SampledFrom([]int{1, 3, 30, 24 * 8, 24 * 40}).Draw(rt, "hours")) * time.Hour)
	case 2:
		if _, err := k.Watch.Sweep(ctx, k.Clock()); err != nil {
			k.t.Fatal(err)
		}
		if _, err := k.desks.Sweep(ctx); err != nil {
			k.t.Fatal(err)
		}
	default:
		if len(k.cases) > 0 {
			k.command(rt, k.cases[pick("case", len(k.cases))])
		}
	}
}

// comes lets a report or a word of the desk come in.
func (k *loose) comes(rt *rapid.T) {
	ctx := k.t.Context()
	in := storetest.Quarrel(rapid.SampledFrom([]grid.Code{storetest.CellA, storetest.CellD}).Draw(rt, "cell"))
	in.Severity = rapid.IntRange(1, 4).Draw(rt, "severity")
	if rapid.Bool().Draw(rt, "nowhere") {
		in.Point = nil
	}
	in.Emergency = rapid.IntRange(0, 5).Draw(rt, "danger") == 0
	by := k.Worker()
	switch rapid.IntRange(0, 3).Draw(rt, "by") {
	case 0:
		number := k.Next("GD")
		k.numbers = append(k.numbers, number)
		_, err := k.desks.Say(ctx, k.hotline, number, desk.Said{ID: "m1", Kind: rapid.SampledFrom([]desk.Kind{desk.Supplement, desk.Close}).Draw(rt, "kind"), Text: "补充"})
		if err != nil {
			k.t.Fatal(err)
		}
		return
	case 1:
		number := k.Next("GD")
		if n := len(k.numbers); n > 0 && rapid.Bool().Draw(rt, "late") {
			number = k.numbers[rapid.IntRange(0, n-1).Draw(rt, "number")]
		}
		in.Channel = "12345"
		if got, err := k.desks.Put(ctx, k.hotline, number, in); err == nil && got.Case != nil {
			k.cases = append(k.cases, got.Case.ID)
		}
		return
	case 2:
		in.OnBehalf = &mediation.ProxyInput{Manner: "signature"}
		in.Parties = []mediation.PartyInput{{Kind: mediation.Person, Side: mediation.Applicant, Name: "甲"}}
	}
	in.ClientID = uuid.NewString()
	got, err := k.Receive(ctx, by, in)
	if err != nil {
		k.t.Fatal(err)
	}
	k.own, k.senders = append(k.own, got), append(k.senders, by)
	if got.Case != nil {
		k.cases = append(k.cases, got.Case.ID)
	}
}

// command gives one that ends a case, or opens it again.
func (k *loose) command(rt *rapid.T, id string) {
	c := k.Read(k.t, id)
	var party mediation.Behalf
	if len(c.Parties) > 0 {
		party.Party = c.Parties[0].ID
	}
	commands := []mediation.Command{
		mediation.Refuse{Route: "court", Reason: "not_civil"}, mediation.Exit{Route: "court", Reason: "other"}, mediation.Transfer{Route: "court", Reason: "other"},
		mediation.Finish{}, mediation.Terminate{Reason: "no_agreement"}, mediation.Reopen{Reason: "again"}, mediation.Accept{}, mediation.Join{Into: k.cases[rapid.IntRange(0, len(k.cases)-1).Draw(rt, "into")]},
		mediation.Split{}, mediation.RecordFollowUp{Kept: true, Resolved: true}, mediation.Rate{Behalf: party, Satisfied: true},
		mediation.RemoveParty{Party: party.Party, Reason: "mistake"},
	}
	may := commands[:0:0]
	for _, cmd := range commands {
		if rule, _ := mediation.RuleOf(cmd.Name()); rule.Allows(c.State) {
			may = append(may, cmd)
		}
	}
	if len(may) == 0 {
		return
	}
	cmd := may[rapid.IntRange(0, len(may)-1).Draw(rt, "command")]
	_, _ = k.Do(k.t.Context(), storetest.County, id, mediation.Request{Command: cmd, Revision: c.Revision, Key: k.Next("key")})
}

// TestNothingEndsWithoutAnAnswerAndNothingIsLeftUnlooked: after any history of reports, desks and cases, every matter has been answered or there
// is a time at which somebody looks at it.
func TestNothingEndsWithoutAnAnswerAndNothingIsLeftUnlooked(t *testing.T) {
	k := newLoose(t)
	ended := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		for range rapid.IntRange(1, 8).Draw(rt, "steps") {
			k.step(rt)
		}
		if got := k.found(); len(got) > 0 {
			rt.Fatalf("%v", got)
		}
	})
	for _, id := range k.cases {
		c := k.Read(t, id)
		if c.State.Over() && c.State != mediation.Joined {
			ended[strings.Join(c.Heard.By, " ")+c.Heard.None]++
		}
	}
	if len(ended) == 0 {
		t.Errorf("nothing has ended")
	}
	t.Logf("cases that have ended, by who was told: %v", ended)
}

// TestABrokenStoreIsFoundOut spoils one matter after another, and verify names it.
func TestABrokenStoreIsFoundOut(t *testing.T) {
	k := newLoose(t)
	ctx := t.Context()
	nowhere := storetest.Quarrel(storetest.CellA)
	nowhere.Point = nil
	waiting, err := k.Receive(ctx, k.Worker(), nowhere)
	if err != nil || waiting.Case != nil {
		t.Fatal(waiting.Case, err)
	}
	if _, err := k.desks.Say(ctx, k.hotline, "GD-1", desk.Said{ID: "m1", Kind: desk.Supplement, Text: "补充"}); err != nil {
		t.Fatal(err)
	}
	open := k.Report(t, k.Worker(), storetest.Quarrel(storetest.CellA)).ID
	ended := k.Report(t, k.Worker(), storetest.Quarrel(storetest.CellD)).ID
	k.Must(t, storetest.County, ended, mediation.Transfer{Route: "court", Reason: "other"})
	k.Must(t, storetest.County, ended, mediation.Finish{})
	k.Must(t, storetest.County, ended, mediation.Exit{Route: "court", Reason: "other"})
	if got := k.found(); len(got) > 0 {
		t.Fatalf("before: %v", got)
	}
	unkey := func(table, id, key string) func() {
		return func() {
			row, err := k.place.Engine.Get(ctx, table, id)
			if err != nil {
				t.Fatal(err)
			}
			row.Keys[key] = int64(0)
			if _, err := k.place.Engine.Apply(ctx, store.Write{Table: table, Op: store.Replace, Row: row}); err != nil {
				t.Fatal(err)
			}
		}
	}
	change := func(id string, fn func(*mediation.Case)) func() {
		return func() {
			if _, err := k.Cases.Update(ctx, id, func(c *mediation.Case) error { fn(c); return nil }); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, x := range []struct {
		spoil    func()
		id, says string
	}{
		{unkey("reports", waiting.Report.ID, "pending"), waiting.Report.ID, "in no case"},
		{unkey("desk_orders", "12345/GD-1", "due"), "12345/GD-1", "waits"},
		{unkey("cases", open, "due"), open, "to be looked at"},
		{change(open, func(c *mediation.Case) { c.NextDue = time.Time{} }), open, "it is open"},
		{change(ended, func(c *mediation.Case) { c.Heard = mediation.Heard{Known: true} }), ended, "nobody who brought it in was told"},
	} {
		x.spoil()
		got := k.found()
		if !strings.Contains(got[x.id], x.says) {
			t.Errorf("%q is not told of %s: %v", x.says, x.id, got)
		}
	}
	if got := k.found(); len(got) != 4 {
		t.Errorf("%v", got)
	}
}
