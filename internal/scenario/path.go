package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// A path leads into an answer: names and numbers with dots between them, and [name=value] for those of a list that have that
// value: offers[state=open].0.deadline. "count" behind a list is how many it has; "status" alone is the HTTP status.

// segment is one step of a path: a name (or number), or a choice.
type segment struct {
	name         string
	field, value string // a choice
}

var segmentForm = regexp.MustCompile(`^(?:\[([A-Za-z0-9_.]+)=([^\]]*)\]|\.?([A-Za-z0-9_]+))`)

func parsePath(path string) ([]segment, error) {
	var segments []segment
	for rest := path; rest != ""; {
		m := segmentForm.FindStringSubmatch(rest)
		if m == nil {
			return nil, fmt.Errorf("path %q cannot be read at %q", path, rest)
		}
		segments = append(segments, segment{name: m[3], field: m[1], value: m[2]})
		rest = rest[len(m[0]):]
	}
	if len(segments) == 0 {
		return nil, errors.New("an empty path")
	}
	return segments, nil
}

// follow is the value that a path leads to; false where it leads nowhere.
func follow(v any, path string) (any, bool) {
	segments, err := parsePath(path)
	if err != nil {
		return nil, false
	}
	for _, s := range segments {
		if v, err = s.step(v); err != nil {
			return nil, false
		}
	}
	return v, true
}

var errNowhere = errors.New("the path leads nowhere")

func (s segment) step(v any) (any, error) {
	list, isList := v.([]any)
	switch {
	case s.field != "" && isList:
		chosen := []any{}
		for _, item := range list {
			if got, ok := follow(item, s.field); ok && spoken(got) == s.value {
				chosen = append(chosen, item)
			}
		}
		return chosen, nil
	case s.name == "count" && isList:
		return float64(len(list)), nil
	case isList:
		i, err := strconv.Atoi(s.name)
		if err != nil || i < 0 || i >= len(list) {
			return nil, errNowhere
		}
		return list[i], nil
	}
	object, _ := v.(map[string]any)
	got, there := object[s.name]
	if !there {
		return nil, errNowhere
	}
	return got, nil
}

// spoken is a value as people read it.
func spoken(v any) string {
	switch x := v.(type) {
	case nil:
		return "null"
	case string:
		return x
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case uint64, int64, int, bool:
		return fmt.Sprint(x)
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}

// The words in which an expectation may be put, beside a plain value.
var wants = map[string]func(got any, there bool, want string) bool{
	"is":  func(got any, there bool, want string) bool { return there && same(spoken(got), want) },
	"not": func(got any, there bool, want string) bool { return !there || !same(spoken(got), want) },
	"has": func(got any, there bool, want string) bool { return there && strings.Contains(spoken(got), want) },
	"atLeast": func(got any, there bool, want string) bool {
		return there && order(spoken(got), want, func(c int) bool { return c >= 0 })
	},
	"atMost": func(got any, there bool, want string) bool {
		return there && order(spoken(got), want, func(c int) bool { return c <= 0 })
	},
	"there": func(_ any, there bool, want string) bool { return strconv.FormatBool(there) == want },
}

func checkWant(want any) error {
	words, err := wordsOf(want)
	for _, w := range words {
		if wants[w.word] == nil {
			return fmt.Errorf("unknown word %q: want is, not, has, atLeast, atMost or there", w.word)
		}
	}
	return err
}

// wanted is one word of an expectation with its value.
type wanted struct {
	word  string
	value any
}

// wordsOf reads an expectation: a plain value is what must be there.
func wordsOf(want any) ([]wanted, error) {
	var words []wanted
	switch x := want.(type) {
	case yaml.MapSlice:
		for _, item := range x {
			words = append(words, wanted{fmt.Sprint(item.Key), item.Value})
		}
	case map[string]any:
		for word, value := range x {
			words = append(words, wanted{word, value})
		}
	case []any:
		return nil, errors.New("a list cannot be expected; expect its members, or its count")
	default:
		words = []wanted{{"is", want}}
	}
	return words, nil
}

// same compares two values as people read them; times by the moment that they name.
func same(a, b string) bool {
	if a == b {
		return true
	}
	x, errX := time.Parse(time.RFC3339, a)
	y, errY := time.Parse(time.RFC3339, b)
	return errX == nil && errY == nil && x.Equal(y)
}

// order compares numbers, or times; anything else has no order, and meets nothing.
func order(a, b string, holds func(int) bool) bool {
	if x, err := strconv.ParseFloat(a, 64); err == nil {
		y, err := strconv.ParseFloat(b, 64)
		switch {
		case err != nil:
			return false
		case x < y:
			return holds(-1)
		case x > y:
			return holds(1)
		}
		return holds(0)
	}
	x, errX := time.Parse(time.RFC3339, a)
	y, errY := time.Parse(time.RFC3339, b)
	return errX == nil && errY == nil && holds(x.Compare(y))
}
