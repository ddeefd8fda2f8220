package handlers

import (
	"net/http"
	"slices"
	"time"

	"fengqiao/mediation"
)

const importDeadline = 60 * time.Second

var caseFilters = []string{"state", "open", "category", "severity", "cell", "area", "itself", "channel", "source", "noSource", "way", "reportWay", "unit", "noUnit", "had", "lain", "official", "counted", "overdue", "needsHand", "owner", "unplaced",
	"openedFrom", "openedUntil", "lateFrom", "lateUntil", "age", "number", "q"}

// planFileQuery says how a file of boundaries is to be read.
var planFileQuery = []string{"code", "name", "parent", "parentName", "levels", "version", "crs"}

// editionRoutes are the routes of the plan's editions.
func editionRoutes(l Limits) []Route {
	const get, post = http.MethodGet, http.MethodPost
	return []Route{
		{Method: get, Path: "/api/v1/plan/editions", Action: mediation.PlanRead, Handle: (*API).planRegister},
		{Method: post, Path: "/api/v1/plan/editions", Action: mediation.PlanImport, Sight: (*API).holdsPlan, Create: true, OwnKey: true, Cost: Upload, Body: l.Import, Stream: true,
			Deadline: importDeadline, Query: planFileQuery, Handle: (*API).keepPlan},
		{Method: get, Path: "/api/v1/plan/editions/:version/difference", Action: mediation.PlanImport, Sight: (*API).holdsPlan, Cost: Upload, Deadline: importDeadline, Handle: (*API).planDifference},
		{Method: post, Path: "/api/v1/plan/editions/:version/enactment", Action: mediation.PlanImport, Sight: (*API).holdsPlan, Change: true, Cost: Upload, Deadline: importDeadline, Handle: (*API).enactPlan},
		{Method: post, Path: "/api/v1/plan/rollback", Action: mediation.PlanImport, Sight: (*API).holdsPlan, Change: true, Cost: Upload, Deadline: importDeadline, Handle: (*API).rollBackPlan},
		{Method: http.MethodDelete, Path: "/api/v1/plan/next", Action: mediation.PlanImport, Sight: (*API).holdsPlan, Change: true, Cost: Write, Handle: (*API).cancelPlan},
		{Method: post, Path: "/api/v1/plan/split", Action: mediation.PlanRedraw, Create: true, OwnKey: true, Cost: Upload, Deadline: importDeadline, Handle: (*API).splitCell},
		{Method: post, Path: "/api/v1/plan/merge", Action: mediation.PlanRedraw, Create: true, OwnKey: true, Cost: Upload, Deadline: importDeadline, Handle: (*API).mergeCells},
	}
}

// domainRoutes are the routes of reports, cases, offers, mediators, plans and policies, and the parties' own.
func domainRoutes(l Limits) []Route {
	const get, post, put = http.MethodGet, http.MethodPost, http.MethodPut
	page := []string{"limit", "cursor"}
	with := func(names []string, more ...string) []string { return append(slices.Clone(names), more...) }
	return slices.Concat([]Route{
		{Method: post, Path: "/api/v1/reports", Action: mediation.ReportCreate, Create: true, OwnKey: true, Cost: Write, Query: []string{"crs"}, Handle: (*API).createReport},
		{Method: get, Path: "/api/v1/reports", Action: mediation.ReportCreate, Query: with(page, "crs"), Handle: (*API).ownReports},
		{Method: get, Path: "/api/v1/reports/unplaced", Action: mediation.ReportPlace, Query: with(page, "crs"), Handle: (*API).unplacedReports},
		{Method: get, Path: "/api/v1/reports/:id", Action: mediation.ReportRead, Sight: (*API).seesReport, Query: []string{"crs"}, Handle: (*API).oneReport},
		{Method: get, Path: "/api/v1/reports/:id/looks", Action: mediation.TimelineRead, Sight: (*API).seesReport, Query: page, Handle: (*API).reportLooks},
		{Method: post, Path: "/api/v1/reports/:id/supplements", Action: mediation.ReportChange, Sight: (*API).seesReport, Create: true, Cost: Write, Query: []string{"crs"}, Handle: (*API).supplementReport, Again: (*API).againReport},
		{Method: post, Path: "/api/v1/reports/:id/withdrawal", Action: mediation.ReportChange, Sight: (*API).seesReport, Create: true, Cost: Write, Query: []string{"crs"}, Handle: (*API).withdrawReport, Again: (*API).againReport},
		{Method: post, Path: "/api/v1/reports/:id/place", Action: mediation.ReportPlace, Sight: (*API).seesReport, Change: true, Cost: Write, Query: []string{"crs"}, Handle: (*API).placeReport},

		{Method: get, Path: "/api/v1/cases", Action: mediation.CaseRead, Query: with(caseFilters, page...), Handle: (*API).listCases},
		tableRoute("/api/v1/cases", mediation.CaseRead, caseFilters, (*API).listTable),
		{Method: get, Path: "/api/v1/cases/count", Action: mediation.CaseRead, Query: with(caseFilters, "max"), Handle: (*API).countCases},
		// By POST, so that a phone or ID number stands in no address.
		{Method: post, Path: "/api/v1/cases/search", Action: mediation.CaseSearch, Cost: Write, Handle: (*API).searchCases},
		{Method: get, Path: "/api/v1/cases.geojson", Action: mediation.CaseMap, Query: with(caseFilters, "crs", "exact"), Handle: (*API).mapCases},
		{Method: get, Path: "/api/v1/tiles/:z/:x/:y.mvt", Action: mediation.CaseMap, Query: []string{"crs", "exact"}, Handle: (*API).mapTile},
		{Method: get, Path: "/api/v1/cases/:id", Action: mediation.CaseRead, Sight: (*API).seesCase, Query: []string{"crs", "reveal"}, Handle: (*API).oneCase},
		{Method: get, Path: "/api/v1/cases/:id/timeline", Action: mediation.TimelineRead, Sight: (*API).seesCase, Query: []string{"after", "limit"}, Handle: (*API).timeline},
		{Method: get, Path: "/api/v1/cases/:id/clocks", Action: mediation.CaseRead, Sight: (*API).seesCase, Handle: (*API).caseClocks},
		{Method: get, Path: "/api/v1/cases/:id/reports", Action: mediation.CaseReports, Sight: (*API).seesCase, Query: with(page, "crs"), Handle: (*API).caseReports},
		{Method: get, Path: "/api/v1/cases/:id/looks", Action: mediation.TimelineRead, Sight: (*API).seesCase, Query: page, Handle: (*API).looks},
		{Method: get, Path: "/api/v1/cases/:id/candidates", Action: mediation.Action(mediation.CmdAssign), Sight: (*API).seesCase, Query: []string{"seat"}, Handle: (*API).candidates},

		{Method: get, Path: "/api/v1/offers", Action: mediation.OfferRead, Handle: (*API).offers},
		{Method: get, Path: "/api/v1/mediators/me", Action: mediation.MediatorSelf, Handle: (*API).ownMediator},
		{Method: http.MethodPatch, Path: "/api/v1/mediators/me", Action: mediation.MediatorSelf, Change: true, Cost: Write, Handle: (*API).patchMediator},
		{Method: post, Path: "/api/v1/mediators/me/leaves", Action: mediation.MediatorSelf, Create: true, Change: true, Cost: Write, Handle: (*API).addLeave, Again: (*API).againMediator},
		{Method: http.MethodDelete, Path: "/api/v1/mediators/me/leaves/:id", Action: mediation.MediatorSelf, Change: true, Cost: Write, Handle: (*API).removeLeave},
		{Method: get, Path: "/api/v1/mediators", Action: mediation.MediatorRead, Query: with(page, "area"), Handle: (*API).listMediators},

		{Method: get, Path: "/api/v1/plan", Action: mediation.PlanRead, Query: []string{"crs"}, Handle: (*API).planHead},
		{Method: get, Path: "/api/v1/plan/units", Action: mediation.PlanRead, Query: []string{"parent"}, Handle: (*API).planUnits},
		{Method: get, Path: "/api/v1/plan/cells/:code", Action: mediation.PlanRead, Query: []string{"crs"}, Handle: (*API).planCell},
		{Method: get, Path: "/api/v1/plan/locate", Action: mediation.PlanRead, Query: []string{"lon", "lat", "crs"}, Handle: (*API).planLocate},
		{Method: post, Path: "/api/v1/plan/locate", Action: mediation.PlanRead, Cost: Write, Body: l.Points, Handle: (*API).planLocateAll},
		{Method: get, Path: "/api/v1/plan/near", Action: mediation.PlanRead, Query: []string{"lon", "lat", "metres", "limit", "crs"}, Handle: (*API).planNear},
		{Method: get, Path: "/api/v1/plan/cells", Action: mediation.PlanRead, Query: []string{"bbox", "crs"}, Handle: (*API).planCellsIn},
		{Method: get, Path: "/api/v1/plan.geojson", Action: mediation.PlanRead, Query: []string{"area", "crs"}, Handle: (*API).planShapes},
		{Method: put, Path: "/api/v1/plan", Action: mediation.PlanImport, Sight: (*API).holdsPlan, Cost: Upload, Change: true, First: true, Body: l.Import, Stream: true, Deadline: importDeadline,
			Query: planFileQuery, Handle: (*API).importPlan},
		{Method: put, Path: "/api/v1/policy", Action: mediation.PolicyImport, Sight: (*API).holdsPlan, Cost: Upload, Change: true, First: true, Body: l.Import, Deadline: importDeadline, Query: []string{"confirm"}, Handle: (*API).importPolicy},
		{Method: post, Path: "/api/v1/policy/preview", Action: mediation.PolicyImport, Sight: (*API).holdsPlan, Cost: Upload, Body: l.Import, Deadline: importDeadline, Handle: (*API).previewPolicy},
		{Method: get, Path: "/api/v1/policy/rollout", Action: mediation.PolicyRead, Handle: (*API).policyRollout},
		{Method: get, Path: "/api/v1/policy", Action: mediation.PolicyRead, Query: []string{"format"}, Handle: (*API).currentPolicy},
		{Method: get, Path: "/api/v1/policy/:id", Action: mediation.PolicyRead, Query: []string{"format"}, Handle: (*API).onePolicy},

		{Method: get, Path: "/api/v1/calendar", Action: mediation.PolicyRead, Handle: (*API).calendar},
		{Method: put, Path: "/api/v1/calendar", Action: mediation.PolicyImport, Sight: (*API).holdsPlan, Cost: Upload, Change: true, First: true, Body: l.Import, Deadline: importDeadline, Handle: (*API).putYear},

		{Method: get, Path: "/api/v1/party/case", Action: mediation.CaseRead, Handle: (*API).partyCase},
	}, statsRoutes(), backlogRoutes(), rankingRoutes(), editionRoutes(l), commandRoutes())
}
