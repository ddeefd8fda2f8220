package figures

import (
	"strings"

	"fengqiao/mediation"
)

// Reference is docs/figures.md, made of the table.
func Reference() string {
	var b strings.Builder
	b.WriteString(preface)
	for _, f := range All {
		b.WriteString("| `" + f.Key + "` | " + f.Zh + " " + f.En + " | " + f.DefZh + "<br>" + f.DefEn + " | " + string(f.Unit) + " | ")
		if f.List != nil {
			b.WriteString("✓")
		}
		b.WriteString(" |\n")
	}
	b.WriteString(uses)
	for _, f := range UseFigures {
		b.WriteString("| `" + f.Key + "` | " + f.Zh + " " + f.En + " | " + f.DefZh + "<br>" + f.DefEn + " | " + map[int]string{-1: "↓", 1: "↑"}[f.Aim] + " |\n")
	}
	b.WriteString(lists)
	for _, set := range mediation.CountedSets {
		b.WriteString("| `" + string(set.Key) + "` | " + set.Zh + " " + set.En + " |\n")
	}
	b.WriteString(rules)
	return b.String()
}

const preface = "# 统计 · Figures\n\n" +
	"由程序里的表生成 generated from the table: `go test ./mediation/figures -run Reference -update`.\n\n" +
	"`GET /api/v1/stats/summary`，`GET /api/v1/stats/breakdown?by=area|category|channel|unit|month|source`（`format=csv|xlsx`，前者另有 `pdf`）。\n" +
	"条件 filters: `area` `category` `channel` `unit` `source` `from` `until` `compareFrom` `compareUntil`。\n\n" +
	"| 键 key | 名称 name | 定义 definition | 单位 unit | 案件列表 list |\n|---|---|---|---|---|\n"

const uses = `
## 一降两升 · One down, two up

` + "`GET /api/v1/stats/uptake?from=…`" + `（` + "`area` `level` `until` `compareFrom` `compareUntil` `format=csv|xlsx|pdf`" + `）：规则里 ` + "`uptake`" + ` 定了按哪个来源、哪些渠道算。按片区（默认下一级，` + "`level`" + ` 选村、网格、微网格）和
县里时区的月份；整个期间与比较期比，每个月与上一个月比；` + "`reached`" + ` 是是否朝该去的方向变了，没有可比的为 null。期初、期末可能是半个月，与整月比须留意。
By the source and channels that ` + "`uptake`" + ` of the policy names; by areas, one level below or of a chosen level, and by the county's months. The period stands beside the earlier one, each month
beside the one before; ` + "`reached`" + ` tells whether a figure went where it is to go, null where there is nothing to compare. The first and the last month may be parts of one.

| 键 key | 名称 name | 定义 definition | 目标 aim |
|---|---|---|---|
`

const lists = "\n列表的条件 `counted` 的各个值 what `counted` of a list may be:\n\n| 值 word | 哪些案件 cases |\n|---|---|\n"

const rules = `
## 怎么算 · How they are counted

- **期间**：按立案时间，含起点、不含终点，精确到秒；案件按现在的状态计。给了 ` + "`from`" + ` 而没有 ` + "`until`" + `，算到现在。默认与紧邻的同样长的前一期比较，也可用
  ` + "`compareFrom` `compareUntil`" + ` 另选。**Period**: by when cases were opened, start included, end not, to the second; cases count as they stand now.
  With ` + "`from`" + ` alone it runs to now. It is compared with the period of the same length just before, or a chosen one. ` + "`" + `change` + "`" + ` 是差（比率的 1 为百分之百），` + "`" + `percent` + "`" + ` 是比前期增长的百分比，按精确的数算；前期为零则无。
  ` + "`" + `change` + "`" + ` is the difference (of shares, 1 is the whole), ` + "`" + `percent` + "`" + ` the growth over the earlier figure, of the exact counts; none over nothing. 新近立案的还没来得及办结，所以近期的办结率天然偏低
  What was opened lately has had no time to be closed: rates of recent periods are low by nature.
- **写错的条件**：规则和案件里都没有过的类别、渠道、来源拒绝（422 unknown_value）；看不到的辖区不报错，数都是零，与没有案件一样。**What cannot be asked**: a category, channel or source that neither
  the policy nor any case has is refused; an area out of sight is not, and counts nothing, as one without cases does.
- **谁看到什么**：只统计本人能在案件列表里看到的。检举控告归规则指定的上级，乡镇及以下任何数字、任何分组里都没有。**Who sees what**: what the caller's own lists
  show is counted, nothing else. Accusations lie with the unit that the policy names: no figure and no group below it holds them.
- **办结和化解是两个数**。不予受理、撤回的留在收到里，所以以收到为分母的比率不因拒收变好。以有结果、有评价为分母的（化解率、满意率）和用时，难办的一拒收就会变好，因此不作[考核指标](scorecards.md)，也不作排名。**Closed and settled are two figures.** What was refused or withdrawn stays below the
  line: turning people away makes no rate of what was received better. A rate of what has a result or was rated, and a time, does look better where hard cases
  are refused: these are no [indicators](scorecards.md), and nobody is ranked by them.
- **并案**：并入其他案件的不另计，只计并入的那一件；公安、法院、信访移送来的、信访件和并案前已超期的，并案以后照样各计一件。**转办**：计在现在所在的地方；[排名](backlog.md)里，转出的地方也照样计入收到。**删除个人信息**不影响计数。Cases that were
  joined are not counted beside the one they were joined to; what another body handed over, petitions, and what was late before go on counting by themselves, so that joining makes no figure better. Those passed on count where they lie now, and in [rankings](backlog.md) what from where they
  were passed on has received, too; erasing words changes no figure.
- **取整**：比率四舍五入到四位小数（0.9699 即 96.99 %），分子 ` + "`above`" + `、分母 ` + "`below`" + ` 是精确的；文章里的 2,673 ÷ 2,756 得 0.9699。**Rounding**: shares to
  four places, half away from zero; the counts above and below the line are exact.
- **用时**：自然时间的秒数，夜间和节假日也算。中位数、第90百分位取最近秩：排好序后第 ⌈n·p⌉ 个，不插值。**Times**: seconds by the clock on the wall, nights and
  holidays included. Percentiles by nearest rank: the ⌈n·p⌉-th in order, nothing is interpolated.
- **没有**：没有案件的比率、没有用时的中位数是 null，不是 0。A share of none and a median of nothing are null and not 0.
- **` + "`asOf`" + `**：到此刻为止的变化都已计入，通常两三秒以前（` + "`ageSeconds`" + `）。每个实例各有一份内存里的列，每个案件约 80 字节，启动后先读完所有案件，其间回答 503
  ` + "`stats.filling`" + `。时钟拨错的实例写下的变化，最迟六小时后的全读补上。Every change up to ` + "`asOf`" + ` is counted, as a rule two or three seconds ago. Each instance
  holds columns of its own, some 80 bytes a case; after a start they are read first, and until then the answer is 503. What an instance with a wrong clock
  wrote is made good by a reading of everything within six hours.
- **` + "`cases`" + `**、**` + "`casesBelow`" + `**：正好是这些案件的列表，比率另有分母的；用时是计了时的案件（` + "`timed`" + `件）；数当事人的，是这些当事人的案件。列表的条件
  ` + "`counted`" + ` 与统计数是同一份定义。归在现行网格图没有的辖区下的那一组没有列表（null）。超期按提问时刻算。The list of exactly these cases, of a share also of those below the
  line; of times those that were timed, and where parties are counted, their cases. The list's filter ` + "`counted`" + ` and the figures are one definition. Only the group of an area that
  the plan in force does not know has no list. What is overdue is judged at the moment of asking.

## 导出 · Files

- **统计表**：` + "`format=csv`、`xlsx`、`pdf`" + `，与回答里的数相同；CSV 里比率写成小数，只有表格本身。排名、积案、攻坚、一降两升、村的评定同样。**Tables of figures** hold what the answer
  holds; so do rankings, the backlog, campaigns, uptake and villages. In CSV shares stand as parts of 1.
- **案件清单**：任何一个数的 ` + "`cases`" + `、` + "`casesBelow`" + ` 在 ` + "`cases`" + ` 后面加 ` + "`/table`" + ` 就是文件（` + "`/api/v1/cases/table?…&format=csv|xlsx`" + `，积案、攻坚名单也一样）：同样的条件，同样的可见范围，不分页。
  边读边写，最多两万件，超过即拒绝，不给半份。**Lists of cases**: ` + "`/table`" + ` behind ` + "`cases`" + ` in any figure's link is the list as one file, by the same filters and the same sight; written as it is read,
  20,000 cases at most, more is refused: half a file would be taken for all.
- **个人信息**：清单里没有。` + "`parties=true`" + ` 另列当事人姓名、住址、打码的号码，与本人打开案件时看到的一样，每件记一次查看，最多200件；` + "`reveal=contact`" + ` 对有权看完整号码的人不打码，再记一次。
  **Personal data**: none, unless ` + "`parties=true`" + ` asks for it: then each case is shown as opening it would show it to the caller, numbers masked, and the opening is on record; 200 cases at most.
  ` + "`reveal=contact`" + ` shows numbers in full to who may see them, on record too.
- **公式**：以 = + - @（含全角）、制表符、换行开头的文字前面加 '，电子表格不会把它当公式。Texts that a spreadsheet could read as a formula begin with a mark of text.
`
