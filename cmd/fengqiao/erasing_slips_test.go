package main

import (
	"context"
	"errors"
	"strings"
	"testing"

	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/slip"
)

// paperOf stores a slip that says something, about the case or, without one, about an area.
func (q *quarrel) paperOf(id, caseID string, state slip.State) {
	q.t.Helper()
	q.open(func(in *installation, _ *mediation.Service) {
		ctx := context.Background()
		key, err := in.ring.NewKey(ctx)
		q.must(err)
		words, err := in.ring.Seal(ctx, key, []byte(itsWords))
		q.must(err)
		_, err = in.Store.Slips().Open(ctx, slip.Slip{ID: id, Kind: "reminder", Policy: "p", Case: caseID, About: slip.Subject{Kind: slip.AboutArea, ID: "33.01.11"}, Area: "33.01.11", State: state,
			Issuer: slip.Issuer{User: "sv", Role: mediation.Supervisor}, To: slip.Addressee{User: "u"}, Key: key, Words: words, Restricted: mediation.Leader})
		q.must(err)
	})
}

// paperSays is what can still be read of it.
func (q *quarrel) paperSays(id string) (text string) {
	q.t.Helper()
	q.open(func(in *installation, _ *mediation.Service) {
		s, err := in.Store.Slips().Load(context.Background(), id)
		q.must(err)
		plain, err := in.ring.Open(context.Background(), s.Words)
		if !errors.Is(err, mediation.ErrErased) {
			q.must(err)
		}
		text = string(plain)
	})
	return text
}

func TestPapersAboutACaseAreErasedWithIt(t *testing.T) {
	onBothStores(t, func(t *testing.T, data, address string) {
		q := begun(t, data, address)
		q.end()
		q.paperOf("about-it", q.id, slip.Accepted)
		q.paperOf("about-another", "another", slip.Accepted)
		if r := q.erase("slip", "about-it", "--yes"); r.code != exitFailure || !strings.Contains(r.err, "erase.with_case") {
			t.Errorf("alone: exit %d, %s%s", r.code, r.out, r.err)
		}
		if got := q.paperSays("about-it"); got != itsWords {
			t.Fatalf("before: %q", got)
		}
		if r := q.erase("case", q.id, "--yes"); r.code != exitOK {
			t.Fatalf("exit %d, %s%s", r.code, r.out, r.err)
		}
		if q.paperSays("about-it") != "" || q.paperSays("about-another") != itsWords {
			t.Errorf("its own %q, another's %q", q.paperSays("about-it"), q.paperSays("about-another"))
		}
	})
}

func TestAPaperAboutNoCaseIsErasedOnceItHasEnded(t *testing.T) {
	q := begun(t, countyData(t), "")
	q.paperOf("open", "", slip.Issued)
	q.paperOf("over", "", slip.Withdrawn)
	if r := q.erase("slip", "over"); r.code != exitOK || !strings.Contains(r.out, "--yes") || q.paperSays("over") != itsWords {
		t.Errorf("a dry run: exit %d, %s%s", r.code, r.out, r.err)
	}
	if r := q.erase("slip", "open", "--yes"); r.code != exitFailure || !strings.Contains(r.err, "erase.open_slip") {
		t.Errorf("exit %d, %s%s", r.code, r.out, r.err)
	}
	for range 2 {
		if r := q.erase("slip", "over", "--yes"); r.code != exitOK {
			t.Fatalf("exit %d, %s%s", r.code, r.out, r.err)
		}
	}
	if q.paperSays("over") != "" || q.paperSays("open") != itsWords {
		t.Error("the wrong one is gone")
	}
	if r := q.erase("slip", "nobody's", "--yes"); r.code != exitFailure {
		t.Errorf("one that is not there: exit %d", r.code)
	}
	q.open(func(in *installation, _ *mediation.Service) {
		row, err := in.Engine.Get(t.Context(), "slips", "over")
		q.must(err)
		read, err := store.ReadSlip(row)
		q.must(err)
		is, err := in.ring.Erased(t.Context(), read.Key)
		if err != nil || !is {
			t.Errorf("the journal does not know of it: %v, %v", is, err)
		}
	})
}
