package store

import (
	"context"

	"fengqiao/mediation"
	"fengqiao/mediation/duty"
)

// The settings of the duty roster: its shifts, and the gaps that staff have heard of. Those are apart, because they are noted by the sweep
// and are no reason for anybody's revision to be stale.
const (
	dutySetting     = "duty"
	dutyToldSetting = "duty_told"
)

// Duty implements duty.Rosters.
type Duty struct{ s *Store }

// Duty returns the port.
func (s *Store) Duty() Duty { return Duty{s} }

var _ duty.Rosters = Duty{}

func readRoster(text []byte) (r duty.Roster, err error) {
	if len(text) == 0 {
		return r, nil
	}
	return r, decode(settingsTable, dutySetting, text, &r)
}

// Roster returns the roster and its revision.
func (p Duty) Roster(ctx context.Context) (duty.Roster, int64, error) {
	text, revision, err := p.s.setting(ctx, dutySetting)
	if err != nil {
		return duty.Roster{}, 0, err
	}
	r, err := readRoster([]byte(text))
	return r, revision, err
}

// Amend changes the roster that stands at a revision.
func (p Duty) Amend(ctx context.Context, revision int64, fn func(*duty.Roster) error) error {
	_, err := p.s.amend(ctx, dutySetting, revision, func(text []byte) ([]byte, error) {
		r, err := readRoster(text)
		if err != nil {
			return nil, err
		}
		if err := fn(&r); err != nil {
			return nil, err
		}
		return encode(r)
	})
	return err
}

// Told are the gaps that staff have heard of.
func (p Duty) Told(ctx context.Context) (keys []string, err error) {
	text, _, err := p.s.setting(ctx, dutyToldSetting)
	if err != nil || text == "" {
		return nil, err
	}
	return keys, decode(settingsTable, dutyToldSetting, []byte(text), &keys)
}

// SetTold notes them.
func (p Duty) SetTold(ctx context.Context, keys []string) error {
	text, err := encode(keys)
	if err != nil {
		return err
	}
	return p.s.set(ctx, dutyToldSetting, string(text), mediation.AnyRevision)
}

// Announce puts notices in the outbox, once by their ids.
func (p Duty) Announce(ctx context.Context, notices []mediation.Notice) error {
	writes, err := outboxWrites(notices)
	if err != nil || len(writes) == 0 {
		return err
	}
	if _, err := p.s.Engine.Apply(ctx, writes...); err != nil {
		return trouble("announce", err)
	}
	p.s.noticed(len(writes))
	return nil
}
