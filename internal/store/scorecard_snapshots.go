package store

import (
	"context"
	"strings"

	"fengqiao/mediation/scorecard"
)

// ScorecardSnapshots implements scorecard.Snapshots.
type ScorecardSnapshots struct{ s *Store }

// ScorecardSnapshots returns the port.
func (s *Store) ScorecardSnapshots() *ScorecardSnapshots { return &ScorecardSnapshots{s} }

var _ scorecard.Snapshots = (*ScorecardSnapshots)(nil)

// snapshotID has the card's key first; a key has no slash in it.
func snapshotID(key, month string) string { return key + "/" + month }

// Freeze implements scorecard.Snapshots: what is there already is left as it is by the engine itself.
func (p *ScorecardSnapshots) Freeze(ctx context.Context, s scorecard.Snapshot) (scorecard.Snapshot, bool, error) {
	body, err := encode(s)
	if err != nil {
		return s, false, err
	}
	head := s
	head.Results = nil
	short, err := encode(head)
	if err != nil {
		return s, false, err
	}
	done, err := p.s.Engine.Apply(ctx, Write{Table: snapshotsTable, Op: Ensure, Row: Row{ID: snapshotID(s.Key, s.Month), Sort: monthNumber(s.Month),
		Tags: []string{"k:" + s.Key}, Head: short, Body: body}})
	if err != nil {
		return s, false, trouble("freeze", err)
	}
	kept, err := p.Load(ctx, s.Key, s.Month)
	return kept, done[0].Done, err
}

// monthNumber brings months into order: 2026-03 is 202603.
func monthNumber(month string) int64 {
	n := int64(0)
	for _, digit := range strings.ReplaceAll(month, "-", "") {
		n = n*10 + int64(digit-'0')
	}
	return n
}

// Load implements scorecard.Snapshots.
func (p *ScorecardSnapshots) Load(ctx context.Context, key, month string) (s scorecard.Snapshot, err error) {
	row, err := p.s.Engine.Get(ctx, snapshotsTable, snapshotID(key, month))
	if err != nil {
		return s, trouble("load snapshot", err)
	}
	return s, decode(snapshotsTable, row.ID, row.Body, &s)
}

// List implements scorecard.Snapshots.
func (p *ScorecardSnapshots) List(ctx context.Context, key string, limit int) ([]scorecard.Snapshot, error) {
	rows, err := p.s.Engine.Find(ctx, Query{Table: snapshotsTable, Tags: []string{"k:" + key}, Desc: true, Limit: limit, HeadsOnly: true})
	if err != nil {
		return nil, trouble("list snapshots", err)
	}
	list := make([]scorecard.Snapshot, len(rows))
	for i, row := range rows {
		if err := decode(snapshotsTable, row.ID, row.Head, &list[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}
