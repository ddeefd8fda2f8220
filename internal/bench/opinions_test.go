package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"fengqiao/fixtures"
	"fengqiao/handlers/apptest"
	"fengqiao/mediation"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/valyala/fasthttp"
)

// Yuecheng's numbers, as the article has them.
const (
	opinionStations, opinionPoints = 17, 352
	opinionCampaigns, opinionSaid  = 62, 6500
)

var opinionTopics = []string{"roads", "parks", "schools", "care"}

// BenchmarkOpinions lets Yuecheng's year of collecting opinions go through the whole server, at once: stations, points, campaigns, suggestions of
// which every tenth is sent twice, the campaigns' end, and their results. What the server counts in the end must equal what was sent.
func BenchmarkOpinions(b *testing.B) {
	for name, fresh := range map[string]apptest.Fresh{"SQLite": apptest.New, "MongoDB": apptest.OnMongoDB} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				newPolling(b, fresh(b)).run(b)
			}
		})
	}
}

type polling struct {
	a                      *apptest.App
	client                 *fasthttp.HostClient
	office, leader, worker *apptest.Person
	sites, campaigns       []string
	sent                   map[string]int // by campaign and topic
	mu                     sync.Mutex
}

func newPolling(b *testing.B, a *apptest.App) *polling {
	src, err := fixtures.Policy("fuyang")
	if err != nil {
		b.Fatal(err)
	}
	section := "\nopinions:\n  paper: contact\n  channel: visit\n  topics:\n"
	for _, t := range opinionTopics {
		section += "    - {key: " + t + ", name: {zh: 主题, en: topic}, unit: " + apptest.Unit + "}\n"
	}
	if _, err := a.Store.Policies().Import(context.Background(), mediation.AnyRevision, "fuyang.yaml", append(src, section...)); err != nil {
		b.Fatal(err)
	}
	return &polling{a: a, client: serve(b, a.API.Fiber()), office: a.As(b, mediation.CountyStaff, apptest.Here), leader: a.As(b, mediation.Leader, apptest.Here),
		worker: a.As(b, mediation.GridWorker, apptest.Here), sent: map[string]int{}}
}

// ask sends a request over HTTP and reads the answer.
func (p *polling) ask(who *apptest.Person, method, path string, body any, tag string, into any) error {
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(res)
	req.Header.SetMethod(method)
	req.SetRequestURI("http://bench/api/v1/opinions" + path)
	req.Header.Set("Authorization", "Bearer "+who.Token)
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		req.Header.SetContentType("application/json")
		req.Header.Set("Idempotency-Key", uuid.NewString())
		req.SetBody(text)
	}
	if tag != "" {
		req.Header.Set("If-Match", tag)
	}
	if err := p.client.Do(req, res); err != nil {
		return err
	}
	if res.StatusCode() >= 300 {
		return fmt.Errorf("%s %s: %d %s", method, path, res.StatusCode(), res.Body())
	}
	if s, ok := into.(*string); ok {
		*s = string(res.Header.Peek("ETag"))
		return nil
	}
	if into != nil {
		return json.Unmarshal(res.Body(), into)
	}
	return nil
}

// many does n things over the connections at once.
func (p *polling) many(b *testing.B, n int, do func(i int) error) time.Duration {
	b.Helper()
	began, next := time.Now(), make(chan int)
	var all sync.WaitGroup
	for range connections {
		all.Go(func() {
			for i := range next {
				if err := do(i); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	all.Wait()
	if b.Failed() {
		b.FailNow()
	}
	return time.Since(began)
}

func (p *polling) run(b *testing.B) {
	p.setUp(b)
	b.ResetTimer()
	took := p.many(b, opinionSaid, p.suggest)
	b.StopTimer()
	b.ReportMetric(opinionSaid/took.Seconds(), "suggestions/s")
	p.a.Case.Advance(10 * 24 * time.Hour)
	began := time.Now()
	if _, err := p.a.Opinions.Sweep(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(time.Since(began).Milliseconds()), "close-ms")
	took = p.many(b, opinionCampaigns, p.publish)
	b.ReportMetric(float64(took.Milliseconds())/opinionCampaigns, "publish-ms")
	p.recount(b)
}

// setUp opens the sites and announces the campaigns.
func (p *polling) setUp(b *testing.B) {
	b.Helper()
	p.sites, p.campaigns = make([]string, opinionStations+opinionPoints), make([]string, opinionCampaigns)
	at := apptest.Here.Point()
	p.many(b, len(p.sites), func(i int) error {
		p.sites[i] = uuid.NewString()
		kind := "point"
		if i < opinionStations {
			kind = "station"
		}
		pt := []float64{at[0] + float64(i%20-10)*2e-4, at[1] + float64(i/20-10)*2e-4}
		return p.ask(p.office, http.MethodPost, "/sites", map[string]any{"clientId": p.sites[i], "kind": kind, "name": fmt.Sprint("征集点", i), "point": map[string]any{"type": "Point", "coordinates": pt},
			"unit": "街道"}, "", nil)
	})
	day := func(n int) string { return p.a.Case.Now().UTC().AddDate(0, 0, n).Format(time.DateOnly) }
	p.many(b, len(p.campaigns), func(i int) error {
		p.campaigns[i] = uuid.NewString()
		return p.ask(p.office, http.MethodPost, "/campaigns", map[string]any{"clientId": p.campaigns[i], "topic": map[string]any{"zh": fmt.Sprint("征集", i)}, "area": string(apptest.Here),
			"unit": apptest.Unit, "opens": day(-1), "closes": day(5)}, "", nil)
	})
}

// suggest sends the i-th suggestion; every tenth twice, as a phone that heard nothing.
func (p *polling) suggest(i int) error {
	campaign, topic := p.campaigns[i*7%opinionCampaigns], opinionTopics[i*5%len(opinionTopics)]
	body := map[string]any{"clientId": uuid.NewString(), "site": p.sites[i*13%len(p.sites)], "topic": topic, "text": fmt.Sprintf("第%d条：学校门口的路窄，上下学时请错峰放行。", i),
		"name": "示例居民", "phone": fmt.Sprintf("199%08d", i)}
	for range 1 + (i+1)%10/9 {
		if err := p.ask(p.worker, http.MethodPost, "/campaigns/"+campaign+"/suggestions", body, "", nil); err != nil {
			return err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent[campaign+" "+topic]++
	return nil
}

func (p *polling) publish(i int) error {
	thing, tag := "/campaigns/"+p.campaigns[i], ""
	if err := p.ask(p.leader, fiber.MethodGet, thing, nil, "", &tag); err != nil {
		return err
	}
	return p.ask(p.leader, fiber.MethodPost, thing+"/results", map[string]any{"text": "感谢参与。"}, tag, nil)
}

// recount holds the server's figures and the published results against what was sent.
func (p *polling) recount(b *testing.B) {
	b.Helper()
	var f struct {
		Stations, Points, Suggestions int
		Campaigns, ByTopic, ByState   map[string]int
	}
	began := time.Now()
	if err := p.ask(p.office, fiber.MethodGet, "/figures", nil, "", &f); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(time.Since(began).Milliseconds()), "figures-ms")
	if f.Stations != opinionStations || f.Points != opinionPoints || f.Suggestions != opinionSaid || f.ByState["routed"] != opinionSaid || f.Campaigns["published"] != opinionCampaigns {
		b.Errorf("counted %+v", f)
	}
	byTopic := map[string]int{}
	for _, campaign := range p.campaigns {
		var r struct {
			Whole  struct{ Number int }
			Topics []struct {
				Topic  string
				Number int
			}
		}
		if err := p.ask(p.office, fiber.MethodGet, "/campaigns/"+campaign+"/results", nil, "", &r); err != nil {
			b.Fatal(err)
		}
		total := 0
		for _, t := range r.Topics {
			if total += t.Number; t.Number != p.sent[campaign+" "+t.Topic] {
				b.Errorf("%s about %s: published %d, sent %d", campaign, t.Topic, t.Number, p.sent[campaign+" "+t.Topic])
			}
			byTopic[t.Topic] += t.Number
		}
		if total != r.Whole.Number {
			b.Errorf("the topics make %d, the whole is %d", total, r.Whole.Number)
		}
	}
	for _, t := range opinionTopics {
		if byTopic[t] != f.ByTopic[t] {
			b.Errorf("%s: published %d, counted %d", t, byTopic[t], f.ByTopic[t])
		}
	}
}
