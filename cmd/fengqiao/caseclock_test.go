package main

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"fengqiao/cmd/fengqiao/internal/settings"
)

// opened is an installation's system under some settings; the error is of its clock.
func opened(t *testing.T, dir string, change func(v *settings.Values)) (s *system, err error) {
	t.Helper()
	c := &command{shell: bare}
	v := settings.NewLoader(pflag.NewFlagSet("test", pflag.ContinueOnError), c.lang).Values
	v.Data = dir
	change(v)
	in, err := openInstallation(t.Context(), v, bare)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	}()
	if s, err = newSystem(t.Context(), in, v, slog.New(slog.DiscardHandler), "test"); err == nil && s.moving != nil {
		_, err = s.movable().To(context.Background(), s.moving.Now().Add(24*time.Hour))
	}
	return s, err
}

// Whatever an installation is started with, the time of its cases never goes back.
func TestTheTimeOfCasesGoesOnWhereItStood(t *testing.T) {
	virtual := func(from string) func(*settings.Values) {
		return func(v *settings.Values) { v.Clock, v.ClockFrom = settings.VirtualClock, from }
	}
	dir, start := countyData(t), time.Date(2030, 3, 10, 0, 0, 0, 0, time.UTC)
	for i, from := range []string{"2030-03-10T00:00:00Z", "2030-03-10T00:00:00Z", "", "2030-04-01T00:00:00Z"} {
		s, err := opened(t, dir, virtual(from))
		if err != nil {
			t.Fatal(err)
		}
		want := start.AddDate(0, 0, i+1)
		if i == 3 {
			want = time.Date(2030, 4, 2, 0, 0, 0, 0, time.UTC)
		}
		if got := s.moving.Now(); !got.Equal(want) {
			t.Fatalf("started for the %d. time from %q and moved on by a day it stands at %s, not %s", i+1, from, got, want)
		}
	}
	if _, err := opened(t, dir, func(*settings.Values) {}); err == nil || !strings.Contains(err.Error(), "virtual clock, which stands at 2030-04-02") {
		t.Errorf("by the machine's clock: %v", err)
	}
	worked := countyData(t)
	if _, err := opened(t, worked, func(v *settings.Values) { v.BackupDir = t.TempDir() }); err != nil {
		t.Fatal(err)
	}
	if _, err := opened(t, worked, virtual("")); err == nil || !strings.Contains(err.Error(), "people have worked with these data") {
		t.Errorf("data of real use by a virtual clock: %v", err)
	}
}
