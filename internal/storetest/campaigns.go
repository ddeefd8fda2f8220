package storetest

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/campaign"

	"github.com/google/uuid"
)

// Campaigns plays a campaign through random histories and compares its list and every day's figures with what was noted at each midnight
// from the cases themselves. s must be opened and empty.
func Campaigns(t *testing.T, s *store.Store) {
	ctx := context.Background()
	k := &figuresKit{Office: NewOffice(t, s, s, FuyangPolicy(t)), steps: 320, rng: rand.New(rand.NewPCG(13, 20))}
	k.elder = k.Hire(t, "elder", "village", "33.01.11.001", 100)
	h := &campaignKit{figuresKit: k, s: s, noted: map[time.Time]map[string]noted{}, met: map[campaign.Class]int{}}
	for range 40 {
		in := Quarrel([]grid.Code{CellA, CellB, CellC, CellD}[k.rng.IntN(4)])
		in.Channel = []string{"app", "110"}[k.rng.IntN(2)]
		in.Parties = []mediation.PartyInput{{Kind: mediation.Person, Side: mediation.Applicant, Name: "甲"}, {Kind: mediation.Person, Side: mediation.Respondent, Name: "乙"}}
		k.ids = append(k.ids, k.Report(t, k.Worker(), in).ID)
		k.Pass(time.Duration(k.rng.IntN(5)) * time.Hour)
	}
	for range 120 {
		k.step(t, k.ids[k.rng.IntN(len(k.ids))])
	}
	k.reopen(t, 3)
	h.midnight(t)
	plans := []campaign.Plan{
		{ID: uuid.NewString(), Name: "百日攻坚", Area: "33.01.11", Percent: 90},
		{ID: uuid.NewString(), Name: "公安来源", Area: "33.01.11", Percent: 50, Rule: campaign.Rule{Source: "police"}},
		{ID: uuid.NewString(), Name: "老案", Area: "33.01.11.001", Percent: 100, Rule: campaign.Rule{MinDays: 4}},
		{ID: uuid.NewString(), Name: "邻里", Area: "33.01.11", Percent: 100, Rule: campaign.Rule{Category: "neighbour"}},
		{ID: uuid.NewString(), Name: "西镇", Area: "33.01.11.002", Percent: 100},
		{ID: uuid.NewString(), Name: "反复", Area: "33.01.11", Percent: 100, Rule: campaign.Rule{MinTurns: 1}},
	}
	start := k.Clock()
	for i := range plans {
		plans[i].From, plans[i].Until = k.day(start), k.day(start.AddDate(0, 0, 11))
		if _, again, err := h.service(t).Make(ctx, County, plans[i]); err != nil || again {
			t.Fatal(err)
		}
	}
	for range 14 {
		h.day(t)
	}
	for i, p := range plans {
		c := h.frozen(t, p.ID)
		h.compare(t, start, &c, i)
	}
	for _, class := range campaign.Classes {
		if h.met[class] == 0 {
			t.Errorf("no case was ever %s", class)
		}
	}
	if h.left == 0 || h.reclassed == 0 {
		t.Errorf("%d cases have left their campaign's area, %d its category", h.left, h.reclassed)
	}
	h.contend(t, plans[0].ID)
}

type campaignKit struct {
	*figuresKit
	s *store.Store
	// noted is how every case stood at each midnight.
	noted map[time.Time]map[string]noted
	// met is how often a case was met in each class.
	met map[campaign.Class]int
	// left and reclassed are cases that were taken on and lay elsewhere, or were of another category, when the list was frozen.
	left, reclassed int
}

type noted struct {
	state    mediation.State
	turns    int
	channel  string
	category string
	area     grid.Code
	opened   time.Time
}

// service is a fresh one, as another instance has it: what it says must not hang on what it remembers.
func (h *campaignKit) service(t *testing.T) *campaign.Service {
	t.Helper()
	s, err := campaign.NewService(campaign.Deps{Campaigns: h.s.Campaigns(), Cases: h.s.Cases(), Heads: h.s.Figures(), Policies: h.s.Policies(), Now: h.Clock})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (k *figuresKit) day(at time.Time) string {
	zone, _ := k.Policy.Clocks.Calendar.Location() // loaded with the policy
	return at.In(zone).Format(time.DateOnly)
}

// midnight lets time pass up to the next one and notes how everything stands.
func (h *campaignKit) midnight(t *testing.T) {
	t.Helper()
	zone, err := h.Policy.Clocks.Calendar.Location()
	if err != nil {
		t.Fatal(err)
	}
	local := h.Clock().In(zone)
	next := time.Date(local.Year(), local.Month(), local.Day()+1, 0, 0, 0, 0, zone)
	h.Pass(next.Sub(local))
	now := map[string]noted{}
	for _, id := range h.ids {
		c := h.Read(t, id)
		now[id] = noted{c.State, c.Repeats, c.Channel, c.Category, c.Area, c.Opened}
	}
	h.noted[next.UTC()] = now
}

// day does things to cases at random, lets new ones come in, which are no matter of the campaign, and ends.
func (h *campaignKit) day(t *testing.T) {
	t.Helper()
	h.ids = append(h.ids, h.Report(t, h.Worker(), Quarrel(CellC)).ID)
	for i := range 20 {
		id := h.ids[h.rng.IntN(len(h.ids))]
		h.step(t, id)
		switch i % 4 { // where that may be
		case 0:
			h.give(id, County, mediation.Reopen{Reason: "again"}, h.Read(t, id).Revision)
		case 1:
			h.refile(t, id)
		}
	}
	h.midnight(t)
}

// refile has a case lie elsewhere, or be of another category, and maybe go back.
func (h *campaignKit) refile(t *testing.T, id string) {
	t.Helper()
	for _, cmd := range []mediation.Command{
		mediation.Transfer{Area: []grid.Code{"33.01.11.001", "33.01.11.002"}[h.rng.IntN(2)], Reason: "theirs"}, mediation.TakeBack{},
		mediation.Reclassify{Category: []string{"neighbour", "contract", "accusation"}[h.rng.IntN(3)], Severity: 2},
		mediation.Place{Cell: []grid.Code{CellA, CellD}[h.rng.IntN(2)]},
	} {
		if h.rng.IntN(2) == 0 {
			h.give(id, County, cmd, h.Read(t, id).Revision)
		}
	}
}

// frozen reads a campaign for the first time, by an instance that has seen nothing of it, after its end.
func (h *campaignKit) frozen(t *testing.T, id string) campaign.Campaign {
	t.Helper()
	c, err := h.service(t).Load(context.Background(), County, id)
	if err != nil || c.Frozen.IsZero() {
		t.Fatalf("%+v, %v", c, err)
	}
	return c
}

func (h *campaignKit) compare(t *testing.T, start time.Time, c *campaign.Campaign, which int) {
	t.Helper()
	ctx := context.Background()
	var want, got []string
	for id, n := range h.noted[start.UTC()] {
		open := !n.state.Over() && n.state != mediation.Closed
		rule := []bool{true, n.channel == "110", !n.opened.After(start.AddDate(0, 0, -4)), n.category == "neighbour", true, n.turns > 0}[which]
		if open && rule && c.Area.Contains(n.area) {
			want = append(want, id)
		}
	}
	for _, m := range c.Members {
		got = append(got, m.ID)
	}
	slices.Sort(want)
	slices.Sort(got)
	for _, id := range want {
		switch now := h.Read(t, id); {
		case !c.Area.Contains(now.Area):
			h.left++
		case c.Rule.Category != "" && now.Category != c.Rule.Category:
			h.reclassed++
		}
	}
	if !slices.Equal(got, want) || len(got) == 0 {
		t.Fatalf("%s took on %v, at the start there were %v", c.Name, got, want)
	}
	points, err := h.service(t).BurnDown(ctx, County, c)
	if err != nil || len(points) != 13 || !points[12].At.Equal(c.Until) {
		t.Fatalf("%d points, %v: %+v", len(points), err, points)
	}
	for _, p := range points {
		count := map[campaign.Class]int{}
		for _, id := range got {
			n := h.noted[p.At.UTC()][id]
			count[plainClass(n.state)]++
			if n.turns > h.noted[start.UTC()][id].turns {
				count[campaign.Reopened]++
			}
		}
		shown := map[campaign.Class]int{campaign.Open: p.Open, campaign.Closed: p.Closed, campaign.Settled: p.Settled, campaign.Ended: p.Ended, campaign.Reopened: p.Reopened}
		for _, class := range campaign.Classes {
			if shown[class] != count[class] {
				t.Errorf("%s at %s: %d are %s, noted %d", c.Name, p.At, shown[class], class, count[class])
			}
			list, next, err := h.service(t).Behind(ctx, County, c, class, p.At, 0, 1000)
			if err != nil || next != 0 || len(list) != count[class] {
				t.Errorf("%s at %s: the list of %s holds %d of %d, %v", c.Name, p.At, class, len(list), count[class], err)
			}
		}
		for class, n := range count {
			h.met[class] += n
		}
	}
}

func plainClass(s mediation.State) campaign.Class {
	switch s {
	case mediation.Settled:
		return campaign.Settled
	case mediation.Closed:
		return campaign.Closed
	case mediation.NotAccepted, mediation.Withdrawn, mediation.Exited, mediation.Failed, mediation.Unsettled, mediation.Joined:
		if s.Over() {
			return campaign.Ended
		}
	}
	return campaign.Open
}

// contend adds one campaign from many sides at once, under one id.
func (h *campaignKit) contend(t *testing.T, other string) {
	ctx := context.Background()
	now := h.Clock()
	p := campaign.Plan{ID: uuid.NewString(), Name: "同时", Area: "33.01.11", Percent: 80, From: h.figuresKit.day(now), Until: h.figuresKit.day(now)}
	var mu sync.Mutex
	first := 0
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			s := h.service(t)
			_, again, err := s.Make(ctx, County, p)
			if err == nil {
				_, err = s.Load(ctx, County, p.ID)
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			if !again {
				first++
			}
		})
	}
	all.Wait()
	if first != 1 {
		t.Errorf("made %d times", first)
	}
	p.Percent = 10
	var refusal *mediation.Error
	if _, _, err := h.service(t).Make(ctx, County, p); !errors.As(err, &refusal) || refusal.Kind != mediation.Differs {
		t.Errorf("another target under the same id: %v", err)
	}
	list, _, err := h.service(t).List(ctx, County, "", 100)
	if err != nil || len(list) != 7 || list[0].ID != p.ID || list[0].Members != nil || !slices.ContainsFunc(list, func(c campaign.Campaign) bool { return c.ID == other }) {
		t.Errorf("%+v, %v", list, err)
	}
	elsewhere := mediation.Actor{ID: "x", Role: mediation.CountyStaff, Area: "33.02"}
	if _, err := h.service(t).Load(ctx, elsewhere, p.ID); !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("another county sees it: %v", err)
	}
}
