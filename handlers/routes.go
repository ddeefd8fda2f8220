package handlers

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

// Routes is the route table: every route there is, with who may use it and what it needs. Tests walk it and compare it with
// api/openapi.yaml.
func Routes() []Route { return routes(DefaultLimits) }

func routes(l Limits) []Route {
	return slices.Concat([]Route{
		{Method: http.MethodGet, Path: "/healthz", Public: true, Cost: Free, Handle: (*API).health},
		{Method: http.MethodGet, Path: "/readyz", Public: true, Cost: Free, Handle: (*API).ready},
		{Method: http.MethodGet, Path: "/metrics", Public: true, Cost: Free, Handle: (*API).figures},
		{Method: http.MethodGet, Path: "/.well-known/jwks.json", Public: true, Cost: Free, Handle: (*API).keys},
		{Method: http.MethodGet, Path: "/docs", Public: true, Cost: Free, Handle: (*API).docs},
		{Method: http.MethodGet, Path: "/api/v1/openapi.yaml", Public: true, Cost: Free, Handle: (*API).openapi},
	},
		accountRoutes(),
		inboxRoutes(l),
		domainRoutes(l),
		clockRoutes(),
		deskRoutes(),
		hallRoutes(),
		handoverRoutes(),
		holdRoutes(),
		slipRoutes(),
		scorecardRoutes(l),
		chargeRoutes(),
		officialRoutes(),
		villageRoutes(),
		campaignRoutes(),
		patrolRoutes(),
		deliberationRoutes(),
		teamRoutes(),
		uptakeRoutes(),
		studyRoutes(),
		docketRoutes(),
		dutyRoutes(),
		opinionRoutes(),
		publicRoutes(),
	)
}

// ordered puts fixed segments before parameters, so that /cases/count is not the case "count".
func ordered(routes []Route) []Route {
	out := slices.Clone(routes)
	slices.SortStableFunc(out, func(a, b Route) int { return cmp.Compare(rank(a.Path), rank(b.Path)) })
	return out
}

func rank(path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if strings.HasPrefix(s, ":") {
			segments[i] = "~" // behind every letter
		}
	}
	return strings.Join(segments, "/")
}
