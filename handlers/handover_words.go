package handlers

import (
	"strconv"
	"strings"
	"time"

	"fengqiao/internal/sheet"
	"fengqiao/mediation/handover"
)

// The words of hand-overs, by their codes: Chinese, English.
var (
	matterWords = map[string][2]string{
		"seat": {"调解席位", "seat on a panel"}, "offer": {"待答复的派单", "offer to answer"}, "post": {"岗位承办案件", "cases of the post"},
		"task": {"子任务", "sub-tasks"}, "charge": {"包案", "in charge of a case"}, "slip": {"督办文书", "paper of supervision"},
		handover.TeamPost: {"网格团队岗位", "post in a grid's team"},
		"study":           {"提级研判", "escalated study"}, "meeting": {"网格议事", "villagers' meeting"}, "site": {"民意征集站点", "opinion site"},
		"errand": {"代办", "errands for a resident"}, "review": {"会办决定", "decision of a review"}, "shift": {"值班", "duty shifts"},
	}
	handoverWords = map[string][2]string{
		"owed": {"待移交", "owed"}, "proposed": {"待接收", "proposed"}, "accepted": {"移交中", "being carried out"}, "done": {"已移交", "done"},
		"cancelled": {"已取消", "cancelled"},
	}
	outcomeWords = map[string][2]string{
		"moved": {"已由接收人承接", "with the successor"}, "ended": {"移交前已了结", "ended before"}, "released": {"接收人不宜承接，已另行物色", "given back to the search"},
	}
	lineWords = map[string][2]string{
		"opened": {"登记移交", "opened"}, "proposed": {"提请接收", "proposed"}, "renewed": {"清单更新", "report renewed"}, "accepted": {"接收", "accepted"},
		"refused": {"不予接收", "refused"}, "done": {"移交完成", "done"}, "cancelled": {"取消", "cancelled"},
	}
	handoverColumns = [][2]string{{"事项", "matter"}, {"案号", "number"}, {"状态", "state"}, {"类别", "category"}, {"区域", "area"}, {"单位", "unit"},
		{"案件数", "cases"}, {"委托人", "resident"}, {"代办件数", "errands"}, {"到期", "due"}, {"他人共同承办", "shared"}, {"不能承接的原因", "hindrances"}, {"结果", "outcome"}}
)

// word is a code's word in the caller's language; a code of a newer release is shown as it is.
func (l labels) word(words map[string][2]string, code string) string {
	w, ok := words[code]
	if !ok {
		return code
	}
	return choose(l.zh, w[0], w[1])
}

// matterSheet is a report of open matters as a table.
func (l labels) matterSheet(list []matterView) *sheet.Sheet {
	s := &sheet.Sheet{}
	for _, c := range handoverColumns {
		s.Heads = append(s.Heads, choose(l.zh, c[0], c[1]))
	}
	for i := range list {
		m := &list[i]
		area, cases, errands, due, shared := "", "", "", "", ""
		if m.Area != nil {
			area = m.Area.Name
		}
		if m.Cases > 0 {
			cases = strconv.Itoa(m.Cases)
		}
		if m.Errands > 0 {
			errands = strconv.Itoa(m.Errands)
		}
		if !m.Due.IsZero() {
			due = m.Due.UTC().Format(time.RFC3339)
		}
		if m.Shared {
			shared = choose(l.zh, "是", "yes")
		}
		var why []string
		for _, r := range m.Hindrances {
			why = append(why, r.Text)
		}
		var row []sheet.Cell
		for _, text := range []string{m.KindText, m.Number, m.StateText, m.CategoryText, area, m.Unit, cases, m.Resident, errands, due, shared, strings.Join(why, "；"), m.OutcomeText} {
			row = append(row, sheet.Text(text))
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}
