package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"fengqiao/internal/seal"
	"fengqiao/internal/seal/transit/transittest"
)

// keyService is a key service of the test's own, and the flags that name it.
func keyService(t *testing.T) (*transittest.Server, []string) {
	t.Helper()
	s := transittest.New("hvs.a-token")
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, []string{"--key-service", server.URL + transittest.Mount, "--key-token-file", write(t, "token", "hvs.a-token\n")}
}

func TestAnInstallationMovesToAKeyServiceAndRotatesThere(t *testing.T) {
	service, flags := keyService(t)
	dir := countyData(t)
	with := func(args ...string) []string { return append(append(args, "--data", dir), flags...) }
	file := filepath.Join(t.TempDir(), "kept.key")
	refused := func(says string, args ...string) {
		t.Helper()
		if r := fengqiao(t, args...); r.code != exitFailure || !strings.Contains(r.err, says) {
			t.Errorf("%v: exit %d, %s", args[:2], r.code, r.err)
		}
	}
	refused("two installation keys", with("keys", "init")...)
	if err := os.Rename(filepath.Join(dir, seal.KeyFile), file); err != nil {
		t.Fatal(err)
	}
	refused("keys init", with("user", "list")...)
	ok(t, with("keys", "init")...)
	refused("stays as it is", with("keys", "init")...)
	refused("does not open what is stored here", with("user", "list")...)
	ok(t, with("keys", "move", "--from", file)...)
	ok(t, with("keys", "move", "--from", file)...) // again: nothing to do
	ok(t, with("user", "list")...)

	ok(t, with("keys", "rotate")...)
	if err := service.Configure("fengqiao", 3, 0); err != nil {
		t.Fatal(err)
	}
	ok(t, with("keys", "rotate", "--resume")...)
	if err := errors.Join(service.Configure("fengqiao", 3, 3), service.Trim("fengqiao", 3)); err != nil {
		t.Fatal(err)
	}
	if out := ok(t, with("verify")...); !strings.Contains(out, " 0 problems") {
		t.Errorf("verify: %s", out)
	}
	ok(t, with("checkpoint", "make")...)

	back := filepath.Join(t.TempDir(), "back.key")
	ok(t, with("keys", "move", "--to", back)...)
	if err := os.Rename(back, filepath.Join(dir, seal.KeyFile)); err != nil {
		t.Fatal(err)
	}
	if out := ok(t, "verify", "--data", dir); !strings.Contains(out, " 0 problems") {
		t.Errorf("verify with the key file again: %s", out)
	}
}

func TestAServerOutlivesItsKeyServicesAbsence(t *testing.T) {
	service, flags := keyService(t)
	dir := countyData(t)
	file := filepath.Join(t.TempDir(), "kept.key")
	if err := os.Rename(filepath.Join(dir, seal.KeyFile), file); err != nil {
		t.Fatal(err)
	}
	with := func(args ...string) []string { return append(append(args, "--data", dir), flags...) }
	ok(t, with("keys", "init")...)
	ok(t, with("keys", "move", "--from", file)...)

	service.Fail(&transittest.Sealed)
	if r := fengqiao(t, with("serve")...); r.code != exitFailure || !strings.Contains(r.err, "key service: keys: unavailable: it answered 503: it is sealed or away") {
		t.Fatalf("a start without the service: exit %d, %s", r.code, r.err)
	}
	service.Fail(nil)
	s := start(t, with("serve")...)
	t.Cleanup(func() { s.stop() })
	login := func(role string) visitor {
		for _, who := range demoData.welcome.SignIns {
			if who.Role == role {
				return visit(t, s, who.Login, who.Password)
			}
		}
		t.Fatalf("nobody is %s", role)
		return visitor{}
	}
	staff, worker := login("township_staff"), login("grid_worker")
	id := first(t, staff.get("/cases?limit=1").body)["id"].(string)

	service.Fail(&transittest.Sealed)
	if a := staff.get("/cases/" + id + "/reports"); a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" || a.body["code"] != "unavailable" {
		t.Errorf("words while the service is away: %d, %v, %v", a.status, a.header, a.body)
	}
	report := map[string]any{"clientId": uuid.NewString(), "text": "楼上漏水", "category": "neighbour", "severity": 2, "phoneTime": "2026-03-01T08:00:00Z"}
	if a := worker.send("/reports", report); a.status != http.StatusServiceUnavailable || a.body["code"] != "unavailable" {
		t.Errorf("a report while the service is away: %d %v", a.status, a.body)
	}
	service.Fail(nil)
	if words := staff.words(id); words == "" {
		t.Error("no words after it is back")
	}
	if a := worker.send("/reports", report); a.status != http.StatusCreated {
		t.Errorf("the report sent again: %d %v", a.status, a.body)
	}
	// What has been opened, and what keys were made ahead for, goes on without it.
	service.Fail(&transittest.Sealed)
	if words := staff.words(id); words == "" {
		t.Error("words that were read before are gone with the service")
	}
	report["clientId"] = uuid.NewString()
	if a := worker.send("/reports", report); a.status != http.StatusCreated {
		t.Errorf("a report with a key made ahead: %d %v", a.status, a.body)
	}
	service.Fail(nil)
	if code := s.stop(); code != exitOK {
		t.Fatalf("ended with %d:\n%s", code, s.errs)
	}
	if strings.Contains(s.errs.String(), "hvs.") {
		t.Error("the log has the token")
	}
	if out := ok(t, with("verify")...); !strings.Contains(out, " 0 problems") {
		t.Errorf("verify: %s", out)
	}
}
