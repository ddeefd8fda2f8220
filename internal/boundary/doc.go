// Package boundary reads files of boundaries, one feature at a time, so that a file of a gigabyte needs no more memory than
// its largest feature: GeoJSON (RFC 7946), GeoJSON text sequences (RFC 8142, or one feature a line), Shapefile and CSV with
// a column of WKT.
//
// Coordinates come out as the file has them, bit for bit as strconv.ParseFloat reads their digits, in the file's own
// system; Place turns them into WGS-84. What is wrong with one feature stands in that feature, and the next one can be read.
// What is wrong with the file ends the reading, with an error of type Findings. No geometry is judged here: rings may be
// open, cross themselves or be empty.
//
// What a file may ask for is bounded (see the Max constants): text, numbers, rings and points of one feature, and depth.
package boundary
