package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/opinion"
)

type opinionCampaignBody struct {
	ClientID string `json:"clientId" max:"64"`
	Topic    struct {
		Zh string `json:"zh"`
		En string `json:"en"`
	} `json:"topic"`
	Area   grid.Code `json:"area" max:"200"`
	Unit   string    `json:"unit"`
	Opens  string    `json:"opens" max:"10"`
	Closes string    `json:"closes" max:"10"`
}

func (a *API) announceCampaign(c *Call) (Reply, error) {
	var b opinionCampaignBody
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	if b.Area == "" {
		b.Area = c.Actor.Area
	}
	if err := checkCode(a.Atlas.Load(), "area", b.Area); err != nil {
		return Reply{}, err
	}
	k, again, err := a.Opinions.Announce(c.Context, c.Actor, opinion.CampaignInput{ID: b.ClientID, TopicZh: b.Topic.Zh, TopicEn: b.Topic.En, Area: b.Area, Unit: b.Unit, Opens: b.Opens, Closes: b.Closes})
	return a.madeReply(c, again, "/api/v1/opinions/campaigns/"+k.ID, err, func() (Reply, error) { return a.showOpinionCampaign(c, &k) })
}

func (a *API) oneOpinionCampaign(c *Call) (Reply, error) {
	return a.againOpinionCampaign(c, c.PathID("id"))
}

func (a *API) againOpinionCampaign(c *Call, id string) (Reply, error) {
	k, err := a.Opinions.Campaigns.Load(c.Context, id)
	return a.changedOpinionCampaign(c, &k, err)
}

func (a *API) changedOpinionCampaign(c *Call, k *opinion.Campaign, err error) (Reply, error) {
	if err != nil {
		return Reply{}, err
	}
	return a.showOpinionCampaign(c, k)
}

func (a *API) endOpinionCampaign(c *Call) (Reply, error) {
	reason, err := reasonOf(c)
	if err != nil {
		return Reply{}, err
	}
	k, err := a.Opinions.EndCampaign(c.Context, c.Actor, c.PathID("id"), c.Revision, c.Key, reason)
	return a.changedOpinionCampaign(c, &k, err)
}

func (a *API) prolongOpinionCampaign(c *Call) (Reply, error) {
	var b struct {
		Closes string `json:"closes" max:"10"`
		Reason string `json:"reason"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	k, err := a.Opinions.ProlongCampaign(c.Context, c.Actor, c.PathID("id"), c.Revision, c.Key, b.Closes, b.Reason)
	return a.changedOpinionCampaign(c, &k, err)
}

func (a *API) opinionCampaigns(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	f := opinion.CampaignFilter{Meets: grid.Code(c.QueryText("area")), Stage: opinion.Stage(c.QueryText("stage"))}
	if f.Meets == "" {
		f.Meets = c.Actor.Area
	}
	if err := checkCode(a.Atlas.Load(), "area", f.Meets); err != nil {
		return Reply{}, err
	}
	if f.Stage != "" && opinionStage(f.Stage, true) == string(f.Stage) {
		return Reply{}, invalid("unknown_value", "stage", "value", printable(string(f.Stage)))
	}
	list, next, err := a.Opinions.Campaigns.List(c.Context, f, c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	views := make([]opinionCampaignView, len(list))
	for i := range list {
		views[i] = a.viewOpinionCampaign(c, &list[i])
	}
	return Reply{View: NewPage(views, next)}, nil
}

func (a *API) publishResults(c *Call) (Reply, error) {
	var b struct {
		Text string `json:"text"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	k, err := a.Opinions.Publish(c.Context, c.Actor, c.PathID("id"), c.Revision, c.Key, b.Text, false, "")
	return a.publishedReply(c, &k, err)
}

func (a *API) correctResults(c *Call) (Reply, error) {
	var b struct {
		Text   string `json:"text"`
		Reason string `json:"reason"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	k, err := a.Opinions.Publish(c.Context, c.Actor, c.PathID("id"), c.Revision, c.Key, b.Text, true, b.Reason)
	return a.publishedReply(c, &k, err)
}

func (a *API) publishedReply(c *Call, k *opinion.Campaign, err error) (Reply, error) {
	if err != nil {
		return Reply{}, err
	}
	r, err := a.showResults(c, k, 0)
	r.Ref = k.ID
	return r, err
}

func (a *API) againResults(c *Call, id string) (Reply, error) {
	k, err := a.Opinions.Campaigns.Load(c.Context, id)
	return a.publishedReply(c, &k, err)
}

func (a *API) opinionResults(c *Call) (Reply, error) {
	edition, _, err := c.QueryNumber("edition", 1, opinion.MaxEditions)
	if err != nil {
		return Reply{}, err
	}
	k, err := a.Opinions.Campaigns.Load(c.Context, c.PathID("id"))
	if err != nil {
		return Reply{}, err
	}
	return a.showResults(c, &k, edition)
}

// suggestionBody is a suggestion as a phone sends it.
type suggestionBody struct {
	ClientID string    `json:"clientId" max:"64"`
	Site     string    `json:"site" max:"64"`
	Cell     grid.Code `json:"cell" max:"200"`
	Topic    string    `json:"topic" max:"64"`
	Text     string    `json:"text"`
	Name     string    `json:"name"`
	Phone    string    `json:"phone" max:"40"`
}

func (a *API) suggest(c *Call) (Reply, error) {
	var b suggestionBody
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	print, err := json.Marshal(b)
	if err != nil {
		return Reply{}, err
	}
	sum := sha256.Sum256(append(print, c.PathID("id")...))
	s, again, err := a.Opinions.Suggest(c.Context, c.Actor, opinion.Input{ClientID: b.ClientID, Campaign: c.PathID("id"), Site: b.Site, Cell: b.Cell, Topic: b.Topic, Text: b.Text,
		Name: b.Name, Phone: b.Phone, Print: hex.EncodeToString(sum[:])})
	return a.madeReply(c, again, "/api/v1/opinions/suggestions/"+s.ID, err, func() (Reply, error) { return a.showSuggestion(c, &s, false) })
}

func (a *API) suggestions(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	f := opinion.Filter{Area: grid.Code(c.QueryText("area")), Campaign: c.QueryText("campaign"), Topic: c.QueryText("topic"), Unit: c.QueryText("unit"), State: opinion.State(c.QueryText("state"))}
	if err := checkCode(a.Atlas.Load(), "area", f.Area); err != nil {
		return Reply{}, err
	}
	if f.State != "" && suggestionState(f.State, true) == string(f.State) {
		return Reply{}, invalid("unknown_value", "state", "value", printable(string(f.State)))
	}
	list, next, err := a.Opinions.List(c.Context, c.Actor, f, c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	views := make([]suggestionHead, len(list))
	for i := range list {
		views[i] = l.suggestionHead(&list[i])
	}
	return Reply{View: NewPage(views, next)}, nil
}

// oneSuggestion shows a suggestion. Who made it is masked, unless who decides on it asks, which is noted in it.
func (a *API) oneSuggestion(c *Call) (Reply, error) {
	s, err := a.Opinions.Look(c.Context, c.Actor, c.PathID("id"))
	if err != nil {
		return Reply{}, err
	}
	reveal := c.QueryText("reveal")
	if reveal != "" && reveal != "contact" {
		return Reply{}, invalid("unknown_value", "reveal", "value", printable(reveal))
	}
	if reveal != "" {
		if err := a.Opinions.SeeContact(c.Context, c.Actor, &s); err != nil {
			return Reply{}, err
		}
	}
	return a.showSuggestion(c, &s, reveal != "")
}

func (a *API) againSuggestion(c *Call, id string) (Reply, error) {
	s, err := a.Opinions.Look(c.Context, c.Actor, id)
	return a.changedSuggestion(c, &s, err)
}

func (a *API) changedSuggestion(c *Call, s *opinion.Suggestion, err error) (Reply, error) {
	if err != nil {
		return Reply{}, err
	}
	return a.showSuggestion(c, s, false)
}

func (a *API) decideSuggestion(c *Call) (Reply, error) {
	var b struct {
		Verdict opinion.Verdict `json:"verdict" max:"20"`
		Summary string          `json:"summary"`
		Answer  string          `json:"answer"`
		Reason  string          `json:"reason"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	s, err := a.Opinions.Decide(c.Context, c.Actor, c.PathID("id"), c.Revision, c.Key, opinion.Outcome{Verdict: b.Verdict, Summary: b.Summary, Answer: b.Answer, Reason: b.Reason})
	return a.changedSuggestion(c, &s, err)
}

func (a *API) reportSuggestion(c *Call) (Reply, error) {
	var b struct {
		Category string `json:"category" max:"64"`
		Severity int    `json:"severity"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	s, err := a.Opinions.Become(c.Context, c.Actor, c.PathID("id"), c.Revision, c.Key, b.Category, b.Severity)
	return a.changedSuggestion(c, &s, err)
}

func (a *API) opinionFigures(c *Call) (Reply, error) {
	area := grid.Code(c.QueryText("area"))
	if err := checkCode(a.Atlas.Load(), "area", area); err != nil {
		return Reply{}, err
	}
	f, err := a.Opinions.Figures(c.Context, c.Actor, area, c.QueryText("campaign"))
	if err != nil {
		return Reply{}, err
	}
	return Reply{View: viewOpinionFigures(&f, a.Cases.Now())}, nil
}

// opinionStage and suggestionState are the names of what these are in.
func opinionStage(s opinion.Stage, zh bool) string {
	for _, x := range opinion.Stages {
		if x.Stage == s {
			return choose(zh, x.Zh, x.En)
		}
	}
	return string(s)
}

func suggestionState(s opinion.State, zh bool) string {
	for _, x := range opinion.States {
		if x.State == s {
			return choose(zh, x.Zh, x.En)
		}
	}
	return string(s)
}

// mayDecide tells whether the caller decides on a suggestion now.
func mayDecide(actor mediation.Actor, s *opinion.Suggestion) bool {
	return opinion.May(actor, mediation.SuggestionDecide, s) && slices.Contains([]opinion.State{opinion.Routed, opinion.Decided}, s.State)
}
