// Package survey looks at the boundaries of a plan before they are used, says what is wrong with them and where, and
// mends what can be mended without a decision that only people can take.
//
// All borders are laid over each other: cut where they meet, they divide the ground into faces, and of each face it is
// known which rings enclose it (by the even-odd rule, as at lookup). Faces of no cell that are not open to the outside are a gap, a face of two
// cells an overlap, a face of a hole but not of its shell a hole outside. Whether borders cross, touch or run along each
// other is decided exactly (grid.Orient). The points where they cross are rounded to floats, and what rounding bends is
// laid over again until nothing crosses any more. Areas and lengths are floating point: metres per degree of the WGS-84
// ellipsoid at the middle latitude of what is measured, and the shoelace formula; that is right to better than a
// thousandth for anything the size of a county.
//
// Lines are compared with those in the same bin of a raster alone, so that the work grows about with the number of
// vertices and of crossings.
//
// # What stays
//
// Where two cells overlap, a ring crosses itself or a hole leaves its shell, the file says two things of the same
// ground. If they are not mended, lookup decides by the rule of package grid: the first cell in code order owns the
// point, the even-odd rule says what a ring encloses, and a hole takes away only what lies strictly inside it. Such
// findings are marked Ambiguous. A gap is not: nobody owns it.
package survey
