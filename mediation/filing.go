package mediation

import "slices"

// Which reports a case holds, and who sent them.

// file adds a report to the case; it does nothing if it is there.
func (c *Case) file(report, by, channel string) {
	if has(c.Reports, report) {
		return
	}
	c.Came = append(c.Channels(), channel)
	c.Reports, c.Filers = append(c.Reports, report), append(c.Filers, by)
	if by != "" && !has(c.Reporters, by) {
		c.Reporters = append(c.Reporters, by)
	}
}

// unfile takes a report off the case, and with it the sight of the case from whoever sent no other.
func (c *Case) unfile(report string) {
	i := slices.Index(c.Reports, report)
	if i < 0 {
		return
	}
	c.Came = slices.Delete(c.Channels(), i, i+1)
	c.Reports, c.Filers = slices.Delete(slices.Clone(c.Reports), i, i+1), slices.Delete(slices.Clone(c.Filers), i, i+1)
	c.Recalled = without(c.Recalled, report)
	c.Outside = slices.DeleteFunc(slices.Clone(c.Outside), func(o OutsideOrder) bool { return o.Report == report })
	var left []string
	for _, by := range c.Filers {
		if by != "" && !has(left, by) {
			left = append(left, by)
		}
	}
	c.Reporters = left
}

// Channels are those by which its reports came, one a report: "" where an earlier release kept none.
func (c *Case) Channels() []string {
	came := slices.Clone(c.Came)
	for i := len(came); i < len(c.Reports); i++ {
		channel := ""
		if i == 0 {
			channel = c.Channel
		}
		came = append(came, channel)
	}
	return came
}

// filer is who sent a report of the case.
func (c *Case) filer(report string) string {
	if i := slices.Index(c.Reports, report); i >= 0 {
		return c.Filers[i]
	}
	return ""
}

// standing are the senders of the reports that have not been withdrawn, one a report.
func (c *Case) standing() []string {
	var by []string
	for i, id := range c.Reports {
		if !has(c.Recalled, id) {
			by = append(by, c.Filers[i])
		}
	}
	return by
}

// Recall notes that a report has been withdrawn by its sender; whoever works on the case learns of it. With the last report that
// stood the case is withdrawn, if the state table allows that still; the order is that withdrawal.
func Recall(c *Case, report string, o Order, r Rules) error {
	if has(c.Recalled, report) || c.State == Withdrawn {
		return nil // sent again
	}
	left := slices.Clone(c.Recalled)
	c.Recalled = append(left, report)
	if len(c.standing()) == 0 {
		return Decide(c, o, r)
	}
	d := &decision{Case: c, Order: o, rules: r, pol: r.Policy}
	d.begin("report_withdrawn")
	d.event.Words = o.Words
	d.say("report", report)
	d.tellWorking(NoticeProgress)
	d.finish()
	return nil
}
