package store

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// The settings of the calendar: what is known of the years, and up to when running clocks have been reckoned by it. That is
// apart, because it goes on by itself and is no reason for anybody's revision to be stale.
const (
	calendarSetting = "calendar"
	reckonedSetting = "calendar_reckoned"
	warnedSetting   = "calendar_warned"
)

// knownYear is a year as it is stored, with when it was put.
type knownYear struct {
	policy.Year
	At time.Time
}

// Calendars implements mediation.Calendars.
type Calendars struct {
	s *Store

	mu       sync.Mutex
	known    []policy.Year
	revision int64
	asked    time.Time
}

// Calendars returns the port; it caches, so keep one.
func (s *Store) Calendars() *Calendars { return &Calendars{s: s} }

var _ mediation.Calendars = (*Calendars)(nil)

func readYears(text []byte) (known []knownYear, err error) {
	if len(text) == 0 {
		return nil, nil
	}
	return known, decode(settingsTable, calendarSetting, text, &known)
}

func (p *Calendars) read(ctx context.Context) ([]knownYear, int64, error) {
	text, revision, err := p.s.setting(ctx, calendarSetting)
	if err != nil {
		return nil, 0, err
	}
	known, err := readYears([]byte(text))
	return known, revision, err
}

// Years implements mediation.Calendars. An instance may go on for noticeAfter with what was known before.
func (p *Calendars) Years(ctx context.Context) ([]policy.Year, int64, error) {
	p.mu.Lock()
	if !p.asked.IsZero() && time.Since(p.asked) < noticeAfter {
		defer p.mu.Unlock()
		return p.known, p.revision, nil
	}
	p.mu.Unlock()
	known, revision, err := p.read(ctx)
	if err != nil {
		return nil, 0, err
	}
	years := make([]policy.Year, len(known))
	for i, k := range known {
		years[i] = k.Year
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known, p.revision, p.asked = years, revision, time.Now()
	return years, revision, nil
}

// Put implements mediation.Calendars.
func (p *Calendars) Put(ctx context.Context, at int64, y policy.Year, now time.Time) error {
	_, err := p.s.amend(ctx, calendarSetting, at, func(text []byte) ([]byte, error) {
		known, err := readYears(text)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(known, func(k knownYear) bool { return k.Number == y.Number })
		switch {
		case i >= 0 && reflect.DeepEqual(known[i].Year, y):
			return text, nil
		case i >= 0:
			known[i] = knownYear{y, now}
		default:
			known = append(known, knownYear{y, now})
			slices.SortFunc(known, func(a, b knownYear) int { return cmp.Compare(a.Number, b.Number) })
		}
		return encode(known)
	})
	p.mu.Lock()
	p.asked = time.Time{}
	p.mu.Unlock()
	return err
}

// Unreckoned implements mediation.Calendars.
func (p *Calendars) Unreckoned(ctx context.Context) (years []int, since time.Time, err error) {
	known, _, err := p.read(ctx)
	if err != nil || len(known) == 0 {
		return nil, since, err
	}
	text, _, err := p.s.setting(ctx, reckonedSetting)
	if err != nil {
		return nil, since, err
	}
	var done time.Time
	if text != "" {
		if done, err = time.Parse(time.RFC3339Nano, text); err != nil {
			return nil, since, fmt.Errorf("store: %s: %w", reckonedSetting, err)
		}
	}
	for _, k := range known {
		if k.At.After(done) {
			years = append(years, k.Number)
			if k.At.After(since) {
				since = k.At
			}
		}
	}
	return years, since, nil
}

// Warned implements mediation.Calendars.
func (p *Calendars) Warned(ctx context.Context) (int, error) {
	text, _, err := p.s.setting(ctx, warnedSetting)
	if err != nil || text == "" {
		return 0, err
	}
	year, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("store: %s: %w", warnedSetting, err)
	}
	return year, nil
}

// Warn implements mediation.Calendars.
func (p *Calendars) Warn(ctx context.Context, year int, notices []mediation.Notice) error {
	if err := (Duty{p.s}).Announce(ctx, notices); err != nil {
		return err
	}
	return p.s.set(ctx, warnedSetting, strconv.Itoa(year), mediation.AnyRevision)
}

// Reckoned implements mediation.Calendars.
func (p *Calendars) Reckoned(ctx context.Context, since time.Time) error {
	return p.s.set(ctx, reckonedSetting, since.UTC().Format(time.RFC3339Nano), mediation.AnyRevision)
}
