// Package edition tells what changes from one edition of a plan to the next: whose ground goes to whom, what became of each
// cell, and who is the heir of an area that is no more. It also draws the small changes that a township makes by hand: a
// cell divided by a line, cells joined.
//
// # Heirs
//
// Who or what belonged to an area stays with it if one of its cells is as it was, or if it still holds a hundredth of its old
// ground. Else the heir is the area of the same level that holds most of the old ground; of two that hold as much, the first in
// code order. Ground that is nobody's any more has no heir.
package edition
