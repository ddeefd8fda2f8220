package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fengqiao/fixtures"
	"fengqiao/mediation"
	"fengqiao/mediation/council"
	"fengqiao/mediation/hall"
	"fengqiao/mediation/opinion"
	"fengqiao/mediation/slip"
)

// meet stores a meeting that ended so many days ago, with two villagers of one name, of whom one is found by their phone as well.
func (q *quarrel) meet(id string, days int) {
	q.t.Helper()
	q.open(func(in *installation, s *mediation.Service) {
		ctx := context.Background()
		at := time.Now().AddDate(0, 0, -days).UTC()
		m := council.Meeting{ID: id, Area: "33.01.11.001.002.001", Convener: "leader", At: at, Made: at, State: council.Minuted, Revision: 1}
		seal := func(text string) (string, mediation.Sealed) {
			key, err := in.ring.NewKey(ctx)
			q.must(err)
			v, err := in.ring.Seal(ctx, key, []byte(text))
			q.must(err)
			return key, v
		}
		m.Key, m.Topic = seal(itsWords)
		for i, match := range [][]string{{mediation.PhoneMatch(in.ring, s.Phone(theirPhone))}, nil} {
			_, name := seal(theirName)
			m.Invited = append(m.Invited, council.Invitee{ID: "v" + string(rune('1'+i)), Name: name, Match: append(match, council.NameMatch(in.ring, theirName)), Attended: true})
		}
		q.must(in.Store.Meetings().Open(ctx, m))
	})
}

// meetingSays is what can still be read of a meeting, and how many its villagers are found by: their phone, their name.
func (q *quarrel) meetingSays(id string) (text string, found [2]int, came int) {
	q.t.Helper()
	q.open(func(in *installation, s *mediation.Service) {
		ctx := context.Background()
		m, err := in.Store.Meetings().Load(ctx, id)
		q.must(err)
		for _, v := range []mediation.Sealed{m.Topic, m.Invited[0].Name, m.Invited[1].Name} {
			plain, err := in.reading(ctx, v)
			q.must(err)
			text += plain + ";"
		}
		room := council.Invitations{Eraser: in.meetingEraser()}
		for i, hashes := range [][]string{s.Hashes(theirPhone), {council.NameMatch(in.ring, theirName)}} {
			ids, _, err := room.OfPerson(ctx, hashes)
			q.must(err)
			found[i] = len(ids)
		}
		came = m.Attended()
	})
	return text, found, came
}

func (q *quarrel) expectMeeting(when, id, text string, found [2]int) {
	q.t.Helper()
	got, by, came := q.meetingSays(id)
	if got != text || by != found || came != 2 {
		q.t.Errorf("%s: %q, found %v, came %d", when, got, by, came)
	}
}

// ended says that a paper ended so many days ago.
func (q *quarrel) ended(paper string, days int) {
	q.t.Helper()
	q.open(func(in *installation, _ *mediation.Service) {
		_, err := in.Store.Slips().Update(context.Background(), paper, func(s *slip.Slip) error { s.Ended = time.Now().AddDate(0, 0, -days); return nil })
		q.must(err)
	})
}

func TestAVillagerIsErasedFromMeetingsByPhoneAndByName(t *testing.T) {
	onBothStores(t, func(t *testing.T, data, address string) {
		q := begun(t, data, address)
		q.end()
		q.meet("met", 30)
		if r := q.erase("person"); r.code != exitOK || !strings.Contains(r.out, "invited to 1 meetings") {
			t.Errorf("a dry run: exit %d, %s%s", r.code, r.out, r.err)
		}
		if r := runCommand(t.Context(), theirPhone+"\n", q.args("disclose")...); !strings.Contains(r.out, `"invitations"`) || !strings.Contains(r.out, itsWords) {
			t.Errorf("their copy: exit %d, %s%s", r.code, r.out, r.err)
		}
		for range 2 {
			if r := q.erase("person", "--yes"); r.code != exitOK {
				t.Fatalf("exit %d, %s%s", r.code, r.out, r.err)
			}
			q.expectMeeting("erased by phone", "met", itsWords+";;"+theirName+";", [2]int{0, 1})
		}
		r := runCommand(t.Context(), theirName+"\n", q.args("erase", "villager")...)
		if r.code != exitOK || !strings.Contains(r.out, "met/v2") || strings.Contains(r.out, "met/v1") || strings.Contains(r.out+r.err, theirName) {
			t.Errorf("by name: exit %d, %s%s", r.code, r.out, r.err)
		}
		if r := q.erase("villager", "met/v2"); r.code != exitOK || !strings.Contains(r.out, "--yes") {
			t.Errorf("a dry run: exit %d, %s%s", r.code, r.out, r.err)
		}
		q.expectMeeting("after it was only listed", "met", itsWords+";;"+theirName+";", [2]int{0, 1})
		for range 2 {
			if r := q.erase("villager", "met/v2", "--yes"); r.code != exitOK {
				t.Fatalf("exit %d, %s%s", r.code, r.out, r.err)
			}
		}
		q.expectMeeting("erased by name", "met", itsWords+";;;", [2]int{0, 0})
		if r := q.erase("villager", "met/v9", "--yes"); r.code != exitFailure {
			t.Errorf("one that is not there: exit %d", r.code)
		}
		if out := ok(t, q.args("verify")...); !strings.Contains(out, "0 problems") {
			t.Error(out)
		}
	})
}

func TestABackupBringsBackNoVillagerWhoWasErasedSince(t *testing.T) {
	data := countyData(t)
	q := begun(t, data, "")
	q.end()
	q.meet("met", 30)
	q.meet("long-ago", 4000)
	q.paperOf("old-paper", "", slip.Withdrawn)
	q.ended("old-paper", 4000)
	backup, kept := filepath.Join(t.TempDir(), "backup"), filepath.Join(t.TempDir(), "kept")
	ok(t, "backup", backup, "--data", data)
	if r := q.erase("person", "--yes"); r.code != exitOK {
		t.Fatalf("exit %d, %s%s", r.code, r.out, r.err)
	}
	ok(t, q.args("erase", "due", "--yes")...)
	ok(t, "checkpoint", "make", "--data", data)
	ok(t, "checkpoint", "export", kept, "--data", data)
	restored := *q
	restored.data = t.TempDir()
	bringKey(t, data, restored.data)
	ok(t, "restore", backup, "--data", restored.data, "--erasures", kept)
	for _, at := range []*quarrel{q, &restored} {
		at.expectMeeting("one villager was erased", "met", itsWords+";;"+theirName+";", [2]int{0, 1})
		at.expectMeeting("all was", "long-ago", ";;;", [2]int{0, 1})
		if text := at.paperSays("old-paper"); text != "" {
			t.Errorf("the paper says %q", text)
		}
		if out := ok(t, at.args("verify")...); !strings.Contains(out, "0 problems") {
			t.Error(out)
		}
	}
}

func TestWhatRoomsBesideCasesHaveKeptLongEnoughIsLetGoOf(t *testing.T) {
	onBothStores(t, func(t *testing.T, data, address string) {
		q := begun(t, data, address)
		src, err := fixtures.Policy("fuyang")
		q.must(err)
		file := write(t, "policy.yaml", strings.Replace(string(src), "meeting_days: 1825, slip_days: 1825, visit_days: 365", "meeting_days: 100, slip_days: 100, visit_days: 100", 1))
		ok(t, q.args("import", "policy", file)...)
		q.meet("recent", 99)
		q.meet("old", 101)
		q.suggest("answered", opinion.Decided, othersPhone)
		q.paperOf("open", "", slip.Issued)
		q.paperOf("of-a-case", q.id, slip.Accepted)
		for id, days := range map[string]int{"ended-late": 99, "ended-long-ago": 101} {
			q.paperOf(id, "", slip.Accepted)
			q.ended(id, days)
			q.open(func(in *installation, _ *mediation.Service) {
				came := time.Now().AddDate(0, 0, -days)
				_, _, err = in.Store.Visits().Register(t.Context(), hall.Visit{ID: id, Hall: "here", Day: came.Format(time.DateOnly), Came: came, Stands: hall.Done, Report: q.rep,
					Turns: []hall.Turn{{Function: "reception", By: "clerk", How: hall.Served}}})
				q.must(err)
			})
		}
		if out := ok(t, q.args("erase", "due")...); !strings.Contains(out, "due: 1 meetings") || !strings.Contains(out, "due: 1 papers") || !strings.Contains(out, "due: 1 visits") || !strings.Contains(out, "due: 1 collections") || !strings.Contains(out, "--yes") {
			t.Errorf("what is due: %s", out)
		}
		q.expectMeeting("after it was only listed", "old", itsWords+";"+theirName+";"+theirName+";", [2]int{2, 4})
		ok(t, q.args("erase", "due", "--yes")...)
		if out := ok(t, q.args("erase", "due")...); strings.Contains(out, "due: 1") {
			t.Errorf("due again: %s", out)
		}
		q.expectMeeting("long enough", "old", ";;;", [2]int{1, 2})
		q.expectMeeting("not yet", "recent", itsWords+";"+theirName+";"+theirName+";", [2]int{1, 2})
		for id, want := range map[string]string{"open": itsWords, "of-a-case": itsWords, "ended-late": itsWords, "ended-long-ago": ""} {
			if got := q.paperSays(id); got != want {
				t.Errorf("the paper %s says %q", id, got)
			}
		}
		if text, outcome := q.suggestionSays("answered"); text != "" || !outcome {
			t.Errorf("the suggestion says %q, its outcome is there: %v", text, outcome)
		}
		q.open(func(in *installation, _ *mediation.Service) {
			for id, linked := range map[string]string{"ended-late": q.rep, "ended-long-ago": ""} {
				v, err := in.Store.Visits().Load(t.Context(), id)
				q.must(err)
				if v.Report != linked || (v.Turns[0].By == "") != (linked == "") || len(v.Outcomes()[""]) != 2 {
					t.Errorf("the visit %s: %+v, %v", id, v, v.Outcomes())
				}
			}
		})
		q.expect("the case", "name said words photo found search")
	})
}
