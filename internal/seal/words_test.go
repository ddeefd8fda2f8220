package seal

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestPhonesThatAreDialledTheSame(t *testing.T) {
	for in, want := range map[string]string{
		"13800000000": "13800000000", "+86 138-0000-0000": "13800000000", "0086 13800000000": "13800000000",
		"8613800000000": "13800000000", "+86 0086 138 0000 0000": "13800000000", "１３８ 0000 0000": "13800000000", "(0571) 6332 1111": "057163321111",
		"+44 20 7946 0000": "+442079460000", "86001234": "86001234", "": "",
	} {
		if got := NormalisePhone(in); got != want {
			t.Errorf("NormalisePhone(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestIDNumbersThatAreTheSame(t *testing.T) {
	for in, want := range map[string]string{
		"11010519491231002x": "11010519491231002X", " 110105 19491231 002Ｘ ": "11010519491231002X", "": "",
	} {
		if got := NormaliseID(in); got != want {
			t.Errorf("NormaliseID(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestWhatATextIsFoundBy(t *testing.T) {
	for _, c := range []struct {
		situation, text string
		want            []string
	}{
		{"a phrase", "楼上漏水", []string{"楼上", "上漏", "漏水"}},
		{"repeated", "漏水，漏水！", []string{"漏水"}},
		{"one character alone", "水。", []string{"水"}},
		{"mixed with Latin and numbers", "3幢ＡBC室Wi-Fi", []string{"3", "幢", "abc", "室", "wi", "fi"}},
		{"nothing to find", " …! ", nil},
	} {
		if got := Bigrams(c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s: Bigrams(%q) = %q, want %q", c.situation, c.text, got, c.want)
		}
	}
	if n := len(Bigrams(strings.Repeat("abc ", 10) + manyWords(1000))); n != 400 {
		t.Errorf("a long text is found by %d words", n)
	}
	if got := Bigrams(strings.Repeat("x", 100)); len(got) != 1 || len(got[0]) != 32 {
		t.Errorf("a run of letters gave %q", got)
	}
}

func manyWords(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteRune(rune(0x4e00 + i))
	}
	return b.String()
}

func TestATextIsFoundByEveryPhraseInIt(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		han := rapid.StringOfN(rapid.RuneFrom([]rune("邻里纠纷漏水噪音土地")), 2, 40, -1).Draw(rt, "text")
		runes := []rune(han)
		from := rapid.IntRange(0, len(runes)-2).Draw(rt, "from")
		until := rapid.IntRange(from+2, len(runes)).Draw(rt, "until")
		words := Bigrams(han)
		for _, w := range Bigrams(string(runes[from:until])) {
			if !slices.Contains(words, w) {
				rt.Fatalf("%q is not among %q", w, words)
			}
		}
	})
}

func FuzzBigrams(f *testing.F) {
	f.Add("楼上漏水 Wi-Fi\xff\u0301")
	f.Fuzz(func(t *testing.T, text string) {
		words := Bigrams(text)
		if len(words) > maxWords {
			t.Fatalf("%d words", len(words))
		}
		for _, w := range words {
			if w == "" || len([]rune(w)) > maxWordRunes {
				t.Fatalf("word %q", w)
			}
		}
	})
}

// FuzzNumbers: a number that was made equal stays equal, and holds what is dialled alone.
func FuzzNumbers(f *testing.F) {
	for _, text := range []string{"+86 138-0000-0000", "0086 13800000000", "１３８ 0000 0000", "+44 20 7946 0000", " 110105 19491231 002Ｘ ", "+86 +86 13800000000"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		phone := NormalisePhone(text)
		if again := NormalisePhone(phone); again != phone || strings.Trim(phone, "+0123456789") != "" {
			t.Fatalf("%q is %q, which is %q", text, phone, again)
		}
		if id := NormaliseID(text); strings.ContainsAny(id, "- \t\n") {
			t.Fatalf("%q is %q", text, id)
		}
		var plain strings.Builder
		for _, r := range text {
			if r > ' ' && r < 0x7f {
				plain.WriteRune(r)
			}
		}
		spaced, id := strings.Join(strings.Split(plain.String(), ""), " -"), NormaliseID(plain.String())
		if NormaliseID(spaced) != id || NormaliseID(id) != id || NormaliseID(strings.ToLower(plain.String())) != id {
			t.Fatalf("%q is %q, with spaces %q", plain.String(), id, NormaliseID(spaced))
		}
	})
}
