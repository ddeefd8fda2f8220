package handlers_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers"
	"fengqiao/handlers/apptest"
)

// page reads a public page as somebody who is not signed in.
func (p *poll) page(path string) apptest.Answer {
	p.t.Helper()
	return p.a.Do(p.t, nil, http.MethodGet, path, nil).Want(http.StatusOK)
}

// missing holds the page of results that there are not, or not yet, to saying nothing of them.
func (p *poll) missing(path string, secret []string) {
	p.t.Helper()
	shows(p.t, p.a.Do(p.t, nil, http.MethodGet, path, nil).Want(http.StatusNotFound), []string{"结果还没有公布"}, append(secret, "出行和绿地", "减速带"))
}

// shows holds a page to what it must and must not have.
func shows(t *testing.T, answer apptest.Answer, has []string, never []string) {
	t.Helper()
	for _, word := range has {
		if !strings.Contains(string(answer.Body), word) {
			t.Errorf("%s lacks %q:\n%s", answer.Asked, word, answer.Body)
		}
	}
	for _, word := range never {
		if word != "" && strings.Contains(string(answer.Body), word) {
			t.Errorf("%s has %q", answer.Asked, word)
		}
	}
}

func TestEverybodyReadsWhatWasReleasedOfOpinionsAndNothingElse(t *testing.T) {
	apptest.OnBoth(t, everybodyReadsWhatWasReleased)
}

func everybodyReadsWhatWasReleased(t *testing.T, fresh apptest.Fresh) {
	p := newPoll(t, fresh)
	kept := p.openSite(p.office, apptest.Here.Point(), obj{"kind": "station", "name": "街道征集站", "keeper": p.worker.User.ID, "hours": "找王示例13900001234"}).Want(201)
	id := p.suggest(p.worker, nil).Want(201).Text("id")
	open := p.suggest(p.worker, obj{"text": "公园太暗", "topic": "parks", "name": "李示例"}).Want(201).Text("id")
	// secret is what no page has at any time.
	secret := []string{"张示例", "李示例", "13800001234", "13900001234", "王示例", "公园太暗", id, open, p.site, kept.Text("id"), p.worker.User.ID, p.worker.User.Name, p.office.User.ID, p.office.User.Name,
		p.leader.User.ID, p.leader.User.Name, "内部原因"}
	shows(t, p.page("/opinions/sites"), []string{"街道征集站", "村口便民点", "东洲街道", "工作日9至17时", "征集站 1 个，征集点 1 个"}, secret)
	last := p.day(6)
	shows(t, p.page("/opinions"), []string{"出行和绿地", "Getting about", p.day(0), last, "征集中", apptest.Unit}, append(secret, "收到建议", "校门口", "/opinions/"+p.campaign))
	p.act(p.office, "/campaigns/"+p.campaign, "/prolongation", obj{"closes": p.day(7), "reason": "内部原因"}).Want(200)
	p.answer(id, "下月安装。")
	p.decide(id, "adopted", "校门口减速带", nil).Want(200)
	results := "/opinions/" + p.campaign
	p.missing(results, secret)
	p.a.Case.Advance(9 * 24 * time.Hour) // its last day is over, whether or not the sweep has come by
	shows(t, p.page("/opinions"), []string{p.day(7 - 9), "已延期", "已结束，待公布"}, append(secret, "收到建议", "下月安装", "校门口减速带"))
	p.sweep()
	p.missing(results, secret)
	p.act(p.leader, "/campaigns/"+p.campaign, "/results", obj{"text": "感谢<b>参与</b>。"}).Want(200)
	shows(t, p.page("/opinions"), []string{"已公布", results, "2 条，已答复 1，采纳 1"}, append(secret, "下月安装"))
	released := []string{"校门口减速带", "下月安装。", "采纳", "道路", "roads", apptest.Unit, "感谢&lt;b&gt;参与&lt;/b&gt;。"}
	shows(t, p.page(results), released, append(secret, "<b>", "第1版"))
	p.decide(id, "partly", "校门口减速带", obj{"answer": "先装一处。", "reason": "内部原因"}).Want(200)
	shows(t, p.page(results), released, append(secret, "先装一处")) // decided anew, not published
	p.act(p.leader, "/campaigns/"+p.campaign, "/results/corrections", obj{"text": "已更正。", "reason": "一条结果有变"}).Want(200)
	shows(t, p.page(results), []string{"先装一处。", "部分采纳", "一条结果有变", "第2版"}, append(secret, "下月安装"))
	shows(t, p.page(results+"?edition=1"), append(released, "已被更正"), secret)
	p.missing(results+"?edition=3", secret)
	p.missing("/opinions/nowhere", secret)
	p.a.Do(t, nil, http.MethodGet, results+"?page=31", nil).Refused(http.StatusUnprocessableEntity, "out_of_range", "page")
	p.act(p.office, "/sites/"+kept.Text("id"), "/closure", obj{"reason": "内部原因"}).Want(200)
	shows(t, p.page("/opinions/sites"), []string{"村口便民点"}, append(secret, "街道征集站"))
}

// A page is plain: its own style and nothing that runs or comes from elsewhere; kept by browsers for a minute, and asked for again by its tag.
func TestPublicPagesAreKeptPlainAndHeldBack(t *testing.T) {
	limits := handlers.Limits{Rates: map[handlers.Class]handlers.Rates{handlers.Leaf: {Address: handlers.Rate{PerSecond: 0.001, Burst: 9}}}}
	p := newPoll(t, func(t testing.TB, options ...apptest.Option) *apptest.App {
		return apptest.New(t, append(options, apptest.WithLimits(limits))...)
	})
	p.a.Case.Advance(8 * 24 * time.Hour)
	p.sweep()
	p.act(p.office, "/campaigns/"+p.campaign, "/results", obj{"text": ""}).Want(200)
	active := regexp.MustCompile(`(?i)<(script|iframe|object|img|link|form|base)|\son\w+=|javascript:|https?:|style="`)
	for _, path := range []string{"/opinions", "/opinions/sites", "/opinions/" + p.campaign} {
		got := p.page(path)
		if found := active.FindString(string(got.Body)); found != "" {
			t.Errorf("%s has %q", path, found)
		}
		csp := got.Header.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "style-src 'sha256-") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s is let do %s", path, csp)
		}
		if got.Header.Get("Cache-Control") != "public, max-age=60" || got.Header.Get("Content-Type") != "text/html; charset=utf-8" || got.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, got.Header)
		}
		p.a.Do(t, nil, http.MethodGet, path, nil, apptest.Header("If-None-Match", got.ETag())).Want(http.StatusNotModified)
	}
	for range 3 {
		p.page("/opinions")
	}
	if late := p.a.Do(t, nil, http.MethodGet, "/opinions", nil); late.Status != http.StatusTooManyRequests || late.Header.Get("Retry-After") == "" {
		t.Errorf("the tenth time: %d", late.Status)
	}
}
