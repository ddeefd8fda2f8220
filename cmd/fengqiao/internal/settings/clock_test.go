package settings_test

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"fengqiao/cmd/fengqiao/internal/settings"
	"fengqiao/cmd/fengqiao/internal/words"
)

func TestAVirtualClockIsRefusedInRealUse(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"--clock virtual", ""},
		{"--clock virtual --listen [::1]:0 --clock-from 2026-09-28T09:00:00+08:00", ""},
		{"--clock machine --listen 0.0.0.0:80", ""},
		{"--clock sundial", "clock: want one of machine, virtual"},
		{"--clock virtual --listen 0.0.0.0:80", "listen is not a loopback address"},
		{"--clock virtual --listen :80", "listen is not a loopback address"},
		{"--clock virtual --listen fengqiao.example:80", "listen is not a loopback address"},
		{"--clock virtual --tls-cert a --tls-key b", "tls-cert is set"},
		{"--clock virtual --trusted-proxy 127.0.0.1", "trusted-proxy is set"},
		{"--clock virtual --fcm-project p", "fcm-project is set"},
		{"--clock virtual --key-service https://kms.example --key-token-file f", "key-service is set"},
		{"--clock virtual --backup-dir b", "backup-dir is set"},
		{"--clock virtual --clock-from tomorrow", "clock-from: want a time like"},
		{"--clock-from 2026-09-28T09:00:00+08:00", "clock-from: needs clock to be virtual"},
	} {
		flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
		l := settings.NewLoader(flags, words.English)
		if err := flags.Parse(strings.Fields(c.args)); err != nil {
			t.Fatalf("%s: %v", c.args, err)
		}
		err := l.Load(func(string) string { return "" })
		if got := ""; err != nil {
			got = err.Error()
			if c.want == "" || !strings.Contains(got, c.want) {
				t.Errorf("%s: %q, want %q", c.args, got, c.want)
			}
		} else if c.want != "" {
			t.Errorf("%s: accepted, want %q", c.args, c.want)
		}
	}
}
