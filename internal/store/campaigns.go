package store

import (
	"context"
	"errors"

	"fengqiao/mediation"
	"fengqiao/mediation/campaign"
)

const campaignsTable = "campaigns"

// campaignTables: campaigns are sorted by when they were made; the head is the campaign without its list.
var campaignTables = []Table{{Name: campaignsTable}}

// Campaigns implements campaign.Campaigns.
type Campaigns struct{ s *Store }

// Campaigns returns the port.
func (s *Store) Campaigns() *Campaigns { return &Campaigns{s} }

var _ campaign.Campaigns = (*Campaigns)(nil)

func campaignRow(c *campaign.Campaign) (Row, error) {
	kept := *c
	kept.Version = 0
	body, err := encode(&kept)
	if err != nil {
		return Row{}, err
	}
	kept.Members = nil
	head, err := encode(&kept)
	return Row{ID: c.ID, Sort: c.Made.UnixMilli(), Head: head, Body: body}, err
}

func readCampaign(row Row, text []byte) (c campaign.Campaign, err error) {
	err = decode(campaignsTable, row.ID, text, &c)
	c.Version = row.Version
	return c, err
}

// Add stores a campaign once.
func (p *Campaigns) Add(ctx context.Context, c campaign.Campaign) (bool, campaign.Campaign, error) {
	row, err := campaignRow(&c)
	if err != nil {
		return false, c, err
	}
	done, err := p.s.Engine.Apply(ctx, Write{Table: campaignsTable, Op: Insert, Row: row})
	if errors.Is(err, ErrExists) {
		was, err := p.Load(ctx, c.ID)
		return false, was, err
	}
	if err != nil {
		return false, c, trouble("add campaign", err)
	}
	c.Version = done[0].Version
	return true, c, nil
}

// Load returns a campaign.
func (p *Campaigns) Load(ctx context.Context, id string) (campaign.Campaign, error) {
	row, err := p.s.Engine.Get(ctx, campaignsTable, id)
	if err != nil {
		return campaign.Campaign{}, trouble("load campaign", err)
	}
	return readCampaign(row, row.Body)
}

// Update changes a campaign together with its notices.
func (p *Campaigns) Update(ctx context.Context, id string, fn func(*campaign.Campaign) ([]mediation.Notice, error)) (campaign.Campaign, error) {
	c, version, err := telling[campaign.Campaign]{p.s, campaignsTable, whole(readCampaign), campaignRow}.change(ctx, id, fn)
	if err != nil {
		return c, trouble("change campaign", err)
	}
	c.Version = version
	return c, nil
}

// List pages campaigns, the newest first.
func (p *Campaigns) List(ctx context.Context, cursor string, limit int) ([]campaign.Campaign, string, error) {
	after, err := readPosition(cursor)
	if err != nil {
		return nil, "", err
	}
	rows, err := p.s.Engine.Find(ctx, Query{Table: campaignsTable, Desc: true, After: after, Limit: limit + 1, HeadsOnly: true})
	if err != nil {
		return nil, "", trouble("list campaigns", err)
	}
	next := ""
	if len(rows) > limit {
		rows, next = rows[:limit], writePosition(rows[limit-1])
	}
	list := make([]campaign.Campaign, len(rows))
	for i, row := range rows {
		if list[i], err = readCampaign(row, row.Head); err != nil {
			return nil, "", err
		}
	}
	return list, next, nil
}
