package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"fengqiao/fixtures"
	"fengqiao/mediation"

	"golang.org/x/text/encoding/simplifiedchinese"
)

const threeCells = `{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"nc_id":"6","name":"ARLETA","region":"NORTH"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}},
{"type":"Feature","properties":{"nc_id":"7","name":"BURBANK","region":"NORTH"},"geometry":{"type":"Polygon","coordinates":[[[1,0],[2,0],[2,1],[1,1],[1,0]]]}},
{"type":"Feature","properties":{"nc_id":"8","name":"A line","region":"SOUTH"},"geometry":{"type":"LineString","coordinates":[[0,0],[1,1]]}}
]}`

func TestPlanOfAnotherCountryIsImportedByItsOwnProperties(t *testing.T) {
	dir := t.TempDir()
	file := write(t, "plan.geojson", threeCells)
	args := []string{"import", "plan", file, "--code-property", "nc_id", "--parent-name-property", "region", "--version", "2020", "--data", dir}
	if r := fengqiao(t, append(args, "--strict")...); r.code != exitFailure || !strings.Contains(r.err, "LineString") {
		t.Fatalf("--strict: exit %d, %s", r.code, r.err)
	}
	if r := fengqiao(t, append(args, "--check")...); r.code != exitPartial {
		t.Fatalf("--check: exit %d, %s", r.code, r.err)
	}
	for range 2 {
		r := fengqiao(t, args...)
		if r.code != exitPartial || !strings.Contains(r.err, "feature 2") || !strings.Contains(r.out, "2 cells") {
			t.Fatalf("exit %d, %s%s", r.code, r.out, r.err)
		}
	}
	other := write(t, "other.geojson", strings.Replace(threeCells, "[1,1]", "[1,1.1]", 2))
	args[2] = other
	if r := fengqiao(t, args...); r.code != exitFailure || !strings.Contains(r.err, "--version") {
		t.Fatalf("other content under the same version: exit %d, %s", r.code, r.err)
	}
}

// dbf is a table of one row with the columns WGDM and WGMC, its text in GBK.
func dbf(code, name string) string {
	field := func(name string, size byte) string {
		f := make([]byte, 32)
		copy(f, name)
		f[11], f[16] = 'C', size
		return string(f)
	}
	head := make([]byte, 32)
	head[0], head[4], head[8], head[10] = 3, 1, 97, 41
	return string(head) + field("WGDM", 20) + field("WGMC", 20) + "\r " + fmt.Sprintf("%-20s", code) + name + strings.Repeat(" ", 20-len(name))
}

// shp is a Shapefile with one triangle.
func shp() string {
	be, le := binary.BigEndian, binary.LittleEndian
	body := append(le.AppendUint32(nil, 5), make([]byte, 32)...)
	for _, v := range []uint32{1, 4, 0} {
		body = le.AppendUint32(body, v)
	}
	for _, v := range []float64{119.9, 30, 119.9, 30.01, 119.91, 30, 119.9, 30} {
		body = le.AppendUint64(body, math.Float64bits(v))
	}
	head := make([]byte, 100)
	be.PutUint32(head, 9994)
	be.PutUint32(head[24:], uint32(108+len(body))/2)
	le.PutUint32(head[28:], 1000)
	le.PutUint32(head[32:], 5)
	head = be.AppendUint32(be.AppendUint32(head, 1), uint32(len(body)/2))
	return string(head) + string(body)
}

func TestAPlanIsImportedFromEveryFormat(t *testing.T) {
	dir, folder := t.TempDir(), t.TempDir()
	name, err := simplifiedchinese.GBK.NewEncoder().String("城西一格")
	if err != nil {
		t.Fatal(err)
	}
	feature := `{"type":"Feature","properties":{"WGDM":"33.01","WGMC":"城西一格"},"geometry":{"type":"Polygon","coordinates":[[[119.9,30],[119.9,30.01],[119.91,30],[119.9,30]]]}}`
	for file, text := range map[string]string{"a.geojson": `{"type":"FeatureCollection","features":[` + feature + `]}`, "a.geojsonl": feature + "\n", "seq": "\x1e" + feature + "\n",
		"a.csv": "WGDM,WGMC,wkt\n33.01,城西一格,\"POLYGON((119.9 30,119.9 30.01,119.91 30,119.9 30))\"\n",
		"b.shp": shp(), "b.dbf": dbf("33.01", name), "b.cpg": "GBK", "b.prj": `GEOGCS["GCS_WGS_1984"]`, "c.shp": shp(), "d.shp": shp(), "d.dbf": dbf("33.01", name)} {
		if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"a.geojson", "a.geojsonl", "seq", "a.csv", "b.shp"} {
		r := fengqiao(t, "import", "plan", filepath.Join(folder, file), "--code-property", "WGDM", "--name-property", "WGMC", "--strict", "--version", "same", "--data", dir)
		if r.code != exitOK || !strings.Contains(r.out, "1 cells") || !strings.Contains(r.err, "read: ") {
			t.Errorf("%s: exit %d, %s%s: it is not the same plan", file, r.code, r.out, r.err)
		}
	}
	for file, says := range map[string]string{"c.shp": ".dbf", "d.shp": ".cpg", "b.cpg": "no format", "nowhere": "no such file"} {
		r := fengqiao(t, "import", "plan", filepath.Join(folder, file), "--code-property", "WGDM", "--version", "other", "--data", dir)
		if r.code != exitFailure || !strings.Contains(r.err, says) || !strings.Contains(r.err, file) {
			t.Errorf("%s: exit %d, %s", file, r.code, r.err)
		}
	}
}

func TestPolicyWithAMistakeIsRefusedByLineAndKey(t *testing.T) {
	dir := t.TempDir()
	src, err := fixtures.Policy("fuyang")
	if err != nil {
		t.Fatal(err)
	}
	good := write(t, "fuyang.yaml", string(src))
	for range 2 {
		if out := ok(t, "import", "policy", good, "--data", dir); !strings.Contains(out, "330111") {
			t.Fatal(out)
		}
	}
	bad := write(t, "bad.yaml", strings.Replace(string(src), "load_cap: 5", "load_kap: 5", 1))
	r := fengqiao(t, "import", "policy", bad, "--data", dir)
	if r.code != exitFailure || !strings.Contains(r.err, "load_kap") || !strings.Contains(r.err, "bad.yaml:") {
		t.Fatalf("exit %d, %s", r.code, r.err)
	}
}

func TestDirtyRowsAreToldByLineAndTheRestIsImported(t *testing.T) {
	dir := countyData(t)
	cases := []struct {
		name, what, file string
		says             []string // on the error stream
		summary          string
	}{
		{"mediators", "mediators", "id,name,kind,tier,area,lon,lat,categories,cap,phone\n" +
			"m-new,某某,elder,village,330111001003,119.95,30.05,neighbour;damage,3,19900000001\n" +
			"m-new,某某,elder,village,330111001003,,,,,\n" +
			"m-2,,wizard,moon,99.99,30.05,119.95,magic,0,call me\n" +
			"m-3,\"某\"某,elder\n" +
			"m-4,某某,lawyer,county,33.01.11,x,1,,,\n",
			[]string{"line 3, id", "line 4, name", "line 4, kind", "line 4, tier", "line 4, area", "line 4, categories", "line 4, cap", "line 4, lon", "line 4, phone", "line 5", "line 6, lon"},
			"1 created, 0 updated, 0 unchanged, 4 refused"},
		{"people", "people", "login,name,role,area,unit,mediator,posts\n" +
			"gw-new,某某,grid_worker,33.01.11.001.003.001,,,fulltime@33.01.11.001.003.001\n" +
			"GW-new,某某,grid_worker,33.01.11.001.003.001,,,\n" +
			"us-new,某某,unit_staff,33.01.11,,,\n" +
			"md-new,某某,mediator,33.01.11,,m-none,\n" +
			"a b,某某,king,33.99,,,chief@33.01.11\n",
			[]string{"line 3, login", "line 4, unit", "line 5, mediator", "line 6, login", "line 6, role", "line 6, area", "line 6, posts"},
			"1 created, 0 updated, 0 unchanged, 4 refused"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			file := write(t, c.what+".csv", "\ufeff"+c.file)
			if r := fengqiao(t, "import", c.what, file, "--strict", "--data", dir); r.code != exitFailure || !strings.Contains(r.err, "--strict") {
				t.Fatalf("--strict: exit %d, %s", r.code, r.err)
			}
			r := fengqiao(t, "import", c.what, file, "--data", dir)
			if r.code != exitPartial || !strings.Contains(r.out, c.summary) {
				t.Fatalf("exit %d, %s%s", r.code, r.out, r.err)
			}
			for _, s := range c.says {
				if !strings.Contains(r.err, s) {
					t.Errorf("%q is not told:\n%s", s, r.err)
				}
			}
			r = fengqiao(t, "import", c.what, file, "--data", dir)
			if again := "0 created, 0 updated, 1 unchanged, 4 refused"; !strings.Contains(r.out, again) {
				t.Errorf("the same again: %s", r.out)
			}
		})
	}
}

// accounts counts the accounts whose login begins so.
func accounts(t *testing.T, dir, prefix string) int {
	t.Helper()
	n := 0
	for line := range strings.Lines(ok(t, "user", "list", "--data", dir)) {
		if strings.HasPrefix(line, prefix) {
			n++
		}
	}
	return n
}

func TestPeopleWhomTheStoreWouldRefuseAreRefusedBeforeAnythingIsStored(t *testing.T) {
	dir := countyData(t)
	const header = "login,name,role,area,unit,mediator,posts\n"
	const good = "new-1,某某,grid_worker,33.01.11.001.003.001,,,\n"
	cases := []struct{ name, row, says string }{
		{"an unknown mediator", "new-2,某某,mediator,33.01.11,,m-none,\n", "line 3, mediator: there is no such mediator"},
		{"a mediator who has an account", "new-2,某某,mediator,33.01.11,,m-330111-0001,\n", "line 3, mediator: this mediator's record is another account's"},
		{"a name that an account cannot bear", "new-2,\"某\n某\",grid_worker,33.01.11.001.003.001,,,\n", "line 3, name"},
		{"the last administrator made something else", "admin,某某,leader,33.01.11,,,\n", "line 3, role: the last administrator"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			file := write(t, "people.csv", header+good+c.row)
			r := fengqiao(t, "import", "people", file, "--strict", "--data", dir)
			if r.code != exitFailure || !strings.Contains(r.err, c.says) || !strings.Contains(r.err, "--strict") {
				t.Errorf("--strict: exit %d, %s", r.code, r.err)
			}
			if n := accounts(t, dir, "new-"); n != 0 {
				t.Errorf("--strict left %d accounts behind", n)
			}
		})
	}
	file := write(t, "people.csv", header+good+cases[0].row)
	if r := fengqiao(t, "import", "people", file, "--data", dir); r.code != exitPartial || !strings.Contains(r.out, "1 created, 0 updated, 0 unchanged, 1 refused") {
		t.Errorf("exit %d, %s%s", r.code, r.out, r.err)
	}
	if n := accounts(t, dir, "new-"); n != 1 {
		t.Errorf("%d accounts instead of the one that is right", n)
	}
	both := header + "new-3,某某,mediator,33.01.11,,m-330111-0399,\nnew-4,某某,mediator,33.01.11,,m-330111-0399,\n"
	r := fengqiao(t, "import", "people", write(t, "both.csv", both), "--strict", "--data", dir)
	if r.code != exitFailure || !strings.Contains(r.err, "line 3, mediator: stands on line 2 already") || accounts(t, dir, "new-") != 1 {
		t.Errorf("one record for two accounts: exit %d, %s", r.code, r.err)
	}
}

func TestAQuoteThatIsNeverClosedCostsItsRowAlone(t *testing.T) {
	dir := countyData(t)
	file := write(t, "people.csv", "login,name,role,area\n"+
		"open-1,某某,grid_worker,33.01.11.001.003.001\n"+
		"open-2,\"某某,grid_worker,33.01.11.001.003.001\n"+
		"open-3,某某,grid_worker,33.01.11.001.003.001\n"+
		"open-4,\"某某,grid_worker,33.01.11.001.003.001\n"+
		"open-5,某某,grid_worker,33.01.11.001.003.001\n")
	r := fengqiao(t, "import", "people", file, "--data", dir)
	if r.code != exitPartial || !strings.Contains(r.out, "3 created, 0 updated, 0 unchanged, 2 refused") ||
		!strings.Contains(r.err, "line 3, csv") || !strings.Contains(r.err, "line 5, csv") {
		t.Errorf("exit %d, %s%s", r.code, r.out, r.err)
	}
	if n := accounts(t, dir, "open-"); n != 3 {
		t.Errorf("%d of the 3 right rows are stored", n)
	}
}

func TestSampleFilesImportTwiceWithoutChange(t *testing.T) {
	dir := countyData(t)
	county, err := fixtures.Fuyang(fixtures.DefaultSeed)
	if err != nil {
		t.Fatal(err)
	}
	plan := write(t, "plan.geojson", text(t, county.WritePlan))
	mediators := write(t, "mediators.csv", text(t, county.WriteMediators))
	people := write(t, "people.csv", text(t, county.WritePeople))
	ok(t, "import", "plan", plan, "--data", dir)
	if out := ok(t, "import", "mediators", mediators, "--data", dir); !strings.Contains(out, "0 created, 0 updated, 400 unchanged") {
		t.Error(out)
	}
	if out := ok(t, "import", "people", people, "--data", dir); !strings.Contains(out, "0 created, 0 updated") {
		t.Error(out)
	}
	moved := strings.Replace(text(t, county.WritePeople), "township_staff,33.01.11.001,", "township_staff,33.01.11.002,", 1)
	if out := ok(t, "import", "people", write(t, "moved.csv", moved), "--data", dir); !strings.Contains(out, "0 created, 1 updated") {
		t.Error(out)
	}
}

func TestAMediatorsAccountIsMadeWithItsRecord(t *testing.T) {
	dir := countyData(t)
	file := write(t, "mediators.csv", "id,name,kind,tier,area\nm-new,某某,elder,village,330111001003\n")
	ok(t, "import", "mediators", file, "--data", dir)
	create := func(login string, more ...string) []string {
		return append([]string{"user", "create", login, "--name", "某某", "--role", "mediator", "--area", "33.01.11.001.003", "--data", dir}, more...)
	}
	for says, args := range map[string][]string{"mediator": create("md-a"), "no such mediator": create("md-a", "--mediator", "m-none")} {
		if r := fengqiao(t, args...); r.code != exitFailure || !strings.Contains(r.err, says) {
			t.Errorf("%v: exit %d, %s", args, r.code, r.err)
		}
	}
	ok(t, create("md-a", "--mediator", "m-new")...)
	if r := fengqiao(t, create("md-b", "--mediator", "m-new")...); r.code != exitFailure || !strings.Contains(r.err, "another user") {
		t.Errorf("a second account: exit %d, %s", r.code, r.err)
	}
	people := write(t, "people.csv", "login,name,role,area,mediator\nmd-a,某某,mediator,33.01.11.001.003,m-new\nmd-b,某某,mediator,33.01.11.001.003,m-new\n")
	if r := fengqiao(t, "import", "people", people, "--data", dir); !strings.Contains(r.out, "0 created, 0 updated, 1 unchanged, 1 refused") || !strings.Contains(r.err, "line 3, mediator") {
		t.Errorf("the command had not linked the record, or the file took it: %s%s", r.out, r.err)
	}
}

func TestColumnsThatNobodyKnowsAreRefused(t *testing.T) {
	dir := countyData(t)
	file := write(t, "people.csv", "login,name,role,area,units\nx,某某,leader,33.01.11,\n")
	if r := fengqiao(t, "import", "people", file, "--data", dir); r.code != exitFailure || !strings.Contains(r.err, `"units"`) {
		t.Fatalf("exit %d, %s", r.code, r.err)
	}
}

func TestASampleCountyWrittenToFilesIsReadAgain(t *testing.T) {
	folder, dir := filepath.Join(t.TempDir(), "sample"), t.TempDir()
	if out := ok(t, "demo", "--write", folder); !strings.Contains(out, folder) {
		t.Errorf("says %q", out)
	}
	if r := fengqiao(t, "demo", "--write", folder); r.code != exitFailure || !strings.Contains(r.err, "policy.yaml") {
		t.Errorf("over files that are there: exit %d, %s", r.code, r.err)
	}
	ok(t, "keys", "init", "--data", dir)
	for _, args := range [][]string{{"policy", "policy.yaml"}, {"plan", "plan.geojson"}, {"mediators", "mediators.csv", "--strict"}, {"people", "people.csv", "--strict"}} {
		args[1] = filepath.Join(folder, args[1])
		ok(t, append(append([]string{"import"}, args...), "--data", dir)...)
	}
	p, err := openPlace(t.Context(), "sqlite:"+dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	worker, err := p.Store.Users().ByLogin(t.Context(), "gw-330111001003001")
	if err != nil || len(worker.Posts) == 0 || worker.Posts[0].Kind != "fulltime" || worker.Posts[0].Area != worker.Area {
		t.Errorf("the worker's posts are %+v, %v", worker.Posts, err)
	}
	rows, err := os.ReadFile(filepath.Join(folder, "reports.csv"))
	if n := bytes.Count(rows, []byte("\n")); err != nil || n < 2000 {
		t.Errorf("%d reports, %v", n, err)
	}
}

func TestAVillagesMediatorServesNoCounty(t *testing.T) {
	dir := countyData(t)
	file := write(t, "mediators.csv", "id,name,kind,tier,area\nm-wide,某某,elder,village,330111\nm-right,某某,elder,village,330111001003\n")
	if r := fengqiao(t, "import", "mediators", file, "--data", dir); r.code != exitPartial || !strings.Contains(r.err, "line 2, area") || !strings.Contains(r.out, "1 created") {
		t.Errorf("exit %d, %s%s", r.code, r.out, r.err)
	}
}

func TestAMediatorsFileSaysNothingOfWhatItHasNoColumnFor(t *testing.T) {
	dir := countyData(t)
	load := func(file string) mediation.Mediator {
		t.Helper()
		ok(t, "import", "mediators", write(t, "mediators.csv", file), "--data", dir)
		p, err := openPlace(t.Context(), "sqlite:"+dir)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		m, err := p.Store.Mediators().Load(t.Context(), "m-1")
		if err != nil {
			t.Fatal(err)
		}
		m.Version = 0
		return m
	}
	full := load("id,name,kind,tier,area,lon,lat,categories,dialects,cap,unit,phone,ties,kin\n" +
		"m-1,某某,elder,village,330111001003,119.95,30.05,neighbour;damage,富阳话,3,镇政府,19900000001,clan:李,m-330111-0001\n")
	if len(full.Match) != 1 || full.UnitHash == "" || full.Phone.Empty() {
		t.Fatalf("%+v", full)
	}
	renamed := load("id,name,kind,tier,area\nm-1,某氏,elder,village,330111001003\n")
	if full.Name = "某氏"; !reflect.DeepEqual(renamed, full) {
		t.Errorf("a file that says nothing of it changed\n%+v to\n%+v", full, renamed)
	}
	cleared := load("id,name,kind,tier,area,unit,phone,cap\nm-1,某氏,elder,village,330111001003,,,\n")
	if cleared.Unit != "" || cleared.UnitHash != "" || !cleared.Phone.Empty() || len(cleared.Match) != 0 || cleared.Cap != 0 || len(cleared.Kin) != 1 {
		t.Errorf("empty cells clear, and nothing else: %+v", cleared)
	}
}

func TestAFileRelievesNoTwoAdministratorsThatCouldStandInForEachOther(t *testing.T) {
	dir := countyData(t)
	for _, login := range []string{"a-1", "a-2"} {
		ok(t, "user", "create", login, "--name", "某某", "--role", "administrator", "--area", "33.01.11", "--data", dir)
		ok(t, "user", "reset-password", login, "--data", dir)
	}
	both := write(t, "people.csv", "login,name,role,area\nadmin,某某,leader,33.01.11\na-1,某某,leader,33.01.11\na-2,某某,leader,33.01.11\n")
	r := fengqiao(t, "import", "people", both, "--strict", "--data", dir)
	if r.code != exitFailure || !strings.Contains(r.err, "the last administrator") {
		t.Errorf("exit %d, %s%s", r.code, r.out, r.err)
	}
	but := write(t, "people.csv", "login,name,role,area\na-1,某某,leader,33.01.11\na-2,某某,leader,33.01.11\n")
	if out := ok(t, "import", "people", but, "--strict", "--data", dir); !strings.Contains(out, "2 updated") {
		t.Error(out)
	}
}

func TestAPeopleFileWithoutDepartmentsLeavesThemWithTheRole(t *testing.T) {
	dir := countyData(t)
	load := func(file, counts string) {
		t.Helper()
		if out := ok(t, "import", "people", write(t, "people.csv", file), "--data", dir); !strings.Contains(out, counts) {
			t.Error(out)
		}
	}
	unit := func(want bool) {
		t.Helper()
		if list := ok(t, "user", "list", "--area", "33.01.11", "--data", dir); strings.Contains(list, "某局") != want {
			t.Errorf("the department should be there: %t", want)
		}
	}
	load("login,name,role,area,unit\nu-1,某某,unit_staff,33.01.11,某局\n", "1 created")
	load("login,name,role,area\nu-1,某氏,unit_staff,33.01.11\n", "1 updated")
	unit(true)
	load("login,name,role,area\nu-1,某氏,leader,33.01.11\n", "1 updated")
	unit(false)
	if r := fengqiao(t, "import", "people", write(t, "new.csv", "login,name,role,area\nu-2,某某,unit_staff,33.01.11\n"), "--data", dir); r.code == exitOK || !strings.Contains(r.err, "unit") {
		t.Errorf("a newcomer without a department: exit %d, %s", r.code, r.err)
	}
}

func TestAPeopleFileWithoutPostsLeavesThemAsTheyAre(t *testing.T) {
	dir := countyData(t)
	load := func(posts, counts string) {
		t.Helper()
		file := write(t, "people.csv", "login,name,role,area"+posts)
		if out := ok(t, "import", "people", file, "--data", dir); !strings.Contains(out, counts) {
			t.Error(out)
		}
	}
	has := func(posts string, want bool) {
		t.Helper()
		list := ok(t, "user", "list", "--area", "33.01.11.001.003", "--role", "leader", "--data", dir)
		if strings.Contains(list, posts) != want {
			t.Errorf("%s should be there: %t\n%s", posts, want, list)
		}
	}
	const row = "p-1,某某,leader,33.01.11.001.003"
	load(",posts\n"+row+",police@330111001003001;police@33.01.11.001.003.001\n", "1 created")
	load("\n"+row+"\n", "1 unchanged")
	has("police@33.01.11.001.003.001", true)
	has(";police@", false)
	load(",posts\n"+row+",\n", "1 updated")
	has("police@", false)
}

func TestAYearsDaysOffAreImported(t *testing.T) {
	dir := t.TempDir()
	file := write(t, "2027.yaml", "year: 2027\nsource: 通知\nholidays: [\"2027-01-01\", \"2027-02-08\"]\nworkdays: [\"2027-01-09\"]\n")
	for range 2 {
		if out := ok(t, "import", "calendar", file, "--data", dir); !strings.Contains(out, "2027: 2 days off, 1 weekend days worked") {
			t.Errorf("%s", out)
		}
	}
	bad := write(t, "bad.yaml", "year: 2027\nsource: 通知\nholidays: [\"2028-01-01\"]\nworkdays: []\n")
	if r := fengqiao(t, "import", "calendar", bad, "--data", dir); r.code != exitFailure || !strings.Contains(r.err, "bad.yaml:3:") || !strings.Contains(r.err, "not in 2027") {
		t.Errorf("exit %d, %s", r.code, r.err)
	}
}
