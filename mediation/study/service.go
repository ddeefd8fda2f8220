package study

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"fengqiao/grid"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

// Deps is what the Service stands on. All but OnDuty are needed.
type Deps struct {
	Studies Studies
	Cases   Cases
	Reader  Reader
	People  People
	Sealer  mediation.Sealer
	Now     func() time.Time // case time
	// OnDuty is who holds a post of the roster for a case at a moment, "" where nobody does who may hear of it; nil: there is no roster.
	OnDuty func(ctx context.Context, c *mediation.Case, post string, at time.Time) (user string, err error)
}

// Service is the room's use cases.
type Service struct{ Deps }

// NewService returns a ready service.
func NewService(d Deps) *Service { return &Service{d} }

// namespace of the room's ids.
var namespace = uuid.MustParse("5b7a0a1e-7a0c-5c3e-9f4a-2c1f7b9d6e01")

func idOf(parts ...string) string {
	return uuid.NewSHA1(namespace, []byte(strings.Join(parts, "\x00"))).String()
}

// now is the case time as stores keep it.
func (s *Service) now() time.Time { return mediation.Instant(s.Now()) }

// open are the states of a case that may be studied: what is over has nothing left to decide.
func open(c *mediation.Case) error {
	if c.State.Over() || c.Erased {
		return mediation.Refusal("study", mediation.Conflict, "study.case_over", "")
	}
	return nil
}

// Call calls a study of a case for a person. key is the client's own of this request, so that the same again calls no second one.
func (s *Service) Call(ctx context.Context, actor mediation.Actor, caseID, key, why, text string) (Study, error) {
	c, err := s.Reader.Load(ctx, caseID)
	if err != nil {
		return Study{}, err
	}
	switch {
	case !mediation.MayCase(actor, mediation.CaseRead, &c):
		return Study{}, mediation.ErrNotFound
	case !mediation.MayArea(actor, mediation.StudyLead, c.Area):
		return Study{}, mediation.Refusal("study", mediation.Forbidden, "forbidden", "")
	case !reasonForm(why):
		return Study{}, mediation.Refusal("study", mediation.Invalid, "required", "reason")
	}
	if err := open(&c); err != nil {
		return Study{}, err
	}
	words, err := s.seal(ctx, &c, "text", text)
	if err != nil {
		return Study{}, err
	}
	return s.call(ctx, actor, &c, Study{ID: idOf("person", caseID, actor.ID, key), Why: why, Words: words})
}

// reasonForm is what a reason's code looks like.
func reasonForm(code string) bool {
	return code != "" && len(code) <= 64 && strings.Trim(code, "abcdefghijklmnopqrstuvwxyz_") == ""
}

// CallByPolicy calls a study because of something in the case, once for that. Where one is open already, or the case is over, that will do.
func (s *Service) CallByPolicy(ctx context.Context, caseID, why string, since time.Time) error {
	c, err := s.Reader.Load(ctx, caseID)
	if err != nil || open(&c) != nil {
		return err
	}
	_, err = s.call(ctx, mediation.SystemActor, &c, Study{ID: idOf("policy", caseID, why, since.Format(time.RFC3339Nano)), Why: why})
	var no *mediation.Error
	if errors.As(err, &no) && no.Code == "study.open" {
		return nil
	}
	return err
}

func (s *Service) call(ctx context.Context, actor mediation.Actor, c *mediation.Case, st Study) (Study, error) {
	if running, there, err := s.running(ctx, c.ID, st.ID); there || err != nil {
		return running, err
	}
	rules, err := s.Cases.Rules(ctx, c.Policy)
	if err != nil {
		return st, err
	}
	st.Case, st.Area, st.Category, st.Policy = c.ID, c.Area, c.Category, c.Policy
	t := &turn{Study: &st, at: s.now(), by: actor, rules: rules}
	onDuty, err := s.onDuty(ctx, c, t)
	if err != nil {
		return st, err
	}
	if err := t.call(onDuty); err != nil {
		return st, err
	}
	t.schedule()
	made, err := s.Studies.Open(ctx, st, t.notices)
	if errors.Is(err, mediation.ErrExists) {
		if running, there, err := s.running(ctx, c.ID, st.ID); there || err != nil {
			return running, err // somebody was first
		}
		made, err = s.Studies.Load(ctx, st.ID)
	}
	if err != nil {
		return st, err
	}
	return s.settle(ctx, made, false)
}

// onDuty are the members whom the policy seats by their post, of those posts that somebody holds just now.
func (s *Service) onDuty(ctx context.Context, c *mediation.Case, t *turn) (members []Member, err error) {
	if s.OnDuty == nil {
		return nil, nil
	}
	for _, post := range t.rules.Policy.Study.Posts {
		user, err := s.OnDuty(ctx, c, post, t.at)
		if err != nil {
			return nil, err
		}
		if user != "" {
			members = append(members, Member{ID: idOf("post", t.ID, post), Party: Party{User: user}, Post: post})
		}
	}
	return members, nil
}

// running is the study of a case that is open already: the very one that is called, or a refusal of any other.
func (s *Service) running(ctx context.Context, caseID, id string) (st Study, there bool, err error) {
	yes := true
	list, _, err := s.Studies.List(ctx, Filter{Case: caseID, Open: &yes}, "", 1)
	switch {
	case err != nil || len(list) == 0:
		return st, false, err
	case list[0].ID != id:
		return st, true, mediation.Refusal("study", mediation.Conflict, "study.open", "", "study", list[0].ID)
	}
	st, err = s.settle(ctx, list[0], true)
	return st, true, err
}

// seal closes words under the case's key, so that they go with the case.
func (s *Service) seal(ctx context.Context, c *mediation.Case, field, text string) (mediation.Sealed, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return mediation.Sealed{}, mediation.Refusal("study", mediation.Invalid, "required", field)
	case utf8.RuneCountInString(text) > mediation.MaxText:
		return mediation.Sealed{}, mediation.Refusal("study", mediation.Invalid, "too_long", field, "max", strconv.Itoa(mediation.MaxText))
	}
	return s.Sealer.Seal(ctx, c.Key, []byte(text))
}

// sees tells whether the actor may read a study: by their area, or because they take part.
func sees(actor mediation.Actor, a mediation.Action, st *Study) bool {
	scopes := mediation.Scopes(a, actor.Role)
	return slices.Contains(scopes, mediation.InArea) && actor.Area.Contains(st.Area) || slices.Contains(scopes, mediation.TakesPart) && st.member(actor)
}

// SeesWhole tells whether the actor reads what was said in a study: the office by its area, and the members. Whom it has only given an
// order does not.
func SeesWhole(actor mediation.Actor, st *Study) bool {
	scopes := mediation.Scopes(mediation.StudyRead, actor.Role)
	return slices.Contains(scopes, mediation.InArea) && actor.Area.Contains(st.Area) || st.sits(actor)
}

// load reads a study for an actor who wants to do something to it. One that they may not see is NotFound.
func (s *Service) load(ctx context.Context, actor mediation.Actor, id string, a mediation.Action) (Study, error) {
	st, err := s.Studies.Load(ctx, id)
	switch {
	case err != nil:
		return st, err
	case !sees(actor, mediation.StudyRead, &st):
		return Study{}, mediation.ErrNotFound
	}
	if hidden, err := s.Cases.Hides(ctx, st.Case, actor); err != nil {
		return Study{}, err
	} else if hidden {
		return Study{}, mediation.ErrNotFound
	}
	if !sees(actor, a, &st) {
		return Study{}, mediation.Refusal("study", mediation.Forbidden, "forbidden", "")
	}
	return st, nil
}

// Look reads a study.
func (s *Service) Look(ctx context.Context, actor mediation.Actor, id string) (Study, error) {
	return s.load(ctx, actor, id, mediation.StudyRead)
}

// May tells whether the actor may do something to a study, and whether they see it at all.
func (s *Service) May(ctx context.Context, actor mediation.Actor, id string, a mediation.Action) error {
	_, err := s.load(ctx, actor, id, a)
	return err
}

// List pages the studies that the actor sees, newest first.
func (s *Service) List(ctx context.Context, actor mediation.Actor, f Filter, cursor string, limit int) ([]Study, string, error) {
	scopes := mediation.Scopes(mediation.StudyRead, actor.Role)
	f.Area, f.User, f.Unit = "", actor.ID, ""
	if slices.Contains(scopes, mediation.InArea) {
		f.Area = string(actor.Area)
	}
	if actor.Unit != "" {
		f.Unit = actor.Unit
	}
	list, next, err := s.Studies.List(ctx, f, cursor, limit)
	list = slices.DeleteFunc(list, func(st Study) bool {
		if err != nil || !sees(actor, mediation.StudyRead, &st) {
			return true
		}
		var hidden bool
		hidden, err = s.Cases.Hides(ctx, st.Case, actor)
		return hidden
	})
	return list, next, err
}

// do changes a study as an actor who may, and lets the case's timeline tell of it.
func (s *Service) do(ctx context.Context, actor mediation.Actor, id string, a mediation.Action, deed func(*turn) error) (Study, error) {
	st, err := s.load(ctx, actor, id, a)
	if err != nil {
		return st, err
	}
	rules, err := s.Cases.Rules(ctx, st.Policy)
	if err != nil {
		return st, err
	}
	at := s.now()
	raised, err := s.raised(ctx, &st)
	if err != nil {
		return st, err
	}
	st, err = s.Studies.Update(ctx, id, func(st *Study) ([]mediation.Notice, error) {
		t := &turn{Study: st, at: at, by: actor, rules: rules, raised: raised}
		if err := deed(t); err != nil {
			return nil, err
		}
		st.Stumble = 0
		t.schedule()
		return t.notices, nil
	})
	if err != nil {
		return st, err
	}
	return s.settle(ctx, st, false)
}

// raised is where the study's case lies as an accusation; "" if it is none.
func (s *Service) raised(ctx context.Context, st *Study) (grid.Code, error) {
	c, err := s.Reader.Load(ctx, st.Case)
	if err != nil || !c.Accusation {
		return "", err
	}
	return c.Area, nil
}

// settle tells the case's timeline what it does not have yet. again says that it may have been told before.
func (s *Service) settle(ctx context.Context, st Study, again bool) (Study, error) {
	if len(st.Untold) == 0 {
		return st, nil
	}
	for _, e := range st.Untold {
		if err := s.Cases.Record(ctx, st.Case, e, again); err != nil {
			return st, err
		}
	}
	told := len(st.Untold)
	last := st.Untold[told-1].ID
	rules, err := s.Cases.Rules(ctx, st.Policy)
	if err != nil {
		return st, err
	}
	at := s.now()
	return s.Studies.Update(ctx, st.ID, func(st *Study) ([]mediation.Notice, error) {
		if i := slices.IndexFunc(st.Untold, func(e mediation.Beside) bool { return e.ID == last }); i >= 0 {
			st.Untold = slices.Clone(st.Untold[i+1:])
		}
		(&turn{Study: st, at: at, rules: rules}).schedule()
		return nil, nil
	})
}
