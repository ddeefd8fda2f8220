// Package tile draws tiles of the map: the ground of a plan, which is kept, and figures and points over it, which are not.
package tile

import (
	"fengqiao/grid"
	"fengqiao/handlers/internal/mvt"
)

// At is a tile of the web map.
type At struct {
	Z, X, Y int
	// CRS is the datum of the map that the tile is laid over.
	CRS grid.CRS
}

// buffer is how far a tile reaches beyond its rim, so that the strokes of a border are not cut off there.
const buffer = 64

// origin is the tile's north-west corner.
func (t At) origin() grid.Pixel {
	return grid.Pixel{X: int32(t.X * grid.TilePixels), Y: int32(t.Y * grid.TilePixels)}
}

// view is the tile with its buffer.
func (t At) view() grid.View {
	o := t.origin()
	return grid.View{Zoom: t.Z, CRS: t.CRS, Min: grid.Pixel{X: o.X - buffer, Y: o.Y - buffer},
		Max: grid.Pixel{X: o.X + grid.TilePixels + buffer, Y: o.Y + grid.TilePixels + buffer}}
}

// Projection finds places on the tile's map.
func (t At) Projection() grid.Projection {
	v := t.view()
	return v.Projection()
}

// Holds tells whether a place lies in this tile and no other: what is counted is counted once.
func (t At) Holds(px grid.Pixel) bool {
	o := t.origin()
	return px.X >= o.X && px.Y >= o.Y && px.X < o.X+mvt.Extent && px.Y < o.Y+mvt.Extent
}

// shownFrom is the table of which level is drawn from which zoom: the cells themselves (微网格) from 14, what lies above
// them (网格) from 13, above that (村) from 11, then (乡镇) from 9, and whatever is a level more (县) further out.
var shownFrom = [...]int{14, 13, 11, 9, 0}

// SpotsFrom is the zoom from which cases stand one by one or at their cell; further out they are gathered.
const SpotsFrom = 14

// Depth is the level that is drawn at a zoom, for who sees an area: never one wider than that, so that the caller has
// their own ground before them however far out they go.
func Depth(levels, zoom int, own grid.Code) int {
	above := 0
	for above < len(shownFrom)-1 && zoom < shownFrom[above] {
		above++
	}
	return max(1, own.Depth(), levels-above)
}
