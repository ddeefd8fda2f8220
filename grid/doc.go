// Package grid knows the ground: which micro-grid (微网格) a point lies in, what that cell belongs to, what lies
// beside it, and how coordinates of phones and web maps become the WGS-84 degrees that everything here is kept in.
//
// A Schema names the levels of the hierarchy, a Code is a path through them, a Plan is one immutable edition of a
// county's cells with an index over them, and an Atlas holds the edition that is in force and swaps it atomically.
//
// # Which cell owns a border
//
// Cells are closed: a point on a cell's edge or vertex touches that cell. A point that touches several cells, because
// it lies on a shared border or because the cells overlap, belongs to the first of them in code order: codes are
// compared segment by segment as strings, the smaller first ("33.01.11.001" before "33.01.11.002"); of a cell and a
// cell whose code lies inside it, the inner one comes first, so that detail wins over background. Hence every point
// belongs to at most one cell, a point that touches any cell belongs to exactly one, and the answer depends on nothing
// but the point and the set of cells: not on the order they were given in, nor on the index, nor on the way of asking
// (Plan.Locate, Plan.Index and Plan.Nearest agree).
//
// Edges are straight lines between their ends in degrees of longitude and latitude, as in RFC 7946 section 3.1.1.
// Whether a point lies left of, right of or on an edge is decided exactly (see orient), never within a tolerance.
// Rings that cross themselves enclose what the even-odd rule says; a hole takes away what lies strictly inside it.
// Two neighbours own a common border without a gap only if both spell it with the same vertices; where one of them has
// an extra vertex, rounding can leave a sliver of some 1e-14 degrees, for which Nearest answers 0.000… metres.
//
// No shape may cross the antimeridian: it is to be cut there (RFC 7946 section 3.1.9).
package grid
