package boundary

import (
	"bytes"
	"io"
)

// geoReader reads GeoJSON: a collection, or a sequence of features.
type geoReader struct {
	scanner
	Options
	stage   stage
	framed  bool // each record begins with RS, as RFC 8142 wants
	count   int  // features that were given out
	head    Head
	object  object // what is read now, used again
	outline outline
	names   map[string]string
	failed  error
}

type stage int

const (
	atStart stage = iota
	inCollection
	inSequence
	atEnd
)

const recordSeparator = 0x1e

// NewGeoJSON reads a FeatureCollection or a sequence of features, which its content tells apart. Errors: see Reader.
func NewGeoJSON(src io.Reader, o Options) Reader {
	return &geoReader{scanner: newScanner(src), Options: o, names: map[string]string{}, head: Head{Members: map[string][]byte{}}}
}

func (g *geoReader) Head() Head { return g.head }

func (g *geoReader) Next() (*Feature, error) {
	if g.failed != nil {
		return nil, g.failed
	}
	f, err := g.next()
	if err != nil {
		g.stage, g.failed = atEnd, err
		return nil, err
	}
	g.count++
	g.feature = -1
	return f, nil
}

func (g *geoReader) next() (*Feature, error) {
	switch g.stage {
	case atStart:
		return g.start()
	case inCollection:
		return g.element()
	case inSequence:
		return g.record()
	}
	return nil, io.EOF
}

// start reads up to the first feature.
func (g *geoReader) start() (*Feature, error) {
	if g.need(3) && bytes.Equal(g.buf[g.pos:g.pos+3], []byte("\xef\xbb\xbf")) {
		g.pos += 3
	}
	switch c := g.peek(); c {
	case recordSeparator:
		g.stage, g.framed = inSequence, true
		return g.record()
	case '{':
	case 0:
		return nil, g.unexpected("a collection")
	default:
		if err := g.skip(0); err != nil {
			return nil, err
		}
		return nil, Whole("not_features", "")
	}
	g.object.begin(g.offset())
	if err := g.take('{'); err != nil {
		return nil, err
	}
	return g.top()
}

// top reads the outermost object on, until its features begin or it ends.
func (g *geoReader) top() (*Feature, error) {
	for first := g.stage == atStart && g.object.members == 0; ; first = false {
		switch c := g.peek(); {
		case c == '}':
			g.pos++
			return g.topEnds()
		case first:
		case c == ',':
			g.pos++
		default:
			return nil, g.unexpected("',' or '}'")
		}
		begun := false
		if err := g.member(func(name []byte) (err error) {
			begun, err = g.topMember(name)
			return err
		}); err != nil {
			return nil, err
		}
		if begun {
			return g.element()
		}
	}
}

// topMember reads a member of the outermost object; begun says that its features come next.
func (g *geoReader) topMember(name []byte) (begun bool, err error) {
	switch key := string(name); {
	case key == "features" && g.object.collection:
		return false, g.fault("json", `two members "features"`)
	case key == "features":
		if g.peek() != '[' {
			return false, Whole("not_features", "")
		}
		g.pos++
		g.stage, g.object.collection, g.object.first = inCollection, true, true
		return true, nil
	case key == "crs":
		raw, err := g.raw(1)
		if err != nil {
			return false, err
		}
		return false, g.declare(raw)
	case g.wanted(key):
		raw, err := g.raw(1)
		g.head.Members[key] = bytes.Clone(raw)
		return false, err
	}
	return false, g.featureMember(name, 1)
}

func (g *geoReader) wanted(key string) bool {
	for _, m := range g.Members {
		if m == key {
			return true
		}
	}
	return false
}

func (g *geoReader) declare(raw []byte) error {
	name, crs, ok := memberCRS(raw)
	switch {
	case name == "":
		return nil
	case !ok:
		return Whole("crs", name)
	case g.head.CRS != "" && g.head.CRS != crs:
		return Whole("crs_clash", string(g.head.CRS)+" / "+name)
	}
	g.head.CRS = crs
	return nil
}

// element reads the next feature of a collection, or the end of the array.
func (g *geoReader) element() (*Feature, error) {
	switch c := g.peek(); {
	case c == ']':
		g.pos++
		return g.top()
	case g.object.first:
	case c == ',':
		g.pos++
	default:
		return nil, g.unexpected("',' or ']'")
	}
	g.feature = g.count
	kept := g.object.kind
	g.peek() // so that the offset is that of its bracket
	f, err := g.one(2)
	g.object.kind, g.object.first = kept, false // these are the collection's
	return f, err
}

// one reads a feature at a depth.
func (g *geoReader) one(depth int) (*Feature, error) {
	g.object.begin(g.offset())
	if g.peek() != '{' {
		g.object.notObject = true
		if err := g.skip(depth); err != nil {
			return nil, err
		}
		return g.deliver(), nil
	}
	if err := g.members(func(name []byte) error { return g.featureMember(name, depth+1) }); err != nil {
		return nil, err
	}
	return g.deliver(), nil
}

// topEnds says what the outermost object was, once it has ended.
func (g *geoReader) topEnds() (*Feature, error) {
	o := &g.object
	switch {
	case o.kind == "FeatureCollection", o.collection:
		switch {
		case o.kind != "FeatureCollection":
			return nil, Whole("not_features", o.kind)
		case g.count == 0:
			return nil, Whole("no_features", "")
		case g.peek() != 0 || !g.eof || g.pos < g.end:
			return nil, g.fault("json", "text behind the end")
		}
		return nil, orEOF(g.err)
	case o.kind != "Feature":
		return nil, Whole("not_features", o.kind)
	}
	f := g.deliver()
	line := g.lineBreak()
	switch c := g.peek(); {
	case c == 0 && g.pos == g.end && g.err != nil:
		return nil, g.err
	case c == 0 && g.pos == g.end && !g.Sequence:
		return nil, Whole("not_features", o.kind)
	case c == 0 && g.pos == g.end, c == '{' && line:
		g.stage = inSequence
		return f, nil
	}
	return nil, g.fault("json", "text behind the end")
}

func orEOF(err error) error {
	if err != nil {
		return err
	}
	return io.EOF
}

// lineBreak moves to the next byte that is no white space, and tells whether a line ended before it.
func (g *geoReader) lineBreak() bool {
	line := false
	for g.need(1) {
		switch g.buf[g.pos] {
		case '\n':
			line = true
		case ' ', '\t', '\r':
		default:
			return line
		}
		g.pos++
	}
	return line
}

// record reads the next feature of a sequence.
func (g *geoReader) record() (*Feature, error) {
	apart := !g.framed && (g.count == 1 || g.lineBreak()) // that the second stands apart told a sequence from a lone feature
	for g.framed && g.peek() == recordSeparator {
		g.pos++
		apart = true
	}
	switch c := g.peek(); {
	case c == 0 && g.pos == g.end:
		if g.count == 0 && g.err == nil {
			return nil, Whole("no_features", "")
		}
		return nil, orEOF(g.err)
	case !apart:
		return nil, g.unexpected("a new line")
	}
	g.feature = g.count
	return g.one(0)
}
