package mediation

import (
	"os"
	"strings"
	"testing"
	"time"

	"fengqiao/mediation/policy"
)

// onReceipt are Fuyang's rules with what is settled at once.
func onReceipt(t testing.TB) Rules {
	t.Helper()
	src, err := os.ReadFile(fuyangPolicy)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(src), "  number_format:", "  on_receipt: {within: 2h, max_severity: 2}\n  number_format:", 1)
	p, err := policy.Load(fuyangPolicy, []byte(text), PolicyVocabulary())
	if err != nil {
		t.Fatal(err)
	}
	return rulesFor(p)
}

func TestAMatterIsSettledAtOnceWithAnAnswer(t *testing.T) {
	s := beginWith(t, onReceipt(t), nil)
	s.refuses(staff, SettleAtOnce{}, "required").refuses(elder, SettleAtOnce{Answer: "a"}, "forbidden")
	s.do(staff, SettleAtOnce{Answer: "已当场清运，占道物品移走。"}).is(Closed)
	if s.c.Answer == nil || s.c.Answer.By != staff.ID || s.c.Closed != s.at || s.c.Outcome == nil || s.c.Outcome.Reason != ReasonOnReceipt {
		t.Fatalf("%+v %+v", s.c.Answer, s.c.Outcome)
	}
	s.tells("case_progress to u-walker")
	s.do(walker, RecordFollowUp{Kept: true, Resolved: true}).do(staff, Rate{Behalf: Behalf{Party: "p1"}, Satisfied: true}).is(Settled)
	s.do(staff, Reopen{Reason: "again"})
	if s.c.Answer != nil {
		t.Error("the answer of the last turn answers this one")
	}
	s.refuses(staff, SettleAtOnce{Answer: "a"}, "need.on_receipt") // what comes back is no trifle
}

func TestOnlyWhatThePolicyLetsIsSettledAtOnce(t *testing.T) {
	begin(t, nil).refuses(staff, SettleAtOnce{Answer: "a"}, "need.on_receipt") // Fuyang says nothing of it
	beginWith(t, onReceipt(t), func(r *Report) { r.Severity = 3 }).refuses(staff, SettleAtOnce{Answer: "a"}, "need.on_receipt")
	beginWith(t, onReceipt(t), func(r *Report) { r.Emergency = true }).refuses(staff, SettleAtOnce{Answer: "a"}, "case.state")
	late := beginWith(t, onReceipt(t), nil)
	late.at = late.at.Add(2 * time.Hour)
	late.refuses(staff, SettleAtOnce{Answer: "a"}, "need.on_receipt")
}

func TestAnAnswerIsGivenAtAnyTimeAndTheLatestCounts(t *testing.T) {
	s := begin(t, nil)
	s.refuses(staff, Reply{}, "required").do(staff, Reply{Text: "正在办理"}).do(staff, Reply{Text: "已办好"})
	if string(s.c.Answer.Words.Box) != "已办好" {
		t.Errorf("%+v", s.c.Answer)
	}
	s.tells("case_progress to u-walker")
	s.do(staff, Refuse{Route: "court", Reason: "not_civil"}).do(staff, Reply{Text: "已告知诉讼途径"})
}
