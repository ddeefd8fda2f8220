package policy

import (
	"fmt"
	"slices"
	"strings"
)

// Reference is the policy file's reference as a Markdown page, made from the lists by which Load reads.
func Reference() string {
	var b strings.Builder
	b.WriteString(referenceHead)
	writeRows(&b, rowsOf("", policyKeys(Vocabulary{})))
	needs := slices.Clone(ClosingNeeds)
	for i := range needs {
		needs[i] = "`" + needs[i] + "`"
	}
	fmt.Fprintf(&b, referenceTail, strings.Join(needs, ", "))
	return b.String()
}

const referenceHead = `# 县级规则文件 · The policy file

<!-- Generated from mediation/policy/schema.go; write it anew with: go test ./mediation/policy -run Reference -update -->

一个县（市、区）一份YAML文件，载入时逐项核对；所有问题一次列出，注明文件、行、列、键和原因。案件按立案时的版本办理，除非新版写明
appliesTo: open（[在办案件](rollouts.md)）。

One YAML file per county, checked on import: everything that is wrong is listed at once with file, line, column, key and reason. A case
is judged under the version it was opened under, unless a newer one says appliesTo: open ([open cases](rollouts.md)).

| 键 key | 类型 type | 必填 required | 含义 | meaning |
|---|---|---|---|---|
`

const referenceTail = `
## 类型 · Types

- **时限 span**: ` + "`30m`, `24h`" + ` 按钟点昼夜不停；` + "`15d`" + ` 为日历日，当日不计入，末日为休息日的顺延至其后第一个工作日，至当日24时止（民法典201、203条）；` + "`5wd`" + ` 为工作日，只计办公时间；法规规定的工作日（` + "`petition.object`" + `）当日不计入，至末日24时止。
  Hours and minutes run round the clock; ` + "`d`" + ` are calendar days (the first is not counted, the last, or the first working day after it, ends at
  midnight: Civil Code 201, 203); ` + "`wd`" + ` are working days and count opening hours only, but where
  the regulation sets them (` + "`petition.object`" + `): the first is not counted, the last ends at midnight.
- **时长 duration**: ` + "`5m`, `12h`, `30d`" + `，一日为24小时; a day is 24 hours.
- **标识符 word**: 小写字母、数字、下划线; lower-case letters, digits and underscores. 纯数字须加引号 (quote one of digits only: ` + "`\"110\"`" + `).
- **时刻 time of day**: ` + "`\"08:30\"`" + `.
- **closing.needs**: %s.
- **clocks.states.\***: 状态见状态表，未终结的状态（中止除外）都须有时限；` + "`closed`" + ` 的时限即回访期限。
  The states are those of the state table; every state that is not an end, suspension apart, must have a clock; that of ` + "`closed`" + ` is the return visit's.
- **stages**: 环节与状态并行计时，昼夜不停（以时、分计）；案件办结、终结，或经法定途径转出后不再计；转给指名单位的照计。新的一轮才重新起算，收回的接着走（[stages.md](stages.md)）。
  Stages run beside the states; they end when the case is closed or over, or goes down a lawful road; passed to a unit by name they run on. A new turn alone begins them anew; taken back they go on ([stages.md](stages.md)).
- **suspension**: 因所列原因之外的不得中止；停计期满自动恢复。没有这一节的：任何原因都可中止，本环节和全案照走，环节按各自的 ` + "`pauses`" + ` 停计，每个原因累计至多30日。
  For no other reason than those listed; a pause ends by itself. Without the section any reason suspends, the clocks of the step and of the whole case run on, and stages stand still by their own ` + "`pauses`" + `, 30 days in all for each reason.
- 不支持锚点、引用、标签和多文档; anchors, aliases, tags and several documents are not allowed.
`

// ScorecardRows are the keys of a scorecard's file as rows of a Markdown table.
func ScorecardRows() string {
	var b strings.Builder
	writeRows(&b, rowsOf("", scorecardKeys))
	return b.String()
}

func writeRows(b *strings.Builder, rows []row) {
	for _, r := range rows {
		must := ""
		if r.required {
			must = "✓"
		}
		fmt.Fprintf(b, "| `%s` | %s %s | %s | %s | %s |\n", r.path, r.kind.Zh, r.kind.En, must, r.means.Zh, r.means.En)
	}
}
