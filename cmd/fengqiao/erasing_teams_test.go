package main

import (
	"strings"
	"testing"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/team"
)

func TestWhoHasLeftIsStruckFromTheHistoryOfTeams(t *testing.T) {
	onBothStores(t, func(t *testing.T, data, address string) {
		q := begun(t, data, address)
		const login = "gw-330111001003001"
		var user string
		keep := func(change func(x *team.Team)) {
			q.open(func(in *installation, _ *mediation.Service) {
				u, err := in.Store.Users().ByLogin(t.Context(), login)
				q.must(err)
				user = u.ID
				_, err = in.Store.Teams().Change(t.Context(), "33.01.11.001.003.001", func(x *team.Team) error { change(x); return nil })
				q.must(err)
			})
		}
		keep(func(x *team.Team) {
			x.Holders = []team.Tenure{{Post: "fulltime", User: user, From: time.Now()}}
			x.Past = []team.Tenure{{Post: "parttime", User: user, How: team.Left}}
		})
		if r := q.erase("tenures", login, "--yes"); r.code != exitFailure || !strings.Contains(r.err, "erase.team") {
			t.Errorf("in office: exit %d, %s%s", r.code, r.out, r.err)
		}
		keep(func(x *team.Team) { x.Holders = nil })
		if r := q.erase("tenures", login); r.code != exitOK || !strings.Contains(r.out, "--yes") {
			t.Errorf("a dry run: exit %d, %s%s", r.code, r.out, r.err)
		}
		for range 2 {
			if r := q.erase("tenures", login, "--yes"); r.code != exitOK {
				t.Fatalf("exit %d, %s%s", r.code, r.out, r.err)
			}
		}
		keep(func(x *team.Team) {
			if len(x.Past) != 1 || x.Past[0].Post != "parttime" || len(x.People()) != 0 {
				t.Errorf("%+v", x.Past)
			}
		})
	})
}
