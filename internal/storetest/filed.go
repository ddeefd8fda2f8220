package storetest

import (
	"context"
	"slices"
	"strings"
	"testing"

	"fengqiao/internal/store"
	"fengqiao/mediation"
)

// Filed holds an opened, empty store to it that what a case is found by is what the case says: any tag, key or list row that was damaged is told,
// and nothing is told of what nobody has damaged.
func Filed(t *testing.T, s *store.Store) {
	ctx := context.Background()
	o := NewOffice(t, s, s, FuyangPolicy(t))
	in := Quarrel(CellA)
	in.Category = "accusation"
	r := o.Report(t, o.Worker(), in).ID
	o.Must(t, County, r, mediation.AddParty{Party: mediation.PartyInput{Kind: mediation.Person, Side: mediation.Respondent, Name: "某某", Units: []string{"某局"}}})
	get := func() store.Row {
		t.Helper()
		row, err := s.Engine.Get(ctx, "cases", r)
		if err != nil {
			t.Fatal(err)
		}
		return row
	}
	sound := get()
	if wrong, err := store.Misfiled(sound); err != nil || len(wrong) > 0 {
		t.Fatalf("%v, %v", wrong, err)
	}
	tag := func(prefix string) string {
		i := slices.IndexFunc(sound.Tags, func(tag string) bool { return strings.HasPrefix(tag, prefix) })
		if i < 0 {
			t.Fatalf("no tag %s among %q", prefix, sound.Tags)
		}
		return sound.Tags[i]
	}
	without := func(tag string) func(*store.Row) {
		return func(row *store.Row) {
			row.Tags = slices.DeleteFunc(slices.Clone(row.Tags), func(x string) bool { return x == tag })
		}
	}
	for name, damage := range map[string]func(*store.Row){
		`"z:u:`: without(tag("z:u:")), `"q:`: without(tag("q:")), `"o:33`: without(tag("o:33")),
		`"z:a:somebody" is too many`: func(row *store.Row) { row.Tags = append(slices.Clone(row.Tags), "z:a:somebody") },
		`key area`:                   func(row *store.Row) { row.Keys["area"] = "33.02." },
		`its list row is kept from`: func(row *store.Row) {
			row.Head = []byte(strings.Replace(string(row.Head), "u:", "x:", 1))
		},
	} {
		row := get()
		damage(&row)
		if _, err := s.Engine.Apply(ctx, store.Write{Table: "cases", Op: store.Replace, Row: row}); err != nil {
			t.Fatal(err)
		}
		wrong, err := store.Misfiled(get())
		if err != nil || len(wrong) != 1 || !strings.Contains(wrong[0], name) {
			t.Errorf("%s: %q, %v", name, wrong, err)
		}
		row = get()
		row.Tags, row.Keys, row.Head = sound.Tags, sound.Keys, sound.Head
		if _, err := s.Engine.Apply(ctx, store.Write{Table: "cases", Op: store.Replace, Row: row}); err != nil {
			t.Fatal(err)
		}
		sound = get()
	}
}
