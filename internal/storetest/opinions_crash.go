package storetest

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/handlers"
	"fengqiao/internal/seal"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/opinion"
	"fengqiao/mediation/slip"

	"github.com/google/uuid"
)

// opinionSection is what a county's policy says of opinions, behind Fuyang's.
const opinionSection = "\nopinions:\n  paper: contact\n  channel: visit\n  topics:\n    - {key: roads, name: {zh: 道路, en: roads}, unit: 建设局}\n"

// OpinionCrashes kills the store after every write of a suggestion, of its becoming a report and of publishing, and of the sweep behind it,
// and holds what is there afterwards to what the room promises. s must be opened and empty.
func OpinionCrashes(t *testing.T, s *store.Store) {
	engine := Failing(s.Engine, !s.Engine.Atomic())
	data, err := store.New(context.Background(), engine)
	if err != nil {
		t.Fatal(err)
	}
	k := &opinionKit{slipKit: &slipKit{Office: NewOffice(t, data, s, append(FuyangPolicy(t), opinionSection...)), engine: engine, data: data, sound: s}}
	for _, x := range []struct {
		name string
		step func(k *opinionKit, t *testing.T) func() error
	}{
		{"a suggestion comes", (*opinionKit).comes},
		{"it becomes a report", (*opinionKit).turns},
		{"results are published", (*opinionKit).publishes},
		{"they may be kept no longer", (*opinionKit).lapses},
	} {
		t.Run(x.name, func(t *testing.T) { k.crash(t, x.step) })
	}
}

type opinionKit struct {
	*slipKit
	campaign, said string
	turned, lapsed bool
}

// staffed are accounts of a county all of whose units have staff.
type staffed struct{ mediation.Users }

func (staffed) Staffed(context.Context, string, grid.Code) (bool, error) { return true, nil }

var opinionClerk = mediation.Actor{ID: "cs", Role: mediation.CountyStaff, Area: "33.01.11"}

// collecting is a server that has just started.
func (k *opinionKit) collecting() *opinion.Service {
	return opinion.NewService(opinion.Deps{Sites: k.data.OpinionSites(), Campaigns: k.data.OpinionCampaigns(), Suggestions: k.data.Suggestions(), Publications: k.data.OpinionResults(),
		Papers: handlers.Askings{Slips: k.slipKit.service()}, Core: k.Service, Users: staffed{k.Users}, Sealer: k.Sealer, Phone: seal.NormalisePhone, Atlas: k.Atlas, Now: k.Clock,
		Log: slog.New(slog.DiscardHandler)})
}

// asks is a fresh campaign.
func (k *opinionKit) asks(t *testing.T) {
	t.Helper()
	day := func(n int) string { return k.Clock().AddDate(0, 0, n).Format(time.DateOnly) }
	c, _, err := k.collecting().Announce(context.Background(), opinionClerk, opinion.CampaignInput{ID: uuid.NewString(), TopicZh: "道路", Area: "33.01.11", Unit: "建设局", Opens: day(-1), Closes: day(1)})
	if err != nil {
		t.Fatal(err)
	}
	k.campaign, k.said, k.turned, k.lapsed = c.ID, "", false, false
}

func (k *opinionKit) comes(t *testing.T) func() error {
	k.asks(t)
	client := uuid.NewString()
	return func() error {
		x, _, err := k.collecting().Suggest(context.Background(), opinionClerk, opinion.Input{ClientID: client, Campaign: k.campaign, Cell: CellA, Topic: "roads", Text: "修路", Name: "示例甲", Phone: "13800001234", Print: client})
		if err == nil {
			k.said = x.ID
		}
		return err
	}
}

func (k *opinionKit) turns(t *testing.T) func() error {
	if err := k.comes(t)(); err != nil {
		t.Fatal(err)
	}
	k.turned = true
	x, err := k.sound.Suggestions().Load(context.Background(), k.said)
	if err != nil {
		t.Fatal(err)
	}
	key := k.Next("key")
	return func() error {
		return second(k.collecting().Become(context.Background(), opinionClerk, k.said, x.Revision, key, "neighbour", 2))
	}
}

func (k *opinionKit) publishes(t *testing.T) func() error {
	if err := k.comes(t)(); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if _, err := k.collecting().EndCampaign(ctx, opinionClerk, k.campaign, 0, k.Next("key"), "事毕"); err != nil {
		t.Fatal(err)
	}
	key := k.Next("key")
	return func() error {
		return second(k.collecting().Publish(ctx, opinionClerk, k.campaign, 0, key, "谢谢", false, ""))
	}
}

// lapses lets go of a campaign whose one suggestion was answered and never decided on.
func (k *opinionKit) lapses(t *testing.T) func() error {
	k.publishes(t) // which ends the campaign; its step is never taken
	k.lapsed = true
	ctx := context.Background()
	x, err := k.sound.Suggestions().Load(ctx, k.said)
	if err != nil {
		t.Fatal(err)
	}
	unit := mediation.Actor{ID: "us", Role: mediation.UnitStaff, Area: "33.01.11", Unit: "建设局"}
	if err := k.give(x.Paper, unit, slip.Command{Name: slip.CmdReply, Text: "可以"})(); err != nil {
		t.Fatal(err)
	}
	return func() error {
		keys := k.Sealer.(*seal.Keyring)
		papers := &slip.Eraser{Slips: k.data.Slips(), Keys: keys}
		e := &opinion.Eraser{Suggestions: k.data.Suggestions(), Papers: papers, Keys: keys}
		return opinion.Keeping{Service: k.collecting(), Eraser: e}.Erase(ctx, k.campaign)
	}
}

// crash interrupts the step and the sweep behind it at the first write, the second, and so on, once before the write and once after it,
// until it gets through.
func (k *opinionKit) crash(t *testing.T, prepare func(*opinionKit, *testing.T) func() error) {
	for n, lost := 1, false; ; {
		step := prepare(k, t)
		k.engine.Arm(n, lost)
		first := step()
		_, _ = k.collecting().Sweep(context.Background()) // goes down as well
		fell := k.engine.Mend()
		if err := step(); err != nil { // as whoever got no answer sends it again
			t.Fatalf("write %d lost %v: %v, sent again: %v", n, lost, first, err)
		}
		for range 3 {
			if _, err := k.collecting().Sweep(context.Background()); err != nil {
				t.Fatalf("write %d lost %v: %v", n, lost, err)
			}
			k.Pass(mediation.Grace) // what failed was put off
		}
		k.check(t, n, lost)
		if t.Failed() || !fell {
			return
		}
		if lost = !lost; !lost {
			n++
		}
	}
}

// check holds the campaign's one suggestion to its promises: one paper, or one report and the paper withdrawn; one edition of results.
func (k *opinionKit) check(t *testing.T, n int, lost bool) {
	t.Helper()
	ctx := context.Background()
	bad := func(format string, args ...any) {
		t.Errorf("write %d lost %v: "+format, append([]any{n, lost}, args...)...)
	}
	all, _, err := k.sound.Suggestions().Of(ctx, k.campaign, "", 10)
	if err != nil || len(all) != 1 {
		t.Fatalf("write %d lost %v: %d suggestions, %v", n, lost, len(all), err)
	}
	x := &all[0]
	papers, _, err := k.slipKit.service().About(ctx, handlers.AboutSuggestion(x.ID), "", 10)
	if err != nil || len(papers) != 1 || papers[0].ID != x.Paper || !x.NextDue.IsZero() {
		bad("%d papers, %+v, %v", len(papers), x, err)
		return
	}
	switch {
	case k.turned:
		rep, err := k.sound.Reports().Load(ctx, x.Report)
		own, _, _ := k.sound.Reports().Of(ctx, opinionClerk.ID, "", 1000)
		reports := 0
		for _, r := range own {
			if r.Suggestion == x.ID {
				reports++
			}
		}
		if err != nil || rep.Suggestion != x.ID || x.State != opinion.Turned || papers[0].State != "withdrawn" || reports != 1 {
			bad("%s, paper %s, %d reports, %v", x.State, papers[0].State, reports, err)
		}
	case k.lapsed:
		gone, err := k.Sealer.(*seal.Keyring).Erased(ctx, x.Key)
		c, loadErr := k.sound.OpinionCampaigns().Load(ctx, k.campaign)
		if err != nil || loadErr != nil || x.State != opinion.Lapsed || !x.Answered || len(x.Match) > 0 || !gone || !c.Cleared || papers[0].State != "withdrawn" {
			bad("%+v, gone %v, paper %s, %+v, %v", x, gone, papers[0].State, c, err)
		}
	case x.State != opinion.Routed:
		bad("%s", x.State)
	}
	c, err := k.sound.OpinionCampaigns().Load(ctx, k.campaign)
	if err != nil || c.Stage == opinion.Published != (len(c.Editions) == 1) || len(c.Editions) > 1 {
		bad("%+v, %v", c, err)
	}
	for _, e := range c.Editions {
		if p, err := k.sound.OpinionResults().Load(ctx, e); err != nil || p.Whole.Number != 1 {
			bad("%+v, %v", p, err)
		}
	}
}
