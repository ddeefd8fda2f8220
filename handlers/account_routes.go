package handlers

func accountRoutes() []Route { return nil }

func inboxRoutes() []Route { return nil }
