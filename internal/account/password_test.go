package account_test

import (
	"errors"
	"strings"
	"testing"

	"fengqiao/internal/account"
)

func TestCheckPassword(t *testing.T) {
	for _, c := range []struct{ about, password, reason string }{
		{"four words", "correct horse battery staple", ""},
		{"a line of a poem", "床前明月光疑是地上霜", ""},
		{"long, all small letters", "wuzhenshuixiang", ""},
		{"nothing", "", "too_short"},
		{"nine characters", "x7!kqpw2z", "too_short"},
		{"nine Chinese characters", "床前明月光疑是地上", "too_short"},
		{"longer than anybody types", strings.Repeat("ab cd ef ", 40), "too_long"},
		{"a control character", "abcdefgh\x00ijkl", "bad_characters"},
		{"broken UTF-8", "abcdefgh\xffijkl", "bad_characters"},
		{"the login", "li.weimin1970", "contains_login"},
		{"the login in capitals, with more", "my LI.WEIMIN1970!", "contains_login"},
		{"a mobile number", "13812345678", "phone_number"},
		{"a mobile number with the country", "+8613812345678", "phone_number"},
		{"one character", "zzzzzzzzzzzz", "common"},
		{"two in turn", "121212121212", "common"},
		{"counting", "1234567890123", "common"},
		{"counting down", "9876543210", "common"},
		{"the alphabet", "abcdefghijkl", "common"},
		{"along the keyboard", "QwertyUiop", "common"},
		{"I love you for ever", "woaini1314520", "common"},
	} {
		t.Run(c.about, func(t *testing.T) {
			err := account.CheckPassword("li.weimin1970", c.password)
			var e *account.Error
			switch {
			case c.reason == "":
				must(t, err)
			case !errors.Is(err, account.ErrWeakPassword) || !errors.As(err, &e) || e.Reason != c.reason:
				t.Fatalf("got %v, want %s", err, c.reason)
			}
		})
	}
}

func TestFoldLogin(t *testing.T) {
	for typed, want := range map[string]string{
		"Li.Wei": "li.wei", " li ": "li", "ＬＩ９": "li9", "李伟": "李伟", "a@b.cn": "a@b.cn",
		"": "", "a b": "", "a\x00": "", "\xff": "", strings.Repeat("a", 101): "",
	} {
		got, err := account.FoldLogin(typed)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q became %q, %v; want %q", typed, got, err, want)
		}
	}
}
