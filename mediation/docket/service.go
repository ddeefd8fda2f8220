package docket

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"fengqiao/mediation"
	"fengqiao/mediation/figures"
	"fengqiao/mediation/policy"

	"github.com/google/uuid"
)

// Deps is what the Service stands on. All are needed.
type Deps struct {
	Lists     Lists
	Decisions Decisions
	Core      Core
	Cases     Cases
	Heads     Heads
	People    People
	Sealer    mediation.Sealer
	Now       func() time.Time // case time
}

// Service is the room's use cases.
type Service struct{ Deps }

// NewService returns a ready service.
func NewService(d Deps) *Service { return &Service{d} }

// namespace of the ids of decisions.
var namespace = uuid.MustParse("8d1d5a5e-6f0b-5b0a-9a83-30c5b1f0c7a4")

// now is the case time as stores keep it.
func (s *Service) now() time.Time { return mediation.Instant(s.Now()) }

// Look reads a list that the caller sees; mediation.ErrNotFound.
func (s *Service) Look(ctx context.Context, actor mediation.Actor, id string) (List, error) {
	l, err := s.Lists.Load(ctx, id)
	if err == nil && !Sees(actor, &l) {
		err = mediation.ErrNotFound
	}
	if err != nil {
		return List{}, err
	}
	return l, nil
}

// All pages the lists that the caller sees, the latest first. A page may hold fewer than limit where others' lie between.
func (s *Service) All(ctx context.Context, actor mediation.Actor, key, cursor string, limit int) ([]List, string, error) {
	all, next, err := s.Lists.List(ctx, key, cursor, limit)
	return slices.DeleteFunc(all, func(l List) bool { return !Sees(actor, &l) }), next, err
}

// Rule is what a list was frozen by.
func (s *Service) Rule(ctx context.Context, l *List) (policy.ReviewList, error) {
	r, err := s.Core.Rules(ctx, l.Policy)
	if err != nil {
		return policy.ReviewList{}, err
	}
	rule, ok := r.Policy.ReviewList(l.Key)
	if !ok {
		return policy.ReviewList{}, mediation.ErrNotFound
	}
	return *rule, nil
}

// Seen is an item whose case the caller sees, with the case as it stands now and what was decided over it on this list and on the one before.
type Seen struct {
	Item
	Head      mediation.Summary
	Decisions []Decision // of this list
	Earlier   []Decision // of the one before
}

// Items are those of a list whose cases the caller sees: what lies out of their sight, because it is restricted or elsewhere, is not there for
// them. offset and limit are of these; the next offset is 0 at the end.
func (s *Service) Items(ctx context.Context, actor mediation.Actor, l *List, offset, limit int) (seen []Seen, next int, err error) {
	sight := mediation.VisibleBy(actor, mediation.DocketRead)
	n := 0
	err = s.each(ctx, l.Items, func(x *Item, h *mediation.Summary) {
		if !figures.Shows(sight, h) {
			return
		}
		switch n++; {
		case n <= offset:
		case len(seen) < limit:
			seen = append(seen, Seen{Item: *x, Head: *h})
		default:
			next = offset + limit
		}
	})
	if err != nil {
		return nil, 0, err
	}
	for _, id := range []string{l.ID, l.Earlier} {
		taken, err := s.decided(ctx, id)
		if err != nil {
			return nil, 0, err
		}
		for i := range seen {
			x := &seen[i]
			if id == l.ID {
				x.Decisions = taken[x.Case]
			} else {
				x.Earlier = taken[x.Case]
			}
		}
	}
	return seen, next, nil
}

// each calls fn for every item with its case as it stands now.
func (s *Service) each(ctx context.Context, items []Item, fn func(*Item, *mediation.Summary)) error {
	for some := range slices.Chunk(items, page) {
		ids := make([]string, len(some))
		for i := range some {
			ids[i] = some[i].Case
		}
		heads, err := s.Heads.Summaries(ctx, ids)
		if err != nil {
			return err
		}
		for i := range some {
			if h, ok := heads[some[i].Case]; ok {
				fn(&some[i], &h)
			}
		}
	}
	return nil
}

// decided is what a list has decided, by case, the oldest first.
func (s *Service) decided(ctx context.Context, list string) (map[string][]Decision, error) {
	by := map[string][]Decision{}
	if list == "" {
		return by, nil
	}
	for cursor := ""; ; {
		some, next, err := s.Decisions.List(ctx, Filter{List: list}, cursor, page)
		if err != nil {
			return nil, err
		}
		for _, d := range some {
			by[d.Case] = append([]Decision{d}, by[d.Case]...)
		}
		if cursor = next; next == "" {
			return by, nil
		}
	}
}

// Followed is a decision with its case as it stands now and what has become of it.
type Followed struct {
	Decision
	Head mediation.Summary
	FollowUp
}

// Follow is what has become of the decisions of a list, of those whose cases the caller sees.
func (s *Service) Follow(ctx context.Context, actor mediation.Actor, list string) ([]Followed, error) {
	by, err := s.decided(ctx, list)
	if err != nil {
		return nil, err
	}
	var items []Item
	for id := range by {
		items = append(items, Item{Case: id})
	}
	sight, now := mediation.VisibleBy(actor, mediation.DocketRead), s.now()
	var all []Followed
	err = s.each(ctx, items, func(x *Item, h *mediation.Summary) {
		if !figures.Shows(sight, h) {
			return
		}
		for _, d := range by[x.Case] {
			all = append(all, Followed{d, *h, FollowUpOf(&d, h, now)})
		}
	})
	slices.SortFunc(all, func(a, b Followed) int {
		if c := a.Decision.At.Compare(b.Decision.At); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return all, err
}

// Resolve is a decision as somebody takes it.
type Resolve struct {
	Key  string // the client's idempotency key
	Case string
	Text string
	Party
	Due time.Time // zero: as the policy has it
}

// Decide records what a review decides over a case of a list, once per key.
func (s *Service) Decide(ctx context.Context, actor mediation.Actor, id string, in Resolve) (Decision, error) {
	l, rule, c, err := s.matter(ctx, actor, id, in.Case)
	if err != nil {
		return Decision{}, err
	}
	d := Decision{ID: uuid.NewSHA1(namespace, []byte(id+"\x00"+in.Case+"\x00"+actor.ID+"\x00"+in.Key)).String(), List: id, Case: c.ID, Area: c.Area, Party: in.Party}
	if known, err := s.Decisions.Load(ctx, d.ID); !errors.Is(err, mediation.ErrNotFound) {
		return known, err
	}
	now := s.now()
	if err := s.fits(ctx, &l, &c, now); err != nil {
		return Decision{}, err
	}
	if err := s.party(ctx, &c, in.Party); err != nil {
		return Decision{}, err
	}
	if d.Due, err = s.due(ctx, &l, &rule, in.Due, now); err != nil {
		return Decision{}, err
	}
	if d.Words, err = s.seal(ctx, &c, in.Text); err != nil {
		return Decision{}, err
	}
	d.Named = !in.Due.IsZero()
	t := &turn{Decision: &d, at: now, by: actor}
	t.decide()
	t.schedule(false)
	made, err := s.Decisions.Open(ctx, d, t.notices)
	if errors.Is(err, mediation.ErrExists) {
		made, err = s.Decisions.Load(ctx, d.ID)
	}
	if err != nil {
		return Decision{}, err
	}
	return s.settle(ctx, made, false)
}

// matter is a list and a case of it over which the actor may decide.
func (s *Service) matter(ctx context.Context, actor mediation.Actor, id, caseID string) (l List, rule policy.ReviewList, c mediation.Case, err error) {
	if l, err = s.Look(ctx, actor, id); err != nil {
		return l, rule, c, err
	}
	if rule, err = s.Rule(ctx, &l); err != nil {
		return l, rule, c, err
	}
	stranger := mediation.Refusal("review", mediation.Invalid, "unknown_value", "case", "value", caseID)
	if l.Item(caseID) == nil {
		return l, rule, c, stranger
	}
	c, err = s.Cases.Load(ctx, caseID)
	switch {
	case errors.Is(err, mediation.ErrNotFound):
		return l, rule, c, stranger
	case err != nil:
		return l, rule, c, err
	case !mediation.MayCase(actor, mediation.CaseRead, &c):
		return l, rule, c, stranger
	case !Decides(actor, &rule, &c):
		return l, rule, c, mediation.Refusal("review", mediation.Forbidden, "forbidden", "")
	}
	return l, rule, c, nil
}

// fits refuses a decision where the next list has taken this one's place, there is nothing left to decide, or enough has been decided.
func (s *Service) fits(ctx context.Context, l *List, c *mediation.Case, now time.Time) error {
	if !now.Before(l.Until) {
		return mediation.Refusal("review", mediation.Conflict, "docket.over", "")
	}
	if c.State.Over() || c.State == mediation.Closed || c.Erased {
		return mediation.Refusal("review", mediation.Conflict, "docket.case_over", "case")
	}
	some, _, err := s.Decisions.List(ctx, Filter{List: l.ID, Case: c.ID}, "", MaxDecisions)
	if err == nil && len(some) == MaxDecisions {
		err = mediation.Refusal("review", mediation.Conflict, "too_many", "decisions", "max", strconv.Itoa(MaxDecisions))
	}
	return err
}

// due is by when a decision is to be carried out: as the list's rule has it, or as asked, which may be sooner and not later.
func (s *Service) due(ctx context.Context, l *List, rule *policy.ReviewList, asked, now time.Time) (time.Time, error) {
	latest := l.Until
	if !asked.IsZero() {
		asked = mediation.Instant(asked)
	}
	if !rule.Decided.Zero() {
		r, err := s.Core.Rules(ctx, l.Policy)
		if err != nil {
			return asked, err
		}
		latest = r.Calendar.After(now, rule.Decided).UTC()
	}
	switch {
	case asked.IsZero():
		return latest, nil
	case !asked.After(now):
		return asked, mediation.Refusal("review", mediation.Invalid, "in_past", "due")
	case asked.After(latest):
		return asked, mediation.Refusal("review", mediation.Invalid, "too_late", "due", "latest", latest.Format(time.RFC3339))
	}
	return asked, nil
}

// party checks who is to carry it out: somebody who exists, and nobody who must not hear of an accusation.
func (s *Service) party(ctx context.Context, c *mediation.Case, p Party) error {
	if (p.User == "") == (p.Unit == "") {
		return mediation.Refusal("review", mediation.Invalid, "docket.either", "user")
	}
	unit := p.Unit
	if p.User != "" {
		var err error
		if unit, err = s.People.UnitOf(ctx, p.User); errors.Is(err, mediation.ErrNotFound) {
			return mediation.Refusal("review", mediation.Invalid, "unknown_value", "user", "value", p.User)
		} else if err != nil {
			return err
		}
	} else if staffed, err := s.People.Staffed(ctx, p.Unit, c.Area); err != nil {
		return err
	} else if !staffed {
		return mediation.Refusal("review", mediation.Invalid, "unknown_value", "unit", "value", p.Unit)
	}
	if s.Core.AccusedAt(c, unit) {
		return mediation.Refusal("review", mediation.Conflict, "case.accused_unit", "unit", "unit", unit)
	}
	return nil
}

// seal closes words under the case's key, so that they go with the case.
func (s *Service) seal(ctx context.Context, c *mediation.Case, text string) (mediation.Sealed, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return mediation.Sealed{}, mediation.Refusal("review", mediation.Invalid, "required", "text")
	case utf8.RuneCountInString(text) > mediation.MaxText:
		return mediation.Sealed{}, mediation.Refusal("review", mediation.Invalid, "too_long", "text", "max", strconv.Itoa(mediation.MaxText))
	}
	return s.Sealer.Seal(ctx, c.Key, []byte(text))
}
