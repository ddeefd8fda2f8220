package settings

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/internal/pagetest"
)

func TestDocumentIsUpToDate(t *testing.T) {
	pagetest.UpToDate(t, "../../../../docs/configuration.md", Document(), "go test ./cmd/fengqiao/internal/settings")
}

func load(t *testing.T, args []string, env map[string]string, file string) (*Values, error) {
	t.Helper()
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	l := NewLoader(flags, words.English)
	if file != "" {
		path := filepath.Join(t.TempDir(), "fengqiao.yaml")
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--config", path)
	}
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	return l.Values, l.Load(func(k string) string { return env[k] })
}

func TestFlagsWinOverEnvironmentOverFileOverDefault(t *testing.T) {
	file := "listen: 127.0.0.1:1001\nlog-level: warn\nsweep-batch: 7\ntrusted-proxy: [10.0.0.0/8, 127.0.0.1]\n"
	env := map[string]string{"FENGQIAO_LISTEN": "127.0.0.1:1002", "FENGQIAO_LOG_LEVEL": "error"}
	v, err := load(t, []string{"--listen", "127.0.0.1:1003"}, env, file)
	if err != nil {
		t.Fatal(err)
	}
	if v.Listen != "127.0.0.1:1003" || v.LogLevel != "error" || v.SweepBatch != 7 || v.Data != "./data" {
		t.Fatalf("listen %s, log-level %s, sweep-batch %d, data %s", v.Listen, v.LogLevel, v.SweepBatch, v.Data)
	}
	if len(v.TrustedProxies) != 2 {
		t.Fatalf("trusted proxies %q", v.TrustedProxies)
	}
}

func TestWhatIsWrongIsNamed(t *testing.T) {
	cases := []struct {
		name string
		args []string
		env  map[string]string
		file string
		says string
	}{
		{"unknown key in the file", nil, nil, "listen: 127.0.0.1:1\nlisten-on: x\n", `:2: unknown setting "listen-on"`},
		{"a key twice", nil, nil, "listen: 127.0.0.1:1\n\nlisten: 127.0.0.1:2\n", "listen"},
		{"a number that is none, with file and line", nil, nil, "\nsweep-batch: many\n", `:2: sweep-batch: "many" is not a whole number`},
		{"a number that is none, in the environment", nil, map[string]string{"FENGQIAO_SWEEP_EVERY": "soon"}, "", "FENGQIAO_SWEEP_EVERY"},
		{"a port that is none", []string{"--listen", "localhost"}, nil, "", "listen: want HOST:PORT"},
		{"a certificate without its key", []string{"--tls-cert", "a.pem"}, nil, "", "tls-key is needed"},
		{"a store of no kind", []string{"--store", "postgres://x"}, nil, "", "store: want sqlite:DIR"},
		{"a key service without a token", []string{"--key-service", "https://vault:8200/v1/transit"}, nil, "", "key-service: key-token-file is needed"},
		{"a token for a key service over plain http", []string{"--key-service", "http://vault:8200/v1/transit", "--key-token-file", "t"}, nil, "", "want https"},
		{"a token without a key service", []string{"--key-token-file", "t"}, nil, "", "key-token-file: key-service is needed"},
		{"a proxy that is no address", []string{"--trusted-proxy", "example"}, nil, "", "neither an IP address"},
		{"a mapping within", nil, nil, "listen: {a: 1}\n", "wants a single value"},
		{"a file that is not there", []string{"--config", "/nowhere/at/all.yaml"}, nil, "", "no such file"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := load(t, c.args, c.env, c.file)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("got %v, want something with %q", err, c.says)
			}
			if !errors.Is(err, ErrUsage) {
				t.Errorf("%v is no usage error", err)
			}
		})
	}
}

func TestPasswordOnTheCommandLineIsRefusedAndNeverPrinted(t *testing.T) {
	const address = "mongodb://fengqiao:s3cret@db/fengqiao"
	_, err := load(t, []string{"--store", address}, nil, "")
	if err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Fatalf("got %v", err)
	}
	v, err := load(t, nil, map[string]string{"FENGQIAO_STORE": address}, "")
	if err != nil || v.Store != address {
		t.Fatalf("%v %v", v, err)
	}
	if shown := Redacted(address); strings.Contains(shown, "s3cret") || !strings.Contains(shown, "db/fengqiao") {
		t.Fatal(shown)
	}
}

// FuzzFile: a file is taken or refused as the caller's mistake, and what was taken is taken again from the values as they are printed.
func FuzzFile(f *testing.F) {
	f.Add("listen: 127.0.0.1:1001\nlog-level: warn\nsweep-batch: 7\ntrusted-proxy: [10.0.0.0/8, 127.0.0.1]\n")
	f.Add("sweep: 30s\ndata: |\n  /srv/data\n\nlisten: '127.0.0.1:1'\n")
	f.Add("trusted-proxy:\n- 10.0.0.0/8\n- ::1\n---\nlog-level: &a warn\ndata: *a\n")
	f.Add("listen: {a: 1}\n? b\n<<: *x\n")
	f.Fuzz(func(t *testing.T, src string) {
		v, err := load(t, nil, nil, src)
		if err != nil {
			if !errors.Is(err, ErrUsage) {
				t.Fatalf("%v is no usage error", err)
			}
			return
		}
		var again strings.Builder
		var copied Values
		rows := Table(&copied)
		copied = *v
		for _, r := range rows {
			said, _ := json.Marshal(text(r.Value)) // a double-quoted text of YAML too
			again.WriteString(r.Name + ": " + string(said) + "\n")
		}
		second, err := load(t, nil, nil, again.String())
		if err != nil || !reflect.DeepEqual(second, v) {
			t.Fatalf("%v: %+v became %+v", err, *v, second)
		}
	})
}
