package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

const (
	settingsTable = "settings"
	policiesTable = "policies"
	plansTable    = "plans"
)

// settingTables: settings names what is in force; policies and plans are immutable once written. A plan lies in pieces, since
// a document has a greatest size.
var settingTables = []Table{{Name: settingsTable}, {Name: policiesTable}, {Name: plansTable}}

// noticeAfter is how long an instance may go on with what was in force before.
const noticeAfter = 2 * time.Second

// set writes a setting in place of what it says at a revision (see amend).
func (s *Store) set(ctx context.Context, id, value string, at int64) error {
	_, err := s.amend(ctx, id, at, func([]byte) ([]byte, error) { return []byte(value), nil })
	return err
}

// amend changes a setting if it stands at the revision named: 0 for one that nobody has written, mediation.AnyRevision for whatever
// it is. Otherwise mediation.ErrStale. What fn leaves as it is is not written, and may be told again at any revision. fn gets
// nothing for a setting that nobody has written, and may run several times. Returns the revision as it is then.
func (s *Store) amend(ctx context.Context, id string, at int64, fn func(was []byte) ([]byte, error)) (int64, error) {
	revision, err := s.amendRow(ctx, id, at, fn)
	if !errors.Is(err, ErrNotFound) {
		return revision, trouble("setting", err)
	}
	if at > 0 {
		return 0, mediation.ErrStale
	}
	text, err := fn(nil)
	if err != nil {
		return 0, err
	}
	done, err := s.Engine.Apply(ctx, Write{Table: settingsTable, Op: Ensure, Row: Row{ID: id, Body: text}})
	if err == nil && done[0].Done {
		return done[0].Version, nil
	}
	if err == nil { // somebody was faster
		revision, err = s.amendRow(ctx, id, at, fn)
	}
	return revision, trouble("setting", err)
}

func (s *Store) amendRow(ctx context.Context, id string, at int64, fn func(was []byte) ([]byte, error)) (int64, error) {
	var stands int64
	done, err := s.modify(ctx, settingsTable, id, func(was Row) (Row, []Write, error) {
		text, err := fn(was.Body)
		switch {
		case err != nil:
			return was, nil, err
		case bytes.Equal(text, was.Body):
			stands = was.Version
			return was, nil, errSame
		case at != mediation.AnyRevision && at != was.Version:
			return was, nil, mediation.ErrStale
		}
		return Row{Body: text}, nil, nil
	})
	if errors.Is(err, errSame) {
		return stands, nil
	}
	return done.Version, err
}

// errSame breaks off an update that changes nothing.
var errSame = errors.New("store: nothing to change")

// setting reads a setting and its revision; "" and 0 for one that nobody has written.
func (s *Store) setting(ctx context.Context, id string) (string, int64, error) {
	row, err := s.Engine.Get(ctx, settingsTable, id)
	if errors.Is(err, ErrNotFound) {
		return "", 0, nil
	}
	return string(row.Body), row.Version, trouble("setting", err)
}

// Policies implements mediation.Policies and imports policies.
type Policies struct {
	s     *Store
	known sync.Map // id → *policy.Policy

	mu      sync.Mutex
	current *policy.Policy
	asked   time.Time
}

// Policies returns the port; it caches, so keep one.
func (s *Store) Policies() *Policies { return &Policies{s: s} }

var _ mediation.Policies = (*Policies)(nil)

// Import validates a policy, stores it and puts it in force in place of what is in force at a revision (see set). The same
// source again changes nothing but what is in force.
func (p *Policies) Import(ctx context.Context, at int64, file string, src []byte) (*policy.Policy, error) {
	pol, err := policy.Load(file, src, mediation.PolicyVocabulary())
	if err != nil {
		return nil, err
	}
	if _, err := p.s.Engine.Apply(ctx, Write{Table: policiesTable, Op: Ensure, Row: Row{ID: pol.ID, Body: src}}); err != nil {
		return nil, trouble("import policy", err)
	}
	if err := p.s.set(ctx, "policy", pol.ID, at); err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.current = nil
	p.mu.Unlock()
	return pol, nil
}

// InForce names the policy in force and its revision; "" and 0 if none has been imported.
func (p *Policies) InForce(ctx context.Context) (string, int64, error) {
	return p.s.setting(ctx, "policy")
}

// Current returns the policy in force.
func (p *Policies) Current(ctx context.Context) (*policy.Policy, error) {
	p.mu.Lock()
	if p.current != nil && time.Since(p.asked) < noticeAfter {
		defer p.mu.Unlock()
		return p.current, nil
	}
	p.mu.Unlock()
	id, _, err := p.InForce(ctx)
	if err == nil && id == "" {
		return nil, &mediation.Error{Op: "policy", Kind: mediation.Unavailable, Code: "no_policy", Cause: errors.New("no policy has been imported")}
	}
	if err != nil {
		return nil, err
	}
	pol, err := p.Version(ctx, id)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.current, p.asked = pol, time.Now()
	return pol, nil
}

// rolloutSetting is how far a policy for open cases has come.
const rolloutSetting = "policy_rollout"

// Rollout implements mediation.Policies.
func (p *Policies) Rollout(ctx context.Context) (r mediation.Rollout, err error) {
	text, _, err := p.s.setting(ctx, rolloutSetting)
	if err == nil && text != "" {
		err = decode(settingsTable, rolloutSetting, []byte(text), &r)
	}
	return r, err
}

// AmendRollout implements mediation.Policies.
func (p *Policies) AmendRollout(ctx context.Context, fn func(*mediation.Rollout)) (r mediation.Rollout, err error) {
	_, err = p.s.amend(ctx, rolloutSetting, mediation.AnyRevision, func(text []byte) ([]byte, error) {
		r = mediation.Rollout{}
		if len(text) > 0 {
			if err := decode(settingsTable, rolloutSetting, text, &r); err != nil {
				return nil, err
			}
		}
		fn(&r)
		return encode(r)
	})
	return r, err
}

// Version returns one policy.
func (p *Policies) Version(ctx context.Context, id string) (*policy.Policy, error) {
	if pol, ok := p.known.Load(id); ok {
		return pol.(*policy.Policy), nil
	}
	row, err := p.s.Engine.Get(ctx, policiesTable, id)
	if err != nil {
		return nil, trouble("load policy", err)
	}
	pol, err := policy.Load(id, row.Body, mediation.PolicyVocabulary())
	if err != nil {
		return nil, fmt.Errorf("store: policy %s does not load any more: %w", id, err)
	}
	p.known.Store(id, pol)
	return pol, nil
}
