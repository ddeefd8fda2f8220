package main

import (
	"bytes"
	"image/jpeg"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fengqiao/internal/mongotest"
)

// TestEveryEarlierReleaseIsOpenedAndWorkGoesOn opens the sample installation of each release with the present program, on both stores.
func TestEveryEarlierReleaseIsOpenedAndWorkGoesOn(t *testing.T) {
	entries, err := os.ReadDir(releases)
	if err != nil || len(entries) == 0 {
		t.Fatalf("no release has a sample: %v", err)
	}
	for _, e := range entries {
		folder := filepath.Join(releases, e.Name())
		k := readKept(t, folder)
		packed := unpack(t, filepath.Join(folder, sqliteFile))
		against := filepath.Join(folder, checkpointsFile)
		t.Run(e.Name()+"/SQLite", func(t *testing.T) {
			dir := packed.folder(t, "")
			goesOn(t, k, against, "--data", dir)
			backup, restored := filepath.Join(t.TempDir(), "backup"), packed.keyOnly(t)
			ok(t, "backup", backup, "--data", dir)
			ok(t, "restore", backup, "--data", restored)
			whole(t, against, "--data", restored)
		})
		t.Run(e.Name()+"/MongoDB", func(t *testing.T) {
			address := mongotest.Database(t)
			unpack(t, filepath.Join(folder, mongoFile)).load(t, address)
			goesOn(t, k, against, "--data", packed.keyOnly(t), "--store", address)
		})
	}
}

// whole is a store in which nothing is wrong, by its own checkpoints or those that were kept.
func whole(t *testing.T, against string, at ...string) {
	t.Helper()
	if out := ok(t, append([]string{"verify", "--against", against}, at...)...); !strings.Contains(out, " 0 problems") {
		t.Errorf("verify: %s", out)
	}
}

// goesOn reads what an installation has kept, and works on with it.
func goesOn(t *testing.T, k kept, against string, at ...string) {
	t.Helper()
	whole(t, against, at...)
	s := start(t, append([]string{"serve"}, at...)...)
	t.Cleanup(func() { s.stop() })
	signedIn := map[string]visitor{}
	for role, login := range k.Logins {
		signedIn[role] = visit(t, s, login, k.Password)
	}
	staff, worker, mediator := signedIn["township_staff"], signedIn["grid_worker"], signedIn["mediator"]

	if got := staff.must(staff.get("/cases/" + k.Case)); got["state"] != "settled" {
		t.Errorf("the settled case is %v", got["state"])
	}
	if got := staff.words(k.Case); got != k.Words {
		t.Errorf("its words are %q", got)
	}
	if events, _ := staff.must(staff.get("/cases/" + k.Case + "/timeline?limit=100"))["items"].([]any); len(events) < 12 {
		t.Errorf("its timeline has %d events", len(events))
	}
	if events, _ := staff.must(staff.get("/cases/" + k.Open + "/timeline?limit=100"))["items"].([]any); len(events) < 70 {
		t.Errorf("the timeline that has pages has %d events", len(events))
	}
	if got := signedIn["county_staff"].must(signedIn["county_staff"].get("/cases/" + k.Erased)); got["state"] != "exited" {
		t.Errorf("the case of the erased person is %v", got["state"])
	}
	photo := worker.get(k.Photo)
	if _, err := jpeg.Decode(bytes.NewReader(photo.text)); photo.status != http.StatusOK || err != nil {
		t.Errorf("its photo: %d, %v", photo.status, err)
	}
	if got := mediator.must(mediator.get("/inbox")); first(t, got)["id"] == "" {
		t.Error("the mediator's inbox is empty")
	}

	staff.order("/cases/"+k.Case, "reopen", map[string]any{"reason": "又漏水了"})
	staff.order("/cases/"+k.Open, "note", map[string]any{"text": "已电话联系"})
	settle(staff, mediator, worker, nobody(t, s), caseOf(worker.must(worker.send("/reports", report(k, "damage", "车辆剐蹭，双方争执。")))))
	if code := s.stop(); code != exitOK {
		t.Fatalf("ended with %d:\n%s", code, s.errs)
	}
	whole(t, against, at...)
	if out := runCommand(t.Context(), theirPhone+"\n", slices.Concat([]string{"disclose"}, at)...); out.code != exitOK || strings.Contains(out.out, theirName) {
		t.Errorf("of the erased person: exit %d, %s%s", out.code, out.out, out.err)
	}
}
