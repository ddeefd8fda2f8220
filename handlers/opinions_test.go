package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
	"fengqiao/mediation/slip"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
)

// poll is a county that collects opinions, with a point and a campaign of a week in one township.
type poll struct {
	t                            *testing.T
	a                            *apptest.App
	office, worker, unit, leader *apptest.Person
	site, campaign               string
}

const (
	opinionBase = "/api/v1/opinions"
	opinionSays = "opinions:\n  paper: contact\n  channel: visit\n  topics:\n    - {key: roads, name: {zh: 道路, en: roads}, unit: " + apptest.Unit +
		"}\n    - {key: parks, name: {zh: 公园, en: parks}, unit: 园林局}\n"
)

type suggested struct {
	ID, State, Unit, Text, Name, Phone, Verdict, Report, Case, Slip, Way string
	MayDecide                                                            bool
	Paper                                                                *struct {
		Slip, State string
		Overdue     bool
		Due         time.Time
	}
	Outcome *struct{ Summary, Answer, Reason string }
	History []struct{ Kind, By string }
}

type published struct {
	Edition int
	Text    string
	Whole   struct{ Number, Answered, Adopted, Partly, Declined, Turned int }
	Topics  []struct {
		Topic  string
		Number int
	}
	Items       []struct{ Summary, Answer, Verdict string }
	Corrections []struct {
		Edition int
		Reason  string
	}
}

func newPoll(t *testing.T, fresh apptest.Fresh) *poll {
	t.Helper()
	a := fresh(t)
	withRules(t, a, opinionSays)
	p := &poll{t: t, a: a, office: a.As(t, mediation.CountyStaff, apptest.Here), worker: a.As(t, mediation.GridWorker, apptest.Here), unit: a.As(t, mediation.UnitStaff, apptest.Here),
		leader: a.As(t, mediation.Leader, apptest.Here)}
	p.site = p.openSite(p.office, apptest.Here.Point(), nil).Want(201).Text("id")
	p.campaign = p.announce(p.office, 0, 6, nil).Want(201).Text("id")
	return p
}

func (p *poll) do(who *apptest.Person, method, path string, body any, settings ...apptest.Setting) apptest.Answer {
	p.t.Helper()
	return p.a.Do(p.t, who, method, opinionBase+path, body, settings...)
}

// act changes what a path shows, on the version that it shows now.
func (p *poll) act(who *apptest.Person, thing, segment string, body obj) apptest.Answer {
	p.t.Helper()
	tag := p.do(p.office, http.MethodGet, thing, nil).Want(200).ETag()
	return p.do(who, http.MethodPost, thing+segment, body, newKey(), apptest.IfMatch(tag))
}

func with(o, more obj) obj {
	for k, v := range more {
		o[k] = v
	}
	return o
}

func (p *poll) openSite(who *apptest.Person, at orb.Point, more obj) apptest.Answer {
	p.t.Helper()
	return p.do(who, http.MethodPost, "/sites", with(obj{"clientId": uuid.NewString(), "kind": "point", "name": "村口便民点", "point": obj{"type": "Point", "coordinates": at[:]}, "unit": "东洲街道",
		"hours": "工作日9至17时"}, more))
}

// day is a day of the county's calendar, so many from today.
func (p *poll) day(n int) string {
	return p.a.Case.Now().In(time.FixedZone("CST", 8*3600)).AddDate(0, 0, n).Format(time.DateOnly)
}

func (p *poll) announce(who *apptest.Person, opens, closes int, more obj) apptest.Answer {
	p.t.Helper()
	return p.do(who, http.MethodPost, "/campaigns", with(obj{"clientId": uuid.NewString(), "topic": obj{"zh": "出行和绿地", "en": "Getting about"}, "area": string(apptest.Here), "unit": apptest.Unit,
		"opens": p.day(opens), "closes": p.day(closes)}, more))
}

func (p *poll) suggest(who *apptest.Person, more obj) apptest.Answer {
	p.t.Helper()
	body := obj{"clientId": uuid.NewString(), "topic": "roads", "text": "学校门口加装减速带", "name": "张示例", "phone": "13800001234", "site": p.site}
	return p.do(who, http.MethodPost, "/campaigns/"+p.campaign+"/suggestions", with(body, more))
}

func (p *poll) look(who *apptest.Person, id string) (s suggested) {
	p.t.Helper()
	p.do(who, http.MethodGet, "/suggestions/"+id, nil).Want(200).Into(&s)
	return s
}

// answer lets the unit answer the paper of a suggestion, and whom policy has issue such papers accept that.
func (p *poll) answer(id, text string) {
	p.t.Helper()
	paper := p.look(p.office, id).Slip
	for _, x := range []struct {
		who  *apptest.Person
		name slip.Name
	}{{p.unit, slip.CmdReply}, {p.a.As(p.t, mediation.TownshipStaff, apptest.Here), slip.CmdAccept}} {
		path := "/api/v1/slips/" + paper
		tag := p.a.Do(p.t, x.who, http.MethodGet, path, nil).Want(200).ETag()
		p.a.Do(p.t, x.who, http.MethodPost, path+"/"+string(x.name), with(obj{}, map[bool]obj{true: {"text": text}}[x.name == slip.CmdReply]), newKey(), apptest.IfMatch(tag)).Want(200)
	}
}

func (p *poll) decide(id, verdict, summary string, more obj) apptest.Answer {
	p.t.Helper()
	return p.act(p.office, "/suggestions/"+id, "/outcome", with(obj{"verdict": verdict, "summary": summary}, more))
}

func (p *poll) sweep() {
	p.t.Helper()
	if _, err := p.a.Opinions.Sweep(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	if _, err := p.a.Slips.Sweep(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
}

func TestASuggestionGoesFromAPointToTheUnitAndIntoThePublishedResults(t *testing.T) {
	apptest.OnBoth(t, aSuggestionGoesItsWay)
}

func aSuggestionGoesItsWay(t *testing.T, fresh apptest.Fresh) {
	p := newPoll(t, fresh)
	body := obj{"clientId": uuid.NewString()}
	first := p.suggest(p.worker, body).Want(201)
	id := first.Text("id")
	if first.Text("state") != "routed" || first.Text("unit") != apptest.Unit || first.Text("way") != "site" {
		t.Errorf("%s", first.Body)
	}
	if again := p.suggest(p.worker, body).Want(201); again.Text("id") != id || again.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("sent again it is another: %s", again.Body)
	}
	p.suggest(p.worker, with(obj{"text": "别的话"}, body)).Refused(422, "same_id_other_content", "clientId")
	told(t, p.a, p.unit, mediation.NoticeSlip, 1)
	if s := p.look(p.unit, id); s.Text != "学校门口加装减速带" || s.Name+s.Phone != "" || s.Paper.Due.IsZero() || s.MayDecide {
		t.Errorf("the unit reads %+v", s)
	}
	p.decide(id, "adopted", "校门口减速带", nil).Refused(409, "opinion.unanswered", "")
	p.answer(id, "下月安装。")
	if s := p.look(p.office, id); s.Paper.State != "accepted" || !s.MayDecide {
		t.Errorf("%+v", s)
	}
	p.decide(id, "adopted", "张示例要求在校门口装减速带", nil).Refused(422, "opinion.personal", "summary")
	p.decide(id, "adopted", "校门口减速带", obj{"answer": "请联系13800001234"}).Refused(422, "opinion.personal", "answer")
	p.decide(id, "pardoned", "校门口减速带", nil).Refused(422, "unknown_value", "verdict")
	p.decide(id, "adopted", "校门口减速带", nil).Want(200)
	p.decide(id, "declined", "校门口减速带", nil).Refused(409, "opinion.decided", "reason")
	if s := p.look(p.office, id); s.Outcome == nil || s.Outcome.Answer != "下月安装。" {
		t.Errorf("the unit's words are the answer: %+v", s.Outcome)
	}
	second := p.suggest(p.worker, obj{"topic": "parks", "site": "", "name": "", "phone": ""}).Want(201)
	if second.Text("way") != "worker" || second.Text("unit") != "园林局" {
		t.Errorf("%s", second.Body)
	}
	campaign := "/campaigns/" + p.campaign
	p.do(p.worker, http.MethodGet, campaign+"/results", nil).Refused(404, "not_found", "")
	p.act(p.leader, campaign, "/results", obj{"text": "太早"}).Refused(409, "opinion.stage", "")
	p.a.Case.Advance(8 * 24 * time.Hour)
	p.sweep()
	p.act(p.office, campaign, "/results", obj{"text": "联系人电话13800001234"}).Refused(422, "opinion.personal", "text")
	var out published
	p.act(p.leader, campaign, "/results", obj{"text": "感谢参与。"}).Want(200).Into(&out)
	if out.Whole.Number != 2 || out.Whole.Answered != 1 || out.Whole.Adopted != 1 || len(out.Items) != 1 || out.Items[0].Answer != "下月安装。" || len(out.Topics) != 2 {
		t.Errorf("%+v", out)
	}
	results := p.do(p.a.As(t, mediation.GridWorker, apptest.There), http.MethodGet, campaign+"/results", nil).Want(200)
	for _, never := range []string{"张示例", "138", id, p.worker.User.ID} {
		if strings.Contains(string(results.Body), never) {
			t.Errorf("the results have %q: %s", never, results.Body)
		}
	}
	p.corrects(id, campaign)
}

// corrects decides a suggestion anew: what was published stays as it is, until a correction that shows itself.
func (p *poll) corrects(id, campaign string) {
	t := p.t
	t.Helper()
	p.act(p.leader, campaign, "/results", obj{"text": "再来一次"}).Refused(409, "opinion.stage", "")
	p.decide(id, "partly", "校门口减速带", obj{"answer": "先装一处。", "reason": "经费只够一处"}).Want(200)
	var out published
	p.do(p.worker, http.MethodGet, campaign+"/results", nil).Want(200).Into(&out)
	if out.Whole.Adopted != 1 || out.Whole.Partly != 0 || len(out.Corrections) != 0 {
		t.Errorf("what was published has changed: %+v", out)
	}
	p.act(p.leader, campaign, "/results/corrections", obj{"text": "已更正。"}).Refused(422, "required", "reason")
	p.act(p.leader, campaign, "/results/corrections", obj{"text": "已更正。", "reason": "一条结果有变"}).Want(200).Into(&out)
	if out.Edition != 2 || out.Whole.Adopted != 0 || out.Whole.Partly != 1 || len(out.Corrections) != 1 || out.Corrections[0].Reason != "一条结果有变" {
		t.Errorf("%+v", out)
	}
	p.do(p.worker, http.MethodGet, campaign+"/results?edition=1", nil).Want(200).Into(&out)
	if out.Edition != 1 || out.Whole.Adopted != 1 || len(out.Corrections) != 1 {
		t.Errorf("the first edition: %+v", out)
	}
	p.do(p.worker, http.MethodGet, campaign+"/results?edition=3", nil).Refused(404, "not_found", "")
	// What was published keeps its topics' names under rules that have other topics.
	withRules(t, p.a, strings.ReplaceAll(opinionSays, "{key: roads, name: {zh: 道路, en: roads}", "{key: bridges, name: {zh: 桥, en: bridges}"))
	for path, name := range map[string]string{opinionBase + campaign + "/results": `"topicText":"道路"`, "/opinions/" + p.campaign: "道路"} {
		if page := p.a.Do(t, p.worker, http.MethodGet, path, nil).Want(200); !strings.Contains(string(page.Body), name) {
			t.Errorf("%s does not name the topic as it was: %s", path, page.Body)
		}
	}
}

func TestACampaignIsOpenFromItsFirstDayToItsLastAndProlongedOnce(t *testing.T) {
	apptest.OnBoth(t, aCampaignIsOpenForItsDays)
}

func aCampaignIsOpenForItsDays(t *testing.T, fresh apptest.Fresh) {
	p := newPoll(t, fresh)
	later := p.announce(p.office, 2, 3, nil).Want(201).Text("id")
	thing, own := "/campaigns/"+later, p.campaign
	p.campaign = later
	p.suggest(p.worker, nil).Refused(409, "opinion.early", "")
	stage := func(want string) {
		t.Helper()
		if got := p.do(p.worker, http.MethodGet, thing, nil).Want(200).Text("stage"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	stage("announced")
	p.a.Case.Advance(48 * time.Hour)
	p.sweep()
	stage("open")
	told(t, p.a, p.unit, mediation.NoticeOpinion, 1+1) // the other began at once
	sent := obj{"clientId": uuid.NewString()}
	p.suggest(p.worker, sent).Want(201)
	p.announce(p.office, 0, 6, obj{"unit": "没有这个单位"}).Refused(422, "unknown_value", "unit")
	p.act(p.office, thing, "/prolongation", obj{"closes": p.day(1), "reason": "同一天"}).Refused(422, "opinion.not_later", "closes")
	p.act(p.office, thing, "/prolongation", obj{"closes": "3月9日", "reason": "x"}).Refused(422, "opinion.not_a_day", "closes")
	p.act(p.office, thing, "/prolongation", obj{"closes": p.day(400), "reason": "x"}).Refused(422, "opinion.too_long", "closes")
	p.act(p.office, thing, "/prolongation", obj{"closes": p.day(2), "reason": "联系王某１３８-0000-1234"}).Refused(422, "opinion.personal", "reason")
	p.act(p.office, thing, "/prolongation", obj{"closes": p.day(2), "reason": "参与的人少"}).Want(200)
	p.act(p.office, thing, "/prolongation", obj{"closes": p.day(9), "reason": "再延"}).Refused(409, "opinion.prolonged", "")
	p.a.Case.Advance(4 * 24 * time.Hour) // its last day is over, and nobody has swept
	p.suggest(p.worker, nil).Refused(409, "opinion.closed", "")
	p.suggest(p.worker, sent).Want(201) // what was taken in time is answered
	p.act(p.office, thing, "/closure", obj{"reason": "太晚"}).Refused(409, "opinion.stage", "")
	p.sweep()
	stage("closed")
	p.campaign = own
	p.act(p.office, "/campaigns/"+own, "/closure", obj{"reason": ""}).Refused(422, "required", "reason")
	p.act(p.office, "/campaigns/"+own, "/closure", obj{"reason": "13800001234的意见"}).Refused(422, "opinion.personal", "reason")
	p.act(p.office, "/campaigns/"+own, "/closure", obj{"reason": "事项已定"}).Want(200)
	p.suggest(p.worker, nil).Refused(409, "opinion.closed", "")
	for _, x := range []struct {
		opens, closes int
		more          obj
		code, field   string
	}{
		{3, 2, nil, "out_of_order", "closes"},
		{-9, -2, nil, "in_past", "closes"},
		{0, 500, nil, "opinion.too_long", "closes"},
		{0, 1, obj{"topic": obj{"zh": ""}}, "required", "topic.zh"},
		{0, 1, obj{"clientId": "x"}, "not_a_uuid", "clientId"},
	} {
		p.announce(p.office, x.opens, x.closes, x.more).Refused(422, x.code, x.field)
	}
	p.announce(p.office, 0, 1, obj{"area": string(apptest.There)}).Refused(403, "forbidden", "")
}

func TestADisputeAmongSuggestionsBecomesAReportThatNamesIt(t *testing.T) {
	apptest.OnBoth(t, aDisputeBecomesAReport)
}

func aDisputeBecomesAReport(t *testing.T, fresh apptest.Fresh) {
	p := newPoll(t, fresh)
	staff := p.a.As(t, mediation.TownshipStaff, apptest.Here)
	id := p.suggest(p.worker, obj{"text": "邻居占了公共通道，吵过几次"}).Want(201).Text("id")
	thing := "/suggestions/" + id
	p.act(staff, thing, "/report", obj{"category": "ufo", "severity": 2}).Refused(422, "unknown_value", "category")
	p.act(staff, thing, "/report", obj{"category": "neighbour", "severity": 9}).Refused(422, "out_of_range", "severity")
	p.act(staff, thing, "/report", obj{"category": "neighbour", "severity": 2}).Want(200)
	s := p.look(staff, id)
	if s.State != "turned" || s.Report == "" || s.Case == "" || s.Paper.State != "withdrawn" {
		t.Fatalf("%+v", s)
	}
	var rep struct {
		Suggestion, Text, Category string
		Case                       struct{ ID string }
	}
	p.a.Do(t, staff, http.MethodGet, "/api/v1/reports/"+s.Report, nil).Want(200).Into(&rep)
	if rep.Suggestion != id || rep.Text != s.Text || rep.Category != "neighbour" || rep.Case.ID != s.Case {
		t.Errorf("%+v", rep)
	}
	c, err := p.a.Store.Cases().Load(t.Context(), s.Case)
	if err != nil || len(c.Parties) != 1 || c.Cell != apptest.Here.Cell() {
		t.Errorf("%+v, %v", c.Parties, err)
	}
	p.act(staff, thing, "/report", obj{"category": "neighbour", "severity": 2}).Refused(409, "opinion.state", "")
	p.decide(id, "adopted", "x", nil).Refused(409, "opinion.state", "")
}

func TestWhoMadeASuggestionIsMaskedAndRevealedOnRecord(t *testing.T) {
	p := newPoll(t, apptest.New)
	id := p.suggest(p.worker, nil).Want(201).Text("id")
	path := "/suggestions/" + id
	if s := p.look(p.office, id); s.Name != "张**" || s.Phone != "138****1234" {
		t.Errorf("%+v", s)
	}
	var s suggested
	p.do(p.office, http.MethodGet, path+"?reveal=contact", nil).Want(200).Into(&s)
	if s.Name != "张示例" || s.Phone != "13800001234" {
		t.Errorf("%+v", s)
	}
	if s = p.look(p.office, id); len(s.History) != 3 || s.History[2].Kind != "contact_seen" || s.History[2].By == "" {
		t.Errorf("%+v", s.History)
	}
	p.do(p.unit, http.MethodGet, path+"?reveal=contact", nil).Refused(403, "forbidden", "")
	p.do(p.worker, http.MethodGet, path+"?reveal=contact", nil).Refused(403, "forbidden", "")
	other := p.a.Post(t, "us-other", account.Place{Role: mediation.UnitStaff, Area: apptest.Here.Code(), Unit: "园林局"})
	p.do(other, http.MethodGet, path, nil).Refused(404, "not_found", "")
	if log := p.a.Log.String(); strings.Contains(log, "张示例") || strings.Contains(log, "减速带") {
		t.Error("the log has the resident's words")
	}
}

func TestASuggestionThatNobodyAnswersClimbsAsItsPaperDoes(t *testing.T) {
	p := newPoll(t, apptest.New)
	id := p.suggest(p.worker, nil).Want(201).Text("id")
	first := p.look(p.office, id).Paper.Slip
	p.a.Case.Advance(10 * 24 * time.Hour)
	p.sweep()
	s := p.look(p.office, id)
	if s.Paper.Slip == first || s.Slip != first || s.State != "routed" {
		t.Errorf("%+v", s)
	}
	var chain struct {
		Items []struct{ Kind, State string }
	}
	p.a.Do(t, p.a.As(t, mediation.Supervisor, apptest.Here), http.MethodGet, "/api/v1/slips?about=suggestion/"+id, nil).Want(200).Into(&chain)
	if len(chain.Items) != 2 || chain.Items[0].Kind != "assignment" || chain.Items[1].State != "escalated" {
		t.Errorf("%+v", chain)
	}
}
