package policy

import (
	"slices"
	"time"
)

// Proxies says who runs errands for residents (三帮一办、代办员) and how soon. The zero value: whoever may report, with no limit.
type Proxies struct {
	Name Text // what such a helper is called
	// By are the roles that may act for a resident.
	By []string
	// Manners are the ways of consenting that suffice; none: all of ProxyManners.
	Manners []string
	// GivenDays is how many days before the matter was reported a consent may have been given at most; 0: a year.
	GivenDays int
	// Errand is how soon an errand must have its result; zero: no clock runs.
	Errand Limit
}

// ProxyManners are the ways in which a resident consents that somebody acts for them: signed, by fingerprint, by word of mouth (which
// needs a photo or a recording).
var ProxyManners = []string{"signature", "fingerprint", "spoken"}

// May tells whether somebody of the role may act for a resident.
func (p *Proxies) May(role string) bool { return len(p.By) == 0 || slices.Contains(p.By, role) }

// Takes tells whether consent that was given so suffices.
func (p *Proxies) Takes(manner string) bool {
	return len(p.Manners) == 0 || slices.Contains(p.Manners, manner)
}

// Oldest is the earliest moment at which a consent to act in a matter of that report can have been given.
func (p *Proxies) Oldest(reported time.Time) time.Time {
	if p.GivenDays > 0 {
		return reported.AddDate(0, 0, -p.GivenDays)
	}
	return reported.AddDate(-1, 0, 0)
}

var proxyKeys = []key[Proxies]{
	named(Text{"代办人的名称，如代办员", "what such a helper is called"}, func(p *Proxies) *Text { return &p.Name }),
	list("by", required, kindWords, Text{"哪些角色可以代办", "the roles that may act for a resident"}, parseWord, func(p *Proxies) *[]string { return &p.By }),
	list("manners", optional, kindWords, Text{"认可的委托方式：signature签名、fingerprint手印、spoken口头（须附凭证）；不填为都可以",
		"ways of consenting that suffice: signature, fingerprint, spoken (with proof); without it all do"}, parseWord, func(p *Proxies) *[]string { return &p.Manners }),
	count("given_days", optional, 0, 3650, Text{"委托最多可早于上报多少天；不填为一年", "how many days before the report a consent may have been given at most; without it a year"}, func(p *Proxies) *int { return &p.GivenDays }),
	span("within", optional, Text{"代办事项多久内须有结果；不填为不计时", "how soon an errand must have its result; without it no clock runs"}, func(p *Proxies) *Span { return &p.Errand.Within }),
	list("remind", optional, Text{"时限列表", "list of spans"}, Text{"到期前多久提醒，由长到短", "how long before the end to remind, longest first"}, parseSpan,
		func(p *Proxies) *[]Span { return &p.Errand.Remind }),
}

func (c *checker) checkProxies() {
	if _, read := c.at["proxies"]; !read {
		return
	}
	if _, read := c.at["proxies.by"]; read && len(c.Proxies.By) == 0 {
		c.wrong("proxies.by", "至少须有一项", "there must be at least one")
	}
	c.knownAll("proxies.by", c.Proxies.By, c.ProxyRoles)
	c.knownAll("proxies.manners", c.Proxies.Manners, ProxyManners)
	if len(c.Proxies.Errand.Remind) > 0 && c.Proxies.Errand.Within.Zero() {
		c.wrong("proxies.remind", "没有时限，无从提醒", "there is no end to remind of")
	}
	c.checkLimit("proxies", c.Proxies.Errand)
}
