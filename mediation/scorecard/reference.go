package scorecard

import (
	"fmt"
	"strings"

	"fengqiao/mediation/figures"
	"fengqiao/mediation/policy"
)

// Reference is docs/scorecards.md, made of the lists by which cards are read.
func Reference() string {
	var b strings.Builder
	b.WriteString(referenceHead)
	b.WriteString(policy.ScorecardRows())
	b.WriteString(referenceFormulas)
	for _, t := range figures.Terms {
		list := ""
		if t.List != nil {
			list = "案件 cases"
		}
		if t.Slips {
			list = "文书 slips"
		}
		fmt.Fprintf(&b, "| `%s` | %s %s | %s<br>%s | %s | %s |\n", t.Key, t.Zh, t.En, t.DefZh, t.DefEn, t.Unit, list)
	}
	b.WriteString(referenceLaw)
	for l, of := range []string{"不予受理一件 one case more is refused", "撤回一件 one case more is withdrawn", "少收一件 one case less comes in"} {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", of, lawTexts[law(l)].Zh, lawTexts[law(l)].En)
	}
	b.WriteString(referenceRest)
	return b.String()
}

const referenceHead = `# 评价指数 · Scorecards

<!-- Generated from mediation/scorecard and mediation/policy/scorecard.go; write it anew with: go test ./mediation/scorecard -run Reference -update -->

评价指数是本县的数据：几个维度，各有权重；每个维度几项指标，各有权重、公式、目标值和底线值。按乡镇（街道）、成员单位、干部，按月、季、年计算；每个数都能点到
案件。月度自动定格。样例见 [fixtures/scorecards/anji.yaml](../fixtures/scorecards/anji.yaml)。

A scorecard is a county's own data: weighted dimensions of weighted indicators, each a formula with a target and a floor. It is reckoned by
township, member unit and official, by month, quarter and year; every count leads to its cases, and months are frozen by themselves.

` + "```" + `
fengqiao scorecard check anji.yaml      # 只检查 checks alone
fengqiao import scorecard anji.yaml     # 导入并生效 puts it in force
GET  /api/v1/scorecards                                   # 生效的 in force
GET  /api/v1/scorecards/anji/results?by=area&period=2026-03&trend=3
POST /api/v1/scorecards/anji/snapshots {"month": "2026-03"}
GET  /api/v1/scorecards/anji/snapshots/2026-03?by=unit    # 定格时与现在 then and now
GET  /api/v1/scorecards/anji/results?by=unit&format=xlsx  # 总表和每个单位一份报告；pdf亦可 a table of all and a report of each; or pdf
GET  /api/v1/officials/{id}/file?format=pdf               # 一人一档 an official's file
` + "```" + `

看：县级工作人员、督查员、包案领导，各在辖区之内；定格：辖区包含全部网格图的县级工作人员、督查员；导入：全域管理员。人人都能看指标怎么定的。
Reading is for county staff, supervisors and leaders within their area; freezing for county staff and supervisors of all of the plan; importing for its
administrators. What is measured anybody with an account may read.

## 文件 · The file

| 键 key | 类型 type | 必填 required | 含义 | meaning |
|---|---|---|---|---|
`

const referenceFormulas = `
## 公式 · Formulas

一行算术：数字、下表的名称、` + "`+ - * /`" + `、比较、` + "`and or not`" + `、` + "`条件 ? 甲 : 乙`" + `，函数 ` + "`min(a, b)` `max(a, b)` `abs(a)`" + `。没有循环、变量、列表、文字和乘方；最多400个
字符、100个部分，数字不超过10⁹。导入时逐个检查：不认识的名称、类型不符、循环、恒除以零、不含任何名称的，都按文件、行、列、键拒绝。
A line of arithmetic: numbers, the names below, ` + "`+ - * /`" + `, comparisons, ` + "`and or not`" + `, ` + "`condition ? a : b`" + `, and the functions min, max and abs. No loops,
variables, lists, text or powers; 400 characters, 100 parts and numbers of 10⁹ at most. All of it is checked when the file is loaded, and what is wrong is refused by
file, line, column and key: unknown names, wrong types, loops, division by what is always zero, formulas that name nothing.

**没有值 No value**：公式用到的任何一个名称没有值（没有案件的比率、没有用时的中位数），或计算中除以零，这项指标就没有值——不是0，也不是错误；条件里
没走到的分支除外。没有值的指标连同权重一起不计，` + "`covered`" + ` 写明有值的权重占多少。
An indicator has no value where any name that its formula uses has none (a share of nothing, a median of nothing), or where anything is divided by zero on the way
(a branch that is not taken does not count). That is neither 0 nor an error: it is left out together with its weight, and ` + "`covered`" + ` says which share of the
weights has a value.

| 名称 name | 叫法 called | 定义 definition | 单位 unit | 列表 list |
|---|---|---|---|---|
`

const referenceLaw = `
比率是0到1，用时是秒。案件的定义与 [figures.md](figures.md) 的统计数是同一份；督办文书的见 [slips.md](slips.md)。每个数都带着正好是这些案件或文书的列表，比率的分子、分母各一份；` + "`newlyLate`" + ` 按第一次超期的时间划期。
Shares are between 0 and 1, times are seconds. Those of cases are the figures of figures.md, from one table; those of papers of supervision are told in slips.md. Each leads to the list of
exactly its cases or papers, a share to two; the period of newlyLate is by when cases were first late.

## 计分 · Points

单项 = 100 ×（值 − 底线）÷（目标 − 底线），不低于0，不高于100，两位小数；` + "`bounds`" + ` 先把值收到范围内。维度 = 有值各项的加权平均；总分 = 有值各维度的加权平均。
An indicator earns 100 × (value − floor) ÷ (target − floor), held between 0 and 100, to two places; bounds hold the value first. A dimension is the weighted mean of
its indicators that have a value, the whole that of its dimensions.

## 法律不许的指标 · What the law forbids to reward

导入时逐一推算：有一件案件不予受理、撤回，或者没有收进来，得分会往哪边走；推不准的按两边都算。得分因此变高的公式不许：
When a card is imported it is reckoned which way the score goes where one case is refused, is withdrawn, or never comes in; both ways where that cannot be told. A formula
whose score gets better by it is refused:

| 发生什么 what happens | 不许 | not allowed |
|---|---|---|
`

const referenceRest = `
不予受理或撤回一件，是 ` + "`state_not_accepted`" + ` 或 ` + "`state_withdrawn`" + ` 多一件，同时 ` + "`open`" + `、它原来的状态（` + "`state_reported` `state_screened` `state_offered`" + `）少一件，` + "`overdue`" + ` 可能少一件，
都算在内。所以“超期在办越少越好”“待甄别越少越好”不许：拒收正好使它变好。把不予受理、撤回的一并算进去就可以，如
` + "`(state_reported + state_not_accepted + state_withdrawn) / received`" + `。以前导入的版本照旧可读、可算，再次导入时按此检查。
A case that is refused or withdrawn is one more in that state and, at once, one less of those open, of those in the state that it leaves and perhaps of those overdue; all of
it is reckoned. So few overdue or few unscreened may not be what is good: refusing would bring it about. Count the refused and withdrawn along with them. Versions that were
imported before stay readable and are reckoned as they are; imported again they are held to this.

拒收还要同这件案件本来会有的坏结果比：办结而没有化解、未化解、调解不成、退出，超期，重新办理，当事人不满意。只数这些而不数拒收的，难办的一拒收就好看了，所以 ` + "`settlementRate` `satisfaction` `timeliness` `repeatRate`" + `
和各种用时都不能当指标（统计里照样有）。可以写成 ` + "`settled / (concluded + state_not_accepted)`、`satisfiedCases / (ratedCases + state_not_accepted)`、`inTime / received`、`(breached + state_not_accepted) / received`" + `。
撤回不这样比：事情了了自己撤回是当事人的权利。无信访村的条件里有“` + "`state_not_accepted`" + `不多于零”一条的，其余各条不再这样比，因为拒收一件就不通过。
A refusal is held, too, against the bad end that the case might have come to: closed or exited without a settlement, failed, late, taken up again, a party dissatisfied. Who counts
those and forgets the refused looks better for each hard case that is refused. So settlementRate, satisfaction, timeliness, repeatRate and all times are no indicators (they stay
figures); write them as above, with the refused below or above the line. A withdrawal is not held against a bad end: to take back what is no matter any more is everybody's right. Where
a village passes only if nothing was refused, its other criteria are not held to this.

“收到”作件数比率的分母不受最后一条限制：不予受理、撤回的都留在分母里，拒收换不来分。The last rule leaves alone what divides a number of cases: who is refused stays
below the line.

## 期间、对象、口径 · Periods, subjects, what counts

- **期间**：` + "`2026-03`、`2026-Q1`、`2026`" + `，按规则里的时区；案件按立案时间划期、按现状计。近期的案件还没来得及办结，分数天然偏低。By when cases were opened, as
  they stand now; recent periods are low by nature.
- **乡镇**：本人辖区的下一级；没有案件的也列出。归县级本身的案件只在合计里。**Areas**: one level below the caller's own; cases that lie with that area itself count in the
  whole alone.
- **成员单位**：案件现在所在的单位；文件里 ` + "`units`" + ` 列的总有一行。**Units**: where a case lies now; those that the file names always have a line.
- **干部**：以乡镇、县级、部门工作人员或包案领导身份办过该案的人，一案对每个人都计。只列辖区内的账号。**Officials**: who gave the case a command in one of these
  roles; it counts for each of them. Only accounts of the caller's area are listed.
- **定格**：月份结束 ` + "`settle_days`" + ` 天后自动定格一次，也可以提前手工定格；写明谁、何时、按哪一版；此后不变，再定格得到原来那份。旁边按同一版重新计算，写出差别。迟于该时刻才定格的（服务器停着、或补定以前的月份），按当时的案件计，写明 ` + "`late`" + `。看不到全域的人只看得到辖区内各乡镇的行。
  **Frozen months** are kept once, by themselves so many days after the month's end or sooner by hand, with who, when and by which version, and never change. One that was
  frozen later, since the server stood still or for a month before the card, counts the cases as they stood then and says so. Beside them the same version is reckoned again. Who does not see all of the ground
  sees the lines of their own areas alone. 对某人保密的案件（写明了被控告人的检举控告）不计入定格的数和旁边的“现在”，谁看都一样。Cases that are kept from anybody, accusations whose accused
  are entered, are neither in frozen figures nor in what stands beside them, whoever reads.
- **检举控告、线索**：公式的名称里没有一个是某一类别、某一渠道或限定知悉的文书的数，单挑不出检举控告；评的是读的人看得到的案件，对其保密的案件和关于它们的文书不在任何一行。
  **Accusations and clues**: no name of formulas is of a category, of a channel or of restricted papers, so that none can single accusations out; what is kept from who reads, and papers about it, are
  in no line. ` + "`TestNoFormulaTellsOfWhatIsKept`" + `

## 导出 · Exports

XLSX和PDF里是同一回答里的数：总表一张，每个乡镇、单位或干部一份报告（安吉的39份 = 15个乡镇 + 24个成员单位）。` + "`subject`" + ` 只要其中一份。导出里没有任何当事人信息；同样的数导出的
字节相同（` + "`asOf`" + ` 相同）。文字不会被当作公式。XLSX and PDF hold what the view of the same request holds: a table of all and a report of each township, unit or official
(Anji's 39 are 15 townships and 24 member units); subject asks for one. Nothing in them is of a party, the same figures (as of the same moment) make the same bytes, and
no text is read as a formula.

**一期全部报告** ` + "`GET /api/v1/scorecards/{key}/reports?period=2026-03`" + `：一个压缩包，每个乡镇（街道）、每个成员单位各一份 PDF、一份 XLSX（安吉39份），另有总表；
` + "`by=official`" + ` 为每名干部一份，` + "`format=xlsx`" + ` 只要一种；一次至多1000份，边生成边发送，中断的压缩包打不开，重取即可。All reports of a period in one ZIP: for each
township and each member unit a PDF and an XLSX (Anji's 39), and a table of all; by=official for a report of each person. 1,000 at most; it is made while it is sent, and one that
broke off does not open.

` + "```" + `
curl -H "Authorization: Bearer $TOKEN" -o 2026-03.zip "$URL/api/v1/scorecards/anji/reports?period=2026-03"
curl -H "Authorization: Bearer $TOKEN" -o people.zip "$URL/api/v1/scorecards/anji/reports?period=2026-03&by=official&format=pdf"
` + "```" + `

PDF要用带中文的字体，程序不带字体：装 Debian、Ubuntu 的 fonts-wqy-microhei（Apache-2.0，或 GPL-3 加嵌入例外），或用 ` + "`--pdf-font`" + ` 指定一个 TrueType 字体（.ttf、.ttc；OTF 不行）。
没有字体时 PDF 回答 501 ` + "`no_font`" + `，XLSX 照常。PDF needs a font with Chinese in it, and the program brings none: install fonts-wqy-microhei of Debian or Ubuntu (Apache-2.0, or
GPL-3 with the exception for embedding), or name a TrueType font by --pdf-font. Without one PDF is answered 501 no_font, and XLSX goes on.

**一人一档** ` + "`/api/v1/officials/{id}/file`" + `：其办过案件的各项统计、发给本人的督办文书、历月定格得分、最新500件案件（无当事人信息）、移出和接收的工作移交，移交时定下的各项数（[handover.md](handover.md)）。An official's file: the figures of the cases that they acted
on, of the papers of supervision to them, their points in frozen months, the newest 500 cases, the hand-overs given and received, with the figures as they were kept then.
`
