package store

import "slices"

// Tables lists every kind of record there is, in the order in which copy and restore go through them: what others point
// to comes first. Each table stands beside the port that it serves.
func Tables() []Table {
	return slices.Concat(
		keyTables,
		settingTables,
		accountTables,
		mediatorTables,
		reportTables,
		caseTables,
		mediaTables,
		pushTables,
		onceTables,
		checkpointTables,
		deskTables,
		hallTables,
		handoverTables,
		slipTables,
		scorecardTables,
		campaignTables,
		patrolTables,
		meetingTables,
		studyTables,
		docketTables,
		opinionTables,
		teamTables,
		villageTables,
		holdTables,
	)
}
