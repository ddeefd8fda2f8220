package village

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/scorecard"
)

// Deps is what the Service stands on. All are needed.
type Deps struct {
	Rounds  Rounds
	Results Results
	Cards   Cards
	Heads   Heads
	Core    Core
	Reader  Reader
	Sealer  mediation.Sealer
	Atlas   *grid.Atlas
	Now     func() time.Time // case time
}

// Service is the room's use cases.
type Service struct{ Deps }

// NewService returns a ready service.
func NewService(d Deps) *Service { return &Service{d} }

// now is the case time as stores keep it.
func (s *Service) now() time.Time { return mediation.Instant(s.Now()) }

// Claim is what somebody says of one case: whether it ought to count for the village, and why.
type Claim struct {
	Case   string
	Counts bool
	Text   string
}

// Verdict is what is decided on one case that an objection names.
type Verdict struct {
	Case   string
	Upheld bool
	Reason string
}

// Look reads a result that the actor sees.
func (s *Service) Look(ctx context.Context, actor mediation.Actor, id string) (Result, *scorecard.Card, error) {
	r, err := s.Results.Load(ctx, id)
	if err == nil && !Sees(actor, r.Village) {
		err = mediation.ErrNotFound
	}
	if err != nil {
		return Result{}, nil, err
	}
	card, err := s.Cards.Version(ctx, r.Card)
	return r, card, err
}

// May tells whether the actor may do something to a result, and whether they see it at all.
func (s *Service) May(ctx context.Context, actor mediation.Actor, id string, a mediation.Action) error {
	r, err := s.Results.Load(ctx, id)
	switch {
	case err != nil:
		return err
	case !Sees(actor, r.Village):
		return mediation.ErrNotFound
	case a == mediation.VillageObject && !MayObject(actor, r.Village):
		return mediation.Refusal("village", mediation.Forbidden, "forbidden", "")
	case a == mediation.VillageDecide && !mediation.MayPlan(actor, a, s.Atlas.Load()):
		code := "forbidden"
		if mediation.May(actor, a) {
			code = "beyond_area" // the county decides
		}
		return mediation.Refusal("village", mediation.Forbidden, code, "")
	}
	return nil
}

// List pages results that the actor sees, the latest frozen first.
func (s *Service) List(ctx context.Context, actor mediation.Actor, open bool, cursor string, limit int) ([]Result, string, error) {
	if !mediation.May(actor, mediation.VillageRead) {
		return nil, "", mediation.Refusal("village", mediation.Forbidden, "forbidden", "")
	}
	return s.Results.List(ctx, Filter{Meets: actor.Area, Open: open}, cursor, limit)
}

// Table is a round that was frozen, with the results inside an area that the actor sees, by village. mediation.ErrNotFound where it was not.
func (s *Service) Table(ctx context.Context, actor mediation.Actor, key, period string, area grid.Code) (Round, []Result, error) {
	round, err := s.Rounds.Load(ctx, RoundID(key, period))
	if err == nil && round.At.IsZero() {
		err = mediation.ErrNotFound
	}
	if err != nil {
		return Round{}, nil, err
	}
	base := actor.Area
	switch {
	case base.Contains(area):
		base = area
	case area != "" && !area.Contains(base):
		return Round{}, nil, mediation.ErrNotFound
	}
	var list []Result
	err = s.Results.Of(ctx, round.ID, base, func(r *Result) error {
		if Sees(actor, r.Village) {
			list = append(list, *r)
		}
		return nil
	})
	slices.SortFunc(list, func(a, b Result) int { return cmp.Compare(a.Village, b.Village) })
	return round, list, err
}

// Object objects to a result for its village, once per key.
func (s *Service) Object(ctx context.Context, actor mediation.Actor, id, key string, claims []Claim) (Result, error) {
	if err := s.May(ctx, actor, id, mediation.VillageObject); err != nil {
		return Result{}, err
	}
	r, err := s.Results.Load(ctx, id)
	if err != nil {
		return r, err
	}
	changes, rows, err := s.prepare(ctx, actor, &r, claims)
	if err != nil {
		return r, err
	}
	points := make([]Point, len(changes))
	for i := range changes {
		points[i].Change = changes[i]
	}
	return s.do(ctx, actor, id, 0, func(t *turn) error { return t.object(idOf("objection", id, actor.ID, key), points, rows) })
}

// Correct puts a result right, acting on its version that the actor saw, once per key.
func (s *Service) Correct(ctx context.Context, actor mediation.Actor, id string, version int64, key string, claims []Claim) (Result, error) {
	if err := s.May(ctx, actor, id, mediation.VillageDecide); err != nil {
		return Result{}, err
	}
	r, err := s.Results.Load(ctx, id)
	if err != nil {
		return r, err
	}
	changes, rows, err := s.prepare(ctx, actor, &r, claims)
	if err != nil {
		return r, err
	}
	grids := s.grids(r.Village)
	return s.do(ctx, actor, id, version, func(t *turn) error { return t.correct(idOf("correction", id, actor.ID, key), changes, rows, grids) })
}

// Decide decides on an objection, acting on the version of the result that the actor saw.
func (s *Service) Decide(ctx context.Context, actor mediation.Actor, id string, version int64, objection string, verdicts []Verdict) (Result, error) {
	if err := s.May(ctx, actor, id, mediation.VillageDecide); err != nil {
		return Result{}, err
	}
	r, err := s.Results.Load(ctx, id)
	if err != nil {
		return r, err
	}
	found := map[string]verdict{}
	var rows []Row
	for i, v := range verdicts {
		reason, err := s.reasonFor(ctx, &r, v, "points["+strconv.Itoa(i)+"]")
		if err != nil {
			return r, err
		}
		found[v.Case] = verdict{v.Upheld, reason}
		if rows, err = s.rows(ctx, &r, rows, v.Case); err != nil {
			return r, err
		}
	}
	return s.do(ctx, actor, id, version, func(t *turn) error { return t.decide(objection, found, rows) })
}

// reasonFor seals the reason of a decision. Whatever has become of the case since it was objected to, the objection must be decided; of one that
// was erased no words are kept.
func (s *Service) reasonFor(ctx context.Context, r *Result, v Verdict, field string) (mediation.Sealed, error) {
	named := slices.ContainsFunc(r.Objections, func(o Objection) bool {
		return slices.ContainsFunc(o.Points, func(p Point) bool { return p.Case == v.Case })
	})
	if !named {
		return mediation.Sealed{}, mediation.Refusal("village", mediation.Invalid, "village.points", "points")
	}
	c, err := s.Reader.Load(ctx, v.Case)
	if err != nil {
		return mediation.Sealed{}, err
	}
	if c.Erased && strings.TrimSpace(v.Reason) != "" {
		return mediation.Sealed{}, nil
	}
	return s.seal(ctx, &c, field+".reason", v.Reason)
}

// prepare seals what is said of each case, and looks up those that the result does not know.
func (s *Service) prepare(ctx context.Context, actor mediation.Actor, r *Result, claims []Claim) ([]Change, []Row, error) {
	switch {
	case len(claims) == 0:
		return nil, nil, mediation.Refusal("village", mediation.Invalid, "required", "points")
	case len(claims) > MaxPoints:
		return nil, nil, mediation.Refusal("village", mediation.Invalid, "too_many", "points", "max", strconv.Itoa(MaxPoints))
	}
	changes := make([]Change, len(claims))
	var rows []Row
	for i, x := range claims {
		field := "points[" + strconv.Itoa(i) + "]"
		c, err := s.caseOf(ctx, actor, x.Case, field+".case")
		if err != nil {
			return nil, nil, err
		}
		words, err := s.seal(ctx, &c, field+".text", x.Text)
		if err != nil {
			return nil, nil, err
		}
		changes[i] = Change{Case: x.Case, Counts: x.Counts, Reason: words}
		if rows, err = s.rows(ctx, r, rows, x.Case); err != nil {
			return nil, nil, err
		}
	}
	return changes, rows, nil
}

// caseOf is a case that somebody names, who must see it.
func (s *Service) caseOf(ctx context.Context, actor mediation.Actor, id, field string) (mediation.Case, error) {
	c, err := s.Reader.Load(ctx, id)
	if errors.Is(err, mediation.ErrNotFound) || err == nil && !mediation.MayCase(actor, mediation.CaseRead, &c) {
		return c, mediation.Refusal("village", mediation.Invalid, "unknown_value", field, "value", id)
	}
	if err == nil && c.Erased {
		err = mediation.Refusal("village", mediation.Conflict, "village.erased", field)
	}
	return c, err
}

// rows adds a case's row, as it stands now, where the result has none of it and it is a matter of the period.
func (s *Service) rows(ctx context.Context, r *Result, rows []Row, id string) ([]Row, error) {
	if slices.ContainsFunc(r.Rows, func(x Row) bool { return x.Case.ID == id }) {
		return rows, nil
	}
	heads, err := s.Heads.Summaries(ctx, []string{id})
	if h, ok := heads[id]; ok && Belongs(&h, r.From, r.Until) {
		rows = append(rows, Row{Case: kept(&h)})
	}
	return rows, err
}

// seal closes words under the case's key, so that they go with the case.
func (s *Service) seal(ctx context.Context, c *mediation.Case, field, text string) (mediation.Sealed, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return mediation.Sealed{}, mediation.Refusal("village", mediation.Invalid, "required", field)
	case utf8.RuneCountInString(text) > MaxReason:
		return mediation.Sealed{}, mediation.Refusal("village", mediation.Invalid, "too_long", field, "max", strconv.Itoa(MaxReason))
	}
	return s.Sealer.Seal(ctx, c.Key, []byte(text))
}

// Words opens what was said; "" where it was erased.
func (s *Service) Words(ctx context.Context, v mediation.Sealed) (string, error) {
	return s.Core.Open(ctx, v)
}

// do changes a result at the version that the actor saw (0: they need not have seen any).
func (s *Service) do(ctx context.Context, actor mediation.Actor, id string, version int64, deed func(*turn) error) (Result, error) {
	r, err := s.Results.Load(ctx, id)
	if err != nil {
		return r, err
	}
	card, err := s.Cards.Version(ctx, r.Card)
	if err != nil {
		return r, err
	}
	rules, err := s.Core.Rules(ctx, "")
	if err != nil {
		return r, err
	}
	at := s.now()
	return s.Results.Update(ctx, id, func(r *Result) ([]mediation.Notice, error) {
		if version != 0 && r.Version != version {
			return nil, mediation.ErrStale
		}
		t := &turn{Result: r, at: at, by: actor, card: card, calendar: rules.Calendar}
		if err := deed(t); err != nil {
			return nil, err
		}
		r.Stumble = 0
		t.schedule()
		return t.notices, nil
	})
}

// grids are the parts of a village that have leaders of their own.
func (s *Service) grids(village grid.Code) []grid.Code {
	var all []grid.Code
	for _, u := range s.Atlas.Load().Children(village) {
		all = append(all, u.Code)
	}
	return all
}
