package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/opinion"
	"fengqiao/mediation/slip"
)

// suggest stores a suggestion of somebody's, with its paper, in a campaign that closed long ago.
func (q *quarrel) suggest(id string, state opinion.State, phone string) {
	q.t.Helper()
	q.paperOf("paper-"+id, "", map[bool]slip.State{true: slip.Accepted, false: slip.Issued}[state.Over()])
	q.open(func(in *installation, s *mediation.Service) {
		ctx := context.Background()
		key, err := in.ring.NewKey(ctx)
		q.must(err)
		x := opinion.Suggestion{ID: id, Campaign: "long-ago", Area: "33.01.11.001", State: state, At: time.Now(), Paper: "paper-" + id, Key: key,
			Match: []string{mediation.PhoneMatch(in.ring, s.Phone(phone))}, Outcome: &opinion.Outcome{Verdict: opinion.Adopted, Summary: "修路", Answer: "好"}}
		for _, f := range []struct {
			to   *mediation.Sealed
			text string
		}{{&x.Words, theirWords}, {&x.Name, theirName}, {&x.Phone, phone}} {
			*f.to, err = in.ring.Seal(ctx, key, []byte(f.text))
			q.must(err)
		}
		_, _, err = in.Store.OpinionCampaigns().Add(ctx, opinion.Campaign{ID: "long-ago", Area: "33.01.11", Stage: opinion.Closed, Ended: time.Now().AddDate(-3, 0, 0), Made: time.Now()})
		q.must(err)
		_, _, err = in.Store.Suggestions().Add(ctx, x)
		q.must(err)
	})
}

// suggestionSays is what can still be read of who suggested, and what of the paper; and whether they are found.
func (q *quarrel) suggestionSays(id string) (text string, outcome bool) {
	q.t.Helper()
	q.open(func(in *installation, _ *mediation.Service) {
		ctx := context.Background()
		x, err := in.Store.Suggestions().Load(ctx, id)
		q.must(err)
		for _, v := range []mediation.Sealed{x.Name, x.Phone, x.Words} {
			plain, err := in.ring.Open(ctx, v)
			if !errors.Is(err, mediation.ErrErased) {
				q.must(err)
			}
			text += string(plain)
		}
		text += strings.Join(x.Match, "")
		outcome = x.Outcome != nil && x.Outcome.Answer == "好"
	})
	return text + q.paperSays("paper-"+id), outcome
}

const othersPhone = "13700007777"

func TestWhoMadeASuggestionIsErasedAndItsOutcomeStays(t *testing.T) {
	onBothStores(t, func(t *testing.T, data, address string) {
		q := begun(t, data, address)
		q.end()
		q.suggest("hers", opinion.Decided, theirPhone)
		q.suggest("anothers", opinion.Decided, othersPhone)
		q.suggest("waits", opinion.Routed, othersPhone)
		if r := q.erase("suggestion", "waits", "--yes"); r.code != exitFailure || !strings.Contains(r.err, "erase.open_suggestion") {
			t.Errorf("one without its outcome: exit %d, %s%s", r.code, r.out, r.err)
		}
		if r := q.erase("suggestion", "anothers"); r.code != exitOK || !strings.Contains(r.out, "--yes") {
			t.Errorf("a dry run: exit %d, %s%s", r.code, r.out, r.err)
		}
		if r := runCommand(t.Context(), theirPhone+"\n", q.args("disclose")...); r.code != exitOK || !strings.Contains(r.out, `"suggestions"`) || strings.Contains(r.out, othersPhone) {
			t.Errorf("their copy: exit %d, %s%s", r.code, r.out, r.err)
		}
		if r := q.erase("person", "--yes"); r.code != exitOK {
			t.Fatalf("exit %d, %s%s", r.code, r.out, r.err)
		}
		if text, outcome := q.suggestionSays("hers"); text != "" || !outcome {
			t.Errorf("hers: %q, outcome %v", text, outcome)
		}
		if text, _ := q.suggestionSays("anothers"); !strings.Contains(text, theirWords) {
			t.Errorf("another's is gone: %q", text)
		}
		if r := runCommand(t.Context(), othersPhone+"\n", q.args("erase", "person", "--yes")...); r.code != exitFailure || !strings.Contains(r.err, "waits") {
			t.Errorf("one is needed still: exit %d, %s%s", r.code, r.out, r.err)
		}
		for range 2 {
			if r := q.erase("suggestion", "anothers", "--yes"); r.code != exitOK {
				t.Fatalf("exit %d, %s%s", r.code, r.out, r.err)
			}
		}
		if text, _ := q.suggestionSays("anothers"); text != "" {
			t.Errorf("%q", text)
		}
	})
}

func TestARestoredSuggestionOfTheErasedIsStruckOff(t *testing.T) {
	q := begun(t, countyData(t), "")
	q.suggest("back", opinion.Decided, othersPhone)
	q.open(func(in *installation, s *mediation.Service) {
		x, err := in.Store.Suggestions().Load(t.Context(), "back")
		q.must(err)
		q.must(eraseAgain(t.Context(), in, []string{x.Key}, func(string, int64, int64) {}))
		if ids, err := in.Store.Suggestions().OfPerson(t.Context(), s.Hashes(othersPhone)); err != nil || len(ids) != 0 {
			t.Errorf("still found: %v, %v", ids, err)
		}
	})
}

func TestWhatACaseWasAsASuggestionIsErasedWithIt(t *testing.T) {
	q := begun(t, countyData(t), "")
	q.end()
	q.suggest("became", opinion.Turned, othersPhone)
	q.open(func(in *installation, _ *mediation.Service) {
		_, err := in.Store.Suggestions().Update(t.Context(), "became", func(x *opinion.Suggestion) error { x.Case = q.id; return nil })
		q.must(err)
	})
	if r := q.erase("case", q.id, "--yes"); r.code != exitOK {
		t.Fatalf("exit %d, %s%s", r.code, r.out, r.err)
	}
	q.open(func(in *installation, _ *mediation.Service) { q.must(sweepSuggestions(t.Context(), in)) })
	if text, _ := q.suggestionSays("became"); text != "" {
		t.Errorf("%q", text)
	}
}
