package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHealthTellsByItsExitCode(t *testing.T) {
	alive := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" {
			w.WriteHeader(http.StatusNotFound)
		}
	})
	plain, secret := httptest.NewServer(alive), httptest.NewTLSServer(alive)
	ill := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }))
	gone := httptest.NewServer(alive)
	gone.Close()
	for _, s := range []*httptest.Server{plain, secret, ill} {
		defer s.Close()
	}
	at := func(s *httptest.Server) string { return s.Listener.Addr().String() }
	_, port, err := net.SplitHostPort(at(plain))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		args []string
		code int
	}{
		"it answers":                       {[]string{"--listen", at(plain)}, exitOK},
		"it listens on every interface":    {[]string{"--listen", "0.0.0.0:" + port}, exitOK},
		"it names no host":                 {[]string{"--listen", ":" + port}, exitOK},
		"it speaks TLS under another name": {[]string{"--listen", at(secret), "--tls-cert", "cert.pem", "--tls-key", "key.pem"}, exitOK},
		"it is ill":                        {[]string{"--listen", at(ill)}, exitFailure},
		"nobody is there":                  {[]string{"--listen", at(gone)}, exitFailure},
		"nobody knows the port":            {[]string{"--listen", "127.0.0.1:0"}, exitUsage},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := fengqiao(t, append([]string{"health"}, tt.args...)...)
			if r.code != tt.code {
				t.Fatalf("exit %d, want %d: %s", r.code, tt.code, r.err)
			}
		})
	}
}

func TestHealthAsksAllInterfacesOnLoopback(t *testing.T) {
	for listen, want := range map[string]string{"0.0.0.0:80": "127.0.0.1:80", ":80": "127.0.0.1:80", "[::]:80": "[::1]:80",
		"10.1.2.3:80": "10.1.2.3:80", "localhost:80": "localhost:80"} {
		if got, err := ownAddress(listen); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", listen, got, err, want)
		}
	}
	if _, err := ownAddress("127.0.0.1:0"); err == nil || !strings.Contains(err.Error(), "port 0") {
		t.Errorf("any port: %v", err)
	}
}
