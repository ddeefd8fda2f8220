package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fengqiao/mediation"
)

func post(t *testing.T, url, token string, body any) (int, map[string]any) {
	t.Helper()
	return send(t, http.MethodPost, url, token, body)
}

func send(t *testing.T, method, url, token string, body any) (int, map[string]any) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var got map[string]any
	if err := json.NewDecoder(res.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, got
}

func started(t *testing.T, args ...string) *server {
	t.Helper()
	s := start(t, args...)
	t.Cleanup(func() { s.stop() })
	line, _, _ := strings.Cut(s.out.String(), "\n")
	if err := json.Unmarshal([]byte(line), &s.welcome); err != nil {
		t.Fatalf("first line %q: %v", line, err)
	}
	return s
}

func TestDemoStartsAgainWithWhatIsThere(t *testing.T) {
	dir := countyData(t)
	s := started(t, "demo", "--json", "--data", dir)
	for _, path := range []string{"/healthz", "/readyz"} {
		res, err := http.Get(s.Address + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	roles := map[string]bool{}
	for _, who := range s.SignIns {
		roles[who.Role] = true
		status, got := post(t, s.Address+"/api/v1/session", "", map[string]string{"login": who.Login, "password": who.Password})
		if status != http.StatusOK || got["accessToken"] == "" {
			t.Errorf("%s: %d %v", who.Login, status, got["code"])
		}
		if who.Password != demoData.welcome.SignIns[0].Password {
			t.Errorf("%s has another password than at the first start", who.Login)
		}
	}
	for _, r := range mediation.AccountRoles {
		if !roles[string(r)] {
			t.Errorf("nobody signs in as %s", r)
		}
	}
	if code := s.stop(); code != exitOK {
		t.Fatalf("ended with %d:\n%s", code, s.errs)
	}
	if strings.Contains(s.errs.String(), s.SignIns[0].Password) {
		t.Error("the log has the password")
	}
}

func TestDemoMeasuresItsTownshipsByTheSampleScorecard(t *testing.T) {
	s := started(t, "demo", "--json", "--data", countyData(t))
	login := ""
	for _, who := range s.SignIns {
		if who.Role == string(mediation.Supervisor) {
			login = who.Login
		}
	}
	_, session := post(t, s.Address+"/api/v1/session", "", map[string]string{"login": login, "password": s.SignIns[0].Password})
	token, _ := session["accessToken"].(string)
	var got struct {
		Whole struct{ Indicators map[string]any }
		Items []struct{ Points *float64 }
	}
	for { // until the figures are there
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.welcome.Scorecard, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		err = json.NewDecoder(res.Body).Decode(&got)
		_ = res.Body.Close()
		if res.StatusCode == http.StatusServiceUnavailable {
			continue
		}
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%d %v", res.StatusCode, err)
		}
		break
	}
	if len(got.Whole.Indicators) != 23 || len(got.Items) == 0 {
		t.Errorf("%d indicators of %d townships", len(got.Whole.Indicators), len(got.Items))
	}
}

// Whoever signs in as the desk that the demo prints sends an order, and reads it back.
func TestTheDemosDeskSendsAnOrder(t *testing.T) {
	s := started(t, "demo", "--json", "--data", countyData(t))
	i := slices.IndexFunc(s.SignIns, func(who signIn) bool { return who.Role == string(mediation.Desk) })
	_, session := post(t, s.Address+"/api/v1/session", "", map[string]string{"login": s.SignIns[i].Login, "password": s.SignIns[i].Password})
	token, _ := session["accessToken"].(string)
	order := map[string]any{"category": "neighbour", "severity": 2, "text": "楼上漏水。", "point": map[string]any{"type": "Point", "coordinates": s.Place}}
	status, got := send(t, http.MethodPut, s.Address+"/api/v1/desk/orders/GD-1", token, order)
	if status != http.StatusCreated || got["number"] != "GD-1" {
		t.Errorf("%d %v", status, got)
	}
}

func TestTourTakesAReportToTheSettledCase(t *testing.T) {
	for _, tool := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("the tour needs %s: %v", tool, err)
		}
	}
	s := started(t, "demo", "--json", "--data", countyData(t))
	file := write(t, "demo.json", s.out.String())
	cmd := exec.CommandContext(t.Context(), "bash", "../../docs/tour.sh", file)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), s.Opinions+"/") {
		t.Fatalf("%v\n%s", err, out)
	}
}

// sampleRows is a file of reports from a place inside the sample county, with rows that cannot be used among them.
const sampleRows = `nr,when,y,x,kind
r-1,1/2/20 8:00,30.0630541,119.943059,Noise
r-2,1/2/20 8:01,30.0630541,119.943059,Noise
r-3,1/2/20 8:02,30.0630541,119.943059,Leak
r-4,1/2/20 8:03,0,0,Leak
r-5,1/2/20 8:04,,,Leak
r-6,yesterday,30.06,119.94,Leak
r-7,1/2/20 8:05,north,119.94,Leak
r-8,1/2/20 8:06,95,190,Leak
r-9,1/2/20 8:07
r-10,"1/2/20 8:08,,,Leak
r-11,1/2/20 8:09,,,Leak
`

func TestReplayTwiceStoresOnce(t *testing.T) {
	s := started(t, "demo", "--json", "--data", countyData(t))
	login, password := "", write(t, "pw", s.SignIns[0].Password+"\n")
	for _, who := range s.SignIns {
		if who.Role == "grid_worker" {
			login = who.Login
		}
	}
	args := []string{"replay", write(t, "rows.csv", sampleRows), "--to", s.Address, "--login", login, "--password-file", password,
		"--map", "id=nr,at=when,lat=y,lon=x,category=kind", "--time-layout", "1/2/06 15:04", "--zone", "America/Los_Angeles",
		"--category-map", write(t, "map.yaml", "Noise: neighbour\n"), "--category-default", "other",
		"--connections", "1"} // two reports of one matter that arrive in the same instant may open two cases
	want := func(r ran, lines ...string) {
		t.Helper()
		if r.code != exitPartial {
			t.Errorf("exit %d: %s", r.code, r.err)
		}
		table := strings.Join(strings.Fields(r.out), " ")
		for _, l := range lines {
			if !strings.Contains(table, l) {
				t.Errorf("the table lacks %q:\n%s%s", l, r.out, r.err)
			}
		}
	}
	want(fengqiao(t, args...), "read 11", "sent 7", "stored 6", "repeated 0", `refused: row: extraneous or missing " in quoted-field 1`, "refused: row: wrong number of fields 1", "refused: 422 bad_point (point.coordinates) 1", "refused: row: time 1", "refused: row: coordinates 1", "unplaced 3", "placed 3")
	want(fengqiao(t, args...), "stored 0", "repeated 6", "cases 2", "joined 1")
	bad := append([]string{}, args...)
	bad[7] = write(t, "pw", "not the password")
	if r := fengqiao(t, bad...); r.code != exitFailure || !strings.Contains(r.err, "sign-in refused") {
		t.Errorf("a wrong password: exit %d, %s", r.code, r.err)
	}
}

func TestServeFinishesWhatItAccepted(t *testing.T) {
	dir := countyData(t)
	s := start(t, "serve", "--data", dir)
	t.Cleanup(func() { s.stop() })
	line := strings.TrimSpace(s.out.String())
	address := line[strings.Index(line, "http"):]
	if _, got := post(t, address+"/api/v1/session", "", map[string]string{"login": "nobody", "password": "nothing-at-all"}); got["code"] != "bad_credentials" {
		t.Fatalf("sign-in of nobody: %v", got)
	}
	began := time.Now()
	if code := s.stop(); code != exitOK || time.Since(began) > 20*time.Second {
		t.Fatalf("ended with %d after %s", code, time.Since(began))
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*-wal")); len(left) > 0 {
		if info, err := os.Stat(left[0]); err == nil && info.Size() > 0 {
			t.Errorf("the write-ahead log was left: %d bytes", info.Size())
		}
	}
}
