package boundary

import (
	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// Bounds on what one feature may hold. The largest coastlines in use have some hundred thousand points.
const (
	MaxPoints     = 2_000_000 // points of a feature, closing ones included
	MaxRings      = 100_000   // rings of a feature
	MaxProperties = 10_000    // properties of a feature
	MaxText       = 1 << 20   // bytes of one property or name
	MaxTexts      = 16 << 20  // bytes of all properties of a feature
	MaxDepth      = 64        // arrays and objects within one another
	MaxMember     = 64 << 20  // bytes of one further member of a collection, such as a plan's units
	MaxRow        = 64 << 20  // bytes of a row of CSV, which holds a whole shape
)

// Feature is one piece of ground as its file has it. It is the caller's to keep.
type Feature struct {
	Index      int   // position among the file's features, from 0
	Line       int   // where it begins in a file of lines (CSV), from 1; else 0
	Offset     int64 // where it begins in bytes
	Properties []Property
	Shape      orb.MultiPolygon // in the file's own system; nil where Wrong is not
	Wrong      *Finding         // why the feature cannot be used, nil if it can; its properties are there as far as they were read
}

// Property is an attribute of a feature.
type Property struct {
	Name, Value string
	Number      bool // the file has it as a number; Value is its digits
	Null        bool // the file has null, or an array or object, which are not kept
}

// Property is the value of the property of that name, the last one if there are several; false if there is none, or it
// is null.
func (f *Feature) Property(name string) (Property, bool) {
	for i := len(f.Properties) - 1; i >= 0; i-- {
		if p := f.Properties[i]; p.Name == name {
			return p, !p.Null
		}
	}
	return Property{}, false
}

// Head is what a file says of itself. It is complete when Next has given io.EOF, because members may stand behind the
// features.
type Head struct {
	// CRS is the declared system, "" if the file declares none. Files in a system that grid does not know are refused.
	CRS grid.CRS
	// Members holds those further members of a GeoJSON collection that Options asked for, as JSON.
	Members map[string][]byte
}

// Reader gives the features of one file in its order.
type Reader interface {
	// Next is the next feature, io.EOF behind the last. An error of type Findings says what is wrong with the file, any
	// other comes from the source; after either nothing more can be read.
	Next() (*Feature, error)
	// Head is what the file has said of itself so far.
	Head() Head
}

// Options of a reading. The zero value suits.
type Options struct {
	// Members are the names of further members of a GeoJSON collection to keep for Head.
	Members []string
	// Geometry is the column of a CSV with the WKT; "" looks for one of the usual names, and then for a shape in the first
	// row.
	Geometry string
	// Sequence takes one lone feature for a GeoJSON sequence of one, which it is when the file's name says so.
	Sequence bool
}

// Place turns a shape into WGS-84 in place. The error names the position within its ring.
func Place(shape orb.MultiPolygon, crs grid.CRS) error {
	for _, polygon := range shape {
		for _, ring := range polygon {
			for k, pt := range ring {
				var err error
				if crs == "" || crs == grid.WGS84 || crs == grid.CGCS2000 {
					err = grid.CheckPoint(pt)
				} else {
					ring[k], err = grid.ToWGS84(pt, crs)
				}
				if err != nil {
					return &positionError{k, err}
				}
			}
		}
	}
	return nil
}
