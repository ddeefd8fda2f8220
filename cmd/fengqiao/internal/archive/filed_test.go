package archive_test

import (
	"slices"
	"strings"
	"testing"

	"fengqiao/cmd/fengqiao/internal/archive"
	"fengqiao/internal/store"
)

// A tag that is missing, so that a case shows to whom it is kept from, is told with the case's id.
func TestVerifyNamesTheCaseThatIsFoundByWhatItDoesNotSay(t *testing.T) {
	p := empty(t)
	work(t, p, 3)
	var row store.Row
	if err := p.Engine.Walk(t.Context(), "cases", func(r store.Row) error { row = r; return nil }); err != nil {
		t.Fatal(err)
	}
	if r, err := archive.Verify(t.Context(), p, archive.Held{}, quiet); err != nil || r.Err() != nil {
		t.Fatalf("%v, %v", err, r.Err())
	}
	row.Tags = slices.DeleteFunc(row.Tags, func(tag string) bool { return strings.HasPrefix(tag, "q:") })
	row.Tags = append(row.Tags, "z:u:0123")
	if _, err := p.Engine.Apply(t.Context(), store.Write{Table: "cases", Op: store.Replace, Row: row}); err != nil {
		t.Fatal(err)
	}
	r, err := archive.Verify(t.Context(), p, archive.Held{}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	missing, extra := false, false
	for _, f := range r.Findings {
		if f.Kind != "filed" || f.ID != row.ID {
			t.Errorf("%+v", f)
		}
		missing = missing || strings.Contains(f.What, "is missing")
		extra = extra || strings.Contains(f.What, `"z:u:0123" is too many`)
	}
	if !missing || !extra {
		t.Errorf("%+v", r.Findings)
	}
}
