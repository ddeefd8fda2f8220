package storetest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"fengqiao/internal/checkpoint"
	"fengqiao/internal/media"
	"fengqiao/internal/store"
	"fengqiao/mediation"
)

// Checkpoints holds an opened, empty store to the contracts of checkpoint's ports, and plays their life on it: one stage
// goes on from where the one before ended.
func Checkpoints(t *testing.T, s *store.Store) {
	k := &checkpointKit{s: s, office: NewOffice(t, s, s, FuyangPolicy(t)), file: filepath.Join(t.TempDir(), "checkpoints")}
	k.Keeper = &checkpoint.Keeper{Source: s.Marks(), Register: s.Checkpoints(), Key: ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32)), Now: k.office.Clock}
	for _, stage := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"the first states everything", k.first},
		{"the next states what moved", k.moved},
		{"of several makers one gets each number", k.several},
		{"what cannot be read holds up nothing", k.unreadable},
		{"a whole one states what a wrong clock kept from the others", k.whole},
		{"a server whose clock was set makes one by itself", k.set},
		{"a file grows with them", k.exported},
		{"what was tampered with shows", k.tampered},
		{"a store that was brought back does not go on the file", k.broughtBack},
	} {
		t.Run(stage.name, stage.run)
	}
}

type checkpointKit struct {
	*checkpoint.Keeper
	s      *store.Store
	office *Office
	file   string
	a, b   mediation.Case
}

func (k *checkpointKit) public() ed25519.PublicKey { return k.Key.Public().(ed25519.PublicKey) }

// keep makes a checkpoint of so many marks; 0: none is due.
func (k *checkpointKit) keep(t *testing.T, marks int64) checkpoint.Checkpoint {
	t.Helper()
	c, made, err := k.Keep(context.Background())
	if err != nil || made != (marks > 0) || made && c.Marks != marks {
		t.Fatalf("checkpoint %d with %d marks, made %v, %v; wanted %d marks", c.N, c.Marks, made, err, marks)
	}
	return c
}

// record reads what the store's checkpoints say, and how many problems there are.
func (k *checkpointKit) record(t *testing.T, problems int) *checkpoint.Record {
	t.Helper()
	r, err := checkpoint.Load(context.Background(), k.Register, k.public())
	if err != nil || len(r.Problems) != problems {
		t.Fatalf("%v, %+v; wanted %d problems", err, r, problems)
	}
	return r
}

// stands writes what the checkpoints say of a thing as "checkpoint:seq".
func stands(r *checkpoint.Record, kind checkpoint.Kind, id string) string {
	text := ""
	for _, s := range r.Meet(checkpoint.Of{Kind: kind, ID: id}) {
		text += fmt.Sprintf("%d:%d ", s.N, s.Seq)
	}
	return strings.TrimSpace(text)
}

func (k *checkpointKit) first(t *testing.T) {
	ctx := context.Background()
	if _, err := k.Register.Last(ctx); !errors.Is(err, mediation.ErrNotFound) {
		t.Fatalf("the last of none: %v", err)
	}
	k.keep(t, 0)
	k.a, k.b = k.office.Report(t, k.office.Worker(), Quarrel(CellA)), k.office.Report(t, k.office.Worker(), Quarrel(CellD))
	mediaOK(t, k.s.Looks().Record(ctx, mediation.Look{ID: "look-1", Case: k.a.ID, Actor: "staff", What: "case", At: k.office.Clock()}))
	ready, pending := mediaPhoto("photo-1", time.Time{}), mediaPhoto("photo-2", time.Time{})
	ready.State, ready.BlobSum, pending.State = media.Ready, strings.Repeat("ab", 32), media.Pending
	mediaOK(t, k.s.Photos().Create(ctx, ready))
	mediaOK(t, k.s.Photos().Create(ctx, pending))
	c := k.keep(t, 6) // two cases, two reports, a look, and the photo that is there
	if again, err := k.Register.Last(ctx); err != nil || c.N != 1 || string(again.Sum()) != string(c.Sum()) {
		t.Errorf("%+v, %v; wanted %+v", again, err, c)
	}
	r := k.record(t, 0)
	for _, of := range []checkpoint.Of{{Kind: checkpoint.Case, ID: k.a.ID}, {Kind: checkpoint.Report, ID: k.a.Reports[0]},
		{Kind: checkpoint.Look, ID: "look-1"}, {Kind: checkpoint.Photo, ID: "photo-1"}} {
		if len(r.Meet(of)) != 1 {
			t.Errorf("%s is not stated", of)
		}
	}
	head := r.Meet(checkpoint.Of{Kind: checkpoint.Case, ID: k.a.ID})[0]
	if k.a = k.office.Read(t, k.a.ID); head.Seq != k.a.Spilled+len(k.a.Events) || !bytes.Equal(head.Sum[:], k.a.Head) {
		t.Errorf("stated %+v of %d events, head %x", head, len(k.a.Events), k.a.Head)
	}
}

func (k *checkpointKit) note(t *testing.T, id string) {
	t.Helper()
	k.office.Must(t, mediation.Actor{ID: "staff", Role: mediation.CountyStaff, Area: CellA.Prefix(3)}, id, mediation.Note{Text: "备注"})
}

func (k *checkpointKit) moved(t *testing.T) {
	k.keep(t, 0)
	k.note(t, k.a.ID)
	k.keep(t, 1)
	k.keep(t, 0) // it lies within the overlap, and is said already
	k.office.Pass(time.Hour)
	k.keep(t, 0)
	k.note(t, k.a.ID)
	k.keep(t, 1)
	// A photo whose upload took a day, and a case that opened a day after its report.
	k.office.Pass(24 * time.Hour)
	_, err := k.s.Photos().Update(context.Background(), "photo-2", func(p *media.Photo) error {
		p.State, p.Ready, p.BlobSum = media.Ready, k.office.Clock(), strings.Repeat("cd", 32)
		return nil
	})
	mediaOK(t, err)
	k.keep(t, 1)
	in := Quarrel(CellA)
	in.Point, in.Address = nil, "樟树下"
	late, err := k.office.Receive(context.Background(), k.office.Worker(), in)
	mediaOK(t, err)
	k.keep(t, 1)
	k.office.Pass(24 * time.Hour)
	_, err = k.office.PlaceReport(context.Background(), Town, late.Report.ID, late.Report.Version, CellA)
	mediaOK(t, err)
	k.keep(t, 1)
	r := k.record(t, 0)
	if got := strings.Fields(stands(r, checkpoint.Case, k.a.ID)); len(got) != 3 {
		t.Errorf("the case that moved twice: %v", got)
	}
	if got := strings.Fields(stands(r, checkpoint.Case, k.b.ID)); len(got) != 1 {
		t.Errorf("the case that stood: %v", got)
	}
}

func (k *checkpointKit) several(t *testing.T) {
	k.office.Pass(time.Hour)
	k.note(t, k.b.ID)
	before := k.record(t, 0).Last.N
	var mu sync.Mutex
	made := 0
	var makers sync.WaitGroup
	for range 8 {
		makers.Go(func() {
			_, ok, err := k.Keep(context.Background())
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			if ok {
				made++
			}
		})
	}
	makers.Wait()
	if r := k.record(t, 0); made != 1 || r.Last.N != before+1 {
		t.Errorf("%d made, from %d to %d", made, before, r.Last.N)
	}
}

func (k *checkpointKit) unreadable(t *testing.T) {
	k.office.Pass(time.Hour)
	bad, good := k.office.Report(t, k.office.Worker(), Quarrel(CellA)), k.office.Report(t, k.office.Worker(), Quarrel(CellD))
	spoil(t, k.s, "cases", bad.ID)
	k.keep(t, 3) // two reports and one case
	if r := k.record(t, 0); stands(r, checkpoint.Case, good.ID) == "" || stands(r, checkpoint.Case, bad.ID) != "" {
		t.Errorf("%q of the good one, %q of the bad one", stands(r, checkpoint.Case, good.ID), stands(r, checkpoint.Case, bad.ID))
	}
}

func (k *checkpointKit) whole(t *testing.T) {
	ctx := context.Background()
	k.office.Pass(-24 * time.Hour) // this machine's clock is a day behind
	k.note(t, k.a.ID)
	k.office.Pass(25 * time.Hour)
	k.keep(t, 0)
	c, made, err := k.KeepWhole(ctx)
	if err != nil || !made || c.Marks != 1 {
		t.Fatalf("%+v, %v, %v", c, made, err)
	}
	if c, made, err = k.KeepWhole(ctx); err != nil || made {
		t.Errorf("once more: %+v, %v, %v", c, made, err)
	}
	k.record(t, 0)
}

func (k *checkpointKit) set(t *testing.T) {
	ctx := context.Background()
	server := checkpoint.NewRound(k.Keeper, func() time.Duration { return 0 })
	mediaOK(t, server.Pass(ctx))
	k.office.Pass(time.Hour)
	k.note(t, k.b.ID)
	mediaOK(t, server.Pass(ctx))
	k.office.Pass(-time.Hour)
	k.note(t, k.a.ID) // decided before the clock was set, and stored after
	k.office.Pass(time.Hour)
	mediaOK(t, server.Pass(ctx))
	if c, made, err := k.KeepWhole(ctx); err != nil || made {
		t.Errorf("something was left out: %+v, %v", c, err)
	}
}

// append appends to the file and reads it.
func (k *checkpointKit) append(t *testing.T, f *checkpoint.File, want int) *checkpoint.Record {
	t.Helper()
	n, err := f.Append(context.Background(), k.Register, k.public())
	if err != nil || n != want {
		t.Fatalf("%d appended, %v; wanted %d", n, err, want)
	}
	in, err := os.Open(k.file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	r, key, _, err := checkpoint.Read(in, nil)
	if err != nil || len(r.Problems) > 0 || !key.Equal(k.public()) {
		t.Fatalf("%v, %+v", err, r)
	}
	return r
}

func (k *checkpointKit) exported(t *testing.T) {
	f := &checkpoint.File{Path: k.file}
	own := k.record(t, 0)
	if r := k.append(t, f, int(own.Last.N)); r.Last.N != own.Last.N || r.Marks != own.Marks {
		t.Errorf("%d checkpoints, %d marks; the store has %d, %d", r.Last.N, r.Marks, own.Last.N, own.Marks)
	}
	k.append(t, f, 0)
	k.office.Pass(time.Hour)
	k.note(t, k.b.ID)
	k.keep(t, 1)
	k.append(t, f, 1)
	// Another process goes on where the first was cut off in the middle of a line.
	whole, err := os.ReadFile(k.file)
	mediaOK(t, err)
	mediaOK(t, os.WriteFile(k.file, whole[:len(whole)-20], 0o600))
	k.append(t, &checkpoint.File{Path: k.file}, 1)
	mediaOK(t, os.Rename(k.file, k.file+"-away")) // the share was unmounted
	if _, err := f.Append(context.Background(), k.Register, k.public()); !errors.Is(err, checkpoint.ErrGone) {
		t.Errorf("a file that is gone is begun anew: %v", err)
	}
	mediaOK(t, os.Rename(k.file+"-away", k.file))
	if again, err := os.ReadFile(k.file); err != nil || !bytes.Equal(again, whole) {
		t.Errorf("%v: the file is not as it was", err)
	}
}

// tampered changes rows of the store and puts them back.
func (k *checkpointKit) tampered(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		table, id string
		change    func([]byte) []byte
	}{
		{"checkpoints", "000000000001", func(b []byte) []byte { return bytes.Replace(b, []byte(`"marks":6`), []byte(`"marks":5`), 1) }},
		{"checkpoint_marks", k.record(t, 0).Last.Parts[0], func(b []byte) []byte { return bytes.Replace(b, []byte("case "), []byte("case x"), 1) }},
	} {
		row, err := k.s.Engine.Get(ctx, c.table, c.id)
		mediaOK(t, err)
		was := bytes.Clone(row.Body)
		if row.Body = c.change(row.Body); bytes.Equal(was, row.Body) {
			t.Fatalf("nothing to change in %s", was)
		}
		done, err := k.s.Engine.Apply(ctx, store.Write{Table: c.table, Op: store.Replace, Row: row})
		mediaOK(t, err)
		if r, err := checkpoint.Load(ctx, k.Register, k.public()); err != nil || len(r.Problems) == 0 {
			t.Errorf("%s: %v, nothing shows", c.table, err)
		}
		row.Body, row.Version = was, done[0].Version
		_, err = k.s.Engine.Apply(ctx, store.Write{Table: c.table, Op: store.Replace, Row: row})
		mediaOK(t, err)
	}
	k.record(t, 0)
	if r, err := checkpoint.Load(ctx, k.Register, ed25519.NewKeyFromSeed(make([]byte, 32)).Public().(ed25519.PublicKey)); err != nil || len(r.Problems) == 0 {
		t.Errorf("signed by another: %v", err)
	}
}

func (k *checkpointKit) broughtBack(t *testing.T) {
	ctx := context.Background()
	f := &checkpoint.File{Path: k.file}
	kept := k.append(t, f, 0)
	last := kept.Last
	if n, err := kept.Apart(ctx, k.Register); err != nil || n != 0 {
		t.Errorf("apart at %d, %v", n, err)
	}
	_, err := k.s.Engine.Apply(ctx, store.Write{Table: "checkpoints", Op: store.Delete, Row: store.Row{ID: fmt.Sprintf("%012d", last.N)}})
	mediaOK(t, err)
	refused := func(what string) {
		t.Helper()
		if _, err := f.Append(ctx, k.Register, k.public()); !errors.Is(err, checkpoint.ErrApart) {
			t.Errorf("%s: %v", what, err)
		}
		if n, err := kept.Apart(ctx, k.Register); err != nil || n != last.N {
			t.Errorf("%s: apart at %d, %v; wanted %d", what, n, err, last.N)
		}
	}
	refused("shorter than the file")
	k.office.Pass(time.Hour)
	k.note(t, k.a.ID)
	k.keep(t, 2) // and what the lost one had stated
	refused("another of the same number")
	k.record(t, 0)
}
