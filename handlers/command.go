package handlers

import (
	"cmp"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"fengqiao/mediation"
)

// segment is a command's name in an address: refuse_mediation → refuse-mediation.
func segment(name mediation.CommandName) string { return strings.ReplaceAll(string(name), "_", "-") }

func segments(names []mediation.CommandName) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = segment(n)
	}
	return out
}

// commandRoutes makes a route of every row of the state table, and the parties' own of those that parties may give.
func commandRoutes() []Route {
	var routes []Route
	for _, rule := range mediation.Table {
		r := Route{Method: http.MethodPost, Path: "/api/v1/cases/:id/" + segment(rule.Command), Action: mediation.Action(rule.Command),
			Sight: (*API).seesCase, Create: true, Change: true, Cost: Write, Query: []string{"crs"},
			Handle: commandHandler(rule.Command, pathCase, (*API).showCase), Again: (*API).againCase}
		routes = append(routes, r)
		if len(mediation.Scopes(r.Action, mediation.PartyRole)) == 0 {
			continue
		}
		r.Path, r.Sight, r.Query = "/api/v1/party/case/"+segment(rule.Command), (*API).seesOwnCase, nil
		r.Handle, r.Again = commandHandler(rule.Command, ownCase, (*API).showPartyCase), (*API).againPartyCase
		routes = append(routes, r)
	}
	return routes
}

func pathCase(c *Call) string { return c.PathID("id") }

// ownCase is the one case that a party's link opens; "" for everybody else, which is no case.
func ownCase(c *Call) string { return c.Actor.Case }

// commandHandler reads the command's body, carries it out and shows the case.
func commandHandler(name mediation.CommandName, which func(*Call) string, show func(*API, *Call, *mediation.Done) (Reply, error)) func(*API, *Call) (Reply, error) {
	return func(a *API, c *Call) (Reply, error) {
		read, ok := commandBodies[name]
		if !ok {
			return Reply{}, fmt.Errorf("handlers: command %s has no body", name)
		}
		cmd, err := read(c)
		if err != nil {
			return Reply{}, err
		}
		done, err := a.Cases.Do(c.Context, c.Actor, which(c), mediation.Request{Command: cmd, Revision: c.Revision, Key: c.Key})
		if err != nil {
			return Reply{}, err
		}
		return show(a, c, &done)
	}
}

// seesOwnCase tells whether the caller is a party whose link opens a case, and may do the route's action to it.
func (a *API) seesOwnCase(c *Call) error {
	found, err := a.Cases.Cases.Load(c.Context, ownCase(c))
	if err != nil {
		return err
	}
	return permitted(mediation.MayCase(c.Actor, c.Route.Action, &found))
}

// showCase answers a command with the case as it stands now; with nothing, if the command took it out of the caller's sight
// (a declined offer, a transfer to another area).
func (a *API) showCase(c *Call, done *mediation.Done) (Reply, error) {
	reply := Reply{Ref: done.Case.ID}
	if !mediation.MayCase(c.Actor, mediation.CaseRead, &done.Case) {
		return reply, nil
	}
	view, err := a.viewCase(c, &done.Case)
	if err != nil {
		return Reply{}, err
	}
	view.Party, view.Link = done.Party, done.Link
	reply.View, reply.Revision = view, view.Revision
	return reply, nil
}

// againCase answers a command that was carried out before with the case as it stands now.
func (a *API) againCase(c *Call, ref string) (Reply, error) {
	k, err := a.Cases.Cases.Load(c.Context, ref)
	if err != nil {
		return Reply{}, err
	}
	return a.showCase(c, &mediation.Done{Case: k})
}

// body reads a command's members. None at all stand for an empty object, since many commands have nothing to say.
func body[W any](make func(W) (mediation.Command, error)) func(*Call) (mediation.Command, error) {
	return func(c *Call) (mediation.Command, error) {
		var w W
		if err := c.decodeBounded(&w); err != nil {
			return nil, err
		}
		return make(w)
	}
}

// decodeBounded is Decode of a body that may be left out, with every text held to its length (checkLengths).
func (c *Call) decodeBounded(v any) error {
	b, err := c.Bytes()
	if err != nil {
		return err
	}
	if len(b) > 0 {
		if err := c.Decode(v); err != nil {
			return err
		}
	}
	return checkLengths(reflect.ValueOf(v).Elem(), "")
}

// checkLengths bounds every text of a wire type: by its tag `max:"64"`, in characters, or by what a report may have.
func checkLengths(v reflect.Value, path string) error {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return checkLengths(v.Elem(), path)
	case reflect.Slice:
		for i := range v.Len() {
			if err := checkLengths(v.Index(i), path+"["+strconv.Itoa(i)+"]"); err != nil {
				return err
			}
		}
	case reflect.String:
		return tooLong(v.String(), path, mediation.MaxText)
	case reflect.Struct:
		return checkMembers(v, path)
	}
	return nil
}

func checkMembers(v reflect.Value, path string) error {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Anonymous { // its members stand beside the others on the wire
			if err := checkMembers(v.Field(i), path); err != nil {
				return err
			}
			continue
		}
		if !f.IsExported() {
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if path != "" {
			name = path + "." + name
		}
		if most, err := strconv.Atoi(f.Tag.Get("max")); err == nil && f.Type.Kind() == reflect.String {
			text := v.Field(i).String()
			if err := cmp.Or(tooLong(text, name, most), unseen(text, name)); err != nil {
				return err
			}
			continue
		}
		if err := checkLengths(v.Field(i), name); err != nil {
			return err
		}
	}
	return nil
}

// unseen refuses the characters of a short text that nobody sees and that turn the order of what stands around them: a name with them reads as another.
func unseen(text, field string) error {
	for _, r := range text {
		if unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) {
			return invalid("unseen_character", field, "code", fmt.Sprintf("U+%04X", r))
		}
	}
	return nil
}

func tooLong(text, field string, most int) error {
	if utf8.RuneCountInString(text) > most {
		return invalid("too_long", field, "max", strconv.Itoa(most))
	}
	return nil
}
