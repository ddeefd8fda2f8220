// Package scenario plays a county's scenario over HTTP against a running server: people report, decide, let things lapse; the
// clock of cases is moved on; and what must then be so is looked at. It knows nothing of the server but its API.
//
// A scenario is a YAML file that a county official can read. docs/practices/README.md says how one is written.
package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// Text is a sentence in both languages.
type Text struct {
	Zh string `yaml:"zh"`
	En string `yaml:"en"`
}

// String is the sentence in Chinese with the English beside it.
func (t Text) String() string {
	if t.En == "" {
		return t.Zh
	}
	return t.Zh + " / " + t.En
}

// File is one scenario.
type File struct {
	Name Text `yaml:"name"`
	// County is the sample county in which it plays, Policy the file of rules in fixtures/policies without its ending.
	County string `yaml:"county"`
	Policy string `yaml:"policy"`
	// Scorecards are those of fixtures/scorecards that are in force, without their endings.
	Scorecards []string `yaml:"scorecards"`
	// Desks are the outside desks that are connected: the name of each, and the login of its account.
	Desks map[string]string `yaml:"desks"`
	// Begins is where the clock of cases stands at first, RFC 3339.
	Begins string `yaml:"begins"`
	// Practices are the rows of the table at the end, by their keys, in order.
	Practices []Practice `yaml:"practices"`
	// People are the clients, by the names that the steps call them.
	People map[string]Person `yaml:"people"`
	Steps  []Step            `yaml:"steps"`

	path string
}

// Practice is what the county does and the scenario shows.
type Practice struct {
	Key  string `yaml:"key"`
	Name Text   `yaml:"name"`
}

// Person is a client. Exactly one of the members says who it is.
type Person struct {
	// Role: the person of the county's cast with that role. Login: an account. Mediator: the account of a mediator's record.
	Role     string `yaml:"role"`
	Login    string `yaml:"login"`
	Mediator string `yaml:"mediator"`
	// Party: the code of a party's link.
	Party string `yaml:"party"`
	// Acting is the area of the grid's team in which they stand in for somebody, beside one of the above: what they do is done for the holder.
	Acting string `yaml:"acting"`
}

// Step is one thing that somebody does, and what must be so after it. Exactly one of its deeds is given.
type Step struct {
	step
	line int
}

type step struct {
	Say Text `yaml:"say"`
	// Shows is the practice that it belongs to; without, that of the step before.
	Shows string `yaml:"shows"`
	As    string `yaml:"as"`

	Report  map[string]any `yaml:"report"`
	Command *Command       `yaml:"command"`
	Look    string         `yaml:"look"`
	Call    *Call          `yaml:"call"`
	Advance *Advance       `yaml:"advance"`
	Told    *Told          `yaml:"told"`
	// Photo sends a small picture; each word makes another one.
	Photo string `yaml:"photo"`

	// Keep gives names to values of the answer: name → path.
	Keep map[string]string `yaml:"keep"`
	// Expect is what must be so of the answer: path → value.
	Expect yaml.MapSlice `yaml:"expect"`
}

// Command is a command to a case, decided on what the case is now.
type Command struct {
	Case string         `yaml:"case"` // none for a party, whose link opens one case alone
	Name string         `yaml:"name"`
	With map[string]any `yaml:"with"`
}

// Call is any other request to the API.
type Call struct {
	Method string `yaml:"method"`
	Path   string `yaml:"path"`
	With   any    `yaml:"with"`
	// Seen is the path of what the change is decided on; its ETag becomes the If-Match. "*": nothing is there yet.
	Seen string `yaml:"seen"`
}

// Advance moves the clock of cases on.
type Advance struct {
	By string `yaml:"by"` // "90m", "3d", "1d 2h"
	To string `yaml:"to"` // RFC 3339
}

// Told looks into somebody's inbox.
type Told struct {
	Who   string `yaml:"who"`
	Kind  string `yaml:"kind"`
	Case  string `yaml:"case"`
	Times *int   `yaml:"times"` // 0: never
}

// UnmarshalYAML keeps the step's line, and is strict like the rest.
func (s *Step) UnmarshalYAML(n ast.Node) error {
	s.line = n.GetToken().Position.Line
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 {
		s.line = m.Values[0].Key.GetToken().Position.Line
	}
	return yaml.NodeToValue(n, &s.step, yaml.Strict())
}

// Problem is what is wrong with a file. All of them are found at once where the YAML itself can be read.
type Problem struct {
	File string
	Line int
	Key  string
	What string
}

func (p Problem) Error() string {
	at := p.File
	if p.Line > 0 {
		at = fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	if p.Key != "" {
		return at + ": " + p.Key + ": " + p.What
	}
	return at + ": " + p.What
}

// Read reads a scenario strictly.
func Read(path string, src io.Reader) (*File, error) {
	text, err := io.ReadAll(src)
	if err != nil {
		return nil, err
	}
	f := &File{path: path}
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(f); err != nil {
		return nil, problemOf(path, err)
	}
	if found := f.check(); len(found) > 0 {
		return nil, errors.Join(found...)
	}
	return f, nil
}

// problemOf names file and line of what the YAML reader refused.
func problemOf(path string, err error) error {
	if errors.Is(err, io.EOF) {
		return Problem{File: path, What: "the file is empty"}
	}
	var y yaml.Error
	if errors.As(err, &y) && y.GetToken() != nil {
		return Problem{File: path, Line: y.GetToken().Position.Line, What: y.GetMessage()}
	}
	return Problem{File: path, What: err.Error()}
}

// deeds are the names of what a step does.
func (s *step) deeds() []string {
	var names []string
	for _, d := range []struct {
		name string
		is   bool
	}{{"report", s.Report != nil}, {"command", s.Command != nil}, {"look", s.Look != ""}, {"call", s.Call != nil}, {"advance", s.Advance != nil}, {"told", s.Told != nil}, {"photo", s.Photo != ""}} {
		if d.is {
			names = append(names, d.name)
		}
	}
	return names
}

// check finds what a reader of YAML cannot know.
func (f *File) check() []error {
	var found []error
	wrong := func(line int, key, what string) { found = append(found, Problem{f.path, line, key, what}) }
	if f.Name.Zh == "" {
		wrong(0, "name.zh", "is needed")
	}
	if f.Policy == "" {
		wrong(0, "policy", "is needed")
	}
	if f.County == "" {
		wrong(0, "county", "is needed")
	}
	if _, err := when(f.Begins); err != nil {
		wrong(0, "begins", err.Error())
	}
	practices := map[string]bool{}
	for _, p := range f.Practices {
		if p.Key == "" || p.Name.Zh == "" || practices[p.Key] {
			wrong(0, "practices", fmt.Sprintf("%q: each has a key of its own and a name.zh", p.Key))
		}
		practices[p.Key] = true
	}
	for name, p := range f.People {
		if given := slices.DeleteFunc([]string{p.Role, p.Login, p.Mediator, p.Party}, func(s string) bool { return s == "" }); len(given) != 1 {
			wrong(0, "people."+name, "want exactly one of role, login, mediator, party")
		}
	}
	if len(f.Steps) == 0 {
		wrong(0, "steps", "there are none")
	}
	shown, shows := map[string]bool{}, ""
	for i := range f.Steps {
		s := &f.Steps[i]
		if s.Shows != "" {
			shows = s.Shows
		}
		shown[shows] = true
		f.checkStep(s, shows, practices, wrong)
	}
	for _, p := range f.Practices {
		if !shown[p.Key] {
			wrong(0, "practices", fmt.Sprintf("no step shows %q", p.Key))
		}
	}
	return found
}

func (f *File) checkStep(s *Step, shows string, practices map[string]bool, wrong func(line int, key, what string)) {
	if s.Say.Zh == "" {
		wrong(s.line, "say.zh", "every step says in a sentence what happens")
	}
	switch deeds := s.deeds(); {
	case len(deeds) == 0:
		wrong(s.line, "step", "want one of report, command, look, call, advance, told, photo")
	case len(deeds) > 1:
		wrong(s.line, "step", "want one deed, not "+strings.Join(deeds, " and "))
	}
	switch {
	case shows == "":
		wrong(s.line, "shows", "the first step names the practice that it shows")
	case !practices[shows]:
		wrong(s.line, "shows", fmt.Sprintf("%q is none of the practices", shows))
	}
	who := s.As
	if s.Told != nil {
		who = s.Told.Who
		if s.Told.Times == nil {
			wrong(s.line, "told.times", "say how often; 0 is never")
		}
	}
	if _, known := f.People[who]; !known && s.Advance == nil {
		wrong(s.line, "as", fmt.Sprintf("%q is none of the people", who))
	}
	if s.Advance != nil {
		if err := s.Advance.check(); err != nil {
			wrong(s.line, "advance", err.Error())
		}
	}
	if s.Command != nil && s.Command.Name == "" {
		wrong(s.line, "command.name", "is needed")
	}
	for name, path := range s.Keep {
		if _, err := parsePath(path); err != nil {
			wrong(s.line, "keep."+name, err.Error())
		}
	}
	for _, e := range s.Expect {
		path := fmt.Sprint(e.Key)
		if _, err := parsePath(path); err != nil {
			wrong(s.line, "expect", err.Error())
		}
		if err := checkWant(e.Value); err != nil {
			wrong(s.line, "expect."+path, err.Error())
		}
	}
}
