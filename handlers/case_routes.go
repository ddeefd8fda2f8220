package handlers

// domainRoutes are the routes of reports, cases, offers, mediators, plans and policies, and the parties' own.
func domainRoutes() []Route { return nil }
