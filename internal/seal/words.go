package seal

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxWords bounds what one text is findable by, and so the size of its index entry.
const maxWords = 400

// maxWordRunes is where a word that is not Han is cut; longer ones are links and numbers run together.
const maxWordRunes = 32

// NormalisePhone makes equal what is dialled the same in China: full-width digits, spaces, dashes, dots, brackets and
// the country code (+86, 0086, or 86 before a mobile number) go; other countries keep their plus.
func NormalisePhone(phone string) string {
	kept := strings.Map(func(r rune) rune {
		if r == '+' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, norm.NFKC.String(phone))
	// Until nothing is left to take off, so that what was made equal once stays as it is.
	for {
		rest, found := withoutChina(kept)
		if !found {
			return kept
		}
		kept = rest
	}
}

// withoutChina takes China's code off a number that begins with it.
func withoutChina(phone string) (string, bool) {
	for _, prefix := range []string{"+86", "0086"} {
		if rest, found := strings.CutPrefix(phone, prefix); found {
			return rest, true
		}
	}
	rest, found := strings.CutPrefix(phone, "86")
	return rest, found && len(rest) == 11 && rest[0] == '1'
}

// NormaliseID makes equal what is the same identity number (GB 11643): no spaces or dashes, the check digit X in capitals.
func NormaliseID(id string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' {
			return -1
		}
		return unicode.ToUpper(r)
	}, norm.NFKC.String(id))
}

// Bigrams returns what a text is found by: after NFKC and lower case, every two neighbouring Han characters, a Han
// character that stands alone, and every other word of letters or digits; each once, in the order of the text, at most
// 400. A text holds a phrase's bigrams if it holds the phrase, so a query asks for all of them; a single Han character
// finds only texts in which it stands alone.
func Bigrams(text string) []string {
	b := bigrams{seen: map[string]bool{}}
	var iter norm.Iter
	iter.InitString(norm.NFKC, text)
	for !iter.Done() && len(b.words) < maxWords {
		for _, r := range string(iter.Next()) {
			b.add(unicode.ToLower(r))
		}
	}
	b.end()
	return b.words[:min(len(b.words), maxWords)]
}

// bigrams collects words. run is what is being read: the Han characters or the letters since the last break.
type bigrams struct {
	words []string
	seen  map[string]bool
	run   []rune
	han   bool
	pairs int // of the Han run, how many were added
}

func (b *bigrams) add(r rune) {
	han := unicode.Is(unicode.Han, r)
	if !han && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
		b.end()
		return
	}
	if han != b.han {
		b.end()
		b.han = han
	}
	switch {
	case !han:
		if len(b.run) < maxWordRunes {
			b.run = append(b.run, r)
		}
	case len(b.run) == 0:
		b.run = append(b.run, r)
	default:
		b.keep(string([]rune{b.run[0], r}))
		b.run[0] = r
		b.pairs++
	}
}

func (b *bigrams) end() {
	if len(b.run) > 0 && (!b.han || b.pairs == 0) {
		b.keep(string(b.run))
	}
	b.run, b.pairs = b.run[:0], 0
}

func (b *bigrams) keep(word string) {
	if !b.seen[word] {
		b.seen[word] = true
		b.words = append(b.words, word)
	}
}
