package store

import (
	"context"
	"slices"
	"sync"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/team"
	"fengqiao/push"
)

// StandIns is a directory in which substitutes in grids' teams stand beside those for whom they stand in: while a substitution runs they are
// told what the holder is told. Of somebody who works in more than the team's area they hear what lies in it alone, and nothing that is
// the holder's in person, since nobody can say whether that does.
type StandIns struct {
	*Directory
	Now func() time.Time // case time

	mu    sync.Mutex
	seen  int64     // Store.standing then
	at    time.Time // by the machine's clock
	teams []team.Team
}

var _ push.Directory = (*StandIns)(nil)

// Who implements push.Directory.
func (d *StandIns) Who(ctx context.Context, to mediation.Recipient) ([]push.Addressee, error) {
	who, err := d.Directory.Who(ctx, to)
	if err != nil || len(who) == 0 || to.Alone {
		return who, err
	}
	teams, err := d.standing(ctx)
	if err != nil || len(teams) == 0 {
		return who, err
	}
	holders := make([]string, len(who))
	for i, a := range who {
		holders[i] = a.User
	}
	who, now := slices.Clone(who), d.Now()
	for i := range teams {
		for _, s := range teams[i].StandIns {
			if !s.Runs(now) || !slices.Contains(holders, s.Holder) || slices.ContainsFunc(who, func(a push.Addressee) bool { return a.User == s.Substitute }) {
				continue
			}
			ok, err := d.concerns(ctx, teams[i].Area, s.Holder, to)
			if err != nil {
				return nil, err
			}
			if !ok {
				continue
			}
			more, err := d.Directory.Who(ctx, mediation.Recipient{User: s.Substitute})
			if err != nil {
				return nil, err
			}
			who = append(who, more...)
		}
	}
	return who, nil
}

// concerns tells whether what a recipient is told of lies in the team's area.
func (d *StandIns) concerns(ctx context.Context, area grid.Code, holder string, to mediation.Recipient) (bool, error) {
	if to.User == "" {
		return area.Contains(to.Area), nil
	}
	of, _, err := d.ActorOf(ctx, holder)
	return err == nil && area.Contains(of.Area) && of.Role != mediation.MediatorRole, err // a mediator is asked in person
}

// standing are the teams in which somebody stands in; a change by another instance shows after directoryFresh.
func (d *StandIns) standing(ctx context.Context) ([]team.Team, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	changes := d.s.standing.Load()
	if !d.at.IsZero() && d.seen == changes && time.Since(d.at) < directoryFresh {
		return d.teams, nil
	}
	teams, err := d.s.Teams().standings(ctx)
	if err == nil {
		d.teams, d.seen, d.at = teams, changes, time.Now()
	}
	return teams, err
}
