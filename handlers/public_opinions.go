package handlers

import (
	"cmp"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/opinion"
)

const (
	leafCampaigns = 30  // of a page
	leafItems     = 100 // of a page
)

// leafCampaign is a campaign as a page shows it.
type leafCampaign struct {
	TopicZh, TopicEn string
	StageZh, StageEn string
	First, Last      string // days
	Early, Prolonged bool
	Area, Unit       string
	Whole            *opinion.Tally // nil until published
	Results          string         // link; "" until published
}

func (a *API) publicCampaigns(c *Call) (Reply, error) {
	list, next, err := a.Opinions.ReleasedCampaigns(c.Context, c.QueryText("cursor"), leafCampaigns)
	if err != nil {
		return Reply{}, err
	}
	page := struct {
		leafHead
		Campaigns []leafCampaign
		More      string
	}{leafHead: head("民意征集", "Collecting opinions")}
	for i := range list {
		one, err := a.leafCampaign(c, &list[i])
		if err != nil {
			return Reply{}, err
		}
		page.Campaigns = append(page.Campaigns, one)
	}
	if next != "" {
		page.More = "/opinions?cursor=" + url.QueryEscape(next)
	}
	return a.leaf("campaigns", page)
}

func (a *API) leafCampaign(c *Call, k *opinion.ReleasedCampaign) (v leafCampaign, err error) {
	zone, err := a.zone(c)
	if err != nil {
		return v, err
	}
	v = leafCampaign{TopicZh: k.TopicZh, TopicEn: k.TopicEn, First: dayIn(zone, k.Opens), Last: dayIn(zone, k.Ends.Add(-time.Nanosecond)), Early: k.Early, Prolonged: k.Prolonged, Unit: k.Unit,
		StageZh: opinionStage(k.Stage, true), StageEn: opinionStage(k.Stage, false)}
	v.Area, _ = a.Atlas.Load().Name(k.Area)
	if k.Stage != opinion.Published {
		return v, nil
	}
	v.Results = "/opinions/" + url.PathEscape(k.ID)
	edition, err := a.edition(c, k.ID, k.Editions)
	v.Whole = &edition.Whole
	return v, err
}

func dayIn(zone *time.Location, at time.Time) string { return at.In(zone).Format(time.DateOnly) }

// edition is the head of an edition of results, which is read whole once.
func (a *API) edition(c *Call, campaign string, n int) (opinion.ReleasedEdition, error) {
	key := campaign + "/" + strconv.Itoa(n)
	if known, ok := a.leaves.editions.Get(key); ok {
		return known, nil
	}
	results, err := a.Opinions.ReleasedResults(c.Context, campaign, n)
	if err == nil {
		a.leaves.editions.Add(key, results.ReleasedEdition)
	}
	return results.ReleasedEdition, err
}

// leafRow is how many suggestions there were of a topic or for a unit.
type leafRow struct {
	Zh, En string
	opinion.Tally
}

type leafItem struct {
	Summary, Answer, Unit string
	TopicZh, TopicEn      string
	VerdictZh, VerdictEn  string
}

type leafEdition struct {
	Edition          int
	At, Reason, Link string
}

type leafResults struct {
	leafHead
	Campaign     leafCampaign
	Edition      int
	At, Text     string
	Old          bool          // it was corrected since
	Editions     []leafEdition // where there are several
	Rows         []leafRow
	Items        []leafItem
	LeftOff      int
	Before, More string
}

func (a *API) publicResults(c *Call) (Reply, error) {
	id := c.PathID("id")
	k, err := a.Opinions.ReleasedCampaign(c.Context, id)
	if errors.Is(err, mediation.ErrNotFound) || err == nil && k.Stage != opinion.Published {
		return a.missing()
	}
	if err != nil {
		return Reply{}, err
	}
	edition, given, err := c.QueryNumber("edition", 1, opinion.MaxEditions)
	if err != nil {
		return Reply{}, err
	}
	if !given {
		edition = k.Editions
	}
	page, given, err := c.QueryNumber("page", 1, opinion.MaxItems/leafItems)
	if err != nil {
		return Reply{}, err
	}
	if !given {
		page = 1
	}
	r, err := a.Opinions.ReleasedResults(c.Context, id, edition)
	if errors.Is(err, mediation.ErrNotFound) {
		return a.missing()
	}
	if err != nil {
		return Reply{}, err
	}
	v, err := a.leafResults(c, &k, &r, edition)
	if err != nil {
		return Reply{}, err
	}
	v.turn(page, func(n int) string {
		return fmt.Sprintf("/opinions/%s?edition=%d&page=%d", url.PathEscape(id), edition, n)
	})
	return a.leaf("results", v)
}

// missing is the page in place of results that there are not, or not yet: whoever followed a link from a poster reads it in a browser.
func (a *API) missing() (Reply, error) {
	r, err := a.leaf("missing", head("没有这份结果", "No such results"))
	r.Status = http.StatusNotFound
	return r, err
}

// turn leaves the items of one page, with links to those beside it.
func (v *leafResults) turn(page int, link func(page int) string) {
	from, until := min((page-1)*leafItems, len(v.Items)), min(page*leafItems, len(v.Items))
	if page > 1 {
		v.Before = link(page - 1)
	}
	if until < len(v.Items) {
		v.More, v.LeftOff = link(page+1), 0
	}
	v.Items = v.Items[from:until]
}

func (a *API) leafResults(c *Call, k *opinion.ReleasedCampaign, r *opinion.ReleasedResults, edition int) (v leafResults, err error) {
	pol, err := a.policy(c.Context, "")
	if err != nil {
		return v, err
	}
	zone, err := a.zone(c)
	if err != nil {
		return v, err
	}
	v = leafResults{leafHead: head(cmp.Or(k.TopicZh, "民意征集结果"), k.TopicEn), Edition: edition, Old: edition < k.Editions, At: dayIn(zone, r.At), Text: r.Text, LeftOff: r.LeftOff, Rows: []leafRow{{"全部", "all", r.Whole}}}
	if v.Campaign, err = a.leafCampaign(c, k); err != nil {
		return v, err
	}
	v.Campaign.Results = "" // it is this page
	for n := 1; n <= k.Editions && k.Editions > 1; n++ {
		e, err := a.edition(c, k.ID, n)
		if err != nil {
			return v, err
		}
		v.Editions = append(v.Editions, leafEdition{n, dayIn(zone, e.At), e.Reason, fmt.Sprintf("/opinions/%s?edition=%d", url.PathEscape(k.ID), n)})
	}
	for _, x := range r.Topics {
		name := topicName(r.Names, pol, x.Of)
		v.Rows = append(v.Rows, leafRow{name.Zh, name.En, x.Tally})
	}
	for _, x := range r.Units {
		v.Rows = append(v.Rows, leafRow{x.Of, "", x.Tally})
	}
	for _, x := range r.Items {
		one := leafItem{Summary: x.Summary, Answer: x.Answer, Unit: x.Unit, VerdictZh: verdictText(x.Verdict, true), VerdictEn: verdictText(x.Verdict, false)}
		name := topicName(r.Names, pol, x.Topic)
		one.TopicZh, one.TopicEn = name.Zh, name.En
		v.Items = append(v.Items, one)
	}
	return v, nil
}

// leafGroup is the sites of one part of the county.
type leafGroup struct {
	Name  string
	Sites []leafSite
	code  grid.Code
}

type leafSite struct {
	Station                 bool
	Name, Cell, Unit, Hours string
	Map                     template.URL // opens the place in the phone's map
}

func (a *API) publicSites(c *Call) (Reply, error) {
	list, more, err := a.Opinions.ReleasedSites(c.Context, maxMapped)
	if err != nil {
		return Reply{}, err
	}
	page := struct {
		leafHead
		Stations, Points int
		Groups           []leafGroup
		Cut              bool
	}{leafHead: head("征集站、征集点", "Stations and points"), Cut: more}
	pol, err := a.policy(c.Context, "")
	if err != nil {
		return Reply{}, err
	}
	plan, below := a.Atlas.Load(), grid.Code(pol.County).Depth()+1
	for _, s := range list {
		part := s.Cell.Below(below)
		if n := len(page.Groups); n == 0 || page.Groups[n-1].code != part {
			name, _ := plan.Name(part)
			page.Groups = append(page.Groups, leafGroup{Name: cmp.Or(name, string(part)), code: part})
		}
		group := &page.Groups[len(page.Groups)-1]
		one := leafSite{Station: s.Kind == opinion.Station, Name: s.Name, Unit: s.Unit, Hours: s.Hours, Map: template.URL(fmt.Sprintf("geo:%.6f,%.6f", s.Place.Lat(), s.Place.Lon()))}
		one.Cell, _ = plan.Name(s.Cell)
		group.Sites = append(group.Sites, one)
		if one.Station {
			page.Stations++
		} else {
			page.Points++
		}
	}
	return a.leaf("sites", page)
}
