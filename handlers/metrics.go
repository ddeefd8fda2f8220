package handlers

import (
	"bytes"
	"context"
	"strconv"
	"time"

	"fengqiao/push"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/common/expfmt"
)

// metrics are the server's figures. Labels are route templates and statuses: nothing of a person, and few enough series.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newMetrics(stats func(context.Context) (push.Stats, error)) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "fengqiao_requests_total", Help: "Requests answered."}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "fengqiao_request_seconds", Help: "Time to answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}}, []string{"method", "route"}),
	}
	m.registry.MustRegister(m.requests, m.seconds, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if stats != nil {
		m.registry.MustRegister(pushCollector{stats})
	}
	return m
}

func (m *metrics) request(r *Route, status int, took time.Duration) {
	route, method := r.Path, r.Method
	if route == "" {
		route, method = "unrouted", "any"
	}
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(method, route).Observe(took.Seconds())
}

// text is the figures in Prometheus' text format.
func (m *metrics) text() ([]byte, string, error) {
	families, err := m.registry.Gather()
	if err != nil {
		return nil, "", err
	}
	format := expfmt.NewFormat(expfmt.TypeTextPlain)
	var b bytes.Buffer
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(&b, f); err != nil {
			return nil, "", err
		}
	}
	return b.Bytes(), string(format), nil
}

// pushCollector reads the relay's figures when they are asked for.
type pushCollector struct {
	stats func(context.Context) (push.Stats, error)
}

// figure is one of the relay's figures.
type figure struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	of   func(push.Stats) float64
}

func pushFigure(name, help string, kind prometheus.ValueType, of func(push.Stats) float64) figure {
	return figure{prometheus.NewDesc("fengqiao_push_"+name, help, nil, nil), kind, of}
}

var pushFigures = []figure{
	pushFigure("sent_total", "Pushes that the vendor acknowledged.", prometheus.CounterValue, func(s push.Stats) float64 { return float64(s.Sent) }),
	pushFigure("failed_total", "Attempts that were refused or not answered.", prometheus.CounterValue, func(s push.Stats) float64 { return float64(s.Failed) }),
	pushFigure("retried_total", "Attempts put off.", prometheus.CounterValue, func(s push.Stats) float64 { return float64(s.Retried) }),
	pushFigure("dead_total", "Pushes given up.", prometheus.CounterValue, func(s push.Stats) float64 { return float64(s.Dead) }),
	pushFigure("skipped_total", "Pushes not sent for want of a vendor.", prometheus.CounterValue, func(s push.Stats) float64 { return float64(s.Skipped) }),
	pushFigure("expired_total", "Pushes not sent because their deadline had passed.", prometheus.CounterValue, func(s push.Stats) float64 { return float64(s.Expired) }),
	pushFigure("unregistered_total", "Devices that the vendor did not know any more.", prometheus.CounterValue, func(s push.Stats) float64 { return float64(s.Unregistered) }),
	pushFigure("nobody_total", "Notices that nobody was there to be told.", prometheus.CounterValue, func(s push.Stats) float64 { return float64(s.Nobody) }),
	pushFigure("queued", "Unfinished entries, counted up to 10,000.", prometheus.GaugeValue, func(s push.Stats) float64 { return float64(s.Queued) }),
	pushFigure("dead_letters", "Dead letters, counted up to 10,000.", prometheus.GaugeValue, func(s push.Stats) float64 { return float64(s.DeadLetters) }),
}

// Describe implements prometheus.Collector.
func (p pushCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, f := range pushFigures {
		ch <- f.desc
	}
}

// Collect implements prometheus.Collector.
func (p pushCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	stats, err := p.stats(ctx)
	for _, f := range pushFigures {
		if err != nil && f.kind == prometheus.GaugeValue {
			continue // the store did not answer; the counters are right
		}
		ch <- prometheus.MustNewConstMetric(f.desc, f.kind, f.of(stats))
	}
}
