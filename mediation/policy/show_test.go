package policy_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"

	"github.com/goccy/go-yaml"
)

// plain is a shown policy as JSON has it.
func plain(v any) any {
	switch x := v.(type) {
	case policy.Object:
		m := map[string]any{}
		for _, k := range x {
			m[k.Key] = plain(k.Value)
		}
		return m
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = plain(x[i])
		}
		return out
	}
	return v
}

// lines are the leaves of a tree by their paths.
func lines(path string, v any, into map[string]string) map[string]string {
	switch x := v.(type) {
	case map[string]any:
		for k, v := range x {
			lines(strings.TrimPrefix(path+"."+k, "."), v, into)
		}
	case []any:
		for i, v := range x {
			lines(path+"["+strconv.Itoa(i)+"]", v, into)
		}
	default:
		into[path] = fmt.Sprint(v)
	}
	return into
}

// unlike are lengths of time, which the file may write in another unit (24h, 1d).
var unlike = regexp.MustCompile(`^\d+[mhd]$`)

// every calls a test for every sample policy.
func every(t *testing.T, test func(t *testing.T, name string, p *policy.Policy)) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(policies, "*.yaml"))
	if err != nil || len(names) < 2 {
		t.Fatalf("%v %v", names, err)
	}
	for _, n := range names {
		t.Run(filepath.Base(n), func(t *testing.T) { test(t, filepath.Base(n), load(t, filepath.Base(n))) })
	}
}

func TestWhatAPolicySaysIsShownInItsOwnTerms(t *testing.T) {
	every(t, func(t *testing.T, _ string, p *policy.Policy) {
		var said any
		if err := yaml.Unmarshal(p.Source, &said); err != nil {
			t.Fatal(err)
		}
		got := lines("", plain(p.Show(mediation.PolicyVocabulary())), map[string]string{})
		for path, want := range lines("", said, map[string]string{}) {
			if shown, ok := got[path]; !ok || shown != want && !(unlike.MatchString(want) && unlike.MatchString(shown)) {
				t.Errorf("%s: the file says %q, shown is %q (there: %v)", path, want, shown, ok)
			}
		}
	})
}

// fill sets everything that can be set.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		one := reflect.New(v.Type().Elem()).Elem()
		fill(one)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf(string(mediation.States[0].State)), one)
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(1)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	}
}

// The reference has every key of the schema. What a policy can hold that is set must be shown, so that a key that is forgotten is found.
func TestEveryKeyOfTheSchemaIsShown(t *testing.T) {
	var p policy.Policy
	fill(reflect.ValueOf(&p).Elem())
	vocabulary := mediation.PolicyVocabulary()
	vocabulary.States = []string{string(mediation.States[0].State)}
	seen := map[string]bool{}
	for path := range lines("", plain(p.Show(vocabulary)), map[string]string{}) {
		path = strings.NewReplacer("[0]", "[]", "clocks.states."+vocabulary.States[0], "clocks.states.*").Replace(path)
		for ; path != ""; path = path[:max(0, strings.LastIndex(path, "."))] {
			seen[strings.TrimSuffix(path, "[]")] = true
		}
	}
	keys := regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(policy.Reference(), -1)
	if len(keys) < 200 {
		t.Fatalf("%d keys in the reference", len(keys))
	}
	for _, k := range keys {
		if !seen[k[1]] {
			t.Errorf("%s is not shown", k[1])
		}
	}
}

func TestShownAndLoadedAgainItIsTheSamePolicy(t *testing.T) {
	every(t, func(t *testing.T, name string, p *policy.Policy) {
		text, err := json.Marshal(plain(p.Show(mediation.PolicyVocabulary())))
		if err != nil {
			t.Fatal(err)
		}
		again, err := policy.Load(name, text, mediation.PolicyVocabulary())
		if err != nil {
			t.Fatal(err)
		}
		again.ID, again.Source = p.ID, p.Source
		if !reflect.DeepEqual(p, again) {
			t.Errorf("%+v\n%+v", p, again)
		}
	})
}
