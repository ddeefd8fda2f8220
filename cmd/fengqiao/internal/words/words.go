// Package words picks the language in which the command line speaks: Chinese, English, or both where the machine does not
// say which of the two its user reads.
package words

import (
	"fmt"
	"strings"
)

// Language is what the user reads.
type Language int

// The languages. Both is the zero value: a machine that says nothing is answered twice rather than wrongly.
const (
	Both Language = iota
	Chinese
	English
)

// Of reads the language from FENGQIAO_LANG, LC_ALL, LC_MESSAGES or LANG, the first that is set (POSIX, 8.2). "C" and "POSIX"
// say nothing about people.
func Of(getenv func(string) string) Language {
	for _, name := range []string{"FENGQIAO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"} {
		value := strings.ToLower(getenv(name))
		switch {
		case value == "":
			continue
		case strings.HasPrefix(value, "zh"):
			return Chinese
		case value == "c" || value == "posix" || strings.HasPrefix(value, "c."):
			return Both
		default:
			return English
		}
	}
	return Both
}

// Text is one message in both languages.
type Text struct{ Zh, En string }

// In gives the message in the language; short ones stand on one line where both are wanted, long ones below each other.
func (t Text) In(l Language) string {
	switch {
	case l == Chinese || t.En == "":
		return t.Zh
	case l == English || t.Zh == "":
		return t.En
	case strings.Contains(t.Zh+t.En, "\n"):
		return t.Zh + "\n\n" + t.En
	}
	return t.Zh + " / " + t.En
}

// Format fills the same arguments into the message's places, in both languages.
func (t Text) Format(l Language, args ...any) string {
	return Text{fmt.Sprintf(t.Zh, args...), fmt.Sprintf(t.En, args...)}.In(l)
}
