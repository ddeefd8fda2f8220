package scenario

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// names are the values that a scenario has given names to: ${case}. A time may have a length after it: ${now+3d}.
type names map[string]any

var nameForm = regexp.MustCompile(`\$\{([A-Za-z][A-Za-z0-9_]*)(?:\+([0-9dhms ]+))?\}`)

// fill puts the values in place of the names, everywhere inside v. A text that is nothing but a name becomes the value itself.
func (n names) fill(v any) (any, error) {
	switch x := v.(type) {
	case string:
		return n.text(x)
	case map[string]any:
		out := make(map[string]any, len(x))
		for key, value := range x {
			filled, err := n.fill(value)
			if err != nil {
				return nil, err
			}
			out[key] = filled
		}
		return out, nil
	case []any:
		out := make([]any, len(x))
		for i := range x {
			var err error
			if out[i], err = n.fill(x[i]); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return v, nil
}

func (n names) text(s string) (any, error) {
	if m := nameForm.FindStringSubmatch(s); m != nil && m[0] == s {
		return n.value(m[1], m[2])
	}
	var first error
	out := nameForm.ReplaceAllStringFunc(s, func(one string) string {
		m := nameForm.FindStringSubmatch(one)
		v, err := n.value(m[1], m[2])
		if err != nil && first == nil {
			first = err
		}
		return spoken(v)
	})
	if first == nil && strings.Contains(out, "${") {
		first = fmt.Errorf("%q: a name is written ${name}", s)
	}
	return out, first
}

func (n names) value(name, later string) (any, error) {
	v, there := n[name]
	if !there {
		return nil, fmt.Errorf("nothing has the name ${%s} yet", name)
	}
	if later == "" {
		return v, nil
	}
	at, err := when(spoken(v))
	if err != nil {
		return nil, fmt.Errorf("${%s+…}: %w", name, err)
	}
	by, err := length(later)
	if err != nil {
		return nil, err
	}
	return at.Add(by).Format(time.RFC3339), nil
}

// string is fill of a text that must be a text.
func (n names) string(s string) (string, error) {
	v, err := n.text(s)
	return spoken(v), err
}
