package chart

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strings"

	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/grid"
	"fengqiao/grid/survey"

	"github.com/paulmach/orb"
)

// The picture's measures in pixels.
const (
	pictureSide = 1600
	margin      = 20
	markRadius  = 5
	legendLine  = 22
)

// colours are those of the findings.
var colours = map[survey.Kind]string{
	survey.MissingCode: "#795548", survey.DuplicateCode: "#795548", survey.InconsistentCode: "#795548",
	survey.Unusable: "#000000", survey.Swapped: "#000000", survey.Tangled: "#000000",
	survey.Unclosed: "#00838f", survey.DuplicatePoints: "#00838f", survey.RingOrder: "#90a4ae", survey.RunsBack: "#00838f",
	survey.SelfCrossing: "#d500f9", survey.SelfTouching: "#aa66cc", survey.HoleOutside: "#2e7d32",
	survey.Splinter: "#ef6c00",
	survey.Overlap:  "#e53935", survey.Gap: "#1e63d6",
}

const repairColour = "#43a047"

// WritePicture draws the plan and the findings as SVG (1.1): cells in grey, ground that overlaps or is missing in colour, a ring
// around each place, lest a sliver be overlooked, and a legend. A finding says what it is when the mouse rests on it.
func (c *Chart) WritePicture(w io.Writer, lang words.Language) error {
	b := bufio.NewWriter(w)
	p := c.sheet()
	width, height := p.at(orb.Point{p.bound.Max[0], p.bound.Min[1]})
	mends, finds := c.counts()
	legend := append(mends, finds...)
	height += margin + legendLine*float64(len(legend))
	_, _ = fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" font-family="sans-serif" font-size="14">`+"\n", width+margin, height)
	_, _ = fmt.Fprintf(b, "<title>%s</title>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n", escaped(c.Version))
	_, _ = fmt.Fprintln(b, `<g fill="#eceff1" stroke="#546e7a" stroke-width="0.6" fill-rule="evenodd">`)
	for _, cell := range c.Cells {
		p.path(b, cell.Shape, escaped(string(cell.Code)+" "+cell.Name))
	}
	_, _ = fmt.Fprintln(b, "</g>")
	for _, f := range c.Fixes {
		p.mark(b, f.At, repairColour, fixLine(f, lang))
	}
	for _, f := range c.Found {
		p.finding(b, f, lang)
	}
	for i, k := range legend {
		y := height - legendLine*(float64(len(legend)-i)-0.5)
		_, _ = fmt.Fprintf(b, `<rect x="%d" y="%.0f" width="12" height="12" fill="%s"/><text x="%d" y="%.0f">%s</text>`+"\n",
			margin, y-11, k.colour, 2*margin, y, escaped(words.Text(one(k.name).add(format(number, k.n))).In(lang)))
	}
	_, _ = fmt.Fprintln(b, "</svg>")
	return b.Flush()
}

// sheet maps degrees to pixels, north up, as long eastwards as northwards in the middle of the plan.
type sheet struct {
	bound  orb.Bound
	perLon float64
	perLat float64
}

// sheet spans what lies on the globe.
func (c *Chart) sheet() sheet {
	s := sheet{bound: orb.Bound{Min: orb.Point{math.Inf(1), math.Inf(1)}, Max: orb.Point{math.Inf(-1), math.Inf(-1)}}}
	for _, cell := range c.Cells {
		for _, poly := range cell.Shape {
			for _, r := range poly {
				for _, pt := range r {
					if grid.CheckPoint(pt) == nil {
						s.bound = s.bound.Extend(pt)
					}
				}
			}
		}
	}
	if s.bound.IsEmpty() {
		s.bound = orb.Bound{}
	}
	east, north := grid.MetresPerDegree(s.bound.Center()[1])
	widest := max((s.bound.Max[0]-s.bound.Min[0])*east, (s.bound.Max[1]-s.bound.Min[1])*north, 1)
	s.perLon, s.perLat = east*pictureSide/widest, north*pictureSide/widest
	return s
}

func (s *sheet) at(pt orb.Point) (x, y float64) {
	return margin + (pt[0]-s.bound.Min[0])*s.perLon, margin + (s.bound.Max[1]-pt[1])*s.perLat
}

// path draws a shape to a tenth of a pixel, points that fall together once.
func (s *sheet) path(b *bufio.Writer, shape orb.MultiPolygon, title string) {
	_, _ = b.WriteString(`<path d="`)
	for _, poly := range shape {
		for _, r := range poly {
			command, lastX, lastY := "M", math.NaN(), math.NaN()
			for _, pt := range r {
				if grid.CheckPoint(pt) != nil {
					continue
				}
				x, y := s.at(pt)
				if x, y = math.Round(10*x)/10, math.Round(10*y)/10; x == lastX && y == lastY {
					continue
				}
				_, _ = fmt.Fprintf(b, "%s%g %g", command, x, y)
				command, lastX, lastY = "L", x, y
			}
			if command == "L" {
				_, _ = b.WriteString("z")
			}
		}
	}
	_, _ = fmt.Fprintf(b, "\"><title>%s</title></path>\n", title)
}

func (s *sheet) mark(b *bufio.Writer, at orb.Point, colour, title string) {
	x, y := s.at(at)
	_, _ = fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="%d" fill="none" stroke="%s" stroke-width="1.5" pointer-events="all"><title>%s</title></circle>`+"\n",
		x, y, markRadius, colour, escaped(title))
}

func (s *sheet) finding(b *bufio.Writer, f survey.Finding, lang words.Language) {
	title, colour := findingLine(f, lang), colours[f.Kind]
	if len(f.Ground) > 0 {
		_, _ = fmt.Fprintf(b, `<g fill="%s" fill-opacity="0.6" stroke="%s" stroke-width="0.6">`+"\n", colour, colour)
		s.path(b, f.Ground, escaped(title))
		_, _ = fmt.Fprintln(b, "</g>")
	}
	points := f.Points
	if len(points) == 0 && f.HasPlace {
		points = []orb.Point{f.At}
	}
	for _, pt := range points {
		s.mark(b, pt, colour, title)
	}
}

// escaped is a text for XML, which has no room for control characters.
func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder takes everything
	return b.String()
}
