package handlers

import (
	"bytes"
	"strconv"
	"time"

	"fengqiao/internal/checkpoint"
	"fengqiao/mediation"
	"fengqiao/mediation/duty"
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

func newMetrics(d Deps) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "fengqiao_requests_total", Help: "Requests answered."}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "fengqiao_request_seconds", Help: "Time to answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}}, []string{"method", "route"}),
	}
	m.registry.MustRegister(m.requests, m.seconds, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if d.PushStats != nil {
		m.registry.MustRegister(reading[push.Stats]{d.PushStats, pushFigures})
	}
	if d.Sweep != nil {
		m.registry.MustRegister(reading[mediation.SweepFigures]{always(d.Sweep), sweepFigures})
	}
	if d.Duty != nil {
		m.registry.MustRegister(reading[duty.Figures]{always(d.Duty.Figures), dutyFigures})
	}
	if d.Checkpoints != nil {
		m.registry.MustRegister(reading[checkpoint.Figures]{always(d.Checkpoints), checkpointFigures})
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
