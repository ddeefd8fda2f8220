package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"

	"fengqiao/grid"
	"fengqiao/grid/edition"
	"fengqiao/grid/survey"
	"fengqiao/mediation"

	"github.com/paulmach/orb"
)

// redrawing is what the requests to redraw have in common.
type redrawing struct {
	// Base is the edition to redraw, the one in force without; Version the name of the new one, made from what is asked without.
	Base    string `json:"base" max:"200"`
	Version string `json:"version" max:"200"`
}

type partBody struct {
	Code grid.Code `json:"code" max:"200"`
	Name string    `json:"name" max:"200"`
}

// lineBody is a GeoJSON LineString with a member of ours that names the datum, as points have it.
type lineBody struct {
	Type        string       `json:"type"`
	Coordinates [][]ordinate `json:"coordinates"`
	CRS         string       `json:"crs,omitempty"`
}

// maxLine is the most points of a drawn line.
const maxLine = 1000

func (l *lineBody) read() (orb.LineString, error) {
	if l.Type != "LineString" {
		return nil, invalid("unknown_value", "line.type", "value", printable(l.Type))
	}
	if n := len(l.Coordinates); n < 2 {
		return nil, invalid("required", "line.coordinates")
	} else if n > maxLine {
		return nil, invalid("too_many", "line.coordinates", "max", strconv.Itoa(maxLine))
	}
	var line orb.LineString
	for i, position := range l.Coordinates {
		field := "line.coordinates[" + strconv.Itoa(i) + "]"
		w := wirePoint{Type: "Point", Coordinates: position, CRS: l.CRS}
		pt, err := w.read(field)
		if err != nil {
			return nil, err
		}
		if err := grid.CheckPoint(*pt); err != nil {
			return nil, &Problem{Status: 422, Code: "bad_point", Field: field, Cause: err}
		}
		line = append(line, *pt)
	}
	return line, nil
}

// splitCell divides a cell by a line drawn across it and keeps the result as an edition.
func (a *API) splitCell(c *Call) (Reply, error) {
	var b struct {
		redrawing
		Cell  grid.Code `json:"cell" max:"200"`
		Line  lineBody  `json:"line"`
		Left  partBody  `json:"left"`
		Right partBody  `json:"right"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	line, err := b.Line.read()
	if err != nil {
		return Reply{}, err
	}
	return a.redraw(c, b.redrawing, mediation.Divided, []grid.Code{b.Cell, b.Left.Code, b.Right.Code}, b, func(d edition.Drawing) (edition.Drawing, error) {
		return d.Split(b.Cell, line, edition.Part(b.Left), edition.Part(b.Right))
	})
}

// mergeCells joins cells that border on each other and keeps the result as an edition.
func (a *API) mergeCells(c *Call) (Reply, error) {
	var b struct {
		redrawing
		Cells []grid.Code `json:"cells"`
		Into  partBody    `json:"into"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	return a.redraw(c, b.redrawing, mediation.United, append([]grid.Code{b.Into.Code}, b.Cells...), b, func(d edition.Drawing) (edition.Drawing, error) {
		return d.Merge(b.Cells, edition.Part(b.Into))
	})
}

// redraw makes an edition of another. Every cell that is named must lie in the caller's area. The same request again leads to
// the same edition.
func (a *API) redraw(c *Call, of redrawing, how mediation.EditionSource, named []grid.Code, asked any, draw func(edition.Drawing) (edition.Drawing, error)) (Reply, error) {
	for _, code := range named {
		if !mediation.MayArea(c.Actor, c.Route.Action, code) {
			return Reply{}, beyondArea()
		}
	}
	if of.Base == "" {
		of.Base = a.Atlas.Load().Version()
	}
	base, err := a.Plans.Drawing(c.Context, of.Base)
	if errors.Is(err, mediation.ErrNotFound) {
		return Reply{}, invalid("unknown_value", "base", "value", printable(of.Base))
	}
	if err != nil {
		return Reply{}, err
	}
	drawn, err := draw(base)
	if err != nil {
		return Reply{}, redrawProblem(err)
	}
	if of.Version == "" {
		if of.Version, err = versionOf(of.Base, how, asked); err != nil {
			return Reply{}, err
		}
	}
	plan, err := grid.NewPlan(of.Version, drawn.Schema, drawn.Units, drawn.Cells)
	if err != nil {
		return Reply{}, planProblem(planProblems(err))
	}
	return a.keep(c, plan, drawn, how, of.Base)
}

// versionOf names an edition by what was asked of which other.
func versionOf(base string, how mediation.EditionSource, asked any) (string, error) {
	text, err := json.Marshal(asked)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(append([]byte(base+"\x00"+string(how)+"\x00"), text...))
	return string(how) + "-" + hex.EncodeToString(sum[:8]), nil
}

// redrawProblem says why a cell cannot be redrawn so.
func redrawProblem(err error) error {
	p := &Problem{Status: 422, Cause: err}
	switch {
	case errors.Is(err, edition.ErrNoCell):
		p.Code, p.Params = "plan.no_cell", map[string]string{"detail": printable(err.Error())}
	case errors.Is(err, edition.ErrBadCode):
		p.Code, p.Params = "plan.code_unfit", map[string]string{"detail": printable(err.Error())}
	case errors.Is(err, edition.ErrTooFew):
		p.Code, p.Field = "plan.too_few", "cells"
	case errors.Is(err, survey.ErrNotThrough):
		p.Code, p.Field = "plan.not_through", "line"
	case errors.Is(err, survey.ErrApart):
		p.Code, p.Field = "plan.apart", "cells"
	case errors.Is(err, survey.ErrTangled):
		p.Code = "plan.tangled"
	default:
		return err
	}
	return p
}
