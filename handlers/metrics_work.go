package handlers

import (
	"context"
	"time"

	"fengqiao/internal/checkpoint"
	"fengqiao/mediation"
	"fengqiao/mediation/duty"
	"fengqiao/push"

	"github.com/prometheus/client_golang/prometheus"
)

// reading is a collector of figures that somebody else keeps, read when they are asked for.
type reading[T any] struct {
	of      func(context.Context) (T, error)
	figures []figure[T]
}

// always makes a reading of figures that lie in memory.
func always[T any](of func() T) func(context.Context) (T, error) {
	return func(context.Context) (T, error) { return of(), nil }
}

// figure is one of them.
type figure[T any] struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	of   func(T) float64
}

func counter[T any](name, help string, of func(T) int) figure[T] {
	return figure[T]{prometheus.NewDesc("fengqiao_"+name, help, nil, nil), prometheus.CounterValue, func(v T) float64 { return float64(of(v)) }}
}

func gauge[T any](name, help string, of func(T) float64) figure[T] {
	return figure[T]{prometheus.NewDesc("fengqiao_"+name, help, nil, nil), prometheus.GaugeValue, of}
}

var pushFigures = []figure[push.Stats]{
	counter("push_sent_total", "Pushes that the vendor acknowledged.", func(s push.Stats) int { return int(s.Sent) }),
	counter("push_failed_total", "Attempts that were refused or not answered.", func(s push.Stats) int { return int(s.Failed) }),
	counter("push_retried_total", "Attempts put off.", func(s push.Stats) int { return int(s.Retried) }),
	counter("push_dead_total", "Pushes given up.", func(s push.Stats) int { return int(s.Dead) }),
	counter("push_skipped_total", "Pushes not sent for want of a vendor.", func(s push.Stats) int { return int(s.Skipped) }),
	counter("push_expired_total", "Pushes not sent because their deadline had passed.", func(s push.Stats) int { return int(s.Expired) }),
	counter("push_unregistered_total", "Devices that the vendor did not know any more.", func(s push.Stats) int { return int(s.Unregistered) }),
	counter("push_nobody_total", "Notices that nobody was there to be told.", func(s push.Stats) int { return int(s.Nobody) }),
	gauge("push_queued", "Unfinished entries, counted up to 10,000.", func(s push.Stats) float64 { return float64(s.Queued) }),
	gauge("push_dead_letters", "Dead letters, counted up to 10,000.", func(s push.Stats) float64 { return float64(s.DeadLetters) }),
}

var sweepFigures = []figure[mediation.SweepFigures]{
	counter("sweep_passes_total", "Sweeps.", func(f mediation.SweepFigures) int { return f.Passes }),
	counter("sweep_failed_passes_total", "Sweeps in which the store failed.", func(f mediation.SweepFigures) int { return f.FailedPasses }),
	counter("sweep_cases_total", "Cases seen to.", func(f mediation.SweepFigures) int { return f.Cases }),
	counter("sweep_put_off_total", "Cases and reports that failed and were put off.", func(f mediation.SweepFigures) int { return f.Failed }),
	counter("sweep_reports_total", "Reports given their case, or told of.", func(f mediation.SweepFigures) int { return f.Reports }),
	counter("sweep_seats_total", "Reservations settled after a crash.", func(f mediation.SweepFigures) int { return f.Seats }),
	counter("sweep_drained_total", "Cases whose notices a crash had left behind.", func(f mediation.SweepFigures) int { return f.Drained }),
	{prometheus.NewDesc("fengqiao_sweep_seconds_total", "Time spent sweeping.", nil, nil), prometheus.CounterValue,
		func(f mediation.SweepFigures) float64 { return f.Took.Seconds() }},
	gauge("sweep_last_good_timestamp_seconds", "When a sweep last ended well; 0 before the first.", func(f mediation.SweepFigures) float64 { return epoch(f.LastGood) }),
}

var dutyFigures = []figure[duty.Figures]{
	counter("stray_matters_total", "Times that who is on duty was told of a matter without a case.", func(f duty.Figures) int { return f.Strays }),
	counter("caught_cases_total", "Times that an open case no clock of which ran any more was given to somebody anew.", func(f duty.Figures) int { return f.Caught }),
	counter("dispatched_total", "Times that a dispatch rule sent a case to somebody.", func(f duty.Figures) int { return f.Dispatched }),
	counter("dispatched_vacant_total", "Of these, times that one of the rule's targets could not be reached.", func(f duty.Figures) int { return f.Vacant }),
}

var checkpointFigures = []figure[checkpoint.Figures]{
	counter("checkpoint_passes_total", "Times that it was looked what moved.", func(f checkpoint.Figures) int { return f.Passes }),
	counter("checkpoint_failed_passes_total", "Times that no checkpoint could be made, or the file not be written.", func(f checkpoint.Figures) int { return f.Failed }),
	gauge("checkpoint_number", "The newest checkpoint that this instance made or found.", func(f checkpoint.Figures) float64 { return float64(f.Number) }),
	gauge("checkpoint_last_good_timestamp_seconds", "When a pass last ended well; 0 before the first.", func(f checkpoint.Figures) float64 { return epoch(f.LastGood) }),
}

// epoch is a time as Prometheus has it.
func epoch(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}

// Describe implements prometheus.Collector.
func (r reading[T]) Describe(ch chan<- *prometheus.Desc) {
	for _, f := range r.figures {
		ch <- f.desc
	}
}

// Collect implements prometheus.Collector.
func (r reading[T]) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	now, err := r.of(ctx)
	for _, f := range r.figures {
		if err != nil && f.kind == prometheus.GaugeValue {
			continue // the store did not answer; the counters are right
		}
		ch <- prometheus.MustNewConstMetric(f.desc, f.kind, f.of(now))
	}
}
