package boundary

// object is a JSON object that may be a feature, while it is read.
type object struct {
	offset     int64
	members    int
	kind       string // its member "type"
	notObject  bool
	collection bool // it has a member "features"
	first      bool // the first of the features comes next
	twice      string
	badMember  string // a member that has not the kind of value it must have
	properties []Property
	spans      []int  // where in text the values end
	text       []byte // the values, one after the other
	hasShape   bool
	shapeKind  string
	seen       seen
}

type seen struct{ kind, properties, geometry bool }

func (o *object) begin(offset int64) {
	*o = object{offset: offset, collection: o.collection, first: o.first, properties: o.properties[:0], spans: o.spans[:0], text: o.text[:0]}
}

// once notes a member that may stand once only: which of two were meant nobody can say.
func (o *object) once(was *bool, name string) {
	if *was {
		o.twice = name
	}
	*was = true
}

// featureMember reads a member of a feature. depth is that of the value.
func (g *geoReader) featureMember(name []byte, depth int) error {
	o := &g.object
	o.members++
	switch string(name) {
	case "type":
		o.once(&o.seen.kind, "type")
		return g.word(&o.kind, depth)
	case "properties":
		o.once(&o.seen.properties, "properties")
		return g.properties(depth)
	case "geometry":
		o.once(&o.seen.geometry, "geometry")
		return g.geometry(depth)
	}
	return g.skip(depth)
}

// word reads a string; "" for anything else.
func (g *geoReader) word(to *string, depth int) error {
	*to = ""
	if g.peek() != '"' {
		return g.skip(depth)
	}
	t, err := g.scanner.text()
	if err == nil {
		*to = g.name(t)
	}
	return err
}

// name makes a string of what many features have alike, once.
func (g *geoReader) name(b []byte) string {
	if known, ok := g.names[string(b)]; ok {
		return known
	}
	name := string(b)
	if len(g.names) < MaxProperties && len(name) < 1024 {
		g.names[name] = name
	}
	return name
}

// objectOf tells whether the value of a feature's member is an object, and reads over it where it is not. null stands for none; anything
// else is noted as wrong.
func (g *geoReader) objectOf(member string, depth int) (there bool, err error) {
	switch g.peek() {
	case '{':
		return true, nil
	case 'n':
		return false, g.literal("null")
	}
	g.object.badMember = member
	return false, g.skip(depth)
}

func (g *geoReader) properties(depth int) error {
	o := &g.object
	o.properties, o.spans, o.text = o.properties[:0], o.spans[:0], o.text[:0]
	if there, err := g.objectOf("properties", depth); !there {
		return err
	}
	return g.members(func(name []byte) error {
		if len(o.properties) >= MaxProperties || len(o.text) > MaxTexts {
			return g.fault("too_large", atMost(MaxProperties, "properties")+", "+atMost(MaxTexts, "bytes"))
		}
		return g.property(g.name(name), depth+1)
	})
}

// property reads the value of a property.
func (g *geoReader) property(name string, depth int) error {
	o := &g.object
	var value []byte
	var err error
	digits, null := false, false
	switch c := g.peek(); {
	case c == '"':
		value, err = g.scanner.text()
	case c == 't':
		value, err = []byte("true"), g.literal("true")
	case c == 'f':
		value, err = []byte("false"), g.literal("false")
	case c == '-' || c-'0' <= 9:
		digits = true
		_, value, err = g.number()
	default:
		null, err = true, g.skip(depth)
	}
	o.text = append(o.text, value...)
	o.properties = append(o.properties, Property{Name: name, Number: digits, Null: null})
	o.spans = append(o.spans, len(o.text))
	return err
}

func (g *geoReader) geometry(depth int) error {
	o := &g.object
	if there, err := g.objectOf("geometry", depth); !there {
		return err
	}
	o.hasShape = true
	g.outline.reset()
	g.outline.wrong = "not an array of positions"
	var kind, points bool
	return g.members(func(name []byte) error {
		switch string(name) {
		case "type":
			o.once(&kind, "geometry.type")
			return g.word(&o.shapeKind, depth+1)
		case "coordinates":
			o.once(&points, "geometry.coordinates")
			return g.coordinates(&g.outline, depth+1)
		}
		return g.skip(depth + 1)
	})
}

// deliver makes a feature of what was read.
func (g *geoReader) deliver() *Feature {
	o := &g.object
	f := &Feature{Index: g.count, Offset: o.offset}
	all, from := string(o.text), 0
	f.Properties = make([]Property, 0, len(o.properties))
	for i, p := range o.properties {
		p.Value = all[from:o.spans[i]]
		from = o.spans[i]
		f.Properties = append(f.Properties, p)
	}
	switch {
	case o.twice != "":
		f.refuse("feature", `two members "`+o.twice+`"`)
	case o.badMember != "" || o.notObject:
		f.refuse("feature", o.badMember)
	case o.kind != "Feature":
		f.refuse("feature", o.kind)
	case !o.hasShape:
		f.refuse("geometry_type", "null")
	case o.shapeKind != "Polygon" && o.shapeKind != "MultiPolygon":
		f.refuse("geometry_type", orNull(o.shapeKind))
	default:
		levels := 3
		if o.shapeKind == "MultiPolygon" {
			levels = 4
		}
		shape, reason, detail := g.outline.shape(levels)
		if f.Shape = shape; reason != "" {
			f.refuse(reason, detail)
		}
	}
	return f
}

func orNull(text string) string {
	if text == "" {
		return "null"
	}
	return text
}
