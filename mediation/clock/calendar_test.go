package clock

import (
	"strings"
	"testing"
	"time"

	"fengqiao/mediation/policy"

	"pgregory.net/rapid"
)

// office is a mainland office of 2026 with the May and National Day holidays of that year.
var office = policy.Calendar{Zone: "Asia/Shanghai", Opens: 8*60 + 30, Closes: 17 * 60,
	Holidays: []string{"2026-05-01", "2026-05-02", "2026-05-03", "2026-05-04", "2026-05-05",
		"2026-10-01", "2026-10-02", "2026-10-03", "2026-10-04", "2026-10-05", "2026-10-06", "2026-10-07"},
	Workdays: []string{"2026-05-09", "2026-09-20", "2026-10-10"}}

func calendar(t testing.TB, c policy.Calendar) *Calendar {
	t.Helper()
	cal, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return cal
}

func local(t testing.TB, c *Calendar, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04:05", s, c.zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// spanOf reads a span as policies write it; "… whole" is a norm's.
func spanOf(t testing.TB, s string) policy.Span {
	t.Helper()
	if s, norm := strings.CutSuffix(s, " whole"); norm {
		v := spanOf(t, s)
		v.Whole = true
		return v
	}
	v, err := policy.ParseSpan(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestDue(t *testing.T) {
	for _, x := range []struct{ situation, start, span, due string }{
		{"hours run over a night and a weekend", "2026-03-06 20:00:00", "48h", "2026-03-08 20:00:00"},
		{"minutes", "2026-03-06 23:59:30", "1m", "2026-03-07 00:00:30"},
		{"the day of the start is not counted, the last day is whole", "2026-03-03 10:00:00", "3d", "2026-03-06 23:59:59"},
		{"calendar days that end on a Saturday end on Monday", "2026-03-03 10:00:00", "4d", "2026-03-09 23:59:59"},
		{"calendar days that end in the May holiday end after it", "2026-04-03 09:00:00", "30d", "2026-05-06 23:59:59"},
		{"a Saturday worked instead is a day like any other", "2026-05-06 09:00:00", "3d", "2026-05-09 23:59:59"},
		{"a leap day is a day", "2028-02-28 09:00:00", "1d", "2028-02-29 23:59:59"},
		{"one working day within hours", "2026-03-03 10:00:00", "1wd", "2026-03-04 10:00:00"},
		{"working days over a weekend", "2026-03-06 16:00:00", "1wd", "2026-03-09 16:00:00"},
		{"a start in the evening counts from the next opening", "2026-03-03 19:00:00", "1wd", "2026-03-04 17:00:00"},
		{"a start before opening counts from the opening", "2026-03-03 06:00:00", "1wd", "2026-03-03 17:00:00"},
		{"a start at closing time counts from the next opening", "2026-03-03 17:00:00", "1wd", "2026-03-04 17:00:00"},
		{"a start on a Saturday counts from Monday", "2026-03-07 10:00:00", "2wd", "2026-03-10 17:00:00"},
		{"working days leave the National Day week out and count the Saturday after it", "2026-09-30 10:00:00", "3wd", "2026-10-10 10:00:00"},
		{"a norm's working days: begun before the opening on a Monday", "2026-07-06 08:00:00", "5wd whole", "2026-07-13 23:59:59"},
		{"… within hours", "2026-07-06 10:00:00", "5wd whole", "2026-07-13 23:59:59"},
		{"… in the evening", "2026-07-06 22:00:00", "5wd whole", "2026-07-13 23:59:59"},
		{"… on a Saturday", "2026-07-04 10:00:00", "5wd whole", "2026-07-10 23:59:59"},
		{"… before the National Day week and the Saturday after it", "2026-09-30 10:00:00", "3wd whole", "2026-10-10 23:59:59"},
	} {
		t.Run(x.situation, func(t *testing.T) {
			c := calendar(t, office)
			if got := c.After(local(t, c, x.start), spanOf(t, x.span)); !got.Equal(local(t, c, x.due)) {
				t.Errorf("%s + %s = %s, want %s", x.start, x.span, got.In(c.zone), x.due)
			}
		})
	}
}

func TestSummerTime(t *testing.T) {
	c := calendar(t, policy.Calendar{Zone: "America/New_York", Opens: 150, Closes: 210}) // 02:30 to 03:30, on purpose
	// Clocks go from 02:00 to 03:00 on 2026-03-08, a Sunday, and from 02:00 back to 01:00 on 2026-11-01.
	gap := time.Date(2026, 3, 8, 7, 0, 0, 0, time.UTC)
	day0 := dateOf(time.Date(2026, 3, 8, 0, 0, 0, 0, time.UTC))
	if got := c.at(day0, 150*time.Minute); !got.Equal(gap) {
		t.Errorf("a time left out is %s, want the change at %s", got.UTC(), gap)
	}
	back := dateOf(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
	if got, want := c.at(back, 90*time.Minute), time.Date(2026, 11, 1, 5, 30, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("a time that comes twice is %s, want the first, %s", got.UTC(), want)
	}
	start := local(t, c, "2026-03-07 12:00:00")
	if got, want := c.After(start, policy.Span{Clock: 24 * time.Hour}), local(t, c, "2026-03-08 13:00:00"); !got.Equal(want) {
		t.Errorf("24 hours over the change end at %s, want %s", got, want)
	}
	if got, want := c.After(start, policy.Span{Days: 2}), local(t, c, "2026-03-09 23:59:59"); !got.Equal(want) {
		t.Errorf("2 days over the change end at %s, want %s", got, want)
	}
}

func TestReminders(t *testing.T) {
	c := calendar(t, office)
	for _, x := range []struct{ due, span, want string }{
		{"2026-03-10 12:00:00", "4h", "2026-03-10 08:00:00"},
		{"2026-03-10 23:59:59", "3d", "2026-03-07 08:30:00"},
		{"2026-03-10 12:00:00", "3wd", "2026-03-05 08:30:00"},
	} {
		if got := c.Before(local(t, c, x.due), spanOf(t, x.span)); !got.Equal(local(t, c, x.want)) {
			t.Errorf("%s before %s is %s, want %s", x.span, x.due, got.In(c.zone), x.want)
		}
	}
}

func TestPauses(t *testing.T) {
	c := calendar(t, office)
	for _, x := range []struct{ situation, start, span, from, to, due string }{
		{"hours are added as they passed", "2026-03-03 10:00:00", "24h", "2026-03-03 12:00:00", "2026-03-05 13:00:00", "2026-03-06 11:00:00"},
		{"a pause before the start does not count", "2026-03-03 10:00:00", "24h", "2026-03-02 10:00:00", "2026-03-03 11:00:00", "2026-03-04 11:00:00"},
		{"a pause after the end does not count", "2026-03-03 10:00:00", "24h", "2026-03-05 10:00:00", "2026-03-06 11:00:00", "2026-03-04 10:00:00"},
		{"days paused are left out", "2026-03-02 10:00:00", "2d", "2026-03-03 09:00:00", "2026-03-05 18:00:00", "2026-03-06 23:59:59"},
		{"an hour's pause within a day costs no day", "2026-03-02 10:00:00", "2d", "2026-03-03 09:00:00", "2026-03-03 10:00:00", "2026-03-04 23:59:59"},
		{"a pause over the weekend costs no opening time", "2026-03-05 10:00:00", "2wd", "2026-03-06 17:30:00", "2026-03-09 08:00:00", "2026-03-09 10:00:00"},
		{"opening time paused is added", "2026-03-03 10:00:00", "1wd", "2026-03-03 16:00:00", "2026-03-04 09:00:00", "2026-03-04 11:30:00"},
		{"a norm's working days: those that began meanwhile are left out", "2026-03-03 10:00:00", "5wd whole", "2026-03-05 09:00:00", "2026-03-10 09:00:00", "2026-03-13 23:59:59"},
		{"… a weekend is none", "2026-03-03 10:00:00", "5wd whole", "2026-03-06 18:00:00", "2026-03-08 18:00:00", "2026-03-10 23:59:59"},
	} {
		t.Run(x.situation, func(t *testing.T) {
			p := Pause{From: local(t, c, x.from), To: local(t, c, x.to)}
			got := c.AfterPaused(local(t, c, x.start), spanOf(t, x.span), []Pause{p})
			if !got.Equal(local(t, c, x.due)) {
				t.Errorf("due %s, want %s", got.In(c.zone), x.due)
			}
		})
	}
}

// TestManyPausesGainNoMoreThanOne: a day off moves the end once, not with every pause.
func TestManyPausesGainNoMoreThanOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, n := draw(t), rapid.IntRange(1, 40).Draw(t, "days")
		var pauses []Pause
		from, nights := d.start, 0
		for range rapid.IntRange(0, 8).Draw(t, "pauses") {
			p := Pause{From: from, To: from.Add(time.Duration(rapid.IntRange(1, 72).Draw(t, "hours")) * time.Hour)}
			if p.From.Before(d.AfterPaused(d.start, policy.Span{Days: n}, pauses)) {
				nights += d.Nights(p)
			}
			pauses, from = append(pauses, p), p.To.Add(time.Hour)
		}
		if got, want := d.AfterPaused(d.start, policy.Span{Days: n}, pauses), d.After(d.start, policy.Span{Days: n + nights}); !got.Equal(want) {
			t.Fatalf("%d days from %s with %v: %s, want %s", n, d.start.In(d.zone), pauses, got.In(d.zone), want.In(d.zone))
		}
	})
}

func TestRemaining(t *testing.T) {
	c := calendar(t, office)
	got := c.Remaining(local(t, c, "2026-03-06 16:00:00"), local(t, c, "2026-03-10 09:30:00"))
	want := Left{Clock: 89*time.Hour + 30*time.Minute, Days: 4, WorkingDays: 1, Open: 2 * time.Hour}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if late := c.Remaining(local(t, c, "2026-03-06 16:00:00"), local(t, c, "2026-03-06 15:00:00")); late != (Left{Overdue: true, Clock: -time.Hour}) {
		t.Errorf("overdue by an hour: %+v", late)
	}
}

func TestExplain(t *testing.T) {
	c := calendar(t, office)
	start := local(t, c, "2026-04-30 18:00:00")
	for span, want := range map[string]string{
		"2wd whole": "自2026-04-30 18:00起算；时限2个工作日，当日不计入，末日为2026-05-07；其间有5天休息日不计；2026-05-07 23:59到期",
		"2wd":       "自2026-04-30 18:00起算；时限2个工作日，只计08:30至17:00的办公时间；起算时不在办公时间，自2026-05-06 08:30计；2026-05-07 17:00到期",
		"3d":        "自2026-04-30 18:00起算；时限3个日历日，当日不计入，末日为2026-05-03；2026-05-03为休息日，顺延至2026-05-06；2026-05-06 23:59到期",
		"30m":       "自2026-04-30 18:00起算；时限30m，昼夜不停；2026-04-30 18:30到期",
	} {
		var got []string
		for _, l := range c.Explain(start, spanOf(t, span)) {
			got = append(got, l.Text("zh-CN"))
			if en := l.Text("en"); strings.ContainsAny(en, "{}") || lines[l.Code].En == "" {
				t.Errorf("in English: %q", en)
			}
		}
		if s := strings.Join(got, "；"); s != want {
			t.Errorf("%s:\n%s\nwant\n%s", span, s, want)
		}
	}
	paused := c.Explain(start, spanOf(t, "24h"), Pause{From: start.Add(time.Hour), To: start.Add(3 * time.Hour)}, Pause{From: start.AddDate(1, 0, 0), To: start.AddDate(1, 1, 0)})
	if n := len(paused); n != 4 || paused[2].Code != "clock.paused" {
		t.Errorf("with one pause that counts and one that comes too late: %v", paused)
	}
}

func TestACalendarThatCannotBe(t *testing.T) {
	for situation, c := range map[string]policy.Calendar{
		"unknown zone":           {Zone: "Asia/Fuyang"},
		"closes before it opens": {Zone: "Asia/Shanghai", Opens: 600, Closes: 500},
		"opens past midnight":    {Zone: "Asia/Shanghai", Opens: 600, Closes: 1500},
		"a date that is none":    {Zone: "Asia/Shanghai", Holidays: []string{"2026-02-30"}},
		"a workday that is none": {Zone: "Asia/Shanghai", Workdays: []string{"tomorrow"}},
	} {
		if _, err := New(c); err == nil {
			t.Errorf("%s: no error", situation)
		}
	}
	c := calendar(t, policy.Calendar{}) // says nothing: UTC, open all day
	if got := c.After(time.Date(2026, 3, 6, 12, 0, 0, 0, time.UTC), policy.Span{WorkingDays: 1}); !got.Equal(time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)) {
		t.Errorf("one working day of 24 hours from Friday noon ends at %s", got)
	}
}

// drawn is a random calendar, start and span.
type drawn struct {
	*Calendar
	start time.Time
}

func draw(t *rapid.T) drawn {
	c := office
	c.Zone = rapid.SampledFrom([]string{"Asia/Shanghai", "UTC", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"}).Draw(t, "zone")
	cal, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2012, 1, 5, 0, 0, 0, 0, time.UTC).Unix() // after Apia's move over the date line, which left out a whole day
	return drawn{cal, time.Unix(from+rapid.Int64Range(0, 16*365*86400).Draw(t, "start"), 0)}
}

func drawSpan(t *rapid.T, label string) policy.Span {
	n := rapid.IntRange(1, 80).Draw(t, label)
	switch rapid.IntRange(0, 3).Draw(t, label+" kind") {
	case 0:
		return policy.Span{Clock: time.Duration(n) * 37 * time.Minute}
	case 1:
		return policy.Span{Days: n}
	case 2:
		return policy.Span{WorkingDays: n, Whole: true}
	}
	return policy.Span{WorkingDays: n}
}

func TestALaterStartIsNeverDueEarlier(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, s := draw(t), drawSpan(t, "span")
		later := d.start.Add(time.Duration(rapid.Int64Range(0, 20*86400).Draw(t, "later")) * time.Second)
		if a, b := d.After(d.start, s), d.After(later, s); b.Before(a) {
			// Where clocks are put back, the later moment can have the earlier time of day: at most by that much.
			if a.Sub(b) > time.Hour || s.Days > 0 {
				t.Fatalf("%v from %s: due %s; from %s: %s", s, d.start.In(d.zone), a, later.In(d.zone), b)
			}
		}
	})
}

func TestALongerSpanIsNeverDueEarlier(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, s := draw(t), drawSpan(t, "span")
		longer := s
		switch {
		case s.Days > 0:
			longer.Days++
		case s.WorkingDays > 0:
			longer.WorkingDays++
		default:
			longer.Clock += time.Minute
		}
		a, b := d.After(d.start, s), d.After(d.start, longer)
		if !a.After(d.start) || b.Before(a) {
			t.Fatalf("%v from %s: %s; %v: %s", s, d.start, a, longer, b)
		}
	})
}

func TestDaysEndOnWorkingDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, s := draw(t), drawSpan(t, "span")
		due := d.After(d.start, s)
		if s.Clock > 0 {
			if due.Sub(d.start) != s.Clock {
				t.Fatalf("%v took %v", s, due.Sub(d.start))
			}
			return
		}
		if !d.Working(due) {
			t.Fatalf("%v from %s is due on a day off: %s", s, d.start.In(d.zone), due.In(d.zone))
		}
		if s.Whole {
			if got := d.workingBetween(dateOf(d.start.In(d.zone)), dateOf(due.In(d.zone))); got != s.WorkingDays || !due.Equal(d.endOf(dateOf(due.In(d.zone)))) {
				t.Fatalf("%v from %s runs until %s: %d working days", s, d.start.In(d.zone), due.In(d.zone), got)
			}
			return
		}
		if s.WorkingDays > 0 {
			if _, wall := d.split(due); wall < d.opens || wall > d.closes {
				t.Fatalf("%v from %s is due outside hours: %s", s, d.start.In(d.zone), due.In(d.zone))
			}
			if left := d.Remaining(d.start, due); left.WorkingDays != s.WorkingDays || left.Open != 0 {
				t.Fatalf("%v from %s: %+v remains", s, d.start.In(d.zone), left)
			}
		}
	})
}

func TestAPauseNeverBringsTheEndForward(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, s := draw(t), drawSpan(t, "span")
		from := d.start.Add(time.Duration(rapid.Int64Range(-86400, 20*86400).Draw(t, "from")) * time.Second)
		p := Pause{From: from, To: from.Add(time.Duration(rapid.Int64Range(-10, 20*86400).Draw(t, "long")) * time.Second)}
		if a, b := d.After(d.start, s), d.AfterPaused(d.start, s, []Pause{p}); b.Before(a) {
			t.Fatalf("%v from %s: due %s, with the pause %s", s, d.start, a, b)
		}
	})
}

func TestWhatIsReckonedWithoutAYearsDaysOffSaysSo(t *testing.T) {
	c := calendar(t, office) // knows 2026 alone
	for _, x := range []struct{ situation, start, span, years string }{
		{"working days within the known year", "2026-12-01 09:00:00", "10wd", ""},
		{"working days into the next", "2026-12-28 09:00:00", "5wd", "2027"},
		{"calendar days that end in the known year", "2026-12-01 09:00:00", "15d", ""},
		{"calendar days that end in the next", "2026-12-20 09:00:00", "15d", "2027"},
		{"calendar days that a weekend moves into the next", "2027-12-30 09:00:00", "2d", "2028"},
		{"hours run round the clock, whatever day it is", "2026-12-31 20:00:00", "24h", ""},
		{"working days through two unknown years", "2026-12-28 09:00:00", "300wd", "2027 2028"},
	} {
		var years []string
		for _, l := range c.Explain(local(t, c, x.start), spanOf(t, x.span)) {
			if l.Code == Provisional {
				years = append(years, l.Params["year"])
			}
		}
		if got := strings.Join(years, " "); got != x.years {
			t.Errorf("%s: provisional for %q, want %q", x.situation, got, x.years)
		}
	}
	known, err := New(office, policy.Year{Number: 2027})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range known.Explain(local(t, c, "2026-12-28 09:00:00"), spanOf(t, "5wd")) {
		if l.Code == Provisional {
			t.Error("a year that is known is said to be unknown")
		}
	}
}
