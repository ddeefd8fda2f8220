package store

import (
	"context"
	"time"

	"fengqiao/mediation"
)

const caseClockSetting = "case_clock"

// CaseClock is by which clock the cases of an installation have lived, so that their time never goes back.
type CaseClock struct {
	InUse bool      `json:"inUse,omitempty"` // the machine's, with settings of real use: they never live by another
	At    time.Time `json:"at,omitzero"`     // where a virtual clock stood last; zero: they never lived by one
}

// CaseClock returns it.
func (s *Store) CaseClock(ctx context.Context) (k CaseClock, err error) {
	text, _, err := s.setting(ctx, caseClockSetting)
	if err != nil || text == "" {
		return k, err
	}
	return k, decode(settingsTable, caseClockSetting, []byte(text), &k)
}

// KeepCaseClock keeps it.
func (s *Store) KeepCaseClock(ctx context.Context, k CaseClock) error {
	text, err := encode(k)
	if err != nil {
		return err
	}
	return s.set(ctx, caseClockSetting, string(text), mediation.AnyRevision)
}
