package main

import (
	"context"
	"time"

	"fengqiao/internal/casetime"
)

// loop is what the server does again and again on the machine's clock. What time itself brings about there must not be overlooked by a clock of
// cases that is moved: so each either is a room, which says when it is due next, or says why the moved clock need not stop for it.
type loop struct {
	name  string
	every time.Duration
	pass  func(context.Context) error
	// room is asked when it is due next; nil where apart says why that need not be.
	room  casetime.Room
	apart string
	// whole: a pass takes as long as it takes; only the end of the server breaks it off.
	whole bool
}

// Why a loop is no stop of the moved clock.
const (
	byTurn    = "the clock that is moved does it at each of its stops, before anything else"
	byMachine = "it lives by the machine's clock, which nobody moves"
	byEvents  = "it follows what has happened, and nothing falls due in it"
)

// loops lists them all. Nothing else in the server runs by a timer but the sweep of cases and reports and the relay of what was announced, which a
// clock that is moved drives by itself.
func (s *system) loops() []loop {
	v := s.setting
	list := []loop{
		{name: "follow plan", every: v.Notice, pass: s.followPlan, apart: byTurn},
		{name: "settle plan", every: v.Notice, pass: s.settlePlan, apart: byTurn},
		{name: "roll out policy", every: v.Notice, pass: s.rollOut, apart: byTurn},
		{name: "calendar in the log", every: warnEvery, pass: s.logCalendar, apart: byMachine},
		{name: "tidy", every: tidyEvery, pass: s.tidy, apart: byMachine},
		{name: "checkpoint", every: v.CheckpointEvery, pass: s.checkpoints.Pass, apart: byMachine},
		// The first pass reads every case.
		{name: "figures", every: figuresEvery, pass: s.figures.Pass, apart: byEvents, whole: true},
	}
	if v.BackupDir != "" {
		list = append(list, loop{name: "backup", every: min(v.BackupEvery, backupLook), pass: s.backup, apart: byMachine, whole: true})
	}
	for _, r := range s.rooms() {
		list = append(list, loop{name: r.name, every: roomEvery, pass: r.sweep, room: r.Room})
	}
	return list
}

// start lets the loops run until ctx ends.
func (s *system) start(ctx context.Context, run func(func())) {
	for _, l := range s.loops() {
		pass := l.pass
		if l.whole {
			pass = func(context.Context) error { return l.pass(ctx) }
		}
		run(func() { s.every(ctx, l.every, l.name, pass) })
	}
}

// dueRooms are the stops of a clock that is moved: the rooms of all loops. It is there before they are.
func (s *system) dueRooms() []casetime.Room {
	var list []casetime.Room
	for _, l := range s.loops() {
		if l.room != nil {
			list = append(list, l.room)
		}
	}
	return list
}
