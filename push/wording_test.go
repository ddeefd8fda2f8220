package push_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"fengqiao/mediation"
	"fengqiao/push"
)

// noticeKinds reads every constant of type NoticeKind out of mediation's source, so that a new one cannot be forgotten here.
func noticeKinds(t *testing.T) []mediation.NoticeKind {
	t.Helper()
	files, err := filepath.Glob("../mediation/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var kinds []mediation.NoticeKind
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok {
				kinds = append(kinds, kindsIn(t, spec)...)
			}
			return true
		})
	}
	if len(kinds) < 17 {
		t.Fatalf("only %d kinds found: is the source still where it was?", len(kinds))
	}
	return kinds
}

func kindsIn(t *testing.T, spec *ast.ValueSpec) (kinds []mediation.NoticeKind) {
	t.Helper()
	if typ, ok := spec.Type.(*ast.Ident); !ok || typ.Name != "NoticeKind" {
		return nil
	}
	for _, value := range spec.Values {
		literal, ok := value.(*ast.BasicLit)
		if !ok {
			t.Fatalf("%s is not written as a text", spec.Names)
		}
		text, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, mediation.NoticeKind(text))
	}
	return kinds
}

func TestEveryNoticeHasWordsThatTellNothing(t *testing.T) {
	unknown := push.Manner("of a newer release")
	groups := map[string]bool{}
	for _, kind := range noticeKinds(t) {
		t.Run(string(kind), func(t *testing.T) {
			style := push.Manner(kind)
			if style == unknown {
				t.Fatal("has no words of its own")
			}
			for _, lang := range []push.Lang{push.Chinese, push.English} {
				text := style.In(lang)
				knocks(t, lang, text.Title, 40)
				knocks(t, lang, text.Body, 90)
			}
			if style.Keep <= 0 || style.Keep > 28*24*time.Hour {
				t.Errorf("kept for %v; FCM keeps up to 28 days", style.Keep)
			}
			if style.Urgent && style.Collapse != "" {
				t.Error("an urgent push must not be replaced by another")
			}
		})
		if c := push.Manner(kind).Collapse; c != "" {
			groups[c] = true
		}
	}
	if len(groups) > 4 {
		t.Errorf("%d groups collapse; FCM keeps four keys", len(groups))
	}
}

// knocks: words are there, short, in their language, and have no place where anything of a case could be put in.
func knocks(t *testing.T, lang push.Lang, words string, longest int) {
	t.Helper()
	if words == "" || len([]rune(words)) > longest {
		t.Errorf("%s: %q is empty or longer than %d", lang, words, longest)
	}
	if i := strings.IndexFunc(words, func(r rune) bool { return unicode.IsDigit(r) || strings.ContainsRune("%{}$<>[]#@*_", r) }); i >= 0 {
		t.Errorf("%s: %q has something like a placeholder or a number", lang, words)
	}
	if han := strings.IndexFunc(words, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0; han != (lang == push.Chinese) {
		t.Errorf("%s: %q is in the wrong language", lang, words)
	}
}

func TestOffersEmergenciesAndBreachesWakeThePhone(t *testing.T) {
	for _, kind := range noticeKinds(t) {
		want := kind == mediation.NoticeOffer || kind == mediation.NoticeEmergency || kind == mediation.NoticeBreach
		if got := push.Manner(kind).Urgent; got != want {
			t.Errorf("%s urgent: %v", kind, got)
		}
	}
	if c := push.Manner(mediation.NoticeOffer).Collapse; c != "" {
		t.Errorf("offers collapse as %q; each one counts", c)
	}
}

func TestTheLanguageIsChineseUnlessEnglishIsAskedFor(t *testing.T) {
	for tag, want := range map[string]push.Lang{
		"": push.Chinese, "zh": push.Chinese, "zh-Hans-CN": push.Chinese, "de": push.Chinese, "eno": push.Chinese,
		"en": push.English, "EN": push.English, "en-GB": push.English, "en_US": push.English,
	} {
		if got := push.LangOf(tag); got != want {
			t.Errorf("%q gives %s", tag, got)
		}
	}
}

// Whatever a notice holds, the lock screen shows the same, and the data are four codes.
func TestALetterTellsNoMoreThanItsKind(t *testing.T) {
	kinds := noticeKinds(t)
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[\x{4e00}-\x{9fff}a-z0-9]{3,12}`)
		n := mediation.Notice{
			ID: secret.Draw(t, "id"), Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Case: secret.Draw(t, "case"),
			Seq: rapid.IntRange(1, 99).Draw(t, "seq"), To: mediation.Recipient{User: secret.Draw(t, "to"), Unit: secret.Draw(t, "unit")},
			At: time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "at"), 0), Due: time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "due"), 0),
		}
		e := push.NewEntry(n)
		e.User, e.Lang = secret.Draw(t, "user"), rapid.SampledFrom([]push.Lang{push.Chinese, push.English}).Draw(t, "lang")
		l, err := push.Compose(e, push.Device{ID: "d", User: e.User, Token: "token"}, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if text := push.Manner(n.Kind).In(e.Lang); l.Title != text.Title || l.Body != text.Body {
			t.Fatalf("%q %q are not the words of the kind", l.Title, l.Body)
		}
		want := map[string]string{"noticeId": n.ID, "caseId": n.Case, "kind": string(n.Kind), "due": n.Due.UTC().Format(time.RFC3339)}
		if len(l.Data) != len(want) {
			t.Fatalf("data %v", l.Data)
		}
		for k, v := range want {
			if l.Data[k] != v {
				t.Fatalf("data %v", l.Data)
			}
		}
	})
}

func TestALetterThatFCMWouldNotTakeIsRefused(t *testing.T) {
	e := push.NewEntry(mediation.Notice{ID: strings.Repeat("n", push.MaxLetter), Kind: mediation.NoticeOffer})
	if _, err := push.Compose(e, push.Device{}, time.Hour); err == nil {
		t.Fatal("no error")
	}
	e = push.NewEntry(mediation.Notice{ID: "n", Kind: mediation.NoticeUnplaced})
	l, err := push.Compose(e, push.Device{}, time.Hour)
	if err != nil || len(l.Data) != 2 {
		t.Fatalf("a notice without case and deadline has data %v, %v", l.Data, err)
	}
}
