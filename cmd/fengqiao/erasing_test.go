package main

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"fengqiao/cmd/fengqiao/internal/settings"
	"fengqiao/fixtures"
	"fengqiao/internal/media"
	"fengqiao/internal/mongotest"
	"fengqiao/mediation"
)

// quarrel is a case with a party, a photo and words of both, that has ended.
type quarrel struct {
	t             *testing.T
	data, store   string
	id, rep       string
	party         string
	worker, staff mediation.Actor
}

const (
	theirPhone = "13912345678"
	theirName  = "王某某"
	theirWords = "我不同意这样处理"
	itsWords   = "楼上漏水多次争吵"
)

// open opens the installation for a moment.
func (q *quarrel) open(fn func(in *installation, s *mediation.Service)) {
	q.t.Helper()
	in, err := openInstallation(q.t.Context(), &settings.Values{Data: q.data, Store: q.store, HashMemory: 64, HashPasses: 1, HashLanes: 1, HashAtOnce: 1}, bare)
	if err != nil {
		q.t.Fatal(err)
	}
	photos := media.New(in.Store.Photos(), in.Blobs, in.ring, media.Options{})
	fn(in, in.service(in.eraser().Atlas, photos, time.Now, slog.New(slog.DiscardHandler)))
	if err := in.Close(); err != nil {
		q.t.Fatal(err)
	}
}

func (q *quarrel) must(err error) {
	q.t.Helper()
	if err != nil {
		q.t.Fatal(err)
	}
}

func (q *quarrel) args(args ...string) []string {
	args = append(args, "--data", q.data)
	if q.store != "" {
		args = append(args, "--store", q.store)
	}
	return args
}

func begun(t *testing.T, data, address string) *quarrel {
	t.Helper()
	q := &quarrel{t: t, data: data, store: address, worker: mediation.Actor{ID: "worker", Role: mediation.GridWorker, Area: "33.01.11.001.003.001"},
		staff: mediation.Actor{ID: "staff", Role: mediation.CountyStaff, Area: "33.01.11"}}
	q.open(func(in *installation, s *mediation.Service) {
		ctx := t.Context()
		var picture bytes.Buffer
		q.must(jpeg.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 64, 48)), nil))
		photo, err := media.New(in.Store.Photos(), in.Blobs, in.ring, media.Options{}).Upload(ctx, q.worker.ID, uuid.NewString(), &picture, "image/jpeg")
		q.must(err)
		got, err := s.Receive(ctx, q.worker, mediation.ReportInput{ClientID: uuid.NewString(), Channel: "app", Text: itsWords, Category: "neighbour", Severity: 3,
			Emergency: true, Print: "p", Photos: []string{photo.ID}, Parties: []mediation.PartyInput{{Kind: mediation.Person, Side: mediation.Applicant,
				Name: theirName, Phone: theirPhone, Address: "文居街1号"}}})
		q.must(err)
		q.id, q.rep, q.party = got.Case.ID, got.Report.ID, got.Case.Parties[0].ID
		q.must(s.Cases.IndexWords(ctx, q.id, got.Case.Area, got.Case.Opened, s.WordHashes(itsWords)))
		_, err = s.Do(ctx, q.staff, q.id, mediation.Request{Command: mediation.TakeBack{}, Revision: got.Case.Revision})
		q.must(err)
		party := mediation.Actor{ID: q.party, Role: mediation.PartyRole, Case: q.id}
		_, err = s.Do(ctx, party, q.id, mediation.Request{Command: mediation.RefuseMediation{Reason: theirWords}, Revision: got.Case.Revision + 1})
		q.must(err)
	})
	return q
}

func (q *quarrel) end() {
	q.t.Helper()
	q.order(mediation.Exit{Route: "court", Reason: "refused"})
}

// order gives a command, by a supervisor what only they may.
func (q *quarrel) order(cmd mediation.Command) {
	q.t.Helper()
	who := q.staff
	if cmd.Name() == mediation.CmdLiftHold {
		who.Role = mediation.Supervisor
	}
	q.open(func(_ *installation, s *mediation.Service) {
		c, err := s.Cases.Load(context.Background(), q.id)
		q.must(err)
		_, err = s.Do(context.Background(), who, q.id, mediation.Request{Command: cmd, Revision: c.Revision})
		q.must(err)
	})
}

// knows tells what can still be read: "name", "said" (by the party), "words" (of the case), "photo", "found" (by the phone), "search".
func (q *quarrel) knows() string {
	q.t.Helper()
	var known []string
	q.open(func(in *installation, s *mediation.Service) {
		ctx := context.Background()
		c, err := s.Cases.Load(ctx, q.id)
		q.must(err)
		note := func(what string, is bool) {
			if is {
				known = append(known, what)
			}
		}
		open := func(v mediation.Sealed) string {
			text, err := s.Open(ctx, v)
			q.must(err)
			return text
		}
		note("name", open(c.Party(q.party).Name) == theirName)
		for _, e := range c.Events {
			note("said", open(e.Words) == theirWords)
		}
		note("words", open(c.Words) == itsWords)
		rep, err := s.Reports.Load(ctx, q.rep)
		q.must(err)
		photo, err := in.Store.Photos().Get(ctx, rep.Photos[0])
		q.must(err)
		_, blob := in.Blobs.Open(ctx, photo.BlobID)
		note("photo", photo.State == media.Ready && blob == nil)
		traces, err := in.eraser().Trace(ctx, s.Hashes("139 1234 5678"))
		q.must(err)
		note("found", len(traces.Cases)+len(traces.Reports) > 0)
		list, _, err := s.Cases.List(ctx, mediation.Filter{Visible: mediation.VisibleTo(q.staff), WordHashes: s.WordHashes("漏水")}, "", 10)
		q.must(err)
		for _, found := range list {
			note("search", found.ID == q.id)
		}
	})
	return strings.Join(known, " ")
}

// erase runs the command with the phone number on standard input, as it would come from a file.
func (q *quarrel) erase(args ...string) ran {
	q.t.Helper()
	return runCommand(q.t.Context(), theirPhone+"\n", q.args(append([]string{"erase"}, args...)...)...)
}

func (q *quarrel) expect(when, want string) {
	q.t.Helper()
	if got := q.knows(); got != want {
		q.t.Fatalf("%s: known is %q, want %q", when, got, want)
	}
}

func onBothStores(t *testing.T, run func(t *testing.T, data, address string)) {
	t.Run("SQLite", func(t *testing.T) { run(t, countyData(t), "") })
	t.Run("MongoDB", func(t *testing.T) {
		data, address := countyData(t), mongotest.Database(t)
		ok(t, "copy", "--from", "sqlite:"+data, "--to", address)
		run(t, data, address)
	})
}

func TestAnErasedPersonIsKnownNoMore(t *testing.T) {
	onBothStores(t, func(t *testing.T, data, address string) {
		q := begun(t, data, address)
		const all = "name said words photo found search"
		q.expect("before", all)
		if r := q.erase("person", "--yes"); r.code != exitFailure || !strings.Contains(r.err, "has not ended") {
			t.Errorf("while the case is open: exit %d, %s%s", r.code, r.out, r.err)
		}
		q.end()
		if r := q.erase("person"); r.code != exitOK || !strings.Contains(r.out, "a party of 1 cases") || !strings.Contains(r.out, "--yes") {
			t.Errorf("a dry run: exit %d, %s%s", r.code, r.out, r.err)
		}
		copied := runCommand(t.Context(), "139-1234-5678\n", q.args("disclose")...)
		for _, own := range []string{theirName, theirPhone, theirWords, "文居街1号"} {
			if !strings.Contains(copied.out, own) {
				t.Errorf("%s is not in their copy: exit %d\n%s%s", own, copied.code, copied.out, copied.err)
			}
		}
		if strings.Contains(copied.out, itsWords) {
			t.Errorf("the reporter's words are in the party's copy:\n%s", copied.out)
		}
		if r := q.erase("person", "--yes", "--reason", "Their wish"); r.code != exitUsage {
			t.Errorf("a reason that is no code: exit %d, %s", r.code, r.err)
		}
		q.order(mediation.HoldCase{Reason: "court"})
		for _, args := range [][]string{{"person", "--yes"}, {"case", q.id, "--yes"}} {
			if r := q.erase(args...); r.code != exitFailure || !strings.Contains(r.err, "held") {
				t.Errorf("%q while it is held: exit %d, %s%s", args, r.code, r.out, r.err)
			}
		}
		q.expect("after what only looked, and what was refused", all)
		q.order(mediation.LiftHold{Reason: "over"})
		for range 2 { // and once more, as after a lost answer
			if r := q.erase("person", "--yes"); r.code != exitOK || strings.Contains(r.out+r.err, theirPhone) {
				t.Fatalf("exit %d, %s%s", r.code, r.out, r.err)
			}
			q.expect("after the person was erased", "words photo search")
			if again := runCommand(t.Context(), theirPhone, q.args("disclose")...); again.code != exitOK || !strings.Contains(again.out, `"cases": []`) {
				t.Errorf("exit %d, %s%s", again.code, again.out, again.err)
			}
		}
		if out := ok(t, q.args("verify")...); !strings.Contains(out, "0 problems") {
			t.Error(out)
		}
		if r := q.erase("case", q.id, "--yes", "--reason", "retention"); r.code != exitOK {
			t.Fatalf("exit %d, %s%s", r.code, r.out, r.err)
		}
		q.expect("after the case was erased", "")
		ok(t, q.args("checkpoint", "make")...)
		if out := ok(t, q.args("verify")...); !strings.Contains(out, "0 problems") {
			t.Error(out)
		}
		if r := q.erase("case", "33.01.11.001/1999/7", "--yes"); r.code != exitFailure || !strings.Contains(r.err, "no case") {
			t.Errorf("a case that is not there: exit %d, %s%s", r.code, r.out, r.err)
		}
	})
}

func TestABackupBringsNobodyBackWhoWasErasedSince(t *testing.T) {
	data := countyData(t)
	q := begun(t, data, "")
	q.end()
	backup, kept := filepath.Join(t.TempDir(), "backup"), filepath.Join(t.TempDir(), "kept")
	ok(t, "backup", backup, "--data", data)
	if r := q.erase("person", "--yes", "--with-cases"); r.code != exitOK {
		t.Fatalf("exit %d, %s%s", r.code, r.out, r.err)
	}
	q.expect("after the erasure", "")
	ok(t, "checkpoint", "make", "--data", data)
	ok(t, "checkpoint", "export", kept, "--data", data)

	restored := *q
	restored.data = t.TempDir()
	bringKey(t, data, restored.data)
	ok(t, "restore", backup, "--data", restored.data, "--erasures", kept)
	restored.expect("after the restore", "")
	ok(t, "verify", "--data", restored.data)

	// Once the keys are rotated and the old epoch is destroyed, the backup itself opens no more.
	ok(t, "keys", "rotate", "--data", data)
	file := filepath.Join(data, "installation.key")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if err := os.WriteFile(file, []byte(lines[len(lines)-1]+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := ok(t, "verify", "--data", data); !strings.Contains(out, "0 problems") {
		t.Error(out)
	}
	late := t.TempDir()
	bringKey(t, data, late)
	if r := fengqiao(t, "restore", backup, "--data", late); r.code != exitFailure || !strings.Contains(r.err, "epoch") {
		t.Errorf("exit %d, %s%s", r.code, r.out, r.err)
	}
}

func TestABackupBringsBackNobodyWhoHadBeenTakenOffTheCase(t *testing.T) {
	data := countyData(t)
	q := begun(t, data, "")
	q.order(mediation.RemoveParty{Party: q.party, Reason: "mistake"})
	q.end()
	backup, kept := filepath.Join(t.TempDir(), "backup"), filepath.Join(t.TempDir(), "kept")
	ok(t, "backup", backup, "--data", data)
	if r := q.erase("person", "--yes"); r.code != exitOK {
		t.Fatalf("exit %d, %s%s", r.code, r.out, r.err)
	}
	ok(t, "checkpoint", "make", "--data", data)
	ok(t, "checkpoint", "export", kept, "--data", data)
	restored := *q
	restored.data = t.TempDir()
	bringKey(t, data, restored.data)
	ok(t, "restore", backup, "--data", restored.data, "--erasures", kept)
	for _, at := range []*quarrel{q, &restored} {
		at.open(func(in *installation, s *mediation.Service) {
			traces, err := in.eraser().Trace(t.Context(), s.Hashes(theirPhone))
			if c, loadErr := s.Cases.Load(t.Context(), q.id); err != nil || loadErr != nil || len(traces.Cases)+len(traces.Reports)+len(c.Removed) > 0 {
				t.Errorf("found in cases %q and reports %q, taken off are %+v, %v, %v", traces.Cases, traces.Reports, c.Removed, err, loadErr)
			}
		})
	}
}

func TestWhatHasBeenKeptLongEnoughIsErasedByOrder(t *testing.T) {
	onBothStores(t, func(t *testing.T, data, address string) {
		q := begun(t, data, address)
		q.end()
		src, err := fixtures.Policy("fuyang")
		if err != nil {
			t.Fatal(err)
		}
		keep := func(days string) {
			t.Helper()
			file := write(t, "policy.yaml", strings.Replace(string(src), "case_days: 0, report_days: 0", "case_days: "+days+", report_days: "+days, 1))
			ok(t, q.args("import", "policy", file)...)
		}
		if out := ok(t, q.args("erase", "due", "--yes")...); !strings.Contains(out, "due: 0 cases") {
			t.Errorf("without a rule: %s", out)
		}
		keep("3650")
		if out := ok(t, q.args("erase", "due", "--yes")...); !strings.Contains(out, "due: 0 cases") {
			t.Errorf("before its time: %s", out)
		}
		q.expect("before its time", "name said words photo found search")
		q.open(func(_ *installation, s *mediation.Service) { // ten years pass
			_, err := s.Cases.Update(t.Context(), q.id, func(c *mediation.Case) error { c.Changed = c.Changed.AddDate(-10, 0, -1); return nil })
			q.must(err)
		})
		if out := ok(t, q.args("erase", "due")...); !strings.Contains(out, "due: 1 cases") || !strings.Contains(out, "--yes") {
			t.Errorf("what is due: %s", out)
		}
		q.expect("after it was only listed", "name said words photo found search")
		ok(t, q.args("erase", "due", "--yes")...)
		q.expect("after the order", "")
	})
}

// TestAnErasureThatACrashCutShortIsFinished destroys the keys and nothing else, as a crash in the middle would leave it.
func TestAnErasureThatACrashCutShortIsFinished(t *testing.T) {
	onBothStores(t, func(t *testing.T, data, address string) {
		q := begun(t, data, address)
		q.end()
		q.open(func(in *installation, s *mediation.Service) {
			c, err := s.Cases.Load(t.Context(), q.id)
			q.must(err)
			q.must(in.ring.Erase(t.Context(), c.Party(q.party).Key))
		})
		q.expect("after the crash", "words photo found search")
		if r := q.erase("person", "--yes"); r.code != exitOK {
			t.Fatalf("exit %d, %s%s", r.code, r.out, r.err)
		}
		q.expect("after the same order again", "words photo search")
	})
}
