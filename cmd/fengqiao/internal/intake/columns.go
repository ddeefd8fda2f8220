package intake

import (
	"strings"

	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// Column is one column of a file: what the reader knows and what the help teaches.
type Column struct {
	Name   string
	Needed bool
	Means  words.Text
}

// PeopleColumns are the people file's.
var PeopleColumns = []Column{
	{"login", true, words.Text{Zh: "登录名，唯一，不含空格", En: "login, unique, without spaces"}},
	{"name", true, words.Text{Zh: "姓名", En: "shown to colleagues"}},
	{"role", true, words.Text{Zh: "角色：" + listed(mediation.AccountRoles), En: "one of " + listed(mediation.AccountRoles)}},
	{"area", true, words.Text{Zh: "所在区划编码，如 33.01.11.001；管理员可留空", En: "code of the unit they serve, e.g. 33.01.11.001; an administrator's may be empty"}},
	{"unit", false, words.Text{Zh: "部门名称，unit_staff 必填", En: "department, for unit_staff"}},
	{"mediator", false, words.Text{Zh: "调解员记录编号，mediator 必填；先导入调解员", En: "id in the mediators file, for mediators; import those first"}},
	{"posts", false, words.Text{Zh: "网格团队岗位，“岗位@网格”，用分号隔开：" + listed(account.PostKinds), En: "places in grid teams, post@grid, with ; between: " + listed(account.PostKinds)}},
}

// MediatorColumns are the mediators file's.
var MediatorColumns = []Column{
	{"id", true, words.Text{Zh: "编号，唯一", En: "unique"}},
	{"name", true, words.Text{Zh: "姓名，当事人可见", En: "shown to the parties"}},
	{"kind", true, words.Text{Zh: "类别：" + listed(kinds()), En: "one of " + listed(kinds())}},
	{"tier", true, words.Text{Zh: "层级，规则里的名称，如 village", En: "tier of the policy, e.g. village"}},
	{"area", true, words.Text{Zh: "服务片区编码，不宽于本级", En: "code of the unit they serve, no wider than the tier"}},
	{"lon", false, words.Text{Zh: "常驻地点经度（WGS-84）", En: "usual place, degrees (WGS-84)"}},
	{"lat", false, words.Text{Zh: "纬度", En: "its latitude"}},
	{"categories", false, words.Text{Zh: "擅长的类别，用分号隔开；空为不限", En: "what they are good at, with ; between; empty: anything"}},
	{"dialects", false, words.Text{Zh: "方言，用分号隔开", En: "with ; between"}},
	{"cap", false, words.Text{Zh: "同时承办上限；空取规则的", En: "most cases at a time; the policy's if empty"}},
	{"unit", false, words.Text{Zh: "单位，用于回避", En: "where they work, for conflicts of interest"}},
	{"phone", false, words.Text{Zh: "电话，密封保存", En: "sealed at once"}},
	{"ties", false, words.Text{Zh: "clan:姓、area:编码，用分号隔开", En: "clan:SURNAME or area:CODE, with ; between"}},
	{"kin", false, words.Text{Zh: "亲属中的调解员编号，用分号隔开", En: "ids of mediators who are their relatives, with ; between"}},
}

// Help lists columns for people; * marks those that must be there.
func Help(columns []Column, l words.Language) string {
	var b strings.Builder
	for _, c := range columns {
		mark := " "
		if c.Needed {
			mark = "*"
		}
		b.WriteString("\n  " + mark + c.Name + strings.Repeat(" ", max(1, 12-len(c.Name))) + strings.ReplaceAll(c.Means.In(l), "\n", " / "))
	}
	return b.String()
}

func listed[S ~string](names []S) string {
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = string(n)
	}
	return strings.Join(texts, ", ")
}

func kinds() []string {
	names := make([]string, len(mediation.MediatorKinds))
	for i, k := range mediation.MediatorKinds {
		names[i] = k.Key
	}
	return names
}
