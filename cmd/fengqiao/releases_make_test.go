package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"fengqiao/fixtures"
	"fengqiao/grid"
	"fengqiao/internal/mongotest"
	"fengqiao/internal/seal"
	"fengqiao/push/fcm/fcmtest"
)

// makeRelease is given once at each release, before it is tagged; docs/upgrading.md tells how.
var makeRelease = flag.String("make-release", "", "write testdata/releases/NAME, the sample installation of this release")

// kept is what is known of a sample installation besides its data: kept.json beside it.
type kept struct {
	Password string            `json:"password"`
	Logins   map[string]string `json:"logins"` // by role
	Place    [2]float64        `json:"place"`  // longitude, latitude
	Case     string            `json:"case"`   // a settled case
	Words    string            `json:"words"`  // of its report
	Photo    string            `json:"photo"`  // and the photo's path
	Open     string            `json:"open"`   // a case that waits for staff
	Erased   string            `json:"erased"` // a case whose party was erased
}

// The names of what a sample consists of.
const (
	releases        = "testdata/releases"
	keptFile        = "kept.json"
	checkpointsFile = "checkpoints"
	sqliteFile      = "sqlite.tar.gz"
	mongoFile       = "mongodb.tar.gz"
)

// TestMakeTheSampleOfARelease makes a small installation as a county's people would, through commands and the API, and packs it as both stores
// keep it.
func TestMakeTheSampleOfARelease(t *testing.T) {
	if *makeRelease == "" {
		t.Skip("only with -make-release, once at each release")
	}
	folder := filepath.Join(releases, *makeRelease)
	if _, err := os.Stat(folder); err == nil {
		t.Fatalf("%s is there: a sample is never made anew", folder)
	}
	dir := t.TempDir()
	k := kept{Password: "a-password-of-the-sample", Logins: map[string]string{}}
	settleHere(t, dir, &k)
	workThrough(t, dir, &k)

	q := begun(t, dir, "")
	q.end()
	if r := q.erase("person", "--yes"); r.code != exitOK {
		t.Fatalf("exit %d, %s%s", r.code, r.out, r.err)
	}
	k.Erased = q.id
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	ok(t, "checkpoint", "make", "--data", dir)
	ok(t, "checkpoint", "export", filepath.Join(folder, checkpointsFile), "--data", dir)
	ok(t, "verify", "--data", dir, "--against", filepath.Join(folder, checkpointsFile))

	address := mongotest.Database(t)
	ok(t, "copy", "--from", "sqlite:"+dir, "--to", address)
	pack(t, filepath.Join(folder, mongoFile), dumped(t, address))
	pack(t, filepath.Join(folder, sqliteFile), filesOf(t, dir))
	text, err := json.MarshalIndent(k, "", "  ")
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, keptFile), append(text, '\n'), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// settleHere brings one grid of the sample county into an empty folder: plan, policy, mediators, and one person of each role.
func settleHere(t *testing.T, dir string, k *kept) {
	t.Helper()
	whole, err := fixtures.Fuyang(fixtures.DefaultSeed)
	if err != nil {
		t.Fatal(err)
	}
	cast := whole.Cast()
	k.Place = cast.Place
	county := *whole
	county.Units, county.Cells, county.Mediators = nil, nil, nil
	near := func(area grid.Code) bool { return area.Contains(cast.Grid) || cast.Grid.Contains(area) }
	for _, u := range whole.Units {
		if near(u.Code) {
			county.Units = append(county.Units, u)
		}
	}
	for _, c := range whole.Cells {
		if near(c.Code) {
			county.Cells = append(county.Cells, c)
		}
	}
	for _, m := range whole.Mediators {
		if near(m.Area) {
			county.Mediators = append(county.Mediators, m)
		}
	}
	policy, err := fixtures.Policy("fuyang")
	if err != nil {
		t.Fatal(err)
	}
	key := "# of a sample installation for tests alone\n1:" + seal.NewInstallationKey() + "\n"
	if err := os.WriteFile(filepath.Join(dir, seal.KeyFile), []byte(key), 0o600); err != nil {
		t.Fatal(err)
	}
	ok(t, "import", "policy", write(t, "policy.yaml", string(policy)), "--data", dir)
	ok(t, "import", "plan", write(t, "plan.geojson", text(t, county.WritePlan)), "--data", dir)
	ok(t, "import", "mediators", write(t, "mediators.csv", text(t, county.WriteMediators)), "--strict", "--data", dir)
	ok(t, "user", "bootstrap", "--data", dir) // a code that nobody uses
	file := write(t, "password", k.Password+"\n")
	for _, p := range cast.People {
		k.Logins[p.Role] = p.Login
		args := []string{"user", "create", p.Login, "--name", p.Name, "--role", p.Role, "--password-file", file, "--data", dir}
		for flag, value := range map[string]string{"--area": string(p.Area), "--unit": p.Unit, "--mediator": p.Mediator} {
			if value != "" {
				args = append(args, flag, value)
			}
		}
		ok(t, args...)
	}
}

// workThrough takes one report with a photo all the way to the settled case, and leaves another one, with a long timeline, to staff. Pushes wait, because their vendor
// is away.
func workThrough(t *testing.T, dir string, k *kept) {
	t.Helper()
	pushes := httptest.NewServer(fcmtest.New(func(fcmtest.Message) fcmtest.Reply { return fcmtest.Away("") }))
	defer pushes.Close()
	s := start(t, "serve", "--data", dir, "--fcm-project", "sample", "--fcm-endpoint", pushes.URL+"/v1")
	person := func(role string) visitor { return visit(t, s, k.Logins[role], k.Password) }
	worker, staff, mediator := person("grid_worker"), person("township_staff"), person("mediator")
	mediator.must(mediator.send("/devices", map[string]any{"vendor": "fcm", "platform": "android", "token": "token-of-a-phone"}))

	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 64, 48)), nil); err != nil {
		t.Fatal(err)
	}
	photo := worker.must(worker.ask(http.MethodPost, "/media?clientId="+uuid.NewString(), &picture, map[string]string{"Content-Type": "image/jpeg"}))
	k.Photo, k.Words = strings.TrimPrefix(photo["url"].(string), "/api/v1"), "楼上装修漏水，两户为赔偿争吵，已劝开。"
	k.Case = caseOf(worker.must(worker.send("/reports", report(*k, "housing_land", k.Words, photo["id"].(string)))))
	k.Open = caseOf(worker.must(worker.send("/reports", report(*k, "contract", "工程款拖欠，双方约定再谈。"))))
	for range 70 { // so many that the oldest spill into pages
		staff.order("/cases/"+k.Open, "note", map[string]any{"text": "备注"})
	}
	settle(staff, mediator, worker, nobody(t, s), k.Case)
	if a := nobody(t, s).send("/session", map[string]any{"login": k.Logins["leader"], "password": "not-theirs-at-all"}); a.status != http.StatusUnauthorized {
		t.Fatalf("a wrong password: %d", a.status)
	}
	if code := s.stop(); code != exitOK {
		t.Fatalf("ended with %d:\n%s", code, s.errs)
	}
}

// report is one in the middle of the sample's grid.
func report(k kept, category, text string, photos ...string) map[string]any {
	return map[string]any{"clientId": uuid.NewString(), "text": text, "category": category, "severity": 2, "photos": append([]string{}, photos...),
		"point": map[string]any{"type": "Point", "coordinates": k.Place}, "accuracyMetres": 8, "phoneTime": time.Now().UTC().Format(time.RFC3339)}
}

func caseOf(report map[string]any) string { return report["case"].(map[string]any)["id"].(string) }

// settle walks a reported case to its end.
func settle(staff, mediator, worker, anybody visitor, id string) {
	type object = map[string]any
	path := "/cases/" + id
	staff.order(path, "accept", object{"remark": "属于民间纠纷，受理。"})
	parties := make([]visitor, 2)
	ids := make([]string, 2)
	for i, side := range []string{"applicant", "respondent"} {
		got := staff.order(path, "add-party", object{"kind": "person", "side": side, "name": "示例当事人", "phone": "1990000000" + string('1'+rune(i))})
		ids[i] = got["party"].(string)
		parties[i] = anybody.with("/party/session", object{"code": got["link"]})
	}
	me := mediator.must(mediator.get("/mediators/me"))["id"]
	staff.order(path, "assign", object{"mediator": me, "force": true, "remark": "就近指派"})
	for _, p := range parties {
		p.order("/party/case", "consent", object{"given": true})
	}
	mediator.order(path, "session", object{"attended": ids, "notes": "双方到场，现场查看漏水点。"})
	mediator.order(path, "agree", object{"facts": "装修致楼下天花板渗水。", "terms": "三日内修复，补偿八百元。",
		"performBy": time.Now().UTC().AddDate(0, 0, 3).Format(time.RFC3339)})
	for _, p := range parties {
		p.order("/party/case", "sign", object{"manner": "click"})
	}
	mediator.order(path, "sign", object{"role": "mediator", "manner": "signature"})
	staff.order(path, "sign", object{"role": "committee", "manner": "seal"})
	mediator.order(path, "perform", object{"remark": "已修复，补偿款已付。"})
	mediator.order(path, "close", object{"remark": "办结。"})
	worker.order(path, "follow-up", object{"kept": true, "resolved": true, "notes": "两户已和好。"})
	parties[0].order("/party/case", "rate", object{"satisfied": true, "stars": 5, "remark": "谢谢"})
}

// readKept reads what is known of a sample.
func readKept(t *testing.T, folder string) kept {
	t.Helper()
	f, err := os.Open(filepath.Join(folder, keptFile))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var k kept
	strict := json.NewDecoder(io.LimitReader(f, 1<<20))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&k); err != nil {
		t.Fatal(err)
	}
	return k
}
