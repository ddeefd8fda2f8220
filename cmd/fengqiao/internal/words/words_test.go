package words

import "testing"

func TestLanguageFollowsTheMachine(t *testing.T) {
	cases := []struct {
		name string
		env  map[string]string
		want Language
	}{
		{"nothing said", nil, Both},
		{"a container's C.UTF-8", map[string]string{"LANG": "C.UTF-8"}, Both},
		{"a Chinese desktop", map[string]string{"LANG": "zh_CN.UTF-8"}, Chinese},
		{"a German desktop", map[string]string{"LANG": "de_DE.UTF-8"}, English},
		{"our own variable wins", map[string]string{"FENGQIAO_LANG": "en", "LC_ALL": "zh_CN.UTF-8"}, English},
		{"LC_ALL wins over LANG", map[string]string{"LC_ALL": "zh_CN", "LANG": "en_US"}, Chinese},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := Of(func(k string) string { return c.env[k] }); got != c.want {
				t.Fatalf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestBothLanguagesAreShownWhereNoneIsKnown(t *testing.T) {
	short := Text{"共 %d 行", "%d rows"}
	if got := short.Format(Both, 3); got != "共 3 行 / 3 rows" {
		t.Error(got)
	}
	if got := short.Format(English, 3); got != "3 rows" {
		t.Error(got)
	}
	long := Text{"一\n二", "one\ntwo"}
	if got := long.In(Both); got != "一\n二\n\none\ntwo" {
		t.Error(got)
	}
}
