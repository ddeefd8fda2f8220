package simulate

import (
	"encoding/csv"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// Person is an invented account, as the people file has it (fixtures/README.md).
type Person struct {
	Login, Name, Role string
	Area              grid.Code
	Unit, Mediator    string
}

// Mediator is an invented mediator, as the mediators file has it.
type Mediator struct {
	ID, Name, Kind, Tier string
	Area                 grid.Code
	Point                orb.Point
}

// Cast is everybody who works a plan of two or more levels: in each cell two grid workers, an elder, a full-time mediator and
// an officer, in each unit above the cells further mediators and staff.
type Cast struct {
	People    []Person
	Mediators []Mediator
}

// Tiers are the two rungs of mediators: the cell and the unit above it.
type Tiers struct{ Cell, Above string }

// workers is how many grid workers there are in each cell.
const workers = 2

// NewCast invents people for a plan. The same plan gives the same people.
func NewCast(plan *grid.Plan, tiers Tiers) Cast {
	var c Cast
	var above []grid.Code
	for i := range plan.Len() {
		cell := plan.At(i)
		if up := cell.Code.Parent(); up != "" && !slices.Contains(above, up) {
			above = append(above, up)
		}
		centre, _ := plan.Centre(cell.Code)
		tag := "c" + strconv.Itoa(i+1)
		for n := range workers {
			c.add("gw-"+tag+"-"+strconv.Itoa(n+1), "grid_worker", cell.Code)
		}
		c.add("ts-"+tag, "township_staff", cell.Code)
		c.mediators(tag, tiers.Cell, cell.Code, centre, "elder", "fulltime")
	}
	for i, up := range above {
		tag := "r" + strconv.Itoa(i+1)
		centre, _ := plan.Centre(up)
		c.add("cs-"+tag, "county_staff", up)
		c.mediators(tag, tiers.Above, up, centre, "elder", "fulltime", "counsellor", "counsellor", "department", "department")
	}
	return c
}

func (c *Cast) add(login, role string, area grid.Code) {
	c.People = append(c.People, Person{Login: login, Name: invented(login), Role: role, Area: area})
}

func (c *Cast) mediators(tag, tier string, area grid.Code, near orb.Point, kinds ...string) {
	for n, kind := range kinds {
		id := "m-" + tag + "-" + strconv.Itoa(n+1)
		name := invented(id)
		c.Mediators = append(c.Mediators, Mediator{ID: id, Name: name, Kind: kind, Tier: tier, Area: area, Point: near})
		c.People = append(c.People, Person{Login: "md-" + tag + "-" + strconv.Itoa(n+1), Name: name, Role: "mediator", Area: area, Mediator: id})
	}
}

var (
	syllables = []string{"ba", "ko", "li", "ma", "ne", "ro", "sa", "ti", "vo", "zu", "del", "fin", "gor", "hal", "jun", "lan", "mir", "pel"}
	endings   = []string{"da", "len", "mo", "ris", "ta", "vin", "wa", "zo"}
)

// invented makes a name that nobody bears on purpose, always the same for the same text.
func invented(text string) string {
	r := rand.New(rand.NewPCG(hashOf(text), 1))
	word := func() string {
		w := syllables[r.IntN(len(syllables))] + syllables[r.IntN(len(syllables))] + endings[r.IntN(len(endings))]
		return strings.ToUpper(w[:1]) + w[1:]
	}
	return word() + " " + word()
}

func hashOf(parts ...string) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		_, _ = h.Write([]byte(p + "\x00")) // a hash never fails
	}
	return h.Sum64()
}

// mostCases is the cap of a simulated mediator: the most that an import allows.
const mostCases = "1000"

// WriteMediators writes the mediators file.
func (c Cast) WriteMediators(w io.Writer) error {
	rows := [][]string{{"id", "name", "kind", "tier", "area", "lon", "lat", "cap"}}
	for _, m := range c.Mediators {
		rows = append(rows, []string{m.ID, m.Name, m.Kind, m.Tier, string(m.Area), degrees(m.Point[0]), degrees(m.Point[1]), mostCases})
	}
	return write(w, rows)
}

// WritePeople writes the people file.
func (c Cast) WritePeople(w io.Writer) error {
	rows := [][]string{{"login", "name", "role", "area", "unit", "mediator"}}
	for _, p := range c.People {
		rows = append(rows, []string{p.Login, p.Name, p.Role, string(p.Area), p.Unit, p.Mediator})
	}
	return write(w, rows)
}

func degrees(x float64) string { return strconv.FormatFloat(x, 'f', 7, 64) }

func write(w io.Writer, rows [][]string) error {
	out := csv.NewWriter(w)
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("simulate: %w", err)
	}
	return out.Error()
}
