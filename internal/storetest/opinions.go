package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/opinion"
)

// Opinions holds an opened, empty store to the contracts of opinion's ports.
func Opinions(t *testing.T, s *store.Store) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, *store.Store)
	}{
		{"sites are stored once, changed by version and listed by area", opinionSites},
		{"campaigns are stored once, with their notices, and listed by the areas that they concern", opinionCampaigns},
		{"of many changes at once none is lost, and a refused one stores nothing", suggestionsContend},
		{"a list is what the table of permissions says, for everybody", suggestionSight},
		{"pages neither skip nor repeat, and a campaign's are whole", suggestionPages},
		{"what is due comes longest due first, and is put off", opinionsDue},
		{"a person's suggestions are found until they are struck off", suggestionsOfPerson},
		{"an edition of results is written once", opinionResults},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, s) })
	}
}

func said(id string, area grid.Code, by string, change func(*opinion.Suggestion)) opinion.Suggestion {
	s := opinion.Suggestion{ID: id, Campaign: "c", Topic: "roads", Unit: "建设局", Area: area, By: by, At: noon, State: opinion.Routed, Revision: 1}
	if change != nil {
		change(&s)
	}
	return s
}

func addSaid(t *testing.T, s *store.Store, x opinion.Suggestion) {
	t.Helper()
	if stored, as, err := s.Suggestions().Add(context.Background(), x); err != nil || !stored || as.ID != x.ID {
		t.Fatalf("%v, %v", stored, err)
	}
}

func opinionSites(t *testing.T, s *store.Store) {
	ctx, p := context.Background(), s.OpinionSites()
	for i, cell := range []grid.Code{CellA, CellB, CellD} {
		site := opinion.Site{ID: fmt.Sprint("site", i), Kind: opinion.Point, Name: "点", Cell: cell, Place: PointIn(cell), Made: noon.Add(time.Duration(i) * time.Second)}
		if i == 0 {
			site.Kind = opinion.Station
		}
		if stored, as, err := p.Add(ctx, site); err != nil || !stored || as.Version != 1 {
			t.Fatalf("%+v, %v, %v", as, stored, err)
		}
	}
	if stored, as, err := p.Add(ctx, opinion.Site{ID: "site0", Name: "别的", Made: noon}); err != nil || stored || as.Name != "点" || as.Place != PointIn(CellA) {
		t.Errorf("the same id again: %+v, %v, %v", as, stored, err)
	}
	if as, err := p.Update(ctx, "site1", func(x *opinion.Site) error { x.Closed = noon; return nil }); err != nil || as.Version != 2 {
		t.Errorf("%+v, %v", as, err)
	}
	if _, err := p.Load(ctx, "nowhere"); !errors.Is(err, mediation.ErrNotFound) {
		t.Error(err)
	}
	yes, no := true, false
	for _, x := range []struct {
		f    opinion.SiteFilter
		want string
	}{
		{opinion.SiteFilter{}, "[site2 site1 site0]"},
		{opinion.SiteFilter{Area: "33.01.11.001"}, "[site1 site0]"},
		{opinion.SiteFilter{Area: "33.01.11.001", Open: &yes}, "[site0]"},
		{opinion.SiteFilter{Open: &no}, "[site1]"},
		{opinion.SiteFilter{Kind: opinion.Point}, "[site2 site1]"},
		{opinion.SiteFilter{Area: "33.02"}, "[]"},
	} {
		got := []string{}
		for cursor := ""; ; {
			list, next, err := p.List(ctx, x.f, cursor, 1)
			if err != nil {
				t.Fatal(err)
			}
			for _, site := range list {
				got = append(got, site.ID)
			}
			if cursor = next; next == "" {
				break
			}
		}
		if fmt.Sprint(got) != x.want {
			t.Errorf("%+v: %v, want %s", x.f, got, x.want)
		}
	}
}

func opinionCampaigns(t *testing.T, s *store.Store) {
	ctx, p := context.Background(), s.OpinionCampaigns()
	for i, area := range []grid.Code{"33.01.11", "33.01.11.001", "33.01.11.002"} {
		c := opinion.Campaign{ID: fmt.Sprint("camp", i), Area: area, Stage: opinion.Open, Made: noon.Add(time.Duration(i) * time.Second), Revision: 1}
		if stored, _, err := p.Add(ctx, c); err != nil || !stored {
			t.Fatal(stored, err)
		}
	}
	if stored, as, err := p.Add(ctx, opinion.Campaign{ID: "camp0", Area: "33.02"}); err != nil || stored || as.Area != "33.01.11" {
		t.Errorf("%v %+v %v", stored, as, err)
	}
	tell := mediation.Notice{ID: "opinion/camp1/2/0", Kind: mediation.NoticeOpinion, At: noon, To: mediation.Recipient{User: "u"}, Subject: "opinion/camp1"}
	if as, err := p.Update(ctx, "camp1", func(c *opinion.Campaign) ([]mediation.Notice, error) {
		c.Stage, c.Revision = opinion.Closed, 2
		return []mediation.Notice{tell}, nil
	}); err != nil || as.Stage != opinion.Closed {
		t.Errorf("%+v, %v", as, err)
	}
	if e, err := s.Outbox().Entry(ctx, tell.ID); err != nil || e.Notice.Subject != "opinion/camp1" {
		t.Errorf("%+v, %v", e, err)
	}
	no := errors.New("no")
	if _, err := p.Update(ctx, "camp1", func(c *opinion.Campaign) ([]mediation.Notice, error) { c.Stage = opinion.Open; return nil, no }); !errors.Is(err, no) {
		t.Error(err)
	}
	for _, x := range []struct {
		f    opinion.CampaignFilter
		want string
	}{
		{opinion.CampaignFilter{}, "[camp2 camp1 camp0]"},
		{opinion.CampaignFilter{Meets: "33.01.11.001.002.003"}, "[camp1 camp0]"}, // what holds it
		{opinion.CampaignFilter{Meets: "33.01.11"}, "[camp2 camp1 camp0]"},       // what lies in it
		{opinion.CampaignFilter{Meets: "33.01.11", Stage: opinion.Closed}, "[camp1]"},
		{opinion.CampaignFilter{Meets: "33.02"}, "[]"},
	} {
		list, _, err := p.List(ctx, x.f, "", 10)
		got := []string{}
		for _, c := range list {
			got = append(got, c.ID)
		}
		if err != nil || fmt.Sprint(got) != x.want {
			t.Errorf("%+v: %v, want %s, %v", x.f, got, x.want, err)
		}
	}
}

func suggestionsContend(t *testing.T, s *store.Store) {
	ctx, p := context.Background(), s.Suggestions()
	addSaid(t, s, said("contend", "33.01.11.009", "w", nil))
	if stored, as, err := p.Add(ctx, said("contend", "33.02", "x", nil)); err != nil || stored || as.By != "w" {
		t.Errorf("again: %v, %+v, %v", stored, as, err)
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := p.Update(ctx, "contend", func(x *opinion.Suggestion) error { x.Revision++; return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	no := errors.New("no")
	if _, err := p.Update(ctx, "contend", func(x *opinion.Suggestion) error { x.Revision = 0; return no }); !errors.Is(err, no) {
		t.Error(err)
	}
	if x, err := p.Load(ctx, "contend"); err != nil || x.Revision != 21 {
		t.Errorf("%d, %v", x.Revision, err)
	}
	if _, err := p.Load(ctx, "unsaid"); !errors.Is(err, mediation.ErrNotFound) {
		t.Error(err)
	}
}

func suggestionSight(t *testing.T, s *store.Store) {
	ctx := context.Background()
	var all []opinion.Suggestion
	for i, area := range []grid.Code{"33.01.21.001.001.001.01", "33.01.21.001.002.001", "33.01.21.002.001.001.01", "33.01.21"} {
		for j, unit := range []string{"建设局", "园林局"} {
			all = append(all, said(fmt.Sprint("sight", i, j), area, fmt.Sprint("giver", i), func(x *opinion.Suggestion) { x.Unit, x.Campaign = unit, "sight" }))
			addSaid(t, s, all[len(all)-1])
		}
	}
	for _, role := range mediation.AccountRoles {
		for _, area := range []grid.Code{"33.01.21", "33.01.21.001", "33.01.21.001.001.001.01", "33.09"} {
			for _, who := range []string{"giver0", "giver2", "nobody"} {
				for _, unit := range []string{"", "建设局", "别的"} {
					actor := mediation.Actor{ID: who, Role: role, Area: area, Unit: unit}
					list, _, err := s.Suggestions().List(ctx, opinion.Filter{Visible: opinion.VisibleTo(actor), Campaign: "sight"}, "", 100)
					if err != nil {
						t.Fatal(err)
					}
					seen := map[string]bool{}
					for _, x := range list {
						seen[x.ID] = true
					}
					for i := range all {
						if may := opinion.May(actor, mediation.SuggestionRead, &all[i]); may != seen[all[i].ID] {
							t.Errorf("%+v: listed %v, may %v: %+v", actor, seen[all[i].ID], may, all[i].Summarise())
						}
					}
				}
			}
		}
	}
}

func suggestionPages(t *testing.T, s *store.Store) {
	ctx, p := context.Background(), s.Suggestions()
	const many = 25
	for i := range many {
		addSaid(t, s, said(fmt.Sprintf("page%02d", i), "33.01.31.001", "w", func(x *opinion.Suggestion) {
			x.Campaign, x.At, x.Topic = "pages", noon.Add(time.Duration(i/3)*time.Second), []string{"roads", "parks"}[i%2]
			if i%5 == 0 {
				x.State, x.Outcome = opinion.Decided, &opinion.Outcome{Verdict: opinion.Adopted, Summary: "要", Answer: "好"}
			}
		}))
	}
	area := grid.Code("33.01.31")
	seen, decided := map[string]bool{}, 0
	for cursor, pages := "", 0; ; pages++ {
		list, next, err := p.List(ctx, opinion.Filter{Visible: opinion.Visible{Area: &area}, Campaign: "pages"}, cursor, 4)
		if err != nil || pages > many {
			t.Fatal(pages, err)
		}
		for _, x := range list {
			if seen[x.ID] {
				t.Errorf("%s twice", x.ID)
			}
			if seen[x.ID] = true; x.Verdict == opinion.Adopted {
				decided++
			}
		}
		if cursor = next; next == "" {
			break
		}
	}
	if len(seen) != many || decided != 5 {
		t.Errorf("%d, %d decided", len(seen), decided)
	}
	whole, next, err := p.Of(ctx, "pages", "", 100)
	if err != nil || next != "" || len(whole) != many || whole[0].ID != "page00" || whole[0].Outcome.Summary != "要" {
		t.Errorf("%d, %v", len(whole), err)
	}
	list, _, err := p.List(ctx, opinion.Filter{Visible: opinion.Visible{Area: &area}, Topic: "parks", State: opinion.Decided, Area: "33.01.31.001", Unit: "建设局"}, "", 100)
	if err != nil || len(list) != 2 {
		t.Errorf("%d decided about parks, %v", len(list), err)
	}
}

func opinionsDue(t *testing.T, s *store.Store) {
	ctx := context.Background()
	for i, due := range []time.Time{noon.Add(2 * time.Hour), noon, {}} {
		addSaid(t, s, said(fmt.Sprint("due", i), "33.01.41", "w", func(x *opinion.Suggestion) { x.NextDue = due }))
		if _, _, err := s.OpinionCampaigns().Add(ctx, opinion.Campaign{ID: fmt.Sprint("due", i), Area: "33.01.41", Made: noon, NextDue: due}); err != nil {
			t.Fatal(err)
		}
	}
	for name, q := range map[string]interface {
		Due(ctx context.Context, until time.Time, limit int) ([]string, error)
		Defer(ctx context.Context, id string, until time.Time) error
	}{"suggestions": s.Suggestions(), "campaigns": s.OpinionCampaigns()} {
		ids, err := q.Due(ctx, noon.Add(time.Hour), 10)
		if err != nil || fmt.Sprint(ids) != "[due1]" {
			t.Errorf("%s: %v, %v", name, ids, err)
		}
		if err := q.Defer(ctx, "due1", noon.Add(3*time.Hour)); err != nil {
			t.Error(err)
		}
		if ids, err := q.Due(ctx, noon.Add(4*time.Hour), 10); err != nil || fmt.Sprint(ids) != "[due0 due1]" {
			t.Errorf("%s: %v, %v", name, ids, err)
		}
	}
}

func suggestionsOfPerson(t *testing.T, s *store.Store) {
	ctx, p := context.Background(), s.Suggestions()
	addSaid(t, s, said("hers", "33.01.51", "w", func(x *opinion.Suggestion) { x.Match = []string{"h1"} }))
	addSaid(t, s, said("his", "33.01.51", "w", func(x *opinion.Suggestion) { x.Match = []string{"h2"} }))
	addSaid(t, s, said("case's", "33.01.51", "w", func(x *opinion.Suggestion) { x.State, x.Case = opinion.Turned, "its-case" }))
	if list, err := p.OfCase(ctx, "its-case"); err != nil || len(list) != 1 || list[0].ID != "case's" {
		t.Errorf("%+v, %v", list, err)
	}
	if ids, err := p.OfPerson(ctx, []string{"h1", "h9"}); err != nil || fmt.Sprint(ids) != "[hers]" {
		t.Errorf("%v, %v", ids, err)
	}
	if _, err := p.Update(ctx, "hers", func(x *opinion.Suggestion) error { x.Match = nil; return nil }); err != nil {
		t.Fatal(err)
	}
	for _, hashes := range [][]string{{"h1"}, nil} {
		if ids, err := p.OfPerson(ctx, hashes); err != nil || len(ids) != 0 {
			t.Errorf("%v, %v", ids, err)
		}
	}
}

func opinionResults(t *testing.T, s *store.Store) {
	ctx, p := context.Background(), s.OpinionResults()
	for _, text := range []string{"第一版", "第二版"} {
		if err := p.Add(ctx, opinion.Publication{ID: "e", Campaign: "c", At: noon, Text: text, Whole: opinion.Tally{Number: 3}}); err != nil {
			t.Fatal(err)
		}
	}
	if e, err := p.Load(ctx, "e"); err != nil || e.Text != "第一版" || e.Whole.Number != 3 {
		t.Errorf("%+v, %v", e, err)
	}
	if _, err := p.Load(ctx, "f"); !errors.Is(err, mediation.ErrNotFound) {
		t.Error(err)
	}
}
