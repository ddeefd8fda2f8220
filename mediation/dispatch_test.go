package mediation_test

import (
	"testing"
	"time"

	"fengqiao/internal/storetest"
	"fengqiao/mediation"
)

// TestARuleHasKindsOfMediatorsAskedFirst: the full-time mediator alone is asked, although an elder could be; when nobody of the rule's kinds is left to
// ask, the others are, so that no rule leaves a matter without anybody.
func TestARuleHasKindsOfMediatorsAskedFirst(t *testing.T) {
	o := office(t, "closing:\n", `dispatch:
  - {key: from_110, name: {zh: 110转来的先派专职调解员, en: full-time first}, on: accepted, channels: ["110"], kinds: [fulltime]}
  - {key: rest, name: {zh: 其余告知单位, en: the rest}, on: accepted, categories: [contract], unit: 某局}
closing:
`)
	elder, full := o.Hire(t, "elder", "village", "33.01.11.001.002", 0), o.Hire(t, "fulltime", "village", "33.01.11.001.002", 9)
	asked := func(c mediation.Case) string {
		kinds := ""
		for _, of := range c.Offers {
			if of.State == mediation.OfferOpen {
				kinds += map[string]string{elder.Mediator: "elder ", full.Mediator: "fulltime "}[of.Mediator]
			}
		}
		return kinds
	}
	from := func(channel string) mediation.Case {
		t.Helper()
		in := storetest.Quarrel(storetest.CellA)
		in.Channel = channel
		c := o.Report(t, o.Worker(), in)
		if c.State == mediation.Reported {
			o.Must(t, storetest.County, c.ID, mediation.Accept{})
		}
		o.Settle(t)
		return o.Read(t, c.ID)
	}
	if got := asked(from("app")); got != "elder " && got != "elder fulltime " && got != "fulltime elder " {
		t.Fatalf("without a rule: %q", got)
	}
	c := from("110")
	if got := asked(c); got != "fulltime " {
		t.Fatalf("from 110: %q", got)
	}
	by := ""
	for _, e := range c.Events {
		if e.Data["kind_rule"] != "" {
			by += e.Data["kind_rule"] + ":" + e.Data["kinds"]
		}
	}
	if by != "from_110:fulltime" {
		t.Errorf("the timeline says %q", by)
	}
	o.Must(t, full, c.ID, mediation.Decline{Offer: storetest.OfferOf(&c, full), Reason: "busy"})
	o.Pass(time.Minute)
	o.Settle(t)
	if got := asked(o.Read(t, c.ID)); got != "elder " {
		t.Errorf("when they have declined: %q", got)
	}
}
