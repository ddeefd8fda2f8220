package handlers

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/sheet"
	"fengqiao/mediation"
	counts "fengqiao/mediation/figures"
	"fengqiao/mediation/handover"
	"fengqiao/mediation/scorecard"
)

// OfficialFiles are officials' files as they are kept when somebody hands over (离任交接). It implements handover.Files.
type OfficialFiles struct{ Scorecards *scorecard.Service }

// FileOf implements handover.Files: of the county's cases and papers of supervision, what happened a moment ago included.
func (f OfficialFiles) FileOf(ctx context.Context, user string) (handover.File, error) {
	s := f.Scorecards
	if _, err := s.People.Official(ctx, user); err != nil {
		if errors.Is(err, mediation.ErrNotFound) {
			err = nil
		}
		return handover.File{}, err
	}
	if err := s.Figures.Pass(ctx); err != nil {
		return handover.File{}, err
	}
	pol, err := s.Policies.Current(ctx)
	if err != nil {
		return handover.File{}, err
	}
	county, now := grid.Code(pol.County), mediation.Instant(s.Now())
	q := counts.Query{Sight: mediation.Visible{Area: &county, Except: mediation.FromAnybody}, Official: user, Now: now}
	tally := s.Figures.Count(q)
	papers, err := s.SlipsTo(ctx, q, user)
	if err != nil {
		return handover.File{}, err
	}
	file := handover.File{At: now, Ground: county}
	for _, x := range counts.All {
		n, ok := x.Value(&tally)
		file.Figures = append(file.Figures, kept(x.Key, n, ok))
	}
	for _, x := range counts.SlipTerms {
		n, ok := x.Value(&papers)
		file.Figures = append(file.Figures, kept(x.Key, n, ok))
	}
	return file, nil
}

func kept(key string, n float64, ok bool) handover.Figure {
	if !ok {
		return handover.Figure{Key: key}
	}
	return handover.Figure{Key: key, Value: &n}
}

// fileHandOver is a hand-over in an official's file: what they handed over, or took over. Why they left stands in the hand-over alone.
type fileHandOver struct {
	ID        string         `json:"id"`
	Given     bool           `json:"given"` // else it was received
	With      *personRef     `json:"with"`  // the successor, or the leaver
	State     handover.State `json:"state"`
	StateText string         `json:"stateText"`
	Opened    time.Time      `json:"opened"`
	Ended     *time.Time     `json:"ended"`
	Matters   []matterCount  `json:"matters"`
	// Kept is the file as it stood when all was handed over, for who sees all of the ground that it counts.
	Kept *keptFile `json:"kept"`
}

type matterCount struct {
	Kind     string `json:"kind"`
	KindText string `json:"kindText"`
	Count    int    `json:"count"`
}

type keptFile struct {
	At      time.Time    `json:"at"`
	Figures []keptFigure `json:"figures"`
}

type keptFigure struct {
	Key   string   `json:"key"`
	Text  string   `json:"text"`
	Unit  string   `json:"unit"`
	Value *float64 `json:"value"`
}

// handOversOf are the hand-overs that an official has given and received, as far as the caller may read of the leaver.
func (a *API) handOversOf(c *Call, l labels, id string) ([]fileHandOver, error) {
	list, err := a.HandOvers.Past(c.Context, c.Actor, mediation.ScorecardRead, id)
	if err != nil {
		return nil, err
	}
	var ids []string
	for i := range list {
		ids = append(ids, list[i].Leaver, list[i].Successor)
	}
	names, err := a.named(c, ids)
	if err != nil {
		return nil, err
	}
	all := []fileHandOver{}
	for i := range list {
		look := handover.Look{HandOver: list[i]}
		if err := a.HandOvers.For(c.Context, c.Actor, &look); err != nil {
			return nil, err
		}
		h := &look.HandOver
		with := h.Leaver
		if h.Leaver == id {
			with = h.Successor
		}
		v := fileHandOver{ID: h.ID, Given: h.Leaver == id, State: h.State, StateText: l.word(handoverWords, string(h.State)), Opened: h.Opened.UTC(), Matters: l.matterCounts(h.Matters)}
		if with != "" {
			v.With = &personRef{ID: with, Name: names[with]}
		}
		if !h.State.Open() && len(h.History) > 0 {
			ended := h.History[len(h.History)-1].At.UTC()
			v.Ended = &ended
		}
		if v.Given && !h.File.At.IsZero() && mediation.MayArea(c.Actor, mediation.ScorecardRead, h.File.Ground) {
			v.Kept = l.keptFile(&h.File)
		}
		all = append(all, v)
	}
	return all, nil
}

func (l labels) matterCounts(list []handover.Matter) []matterCount {
	counted := []matterCount{}
	for _, m := range list {
		if m.Restricted != "" {
			continue // nobody may count what they may not know
		}
		i := slices.IndexFunc(counted, func(x matterCount) bool { return x.Kind == m.Room })
		if i < 0 {
			i = len(counted)
			counted = append(counted, matterCount{Kind: m.Room, KindText: l.word(matterWords, m.Room)})
		}
		counted[i].Count++
	}
	slices.SortFunc(counted, func(a, b matterCount) int { return cmp.Compare(a.Kind, b.Kind) })
	return counted
}

// keptFile names the figures of a file that was kept; those of an older release are left out.
func (l labels) keptFile(f *handover.File) *keptFile {
	v := &keptFile{At: f.At.UTC(), Figures: []keptFigure{}}
	for _, x := range f.Figures {
		for _, known := range counts.Terms {
			if known.Key == x.Key {
				v.Figures = append(v.Figures, keptFigure{x.Key, choose(l.zh, known.Zh, known.En), string(known.Unit), x.Value})
			}
		}
	}
	return v
}

// handOverSheets are the hand-overs of a file on paper: one table of all, and each file that was kept.
func (l labels) handOverSheets(list []fileHandOver) []sheet.Sheet {
	all := sheet.Sheet{Name: choose(l.zh, "移交", "hand-overs"), Title: choose(l.zh, "移交（移出、接收）", "Hand-overs given and received"), Widths: []float64{1, 1.6, 1.2, 1.6, 1.6, 3},
		Heads: []string{choose(l.zh, "方向", "direction"), choose(l.zh, "对方", "with"), choose(l.zh, "状态", "state"), choose(l.zh, "登记", "opened"), choose(l.zh, "结束", "ended"), choose(l.zh, "事项", "matters")}}
	var files []sheet.Sheet
	for i := range list {
		h := &list[i]
		with, ended, matters := "", "", ""
		if h.With != nil {
			with = h.With.Name
		}
		if h.Ended != nil {
			ended = l.moment(*h.Ended)
		}
		for _, m := range h.Matters {
			n := float64(m.Count)
			matters += m.KindText + " " + sheet.Number(&n).String() + choose(l.zh, "；", "; ")
		}
		all.Rows = append(all.Rows, []sheet.Cell{sheet.Text(choose(l.zh, choose(h.Given, "移出", "接收"), choose(h.Given, "given", "received"))), sheet.Text(with), sheet.Text(h.StateText),
			sheet.Text(l.moment(h.Opened)), sheet.Text(ended), sheet.Text(matters)})
		if h.Kept == nil {
			continue
		}
		s := sheet.Sheet{Name: choose(l.zh, "离任时", "as left") + " " + h.Kept.At.Format(time.DateOnly), Title: choose(l.zh, "离任交接时的档案 ", "The file as it was handed over ") + l.moment(h.Kept.At),
			Widths: []float64{2, 1}, Heads: []string{choose(l.zh, "名称", "name"), choose(l.zh, "值", "value")}}
		for _, x := range h.Kept.Figures {
			s.Rows = append(s.Rows, []sheet.Cell{sheet.Text(x.Text + l.seconds(x.Unit)), figureCell(x.Unit, x.Value)})
		}
		files = append(files, s)
	}
	return append([]sheet.Sheet{all}, files...)
}
