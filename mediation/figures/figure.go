package figures

import (
	"math"

	"fengqiao/mediation"
)

// Unit is what a figure is measured in.
type Unit string

// The units.
const (
	Count   Unit = "count"
	Share   Unit = "share"   // between 0 and 1
	Seconds Unit = "seconds" // by the clock on the wall, nights and holidays included
)

// Figure is one row of the table: a stable key, what it is called and what it means.
type Figure struct {
	Key          string
	Unit         Unit
	Zh, En       string
	DefZh, DefEn string
	// Of is the figure: of a Share its two counts, else the value and how many cases it is of.
	Of func(*Tally) (value, of int)
	// List is the filter of the list of cases that selects exactly the cases counted, of a Share those above the line, of times those that were
	// timed; besides area, category, channel, unit and period. Where parties or consultations are counted it is their cases. Below is, of a Share,
	// those below the line.
	List, Below map[string][]string
}

// All is the table. Closed (办结) and settled (化解) are two figures, never one; and what was refused, withdrawn or walked out stays
// below the line, so that turning people away never makes a figure better.
var All = []Figure{
	{"received", Count, "收到", "received", "期间内立案的案件。并入其他案件的不另计，只计并入的那一件；但公安、法院、信访等移送来的、信访件和并案前已超期的，并案后仍各自计一件",
		"cases opened in the period. One that was joined to another is not counted beside it, unless another body handed it over, it is a petition, or it was late before: those go on counting, each by itself",
		count(func(t *Tally) int { return t.Received }), received, nil},
	{"open", Count, "在办", "open", "其中尚未了结的（含已办结待回访的）", "of these, not over yet (those that are closed and wait for the return visit among them)",
		count(func(t *Tally) int { return t.Open }), map[string][]string{"open": {"true"}}, nil},
	{"overdue", Count, "超期在办", "overdue", "在办中已过时限、时钟未暂停的，或并入的案件并案前已超期的", "of the open ones, past a limit whose clock is not paused, or joined by a case that was late before",
		count(func(t *Tally) int { return t.Overdue }), map[string][]string{"overdue": {"true"}}, nil},
	{"closed", Count, "办结", "closed", "程序已结束、其后未重新办理或转办的，回访后化解的、未化解的和其后有序退出的都在内；不等于化解",
		"the procedure is over and was not taken up again or passed on since, whether the return visit found it settled or not, or it ended in an orderly exit after that; not the same as settled",
		count(func(t *Tally) int { return t.Closed }), among(mediation.CountedClosed), nil},
	{"settled", Count, "化解", "settled", "回访确认已履行、纠纷已化解，没有当事人评价不满意，且有人评价满意（规则可不要求评价）的，现仍如此",
		"the return visit found that it was kept and the quarrel over, no party said that they were not satisfied, and one that they were (policy may ask for no such word); and it stands so still",
		count(func(t *Tally) int { return t.Settled }), inSettled, nil},
	{"concluded", Count, "有结果", "concluded", "办结，或调解不成、未化解、有序退出的", "closed, or mediation failed, the quarrel is not settled, or it ended in an orderly exit",
		count(func(t *Tally) int { return t.Concluded }), concluded, nil},
	{"closingRate", Share, "办结率", "closing rate", "办结÷收到；不予受理、撤回的也在分母里", "closed ÷ received; what was refused or withdrawn stays below the line",
		func(t *Tally) (int, int) { return t.Closed, t.Received }, among(mediation.CountedClosed), received},
	{"settlementRate", Share, "化解率", "settlement rate", "化解÷有结果", "settled ÷ concluded",
		func(t *Tally) (int, int) { return t.Settled, t.Concluded }, inSettled, concluded},
	{"timeliness", Share, "按期率", "timeliness", "办结前没有任何时限超期的÷办结", "closed without any limit passed before ÷ closed",
		func(t *Tally) (int, int) { return t.InTime, t.Closed }, among(mediation.CountedInTime), among(mediation.CountedClosed)},
	{"repeatRate", Share, "重复率", "repeat rate", "重新办理过的÷收到", "reopened at least once ÷ received",
		func(t *Tally) (int, int) { return t.Reopened, t.Received }, among(mediation.CountedReopened), received},
	{"firstPetitions", Count, "初信初访", "first petitions", "信访人第一次反映该事项的信访件，由信访人的电话或证件号比对得出；并案后由另一件继续办理的、按检举控告办理的不计",
		"petitions that were the petitioner's first on the matter, found by their phone or ID number; not what goes on in another case that it was joined to, or as an accusation",
		count(func(t *Tally) int { return t.First }), among(mediation.CountedFirst), nil},
	{"firstResolution", Share, "初信初访化解率", "first-petition resolution", "初信初访中已化解、没有重新办理也没有再次信访的÷初信初访中有结果、已了结（含不予受理、撤回）、重新办理过或再次信访的",
		"first petitions settled, not reopened and not brought again ÷ first petitions that are concluded, over (refused and withdrawn ones too), were reopened, or brought again",
		func(t *Tally) (int, int) { return t.FirstSettled, t.FirstEnded }, among(mediation.CountedFirstKept), among(mediation.CountedFirstEnded)},
	{"unitSatisfaction", Share, "对责任单位满意率", "satisfaction with the responsible unit", "信访人对责任单位满意的÷对责任单位作出评价的（每件最后一次）", "petitions whose petitioner was satisfied with the responsible unit ÷ those that said either, by the latest word",
		func(t *Tally) (int, int) { return t.UnitLiked, t.UnitRated }, among(mediation.CountedUnitLiked), among(mediation.CountedUnitRated)},
	{"officeSatisfaction", Share, "对信访工作机构满意率", "satisfaction with the petition office", "信访人对信访工作机构满意的÷对其作出评价的（每件最后一次）", "petitions whose petitioner was satisfied with the petition office ÷ those that said either, by the latest word",
		func(t *Tally) (int, int) { return t.OfficeLiked, t.OfficeRated }, among(mediation.CountedOfficeLiked), among(mediation.CountedOfficeRated)},
	{"transferred", Count, "流转", "passed on", "转办过的（给另一平台、部门或地区），包括后来收回的", "passed on at least once, to another desk, unit or area; those taken back since among them",
		count(func(t *Tally) int { return t.PassedOn }), among(mediation.CountedPassedOn), nil},
	{"onReceipt", Count, "即接即办", "settled on receipt", "收到后当场办结并答复的", "settled and answered at once on receipt",
		count(func(t *Tally) int { return t.AtOnce }), among(mediation.CountedAtOnce), nil},
	{"studied", Count, "提级研判", "escalated studies", "召集过提级研判的", "for which an escalated study was called",
		count(func(t *Tally) int { return t.Studied }), among(mediation.CountedStudied), nil},
	{"consulted", Count, "会商案件", "consulted on", "开过线上会商的案件", "cases about which a consultation of units was held, as a rule online",
		count(func(t *Tally) int { return t.Consulted }), among(mediation.CountedConsulted), nil},
	{"consultations", Count, "会商次数", "consultations held", "为这些案件开过的会商，一案多次的都计", "consultations held about them, each time counts",
		count(func(t *Tally) int { return t.Consultations }), among(mediation.CountedConsulted), nil},
	{"supervised", Count, "派督查组", "supervision teams", "派过督查组的案件；限定知悉的督办不计", "cases on which a supervision team was set, by papers that are not restricted",
		count(func(t *Tally) int { return t.Supervised }), among(mediation.CountedSupervised), nil},
	{"settledAfterSupervision", Count, "督查后化解", "settled after supervision", "派督查组之后化解的，现仍为化解", "of these, settled after the team was set on them, and settled still",
		count(func(t *Tally) int { return t.Overseen }), among(mediation.CountedOverseen), nil},
	{"confirmable", Count, "可申请司法确认", "confirmable by a court", "有调解协议可以申请司法确认的（书面、生效、法律允许法院确认）", "with an agreement that courts may confirm: in writing, in effect, of a kind that the law lets them",
		count(func(t *Tally) int { return t.Confirmable }), among(mediation.CountedConfirmable), nil},
	{"confirmationAsked", Share, "司法确认申请率", "judicial confirmation asked for", "双方在协议生效30日内共同申请的÷可申请的（人民调解法33）", "jointly asked for within 30 days of effect ÷ confirmable (People's Mediation Law 33)",
		func(t *Tally) (int, int) { return t.ConfirmAsked, t.Confirmable }, among(mediation.CountedConfirmAsked), among(mediation.CountedConfirmable)},
	{"confirmationLapsed", Count, "逾期未申请司法确认", "not asked for in time", "可申请的中，30日内没有申请的", "of the confirmable ones, those for which nobody asked within the 30 days",
		count(func(t *Tally) int { return t.ConfirmLapsed }), among(mediation.CountedConfirmLapsed), nil},
	{"confirmed", Share, "司法确认率", "confirmed by the court", "法院裁定确认有效的÷申请的", "confirmed by the court ÷ asked for",
		func(t *Tally) (int, int) { return t.Confirmed, t.ConfirmAsked }, among(mediation.CountedConfirmed), among(mediation.CountedConfirmAsked)},
	{"confirmationRefused", Count, "法院驳回确认申请", "refused by the court", "法院裁定驳回申请的", "the court refused to confirm",
		count(func(t *Tally) int { return t.ConfirmRefused }), among(mediation.CountedConfirmRefused), nil},
	{"handlingRate", Share, "处置率", "handling rate", "有结果÷收到；不予受理、撤回的也在分母里", "concluded ÷ received; what was refused or withdrawn stays below the line",
		func(t *Tally) (int, int) { return t.Concluded, t.Received }, concluded, received},
	{"satisfaction", Share, "满意率", "satisfaction", satisfiedZh, satisfiedEn,
		func(t *Tally) (int, int) { return t.Satisfied, t.Satisfied + t.Dissatisfied }, inSatisfied, inRated},
	{"acceptanceMedian", Seconds, "受理用时中位数", "median time to acceptance", "从立案到首次受理，中位数", "from opening to the first acceptance, median",
		func(t *Tally) (int, int) { return int(t.Acceptance.Median), t.Acceptance.N }, among(mediation.CountedAccepted), nil},
	{"acceptance90", Seconds, "受理用时90分位", "90th percentile of time to acceptance", "从立案到首次受理，第90百分位", "from opening to the first acceptance, 90th percentile",
		func(t *Tally) (int, int) { return int(t.Acceptance.Ninety), t.Acceptance.N }, among(mediation.CountedAccepted), nil},
	{"agreementMedian", Seconds, "达成协议用时中位数", "median time to agreement", "从立案到首次达成协议，中位数", "from opening to the first agreement, median",
		func(t *Tally) (int, int) { return int(t.Agreement.Median), t.Agreement.N }, among(mediation.CountedAgreed), nil},
	{"agreement90", Seconds, "达成协议用时90分位", "90th percentile of time to agreement", "从立案到首次达成协议，第90百分位", "from opening to the first agreement, 90th percentile",
		func(t *Tally) (int, int) { return int(t.Agreement.Ninety), t.Agreement.N }, among(mediation.CountedAgreed), nil},
	{"closingMedian", Seconds, "办结用时中位数", "median time to closing", "现为办结的，从立案到最后一次办结，中位数；重新办理不重新起算", "of what counts as closed now, from opening to the latest closing, median; reopening does not start it anew",
		func(t *Tally) (int, int) { return int(t.Closing.Median), t.Closing.N }, among(mediation.CountedClosed), nil},
	{"closing90", Seconds, "办结用时90分位", "90th percentile of time to closing", "现为办结的，从立案到最后一次办结，第90百分位", "of what counts as closed now, from opening to the latest closing, 90th percentile",
		func(t *Tally) (int, int) { return int(t.Closing.Ninety), t.Closing.N }, among(mediation.CountedClosed), nil},
}

// Satisfaction is told in two tables, by one definition.
const (
	satisfiedZh = "评价满意的当事人÷评价的当事人（本次办理，每人最后一次）"
	satisfiedEn = "parties who said that they were satisfied ÷ parties who said either, of the present turn, each by their latest word"
)

func count(of func(*Tally) int) func(*Tally) (int, int) {
	return func(t *Tally) (int, int) { return of(t), t.Received }
}

// Value is a figure of a tally; false where there is nothing to say: a share of none, a time that nothing took. Shares are rounded to
// four places, half away from zero; the counts beside them are exact.
func (f Figure) Value(t *Tally) (float64, bool) {
	v, of := f.Of(t)
	switch {
	case f.Unit == Count:
		return float64(v), true
	case of == 0:
		return 0, false
	case f.Unit == Share:
		return Rounded(float64(v) / float64(of)), true
	}
	return float64(v), true
}

// Rounded is a share to four places, half away from zero.
func Rounded(share float64) float64 { return math.Round(share*1e4) / 1e4 }

// What lists of cases are narrowed by.
var (
	received             = among(mediation.CountedReceived)
	inSettled            = map[string][]string{"state": {string(mediation.Settled)}}
	inSatisfied, inRated = among(mediation.CountedSatisfied), among(mediation.CountedRated)
	concluded            = map[string][]string{"state": {"closed", "settled", "unsettled", "failed", "exited"}}
)

// among narrows a list to a set that figures count.
func among(set mediation.Counted) map[string][]string {
	return map[string][]string{"counted": {string(set)}}
}
