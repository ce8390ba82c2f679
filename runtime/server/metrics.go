package server

import (
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"pipewright/rules"
	"pipewright/runtime/org"
)

type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	handler  http.Handler
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "pipewright_http_requests_total", Help: "Requests answered."}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "pipewright_http_seconds", Help: "Time to answer, in seconds.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5}}, []string{"method", "route"}),
	}
	compiled := prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "pipewright_expressions_compiled_total", Help: "Expressions compiled."}, func() float64 { return float64(rules.Compiled()) })
	m.registry.MustRegister(m.requests, m.seconds, compiled, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.handler = promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	return m
}

func (s *Server) measure(c *gin.Context) {
	begin := time.Now()
	c.Next()
	route := c.FullPath()
	if route == "" {
		route = "other"
	}
	s.metrics.requests.WithLabelValues(c.Request.Method, route, strconv.Itoa(c.Writer.Status())).Inc()
	if route != "/api/stream" {
		s.metrics.seconds.WithLabelValues(c.Request.Method, route).Observe(time.Since(begin).Seconds())
	}
}

// showMetrics answers the machine itself and admins: the figures tell outsiders too much.
func (s *Server) showMetrics(c *call) (any, error) {
	if ip := net.ParseIP(address(c.Request)); (ip == nil || !ip.IsLoopback()) && !c.user.May(org.Operate) {
		return nil, errNoRoute
	}
	s.metrics.handler.ServeHTTP(c.Writer, c.Request)
	return nil, nil
}

// readyOut tells a load balancer, which is nobody in particular, no more than that: names of machines and versions are for admins.
type readyOut struct {
	Status  string `json:"status"`
	Store   string `json:"store"`
	Version string `json:"version"`
	// Node is the process that answers, Nodes those that are up.
	Node  string      `json:"node"`
	Nodes []readyNode `json:"nodes"`
}

type readyNode struct {
	ID        string  `json:"id"`
	StartedAt instant `json:"startedAt"`
	SeenAt    instant `json:"seenAt"`
}

// healthz says that the process answers; readyz that the store does.
func (s *Server) healthz(*call) (any, error) { return map[string]string{"status": "ok"}, nil }

func (s *Server) readyz(c *call) (any, error) {
	info, err := s.Store.Info(c.ctx())
	if err != nil {
		return nil, err
	}
	nodes, err := s.Engine.Nodes(c.ctx())
	if err != nil {
		return nil, err
	}
	out := readyOut{Status: "ok", Store: info.Kind, Version: info.Version, Nodes: []readyNode{}}
	for _, n := range nodes {
		if n.Self {
			out.Node = n.ID
		}
		if !n.Silent {
			out.Nodes = append(out.Nodes, readyNode{n.ID, instant(n.StartedAt), instant(n.SeenAt)})
		}
	}
	return out, nil
}
