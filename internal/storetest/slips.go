package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/slip"
)

// Slips holds an opened, empty store to the contracts of slip.Slips and slip.Watches.
func Slips(t *testing.T, s *store.Store) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, *store.Store)
	}{
		{"a slip comes back as it was issued, with its number", slipOpens},
		{"of many changes at once none is lost, and notices go out once", slipContends},
		{"a refused change stores nothing", slipRefuses},
		{"lists hold what their reader sees", slipLists},
		{"a list is what the table of permissions says, for everybody", slipSight},
		{"what a person has in hand, and what is not handed on", slipsInHand},
		{"pages neither skip nor repeat", slipPages},
		{"what is due comes longest due first, and is put off", slipDue},
		{"cases are watched, moved on and forgotten", slipWatches},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, s) })
	}
}

// paper is a slip of the kind to the unit, in a township.
func paper(id, kind string) slip.Slip {
	return slip.Slip{ID: id, Revision: 1, Kind: kind, Policy: "p", Number: slip.Number{Series: kind + "/33.01.11/2026"}, About: slip.Subject{Kind: slip.AboutCase, ID: "case-" + id}, Case: "case-" + id,
		Area: "33.01.11.001.002", Issuer: slip.Issuer{User: "sv", Role: mediation.Supervisor, Area: "33.01.11"}, To: slip.Addressee{Unit: "建设局", Area: "33.01.11.001.002"},
		State: slip.Issued, Issued: noon, Changed: noon, Reply: slip.Limit{Since: noon, Due: noon.Add(72 * time.Hour)}}
}

func issuedIn(t *testing.T, p *store.Slips, s slip.Slip) slip.Slip {
	t.Helper()
	got, err := p.Open(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func slipOpens(t *testing.T, s *store.Store) {
	ctx, p := context.Background(), s.Slips()
	for i, want := range []int64{1, 2} {
		x := paper(fmt.Sprint("open", i), "reminder")
		x.Unsent = []mediation.Notice{{ID: x.ID + "/1/0", Kind: mediation.NoticeSlip, At: noon, Seq: 1, Subject: "slip/" + x.ID}}
		if got := issuedIn(t, p, x); got.Number.N != want || len(got.Unsent) != 0 {
			t.Errorf("number %d, want %d; %d unsent", got.Number.N, want, len(got.Unsent))
		}
		if e, err := s.Outbox().Entry(ctx, x.ID+"/1/0"); err != nil || e.Notice.Subject != "slip/"+x.ID {
			t.Errorf("the notice: %+v, %v", e, err)
		}
	}
	read, err := p.Load(ctx, "open1")
	if err != nil || read.Number.N != 2 || read.To.Unit != "建设局" || !read.Reply.Due.Equal(noon.Add(72*time.Hour)) {
		t.Errorf("%+v, %v", read, err)
	}
	if _, err := p.Open(ctx, paper("open1", "reminder")); !errors.Is(err, mediation.ErrExists) {
		t.Errorf("the same again: %v", err)
	}
	if got := issuedIn(t, p, paper("open2", "reminder")); got.Number.N != 3 {
		t.Errorf("a refused one has used up a number: %d", got.Number.N)
	}
	if _, err := p.Load(ctx, "nobody's"); !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("%v", err)
	}
}

func slipContends(t *testing.T, s *store.Store) {
	ctx, p := context.Background(), s.Slips()
	issuedIn(t, p, paper("contend", "contact"))
	const many = 30
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() {
			_, err := p.Update(ctx, "contend", func(x *slip.Slip) error {
				x.Revision++
				x.Unsent = append(x.Unsent, mediation.Notice{ID: fmt.Sprint("contend/", i), Kind: mediation.NoticeSlipMoved, At: noon, Seq: int(x.Revision)})
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if err := p.Drain(ctx, "contend"); err != nil {
		t.Error(err)
	}
	x, err := p.Load(ctx, "contend")
	if err != nil || x.Revision != many+1 || len(x.Unsent) != 0 {
		t.Errorf("revision %d, %d unsent, %v", x.Revision, len(x.Unsent), err)
	}
	for i := range many {
		if _, err := s.Outbox().Entry(ctx, fmt.Sprint("contend/", i)); err != nil {
			t.Errorf("notice %d: %v", i, err)
		}
	}
}

func slipRefuses(t *testing.T, s *store.Store) {
	ctx, p := context.Background(), s.Slips()
	issuedIn(t, p, paper("refuse", "contact"))
	no := errors.New("no")
	if _, err := p.Update(ctx, "refuse", func(x *slip.Slip) error { x.State = slip.Accepted; return no }); !errors.Is(err, no) {
		t.Error(err)
	}
	if x, err := p.Load(ctx, "refuse"); err != nil || x.State != slip.Issued {
		t.Errorf("%s, %v", x.State, err)
	}
}

// readers of slipLists.
var (
	readsArea = mediation.Actor{ID: "cs", Role: mediation.CountyStaff, Area: "33.01.11"}
	readsTown = mediation.Actor{ID: "ts", Role: mediation.TownshipStaff, Area: "33.01.11.001"}
	readsFar  = mediation.Actor{ID: "tf", Role: mediation.TownshipStaff, Area: "33.01.11.002"}
	readsUnit = mediation.Actor{ID: "us", Role: mediation.UnitStaff, Area: "33.01.11", Unit: "教育局"}
	readsOwn  = mediation.Actor{ID: "gw", Role: mediation.GridWorker, Area: "33.01.11.009"}
	readsLead = mediation.Actor{ID: "ld", Role: mediation.Leader, Area: "33.01.11"}
	wrote     = mediation.Actor{ID: "sv-lists", Role: mediation.Supervisor, Area: "33.01.11"}
)

func slipLists(t *testing.T, s *store.Store) {
	p := s.Slips()
	make := func(id string, change func(*slip.Slip)) {
		x := paper("list-"+id, "list")
		x.Issuer.User = "sv-lists"
		change(&x)
		issuedIn(t, p, x)
	}
	make("unit", func(x *slip.Slip) { x.To.Unit = "教育局" })
	make("person", func(x *slip.Slip) { x.To = slip.Addressee{User: "gw"} })
	make("post", func(x *slip.Slip) { x.To = slip.Addressee{Role: mediation.TownshipStaff, Area: "33.01.11.001"} })
	make("secret", func(x *slip.Slip) {
		x.To, x.Restricted = slip.Addressee{Unit: "纪委监委", Area: "33.01.11"}, mediation.Leader
	})
	make("over", func(x *slip.Slip) { x.State, x.Reply.Due = slip.Accepted, time.Time{} })
	make("deliberation", func(x *slip.Slip) { x.About, x.Case = slip.Subject{Kind: "deliberation", ID: "d1"}, "" })
	open := true
	for _, q := range []struct {
		name string
		who  mediation.Actor
		f    slip.Filter
		want string
	}{
		{"the county's staff see all but the restricted", readsArea, slip.Filter{}, "deliberation over person post unit"},
		{"so does the township", readsTown, slip.Filter{}, "deliberation over person post unit"},
		{"another township sees nothing", readsFar, slip.Filter{}, ""},
		{"the named role sees the restricted too", readsLead, slip.Filter{}, "deliberation over person post secret unit"},
		{"a unit sees what is addressed to it", readsUnit, slip.Filter{}, "unit"},
		{"a person what is addressed to them, wherever they are", readsOwn, slip.Filter{}, "person"},
		{"the issuer all of theirs", wrote, slip.Filter{Mine: "by"}, "deliberation over person post secret unit"},
		{"the post's own", readsTown, slip.Filter{Mine: "to"}, "post"},
		{"open ones", readsArea, slip.Filter{Open: &open}, "deliberation person post unit"},
		{"by state", readsArea, slip.Filter{States: []slip.State{slip.Accepted}}, "over"},
		{"by addressee", readsArea, slip.Filter{Unit: "教育局"}, "unit"},
		{"by person", readsArea, slip.Filter{User: "gw"}, "person"},
		{"by case", readsArea, slip.Filter{Case: "case-list-post"}, "post"},
		{"by what it is about", readsArea, slip.Filter{About: slip.Subject{Kind: "deliberation", ID: "d1"}}, "deliberation"},
		{"by area", readsArea, slip.Filter{Area: "33.01.11.002"}, ""},
		{"overdue at the end", readsArea, slip.Filter{OverdueAt: noon.Add(72 * time.Hour).UnixMilli()}, "deliberation person post unit"},
		{"not overdue before", readsArea, slip.Filter{OverdueAt: noon.Add(71 * time.Hour).UnixMilli()}, ""},
		{"by another kind", readsArea, slip.Filter{Kind: "none"}, ""},
	} {
		q.f.Visible = slip.VisibleTo(q.who)
		list, _, err := p.List(context.Background(), q.f, "", 100)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range list {
			if id, ok := strings.CutPrefix(x.ID, "list-"); ok {
				got = append(got, id)
			}
		}
		slices.Sort(got)
		if strings.Join(got, " ") != q.want {
			t.Errorf("%s: %v, want %s", q.name, got, q.want)
		}
	}
}

// slipSight compares lists with slip.May, over addressees, issuers, areas and readers of every sort.
func slipSight(t *testing.T, s *store.Store) {
	ctx, p := context.Background(), s.Slips()
	areas := []grid.Code{"33", "33.01.11", "33.01.11.001", "33.01.11.001.002", "33.01.11.002"}
	var all []slip.Slip
	for i, area := range areas {
		for j, to := range []slip.Addressee{{User: "u1"}, {Unit: "甲局", Area: area}, {Role: mediation.TownshipStaff, Area: area}, {Role: mediation.UnitStaff, Area: area}} {
			for k, issuer := range []slip.Issuer{{User: "u2", Role: mediation.Supervisor, Area: "33.01.11"}, {Role: mediation.CountyStaff, Area: area}, {User: "u3", Role: mediation.UnitStaff, Unit: "乙局", Area: "33.01.11"}} {
				for _, only := range []mediation.Role{"", mediation.Leader} {
					x := paper(fmt.Sprint("sight", i, j, k, only), "sight")
					x.Area, x.To, x.Issuer, x.Restricted = area, to, issuer, only
					all = append(all, issuedIn(t, p, x))
				}
			}
		}
	}
	shown := 0
	for _, role := range mediation.AccountRoles {
		for _, area := range append(areas, "") {
			for _, id := range []string{"u1", "u2", "u3", "u4"} {
				for _, unit := range []string{"", "甲局", "乙局"} {
					who := mediation.Actor{ID: id, Role: role, Area: area, Unit: unit}
					var want, got []string
					for i := range all {
						if slip.May(who, mediation.SlipRead, &all[i]) {
							want = append(want, all[i].ID)
						}
					}
					list, _, err := p.List(ctx, slip.Filter{Visible: slip.VisibleTo(who), Kind: "sight"}, "", 1000)
					if err != nil {
						t.Fatal(err)
					}
					for _, x := range list {
						got = append(got, x.ID)
					}
					slices.Sort(want)
					slices.Sort(got)
					if !slices.Equal(got, want) {
						t.Fatalf("%+v is shown %v, may see %v", who, got, want)
					}
					shown += len(got)
				}
			}
		}
	}
	if shown == 0 {
		t.Error("nobody is shown anything")
	}
}

func slipsInHand(t *testing.T, s *store.Store) {
	p := s.Slips()
	make := func(id string, change func(*slip.Slip)) {
		x := paper("hand-"+id, "hand")
		x.Issuer.User = "boss"
		change(&x)
		issuedIn(t, p, x)
	}
	make("answers", func(x *slip.Slip) { x.To = slip.Addressee{User: "leaver"} })
	make("judges", func(x *slip.Slip) { x.Issuer.User = "leaver" })
	make("unit", func(*slip.Slip) {})
	make("over", func(x *slip.Slip) { x.To, x.State = slip.Addressee{User: "leaver"}, slip.Accepted })
	make("clue", func(x *slip.Slip) { x.Issuer.User, x.Restricted = "leaver", mediation.Leader })
	list, err := p.InHand(context.Background(), "leaver")
	var got []string
	for _, x := range list {
		got = append(got, x.ID)
	}
	slices.Sort(got)
	if err != nil || fmt.Sprint(got) != "[hand-answers hand-clue hand-judges]" {
		t.Errorf("%v, %v", got, err)
	}
}

func slipPages(t *testing.T, s *store.Store) {
	ctx, p := context.Background(), s.Slips()
	for i := range 7 {
		x := paper(fmt.Sprint("page", i), "page")
		x.Issued = noon.Add(time.Duration(i/2) * time.Minute) // two of each minute
		issuedIn(t, p, x)
	}
	f := slip.Filter{Visible: slip.VisibleTo(readsArea), Kind: "page"}
	var got []string
	for cursor, page := "", 0; page < 9; page++ {
		list, next, err := p.List(ctx, f, cursor, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range list {
			got = append(got, x.ID)
		}
		if cursor = next; next == "" {
			break
		}
	}
	if fmt.Sprint(got) != "[page6 page5 page4 page3 page2 page1 page0]" {
		t.Errorf("%v", got)
	}
	if _, _, err := p.List(ctx, f, "nonsense", 2); err == nil {
		t.Error("a cursor of nobody's making is taken")
	}
}

func slipDue(t *testing.T, s *store.Store) {
	ctx, p := context.Background(), s.Slips()
	for i, hours := range []int{5, 3, 4} {
		x := paper(fmt.Sprint("due", i), "due")
		x.NextDue = noon.Add(time.Duration(hours) * time.Hour)
		issuedIn(t, p, x)
	}
	due := func(hours int) string {
		t.Helper()
		ids, err := p.Due(ctx, noon.Add(time.Duration(hours)*time.Hour), 10)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(slices.DeleteFunc(ids, func(id string) bool { return !strings.HasPrefix(id, "due") }))
	}
	if got := due(4); got != "[due1 due2]" {
		t.Errorf("%s", got)
	}
	if err := p.Defer(ctx, "due1", noon.Add(9*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got := due(5); got != "[due2 due0]" {
		t.Errorf("after one was put off: %s", got)
	}
	if x, err := p.Load(ctx, "due1"); err != nil || x.Stumble != 1 {
		t.Errorf("%d stumbles, %v", x.Stumble, err)
	}
}

func slipWatches(t *testing.T, s *store.Store) {
	ctx, p := context.Background(), s.Slips()
	watch := func(id string, due time.Time) {
		t.Helper()
		if err := p.Watch(ctx, id, due); err != nil {
			t.Fatal(err)
		}
	}
	watched := func(want string, first time.Time) {
		t.Helper()
		ids, at, err := p.Watched(ctx, noon.Add(10*time.Hour), 10)
		if err != nil || fmt.Sprint(ids) != want || !at.Equal(first) {
			t.Errorf("%v first at %s, %v; want %s at %s", ids, at, err, want, first)
		}
	}
	watched("[]", time.Time{})
	watch("a", noon.Add(2*time.Hour))
	watch("b", noon.Add(time.Hour))
	watch("b", noon.Add(time.Hour))
	watch("later", noon.Add(11*time.Hour))
	watched("[b a]", noon.Add(time.Hour))
	watch("b", noon.Add(3*time.Hour))
	watched("[a b]", noon.Add(2*time.Hour))
	watch("a", time.Time{})
	watch("a", time.Time{})
	watched("[b]", noon.Add(3*time.Hour))
	if seen, err := p.Seen(ctx); err != nil || !seen.IsZero() {
		t.Errorf("%s, %v", seen, err)
	}
	if err := p.See(ctx, noon); err != nil {
		t.Fatal(err)
	}
	if seen, err := p.Seen(ctx); err != nil || !seen.Equal(noon) {
		t.Errorf("%s, %v", seen, err)
	}
}
