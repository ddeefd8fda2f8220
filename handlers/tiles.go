package handlers

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"fengqiao/grid"
	"fengqiao/handlers/internal/tile"
	"fengqiao/mediation"
)

// tileType is the media type of vector tiles (Mapbox Vector Tile specification, 3.2).
const tileType = "application/vnd.mapbox-vector-tile"

// mapTile draws one tile: the ground inside the caller's area with the figures of the open cases that they see, and the
// cases as points. ?exact=true puts cases that the caller handles on their own spot, and notes the look.
func (a *API) mapTile(c *Call) (Reply, error) {
	at, err := c.tileAt()
	if err != nil {
		return Reply{}, err
	}
	exact, _, err := c.QueryBool("exact")
	if err != nil {
		return Reply{}, err
	}
	plan := a.Atlas.Load()
	f, err := a.ledger.figures(c.Context, mediation.VisibleTo(c.Actor), plan, func() (*figures, error) { return a.countFigures(c, plan) })
	if err != nil {
		return Reply{}, err
	}
	schema := plan.Schema()
	sheet := a.ground.Sheet(plan, at, tile.Depth(len(schema.Levels), at.Z, c.Actor.Area))
	marks, err := a.marks(c, at, sheet, f, exact)
	if err != nil {
		return Reply{}, err
	}
	canvas := tile.NewCanvas()
	defer canvas.Done()
	level := func(code grid.Code) string { l, _ := schema.LevelOf(code); return l.Key }
	canvas.Areas(sheet, c.Actor.Area, level, f.tally(sheet.Chart), f.more)
	canvas.Marks(at, marks)
	out := Raw{Type: tileType, Body: slices.Clone(canvas.Bytes()), Cache: "private, no-cache", Zip: true}
	if exact {
		out.Cache = "" // somebody's home is not left in a browser
	}
	return Reply{Raw: &out}, nil
}

// tileAt reads the path's z, x and y.
func (c *Call) tileAt() (tile.At, error) {
	var at tile.At
	var err error
	if at.CRS, err = c.queryCRS(); err != nil {
		return at, err
	}
	if at.Z, err = c.pathNumber("z", grid.MaxZoom); err != nil {
		return at, err
	}
	last := 1<<at.Z - 1
	if at.X, err = c.pathNumber("x", last); err != nil {
		return at, err
	}
	at.Y, err = c.pathNumber("y", last)
	return at, err
}

// pathNumber is a whole number of the path from 0 to max, written in the one way that caches know it by.
func (c *Call) pathNumber(name string, max int) (int, error) {
	text := c.PathID(name)
	if text == "" || strings.Trim(text, "0123456789") != "" || len(text) > 1 && text[0] == '0' {
		return 0, invalid("not_a_number", name)
	}
	n, err := strconv.Atoi(text)
	if err != nil || n > max {
		return 0, invalid("out_of_range", name, "min", "0", "max", strconv.Itoa(max))
	}
	return n, nil
}

// marks are the points of a tile. Each case is counted in one tile: that of its cell's centre, or of its own spot.
func (a *API) marks(c *Call, at tile.At, sheet *tile.Sheet, f *figures, exact bool) ([]tile.Mark, error) {
	var out []tile.Mark
	if at.Z < tile.SpotsFrom {
		return gathered(at, f), nil
	}
	shown := func(i int) bool { return sheet.Shows(sheet.Chart.PatchOf(f.cells[i].cell)) }
	if exact {
		n := 0
		for i := range f.cells {
			if shown(i) {
				n += f.cells[i].Cases
			}
		}
		exact = n <= maxExact // each costs an unsealing
	}
	plot := at.Projection()
	for i := range f.cells {
		if !shown(i) {
			continue
		}
		cell := &f.cells[i]
		code, rest := f.plan.CodeAt(cell.cell), cell.Figures
		if exact {
			spots, left, err := a.spots(c, f.plan, cell, &plot)
			if err != nil {
				return nil, err
			}
			rest = left
			for _, m := range spots {
				if at.Holds(m.At) {
					if err := a.looked(c, mediation.Look{Case: m.ID, What: "point"}); err != nil {
						return nil, err
					}
					out = append(out, m)
				}
			}
		}
		if centre, ok := f.plan.Centre(code); ok && rest.Cases > 0 {
			if px := plot.At(centre); at.Holds(px) {
				out = append(out, tile.Mark{At: px, Code: code, Figures: rest})
			}
		}
	}
	return out, nil
}

// spots are the cases of a cell that the caller may see on their own spot, and the figures of those they may not. A spot
// that lies in another cell than the case is not shown: where a case belongs was then decided by people.
func (a *API) spots(c *Call, plan *grid.Plan, cell *cellFigures, plot *grid.Projection) (spots []tile.Mark, rest tile.Figures, err error) {
	for _, id := range cell.ids {
		k, err := a.Cases.Cases.Load(c.Context, id)
		if errors.Is(err, mediation.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, rest, err
		}
		pt, err := a.Cases.PointOf(c.Context, c.Actor, &k)
		if err != nil {
			return nil, rest, err
		}
		sum := k.Summarise()
		if pt != nil {
			if i, ok := plan.Index(*pt); ok && i == cell.cell {
				spots = append(spots, tile.Mark{At: plot.At(*pt), Figures: figuresOf(&sum), ID: sum.ID, State: string(sum.State),
					Category: sum.Category, Severity: sum.Severity, Opened: sum.Opened.Unix()})
				continue
			}
		}
		rest = together(rest, figuresOf(&sum))
	}
	return spots, rest, nil
}

// clusterSide is the side of the squares in which cases are gathered, in pixels: sixteen by sixteen a tile.
const clusterSide = grid.TilePixels / 16

// gathered are the cases of a tile, those near each other together in their middle. They stand for cells and not for spots,
// so nothing exact can be read from them.
func gathered(at tile.At, f *figures) []tile.Mark {
	plot := at.Projection()
	type heap struct {
		tile.Figures
		x, y float64
	}
	heaps := map[grid.Pixel]*heap{}
	var order []grid.Pixel
	for i := range f.cells {
		cell := &f.cells[i]
		centre, ok := f.plan.Centre(f.plan.CodeAt(cell.cell))
		px := plot.At(centre)
		if !ok || !at.Holds(px) {
			continue
		}
		square := grid.Pixel{X: px.X / clusterSide, Y: px.Y / clusterSide}
		h := heaps[square]
		if h == nil {
			h = new(heap)
			heaps[square] = h
			order = append(order, square)
		}
		weight := float64(cell.Cases)
		h.Figures, h.x, h.y = together(h.Figures, cell.Figures), h.x+weight*float64(px.X), h.y+weight*float64(px.Y)
	}
	var out []tile.Mark
	for _, square := range order {
		h := heaps[square]
		n := float64(h.Cases)
		out = append(out, tile.Mark{Figures: h.Figures, At: grid.Pixel{X: int32(math.Floor(h.x / n)), Y: int32(math.Floor(h.y / n))}})
	}
	return out
}
