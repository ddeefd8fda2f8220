package handlers

import (
	"encoding/hex"
	"strings"
	"time"

	"fengqiao/mediation"
)

// eventView is one entry of a case's timeline. Words are there for those who handle the case.
type eventView struct {
	Seq   int            `json:"seq"`
	At    time.Time      `json:"at"`
	Actor personRef      `json:"actor"`
	Role  mediation.Role `json:"role"`
	// For is for whom the actor stood in.
	For       *personRef        `json:"for,omitzero"`
	Kind      string            `json:"kind"`
	KindText  string            `json:"kindText"`
	From      string            `json:"from"`
	To        string            `json:"to"`
	StateText string            `json:"stateText"`
	Place     *placeView        `json:"place"`
	Data      map[string]string `json:"data"`
	Words     string            `json:"words,omitzero"`
	// Prev and Hash chain the events (docs): hex of SHA-256.
	Prev string `json:"prev"`
	Hash string `json:"hash"`
}

// eventTexts names the events that are no commands, in Chinese and English. A test holds it to the package mediation.
var eventTexts = map[string][2]string{
	"opened":                {"立案", "opened"},
	"report_joined":         {"上报并入", "report joined"},
	"report_withdrawn":      {"上报撤回", "report withdrawn"},
	"case_joined":           {"案件并入", "case joined"},
	"case_split":            {"案件拆出", "case taken out"},
	"offered":               {"派单", "offered"},
	"offer_expired":         {"派单逾期", "offer expired"},
	"erased":                {"个人信息已注销", "personal data erased"},
	"parties_returned":      {"当事人随案拆出", "parties taken out with their case"},
	"conflict_found":        {"发现应当回避的情形", "conflict of interest found"},
	"pause_over":            {"停计期满，恢复计时", "the pause is over, clocks go on"},
	"needs_hand":            {"转人工指派", "left to a person"},
	"reminded":              {"临期提醒", "reminded"},
	"breached":              {"超期", "overdue"},
	"errand_reminded":       {"代办临期提醒", "errand reminded"},
	"errand_overdue":        {"代办超期", "errand overdue"},
	"reckoned":              {"时限重新计算", "clocks reckoned anew"},
	"rejudged":              {"改按新版规则", "judged under another version"},
	"petition_kind":         {"初信初访认定", "first petition or repeat"},
	"petition_again":        {"同一事项再次信访", "brought again"},
	"petition_hearing_over": {"听证逾期结束，复核时限恢复", "the hearing is over, and the re-review's time runs again"},
	"petition_lapsed":       {"信访逾期未申请", "petition lapsed"},
	"confirm_lapsed":        {"逾期未申请司法确认", "judicial confirmation not applied for in time"},
	"study_called":          {"召集提级研判", "escalated study called"},
	"study_concluded":       {"提级研判作出结论", "escalated study concluded"},
	"study_order":           {"研判交办", "study gave an order"},
	"study_order_done":      {"研判交办完成", "study's order done"},
	"study_order_late":      {"研判交办超期", "study's order overdue"},
	"study_late":            {"提级研判超期", "escalated study overdue"},
	"study_reckoned":        {"提级研判时限重新计算", "escalated study's limit reckoned anew"},
	"review_reckoned":       {"会办决定时限重新计算", "limit of a review's decision reckoned anew"},
	"study_moved":           {"提级研判的成员或交办移交", "a study's member or order handed over"},
	"caught":                {"兜底派单", "given to somebody anew"},
	"dispatched":            {"按规则派单", "dispatched by rule"},
	"rezoned":               {"网格调整", "moved by a change of the plan"},
	"handed_over":           {"移交", "handed over"},
	"kept_apart":            {"回避调整", "passed on, to keep apart whom it must not reach"},
	"signer_changed":        {"签批人变动，待签批", "another signatory, it waits for them"},
	"task_reminded":         {"子任务临期提醒", "sub-task reminded of"},
	"review_reminded":       {"会办临期提醒", "review reminded of"},
	"review_overdue":        {"会办超期", "review overdue"},
	"task_overdue":          {"子任务超期", "sub-task overdue"},
	"review_decision":       {"会办决定", "a review decided"},
	"review_done":           {"会办决定落实", "a review's decision carried out"},
	"review_late":           {"会办决定逾期", "a review's decision late"},
	"review_passed_on":      {"会办决定移交", "a review's decision handed over"},
}

func (l labels) event(kind string) string {
	if rule, ok := mediation.RuleOf(mediation.CommandName(kind)); ok {
		return choose(l.zh, rule.Zh, rule.En)
	}
	if text, ok := eventTexts[kind]; ok {
		return choose(l.zh, text[0], text[1])
	}
	if of, ok := strings.CutPrefix(kind, "slip_"); ok {
		return choose(l.zh, "督办文书：", "paper: ") + slipEvent(of, l.zh)
	}
	return kind
}

func (a *API) viewEvents(c *Call, k *mediation.Case, events []mediation.Event) ([]eventView, error) {
	l, err := a.labels(c, k.Policy)
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, 2*len(events))
	for i := range events {
		if ids = append(ids, events[i].Actor); events[i].Data["for"] != "" {
			ids = append(ids, events[i].Data["for"])
		}
	}
	names, err := a.named(c, ids)
	if err != nil {
		return nil, err
	}
	words := mediation.Sees(c.Actor, k)[mediation.PartWords]
	views := make([]eventView, len(events))
	for i := range events {
		e := &events[i]
		views[i] = eventView{Seq: e.Seq, At: e.At, Actor: personRef{e.Actor, names[e.Actor]}, Role: e.Role, For: refOf(e.Data["for"], names), Kind: e.Kind,
			KindText: l.event(e.Kind), From: string(e.From), To: string(e.To), StateText: l.state(e.To), Place: l.place(e.Place),
			Data: e.Data, Prev: hex.EncodeToString(e.Prev), Hash: hex.EncodeToString(e.Hash)}
		if views[i].Data == nil {
			views[i].Data = map[string]string{}
		}
		if words {
			if views[i].Words, err = a.Cases.Open(c.Context, e.Words); err != nil {
				return nil, err
			}
		}
	}
	return views, nil
}
