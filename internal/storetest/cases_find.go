package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

func caseDue(t *testing.T, k *caseKit) {
	ctx := context.Background()
	base := caseDay.AddDate(-1, 0, 0) // before everything else in this store
	due := func(at time.Time) string {
		return k.open(t, func(c *mediation.Case) { c.NextDue = at }).ID
	}
	late, early, never, mid := due(base.Add(3*time.Second)), due(base.Add(time.Second)), due(time.Time{}), due(base.Add(2*time.Second))
	for _, x := range []struct {
		now   time.Time
		limit int
		want  []string
	}{
		{base, 10, nil},
		{base.Add(time.Second), 10, []string{early}},
		{base.Add(time.Second - time.Millisecond), 10, nil},
		{base.Add(time.Minute), 10, []string{early, mid, late}},
		{base.Add(time.Minute), 2, []string{early, mid}},
	} {
		got, err := k.p.Due(ctx, x.now, x.limit)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, x.want) {
			t.Errorf("due at %s, at most %d: %q, want %q", x.now, x.limit, got, x.want)
		}
	}
	all, err := k.p.Due(ctx, caseDay.AddDate(10, 0, 0), 100_000)
	if err != nil || slices.Contains(all, never) {
		t.Errorf("a case that is never due is due, %v", err)
	}
}

func caseDefer(t *testing.T, k *caseKit) {
	ctx := context.Background()
	base := caseDay.AddDate(-2, 0, 0)
	c := k.open(t, func(c *mediation.Case) { c.NextDue = base })
	until := base.Add(time.Minute)
	if err := k.p.Defer(ctx, c.ID, until); err != nil {
		t.Fatal(err)
	}
	if got, err := k.p.Due(ctx, until.Add(-time.Millisecond), 10); err != nil || len(got) > 0 {
		t.Fatalf("due before its time: %q, %v", got, err)
	}
	if got, err := k.p.Due(ctx, until, 10); err != nil || !slices.Equal(got, []string{c.ID}) {
		t.Fatalf("due at its time: %q, %v", got, err)
	}
	if got := k.load(t, c.ID); got.Stumble != 1 || got.Revision != c.Revision {
		t.Fatalf("stumbled %d times, revision %d → %d", got.Stumble, c.Revision, got.Revision)
	}
	refused(t, k.p.Defer(ctx, "none", until), mediation.ErrNotFound)
}

func caseAlike(t *testing.T, k *caseKit) {
	const cell grid.Code = "33.01.11.009.001.001.01"
	at := func(category string, state mediation.State, opened time.Time) string {
		c := k.fresh(t, cell, opened)
		c.Category, c.State = category, state
		if _, err := k.p.Open(context.Background(), c); err != nil {
			t.Fatal(err)
		}
		return c.ID
	}
	old := at("neighbour", mediation.Mediating, caseDay.AddDate(0, 0, -40))
	older := at("neighbour", mediation.Screened, caseDay.AddDate(0, 0, -2))
	newer := at("neighbour", mediation.Offered, caseDay.AddDate(0, 0, -1))
	at("labour", mediation.Offered, caseDay.AddDate(0, 0, -1))
	at("neighbour", mediation.Settled, caseDay.AddDate(0, 0, -1))
	at("neighbour", mediation.Closed, caseDay.AddDate(0, 0, -1))
	for _, x := range []struct {
		cell  grid.Code
		since time.Time
		limit int
		want  []string
	}{
		{cell, caseDay.AddDate(0, 0, -30), 10, []string{newer, older}},
		{cell, caseDay.AddDate(0, 0, -50), 10, []string{newer, older, old}},
		{cell, caseDay.AddDate(0, 0, -50), 1, []string{newer}},
		{"33.01.11.009.001.001.0", caseDay.AddDate(0, 0, -50), 10, nil},
		{"33.01.11.009.001.001", caseDay.AddDate(0, 0, -50), 10, nil},
	} {
		list, err := k.p.Alike(context.Background(), mediation.AlikeQuery{Cell: x.cell, Category: "neighbour", Since: x.since}, x.limit)
		if err != nil {
			t.Fatal(err)
		}
		if got := summaryIDs(list); !slices.Equal(got, x.want) {
			t.Errorf("alike in %s since %s: %q, want %q", x.cell, x.since, got, x.want)
		}
	}
}

// caseAlikeOf asks in a busy cell for the cases of one reporter or one party: the newest of others must not hide them.
func caseAlikeOf(t *testing.T, k *caseKit) {
	const cell grid.Code = "33.01.11.009.001.001.02"
	open := func(reporter, match string) string {
		c := k.fresh(t, cell, caseDay.Add(time.Duration(k.n)*time.Minute))
		c.State, c.Reporters = mediation.Screened, []string{reporter}
		if match != "" {
			c.Parties = []mediation.Party{{ID: k.id("party"), Match: []string{match}}}
		}
		if _, err := k.p.Open(context.Background(), c); err != nil {
			t.Fatal(err)
		}
		return c.ID
	}
	mine, theirs := open("zhou", ""), open("wu", "hash-1")
	for range 12 {
		open("zheng", "hash-2")
	}
	for _, x := range []struct {
		q    mediation.AlikeQuery
		want []string
	}{
		{mediation.AlikeQuery{Reporter: "zhou"}, []string{mine}},
		{mediation.AlikeQuery{Match: []string{"hash-1", "hash-0"}}, []string{theirs}},
		{mediation.AlikeQuery{Reporter: "zhou", Match: []string{"hash-1"}}, []string{theirs, mine}},
		{mediation.AlikeQuery{Reporter: "hash-1", Match: []string{"zhou"}}, nil},
	} {
		x.q.Cell, x.q.Category, x.q.Since = cell, "neighbour", caseDay.AddDate(0, 0, -1)
		list, err := k.p.Alike(context.Background(), x.q, 8)
		if err != nil {
			t.Fatal(err)
		}
		if got := summaryIDs(list); !slices.Equal(got, x.want) {
			t.Errorf("alike of %q and %q: %q, want %q", x.q.Reporter, x.q.Match, got, x.want)
		}
	}
}

// ofParty asks for more than a page of cases, open and ended, and for reports, until the party is struck off.
func ofParty(t *testing.T, k *caseKit) {
	ctx := context.Background()
	var want []string
	for i := range 205 {
		c := k.fresh(t, "33.01.11.009.001.001.03", caseDay.Add(time.Duration(i)*time.Minute))
		c.Parties = []mediation.Party{{ID: "p", Match: []string{"of-phone", "of-id"}}}
		if i%3 == 0 {
			c.State = mediation.Settled
		}
		if _, err := k.p.Open(ctx, c); err != nil {
			t.Fatal(err)
		}
		want = append(want, c.ID)
	}
	slices.Sort(want)
	for _, hashes := range [][]string{{"of-phone"}, {"of-id", "of-phone"}} {
		if got, err := k.p.OfParty(ctx, hashes); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %d cases, %v", hashes, len(got), err)
		}
	}
	k.update(t, want[0], func(c *mediation.Case) error { c.Parties[0].Match = nil; return nil })
	if got, err := k.p.OfParty(ctx, []string{"of-id"}); err != nil || !slices.Equal(got, want[1:]) {
		t.Errorf("after one was struck off: %d cases, %v", len(got), err)
	}
	rep := mediation.Report{ID: k.id("report"), Reporter: "worker", Received: caseDay, Home: "33.01.11.009", Parties: []mediation.Party{{ID: "q", Match: []string{"of-q"}}, {ID: "r", Match: []string{"of-q"}}}}
	if _, _, _, err := k.s.Reports().Intake(ctx, rep, nil); err != nil {
		t.Fatal(err)
	}
	if got, err := k.s.Reports().OfParty(ctx, []string{"of-q", "of-none"}); err != nil || !slices.Equal(got, []string{rep.ID}) {
		t.Errorf("reports %q, %v", got, err)
	}
	if _, err := k.s.Reports().Update(ctx, rep.ID, func(r *mediation.Report) error { r.Parties = nil; return nil }); err != nil {
		t.Fatal(err)
	}
	if got, err := k.s.Reports().OfParty(ctx, []string{"of-q"}); err != nil || len(got) != 0 {
		t.Errorf("reports %q, %v", got, err)
	}
}

func summaryIDs(list []mediation.Summary) []string {
	var ids []string
	for _, s := range list {
		ids = append(ids, s.ID)
	}
	return ids
}

func caseLinks(t *testing.T, k *caseKit) {
	ctx := context.Background()
	c := k.open(t, func(c *mediation.Case) {
		c.Parties = []mediation.Party{{ID: "p1", LinkHash: "hash-one"}, {ID: "p2", LinkHash: "hash-two"}, {ID: "p3"}}
	})
	for _, hash := range []string{"hash-one", "hash-two"} {
		if id, err := k.p.ByLink(ctx, hash); err != nil || id != c.ID {
			t.Fatalf("%s leads to %q, %v", hash, id, err)
		}
	}
	k.update(t, c.ID, func(c *mediation.Case) error { c.Parties[0].LinkHash = "hash-three"; return nil })
	for _, hash := range []string{"hash-one", "", "hash-"} {
		_, err := k.p.ByLink(ctx, hash)
		refused(t, err, mediation.ErrNotFound)
	}
	if id, err := k.p.ByLink(ctx, "hash-three"); err != nil || id != c.ID {
		t.Fatalf("the renewed link leads to %q, %v", id, err)
	}
}
