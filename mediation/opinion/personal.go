package opinion

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// numbers are what phone and identity numbers look like: a mobile number of eleven digits, also in the groups in which people write it, an identity
// number of eighteen, a landline with its area code.
var numbers = regexp.MustCompile(`1[3-9](?:[ -]?\d){9}|1[3-9]\d[^\pL\d]{1,3}\d{4}[^\pL\d]{1,3}\d{4}|\d{17}[\dXx]|0\d{2,3}[^\pL\d]{0,3}\d{7,8}`)

// spelled are the digits as they are spoken and written out.
var spelled = strings.NewReplacer("零", "0", "〇", "0", "一", "1", "幺", "1", "二", "2", "三", "3", "四", "4", "五", "5", "六", "6", "七", "7", "八", "8", "九", "9")

// Personal tells whether a text that is to be published holds a phone or identity number, or one of these names and numbers: in wide or spelled-out
// digits, in groups or digit by digit, with spaces within a name.
func Personal(text string, names []string) bool {
	text = norm.NFKC.String(text)
	if numbers.MatchString(text) || strewn(text) {
		return true
	}
	text = closed(text)
	return slices.ContainsFunc(names, func(n string) bool {
		n = closed(norm.NFKC.String(n))
		return utf8.RuneCountInString(n) > 1 && strings.Contains(text, n)
	})
}

// strewn tells whether digits that stand by themselves, however they are parted, make a mobile or identity number.
func strewn(text string) bool {
	const apart = 3 // runes between two digits of one number, at most
	run, gap := "", 0
	for _, r := range spelled.Replace(text) + "\n\n\n\n" {
		switch {
		case r >= '0' && r <= '9':
			run, gap = run+string(r), 0
			continue
		case (r == 'X' || r == 'x') && len(run) == 17:
			return true
		case unicode.IsLetter(r):
			gap = apart
		}
		if gap++; gap <= apart {
			continue
		}
		if len(run) == 11 && run[0] == '1' && run[1] >= '3' || len(run) == 18 {
			return true
		}
		run = ""
	}
	return false
}

// closed is a text without the spaces, marks and dots that may stand within a name.
func closed(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || r == '·' || r == '・' {
			return -1
		}
		return r
	}, text)
}
