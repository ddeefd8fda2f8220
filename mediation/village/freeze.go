package village

import (
	"context"
	"errors"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/figures"
	"fengqiao/mediation/scorecard"
)

// MaxRounds is how many rounds are listed: ten years of months.
const MaxRounds = 120

// zone is that of the policy in force.
func (s *Service) zone(ctx context.Context) (*time.Location, grid.Code, error) {
	rules, err := s.Core.Rules(ctx, "")
	if err != nil {
		return nil, "", err
	}
	zone, err := rules.Policy.Clocks.Calendar.Location()
	return zone, grid.Code(rules.Policy.County), err
}

// inForce is the card in force under a key, if it assesses villages.
func (s *Service) inForce(ctx context.Context, key string) (*scorecard.Card, error) {
	cards, _, err := s.Cards.InForce(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range cards {
		if c.Key == key && len(c.Villages.Criteria) > 0 {
			return c, nil
		}
	}
	return nil, mediation.ErrNotFound
}

// roundOf is the round of a card's period.
func roundOf(key string, p scorecard.Period, county grid.Code) Round {
	return Round{ID: RoundID(key, p.Name), Key: key, Period: p.Name, From: p.From.UTC(), Until: p.Until.UTC(), Ground: county, NextDue: p.Until.UTC()}
}

// follow begins the round that runs of every card that assesses villages. It tells whether all of them had begun; with look it begins none.
func (s *Service) follow(ctx context.Context, look bool) (all bool, err error) {
	cards, _, err := s.Cards.InForce(ctx)
	if err != nil {
		return true, err
	}
	all = true
	for _, c := range cards {
		if len(c.Villages.Criteria) == 0 {
			continue
		}
		zone, county, err := s.zone(ctx)
		if err != nil {
			return true, err
		}
		r := roundOf(c.Key, scorecard.Running(c.Villages.Every, s.now(), zone), county)
		_, err = s.Rounds.Load(ctx, r.ID)
		if !errors.Is(err, mediation.ErrNotFound) {
			if err != nil {
				return true, err
			}
			continue
		}
		if all = false; look {
			return false, nil
		}
		if _, err := s.Rounds.Add(ctx, r); err != nil {
			return false, err
		}
	}
	return all, nil
}

// Freeze freezes a period that is over for a person (定格), once: one that the sweep has frozen, or somebody else, stays as it is. It is for
// periods before the card was in force; the others the sweep freezes by itself.
func (s *Service) Freeze(ctx context.Context, actor mediation.Actor, key, period string) (Round, bool, error) {
	if !mediation.MayPlan(actor, mediation.ScorecardFreeze, s.Atlas.Load()) {
		return Round{}, false, mediation.Refusal("freeze", mediation.Forbidden, "forbidden", "")
	}
	card, err := s.inForce(ctx, key)
	if err != nil {
		return Round{}, false, err
	}
	zone, county, err := s.zone(ctx)
	if err != nil {
		return Round{}, false, err
	}
	p, err := scorecard.ParsePeriod(period, zone)
	switch {
	case err != nil:
		return Round{}, false, mediation.Refusal("freeze", mediation.Invalid, "scorecard.bad_period", "period")
	case !p.Is(card.Villages.Every):
		return Round{}, false, mediation.Refusal("freeze", mediation.Invalid, "scorecard.other_period", "period", "every", card.Villages.Every)
	case p.Until.After(s.now()):
		return Round{}, false, mediation.Refusal("freeze", mediation.Conflict, "scorecard.not_over", "period")
	}
	r, err := s.Rounds.Add(ctx, roundOf(key, p, county))
	if err != nil || !r.At.IsZero() {
		return r, false, err
	}
	r, err = s.freeze(ctx, r, actor)
	return r, true, err
}

// freeze assesses the villages of a round and keeps what they came to. Run again after a crash it goes on: results that are there stay.
func (s *Service) freeze(ctx context.Context, r Round, by mediation.Actor) (Round, error) {
	card, err := s.cardFor(ctx, &r)
	if err != nil {
		return r, err
	}
	if card == nil {
		return s.Rounds.Update(ctx, r.ID, func(r *Round) error { r.Dropped, r.NextDue = true, time.Time{}; return nil })
	}
	// By the same version of the card however often it is begun.
	if r, err = s.Rounds.Update(ctx, r.ID, func(r *Round) error {
		if r.Card == "" {
			r.Card = card.ID
		}
		return nil
	}); err != nil {
		return r, err
	}
	if card, err = s.Cards.Version(ctx, r.Card); err != nil {
		return r, err
	}
	if err := s.keep(ctx, &r, card, by); err != nil {
		return r, err
	}
	at := s.now()
	return s.Rounds.Update(ctx, r.ID, func(r *Round) error {
		if !r.At.IsZero() {
			return nil
		}
		r.At, r.Dropped, r.NextDue, r.Stumble = at, false, time.Time{}, 0
		if by.Role != mediation.System {
			r.By = by.ID
		}
		return nil
	})
}

// cardFor is the card that a round is frozen by: the version that was fixed, else the one in force; nil where that assesses no villages any
// more, or over other periods.
func (s *Service) cardFor(ctx context.Context, r *Round) (*scorecard.Card, error) {
	if r.Card != "" {
		return s.Cards.Version(ctx, r.Card)
	}
	card, err := s.inForce(ctx, r.Key)
	if errors.Is(err, mediation.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	zone, _, err := s.zone(ctx)
	if err != nil {
		return nil, err
	}
	if p, err := scorecard.ParsePeriod(r.Period, zone); err != nil || !p.Is(card.Villages.Every) {
		return nil, err
	}
	return card, nil
}

// keep reckons every village over the cases as they stand, and stores what it came to.
func (s *Service) keep(ctx context.Context, r *Round, card *scorecard.Card, by mediation.Actor) error {
	rules, err := s.Core.Rules(ctx, "")
	if err != nil {
		return err
	}
	book, rows := &figures.Book{}, map[grid.Code][]Row{}
	level := card.Villages.Level
	// Whatever was opened in the period, or was late in it, has an event since its beginning.
	err = s.Heads.Moved(ctx, r.From, func(h *mediation.Summary) error {
		if r.Ground.Contains(h.Area) && h.Area.Depth() >= level && Belongs(h, r.From, r.Until) {
			k := kept(h)
			book.Put(&k)
			rows[h.Area.Prefix(level)] = append(rows[h.Area.Prefix(level)], Row{Case: k})
		}
		return nil
	})
	if err != nil {
		return err
	}
	members := scorecard.VillagesIn(s.Atlas.Load(), r.Ground, level)
	at := s.now()
	for _, v := range card.Assess(book, query(r.Ground, r.From, r.Until), members) {
		result := Result{ID: idOf("result", r.Key, r.Period, string(v.Area)), Round: r.ID, Key: r.Key, Period: r.Period, Card: card.ID, Village: v.Area, From: r.From, Until: r.Until,
			Ground: r.Ground, Rows: newest(rows[v.Area])}
		if n := len(result.Rows); n > MaxRows {
			result.Left, result.Rows = n, nil
		}
		t := &turn{Result: &result, at: at, by: by, card: card, calendar: rules.Calendar}
		t.freeze(v, s.grids(v.Area))
		if _, err := s.Results.Add(ctx, result, t.notices); err != nil {
			return err
		}
	}
	return nil
}

// newest drops what was met twice because it moved while it was read: the later head of a case is the one that the book counts.
func newest(rows []Row) []Row {
	at, kept := map[string]int{}, []Row{}
	for _, r := range rows {
		if i, ok := at[r.Case.ID]; ok {
			kept[i] = r
			continue
		}
		at[r.Case.ID] = len(kept)
		kept = append(kept, r)
	}
	return kept
}
