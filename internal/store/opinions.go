package store

import (
	"context"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/opinion"
)

const (
	opinionSitesTable     = "opinion_sites"
	opinionCampaignsTable = "opinion_campaigns"
	suggestionsTable      = "opinion_suggestions"
	opinionResultsTable   = "opinion_results"
)

// opinionTables: sites and campaigns by the areas that hold them; suggestions by all that lists are led by; editions under their ids.
var opinionTables = []Table{
	{Name: opinionSitesTable, Tagged: true, Keys: []Key{{"kind", Text}, {"open", Int}}},
	{Name: opinionCampaignsTable, Tagged: true, Keys: []Key{{"stage", Text}, {"due", Int}, {keptKey, Int}}, Indexes: []Index{{Keys: []string{"due", "sort"}}, {Keys: []string{keptKey, "sort"}}}},
	{Name: suggestionsTable, Tagged: true, Keys: []Key{{"state", Text}, {"topic", Text}, {"area", Text}, {"due", Int}}, Indexes: []Index{{Keys: []string{"due", "sort"}}}},
	{Name: opinionResultsTable},
}

// inside are the tags by which what lies in an area is found from every area that holds it.
func inside(a grid.Code) []string {
	var tags []string
	for _, x := range around(a) {
		tags = append(tags, "in:"+x)
	}
	return tags
}

// addOnce stores a row unless one of its id is there, and tells whether it did.
func (s *Store) addOnce(ctx context.Context, table string, row Row) (bool, error) {
	done, err := s.Engine.Apply(ctx, Write{Table: table, Op: Ensure, Row: row})
	if err != nil {
		return false, trouble("add to "+table, err)
	}
	return done[0].Done, nil
}

// OpinionSites implements opinion.Sites.
type OpinionSites struct{ s *Store }

// OpinionSites returns the port.
func (s *Store) OpinionSites() *OpinionSites { return &OpinionSites{s} }

var _ opinion.Sites = (*OpinionSites)(nil)

// keeperTag is of sites that take suggestions, by who keeps them.
func keeperTag(user string) string { return "kp:" + user }

func siteRow(s *opinion.Site) (Row, error) {
	tags := inside(s.Cell)
	if s.Keeper != "" && s.Closed.IsZero() {
		tags = append(tags, keeperTag(s.Keeper))
	}
	body, err := encode(s)
	return Row{ID: s.ID, Sort: s.Made.UnixMilli(), Tags: tags, Body: body, Keys: map[string]any{"kind": string(s.Kind), "open": flag(s.Closed.IsZero())}}, err
}

func readSite(row Row) (s opinion.Site, err error) {
	err = decode(opinionSitesTable, row.ID, row.Body, &s)
	s.Version = row.Version
	return s, err
}

// Add implements opinion.Sites.
func (p *OpinionSites) Add(ctx context.Context, s opinion.Site) (bool, opinion.Site, error) {
	row, err := siteRow(&s)
	if err != nil {
		return false, s, err
	}
	stored, err := p.s.addOnce(ctx, opinionSitesTable, row)
	if err != nil {
		return false, s, err
	}
	s, err = p.Load(ctx, s.ID)
	return stored, s, err
}

// Load implements opinion.Sites.
func (p *OpinionSites) Load(ctx context.Context, id string) (opinion.Site, error) {
	row, err := p.s.Engine.Get(ctx, opinionSitesTable, id)
	if err != nil {
		return opinion.Site{}, trouble("load site", err)
	}
	return readSite(row)
}

// Update implements opinion.Sites.
func (p *OpinionSites) Update(ctx context.Context, id string, fn func(*opinion.Site) error) (s opinion.Site, err error) {
	done, err := p.s.modify(ctx, opinionSitesTable, id, func(row Row) (Row, []Write, error) {
		var err error
		if s, err = readSite(row); err == nil {
			err = fn(&s)
		}
		if err != nil {
			return row, nil, err
		}
		next, err := siteRow(&s)
		return next, nil, err
	})
	if err != nil {
		return opinion.Site{}, trouble("change site", err)
	}
	s.Version = done.Version
	return s, nil
}

// List implements opinion.Sites.
func (p *OpinionSites) List(ctx context.Context, f opinion.SiteFilter, cursor string, limit int) ([]opinion.Site, string, error) {
	q := Query{Table: opinionSitesTable, Desc: true, Tags: []string{"in:" + string(f.Area)}, Eq: map[string]any{}}
	if f.Kind != "" {
		q.Eq["kind"] = string(f.Kind)
	}
	if f.Open != nil {
		q.Eq["open"] = flag(*f.Open)
	}
	if f.Keeper != "" {
		q.Tags = append([]string{keeperTag(f.Keeper)}, q.Tags...)
	}
	rows, next, err := p.s.page(ctx, q, cursor, limit)
	if err != nil {
		return nil, "", trouble("list sites", err)
	}
	list := make([]opinion.Site, len(rows))
	for i, row := range rows {
		if list[i], err = readSite(row); err != nil {
			return nil, "", err
		}
	}
	return list, next, nil
}

// OpinionResults implements opinion.Publications.
type OpinionResults struct{ s *Store }

// OpinionResults returns the port.
func (s *Store) OpinionResults() *OpinionResults { return &OpinionResults{s} }

var _ opinion.Publications = (*OpinionResults)(nil)

// Add implements opinion.Publications.
func (p *OpinionResults) Add(ctx context.Context, x opinion.Publication) error {
	body, err := encode(x)
	if err == nil {
		_, err = p.s.addOnce(ctx, opinionResultsTable, Row{ID: x.ID, Sort: x.At.UnixMilli(), Body: body})
	}
	return err
}

// Load implements opinion.Publications.
func (p *OpinionResults) Load(ctx context.Context, id string) (x opinion.Publication, err error) {
	row, err := p.s.Engine.Get(ctx, opinionResultsTable, id)
	if err != nil {
		return x, trouble("load results", err)
	}
	return x, decode(opinionResultsTable, row.ID, row.Body, &x)
}

// OpinionCampaigns implements opinion.Campaigns.
type OpinionCampaigns struct{ s *Store }

// OpinionCampaigns returns the port.
func (s *Store) OpinionCampaigns() *OpinionCampaigns { return &OpinionCampaigns{s} }

var _ opinion.Campaigns = (*OpinionCampaigns)(nil)

func opinionCampaignRow(c *opinion.Campaign) (Row, error) {
	body, err := encode(c)
	return Row{ID: c.ID, Sort: c.Made.UnixMilli(), Tags: append(inside(c.Area), "at:"+string(c.Area)), Body: body,
		Keys: map[string]any{"stage": string(c.Stage), "due": millis(c.NextDue), keptKey: millis(c.KeptSince())}}, err
}

func readOpinionCampaign(row Row) (c opinion.Campaign, err error) {
	return c, decode(opinionCampaignsTable, row.ID, row.Body, &c)
}

// Add implements opinion.Campaigns.
func (p *OpinionCampaigns) Add(ctx context.Context, c opinion.Campaign) (bool, opinion.Campaign, error) {
	row, err := opinionCampaignRow(&c)
	if err != nil {
		return false, c, err
	}
	stored, err := p.s.addOnce(ctx, opinionCampaignsTable, row)
	if err != nil || stored {
		return stored, c, err
	}
	c, err = p.Load(ctx, c.ID)
	return false, c, err
}

// Load implements opinion.Campaigns.
func (p *OpinionCampaigns) Load(ctx context.Context, id string) (opinion.Campaign, error) {
	row, err := p.s.Engine.Get(ctx, opinionCampaignsTable, id)
	if err != nil {
		return opinion.Campaign{}, trouble("load campaign", err)
	}
	return readOpinionCampaign(row)
}

// Update implements opinion.Campaigns.
func (p *OpinionCampaigns) Update(ctx context.Context, id string, fn func(*opinion.Campaign) ([]mediation.Notice, error)) (opinion.Campaign, error) {
	c, _, err := telling[opinion.Campaign]{p.s, opinionCampaignsTable, readOpinionCampaign, opinionCampaignRow}.change(ctx, id, fn)
	if err != nil {
		return c, trouble("change campaign", err)
	}
	return c, nil
}

// List implements opinion.Campaigns.
func (p *OpinionCampaigns) List(ctx context.Context, f opinion.CampaignFilter, cursor string, limit int) ([]opinion.Campaign, string, error) {
	q := Query{Table: opinionCampaignsTable, Desc: true, Any: []string{"in:" + string(f.Meets)}, Eq: map[string]any{}}
	for _, a := range around(f.Meets) {
		q.Any = append(q.Any, "at:"+a)
	}
	if f.Stage != "" {
		q.Eq["stage"] = string(f.Stage)
	}
	rows, next, err := p.s.page(ctx, q, cursor, limit)
	if err != nil {
		return nil, "", trouble("list campaigns", err)
	}
	list := make([]opinion.Campaign, len(rows))
	for i, row := range rows {
		if list[i], err = readOpinionCampaign(row); err != nil {
			return nil, "", err
		}
	}
	return list, next, nil
}

// Kept implements opinion.Campaigns.
func (p *OpinionCampaigns) Kept(ctx context.Context, until time.Time, limit int) ([]string, time.Time, error) {
	return p.s.keptBy(ctx, opinionCampaignsTable, until, limit)
}

// Due implements opinion.Campaigns.
func (p *OpinionCampaigns) Due(ctx context.Context, until time.Time, limit int) ([]string, error) {
	return p.s.dueIDs(ctx, opinionCampaignsTable, until, limit)
}

// Defer implements opinion.Campaigns.
func (p *OpinionCampaigns) Defer(ctx context.Context, id string, until time.Time) error {
	_, err := p.s.modify(ctx, opinionCampaignsTable, id, func(row Row) (Row, []Write, error) {
		c, err := readOpinionCampaign(row)
		if err != nil {
			row.Keys["due"] = until.UnixMilli() // one that cannot be read must not hold up the sweep either
			return row, nil, nil
		}
		c.NextDue, c.Stumble = until, c.Stumble+1
		next, err := opinionCampaignRow(&c)
		return next, nil, err
	})
	return trouble("put off campaign", err)
}
