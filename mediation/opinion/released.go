package opinion

import (
	"cmp"
	"context"
	"slices"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"

	"github.com/paulmach/orb"
)

// What everybody may read, signed in or not, is copied out word by word into the types of this file; what they have no field for is not
// released: who keeps a site, who announced, ended, prolonged or published, and with which reason, single suggestions, and every number
// before the results are published.

// ReleasedSite is a site that takes suggestions.
type ReleasedSite struct {
	Kind        Kind
	Name        string
	Place       orb.Point // WGS-84, degrees
	Cell        grid.Code
	Unit, Hours string
}

// ReleasedCampaign is a campaign as it was announced, and how it stands.
type ReleasedCampaign struct {
	ID               string
	TopicZh, TopicEn string
	Area             grid.Code
	Unit             string
	Opens            time.Time
	// Ends is when it closes, or closed: the midnight after its last day, or the time at which it was ended early.
	Ends      time.Time
	Early     bool // it was ended before its time
	Prolonged bool
	Stage     Stage // by the day, whether or not the sweep has come by
	Editions  int   // of its results
}

// ReleasedEdition is what is said of an edition of results without its items. It never changes.
type ReleasedEdition struct {
	At     time.Time
	Text   string
	Reason string // of a correction
	Whole  Tally
}

// ReleasedResults are an edition of a campaign's results.
type ReleasedResults struct {
	ReleasedEdition
	Topics, Units []Part
	Names         map[string]policy.Text // of topics
	Items         []Item
	LeftOff       int // items beyond MaxItems
}

// released leaves a text out that holds a number like a person's: staff wrote it for each other before it was anybody's to read.
func released(text string) string {
	if Personal(text, nil) {
		return ""
	}
	return text
}

// release is the site as everybody may read it; false where it is closed.
func (s *Site) release() (ReleasedSite, bool) {
	return ReleasedSite{Kind: s.Kind, Name: released(s.Name), Place: s.Place, Cell: s.Cell, Unit: released(s.Unit), Hours: released(s.Hours)}, s.Closed.IsZero()
}

// release is the campaign as everybody may read it.
func (c *Campaign) release(now time.Time) ReleasedCampaign {
	r := ReleasedCampaign{ID: c.ID, TopicZh: released(c.TopicZh), TopicEn: released(c.TopicEn), Area: c.Area, Unit: released(c.Unit), Opens: c.Opens, Ends: c.Closes, Prolonged: c.Prolonged != nil,
		Stage: c.Stage, Editions: len(c.Editions)}
	if !c.Ended.IsZero() && c.Ended.Before(c.Closes) {
		r.Ends, r.Early = c.Ended, true
	}
	switch {
	case r.Stage == Published || r.Stage == Closed:
	case !now.Before(c.Closes):
		r.Stage = Closed
	case !now.Before(c.Opens):
		r.Stage = Open
	}
	return r
}

// release is the edition as everybody may read it.
func (p *Publication) release() ReleasedResults {
	r := ReleasedResults{ReleasedEdition: ReleasedEdition{At: p.At, Text: p.Text, Reason: p.Reason, Whole: p.Whole}, Topics: p.Topics, Names: p.Names, Items: slices.Clone(p.Items), LeftOff: p.LeftOff}
	for i := range r.Items {
		x := &r.Items[i]
		x.Unit, x.Summary, x.Answer = released(x.Unit), released(x.Summary), released(x.Answer)
	}
	for _, u := range p.Units {
		u.Of = released(u.Of)
		r.Units = append(r.Units, u)
	}
	return r
}

// ReleasedSites lists the sites that take suggestions, in the order of their codes, at most as many as said; more tells that there are further ones.
func (s *Service) ReleasedSites(ctx context.Context, most int) (list []ReleasedSite, more bool, err error) {
	open := true
	sites, next, err := s.Sites.List(ctx, SiteFilter{Open: &open}, "", most)
	for i := range sites {
		if x, ok := sites[i].release(); ok {
			list = append(list, x)
		}
	}
	slices.SortFunc(list, compareSites)
	return list, next != "", err
}

func compareSites(a, b ReleasedSite) int {
	return cmp.Or(cmp.Compare(a.Cell, b.Cell), -cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
}

// ReleasedCampaigns pages the campaigns, the newest first.
func (s *Service) ReleasedCampaigns(ctx context.Context, cursor string, limit int) ([]ReleasedCampaign, string, error) {
	list, next, err := s.Campaigns.List(ctx, CampaignFilter{}, cursor, limit)
	out := make([]ReleasedCampaign, len(list))
	for i := range list {
		out[i] = list[i].release(s.now())
	}
	return out, next, err
}

// ReleasedCampaign returns one. mediation.ErrNotFound.
func (s *Service) ReleasedCampaign(ctx context.Context, id string) (ReleasedCampaign, error) {
	c, err := s.Campaigns.Load(ctx, id)
	if err != nil {
		return ReleasedCampaign{}, err
	}
	return c.release(s.now()), nil
}

// ReleasedResults returns an edition of a campaign's results, from 1. mediation.ErrNotFound where it was not published.
func (s *Service) ReleasedResults(ctx context.Context, id string, edition int) (ReleasedResults, error) {
	c, err := s.Campaigns.Load(ctx, id)
	if err != nil {
		return ReleasedResults{}, err
	}
	if edition < 1 {
		return ReleasedResults{}, mediation.ErrNotFound
	}
	p, err := s.Edition(ctx, &c, edition)
	if err != nil {
		return ReleasedResults{}, err
	}
	return p.release(), nil
}
