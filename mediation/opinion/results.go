package opinion

import (
	"cmp"
	"slices"
	"time"

	"fengqiao/mediation/policy"
)

// Tally is how many suggestions there were, and what became of them.
type Tally struct {
	Number   int
	Answered int // by the unit, those that were decided on among them
	Adopted  int
	Partly   int
	Declined int
	Turned   int // into a report: disputes
}

// Part is the tally of a topic or of a unit, by its word.
type Part struct {
	Of string
	Tally
}

// Item is one suggestion and what came of it, without anything of a person.
type Item struct {
	Topic, Unit     string
	Verdict         Verdict
	Summary, Answer string
}

// Publication (征集结果) is one edition of a campaign's results. It is written once; what was wrong is put right by another edition, which
// says why, beside it.
type Publication struct {
	ID       string
	Campaign string
	At       time.Time
	By       string
	Text     string // in the publisher's words
	Reason   string // of a correction; "" for the first edition
	Whole    Tally
	Topics   []Part
	Units    []Part
	Items    []Item
	LeftOff  int // items beyond MaxItems
	// Names are the topics' names by their words, as the suggestions' policies had them: what was published keeps them whatever is in force later.
	Names map[string]policy.Text
}

// MaxItems is how many suggestions one edition names at most; all are counted.
const MaxItems = 3000

// Standing is a suggestion, and whether its unit has answered.
type Standing struct {
	*Suggestion
	Answered bool
}

func (t *Tally) add(s Standing) {
	t.Number++
	if s.State == Decided || s.Answered {
		t.Answered++
	}
	if s.State == Turning || s.State == Turned {
		t.Turned++
	}
	if s.State != Decided {
		return
	}
	switch s.Outcome.Verdict {
	case Adopted:
		t.Adopted++
	case Partly:
		t.Partly++
	case Declined:
		t.Declined++
	}
}

// Sum counts a campaign's suggestions, and names what was decided on: the oldest first, as they are given.
func Sum(all []Standing) Publication {
	var p Publication
	topics, units := map[string]*Tally{}, map[string]*Tally{}
	of := func(m map[string]*Tally, word string) *Tally {
		if m[word] == nil {
			m[word] = &Tally{}
		}
		return m[word]
	}
	for _, s := range all {
		p.Whole.add(s)
		of(topics, s.Topic).add(s)
		of(units, s.Unit).add(s)
		if s.State != Decided {
			continue
		}
		if len(p.Items) == MaxItems {
			p.LeftOff++
			continue
		}
		p.Items = append(p.Items, Item{Topic: s.Topic, Unit: s.Unit, Verdict: s.Outcome.Verdict, Summary: s.Outcome.Summary, Answer: s.Outcome.Answer})
	}
	p.Topics, p.Units = parts(topics), parts(units)
	return p
}

// parts orders tallies, the largest first.
func parts(m map[string]*Tally) []Part {
	list := make([]Part, 0, len(m))
	for word, t := range m {
		list = append(list, Part{word, *t})
	}
	slices.SortFunc(list, func(a, b Part) int { return cmp.Or(cmp.Compare(b.Number, a.Number), cmp.Compare(a.Of, b.Of)) })
	return list
}

// Figures is what there is in an area.
type Figures struct {
	Stations, Points int // that take suggestions
	Closed           int // stations and points that no longer do
	Campaigns        map[Stage]int
	Suggestions      int
	ByState          map[State]int
	ByVerdict        map[Verdict]int
	ByWay            map[Way]int
	ByTopic, ByUnit  map[string]int
}

func newFigures() Figures {
	return Figures{Campaigns: map[Stage]int{}, ByState: map[State]int{}, ByVerdict: map[Verdict]int{}, ByWay: map[Way]int{}, ByTopic: map[string]int{}, ByUnit: map[string]int{}}
}

func (f *Figures) site(s *Site) {
	switch {
	case !s.Closed.IsZero():
		f.Closed++
	case s.Kind == Station:
		f.Stations++
	default:
		f.Points++
	}
}

func (f *Figures) suggestion(s *Summary) {
	f.Suggestions++
	f.ByState[s.State]++
	f.ByWay[s.Way]++
	f.ByTopic[s.Topic]++
	f.ByUnit[s.Unit]++
	if s.Verdict != "" {
		f.ByVerdict[s.Verdict]++
	}
}
