package policy

import "time"

// CatchAll (兜底) is what becomes of a matter that has got no case: a report that nobody placed, what an outside desk said of an order that
// never came. The zero value leaves them to the daily reminder of staff.
type CatchAll struct {
	// Within is how long a matter may lie without a case before whoever is on duty hears of it; 0: they never do.
	Within time.Duration
	// Again is how often they hear of it after that.
	Again time.Duration
	// Post of duty.posts that hears of it; "": leaders and the county's staff.
	Post string
}

// Turn is how many times a matter that lies without a case since then has fallen due by now, and when it does next.
func (c CatchAll) Turn(since, now time.Time) (turn int, next time.Time) {
	if c.Within <= 0 {
		return 0, time.Time{}
	}
	first := since.Add(c.Within)
	if now.Before(first) {
		return 0, first
	}
	if c.Again <= 0 { // once
		return 1, time.Time{}
	}
	turn = int(now.Sub(first)/c.Again) + 1
	return turn, first.Add(time.Duration(turn) * c.Again)
}

var catchAllKeys = []key[CatchAll]{
	duration("within", required, Text{"没有立案的事项（未定位的上报、工单未到的平台消息）多久即告知值班的人", "how long a matter may be without a case (a report nobody placed, a desk's words about an order that never came) before whoever is on duty hears of it"},
		func(c *CatchAll) *time.Duration { return &c.Within }),
	duration("again", required, Text{"此后每隔多久再告知", "how often they hear of it after that"}, func(c *CatchAll) *time.Duration { return &c.Again }),
	word("post", optional, Text{"告知哪个值班岗位（duty.posts）；不填为领导和县级工作人员", "which post of duty.posts hears of it; without it leaders and the county's staff"}, func(c *CatchAll) *string { return &c.Post }),
}

func (c *checker) checkCatchAll() {
	c.known("catch_all.post", c.CatchAll.Post, keysOf(c.Duty.Posts, func(p DutyPost) string { return p.Key }))
	if c.CatchAll.Within > 0 && c.CatchAll.Again < time.Minute {
		c.wrong("catch_all.again", "至少1分钟", "at least one minute")
	}
}
