package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"fengqiao/mediation/scorecard"
)

const (
	scorecardsTable = "scorecards"
	snapshotsTable  = "scorecard_snapshots"
	// scorecardSetting names the version in force of each card.
	scorecardSetting = "scorecards"
)

// scorecardTables: versions lie under their ids, snapshots under card and month, neither of which is ever changed; months by when they are frozen.
var scorecardTables = []Table{{Name: scorecardsTable}, {Name: snapshotsTable, Tagged: true},
	{Name: monthsTable, Keys: []Key{{"due", Int}}, Indexes: []Index{{Keys: []string{"due", "sort"}}}}}

// Scorecards implements scorecard.Cards.
type Scorecards struct {
	s     *Store
	known sync.Map // id → *scorecard.Card
}

// Scorecards returns the port; it caches, so keep one.
func (s *Store) Scorecards() *Scorecards { return &Scorecards{s: s} }

var _ scorecard.Cards = (*Scorecards)(nil)

func readCardsInForce(text []byte) (map[string]string, error) {
	register := map[string]string{}
	if len(text) == 0 {
		return register, nil
	}
	return register, decode(settingsTable, scorecardSetting, text, &register)
}

// Put implements scorecard.Cards. The version is stored before the register names it.
func (p *Scorecards) Put(ctx context.Context, at int64, c *scorecard.Card) error {
	if _, err := p.s.Engine.Apply(ctx, Write{Table: scorecardsTable, Op: Ensure, Row: Row{ID: c.ID, Body: c.Source}}); err != nil {
		return trouble("import scorecard", err)
	}
	_, err := p.s.amend(ctx, scorecardSetting, at, func(text []byte) ([]byte, error) {
		register, err := readCardsInForce(text)
		if err != nil || register[c.Key] == c.ID {
			return text, err
		}
		register[c.Key] = c.ID
		return encode(register)
	})
	return err
}

// InForce implements scorecard.Cards.
func (p *Scorecards) InForce(ctx context.Context) ([]*scorecard.Card, int64, error) {
	text, revision, err := p.s.setting(ctx, scorecardSetting)
	if err != nil {
		return nil, 0, err
	}
	register, err := readCardsInForce([]byte(text))
	if err != nil {
		return nil, 0, err
	}
	var cards []*scorecard.Card
	for _, key := range slices.Sorted(maps.Keys(register)) {
		c, err := p.Version(ctx, register[key])
		if err != nil {
			return nil, 0, err
		}
		cards = append(cards, c)
	}
	return cards, revision, nil
}

// Version implements scorecard.Cards.
func (p *Scorecards) Version(ctx context.Context, id string) (*scorecard.Card, error) {
	if c, ok := p.known.Load(id); ok {
		return c.(*scorecard.Card), nil
	}
	row, err := p.s.Engine.Get(ctx, scorecardsTable, id)
	if err != nil {
		return nil, trouble("load scorecard", err)
	}
	c, err := scorecard.LoadKept(id, row.Body)
	if err != nil {
		return nil, fmt.Errorf("store: scorecard %s does not load any more: %w", id, err)
	}
	p.known.Store(id, c)
	return c, nil
}
