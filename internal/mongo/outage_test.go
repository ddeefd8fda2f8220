package mongo_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"fengqiao/internal/mongotest"
	"fengqiao/internal/store"
)

func TestALostAnswerLeavesTheOutcomeUnknownAndTheStoreUsable(t *testing.T) {
	uri, line := mongotest.Through(t)
	e := openAt(t, uri, papers)
	ctx := context.Background()
	mustApply(t, e, insert("before", nil))
	line.Lose("unheard")
	if _, err := e.Apply(ctx, insert("unheard", nil)); !errors.Is(err, store.ErrUncertain) {
		t.Errorf("an insert whose answer got lost gave %v", err)
	}
	if _, err := e.Apply(ctx, insert("one of two", nil), insert("also unheard", nil)); !errors.Is(err, store.ErrUncertain) {
		t.Errorf("a batch whose answer got lost gave %v", err)
	}
	if _, err := e.Apply(ctx, insert("heard", nil), store.Write{Table: "papers", Op: store.Delete, Row: store.Row{ID: "unheard"}}); !errors.Is(err, store.ErrUncertain) {
		t.Errorf("a delete whose answer got lost gave %v", err)
	}
	line.Mend()
	rows, err := e.Find(ctx, store.Query{Table: "papers", Limit: 10})
	if err != nil || ids(rows) != "also unheard before heard one of two" {
		t.Errorf("after the line was mended: %q, %v", ids(rows), err)
	}
}

func TestANumberWhoseRegistrationWentUnheardIsGivenToTheSameRowAgain(t *testing.T) {
	uri, line := mongotest.Through(t)
	e := openAt(t, uri, papers)
	numbered := insert("case-7", nil)
	numbered.Series = "2026"
	line.Lose("2026/1")
	if _, err := e.Apply(context.Background(), numbered); !errors.Is(err, store.ErrUnavailable) || errors.Is(err, store.ErrUncertain) {
		t.Errorf("no row was stored, yet the error is %v", err)
	}
	line.Mend()
	if done := mustApply(t, e, numbered); done[0].N != 1 {
		t.Errorf("the row got number %d", done[0].N)
	}
}

func TestAServerThatCannotBeReachedIsUnavailableUntilItIsBack(t *testing.T) {
	uri, line := mongotest.Through(t)
	e := openAt(t, uri, papers)
	ctx := context.Background()
	mustApply(t, e, insert("before", nil))
	line.Cut()
	// The first write may meet a connection that it takes for alive, and then cannot know what became of it.
	if _, err := e.Apply(ctx, insert("a", nil)); !errors.Is(err, store.ErrUnavailable) && !errors.Is(err, store.ErrUncertain) {
		t.Errorf("the first write gave %v", err)
	}
	if _, err := e.Apply(ctx, insert("b", nil)); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("the second write gave %v", err)
	}
	if _, err := e.Get(ctx, "papers", "before"); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("a read gave %v", err)
	}
	if err := e.Ping(ctx); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("the ping gave %v", err)
	}
	line.Mend()
	deadline := time.Now().Add(time.Minute)
	for e.Ping(ctx) != nil && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	if _, err := e.Apply(ctx, insert("c", nil)); err != nil {
		t.Errorf("after the server is back: %v", err)
	}
}

func TestAFullDiskOfTheServerStoresNothingAndIsSurvived(t *testing.T) {
	uri, line := mongotest.Through(t)
	e := openAt(t, uri, papers)
	ctx := context.Background()
	mustApply(t, e, insert("before", nil))
	line.Fill()
	numbered := insert("numbered", nil)
	numbered.Series = "2026"
	old := store.Row{ID: "before", Version: 1}
	for what, writes := range map[string][]store.Write{
		"an insert": {insert("a", nil)}, "a batch": {insert("a", nil), insert("b", nil)}, "a number": {numbered},
		"a replacement": {{Table: "papers", Op: store.Replace, Row: old}}, "a delete": {{Table: "papers", Op: store.Delete, Row: old}},
	} {
		if _, err := e.Apply(ctx, writes...); !errors.Is(err, store.ErrUnavailable) || errors.Is(err, store.ErrUncertain) {
			t.Errorf("%s gave %v", what, err)
		}
	}
	if _, err := e.Blobs().Put(ctx, "photo", bytes.NewReader(content(300000))); !errors.Is(err, store.ErrUnavailable) || errors.Is(err, store.ErrUncertain) {
		t.Errorf("a blob gave %v", err)
	}
	if rows, err := e.Find(ctx, store.Query{Table: "papers", Limit: 10}); err != nil || ids(rows) != "before" {
		t.Errorf("while the disk is full one reads %q, %v", ids(rows), err)
	}
	line.Mend()
	mustApply(t, e, insert("a", nil), insert("b", nil))
	if _, err := e.Blobs().Put(ctx, "photo", bytes.NewReader(content(300000))); err != nil {
		t.Errorf("a blob with room again: %v", err)
	}
}

func TestABlobWhoseRecordWentUnheardIsWholeOrAbsent(t *testing.T) {
	uri, line := mongotest.Through(t)
	b := openAt(t, uri).Blobs()
	ctx := context.Background()
	line.Lose("uploadDate") // only the record names it
	if _, err := b.Put(ctx, "photo", bytes.NewReader(content(300000))); !errors.Is(err, store.ErrUncertain) {
		t.Errorf("the put gave %v", err)
	}
	line.Mend()
	r, err := b.Open(ctx, "photo")
	if errors.Is(err, store.ErrNotFound) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, content(300000)) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}
