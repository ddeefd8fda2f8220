package handlers

import (
	"time"

	"fengqiao/mediation/opinion"
)

// tallyView is how many suggestions there were, and what became of them.
type tallyView struct {
	Number   int `json:"number"`
	Answered int `json:"answered"`
	Adopted  int `json:"adopted"`
	Partly   int `json:"partly"`
	Declined int `json:"declined"`
	Turned   int `json:"turned"`
}

type topicTally struct {
	Topic     string `json:"topic"`
	TopicText string `json:"topicText"`
	tallyView
}

type unitTally struct {
	Unit string `json:"unit"`
	tallyView
}

type publishedItem struct {
	Topic       string          `json:"topic"`
	TopicText   string          `json:"topicText"`
	Unit        string          `json:"unit"`
	Verdict     opinion.Verdict `json:"verdict"`
	VerdictText string          `json:"verdictText"`
	Summary     string          `json:"summary"`
	Answer      string          `json:"answer"`
}

// publishedView is an edition of a campaign's results. Nothing in it is of a person.
type publishedView struct {
	Campaign    opinionCampaignView `json:"campaign"`
	Edition     int                 `json:"edition"`
	At          time.Time           `json:"at"`
	Text        string              `json:"text"`
	Whole       tallyView           `json:"whole"`
	Topics      []topicTally        `json:"topics"`
	Units       []unitTally         `json:"units"`
	Items       []publishedItem     `json:"items"`
	LeftOff     int                 `json:"leftOff"`
	Corrections []correctionView    `json:"corrections"` // all there have been, whichever edition is read
}

type correctionView struct {
	Edition int       `json:"edition"`
	At      time.Time `json:"at"`
	Reason  string    `json:"reason"`
}

// showResults shows an edition, 0: the newest; with every correction that there has been.
func (a *API) showResults(c *Call, k *opinion.Campaign, edition int) (Reply, error) {
	p, err := a.Opinions.Edition(c.Context, k, edition)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	if edition == 0 {
		edition = len(k.Editions)
	}
	v := publishedView{Campaign: a.viewOpinionCampaign(c, k), Edition: edition, At: p.At.UTC(), Text: p.Text, Whole: tallyView(p.Whole), Topics: []topicTally{}, Units: []unitTally{}, Items: []publishedItem{},
		LeftOff: p.LeftOff, Corrections: []correctionView{}}
	for _, x := range p.Topics {
		v.Topics = append(v.Topics, topicTally{x.Of, l.text(topicName(p.Names, l.pol, x.Of)), tallyView(x.Tally)})
	}
	for _, x := range p.Units {
		v.Units = append(v.Units, unitTally{x.Of, tallyView(x.Tally)})
	}
	for _, x := range p.Items {
		v.Items = append(v.Items, publishedItem{x.Topic, l.text(topicName(p.Names, l.pol, x.Topic)), x.Unit, x.Verdict, verdictText(x.Verdict, l.zh), x.Summary, x.Answer})
	}
	for n := 2; n <= len(k.Editions); n++ {
		x, err := a.Opinions.Edition(c.Context, k, n)
		if err != nil {
			return Reply{}, err
		}
		v.Corrections = append(v.Corrections, correctionView{n, x.At.UTC(), x.Reason})
	}
	return Reply{View: v, Revision: k.Revision, Ref: k.ID}, nil
}

// opinionFiguresView is what there is in an area.
type opinionFiguresView struct {
	AsOf        time.Time      `json:"asOf"`
	Stations    int            `json:"stations"`
	Points      int            `json:"points"`
	ClosedSites int            `json:"closedSites"`
	Campaigns   map[string]int `json:"campaigns"` // by stage
	Suggestions int            `json:"suggestions"`
	ByState     map[string]int `json:"byState"`
	ByVerdict   map[string]int `json:"byVerdict"`
	ByWay       map[string]int `json:"byWay"`
	ByTopic     map[string]int `json:"byTopic"`
	ByUnit      map[string]int `json:"byUnit"`
}

func viewOpinionFigures(f *opinion.Figures, now time.Time) opinionFiguresView {
	return opinionFiguresView{AsOf: now.UTC(), Stations: f.Stations, Points: f.Points, ClosedSites: f.Closed, Campaigns: words(f.Campaigns), Suggestions: f.Suggestions, ByState: words(f.ByState),
		ByVerdict: words(f.ByVerdict), ByWay: words(f.ByWay), ByTopic: f.ByTopic, ByUnit: f.ByUnit}
}

func words[K ~string](m map[K]int) map[string]int {
	out := make(map[string]int, len(m))
	for k, n := range m {
		out[string(k)] = n
	}
	return out
}
