// Package apptest builds the whole server for tests: the embedded store in a temporary folder, real keys, accounts, photos
// and rules, a plan of two townships, and one user of every role in each. Every request and answer that goes through it is
// checked against api/openapi.yaml.
package apptest

import (
	"fmt"
	"slices"

	"fengqiao/grid"
	"fengqiao/mediation"

	"github.com/paulmach/orb"
)

// Place is one of the two townships.
type Place string

// The townships, by their codes.
const (
	Here  Place = "33.01.11.001"
	There Place = "33.01.11.002"
)

// County holds both.
const County grid.Code = "33.01.11"

// Code is the township's code.
func (p Place) Code() grid.Code { return grid.Code(p) }

// Village, Grid and Cell are the only ones of the township; the cell is the first of two.
func (p Place) Village() grid.Code { return grid.Code(p) + ".001" }

// Grid is the township's grid.
func (p Place) Grid() grid.Code { return p.Village() + ".001" }

// Hall is the township's one-stop hall.
func (p Place) Hall() string { return fmt.Sprintf("hall_%d", slices.Index([]Place{Here, There}, p)) }

// hallRules are the halls of both townships, behind the sample policy.
const hallRules = `
halls:
  - key: hall_0
    name: {zh: 东洲矛调中心, en: Dongzhou centre}
    area: "33.01.11.001"
    teams:
      - {key: peace, name: {zh: 平安治理, en: peace governance}}
    functions:
      - {key: reception, name: {zh: 接待, en: reception}, prefix: A, calls: 2}
      - {key: mediation, name: {zh: 调解, en: mediation}, prefix: B}
    windows:
      - {key: "1", name: {zh: 一号窗口, en: window 1}, functions: [reception], team: peace}
      - {key: "2", name: {zh: 二号窗口, en: window 2}, functions: [mediation]}
  - key: hall_1
    name: {zh: 春江矛调中心, en: Chunjiang centre}
    area: "33.01.11.002"
    functions:
      - {key: reception, name: {zh: 接待, en: reception}, prefix: A}
    windows:
      - {key: "1", name: {zh: 一号窗口, en: window 1}, functions: [reception]}
`

// Cell is the first micro-grid of the township, Other the second.
func (p Place) Cell() grid.Code { return p.Grid() + ".01" }

// Other is the second micro-grid.
func (p Place) Other() grid.Code { return p.Grid() + ".02" }

// Point lies inside Cell, WGS-84 degrees.
func (p Place) Point() orb.Point {
	if p == Here {
		return orb.Point{119.905, 30.005}
	}
	return orb.Point{119.945, 30.005}
}

// Outside lies in no cell.
var Outside = orb.Point{121.5, 31.2}

// plan is two townships of two square micro-grids each, 0.01° wide, side by side with a gap between the townships.
func plan() (string, grid.Schema, []grid.Unit, []grid.Cell) {
	units := []grid.Unit{{Code: "33", Name: "浙江省"}, {Code: "33.01", Name: "杭州市"}, {Code: County, Name: "富阳区"}}
	var cells []grid.Cell
	for i, p := range []Place{Here, There} {
		name := []string{"东洲街道", "春江街道"}[i]
		units = append(units, grid.Unit{Code: p.Code(), Name: name}, grid.Unit{Code: p.Village(), Name: name + "一村"}, grid.Unit{Code: p.Grid(), Name: name + "一村第一网格"})
		west := 119.90 + 0.04*float64(i)
		for j, code := range []grid.Code{p.Cell(), p.Other()} {
			w := west + 0.01*float64(j)
			cells = append(cells, grid.Cell{Code: code, Name: fmt.Sprintf("%s一村第一网格%02d微网格", name, j+1), Shape: orb.MultiPolygon{{square(w, 30.00, 0.01)}}})
		}
	}
	return "apptest-1", grid.ChinaSchema(), units, cells
}

func square(w, s, size float64) orb.Ring {
	e, n := w+size, s+size
	return orb.Ring{{w, s}, {e, s}, {e, n}, {w, n}, {w, s}}
}

// mediators are two of the village and one lawyer of each township, besides the one who is the township's mediator user.
func mediators() []mediation.Mediator {
	var all []mediation.Mediator
	for i, p := range []Place{Here, There} {
		at := p.Point()
		add := func(id, kind, tier string, area grid.Code) {
			all = append(all, mediation.Mediator{ID: fmt.Sprintf("m-%d-%s", i, id), Name: "调解员" + id, Kind: kind, Tier: tier, Area: area, Point: at, Available: true})
		}
		add("own", "fulltime", "village", p.Village())
		add("elder", "elder", "village", p.Village())
		add("lawyer", "lawyer", "town", p.Code())
	}
	return all
}
