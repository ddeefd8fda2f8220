package mediation

import "strings"

// Codes of the reasons why somebody is a candidate for a seat, or is none.
const (
	matchNear          = "match.near"
	matchNoDistance    = "match.distance_unknown"
	matchSkill         = "match.skill"
	matchGeneralist    = "match.generalist"
	matchOtherSkill    = "match.other_skill"
	matchLoad          = "match.load"
	matchSameArea      = "match.same_area"
	matchDialect       = "match.dialect_unknown"
	matchRecord        = "match.declines"
	matchResting       = "match.resting"
	matchKind          = "match.kind"
	matchNoAccount     = "match.no_account"
	matchUnavailable   = "match.unavailable"
	matchOnLeave       = "match.on_leave"
	matchFull          = "match.load_full"
	matchFar           = "match.too_far"
	matchOtherArea     = "match.other_area"
	matchKin           = "match.kin"
	matchParty         = "match.is_party"
	matchSameUnit      = "match.same_unit"
	matchRefused       = "match.refused_by_party"
	matchReporter      = "match.is_reporter"
	matchOnPanel       = "match.on_panel"
	matchSteppedBack   = "match.stepped_back"
	matchDeclined      = "match.declined_before"
	matchExpired       = "match.no_answer_before"
	matchStillOpen     = "match.asked_already"
	matchHoldsThisCase = "match.holds_seat"
)

// Codes of the reasons why somebody cannot take over what another held.
const (
	ReasonLocked   = "succession.locked"
	ReasonNoRecord = "succession.no_record"
	ReasonPost     = "succession.post"
	ReasonArea     = "succession.area"
)

// reasonInfo is what there is to know of one reason: its words, and whether a person who assigns by hand may overrule it.
type reasonInfo struct {
	Zh, En string // {name} stands for a parameter
	// Overrulable by force: only what is a matter of convenience. Conflicts of interest, a party's word and the panel's
	// composition are final (人民调解法 19, 20, 23), and who cannot sign in could not work the case.
	Overrulable bool
}

// reasonTable is every reason there is.
var reasonTable = map[string]reasonInfo{
	matchNear:        {Zh: "距离约{metres}米", En: "about {metres} m away"},
	matchNoDistance:  {Zh: "距离未知", En: "distance unknown"},
	matchSkill:       {Zh: "擅长此类纠纷（{category}）", En: "experienced in this kind of dispute ({category})"},
	matchGeneralist:  {Zh: "各类纠纷均可调解", En: "takes any kind of dispute"},
	matchOtherSkill:  {Zh: "专长为其他类别", En: "experienced in other kinds of dispute"},
	matchLoad:        {Zh: "尚可承办{free}件（上限{cap}件）", En: "can take {free} more of at most {cap}"},
	matchSameArea:    {Zh: "同属片区{area}", En: "serves the same area {area}"},
	matchDialect:     {Zh: "当事人方言未登记，不计分差", En: "the parties' dialect is not on record and makes no difference"},
	matchRecord:      {Zh: "此前连续婉拒{declines}次", En: "declined {declines} times in a row"},
	matchResting:     {Zh: "连续婉拒{declines}次，得分减半", En: "declined {declines} times in a row: score halved"},
	matchKind:        {Zh: "人员类别（{kind}）不符合该席位（{kinds}）", En: "a {kind} does not fit this seat ({kinds})"},
	matchNoAccount:   {Zh: "尚无账号，收不到派单", En: "has no account that an offer could reach"},
	matchUnavailable: {Zh: "本人设为暂不接单", En: "has switched to not available", Overrulable: true},
	matchOnLeave:     {Zh: "{from}至{to}请假", En: "on leave from {from} to {to}", Overrulable: true},
	matchFull:        {Zh: "在办{held}件，已达上限{cap}件", En: "holds {held} cases of at most {cap}", Overrulable: true},
	matchFar:         {Zh: "距离约{metres}米，超出{radius}米范围", En: "about {metres} m away, beyond {radius} m", Overrulable: true},
	matchOtherArea:   {Zh: "服务片区{area}不在本级范围", En: "serves {area}, outside this tier's area", Overrulable: true},
	matchKin:         {Zh: "系一方当事人的亲属，应当回避", En: "kin of a party"},
	matchParty:       {Zh: "本人就是当事人，应当回避", En: "is a party"},
	matchSameUnit:    {Zh: "与一方当事人同单位（{unit}），应当回避", En: "of the same unit as a party ({unit})"},
	matchRefused:     {Zh: "当事人已要求更换该调解员", En: "refused by a party"},
	matchReporter:    {Zh: "系本件的上报人，应当回避", En: "reported this matter"},
	matchOnPanel:     {Zh: "已在本件调解小组中", En: "sits on this panel already"},
	matchSteppedBack: {Zh: "曾承办本件后退出", En: "took this case before and left it", Overrulable: true},
	matchDeclined:    {Zh: "已婉拒过本件", En: "has declined this case", Overrulable: true},
	matchExpired:     {Zh: "此前派单逾期未应答", En: "did not answer an earlier offer of this case", Overrulable: true},
	matchStillOpen:   {Zh: "已派单，正在等待应答", En: "has been asked and may still answer", Overrulable: true},
	matchHoldsThisCase: {Zh: "本件的席位正在确认中",
		En: "a seat on this case is being confirmed"},
	ReasonLocked:   {Zh: "账号已停用", En: "the account is locked"},
	ReasonNoRecord: {Zh: "没有调解员记录，不能承接席位", En: "has no mediator's record and can take no seat"},
	ReasonPost:     {Zh: "岗位不符：须为{role}{unit}", En: "another post: it takes {role} {unit}"},
	ReasonArea:     {Zh: "辖区{area}之外，须含{needs}", En: "beyond their area {area}: it must hold {needs}"},
}

// NewReason is a reason of the table with its figures, as name, value, name, value …
func NewReason(code string, params ...string) Reason { return reason(code, params...) }

// Text is the reason in words: Chinese for "zh…", else English. An unknown code, as an older release may have stored, is
// shown as it is.
func (r Reason) Text(lang string) string {
	info, ok := reasonTable[r.Code]
	if !ok {
		return r.Code
	}
	text := info.En
	if strings.HasPrefix(lang, "zh") {
		text = info.Zh
	}
	pairs := make([]string, 0, 2*len(r.Params))
	for k, v := range r.Params {
		pairs = append(pairs, "{"+k+"}", v)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// Overrulable tells whether a person who assigns by hand may overrule this exclusion by force.
func Overrulable(r Reason) bool { return reasonTable[r.Code].Overrulable }

func reason(code string, params ...string) Reason {
	r := Reason{Code: code}
	if len(params) > 0 {
		r.Params = make(map[string]string, len(params)/2)
		for i := 0; i+1 < len(params); i += 2 {
			r.Params[params[i]] = params[i+1]
		}
	}
	return r
}
