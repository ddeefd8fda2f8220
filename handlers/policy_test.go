package handlers_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"fengqiao/fixtures"
	"fengqiao/handlers/apptest"
	"fengqiao/mediation"

	"github.com/goccy/go-yaml"
)

// What the file of a policy says is in the answer, under the same keys; that every key of the schema is shown is policy's own test. The answer is
// held against the API's description with every request.
func TestThePolicyIsShownWholeInTheTermsOfItsFile(t *testing.T) {
	a := apptest.New(t)
	worker, root := a.As(t, mediation.GridWorker, apptest.Here), a.Root(t)
	for _, name := range fixtures.Policies() {
		src, err := fixtures.Policy(name)
		if err != nil {
			t.Fatal(err)
		}
		putWhole(t, a, root, "/api/v1/policy", src, apptest.Header("Content-Type", "application/yaml")).Want(http.StatusOK)
		var shown struct{ Rules map[string]any }
		a.Do(t, worker, http.MethodGet, "/api/v1/policy", nil).Want(http.StatusOK).Into(&shown)
		var said map[string]any
		if err := yaml.Unmarshal(src, &said); err != nil {
			t.Fatal(err)
		}
		for section, want := range said {
			if got, ok := shown.Rules[section]; !ok || !holds(got, want) {
				t.Errorf("%s: %s is shown as %v, the file says %v", name, section, got, want)
			}
		}
	}
}

// holds tells whether everything that a file says is in what is shown. Lengths of time may be written in another unit.
func holds(shown, said any) bool {
	switch x := said.(type) {
	case map[string]any:
		object, _ := shown.(map[string]any)
		for k, v := range x {
			if got, ok := object[k]; !ok || !holds(got, v) {
				return false
			}
		}
		return true
	case []any:
		list, _ := shown.([]any)
		for i, v := range x {
			if i >= len(list) || !holds(list[i], v) {
				return false
			}
		}
		return len(list) == len(x)
	case string:
		text, is := shown.(string)
		return text == x || is && strings.Trim(text, "0123456789") == "d" && strings.Trim(x, "0123456789") == "h"
	case uint64:
		return shown == float64(x)
	}
	return reflect.DeepEqual(shown, said)
}

func TestOnlyWhoHasAnAccountReadsThePolicy(t *testing.T) {
	a := apptest.New(t)
	a.Do(t, nil, http.MethodGet, "/api/v1/policy", nil).Refused(http.StatusUnauthorized, "no_token", "")
	a.Do(t, a.As(t, mediation.Desk, apptest.Here), http.MethodGet, "/api/v1/policy", nil).Refused(http.StatusForbidden, "forbidden", "")
	s := begin(t, a)
	party := s.order(s.staff, "add-party", obj{"kind": "person", "side": "applicant", "name": "甲"}).Want(http.StatusOK).Text("party")
	a.Do(t, a.Party(t, s.id, party), http.MethodGet, "/api/v1/policy", nil).Refused(http.StatusForbidden, "forbidden", "")
}
