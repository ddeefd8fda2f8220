// Package bench holds the lookup of a point's cell beside what else a Go programmer could pick: paulmach/orb behind a
// uniform grid, and tidwall/rtree with exact ring tests. It is a module of its own, so that the product depends on neither.
package bench
