package handlers_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"fengqiao/handlers"
	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// marked is a case in which everything that not everybody may see bears a marker of its own, told by a whole story over HTTP.
type marked struct {
	*story
	town               township
	applicant, opposed *apptest.Person
	markers            map[string]mediation.Part // text that appears nowhere else
	own                map[string][]string       // by person: markers that are their own
}

func mark(part mediation.Part, n int) string { return fmt.Sprintf("标记%s%d号", part, n) }

// fill tells the story and calls look at three stages of it: while the mediator is only asked, while they mediate, and when the case
// lies with a unit. Numbers end up in masked forms, too, so they are marked by what the mask leaves out.
func fill(t *testing.T, app *apptest.App, look func(*marked)) {
	t.Helper()
	m := &marked{story: begin(t, app), markers: map[string]mediation.Part{}, own: map[string][]string{}}
	put := func(part mediation.Part, who ...string) string {
		text := mark(part, len(m.markers)+1)
		m.markers[text] = part
		for _, w := range who {
			m.own[w] = append(m.own[w], text)
		}
		return text
	}
	photo := upload(t, app, m.worker, "marked").Want(http.StatusCreated).Text("id")
	m.markers[photo] = mediation.PartPhotos
	m.own["reporter"] = append(m.own["reporter"], photo)
	body := report(apptest.Here, obj{"text": put(mediation.PartWords, "reporter"), "address": put(mediation.PartWords, "reporter"), "photos": []string{photo}, "severity": 3,
		"point": obj{"type": "Point", "coordinates": []float64{apptest.Here.Point()[0] + .0001237, apptest.Here.Point()[1]}}})
	sent := app.Do(t, m.worker, http.MethodPost, "/api/v1/reports", body).Want(http.StatusCreated).View()
	m.id, m.report = sent["case"].(obj)["id"].(string), sent["id"].(string)
	app.Do(t, m.worker, http.MethodPost, "/api/v1/reports/"+m.report+"/supplements", obj{"text": put(mediation.PartWords, "reporter")}, newKey()).Want(http.StatusOK)
	m.markers[m.worker.User.ID] = mediation.PartReporters
	m.own["reporter"] = append(m.own["reporter"], m.worker.User.ID)
	at := app.Do(t, m.worker, http.MethodGet, "/api/v1/reports/"+m.report, nil).Want(http.StatusOK).View()["point"].(obj)["coordinates"].([]any)
	lon := strconv.FormatFloat(at[0].(float64), 'f', -1, 64)
	m.markers[lon] = mediation.PartSpot
	m.own["reporter"] = append(m.own["reporter"], lon)
	m.town = township{place: apptest.Here, caseID: m.id, report: m.report, photo: photo, user: m.staff.User.ID}
	m.offered()
	look(m)
	m.order(m.mediator, "take", obj{}).Want(http.StatusOK)
	enter := func(side, who, phone, id string) *apptest.Person {
		m.markers[phone[3:7]+phone[7:]], m.markers[id] = mediation.PartContact, mediation.PartContact
		name := put(mediation.PartParties, who)
		v := m.order(m.staff, "add-party", obj{"kind": "person", "side": side, "name": name, "phone": phone, "idNumber": id,
			"address": put(mediation.PartParties), "units": []string{put(mediation.PartParties)}}).Want(http.StatusOK).View()
		return app.Party(t, m.id, v["party"].(string))
	}
	m.applicant = enter("applicant", "applicant", "13871625349", "330183199001011234")
	m.opposed = enter("respondent", "respondent", "13962514738", "330183198505054321")
	for _, p := range []*apptest.Person{m.applicant, m.opposed} {
		m.story.own(p, "consent", obj{"given": true}).Want(http.StatusOK)
	}
	m.order(m.staff, "note", obj{"text": put(mediation.PartWords)}).Want(http.StatusOK)
	m.story.own(m.applicant, "supplement", obj{"text": put(mediation.PartWords)}).Want(http.StatusOK)
	m.order(m.mediator, "session", obj{"attended": []string{m.applicant.User.ID}, "notes": put(mediation.PartWords)}).Want(http.StatusOK)
	look(m)
	m.order(m.mediator, "agree", obj{"oral": true, "facts": put(mediation.PartTerms, "applicant", "respondent"), "terms": put(mediation.PartTerms, "applicant", "respondent"),
		"place": put(mediation.PartTerms, "applicant", "respondent")}).Want(http.StatusOK)
	m.order(m.mediator, "close", obj{"remark": put(mediation.PartWords)}).Want(http.StatusOK)
	m.story.own(m.opposed, "rate", obj{"satisfied": false, "stars": 1, "remark": put(mediation.PartWords)}).Want(http.StatusOK)
	m.order(m.worker, "follow-up", obj{"kept": true, "resolved": false, "notes": put(mediation.PartWords)}).Want(http.StatusOK)
	m.order(m.staff, "transfer", obj{"unit": apptest.Unit, "reason": put(mediation.PartWords), "remark": put(mediation.PartWords)}).Want(http.StatusOK)
	look(m)
}

// audience is everybody who might look, by what they are to the case.
func (m *marked) audience(t *testing.T) map[string]*apptest.Person {
	t.Helper()
	people := map[string]*apptest.Person{"reporter": m.worker, "root": m.a.Root(t),
		"another unit's": m.a.Post(t, "other-unit", account.Place{Role: mediation.UnitStaff, Area: apptest.Here.Code(), Unit: "别的部门"}),
		"another worker": m.a.Post(t, "other-worker", account.Place{Role: mediation.GridWorker, Area: apptest.Here.Grid()})}
	if m.applicant != nil {
		people["applicant"], people["respondent"] = m.applicant, m.opposed
	}
	for _, role := range mediation.AccountRoles {
		for _, p := range []apptest.Place{apptest.Here, apptest.There} {
			if who := m.a.As(t, role, p); who.User.ID != m.worker.User.ID {
				people[string(role)+" of "+string(p)] = who
			}
		}
	}
	return people
}

// leaks lists the markers that an answer shows and that the person is not to see. Users' ids say who reported only where cases
// and reports are read: an administrator's list of users has them all.
func (m *marked) leaks(who string, r handlers.Route, sees mediation.PartsFor, text []byte, seen map[mediation.Part]bool) []string {
	ofCases := strings.Contains(r.Path, "/cases") || strings.Contains(r.Path, "/reports") || strings.Contains(r.Path, "/party") || strings.Contains(r.Path, "/offers")
	var list []string
	for marker, part := range m.markers {
		if !bytes.Contains(text, []byte(marker)) || part == mediation.PartReporters && !ofCases {
			continue
		}
		if seen[part] = seen[part] || sees[part]; !sees[part] && !slices.Contains(m.own[who], marker) {
			list = append(list, fmt.Sprintf("%s (%s)", marker, part))
		}
	}
	return list
}

// recording is a log that is kept.
type recording struct {
	mu sync.Mutex
	bytes.Buffer
}

func (r *recording) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.Buffer.Write(b)
}

func TestNoPartOfACaseReachesWhomItIsNotFor(t *testing.T) {
	apptest.OnBoth(t, noPartOfACaseReachesWhomItIsNotFor)
}

func noPartOfACaseReachesWhomItIsNotFor(t *testing.T, fresh apptest.Fresh) {
	log := &recording{}
	app := fresh(t, apptest.WithDeps(func(d *handlers.Deps) {
		d.Log = slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}))
	seen := map[mediation.Part]bool{}
	var markers map[string]mediation.Part
	fill(t, app, func(m *marked) {
		markers = m.markers
		m.walk(t, seen)
	})
	for _, row := range mediation.Parts {
		marked := slices.Contains(slices.Collect(maps.Values(markers)), row.Part)
		if marked && !seen[row.Part] {
			t.Errorf("nobody sees the marked %s, so the walk proves nothing of it", row.Part)
		}
	}
	for text, part := range markers {
		if part != mediation.PartReporters && part != mediation.PartPhotos && bytes.Contains(log.Bytes(), []byte(text)) {
			t.Errorf("the log has the marked %s: %s", part, text)
		}
	}
}

// walk lets everybody read everything that they can.
func (m *marked) walk(t *testing.T, seen map[mediation.Part]bool) {
	t.Helper()
	c, err := m.a.Cases.Cases.Load(t.Context(), m.id)
	if err != nil {
		t.Fatal(err)
	}
	for name, who := range m.audience(t) {
		actor := who.Actor()
		if actor.Role == mediation.PartyRole {
			actor.Case = m.id
		}
		sees := mediation.Sees(actor, &c)
		for _, r := range handlers.Routes() {
			if r.Method != http.MethodGet || r.Public {
				continue
			}
			for _, query := range []string{"", "reveal=contact", "exact=true", "limit=100", "q=标记"} {
				parameter, _, _ := strings.Cut(query, "=")
				if query != "" && !slices.Contains(r.Query, parameter) {
					continue
				}
				path := m.town.path(r)
				if query != "" {
					path += "?" + query
				}
				answer := m.a.Do(t, who, http.MethodGet, path, nil, apptest.Undocumented())
				text := append([]byte(fmt.Sprint(answer.Header)), answer.Body...)
				if found := m.leaks(name, r, sees, text, seen); len(found) > 0 {
					t.Errorf("in %s: %s reads %v at %s", c.State, name, found, path)
				}
			}
		}
	}
}
