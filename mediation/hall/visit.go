// Package hall is the one-stop hall (一站式大厅): who comes in takes a number of a function (接待 reception, 调解 mediation, 咨询
// counselling), a window calls the next one, serves them, passes them on to another function or is done. First registered, then
// taken in: the report that comes of it is linked to the visit, and through it the case.
//
// A visit knows no names and no words: who came and what about stands in the report, sealed. So the display board and the figures of
// the hall have nothing to hide.
//
//	waiting ──call──▶ called ──begin──▶ serving ──done──▶ done
//	   ▲  ▲             │                  │
//	   │  └──return── absent               │          left: from waiting, called or absent
//	   └──────────────── pass on ──────────┘
package hall

import (
	"fmt"
	"slices"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// Standing is where a visit stands.
type Standing string

// The standings.
const (
	Waiting Standing = "waiting" // 等候
	Called  Standing = "called"  // 已叫号
	Serving Standing = "serving" // 办理中
	Absent  Standing = "absent"  // 过号: called and not there
	Done    Standing = "done"    // 已办
	Left    Standing = "left"    // 已离开
)

// Standings is all of them.
var Standings = []Standing{Waiting, Called, Serving, Absent, Done, Left}

// AtWindow tells whether the visit occupies a window.
func (s Standing) AtWindow() bool { return s == Called || s == Serving }

// Over tells whether the visit has ended.
func (s Standing) Over() bool { return s == Done || s == Left }

// Number is what stands on the slip: numbers run per hall, day and function, without gaps.
type Number struct {
	Prefix string
	N      int64
}

func (n Number) String() string { return fmt.Sprintf("%s%03d", n.Prefix, n.N) }

// Visit (来访) is one number's way through the hall on one day.
type Visit struct {
	ID     string // the client's own, so that a slip printed twice is one number
	Hall   string
	Area   grid.Code // the hall's when they came
	Day    string    // of the hall's time zone, 2026-03-10
	Number Number
	Came   time.Time
	// Queued is the place in the line: when they came, however often they are passed on; when they came back, if they missed their call.
	Queued time.Time
	Stands Standing
	Turns  []Turn // one for each function in turn; the last is the present one
	// Report and Case are what came of it; "" while nothing has. A visit about a report finds its case by the report.
	Report, Case string
	// Linked: something came of it, and it is not kept any more what.
	Linked  bool
	Version int64
}

// Turn is a visit's time with one function.
type Turn struct {
	Function string
	Window   string // that called; "" before
	Team     string // that sits there
	By       string // the account that called
	Since    time.Time
	Called   time.Time // first
	Calls    int
	Began    time.Time
	Ended    time.Time
	How      Ending
}

// Ending is how a turn ended; "" while it lasts.
type Ending string

// The endings.
const (
	Served   Ending = "served"    // 办理完毕
	PassedOn Ending = "passed_on" // 转其它窗口
	Missed   Ending = "missed"    // 过号
	Gone     Ending = "left"      // 自行离开
)

// now is the present turn.
func (v *Visit) now() *Turn { return &v.Turns[len(v.Turns)-1] }

// Function is what the visit waits for or is served by now.
func (v *Visit) Function() string { return v.now().Function }

// Window is the window that the visit occupies, "" if none.
func (v *Visit) Window() string {
	if v.Stands.AtWindow() {
		return v.now().Window
	}
	return ""
}

// turn begins a turn.
func (v *Visit) turn(function string, now time.Time) {
	v.Turns = append(slices.Clone(v.Turns), Turn{Function: function, Since: now})
	v.Stands = Waiting
}

// end ends the present turn.
func (v *Visit) end(how Ending, now time.Time) {
	v.Turns = slices.Clone(v.Turns)
	t := v.now()
	t.Ended, t.How = now, how
}

// KeptSince is the moment from which it counts how long the visit has been saying what came of it and who called; zero where it says neither.
func (v *Visit) KeptSince() time.Time {
	if v.Report == "" && v.Case == "" && !slices.ContainsFunc(v.Turns, func(t Turn) bool { return t.By != "" }) {
		return time.Time{}
	}
	return v.Came
}

// strip lets the visit say no more what came of it and who called. What is counted of it stays.
func (v *Visit) strip() {
	v.Linked = v.Linked || v.Report != "" || v.Case != ""
	v.Report, v.Case = "", ""
	v.Turns = slices.Clone(v.Turns)
	for i := range v.Turns {
		v.Turns[i].By = ""
	}
}

// Step is something that is done with a visit at the window.
type Step string

// The steps.
const (
	Recall Step = "recall" // 再叫一次
	Begin  Step = "begin"  // 开始办理
	Finish Step = "done"   // 办完
	Miss   Step = "miss"   // 过号
	Return Step = "return" // 过号后回来
	PassOn Step = "pass-on"
	Leave  Step = "leave" // 自行离开
)

// from is the table of what may be done where.
var from = map[Step][]Standing{
	Recall: {Called},
	Begin:  {Called},
	Finish: {Serving},
	Miss:   {Called},
	Return: {Absent},
	PassOn: {Waiting, Called, Serving, Absent},
	Leave:  {Waiting, Called, Absent},
}

// Steps is all of them, in the order of a visit.
var Steps = []Step{Recall, Begin, Finish, Miss, Return, PassOn, Leave}

// call gives the visit to a window.
func (v *Visit) call(by mediation.Actor, window, team string, now time.Time) {
	v.Turns = slices.Clone(v.Turns)
	t := v.now()
	t.Window, t.Team, t.By, t.Called, t.Calls = window, team, by.ID, now, 1
	v.Stands = Called
}

// take carries a step out. today is the hall's day, calls how often the present function calls, to the function that is passed on to.
func (v *Visit) take(step Step, to, today string, calls int, now time.Time) error {
	if !slices.Contains(from[step], v.Stands) {
		return &mediation.Error{Op: "hall", Kind: mediation.Conflict, Code: "hall.not_now", Params: map[string]string{"standing": string(v.Stands)}}
	}
	if (step == Return || step == PassOn) && v.Day != today {
		return mediation.Refusal("hall", mediation.Conflict, "hall.other_day", "") // nobody would ever call it
	}
	switch step {
	case Recall:
		v.Turns = slices.Clone(v.Turns)
		v.now().Calls++
	case Begin:
		v.Turns = slices.Clone(v.Turns)
		v.now().Began, v.Stands = now, Serving
	case Finish:
		v.end(Served, now)
		v.Stands = Done
	case Miss:
		if v.now().Calls < calls {
			return &mediation.Error{Op: "hall", Kind: mediation.Conflict, Code: "hall.call_again", Params: map[string]string{"calls": fmt.Sprint(calls)}}
		}
		v.end(Missed, now)
		v.Stands = Absent
	case Return:
		v.turn(v.Function(), now)
		v.Queued = now
	case PassOn:
		if v.Stands != Absent { // the turn of one who missed the call has ended already
			v.end(PassedOn, now)
		}
		v.turn(to, now)
	case Leave:
		if v.Stands != Absent {
			v.end(Gone, now)
		}
		v.Stands = Left
	}
	return nil
}
