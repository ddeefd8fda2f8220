package policy_test

import "testing"

func TestMistakesAboutWhoActsForResidents(t *testing.T) {
	const good = `proxies:
  name: {zh: 代办员, en: errand runner}
  by: [grid_worker, township_staff]
  manners: [signature]
  given_days: 30
  within: 5d
  remind: [1d]
`
	p, found := withSection(t, good)
	if len(found) > 0 {
		t.Fatal(found)
	}
	if x := p.Proxies; !x.May("grid_worker") || x.May("grid_leader") || !x.Takes("signature") || x.Takes("spoken") || x.GivenDays != 30 {
		t.Errorf("%+v", x)
	}
	mistakesAreTold(t, good, []mistake{
		{"by: [grid_worker, township_staff]", "by: []", "proxies.by", "at least one"},
		{"township_staff", "supervisor", "proxies.by[1]", "unknown value"},
		{"given_days: 30", "given_days: -1", "proxies.given_days", "between 0"},
		{"[signature]", "[wink]", "proxies.manners[0]", "unknown value"},
		{"  within: 5d\n", "", "proxies.remind", "no end to remind of"},
		{"remind: [1d]", "remind: [6d]", "proxies.remind[0]", "shorter than the limit"},
	})
}
