package handlers

import (
	"errors"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/hall"
	"fengqiao/mediation/policy"
)

// hallLabels words a hall's codes. Of what the policy no longer has, the code is the word.
type hallLabels struct {
	labels
	room *policy.Hall
}

// hallLabels are of the path's hall.
func (a *API) hallLabels(c *Call) (hallLabels, error) {
	l, err := a.labels(c, "")
	if err != nil {
		return hallLabels{}, err
	}
	room, ok := l.pol.Hall(c.PathID("hall"))
	if !ok {
		return hallLabels{}, mediation.ErrNotFound
	}
	return hallLabels{l, room}, nil
}

type hallView struct {
	choice
	Area      string         `json:"area"`
	Teams     []choice       `json:"teams"`
	Functions []functionView `json:"functions"`
	Windows   []windowView   `json:"windows"`
}

type hallListView struct {
	Items []hallView `json:"items"`
}

type functionView struct {
	choice
	Prefix string `json:"prefix"`
	Calls  int    `json:"calls"`
}

type windowView struct {
	choice
	Functions []string `json:"functions"`
	Team      string   `json:"team"` // "" if none sits there
}

func (l labels) hall(h *policy.Hall) hallView {
	v := hallView{choice: choice{h.Key, l.text(h.Name)}, Area: h.Area, Teams: []choice{}, Functions: []functionView{}, Windows: []windowView{}}
	if v.Area == "" {
		v.Area = l.pol.County
	}
	for _, t := range h.Teams {
		v.Teams = append(v.Teams, choice{t.Key, l.text(t.Name)})
	}
	for _, f := range h.Functions {
		v.Functions = append(v.Functions, functionView{choice{f.Key, l.text(f.Name)}, f.Prefix, f.Calls})
	}
	for _, w := range h.Windows {
		v.Windows = append(v.Windows, windowView{choice{w.Key, l.text(w.Name)}, list(w.Functions), w.Team})
	}
	return v
}

func (l hallLabels) function(key string) choice {
	if f, ok := l.room.Function(key); ok {
		return choice{key, l.text(f.Name)}
	}
	return choice{key, key}
}

func (l hallLabels) window(key string) choice {
	if w, ok := l.room.Window(key); ok {
		return choice{key, l.text(w.Name)}
	}
	return choice{key, key}
}

func (l hallLabels) team(key string) choice {
	for _, t := range l.room.Teams {
		if t.Key == key {
			return choice{key, l.text(t.Name)}
		}
	}
	return choice{key, key}
}

// standings name where a visit stands.
var standings = map[hall.Standing][2]string{
	hall.Waiting: {"等候", "waiting"}, hall.Called: {"已叫号", "called"}, hall.Serving: {"办理中", "being served"},
	hall.Absent: {"过号", "missed the call"}, hall.Done: {"已办", "done"}, hall.Left: {"已离开", "left"},
}

func (l labels) standing(s hall.Standing) string {
	return choose(l.zh, standings[s][0], standings[s][1])
}

type visitView struct {
	ID           string        `json:"id"`
	Revision     int64         `json:"revision"`
	Hall         string        `json:"hall"`
	Day          string        `json:"day"`
	Number       string        `json:"number"`
	Came         time.Time     `json:"came"`
	Standing     hall.Standing `json:"standing"`
	StandingText string        `json:"standingText"`
	Turns        []turnView    `json:"turns"`
	ReportID     string        `json:"reportId,omitzero"`
	Case         *caseRef      `json:"case"` // that came of it; null while none has
}

type turnView struct {
	Function choice      `json:"function"`
	Window   *choice     `json:"window"` // null before it is called
	Team     *choice     `json:"team"`
	Since    time.Time   `json:"since"`
	Called   *time.Time  `json:"called"`
	Calls    int         `json:"calls"`
	Began    *time.Time  `json:"began"`
	Ended    *time.Time  `json:"ended"`
	How      hall.Ending `json:"how,omitzero"`
}

func (a *API) viewVisit(c *Call, l hallLabels, v *hall.Visit) (visitView, error) {
	view := visitView{ID: v.ID, Revision: v.Version, Hall: v.Hall, Day: v.Day, Number: v.Number.String(), Came: v.Came.UTC(), Standing: v.Stands,
		StandingText: l.standing(v.Stands), Turns: []turnView{}, ReportID: v.Report}
	for _, t := range v.Turns {
		turn := turnView{Function: l.function(t.Function), Since: t.Since.UTC(), Called: moment(t.Called), Calls: t.Calls, Began: moment(t.Began), Ended: moment(t.Ended), How: t.How}
		if t.Window != "" {
			w := l.window(t.Window)
			turn.Window = &w
		}
		if t.Team != "" {
			team := l.team(t.Team)
			turn.Team = &team
		}
		view.Turns = append(view.Turns, turn)
	}
	var err error
	view.Case, err = a.visitCase(c, l, v)
	return view, err
}

// visitCase names the case that came of a visit: that which was linked, or the report's, which may have come later.
func (a *API) visitCase(c *Call, l hallLabels, v *hall.Visit) (*caseRef, error) {
	rep := &mediation.Report{Case: v.Case}
	if v.Case == "" && v.Report != "" {
		r, err := a.Cases.ReportOf(c.Context, c.Actor, v.Report)
		if err != nil && !errors.Is(err, mediation.ErrNotFound) {
			return nil, err
		}
		rep.Case = r.Case
	}
	if rep.Case == "" {
		return nil, nil
	}
	k, err := a.Cases.Cases.Load(c.Context, rep.Case)
	if err != nil {
		return nil, err
	}
	return l.caseRef(c.Actor, rep, &k), nil
}

type boardView struct {
	Hall    choice      `json:"hall"`
	Day     string      `json:"day"`
	AsOf    time.Time   `json:"asOf"`
	Windows []boardDesk `json:"windows"`
	Lines   []boardLine `json:"lines"`
	Missed  []string    `json:"missed"`
}

type boardDesk struct {
	Window   choice        `json:"window"`
	Number   string        `json:"number,omitzero"`
	Standing hall.Standing `json:"standing,omitzero"`
	Calls    int           `json:"calls,omitzero"`
}

type boardLine struct {
	Function choice   `json:"function"`
	Waiting  int      `json:"waiting"`
	Next     []string `json:"next"`
}

func (l hallLabels) board(b *hall.Board) boardView {
	v := boardView{Hall: choice{l.room.Key, l.text(l.room.Name)}, Day: b.Day, AsOf: b.AsOf, Windows: []boardDesk{}, Lines: []boardLine{}, Missed: list(b.Missed)}
	for _, d := range b.Desks {
		v.Windows = append(v.Windows, boardDesk{l.window(d.Window), d.Number, d.Stands, d.Calls})
	}
	for _, line := range b.Lines {
		v.Lines = append(v.Lines, boardLine{l.function(line.Function), line.Waiting, list(line.Next)})
	}
	return v
}

type hallStatsView struct {
	By    hall.By          `json:"by"`
	AsOf  time.Time        `json:"asOf"`
	From  string           `json:"from"`
	Until string           `json:"until"`
	Items []hallStatsGroup `json:"items"`
}

type hallStatsGroup struct {
	choice
	Figures []hallFigureView `json:"figures"`
}

// hallFigureView is a figure of a hall; Value is null of none.
type hallFigureView struct {
	Key        string  `json:"key"`
	Unit       string  `json:"unit"`
	Text       string  `json:"text"`
	Definition string  `json:"definition"`
	Value      *int    `json:"value"`
	Visits     *string `json:"visits"` // the list of these visits; null where no filter says it
}

func (l hallLabels) hallStats(by hall.By, p hall.Period, groups []hall.Group, now time.Time) hallStatsView {
	v := hallStatsView{By: by, AsOf: now.UTC(), From: p.From, Until: p.Until, Items: []hallStatsGroup{}}
	for i := range groups {
		g := &groups[i]
		item := hallStatsGroup{choice: l.hallGroup(by, g.Key), Figures: []hallFigureView{}}
		for _, f := range hall.Figures {
			view := hallFigureView{Key: f.Key, Unit: f.Unit, Text: choose(l.zh, f.Zh, f.En), Definition: choose(l.zh, f.DefZh, f.DefEn), Visits: l.hallLink(by, p, g.Key, &f)}
			if value, of := f.Of(&g.Tally); of > 0 {
				view.Value = &value
			}
			item.Figures = append(item.Figures, view)
		}
		v.Items = append(v.Items, item)
	}
	return v
}

func (l hallLabels) hallGroup(by hall.By, key string) choice {
	switch by {
	case hall.ByFunction:
		return l.function(key)
	case hall.ByWindow, hall.ByTeam:
		if key == "" {
			return choice{"", choose(l.zh, "未叫号", "not called")}
		}
		if by == hall.ByWindow {
			return l.window(key)
		}
		return l.team(key)
	case hall.ByDay:
		return choice{key, key}
	}
	return choice{"", l.text(l.room.Name)}
}

// hallLink is the list of the visits that a figure counts. Of windows and teams there is none: lists know days and functions.
func (l hallLabels) hallLink(by hall.By, p hall.Period, group string, f *hall.Figure) *string {
	if f.Unit != "count" || by == hall.ByWindow || by == hall.ByTeam {
		return nil
	}
	set := map[string]string{"from": p.From, "until": p.Until, "outcome": string(f.Outcome)}
	switch by {
	case hall.ByDay:
		set["from"], set["until"] = group, group
	case hall.ByFunction:
		set["function"] = group
	}
	text := "/api/v1/halls/" + l.room.Key + "/visits" + encodedQuery(set)
	return &text
}
