package scenario

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
)

// judge compares an answer with what the step expects of it. A refusal that nobody expected is an error: what follows would
// mean nothing.
func (p *player) judge(s *Step, a answered, line *Line) error {
	status := false
	for _, e := range s.Expect {
		path := fmt.Sprint(e.Key)
		got, there := any(float64(a.status)), true
		if path != "status" {
			got, there = follow(a.view, path)
		}
		status = status || path == "status"
		words, err := wordsOf(e.Value)
		if err != nil {
			return err
		}
		for _, w := range words {
			want, err := p.names.fill(w.value)
			if err != nil {
				return err
			}
			line.check(fmt.Sprintf("%s %s %s", path, w.word, spoken(w.value)))
			if !wants[w.word](got, there, spoken(want)) {
				shown := "nothing"
				if there {
					shown = spoken(got)
				}
				line.wrong(fmt.Sprintf("%s: want %s %s, got %s", path, w.word, spoken(want), shown))
			}
		}
	}
	if !status && a.status >= http.StatusBadRequest {
		return fmt.Errorf("refused: %s", a.refusal())
	}
	return nil
}

func (l *Line) check(what string) { l.Checks = append(l.Checks, what) }

func (l *Line) wrong(what string) { l.Wrong = append(l.Wrong, what) }

// told counts what somebody's inbox holds.
func (p *player) told(ctx context.Context, t *Told, line *Line) error {
	c, err := p.client(t.Who)
	if err != nil {
		return err
	}
	about, err := p.names.string(t.Case)
	if err != nil {
		return err
	}
	found := 0
	for cursor := ""; ; {
		a, err := c.do(ctx, http.MethodGet, "/inbox?limit=100&cursor="+url.QueryEscape(cursor), nil, "")
		if err != nil {
			return err
		}
		if a.status != http.StatusOK {
			return fmt.Errorf("the inbox: %s", a.refusal())
		}
		items, _ := follow(a.view, "items")
		list, _ := items.([]any)
		for _, item := range list {
			kind, _ := follow(item, "kind")
			of, _ := follow(item, "caseId")
			if kind == t.Kind && (about == "" || of == about) {
				found++
			}
		}
		next, _ := follow(a.view, "next")
		if cursor, _ = next.(string); cursor == "" {
			break
		}
	}
	line.check(fmt.Sprintf("inbox: %s × %d", t.Kind, *t.Times))
	if found != *t.Times {
		line.wrong(fmt.Sprintf("inbox of %s: want %s %d times, got %d", t.Who, t.Kind, *t.Times, found))
	}
	return nil
}
