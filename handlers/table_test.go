package handlers_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"fengqiao/api"
	"fengqiao/handlers"
	"fengqiao/mediation"

	"github.com/goccy/go-yaml"
)

// described is the part of api/openapi.yaml that the route table must agree with.
type described struct {
	Paths map[string]map[string]any
}

type operation struct {
	OperationID string `yaml:"operationId"`
	Parameters  []map[string]any
	Security    *[]any
	Responses   map[string]any
}

func operations(t *testing.T) map[string]operation {
	t.Helper()
	var doc described
	if err := yaml.Unmarshal(api.OpenAPI, &doc); err != nil {
		t.Fatal(err)
	}
	all := map[string]operation{}
	for path, item := range doc.Paths {
		for method, node := range item {
			if method == "parameters" {
				continue
			}
			var o operation
			again, err := yaml.Marshal(node)
			if err == nil {
				err = yaml.Unmarshal(again, &o)
			}
			if err != nil {
				t.Fatalf("%s %s: %v", method, path, err)
			}
			all[strings.ToUpper(method)+" "+path] = o
		}
	}
	return all
}

func (o operation) has(ref string) bool {
	return slices.ContainsFunc(o.Parameters, func(p map[string]any) bool { return p["$ref"] == "#/components/parameters/"+ref })
}

// query is the parameters in the query that are named in place or by the common ones.
func (o operation) query() []string {
	var names []string
	for _, p := range o.Parameters {
		switch ref, _ := p["$ref"].(string); {
		case ref == "#/components/parameters/Limit":
			names = append(names, "limit")
		case ref == "#/components/parameters/Cursor":
			names = append(names, "cursor")
		case p["in"] == "query":
			name, _ := p["name"].(string)
			names = append(names, name)
		}
	}
	return names
}

func TestEveryRouteIsDescribedAndEveryDescriptionIsARoute(t *testing.T) {
	ops := operations(t)
	ids := map[string]string{}
	for name, o := range ops {
		if was := ids[o.OperationID]; was != "" || o.OperationID == "" {
			t.Errorf("%s and %s share the operationId %q", name, was, o.OperationID)
		}
		ids[o.OperationID] = name
		if o.Responses["default"] == nil {
			t.Errorf("%s describes no refusal", name)
		}
	}
	for _, r := range handlers.Routes() {
		name := r.Method + " " + template(r.Path)
		o, ok := ops[name]
		if !ok {
			t.Errorf("%s is not in api/openapi.yaml", name)
			continue
		}
		delete(ops, name)
		if open := o.Security != nil && len(*o.Security) == 0; open != r.Public {
			t.Errorf("%s: public %v, described as open %v", name, r.Public, open)
		}
		if o.has("IfMatch") != (r.Change && !r.First) || o.has("IfMatchOrFirst") != (r.Change && r.First) {
			t.Errorf("%s: Change %v, described otherwise", name, r.Change)
		}
		if o.has("IdempotencyKey") != (r.Create && !r.OwnKey) {
			t.Errorf("%s: Create %v, described otherwise", name, r.Create)
		}
		for _, q := range r.Query {
			if !slices.Contains(o.query(), q) {
				t.Errorf("%s: the parameter %s is not described", name, q)
			}
		}
		for _, q := range o.query() {
			if !slices.Contains(r.Query, q) {
				t.Errorf("%s: describes the parameter %s, which is refused", name, q)
			}
		}
	}
	for name := range ops {
		t.Errorf("%s is described and is no route", name)
	}
}

// unversioned are the changes of what has no revision that somebody could have decided on, and why.
var unversioned = map[string]string{
	"DELETE /api/v1/session":          "ends the caller's own sign-in",
	"DELETE /api/v1/sessions":         "ends all of the caller's own",
	"DELETE /api/v1/party/session":    "forgets a party's cookie",
	"DELETE /api/v1/devices/:id":      "forgets the caller's own phone",
	"PATCH /api/v1/media/pieces/:id":  "names the place where it goes on, and is refused anywhere else",
	"PUT /api/v1/desk/orders/:number": "makes an order or finds the same one; other content is refused",
}

func TestEveryChangeNamesWhatItWasDecidedOn(t *testing.T) {
	seen := 0
	for _, r := range handlers.Routes() {
		name := r.Method + " " + r.Path
		if r.Method != http.MethodPut && r.Method != http.MethodPatch && r.Method != http.MethodDelete {
			continue
		}
		if _, excused := unversioned[name]; excused == r.Change {
			t.Errorf("%s: Change %v, excused %v", name, r.Change, excused)
		} else if excused {
			seen++
		}
	}
	if seen != len(unversioned) {
		t.Errorf("%d of %d exceptions are routes", seen, len(unversioned))
	}
}

func TestRouteTableIsComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range handlers.Routes() {
		name := r.Method + " " + r.Path
		if seen[name] {
			t.Errorf("%s is there twice", name)
		}
		seen[name] = true
		if r.Handle == nil {
			t.Errorf("%s has no handler", name)
		}
		if r.Public == (r.Action != "") {
			t.Errorf("%s: public %v with action %q", name, r.Public, r.Action)
		}
		if r.Action != "" && len(mediation.Permits[r.Action]) == 0 {
			t.Errorf("%s: nobody has the action %q", name, r.Action)
		}
		if r.Method == http.MethodGet && (r.Create || r.Change) {
			t.Errorf("%s: a reading that changes", name)
		}
		if r.Method != http.MethodGet && r.Cost == handlers.Read {
			t.Errorf("%s: a change at the price of a reading", name)
		}
	}
	for _, rule := range mediation.Table {
		path := "/api/v1/cases/:id/" + strings.ReplaceAll(string(rule.Command), "_", "-")
		if !seen[http.MethodPost+" "+path] {
			t.Errorf("the command %s has no route", rule.Command)
		}
	}
}
