// Package opinion collects residents' opinions (民意征集): at stations and points on the map, in campaigns with a closing date, suggestions
// are taken down, given at once to the unit whose matter they are, answered by a date, decided on, and the results published.
//
//	campaign    announced ──▶ open ──▶ closed ──▶ published     (open and closed by the sweep, at their days; early with a reason)
//	suggestion  received ──▶ routed ──▶ decided
//	                           └──▶ turning ──▶ turned          (it is in truth a dispute: a report)
//
// Who is asked, by when they must have answered, the reminders and what silence leads to are papers of package slip, behind the port
// Papers: a suggestion knows its paper and nothing of limits. Decisions are pure; a suggestion is stored first, and what it makes
// necessary elsewhere (its paper, its report) is done behind that under ids that are the same on every run, so that the sweep finishes
// what a crash has left half done.
package opinion

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"fengqiao/grid"
	"fengqiao/mediation"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
)

// Kind says what a site is.
type Kind string

// The kinds of sites.
const (
	Station Kind = "station" // 民意征集站: few, of a township or a department
	Point   Kind = "point"   // 民意征集点: many
)

// Site is a place at which suggestions are taken.
type Site struct {
	ID   string // the client's UUID
	Kind Kind
	Name string
	// Place is its WGS-84 position in degrees, Cell the micro-grid in which the plan has it.
	Place orb.Point
	Cell  grid.Code
	// Keeper is the account of who keeps it, Unit whose it is; at least one is said.
	Keeper, Unit string
	Hours        string // opening hours, in words
	By           string
	Print        string // of what it was made by: the same id with other content is refused
	Made         time.Time
	// Closed is when it was closed for good; zero while suggestions are taken there.
	Closed   time.Time
	Reason   string // of closing it
	Commands []string
	Version  int64
}

// Bounds of what is said of sites and campaigns, in characters.
const (
	MaxName   = 60
	MaxHours  = 200
	MaxReason = 500
)

// SiteInput is a site as somebody describes it. On a change, "" and nil leave what there is.
type SiteInput struct {
	ID           string
	Kind         Kind
	Name         string
	Place        *orb.Point
	Keeper, Unit string
	Hours        string
}

// said checks a text that must be there and not be too long.
func said(field, text string, most int) error {
	if strings.TrimSpace(text) == "" {
		return mediation.Refusal("opinion", mediation.Invalid, "required", field)
	}
	return short(field, text, most)
}

func short(field, text string, most int) error {
	if utf8.RuneCountInString(text) > most {
		return mediation.Refusal("opinion", mediation.Invalid, "too_long", field, "max", strconv.Itoa(most))
	}
	return nil
}

// Locate finds the micro-grid of a position. One outside the plan is refused, and so is one with longitude and latitude exchanged.
func Locate(plan *grid.Plan, pt orb.Point) (grid.Code, error) {
	if cell, ok := plan.Locate(pt); ok {
		return cell.Code, nil
	}
	if grid.LikelySwapped(pt, plan.Bound("")) {
		return "", mediation.Refusal("opinion", mediation.Invalid, "opinion.swapped", "point")
	}
	return "", mediation.Refusal("opinion", mediation.Invalid, "opinion.nowhere", "point")
}

// apply writes what is said of a site onto it and checks the whole.
func (s *Site) apply(in SiteInput, plan *grid.Plan) error {
	for _, f := range []struct {
		to   *string
		text string
	}{{&s.Name, in.Name}, {&s.Keeper, in.Keeper}, {&s.Unit, in.Unit}, {&s.Hours, in.Hours}} {
		if f.text != "" {
			*f.to = f.text
		}
	}
	if in.Kind != "" {
		s.Kind = in.Kind
	}
	if s.Kind != Station && s.Kind != Point {
		return mediation.Refusal("opinion", mediation.Invalid, "unknown_value", "kind", "value", string(s.Kind))
	}
	if err := said("name", s.Name, MaxName); err != nil {
		return err
	}
	if err := short("hours", s.Hours, MaxHours); err != nil {
		return err
	}
	if s.Keeper == "" && s.Unit == "" {
		return mediation.Refusal("opinion", mediation.Invalid, "required", "keeper")
	}
	switch {
	case in.Place != nil:
		cell, err := Locate(plan, *in.Place)
		if err != nil {
			return err
		}
		s.Place, s.Cell = *in.Place, cell
	case s.Cell == "":
		return mediation.Refusal("opinion", mediation.Invalid, "required", "point")
	}
	return nil
}

// shut closes a site for good.
func (s *Site) shut(reason string, at time.Time) error {
	if !s.Closed.IsZero() {
		return mediation.Refusal("opinion", mediation.Conflict, "opinion.site_closed", "", "site", s.Name)
	}
	s.Closed, s.Reason = at, reason
	return nil
}

// print is the same for the same site as it is made.
func (s *Site) print() string {
	return idOf(s.By, string(s.Kind), s.Name, s.Keeper, s.Unit, s.Hours, fmt.Sprint(s.Place))
}

// namespace of the ids that follow from others.
var namespace = uuid.MustParse("3f1b7a0e-8a56-5f3b-9f51-61e0c2a7d4b8")

func idOf(parts ...string) string {
	return uuid.NewSHA1(namespace, []byte(strings.Join(parts, "\x00"))).String()
}
